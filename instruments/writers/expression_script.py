"""Routing as LimeSurvey's ExpressionScript (the relevance equation)."""

from __future__ import annotations

from collections.abc import Mapping

from instruments.writers.blocks import number_text
from instruments.writers.conditions import Relation
from survey.questionnaire import Question

__all__ = ["ExpressionScriptDialect"]


class ExpressionScriptDialect:
    """ExpressionScript: ``q.NAOK == "a"``, ``m_b.NAOK == "Y"``, ``count(m_a.NAOK, m_b.NAOK) >= 2``.

    ``.NAOK`` makes a hidden question count as unanswered instead of hiding everything that names it.
    """

    def __init__(self, variables: Mapping[str, str], option_names: Mapping[str, Mapping[str, str]]) -> None:
        """``variables`` by question code; ``option_names`` by scale code, then by option code."""
        self._variables = variables
        self._option_names = option_names

    def _variable(self, question: Question) -> str:
        return f"{self._variables[question.code]}.NAOK"

    def _parts(self, question: Question) -> dict[str, str]:
        """Per option the variable of a multiple choice; per rank that of a ranking."""
        names = self._option_names[question.scale or ""]
        stem = self._variables[question.code]
        if question.type == "ranking":
            return {code: f"{stem}_{rank}.NAOK" for rank, code in enumerate(names, start=1)}
        return {code: f"{stem}_{name}.NAOK" for code, name in names.items()}

    def one_of(self, question: Question, codes: tuple[str, ...]) -> str:
        """A single choice is compared with codes, a ticked option with ``Y``, a ranking rank by rank."""
        names = self._option_names[question.scale or ""]
        if question.type == "multiple":
            variables = self._parts(question)
            parts = [f'{variables[code]} == "Y"' for code in codes]
        elif question.type == "ranking":
            ranks = self._parts(question).values()
            parts = [f'{rank} == "{names[code]}"' for code in codes for rank in ranks]
        else:
            parts = [f'{self._variable(question)} == "{names[code]}"' for code in codes]
        return parts[0] if len(parts) == 1 else self.disjunction(parts)

    def compared(self, question: Question, relation: Relation, value: float) -> str:
        """Together with ``!is_empty``, since an empty answer counts as zero."""
        variable = self._variable(question)
        sign = "==" if relation == "=" else relation
        return f"(!is_empty({variable}) and {variable} {sign} {number_text(value)})"

    def empty(self, question: Question) -> str:
        """``is_empty``, or a count of zero over the options."""
        if question.type in {"multiple", "ranking"}:
            return f"count({', '.join(self._parts(question).values())}) == 0"
        return f"is_empty({self._variable(question)})"

    def ticked(self, question: Question, codes: tuple[str, ...], at_least: int) -> str:
        """``count`` over the options that are answers."""
        variables = self._parts(question)
        return f"count({', '.join(variables[code] for code in codes)}) >= {at_least}"

    def never(self) -> str:
        """Zero is false."""
        return "0"

    def negation(self, part: str) -> str:
        """``!``."""
        return f"!({part})"

    def conjunction(self, parts: list[str]) -> str:
        """Parts joined by ``and``, in brackets."""
        return f"({' and '.join(parts)})"

    def disjunction(self, parts: list[str]) -> str:
        """Parts joined by ``or``, in brackets."""
        return f"({' or '.join(parts)})"
