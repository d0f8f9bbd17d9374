"""Service gaps: perceived minus expected, per dimension and per item."""

from __future__ import annotations

from analysis.results import Gap, GapRow
from reports.document import Block, Chart, Column, GapData, GapPoint, Heading, Row, Section, Table
from reports.labels import Label, Tone
from reports.reading import Reader, interval_of
from reports.sentences import percent, sentence
from reports.wording import phrase

__all__ = ["build"]


def build(reader: Reader) -> Section | None:
    """None where expectations were not asked."""
    gap = reader.current.gap
    if gap is None:
        return None
    blocks: list[Block] = [
        _chart(reader, gap, "dimension"),
        _table(reader, gap, ("dimension", "overall"), phrase("caption_gap_dimensions")),
        Heading(text=phrase("heading_gap_items")),
        _chart(reader, gap, "item"),
        _table(reader, gap, ("item",), phrase("caption_gap_items")),
    ]
    return Section(
        id="gap",
        title=phrase("section_gap"),
        blocks=tuple(blocks),
        sheet_name=phrase("sheet_gap"),
        lead=phrase("lead_gap"),
    )


def _tone(reader: Reader, row: GapRow) -> Tone:
    if row.p_adjusted is None or row.gap.estimate is None or row.p_adjusted >= 1 - reader.results.study.confidence:
        return "uncertain"
    return "bad" if row.gap.estimate < 0 else "good"


def _chart(reader: Reader, gap: Gap, level: str) -> Chart:
    rows = sorted((row for row in gap.rows if row.level == level), key=lambda row: row.gap.estimate or 0.0)
    return Chart(
        data=GapData(
            points=tuple(
                GapPoint(
                    label=reader.name(row.indicator),
                    expectation=row.expectation.estimate,
                    perception=row.performance.estimate,
                    tone=_tone(reader, row),
                )
                for row in rows
            ),
            axis=phrase("axis_index"),
        ),
        title=phrase(f"chart_gap_{level}"),
        alt=sentence("chart_gap_alt", n=len(rows)),
        note=phrase("chart_gap_note"),
    )


def _table(reader: Reader, gap: Gap, levels: tuple[str, ...], caption: Label) -> Table:
    rows = []
    for row in gap.rows:
        if row.level not in levels:
            continue
        overall = row.level == "overall"
        rows.append(
            Row(
                values={
                    "indicator": phrase("gap_overall") if overall else reader.name(row.indicator),
                    "expectation": row.expectation.estimate,
                    "performance": row.performance.estimate,
                    "gap": row.gap.estimate,
                    "interval": interval_of(row.gap),
                    "gap_score": row.gap_score,
                    "p_adjusted": row.p_adjusted,
                    "effect_size": row.effect_size,
                    "n": row.gap.n,
                },
                tone="total" if overall else "suppressed" if row.gap.grade == "suppressed" else "plain",
            )
        )
    return Table(
        columns=(
            Column(key="indicator", label=phrase("column_indicator")),
            Column(key="expectation", label=phrase("column_expectation"), kind="index"),
            Column(key="performance", label=phrase("column_performance"), kind="index"),
            Column(key="gap", label=phrase("column_gap"), kind="gap", diverging=True),
            Column(key="interval", label=phrase("column_interval"), kind="interval", of="gap"),
            Column(key="gap_score", label=phrase("column_gap_score"), kind="gap", decimals=2),
            Column(key="p_adjusted", label=phrase("column_p_adjusted"), kind="p_value"),
            Column(key="effect_size", label=phrase("column_effect_size"), kind="number"),
            Column(key="n", label=phrase("column_n"), kind="count"),
        ),
        rows=tuple(rows),
        caption=caption,
        notes=(
            sentence("note_gap", confidence=percent(reader.results.study.confidence)),
            phrase("note_gap_servperf"),
        ),
    )
