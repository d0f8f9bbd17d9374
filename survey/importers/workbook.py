"""Sheets of an Excel workbook as columns or rows of cells; legacy files are opened in a process of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from survey.errors import FileRefusedError, Place, ResponseImportError
from survey.file_guard import FileKind
from survey.importers.cell_columns import columns_of
from survey.importers.cell_text import CellValue, fold
from survey.importers.limited_process import read_limited

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

__all__ = ["read_columns", "read_sheet"]

NOTES = 2
"""Columns up to which a sheet is taken for notes where a wider and longer one follows."""
Columns = tuple[list[list[CellValue]], int, str, tuple[str, ...]]
"""Columns, how many rows they have, the name of the sheet, and the names of the others."""


def read_sheet(path: Path, kind: FileKind, sheet: str | None) -> tuple[list[list[CellValue]], str, tuple[str, ...]]:
    """Rows of one sheet from row 1, its name, and the names of the other sheets.

    Raises
    ------
    ResponseImportError
        The workbook has no sheet of that name.
    FileRefusedError
        The reader cannot open the workbook.
    """
    columns, height, chosen, others = read_columns(path, kind, sheet)
    rows = [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in range(height)]
    return rows, chosen, others


def read_columns(path: Path, kind: FileKind, sheet: str | None) -> Columns:
    """Columns of one sheet from cell A1, how many rows they have, its name, and the names of the other sheets.

    Raises
    ------
    ResponseImportError
        The workbook has no sheet of that name, or more than is read.
    FileRefusedError
        The reader cannot open the workbook.
    """
    if kind != "xls":
        return read_in_process(path, sheet)
    columns, height, chosen, others = read_limited(f"{__name__}:read_in_process", path, sheet)
    return columns, height, chosen, tuple(others)


def load_libraries() -> None:
    """What the reader of legacy workbooks needs, before its process is limited."""
    import python_calamine  # noqa: F401


def read_in_process(path: Path, sheet: str | None) -> Columns:
    """:func:`read_columns` in the process that calls.

    Raises
    ------
    ResponseImportError
        The workbook has no sheet of that name, or more than is read.
    FileRefusedError
        The reader cannot open the workbook.
    """
    place = Place(file=path.name)
    try:
        with _PanicRefused(place):
            return _read(path, sheet)
    except _SheetAbsentError as fault:
        wanted, names = fault.args
        raise ResponseImportError.of("survey.sheet_unknown", place, found=", ".join(names), wanted=wanted) from None
    except (ValueError, OSError) as fault:
        raise FileRefusedError.of("survey.workbook_unreadable", place, reason=str(fault)[:200]) from None


class _PanicRefused:
    """The reader is written in Rust; where it gives up, what arrives is neither an error of its own nor of Python."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: object) -> Literal[False]:
        if kind is not None and kind.__name__ == "PanicException":
            reason = str(fault)[:200]
            raise FileRefusedError.of("survey.workbook_unreadable", self.place, reason=reason) from None
        return False


_NOTHING = frozenset({"", None})


class _SheetAbsentError(Exception):
    """Carries the name asked for and the names there are."""


def _read(path: Path, sheet: str | None) -> Columns:
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = [str(name) for name in workbook.sheet_names]
        hidden = {found.name for found in workbook.sheets_metadata if found.visible != SheetVisibleEnum.Visible}
        if sheet is not None:
            chosen = next((name for name in names if fold(name) == fold(sheet)), None)
            if chosen is None:
                raise _SheetAbsentError(sheet, names)
            columns, height = _columns_from_corner(workbook.get_sheet_by_name(chosen), path, chosen)
        else:
            chosen, columns, height = names[0] if names else "", [], 0
            for name in [name for name in names if name not in hidden] or names:
                found, rows = _columns_from_corner(workbook.get_sheet_by_name(name), path, name)
                if rows and (not height or (rows > height and len(found) > NOTES)):
                    chosen, columns, height = name, found, rows
                if len(columns) > NOTES:
                    break
    except CalamineError as fault:
        raise ValueError(str(fault)) from None
    return columns, height, chosen, tuple(name for name in names if name not in {chosen, *hidden})


def _columns_from_corner(sheet: CalamineSheet, path: Path, name: str) -> tuple[list[list[CellValue]], int]:
    """The columns from A1 on; the reader leaves out empty columns on the left, not empty rows at the top."""
    if sheet.start is None:
        return [], 0
    columns, height = columns_of(sheet.iter_rows(), Place(file=path.name, sheet=name))
    left: list[list[CellValue]] = [[""] * height for _ in range(sheet.start[1])]
    while columns and set(columns[-1]) <= _NOTHING:  # formats without cells reach far to the right and down
        columns.pop()
    last = 0
    for column in columns:
        if not set(column[last:]) <= _NOTHING:
            last = _last_cell(column)
    columns = [*left, *columns] if columns else []
    for column in columns:
        del column[last:]
    return columns, last


def _last_cell(column: list[CellValue]) -> int:
    """How many cells there are up to the last that holds anything."""
    last = len(column)
    while last and column[last - 1] in _NOTHING:
        last -= 1
    return last
