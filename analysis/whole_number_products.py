"""Cross-products of whole numbers in single precision: exact, at half the cost of double precision.

A float32 holds every whole number up to 2^24. The terms of the products x_j x_k of a block are whole numbers, and by
Cauchy-Schwarz no partial sum of them exceeds the larger sum of squares. A sum of squares only grows, and rounding keeps
its order: where the sums of squares that come out are below 2^24, nothing was rounded on the way, and the products
equal those in double precision to the last bit. Otherwise the block is left to the general path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Answered = NDArray[np.bool_]

EXACT_BELOW = 2.0**24
ROWS = 8192  # rows per product: they stay in the second-level cache
NO_NUMBER = np.float32(-EXACT_BELOW)  # for NaN, until the flags make it 0; as a score it would not count as exact
LANES = 16  # columns are padded to a multiple of what one register holds

__all__ = ["WholeNumbers", "joint_products", "whole_codes", "whole_values"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WholeNumbers:
    """Scores that are whole numbers once multiplied by ``scale`` (1 or 2).

    ``load(rows, scores)`` writes the scaled scores of some rows, (rows, items), whatever where missing, and says
    whether they are whole numbers, and which are answered (None: all). ``column_major``: an item's answers lie
    together, so the copy should hold them so too.
    """

    load: Callable[[Any, Singles], tuple[bool, Answered | None]]
    scale: float
    n_items: int
    column_major: bool


def whole_values(matrix: NDArray[Any]) -> WholeNumbers:
    """Scored columns (n, p) as they are; whether they are whole numbers shows block by block."""
    known = matrix.dtype.kind in "biu"

    def load(rows: Any, scores: Singles) -> tuple[bool, Answered | None]:
        given = matrix[rows]
        if known:
            scores[...] = given
            return True, None
        rounded = np.rint(given)
        answered = rounded == given
        with np.errstate(over="ignore"):
            scores[...] = rounded
        n_whole = np.count_nonzero(answered)
        if n_whole == given.size:
            return True, None
        np.fmax(scores, NO_NUMBER, out=scores)
        return n_whole == given.size - np.count_nonzero(np.isnan(given)), answered

    major = abs(matrix.strides[0]) <= abs(matrix.strides[1])
    return WholeNumbers(load=load, scale=1.0, n_items=matrix.shape[1], column_major=major)


def whole_codes(codes: NDArray[np.int16], tables: Sequence[Floats]) -> WholeNumbers | None:
    """Coded answers (p, n) under score tables as in `analysis.moments.partial`; None where scores are not whole."""
    scores = [table[1:] for table in tables]
    for scale in (1.0, 2.0):
        if all((np.isnan(one) | (np.rint(one * scale) == one * scale)).all() for one in scores):
            break
    else:
        return None
    lines = [_line(one * scale) for one in scores]
    known = [line for line in lines if line is not None]
    if len(known) == len(lines):
        slopes, starts = (np.array(part, dtype=np.float32) for part in zip(*known, strict=True))
        plain = bool((slopes == 1).all() and (starts == 0).all())

        def load_lines(rows: Any, out: Singles) -> tuple[bool, Answered | None]:
            block = codes[:, rows]
            out[...] = block.T
            if not plain:
                np.multiply(out, slopes, out=out)
                np.add(out, starts, out=out)
            return True, (block > 0).T if block.min(initial=0) < 0 else None

        return WholeNumbers(load=load_lines, scale=scale, n_items=len(codes), column_major=True)
    looked_up = [np.concatenate([[np.nan], one * scale]).astype(np.float32) for one in scores]

    def load_table(rows: Any, out: Singles) -> tuple[bool, Answered | None]:
        block = np.maximum(codes[:, rows], 0)
        for item, table in enumerate(looked_up):
            out[:, item] = table[block[item]]
        answered = ~np.isnan(out)
        np.fmax(out, NO_NUMBER, out=out)
        return True, None if answered.all() else answered

    return WholeNumbers(load=load_table, scale=scale, n_items=len(codes), column_major=True)


def _line(scores: Floats) -> tuple[float, float] | None:
    """Slope and start of scores that rise by the same step from option to option; None for others."""
    if not len(scores) or np.isnan(scores).any():
        return None
    slope = float(scores[1] - scores[0]) if len(scores) > 1 else 1.0
    start = float(scores[0]) - slope
    return (slope, start) if (scores == start + slope * np.arange(1, len(scores) + 1)).all() else None


def joint_products(
    numbers: WholeNumbers,
    rows: slice | NDArray[np.int64],
    runs: Sequence[tuple[int, int]],
    *,
    centre: Floats,
    complete: bool,
    row_means: Sequence[Sequence[int]],
) -> list[Floats] | None:
    """For each run of the block's rows, the products of scores and flags, (2 width, 2 width); None if not exact.

    ``runs`` are bounds (left, right) within ``rows``. Scores are shifted by ``centre`` (n_items,); the columns are the
    items and, for each set in ``row_means``, the row mean and its square, first as scores, then as flags.
    """
    k = numbers.n_items
    size = max((right - left for left, right in runs), default=0)
    order: Literal["C", "F"] = "F" if numbers.column_major else "C"
    block = np.zeros((min(size, ROWS), _padded(k + 1)), dtype=np.float32, order=order)
    block[:, k] = 1.0
    parts: list[Floats] = []
    for left, right in runs:
        total = np.zeros((2 * k, 2 * k))
        means: Floats | None = None
        for start in range(left, right, ROWS):
            stop = min(start + ROWS, right)
            piece = slice(rows.start + start, rows.start + stop) if isinstance(rows, slice) else rows[start:stop]
            part = _piece(numbers, piece, block[: stop - start], complete)
            if part is None:
                return None
            joint, scores, flags = part
            total += joint
            if row_means:
                more = _mean_products(scores, flags, numbers.scale, centre, row_means)
                means = more if means is None else means + more
        _shift(total, k, numbers.scale, centre)
        parts.append(total if means is None else _joined(total, means, centre, k))
    return parts


def _padded(columns: int) -> int:
    return -(-columns // LANES) * LANES


def _piece(
    numbers: WholeNumbers, rows: Any, block: Singles, complete: bool, /
) -> tuple[Floats, Singles, Singles | None] | None:
    """Products of scaled scores about 0 and flags, the scores (0 where missing) and the flags (None: all 1)."""
    k = numbers.n_items
    whole, answered = numbers.load(rows, block[:, :k])
    if not whole:
        return None
    joint = np.empty((2 * k, 2 * k))
    flags: Singles | None = None
    if answered is None:
        products = _product(block)
        joint[:k, :k] = products[:k, :k]
        joint[:k, k:] = products[:k, k][:, None]
        joint[k:, :k] = joint[:k, k:].T
        joint[k:, k:] = len(block)
        scores = block[:, :k]
    else:
        if complete:
            answered = np.repeat(answered.all(axis=1, keepdims=True), k, axis=1)
        order: Literal["C", "F"] = "F" if numbers.column_major else "C"
        wide = np.zeros((len(block), _padded(2 * k)), dtype=np.float32, order=order)
        scores, flags = wide[:, :k], wide[:, k : 2 * k]
        flags[...] = answered
        np.multiply(block[:, :k], flags, out=scores)
        products = _product(wide)
        joint[...] = products[: 2 * k, : 2 * k]
    if not (np.diagonal(products)[:k] < EXACT_BELOW).all():
        return None
    return joint, scores, flags


def _product(block: Singles) -> Singles:
    with np.errstate(over="ignore", invalid="ignore"):  # infinite scores: the caller looks at the sums of squares
        return block.T @ block


def _shift(joint: Floats, k: int, scale: float, centre: Floats) -> None:
    """From scaled scores about 0 to scores about ``centre``, in place; no digit is lost with whole or half numbers."""
    joint[:k, :k] /= scale**2
    joint[:k, k:] /= scale
    sums, counts = joint[:k, k:].copy(), joint[k:, k:]
    joint[:k, :k] += np.multiply.outer(centre, centre) * counts - sums * centre - (sums * centre).T
    joint[:k, k:] -= centre[:, None] * counts
    joint[k:, :k] = joint[:k, k:].T


def _mean_products(
    scores: Singles, flags: Singles | None, scale: float, centre: Floats, row_means: Sequence[Sequence[int]], /
) -> Floats:
    """Scores about 0, flags, row means with squares and their flags, (2 width), times the last two."""
    size, k = scores.shape
    both = np.ones((size, 4 * len(row_means)))
    extra, seen = both[:, : 2 * len(row_means)], both[:, 2 * len(row_means) :]
    for number, members in enumerate(row_means):
        chosen = np.zeros(k, dtype=np.float32)
        chosen[list(members)] = 1.0
        row_sum = (scores @ chosen).astype(np.float64)
        answered = np.full(size, float(len(members))) if flags is None else (flags @ chosen).astype(np.float64)
        mean = np.divide(row_sum, scale * answered, out=np.zeros(size), where=answered > 0)
        mean = np.where(answered > 0, mean - centre[list(members)].mean(), 0.0)
        extra[:, 2 * number], extra[:, 2 * number + 1] = mean, mean * mean
        seen[:, 2 * number : 2 * number + 2] = (answered > 0)[:, None]
    by_score = scores.astype(np.float64).T @ both / scale
    by_flag = np.broadcast_to(both.sum(axis=0), by_score.shape) if flags is None else flags.astype(np.float64).T @ both
    return np.vstack([by_score, by_flag, both.T @ both])


def _joined(joint: Floats, means: Floats, centre: Floats, k: int) -> Floats:
    """The products of the items with those of the row means as further columns."""
    further = means.shape[1] // 2
    width = k + further
    by_flag = means[k : 2 * k]
    by_score = means[:k] - centre[:, None] * by_flag
    items, rows = np.arange(k), np.arange(k, width)
    first, last = np.concatenate([items, width + items]), np.concatenate([rows, width + rows])
    result = np.empty((2 * width, 2 * width))
    result[np.ix_(first, first)] = joint
    result[np.ix_(first, last)] = np.vstack([by_score, by_flag])
    result[np.ix_(last, first)] = result[np.ix_(first, last)].T
    result[np.ix_(last, last)] = means[2 * k :]
    return result
