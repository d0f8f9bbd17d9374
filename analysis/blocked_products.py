"""Weighted cross-products of items block by block: small matrix products in cache, summed in a fixed order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.whole_number_products import WholeNumbers, joint_products
from survey.errors import SatixError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Part = tuple[int, NDArray[Any], NDArray[Any], NDArray[Any]]

BLOCK_ROWS = 16_384  # rows worked on at a time: 2 x 60 columns of them are 16 MB

__all__ = ["Batch", "Totals", "accumulate", "single_threaded_blas"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """What to add up.

    ``load(rows, scores, flags)`` writes the shifted scores (0 where missing) and the answered flags of some rows,
    each (n_items, rows), a row per item. ``groups``, ``case_weights``, ``complete`` and ``row_means`` as in
    `analysis.moments.partial`; ``centre`` (n_items,) is the shift. ``whole`` loads the same scores where they may be
    whole numbers; without case weights their products are then taken at half the cost, and exactly.
    """

    load: Callable[[Any, Floats, Floats], None]
    n_items: int
    n: int
    centre: Floats
    groups: ArrayLike | None
    n_groups: int
    case_weights: ArrayLike | None
    complete: bool
    row_means: tuple[tuple[int, ...], ...]
    whole: WholeNumbers | None = None

    @property
    def width(self) -> int:
        """Items and, for each set of items with a row mean, that mean and its square."""
        return self.n_items + 2 * len(self.row_means)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Totals:
    """The sums of a batch, named as in `analysis.moments.Moments`; ``centre`` (width,)."""

    n_rows: Integers
    counts: Integers
    weights: Floats
    sums: Floats
    products: Floats
    squared_weights: Floats
    centre: Floats


def accumulate(batch: Batch, *, threads: int | None = None) -> Totals:
    """Run over the blocks, ``threads`` at a time, and add their parts in the order of the rows."""
    weights = None if batch.case_weights is None else _checked_weights(batch.case_weights, batch.n)
    order, bounds = _partition(batch.groups, batch.n, batch.n_groups)
    shape = (batch.n_groups, batch.width, batch.width)
    row_centres = [value for items in batch.row_means for value in (batch.centre[list(items)].mean(), 0.0)]
    total = Totals(
        n_rows=np.diff(bounds),
        counts=np.zeros(shape, dtype=np.int64),
        weights=np.zeros(shape),
        sums=np.zeros(shape),
        products=np.zeros(shape),
        squared_weights=np.zeros(shape[:2]),
        centre=np.concatenate([batch.centre, row_centres]),
    )

    def work(start: int) -> list[Part]:
        return _block_parts(batch, weights, order, bounds, start)

    starts = range(0, batch.n, BLOCK_ROWS)
    workers = min(threads or os.cpu_count() or 1, len(starts))
    width = batch.width
    with single_threaded_blas():
        for parts in _in_order(work, starts, workers):
            for group, joint, counts, squared in parts:
                total.products[group] += joint[:width, :width]
                total.sums[group] += joint[:width, width:]
                total.weights[group] += joint[width:, width:]
                total.counts[group] += counts.astype(np.int64)
                total.squared_weights[group] += squared
    return total


def _block_parts(
    batch: Batch, weights: Floats | None, order: Integers | None, bounds: Integers, start: int, /
) -> list[Part]:
    """The products of one block, group by group."""
    width = batch.width
    stop = min(start + BLOCK_ROWS, batch.n)
    rows: Any = slice(start, stop) if order is None else order[start:stop]
    if weights is None and batch.whole is not None:
        exact = _whole_parts(batch, batch.whole, rows, bounds, start, stop)
        if exact is not None:
            return exact
    block = np.zeros((2 * width, stop - start))
    scores, flags = block[:width], block[width:]
    batch.load(rows, scores[: batch.n_items], flags[: batch.n_items])
    _prepare(batch, scores, flags)
    w = None if weights is None else weights[rows]
    if w is not None and (w == 0).any():
        block[:, w == 0] = 0.0
    full = bool(flags.all())
    # Counts below 2^24 are whole numbers in float32, so this product is exact at half the cost.
    counted = None if full else flags.astype(np.float32)
    squares = None if w is None or full else (w * w) * flags
    if w is not None:
        block *= np.sqrt(w)
    first = int(np.searchsorted(bounds, start, side="right")) - 1
    parts: list[Part] = []
    for group in range(first, batch.n_groups):
        left, right = max(int(bounds[group]), start) - start, min(int(bounds[group + 1]), stop) - start
        if left >= stop - start:
            break
        if right <= left:
            continue
        if counted is None:
            part = _full_products(scores[:, left:right], None if w is None else w[left:right])
            parts.append((group, *part))
            continue
        seen = counted[:, left:right]
        counts = seen @ seen.T
        squared = np.diagonal(counts) if squares is None else squares[:, left:right].sum(axis=1)
        run = block[:, left:right]
        parts.append((group, run @ run.T, counts, squared))
    return parts


def _whole_parts(
    batch: Batch, whole: WholeNumbers, rows: Any, bounds: Integers, start: int, stop: int, /
) -> list[Part] | None:
    """The products of a block of whole numbers, group by group; None where they would not be exact."""
    first = int(np.searchsorted(bounds, start, side="right")) - 1
    runs: dict[int, tuple[int, int]] = {}
    for group in range(first, batch.n_groups):
        left, right = max(int(bounds[group]), start) - start, min(int(bounds[group + 1]), stop) - start
        if left >= stop - start:
            break
        if right > left:
            runs[group] = (left, right)
    found = joint_products(
        whole, rows, list(runs.values()), centre=batch.centre, complete=batch.complete, row_means=batch.row_means
    )
    if found is None:
        return None
    width = batch.width
    return [
        (group, joint, joint[width:, width:], np.diagonal(joint)[width:])
        for group, joint in zip(runs, found, strict=True)
    ]


def _full_products(scores: Floats, w: Floats | None) -> tuple[Floats, Floats, Floats]:
    """The products when every flag is one: sums stand in for three of the four matrix products."""
    width, rows = scores.shape
    root = np.ones(rows) if w is None else np.sqrt(w)
    joint = np.empty((2 * width, 2 * width))
    joint[:width, :width] = scores @ scores.T
    joint[:width, width:] = (scores @ root)[:, None]
    joint[width:, :width] = joint[:width, width:].T
    joint[width:, width:] = root @ root
    counts = np.full((width, width), float(rows))
    squared = np.full(width, float(rows) if w is None else w @ w)
    return joint, counts, squared


def _prepare(batch: Batch, scores: Floats, flags: Floats) -> None:
    """Drop incomplete rows where asked and fill in the row-mean columns."""
    if batch.complete:
        missing = flags[: batch.n_items].min(axis=0, initial=1.0) == 0
        scores[:, missing] = 0.0
        flags[:, missing] = 0.0
    for number, members in enumerate(batch.row_means):
        items = list(members)
        shifts = batch.centre[items] - batch.centre[items].mean()
        answered = flags[items].sum(axis=0)
        row_sum = scores[items].sum(axis=0) + shifts @ flags[items]
        mean = np.divide(row_sum, answered, out=np.zeros_like(row_sum), where=answered > 0)
        place = batch.n_items + 2 * number
        scores[place] = mean
        scores[place + 1] = mean * mean
        flags[place : place + 2] = answered > 0


def _in_order(work: Callable[[int], Any], starts: range, workers: int) -> Iterator[Any]:
    if workers < 2:
        yield from map(work, starts)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(work, starts)


def _partition(groups: ArrayLike | None, n: int, n_groups: int) -> tuple[Integers | None, Integers]:
    """Rows in the order of their groups (None: they stand so already), and the bounds of the groups."""
    if groups is None:
        return None, np.array([0] + [n] * n_groups)
    codes = np.asarray(groups)
    if len(codes) != n:
        raise SatixError.of("analysis.weights_length", what="groups", found=len(codes), expected=n)
    if n and (codes.min() < 0 or codes.max() >= n_groups):
        raise SatixError.of(
            "analysis.group_code_invalid", lowest=int(codes.min()), highest=int(codes.max()), last=n_groups - 1
        )
    bounds = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=n_groups))])
    if (codes[1:] >= codes[:-1]).all():
        return None, bounds
    small = codes.astype(np.int16) if n_groups <= np.iinfo(np.int16).max else codes  # int16 sorts by radix
    return np.argsort(small, kind="stable"), bounds


def _checked_weights(case_weights: ArrayLike, n: int) -> Floats:
    weights = np.asarray(case_weights, dtype=np.float64)
    if weights.shape != (n,):
        raise SatixError.of("analysis.weights_length", what="case_weights", found=weights.size, expected=n)
    bad = ~np.isfinite(weights) | (weights < 0)
    if bad.any():
        raise SatixError.of("analysis.case_weights_invalid", found=int(bad.sum()))
    return weights


@cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Linear algebra on one thread: many small products are quicker so, and last digits do not depend on the cores.

    Where blocks are shared out over threads, BLAS threads on top would only compete with them.
    """
    with _blas().limit(limits=1, user_api="blas"):
        yield
