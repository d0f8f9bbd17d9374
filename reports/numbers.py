"""Rounding and number formats: the one place where a figure loses digits.

Halves are rounded away from zero on the decimal reading of a figure, as Excel does, so that a page and
a worksheet never disagree. Conventions by language: English drops the zero before the point of figures
that cannot exceed one (p = .032, alpha = .87), as APA style has it; Chinese keeps it (GB/T 15835).
"""

from __future__ import annotations

import math
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from reports.labels import Languages, NumberKind

MISSING: Final = "–"
SUPPRESSED: Final = "*"
DECIMALS: Final[dict[NumberKind, int]] = {
    "index": 1,
    "gap": 1,
    "share": 1,
    "share_gap": 1,
    "p_value": 3,
    "count": 0,
    "number": 2,
    "coefficient": 2,
}
MONTHS: Final = tuple(
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
SIGNED: Final = frozenset({"gap", "share_gap"})
POINTS: Final = {True: " 个百分点", False: " pp"}
BOUNDED_BY_ONE: Final = frozenset({"p_value", "coefficient"})

__all__ = ["DECIMALS", "MISSING", "SUPPRESSED", "excel_format", "format_date", "format_interval", "format_number"]


def is_absent(value: float | None) -> bool:
    """Whether there is no figure to show: None, NaN or an infinity."""
    return value is None or not math.isfinite(value)


def format_number(
    value: float | None, kind: NumberKind, languages: Languages, *, decimals: int | None = None, unit: bool = True
) -> str:
    """Word one figure. Shares (0-1) become per cent and their differences percentage points, named
    so unless ``unit`` is False; gaps carry their sign."""
    if value is None or is_absent(value):
        return MISSING
    places = DECIMALS[kind] if decimals is None else decimals
    exact = Decimal(repr(float(value))) * (100 if kind in {"share", "share_gap"} else 1)
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    drops_zero = kind in BOUNDED_BY_ONE and "zh" not in languages
    if kind == "p_value":
        smallest = Decimal(1).scaleb(-places)
        if exact < smallest:
            return f"<{_without_zero(str(smallest)) if drops_zero else smallest}"
    digits = f"{abs(rounded):,.{places}f}"
    if drops_zero:
        digits = _without_zero(digits)
    sign = "−" if rounded < 0 else "+" if kind in SIGNED and rounded > 0 else ""
    ending = "%" if kind == "share" else POINTS["zh" in languages] if kind == "share_gap" else ""
    return f"{sign}{digits}{ending if unit else ''}"


def _without_zero(digits: str) -> str:
    return digits[1:] if digits.startswith("0.") else digits


def format_interval(
    lower: float | None, upper: float | None, kind: NumberKind, languages: Languages, *, decimals: int | None = None
) -> str:
    """Both bounds: 71.2–74.8; where a bound is signed, "−0.1 to +3.3" in English and "−0.1～+3.3" in Chinese."""
    if is_absent(lower) and is_absent(upper):
        return MISSING
    low = _bound(lower, kind, languages, decimals, unit=False)
    high = _bound(upper, kind, languages, decimals, unit=kind == "share")
    if kind in SIGNED or low.startswith("−"):
        return f"{low}～{high}" if "zh" in languages else f"{low} to {high}"
    return f"{low}–{high}"


def _bound(bound: float | None, kind: NumberKind, languages: Languages, decimals: int | None, *, unit: bool) -> str:
    """One bound. A signed bound that would round to zero gets a digit more, as its side of zero is what matters."""
    if kind not in SIGNED or bound is None or is_absent(bound) or bound == 0:
        return format_number(bound, kind, languages, decimals=decimals, unit=unit)
    places = DECIMALS[kind] if decimals is None else decimals
    for more in (places, places + 1, places + 2):
        text = format_number(bound, kind, languages, decimals=more, unit=unit)
        if text[:1] in {"+", "−"}:
            return text
    return f"{'−' if bound < 0 else '+'}{text}"


def format_date(value: date, languages: Languages) -> str:
    """A date: 2025年3月7日 in Chinese, 7 March 2025 in English, 2025-03-07 where both are asked for."""
    if languages == ("zh",):
        return f"{value.year}年{value.month}月{value.day}日"
    if languages == ("en",):
        month = MONTHS[value.month - 1]
        return f"{value.day} {month} {value.year}"
    return value.isoformat()


def excel_format(kind: NumberKind, languages: Languages, *, decimals: int | None = None) -> str:
    """The Excel number format that shows a full-precision cell as ``format_number`` words it.

    A "share_gap" is to be written in percentage points (times 100): no format multiplies without a per cent sign.
    """
    places = DECIMALS[kind] if decimals is None else decimals
    tail = "." + "0" * places if places else ""
    lead = "" if kind in BOUNDED_BY_ONE and "zh" not in languages else "0"
    if kind in SIGNED:
        return f"+0{tail};−0{tail};0{tail}"
    if kind == "share":
        return f"0{tail}%;−0{tail}%"
    if kind == "p_value":
        smallest = f"{lead}.{'0' * (places - 1)}1"
        return f'[<{10**-places:.{places}f}]"<{smallest}";{lead}{tail}'
    if kind in {"count", "number"}:
        return f"#,##0{tail};−#,##0{tail}"
    return f"{lead}{tail};−{lead}{tail}"
