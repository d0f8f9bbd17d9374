"""Routing in words, for paper, codebooks and platforms whose import format has no conditions."""

from __future__ import annotations

from collections.abc import Mapping

from instruments.writers.blocks import number_text
from instruments.writers.conditions import Relation, render_condition
from instruments.writers.export_report import form_text
from survey.instrument import Instrument
from survey.questionnaire import Question

__all__ = ["condition_in_words"]

SIGNS = {"=": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}


def condition_in_words(question: Question, instrument: Instrument, language: str, numbers: Mapping[str, str]) -> str:
    """When a question is shown, as a clause of a sentence; empty for one that always is.

    ``numbers`` gives the number (or name) by which the reader knows each question.
    """
    if question.show_if is None:
        return ""
    words = render_condition(question.show_if, instrument, _Words(instrument, language, numbers))
    return _without_outer(words, *form_text("bracketed", language, text="|").split("|"))


def _without_outer(words: str, opening: str, closing: str) -> str:
    """The words without brackets around the whole of them."""
    depth = 0
    for place, sign in enumerate(words):
        depth += (sign == opening) - (sign == closing)
        if depth == 0:
            return words[1:-1] if words.startswith(opening) and place == len(words) - 1 else words
    return words


class _Words:
    """The dialect of plain sentences."""

    def __init__(self, instrument: Instrument, language: str, numbers: Mapping[str, str]) -> None:
        self._instrument = instrument
        self._language = language
        self._numbers = numbers

    def one_of(self, question: Question, codes: tuple[str, ...]) -> str:
        labels = {
            str(option.code): option.label.in_language(self._language)
            for option in self._instrument.scale_of(question).all_options
        }
        options = form_text("between_options", self._language).join(
            form_text("quoted", self._language, text=labels[code]) for code in codes
        )
        return form_text("when_chosen", self._language, question=self._numbers[question.code], options=options)

    def compared(self, question: Question, relation: Relation, value: float) -> str:
        fields = {"question": self._numbers[question.code], "relation": SIGNS[relation], "value": number_text(value)}
        return form_text("when_compared", self._language, **fields)

    def empty(self, question: Question) -> str:
        return form_text("when_empty", self._language, question=self._numbers[question.code])

    def ticked(self, question: Question, codes: tuple[str, ...], at_least: int) -> str:  # noqa: ARG002  # words need no codes
        number = self._numbers[question.code]
        return form_text("when_ticked", self._language, question=number, at_least=at_least)

    def never(self) -> str:
        return form_text("when_never", self._language)

    def negation(self, part: str) -> str:
        return form_text("bracketed", self._language, text=form_text("when_not", self._language, part=part))

    def conjunction(self, parts: list[str]) -> str:
        return form_text("bracketed", self._language, text=form_text("between_and", self._language).join(parts))

    def disjunction(self, parts: list[str]) -> str:
        return form_text("bracketed", self._language, text=form_text("between_or", self._language).join(parts))
