"""Two-step estimates of polychoric correlations from many contingency tables at once.

Behind each ordered answer stands a standard normal variable cut at thresholds tau. With P_ab(rho) the probability of a
cell between its thresholds (differences of the bivariate normal distribution) and n_ab its frequency,

    l(rho) = sum n_ab log P_ab,   l' = sum n_ab P'_ab / P_ab,   l'' = sum n_ab (P''_ab / P_ab - (P'_ab / P_ab)^2),

where P' and P'' are the same differences of the density phi2 and of its derivative. Step one takes the thresholds from
the margins; step two solves l'(rho) = 0 by Newton's method, kept between bounds that the sign of l' narrows.

All arrays are padded to K categories: thresholds beyond an item's own are +inf, frequencies there 0.

References
----------
Olsson (1979), Psychometrika 44, 443-460; Joreskog (1994), Psychometrika 59, 381-389.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.correlations.bivariate_normal import (
    FAR,
    bivariate_normal_cdf,
    bivariate_normal_density,
    density_slope,
    normal_cdf,
    normal_density,
)

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

SMALLEST = 1e-300
BOUND = 1 - 1e-7  # a likelihood that still rises here has its maximum at 1: a perfect correlation
NEAR_BOUND = 0.5
FLAT = 1e-12  # of the log-likelihood, per respondent
STEPS = 60
TOLERANCE = 1e-10

__all__ = [
    "InfluenceParts",
    "TwoStepFit",
    "cell_probabilities",
    "fit_tables",
    "influence_parts",
    "thresholds_of_margins",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoStepFit:
    """Per table (m,): the estimate, l and the curvature -l'' there, and how the iteration ended.

    ``rho`` is NaN without any frequency, and +-1 where ``boundary``: the likelihood rises up to a perfect correlation.
    """

    rho: Floats
    log_likelihood: Floats
    information: Floats
    boundary: Booleans
    converged: Booleans
    iterations: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InfluenceParts:
    """What one respondent adds to rho, per table: ``own`` (m, K, K) through l' by cell, ``rows`` and ``columns`` (m, K)
    through the thresholds of either item by category. rho_hat - rho is about the sum of w_i (own + rows + columns)."""

    own: Floats
    rows: Floats
    columns: Floats


def thresholds_of_margins(margins: Floats) -> Floats:
    """tau_t = Phi^-1(share up to category t), (p, K - 1); +inf beyond an item's own categories."""
    from scipy.special import ndtri

    totals = margins.sum(axis=1, keepdims=True)
    below = np.cumsum(margins, axis=1)[:, :-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        # from the nearer end, so that a share next to 1 keeps its digits and a whole one is exactly 1
        above = np.cumsum(margins[:, :0:-1], axis=1)[:, ::-1]
        tau: Floats = np.where(2 * below <= totals, ndtri(below / totals), -ndtri(above / totals))
    return tau


def cell_probabilities(tau_rows: Floats, tau_columns: Floats, rho: Floats) -> Floats:
    """P_ab, (m, K, K), from thresholds (m, K - 1) and correlations (m,)."""
    m, cuts = tau_rows.shape
    grid = np.zeros((m, cuts + 2, cuts + 2))
    grid[:, -1, -1] = 1.0
    grid[:, 1:-1, -1] = normal_cdf(tau_rows)
    grid[:, -1, 1:-1] = normal_cdf(tau_columns)
    grid[:, 1:-1, 1:-1] = bivariate_normal_cdf(tau_rows[:, :, None], tau_columns[:, None, :], rho[:, None, None])
    return np.maximum(_differences(grid), 0.0)


def fit_tables(tables: Floats, tau_rows: Floats, tau_columns: Floats) -> TwoStepFit:
    """Maximise l for each table (m, K, K) at given thresholds (m, K - 1)."""
    m = len(tables)
    rho = _first_guess(tables, tau_rows, tau_columns)
    low, high = np.full(m, -1.0), np.full(m, 1.0)
    active = np.flatnonzero(tables.sum(axis=(1, 2)) > 0)
    boundary = np.zeros(m, dtype=np.bool_)
    converged = np.zeros(m, dtype=np.bool_)
    iterations = 0
    while len(active) and iterations < STEPS:
        iterations += 1
        at = rho[active]
        slope, curvature = _derivatives(tables[active], tau_rows[active], tau_columns[active], at)
        rising = slope > 0
        low[active] = np.where(rising, at, low[active])
        high[active] = np.where(rising, high[active], at)
        # Newton in z = atanh(rho), where the likelihood is nearer to a parabola
        rest = 1 - at * at
        first, second = slope * rest, curvature * rest * rest - 2 * at * slope * rest
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            step = np.where(second < 0, -first / second, np.nan)
            target = np.tanh(np.arctanh(at) + step)
        bad = ~((target >= low[active]) & (target <= high[active]) & (np.abs(target) <= BOUND))
        target = np.where(bad, (low[active] + high[active]) / 2, target)
        still = np.abs(target - at) < TOLERANCE
        edge = np.abs(target) > BOUND
        rho[active] = np.where(edge, np.sign(target), target)
        boundary[active] = edge
        converged[active] = still | edge
        active = active[~(still | edge)]
    return _summed_up(tables, tau_rows, tau_columns, rho, boundary, converged, iterations)


def _summed_up(
    tables: Floats,
    tau_rows: Floats,
    tau_columns: Floats,
    rho: Floats,
    boundary: Booleans,
    converged: Booleans,
    iterations: int,
) -> TwoStepFit:
    empty = ~(tables.sum(axis=(1, 2)) > 0)
    log_likelihood = _log_likelihood(tables, tau_rows, tau_columns, rho)
    # towards +-1 the likelihood may become flat to rounding; if the bound itself is as likely, that is the estimate
    close = np.flatnonzero((np.abs(rho) > NEAR_BOUND) & ~boundary & ~empty)
    at_bound = _log_likelihood(tables[close], tau_rows[close], tau_columns[close], np.sign(rho[close]))
    flat = close[at_bound >= log_likelihood[close] - FLAT * tables[close].sum(axis=(1, 2))]
    boundary[flat], converged[flat], rho[flat] = True, True, np.sign(rho[flat])
    inside = np.where(boundary, 0.0, rho)
    _, curvature = _derivatives(tables, tau_rows, tau_columns, inside)
    return TwoStepFit(
        rho=np.where(empty, np.nan, rho),
        log_likelihood=np.where(empty, np.nan, log_likelihood),
        information=np.where(empty | boundary, np.nan, -curvature),
        boundary=boundary,
        converged=converged,
        iterations=iterations,
    )


def _log_likelihood(tables: Floats, tau_rows: Floats, tau_columns: Floats, rho: Floats) -> Floats:
    P = cell_probabilities(tau_rows, tau_columns, rho)
    values: Floats = (tables * np.log(np.maximum(P, SMALLEST))).sum(axis=(1, 2))
    return values


def influence_parts(
    tables: Floats, tau_rows: Floats, tau_columns: Floats, rho: Floats, margin_rows: Floats, margin_columns: Floats
) -> InfluenceParts:
    """Split each respondent's influence on rho (m,) into the pair's own part and those of the two sets of thresholds.

    The information matrices are the cross-products of scores, as Muthen (1984) has them: with s = P'/P and u_t the
    score of threshold t, rho_hat - rho = (sum n s^2)^-1 (sum s - sum n s u_t (tau_hat_t - tau_t)), and the threshold of
    an item with W respondents moves by (1[x <= t] - Phi(tau_t)) / (W phi(tau_t)) for each of them. ``margin_rows`` (m,
    K) and ``margin_columns`` are the frequencies the thresholds came from.
    """
    P = np.maximum(cell_probabilities(tau_rows, tau_columns, rho), SMALLEST)
    slope = _differences(_framed(_density(tau_rows, tau_columns, rho)))
    with np.errstate(invalid="ignore", divide="ignore"):
        score = np.where(tables > 0, slope / P, 0.0)
        information = (tables * score * score).sum(axis=(1, 2))
        weighted = tables * score / P
        rows = _threshold_part(weighted, tau_rows, tau_columns, rho, margin_rows, information)
        columns = _threshold_part(weighted.swapaxes(1, 2), tau_columns, tau_rows, rho, margin_columns, information)
        own = score / information[:, None, None]
    return InfluenceParts(own=own, rows=rows, columns=columns)


def _threshold_part(
    weighted: Floats, tau: Floats, other: Floats, rho: Floats, margins: Floats, information: Floats
) -> Floats:
    """-(sum n s^2)^-1 sum_t (sum n s u_t) (1[a <= t] - Phi_t) / (W phi_t) for each category a, (m, K)."""
    finite = np.isfinite(tau)
    density = normal_density(np.where(finite, tau, 0.0))
    spread = np.sqrt((1 - rho) * (1 + rho))[:, None, None]
    h, k = np.clip(tau, -FAR, FAR)[:, :, None], np.clip(other, -FAR, FAR)[:, None, :]
    up_to = normal_cdf((k - rho[:, None, None] * h) / spread)
    edges = np.concatenate([np.zeros_like(up_to[:, :, :1]), up_to, np.ones_like(up_to[:, :, :1])], axis=2)
    within = np.diff(edges, axis=2)  # P(column b | the row variable sits at threshold t)
    # phi_t cancels: u_t holds it as a factor, the threshold's own influence divides by it
    cross = (within * (weighted[:, :-1] - weighted[:, 1:])).sum(axis=2)
    categories = np.arange(tau.shape[1] + 1)
    below = categories[:, None] <= categories[:-1]
    share = normal_cdf(tau)
    moved = below[None] - share[:, None, :]
    effect = np.where(finite & (density > 0), cross, 0.0)[:, None, :] * moved
    total = margins.sum(axis=1) * information
    part: Floats = -effect.sum(axis=2) / total[:, None]
    return part


def _derivatives(tables: Floats, tau_rows: Floats, tau_columns: Floats, rho: Floats) -> tuple[Floats, Floats]:
    """l' and l'' at rho (m,)."""
    P = np.maximum(cell_probabilities(tau_rows, tau_columns, rho), SMALLEST)
    density = _density(tau_rows, tau_columns, rho)
    h, k = (np.clip(tau, -FAR, FAR) for tau in (tau_rows, tau_columns))
    change = density * density_slope(h[:, :, None], k[:, None, :], rho[:, None, None])
    seen = tables > 0
    ratio = np.where(seen, _differences(_framed(density)) / P, 0.0)
    second = np.where(seen, _differences(_framed(change)) / P, 0.0)
    return (tables * ratio).sum(axis=(1, 2)), (tables * (second - ratio * ratio)).sum(axis=(1, 2))


def _density(tau_rows: Floats, tau_columns: Floats, rho: Floats) -> Floats:
    h, k = (np.clip(tau, -FAR, FAR) for tau in (tau_rows, tau_columns))
    return bivariate_normal_density(h[:, :, None], k[:, None, :], rho[:, None, None])


def _framed(grid: Floats) -> Floats:
    """A border of zeros: the density at infinite thresholds."""
    return np.pad(grid, ((0, 0), (1, 1), (1, 1)))


def _differences(grid: Floats) -> Floats:
    """Second differences over rows and columns: from values at thresholds to cells."""
    strips = grid[:, 1:] - grid[:, :-1]
    cells: Floats = strips[:, :, 1:] - strips[:, :, :-1]
    return cells


def _first_guess(tables: Floats, tau_rows: Floats, tau_columns: Floats) -> Floats:
    """Pearson's r of the category numbers, unfolded by the ratio of their spread to the density at the thresholds."""
    position = np.arange(tables.shape[1], dtype=np.float64)
    total = tables.sum(axis=(1, 2))
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Any = (rows @ position / total, columns @ position / total)
        covariance = np.einsum("mab,a,b->m", tables, position, position) / total - mean[0] * mean[1]
        peaks = [normal_density(tau).sum(axis=1) for tau in (tau_rows, tau_columns)]
        guess = covariance / (peaks[0] * peaks[1])
    return np.clip(np.where(np.isfinite(guess), guess, 0.0), -0.9, 0.9)
