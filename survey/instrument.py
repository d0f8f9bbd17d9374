"""The instrument: what is measured, with which questions, from which sources, in which version."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey.constructs import ConstructModel
from survey.definition_files import read_definition
from survey.errors import InstrumentError
from survey.indicators import Indicator
from survey.questionnaire import Facet, Question, Section
from survey.routing import Compare, Condition, Count, Selected, conditions_in, questions_in
from survey.scales import Scale
from survey.texts import Code, Definition, Text

__all__ = ["Attribute", "Instrument", "Source", "Translation", "read_instrument"]


class Source(Definition):
    """Where a part of the instrument comes from."""

    cite: str
    note: Text | None = None


class Attribute(Definition):
    """Something customers judge by a pair of Kano questions.

    ``indicators`` is the crosswalk to the indicator tree: none, one or several.
    """

    code: Code
    label: Text
    indicators: tuple[Code, ...] = ()


class Translation(Definition):
    """How one language version came about: translated, reviewed, adjudicated, pretested, by whom and when."""

    language: str
    step: Literal["original", "translated", "reviewed", "adjudicated", "pretested"]
    by: str
    on: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    note: Text | None = None


class Instrument(Definition):
    """Indicators, questionnaire, scales, sources, licence and version.

    ``naming`` says what results of this instrument may and may not be called.
    """

    schema_: Literal["satix.instrument/1"] = Field(default="satix.instrument/1", alias="schema")
    instrument: Code
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: Text
    purpose: Text
    languages: tuple[str, ...] = Field(min_length=1)
    licence: Text
    sources: tuple[Source, ...] = ()
    scales: dict[Code, Scale]
    index: Indicator
    attributes: tuple[Attribute, ...] = ()
    constructs: ConstructModel | None = None
    naming: Text | None = None
    translation: tuple[Translation, ...] = ()
    sections: tuple[Section, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        nodes = [node.code for node in self.index.walk()]
        questions = [question.code for question in self.questions]
        for kind, codes in (
            ("indicator", nodes),
            ("question", questions),
            ("section", [section.code for section in self.sections]),
            ("attribute", [attribute.code for attribute in self.attributes]),
        ):
            doubled = sorted(code for code, count in Counter(codes).items() if count > 1)
            if doubled:
                raise PydanticCustomError(
                    f"survey.{kind}_code_twice", "codes used twice: {codes}", {"codes": ", ".join(doubled)}
                )
        self._check_references(set(nodes), set(questions))
        self._check_every_leaf_is_measured()
        return self

    def _check_references(self, nodes: set[str], questions: set[str]) -> None:
        attributes = {attribute.code for attribute in self.attributes}
        leaves = {leaf.code for leaf in self.index.leaves()}
        for attribute in self.attributes:
            for code in attribute.indicators:
                _known("indicator", code, nodes, attribute.code)
        for construct in self.constructs.constructs if self.constructs else ():
            for item in construct.items:
                _known("question", item, questions, construct.code)
        seen: set[str] = set()
        for question in self.questions:
            if question.scale is not None:
                _known("scale", question.scale, set(self.scales), question.code)
            if question.measures is not None:
                _known("indicator", question.measures, nodes, question.code)
                if question.measures not in leaves:
                    raise PydanticCustomError(
                        "survey.measures_a_branch",
                        "question {question} measures {indicator}, which has indicators of its own",
                        {"question": question.code, "indicator": question.measures},
                    )
            if question.attribute is not None:
                _known("attribute", question.attribute, attributes, question.code)
            if question.expects is not None and question.scale is not None:
                codes = {str(option.code) for option in self.scales[question.scale].all_options}
                _known("option", str(question.expects), codes, question.code)
            scored = question.type == "scale" and question.facet not in {None, "functional", "dysfunctional"}
            if scored and question.scale is not None and not self.scales[question.scale].scored:
                raise PydanticCustomError(
                    "survey.scale_without_scores",
                    "question {question} needs a scale with scores; {scale} has none",
                    {"question": question.code, "scale": question.scale},
                )
            if question.recommend and question.scale is not None:
                scale = self.scales[question.scale]
                if (scale.lowest_score, scale.highest_score, scale.size) != (0.0, 10.0, 11):
                    raise PydanticCustomError(
                        "survey.recommend_scale", "question {question} is not on 0 to 10", {"question": question.code}
                    )
            if question.show_if is not None:
                for code in questions_in(question.show_if):
                    _known("question", code, questions, question.code)
                    if code not in seen:
                        raise PydanticCustomError(
                            "survey.routing_looks_ahead",
                            "question {question} is shown depending on {later}, which is asked later",
                            {"question": question.code, "later": code},
                        )
                for condition in conditions_in(question.show_if):
                    self._check_condition(condition, question.code)
            seen.add(question.code)

    def _check_condition(self, condition: Condition, owner: str) -> None:
        """Refuse a condition that could never be evaluated, or never be true."""
        by_code = {question.code: question for question in self.questions}
        problem: str | None = None
        if isinstance(condition, Compare):
            asked = by_code[condition.question]
            scored = asked.scale is not None and asked.type in {"scale", "single"} and self.scales[asked.scale].scored
            if asked.type != "number" and not scored:
                problem = "survey.routing_compares_no_score"
        elif isinstance(condition, Selected):
            asked = by_code[condition.question]
            if asked.scale is None:
                problem = "survey.routing_selects_no_option"
            else:
                codes = {str(option.code) for option in self.scales[asked.scale].answers}
                for code in condition.selected:
                    _known("option", str(code), codes, owner)
        elif isinstance(condition, Count):
            asked = by_code[condition.count]
            if asked.type != "multiple":
                problem = "survey.routing_counts_single"
        else:
            return
        if problem is not None:
            raise PydanticCustomError(
                problem, "question {question} cannot depend on {other} so", {"question": owner, "other": asked.code}
            )

    def _check_every_leaf_is_measured(self) -> None:
        measured = {question.measures for question in self.questions_of(facet="performance")}
        bare = [leaf.code for leaf in self.index.leaves() if leaf.code not in measured]
        if bare:
            raise PydanticCustomError(
                "survey.indicator_without_question",
                "no performance question measures: {codes}",
                {"codes": ", ".join(bare)},
            )

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every question in presentation order."""
        return tuple(question for section in self.sections for question in section.questions)

    @cached_property
    def _by_code(self) -> dict[str, Question]:
        return {question.code: question for question in self.questions}

    def question(self, code: str) -> Question:
        """The question of that code; KeyError when there is none."""
        return self._by_code[code]

    def scale_of(self, question: Question | str) -> Scale:
        """The scale of a question that has one; KeyError for number and text questions."""
        asked = self._by_code[question] if isinstance(question, str) else question
        return self.scales[asked.scale or ""]

    @cached_property
    def series(self) -> tuple[str, ...]:
        """Names of the further measurements, in order of first appearance; empty where each facet is asked once."""
        return tuple(dict.fromkeys(question.series for question in self.questions if question.series is not None))

    def questions_of(
        self, *, facet: Facet | None = None, measures: str | None = None, series: str | None = None
    ) -> tuple[Question, ...]:
        """Questions with the given facet and indicator, in presentation order.

        Without ``series`` those of the main measurement, on which the index rests; with it, those of
        that further measurement only.
        """
        return tuple(
            question
            for question in self.questions
            if question.series == series
            and (facet is None or question.facet == facet)
            and (measures is None or question.measures == measures)
        )


def _known(kind: str, code: str, known: set[str], owner: str) -> None:
    if code not in known:
        raise PydanticCustomError(
            f"survey.unknown_{kind}",
            "{owner} names the unknown " + kind + " {code}",
            {"owner": owner, "code": code, "known": ", ".join(sorted(known)[:12])},
        )


def read_instrument(path: Path) -> Instrument:
    """Read an instrument from YAML.

    Raises
    ------
    InstrumentError
        The file is missing or at fault; every fault is listed with its line.
    """
    return read_definition(path, Instrument, error=InstrumentError)
