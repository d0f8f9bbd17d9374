"""The index by segment, and what segments contribute to the change."""

from __future__ import annotations

from analysis.results import Decomposition, Segments
from reports.document import (
    Block,
    Chart,
    Column,
    Heading,
    IndexIntervalsData,
    IndexPoint,
    Paragraph,
    Row,
    Section,
    Table,
    Value,
    Verdict,
)
from reports.labels import Label
from reports.reading import Reader, interval_of
from reports.sections.measurement_words import invariance_reason
from reports.sentences import Num, sentence
from reports.wording import phrase

__all__ = ["build"]


def build(reader: Reader) -> Section | None:
    """None where the study names no segments."""
    if not reader.current.segments:
        return None
    blocks: list[Block] = []
    for table in reader.current.segments:
        blocks.append(Heading(text=Label.of(table.label)))
        gate = _gate(reader, table)
        if gate is not None:
            blocks.append(gate)
        chart = _chart(reader, table)
        if chart is not None:
            blocks.append(chart)
        blocks.append(_table(reader, table))
    if reader.change is not None and reader.change.decompositions:
        blocks += [Heading(text=phrase("heading_decomposition")), Paragraph(text=phrase("decomposition_explained"))]
        blocks.append(_effects(reader.change.decompositions))
        blocks += [_decomposition(part) for part in reader.change.decompositions]
    return Section(
        id="segments",
        title=phrase("section_segments"),
        blocks=tuple(blocks),
        sheet_name=phrase("sheet_segments"),
        lead=sentence(
            "lead_segments",
            wave=Label.of(reader.current_wave.label),
            suppress=reader.results.study.suppress_below,
            indicative=reader.results.study.indicative_below,
        ),
    )


def _gate(reader: Reader, table: Segments) -> Paragraph | None:
    """Whether the groups' means may be compared at all, and why; the table is shown in any case."""
    measurement = reader.current.measurement
    tested = [] if measurement is None else [one for one in measurement.invariance if one.question == table.question]
    if not tested:
        return None
    record = tested[0]
    return Paragraph(
        text=sentence(f"segment_gate_{record.verdict}", reason=invariance_reason(reader, record)),
        tone="warning" if record.verdict == "not_comparable" else "note",
    )


def _chart(reader: Reader, table: Segments) -> Chart | None:
    points = tuple(
        IndexPoint(
            label=Label.of(row.label),
            estimate=row.figure.estimate,
            lower=row.figure.lower,
            upper=row.figure.upper,
            tone="muted" if row.grade == "indicative" else "neutral",
        )
        for row in table.rows
        if row.figure.estimate is not None
    )
    if len(points) < 2:
        return None
    root = reader.scores()[reader.root.indicator].figure
    return Chart(
        data=IndexIntervalsData(
            points=points,
            axis=phrase("axis_index"),
            order="given",
            reference=root.estimate,
            reference_label=phrase("everyone"),
        ),
        title=sentence("chart_segments", segment=Label.of(table.label)),
        alt=sentence("chart_segments_alt", n=len(points)),
    )


def _table(reader: Reader, table: Segments) -> Table:
    rows = []
    for row in table.rows:
        if row.n == 0:
            continue
        withheld = row.grade == "suppressed"
        values: dict[str, Value] = {
            "segment": Label.of(row.label),
            "n": row.n,
            "share": row.share,
            "index": row.figure.estimate,
            "interval": interval_of(row.figure),
            "difference": None if row.difference is None else row.difference.estimate,
            "difference_interval": None if row.difference is None else interval_of(row.difference),
            "p_adjusted": row.p_adjusted,
            "remark": None,
        }
        if withheld:
            values["remark"] = Verdict(label=phrase("remark_withheld"), tone="muted")
        elif row.grade == "indicative":
            values["remark"] = Verdict(label=phrase("remark_indicative"), tone="uncertain")
        elif row.p_adjusted is not None and row.p_adjusted < 1 - reader.results.study.confidence:
            higher = row.difference is not None and (row.difference.estimate or 0) > 0
            values["remark"] = Verdict(
                label=phrase("remark_higher" if higher else "remark_lower"), tone="good" if higher else "bad"
            )
        rows.append(Row(values=values, tone="suppressed" if withheld else "plain"))
    notes = [phrase("note_segments")]
    if table.n_without:
        notes.append(sentence("note_without_segment", n=Num(table.n_without, "count")))
    return Table(
        columns=(
            Column(key="segment", label=phrase("column_segment")),
            Column(key="n", label=phrase("column_n"), kind="count"),
            Column(key="share", label=phrase("column_share"), kind="share"),
            Column(key="index", label=phrase("column_index"), kind="bar"),
            Column(key="interval", label=phrase("column_interval"), kind="interval"),
            Column(key="difference", label=phrase("column_difference"), kind="gap", diverging=True),
            Column(key="difference_interval", label=phrase("column_interval"), kind="interval", of="gap"),
            Column(key="p_adjusted", label=phrase("column_p_adjusted"), kind="p_value"),
            Column(key="remark", label=phrase("column_remark"), kind="verdict"),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _effects(parts: list[Decomposition]) -> Table:
    return Table(
        columns=(
            Column(key="segment", label=phrase("column_by_segment")),
            Column(key="total", label=phrase("column_total_change"), kind="gap", decimals=2),
            Column(key="score", label=phrase("column_score_effect"), kind="gap", decimals=2, diverging=True),
            Column(key="score_se", label=phrase("column_std_error"), kind="number"),
            Column(key="mix", label=phrase("column_mix_effect"), kind="gap", decimals=2, diverging=True),
            Column(key="mix_se", label=phrase("column_std_error"), kind="number"),
        ),
        rows=tuple(
            Row(
                values={
                    "segment": Label.of(part.label),
                    "total": part.total,
                    "score": part.score_effect,
                    "score_se": part.score_std_error,
                    "mix": part.mix_effect,
                    "mix_se": part.mix_std_error,
                }
            )
            for part in parts
        ),
        caption=phrase("caption_effects"),
    )


def _decomposition(part: Decomposition) -> Table:
    return Table(
        columns=(
            Column(key="segment", label=phrase("column_segment")),
            Column(key="share_before", label=phrase("column_share_before"), kind="share"),
            Column(key="share_after", label=phrase("column_share_after"), kind="share"),
            Column(key="score_before", label=phrase("column_before"), kind="index"),
            Column(key="score_after", label=phrase("column_after"), kind="index"),
            Column(key="score", label=phrase("column_score_effect"), kind="gap", decimals=2, diverging=True),
            Column(key="mix", label=phrase("column_mix_effect"), kind="gap", decimals=2, diverging=True),
        ),
        rows=tuple(
            Row(
                values={
                    "segment": Label.of(row.label),
                    "share_before": row.share_before,
                    "share_after": row.share_after,
                    "score_before": row.score_before,
                    "score_after": row.score_after,
                    "score": row.score_effect,
                    "mix": row.mix_effect,
                },
                tone="suppressed" if row.grade == "suppressed" else "plain",
            )
            for row in part.rows
        ),
        caption=sentence("caption_decomposition", segment=Label.of(part.label)),
    )
