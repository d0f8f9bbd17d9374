"""Instruments as Excel workbooks: written with drop-downs and notes, edited by hand, and read back without loss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from instruments.workbook_cells import cell_of
from instruments.workbook_layout import ABOUT_TEXTS, SHEETS, ColumnLayout, SheetLayout, explanations
from instruments.workbook_reader import instrument_from_excel
from survey.errors import InstrumentError, Place
from survey.instrument import Instrument
from survey.scales import Scale
from survey.texts import Text

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["instrument_from_excel", "instrument_template", "instrument_to_excel"]

FIXED_DATE = datetime(2020, 1, 1)  # equal instruments give equal files
LONGEST_CELL = 32767
LINE_HEIGHT = 15
MOST_LINES = 20
SPARE_ROWS = 300
"""Rows below the last entry that still offer drop-downs."""

Row = Mapping[str, object]


def instrument_to_excel(instrument: Instrument, path: Path) -> None:
    """Write an instrument as a workbook that :func:`instrument_from_excel` reads back to an equal one.

    Every heading has a note in Chinese and English; cells with a closed set of values have drop-downs; nothing is
    protected. Cells that would say what is the default anyway are left empty.

    Raises
    ------
    InstrumentError
        A wording is longer than a cell holds (32,767 characters).
    """
    languages = _languages(instrument)
    _write({sheet.name: list(_rows(instrument, sheet.name)) for sheet in SHEETS}, languages, path)


def instrument_template(path: Path, *, languages: Sequence[str] = ("zh", "en")) -> None:
    """Write a workbook to begin a new instrument with: two example questions, ready to be overwritten.

    Wordings in languages other than Chinese and English are left for the author.
    """
    from instruments.workbook_example import EXAMPLE

    def kept(value: object) -> object:
        if not isinstance(value, Text) or isinstance(value.root, str):
            return value
        wordings = {language: wording for language, wording in value.root.items() if language in languages}
        return Text(wordings or value.root)

    rows = {
        sheet.name: [{key: kept(value) for key, value in row.items()} for row in _rows(EXAMPLE, sheet.name)]
        for sheet in SHEETS
    }
    for row in rows["about"]:
        if row["key"] == "languages":
            row["value"] = ", ".join(languages)
    _write(rows, tuple(languages), path)


def _languages(instrument: Instrument) -> tuple[str, ...]:
    """Languages of the instrument, then any other in which some wording is given."""
    found = dict.fromkeys(instrument.languages)
    for sheet in SHEETS:
        for row in _rows(instrument, sheet.name):
            for value in row.values():
                if isinstance(value, Text):
                    found.update(dict.fromkeys(sorted(value.languages() or ())))
    return tuple(found)


def _rows(instrument: Instrument, sheet: str) -> Iterator[Row]:
    """The entries of one sheet."""
    match sheet:
        case "about":
            yield {"key": "instrument", "value": instrument.instrument}
            yield {"key": "version", "value": instrument.version}
            yield {"key": "languages", "value": ", ".join(instrument.languages)}
            yield from ({"key": name, "value": getattr(instrument, name)} for name in ABOUT_TEXTS)
        case "indicators":
            parents = instrument.index.parents()
            yield from ({**_fields(node), "parent": parents[node.code]} for node in instrument.index.walk())
        case "sections":
            yield from map(_fields, instrument.sections)
        case "questions":
            for section in instrument.sections:
                for question in section.questions:
                    yield {**_fields(question), "section": section.code, "type": question.type}
        case "routing":
            for question in instrument.questions:
                if question.show_if is not None:
                    yield {"question": question.code, "show_if": question.show_if}
        case "scales":
            for code, scale in instrument.scales.items():
                yield {"code": code, **_fields(scale)}
        case "options":
            for code, scale in instrument.scales.items():
                yield from ({"scale": code, **row} for row in _option_rows(scale))
        case "constructs" | "paths" if instrument.constructs is not None:
            model = instrument.constructs
            if sheet == "paths":
                yield from ({"from": start, "to": end} for start, end in model.paths)
            else:
                for construct in model.constructs:
                    yield {**_fields(construct), "target": True if construct.code == model.target else None}
        case "attributes" | "sources" | "translation":
            entries: Iterable[BaseModel] = getattr(instrument, sheet)
            yield from map(_fields, entries)


def _fields(entry: BaseModel) -> dict[str, object]:
    """The fields of an entry that are not what they would be anyway."""
    fields = type(entry).model_fields
    return {
        (field.alias or name): value
        for name, field in fields.items()
        if (value := getattr(entry, name)) != field.default or field.is_required()
    }


def _option_rows(scale: Scale) -> Iterator[Row]:
    """Options of a scale; of a stepped one, the codes that have a label or are missing.

    The order of the missing codes is the order of the options, so a code has one row only where that keeps it.
    """
    if scale.options:
        yield from map(_fields, scale.options)
        return
    labels: Mapping[int, Text] = scale.labels
    missing = scale.missing
    exact = {(type(code), code) for code in missing}
    both = [code for code in labels if (type(code), code) in exact]
    merged = both + [code for code in missing if code not in both] == list(missing)
    for code, label in labels.items():
        yield {"code": code, "label": label, "missing": missing[code] if merged and code in both else None}
    for gone, kind in missing.items():
        if not merged or gone not in both:
            yield {"code": gone, "missing": kind}


def _write(rows: Mapping[str, Sequence[Row]], languages: tuple[str, ...], path: Path) -> None:
    import xlsxwriter

    _refuse_long(rows, path)
    buffer = BytesIO()  # a file that cannot be written is then an error of the system, not of the writer
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": FIXED_DATE})
        looks = _looks(book)
        for layout in SHEETS:
            sheet = book.add_worksheet(layout.name)
            _write_sheet(sheet, layout, rows[layout.name], languages, looks)
    path.write_bytes(buffer.getvalue())


def _looks(book: Workbook) -> dict[str, Format]:
    heading = {"bold": True, "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", "border": 1}
    return {
        "required": book.add_format({**heading, "bg_color": "#1F4E79"}),
        "optional": book.add_format({**heading, "bg_color": "#7F8FA3"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "code": book.add_format({"num_format": "@", "valign": "top", "font_name": "Consolas"}),
        "number": book.add_format({"valign": "top"}),
    }


def _write_sheet(
    sheet: Worksheet,
    layout: SheetLayout,
    rows: Sequence[Row],
    languages: tuple[str, ...],
    looks: Mapping[str, Format],
) -> None:
    notes = explanations()[layout.name]
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 22)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    last = len(rows) + SPARE_ROWS
    lines = [1] * len(rows)
    place = 0
    for column in layout.columns:
        values = [row.get(column.name) for row in rows]
        for heading, cells in _columns(column, values, languages):
            note = "\n\n".join(notes[column.name][language] for language in ("zh", "en"))
            if place == 0:
                note = "\n\n".join(f"{notes['sheet'][language]}" for language in ("zh", "en")) + "\n\n" + note
            sheet.write_string(0, place, heading, looks["required" if column.required else "optional"])
            sheet.write_comment(0, place, note, {"author": "satix", "x_scale": 2.6, "y_scale": 2.4})
            look = looks["text" if column.kind in {"text", "string"} else "number"]
            if column.kind in {"code", "codes", "value", "values", "condition", "choice", "truth"}:
                look = looks["code"]
            sheet.set_column(place, place, column.width, look)
            _offer(sheet, column, place, last)
            for row, cell in enumerate(cells, start=1):
                if isinstance(cell, str):
                    sheet.write_string(row, place, cell, look)
                    if look is looks["text"]:
                        lines[row - 1] = max(lines[row - 1], _lines(cell, column.width))
                elif cell is not None:
                    sheet.write_number(row, place, cell, look)
            place += 1
    for row, height in enumerate(lines, start=1):
        sheet.set_row(row, LINE_HEIGHT * min(height, MOST_LINES))
    sheet.autofilter(0, 0, max(len(rows), 1), place - 1)


def _lines(text: str, width: int) -> int:
    """Lines a wording takes in a column; Chinese characters are twice as wide as Latin letters."""
    return sum(-(-sum(2 if sign > "\u2e7f" else 1 for sign in part) // width) or 1 for part in text.split("\n"))


def _columns(
    column: ColumnLayout, values: Sequence[object], languages: tuple[str, ...]
) -> Iterator[tuple[str, list[str | int | float | None]]]:
    """Headings and cells: a wording has a column per language, and one for wordings that serve every language."""
    if column.kind != "text":
        yield column.name, [cell_of(value, column.kind) for value in values]
        return
    plain = [value.root if isinstance(value, Text) else value for value in values]
    if any(isinstance(value, str) for value in plain):
        yield column.name, [value if isinstance(value, str) else None for value in plain]
    for language in languages:
        heading = f"{column.name}_{language}"
        yield heading, [value.get(language) if isinstance(value, dict) else None for value in plain]


def _offer(sheet: Worksheet, column: ColumnLayout, place: int, last: int) -> None:
    """A drop-down; other values are allowed with a warning, and checked on reading."""
    if column.choices:
        source: object = list(column.choices)
    elif column.refers is not None:
        source = f"={column.refers}!$A$2:$A${last + 1}"
    else:
        return
    settings = {"validate": "list", "source": source, "error_type": "warning", "ignore_blank": True}
    sheet.data_validation(1, place, last, place, settings)


def _refuse_long(rows: Mapping[str, Sequence[Row]], path: Path) -> None:
    for name, entries in rows.items():
        for number, row in enumerate(entries, start=2):
            for key, value in row.items():
                root = value.root if isinstance(value, Text) else value
                texts = root.values() if isinstance(root, dict) else [root]
                longest = max((len(text) for text in texts if isinstance(text, str)), default=0)
                if longest > LONGEST_CELL:
                    place = Place(file=path.name, sheet=name, row=number, heading=key)
                    raise InstrumentError.of("instruments.cell_too_long", place, found=longest, limit=LONGEST_CELL)
