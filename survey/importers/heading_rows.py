"""The rows at the top of a table, whichever of them the reader took for the headings."""

from __future__ import annotations

from dataclasses import dataclass

from survey.importers.cell_text import CellValue, cell_text
from survey.importers.table_file import Table

__all__ = ["TopRow", "top_rows"]


@dataclass(frozen=True, slots=True)
class TopRow:
    """One row: its number as Excel counts, a text per column, and how many records would be gone if it is a heading."""

    number: int
    texts: tuple[str, ...]
    first_record: int

    def filled(self) -> list[str]:
        """The texts that are there."""
        return [text for text in self.texts if text]


def top_rows(table: Table, *, records: int = 5) -> list[TopRow]:
    """Rows above the headings, the headings and the first records; empty rows are passed over.

    Exports with several heading rows are read with any of them as the heading row, since the reader takes the one with
    most distinct texts.
    """
    width = len(table.headings)

    def texts(cells: tuple[CellValue, ...]) -> tuple[str, ...]:
        row = tuple(cell_text(cell) for cell in cells[:width])
        return row + ("",) * (width - len(row))

    rows = [TopRow(number, texts(cells), 0) for number, cells in enumerate(table.above, start=1)]
    rows.append(TopRow(table.header_row, texts(table.headings), 0))
    rows += [TopRow(table.rows[place], texts(table.record(place)), place + 1) for place in range(min(records, table.n))]
    return [row for row in rows if row.filled()]
