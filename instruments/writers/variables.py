"""The variables answers to an instrument make up, one by one, as a data file holds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from instruments.writers.blocks import specify_options
from instruments.writers.export_report import form_text
from survey.instrument import Instrument
from survey.questionnaire import Question, Section
from survey.scales import Option

__all__ = ["Variable", "question_numbers", "variables"]

VariableKind = Literal["choice", "tick", "rank", "number", "text", "specify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One column of a data file.

    ``kind``: ``choice`` holds an option code; ``tick`` 1 (ticked) or 0 for one option of a multiple
    choice; ``rank`` the rank of one option; ``specify`` the text beside an option. ``option`` is
    the option a tick, rank or specify variable stands for.
    """

    section: Section
    question: Question
    kind: VariableKind
    option: Option | None = None

    @property
    def key(self) -> str:
        """``Q3``; ``Q3[2]`` for the option with code 2; ``Q3[2] text`` for the text beside it."""
        if self.option is None:
            return self.question.code
        key = f"{self.question.code}[{self.option.code}]"
        return f"{key} text" if self.kind == "specify" else key

    def label(self, language: str) -> str:
        """Short label: that of the question, and of the option where there is one."""
        name = self.question.name.in_language(language)
        if self.option is None:
            return name
        name = name.rstrip("?？:：.。 ")
        option = self.option.label.in_language(language)
        if self.kind == "specify":
            option = form_text("specify", language, option=option)
        return f"{name}: {option}" if language != "zh" else f"{name}：{option}"


def variables(instrument: Instrument) -> Iterator[Variable]:
    """Variables in presentation order.

    A multiple choice or ranking has one per option that is an answer, a declared missing option of a
    multiple choice one as well; a text beside an option follows its question.
    """
    kinds: dict[str, VariableKind] = {"multiple": "tick", "ranking": "rank", "number": "number", "text": "text"}
    for section in instrument.sections:
        for question in section.questions:
            kind = kinds.get(question.type, "choice")
            if kind in {"tick", "rank"}:
                scale = instrument.scale_of(question)
                for option in scale.all_options if kind == "tick" else scale.answers:
                    yield Variable(section=section, question=question, kind=kind, option=option)
            else:
                yield Variable(section=section, question=question, kind=kind)
            for option in specify_options(question, instrument):
                yield Variable(section=section, question=question, kind="specify", option=option)


def question_numbers(instrument: Instrument) -> dict[str, str]:
    """The number of each question, from 1 through the whole questionnaire."""
    return {question.code: str(number) for number, question in enumerate(instrument.questions, start=1)}
