"""Sheets of an Excel workbook as rows of cells; legacy files are opened in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from survey.errors import FileRefusedError, Place, ResponseImportError
from survey.file_guard import FileKind
from survey.importers.cell_text import CellValue, fold

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

__all__ = ["read_sheet"]

CHILD_MEMORY = 2 * 1024**3
"""Bytes of address space the reader of a legacy workbook may take."""
CHILD_SECONDS = 180


def read_sheet(path: Path, kind: FileKind, sheet: str | None) -> tuple[list[list[CellValue]], str, tuple[str, ...]]:
    """Rows of one sheet from row 1, its name, and the names of the other sheets.

    Raises
    ------
    ResponseImportError
        The workbook has no sheet of that name.
    FileRefusedError
        The reader cannot open the workbook.
    """
    if kind == "xls":
        return _in_child(path, sheet)
    try:
        return _read(path, sheet)
    except _SheetAbsentError as fault:
        raise _sheet_unknown(path, fault.args[0], fault.args[1]) from None
    except (ValueError, OSError) as fault:
        raise FileRefusedError.of("survey.workbook_unreadable", Place(file=path.name), reason=str(fault)) from None


class _SheetAbsentError(Exception):
    """Carries the name asked for and the names there are."""


def _sheet_unknown(path: Path, wanted: str, names: Sequence[str]) -> ResponseImportError:
    return ResponseImportError.of("survey.sheet_unknown", Place(file=path.name), found=", ".join(names), wanted=wanted)


def _read(path: Path, sheet: str | None) -> tuple[list[list[CellValue]], str, tuple[str, ...]]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = [str(name) for name in workbook.sheet_names]
        hidden = {found.name for found in workbook.sheets_metadata if found.visible != SheetVisibleEnum.Visible}
        if sheet is not None:
            chosen = next((name for name in names if fold(name) == fold(sheet)), None)
            if chosen is None:
                raise _SheetAbsentError(sheet, names)
            rows = _rows_from_corner(workbook.get_sheet_by_name(chosen))
        else:
            chosen, rows = names[0] if names else "", []
            for name in [name for name in names if name not in hidden] or names:
                found = _rows_from_corner(workbook.get_sheet_by_name(name))
                if found:
                    chosen, rows = name, found
                    break
    except CalamineError as fault:
        raise ValueError(str(fault)) from None
    return rows, chosen, tuple(name for name in names if name not in {chosen, *hidden})


def _rows_from_corner(sheet: CalamineSheet) -> list[list[CellValue]]:
    """The rows from A1 on; equal texts are one object, which halves memory and makes looking them up fast.

    Truth values become words: True and 1 are equal in Python and not in a questionnaire. Only texts are shared,
    because 1 and 1.0 are equal as well. The reader leaves out empty columns on the left, not empty rows at the top.
    """
    if sheet.start is None:
        return []
    left: list[CellValue] = [""] * sheet.start[1]
    shared = dict[str, str]().setdefault
    rows: list[list[CellValue]] = [
        [shared(cell, cell) if type(cell) is str else str(cell).upper() if type(cell) is bool else cell for cell in row]
        for row in sheet.iter_rows()
    ]
    return [[*left, *row] for row in rows] if left else rows


def _in_child(path: Path, sheet: str | None) -> tuple[list[list[CellValue]], str, tuple[str, ...]]:
    package_root = str(Path(__file__).resolve().parents[2])
    search = os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "survey.importers.workbook", str(path.resolve()), sheet or ""]
    try:
        done = subprocess.run(  # noqa: S603  # our own module, and a path that is passed as one argument
            command,
            capture_output=True,
            timeout=CHILD_SECONDS,
            check=False,
            env={**os.environ, "PYTHONPATH": search, "PYTHONIOENCODING": "utf-8"},
        )
        answer = json.loads(done.stdout) if done.returncode == 0 else {"fault": f"exit code {done.returncode}"}
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as fault:
        answer = {"fault": type(fault).__name__}
    if "names" in answer:
        raise _sheet_unknown(path, sheet or "", answer["names"])
    if "fault" in answer:
        raise FileRefusedError.of("survey.workbook_unreadable", Place(file=path.name), reason=answer["fault"])
    rows = [[_cell_from_json(cell) for cell in row] for row in answer["rows"]]
    return rows, answer["sheet"], tuple(answer["others"])


def _cell_to_json(cell: CellValue) -> object:
    if isinstance(cell, timedelta):
        return {"seconds": cell.total_seconds()}
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, time):
        return {"time": cell.isoformat()}
    return cell


def _cell_from_json(cell: Any) -> CellValue:
    match cell:
        case {"seconds": seconds}:
            return timedelta(seconds=seconds)
        case {"datetime": text}:
            return datetime.fromisoformat(text)
        case {"date": text}:
            return date.fromisoformat(text)
        case {"time": text}:
            return time.fromisoformat(text)
    return cell  # type: ignore[no-any-return]


def _serve(path: Path, sheet: str | None) -> None:
    """The child: limit the own memory, read, answer in JSON."""
    with suppress(ImportError):  # Windows has no such limit; the time limit remains
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (CHILD_MEMORY, CHILD_MEMORY))
    answer: dict[str, object]
    try:
        rows, chosen, others = _read(path, sheet)
        answer = {"rows": [[_cell_to_json(cell) for cell in row] for row in rows], "sheet": chosen, "others": others}
    except _SheetAbsentError as fault:
        answer = {"names": fault.args[1]}
    except (ValueError, OSError, MemoryError) as fault:
        answer = {"fault": str(fault) or type(fault).__name__}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), sys.argv[2] or None)
