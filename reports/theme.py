"""Colours, type and measures shared by charts, worksheets and pages.

Colours carry meaning and nothing else: one tone per kind of judgement, greys for structure. Good and
bad are teal and rust, told apart under the common colour deficiencies; every tone also differs in words
or shape. Text colours keep a contrast of at least 4.5 to 1 on white and on their own tint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reports.labels import Languages, Tone

__all__ = [
    "ACCENT",
    "FONT_FAMILY",
    "INK",
    "PANEL",
    "QUIET",
    "RULE",
    "SERIES",
    "TONES",
    "ToneColours",
    "diverging_scale",
    "ink_on",
    "mix",
    "office_font",
]

INK: Final = "#1F2933"
QUIET: Final = "#55606B"
RULE: Final = "#D3D9DF"
PANEL: Final = "#F4F6F8"
ACCENT: Final = "#1F4E79"
FONT_FAMILY: Final = "Satix Sans SC"

# Lines of a trend, in order: told apart by lightness as well as by hue.
SERIES: Final = ("#1F4E79", "#C17A1B", "#2F8C82", "#7A4B82", "#6B7580", "#9E3D2B")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneColours:
    """One tone: ``fill`` for marks, ``text`` for words, ``tint`` for grounds."""

    fill: str
    text: str
    tint: str


TONES: Final[dict[Tone, ToneColours]] = {
    "good": ToneColours(fill="#237E75", text="#14655D", tint="#E2F1EF"),
    "neutral": ToneColours(fill="#3B6E9C", text="#1F4E79", tint="#E7EEF5"),
    "warning": ToneColours(fill="#D09A2C", text="#7D5205", tint="#FBF2DD"),
    "bad": ToneColours(fill="#B9502F", text="#96381B", tint="#F9E9E3"),
    "uncertain": ToneColours(fill="#8A949E", text="#4F5963", tint="#EEF0F2"),
    "muted": ToneColours(fill="#BCC4CB", text="#5F6973", tint="#F6F7F8"),
}


def office_font(languages: Languages) -> str:
    """The font named in Office files, which embed none: one that every Office on that language's machines has."""
    return "Microsoft YaHei" if "zh" in languages else "Calibri"


def mix(one: str, other: str, share: float) -> str:
    """The colour ``share`` (0-1) of the way from one to the other."""
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def diverging_scale(n_categories: int, neutral: int | None) -> list[str]:
    """A colour per answer category from least to most favourable; the middle one, if any, is grey."""
    n_low = neutral if neutral is not None else n_categories // 2
    n_high = n_categories - n_low - (0 if neutral is None else 1)
    low = [mix(TONES["bad"].fill, "#FFFFFF", 0.62 * step / max(n_low, 1)) for step in range(n_low)]
    high = [mix(TONES["good"].fill, "#FFFFFF", 0.62 * step / max(n_high, 1)) for step in range(n_high)]
    return [*low, *([] if neutral is None else ["#D5DADF"]), *reversed(high)]


def ink_on(colour: str) -> str:
    """White or black, whichever stands out more from the colour; one of them always reaches 4.5 to 1 (WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return "#FFFFFF" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.179 else "#000000"
