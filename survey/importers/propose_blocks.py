"""Matrices of an export and of an instrument: rows may be worded alike in several, so the stem decides between them."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from survey.importers.cell_text import fold
from survey.importers.headings import Heading
from survey.instrument import Instrument
from survey.texts import Text

__all__ = ["BlockMatch", "match_blocks"]

_ALIKE = 0.75
"""From here on two stems count as the same one."""
_UNSURE = 0.9
"""The most a row counts where its stem is not that of the question's block."""
_NUMBER = re.compile(r"(\d+)[_-]\d+")


class BlockMatch:
    """How far a column may count as the answer to a question, by the blocks the two belong to."""

    def __init__(self, blocks: Mapping[int, str], sections: Mapping[str, str], matched: Mapping[str, str]) -> None:
        self._blocks = blocks
        self._sections = sections
        self._matched = matched
        self._claimed = frozenset(matched.values())

    def limit(self, place: int, question: str) -> float:
        """1 where nothing speaks against it, 0 where the blocks contradict each other, between them where unsure."""
        block, section = self._blocks.get(place), self._sections.get(question)
        if block is None or section is None or self._matched.get(block) == section:
            return 1.0
        if block in self._matched or section in self._claimed:
            return 0.0
        return _UNSURE

    def together(self, place: int, question: str) -> bool:
        """Whether the column's block was found to be the section of the question."""
        block, section = self._blocks.get(place), self._sections.get(question)
        return block is not None and section is not None and self._matched.get(block) == section


def match_blocks(headings: Sequence[Heading], places: Sequence[int], instrument: Instrument) -> BlockMatch:
    """Which block of columns is which section: by stem first, then by the number in the codes, then by the rows.

    A section has a say where it has a stem and several questions, a block where its columns name stem and row.
    """
    blocks: dict[str, list[int]] = defaultdict(list)
    for place in places:
        heading = headings[place]
        if heading.stem and heading.part and not heading.beside:
            blocks[heading.group or heading.number or fold(heading.stem)].append(place)
    sections = [section for section in instrument.sections if section.stem is not None and len(section.questions) > 1]
    scored: list[tuple[tuple[float, bool, float], str, str]] = []
    for name, members in blocks.items():
        first = headings[members[0]]
        rows = {fold(headings[place].part or "") for place in members}
        for section in sections:
            known = {wording for question in section.questions for wording in _wordings(question.text)}
            stems = [*_wordings(section.stem or section.title)]
            alike = max(_ratio(fold(first.stem or ""), stem) for stem in stems)
            numbers = {found[1] for question in section.questions if (found := _NUMBER.search(question.code))}
            if alike >= _ALIKE:
                score = (round(alike, 3), first.number in numbers, len(rows & known) / len(rows))
                scored.append((score, name, section.code))
    matched: dict[str, str] = {}
    for _, name, code in sorted(scored, key=lambda one: one[0], reverse=True):
        if name not in matched and code not in matched.values():
            matched[name] = code
    return BlockMatch(
        {place: name for name, members in blocks.items() for place in members},
        {q.code: section.code for section in sections for q in section.questions},
        matched,
    )


def _wordings(text: Text) -> list[str]:
    return [fold(wording) for wording in ([text.root] if isinstance(text.root, str) else text.root.values())]


def _ratio(one: str, other: str) -> float:
    return 1.0 if one == other else difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
