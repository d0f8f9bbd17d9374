"""What a table cell shows, worked out once for every renderer that sets text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import cast

from reports.document import Column, Interval, Label, Languages, NumberKind, Row, Table, Tone, Verdict
from reports.numbers import MISSING, SUPPRESSED, format_date, format_interval, format_number, is_absent

LEFT_KINDS = frozenset({"text", "verdict"})
NUMBER_KINDS = frozenset({"index", "gap", "share", "share_gap", "p_value", "count", "number", "coefficient", "bar"})

__all__ = ["LEFT_KINDS", "NUMBER_KINDS", "Cell", "number_kind", "read_cell", "signed_extent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell as words; ``bar`` is the filled share (0-1) of a bar, ``leaning`` a signed figure over the largest one."""

    label: Label = field(default_factory=Label)
    absent: bool = False
    tone: Tone | None = None
    bar: float | None = None
    leaning: float | None = None


def number_kind(column: Column) -> NumberKind:
    """The kind of number a column of figures, bars or intervals holds; "number" for columns of words."""
    if column.kind in {"bar", "interval"}:
        return column.of
    return cast(NumberKind, column.kind) if column.kind in NUMBER_KINDS else "number"


def signed_extent(table: Table, column: Column) -> float:
    """The largest size of the figures in a column: both ends of its diverging colours."""
    sizes = [
        abs(value)
        for row in table.rows
        if isinstance(value := row.values.get(column.key), int | float) and not is_absent(value)
    ]
    return max(sizes, default=0.0)


def read_cell(row: Row, column: Column, languages: Languages, extent: float = 0.0) -> Cell:
    """Word one cell. ``extent`` is the column's ``signed_extent`` where it is to be coloured by sign."""
    value = row.values.get(column.key)
    missing = Cell(label=Label.same(SUPPRESSED if row.tone == "suppressed" else MISSING), absent=True)
    if value is None:
        return missing
    if isinstance(value, Verdict):
        return Cell(label=value.label, tone=value.tone)
    if isinstance(value, Label):
        return Cell(label=value)
    if isinstance(value, str):
        return Cell(label=Label.same(value))
    if isinstance(value, date):
        return Cell(label=Label.same(format_date(value, languages)))
    kind = number_kind(column)
    if isinstance(value, Interval):
        words = format_interval(value.lower, value.upper, kind, languages, decimals=column.decimals)
        return missing if words == MISSING else Cell(label=Label.same(words))
    if is_absent(value):
        return missing
    if column.kind not in NUMBER_KINDS:
        return Cell(label=Label.same(str(value) if isinstance(value, int) else f"{value:g}"))
    return Cell(
        label=Label.same(format_number(value, kind, languages, decimals=column.decimals, unit=kind != "share_gap")),
        bar=min(max(value / column.high, 0.0), 1.0) if column.kind == "bar" else None,
        leaning=value / extent if column.diverging and extent else None,
    )
