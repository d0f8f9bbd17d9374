"""The option that an instructed item ("please choose “agree” here") asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from survey.importers.answer_ladders import place_on_ladder
from survey.importers.cell_text import fold, number_in
from survey.importers.seen_options import ExportOption

__all__ = ["instructed_option"]

_QUOTED = re.compile(r"[“「『\"‘']([^”」』\"’']{1,40})[”」』\"’']")
_BARE = re.compile(
    r"(?:请(?:直接|务必)?选择?|please (?:select|choose))\s*[:：]?\s*(.{1,40}?)\s*[。.!！]?$", re.IGNORECASE
)


def instructed_option(wording: str, options: Sequence[ExportOption], cells: Iterable[str]) -> int | float | str | None:
    """The code of the option a wording tells to choose; None where that is not evident.

    Options known by their labels are taken by their label. Where the file holds nothing but numbers, the option named
    is taken by its place on a ladder of answer words, and only if it is also what most respondents chose.
    """
    found = _QUOTED.search(wording) or _BARE.search(wording)
    if found is None:
        return None
    told = fold(found[1])
    by_label = [option.code for option in options if told in {fold(option.label), str(option.code)}]
    if len(by_label) == 1:
        return by_label[0]
    place = place_on_ladder(told, len(options))
    numbers = Counter(number for cell in cells if (number := number_in(fold(cell))) is not None)
    if place is None or not numbers:
        return None
    code = options[place - 1].code
    most, count = numbers.most_common(1)[0]
    return code if most == code and 2 * count > numbers.total() else None
