"""A questionnaire as a platform holds it, in neutral form, and what became of everything in the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from survey.errors import Place, Problem
from survey.routing import Condition
from survey.scales import MissingKind

__all__ = [
    "DraftOption",
    "DraftQuestion",
    "DraftSection",
    "Fate",
    "Kind",
    "Platform",
    "SourceItem",
    "StructureDraft",
    "Wordings",
]

Wordings = Mapping[str, str]
"""Wording by language code; empty where the source has none."""
Kind = Literal["scale", "single", "multiple", "ranking", "number", "text"]
Fate = Literal["carried", "merged", "left_out"]
Platform = Literal["xlsform", "formr", "limesurvey", "qualtrics", "surveyjs", "wenjuanxing", "redcap", "ddi"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOption:
    """One option; ``score`` only where the platform declares one, ``missing`` where choosing it is no answer."""

    code: int | float | str
    label: Wordings = field(default_factory=dict)
    score: float | None = None
    missing: MissingKind | None = None
    specify: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftQuestion:
    """One question.

    ``kind`` is ``scale`` only where the platform says so (a rating, a rating matrix). ``list_name`` is
    the name under which the source keeps its options. ``demographic`` and ``recommend`` are set where
    the platform's own type says so (gender; likelihood to recommend). ``unordered``: the options stand in no order that
    means anything; ``attention``: the wording tells what to choose, namely ``expects`` where that is evident.
    ``known_as`` are the names by which the source
    refers to it (an id, a row of an id), and ``spellings`` how it calls its options where that is not the code: both
    join an export of answers to its questionnaire.
    """

    code: str
    kind: Kind
    text: Wordings
    hint: Wordings = field(default_factory=dict)
    purpose: Wordings = field(default_factory=dict)
    options: tuple[DraftOption, ...] = ()
    list_name: str | None = None
    required: bool = False
    lowest: float | None = None
    highest: float | None = None
    show_if: Condition | None = None
    demographic: bool = False
    recommend: bool = False
    identifying: bool = False
    unordered: bool = False
    attention: bool = False
    expects: int | float | str | None = None
    known_as: tuple[str, ...] = ()
    spellings: Mapping[str, int | float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSection:
    """Questions presented together; ``grid`` where the source shows them as the rows of a matrix."""

    code: str
    title: Wordings
    stem: Wordings = field(default_factory=dict)
    grid: bool = False
    questions: tuple[DraftQuestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceItem:
    """Something the source asks, shows or records, and what became of it.

    ``carried``: it is the questions named; ``merged``: its content stands in the question or section
    named; ``left_out``: a remark says why.
    """

    name: str
    kind: str
    place: Place
    fate: Fate
    into: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureDraft:
    """A questionnaire read from a platform's file.

    Every entry of the source is one of ``items``. ``remarks`` are warnings where respondents or answers
    are touched, notes where it is only worth knowing.
    """

    platform: Platform
    file: str
    title: Wordings
    languages: tuple[str, ...]
    sections: tuple[DraftSection, ...]
    items: tuple[SourceItem, ...]
    remarks: tuple[Problem, ...]

    @property
    def questions(self) -> tuple[DraftQuestion, ...]:
        """Every question in presentation order."""
        return tuple(question for section in self.sections for question in section.questions)

    def counts(self) -> dict[Fate, int]:
        """How many entries of the source were carried, merged and left out."""
        fates: list[Fate] = [item.fate for item in self.items]
        return {"carried": fates.count("carried"), "merged": fates.count("merged"), "left_out": fates.count("left_out")}
