"""The entries of the import report: counts by column, and what a reader of the results should know."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from survey.errors import Problem
from survey.importers.cell_text import cell_text, column_letter, fold
from survey.importers.mapping import Column, Mapping
from survey.importers.report import ColumnReport
from survey.importers.table_file import Table
from survey.privacy import mask_personal
from survey.responses import ResponseSet
from survey.scales import missing_kind_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["column_reports", "file_warnings", "routing_warnings"]

_LISTED_ROWS = 10
_SERIAL_NUMBERS = frozenset({"序号", "编号", "答卷编号", "答题序号"})


def column_reports(table: Table, places: Lookup[int, Column], responses: ResponseSet) -> tuple[ColumnReport, ...]:
    """One entry per column of the file, in the file's order."""
    row_of = {(c.question, None if c.option is None else str(c.option)): i for i, c in enumerate(responses.columns)}
    reports = []
    for place, heading in enumerate(table.headings):
        column = places.get(place)
        option = None if column is None or column.option is None else str(column.option)
        answered: int | None = None
        missing: dict[str, int] = {}
        if column is not None and column.question is not None:
            answered, missing = _counts(responses, column.question, row_of.get((column.question, option)))
        reports.append(
            ColumnReport(
                letter=column_letter(place),
                heading=mask_personal(heading),
                occurrence=table.occurrences[place],
                question=None if column is None else column.question,
                option=option,
                role=None if column is None else column.role,
                similarity=None if column is None else column.similarity,
                n_answered=answered,
                missing=missing,
                n_invalid=missing.get("invalid", 0),
            )
        )
    return tuple(reports)


def _counts(responses: ResponseSet, question: str, row: int | None) -> tuple[int, dict[str, int]]:
    if question in responses.texts:
        given = int(responses.answered(question).sum())
        return given, {"blank": responses.n - given} if given < responses.n else {}
    if question in responses.numbers:
        negative = responses.numbers[question].missing
    elif row is not None:
        negative = np.minimum(responses.codes[row], 0)
    else:  # several options in one cell: counted by the first option, which is missing where all are
        rows = [i for i, column in enumerate(responses.columns) if column.question == question]
        negative = np.where((responses.codes[rows] > 0).any(axis=0), 0, responses.codes[rows[0]])
    kinds, counts = np.unique(negative[negative < 0], return_counts=True)
    missing = {str(missing_kind_of(int(kind))): int(count) for kind, count in zip(kinds, counts, strict=True)}
    return responses.n - sum(missing.values()), missing


def file_warnings(
    table: Table, mapping: Mapping, places: Lookup[int, Column], without: Sequence[str]
) -> tuple[Problem, ...]:
    """Rows that are not records, sheets that were not read, questions the file does not hold."""
    warnings = []

    def note(code: str, **fields: object) -> None:
        warnings.append(Problem(code=f"survey.{code}", place=table.place(), fields=fields, severity="warning"))

    for place, column in places.items():
        if column.role == "paradata" and fold(column.heading) in _SERIAL_NUMBERS:
            warnings += _repeated_serials(table, place)
    if table.totals_rows:
        note("totals_row_left_out", rows=_row_list(table.totals_rows))
    if table.empty_rows:
        note("empty_rows_left_out", count=len(table.empty_rows), rows=_row_list(table.empty_rows))
    if table.other_sheets and mapping.sheet is None:
        note("other_sheets", sheet=table.sheet, others=", ".join(table.other_sheets[:10]))
    if without:
        note("questions_without_column", count=len(without), questions=", ".join(without))
    return tuple(warnings)


def _repeated_serials(table: Table, place: int) -> list[Problem]:
    """A platform's running number that repeats: rows pasted twice, or files joined by hand."""
    first: dict[str, int] = {}
    again: dict[str, list[int]] = {}
    for row, cell in zip(table.rows, table.columns[place], strict=True):
        text = cell_text(cell)
        if text and first.setdefault(text, row) != row:
            again.setdefault(text, [first[text]]).append(row)
    if not again:
        return []
    rows = [row for found in again.values() for row in found]
    fields = {"count": len(again), "rows": _row_list(rows)}
    return [Problem(code="survey.serial_number_twice", place=table.place(place), fields=fields, severity="warning")]


def routing_warnings(table: Table, misrouted: Lookup[str, NDArray[np.bool_]]) -> tuple[Problem, ...]:
    """Answers to questions that, by the instrument's routing, should not have been shown."""
    return tuple(
        Problem(
            code="survey.answered_though_not_shown",
            place=table.place(),
            fields={
                "question": question,
                "count": int(where.sum()),
                "rows": _row_list([table.rows[int(record)] for record in np.flatnonzero(where)]),
            },
            severity="warning",
        )
        for question, where in misrouted.items()
    )


def _row_list(rows: Sequence[int]) -> str:
    return ", ".join(str(row) for row in rows[:_LISTED_ROWS]) + (" …" if len(rows) > _LISTED_ROWS else "")
