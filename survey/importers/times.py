"""Times and durations as exports write them.

``2023/9/8 12:24:22`` says by itself which number is the month; ``5/6/2024`` does not. Whether a column puts the day or
the month first is decided from all of its cells (:func:`date_order`), never cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Literal, NamedTuple

from survey.importers.cell_text import CellValue, cell_text, fold, number_in

__all__ = ["DateOrder", "OrderFound", "date_order", "iso_time", "parse_time", "seconds_in", "time_reader"]

DateOrder = Literal["day", "month"]
"""What stands first where the year stands last."""

_HALF = r"上午|下午|오전|오후|午前|午後|凌晨|早上|中午|晚上|a\.? ?m\.?|p\.? ?m\.?"
_CLOCK_TIME = (
    rf"(?:[ t,]+(?:(?P<before>{_HALF}) ?)?(?P<hour>\d{{1,2}})[:时時.](?P<minute>\d{{1,2}})"
    rf"(?:[:分.](?P<second>\d{{1,2}})(?:\.\d+)?秒?|分)?(?: ?(?P<after>{_HALF}))?)?"
)
_ZONE = r"(?: ?(?:z|[+-]\d{2}:?\d{2}|(?:gmt|utc)(?: ?[+-]\d{1,2}(?::?\d{2})?)?|[a-z]{2,5}t))?"
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})(?:[-/.年]|년) ?(?P<month>\d{1,2})(?:[-/.月]|월) ?(?P<day>\d{1,2})[日일.]?" + _CLOCK_TIME + _ZONE
)
_YEAR_LAST = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<sign>[-/.])(?P<two>\d{{1,2}})(?P=sign)(?P<year>\d{{4}}|\d{{2}}){_CLOCK_TIME}{_ZONE}"
)
_AFTERNOON = re.compile(r"下午|오후|午後|晚上|p\.? ?m\.?")
_MORNING = re.compile(r"上午|오전|午前|凌晨|早上|a\.? ?m\.?")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{1,2})(?:\.\d+)?")
_PARTS = re.compile(
    r"(?:(\d+) ?(?:小时|时|hours?|hrs?|h))? ?(?:(\d+) ?(?:分钟|分|minutes?|mins?|m))? ?"
    r"(?:(\d+(?:\.\d+)?) ?(?:秒钟|秒|seconds?|secs?|s))?"
)
_EXCEL_EPOCH = datetime(1899, 12, 30)  # exports carry no time zone
_SERIALS = (20_000, 80_000)
"""Excel day numbers between 1954 and 2119; other numbers are not read as dates."""
_FEWEST_IN_SEQUENCE = 6
"""Distinct times from which their sequence may tell the order of day and month."""


class OrderFound(NamedTuple):
    """What a column's dates put first, and by what that was decided.

    ``order`` is None where the cells do not tell (``ambiguous``) or contradict one another (``mixed``), and where no
    cell has the year last (``absent``). ``value``: a number above 12; ``same``: both readings are one;
    ``sequence``: only one of the readings is in the order of time.
    """

    order: DateOrder | None
    by: Literal["value", "same", "sequence", "ambiguous", "mixed", "absent"]


def _folded(value: CellValue) -> str:
    """What `fold` makes of a cell's text; the short way for plain ASCII, in which most times are written."""
    text = cell_text(value)
    return " ".join(text.split()).lower() if text.isascii() else fold(text)


def date_order(cells: Iterable[CellValue]) -> OrderFound:
    """Whether the dates of a column put the day or the month first (``22/02/2015``, ``4/15/2026``).

    Only dates whose year stands last are looked at. Dates with dots (``17.11.2024``) put the day first everywhere.
    """
    texts = dict.fromkeys(cell for cell in cells if isinstance(cell, str))
    found = [match for text in texts if (match := _YEAR_LAST.fullmatch(_folded(text)))]
    if not found:
        return OrderFound(None, "absent")
    if all(match["sign"] == "." for match in found):
        return OrderFound("day", "value")
    day_first = any(int(match["one"]) > 12 for match in found)
    month_first = any(int(match["two"]) > 12 for match in found)
    if day_first and month_first:
        return OrderFound(None, "mixed")
    if day_first or month_first:
        return OrderFound("day" if day_first else "month", "value")
    if all(match["one"] == match["two"] for match in found):
        return OrderFound("day", "same")
    return _by_sequence(found)


def _by_sequence(found: list[re.Match[str]]) -> OrderFound:
    """Records stand in the order of time, or the reverse: the reading that does is right, where only one does."""
    orders: tuple[DateOrder, DateOrder] = ("day", "month")
    read = {order: [_moment_of(match, order) for match in found] for order in orders}
    running = []
    for order in orders:
        moments = [moment for moment in read[order] if moment is not None]
        if len(set(moments)) >= _FEWEST_IN_SEQUENCE and moments in (sorted(moments), sorted(moments, reverse=True)):
            running.append(order)
    return OrderFound(running[0], "sequence") if len(running) == 1 else OrderFound(None, "ambiguous")


def time_reader(*columns: Iterable[CellValue]) -> tuple[Callable[[CellValue], datetime | None], OrderFound]:
    """How the times of a table are read, and what its dates put first; columns of one export are alike.

    Where that cannot be told, no date with the year last is read: some read and others not would be worse.
    """
    found = date_order(chain.from_iterable(columns))
    if found.by == "ambiguous" and len(columns) > 1:
        found = date_order(columns[0])  # only one column can stand in the order of time
    untold = found.by in {"ambiguous", "mixed"}

    def read(value: CellValue) -> datetime | None:
        if untold and isinstance(value, str) and _YEAR_LAST.fullmatch(_folded(value)):
            return None
        return parse_time(value, order=found.order)

    return read, found


def parse_time(value: CellValue, *, order: DateOrder | None = None) -> datetime | None:
    """The moment a cell names (``2023/9/8 12:24:22``, an Excel date), or None. Time zones are not converted.

    Parameters
    ----------
    order : {"day", "month"}, optional
        What stands first where the year stands last. Without it such dates are read only where a number above 12 or
        dots between the numbers leave no choice.
    """
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, int | float):
        low, high = _SERIALS
        return _EXCEL_EPOCH + timedelta(days=float(value)) if low <= value <= high else None
    folded = _folded(value)
    if found := _YEAR_FIRST.fullmatch(folded):
        return _moment(int(found["year"]), int(found["month"]), int(found["day"]), found)
    if found := _YEAR_LAST.fullmatch(folded):
        if order is None:
            certain = found["sign"] == "." or int(found["one"]) > 12 or found["one"] == found["two"]
            order = "day" if certain else "month" if int(found["two"]) > 12 else None
        return None if order is None else _moment_of(found, order)
    return None


def _moment_of(found: re.Match[str], order: DateOrder) -> datetime | None:
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    one, two = int(found["one"]), int(found["two"])
    month, day = (one, two) if order == "month" else (two, one)
    return _moment(year, month, day, found)


def _moment(year: int, month: int, day: int, found: re.Match[str]) -> datetime | None:
    hours = int(found["hour"] or 0)
    half = found["before"] or found["after"] or ""
    if _AFTERNOON.fullmatch(half) and hours < 12:
        hours += 12
    elif _MORNING.fullmatch(half) and hours == 12:
        hours = 0
    try:
        return datetime(year, month, day, hours, int(found["minute"] or 0), int(found["second"] or 0))
    except ValueError:
        return None


def iso_time(value: CellValue, *, order: DateOrder | None = None) -> str | None:
    """The moment as ISO text to the second, or None; ``order`` as in :func:`parse_time`."""
    moment = parse_time(value, order=order)
    return None if moment is None else moment.isoformat(timespec="seconds")


def seconds_in(value: CellValue) -> float | None:
    """A duration in seconds: ``137秒``, ``2分17秒``, ``00:02:17``, ``137``; None where none is named."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, time):
        return value.hour * 3600.0 + value.minute * 60.0 + value.second
    folded = _folded(value)
    number = number_in(folded)
    if number is not None:
        return number if number >= 0 else None
    if clock := _CLOCK.fullmatch(folded):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3600.0 + minutes * 60.0 + seconds
    if folded and (parts := _PARTS.fullmatch(folded)):
        hour, minute, second = (float(part or 0) for part in parts.groups())
        return hour * 3600.0 + minute * 60.0 + second
    return None
