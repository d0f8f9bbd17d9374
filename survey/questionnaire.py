"""Questions: what is asked, on which scale, and which indicator and facet an answer speaks to."""

from __future__ import annotations

from typing import Literal, Self, get_args

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey.routing import Condition
from survey.texts import Code, Definition, Text

__all__ = ["SCORED_FACETS", "Facet", "Question", "QuestionType", "Role", "Section"]

QuestionType = Literal["scale", "single", "multiple", "ranking", "number", "text"]
Facet = Literal["performance", "expectation", "minimum", "importance", "functional", "dysfunctional", "outcome"]
Role = Literal["segment", "attention", "open", "paradata"]
SCORED_FACETS: tuple[Facet, ...] = get_args(Facet)


class Question(Definition):
    """One question.

    ``facet`` says what the answer is about (performance, expectation, importance ...) and
    ``measures`` which indicator it belongs to; ``attribute`` links a pair of Kano questions. A
    question that measures nothing has a ``role`` instead. ``series`` names a further measurement of
    the same facet of the same indicators (a satisfaction rating beside a perception rating);
    questions without one are the main measurement, on which the index rests. ``reverse`` declares that a high score
    is bad. ``expects`` is the option an attention check asks for. ``lowest`` and ``highest`` are
    the accepted ends of a number question. ``required`` asks the platform to insist on an answer;
    ``hint`` is an instruction shown (or, on the telephone, not read out) beside it; ``purpose`` says
    why a sensitive or identifying question is asked; a failed ``critical`` item of a checklist
    decides over the whole visit.
    """

    code: Code
    text: Text
    label: Text | None = None
    type: QuestionType = "scale"
    scale: Code | None = None
    facet: Facet | None = None
    role: Role | None = None
    measures: Code | None = None
    series: Code | None = None
    attribute: Code | None = None
    reverse: bool = False
    required: bool = False
    hint: Text | None = None
    purpose: Text | None = None
    critical: bool = False
    recommend: bool = False
    expects: int | float | str | None = None
    lowest: float | None = None
    highest: float | None = None
    show_if: Condition | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problem: str | None = None
        if (self.facet is None) == (self.role is None):
            problem = "survey.question_facet_or_role"
        elif self.facet in {"performance", "expectation", "minimum", "importance"} and self.measures is None:
            problem = "survey.question_measures_nothing"
        elif self.facet in {"functional", "dysfunctional"} and self.attribute is None:
            problem = "survey.question_without_attribute"
        elif self.role == "attention" and self.expects is None:
            problem = "survey.attention_without_expects"
        elif (self.type in {"scale", "single", "multiple", "ranking"}) != (self.scale is not None):
            problem = "survey.question_scale"
        elif self.series is not None and self.measures is None:
            problem = "survey.series_measures_nothing"
        elif self.recommend and self.facet != "outcome":
            problem = "survey.recommend_is_an_outcome"
        if problem:
            raise PydanticCustomError(problem, "question {question} is inconsistent", {"question": self.code})
        return self

    @property
    def name(self) -> Text:
        """The short label, or the wording where there is none."""
        return self.label or self.text


class Section(Definition):
    """Questions presented together; straight-lining is judged within a section and scale.

    ``stem`` is read once before them; ``grid`` presents neighbouring questions of one scale as the rows
    of a matrix.
    """

    code: Code
    title: Text
    stem: Text | None = None
    grid: bool = False
    questions: tuple[Question, ...] = Field(min_length=1)
