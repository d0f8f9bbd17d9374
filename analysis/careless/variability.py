"""How much a respondent's answers vary: the standard deviation within the person, and patterns that repeat."""

from __future__ import annotations

import numpy as np

from analysis.careless.index import CarelessIndex, Floats, Integers, nobody
from analysis.careless.row_correlation import row_correlation

__all__ = ["individual_variability", "repeating_pattern"]


def individual_variability(answers: Floats, *, least: int = 10) -> CarelessIndex:
    """Standard deviation of each respondent's answers (IRV; intra-individual response variability).

    Parameters
    ----------
    answers : (n, p) answers as presented, on one and the same scale; NaN is missing.
    least : fewest answers that allow a judgement.

    Notes
    -----
    With n - 1 over the answers given, as ``irv`` of the R package careless. Low values are answers that are all
    (nearly) alike. Source: Dunn, Heggestad, Shanock & Theilgard (2018), Journal of Business and Psychology 33,
    105-121, who give no absolute cut.
    """
    conventions = ("over the answers given", "standard deviation with n - 1")
    n, p = answers.shape
    least = max(least, 2)
    if p < least:
        return nobody("irv", n, "items", "too_few_items", conventions)
    given = ~np.isnan(answers)
    count = given.sum(axis=1)
    filled = np.where(given, answers, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    squares = (np.where(given, answers - mean[:, None], 0.0) ** 2).sum(axis=1)
    values = np.where(count >= least, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)
    return CarelessIndex(name="irv", values=values, basis=count, unit="items", conventions=conventions)


def repeating_pattern(answers: Floats, *, lags: int = 10, least: int = 20) -> tuple[CarelessIndex, Integers]:
    """Strongest autocorrelation of each respondent's answers, and its lag.

    Parameters
    ----------
    answers : (n, p) answers as presented, in presentation order, on one and the same scale; NaN is missing.
    lags : the longest distance looked at; a pattern such as 1-2-3-2 repeats at a distance of 4.
    least : fewest pairs of answers a correlation rests on.

    Returns
    -------
    CarelessIndex of the largest Pearson correlation between the answers and the answers ``lag`` items later, over
    lags from 1, and the lag (n,), 0 where not judged. Positive only: what repeats. Respondents whose answers do not
    vary cannot be judged here; strings of equal answers find them.

    Notes
    -----
    Idea: Rihacek & Gottfried (2021), R package
    responsePatterns (``rp.acors``), who read the highest percentiles; no absolute cut is published.
    """
    conventions = ("pairs with both answers given", f"lags 1 to {lags}", "largest positive correlation")
    n, p = answers.shape
    if p - 1 < least:
        return nobody("pattern", n, "pairs", "too_few_items", conventions), np.zeros(n, dtype=np.int64)
    best, at, basis = np.full(n, np.nan), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for lag in range(1, min(lags, p - least) + 1):
        found, count = row_correlation(answers[:, :-lag], answers[:, lag:])
        better = (count >= least) & ~np.isnan(found) & ~(found <= best)
        best[better], at[better], basis[better] = found[better], lag, count[better]
    return CarelessIndex(name="pattern", values=best, basis=basis, unit="pairs", conventions=conventions), at
