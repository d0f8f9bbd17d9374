"""Moments as channel exports write them, with day and month in either order."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

import numpy as np

from survey.importers.cell_text import CellValue, cell_text, fold
from survey.importers.times import parse_time

if TYPE_CHECKING:
    from numpy.typing import NDArray

DateOrder = Literal["ymd", "mdy", "dmy"]

__all__ = ["DateOrder", "date_order_of", "is_moment", "read_moments"]

_YEAR_LAST = re.compile(
    r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ t]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)? ?(am|pm)?)?"
)
_YEAR_FIRST = re.compile(r"\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2})?.*")


def is_moment(value: CellValue) -> bool:
    """Whether a cell holds a date, or a text that looks like one."""
    if isinstance(value, date):
        return True
    if not isinstance(value, str):
        return False
    folded = fold(value)
    return _YEAR_LAST.fullmatch(folded) is not None or _YEAR_FIRST.fullmatch(folded) is not None


def date_order_of(values: Sequence[CellValue]) -> DateOrder | None:
    """The order of day and month that the year-last dates of a column prove; None where they leave it open."""
    pairs = [
        (int(found[1]), int(found[2]))
        for value in set(values)
        if isinstance(value, str) and (found := _YEAR_LAST.fullmatch(fold(value)))
    ]
    first, second = any(one > 12 for one, _ in pairs), any(two > 12 for _, two in pairs)
    if first == second:
        return None
    return "dmy" if first else "mdy"


def read_moments(
    values: Sequence[CellValue], order: DateOrder | None, *, absent: Collection[str] = ()
) -> tuple[NDArray[np.datetime64], dict[int, str]]:
    """Moments of distinct values, NaT where there is none; and by place, what is wrong with those that name none.

    Without an ``order`` it is taken from the values themselves where they prove one.
    """
    moments = np.full(len(values), np.datetime64("NaT", "s"))
    problems: dict[int, str] = {}
    proven = order or date_order_of(values)
    for place, value in enumerate(values):
        folded = fold(cell_text(value))
        if not folded or folded in absent:
            continue
        if isinstance(value, str) and (found := _YEAR_LAST.fullmatch(folded)):
            if proven not in {"mdy", "dmy"}:
                problems[place] = "channel_date_order_open"
                continue
            moment = _year_last(found, proven)
        else:
            moment = parse_time(value)
        if moment is None:
            problems[place] = "channel_time_unreadable"
        else:
            moments[place] = np.datetime64(moment, "s")
    return moments, problems


def _year_last(found: re.Match[str], order: str | None) -> datetime | None:
    one, two, year, hour, minute, second, half = found.groups()
    month, day = (one, two) if order == "mdy" else (two, one)
    hours = int(hour or 0)
    if half == "pm" and hours < 12:
        hours += 12
    elif half == "am" and hours == 12:
        hours = 0
    try:
        return datetime(int(year), int(month), int(day), hours, int(minute or 0), int(second or 0))
    except ValueError:
        return None
