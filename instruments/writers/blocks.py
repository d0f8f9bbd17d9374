"""How a section is presented: its questions one by one, and runs of them as matrices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from survey.instrument import Instrument
from survey.questionnaire import Question, Section
from survey.scales import Option

__all__ = ["Matrix", "blocks", "has_missing_options", "number_text", "specify_options"]

MATRIX_TYPES = frozenset({"scale", "single"})


@dataclass(frozen=True, slots=True)
class Matrix:
    """Neighbouring questions of one scale, to be shown as the rows of one table."""

    questions: tuple[Question, ...]

    @property
    def scale(self) -> str:
        """Code of the scale all rows share."""
        return self.questions[0].scale or ""


def blocks(section: Section, instrument: Instrument) -> Iterator[Question | Matrix]:
    """Questions and matrices in order.

    A matrix is two or more neighbours of a ``grid`` section that share a scale; a question with a
    hint, or an option that asks for a text, needs room of its own and stands alone.
    """
    run: list[Question] = []
    for question in section.questions:
        if run and not (question.scale == run[0].scale and question.type == run[0].type):
            yield from _closed(run)
            run = []
        alone = question.hint is not None or specify_options(question, instrument)
        if section.grid and question.type in MATRIX_TYPES and not alone:
            run.append(question)
        else:
            yield from _closed(run)
            run = []
            yield question
    yield from _closed(run)


def _closed(run: list[Question]) -> Iterator[Question | Matrix]:
    if len(run) > 1:
        yield Matrix(tuple(run))
    else:
        yield from run


def specify_options(question: Question, instrument: Instrument) -> tuple[Option, ...]:
    """Options of a question beside which a text is asked for."""
    if question.scale is None:
        return ()
    return tuple(option for option in instrument.scale_of(question).all_options if option.specify)


def has_missing_options(question: Question, instrument: Instrument) -> bool:
    """Whether some option of the question is declared missing."""
    return question.scale is not None and any(o.missing for o in instrument.scale_of(question).all_options)


def number_text(value: float) -> str:
    """A number as platforms write it: 5 rather than 5.0."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
