"""Values of a channel export that nothing declares: one line a value and column, with its count and its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from survey.errors import Problem, ResponseImportError
from survey.importers.cell_text import CellValue
from survey.importers.table_file import Table
from survey.privacy import shown

__all__ = ["ForeignValues"]

_LISTED_VALUES = 100
"""Values listed one by one; the count is of all cells."""
_ROWS_SHOWN = 5
_OUTCOME = "survey.channel_outcome_unknown"


@dataclass(slots=True)
class ForeignValues:
    """Collects values by column; every value is spoken of once."""

    table: Table
    _found: dict[tuple[int, str, str, str], list[int]] = field(default_factory=dict)

    def add(self, column: int, value: CellValue, records: Sequence[int], *, expected: str, code: str) -> None:
        """Note one distinct value of a column and the records (from 0) that hold it."""
        if len(records):
            key = (column, shown(value, identifying=False), expected, code)
            self._found.setdefault(key, []).extend(int(record) for record in records)

    def problems(self) -> tuple[Problem, ...]:
        """A problem per value and column, in the order of their first rows, then what is not listed.

        Outcomes of calls that no word is known for are followed by the outcomes there are.
        """
        groups = sorted(self._found.items(), key=lambda group: (min(group[1]), group[0][0]))
        problems = [self._problem(*key, sorted(set(records))) for key, records in groups[:_LISTED_VALUES]]
        if len(groups) > _LISTED_VALUES:
            by_column: dict[int, int] = {}
            for (column, *_), records in groups:
                by_column[column] = by_column.get(column, 0) + len(records)
            fields = {
                "listed": sum(len(records) for _, records in groups[:_LISTED_VALUES]),
                "total": sum(by_column.values()),
                "columns": "; ".join(
                    f"{self.table.place(column).column} ({self.table.headings[column][:40]}): {count}"
                    for column, count in sorted(by_column.items())[:20]
                ),
            }
            problems.append(Problem(code="survey.more_foreign_cells", place=self.table.place(), fields=fields))
        if any(problem.code == _OUTCOME for problem in problems):
            problems.append(Problem(code="survey.channel_outcomes_known", place=self.table.place()))
        return tuple(problems)

    def _problem(self, column: int, found: str, expected: str, code: str, records: list[int]) -> Problem:
        rows = ", ".join(str(self.table.rows[record]) for record in records[:_ROWS_SHOWN])
        fields = {
            "found": found or "''",
            "expected": expected,
            "count": len(records),
            "rows": rows + (" …" if len(records) > _ROWS_SHOWN else ""),
        }
        return Problem(code=code, place=self.table.place(column, self.table.rows[records[0]]), fields=fields)

    def stop_if_any(self) -> None:
        """Raise with every value found so far; do nothing when there is none."""
        if self._found:
            raise ResponseImportError(self.problems())
