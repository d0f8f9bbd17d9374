"""Reporting periods by their wording: which of two comes later (``2024年9月`` before ``2024年12月``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from survey.importers.cell_text import fold

__all__ = ["Period", "chronological", "period_in"]

_DIGITS = {word: number for number, word in enumerate("一二三四五六七八九", start=1)} | {
    "十": 10,
    "十一": 11,
    "十二": 12,
}
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)}
_YEAR = r"(?:fy ?)?'?(?P<year>(?:19|20)\d\d|(?<!\d)\d\d(?=年|$))(?: ?年度?)?"
_BETWEEN = r"[ ./_,-]*"
_MONTH_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_CHINESE = r"(?:十[一二]|[一二三四五六七八九十])"
_PARTS = {
    "day": r"(?P<month>\d\d?)[月./-](?P<day>\d\d?)日?(?:[ t]\d\d?:\d\d(?::\d\d)?(?:\.\d+)?)?",
    "week": r"(?:第 ?(?P<week>\d\d?) ?周|(?:week|wk|w) ?(?P<week2>\d\d?))",
    "quarter": rf"(?:第? ?(?P<quarter>[1-4]|{_CHINESE}) ?季度?|q(?P<quarter2>[1-4])|(?P<quarter3>[1-4])q)",
    "half": r"(?:(?P<upper>上)半年|(?P<lower>下)半年|h(?P<half>[12]))",
    "month": rf"(?:(?P<month>\d\d?|{_CHINESE}) ?月(?:份|度)?|m(?P<month2>\d\d?)|{_MONTH_NAME})",
}
_WAVE = re.compile(rf"(?:第 ?(?P<wave>\d+|{_CHINESE}) ?[期轮波次]|(?:wave|round|period) ?(?P<wave2>\d+))")
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    *(
        (grain, re.compile(form))
        for grain, part in _PARTS.items()
        for form in (_YEAR + _BETWEEN + part, part + _BETWEEN + _YEAR, part)
    ),
    ("month", re.compile(_YEAR + r"[ ./_-]?(?P<month>\d\d?)")),
    ("month", re.compile(r"(?P<month>\d\d?)[./-](?P<year>(?:19|20)\d\d)")),
    ("day", re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)")),
    ("year", re.compile(_YEAR)),
    ("wave", _WAVE),
)
_MOST = {"day": 31, "week": 53, "quarter": 4, "half": 2, "month": 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period by its grain (year, half, quarter, month, week, day, wave), its year where it is named, and its place.

    ``place`` orders periods of one grain within a year: (month, day) of a day, else one number.
    """

    grain: str
    year: int | None
    place: tuple[int, ...]


def period_in(text: str) -> Period | None:
    """The period a text names in Chinese or English (``2024年9月``, ``2024-9``, ``Q3 2024``, ``第一季度``), or None."""
    folded = fold(text)
    for grain, form in _FORMS:
        if (found := form.fullmatch(folded)) is None:
            continue
        parts = {name: value for name, value in found.groupdict().items() if value is not None}
        year = int(parts["year"]) if "year" in parts else None
        year = year + 2000 if year is not None and year < 100 else year
        place = tuple(_number(name, value) for name, value in parts.items() if name != "year")
        if grain == "day":
            place = (int(parts["month"]), int(parts["day"]))
            if not 1 <= place[0] <= 12:
                continue
        if grain in _MOST and not 1 <= place[-1] <= _MOST[grain]:
            continue
        return Period(grain=grain, year=year, place=place)
    return None


def chronological(texts: Sequence[str]) -> tuple[list[str], bool]:
    """The different periods from the first to the latest, and whether their order is known.

    It is known where all are of one grain and all name the year. Where none names it, the order within the year is
    taken, unless the order of the file passes a year's end (11月, 12月, 1月). Whatever cannot be ordered keeps the
    order of the file.
    """
    different = list(dict.fromkeys(texts))
    periods = [period_in(text) for text in different]
    read = [period for period in periods if period is not None]
    if len(different) < 2:
        return different, True
    if len(read) < len(different) or len({(p.grain, p.year is None) for p in read}) > 1:
        return different, False
    keys = [(period.year or 0, *period.place) for period in read]
    ordered = [text for _, text in sorted(zip(keys, different, strict=True), key=lambda pair: pair[0])]
    if read[0].year is None and read[0].grain != "wave" and keys not in (sorted(keys), sorted(keys, reverse=True)):
        return different, False
    return ordered, True


def _number(name: str, value: str) -> int:
    if name == "name":
        return _MONTHS[value[:3]]
    if name in {"upper", "lower"}:
        return 1 if name == "upper" else 2
    return _DIGITS[value] if value in _DIGITS else int(value)
