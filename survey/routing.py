"""When a question is shown: a small closed expression tree, as data.

No embedded language: the tree can be evaluated on answers and rendered for any platform.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

import numpy as np
from pydantic import Discriminator, Field, Tag

from survey.texts import Code, Definition

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "All",
    "Any",
    "Compare",
    "Condition",
    "Count",
    "IsMissing",
    "Not",
    "Selected",
    "conditions_in",
    "evaluate",
    "questions_in",
]


class Selected(Definition):
    """True where the answer to ``question`` is one of ``selected`` (option codes)."""

    question: Code
    selected: tuple[int | float | str, ...] = Field(min_length=1)


class Compare(Definition):
    """True where the score of ``question`` stands in relation ``is`` to ``value``; false where unanswered."""

    question: Code
    relation: Literal["=", "!=", "<", "<=", ">", ">="] = Field(alias="is")
    value: float


class IsMissing(Definition):
    """True where ``is_missing`` was not answered."""

    is_missing: Code


class Count(Definition):
    """True where at least ``at_least`` options of a multiple choice were ticked."""

    count: Code
    at_least: int = Field(ge=1)


class Not(Definition):
    """True where ``not`` is false."""

    not_: Condition = Field(alias="not")


class All(Definition):
    """True where every part is true."""

    all_: tuple[Condition, ...] = Field(alias="all", min_length=1)


class Any(Definition):
    """True where some part is true."""

    any_: tuple[Condition, ...] = Field(alias="any", min_length=1)


def _kind(value: object) -> str:
    if isinstance(value, Definition):
        return type(value).__name__
    keys = value if isinstance(value, Mapping) else {}
    for key, name in (("all", "All"), ("any", "Any"), ("not", "Not"), ("is_missing", "IsMissing"), ("count", "Count")):
        if key in keys:
            return name
    return "Selected" if "selected" in keys else "Compare"


Condition = Annotated[
    Annotated[Selected, Tag("Selected")]
    | Annotated[Compare, Tag("Compare")]
    | Annotated[IsMissing, Tag("IsMissing")]
    | Annotated[Count, Tag("Count")]
    | Annotated[Not, Tag("Not")]
    | Annotated[All, Tag("All")]
    | Annotated[Any, Tag("Any")],
    Discriminator(_kind),
]

Not.model_rebuild()
All.model_rebuild()
Any.model_rebuild()


def conditions_in(condition: Condition) -> Iterator[Condition]:
    """A condition and every part of it."""
    yield condition
    match condition:
        case Not():
            yield from conditions_in(condition.not_)
        case All():
            for part in condition.all_:
                yield from conditions_in(part)
        case Any():
            for part in condition.any_:
                yield from conditions_in(part)


def questions_in(condition: Condition) -> Iterator[str]:
    """Codes of every question a condition looks at."""
    match condition:
        case Selected() | Compare():
            yield condition.question
        case IsMissing():
            yield condition.is_missing
        case Count():
            yield condition.count
        case Not():
            yield from questions_in(condition.not_)
        case All():
            for part in condition.all_:
                yield from questions_in(part)
        case Any():
            for part in condition.any_:
                yield from questions_in(part)


class AnswerLookup(Protocol):
    """What :func:`evaluate` needs to know of the answers; a response set supplies it."""

    def scores(self, question: str) -> NDArray[np.float64]:
        """Scores per respondent, NaN where unanswered."""
        ...

    def chosen(self, question: str, codes: tuple[int | float | str, ...]) -> NDArray[np.bool_]:
        """Where one of the option codes was chosen."""
        ...

    def answered(self, question: str) -> NDArray[np.bool_]:
        """Where there is an answer."""
        ...

    def ticked(self, question: str) -> NDArray[np.int64]:
        """How many options of a multiple choice were ticked."""
        ...


def evaluate(condition: Condition, answers: AnswerLookup) -> NDArray[np.bool_]:
    """Where the condition holds, one entry per respondent."""
    match condition:
        case Selected():
            return answers.chosen(condition.question, condition.selected)
        case Compare():
            scores = answers.scores(condition.question)
            relations = {
                "=": np.equal,
                "!=": np.not_equal,
                "<": np.less,
                "<=": np.less_equal,
                ">": np.greater,
                ">=": np.greater_equal,
            }
            result: NDArray[np.bool_] = relations[condition.relation](scores, condition.value) & ~np.isnan(scores)
            return result
        case IsMissing():
            return ~answers.answered(condition.is_missing)
        case Count():
            enough: NDArray[np.bool_] = answers.ticked(condition.count) >= condition.at_least
            return enough
        case Not():
            return ~evaluate(condition.not_, answers)
        case All():
            return np.asarray(np.all([evaluate(part, answers) for part in condition.all_], axis=0))
        case Any():
            return np.asarray(np.any([evaluate(part, answers) for part in condition.any_], axis=0))
