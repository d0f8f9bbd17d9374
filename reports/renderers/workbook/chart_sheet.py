"""The worksheet that holds the figures of all charts, and the drawing of each as a native Excel chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import theme
from reports.document import Chart, Label
from reports.numbers import is_absent
from reports.renderers.workbook.formats import Formats
from reports.renderers.workbook.measure import n_lines, row_height
from reports.wording import phrase

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

Figure = float | None

__all__ = ["ChartSheet", "Written"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Where a chart's figures stand: rows from ``first`` to ``last``, names in column A, figures from B on."""

    sheet: str
    first: int
    last: int

    def column(self, number: int) -> list[str | int]:
        """The reference to one column (0 holds the names) as XlsxWriter takes it."""
        return [self.sheet, self.first, number, self.last, number]

    def cells(self, number: int, first: int, last: int) -> list[str | int]:
        """The reference to some rows (counted from 0 within this block) of one column."""
        return [self.sheet, self.first + first, number, self.first + last, number]

    def heading(self, number: int) -> list[str | int]:
        """The reference to a column's heading."""
        return [self.sheet, self.first - 1, number]

    def formula(self, number: int, first: int = 0, last: int | None = None) -> str:
        """The reference to a column, or to some of its rows, as a formula, which is how error bars take it."""
        top = self.first + first + 1
        bottom = (self.last if last is None else self.first + last) + 1
        from xlsxwriter.utility import xl_col_to_name

        letter = xl_col_to_name(number)
        quoted = self.sheet.replace("'", "''")
        return f"='{quoted}'!${letter}${top}:${letter}${bottom}"


class ChartSheet:
    """A last worksheet, one block of figures per chart."""

    def __init__(self, sheet: Worksheet, formats: Formats) -> None:
        self.sheet = sheet
        self.formats = formats
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 42, formats.get())
        sheet.set_column(1, 25, 15, formats.get())
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        formats.write(
            sheet, 0, 0, phrase("chart_sheet"), bold=True, font_size=14, font_color=theme.ACCENT, text_wrap=True
        )
        formats.write(sheet, 1, 0, phrase("chart_sheet_lead"), font_color=theme.QUIET)
        sheet.set_row(0, 40 if len(formats.languages) > 1 else 24)
        sheet.set_row(1, 32 if len(formats.languages) > 1 else 18)
        self._next = 3

    def write(
        self, chart: Chart, headings: Sequence[Label], names: Sequence[str], columns: Sequence[Sequence[Figure]]
    ) -> Written:
        """Write the names and columns of one chart; an absent figure stays an empty cell."""
        sheet, formats = self.sheet, self.formats
        title = Label.same(chart.title.in_(formats.languages, "  "))
        formats.write(sheet, self._next, 0, title, bold=True)
        header = self._next + 1
        for number, heading in enumerate([phrase("chart_item"), *headings]):
            look = {"bold": True, "bottom": 1, "bottom_color": theme.RULE, "text_wrap": True}
            look["align"] = "left" if number == 0 else "right"
            formats.write(sheet, header, number, heading, **look)
        tallest = max((n_lines(formats.words(heading), 13.5) for heading in headings), default=1)
        sheet.set_row(header, row_height(tallest))
        for offset, name in enumerate(names):
            formats.write(sheet, header + 1 + offset, 0, Label.same(name), text_wrap=True)
            sheet.set_row(header + 1 + offset, row_height(n_lines(name, 40)))
            for number, figures in enumerate(columns, start=1):
                figure = figures[offset]
                if figure is not None and not is_absent(figure):
                    sheet.write_number(header + 1 + offset, number, figure, formats.get())
        self._next = header + len(names) + 3
        last = header + max(len(names), 1)
        return Written(sheet=sheet.get_name(), first=header + 1, last=last)
