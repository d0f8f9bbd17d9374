"""Spearman's rho and Kendall's tau-b from contingency tables or from two columns; formulas and sources in `rank`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.correlations.correlation_result import student_p

Floats = NDArray[np.float64]
Figures = tuple[Floats, Floats, Floats]
"""r, standard error of atanh r, two-sided p."""

__all__ = ["Figures", "kendall_of_pair", "kendall_of_tables", "spearman_of_pair", "spearman_of_tables"]


def spearman_of_tables(tables: Floats, n: Floats) -> Figures:
    """Figures of tables (m, K, K) of which ``n`` (m,) is the effective number of respondents."""
    ranks = []
    for axis in (2, 1):
        margin = tables.sum(axis=axis)
        ranks.append(np.cumsum(margin, axis=1) - margin / 2)  # up to a shift, which correlations do not see
    total = tables.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [(tables.sum(axis=axis) * rank).sum(axis=1) / total for axis, rank in zip((2, 1), ranks, strict=True)]
        x, y = (rank - mean[:, None] for rank, mean in zip(ranks, means, strict=True))
        covariance = np.einsum("mab,ma,mb->m", tables, x, y)
        variances = [(tables.sum(axis=axis) * d**2).sum(axis=1) for axis, d in ((2, x), (1, y))]
        r = covariance / np.sqrt(variances[0] * variances[1])
    return _spearman_figures(r, n)


def spearman_of_pair(x: Floats, y: Floats) -> Figures:
    """Figures of two columns without missing values."""
    from scipy.stats import rankdata

    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        r = np.nan
    else:
        ranks = [rankdata(values) for values in (x, y)]
        r = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    return _spearman_figures(np.array(r), np.array(float(len(x))))


def _spearman_figures(r: Floats, n: Floats) -> Figures:
    r = np.clip(r, -1.0, 1.0)
    room = np.where(n > 3, n - 3, np.nan)
    return r, np.sqrt((1 + r * r / 2) / room), student_p(r, n)


def kendall_of_tables(tables: Floats, n: Floats) -> Figures:
    """Figures of tables (m, K, K), counted on the scale of the effective number of respondents ``n`` (m,)."""
    total = tables.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        # on the scale of the effective n, which without case weights is the number of respondents
        tables = tables * (n / total)[:, None, None]
        rows, columns = tables.sum(axis=2), tables.sum(axis=1)
        net = _net_concordance(tables)
        score = (tables * net).sum(axis=(1, 2)) / 2  # C - D
        tied = [n**2 - (margin**2).sum(axis=1) for margin in (rows, columns)]
        root = np.sqrt(tied[0] * tied[1])
        tau = 2 * score / root
        spread = rows[:, :, None] * tied[1][:, None, None] + columns[:, None, :] * tied[0][:, None, None]
        delta = (2 * root[:, None, None] * net + tau[:, None, None] * spread) ** 2
        variance = (tables * delta).sum(axis=(1, 2)) - n**3 * tau**2 * (tied[0] + tied[1]) ** 2
        error = np.sqrt(np.maximum(variance, 0.0)) / root**2
        fisher = error / (1 - tau**2)
    return np.clip(tau, -1.0, 1.0), fisher, _kendall_p(score, n, rows, columns)


def _net_concordance(tables: Floats) -> Floats:
    """For each cell, respondents that lie on its rising diagonals minus those on its falling ones."""
    m, rows, columns = tables.shape
    corner = np.zeros((m, rows + 1, columns + 1))
    corner[:, 1:, 1:] = tables.cumsum(axis=1).cumsum(axis=2)
    above = corner[:, :-1, :-1]  # rows before, columns before
    all_before = corner[:, :-1, -1:]
    all_left = corner[:, -1:, :-1]
    through_row, through_column = corner[:, 1:, :-1], corner[:, :-1, 1:]
    below = corner[:, -1:, -1:] - corner[:, 1:, -1:] - corner[:, -1:, 1:] + corner[:, 1:, 1:]
    net: Floats = above + below - (all_before - through_column) - (all_left - through_row)
    return net


def _kendall_p(score: Floats, n: Floats, rows: Floats, columns: Floats) -> Floats:
    """Two-sided p of no association; the variance of C - D under ties is Kendall's."""
    from scipy.special import ndtr

    v0 = n * (n - 1) * (2 * n + 5)
    vr, vc = ((t * (t - 1) * (2 * t + 5)).sum(axis=-1) for t in (rows, columns))
    ones = [(t * (t - 1)).sum(axis=-1) for t in (rows, columns)]
    twos = [(t * (t - 1) * (t - 2)).sum(axis=-1) for t in (rows, columns)]
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = (v0 - vr - vc) / 18
        variance = variance + ones[0] * ones[1] / (2 * n * (n - 1))
        variance = variance + np.where(n > 2, twos[0] * twos[1] / (9 * n * (n - 1) * (n - 2)), 0.0)
        p: Floats = 2 * ndtr(-np.abs(score) / np.sqrt(variance))
    return np.where(variance > 0, p, np.nan)


def kendall_of_pair(x: Floats, y: Floats) -> Figures:
    """Figures of two columns without missing values; the interval is Fieller's."""
    from scipy.stats import kendalltau

    n = len(x)
    if n < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.array(np.nan), np.array(np.nan), np.array(np.nan)
    found = kendalltau(x, y, method="asymptotic")
    error = np.sqrt(0.437 / (n - 4)) if n > 4 else np.nan
    return np.array(found.statistic), np.array(error), np.array(found.pvalue)
