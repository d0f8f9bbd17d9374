"""Cells of files that have types: what a number, date, list or truth value of theirs is in a table of answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from survey.errors import Place, Problem, ResponseImportError
from survey.importers.cell_text import CellValue, cell_text
from survey.importers.table_file import Table, TableKind
from survey.importers.variables import Variable

__all__ = ["JOINT", "MOST_CELLS", "MOST_COLUMNS", "GrowingColumns", "flattened", "plain_cell", "typed_table"]

JOINT = "┋"
"""Stands between the entries of a list in one cell, as 问卷星 writes several options."""
MOST_CELLS = 50_000_000
MOST_COLUMNS = 20_000
DEEPEST = 20
"""Lists and objects inside one another; a record of answers has two or three."""
_SHARED = 50_000
"""Distinct values of a column up to which equal cells become one object."""
_WHOLE = 2**53


def plain_cell(value: Any) -> CellValue:
    """A value of any library as a cell: whole numbers as int, truth values as words, nothing and NaN as None.

    Time zones are dropped without conversion, as everywhere in an import. Bytes are read as UTF-8; what is no text
    has no place in a table of answers and becomes None.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return value if value.isascii() else _sound(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return None if type(value).__name__ == "NaTType" else value.replace(tzinfo=None)
    if isinstance(value, date | timedelta):
        return value
    if isinstance(value, time):
        return value.replace(tzinfo=None)
    return _foreign(value)


def _sound(text: str) -> str:
    """The text with halves of characters, as programs leave them that cut texts in UTF-16, marked as unreadable."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _number(value: float) -> CellValue:
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < _WHOLE else float(value)


def _foreign(value: Any) -> CellValue:
    """Numbers and containers of other libraries."""
    if type(value).__name__ in {"NAType", "NaTType"}:
        return None
    if type(value).__name__ in {"bool", "bool_"}:
        return "TRUE" if value else "FALSE"
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        whole = value == value.to_integral_value()
        return int(value) if whole and abs(value) < 10**30 else _number(float(value))
    if isinstance(value, Real):
        return _number(float(value))
    if isinstance(value, bytes | bytearray | memoryview):
        try:
            return bytes(value).decode("utf-8")
        except UnicodeDecodeError:
            return None
    if isinstance(value, Iterable):
        entries = (_entry(entry) for entry in value)
        return JOINT.join(text for text in entries if text) or None
    return str(value)


def _entry(value: Any) -> str:
    return cell_text(plain_cell(value))


def flattened(record: Mapping[str, Any], place: Place) -> dict[str, CellValue]:
    """A record with objects and lists inside as one level of cells.

    Keys of objects inside one another are joined by ``/``; a list of scalars becomes one cell, joined by ``┋``; a
    list of objects becomes ``name[1]/key``, ``name[2]/key`` ...

    Raises
    ------
    ResponseImportError
        Something is nested deeper than a record of answers is, or the record has too many entries.
    """
    cells: dict[str, CellValue] = {}

    def put(name: str, value: Any, depth: int) -> None:
        if depth > DEEPEST:
            raise ResponseImportError.of("survey.records_too_deep", place, limit=DEEPEST)
        if isinstance(value, Mapping):
            for key, inner in value.items():
                put(f"{name}/{key}" if name else str(key), inner, depth + 1)
        elif isinstance(value, list | tuple) and any(isinstance(entry, Mapping | list | tuple) for entry in value):
            for number, entry in enumerate(value, start=1):
                put(f"{name}[{number}]", entry, depth + 1)
        elif len(cells) >= MOST_COLUMNS:
            raise ResponseImportError.of("survey.records_too_wide", place, limit=MOST_COLUMNS)
        elif name not in cells or cells[name] is None:
            cells[name] = plain_cell(value)

    for key, value in record.items():
        if type(value) is int or (type(value) is str and value.isascii()):
            cells.setdefault(key, value)
        else:
            put(str(key), value, 1)
    return cells


class GrowingColumns:
    """Columns that are taken in stretch by stretch; equal cells of a column become one object."""

    def __init__(self, headings: Sequence[str] = (), *, place: Place) -> None:
        self.headings: list[str] = list(headings)
        self.columns: list[list[CellValue]] = [[] for _ in headings]
        self.n = 0
        self._place = place
        self._known: list[dict[CellValue, CellValue]] = [{} for _ in headings]
        self._at: dict[str, int] = {heading: place for place, heading in enumerate(headings)}
        self._check()

    def take_records(self, records: Iterable[Mapping[str, CellValue]]) -> None:
        """Add records whose keys are headings; a key not met before opens a column."""
        for record in records:
            for heading, cell in record.items():
                at = self._at.get(heading)
                if at is None:
                    at = self._open(heading)
                column = self.columns[at]
                if len(column) < self.n:
                    column.extend([None] * (self.n - len(column)))
                column.append(self._one(at, cell) if type(cell) is str else cell)
            self.n += 1
            if self.n % 1000 == 0:
                self._check()

    def take_columns(self, stretch: Sequence[Sequence[CellValue]], length: int) -> None:
        """Add ``length`` records given column by column."""
        for at, cells in enumerate(stretch):
            known = self._known[at]
            self.columns[at].extend(map(known.setdefault, cells, cells) if len(known) < _SHARED else cells)
        self.n += length
        self._check()

    def finished(self) -> tuple[list[CellValue], ...]:
        """Every column, as long as there are records."""
        self._check()
        for column in self.columns:
            column.extend([None] * (self.n - len(column)))
        return tuple(self.columns)

    def _one(self, at: int, cell: CellValue) -> CellValue:
        known = self._known[at]
        return known.setdefault(cell, cell) if len(known) < _SHARED else cell

    def _open(self, heading: str) -> int:
        at = self._at[heading] = len(self.headings)
        self.headings.append(heading)
        self.columns.append([])
        self._known.append({})
        if at >= MOST_COLUMNS:
            raise ResponseImportError.of("survey.records_too_wide", self._place, limit=MOST_COLUMNS)
        return at

    def _check(self) -> None:
        if len(self.headings) > MOST_COLUMNS:
            raise ResponseImportError.of("survey.records_too_wide", self._place, limit=MOST_COLUMNS)
        if self.n * len(self.headings) > MOST_CELLS:
            raise ResponseImportError.of(
                "survey.records_too_many_cells",
                self._place,
                rows=self.n,
                columns=len(self.headings),
                limit=f"{MOST_CELLS / 1e6:.0f}",
            )


def typed_table(
    gathered: GrowingColumns,
    *,
    file: str,
    kind: TableKind,
    variables: Sequence[Variable | None] = (),
    rows: Sequence[int] = (),
    part: str | None = None,
    other_parts: Sequence[str] = (),
    encoding: str | None = None,
    encoding_reason: Problem | None = None,
) -> Table:
    """The table of gathered columns; records count from 1, and there is no heading row (``header_row`` is 0).

    Raises
    ------
    ResponseImportError
        There is no column or no record.
    """
    columns = gathered.finished()
    place = Place(file=file, sheet=part)
    if not columns:
        raise ResponseImportError.of("survey.table_empty", place)
    if gathered.n == 0:
        raise ResponseImportError.of("survey.records_absent", place, columns=len(columns))
    return Table(
        file=file,
        kind=kind,
        header_row=0,
        headings=tuple(gathered.headings),
        columns=columns,
        rows=tuple(rows) or tuple(range(1, gathered.n + 1)),
        sheet=part,
        other_sheets=tuple(other_parts),
        variables=tuple(variables) if any(variable is not None for variable in variables) else (),
        encoding=encoding,
        encoding_reason=encoding_reason,
    )
