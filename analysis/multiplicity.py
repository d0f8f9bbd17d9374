"""Adjusting p values when many indicators are tested at once."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from survey.errors import SatixError

__all__ = ["MultiplicityMethod", "adjust_p_values"]

FloatArray = npt.NDArray[np.float64]
MultiplicityMethod = Literal["holm", "hochberg", "bonferroni", "benjamini_hochberg", "benjamini_yekutieli"]


def adjust_p_values(p_values: npt.ArrayLike, *, method: MultiplicityMethod = "holm") -> FloatArray:
    """Adjusted p values of one family of tests, or of many families at once.

    Parameters
    ----------
    p_values : array, shape (..., m)
        Raw p values; the last axis is one family. NaN is a test that could not be made: it stays NaN and does not
        count towards m.
    method
        ``holm``, ``hochberg`` and ``bonferroni`` hold the chance of any false finding (hochberg needs independent or
        positively dependent tests); ``benjamini_hochberg`` and ``benjamini_yekutieli`` hold the expected share of
        false findings among the findings (the latter under any dependence).

    Returns
    -------
    array of the same shape; reject where the adjusted value is at most alpha.

    Raises
    ------
    SatixError
        ``analysis.p_value_range``: a value outside 0 to 1.

    References
    ----------
    Holm (1979), Scand. J. Statist. 6, 65-70; Hochberg (1988), Biometrika 75, 800-802;
    Benjamini & Hochberg (1995), JRSS B 57, 289-300; Benjamini & Yekutieli (2001), Ann. Statist. 29, 1165-1188.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if np.any((p < 0) | (p > 1)):
        raise SatixError.of("analysis.p_value_range", found=float(p[(p < 0) | (p > 1)][0]))
    if p.ndim == 0 or p.shape[-1] == 0:
        return p.copy()
    order = np.argsort(p, axis=-1, kind="stable")  # NaN sorts last
    ordered = np.take_along_axis(p, order, axis=-1)
    m = np.count_nonzero(~np.isnan(p), axis=-1)[..., None]
    rank = np.arange(1, p.shape[-1] + 1, dtype=np.float64)
    if method == "holm":
        adjusted = np.fmax.accumulate(ordered * (m - rank + 1), axis=-1)
    elif method == "bonferroni":
        adjusted = ordered * m
    else:
        factors = {
            "hochberg": m - rank + 1,
            "benjamini_hochberg": m / rank,
            "benjamini_yekutieli": m / rank * _harmonic(m),
        }[method]
        adjusted = np.fmin.accumulate((ordered * factors)[..., ::-1], axis=-1)[..., ::-1]
    result = np.empty_like(p)
    np.put_along_axis(result, order, np.minimum(adjusted, 1.0), axis=-1)
    result[np.isnan(p)] = np.nan
    return result


def _harmonic(m: npt.NDArray[np.int64]) -> FloatArray:
    """1 + 1/2 + ... + 1/m for each m."""
    sums = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, int(m.max(initial=0)) + 1))])
    return np.asarray(sums[m], dtype=np.float64)
