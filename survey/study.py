"""The study: which instrument, which waves, which files, and what to make of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from survey.channel_sources import ChannelSource
from survey.database_address import holds_password, is_database_address, query_name
from survey.definition_files import read_definition
from survey.errors import StudyError
from survey.inner_paths import InnerPath, inside
from survey.sampling import SamplingDesign
from survey.texts import Code, Definition, Text

__all__ = [
    "FIRST_RULES",
    "SPECIFICATION_DEFAULTS",
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

RuleName = Literal[
    "duplicate",
    "speeder",
    "straight_line",
    "missing_share",
    "attention",
    "attention_slip",
    "item_speed",
    "relative_speed",
    "longstring",
    "pattern",
    "near_duplicate",
    "irv",
    "reversed_pairs",
    "synonyms",
    "antonyms",
    "even_odd",
    "mahalanobis",
    "missing_kind",
]
FIRST_RULES: tuple[RuleName, ...] = ("duplicate", "speeder", "straight_line", "missing_share", "attention")
"""The rules of specification 1."""
SPECIFICATION_DEFAULTS: dict[int, dict[str, object]] = {2: {"attention_slips": 2}}
"""Where a version has other defaults than the first."""
AnalysisName = Literal["reliability", "measurement", "gap", "importance_performance", "segments", "change"]


def _inside_if_path(instrument: str) -> str:
    return inside(instrument) if instrument.endswith((".yaml", ".yml")) else instrument


class Wave(Definition):
    """A round of measurement.

    ``instrument_version`` names the version of the instrument it was asked with, where that is not the study's.
    """

    wave: Code
    label: Text
    starts: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    instrument_version: str | None = Field(default=None, pattern=r"^\d+\.\d+\.\d+$")


class Source(Definition):
    """A file of answers, exactly as downloaded, or what a query gives.

    ``database`` is an address as SQLAlchemy writes it, with ``${NAME}`` for what the environment holds (a password
    never stands in it), ``query`` one SELECT or a ``.sql`` file below the study folder. ``wave`` puts the whole source
    into one wave; a mapping that maps a wave column does so row by row.
    """

    file: InnerPath | None = None
    database: Annotated[str, Field(min_length=1)] | None = None
    query: Annotated[str, Field(min_length=1)] | None = None
    mapping: InnerPath
    wave: Code | None = None
    channel: Code = "survey"

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.file is None) == (self.database is None) or (self.database is None) != (self.query is None):
            raise PydanticCustomError("survey.source_file_or_database", "either file, or database and query")
        if self.database is not None and not is_database_address(self.database):
            raise PydanticCustomError("survey.database_address", "this is no address of a database")
        if self.database is not None and holds_password(self.database):
            raise PydanticCustomError("survey.database_password", "a password stands in the address of the database")
        if self.query_file is not None:
            inside(self.query_file)
        return self

    @property
    def query_file(self) -> str | None:
        """The ``.sql`` file that holds the query, where it is not written out."""
        named = None if self.query is None else self.query.strip()
        return named if named is not None and "\n" not in named and named.casefold().endswith(".sql") else None

    @property
    def name(self) -> str:
        """What the source is called in results: its file, the file of its query, or the database and a mark."""
        return self.file or self.query_file or query_name(self.database or "", self.query or "")


class Screening(Definition):
    """Rules for answers that deserve a second look, and the thresholds in force.

    Every rule is applied and counted; only rules under ``exclude`` leave the estimates, and then both indices are
    shown. ``specification`` is the version of the rules: 1, where a study names none, counts as flagged what the
    first five rules find (those of ``FIRST_RULES``) and lists the others beside it; 2 flags by every rule and takes
    one missed attention check for a slip. A version never changes: new defaults come as a new one, so that a study
    evaluated again gives what it gave. ``survey.screening`` says what each rule does and where its threshold is from.
    """

    specification: Literal[1, 2] = 1
    exclude: tuple[RuleName, ...] = ()
    speeder_share: float = Field(default=0.3, gt=0, lt=1)
    seconds_per_item: float = Field(default=1.0, ge=0)
    straight_line_items: int = Field(default=6, ge=3)
    missing_share: float = Field(default=0.5, gt=0, lt=1)
    duplicate_key: tuple[Code, ...] = ()
    attention_slips: int = Field(default=1, ge=1)
    item_seconds: float = Field(default=2.0, ge=0)
    relative_speed: float = Field(default=2.0, gt=1)
    longstring_share: float = Field(default=0.5, gt=0, le=1)
    longstring_items: int = Field(default=6, ge=6)
    pattern_correlation: float = Field(default=0.8, gt=0, le=1)
    pattern_lags: int = Field(default=10, ge=1, le=50)
    pattern_items: int = Field(default=20, ge=6)
    near_duplicate_share: float = Field(default=0.85, gt=0, le=1)
    near_duplicate_items: int = Field(default=30, ge=10)
    near_duplicate_limit: int = Field(default=10_000, ge=0, le=50_000)
    irv_below: float = Field(default=0.3, ge=0)
    irv_items: int = Field(default=10, ge=5)
    reversed_distance: float = Field(default=0.5, gt=0, lt=1)
    reversed_share: float = Field(default=0.5, ge=0, lt=1)
    reversed_least: int = Field(default=2, ge=1)
    synonym_correlation: float = Field(default=0.6, gt=0, lt=1)
    synonym_below: float = Field(default=0.22, gt=-1, lt=1)
    antonym_correlation: float = Field(default=-0.6, gt=-1, lt=0)
    antonym_above: float = Field(default=-0.03, gt=-1, lt=1)
    pairs_least: int = Field(default=5, ge=3)
    even_odd_below: float = Field(default=0.3, gt=-1, lt=1)
    even_odd_scales: int = Field(default=5, ge=3)
    mahalanobis_p: float = Field(default=0.001, gt=0, lt=0.5)
    missing_kind_share: float = Field(default=0.25, gt=0, lt=1)

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_version(cls, content: object) -> object:
        if not isinstance(content, dict):
            return content
        version = content.get("specification", 1)
        return {**SPECIFICATION_DEFAULTS.get(version, {}), **content} if isinstance(version, int) else content

    @property
    def counted(self) -> tuple[RuleName, ...]:
        """The rules whose flags count: those of the version, and whatever is excluded by."""
        rules = FIRST_RULES if self.specification == 1 else get_args(RuleName)
        return tuple(rule for rule in get_args(RuleName) if rule in rules or rule in self.exclude)


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
    channels: tuple[ChannelSource, ...] = ()
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
            ("survey.source_twice", [f"{source.name} ({source.wave or '-'})" for source in self.sources]),
            ("survey.channel_source_twice", [f"{each.code} ({each.wave or '-'})" for each in self.channels]),
        ):
            again = sorted(code for code, count in Counter(named).items() if count > 1)
            if again:
                raise PydanticCustomError(problem, "named twice: {codes}", {"codes": ", ".join(again)})
        for file, named_wave in [(part.name, part.wave) for part in self.sources] + [
            (part.file, part.wave) for part in self.channels
        ]:
            if named_wave is not None and named_wave not in waves:
                raise PydanticCustomError(
                    "survey.unknown_wave",
                    "{owner} names the unknown wave {code}",
                    {"owner": file, "code": named_wave, "known": ", ".join(waves)},
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
