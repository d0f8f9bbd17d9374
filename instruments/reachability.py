"""Whether anybody can ever be shown a question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from survey.instrument import Instrument
from survey.questionnaire import Question
from survey.routing import All, Any, Compare, Condition, Count, Not, Selected, evaluate, questions_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["unreachable_questions"]

MOST_COMBINATIONS = 200_000
"""Combinations of answers tried for one question; beyond that it is taken to be reachable."""


def unreachable_questions(instrument: Instrument) -> tuple[str, ...]:
    """Questions whose condition no combination of answers fulfils, taking account of what is asked before.

    Every question a condition looks at, directly or through the conditions of those questions, runs through its answers
    and no answer; a question that is not shown has none. Multiple choices run through the options some condition names
    and the counts some condition asks for, numbers through values at and beside each value they are compared with.
    """
    return tuple(
        question.code
        for question in instrument.questions
        if question.show_if is not None and not _reachable(question, instrument)
    )


def _reachable(question: Question, instrument: Instrument) -> bool:
    conditions = _chain(question, instrument)
    codes = list(dict.fromkeys(code for _, condition in conditions for code in questions_in(condition)))
    values = [_answers(instrument.question(code), instrument, [c for _, c in conditions]) for code in codes]
    if np.prod([float(len(entry)) for entry in values]) > MOST_COMBINATIONS:
        return True
    table = _Answers(instrument, codes, list(product(*values)))
    possible = np.ones(table.n, dtype=np.bool_)
    for owner, condition in conditions:
        shown = evaluate(condition, table)
        possible &= shown if owner == question.code else shown | ~table.answered(owner)
    return bool(possible.any())


def _chain(question: Question, instrument: Instrument) -> list[tuple[str, Condition]]:
    """The condition of a question, and those of every question it looks at, by their owner."""
    chain: dict[str, Condition] = {}
    waiting = [question]
    while waiting:
        asked = waiting.pop()
        if asked.show_if is not None and asked.code not in chain:
            chain[asked.code] = asked.show_if
            waiting += [instrument.question(code) for code in questions_in(asked.show_if)]
    return list(chain.items())


def _parts(condition: Condition) -> Iterator[Condition]:
    yield condition
    match condition:
        case Not():
            yield from _parts(condition.not_)
        case All():
            for part in condition.all_:
                yield from _parts(part)
        case Any():
            for part in condition.any_:
                yield from _parts(part)


def _answers(question: Question, instrument: Instrument, conditions: Iterable[Condition]) -> list[object]:
    """The answers worth trying; None for no answer, a tuple of ticked options for a multiple choice."""
    parts = [part for condition in conditions for part in _parts(condition)]
    if question.type == "number":
        compared = {p.value for p in parts if isinstance(p, Compare) and p.question == question.code}
        near = [value + step for value in compared for step in (-0.5, 0.0, 0.5)] + [0.0]
        low = -np.inf if question.lowest is None else question.lowest
        high = np.inf if question.highest is None else question.highest
        inside = [float(value) for value in near if low <= value <= high]
        return [None, *sorted({*inside, *(end for end in (low, high) if np.isfinite(end))})]
    if question.type == "text":
        return [None, "x"]
    options = [str(option.code) for option in instrument.scale_of(question).answers]
    if question.type in {"scale", "single"}:
        return [None, *options]
    named = {str(code) for p in parts if isinstance(p, Selected) and p.question == question.code for code in p.selected}
    counts = [p.at_least for p in parts if isinstance(p, Count) and p.count == question.code]
    return [None, *_ticked(options, [option for option in options if option in named], counts)]


def _ticked(options: Sequence[str], named: Sequence[str], counts: Sequence[int]) -> list[tuple[str, ...]]:
    """Sets of ticked options: every subset of those named, filled up with others to the counts asked for."""
    others = [option for option in options if option not in named]
    sets: dict[tuple[str, ...], None] = {}
    for mask in product((False, True), repeat=min(len(named), 12)):
        chosen = [option for option, taken in zip(named, mask, strict=False) if taken]
        for size in {len(chosen), *counts, max(counts, default=0) - 1, len(chosen) + len(others)}:
            extra = others[: max(0, size - len(chosen))]
            if chosen or extra:
                sets[*chosen, *extra] = None
    return list(sets)


class _Answers:
    """Combinations of answers as the lookup that conditions are evaluated on."""

    def __init__(self, instrument: Instrument, codes: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        self.instrument = instrument
        self.n = len(rows)
        self.columns = {code: [row[place] for row in rows] for place, code in enumerate(codes)}

    def scores(self, question: str) -> NDArray[np.float64]:
        """Scores, NaN where unanswered."""
        asked = self.instrument.question(question)
        if asked.scale is None:
            numbers = [value if isinstance(value, float) else np.nan for value in self.columns[question]]
            return np.array(numbers, dtype=np.float64)
        scale = self.instrument.scale_of(asked)
        table = scale.score_table(reverse=asked.reverse)
        score = {str(option.code): table[place] for place, option in enumerate(scale.answers, start=1)}
        return np.array([score.get(str(value), np.nan) for value in self.columns[question]], dtype=np.float64)

    def chosen(self, question: str, codes: tuple[int | float | str, ...]) -> NDArray[np.bool_]:
        """Where one of the options was chosen."""
        wanted = {str(code) for code in codes}
        return np.array(
            [
                bool(wanted & set(value)) if isinstance(value, tuple) else value is not None and str(value) in wanted
                for value in self.columns[question]
            ],
            dtype=np.bool_,
        )

    def answered(self, question: str) -> NDArray[np.bool_]:
        """Where there is an answer."""
        return np.array([value is not None for value in self.columns[question]], dtype=np.bool_)

    def ticked(self, question: str) -> NDArray[np.int64]:
        """How many options were ticked."""
        counts = [len(value) if isinstance(value, tuple) else 0 for value in self.columns[question]]
        return np.array(counts, dtype=np.int64)
