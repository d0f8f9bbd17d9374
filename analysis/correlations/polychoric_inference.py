"""Standard errors, intervals and the test of normality for polychoric correlations from tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.correlations.bivariate_normal import normal_density
from analysis.correlations.contingency import PairwiseTables
from analysis.correlations.polychoric_likelihood import TwoStepFit, influence_parts
from analysis.correlations.polychoric_result import EmptyCells

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

__all__ = ["filled_tables", "fisher_interval", "normality_test", "threshold_errors", "two_step_errors"]


def filled_tables(tables: Floats, levels: Integers, empty_cells: EmptyCells) -> Floats:
    """Tables (m, K, K) with their empty cells treated; ``levels`` (m, 2) are the items' categories."""
    if empty_cells == "none":
        return tables
    filled = tables.copy()
    if empty_cells == "half":
        position = np.arange(tables.shape[1])
        inside = (position < levels[:, :1])[:, :, None] & (position < levels[:, 1:])[:, None, :]
        filled[inside & (tables == 0)] = 0.5
        return filled
    corner = tables[:, :2, :2] if tables.shape[1] > 1 else tables
    one_empty = (levels == 2).all(axis=1) & ((corner == 0).sum(axis=(1, 2)) == 1)
    for table in np.flatnonzero(one_empty):
        row, column = np.argwhere(corner[table] == 0)[0]
        shift = min(0.5, corner[table][row, 1 - column] / 2, corner[table][1 - row, column] / 2)
        sign = np.where((np.add.outer(np.arange(2), np.arange(2)) + row + column) % 2 == 0, 1.0, -1.0)
        filled[table, :2, :2] += shift * sign
    return filled


def two_step_errors(tables: PairwiseTables, pairs: Integers, filled: Floats, tau: Floats, fit: TwoStepFit) -> Floats:
    """Root of the sum of squared influences; respondents who answered one item of a pair move its thresholds only."""
    first, second = pairs.T
    margins, squared_margins = tables.margins(), tables.margins("squared")
    rho = np.where(fit.boundary, np.nan, fit.rho)
    parts = influence_parts(filled, tau[first], tau[second], rho, margins[first], margins[second])
    squared = tables.tables(pairs, "squared")
    both = parts.own + parts.rows[:, :, None] + parts.columns[:, None, :]
    variance = np.where(squared > 0, squared * both**2, 0.0).sum(axis=(1, 2))
    variance += ((squared_margins[first] - squared.sum(axis=2)) * parts.rows**2).sum(axis=1)
    variance += ((squared_margins[second] - squared.sum(axis=1)) * parts.columns**2).sum(axis=1)
    errors: Floats = np.sqrt(variance)
    return errors


def fisher_interval(rho: Floats, errors: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Limits from standard errors of rho by Fisher's z."""
    from scipy.special import ndtri

    with np.errstate(invalid="ignore", divide="ignore"):
        half = ndtri((1 + confidence) / 2) * errors / (1 - rho**2)
        return np.tanh(np.arctanh(rho) - half), np.tanh(np.arctanh(rho) + half)


def normality_test(
    tables: Floats, fit: TwoStepFit, levels: Integers, *, weighted: bool
) -> tuple[Floats, Floats, Floats]:
    """Likelihood-ratio test of bivariate normality per table: chi2, degrees of freedom, p; NaN under weights."""
    from scipy.special import chdtrc

    total = tables.sum(axis=(1, 2), keepdims=True)
    saturated = np.where(tables > 0, tables * np.log(np.maximum(tables, 1e-300) / total), 0.0).sum(axis=(1, 2))
    chi2 = np.maximum(2 * (saturated - fit.log_likelihood), 0.0)
    df = (levels.prod(axis=1) - levels.sum(axis=1)).astype(np.float64)
    unknown = np.full(len(chi2), np.nan)
    if weighted:
        return unknown, df, unknown
    with np.errstate(invalid="ignore"):
        return chi2, df, np.where(df > 0, chdtrc(np.maximum(df, 1), chi2), np.nan)


def threshold_errors(tables: PairwiseTables, tau: Floats) -> tuple[Floats, ...]:
    """Standard errors of the thresholds: of a share, over the density at the threshold."""
    errors = []
    rows = zip(tau, tables.margins(), tables.margins("squared"), tables.levels, strict=True)
    for cuts, frequencies, squared, level in rows:
        total = frequencies.sum()
        share = np.cumsum(frequencies)[: level - 1] / total
        below = np.cumsum(squared)[: level - 1]
        variance = (below * (1 - share) ** 2 + (squared.sum() - below) * share**2) / total**2
        errors.append(np.sqrt(variance) / normal_density(cuts[: level - 1]))
    return tuple(errors)
