"""Times and durations as exports write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from survey.importers.cell_text import CellValue, cell_text, fold, number_in

__all__ = ["iso_time", "parse_time", "seconds_in"]

_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ t]+(?:(上午|下午|am|pm) ?)?(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?|分)?)?"
    r"(?:z|[+-]\d{2}:?\d{2})?"
)
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{1,2})(?:\.\d+)?")
_PARTS = re.compile(
    r"(?:(\d+) ?(?:小时|时|hours?|hrs?|h))? ?(?:(\d+) ?(?:分钟|分|minutes?|mins?|m))? ?"
    r"(?:(\d+(?:\.\d+)?) ?(?:秒钟|秒|seconds?|secs?|s))?"
)
_EXCEL_EPOCH = datetime(1899, 12, 30)  # exports carry no time zone
_SERIALS = (20_000, 80_000)
"""Excel day numbers between 1954 and 2119; other numbers are not read as dates."""


def _folded(value: CellValue) -> str:
    """What `fold` makes of a cell's text; the short way for plain ASCII, in which most times are written."""
    text = cell_text(value)
    return " ".join(text.split()).lower() if text.isascii() else fold(text)


def parse_time(value: CellValue) -> datetime | None:
    """The moment a cell names (``2023/9/8 12:24:22``, an Excel date), or None. Time zones are not converted."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, int | float):
        low, high = _SERIALS
        return _EXCEL_EPOCH + timedelta(days=float(value)) if low <= value <= high else None
    found = _DATE.fullmatch(_folded(value))
    if found is None:
        return None
    year, month, day, half, hour, minute, second = found.groups()
    hours = int(hour or 0)
    if half in {"下午", "pm"} and hours < 12:
        hours += 12
    try:
        return datetime(int(year), int(month), int(day), hours, int(minute or 0), int(second or 0))
    except ValueError:
        return None


def iso_time(value: CellValue) -> str | None:
    """The moment as ISO text to the second, or None."""
    moment = parse_time(value)
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
