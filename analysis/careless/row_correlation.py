"""Pearson correlation within each respondent, over columns that stand side by side."""

from __future__ import annotations

import numpy as np

from analysis.careless.index import Floats, Integers

__all__ = ["correlation_of_sums", "row_correlation"]

_FLAT = 1e-10
"""A variance below this share of the mean square is rounding, not variation."""


def row_correlation(first: Floats, second: Floats, *, rows: int = 4096) -> tuple[Floats, Integers]:
    """Correlation of row i of ``first`` with row i of ``second`` over the columns where both are given.

    Parameters
    ----------
    first, second : (n, m); NaN is missing.
    rows : respondents worked on at a time, which bounds the memory.

    Returns
    -------
    correlations (n,), NaN where there are fewer than three pairs or one side does not vary; and the pairs used (n,).
    """
    n = len(first)
    out, used = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    for start in range(0, n, rows):
        part = slice(start, start + rows)
        both = ~(np.isnan(first[part]) | np.isnan(second[part]))
        x, y = np.where(both, first[part], 0.0), np.where(both, second[part], 0.0)
        count = both.sum(axis=1)
        out[part] = correlation_of_sums(
            count.astype(np.float64),
            x.sum(axis=1),
            y.sum(axis=1),
            np.einsum("ij,ij->i", x, x),
            np.einsum("ij,ij->i", y, y),
            np.einsum("ij,ij->i", x, y),
        )
        used[part] = count
    return out, used


def correlation_of_sums(n: Floats, x: Floats, y: Floats, xx: Floats, yy: Floats, xy: Floats, /) -> Floats:
    """Correlations from counts, sums, sums of squares and of products; NaN below three pairs or without variation."""
    enough = n >= 3
    size = np.where(enough, n, 1.0)
    spread_x, spread_y = xx - x * x / size, yy - y * y / size
    varies = enough & (spread_x > _FLAT * np.maximum(xx, _FLAT)) & (spread_y > _FLAT * np.maximum(yy, _FLAT))
    scale = np.sqrt(np.where(varies, spread_x * spread_y, 1.0))
    found: Floats = np.where(varies, np.clip((xy - x * y / size) / scale, -1.0, 1.0), np.nan)
    return found
