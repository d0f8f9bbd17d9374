"""Responses that agree with another one on nearly every question, as copied or invented interviews do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.careless.index import CarelessIndex, Integers, nobody

__all__ = ["largest_match"]


def largest_match(
    codes: NDArray[np.int16], *, least: int = 30, limit: int = 10_000, megabytes: int = 64
) -> tuple[CarelessIndex, Integers]:
    """Largest share of equal answers each response has with any other one.

    Parameters
    ----------
    codes : (p, n) int16, the option as presented; not positive is missing.
    least : fewest questions both must have answered for a pair to count. With few questions honest people agree.
    limit : with more respondents nobody is judged: the work grows with their square.
    megabytes : working memory for the block of pairs compared at a time, beside two copies of the codes.

    Returns
    -------
    CarelessIndex of the largest share, whose basis is the number of questions compared, and the position of the other
    response (n,), -1 where not judged; of several equally close ones the first.

    Notes
    -----
    ``percentmatch`` of Kuriakose & Robbins (2016), Statistical Journal of the IAOS 32, 283-291, who look twice from
    85 %; missing answers are left out of the comparison here. Simmons, Mercer, Schwarzer & Kennedy (2016), in the same
    issue (32, 327-338), show how few questions, few options and a like-minded sample give honest matches.
    """
    n = codes.shape[1]
    conventions = (
        "questions both have answered",
        f"pairs compared in blocks of at most {megabytes} MB",
    )
    nobody_else = np.full(n, -1, dtype=np.int64)
    if n > limit:
        return nobody("near_duplicate", n, "items", "too_many_respondents", conventions), nobody_else
    rows = np.flatnonzero((codes > 0).sum(axis=0) >= max(least, 1))
    if codes.shape[0] < least or len(rows) < 2:
        reason: Any = "too_few_items" if codes.shape[0] < least or not len(rows) else "too_few_respondents"
        return nobody("near_duplicate", n, "items", reason, conventions), nobody_else
    best, other, compared = _closest(codes[:, rows], max(least, 1), megabytes * 1_000_000)
    values, basis = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    judged = best >= 0
    values[rows[judged]] = np.rint(best[judged] * compared[judged]) / compared[judged]
    basis[rows[judged]] = compared[judged]
    nobody_else[rows[judged]] = rows[other[judged]]
    index = CarelessIndex(name="near_duplicate", values=values, basis=basis, unit="items", conventions=conventions)
    return index, nobody_else


def _closest(codes: NDArray[np.int16], least: int, memory: int) -> tuple[NDArray[np.float32], Integers, Integers]:
    """Largest match (-1 where no pair counts), its partner and the questions compared; each pair is looked at once."""
    p, n = codes.shape
    given = codes > 0
    answered = given.astype(np.float32)
    # Two versions in which a missing answer equals nothing.
    one, another = (np.where(given, codes, np.int16(never)) for never in (0, -1))
    best, other = np.full(n, -1, dtype=np.float32), np.zeros(n, dtype=np.int64)
    compared = np.zeros(n, dtype=np.int64)
    step = max(1, memory // (16 * n))
    for start in range(0, n, step):
        stop = min(start + step, n)
        same = np.zeros((stop - start, n - start), dtype=np.uint16)
        equal = np.empty(same.shape, dtype=np.bool_)
        for question in range(p):
            np.equal(one[question, start:stop, None], another[question, None, start:], out=equal)
            same += equal
        both = answered[:, start:stop].T @ answered[:, start:]
        share = np.divide(same, both, out=np.full(same.shape, -1, dtype=np.float32), where=both >= least)
        share[np.tri(*share.shape, dtype=np.bool_)] = -1  # a pair once, and nobody with himself
        _keep_larger(share, both, best, other, compared, rows=start, columns=start)
        _keep_larger(share.T, both.T, best, other, compared, rows=start, columns=start)
    return best, other, compared


def _keep_larger(
    share: NDArray[np.float32],
    both: NDArray[np.float32],
    best: NDArray[np.float32],
    other: Integers,
    compared: Integers,
    *,
    rows: int,
    columns: int,
) -> None:
    """Update the closest of the respondents from ``rows`` on with the largest entry of each row."""
    at = share.argmax(axis=1)
    places = np.arange(len(share))
    found = share[places, at]
    better = found > best[rows : rows + len(share)]
    target = rows + places[better]
    best[target] = found[better]
    other[target] = columns + at[better]
    compared[target] = np.rint(both[places[better], at[better]]).astype(np.int64)
