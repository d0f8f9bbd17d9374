"""Cells that fit nothing declared: gathered over the whole file, then spoken of once."""

from __future__ import annotations

import json
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
"""Rows named of one value in one column, and cells listed of it when there are more than can be listed."""
_OUTSIDE = "survey.value_outside_scale"
_LONGEST_VALUE = 40
_MOST_VALUES = 20
"""Values a column may have, and columns, for which an entry to paste is offered."""


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
        """A problem per value and column, in the order of their first rows; what to paste; then what is not listed.

        Values of other kinds than "outside the scale" are listed cell by cell.
        """
        each = None if self.count <= LISTED_CELLS else _SAME_VALUE
        listed: list[tuple[int, int, int, Problem]] = []
        for column, found, expected, code, records in self._found:
            fields: dict[str, object] = {"found": found or "''", "expected": expected}
            rows = [self.table.rows[record] for record in records]
            if code == _OUTSIDE and len(rows) > 1:
                more = " …" if len(rows) > _SAME_VALUE else ""
                fields |= {"count": len(rows), "rows": ", ".join(map(str, rows[:_SAME_VALUE])) + more}
                problem = Problem(code=f"{_OUTSIDE}_often", place=self.table.place(column, rows[0]), fields=fields)
                listed.append((rows[0], column, len(rows), problem))
                continue
            for row in rows[:each]:
                listed.append((row, column, 1, Problem(code=code, place=self.table.place(column, row), fields=fields)))
        snippets = self._snippets()
        listed = sorted(listed, key=lambda one: one[:2])[: LISTED_CELLS - len(snippets)]
        problems = [*(problem for *_, problem in listed), *snippets]
        spoken = sum(cells for _, _, cells, _ in listed)
        if self.count > spoken:
            by_column: dict[int, int] = {}
            for column, *_, records in self._found:
                by_column[column] = by_column.get(column, 0) + len(records)
            fields = {
                "listed": spoken,
                "total": self.count,
                "columns": "; ".join(
                    f"{self.table.place(column).column} ({self.table.headings[column][:40]}): {count}"
                    for column, count in sorted(by_column.items())[:20]
                ),
            }
            problems.append(Problem(code="survey.more_foreign_cells", place=self.table.place(), fields=fields))
        return tuple(problems)

    def _snippets(self) -> list[Problem]:
        """For columns with values that occur again: the entry of the mapping, to be completed with option codes."""
        by_column: dict[int, list[str]] = {}
        for column, found, _, code, records in self._found:
            if code == _OUTSIDE and len(records) > 1 and 0 < len(found) <= _LONGEST_VALUE:
                by_column.setdefault(column, []).append(found)
        return [
            Problem(
                code="survey.values_to_paste",
                place=self.table.place(column),
                fields={"values": ", ".join(f"{json.dumps(v, ensure_ascii=False)}: ?" for v in values)},
            )
            for column, values in sorted(by_column.items())
            if len(values) <= _MOST_VALUES
        ][:_MOST_VALUES]

    def stop_if_any(self) -> None:
        """Raise with every cell found so far; do nothing when there is none."""
        if self._found:
            raise ResponseImportError(self.problems())
