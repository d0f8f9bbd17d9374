"""Cell formats, made once per look, and the one way in which words enter a cell: as strings, never as formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import theme
from reports.labels import Label, Languages
from reports.renderers.workbook.measure import LONGEST_CELL, cell_text

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

SIZE = 10

__all__ = ["SIZE", "Formats"]


class Formats:
    """The formats of one workbook in one set of languages."""

    def __init__(self, workbook: Workbook, languages: Languages) -> None:
        self.languages = languages
        self.font = theme.office_font(languages)
        self._workbook = workbook
        self._made: dict[frozenset[tuple[str, Any]], Format] = {}

    def get(self, **look: Any) -> Format:
        """A format with the report's font, top to bottom centred, and the given properties of XlsxWriter."""
        whole = {"font_name": self.font, "font_size": SIZE, "font_color": theme.INK, "valign": "vcenter", **look}
        key = frozenset(whole.items())
        if key not in self._made:
            self._made[key] = self._workbook.add_format(whole)
        return self._made[key]

    def words(self, label: Label) -> str:
        """A label as a cell shows it: Chinese over English where both are asked for."""
        return cell_text(label.in_(self.languages))

    def write(self, sheet: Worksheet, row: int, column: int, label: Label, **look: Any) -> None:
        """Write words as a string; the second language stands below the first, quieter."""
        parts = label.parts(self.languages)
        if len(parts) < 2:
            sheet.write_string(row, column, self.words(label), self.get(**look))
            return
        shown = {name: value for name, value in look.items() if name in {"font_size", "font_color", "bold", "italic"}}
        first = self.get(**shown)
        dark = look.get("font_color") in {"#FFFFFF"}
        size = shown.get("font_size", SIZE)
        second = self.get(
            font_color="#DCE6EF" if dark else theme.QUIET, font_size=size - 1 if size <= 12 else round(size * 0.72)
        )
        zh, en = (cell_text(wording)[: LONGEST_CELL // 2 - 1] for _, wording in parts)
        sheet.write_rich_string(row, column, first, f"{zh}\n", second, en, self.get(**look))

    def write_across(self, sheet: Worksheet, row: int, first: int, last: int, label: Label, **look: Any) -> None:
        """Write words into cells merged across columns."""
        self.merge(sheet, row, first, last, **look)
        self.write(sheet, row, first, label, **look)

    def merge(self, sheet: Worksheet, row: int, first: int, last: int, **look: Any) -> None:
        """Merge empty cells of one row across columns; what is written into the first one shows."""
        if last > first:
            sheet.merge_range(row, first, row, last, "", self.get(**look))
