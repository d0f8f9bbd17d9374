"""Widths and heights of cells, and names that Excel accepts for worksheets.

A width is counted in Excel's unit, about one digit; a wide character (hanzi, full-width sign) counts two.
"""

from __future__ import annotations

import math
import re
import unicodedata

LINE = 15.0
LONGEST_CELL = 32_767
LONGEST_NAME = 31
PIXELS_PER_UNIT = 7.0
THIN = " iljtfrI.,;:'|()[]!·-"

__all__ = [
    "LINE",
    "LONGEST_CELL",
    "LONGEST_NAME",
    "PIXELS_PER_UNIT",
    "cell_text",
    "display_width",
    "longest_word",
    "n_lines",
    "row_height",
    "sheet_name",
]


def cell_text(text: str) -> str:
    """A string as a cell may hold it: not longer than Excel allows, without lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")[:LONGEST_CELL]


def display_width(text: str) -> float:
    """The width of the widest line of a text."""
    return max((sum(_width(c) for c in line) for line in text.splitlines()), default=0.0)


def _width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 2.0
    return 0.62 if character in THIN else 1.25 if character.isupper() or character in "mw%@—" else 1.0


def longest_word(text: str) -> float:
    """The width below which a text cannot be broken without cutting a word; hanzi break in groups of four."""
    words = re.split(r"[\s/-]+", text)
    return max(
        (min(display_width(word), 8.0) if word and not word.isascii() else display_width(word) for word in words),
        default=0,
    )


def n_lines(text: str, width: float) -> int:
    """How many lines a text takes in a cell of that width when wrapped at blanks or between hanzi."""
    lines = 0
    for paragraph in text.split("\n"):
        used = 0.0
        lines += 1
        for piece in re.findall(r"[\x21-\x7e\u00a1-\u024f–—’]+\s*|.", paragraph):
            needed = display_width(piece.rstrip()) if piece.strip() else 0.0
            if used and used + needed > width:
                lines += 1
                used = 0.0
            if needed > width:
                lines += math.ceil(needed / width) - 1
                used = needed % width
            else:
                used += display_width(piece)
    return lines


def row_height(lines: int, *, line: float = LINE, air: float = 4.0) -> float:
    """The height in points of a row that holds so many lines; Excel allows 409."""
    return min(lines * line + air, 409.0)


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A worksheet name close to what is wanted: at most 31 characters, none forbidden, not taken (case ignored)."""
    plain = re.sub(r"\s+", " ", re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", wanted)).strip().strip("'").strip() or "Sheet"
    if plain.casefold() == "history":
        plain = f"{plain} "
    name = plain[:LONGEST_NAME].rstrip(" '")
    count = 1
    while name.casefold() in taken:
        count += 1
        ending = f" ({count})"
        name = plain[: LONGEST_NAME - len(ending)].rstrip() + ending
    taken.add(name.casefold())
    return name
