"""The charts of the first page, which other sections share: index by dimension, index by wave."""

from __future__ import annotations

from reports.document import Chart, IndexIntervalsData, IndexPoint, TrendData, TrendPoint, TrendSeries
from reports.labels import Label
from reports.reading import Reader
from reports.sentences import percent, sentence
from reports.wording import phrase

__all__ = ["index_chart", "trend_chart"]


def index_chart(reader: Reader, *, level: int) -> Chart | None:
    """Dots with intervals for the nodes of one level, beside the index itself."""
    scores = reader.scores()
    nodes = [record for record in reader.results.indicators if record.level == level]
    points = tuple(
        IndexPoint(
            label=Label.of(node.label),
            estimate=scores[node.indicator].figure.estimate,
            lower=scores[node.indicator].figure.lower,
            upper=scores[node.indicator].figure.upper,
            target=node.target,
        )
        for node in nodes
        if scores[node.indicator].figure.estimate is not None
    )
    if len(points) < 2:
        return None
    root = scores[reader.root.indicator].figure
    return Chart(
        data=IndexIntervalsData(
            points=points,
            axis=phrase("axis_index"),
            reference=root.estimate,
            reference_label=Label.of(reader.root.label),
        ),
        title=sentence("chart_by_dimension", wave=Label.of(reader.current_wave.label)),
        alt=sentence("chart_by_dimension_alt", n=len(points)),
        note=sentence("chart_interval_note", confidence=percent(reader.results.study.confidence)),
    )


def trend_chart(reader: Reader, indicators: list[str]) -> Chart | None:
    """The index of some nodes over all waves; None in a study of one wave, or where every figure is withheld."""
    if len(reader.results.waves) < 2:
        return None
    series = []
    for indicator in indicators:
        points = []
        for position, wave in enumerate(reader.results.waves):
            figure = reader.scores(reader.results.of_wave(wave.wave))[indicator].figure
            leaves = _leaves_below(reader, indicator)
            earlier = reader.results.waves[position - 1].absent_indicators if position else wave.absent_indicators
            broken = bool((set(wave.absent_indicators) ^ set(earlier)) & leaves)
            points.append(
                TrendPoint(
                    wave=Label.of(wave.label),
                    estimate=figure.estimate,
                    lower=figure.lower,
                    upper=figure.upper,
                    break_before=broken,
                )
            )
        if any(point.estimate is not None for point in points):
            series.append(TrendSeries(label=reader.name(indicator), points=tuple(points)))
    if not series:
        return None
    return Chart(
        data=TrendData(series=tuple(series), axis=phrase("axis_index")),
        title=phrase("chart_trend"),
        alt=sentence("chart_trend_alt", n=len(reader.results.waves)),
        note=sentence("chart_trend_note", confidence=percent(reader.results.study.confidence)),
    )


def _leaves_below(reader: Reader, indicator: str) -> set[str]:
    below = {indicator}
    for record in reader.results.indicators:
        if record.parent in below:
            below.add(record.indicator)
    return {code for code in below if reader.indicators[code].leaf}
