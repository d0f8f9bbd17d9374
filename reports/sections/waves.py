"""All waves side by side: index and dimensions, and the change from each wave to the next."""

from __future__ import annotations

from typing import Literal

from reports.document import Block, Column, Heading, Row, Section, Table, Value
from reports.labels import Label
from reports.reading import Reader, interval_of, verdict_of
from reports.sections.summary_charts import trend_chart
from reports.sentences import enumerate_labels, sentence
from reports.wording import phrase

__all__ = ["build"]

MOST_LINES = 6
MEASURES: tuple[Literal["mean", "top_box"], ...] = ("mean", "top_box")


def build(reader: Reader) -> Section | None:
    """None in a study of one wave."""
    if len(reader.results.waves) < 2:
        return None
    dimensions = [record.indicator for record in reader.results.indicators if record.level == 1]
    blocks: list[Block] = []
    chart = trend_chart(reader, dimensions if 0 < len(dimensions) <= MOST_LINES else [reader.root.indicator])
    if chart is not None:
        blocks.append(chart)
    blocks.append(_levels(reader, dimensions))
    if len(dimensions) > MOST_LINES:
        blocks.append(_dimension_levels(reader, dimensions))
    blocks += [Heading(text=phrase("heading_steps")), _steps(reader)]
    outcomes = [table for measure in MEASURES if (table := _outcomes(reader, measure)) is not None]
    if outcomes:
        blocks += [Heading(text=phrase("heading_outcomes_by_wave")), *outcomes]
    return Section(
        id="waves",
        title=phrase("section_waves"),
        blocks=tuple(blocks),
        sheet_name=phrase("sheet_waves"),
        lead=phrase("lead_waves"),
    )


def _levels(reader: Reader, dimensions: list[str]) -> Table:
    shown = dimensions if len(dimensions) <= MOST_LINES else []
    columns = [
        Column(key="wave", label=phrase("column_wave")),
        Column(key="n", label=phrase("column_n"), kind="count"),
        Column(key="index", label=Label.of(reader.root.label), kind="index"),
        Column(key="interval", label=phrase("column_interval"), kind="interval"),
        *(Column(key=code, label=reader.name(code), kind="index") for code in shown),
    ]
    rows = []
    notes = [phrase("note_all_waves")]
    for wave in reader.results.waves:
        scores = reader.scores(reader.results.of_wave(wave.wave))
        root = scores[reader.root.indicator].figure
        values: dict[str, Value] = {
            "wave": Label.of(wave.label),
            "n": root.n,
            "index": root.estimate,
            "interval": interval_of(root),
            **{code: scores[code].figure.estimate for code in shown},
        }
        rows.append(Row(values=values, tone="suppressed" if root.grade == "suppressed" else "plain"))
        if wave.absent_indicators:
            absent = enumerate_labels(reader.name(code) for code in wave.absent_indicators)
            notes.append(sentence("note_absent", wave=Label.of(wave.label), indicators=absent))
    if len(notes) > 1:
        notes.append(phrase("note_break"))
    scores = reader.scores(reader.results.of_wave(None))
    root = scores[reader.root.indicator].figure
    pooled: dict[str, Value] = {
        "wave": phrase("all_waves"),
        "n": root.n,
        "index": root.estimate,
        "interval": interval_of(root),
        **{code: scores[code].figure.estimate for code in shown},
    }
    rows.append(Row(values=pooled, tone="total"))
    return Table(columns=tuple(columns), rows=tuple(rows), caption=phrase("caption_waves"), notes=tuple(notes))


def _dimension_levels(reader: Reader, dimensions: list[str]) -> Table:
    """Dimensions down, waves across: for trees with many dimensions."""
    columns = [
        Column(key="indicator", label=phrase("column_indicator")),
        *(Column(key=wave.wave, label=Label.of(wave.label), kind="index") for wave in reader.results.waves),
    ]
    scores = {wave.wave: reader.scores(reader.results.of_wave(wave.wave)) for wave in reader.results.waves}
    return Table(
        columns=tuple(columns),
        rows=tuple(
            Row(
                values={
                    "indicator": reader.name(code),
                    **{wave: table[code].figure.estimate for wave, table in scores.items()},
                }
            )
            for code in dimensions
        ),
        caption=phrase("caption_dimensions_by_wave"),
    )


def _steps(reader: Reader) -> Table:
    rows = []
    for change in reader.results.changes:
        row = next((row for row in change.rows if row.indicator == reader.root.indicator), None)
        if row is None:
            continue
        moved = [
            other
            for other in change.rows
            if other.p_adjusted is not None
            and other.p_adjusted < 1 - reader.results.study.confidence
            and other.verdict != "too_few"
            and reader.indicators[other.indicator].leaf
        ]
        rows.append(
            Row(
                values={
                    "step": sentence(
                        "from_to", before=reader.wave_name(change.before), after=reader.wave_name(change.after)
                    ),
                    "before": row.before.estimate,
                    "after": row.after.estimate,
                    "change": row.change.estimate,
                    "interval": interval_of(row.change),
                    "p_adjusted": row.p_adjusted,
                    "detectable": row.minimum_detectable,
                    "verdict": verdict_of(row.verdict),
                    "up": sum((other.change.estimate or 0) > 0 for other in moved),
                    "down": sum((other.change.estimate or 0) < 0 for other in moved),
                }
            )
        )
    return Table(
        columns=(
            Column(key="step", label=phrase("column_step")),
            Column(key="before", label=phrase("column_before"), kind="index"),
            Column(key="after", label=phrase("column_after"), kind="index"),
            Column(key="change", label=phrase("column_change"), kind="gap", diverging=True),
            Column(key="interval", label=phrase("column_change_interval"), kind="interval", of="gap"),
            Column(key="p_adjusted", label=phrase("column_p_adjusted"), kind="p_value"),
            Column(key="detectable", label=phrase("column_detectable"), kind="index"),
            Column(key="verdict", label=phrase("column_verdict"), kind="verdict"),
            Column(key="up", label=phrase("column_up"), kind="count"),
            Column(key="down", label=phrase("column_down"), kind="count"),
        ),
        rows=tuple(rows),
        caption=phrase("caption_steps"),
        notes=(phrase("note_common"),),
    )


def _outcomes(reader: Reader, measure: Literal["mean", "top_box"]) -> Table | None:
    """Outcome questions down, waves across."""
    columns = [
        Column(key="question", label=phrase("column_question")),
        *(
            Column(key=wave.wave, label=Label.of(wave.label), kind="number" if measure == "mean" else "share")
            for wave in reader.results.waves
        ),
    ]
    rows: dict[str, dict[str, Value]] = {}
    for wave in reader.results.waves:
        for item in reader.items(facet="outcome", block=reader.results.of_wave(wave.wave)):
            values = rows.setdefault(item.question, {"question": reader.question_name(item.question)})
            top = None if item.top_box is None else item.top_box.estimate
            values[wave.wave] = item.mean if measure == "mean" else top
    if not rows:
        return None
    return Table(
        columns=tuple(columns),
        rows=tuple(Row(values=values) for values in rows.values()),
        caption=phrase(f"caption_outcomes_{measure}"),
    )
