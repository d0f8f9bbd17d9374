"""Routing as Excel formulas over the row being filled in."""

from __future__ import annotations

from collections.abc import Mapping

from instruments.writers.blocks import number_text
from instruments.writers.conditions import Relation
from survey.questionnaire import Question

__all__ = ["ExcelDialect"]


class ExcelDialect:
    """Excel: ``OR($C2="a",$C2="b")``, ``COUNTIF($D2:$F2,1)>=2``; codes are compared as text."""

    def __init__(self, columns: Mapping[str, Mapping[str, str]], row: int) -> None:
        """``columns`` by question code: the column letter of each option, or of the answer under ``""``."""
        self._columns = columns
        self._row = row

    def _cell(self, question: Question, option: str = "") -> str:
        return f"${self._columns[question.code][option]}{self._row}"

    def one_of(self, question: Question, codes: tuple[str, ...]) -> str:
        """Equal to one of the codes; ticked with 1; given any rank."""
        if question.type == "multiple":
            parts = [f"{self._cell(question, code)}=1" for code in codes]
        elif question.type == "ranking":
            parts = [f"ISNUMBER({self._cell(question, code)})" for code in codes]
        else:
            parts = [f'{self._cell(question)}&""={_quoted(code)}' for code in codes]
        return parts[0] if len(parts) == 1 else self.disjunction(parts)

    def compared(self, question: Question, relation: Relation, value: float) -> str:
        """Together with ``ISNUMBER``, since an empty cell counts as zero."""
        cell = self._cell(question)
        sign = "<>" if relation == "!=" else relation
        return f"AND(ISNUMBER({cell}),{cell}{sign}{number_text(value)})"

    def empty(self, question: Question) -> str:
        """Every cell of the question is empty."""
        cells = [self._cell(question, option) for option in self._columns[question.code]]
        return f"COUNTA({','.join(cells)})=0"

    def ticked(self, question: Question, codes: tuple[str, ...], at_least: int) -> str:
        """The sum of the ticks, each 1 or 0."""
        cells = ",".join(self._cell(question, code) for code in codes)
        return f"SUM({cells})>={at_least}"

    def never(self) -> str:
        """``FALSE``."""
        return "FALSE"

    def negation(self, part: str) -> str:
        """``NOT``."""
        return f"NOT({part})"

    def conjunction(self, parts: list[str]) -> str:
        """``AND``."""
        return f"AND({','.join(parts)})"

    def disjunction(self, parts: list[str]) -> str:
        """``OR``."""
        return f"OR({','.join(parts)})"


def _quoted(code: str) -> str:
    return '"' + code.replace('"', '""') + '"'
