"""Whether a respondent answers like items alike: even-odd, psychometric synonyms and antonyms, reversed pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.careless.index import CarelessIndex, Floats, nobody
from analysis.careless.row_correlation import correlation_of_sums, row_correlation

__all__ = ["even_odd", "psychometric_pairs", "psychometric_synonyms", "reversed_pairs"]

LEAST_RESPONDENTS = 50
"""Below this many respondents correlations between items are too loose to find synonyms by."""


def even_odd(scores: Floats, scales: Sequence[Sequence[int]], *, least_scales: int = 5) -> CarelessIndex:
    """Even-odd consistency: do the halves of the scales rise and fall together within the respondent?

    Parameters
    ----------
    scores : (n, p), reversed items turned round, all on one metric; NaN is missing.
    scales : columns of each scale in presentation order; scales of one item are left out.
    least_scales : fewest scales with both halves answered that allow a judgement.

    Returns
    -------
    CarelessIndex with the Spearman-Brown corrected correlation 2r / (1 + r), not below -1, between the means of the
    1st, 3rd, ... and of the 2nd, 4th, ... items over scales. High is consistent; the R package careless (``evenodd``,
    since 1.2.0) gives the same with the sign turned round. NaN where a half does not vary over scales.

    Notes
    -----
    Source: Johnson (2005), Journal of Research in Personality 39, 103-129; cut of .30 after Jackson (1976), see
    Meade & Craig (2012), Psychological Methods 17, 437-455.
    """
    conventions = ("means over the answers given in each half", "Spearman-Brown, not below -1")
    usable = [list(columns) for columns in scales if len(columns) >= 2]
    n = len(scores)
    if len(usable) < max(least_scales, 3):
        return nobody("even_odd", n, "scales", "too_few_scales", conventions)
    halves = [np.column_stack([_mean_given(scores[:, columns[begin::2]]) for columns in usable]) for begin in (0, 1)]
    r, count = row_correlation(halves[0], halves[1])
    judged = ~np.isnan(r) & (count >= least_scales)
    below = np.where(judged, 1.0 + r, 1.0)
    corrected = np.maximum(np.divide(2.0 * r, below, out=np.full(n, -1.0), where=below > 0), -1.0)
    values = np.where(judged, corrected, np.nan)
    return CarelessIndex(name="even_odd", values=values, basis=count, unit="scales", conventions=conventions)


def psychometric_pairs(scores: Floats, *, critical: float = 0.60) -> list[tuple[int, int]]:
    """Pairs of items (first, second; first before second) that correlate at least ``critical`` over respondents.

    A negative ``critical`` finds antonyms: pairs that correlate at most so. Correlations are pairwise complete, of
    pairs both answered by 50 respondents or more; items without variance pair with none.
    """
    given = ~np.isnan(scores)
    mask, x = given.astype(np.float64), np.where(given, scores, 0.0)
    count, sums, squares = mask.T @ mask, x.T @ mask, (x * x).T @ mask
    r = correlation_of_sums(count, sums, sums.T, squares, squares.T, x.T @ x)
    r[count < LEAST_RESPONDENTS] = np.nan
    found = r >= critical if critical > 0 else r <= critical
    return [(int(one), int(other)) for one, other in zip(*np.nonzero(np.triu(found, k=1)), strict=True)]


def psychometric_synonyms(
    scores: Floats, *, critical: float = 0.60, least_pairs: int = 5
) -> tuple[CarelessIndex, list[tuple[int, int]]]:
    """Within-person correlation over psychometric synonyms, or over antonyms where ``critical`` is negative.

    Parameters
    ----------
    scores : (n, p) as presented (not turned round, or antonyms would vanish), all on one metric; NaN is missing.
    critical : the correlation over respondents that makes a pair.
    least_pairs : fewest pairs with both items answered that allow a judgement (at least 3).

    Returns
    -------
    CarelessIndex, and the pairs. The item presented first is the first of its pair. NaN where one side does not vary.

    Notes
    -----
    ``psychsyn`` and ``psychant`` of the R package careless with ``resample_na = FALSE``; there a pair needs a
    correlation beyond ``critical``, here at ``critical`` or beyond. Sources: Meade & Craig (2012), Psychological
    Methods 17, 437-455 (r of .60 and -.60); Johnson (2005), Journal of Research in Personality 39, 103-129.
    """
    name = "synonyms" if critical > 0 else "antonyms"
    conventions = ("pairwise complete correlations between items", "pairs with both items answered")
    n, p = scores.shape
    if n < LEAST_RESPONDENTS:
        return nobody(name, n, "pairs", "too_few_respondents", conventions), []
    pairs = psychometric_pairs(scores, critical=critical)
    least = max(least_pairs, 3)
    if len(pairs) < least:
        return nobody(name, n, "pairs", "too_few_pairs", conventions), pairs
    paired = np.zeros((p, p))
    for first, second in pairs:
        paired[first, second] = 1.0
    given = ~np.isnan(scores)
    mask, x = given.astype(np.float64), np.where(given, scores, 0.0)
    seconds_there, firsts_there = mask @ paired.T, mask @ paired
    count = np.rint(np.einsum("ij,ij->i", mask, seconds_there))
    r = correlation_of_sums(
        count,
        np.einsum("ij,ij->i", x, seconds_there),
        np.einsum("ij,ij->i", x, firsts_there),
        np.einsum("ij,ij->i", x * x, seconds_there),
        np.einsum("ij,ij->i", x * x, firsts_there),
        np.einsum("ij,ij->i", x, x @ paired.T),
    )
    values = np.where(count >= least, r, np.nan)
    basis = count.astype(np.int64)
    return CarelessIndex(name=name, values=values, basis=basis, unit="pairs", conventions=conventions), pairs


def reversed_pairs(
    scores: Floats, pairs: Sequence[tuple[int, int]], *, distance: float = 0.5, least_pairs: int = 2
) -> CarelessIndex:
    """Share of item pairs, one worded the other way round, whose answers contradict each other.

    Parameters
    ----------
    scores : (n, p) as shares of the scale (0 the lowest end, 1 the highest) with reversed items turned round, so
        that the items of a pair should agree; NaN is missing.
    pairs : columns of a reversed item and of an item it should agree with.
    distance : more than this far apart is a contradiction. One half of the scale is, on five points,
        ``|x - (min + max - y)| > 2``.
    least_pairs : fewest pairs with both items answered that allow a judgement.

    Notes
    -----
    Declared reversals only; idea after Weijters, Baumgartner & Schillewaert (2013), Psychological Methods 18, 320-334.
    """
    conventions = ("declared reversals", f"contradiction: more than {distance:g} of the scale apart")
    n = len(scores)
    if len(pairs) < max(least_pairs, 1):
        return nobody("reversed_pairs", n, "pairs", "too_few_pairs", conventions)
    one, other = (scores[:, [pair[side] for pair in pairs]] for side in (0, 1))
    apart = np.abs(one - other)
    given = ~np.isnan(apart)
    count = given.sum(axis=1)
    against = (given & (np.where(given, apart, 0.0) > distance + 1e-9)).sum(axis=1)
    values = np.where(count >= max(least_pairs, 1), against / np.maximum(count, 1), np.nan)
    return CarelessIndex(name="reversed_pairs", values=values, basis=count, unit="pairs", conventions=conventions)


def _mean_given(part: Floats) -> Floats:
    given = ~np.isnan(part)
    count = given.sum(axis=1)
    total = np.where(given, part, 0.0).sum(axis=1)
    mean: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean
