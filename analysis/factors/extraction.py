"""Extraction of k factors from correlations: minres, maximum likelihood, principal axis; and principal components.

The model is R = L L' + diag(psi) with loadings L (p, k) and uniquenesses psi.

- ``"minres"`` makes the sum of squared off-diagonal residuals least (the same as unweighted least squares);
- ``"ml"`` makes log det Sigma + tr(R Sigma^-1) - log det R - p least;
- ``"pa"`` repeats: communalities on the diagonal, k largest eigenvalues, new communalities;
- ``"pca"`` takes the k largest eigenvalues of R itself; components, not factors.

References
----------
Harman & Jones (1966), Psychometrika 31, 351-368 (minres); Joreskog (1967), Psychometrika 32, 443-482 (ML); Lawley &
Maxwell (1971), Factor Analysis as a Statistical Method, 2nd ed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.factors.correlation_matrix import SINGULAR
from analysis.factors.uniqueness_search import (
    Derivatives,
    Minimum,
    bounded_newton,
    least_squares,
    maximum_likelihood,
)
from survey.errors import InsufficientDataError

Floats = NDArray[np.float64]
ExtractionMethod = Literal["minres", "ml", "pa", "pca"]

LOWEST_UNIQUENESS = 0.005
FURTHER_STARTS = 4

__all__ = ["LOWEST_UNIQUENESS", "Extraction", "ExtractionMethod", "extract", "squared_multiple_correlations"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Extraction:
    """Unrotated loadings (p, k), largest factor first, each with a positive sum.

    ``uniquenesses`` (p,) are those of the search for ``minres`` and ``ml`` (between ``lowest`` and 1), else
    1 - communality. ``discrepancy`` is what the method makes least (NaN for pca). ``gradient`` is its largest
    derivative at the end, for ``pa`` the last change of the sum of communalities. ``at_bound`` lists items whose
    uniqueness stands at ``lowest`` or whose communality is 1 or more: Heywood cases.
    """

    method: ExtractionMethod
    loadings: Floats
    uniquenesses: Floats
    discrepancy: float
    gradient: float
    iterations: int
    converged: bool
    at_bound: tuple[int, ...]
    lowest: float

    @property
    def communalities(self) -> Floats:
        """Sum of squared loadings per item."""
        sums: Floats = (self.loadings**2).sum(axis=1)
        return sums


def squared_multiple_correlations(R: Floats) -> Floats:
    """Each item's squared multiple correlation with the others; its largest correlation squared where R is singular."""
    if np.linalg.eigvalsh(R)[0] > SINGULAR:
        smc: Floats = 1 - 1 / np.diagonal(np.linalg.inv(R))
        return smc
    off = np.abs(R - np.diag(np.diagonal(R)))
    largest: Floats = off.max(axis=1, initial=0.0) ** 2
    return largest


def extract(
    R: Floats,
    k: int,
    *,
    method: ExtractionMethod = "minres",
    lowest: float = LOWEST_UNIQUENESS,
    tolerance: float | None = None,
    max_iterations: int = 500,
) -> Extraction:
    """k factors of the correlation matrix R (p, p).

    Parameters
    ----------
    lowest : lower bound of the uniquenesses of ``minres`` and ``ml``.
    tolerance : the search ends when the largest derivative (``minres``, ``ml``; default 1e-9), or the change of the sum
        of communalities (``pa``; default 1e-8), is smaller. R's psych ends ``pa`` at 1e-3.
    max_iterations : steps allowed; the result says whether they sufficed.

    Raises
    ------
    InsufficientDataError
        k is not between 1 and p - 1 (``pca``: p), or R is singular under ``ml``.
    """
    p = len(R)
    most = p if method == "pca" else p - 1
    if not 1 <= k <= most:
        raise InsufficientDataError.of("analysis.factor_count", found=k, items=p, most=most)
    if method == "pca":
        values, vectors = np.linalg.eigh(R)
        L = _signed(vectors[:, ::-1][:, :k] * np.sqrt(np.maximum(values[::-1][:k], 0.0)))
        return Extraction(
            method=method,
            loadings=L,
            uniquenesses=1 - (L**2).sum(axis=1),
            discrepancy=float("nan"),
            gradient=0.0,
            iterations=1,
            converged=True,
            at_bound=(),
            lowest=lowest,
        )
    smc = squared_multiple_correlations(R)
    if method == "pa":
        return _principal_axis(R, k, smc, 1e-8 if tolerance is None else tolerance, max_iterations, lowest)
    size = 1e-9 if tolerance is None else tolerance
    if method == "minres":
        found = _search(least_squares(R, k), 1 - smc, lowest, 1.0, size, max_iterations)
        psi = found.x
        values, vectors = np.linalg.eigh(R - np.diag(psi))
        L = vectors[:, ::-1][:, :k] * np.sqrt(np.maximum(values[::-1][:k], 0.0))
    else:
        if np.linalg.eigvalsh(R)[0] <= SINGULAR:
            raise InsufficientDataError.of("analysis.likelihood_singular", items=p)
        # 1 - k / 2p of the residual variance of each item on the others (Joreskog 1963)
        start = np.log(np.clip((1 - 0.5 * k / p) * (1 - smc), lowest, 1.0))
        found = _search(maximum_likelihood(R, k), start, float(np.log(lowest)), 0.0, size, max_iterations)
        psi = np.exp(found.x)
        root = np.sqrt(psi)
        values, vectors = np.linalg.eigh(R / np.outer(root, root))
        L = root[:, None] * vectors[:, ::-1][:, :k] * np.sqrt(np.maximum(values[::-1][:k] - 1, 0.0))
        # on the correlations' metric the factors are ordered by what they explain
        L = L[:, np.argsort(-(L**2).sum(axis=0), kind="stable")]
    bound = np.flatnonzero(psi <= lowest * (1 + 1e-9))
    return Extraction(
        method=method,
        loadings=_signed(L),
        uniquenesses=psi,
        discrepancy=found.value,
        gradient=found.gradient,
        iterations=found.iterations,
        converged=found.converged,
        at_bound=tuple(int(j) for j in bound),
        lowest=lowest,
    )


def _search(
    discrepancy: Callable[[Floats], Derivatives], start: Floats, lower: float, upper: float, tolerance: float, most: int
) -> Minimum:
    """The minimum from the usual start; where a bound was met, the least of those from further starts too."""
    found = bounded_newton(discrepancy, start, lower, upper, tolerance=tolerance, max_iterations=most)
    if found.converged and (found.x > lower).all():
        return found
    results = [found]
    # minima at a bound (Heywood cases) come in numbers: one per item that may take the whole of a factor
    rng = np.random.default_rng(len(start))
    further = [np.full(len(start), (lower + upper) / 2), *rng.uniform(lower, upper, size=(FURTHER_STARTS, len(start)))]
    for other in further:
        results.append(bounded_newton(discrepancy, other, lower, upper, tolerance=tolerance, max_iterations=most))
    ended = [result for result in results if result.converged] or results
    return min(ended, key=lambda result: result.value)


def _principal_axis(R: Floats, k: int, smc: Floats, tolerance: float, most: int, lowest: float) -> Extraction:
    reduced = R.copy()
    communalities = smc
    change = np.inf
    iterations = 0
    while change > tolerance and iterations < most:
        np.fill_diagonal(reduced, communalities)
        values, vectors = np.linalg.eigh(reduced)
        L = vectors[:, ::-1][:, :k] * np.sqrt(np.maximum(values[::-1][:k], 0.0))
        previous, communalities = communalities, (L**2).sum(axis=1)
        change = abs(float(communalities.sum() - previous.sum()))
        iterations += 1
    residuals = np.tril(R - L @ L.T, -1)
    return Extraction(
        method="pa",
        loadings=_signed(L),
        uniquenesses=1 - communalities,
        discrepancy=float((residuals**2).sum()),
        gradient=change,
        iterations=iterations,
        converged=change <= tolerance,
        at_bound=tuple(int(j) for j in np.flatnonzero(communalities >= 1)),
        lowest=lowest,
    )


def _signed(L: Floats) -> Floats:
    return L * np.where(L.sum(axis=0) < 0, -1.0, 1.0)
