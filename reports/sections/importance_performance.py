"""The importance-performance grids, and where the data do not settle the quadrant."""

from __future__ import annotations

from analysis.results import ImportancePerformance, ImportanceRow
from reports.document import Block, Chart, Column, IpaData, IpaPoint, Quadrant, Row, Section, Table, Verdict
from reports.labels import Tone
from reports.reading import Reader, interval_of
from reports.sentences import Num, percent, sentence
from reports.wording import phrase

__all__ = ["build"]

QUADRANTS: dict[str, Quadrant] = {
    "keep_up": "keep_up",
    "concentrate_here": "concentrate",
    "low_priority": "low_priority",
    "possible_overkill": "overkill",
}
TONES: dict[str, Tone] = {
    "keep_up": "good",
    "concentrate_here": "bad",
    "low_priority": "muted",
    "possible_overkill": "warning",
    "uncertain": "uncertain",
    "undefined": "muted",
}


def build(reader: Reader) -> Section | None:
    """None where importance was not asked."""
    grid = reader.current.importance_performance
    if grid is None:
        return None
    blocks: list[Block] = [_chart(reader, grid), _table(reader, grid)]
    return Section(
        id="importance-performance",
        title=phrase("section_ipa"),
        blocks=tuple(blocks),
        sheet_name=phrase("sheet_ipa"),
        lead=phrase("lead_ipa"),
    )


def _chart(reader: Reader, grid: ImportancePerformance) -> Chart:
    points = tuple(
        IpaPoint(
            code=str(place),
            label=reader.name(row.indicator),
            importance=row.importance.estimate,
            performance=row.performance.estimate,
            quadrant=QUADRANTS[row.quadrant_data],
            uncertain=row.status == "uncertain",
            importance_lower=row.importance.lower,
            importance_upper=row.importance.upper,
            performance_lower=row.performance.lower,
            performance_upper=row.performance.upper,
        )
        for place, row in enumerate(grid.rows, start=1)
        if row.importance.estimate is not None and row.performance.estimate is not None
    )
    return Chart(
        data=IpaData(
            points=points,
            centre_importance=grid.data_centre[0],
            centre_performance=grid.data_centre[1],
            importance_axis=phrase("axis_importance"),
            performance_axis=phrase("axis_performance"),
            importance_of="index",
            performance_of="index",
        ),
        title=phrase("chart_ipa"),
        alt=sentence("chart_ipa_alt", n=len(points)),
        note=sentence("chart_ipa_note", confidence=percent(reader.results.study.confidence)),
    )


def _quadrant(code: str) -> Verdict:
    return Verdict(label=phrase(f"quadrant_{code}"), tone=TONES[code])


def _table(reader: Reader, grid: ImportancePerformance) -> Table:
    def row_of(place: int, row: ImportanceRow) -> Row:
        return Row(
            values={
                "number": str(place),
                "indicator": reader.name(row.indicator),
                "importance": row.importance.estimate,
                "importance_interval": interval_of(row.importance),
                "performance": row.performance.estimate,
                "performance_interval": interval_of(row.performance),
                "gap": row.gap,
                "status": _quadrant(row.status),
                "data": _quadrant(row.quadrant_data),
                "scale": _quadrant(row.quadrant_scale),
                "median": _quadrant(row.quadrant_median),
                "diagonal": phrase("answer_yes") if row.diagonal_centred else phrase("answer_no"),
            }
        )

    return Table(
        columns=(
            Column(key="number", label=phrase("column_number"), kind="code"),
            Column(key="indicator", label=phrase("column_indicator")),
            Column(key="importance", label=phrase("column_importance"), kind="index"),
            Column(key="importance_interval", label=phrase("column_interval"), kind="interval"),
            Column(key="performance", label=phrase("column_performance"), kind="index"),
            Column(key="performance_interval", label=phrase("column_interval"), kind="interval"),
            Column(key="gap", label=phrase("column_ipa_gap"), kind="gap", diverging=True),
            Column(key="status", label=phrase("column_status"), kind="verdict"),
            Column(key="data", label=phrase("column_quadrant_data"), kind="verdict"),
            Column(key="scale", label=phrase("column_quadrant_scale"), kind="verdict"),
            Column(key="median", label=phrase("column_quadrant_median"), kind="verdict"),
            Column(key="diagonal", label=phrase("column_diagonal")),
        ),
        rows=tuple(row_of(place, row) for place, row in enumerate(grid.rows, start=1)),
        caption=phrase("caption_ipa"),
        notes=(
            sentence(
                "note_ipa_centres",
                scale=Num(grid.scale_centre[0]),
                data_importance=Num(grid.data_centre[0]),
                data_performance=Num(grid.data_centre[1]),
                median_importance=Num(grid.median_centre[0]),
                median_performance=Num(grid.median_centre[1]),
            ),
            phrase("note_ipa_status"),
        ),
    )
