"""Replicates of Cronbach's alpha: bootstrap under case weights, bootstrap and jackknife of a sampling design.

Replicate weights times blocks of products; no row is copied.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from analysis.survey_design import SurveyDesign

ReplicateMethod = Literal["bootstrap", "jackknife"]
Floats = NDArray[np.float64]

BLOCK_VALUES = 4_000_000  # replicate weights held at a time: 32 MB

__all__ = ["ReplicateMethod", "alpha_replicates", "design_alpha_replicates"]


def alpha_replicates(
    values: Floats,
    case_weights: Floats,
    *,
    missing: Literal["pairwise", "listwise"],
    replicates: int,
    rng: np.random.Generator,
) -> Floats:
    """Raw alpha in bootstrap samples of the respondents, (replicates,).

    Each replicate draws n respondents with replacement and multiplies the case weights by how often each was
    drawn. ``values`` (n, k), NaN where missing; respondents of weight 0 or without any answer (listwise: without
    all) are left out before drawing. A replicate in which alpha is undefined is NaN.
    """
    answered = ~np.isnan(values)
    used = (case_weights > 0) & (answered.all(axis=1) if missing == "listwise" else answered.any(axis=1))
    scores, flags, weights = values[used], answered[used], case_weights[used]
    n, k = scores.shape
    if n < 2:
        return np.full(replicates, np.nan)
    scores = np.where(flags, scores - np.nanmean(scores, axis=0), 0.0)
    columns = _pair_products(scores, flags) if not flags.all() else _total_products(scores)
    alphas = np.empty(replicates)
    step = max(1, BLOCK_VALUES // n)
    for start in range(0, replicates, step):
        stop = min(start + step, replicates)
        drawn = np.stack([np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(start, stop)])
        sums = (drawn * weights) @ columns
        alphas[start:stop] = _pairwise_alpha(sums, k) if not flags.all() else _complete_alpha(sums, k)
    return alphas


def _total_products(scores: Floats) -> Floats:
    """1, x, x^2, total and total^2: all that alpha needs when every item is answered."""
    total = scores.sum(axis=1, keepdims=True)
    return np.hstack([np.ones((len(scores), 1)), scores, scores**2, total, total**2])


def _complete_alpha(sums: Floats, k: int) -> Floats:
    means = sums[:, 1:] / sums[:, :1]
    trace = (means[:, k : 2 * k] - means[:, :k] ** 2).sum(axis=1)
    total = means[:, 2 * k + 1] - means[:, 2 * k] ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        alpha: Floats = np.where(total > 0, k / (k - 1) * (1 - trace / total), np.nan)
    return alpha


def _pair_products(scores: Floats, flags: NDArray[np.bool_]) -> Floats:
    """For each pair j <= k: both answered, x_j, x_k and x_j x_k where both are."""
    first, second = np.triu_indices(scores.shape[1])
    both = flags[:, first] & flags[:, second]
    left, right = scores[:, first] * both, scores[:, second] * both
    return np.hstack([both, left, right, left * right])


def _pairwise_alpha(sums: Floats, k: int, counts: Floats | None = None) -> Floats:
    """``counts`` (replicates, pairs) give each covariance its divisor N - 1 in place of N."""
    weight, left, right, product = np.split(sums, 4, axis=1)
    first, second = np.triu_indices(k)
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = product / weight - left * right / weight**2
        if counts is not None:
            covariance = covariance * counts / (counts - 1)
        trace = covariance[:, first == second].sum(axis=1)
        total = 2 * covariance.sum(axis=1) - trace
        alpha: Floats = np.where(total > 0, k / (k - 1) * (1 - trace / total), np.nan)
    return alpha


def design_alpha_replicates(
    values: Floats,
    design: SurveyDesign,
    *,
    missing: Literal["pairwise", "listwise"],
    method: ReplicateMethod,
    replicates: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Raw alpha in replicates of the sampling design, and each replicate's factor in the variance.

    Whole primary sampling units are drawn (``"bootstrap"``: Rao and Wu's, n_h - 1 of the n_h units of a stratum with
    replacement) or left out one at a time (``"jackknife"``: JKn), the others weighted up. The variance is the sum of
    factor (replicate - estimate)^2. A stratum with a single unit adds nothing; population sizes are not used, which is
    on the safe side.

    References: Rao & Wu (1988), J. of the American Statistical Association 83, 231-241; Wolter (2007), Introduction to
    Variance Estimation, ch. 4.
    """
    answered = ~np.isnan(values)
    used = (design.case_weights > 0) & (answered.all(axis=1) if missing == "listwise" else answered.any(axis=1))
    scores = np.where(answered, values - np.nanmean(values[used], axis=0), 0.0)
    whole = bool(answered[used].all())
    columns = _total_products(scores) if whole else _pair_products(scores, answered)
    columns = columns * (design.case_weights * used)[:, None]
    units = design.sampling_units()
    sums = units.psu_totals(columns)
    ends = np.append(units.psu_starts, len(sums))
    drawn_units = list(pairwise(ends.tolist()))
    if method == "jackknife":
        rows, factors = [], []
        for left, right in drawn_units:
            size = right - left
            for unit in range(left, right) if size > 1 else ():
                multiplier = np.ones(len(sums))
                multiplier[left:right] = size / (size - 1)
                multiplier[unit] = 0.0
                rows.append(multiplier)
                factors.append((size - 1) / size)
        multipliers, factor = np.array(rows).reshape(-1, len(sums)), np.array(factors)
    else:
        multipliers = np.ones((replicates, len(sums)))
        for left, right in drawn_units:
            size = right - left
            if size > 1:
                counts = rng.multinomial(size - 1, np.full(size, 1 / size), size=replicates)
                multipliers[:, left:right] = counts * (size / (size - 1))
        factor = np.full(replicates, 1 / replicates)
    totals = multipliers @ sums
    k = values.shape[1]
    if whole:
        return _complete_alpha(totals, k), factor
    first, second = np.triu_indices(k)
    both = (answered[:, first] & answered[:, second] & used[:, None]).astype(np.float64)
    pair_counts = (multipliers > 0).astype(np.float64) @ units.psu_totals(both)
    return _pairwise_alpha(totals, k, pair_counts), factor
