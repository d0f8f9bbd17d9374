"""All waves side by side: index and dimensions, and the change from each wave to the next."""

from __future__ import annotations

from reports.document import Block, Column, Heading, Row, Section, Table, Value
from reports.labels import Label
from reports.reading import Reader, interval_of, verdict_of
from reports.sections.summary import trend_chart
from reports.sentences import sentence
from reports.wording import phrase

__all__ = ["build"]

MOST_LINES = 6


def build(reader: Reader) -> Section | None:
    """None in a study of one wave."""
    if len(reader.results.waves) < 2:
        return None
    dimensions = [record.indicator for record in reader.results.indicators if record.level == 1]
    blocks: list[Block] = []
    chart = trend_chart(reader, dimensions if len(dimensions) <= MOST_LINES else [reader.root.indicator])
    if chart is not None:
        blocks.append(chart)
    blocks += [_levels(reader, dimensions), Heading(text=phrase("heading_steps")), _steps(reader)]
    outcomes = _outcomes(reader)
    if outcomes is not None:
        blocks += [Heading(text=phrase("heading_outcomes_by_wave")), outcomes]
    return Section(
        id="waves",
        title=phrase("section_waves"),
        blocks=tuple(blocks),
        sheet_name=phrase("sheet_waves"),
        lead=phrase("lead_waves"),
    )


def _levels(reader: Reader, dimensions: list[str]) -> Table:
    columns = [
        Column(key="wave", label=phrase("column_wave")),
        Column(key="responses", label=phrase("column_responses"), kind="count"),
        Column(key="n", label=phrase("column_n"), kind="count"),
        Column(key="index", label=Label.of(reader.root.label), kind="bar"),
        Column(key="interval", label=phrase("column_interval"), kind="interval"),
        *(Column(key=code, label=reader.name(code), kind="index") for code in dimensions),
        Column(key="absent", label=phrase("column_absent")),
    ]
    rows = []
    for wave in reader.results.waves:
        scores = reader.scores(reader.results.of_wave(wave.wave))
        root = scores[reader.root.indicator].figure
        absent = [reader.name(code) for code in wave.absent_indicators]
        values: dict[str, Value] = {
            "wave": Label.of(wave.label),
            "responses": wave.n_responses,
            "n": root.n,
            "index": root.estimate,
            "interval": interval_of(root),
            "absent": Label(
                zh="、".join(name.get("zh") for name in absent), en=", ".join(name.get("en") for name in absent)
            )
            if absent
            else None,
            **{code: scores[code].figure.estimate for code in dimensions},
        }
        rows.append(Row(values=values, tone="suppressed" if root.grade == "suppressed" else "plain"))
    pooled = reader.results.of_wave(None)
    scores = reader.scores(pooled)
    root = scores[reader.root.indicator].figure
    rows.append(
        Row(
            values={
                "wave": phrase("all_waves"),
                "responses": pooled.n_responses,
                "n": root.n,
                "index": root.estimate,
                "interval": interval_of(root),
                **{code: scores[code].figure.estimate for code in dimensions},
            },
            tone="total",
        )
    )
    return Table(
        columns=tuple(columns),
        rows=tuple(rows),
        caption=phrase("caption_waves"),
        notes=(phrase("note_all_waves"), phrase("note_break")),
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


def _outcomes(reader: Reader) -> Table | None:
    items = reader.items(facet="outcome")
    if not items:
        return None
    columns = [Column(key="wave", label=phrase("column_wave"))]
    for item in items:
        name = reader.question_name(item.question)
        columns.append(Column(key=f"{item.question}.mean", label=sentence("mean_of", question=name), kind="number"))
        columns.append(Column(key=f"{item.question}.top", label=sentence("top_box_of", question=name), kind="share"))
    rows = []
    for wave in reader.results.waves:
        block = reader.results.of_wave(wave.wave)
        values: dict[str, Value] = {"wave": Label.of(wave.label)}
        for item in reader.items(facet="outcome", block=block):
            values[f"{item.question}.mean"] = item.mean
            values[f"{item.question}.top"] = None if item.top_box is None else item.top_box.estimate
        rows.append(Row(values=values))
    return Table(columns=tuple(columns), rows=tuple(rows), caption=phrase("caption_outcomes_by_wave"))
