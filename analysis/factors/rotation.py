"""Rotation of loadings to simple structure, with factors in a fixed order and sign.

``"varimax"``, ``"quartimax"`` and ``"equamax"`` keep the factors uncorrelated; ``"promax"``, ``"oblimin"``,
``"quartimin"`` (oblimin with gamma 0) and ``"geomin"`` let them correlate; ``"geomin_orthogonal"`` does not.

Kaiser's normalisation (rows of length one while rotating) is usual for varimax and promax and is their default; the
others are left as they are unless asked.

Promax raises varimax loadings to a power as the target of a regression. ``"psych"`` does the whole on rows of length
one; ``"stats"`` normalises only within varimax (R's ``stats::promax`` after ``varimax``).

References
----------
Kaiser (1958), Psychometrika 23, 187-200 (varimax); Hendrickson & White (1964), British Journal of Statistical
Psychology 17, 65-70 (promax); Jennrich & Sampson (1966), Psychometrika 31, 313-323 (direct oblimin); Crawford &
Ferguson (1970), Psychometrika 35, 321-332. The rest in `analysis.factors.gradient_projection`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.factors.gradient_projection import (
    Criterion,
    Projection,
    crawford_ferguson,
    geomin,
    oblimin,
    project,
    random_orthogonal,
    varimax_criterion,
)

Floats = NDArray[np.float64]
RotationMethod = Literal[
    "none",
    "varimax",
    "quartimax",
    "equamax",
    "geomin_orthogonal",
    "promax",
    "oblimin",
    "quartimin",
    "geomin",
]
PromaxConvention = Literal["psych", "stats"]

OBLIQUE = ("promax", "oblimin", "quartimin", "geomin")
NORMALISED = ("varimax", "promax")
GRADIENT = 1e-7

__all__ = ["OBLIQUE", "PromaxConvention", "Rotation", "RotationMethod", "canonical_order", "rotate"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rotation:
    """Rotated loadings: ``pattern`` (p, k), factor correlations ``phi`` (k, k), and ``structure`` = pattern phi.

    Factors are ordered by the variance they explain, diag(phi pattern' pattern), and each has a positive sum of
    loadings. ``transformation`` (k, k): pattern = unrotated loadings @ transformation. ``value`` is the criterion's
    (NaN for none and promax), ``minima`` the number of different values found over ``starts`` starts.
    """

    method: RotationMethod
    pattern: Floats
    phi: Floats
    transformation: Floats
    kaiser: bool
    value: float
    iterations: int
    converged: bool
    starts: int
    minima: int

    @property
    def structure(self) -> Floats:
        """Correlations of the items with the factors."""
        return self.pattern @ self.phi

    @property
    def oblique(self) -> bool:
        """Whether the factors may correlate."""
        return self.method in OBLIQUE


def rotate(
    loadings: ArrayLike,
    *,
    method: RotationMethod = "oblimin",
    kaiser: bool | None = None,
    power: float = 4.0,
    promax: PromaxConvention = "psych",
    gamma: float = 0.0,
    epsilon: float = 0.01,
    random_starts: int = 0,
    seed: int = 20240501,
    tolerance: float | None = None,
    max_iterations: int = 5000,
) -> Rotation:
    """Rotate loadings (p, k).

    Parameters
    ----------
    kaiser : normalise rows while rotating; default only for varimax and promax.
    power, promax : exponent of promax's target, and its convention.
    gamma : oblimin's; 0 or below. epsilon : geomin's, above 0.
    random_starts, seed : further starts from random rotations; the best criterion wins. Without them the one start is
        the unrotated solution, as usual. Not for promax.
    tolerance, max_iterations : the search ends when the projected gradient is shorter (default 1e-7). Given for varimax
        and promax, alternation alone is used and ends when its criterion grows by a smaller share: 1e-5 stops as early
        as R's ``stats::varimax``, several units of the fourth decimal from the optimum.
    """
    A = np.array(loadings, dtype=np.float64)
    k = A.shape[1]
    if k == 1 or method == "none":
        identity = np.eye(k)
        return _finish(method, A, identity, identity, Search(kaiser=False))
    normalise = method in NORMALISED if kaiser is None else kaiser
    lengths = np.sqrt((A**2).sum(axis=1))
    lengths = np.where(lengths > 0, lengths, 1.0)[:, None]
    rows = A / lengths if normalise else A
    if method == "promax":
        pattern, U, search = _promax(A, rows, power, promax, normalise, tolerance, max_iterations)
        inverse = np.linalg.inv(U)
        return _finish(method, pattern, U, inverse @ inverse.T, search)
    criterion = _criterion(method, A.shape, gamma, epsilon)
    oblique = method in OBLIQUE
    starts = [np.eye(k)]
    rng = np.random.default_rng(seed)
    starts += [random_orthogonal(k, rng) for _ in range(random_starts)]
    results = []
    for start in starts:
        if method == "varimax":
            results.append(_varimax(rows, start, tolerance, max_iterations))
        else:
            size = GRADIENT if tolerance is None else tolerance
            results.append(
                project(rows, criterion, start, oblique=oblique, tolerance=size, max_iterations=max_iterations)
            )
    best = min(results, key=lambda result: result.value)
    search = Search(
        kaiser=normalise,
        value=best.value,
        iterations=best.iterations,
        converged=best.converged,
        starts=len(starts),
        minima=_different([result.value for result in results]),
    )
    T = best.transformation
    matrix: Floats = np.asarray(np.linalg.inv(T).T if oblique else T, dtype=np.float64)
    return _finish(method, A @ matrix, matrix, T.T @ T if oblique else np.eye(k), search)


def canonical_order(pattern: Floats, phi: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Order of the factors by variance explained, and signs that make each column sum positive."""
    explained = np.diagonal(phi @ pattern.T @ pattern)
    order = np.argsort(-np.round(explained, 12), kind="stable")
    signs = np.where(pattern[:, order].sum(axis=0) < 0, -1.0, 1.0)
    return order, signs


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How a rotation was found."""

    kaiser: bool
    value: float = float("nan")
    iterations: int = 0
    converged: bool = True
    starts: int = 1
    minima: int = 1


def _finish(method: RotationMethod, pattern: Floats, matrix: Floats, phi: Floats, search: Search) -> Rotation:
    order, signs = canonical_order(pattern, phi)
    phi = phi[np.ix_(order, order)] * np.outer(signs, signs)
    scale = np.sqrt(np.diagonal(phi))
    phi = phi / np.outer(scale, scale)
    np.fill_diagonal(phi, 1.0)
    return Rotation(
        method=method,
        pattern=pattern[:, order] * signs,
        phi=(phi + phi.T) / 2,
        transformation=matrix[:, order] * signs,
        kaiser=search.kaiser,
        value=search.value,
        iterations=search.iterations,
        converged=search.converged,
        starts=search.starts,
        minima=search.minima,
    )


def _criterion(method: RotationMethod, shape: tuple[int, ...], gamma: float, epsilon: float) -> Criterion:
    p, k = shape
    known: dict[str, Criterion] = {
        "varimax": varimax_criterion,
        "quartimax": crawford_ferguson(0.0),
        "equamax": crawford_ferguson(k / (2 * p)),
        "oblimin": oblimin(gamma),
        "quartimin": oblimin(0.0),
        "geomin": geomin(epsilon),
        "geomin_orthogonal": geomin(epsilon),
    }
    return known[method]


def _varimax(L: Floats, start: Floats, tolerance: float | None, most: int) -> Projection:
    """Alternate: target from the loadings, rotation nearest to it (singular value decomposition); then polish."""
    total = 0.0
    T = start
    share = 1e-9 if tolerance is None else tolerance
    iterations, converged = 0, False
    while not converged and iterations < most:
        rotated = L @ T
        left, values, right = np.linalg.svd(L.T @ (rotated**3 - rotated * (rotated**2).mean(axis=0)))
        T = left @ right
        converged = bool(values.sum() < total * (1 + share))
        total = float(values.sum())
        iterations += 1
    if tolerance is None:
        return project(L, varimax_criterion, T, oblique=False, tolerance=GRADIENT, max_iterations=most)
    rotated = L @ T
    return Projection(
        loadings=rotated,
        transformation=T,
        value=varimax_criterion(rotated)[0],
        gradient=float("nan"),
        iterations=iterations,
        converged=converged,
    )


def _promax(
    A: Floats,
    rows: Floats,
    power: float,
    convention: PromaxConvention,
    normalise: bool,
    tolerance: float | None,
    most: int,
) -> tuple[Floats, Floats, Search]:
    first = _varimax(rows, np.eye(A.shape[1]), tolerance, most)
    T = first.transformation
    L = (rows if convention == "psych" else A) @ T
    target = L * np.abs(L) ** (power - 1)
    U = np.linalg.lstsq(L, target, rcond=None)[0]
    U = U * np.sqrt(np.diagonal(np.linalg.inv(U.T @ U)))
    matrix = T @ U
    search = Search(kaiser=normalise, iterations=first.iterations, converged=first.converged)
    return A @ matrix, matrix, search


def _different(values: list[float]) -> int:
    ordered = np.sort(values)
    return 1 + int((np.diff(ordered) > 1e-6 * max(1.0, abs(float(ordered[0])))).sum())
