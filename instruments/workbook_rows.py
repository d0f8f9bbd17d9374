"""Rows of an instrument workbook as read: values by column and language, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey.errors import Place, Problem

__all__ = ["Cell", "Row", "Sheets"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and where it stands."""

    value: object
    place: Place


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row that are not blank, by column and language (None: not a wording of one language)."""

    place: Place
    cells: Mapping[tuple[str, str | None], Cell]

    def value(self, column: str) -> object:
        """The value of a column; None where it is blank."""
        cell = self.cells.get((column, None))
        return None if cell is None else cell.value

    def text(self, column: str) -> str:
        """The value of a code column as text; empty where it is blank."""
        value = self.value(column)
        return "" if value is None else str(value)

    def place_of(self, column: str) -> Place:
        """The place of a cell; of the row where the cell is blank."""
        cell = self.cells.get((column, None))
        return self.place if cell is None else cell.place

    def problem(self, code: str, column: str | None = None, **fields: object) -> Problem:
        """A problem of a cell, or of the whole row."""
        place = self.place if column is None else self.place_of(column)
        return Problem(code=code, place=place, fields=fields)


Sheets = Mapping[str, tuple[Row, ...]]
"""Rows by sheet; a sheet that is not there has no entry."""
