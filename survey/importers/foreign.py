"""Cells that fit nothing declared: gathered over the whole file, then spoken of once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from survey.errors import Problem, ResponseImportError
from survey.importers.cell_text import CellValue
from survey.importers.table_file import Table
from survey.privacy import shown

__all__ = ["LISTED_CELLS", "ForeignCells"]

LISTED_CELLS = 200
"""Faulty cells listed one by one; the count is of all of them."""
_SAME_VALUE = 5
"""Cells listed of one value in one column when there are more than can be listed."""


@dataclass(slots=True)
class ForeignCells:
    """Collects foreign cells by column and value."""

    table: Table
    _found: list[tuple[int, str, str, str, Sequence[int]]] = field(default_factory=list)

    def add(
        self,
        column: int,
        value: CellValue,
        records: Sequence[int],
        *,
        expected: str,
        code: str = "survey.value_outside_scale",
        identifying: bool = False,
    ) -> None:
        """Note one distinct value of a column and the records (from 0) that hold it."""
        if len(records):
            self._found.append((column, shown(value, identifying=identifying), expected, code, records))

    @property
    def count(self) -> int:
        """How many cells."""
        return sum(len(records) for *_, records in self._found)

    def problems(self) -> tuple[Problem, ...]:
        """A problem per cell, in reading order, up to the number that is listed; then the full count."""
        total = self.count
        each = total if total <= LISTED_CELLS else _SAME_VALUE
        cells = [
            (self.table.rows[record], column, found, expected, code)
            for column, found, expected, code, records in self._found
            for record in records[:each]
        ]
        listed = sorted(cells, key=lambda cell: cell[:2])[:LISTED_CELLS]
        problems = [
            Problem(
                code=code,
                place=self.table.place(column, row),
                fields={"found": found or "''", "expected": expected},
            )
            for row, column, found, expected, code in listed
        ]
        if total > len(problems):
            by_column: dict[int, int] = {}
            for column, *_, records in self._found:
                by_column[column] = by_column.get(column, 0) + len(records)
            problems.append(
                Problem(
                    code="survey.more_foreign_cells",
                    place=self.table.place(),
                    fields={
                        "listed": len(problems),
                        "total": total,
                        "columns": "; ".join(
                            f"{self.table.place(column).column} ({self.table.headings[column][:40]}): {count}"
                            for column, count in sorted(by_column.items())[:20]
                        ),
                    },
                )
            )
        return tuple(problems)

    def stop_if_any(self) -> None:
        """Raise with every cell found so far; do nothing when there is none."""
        if self._found:
            raise ResponseImportError(self.problems())
