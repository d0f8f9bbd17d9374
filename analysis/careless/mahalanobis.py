"""How unusual a combination of answers is: Mahalanobis distance from the centre of all respondents."""

from __future__ import annotations

import numpy as np

from analysis.careless.index import Bools, CarelessIndex, Floats, nobody

__all__ = ["mahalanobis_distance"]

RESPONDENTS_PER_ITEM = 3
LEAST_SHARE = 0.5
_CHUNK_ELEMENTS = 4_000_000


def mahalanobis_distance(scores: Floats, *, least: int = 5) -> tuple[CarelessIndex, Floats]:
    """Squared Mahalanobis distance and its chi-squared p-value.

    Parameters
    ----------
    scores : (n, p); NaN is missing. Reversal does not matter. Items without variance are left out,
        and items that fewer than half of the respondents answered.
    least : fewest items that allow a judgement; besides, at least half of the items must be answered.

    Returns
    -------
    CarelessIndex of D squared, whose basis is the degrees of freedom, and p-values (n,).

    Missing answers: the mean of each item over its answers, covariances over the respondents who answered both items
    (divided by their number less one), and the distance of a respondent within the items answered, with as many
    degrees of freedom. Nobody is judged with fewer than three respondents per item, or where the covariances are
    singular (an item that follows from the others).

    Notes
    -----
    Without missing answers equal to ``mahad`` of the R package careless (which takes missing answers for the mean)
    and to ``mahalanobis(x, colMeans(x), cov(x))``. Source: Meade & Craig (2012), Psychological Methods 17, 437-455.
    The chi-squared distribution holds for normal answers and many respondents; ratings are neither quite.
    """
    from scipy.special import chdtrc

    conventions = (
        "item means and pairwise covariances over the answers given",
        "distance within the items answered, as many degrees of freedom",
        "at least half of the items answered; items most respondents left out are not used",
    )
    n = len(scores)
    scores = scores[:, _usable(scores)]
    p = scores.shape[1]
    nothing = np.full(n, np.nan)
    if p < max(least, 2):
        return nobody("mahalanobis", n, "items", "too_few_items", conventions), nothing
    given = ~np.isnan(scores)
    count = given.sum(axis=1)
    mask = given.astype(np.float64)
    both = mask.T @ mask
    if both.min() < RESPONDENTS_PER_ITEM * p:
        return nobody("mahalanobis", n, "items", "too_few_respondents", conventions), nothing
    mean = np.where(given, scores, 0.0).sum(axis=0) / mask.sum(axis=0)
    centred = np.where(given, scores - mean, 0.0)
    covariance = centred.T @ centred / (both - 1.0)
    eigenvalues = np.linalg.eigvalsh(covariance)
    if eigenvalues[0] <= 1e-10 * eigenvalues[-1]:
        return nobody("mahalanobis", n, "items", "singular", conventions), nothing
    judged = (count >= max(least, 2)) & (count >= LEAST_SHARE * p)
    values = nothing.copy()
    whole = judged & (count == p)
    values[whole] = np.einsum("ij,ij->i", centred[whole] @ np.linalg.inv(covariance), centred[whole])
    partly = np.flatnonzero(judged & (count < p))
    values[partly] = _within_answered(centred[partly], given[partly], covariance)
    p_values = np.where(judged, chdtrc(np.maximum(count, 1), values), np.nan)
    index = CarelessIndex(name="mahalanobis", values=values, basis=count, unit="items", conventions=conventions)
    return index, p_values


def _usable(scores: Floats) -> Bools:
    """Columns with at least two different answers, answered by at least half of the respondents."""
    given = ~np.isnan(scores)
    highest = np.where(given, scores, -np.inf).max(axis=0, initial=-np.inf)
    lowest = np.where(given, scores, np.inf).min(axis=0, initial=np.inf)
    return np.asarray((highest > lowest) & (given.sum(axis=0) >= LEAST_SHARE * len(scores)), dtype=np.bool_)


def _within_answered(centred: Floats, given: Bools, covariance: Floats) -> Floats:
    """Distances within the items answered: missing items get a unit variance of their own and deviate by nothing."""
    p = covariance.shape[0]
    out = np.full(len(centred), np.nan)
    order = np.lexsort(np.packbits(given, axis=1).T) if len(centred) else np.zeros(0, dtype=np.intp)
    step = max(1, _CHUNK_ELEMENTS // (p * p))
    for start in range(0, len(order), step):
        rows = order[start : start + step]
        begins = np.ones(len(rows), dtype=np.bool_)  # sorted by pattern: a new one where a row differs from the last
        begins[1:] = (given[rows[1:]] != given[rows[:-1]]).any(axis=1)
        patterns, which = given[rows[begins]], np.cumsum(begins) - 1
        kept = patterns[:, :, None] & patterns[:, None, :]
        systems = np.where(kept, covariance, 0.0)
        systems[:, np.arange(p), np.arange(p)] += ~patterns
        inverses = np.linalg.inv(systems)[which]
        out[rows] = np.einsum("ni,nij,nj->n", centred[rows], inverses, centred[rows], optimize=True)
    return out
