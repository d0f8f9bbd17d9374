"""Answer scales: code, label and score are three things, and some options are no answer at all."""

from __future__ import annotations

import hashlib
import json
import math
from functools import cached_property
from typing import Literal, Self, get_args

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey.texts import Definition, Text

__all__ = ["MISSING_CODES", "NOT_ASKED", "MissingKind", "Option", "Scale", "missing_kind_of"]

MissingKind = Literal[
    "not_shown",
    "skipped",
    "refused",
    "dont_know",
    "not_applicable",
    "not_in_version",
    "invalid",
    "redacted",
    "blank",
    "not_ranked",
]
MISSING_CODES: dict[MissingKind, int] = {kind: -place for place, kind in enumerate(get_args(MissingKind), start=1)}
"""The negative number that stands for each missing kind in a code matrix."""
NOT_ASKED: frozenset[MissingKind] = frozenset({"not_applicable", "not_shown", "not_in_version"})
"""Kinds that say the question did not concern the respondent: they leave a composite's denominator."""

PlatformCode = int | float | str


def missing_kind_of(code: int) -> MissingKind:
    """The missing kind behind a negative entry of a code matrix."""
    return get_args(MissingKind)[-code - 1]  # type: ignore[no-any-return]


class Option(Definition):
    """One option of a scale.

    ``code`` is what a file holds, ``label`` what the respondent reads, ``score`` what it counts;
    ``missing`` is set where choosing it is no answer. ``also`` lists other spellings seen in files.
    ``specify`` asks for a text beside the option ("other, please specify").
    """

    code: PlatformCode
    label: Text
    score: float | None = None
    missing: MissingKind | None = None
    also: tuple[str, ...] = ()
    specify: bool = False

    @model_validator(mode="after")
    def _missing_has_no_score(self) -> Self:
        if self.missing is not None and self.score is not None:
            raise PydanticCustomError(
                "survey.missing_option_with_score",
                "option {option} is declared missing and cannot have a score",
                {"option": str(self.code)},
            )
        return self


class Scale(Definition):
    """The options of a question, in order, with declared ends.

    Either ``from`` and ``to`` (whole steps; ``labels`` for the codes that have one) or ``options``
    (each with its code, label and score). ``missing`` names codes of a stepped scale that are no
    answer. The ends of the score are declared, never observed: ``lowest`` and ``highest`` default
    to the smallest and largest declared score. ``ordered: false`` marks categories without order.
    """

    from_: int | None = Field(default=None, alias="from")
    to: int | None = None
    labels: dict[int, Text] = {}
    missing: dict[PlatformCode, MissingKind] = {}
    options: tuple[Option, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    ordered: bool = True

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        stepped = self.from_ is not None or self.to is not None
        if stepped == bool(self.options):
            raise PydanticCustomError("survey.scale_form", "give either from and to, or options")
        if stepped and (self.from_ is None or self.to is None or self.to <= self.from_):
            raise PydanticCustomError("survey.scale_ends", "from must be smaller than to")
        if not stepped and (self.labels or self.missing):
            raise PydanticCustomError("survey.scale_form", "labels and missing belong to a scale with from and to")
        if self.from_ is not None and self.to is not None:
            named = {str(step) for step in range(self.from_, self.to + 1)} | {str(code) for code in self.missing}
            foreign = sorted(str(code) for code in self.labels if str(code) not in named)
            if foreign:
                raise PydanticCustomError(
                    "survey.label_outside_steps", "labels for no step: {codes}", {"codes": ", ".join(foreign)}
                )
        codes = [option.code for option in self.all_options]
        doubled = sorted({str(code) for code in codes if [str(c) for c in codes].count(str(code)) > 1})
        if doubled:
            raise PydanticCustomError("survey.code_twice", "codes used twice: {codes}", {"codes": ", ".join(doubled)})
        if not self.answers:
            raise PydanticCustomError(
                "survey.scale_without_answers", "every option is missing; at least one must be an answer"
            )
        if len(self.answers) > 999:
            raise PydanticCustomError("survey.scale_too_long", "more than 999 options; use a number question")
        if self.scored and not self.lowest_score < self.highest_score:
            raise PydanticCustomError("survey.scale_without_width", "the lowest and highest score are equal")
        outside = [
            o for o in self.answers if o.score is not None and not self.lowest_score <= o.score <= self.highest_score
        ]
        if outside:
            raise PydanticCustomError(
                "survey.score_outside_ends",
                "scores outside the declared ends: {codes}",
                {"codes": ", ".join(str(option.code) for option in outside)},
            )
        return self

    @cached_property
    def all_options(self) -> tuple[Option, ...]:
        """Every option, answers and missing ones, in declared order."""
        if self.options:
            return self.options
        if self.from_ is None or self.to is None:
            return ()
        steps = [
            Option(code=step, label=self.labels.get(step, Text(str(step))), score=float(step))
            for step in range(self.from_, self.to + 1)
            if step not in self.missing
        ]
        labels = {str(code): label for code, label in self.labels.items()}
        gone = [
            Option(code=code, label=labels.get(str(code), Text(str(code))), missing=kind)
            for code, kind in self.missing.items()
        ]
        return (*steps, *gone)

    @cached_property
    def answers(self) -> tuple[Option, ...]:
        """The options that are answers; position 1 is the first of them."""
        return tuple(option for option in self.all_options if option.missing is None)

    @property
    def size(self) -> int:
        """How many options are answers."""
        return len(self.answers)

    @property
    def scored(self) -> bool:
        """Whether at least two options carry a score, so that a mean has a meaning."""
        return len([option for option in self.answers if option.score is not None]) > 1

    @property
    def lowest_score(self) -> float:
        """Declared lower end of the score; NaN for a scale without scores."""
        scores = [option.score for option in self.answers if option.score is not None]
        return self.lowest if self.lowest is not None else min(scores, default=math.nan)

    @property
    def highest_score(self) -> float:
        """Declared upper end of the score; NaN for a scale without scores."""
        scores = [option.score for option in self.answers if option.score is not None]
        return self.highest if self.highest is not None else max(scores, default=math.nan)

    def score_table(self, *, reverse: bool = False) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Scores by position: entry ``k`` is the score of position ``k``; entry 0 and unscored options are NaN.

        With ``reverse`` a score ``s`` becomes ``lowest + highest - s``.
        """
        scores = [math.nan if option.score is None else option.score for option in self.answers]
        table = np.array([math.nan, *scores], dtype=np.float64)
        return self.lowest_score + self.highest_score - table if reverse else table

    @cached_property
    def fingerprint(self) -> str:
        """A digest of codes, scores and missing kinds: equal when two scales measure alike.

        Wording is left out: a corrected label does not break a time series, a new score does.
        """
        content = {
            "ends": [repr(self.lowest_score), repr(self.highest_score)],
            "ordered": self.ordered,
            "options": [[str(option.code), option.score, option.missing] for option in self.all_options],
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
