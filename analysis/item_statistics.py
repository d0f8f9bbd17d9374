"""Each item by itself: who answered, why not, the distribution over the options, mean, spread and top box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import SatixError
from survey.scales import MISSING_CODES, MissingKind, missing_kind_of

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = ["ItemStatistics", "describe_items"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemStatistics(TableDisplay):
    """One item. Tuples run over the options in declared order; shares are 0-1 of the valid answers.

    ``n_rows`` counts respondents, ``n_valid`` those who chose an option, ``n_scored`` those whose option has a
    score; ``missing`` the others by kind. ``counts`` and ``unweighted_shares`` count heads, ``shares`` case weights.
    ``mean`` and ``sd`` are weighted and on the item's own scale: the variance is n/(n - 1) times the weighted mean
    squared deviation, n = ``n_scored``. ``index_mean`` is in index points (0-100), ``top_share`` the weighted share
    of the ``n_top`` best-scored options. ``n_effective`` is Kish's over the scored answers. NaN where undefined.
    """

    item: str
    n_rows: int
    n_valid: int
    n_scored: int
    n_effective: float
    missing: Mapping[MissingKind, int]
    options: tuple[str, ...]
    counts: tuple[int, ...]
    unweighted_shares: tuple[float, ...]
    shares: tuple[float, ...]
    mean: float
    sd: float
    index_mean: float
    top_share: float
    n_top: int

    def to_frame(self) -> pd.DataFrame:
        """One row per option: count, unweighted share and share."""
        import pandas as pd

        columns = {"n": self.counts, "unweighted_share": self.unweighted_shares, "estimate": self.shares}
        return pd.DataFrame(columns, index=pd.Index(self.options, name=self.item))

    def summary(self) -> str:
        """Mean, spread and n in one line."""
        return f"{self.item}: mean {self.mean:.2f}, sd {self.sd:.2f} (n = {self.n_scored} of {self.n_rows})"


def describe_items(
    codes: NDArray[np.int16],
    score_tables: Sequence[ArrayLike],
    *,
    names: Sequence[str],
    option_labels: Sequence[Sequence[str]] | None = None,
    scale_ends: Sequence[tuple[float, float]] | None = None,
    n_top: int = 2,
    case_weights: ArrayLike | None = None,
) -> list[ItemStatistics]:
    """Describe p items from coded answers.

    Parameters
    ----------
    codes : (p, n) int16, the option's position 1..K; negative is a kind of missing; 0 raises.
    score_tables : p arrays; entry k is the score of position k, entry 0 is unused; NaN marks an option without score.
    names : p item names.
    option_labels : the K labels of each item (default: the positions).
    scale_ends : declared (lowest, highest) score of each item (default: smallest and largest score of the table).
    n_top : how many of the best-scored options make the top box; NaN where the item has no more options than that.
    case_weights : (n,) not negative (default one).

    Raises
    ------
    SatixError
        An illegal code, or weights that do not fit.
    """
    p, n = codes.shape
    weights = None if case_weights is None else np.asarray(case_weights, dtype=np.float64)
    if weights is not None and weights.shape != (n,):
        raise SatixError.of("analysis.weights_length", what="case_weights", found=weights.size, expected=n)
    if weights is not None and (~np.isfinite(weights) | (weights < 0)).any():
        bad = int((~np.isfinite(weights) | (weights < 0)).sum())
        raise SatixError.of("analysis.case_weights_invalid", found=bad)
    zeros = int((codes == 0).sum())
    if zeros:
        raise SatixError.of("analysis.code_zero", found=zeros)
    described = []
    for place in range(p):
        table = np.asarray(score_tables[place], dtype=np.float64)
        options = len(table) - 1
        if n and codes[place].max() > options:
            raise SatixError.of(
                "analysis.code_beyond_options", column=names[place], found=int(codes[place].max()), options=options
            )
        labels = tuple(str(k) for k in range(1, options + 1)) if option_labels is None else tuple(option_labels[place])
        ends = None if scale_ends is None else scale_ends[place]
        described.append(_describe(codes[place], table, weights, names[place], labels, ends=ends, n_top=n_top))
    return described


def _describe(
    column: NDArray[np.int16],
    table: Floats,
    weights: Floats | None,
    name: str,
    labels: tuple[str, ...],
    /,
    *,
    ends: tuple[float, float] | None,
    n_top: int,
) -> ItemStatistics:
    offset = len(MISSING_CODES)
    shifted = column.astype(np.intp) + offset
    length = offset + len(table)
    heads = np.bincount(shifted, minlength=length)
    counts = heads[offset + 1 :]
    mass: Floats = counts.astype(np.float64)
    squared = mass
    if weights is not None:
        mass = np.bincount(shifted, weights=weights, minlength=length)[offset + 1 :].astype(np.float64)
        squared = np.bincount(shifted, weights=weights**2, minlength=length)[offset + 1 :].astype(np.float64)
    scores = table[1:]
    scored = ~np.isnan(scores)
    n_scored, total = int(counts[scored].sum()), float(mass[scored].sum())
    mean = sd = index_mean = top_share = np.nan
    if total > 0:
        mean = float(mass[scored] @ scores[scored] / total)
        spread = float(mass[scored] @ (scores[scored] - mean) ** 2 / total)
        sd = float(np.sqrt(spread * n_scored / (n_scored - 1))) if n_scored > 1 else np.nan
        lowest, highest = ends if ends is not None else (float(scores[scored].min()), float(scores[scored].max()))
        index_mean = (mean - lowest) / (highest - lowest) * 100 if highest > lowest else np.nan
        if 0 < n_top < scored.sum():
            best = np.argsort(np.where(scored, scores, -np.inf), kind="stable")[-n_top:]
            top_share = float(mass[best].sum() / total)
    kinds = {missing_kind_of(-k): int(heads[offset - k]) for k in range(1, offset + 1) if heads[offset - k]}
    return ItemStatistics(
        item=name,
        n_rows=len(column),
        n_valid=int(counts.sum()),
        n_scored=n_scored,
        n_effective=total**2 / float(squared[scored].sum()) if total > 0 else 0.0,
        missing=kinds,
        options=labels,
        counts=tuple(int(count) for count in counts),
        unweighted_shares=_shares(counts.astype(np.float64)),
        shares=_shares(mass),
        mean=mean,
        sd=sd,
        index_mean=index_mean,
        top_share=top_share,
        n_top=n_top,
    )


def _shares(mass: Floats) -> tuple[float, ...]:
    total = mass.sum()
    return tuple(float(part / total) if total > 0 else float("nan") for part in mass)
