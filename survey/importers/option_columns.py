"""Columns of one question under a common stem: ticked options, ranks, matrix rows, and the text beside an option."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from survey.importers.cell_text import CellValue, cell_text, fold, number_in

__all__ = ["Member", "Use", "are_ranks", "uses_of"]

Use = Literal["alone", "tick", "rank", "row", "beside"]
FEWEST_RANKED = 5
"""Records with ranks from which columns are taken for a ranking."""


@dataclass(frozen=True, slots=True)
class Member:
    """A column of a question: what it stands for ("" for the question itself), its cells and the answers in them."""

    part: str
    cells: Sequence[CellValue]
    answers: Counter[str]


def uses_of(members: Sequence[Member], *, others: Collection[str], unticked: Collection[str] = ()) -> list[Use]:
    """What each column of one question is for.

    Parameters
    ----------
    members : sequence of Member
        The columns that share a stem, in the order of the file.
    others : collection of str
        Folded names of the column in which respondents write what the options lack.
    unticked : collection of str
        Folded words for "not ticked".

    A column is a tick where it holds its own option and nothing else, or nothing at all among others that do; or,
    throughout, its own number. Another column of such a question is the text beside an option, and so is any column
    with a part where the question has a column of its own.
    """
    ticks = [_is_tick(member, unticked) for member in members]
    numbered = _own_numbers([member for member in members if fold(member.part) not in others], unticked)
    if any(ticks) or numbered:
        return [
            "alone"
            if not member.part
            else "tick"
            if tick or not member.answers or (numbered and fold(member.part) not in others)
            else "beside"
            for member, tick in zip(members, ticks, strict=True)
        ]
    if any(not member.part for member in members):
        return ["beside" if member.part else "alone" for member in members]
    named_other = [fold(member.part) in others for member in members]
    rest = [member for member, other in zip(members, named_other, strict=True) if not other]
    use: Use = "rank" if are_ranks([member.cells for member in rest]) else "row"
    return ["beside" if other and rest else use for other in named_other]


def _is_tick(member: Member, unticked: Collection[str]) -> bool:
    values = {fold(value) for value in member.answers} - set(unticked)
    return bool(member.part) and values == {fold(member.part)}


def _own_numbers(members: Sequence[Member], unticked: Collection[str]) -> bool:
    """Whether every column holds its number in the list of options, or always 1 where the others do as well."""
    values = [{fold(value) for value in member.answers} - set(unticked) for member in members if member.part]
    filled = [(place, found) for place, found in enumerate(values, start=1) if found]
    if len(filled) < 2 or len(filled) < len(values) / 2:
        return False
    own = all(found == {str(place)} for place, found in filled)
    ones = all(found == {"1"} for _, found in filled)
    partly = any(not cell_text(cell) for member in members for cell in member.cells)
    return (own or ones) and partly


def are_ranks(columns: Sequence[Sequence[CellValue]]) -> bool:
    """Whether the columns hold, record by record, different ranks from 1 up."""
    highest, ranked = len(columns), 0
    for cells in zip(*columns, strict=True):
        numbers = [number_in(fold(text)) for cell in cells if (text := cell_text(cell))]
        if any(number is None or not 1 <= number <= highest for number in numbers):
            return False
        if len(set(numbers)) != len(numbers):
            return False
        ranked += len(numbers) > 1
    return highest > 2 and ranked >= FEWEST_RANKED
