"""Means and covariances by maximum likelihood from incomplete answers: the unrestricted model.

The EM algorithm for the multivariate normal distribution (Dempster, Laird & Rubin 1977; Little & Rubin 2002, ch. 11)
over patterns of missing answers, with the squared-extrapolation step of Varadhan & Roland (2008), which needs about a
tenth of the steps where much is missing and never accepts a step that lowers the likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    from analysis.factors.cfa.sample import Pattern

Floats = NDArray[np.float64]

__all__ = ["pattern_log_likelihood", "saturated_moments"]


def saturated_moments(
    patterns: Sequence[Pattern], values: Floats, *, max_steps: int = 2000, tolerance: float = 1e-10
) -> tuple[Floats, Floats]:
    """Maximum-likelihood means (p,) and covariances (p, p) of ``values`` (n, p), NaN where missing.

    ``tolerance`` bounds the last change of any mean or covariance, in units of the items' standard deviations.

    Raises
    ------
    InsufficientDataError
        The steps did not settle: too much is missing for some pair of items.
    """
    p = values.shape[1]
    n = len(values)
    mean = np.nanmean(values, axis=0)
    variance = np.nanvar(values, axis=0)
    spread = np.sqrt(variance)
    lower = np.tril_indices(p)
    scale = np.concatenate([spread, np.outer(spread, spread)[lower]])

    def packed(mean: Floats, covariance: Floats) -> Floats:
        return np.concatenate([mean, covariance[lower]])

    def unpacked(point: Floats) -> tuple[Floats, Floats]:
        covariance = np.zeros((p, p))
        covariance[lower] = point[p:]
        return point[:p], covariance + np.tril(covariance, -1).T

    def step(point: Floats) -> Floats:
        return packed(*_em_step(patterns, *unpacked(point), n))

    point = packed(mean, np.diag(variance))
    likelihood = -np.inf
    for _ in range(max_steps):
        try:
            one = step(point)
            two = step(one)
        except np.linalg.LinAlgError:
            raise InsufficientDataError.of("analysis.cfa_saturated_unsettled", n=n) from None
        if np.max(np.abs(one - point) / scale) < tolerance:
            return unpacked(one)
        change, curve = (one - point) / scale, (two - 2 * one + point) / scale
        bend = float(np.linalg.norm(curve))
        length = -max(1.0, float(np.linalg.norm(change)) / bend) if bend > 0 else -1.0
        leap = point - 2 * length * (one - point) + length**2 * (two - 2 * one + point)
        reached = pattern_log_likelihood(patterns, *unpacked(leap))
        if reached < likelihood or not np.isfinite(reached):
            leap = two
            reached = pattern_log_likelihood(patterns, *unpacked(two))
        point, likelihood = leap, reached
    raise InsufficientDataError.of("analysis.cfa_saturated_unsettled", n=n)


def pattern_log_likelihood(patterns: Sequence[Pattern], mean: Floats, covariance: Floats) -> float:
    """Normal log-likelihood of incomplete answers; minus infinity where the covariances are not positive definite."""
    total = 0.0
    for pattern in patterns:
        at = pattern.answered
        block = covariance[np.ix_(at, at)]
        try:
            factor = np.linalg.cholesky(block)
        except np.linalg.LinAlgError:
            return -np.inf
        away = pattern.mean - mean[at]
        second = pattern.covariance + np.outer(away, away)
        half = np.linalg.solve(factor, second)
        quadratic = np.trace(np.linalg.solve(factor, half.T))
        total -= 0.5 * pattern.n * (len(at) * np.log(2 * np.pi) + 2 * np.log(np.diag(factor)).sum() + quadratic)
    return float(total)


def _em_step(patterns: Sequence[Pattern], mean: Floats, covariance: Floats, n: int) -> tuple[Floats, Floats]:
    p = len(mean)
    first, second = np.zeros(p), np.zeros((p, p))
    for pattern in patterns:
        at = pattern.answered
        rest = np.setdiff1d(np.arange(p), at)
        filled = np.zeros((p, len(at)))
        filled[at, np.arange(len(at))] = 1.0
        if rest.size:
            filled[rest] = np.linalg.solve(covariance[np.ix_(at, at)], covariance[np.ix_(at, rest)]).T
        away = filled @ (pattern.mean - mean[at])
        first += pattern.n * away
        second += pattern.n * (filled @ pattern.covariance @ filled.T + np.outer(away, away))
        if rest.size:
            left = covariance[np.ix_(rest, rest)] - filled[rest] @ covariance[np.ix_(at, rest)]
            second[np.ix_(rest, rest)] += pattern.n * left
    shift = first / n
    return mean + shift, second / n - np.outer(shift, shift)
