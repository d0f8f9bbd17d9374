"""The study: which instrument, which waves, which files, and what to make of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from survey.definition_files import read_definition
from survey.errors import StudyError
from survey.sampling import SamplingDesign
from survey.texts import Code, Definition, Text

__all__ = [
    "AnalysisName",
    "Limits",
    "RuleName",
    "Screening",
    "Segment",
    "Source",
    "Study",
    "Target",
    "Wave",
    "read_study",
]

RuleName = Literal["duplicate", "speeder", "straight_line", "missing_share", "attention"]
AnalysisName = Literal["reliability", "measurement", "gap", "importance_performance", "segments", "change"]


def _inside_if_path(instrument: str) -> str:
    return _inside(instrument) if instrument.endswith((".yaml", ".yml")) else instrument


def _inside(path: str) -> str:
    pure = PurePosixPath(path.replace("\\", "/"))
    if pure.is_absolute() or ".." in pure.parts or ":" in pure.parts[0]:
        raise PydanticCustomError("survey.path_leaves_folder", "{path} leads out of the study folder", {"path": path})
    return str(pure)


InnerPath = Annotated[str, Field(min_length=1), AfterValidator(_inside)]
"""A path below the study folder."""


class Wave(Definition):
    """A round of measurement.

    ``instrument_version`` names the version of the instrument it was asked with, where that is not the study's.
    """

    wave: Code
    label: Text
    starts: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    instrument_version: str | None = Field(default=None, pattern=r"^\d+\.\d+\.\d+$")


class Source(Definition):
    """A file of answers, exactly as downloaded.

    ``wave`` puts the whole file into one wave; a mapping that maps a wave column does so row by row.
    """

    file: InnerPath
    mapping: InnerPath
    wave: Code | None = None
    channel: Code = "survey"


class Screening(Definition):
    """Rules for answers that deserve a second look.

    Every rule flags; only rules under ``exclude`` leave the estimates, and then both indices are
    shown. ``speeder_share`` is the share of the median duration below which a response is a
    speeder, ``seconds_per_item`` an absolute floor; a response is a straight line when at least
    ``straight_line_items`` scale items of one section share one answer; ``missing_share`` is the
    share of shown items left unanswered above which a response is flagged.
    """

    exclude: tuple[RuleName, ...] = ()
    speeder_share: float = Field(default=0.3, gt=0, lt=1)
    seconds_per_item: float = Field(default=1.0, ge=0)
    straight_line_items: int = Field(default=6, ge=3)
    missing_share: float = Field(default=0.5, gt=0, lt=1)
    duplicate_key: tuple[Code, ...] = ()


class Segment(Definition):
    """A single-choice question whose options split the respondents."""

    question: Code
    label: Text | None = None


class Target(Definition):
    """What was promised for an indicator: a level (index points) or a change since the wave before."""

    indicator: Code
    level: float | None = Field(default=None, ge=0, le=100)
    change: float | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.level is None) == (self.change is None):
            raise PydanticCustomError(
                "survey.target_level_or_change",
                "the target of {indicator} is either a level or a change",
                {"indicator": self.indicator},
            )
        return self


class Limits(Definition):
    """Small cells: fewer than ``suppress`` respondents are not shown, fewer than ``indicative`` get no verdict."""

    suppress: int = Field(default=10, ge=1)
    indicative: int = Field(default=30, ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.suppress > self.indicative:
            raise PydanticCustomError(
                "survey.limits_order",
                "suppress ({suppress}) is larger than indicative ({indicative})",
                {"suppress": self.suppress, "indicative": self.indicative},
            )
        return self


class Study(Definition):
    """A satisfaction study, as its ``study.yaml`` says it.

    ``performance_series`` names, for the service gap and the importance-performance grid, the series
    of performance questions to use where the instrument rates its indicators more than once; without
    an entry an analysis uses the main measurement, as the index always does.
    """

    schema_: Literal["satix.study/1"] = Field(default="satix.study/1", alias="schema")
    study: Code
    title: Text
    instrument: Annotated[str, Field(min_length=1), AfterValidator(_inside_if_path)]
    instrument_version: str | None = Field(default=None, pattern=r"^\d+\.\d+\.\d+$")
    languages: tuple[Literal["zh", "en"], ...] = ("zh", "en")
    note: Text | None = None
    sampling: SamplingDesign = SamplingDesign()
    waves: tuple[Wave, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = ()
    screening: Screening = Screening()
    indicator_weights: Literal["declared", "equal"] = "declared"
    minimum_answered: float = Field(default=0.5, gt=0, le=1)
    segments: tuple[Segment, ...] = ()
    targets: tuple[Target, ...] = ()
    analyses: tuple[AnalysisName, ...] | None = None
    performance_series: dict[Literal["gap", "importance_performance"], Code] = {}
    limits: Limits = Limits()
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    power: float = Field(default=0.8, gt=0.5, lt=1)
    seed: int = Field(default=20240101, ge=0)
    reports: tuple[Literal["xlsx", "html"], ...] = ("xlsx", "html")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        waves = [wave.wave for wave in self.waves]
        doubled = sorted(code for code, count in Counter(waves).items() if count > 1)
        if doubled:
            raise PydanticCustomError(
                "survey.wave_code_twice", "waves named twice: {codes}", {"codes": ", ".join(doubled)}
            )
        for problem, named in (
            ("survey.target_twice", [target.indicator for target in self.targets]),
            ("survey.segment_twice", [segment.question for segment in self.segments]),
            ("survey.source_twice", [f"{source.file} ({source.wave or '-'})" for source in self.sources]),
        ):
            again = sorted(code for code, count in Counter(named).items() if count > 1)
            if again:
                raise PydanticCustomError(problem, "named twice: {codes}", {"codes": ", ".join(again)})
        for source in self.sources:
            if source.wave is not None and source.wave not in waves:
                raise PydanticCustomError(
                    "survey.unknown_wave",
                    "{owner} names the unknown wave {code}",
                    {"owner": source.file, "code": source.wave, "known": ", ".join(waves)},
                )
        return self


def read_study(path: Path) -> Study:
    """Read a study file.

    Raises
    ------
    StudyError
        The file is missing or at fault; every fault is listed with its line.
    """
    return read_definition(path, Study, error=StudyError)
