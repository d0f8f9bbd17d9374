"""Looking things up in a results file: labels by code, the latest wave, verdicts in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from analysis.results import (
    Change,
    ChangeRow,
    Figure,
    IndicatorRecord,
    ItemRow,
    NodeScore,
    QuestionRecord,
    Results,
    WaveRecord,
    WaveResults,
)
from reports.document import Interval, Verdict
from reports.labels import Label, Tone
from reports.wording import phrase

__all__ = ["Reader", "interval_of", "verdict_of"]

VERDICT_TONES: dict[str, Tone] = {
    "reached_proven": "good",
    "reached_in_interval": "good",
    "improved": "good",
    "no_evidence": "uncertain",
    "worse": "bad",
    "moved_by_mix": "warning",
    "short_in_interval": "warning",
    "short_proven": "bad",
    "too_few": "muted",
    "undefined": "muted",
}


class Reader:
    """A results file with its look-ups."""

    def __init__(self, results: Results) -> None:
        self.results = results

    @cached_property
    def indicators(self) -> dict[str, IndicatorRecord]:
        """Indicators by code, parents first."""
        return {record.indicator: record for record in self.results.indicators}

    @cached_property
    def questions(self) -> dict[str, QuestionRecord]:
        """Questions by code."""
        return {record.question: record for record in self.results.questions}

    @property
    def root(self) -> IndicatorRecord:
        """The index itself."""
        return self.results.indicators[0]

    @property
    def current(self) -> WaveResults:
        """The latest wave."""
        return self.results.current

    @property
    def current_wave(self) -> WaveRecord:
        """The latest wave's description."""
        return self.results.waves[-1]

    @property
    def change(self) -> Change | None:
        """The change into the latest wave; None in a study of one wave."""
        return self.results.changes[-1] if self.results.changes else None

    @cached_property
    def change_rows(self) -> dict[str, ChangeRow]:
        """Rows of the latest change by indicator."""
        return {} if self.change is None else {row.indicator: row for row in self.change.rows}

    def name(self, indicator: str) -> Label:
        """The label of an indicator."""
        return Label.of(self.indicators[indicator].label)

    def question_name(self, question: str) -> Label:
        """The short label of a question."""
        return Label.of(self.questions[question].label)

    def wave_name(self, wave: str) -> Label:
        """The label of a wave."""
        return Label.of(next(record.label for record in self.results.waves if record.wave == wave))

    def scores(self, block: WaveResults | None = None) -> dict[str, NodeScore]:
        """Scores by indicator, of the latest wave unless another is given."""
        return {score.indicator: score for score in (block or self.current).scores}

    def leaves_by_score(self) -> list[NodeScore]:
        """Leaves of the latest wave that carry a verdict, weakest first."""
        shown = [
            score
            for score in self.current.scores
            if self.indicators[score.indicator].leaf
            and score.figure.grade == "shown"
            and score.figure.estimate is not None
        ]
        return sorted(shown, key=lambda score: (score.figure.estimate or 0.0, score.indicator))

    def items(self, *, facet: str, series: str | None = None, block: WaveResults | None = None) -> list[ItemRow]:
        """Item rows of one facet, in presentation order."""
        return [
            row
            for row in (block or self.current).items
            if self.questions[row.question].facet == facet and self.questions[row.question].series == series
        ]

    def series(self) -> Sequence[str | None]:
        """The measurements of performance: None for that of the index, then the others."""
        named = [record.series for record in self.results.questions if record.series is not None]
        return (None, *dict.fromkeys(named))


def interval_of(figure: Figure) -> Interval | None:
    """Bounds of a figure for a table cell; None where it has none."""
    if figure.lower is None and figure.upper is None:
        return None
    return Interval(lower=figure.lower, upper=figure.upper)


def verdict_of(code: str) -> Verdict:
    """A verdict code in words and tone."""
    return Verdict(label=phrase(f"verdict_{code}"), tone=VERDICT_TONES[code])
