"""Reading tests of KoboToolbox: ten measures of the test stand before the words that were ticked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from survey.importers.cell_text import CellValue, cell_text
from survey.importers.table_file import Table

__all__ = ["without_measures"]

_MEASURED = re.compile(r"(?:\d+ ){3}null(?: (?:null|\d+)){6}(?P<words>(?: \S+)*)")


def without_measures(table: Table) -> tuple[Table, tuple[int, ...]]:
    """The table with the measures of reading tests taken off its cells, and the columns that held them.

    A cell ``22 16 46 null null null null null null null 1 2 4`` says at which word the flash came, how long the test
    took and which word was the last; only ``1 2 4`` are options. A column is a test where every filled cell has
    this form.
    """
    columns: list[Sequence[CellValue]] = list(table.columns)
    tests: list[int] = []
    for place, column in enumerate(table.columns):
        found = {cell: _MEASURED.fullmatch(text) for cell in set(column) if (text := cell_text(cell))}
        if found and all(found.values()):
            columns[place] = [
                match["words"].strip() if cell in found and (match := found[cell]) else cell for cell in column
            ]
            tests.append(place)
    return (replace(table, columns=tuple(columns)), tuple(tests)) if tests else (table, ())
