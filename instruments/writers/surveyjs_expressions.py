"""Routing as SurveyJS expressions (``visibleIf``)."""

from __future__ import annotations

from collections.abc import Mapping

from instruments.writers.blocks import number_text
from instruments.writers.conditions import Relation
from survey.questionnaire import Question

__all__ = ["SurveyJSDialect"]


class SurveyJSDialect:
    """SurveyJS: ``{q} = 'a'``, ``{q} anyof ['a', 'b']``, ``{m} contains 'b'``, ``{q} notempty``."""

    def __init__(self, references: Mapping[str, str], option_counts: Mapping[str, int]) -> None:
        """``references`` by question code (a row of a matrix is ``matrix.row``); how many options each scale has."""
        self._references = references
        self._option_counts = option_counts

    def _reference(self, question: Question) -> str:
        return "{" + self._references[question.code] + "}"

    def one_of(self, question: Question, codes: tuple[str, ...]) -> str:
        """``=`` or ``contains`` for one option, ``anyof`` for several."""
        if len(codes) > 1:
            return f"{self._reference(question)} anyof [{', '.join(_quoted(code) for code in codes)}]"
        relation = "contains" if question.type in {"multiple", "ranking"} else "="
        return f"{self._reference(question)} {relation} {_quoted(codes[0])}"

    def compared(self, question: Question, relation: Relation, value: float) -> str:
        """Together with ``notempty``, since ``!=`` holds for an empty answer."""
        reference = self._reference(question)
        return f"({reference} notempty and {reference} {relation} {number_text(value)})"

    def empty(self, question: Question) -> str:
        """``empty``."""
        return f"{self._reference(question)} empty"

    def ticked(self, question: Question, codes: tuple[str, ...], at_least: int) -> str:
        """The length of the answer, or a sum over the answers where other options are declared missing."""
        reference = self._references[question.code]
        if len(codes) == self._option_counts[question.scale or ""]:
            return "{" + reference + ".length} >= " + str(at_least)
        counted = " + ".join(f"iif({self._reference(question)} contains {_quoted(code)}, 1, 0)" for code in codes)
        return f"{counted} >= {at_least}"

    def never(self) -> str:
        """A comparison that never holds."""
        return "1 = 2"

    def negation(self, part: str) -> str:
        """``!``."""
        return f"!({part})"

    def conjunction(self, parts: list[str]) -> str:
        """Parts joined by ``and``, in brackets."""
        return f"({' and '.join(parts)})"

    def disjunction(self, parts: list[str]) -> str:
        """Parts joined by ``or``, in brackets."""
        return f"({' or '.join(parts)})"


def _quoted(code: str) -> str:
    return "'" + code.replace("\\", "\\\\").replace("'", "\\'") + "'"
