"""Routing for platforms: the closed expression tree walked once, and rendered by each platform's dialect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from survey.instrument import Instrument
from survey.questionnaire import Question
from survey.routing import All, Any, Compare, Condition, Count, IsMissing, Not, Selected

__all__ = ["Dialect", "Relation", "render_condition"]

Relation = Literal["=", "!=", "<", "<=", ">", ">="]


class Dialect(Protocol):
    """How one platform says the few things routing needs; codes are the instrument's option codes."""

    def one_of(self, question: Question, codes: tuple[str, ...]) -> str:
        """One of the options (at least one is given) was chosen."""
        ...

    def compared(self, question: Question, relation: Relation, value: float) -> str:
        """A number was entered and stands in the relation to ``value``."""
        ...

    def empty(self, question: Question) -> str:
        """Nothing was entered or chosen."""
        ...

    def ticked(self, question: Question, codes: tuple[str, ...], at_least: int) -> str:
        """At least so many of the options were ticked."""
        ...

    def never(self) -> str:
        """False whatever is answered."""
        ...

    def negation(self, part: str) -> str:
        """The part is false."""
        ...

    def conjunction(self, parts: list[str]) -> str:
        """Every part (two or more) is true."""
        ...

    def disjunction(self, parts: list[str]) -> str:
        """Some part (of two or more) is true."""
        ...


def render_condition(condition: Condition, instrument: Instrument, dialect: Dialect) -> str:
    """A condition in a platform's dialect, true for the same answers as :func:`survey.routing.evaluate`.

    A comparison looks at scores (reversed where the question is), which no platform knows: it becomes
    the options whose score satisfies it. Options declared missing are no answers: a question on which
    one was chosen counts as missing.
    """

    def render(part: Condition) -> str:
        match part:
            case Selected():
                return _chosen(instrument.question(part.question), [str(code) for code in part.selected])
            case Compare():
                question = instrument.question(part.question)
                if question.type == "number":
                    return dialect.compared(question, part.relation, part.value)
                return _chosen(question, _satisfying(question, instrument, part))
            case IsMissing():
                return _missing(instrument.question(part.is_missing))
            case Count():
                question = instrument.question(part.count)
                return dialect.ticked(question, _answer_codes(question, instrument), part.at_least)
            case Not():
                return dialect.negation(render(part.not_))
            case All():
                return _joined([render(inner) for inner in part.all_], dialect.conjunction)
            case Any():
                return _joined([render(inner) for inner in part.any_], dialect.disjunction)

    def _chosen(question: Question, wanted: list[str]) -> str:
        codes = tuple(code for code in _answer_codes(question, instrument) if code in wanted)
        return dialect.one_of(question, codes) if codes else dialect.never()

    def _missing(question: Question) -> str:
        empty = dialect.empty(question)
        if question.scale is None:
            return empty
        options = instrument.scale_of(question).all_options
        gone = tuple(str(option.code) for option in options if option.missing is not None)
        return dialect.disjunction([empty, dialect.one_of(question, gone)]) if gone else empty

    return render(condition)


def _answer_codes(question: Question, instrument: Instrument) -> tuple[str, ...]:
    if question.scale is None:
        return ()
    return tuple(str(option.code) for option in instrument.scale_of(question).answers)


def _satisfying(question: Question, instrument: Instrument, comparison: Compare) -> list[str]:
    """Option codes whose score satisfies the comparison; options without a score satisfy none."""
    if question.type not in {"scale", "single"}:
        return []
    holds: dict[str, Callable[[float, float], bool]] = {
        "=": lambda score, value: score == value,
        "!=": lambda score, value: score != value,
        "<": lambda score, value: score < value,
        "<=": lambda score, value: score <= value,
        ">": lambda score, value: score > value,
        ">=": lambda score, value: score >= value,
    }
    scale = instrument.scale_of(question)
    scores = scale.score_table(reverse=question.reverse)[1:]
    return [
        str(option.code)
        for option, score in zip(scale.answers, scores, strict=True)
        if score == score and holds[comparison.relation](float(score), comparison.value)  # noqa: PLR0124  # not NaN
    ]


def _joined(parts: list[str], join: Callable[[list[str]], str]) -> str:
    return parts[0] if len(parts) == 1 else join(parts)
