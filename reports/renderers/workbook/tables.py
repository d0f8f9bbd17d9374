"""Tables on a worksheet: figures at full precision under number formats, words as strings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from reports import theme
from reports.document import Column, Interval, Label, Languages, Row, Table, Value, Verdict
from reports.numbers import MISSING, SUPPRESSED, excel_format, format_number, is_absent
from reports.renderers.cells import LEFT_KINDS, NUMBER_KINDS, number_kind, read_cell, signed_extent
from reports.renderers.workbook.formats import Formats
from reports.renderers.workbook.measure import display_width, longest_word, n_lines, row_height
from reports.wording import phrase

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

WIDEST_NAME = 44.0
WIDEST_TEXT = 34.0
WIDEST_FIGURE = 16.0
DATE_FORMATS = {("zh",): 'yyyy"年"m"月"d"日"', ("en",): "d mmm yyyy", ("zh", "en"): "yyyy-mm-dd"}

__all__ = ["SheetColumn", "column_widths", "sheet_columns", "write_table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetColumn:
    """A worksheet column of a table; an interval takes two, ``bound`` says which."""

    column: Column
    label: Label
    bound: str | None = None


def sheet_columns(table: Table) -> list[SheetColumn]:
    """The worksheet columns of a table: one each, two for an interval."""
    found: list[SheetColumn] = []
    for column in table.columns:
        if column.kind != "interval":
            found.append(SheetColumn(column=column, label=column.label))
            continue
        for bound in ("lower", "upper"):
            word = phrase(f"interval_{bound}")
            label = Label(
                zh=f"{column.label.get('zh')} {word.zh}".strip(), en=f"{column.label.get('en')}, {word.en}".strip(", ")
            )
            found.append(SheetColumn(column=column, label=label, bound=bound))
    return found


def _value(row: Row, place: SheetColumn) -> Value:
    value = row.values.get(place.column.key)
    if isinstance(value, Interval):
        return value.lower if place.bound == "lower" else value.upper
    return value


def _shown(row: Row, place: SheetColumn, languages: Languages) -> str:
    """What the cell will show, for measuring."""
    value = _value(row, place)
    if place.bound is not None and isinstance(value, int | float):
        return format_number(value, place.column.of, languages, decimals=place.column.decimals)
    return read_cell(row, place.column, languages).label.in_(languages) if place.bound is None else MISSING


def column_widths(table: Table, languages: Languages) -> list[float]:
    """The width of every worksheet column: as wide as its words, up to where wrapping reads better."""
    widths: list[float] = []
    for position, place in enumerate(sheet_columns(table)):
        heading = place.label.in_(languages)
        content = max(
            (
                display_width(_shown(row, place, languages)) + (2.0 * row.level if position == 0 else 0.0)
                for row in table.rows
            ),
            default=0.0,
        )
        if position == 0:
            width = min(max(content, longest_word(heading), 12.0), WIDEST_NAME)
        elif place.column.kind in LEFT_KINDS:
            width = min(max(content, longest_word(heading), 9.0) + 1.5, WIDEST_TEXT)
        else:
            heading_width = max(longest_word(heading), min(display_width(heading), 9.0))
            extra = 6.0 if place.column.kind == "bar" else 1.5 if place.bound else 0.0
            width = min(max(content + extra, heading_width + min(extra, 1.5), 7.0), WIDEST_FIGURE)
        widths.append(width + 2.2)
    return widths


def _row_look(row: Row) -> dict[str, Any]:
    look: dict[str, Any] = {"bottom": 1, "bottom_color": theme.RULE}
    if row.tone == "total":
        look |= {"bold": True, "bg_color": theme.PANEL}
    if row.tone in {"muted", "suppressed"}:
        look |= {"font_color": theme.TONES["muted"].text}
    return look


def _write_cell(sheet: Worksheet, at: tuple[int, int], row: Row, place: SheetColumn, formats: Formats) -> None:
    value = _value(row, place)
    look = _row_look(row)
    kind = place.column.kind
    left = kind in LEFT_KINDS
    look["align"] = "left" if left else "center" if kind in {"code", "date"} else "right"
    if left:
        look["text_wrap"] = True
    if left and at[1] > 1:
        look["indent"] = 1
    if at[1] == 1 and row.level:
        look["indent"] = min(row.level, 10) * 2 - 1
    if isinstance(value, Verdict):
        tone = theme.TONES[value.tone]
        look |= {"font_color": tone.text, "bg_color": tone.tint, "bold": False}
        formats.write(sheet, *at, value.label, **look)
    elif isinstance(value, Label):
        formats.write(sheet, *at, value, **{**look, "text_wrap": True})
    elif isinstance(value, str):
        formats.write(sheet, *at, Label.same(value), **{**look, "text_wrap": True})
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day)
        sheet.write_datetime(*at, moment, formats.get(**look, num_format=DATE_FORMATS[formats.languages]))
    elif isinstance(value, int | float) and not is_absent(value):
        if kind in NUMBER_KINDS or place.bound is not None:
            number = number_kind(place.column)
            look["num_format"] = excel_format(number, formats.languages, decimals=place.column.decimals)
            sheet.write_number(*at, value * 100 if number == "share_gap" else value, formats.get(**look))
        else:
            sheet.write_number(*at, value, formats.get(**look))
    else:
        look["font_color"] = theme.TONES["muted"].text
        sheet.write_string(*at, SUPPRESSED if row.tone == "suppressed" else MISSING, formats.get(**look))


def _hints(sheet: Worksheet, table: Table, places: list[SheetColumn], first: int, last: int) -> None:
    """Bars and diverging colours as conditional formats, so that they follow when a figure is edited."""
    for offset, place in enumerate(places):
        cells = (first, 1 + offset, last, 1 + offset)
        if place.column.kind == "bar":
            sheet.conditional_format(
                *cells,
                {
                    "type": "data_bar",
                    "bar_solid": True,
                    "data_bar_2010": True,
                    "bar_color": theme.mix(theme.TONES["neutral"].fill, "#FFFFFF", 0.62),
                    "bar_border_color": theme.mix(theme.TONES["neutral"].fill, "#FFFFFF", 0.62),
                    "min_type": "num",
                    "min_value": 0,
                    "max_type": "num",
                    "max_value": place.column.high,
                },
            )
        extent = signed_extent(table, place.column) if place.column.diverging and place.bound is None else 0.0
        if extent:
            extent *= 100 if place.column.kind == "share_gap" else 1
            sheet.conditional_format(
                *cells,
                {
                    "type": "3_color_scale",
                    "min_type": "num",
                    "mid_type": "num",
                    "max_type": "num",
                    "min_value": -extent,
                    "mid_value": 0,
                    "max_value": extent,
                    "min_color": theme.mix("#FFFFFF", theme.TONES["bad"].fill, 0.34),
                    "mid_color": "#FFFFFF",
                    "max_color": theme.mix("#FFFFFF", theme.TONES["good"].fill, 0.34),
                },
            )


def write_table(sheet: Worksheet, top: int, table: Table, widths: list[float], formats: Formats) -> tuple[int, int]:
    """Write a table from row ``top`` (counted from 0) at column B; return its header row and the next free row.

    ``widths`` are those the sheet's columns really have, from B on; caption and notes run across all of them.
    """
    languages = formats.languages
    last_column = len(widths)
    row = top
    if table.caption:
        lines = n_lines(formats.words(table.caption), sum(widths))
        formats.write_across(sheet, row, 1, last_column, table.caption, bold=True, text_wrap=True, font_size=11)
        sheet.set_row(row, row_height(lines, line=16))
        row += 1
    places = sheet_columns(table)
    header = row
    tallest = 1
    for offset, place in enumerate(places):
        align = (
            "left"
            if place.column.kind in LEFT_KINDS
            else "center"
            if place.column.kind in {"code", "date"}
            else "right"
        )
        look: dict[str, Any] = {
            "bold": True,
            "text_wrap": True,
            "align": align,
            "top": 2,
            "bottom": 1,
            "top_color": theme.ACCENT,
            "bottom_color": theme.ACCENT,
            "bg_color": theme.TONES["neutral"].tint,
        }
        if align == "left" and offset:
            look["indent"] = 1
        formats.write(sheet, header, 1 + offset, place.label, **look)
        tallest = max(tallest, n_lines(formats.words(place.label), widths[offset] - 1.2))
    sheet.set_row(header, row_height(tallest, air=7))
    row += 1
    for line in table.rows:
        tallest = 1
        for offset, place in enumerate(places):
            _write_cell(sheet, (row, 1 + offset), line, place, formats)
            indent = 2.2 * line.level if offset == 0 else 0.0
            room = max(widths[offset] - 1.6 - indent, 4.0)
            tallest = max(tallest, n_lines(_shown(line, place, languages), room))
        sheet.set_row(row, row_height(tallest))
        row += 1
    if table.rows:
        _hints(sheet, table, places, header + 1, row - 1)
    for note in table.notes:
        formats.write_across(sheet, row, 1, last_column, note, font_size=9, font_color=theme.QUIET, text_wrap=True)
        sheet.set_row(row, row_height(n_lines(formats.words(note), sum(widths)), line=13))
        row += 1
    return header, row
