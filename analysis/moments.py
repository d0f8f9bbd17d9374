"""Weighted pairwise counts, sums and cross-products of items per group: the statistics most methods start from.

``partial(batch)`` gives the `Moments` of a batch and ``+`` joins batches, so one pass over the data, in memory,
in files or over machines, serves means, covariances, reliability and regression alike.

Per group, with w_i the case weight, a_ij = 1 where respondent i answered item j, and x_ij the score:
N_jk = sum a_ij a_ik, W_jk = sum w_i a_ij a_ik, S_jk = sum w_i a_ij a_ik (x_ij - c_j) and
X_jk = sum w_i a_ij a_ik (x_ij - c_j)(x_ik - c_k). The shift c_j (middle of the score table) keeps the digits.

Reduction order does not depend on the number of threads, so results are the same to the last bit run after run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.blocked_products import Batch, accumulate
from analysis.whole_number_products import whole_codes, whole_values
from survey.errors import SatixError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int16]

FIRST_ROWS = 4096  # rows whose middle is the shift

__all__ = ["Moments", "from_values", "partial"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """Sufficient statistics of p columns in G groups; see the module's formulas. Add them with ``+``.

    ``n_rows`` (G,) counts respondents read, ``counts`` (G, p, p) is N, ``weights`` W, ``sums`` S (row j: sums of
    item j where k is answered too), ``products`` X, ``squared_weights`` (G, p) = sum w_i^2 a_ij, ``centre`` (p,) = c.
    ``complete``: only respondents with every item answered were counted (listwise).

    ``row_means`` names sets of items. For each, the respondent's mean over the answered items, m_i, and (m_i - c)^2
    stand as two further columns after the ``n_items`` items: total scores cannot be had from pairwise moments.
    """

    n_rows: Integers
    counts: Integers
    weights: Floats
    sums: Floats
    products: Floats
    squared_weights: Floats
    centre: Floats
    complete: bool
    n_items: int
    row_means: tuple[tuple[int, ...], ...] = ()

    def __add__(self, other: Moments) -> Moments:
        """The moments of both batches; columns, groups and options must be alike."""
        for what, left, right in (
            ("groups x columns", self.sums.shape[:2], other.sums.shape[:2]),
            ("complete", self.complete, other.complete),
            ("row means", self.row_means, other.row_means),
        ):
            if left != right:
                raise SatixError.of("analysis.moments_differ", what=what, left=left, right=right)
        other = other.recentred(self.centre)
        names = ("n_rows", "counts", "weights", "sums", "products", "squared_weights")
        return replace(self, **{name: getattr(self, name) + getattr(other, name) for name in names})

    def recentred(self, centre: ArrayLike) -> Moments:
        """The same moments about another shift (p,); only items may move, not row means, which share theirs."""
        target = np.asarray(centre, dtype=np.float64)
        if np.array_equal(target, self.centre):
            return self
        if self.row_means:
            raise SatixError.of("analysis.moments_differ", what="centre", left=self.centre, right=target)
        moved = self.centre - target
        transposed = self.sums.swapaxes(1, 2)
        products = self.products + moved[:, None] * transposed + moved * self.sums
        products += self.weights * np.multiply.outer(moved, moved)
        return replace(self, sums=self.sums + moved[:, None] * self.weights, products=products, centre=target)

    def pooled(self) -> Moments:
        """All groups as one."""
        names = ("n_rows", "counts", "weights", "sums", "products", "squared_weights")
        return replace(self, **{name: getattr(self, name).sum(axis=0, keepdims=True) for name in names})

    def means(self) -> Floats:
        """Weighted means over the valid answers, (G, p); NaN without any."""
        with np.errstate(invalid="ignore", divide="ignore"):
            means: Floats = self.centre + _diagonal(self.sums) / _diagonal(self.weights)
        return means

    def valid_counts(self) -> Integers:
        """Respondents with a valid answer, (G, p)."""
        counts: Integers = _diagonal(self.counts)
        return counts

    def n_effective(self) -> Floats:
        """Kish's (sum w)^2 / sum w^2 over the valid answers, (G, p); 0 without any."""
        with np.errstate(invalid="ignore", divide="ignore"):
            n = _diagonal(self.weights) ** 2 / self.squared_weights
        return np.where(self.squared_weights > 0, n, 0.0)

    def is_weighted(self) -> NDArray[np.bool_]:
        """Whether the case weights of those who answered differ, (G, p): by Cauchy, (sum w)^2 < N sum w^2."""
        square = _diagonal(self.weights) ** 2
        differs: NDArray[np.bool_] = self.squared_weights * self.valid_counts() > square * (1 + 1e-12)
        return differs

    def covariance(self, *, divisor: Literal["n_minus_1", "ml"] = "n_minus_1") -> Floats:
        """Covariances, (G, p, p), each over the respondents who answered both items; NaN without enough.

        As R's ``cov(use = "pairwise")``: the means are those of the pair. Moments made with ``complete=True``
        give the listwise matrix. ``"ml"`` divides by the sum of weights; ``"n_minus_1"`` multiplies that by
        N/(N - 1), which is the usual divisor without weights and ``survey::svyvar``'s under them.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            ml = (self.products - self.sums * self.sums.swapaxes(1, 2) / self.weights) / self.weights
            if divisor == "ml":
                return np.where(self.counts > 0, ml, np.nan)
            return np.where(self.counts > 1, ml * (self.counts / (self.counts - 1)), np.nan)


def partial(
    codes: Codes,
    score_tables: Sequence[ArrayLike] | Floats,
    *,
    groups: ArrayLike | None = None,
    n_groups: int = 1,
    case_weights: ArrayLike | None = None,
    complete: bool = False,
    row_means: Sequence[Sequence[int]] = (),
    threads: int | None = None,
) -> Moments:
    """Moments of a batch of coded answers.

    Parameters
    ----------
    codes : (p, n) int16, the option's position 1..K; negative is a kind of missing; 0 raises.
    score_tables : p arrays (or a matrix padded with NaN): entry k is the score of position k, entry 0 is unused;
        NaN marks an option that is no answer. Reversal and rescaling are the table's.
    groups : (n,) whole numbers from 0 to ``n_groups - 1``.
    case_weights : (n,) not negative; default one. ``counts`` leave out respondents of weight 0.
    complete : count only respondents who answered every item.
    row_means : sets of item positions whose row mean is kept as a column; see `Moments`.
    threads : how many blocks to work on at a time (default: the processors there are). It never changes a digit.

    Raises
    ------
    SatixError
        An illegal code, group or weight.
    """
    tables = [np.asarray(table, dtype=np.float64) for table in score_tables]
    _check_codes(codes, [len(table) - 1 for table in tables])
    n_items, n = codes.shape
    centre = np.array([_middle(table[1:]) for table in tables])
    shifted = [np.where(np.isnan(table), 0.0, table - c) for table, c in zip(tables, centre, strict=True)]
    answered = [np.where(np.isnan(table), 0.0, 1.0) for table in tables]
    for scores, flags in zip(shifted, answered, strict=True):
        scores[0] = flags[0] = 0.0

    def load(rows: Any, scores: Floats, flags: Floats) -> None:
        block = codes[:, rows]
        for item in range(n_items):
            positions = np.maximum(block[item], 0).astype(np.intp)
            np.take(shifted[item], positions, out=scores[item], mode="clip")
            np.take(answered[item], positions, out=flags[item], mode="clip")

    batch = Batch(
        load=load,
        n_items=n_items,
        n=n,
        centre=centre,
        groups=groups,
        n_groups=n_groups,
        case_weights=case_weights,
        complete=complete,
        row_means=tuple(tuple(int(item) for item in members) for members in row_means),
        whole=whole_codes(codes, tables) if case_weights is None else None,
    )
    return _moments(batch, threads)


def from_values(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    n_groups: int = 1,
    case_weights: ArrayLike | None = None,
    complete: bool = False,
    row_means: Sequence[Sequence[int]] = (),
    centre: ArrayLike | None = None,
    threads: int | None = None,
) -> Moments:
    """Moments of scored columns: ``values`` (n, p) with NaN where missing; the rest as in `partial`.

    Numbers of any type are read as they lie, block by block. ``centre`` (p,) is the shift, by default the middle of
    the first values seen. Give it when batches with ``row_means`` are to be added.
    """
    matrix = np.asarray(values)
    if matrix.dtype.kind not in "biuf":
        matrix = matrix.astype(np.float64)
    n, n_items = matrix.shape
    middle = _middles(matrix) if centre is None else np.asarray(centre, np.float64)

    def load(rows: Any, scores: Floats, flags: Floats) -> None:
        np.subtract(matrix[rows].T, middle[:, None], out=scores, casting="unsafe")
        missing = np.isnan(scores)
        np.logical_not(missing, out=flags, casting="unsafe")
        scores[missing] = 0.0

    batch = Batch(
        load=load,
        n_items=n_items,
        n=n,
        centre=middle,
        groups=groups,
        n_groups=n_groups,
        case_weights=case_weights,
        complete=complete,
        row_means=tuple(tuple(int(item) for item in members) for members in row_means),
        whole=whole_values(matrix) if case_weights is None else None,
    )
    return _moments(batch, threads)


def _moments(batch: Batch, threads: int | None) -> Moments:
    total = accumulate(batch, threads=threads)
    names = ("n_rows", "counts", "weights", "sums", "products", "squared_weights", "centre")
    return Moments(
        **{name: getattr(total, name) for name in names},
        complete=batch.complete,
        n_items=batch.n_items,
        row_means=batch.row_means,
    )


def _check_codes(codes: Codes, options: list[int]) -> None:
    zeros = int(codes.size - np.count_nonzero(codes))
    if zeros:
        raise SatixError.of("analysis.code_zero", found=zeros)
    if len(options) != len(codes):
        raise SatixError.of("analysis.moments_differ", what="score tables", left=len(options), right=len(codes))
    for column, (largest, highest) in enumerate(zip(codes.max(axis=1, initial=-1), options, strict=True)):
        if largest > highest:
            raise SatixError.of("analysis.code_beyond_options", column=column, found=int(largest), options=highest)


def _middle(scores: Floats) -> float:
    valid = scores[~np.isnan(scores)]
    return float((valid.min() + valid.max()) / 2) if valid.size else 0.0


def _middles(matrix: NDArray[Any]) -> Floats:
    """The middle of each column's values in the first rows; of all its values where those hold none."""
    head = matrix[:FIRST_ROWS].astype(np.float64)
    middles = [
        _middle(column if not np.isnan(column).all() else matrix[:, place].astype(np.float64))
        for place, column in enumerate(head.T)
    ]
    return np.array(middles)


def _diagonal(matrices: Any) -> Any:
    return np.diagonal(matrices, axis1=1, axis2=2)
