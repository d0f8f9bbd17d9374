"""Cells as text: what two spellings of one answer have in common."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta

__all__ = ["CellValue", "cell_text", "column_letter", "fold", "is_blank", "number_in", "tidy"]

CellValue = str | float | int | datetime | date | time | timedelta | None
"""What a reader hands over; truth values arrive as the words TRUE and FALSE."""

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_WITH_UNIT = re.compile(r"([+-]?\d+(?:\.\d+)?) ?(?:分|点|點|星|级|級|점|points?|pts?|stars?)")


def tidy(text: str) -> str:
    """The text without zero-width characters and without blanks (of any script) at its ends."""
    return text.strip() if text.isascii() else text.translate(_INVISIBLE).strip()


def fold(text: str) -> str:
    """What a text is compared by: width, case, runs of blanks and invisible characters do not count.

    Only for comparing; a stored text keeps the form in which it was written.
    """
    if text.isascii():  # the same, without the work
        return " ".join(text.split()).lower()
    return " ".join(unicodedata.normalize("NFKC", text).translate(_INVISIBLE).split()).casefold()


def cell_text(value: CellValue) -> str:
    """A cell as text; whole numbers without a decimal point, dates in ISO form, nothing as ''."""
    if value is None:
        return ""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value)


def is_blank(value: CellValue) -> bool:
    """Whether a cell holds nothing but blanks."""
    return value is None or (isinstance(value, str) and not tidy(value))


def number_in(folded: str, *, with_unit: bool = False) -> float | None:
    """The number a folded text stands for (``8``, ``8.0``; ``8分`` where a unit is allowed), or None.

    Hundreds of digits, beyond what a number can be, are a text.
    """
    found = _NUMBER.fullmatch(folded) or (_WITH_UNIT.fullmatch(folded) if with_unit else None)
    if found is None:
        return None
    number = float(found[1] if found.re is _WITH_UNIT else found[0])
    return number if math.isfinite(number) else None


def column_letter(position: int) -> str:
    """The letter Excel gives to a column, counted from 0: ``A``, ``Z``, ``AA``."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
