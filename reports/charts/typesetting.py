"""Measuring and breaking lines of Chinese and English text in the report font. All lengths are in points."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from reports.fonts.embedding import Style, advances
from reports.labels import Label, Languages

LEADING = 1.32
SUBSTITUTE = "〓"  # the compositor's sign for a character the fount lacks
NEVER_FIRST = "，。、；：？！）》」』】〕％…—·,.;:?!)]}%”’"
NEVER_LAST = "（《「『【〔([{“‘"

__all__ = ["LEADING", "SetLabel", "printable", "set_label", "text_width", "wrap"]


def printable(text: str) -> str:
    """The text with characters the font lacks replaced by the sign for a missing one, and on one line."""
    held = advances("Regular")
    return "".join(c if c in held else " " if c.isspace() else SUBSTITUTE for c in text)


def text_width(text: str, size: float, style: Style = "Regular") -> float:
    """The width of one line set in the report font."""
    held = advances(style)
    return sum(held.get(character, 1.0) for character in text) * size


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _pieces(text: str) -> list[str]:
    """Unbreakable pieces: words with their blank, wide characters alone, closing signs with what they close."""
    pieces: list[str] = []
    for character in text:
        before = pieces[-1][-1] if pieces else ""
        word_goes_on = before and not (_is_wide(character) or _is_wide(before) or before.isspace())
        may_break_here = before == "/" or (before == "-" and pieces[-1][-2:-1].isalpha())
        if before and (
            character.isspace()
            or character in NEVER_FIRST
            or before in NEVER_LAST
            or (word_goes_on and not may_break_here)
        ):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def wrap(text: str, width: float, size: float, style: Style = "Regular", *, max_lines: int = 4) -> list[str]:
    """Break a text into lines no wider than ``width``; what does not fit ``max_lines`` ends in an ellipsis.

    Chinese breaks between characters, except before closing and after opening punctuation; English breaks
    at blanks, hyphens and slashes; a single word wider than the line is cut.
    """
    lines: list[str] = []
    line = ""
    for whole in _pieces(printable(text)):
        for piece in [whole] if text_width(whole.rstrip(), size, style) <= width else list(whole):
            if line and text_width((line + piece).rstrip(), size, style) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece if line else piece.lstrip()
    if line.strip():
        lines.append(line.rstrip())
    if len(lines) > max_lines:
        last = lines[max_lines - 1]
        while last and text_width(last + "…", size, style) > width:
            last = last[:-1]
        lines = [*lines[: max_lines - 1], last.rstrip() + "…"]
    return lines or [""]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLabel:
    """A label broken into lines; ``second`` is the position of the first line in the second language, if any."""

    lines: list[str]
    second: int | None


def set_label(label: Label, languages: Languages, width: float, size: float, style: Style = "Regular") -> SetLabel:
    """Break a label: the Chinese wording, then, where both are asked for, the English one, up to three lines each."""
    blocks = [wrap(wording, width, size, style, max_lines=3) for _, wording in label.parts(languages)] or [[""]]
    return SetLabel(
        lines=[line for block in blocks for line in block], second=len(blocks[0]) if len(blocks) > 1 else None
    )
