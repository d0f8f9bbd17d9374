"""Tables the parts of the channel section share."""

from __future__ import annotations

from dataclasses import replace

from analysis.results import ChannelFigureRow
from reports.document import Column, Row, Table, Value, Verdict
from reports.labels import Label, NumberKind
from reports.reading import interval_of
from reports.sections.channel_names import value_name
from reports.wording import phrase

__all__ = ["figure_table", "remark_of", "without_empty"]


def without_empty(
    columns: tuple[Column, ...], rows: list[Row], optional: frozenset[str]
) -> tuple[tuple[Column, ...], tuple[Row, ...]]:
    """Columns and rows without those of ``optional`` that hold nothing but blanks and noughts."""
    filled = {key for row in rows for key, value in row.values.items() if value is not None and value != 0}
    kept = tuple(column for column in columns if column.key not in optional or column.key in filled)
    keys = {column.key for column in kept}
    return kept, tuple(
        replace(row, values={key: value for key, value in row.values.items() if key in keys}) for row in rows
    )


def remark_of(grade: str) -> Verdict | None:
    """What a small number of persons allows, in words."""
    if grade == "suppressed":
        return Verdict(label=phrase("remark_withheld"), tone="muted")
    return Verdict(label=phrase("remark_indicative"), tone="uncertain") if grade == "indicative" else None


def figure_table(
    entries: list[ChannelFigureRow], first: Label, caption: Label, *, kind: NumberKind, notes: tuple[Label, ...] = ()
) -> Table:
    """Groups with their figure, its interval and n; withheld ones marked."""
    weighted = any(entry.weighted is not None for entry in entries)
    decimals = 2 if kind == "number" else None
    rows = []
    for entry in entries:
        values: dict[str, Value] = {
            "group": value_name(entry.group),
            "n": entry.n_records,
            "persons": entry.n_persons,
            "estimate": entry.figure.estimate,
            "interval": interval_of(entry.figure),
            "remark": remark_of(entry.figure.grade),
        }
        if weighted:
            values["weighted"] = entry.weighted
        rows.append(Row(values=values, tone="suppressed" if entry.figure.grade == "suppressed" else "plain"))
    estimate = phrase("column_share" if kind == "share" else "column_mean")
    more = (Column(key="weighted", label=phrase("column_weighted_share"), kind="share"),) if weighted else ()
    return Table(
        columns=(
            Column(key="group", label=first),
            Column(key="n", label=phrase("column_records"), kind="count"),
            Column(key="persons", label=phrase("column_persons"), kind="count"),
            Column(key="estimate", label=estimate, kind="share" if kind == "share" else "number", decimals=decimals),
            Column(key="interval", label=phrase("column_interval"), kind="interval", of=kind, decimals=decimals),
            *more,
            Column(key="remark", label=phrase("column_remark"), kind="verdict"),
        ),
        rows=tuple(rows),
        caption=caption,
        notes=notes,
    )
