"""Questions that no column answers, with the column that is likeliest to: for a person to decide."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey.importers.cell_text import fold
from survey.importers.headings import Heading
from survey.importers.mapping import Column
from survey.importers.propose_blocks import BlockMatch
from survey.instrument import Instrument
from survey.texts import Text

__all__ = ["OpenQuestion", "open_questions"]

_WORTH_NAMING = 0.45
_SAME_BLOCK = 0.3
_NEIGHBOUR = 0.3
"""Added where the column stands beside the column of the question before or after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A question without a column; ``place`` is the column that may be its, or None."""

    question: str
    text: Text
    place: int | None = None


def open_questions(
    headings: Sequence[Heading],
    unplaced: Sequence[int],
    placed: Mapping[int, Column],
    instrument: Instrument,
    blocks: BlockMatch,
) -> tuple[OpenQuestion, ...]:
    """Pair open questions and free columns by wording, block and neighbours; each column is named once."""
    asked = [question.code for question in instrument.questions]
    columns = {column.question: place for place, column in placed.items() if column.question is not None}
    missing = [question for question in instrument.questions if question.code not in columns]
    scored: list[tuple[float, int, str]] = []
    for question in missing:
        ordinal = asked.index(question.code)
        before = columns.get(asked[ordinal - 1]) if ordinal else None
        after = columns.get(asked[ordinal + 1]) if ordinal + 1 < len(asked) else None
        texts = [question.text.root] if isinstance(question.text.root, str) else list(question.text.root.values())
        for place in unplaced:
            limit = blocks.limit(place, question.code)
            if limit == 0 or headings[place].beside or not headings[place].text.strip():
                continue
            score = max(
                difflib.SequenceMatcher(None, fold(mine), fold(theirs), autojunk=False).ratio()
                for mine in headings[place].wordings or (headings[place].text,)
                for theirs in texts
            )
            score += _SAME_BLOCK * blocks.together(place, question.code)
            score += _NEIGHBOUR * (
                (before is not None and place == before + 1) + (after is not None and place == after - 1)
            )
            if score >= _WORTH_NAMING:
                scored.append((-score, place, question.code))
    likeliest: dict[str, int] = {}
    for _, place, code in sorted(scored):
        if code not in likeliest and place not in likeliest.values():
            likeliest[code] = place
    return tuple(OpenQuestion(question=q.code, text=q.text, place=likeliest.get(q.code)) for q in missing)
