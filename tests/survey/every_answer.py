"""Every combination of answers to a few questions, so that two conditions can be compared by what they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, combinations, product
from typing import Any

import numpy as np

from survey.routing import Condition, evaluate, questions_in
from survey.structures.draft import DraftQuestion


class EveryAnswer:
    """An answer lookup over all combinations of the answers to the questions given."""

    def __init__(self, questions: Iterable[DraftQuestion]) -> None:
        self.questions = {question.code: question for question in questions}
        ways = [self._answers(question) for question in self.questions.values()]
        self.rows: list[Mapping[str, Any]] = [
            dict(zip(self.questions, answers, strict=True)) for answers in product(*ways)
        ]

    @staticmethod
    def _answers(question: DraftQuestion) -> Sequence[Any]:
        codes = [str(option.code) for option in question.options][:5]
        if question.kind in {"multiple", "ranking"}:
            return [set(some) for some in chain.from_iterable(combinations(codes, n) for n in range(len(codes) + 1))]
        if question.kind == "number":
            return [None, -1.0, 0.0, 1.0, 2.0, 3.0, 17.0, 18.0, 19.0, 20.0]
        return [None, *codes] if codes else [None, "text"]

    def scores(self, question: str) -> Any:
        values = [row[question] for row in self.rows]
        return np.array([float(value) if isinstance(value, float) else np.nan for value in values])

    def chosen(self, question: str, codes: tuple[int | float | str, ...]) -> Any:
        wanted = {str(code) for code in codes}
        found = [row[question] for row in self.rows]
        return np.array([bool(wanted & a) if isinstance(a, set) else a in wanted for a in found])

    def answered(self, question: str) -> Any:
        return np.array([row[question] not in (None, set()) for row in self.rows])

    def ticked(self, question: str) -> Any:
        return np.array([len(row[question] or ()) for row in self.rows])


def same_routing(one: Condition | None, other: Condition | None, questions: Sequence[DraftQuestion]) -> bool:
    """Whether two conditions hold for the same answers."""
    if one is None or other is None:
        return one is other
    named = {*questions_in(one), *questions_in(other)}
    answers = EveryAnswer([question for question in questions if question.code in named])
    return bool((evaluate(one, answers) == evaluate(other, answers)).all())
