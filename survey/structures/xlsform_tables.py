"""The sheets of an XLSForm as rows of named cells, whether they come as a workbook or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path

from survey.errors import InstrumentError, Place, ResponseImportError
from survey.file_guard import WORKBOOK_KINDS, FileKind, guard_file
from survey.importers.cell_text import CellValue, cell_text, column_letter, fold, is_blank
from survey.importers.workbook import read_sheet
from survey.structures.remarks import Remarks
from survey.structures.wordings import guess_language, language_code
from survey.structures.xlsform_columns import KNOWN_COLUMNS, TRANSLATED, Column, column_of

__all__ = ["FormRow", "FormTables", "read_workbook_tables", "rows_from_cells"]

CHOICE_SHEETS = ("choices", "choices and columns", "columns", "external_choices")
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """One row: cells by column name, wordings by column name and language code."""

    place: Place
    cells: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def cell(self, name: str) -> str:
        """The cell of that column, '' where it is empty."""
        return self.cells.get(name, "")

    def text(self, name: str) -> dict[str, str]:
        """The wordings of that column."""
        return dict(self.texts.get(name, {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTables:
    """The rows of a form; ``languages`` in the order of its columns, the default first."""

    survey: tuple[FormRow, ...]
    choices: tuple[FormRow, ...]
    settings: Mapping[str, str]
    languages: tuple[str, ...]
    formr: bool = False


def read_workbook_tables(path: Path, remarks: Remarks, *, language: str | None) -> FormTables:
    """The sheets of a workbook.

    Raises
    ------
    FileRefusedError
        The workbook cannot be opened safely.
    InstrumentError
        It has neither a sheet ``survey`` nor a first sheet with the columns ``type`` and ``name``.
    """
    kind = guard_file(path)
    if kind not in WORKBOOK_KINDS:
        raise InstrumentError.of("survey.structure_not_a_form", Place(file=path.name), expected="survey: type, name")
    first, name, others = read_sheet(path, kind, None)
    named = {fold(name): (name, first)} | {fold(other): (other, None) for other in others}
    found = {fold(key): _sheet(path, kind, named, key) for key in ("survey", "settings", *CHOICE_SHEETS)}
    sheet, cells = found["survey"] or (name, first)
    formr = found["survey"] is None
    for other in (other for key, (other, _) in named.items() if key not in found and other != sheet):
        remarks.add("survey.structure_other_sheet", other)
    raw = _records(cells, sheet, path, remarks, require=True)
    choices = [
        record
        for key in CHOICE_SHEETS
        if (pair := found[key]) is not None
        for record in _records(pair[1], pair[0], path, remarks)
    ]
    settings: dict[str, str] = {}
    if (pair := found["settings"]) is not None:
        settings = _settings(pair[1])
    columns = {column.name for _, row in raw for column in row}
    formr = formr or bool(columns & {"showif", "optional", "block_order", "item_order", "choice1"})
    return rows_from_cells(
        raw, choices, settings, remarks=remarks, language=language or settings.get("default_language"), formr=formr
    )


def _sheet(
    path: Path, kind: FileKind, named: Mapping[str, tuple[str, list[list[CellValue]] | None]], key: str
) -> tuple[str, list[list[CellValue]]] | None:
    """A sheet by its name in any spelling, hidden ones included; None where there is none."""
    known = named.get(fold(key))
    if known is not None and known[1] is not None:
        return known[0], known[1]
    if known is None and kind == "xls":  # another process for a sheet that is most likely not there
        return None
    try:
        rows, name, _ = read_sheet(path, kind, known[0] if known else key)
    except ResponseImportError:
        return None
    return name, rows


def _settings(rows: Sequence[Sequence[CellValue]]) -> dict[str, str]:
    filled = [row for row in rows if any(not is_blank(cell) for cell in row)]
    if len(filled) < 2:
        return {}
    headings = [cell_text(cell).lower().replace(" ", "_") for cell in filled[0]]
    return {heading: text for heading, cell in zip(headings, filled[1], strict=False) if (text := cell_text(cell))}


Record = tuple[Place, dict[Column, str]]


def _records(
    rows: Sequence[Sequence[CellValue]], sheet: str, path: Path, remarks: Remarks, *, require: bool = False
) -> list[Record]:
    """Rows below the headings, blank ones left out; faults of headings and cells are noted."""
    if len(rows) > MOST_ROWS:
        place = Place(file=path.name, sheet=sheet)
        raise InstrumentError.of("survey.structure_too_many_rows", place, found=len(rows), limit=MOST_ROWS)
    wanted = {"type", "name"} if require else {"name"}
    top = next((n for n, row in enumerate(rows[:20]) if wanted <= {column_of(cell_text(c)).name for c in row}), None)
    if top is None:
        if require:
            place = Place(file=path.name, sheet=sheet)
            raise InstrumentError.of("survey.structure_not_a_form", place, expected="survey: type, name, label")
        return []
    columns: list[Column | None] = []
    doubled: list[tuple[int, int]] = []
    for position, cell in enumerate(rows[top]):
        heading = cell_text(cell)
        column = column_of(heading) if heading else None
        if column is not None and column in columns:
            doubled.append((columns.index(column), position))
            column = None
        elif column is not None and column.name not in KNOWN_COLUMNS and not column.name.startswith("choice"):
            place = Place(file=path.name, sheet=sheet, column=column_letter(position), heading=heading)
            remarks.add("survey.structure_column_unknown", heading, place=place)
        columns.append(column)
    body = rows[top + 1 :]
    for kept, left in doubled:
        differ = sum(cell_text(row[kept]) != cell_text(row[left]) for row in body if len(row) > left)
        remarks.add(
            "survey.structure_column_twice",
            cell_text(rows[top][left]),
            severity="warning",
            place=Place(file=path.name, sheet=sheet, column=column_letter(left)),
            kept=column_letter(kept),
            left=column_letter(left),
            rows=str(differ),
        )
    records: list[Record] = []
    for number, row in enumerate(body, start=top + 2):
        place = Place(file=path.name, sheet=sheet, row=number)
        texts: dict[Column, str] = {}
        for position, cell in enumerate(row):
            text = cell_text(cell)
            if not text:
                continue
            named = columns[position] if position < len(columns) else None
            if named is None:
                if position >= len(columns) or is_blank(rows[top][position]):
                    remarks.add("survey.structure_cell_without_heading", f"{column_letter(position)}{number}")
                continue
            if isinstance(cell, date | time) and named.name in {"type", "name", "list_name", "label"}:
                remarks.add("survey.structure_cell_is_date", f"{column_letter(position)}{number}", severity="warning")
            texts[named] = text
        if texts:
            records.append((place, texts))
    return records


def rows_from_cells(
    survey: Sequence[Record],
    choices: Sequence[Record],
    settings: Mapping[str, str],
    *,
    remarks: Remarks,
    language: str | None,
    formr: bool = False,
) -> FormTables:
    """Records with their languages told apart; wordings without a language stand for the default one."""
    records = [*survey, *choices]
    names = list(dict.fromkeys(column.language for _, row in records for column in row if column.name == "label"))
    named = {name: language_code(name) for name in names if name and fold(name) != "default"}
    default = language_code(language) if language else ""
    if not default and ("" in names or "default" in names or not names):
        default = guess_language(
            text for _, row in records for column, text in row.items() if column == Column("label")
        )
        if default in named.values():
            default = "und"
        remarks.add("survey.structure_language_guessed", default)
    order = [default, *named.values()] if "" in names or not named else list(named.values())
    if default in order:
        order = [default, *order]

    def code(column: Column) -> str:
        return language_code(column.language) if fold(column.language) not in {"", "default"} else default or order[0]

    return FormTables(
        survey=tuple(_row(place, row, code) for place, row in survey),
        choices=tuple(_row(place, row, code) for place, row in choices),
        settings=settings,
        languages=tuple(dict.fromkeys(order)),
        formr=formr,
    )


def _row(place: Place, row: Mapping[Column, str], code: Callable[[Column], str]) -> FormRow:
    texts: dict[str, dict[str, str]] = {}
    cells: dict[str, str] = {}
    for column, text in row.items():
        if column.name in TRANSLATED:
            texts.setdefault(column.name, {}).setdefault(code(column), text)
        else:
            cells[column.name] = text
    return FormRow(place=place, cells=cells, texts=texts)
