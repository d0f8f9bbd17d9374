"""Routing as the XPath of an XLSForm ``relevant`` column."""

from __future__ import annotations

from collections.abc import Mapping

from instruments.writers.blocks import number_text
from instruments.writers.conditions import Relation
from survey.questionnaire import Question

__all__ = ["XPathDialect"]


class XPathDialect:
    """XPath as ODK and Kobo read it: ``${q} = 'a'``, ``selected(${m}, 'b')``, ``count-selected(${m}) >= 2``."""

    def __init__(self, names: Mapping[str, str], choice_names: Mapping[str, Mapping[str, str]]) -> None:
        """``names`` by question code; ``choice_names`` by scale code, then by option code."""
        self._names = names
        self._choice_names = choice_names

    def _reference(self, question: Question) -> str:
        return "${" + self._names[question.code] + "}"

    def one_of(self, question: Question, codes: tuple[str, ...]) -> str:
        """``=`` for a single choice; ``selected()`` where several may be chosen."""
        reference = self._reference(question)
        names = [self._choice_names[question.scale or ""][code] for code in codes]
        if question.type in {"multiple", "ranking"}:
            parts = [f"selected({reference}, '{name}')" for name in names]
        else:
            parts = [f"{reference} = '{name}'" for name in names]
        return parts[0] if len(parts) == 1 else self.disjunction(parts)

    def compared(self, question: Question, relation: Relation, value: float) -> str:
        """An empty answer compares false by itself, save with ``!=``."""
        reference = self._reference(question)
        comparison = f"{reference} {relation} {number_text(value)}"
        return f"({reference} != '' and {comparison})" if relation == "!=" else comparison

    def empty(self, question: Question) -> str:
        """Compared with the empty text."""
        return f"{self._reference(question)} = ''"

    def ticked(self, question: Question, codes: tuple[str, ...], at_least: int) -> str:
        """``count-selected``, or a sum over the answers where other options are declared missing."""
        reference = self._reference(question)
        names = self._choice_names[question.scale or ""]
        if len(codes) == len(names):
            return f"count-selected({reference}) >= {at_least}"
        counted = " + ".join(f"if(selected({reference}, '{names[code]}'), 1, 0)" for code in codes)
        return f"({counted}) >= {at_least}"

    def never(self) -> str:
        """``false()``."""
        return "false()"

    def negation(self, part: str) -> str:
        """``not()``."""
        return f"not({part})"

    def conjunction(self, parts: list[str]) -> str:
        """Parts joined by ``and``, in brackets."""
        return f"({' and '.join(parts)})"

    def disjunction(self, parts: list[str]) -> str:
        """Parts joined by ``or``, in brackets."""
        return f"({' or '.join(parts)})"
