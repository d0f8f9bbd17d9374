"""What is to be said about the order of day and month in the times of an export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from survey.errors import Problem
from survey.importers.headings import Heading
from survey.importers.mapping import ColumnRole
from survey.importers.table_file import Table
from survey.importers.times import OrderFound, time_reader

__all__ = ["TIME_ROLES", "date_remarks", "order_remark"]

TIME_ROLES: tuple[ColumnRole, ColumnRole] = ("submitted", "started")
"""Roles whose columns hold moments; their dates are written alike."""


def order_remark(table: Table, place: int, found: OrderFound) -> Problem | None:
    """How the dates of a column are read, and by what that was decided; None where there is nothing to decide."""
    if found.by in {"ambiguous", "mixed"}:
        return Problem(code=f"survey.date_order_{found.by}", place=table.place(place), severity="warning")
    if found.by in {"value", "sequence"}:
        code = f"survey.date_order_{found.order}_by_{found.by}"
        return Problem(code=code, place=table.place(place), severity="note")
    return None


def date_remarks(table: Table, headings: Sequence[Heading]) -> Iterator[Problem]:
    """The remark on the times of an arranged table, before any of them is read."""
    places: Mapping[ColumnRole | None, int] = {
        heading.role: place for place, heading in reversed(list(enumerate(headings)))
    }
    present = [places[role] for role in TIME_ROLES if role in places]
    if "submitted" not in places:
        return
    _, found = time_reader(*(table.columns[place] for place in present))
    remark = order_remark(table, places["submitted"], found)
    if remark is not None:
        yield remark
