"""Read an instrument workbook: sheets to rows, rows to a definition, and every fault with its sheet, row and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from instruments.workbook_cells import read_cell
from instruments.workbook_content import Content, assemble
from instruments.workbook_layout import SHEETS, ColumnLayout, SheetLayout
from instruments.workbook_references import reference_problems
from instruments.workbook_rows import Cell, Row, Sheets
from survey.definition_files import definition_problems
from survey.errors import InstrumentError, Place, Problem, ResponseImportError
from survey.file_guard import WORKBOOK_KINDS, FileKind, guard_file
from survey.importers.cell_text import CellValue, cell_text, column_letter, fold, is_blank
from survey.instrument import Instrument

__all__ = ["instrument_from_excel"]

LARGEST_SHEET = 20_000
"""Rows; an instrument has a few hundred."""


def instrument_from_excel(path: Path) -> Instrument:
    """Read an instrument from a workbook such as :func:`instruments.workbook.instrument_to_excel` writes.

    Sheets and columns may stand in any order; those the layout does not know are refused where their name looks like
    a misspelt one, and otherwise left alone (sheets) or reported (columns).

    Raises
    ------
    FileRefusedError
        The file is missing, is not what its name says, or is unsafe to open.
    InstrumentError
        The workbook is not an instrument; every fault is listed with sheet, row and column.
    """
    kind = guard_file(path)
    if kind not in WORKBOOK_KINDS:
        raise InstrumentError.of("instruments.workbook_expected", Place(file=path.name), found=path.suffix)
    problems: list[Problem] = []
    sheets = _sheets(path, kind, problems)
    content = assemble(sheets, path.name)
    problems += content.problems
    problems += reference_problems(sheets)
    instrument = _validated(content, sheets, path.name, problems)
    if instrument is None or problems:
        raise InstrumentError(_in_order(problems))
    return instrument


def _validated(content: Content, sheets: Sheets, file: str, problems: list[Problem]) -> Instrument | None:
    """The instrument; what the schema finds is added to the problems unless a cell's own problem says it already."""
    try:
        return Instrument.model_validate(content.definition)
    except ValidationError as invalid:
        known = {(problem.place.sheet, problem.place.row, problem.place.column) for problem in problems}
        places = list(content.places.items())
        lines = {key: number for number, (key, _) in enumerate(places)}
        for problem in definition_problems(invalid, file, lines, Instrument):
            found = problem.place.line
            place = Place(file=file, path=problem.place.path) if found is None else places[found][1]
            whole = place.row is None
            if whole:
                place = _owner(problem, sheets) or place
            if (whole and problems) or (place.sheet, place.row, place.column) in known:
                continue
            absent = problem.code == "survey.key_absent"
            heading = str(problem.fields.get("key", "")) if absent else None
            if absent and any(p.place.row == place.row and p.place.sheet == place.sheet for p in problems):
                continue
            code = "instruments.cell_empty" if absent and not whole else problem.code
            place = place if heading is None or whole else replace(place, heading=heading)
            problems.append(replace(problem, place=place, code=code))
        return None


def _owner(problem: Problem, sheets: Sheets) -> Place | None:
    """The cell behind a fault of the whole: the condition, or else the code, of the question it names."""
    code = str(problem.fields.get("owner") or problem.fields.get("question") or "")
    for sheet, key, column in (("routing", "question", "show_if"), ("questions", "code", "code")):
        for row in sheets.get(sheet, ()):
            if code and row.text(key) == code:
                return row.place_of(column)
    return None


def _in_order(problems: Sequence[Problem]) -> list[Problem]:
    """Each problem once, by sheet, row and column; a list is too short only because its entries are at fault."""
    others = [problem for problem in problems if problem.code != "survey.list_too_short"]
    problems = others or problems
    order = {sheet.name: number for number, sheet in enumerate(SHEETS)}
    distinct = {(p.code, p.place, tuple(sorted((k, str(v)) for k, v in p.fields.items()))): p for p in problems}
    return sorted(
        distinct.values(),
        key=lambda p: (
            order.get(p.place.sheet or "", -1),
            p.place.row or 0,
            len(p.place.column or ""),
            p.place.column or "",
        ),
    )


def _sheets(path: Path, kind: FileKind, problems: list[Problem]) -> Sheets:
    """Rows of every sheet of the layout."""
    names = _names(path, kind)
    by_name = {fold(name): name for name in names}
    known = {sheet.name for sheet in SHEETS}
    found: dict[str, tuple[Row, ...]] = {}
    for layout in SHEETS:
        name = by_name.get(layout.name)
        if name is not None:
            found[layout.name] = tuple(_rows(path, kind, name, layout, problems))
            continue
        near = get_close_matches(layout.name, [key for key in by_name if key not in known], n=1, cutoff=0.75)
        if near or layout.needed:
            problems.append(
                Problem(
                    code="instruments.sheet_misspelt" if near else "instruments.sheet_absent",
                    place=Place(file=path.name),
                    fields={"expected": layout.name, "found": by_name[near[0]] if near else ", ".join(names)},
                )
            )
    return found


def _names(path: Path, kind: FileKind) -> tuple[str, ...]:
    from survey.importers.workbook import read_sheet

    _, first, others = read_sheet(path, kind, None)
    return (first, *others)


def _rows(path: Path, kind: FileKind, name: str, layout: SheetLayout, problems: list[Problem]) -> Iterator[Row]:
    from survey.importers.workbook import read_sheet

    try:
        rows, _, _ = read_sheet(path, kind, name)
    except ResponseImportError as error:
        raise InstrumentError(error.problems) from None
    if len(rows) > LARGEST_SHEET:
        place = Place(file=path.name, sheet=name)
        raise InstrumentError.of("instruments.sheet_too_long", place, found=len(rows), limit=LARGEST_SHEET)
    columns = _columns(rows[0] if rows else [], layout, path.name, problems)
    for number, cells in enumerate(rows[1:], start=2):
        if all(is_blank(cell) for cell in cells):
            continue
        read = {}
        for position, (heading, column, language) in columns.items():
            cell = cells[position] if position < len(cells) else None
            if is_blank(cell):
                continue
            place = Place(
                file=path.name, sheet=layout.name, row=number, column=column_letter(position), heading=heading
            )
            read[column.name, language] = Cell(value=read_cell(cell, column.kind), place=place)
        yield Row(place=Place(file=path.name, sheet=layout.name, row=number), cells=read)


def _columns(
    headings: Sequence[CellValue], layout: SheetLayout, file: str, problems: list[Problem]
) -> Mapping[int, tuple[str, ColumnLayout, str | None]]:
    """Position -> heading, column and language; unknown, doubled and absent headings are problems."""
    columns: dict[int, tuple[str, ColumnLayout, str | None]] = {}
    seen: set[tuple[str, str | None]] = set()
    for position, cell in enumerate(headings):
        heading = cell_text(cell)
        if not heading:
            continue
        place = Place(file=file, sheet=layout.name, row=1, column=column_letter(position), heading=heading)
        match = _match(heading, layout)
        if match is None:
            known = ", ".join(f"{c.name}_zh" if c.kind == "text" else c.name for c in layout.columns)
            problems.append(Problem(code="instruments.column_unknown", place=place, fields={"known": known}))
        elif (match[0].name, match[1]) in seen:
            problems.append(Problem(code="instruments.column_twice", place=place))
        else:
            seen.add((match[0].name, match[1]))
            columns[position] = (heading, *match)
    for column in layout.columns:
        if column.required and column.name not in {name for name, _ in seen}:
            wanted = f"{column.name}_zh, {column.name}_en" if column.kind == "text" else column.name
            place = Place(file=file, sheet=layout.name, row=1)
            problems.append(Problem(code="instruments.column_absent", place=place, fields={"expected": wanted}))
    return columns


def _match(heading: str, layout: SheetLayout) -> tuple[ColumnLayout, str | None] | None:
    exact = next((column for column in layout.columns if column.name == fold(heading)), None)
    if exact is not None:
        return exact, None
    for column in sorted(layout.columns, key=lambda column: -len(column.name)):
        prefix = f"{column.name}_"
        if column.kind == "text" and heading.casefold().startswith(prefix) and len(heading) > len(prefix):
            return column, heading[len(prefix) :]
    return None
