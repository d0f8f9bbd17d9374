"""Which sections a report has, in reading order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reports.document import Fact, Report, Section
from reports.labels import Label, Languages
from reports.reading import Reader
from reports.sections import (
    channels,
    data_quality,
    gap,
    importance_performance,
    indicators,
    items,
    measurement,
    method,
    reliability,
    segments,
    summary,
    waves,
)
from reports.sentences import Num, sentence
from reports.wording import phrase

if TYPE_CHECKING:
    from analysis.results import Results

__all__ = ["build_report"]

OUTLINE: tuple[Callable[[Reader], Section | None], ...] = (
    summary.build,
    indicators.build,
    waves.build,
    items.build,
    gap.build,
    importance_performance.build,
    segments.build,
    channels.build,
    reliability.build,
    measurement.build,
    data_quality.build,
    method.build,
)


def build_report(results: Results, languages: Languages) -> Report:
    """The whole report of a study in the given languages; sections without content are left out."""
    reader = Reader(results)
    sections = [section for build in OUTLINE if (section := build(reader)) is not None]
    return Report(
        title=Label.of(results.study.title),
        subtitle=sentence(
            "report_subtitle",
            instrument=Label.of(results.study.instrument_title),
            version=results.study.instrument_version,
        ),
        languages=languages,
        sections=tuple(sections),
        facts=(
            Fact(label=phrase("fact_wave"), value=Label.of(reader.current_wave.label)),
            Fact(
                label=phrase("fact_respondents"),
                value=sentence("fact_respondents_value", n=Num(reader.current.n_used, "count")),
            ),
            Fact(label=phrase("fact_sampling"), value=phrase(f"sampling_{results.study.sampling}")),
        ),
        footer=sentence("report_footer", title=Label.of(results.study.title)),
    )
