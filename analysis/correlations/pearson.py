"""Product-moment correlations: listwise or pairwise, with case weights, with intervals.

Two conventions exist for pairwise missing answers, and they differ:

- ``"pair"``: every figure of a pair (means, variances, covariance) from the respondents who answered both items, as
  R's ``cor(use = "pairwise")``; each entry is a correlation, the matrix may be none;
- ``"item"``: covariances of the pair over the variances of each item from all its answers, as R's
  ``cov2cor(cov(use = "pairwise"))`` and psych's alpha; an entry may lie outside -1 to 1.

Without missing answers both are the same.

References
----------
Pearson (1896), Philosophical Transactions A 187, 253-318; Fisher (1921), Metron 1, 3-32 (interval).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.blocked_products import single_threaded_blas
from analysis.correlations.contingency import check_weights
from analysis.correlations.correlation_result import (
    CorrelationResult,
    MissingRule,
    Variances,
    correlation_result,
    student_p,
)
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

BLOCK_ROWS = 16_384

__all__ = ["CorrelationResult", "pearson_correlations"]


def pearson_correlations(
    items: pd.DataFrame,
    *,
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    missing: MissingRule = "pairwise",
    variances: Variances = "pair",
    case_weights: ArrayLike | None = None,
    confidence: float = 0.95,
) -> CorrelationResult:
    """Pearson's r of the columns of ``items``.

    Parameters
    ----------
    items : (n, p) numbers, NaN where missing.
    reversed_items, scale : columns to turn round, x -> lowest + highest - x.
    missing : ``"pairwise"`` or ``"listwise"``.
    variances : see the module; without effect where no answer is missing.
    case_weights : (n,) not negative. The interval and the test then use Kish's effective n; they allow for unequal
        weights, not for strata or clusters.

    The interval is Fisher's: atanh r -+ z / sqrt(n - 3). The test is Student's with n - 2 degrees of freedom.

    Raises
    ------
    InsufficientDataError
        Fewer than two columns.
    SatixError
        Unknown items, scores outside the scale, reversal without a scale, bad weights or confidence.
    """
    from analysis.reliability import oriented_items

    values, names, _ = oriented_items(items, reversed_items=reversed_items, scale=scale)
    if len(names) < 2:
        raise InsufficientDataError.of("analysis.correlation_items", needed=2, found=len(names))
    weights = None if case_weights is None else check_weights(case_weights, len(values))
    sums = _sums(values, weights, complete=missing == "listwise")
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums.first / sums.weight
        spread = sums.square / sums.weight - mean**2
        spread[spread <= 1e-14 * sums.square / sums.weight] = 0.0
        covariance = sums.product / sums.weight - mean * mean.T
        if variances == "item":
            own = np.diagonal(spread * _unbiased(sums.count))
            r = covariance * _unbiased(sums.count) / np.sqrt(np.multiply.outer(own, own))
        else:
            r = covariance / np.sqrt(spread * spread.T)
        effective = sums.weight**2 / sums.squared_weight
    r = np.where(np.isfinite(r) & (sums.count > 1), r, np.nan)
    if variances == "pair":
        r = np.clip(r, -1.0, 1.0)
    np.fill_diagonal(r, np.where(np.isfinite(np.diagonal(r)), 1.0, np.nan))
    with np.errstate(invalid="ignore", divide="ignore"):
        fisher = 1 / np.sqrt(effective - 3)
    fisher[~(effective > 3)] = np.nan
    return correlation_result(
        kind="pearson",
        items=names,
        correlations=r,
        fisher_errors=fisher,
        p_value=student_p(r, effective),
        counts=sums.count,
        effective=np.where(sums.count > 0, effective, 0.0),
        missing=missing,
        variances=variances,
        interval="fisher_z",
        test="student_t",
        weighted=weights is not None,
        confidence=confidence,
        n=sums.n,
        n_rows=len(values),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sums:
    """Weighted sums over the respondents who answered items j and k, (p, p): of item j in row j."""

    count: Floats
    weight: Floats
    squared_weight: Floats
    first: Floats
    square: Floats
    product: Floats
    n: int


def _sums(values: Floats, weights: Floats | None, *, complete: bool) -> _Sums:
    p = values.shape[1]
    answered = ~np.isnan(values)
    keep = answered.all(axis=1) if complete else answered.any(axis=1)
    if weights is not None:
        keep &= weights > 0
    rows = np.flatnonzero(keep)
    counts = answered.sum(axis=0)
    centre = np.where(counts > 0, np.where(answered, values, 0.0).sum(axis=0) / np.maximum(counts, 1), 0.0)
    total = np.zeros((6, p, p))
    with single_threaded_blas():
        for start in range(0, len(rows), BLOCK_ROWS):
            chosen = rows[start : start + BLOCK_ROWS]
            flags = answered[chosen].astype(np.float64)
            x = np.where(answered[chosen], values[chosen] - centre, 0.0)
            w = np.ones((len(chosen), 1)) if weights is None else weights[chosen, None]
            weighted, wx = w * flags, w * x
            total[0] += flags.T @ flags
            total[1] += weighted.T @ flags
            total[2] += (w * weighted).T @ flags
            total[3] += wx.T @ flags
            total[4] += (wx * x).T @ flags
            total[5] += wx.T @ x
    names = ("count", "weight", "squared_weight", "first", "square", "product")
    return _Sums(**dict(zip(names, total, strict=True)), n=len(rows))


def _unbiased(count: Floats) -> Floats:
    return np.where(count > 1, count / np.maximum(count - 1, 1), np.nan)
