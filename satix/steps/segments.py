"""The index by segment, wave by wave, with small cells withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.results import Figure, SegmentRow, Segments
from analysis.segments import SegmentTableResult, segment_tables_by_wave
from satix.steps.figures import suppressed_figure
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.results import Grade
    from satix.steps.context import Wave, WaveSplit
    from survey.scales import Option

__all__ = ["segment_labels", "segment_records"]


def segment_records(split: WaveSplit) -> dict[str, list[Segments]]:
    """Segment tables of the root index by wave code, in the order the study names the segments."""
    study, instrument = split.project.study, split.project.instrument
    tables: dict[str, list[Segments]] = {wave.wave or "": [] for wave in split.waves}
    for segment in study.segments:
        question = instrument.question(segment.question)
        options = instrument.scale_of(question).answers
        order = [str(option.code) for option in options]
        present = [wave for wave in split.waves if _answered(wave, segment.question)]
        if not present:
            continue
        try:
            results = segment_tables_by_wave(
                [
                    (wave.masked(wave.scores.points[:, 0]), segment_labels(wave, segment.question), wave.design)
                    for wave in present
                ],
                factor=segment.question,
                order=order,
                confidence=study.confidence,
                suppress_below=study.limits.suppress,
                indicative_below=study.limits.indicative,
                pooled_shown=False,
            )
        except InsufficientDataError:
            continue
        for wave, result in zip(present, results, strict=True):
            tables[wave.wave or ""].append(
                Segments(
                    question=segment.question,
                    label=(segment.label or question.name).both(),
                    indicator=instrument.index.code,
                    n_without=_small_hidden(result.n_without_segment, study.limits.suppress),
                    rows=[_row(result, place, option) for place, option in enumerate(options)],
                )
            )
    return tables


def segment_labels(wave: Wave, question: str) -> NDArray[np.object_]:
    """Option code per respondent as text, None without an answer; shape (n,)."""
    options = wave.responses.instrument.scale_of(question).answers
    codes = np.array([None, *[str(option.code) for option in options]], dtype=object)
    labels: NDArray[np.object_] = codes[np.maximum(wave.responses.codes_of(question), 0)]
    return labels


def _answered(wave: Wave, question: str) -> bool:
    try:
        answered = wave.responses.answered(question)
    except KeyError:
        return False
    return bool((answered & ~np.isnan(wave.masked(wave.scores.points[:, 0]))).any())


def _small_hidden(n: int, limit: int) -> int | None:
    return None if n < 0 or 0 < n < limit else n


def _row(result: SegmentTableResult, place: int, option: Option) -> SegmentRow:
    status = result.status[place]
    withheld = status.startswith("suppressed")
    grade: Grade = "suppressed" if withheld else "indicative" if status == "indicative" else "shown"
    if withheld:
        figure, difference = suppressed_figure("index"), None
    else:
        n = int(result.n[place])
        figure = _figure("index", result, place, ("estimate", "std_error", "lower", "upper"), n, grade)
        names = ("difference", "difference_std_error", "difference_lower", "difference_upper")
        difference = _figure("gap", result, place, names, n, grade)
    return SegmentRow(
        option=str(option.code),
        label=option.label.both(),
        n=None if withheld else int(result.n[place]),
        share=None if withheld else float(result.share[place]),
        figure=figure,
        difference=difference,
        p_value=None if withheld else float(result.p_value[place]),
        p_adjusted=None if withheld else float(result.p_adjusted[place]),
        grade=grade,
        complementary=status == "suppressed_complementary",
    )


def _figure(
    kind: str, result: SegmentTableResult, place: int, names: tuple[str, str, str, str], n: int, grade: Grade
) -> Figure:
    estimate, std_error, lower, upper = (float(getattr(result, name)[place]) for name in names)
    return Figure(
        kind="gap" if kind == "gap" else "index",
        estimate=estimate,
        std_error=std_error,
        lower=lower,
        upper=upper,
        n=n,
        n_effective=float(result.n_effective[place]),
        df=None,
        interval="t",
        grade=grade,
    )
