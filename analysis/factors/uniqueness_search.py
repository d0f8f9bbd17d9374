"""Uniquenesses that minimise a discrepancy which depends on them through eigenvalues alone.

For given uniquenesses the best loadings are known in closed form, so only p numbers are searched. Both discrepancies
have analytic first and second derivatives; the search is Newton's with bounds, each step damped until it descends, so
convergence is quadratic and needs a handful of eigenvalue problems.

References
----------
Joreskog (1967), Psychometrika 32, 443-482; Harman & Jones (1966), Psychometrika 31, 351-368; Clarke (1970), British
Journal of Mathematical and Statistical Psychology 23, 43-52; Bertsekas (1982), SIAM Journal on Control and Optimization
20, 221-246.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Derivatives = tuple[float, Floats, Floats]

__all__ = ["Derivatives", "Minimum", "bounded_newton", "least_squares", "maximum_likelihood"]

SMALLEST_GAP = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Minimum:
    """Where the search ended: ``gradient`` is the largest derivative that no bound explains."""

    x: Floats
    value: float
    gradient: float
    iterations: int
    converged: bool


def least_squares(R: Floats, k: int) -> Callable[[Floats], Derivatives]:
    """Half the sum of squares of the p - k smallest eigenvalues of R - diag(psi), with gradient and Hessian.

    At its minimum the diagonal residuals are zero, so the sum of squared off-diagonal residuals is least (minres).
    """

    def discrepancy(psi: Floats) -> Derivatives:
        values, vectors = _eigen(R - np.diag(psi))
        rest, kept = values[k:], values[:k]
        gradient = -((vectors[:, k:] ** 2) @ rest)
        K = rest[:, None] / _apart(rest[:, None] - kept)
        block = (vectors[:, k:] @ vectors[:, k:].T) ** 2
        return float(rest @ rest) / 2, gradient, _hessian(vectors, k, block, K)

    return discrepancy


def maximum_likelihood(R: Floats, k: int) -> Callable[[Floats], Derivatives]:
    """log det Sigma + tr(R Sigma^-1) - log det R - p at the best loadings, as a function of theta = log psi.

    With gamma the eigenvalues of psi^-1/2 R psi^-1/2 it is the sum of gamma - log gamma - 1 over the p - k smallest.
    """

    def discrepancy(theta: Floats) -> Derivatives:
        scale = np.exp(-theta / 2)
        values, vectors = _eigen(scale[:, None] * R * scale)
        values = np.maximum(values, np.finfo(np.float64).tiny)
        rest, kept = values[k:], values[:k]
        gradient = -((vectors[:, k:] ** 2) @ (rest - 1))
        K = (rest[:, None] - 1) * (rest[:, None] + kept) / (2 * _apart(rest[:, None] - kept))
        tail = vectors[:, k:]
        block = ((tail * rest) @ tail.T) * (tail @ tail.T)
        return float((rest - np.log(rest) - 1).sum()), gradient, _hessian(vectors, k, block, K)

    return discrepancy


def bounded_newton(
    discrepancy: Callable[[Floats], Derivatives],
    start: Floats,
    lower: float,
    upper: float,
    *,
    tolerance: float,
    max_iterations: int,
) -> Minimum:
    """Minimise a function of (p,) with gradient and Hessian between two bounds."""
    x = np.clip(start, lower, upper)
    value, gradient, hessian = discrepancy(x)
    for iteration in range(max_iterations + 1):
        free = ~(((x <= lower) & (gradient > 0)) | ((x >= upper) & (gradient < 0)))
        largest = float(np.abs(gradient[free]).max(initial=0.0))
        if largest <= tolerance or iteration == max_iterations:
            return Minimum(x=x, value=value, gradient=largest, iterations=iteration, converged=largest <= tolerance)
        step = np.zeros_like(x)
        curvature, axes = np.linalg.eigh(hessian[np.ix_(free, free)])
        # a direction of negative curvature is followed downhill
        size = np.maximum(np.abs(curvature), 1e-6 * np.abs(curvature).max() + 1e-12)
        step[free] = -(axes @ ((axes.T @ gradient[free]) / size))
        downhill = np.where(free, -gradient, 0.0) / max(float(np.abs(curvature).max()), 1e-6)
        found = _descend(discrepancy, x, value, gradient, step, lower, upper)
        found = found or _descend(discrepancy, x, value, gradient, downhill, lower, upper)
        if found is None:
            # nothing descends any more: rounding is reached, or a kink of the eigenvalues
            return Minimum(
                x=x, value=value, gradient=largest, iterations=iteration, converged=largest <= 1e3 * tolerance
            )
        x, value, gradient, hessian = found
    return Minimum(x=x, value=value, gradient=largest, iterations=max_iterations, converged=False)


def _descend(
    discrepancy: Callable[[Floats], Derivatives],
    x: Floats,
    value: float,
    gradient: Floats,
    step: Floats,
    lower: float,
    upper: float,
) -> tuple[Floats, float, Floats, Floats] | None:
    length = 1.0
    slack = 1e-14 * max(1.0, abs(value))
    for _ in range(30):
        moved = np.clip(x + length * step, lower, upper)
        slope = float(gradient @ (moved - x))
        if slope < 0:
            at, new_gradient, new_hessian = discrepancy(moved)
            if at <= value + 1e-4 * slope + slack and not np.array_equal(moved, x):
                return moved, at, new_gradient, new_hessian
        length /= 2
    return None


def _eigen(matrix: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues and vectors, largest first."""
    values, vectors = np.linalg.eigh(matrix)
    return values[::-1], vectors[:, ::-1]


def _apart(differences: Floats) -> Floats:
    """Differences of eigenvalues (never positive), kept away from zero."""
    return np.minimum(differences, -SMALLEST_GAP)


def _hessian(vectors: Floats, k: int, block: Floats, K: Floats) -> Floats:
    """sum_mn K_mn w_im w_in w_jm w_jn: a block over the rest, and each kept vector with the rest twice."""
    tail = vectors[:, k:]
    hessian = block.copy()
    for n in range(k):
        kept = vectors[:, n]
        hessian += 2 * np.outer(kept, kept) * ((tail * K[:, n]) @ tail.T)
    return hessian
