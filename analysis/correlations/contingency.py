"""Pairwise contingency tables of coded answers: the ordinal twin of `analysis.moments`.

With z_i the 0/1 vector that marks the category respondent i chose for every item (all 0 for an item not answered), the
tables of all pairs together are the matrix sum w_i z_i z_i'. It is summed block by block as a matrix product, so one
pass serves every pair, and ``+`` joins batches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.blocked_products import single_threaded_blas
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int16]

TableKind = Literal["counts", "squared", "cases"]

BLOCK_ROWS = 8192
MOST_CATEGORIES = 64
WIDEST = 4096  # span of whole numbers that are counted instead of sorted

__all__ = [
    "CodedItems",
    "PairwiseTables",
    "TableKind",
    "check_codes",
    "check_weights",
    "coded_items",
    "item_pairs",
    "pairwise_tables",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodedItems:
    """Answers as category positions.

    ``codes`` (p, n) int16 holds 1..K_j, -1 where missing; ``categories`` names the value behind each position, in
    order.
    """

    items: tuple[str, ...]
    codes: Codes
    categories: tuple[tuple[float, ...], ...]

    @property
    def levels(self) -> tuple[int, ...]:
        """Number of categories per item."""
        return tuple(len(values) for values in self.categories)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairwiseTables:
    """The tables of every pair of p items. Add them with ``+``.

    ``counts`` (T, T), T the sum of ``levels``, holds the weighted table of items j and k at rows ``offset_j ...`` and
    columns ``offset_k ...``; a diagonal block holds the item's own frequencies. ``squared`` is the same with squared
    case weights and ``cases`` the same unweighted; without case weights both are ``counts`` itself. ``n_rows`` counts
    the respondents read, ``n_answered`` those with at least one answer. ``complete``: only respondents with every
    answer count.
    """

    counts: Floats
    squared: Floats
    cases: Floats
    levels: tuple[int, ...]
    n_rows: int
    n_answered: int
    complete: bool

    def __add__(self, other: PairwiseTables) -> PairwiseTables:
        """The tables of both batches; items, categories and options must be alike."""
        for what, left, right in (
            ("categories", self.levels, other.levels),
            ("complete", self.complete, other.complete),
        ):
            if left != right:
                raise SatixError.of("analysis.moments_differ", what=what, left=left, right=right)
        return replace(
            self,
            counts=self.counts + other.counts,
            squared=self.squared + other.squared,
            cases=self.cases + other.cases,
            n_rows=self.n_rows + other.n_rows,
            n_answered=self.n_answered + other.n_answered,
        )

    @property
    def offsets(self) -> Integers:
        """First row of each item's block, and T at the end."""
        return np.concatenate([[0], np.cumsum(self.levels)])

    def margins(self, which: TableKind = "counts") -> Floats:
        """Frequencies per item, (p, K) with K the largest number of categories; 0 beyond an item's own."""
        diagonal = np.append(np.diagonal(getattr(self, which)), 0.0)
        margins: Floats = diagonal[self._places()]
        return margins

    def tables(self, pairs: Integers, which: TableKind = "counts") -> Floats:
        """The tables of some pairs, (m, K, K): rows the pair's first item; 0 beyond an item's own categories."""
        size = len(self.counts)
        padded = np.zeros((size + 1, size + 1))
        padded[:size, :size] = getattr(self, which)
        places = self._places()
        tables: Floats = padded[places[pairs[:, 0]][:, :, None], places[pairs[:, 1]][:, None, :]]
        return tables

    def used(self) -> tuple[NDArray[np.bool_], ...]:
        """Which categories of each item occur."""
        occurs = np.diagonal(self.counts) > 0
        return tuple(np.split(occurs, self.offsets[1:-1]))

    def without_empty_categories(self) -> PairwiseTables:
        """The tables of the categories that occur; the others are taken out of the order."""
        used = self.used()
        keep = np.flatnonzero(np.concatenate([np.zeros(0, dtype=np.bool_), *used]))
        if len(keep) == len(self.counts):
            return self
        cut = np.ix_(keep, keep)
        return replace(
            self,
            counts=self.counts[cut],
            squared=self.squared[cut],
            cases=self.cases[cut],
            levels=tuple(int(occurs.sum()) for occurs in used),
        )

    def _places(self) -> Integers:
        """Row of each category, (p, K); T stands for none."""
        levels = np.array(self.levels)
        position = np.arange(levels.max(initial=1))
        return np.where(position < levels[:, None], self.offsets[:-1, None] + position, self.offsets[-1])


def item_pairs(p: int) -> Integers:
    """Every pair of p items as (row, column) of the lower triangle, row by row: (1, 0), (2, 0), (2, 1), ..."""
    return np.stack(np.tril_indices(p, -1), axis=1)


def coded_items(
    items: pd.DataFrame, *, reversed_items: Iterable[str] = (), scale: tuple[float, float] | None = None
) -> CodedItems:
    """Number the values of each column in their order; reversed items are numbered from the highest value down.

    Parameters
    ----------
    items : (n, p) numbers, NaN where missing. Only values that occur become categories.
    reversed_items : columns whose order is turned round.
    scale : declared ends (lowest, highest). With them a reversed value is lowest + highest - x, without them -x; the
        correlations are the same.

    Raises
    ------
    SatixError
        Unknown items, values outside the scale, or a column with more than 64 different values.
    """
    from analysis.reliability import oriented_items

    turned = [str(item) for item in reversed_items]
    if turned and scale is None:
        values, names, _ = oriented_items(items)
        for item in turned:
            if item not in names:
                raise SatixError.of("analysis.item_unknown", found=item, expected=", ".join(names))
            values[:, names.index(item)] *= -1
    else:
        values, names, _ = oriented_items(items, reversed_items=turned, scale=scale)
    codes = np.full(values.shape[::-1], -1, dtype=np.int16)
    categories = []
    for position, column in enumerate(values.T):
        answered = ~np.isnan(column)
        found, inverse = _numbered(column[answered])
        if len(found) > MOST_CATEGORIES:
            raise SatixError.of(
                "analysis.too_many_categories", item=names[position], found=len(found), most=MOST_CATEGORIES
            )
        codes[position, answered] = inverse + 1
        categories.append(tuple(float(value) for value in found))
    return CodedItems(items=tuple(names), codes=codes, categories=tuple(categories))


def _numbered(values: Floats) -> tuple[Floats, Integers]:
    """The different values in order, and the place of each value among them; whole numbers without sorting."""
    if values.size:
        lowest, width = values.min(), np.ptp(values)
        if width < WIDEST:
            steps = (values - lowest).astype(np.int64)
            if (steps == values - lowest).all():
                occurs = np.bincount(steps) > 0
                return lowest + np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[steps]
    found, inverse = np.unique(values, return_inverse=True)
    return found, inverse


def pairwise_tables(
    codes: Codes,
    levels: Sequence[int],
    *,
    case_weights: ArrayLike | None = None,
    complete: bool = False,
) -> PairwiseTables:
    """Tables of every pair of items in one pass.

    Parameters
    ----------
    codes : (p, n) int16, the category's position 1..K; negative is missing; 0 raises.
    levels : K per item.
    case_weights : (n,) not negative; default one. ``cases`` leave out respondents of weight 0.
    complete : count only respondents who answered every item.

    Raises
    ------
    SatixError
        An illegal code or weight.
    """
    check_codes(codes, levels)
    p, n = codes.shape
    weights = None if case_weights is None else check_weights(case_weights, n)
    offsets = np.concatenate([[0], np.cumsum(levels)])
    size = int(offsets[-1])
    kinds = 1 if weights is None else 3
    totals = np.zeros((kinds, size, size))
    answered = 0
    # 0/1 products of fewer than 2^24 rows are whole numbers in float32: exact at half the cost
    marks = np.empty((size, min(BLOCK_ROWS, n)), dtype=np.float32)
    positions = np.concatenate([np.arange(1, level + 1) for level in levels]).astype(np.int16)
    owner = np.repeat(np.arange(p), levels)
    with single_threaded_blas():
        for start in range(0, n, BLOCK_ROWS):
            block = codes[:, start : start + BLOCK_ROWS]
            w = None if weights is None else weights[start : start + BLOCK_ROWS]
            keep = (block > 0).all(axis=0) if complete else (block > 0).any(axis=0)
            if w is not None:
                keep &= w > 0
            answered += int(keep.sum())
            if not keep.all():
                block = block[:, keep]
                w = None if w is None else w[keep]
            z = marks[:, : block.shape[1]]
            for row, (item, position) in enumerate(zip(owner, positions, strict=True)):
                np.equal(block[item], position, out=z[row], casting="unsafe")
            totals[-1] += z @ z.T
            if w is not None:
                scaled = z * np.sqrt(w)
                totals[0] += scaled @ scaled.T
                scaled = z * w
                totals[1] += scaled @ scaled.T
    return PairwiseTables(
        counts=totals[0],
        squared=totals[min(1, kinds - 1)],
        cases=totals[-1],
        levels=tuple(int(level) for level in levels),
        n_rows=n,
        n_answered=answered,
        complete=complete,
    )


def check_codes(codes: Codes, levels: Sequence[int]) -> None:
    """Refuse codes of 0, codes beyond the categories, and levels that do not fit the matrix."""
    zeros = int((codes == 0).sum())
    if zeros:
        raise SatixError.of("analysis.code_zero", found=zeros)
    if len(levels) != len(codes):
        raise SatixError.of("analysis.moments_differ", what="categories", left=len(levels), right=len(codes))
    for column, (largest, highest) in enumerate(zip(codes.max(axis=1, initial=-1), levels, strict=True)):
        if largest > highest:
            raise SatixError.of("analysis.code_beyond_options", column=column, found=int(largest), options=highest)


def check_weights(case_weights: ArrayLike, n: int) -> Floats:
    """Case weights as numbers; refused when they are missing, infinite, negative or not one per respondent."""
    weights = np.asarray(case_weights, dtype=np.float64)
    if weights.shape != (n,):
        raise SatixError.of("analysis.weights_length", what="case_weights", found=weights.size, expected=n)
    bad = ~np.isfinite(weights) | (weights < 0)
    if bad.any():
        raise SatixError.of("analysis.case_weights_invalid", found=int(bad.sum()))
    return weights
