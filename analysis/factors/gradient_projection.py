"""Gradient projection: the rotation that makes a criterion of the loadings least.

References
----------
Jennrich (2001), Psychometrika 66, 289-306 (orthogonal); Jennrich (2002), Psychometrika 67, 7-19 (oblique); Bernaards &
Jennrich (2005), Educational and Psychological Measurement 65, 676-696 (criteria); Yates (1987), Multivariate
Exploratory Data Analysis, and Browne (2001), Multivariate Behavioral Research 36, 111-150 (geomin).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Criterion = Callable[[Floats], tuple[float, Floats]]

__all__ = [
    "Criterion",
    "Projection",
    "crawford_ferguson",
    "geomin",
    "oblimin",
    "project",
    "random_orthogonal",
    "varimax_criterion",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Projection:
    """The rotated ``loadings`` (p, k), the ``transformation`` T, the criterion's value and how the search ended.

    Orthogonal: loadings = A T. Oblique: loadings = A (T')^-1 and the factors correlate T'T. ``gradient`` is the length
    of the projected gradient.
    """

    loadings: Floats
    transformation: Floats
    value: float
    gradient: float
    iterations: int
    converged: bool


def oblimin(gamma: float) -> Criterion:
    """sum over pairs of factors of sum l^2 m^2 - gamma / p (sum l^2)(sum m^2), over 4; gamma 0 is quartimin."""

    def criterion(L: Floats) -> tuple[float, Floats]:
        square = L**2
        others = square.sum(axis=1, keepdims=True) - square
        if gamma:
            others = others - gamma * others.mean(axis=0)
        return float((square * others).sum()) / 4, L * others

    return criterion


def geomin(epsilon: float) -> Criterion:
    """sum over items of the geometric mean of l^2 + epsilon."""

    def criterion(L: Floats) -> tuple[float, Floats]:
        k = L.shape[1]
        square = L**2 + epsilon
        means = np.exp(np.log(square).mean(axis=1))
        return float(means.sum()), (2 / k) * (L / square) * means[:, None]

    return criterion


def varimax_criterion(L: Floats) -> tuple[float, Floats]:
    """Minus the variance of the squared loadings within factors, times p / 4 summed."""
    spread = L**2 - (L**2).mean(axis=0)
    return -float((spread**2).sum()) / 4, -(L * spread)


def crawford_ferguson(kappa: float) -> Criterion:
    """(1 - kappa) times complexity of the items plus kappa times complexity of the factors, over 4."""

    def criterion(L: Floats) -> tuple[float, Floats]:
        square = L**2
        rows = square.sum(axis=1, keepdims=True) - square
        columns = square.sum(axis=0) - square
        mixed = (1 - kappa) * rows + kappa * columns
        return float((square * mixed).sum()) / 4, L * mixed

    return criterion


def project(
    A: Floats,
    criterion: Criterion,
    start: Floats,
    *,
    oblique: bool,
    tolerance: float = 1e-7,
    max_iterations: int = 5000,
) -> Projection:
    """Rotate A (p, k) from the transformation ``start`` (k, k) downhill until the projected gradient is small."""
    T = start
    L, value, G = _at(A, T, criterion, oblique)
    step = 1.0
    for iteration in range(max_iterations + 1):
        projected = G - T * (T * G).sum(axis=0) if oblique else G - T @ (T.T @ G + G.T @ T) / 2
        length = float(np.sqrt((projected**2).sum()))
        if length < tolerance or iteration == max_iterations:
            break
        step *= 2
        for _ in range(40):
            moved = T - step * projected
            if oblique:
                moved = moved / np.sqrt((moved**2).sum(axis=0))
            else:
                left, _values, right = np.linalg.svd(moved)
                moved = left @ right
            new_L, new_value, new_G = _at(A, moved, criterion, oblique)
            if new_value < value - 0.5 * length**2 * step:
                break
            step /= 2
        else:
            # no step descends within rounding
            return Projection(
                loadings=L,
                transformation=T,
                value=value,
                gradient=length,
                iterations=iteration,
                converged=length < 100 * tolerance,
            )
        T, L, value, G = moved, new_L, new_value, new_G
    return Projection(
        loadings=L, transformation=T, value=value, gradient=length, iterations=iteration, converged=length < tolerance
    )


def random_orthogonal(k: int, rng: np.random.Generator) -> Floats:
    """A rotation drawn evenly from all of them."""
    q, r = np.linalg.qr(rng.normal(size=(k, k)))
    return q * np.where(np.diagonal(r) < 0, -1.0, 1.0)


def _at(A: Floats, T: Floats, criterion: Criterion, oblique: bool) -> tuple[Floats, float, Floats]:
    """Loadings, criterion and its gradient in T."""
    if not oblique:
        L = A @ T
        value, slope = criterion(L)
        return L, value, A.T @ slope
    inverse = np.linalg.inv(T)
    L = A @ inverse.T
    value, slope = criterion(L)
    return L, value, -(L.T @ slope @ inverse).T
