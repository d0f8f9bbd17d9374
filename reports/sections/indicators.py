"""The indicator tree: weight, index, contribution, change and verdict of every node."""

from __future__ import annotations

from analysis.results import Change
from reports.document import (
    Block,
    ChangeData,
    ChangePoint,
    Chart,
    Column,
    Heading,
    Paragraph,
    Row,
    RowTone,
    Section,
    Table,
    TreeData,
    TreeNode,
    Value,
)
from reports.labels import Label
from reports.reading import VERDICT_TONES, Reader, interval_of, verdict_of
from reports.sentences import enumerate_labels, percent, sentence
from reports.wording import phrase

__all__ = ["build"]


def build(reader: Reader) -> Section:
    """Always present."""
    blocks: list[Block] = [_table(reader), _contributions(reader)]
    if reader.change is not None:
        blocks += [Heading(text=phrase("heading_change")), *_change_blocks(reader, reader.change)]
    return Section(
        id="indicators",
        title=phrase("section_indicators"),
        blocks=tuple(blocks),
        sheet_name=phrase("sheet_indicators"),
        lead=phrase("lead_indicators"),
    )


def _table(reader: Reader) -> Table:
    targeted = any(node.target is not None for node in reader.results.indicators)
    staged = any(node.stage is not None for node in reader.results.indicators)
    columns = [
        Column(key="indicator", label=phrase("column_indicator")),
        Column(key="weight", label=phrase("column_weight"), kind="share"),
        Column(key="index", label=phrase("column_index"), kind="bar"),
        Column(key="interval", label=phrase("column_interval"), kind="interval"),
        Column(key="n", label=phrase("column_n"), kind="count"),
        Column(key="contribution", label=phrase("column_contribution"), kind="index"),
        Column(key="potential", label=phrase("column_potential"), kind="index"),
    ]
    if staged:
        columns.insert(1, Column(key="stage", label=phrase("column_stage")))
    weighted = reader.results.study.weighted
    if weighted:
        position = next(place for place, column in enumerate(columns) if column.key == "n")
        columns.insert(position + 1, Column(key="n_effective", label=phrase("column_n_effective"), kind="count"))
    if targeted:
        columns += [
            Column(key="target", label=phrase("column_target"), kind="index"),
            Column(key="reached", label=phrase("column_reached"), kind="verdict"),
        ]
    scores = reader.scores()
    verdicts = {row.indicator: row for row in reader.current.targets}
    rows = []
    for node in reader.results.indicators:
        score = scores[node.indicator]
        values: dict[str, Value] = {
            "indicator": Label.of(node.label),
            "weight": node.share_among_siblings if node.parent else None,
            "index": score.figure.estimate,
            "interval": interval_of(score.figure),
            "n": score.figure.n,
            "contribution": score.contribution,
            "potential": score.potential,
        }
        if weighted:
            values["n_effective"] = score.figure.n_effective
        if staged:
            values["stage"] = None if node.stage is None else Label.of(node.stage)
        if targeted:
            verdict = verdicts.get(node.indicator)
            values |= {"target": node.target, "reached": None if verdict is None else verdict_of(verdict.verdict)}
        tone: RowTone = "suppressed" if score.figure.grade == "suppressed" else "total" if node.level == 0 else "plain"
        rows.append(Row(values=values, level=node.level, tone=tone))
    notes = [phrase("note_contribution")]
    if weighted:
        notes.append(phrase("note_n_effective"))
    if any(score.figure.grade == "indicative" for score in reader.current.scores):
        notes.append(sentence("note_indicative", limit=reader.results.study.indicative_below))
    return Table(
        columns=tuple(columns),
        rows=tuple(rows),
        caption=sentence("caption_indicators", wave=Label.of(reader.current_wave.label)),
        notes=tuple(notes),
    )


def _change_blocks(reader: Reader, change: Change) -> list[Block]:
    blocks: list[Block] = []
    chart = _change_chart(reader, change)
    if chart is not None:
        blocks.append(chart)
    blocks.append(_change_table(reader, change))
    if change.left_out:
        names = enumerate_labels(reader.name(code) for code in change.left_out)
        blocks.append(Paragraph(text=sentence("left_out_of_change", indicators=names), tone="warning"))
    return blocks


def _change_table(reader: Reader, change: Change) -> Table:
    mixed = any(row.mix_question is not None for row in change.rows)
    columns = (
        Column(key="indicator", label=phrase("column_indicator")),
        Column(key="before", label=reader.wave_name(change.before), kind="index"),
        Column(key="after", label=reader.wave_name(change.after), kind="index"),
        Column(key="change", label=phrase("column_change"), kind="gap", diverging=True),
        Column(key="interval", label=phrase("column_change_interval"), kind="interval", of="gap"),
        Column(key="p_adjusted", label=phrase("column_p_adjusted"), kind="p_value"),
        Column(key="detectable", label=phrase("column_detectable"), kind="index"),
        *((Column(key="mix", label=phrase("column_mix_effect"), kind="gap"),) if mixed else ()),
        Column(key="verdict", label=phrase("column_verdict"), kind="verdict"),
    )
    rows = []
    for row in change.rows:
        node = reader.indicators[row.indicator]
        rows.append(
            Row(
                values={
                    "indicator": Label.of(node.label),
                    "before": row.before.estimate,
                    "after": row.after.estimate,
                    "change": row.change.estimate,
                    "interval": interval_of(row.change),
                    "p_adjusted": row.p_adjusted,
                    "detectable": row.minimum_detectable,
                    **({"mix": row.mix_effect} if mixed else {}),
                    "verdict": verdict_of(row.verdict),
                },
                level=node.level,
                tone="suppressed" if row.change.grade == "suppressed" else "total" if node.level == 0 else "plain",
            )
        )
    return Table(
        columns=columns,
        rows=tuple(rows),
        notes=(
            sentence(
                "note_change",
                before=reader.wave_name(change.before),
                family=change.family,
                power=percent(reader.results.study.power),
                confidence=percent(reader.results.study.confidence),
            ),
            *((phrase("note_mix"),) if mixed else ()),
        ),
    )


def _step_title(reader: Reader, change: Change) -> Label:
    return sentence("chart_change_title", before=reader.wave_name(change.before), after=reader.wave_name(change.after))


def _contributions(reader: Reader) -> Chart:
    scores = reader.scores()
    nodes = tuple(
        TreeNode(
            label=Label.of(node.label),
            level=node.level,
            estimate=scores[node.indicator].figure.estimate,
            contribution=scores[node.indicator].contribution,
        )
        for node in reader.results.indicators
        if node.level <= 1
    )
    return Chart(
        data=TreeData(nodes=nodes, axis=phrase("axis_contribution")),
        title=phrase("chart_contribution_title"),
        alt=phrase("chart_contribution_alt"),
        note=phrase("chart_contribution_note"),
    )


def _change_chart(reader: Reader, change: Change) -> Chart | None:
    points = tuple(
        ChangePoint(
            label=reader.name(row.indicator),
            estimate=row.change.estimate,
            lower=row.change.lower,
            upper=row.change.upper,
            detectable=row.minimum_detectable,
            tone=VERDICT_TONES[row.verdict],
        )
        for row in change.rows
        if reader.indicators[row.indicator].leaf or reader.indicators[row.indicator].level == 0
    )
    if not points:
        return None
    return Chart(
        data=ChangeData(points=points, axis=phrase("axis_change")),
        title=_step_title(reader, change),
        alt=sentence("chart_change_alt", n=len(points)),
        note=phrase("chart_change_note"),
    )
