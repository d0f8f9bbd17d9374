"""A figure by segment: domain estimates, difference from the rest, and no cell small enough to reveal anyone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.design import SurveyDesign, design_means, linearised_covariance
from analysis.figures import Estimate, FigureKind, TableDisplay
from analysis.multiplicity import MultiplicityMethod, adjust_p_values
from analysis.suppression import INDICATIVE_BELOW, SUPPRESS_BELOW, CellStatus, suppress_cells, table_lines
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SegmentTableResult", "segment_table", "segment_tables_by_wave"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SegmentTableResult(TableDisplay):
    """One figure by the segments of one factor. Arrays of shape (segments,), in the unit of ``kind``.

    Withheld segments have NaN everywhere and ``n`` = -1: their size is not given either (nor is that of a withheld
    group of respondents without a segment). ``difference`` is the segment minus the rest of the sample, tested with
    Holm's adjustment over the segments with at least ``indicative_below`` respondents on both sides; an indicative
    segment has its difference and no p value. Without a total there are no differences either.
    """

    factor: str
    segments: tuple[str, ...]
    status: tuple[CellStatus, ...]
    estimate: FloatArray
    std_error: FloatArray
    lower: FloatArray
    upper: FloatArray
    n: npt.NDArray[np.int64]
    n_effective: FloatArray
    share: FloatArray  # weighted share of the respondents who answered, 0-1
    difference: FloatArray
    difference_std_error: FloatArray
    difference_lower: FloatArray
    difference_upper: FloatArray
    p_value: FloatArray
    p_adjusted: FloatArray
    total: Estimate | None  # None: withheld
    kind: FigureKind
    n_without_segment: int
    adjustment: MultiplicityMethod
    confidence: float
    suppress_below: int
    indicative_below: int

    def to_frame(self) -> pd.DataFrame:
        """One row per segment; withheld ones keep their row and status only."""
        import pandas as pd

        names = [name for name in self.__slots__ if isinstance(getattr(self, name), np.ndarray)]
        frame = pd.DataFrame({"status": list(self.status), **{name: getattr(self, name) for name in names}})
        frame["n"] = frame["n"].where(frame["n"] >= 0).astype("Int64")
        return frame.set_index(pd.Index(self.segments, name=self.factor))

    def summary(self) -> str:
        """How many segments are shown and withheld."""
        withheld = sum(status.startswith("suppressed") for status in self.status)
        return f"{self.factor}: {len(self.segments) - withheld} segments, {withheld} withheld"


def segment_table(
    values: npt.ArrayLike,
    segments: npt.ArrayLike,
    design: SurveyDesign | None = None,
    *,
    factor: str = "segment",
    order: Sequence[str] | None = None,
    kind: FigureKind = "index",
    adjustment: MultiplicityMethod = "holm",
    confidence: float = 0.95,
    suppress_below: int = SUPPRESS_BELOW,
    indicative_below: int = INDICATIVE_BELOW,
    total_shown: bool = True,
) -> SegmentTableResult:
    """Mean of one figure by segment, with complementary suppression.

    Parameters
    ----------
    values : array, shape (n_respondents,)
        Per respondent; NaN = missing. Sizes count those who answered.
    segments : array, shape (n_respondents,)
        Labels; respondents without one are counted in ``n_without_segment`` and belong to the total and to the rest.
        They follow from total minus segments, so they are a cell of the table like any other.
    design : SurveyDesign
        Segments are domains of it. Left out, every respondent counts once.
    order
        Segments in the order wanted, empty ones included; by default sorted labels.
    suppress_below, indicative_below
        See :func:`analysis.suppression.suppress_cells`.
    total_shown
        Whether the reader also sees the figure of all respondents, from which one withheld segment would follow.

    Raises
    ------
    InsufficientDataError
        ``analysis.no_answers``: nobody answered.
    SatixError
        ``analysis.segment_unknown``: a label that ``order`` does not list.
    """
    y, labels, names, design = _inputs(values, segments, design, order)
    member = _membership(y, labels, names, design)
    counts = np.append(member.sum(axis=0), _unlabelled(y, member, design))
    lines = None if total_shown else np.zeros((0, counts.size), dtype=np.bool_)
    cells = suppress_cells(counts, lines=lines, suppress_below=suppress_below, indicative_below=indicative_below)
    total_open = total_shown and not cells.line_suppressed[0]
    return _table(
        y,
        member,
        design,
        names=names,
        cell_status=cells.status,
        factor=factor,
        kind=kind,
        adjustment=adjustment,
        confidence=confidence,
        limits=(suppress_below, indicative_below),
        total_open=total_open,
        unlabelled=int(counts[-1]),
    )


def segment_tables_by_wave(
    waves: Sequence[tuple[npt.ArrayLike, npt.ArrayLike, SurveyDesign | None]],
    *,
    factor: str = "segment",
    order: Sequence[str] | None = None,
    kind: FigureKind = "index",
    adjustment: MultiplicityMethod = "holm",
    confidence: float = 0.95,
    suppress_below: int = SUPPRESS_BELOW,
    indicative_below: int = INDICATIVE_BELOW,
    pooled_shown: bool = True,
) -> tuple[SegmentTableResult, ...]:
    """Segment tables of several waves, safe when read side by side.

    Each wave is a ``(values, segments, design)`` as in :func:`segment_table`. With ``pooled_shown`` the reader also
    sees each segment over all waves together, so that a segment withheld in one wave only would follow by
    subtraction; suppression then treats segments by waves as one two-way table with all its totals.
    """
    prepared = [_inputs(values, segments, design, order) for values, segments, design in waves]
    found = sorted({name for _, _, own, _ in prepared for name in own})
    names = tuple(found if order is None else order)
    members = [_membership(y, labels, names, design) for y, labels, _, design in prepared]
    counts = np.array(
        [
            np.append(member.sum(axis=0), _unlabelled(y, member, design))
            for (y, _, _, design), member in zip(prepared, members, strict=True)
        ]
    )
    lines = table_lines(*counts.shape)
    if not pooled_shown:
        lines = lines[: counts.shape[0]]
    cells = suppress_cells(counts, lines=lines, suppress_below=suppress_below, indicative_below=indicative_below)
    return tuple(
        _table(
            y,
            member,
            design,
            names=names,
            cell_status=cells.status[wave],
            factor=factor,
            kind=kind,
            adjustment=adjustment,
            confidence=confidence,
            limits=(suppress_below, indicative_below),
            total_open=not cells.line_suppressed[wave],
            unlabelled=int(counts[wave, -1]),
        )
        for wave, ((y, _, _, design), member) in enumerate(zip(prepared, members, strict=True))
    )


def _inputs(
    values: npt.ArrayLike, segments: npt.ArrayLike, design: SurveyDesign | None, order: Sequence[str] | None
) -> tuple[FloatArray, npt.NDArray[np.object_], tuple[str, ...], SurveyDesign]:
    import pandas as pd

    y = np.asarray(values, dtype=np.float64)
    series = pd.Series(segments)
    if y.shape != (len(series),):
        raise SatixError.of("analysis.shapes_differ", first=list(y.shape), second=[len(series)])
    labels = np.array([None if pd.isna(label) else str(label) for label in series], dtype=object)
    found = sorted({label for label in labels if label is not None})
    if order is not None and set(found) - set(order):
        raise SatixError.of("analysis.segment_unknown", found=", ".join(sorted(set(found) - set(order))[:5]))
    return y, labels, tuple(order) if order is not None else tuple(found), design or SurveyDesign.simple(y.size)


def _membership(
    y: FloatArray, labels: npt.NDArray[np.object_], names: tuple[str, ...], design: SurveyDesign
) -> npt.NDArray[np.bool_]:
    """Who answered and belongs to which segment, shape (n_respondents, segments)."""
    answered = ~np.isnan(y) & (design.case_weights > 0)
    if not answered.any():
        raise InsufficientDataError.of("analysis.no_answers")
    return np.asarray((labels[:, None] == np.array(names, dtype=object)[None, :]) & answered[:, None], dtype=np.bool_)


def _unlabelled(y: FloatArray, member: npt.NDArray[np.bool_], design: SurveyDesign) -> int:
    answered = ~np.isnan(y) & (design.case_weights > 0)
    return int(np.count_nonzero(answered & ~member.any(axis=1)))


def _table(
    y: FloatArray,
    member: npt.NDArray[np.bool_],
    design: SurveyDesign,
    *,
    names: tuple[str, ...],
    cell_status: npt.NDArray[np.object_],
    factor: str,
    kind: FigureKind,
    adjustment: MultiplicityMethod,
    confidence: float,
    limits: tuple[int, int],
    total_open: bool,
    unlabelled: int,
) -> SegmentTableResult:
    from scipy import special

    k = len(names)
    answered = ~np.isnan(y)
    domains = np.concatenate([member, answered[:, None] & ~member, answered[:, None]], axis=1)
    columns = np.broadcast_to(y[:, None], domains.shape)
    means = design_means(columns, design, mask=domains, confidence=confidence, keep_influence=True)
    influence = np.zeros(domains.shape) if means.influence is None else means.influence
    inflation = np.sqrt(np.divide(means.n, means.n - 1, out=np.full(means.n.shape, np.nan), where=means.n > 1))
    if design.is_structured:
        difference_scores = influence[:, :k] - influence[:, k : 2 * k]
        variance = np.diag(linearised_covariance(difference_scores, design))
        df = (means.df[-1] - 1) * np.ones(k)  # a regression on one dummy variable, as in R survey's svyttest
    else:
        # Segment and rest share nobody: the scores are orthogonal, and each keeps its own n/(n - 1).
        scaled = influence[:, : 2 * k] * inflation[: 2 * k]
        part, rest = (scaled[:, :k] ** 2).sum(axis=0), (scaled[:, k:] ** 2).sum(axis=0)
        variance = part + rest
        with np.errstate(invalid="ignore", divide="ignore"):
            df = variance**2 / (part**2 / (means.n[:k] - 1) + rest**2 / (means.n[k : 2 * k] - 1))
    status = cell_status[:-1]
    withheld = np.array([str(code).startswith("suppressed") for code in status], dtype=np.bool_)
    compared = ~withheld & total_open  # total and difference together give the rest away
    difference = np.where(compared, means.estimate[:k] - means.estimate[k : 2 * k], np.nan)
    difference_se = np.where(compared, np.sqrt(variance), np.nan)
    df = np.where(df >= 1, df, np.nan)
    t = np.divide(difference, difference_se, out=np.full(k, np.nan), where=difference_se > 0)
    testable = (status == "shown") & (means.n[k : 2 * k] >= limits[1])
    p_value = np.where(testable, 2 * special.stdtr(df, -np.abs(t)), np.nan)
    half = special.stdtrit(df, (1 + confidence) / 2) * difference_se

    def open_only(column: FloatArray) -> FloatArray:
        return np.where(withheld, np.nan, column[:k])

    weight = design.case_weights @ domains
    return SegmentTableResult(
        factor=factor,
        segments=names,
        status=tuple(status),
        estimate=open_only(means.estimate),
        std_error=open_only(means.std_error),
        lower=open_only(means.lower),
        upper=open_only(means.upper),
        n=np.where(withheld, -1, means.n[:k]),
        n_effective=open_only(means.n_effective),
        share=open_only(weight / weight[-1]),
        difference=difference,
        difference_std_error=difference_se,
        difference_lower=difference - half,
        difference_upper=difference + half,
        p_value=p_value,
        p_adjusted=adjust_p_values(p_value, method=adjustment),
        total=means.figure(2 * k, kind=kind) if total_open else None,
        kind=kind,
        n_without_segment=-1 if str(cell_status[-1]).startswith("suppressed") else unlabelled,
        adjustment=adjustment,
        confidence=confidence,
        suppress_below=limits[0],
        indicative_below=limits[1],
    )
