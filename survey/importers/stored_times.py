"""Dates and times as SPSS and Stata store them: numbers counted from a day of their own."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from survey.file_guard import FileKind
from survey.importers.cell_text import CellValue

__all__ = ["stored_time"]

_SPSS_DAY_ONE = datetime(1582, 10, 14)  # files carry no time zone
_STATA_DAY_ONE = datetime(1960, 1, 1)
_SPSS_FORMAT = re.compile(r"([A-Z]+)[\d.]*")
_STATA_FORMAT = re.compile(r"%-?(t[cCdwmqhy]|d)(.*)")
_SPSS_DATES = frozenset({"DATE", "ADATE", "EDATE", "SDATE", "JDATE"})
_SPSS_MOMENTS = frozenset({"DATETIME", "YMDHMS"})
_SPSS_SPANS = frozenset({"TIME", "DTIME", "MTIME"})


def stored_time(number: CellValue, stored_as: str, kind: FileKind) -> CellValue:
    """What a stored number means under the variable's format: a date, a moment, a time of day or a span; else itself.

    Quarters, months and weeks become the words ``2014 Q4``, ``2014-11`` and ``2014 W45``, half years ``2014 H2``. A
    number that lies outside the calendar stays a number.
    """
    if not isinstance(number, int | float):
        return number
    try:
        return _stata(number, stored_as) if kind == "dta" else _spss(number, stored_as)
    except (OverflowError, ValueError):
        return number


def _spss(seconds: float, stored_as: str) -> CellValue:
    found = _SPSS_FORMAT.fullmatch(stored_as.upper())
    name = found[1] if found else ""
    if name in _SPSS_SPANS:
        return _time_or_span(timedelta(seconds=seconds))
    if name in _SPSS_MOMENTS:
        return _SPSS_DAY_ONE + timedelta(seconds=seconds)
    if name not in _SPSS_DATES | {"QYR", "MOYR", "WKYR"}:
        return seconds
    day = (_SPSS_DAY_ONE + timedelta(seconds=seconds)).date()
    if name in _SPSS_DATES:
        return day
    if name == "MOYR":
        return f"{day.year}-{day.month:02d}"
    return _quarter(day) if name == "QYR" else f"{day.year} W{(day.timetuple().tm_yday - 1) // 7 + 1:02d}"


def _stata(number: float, stored_as: str) -> CellValue:
    found = _STATA_FORMAT.fullmatch(stored_as)
    if found is None:
        return number
    unit, shown = found.groups()
    if unit in {"tc", "tC"}:  # tC counts leap seconds; at most 27 of them, which no survey minds
        moment = _STATA_DAY_ONE + timedelta(milliseconds=number)
        return moment.time() if shown.upper().startswith("HH:MM") else moment
    if unit in {"td", "d"}:
        return (_STATA_DAY_ONE + timedelta(days=number)).date()
    whole = int(number)
    if unit == "tm":
        return f"{1960 + whole // 12}-{whole % 12 + 1:02d}"
    per_year, letter = {"tq": (4, "Q"), "th": (2, "H"), "tw": (52, "W"), "ty": (1, "")}[unit]
    if unit == "ty":
        return whole
    place = whole % per_year + 1
    return (
        f"{1960 + whole // per_year} {letter}{place:02d}"
        if unit == "tw"
        else f"{1960 + whole // per_year} {letter}{place}"
    )


def _quarter(day: date) -> str:
    return f"{day.year} Q{(day.month - 1) // 3 + 1}"


def _time_or_span(span: timedelta) -> time | timedelta:
    """A time of day where the span is shorter than a day."""
    if timedelta(0) <= span < timedelta(days=1):
        return (datetime.min + span).time()
    return span
