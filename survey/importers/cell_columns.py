"""Cells row by row in, columns out: blocks of rows are turned round as they come, and rows are never all in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, zip_longest
from typing import Any

from survey.errors import Place, ResponseImportError
from survey.importers.cell_text import CellValue, column_letter

__all__ = ["LONGEST_CELL", "MOST_COLUMNS", "MOST_ROWS", "columns_of"]

LONGEST_CELL = 131_072
"""Characters; Excel allows a quarter of it."""
MOST_COLUMNS = 20_000
MOST_ROWS = 2_000_000
BLOCK = 128
"""Rows turned round at a time: few enough to stay in the processor's cache."""
_SHARED = 50_000
"""Distinct texts of a column up to which equal ones become one object."""
_NUMBERS, _TEXT = frozenset({int, float}), frozenset({str})


def columns_of(
    rows: Iterable[Sequence[Any]], place: Place, *, most_cells: int | None = None
) -> tuple[list[list[CellValue]], int]:
    """Columns of equal length, and that length; short rows are filled up with None.

    Equal texts of a column are one object, which shrinks memory and makes looking them up fast; numbers are not,
    because 1 and 1.0 are equal as well. Truth values become words: True and 1 are equal in Python and not in a
    questionnaire.

    Parameters
    ----------
    rows : from row 1 of the sheet or file.
    place : the file, for messages.
    most_cells : more are refused.

    Raises
    ------
    ResponseImportError
        There are too many rows, columns or cells, or a cell is too long.
    """
    columns: list[list[CellValue]] = []
    known: list[dict[str, str]] = []
    height = 0
    source = iter(rows)
    while block := list(islice(source, BLOCK)):
        turned = list(zip_longest(*block))
        while len(columns) < len(turned):
            _check_width(len(turned), place)
            columns.append([None] * height)
            known.append({})
        for position, cells in enumerate(turned):
            column, shared = columns[position], known[position]
            if shared:
                try:  # mostly every cell is a text met before, and no other type equals a text
                    column.extend(map(shared.__getitem__, cells))
                    continue
                except KeyError:
                    del column[height:]
            types = {*map(type, cells)}
            if types <= _NUMBERS:
                column.extend(cells)
                continue
            if types == _TEXT:
                column.extend(map(shared.setdefault, cells, cells) if len(shared) < _SHARED else cells)
                longest = max(map(len, cells))
            else:
                column.extend([_shared_cell(cell, shared) for cell in cells])
                longest = max((len(cell) for cell in cells if type(cell) is str), default=0)
            if longest > LONGEST_CELL:
                _refuse_long(cells, position, height, place)
        height += len(block)
        for column in columns[len(turned) :]:
            column.extend([None] * len(block))
        if height > MOST_ROWS or (most_cells is not None and height * len(columns) > most_cells):
            _refuse_size(height, len(columns), most_cells, place)
    return columns, height


def _shared_cell(cell: Any, shared: dict[str, str]) -> CellValue:
    if type(cell) is bool:
        return "TRUE" if cell else "FALSE"
    if type(cell) is str and len(shared) < _SHARED:
        return shared.setdefault(cell, cell)
    return cell  # type: ignore[no-any-return]


def _refuse_long(cells: Sequence[Any], position: int, height: int, place: Place) -> None:
    for row, cell in enumerate(cells, start=height + 1):
        if type(cell) is str and len(cell) > LONGEST_CELL:
            where = Place(file=place.file, sheet=place.sheet, row=row, column=column_letter(position))
            raise ResponseImportError.of("survey.cell_too_long", where, found=len(cell), limit=LONGEST_CELL)


def _check_width(columns: int, place: Place) -> None:
    if columns > MOST_COLUMNS:
        raise ResponseImportError.of("survey.columns_too_many", place, found=columns, limit=MOST_COLUMNS)


def _refuse_size(height: int, columns: int, most_cells: int | None, place: Place) -> None:
    if height > MOST_ROWS:
        raise ResponseImportError.of("survey.rows_too_many", place, limit=MOST_ROWS)
    limit = f"{(most_cells or 0) / 1e6:.0f}"
    raise ResponseImportError.of("survey.cells_too_many", place, rows=height, columns=columns, limit=limit)
