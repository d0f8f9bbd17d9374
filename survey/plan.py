"""The plan of a study before it is fielded: sizes, strata, waves, channels and what a simulation should assume."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey.definition_files import read_definition
from survey.errors import StudyError
from survey.texts import Code, Definition, Text

__all__ = [
    "FactorCorrelation",
    "Plan",
    "PlannedAllocation",
    "PlannedChange",
    "PlannedChannel",
    "PlannedChannels",
    "PlannedSimulation",
    "PlannedSize",
    "PlannedStratum",
    "PlannedWaves",
    "read_plan",
]

Share = Annotated[float, Field(gt=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Money = Annotated[float, Field(ge=0)]
Points = Annotated[float, Field(gt=0, lt=100)]
Loading = Annotated[float, Field(ge=0, lt=1)]
Missing = Annotated[float, Field(ge=0, lt=1)]
MOST_RESPONDENTS = 1_000_000
MOST_ITEMS = 50


class PlannedSize(Definition):
    """One figure and the margin it is to have.

    ``share`` (0-1, with ``margin`` 0-1) is for a share, ``sd`` (with ``margin`` in the same unit, such as index points)
    for a mean; ``krejcie_morgan`` uses the formula and rounding of their table.
    """

    size: Code
    label: Text | None = None
    share: float | None = Field(default=None, gt=0, lt=1)
    sd: Positive | None = None
    margin: Positive
    krejcie_morgan: bool = False
    population: int | None = Field(default=None, ge=1)
    design_effect: Positive = 1.0
    response_rate: Share | None = None

    @model_validator(mode="after")
    def _one_figure(self) -> Self:
        if (self.share is None) == (self.sd is None) or (self.krejcie_morgan and self.share is None):
            raise PydanticCustomError(
                "survey.plan_share_or_sd", "{part}: give either share or sd", {"part": f"size {self.size}"}
            )
        if self.share is not None and self.margin >= 1:
            raise PydanticCustomError("survey.plan_margin_is_a_share", "the margin is 0-1", {"found": self.margin})
        return self


class PlannedStratum(Definition):
    """A stratum: how many people it holds, how much they differ, what one respondent costs."""

    stratum: Code
    label: Text | None = None
    population: int = Field(ge=1)
    sd: float | None = Field(default=None, ge=0)
    cost: Positive | None = None


class PlannedAllocation(Definition):
    """A sample to spread over strata: ``n``, or the respondents of a ``size`` of this plan.

    ``minimum`` is the least sample of a stratum. Proportional allocation is always shown, Neyman's where every
    stratum has ``sd``, the cost-optimal one where every stratum has ``cost`` as well.
    """

    n: int | None = Field(default=None, ge=1)
    size: Code | None = None
    minimum: int = Field(default=0, ge=0)
    strata: tuple[PlannedStratum, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_total(self) -> Self:
        if (self.n is None) == (self.size is None):
            raise PydanticCustomError("survey.plan_n_or_size", "give either n or size")
        _no_code_twice("stratum", [stratum.stratum for stratum in self.strata])
        return self


class PlannedWaves(Definition):
    """Two waves to be compared: respondents, spread, and the correlation of a person's two answers.

    ``overlaps`` are shares (0-1) of the smaller wave asked in both: 0 independent samples, 1 a panel. ``target_change``
    is the change to be found; ``tests`` how many figures are tested together.
    """

    n: int = Field(ge=2)
    n_2: int | None = Field(default=None, ge=2)
    sd: Positive
    sd_2: Positive | None = None
    correlation: float = Field(default=0.5, ge=-1, le=1)
    overlaps: tuple[Annotated[float, Field(ge=0, le=1)], ...] = (0.0, 0.5, 1.0)
    target_change: Positive | None = None
    tests: int = Field(default=1, ge=1)
    design_effect: Positive = 1.0


class PlannedChannel(Definition):
    """A way to reach respondents.

    ``response_rate`` and ``eligibility`` are shares of those contacted; ``completes`` is the number of answers wanted
    from this channel, ``frame`` how many people can be contacted. Costs are in one currency.
    """

    channel: Code
    label: Text | None = None
    response_rate: Share
    eligibility: Share = 1.0
    completes: int | None = Field(default=None, ge=1)
    cost_per_complete: Money = 0.0
    cost_per_contact: Money = 0.0
    fixed_cost: Money = 0.0
    design_effect: Positive = 1.0
    frame: int | None = Field(default=None, ge=1)


class PlannedChannels(Definition):
    """Channels to be compared at one margin of error, of a share or (``sd``) of a mean."""

    margin: Positive | None = None
    share: float | None = Field(default=None, gt=0, lt=1)
    sd: Positive | None = None
    population: int | None = Field(default=None, ge=1)
    currency: Text | None = None
    channels: tuple[PlannedChannel, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _no_code_twice("channel", [channel.channel for channel in self.channels])
        if self.margin is not None and (self.share is None) == (self.sd is None):
            raise PydanticCustomError(
                "survey.plan_share_or_sd", "{part}: give either share or sd", {"part": "channels"}
            )
        if self.margin is None and not any(channel.completes for channel in self.channels):
            raise PydanticCustomError("survey.plan_channels_without_target", "give a margin, or completes")
        if self.share is not None and self.margin is not None and self.margin >= 1:
            raise PydanticCustomError("survey.plan_margin_is_a_share", "the margin is 0-1", {"found": self.margin})
        return self


class PlannedChange(Definition):
    """A true change (index points) of everything below an indicator, whose chance of being found is wanted."""

    indicator: Code
    change: float = Field(gt=-100, lt=100)


class FactorCorrelation(Definition):
    """Correlation of the factors below two nodes, where it differs from the general one."""

    between: tuple[Code, Code]
    correlation: float = Field(gt=-1, lt=1)


class PlannedSimulation(Definition):
    """What to assume of answers, and which sizes to try.

    A reflective node whose children are leaves is a factor; every leaf of a formative node is a factor of its own.
    ``correlation`` holds between factors, ``formative_correlation`` between leaves of one formative node (the same
    when left out), ``correlations`` for single pairs. ``loading`` is that of the item's underlying continuous judgement
    on its factor; ``mean`` and ``sd`` are those of the answers in index points (0-100); ``nonresponse`` is the share of
    item answers that is missing; ``asked`` the share of respondents a node is asked of at all. The plural keys change
    the general value for a question, a leaf or everything below a node, the nearest one winning.

    ``items`` are the numbers of items per factor to try beside the instrument as it is: a shorter block keeps its first
    items, a longer one gets parallel ones. ``tests`` is how many figures are tested together (left out: all nodes).
    """

    respondents: tuple[Annotated[int, Field(ge=10, le=MOST_RESPONDENTS)], ...] = Field(min_length=1)
    items: tuple[Annotated[int, Field(ge=1, le=MOST_ITEMS)], ...] = ()
    replicates: int = Field(default=1000, ge=100, le=100_000)
    changes: tuple[PlannedChange, ...] = ()
    loading: Loading = 0.7
    loadings: dict[Code, Loading] = {}
    correlation: float = Field(default=0.6, gt=-1, lt=1)
    formative_correlation: float | None = Field(default=None, gt=-1, lt=1)
    correlations: tuple[FactorCorrelation, ...] = ()
    mean: Points = 70.0
    means: dict[Code, Points] = {}
    sd: Points = 25.0
    sds: dict[Code, Points] = {}
    nonresponse: Missing = 0.05
    nonresponses: dict[Code, Missing] = {}
    asked: dict[Code, Share] = {}
    alpha_wanted: float = Field(default=0.7, gt=0, lt=1)
    tests: int | None = Field(default=None, ge=1)
    design_effect: Positive = 1.0
    indicator_weights: Literal["declared", "equal"] = "declared"
    minimum_answered: float = Field(default=0.5, gt=0, le=1)


class Plan(Definition):
    """What to find out before fielding a study; every part is optional, one at least is there."""

    schema_: Literal["satix.plan/1"] = Field(default="satix.plan/1", alias="schema")
    plan: Code
    title: Text
    languages: tuple[Literal["zh", "en"], ...] = ("zh", "en")
    reports: tuple[Literal["xlsx", "html"], ...] = ("xlsx", "html")
    note: Text | None = None
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    power: float = Field(default=0.8, gt=0.5, lt=1)
    seed: int = Field(default=20240101, ge=0)
    instrument: str | None = Field(default=None, min_length=1)
    instrument_version: str | None = Field(default=None, pattern=r"^\d+\.\d+\.\d+$")
    sizes: tuple[PlannedSize, ...] = ()
    allocation: PlannedAllocation | None = None
    waves: PlannedWaves | None = None
    channels: PlannedChannels | None = None
    simulation: PlannedSimulation | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        parts = (self.allocation, self.waves, self.channels, self.simulation)
        if not self.sizes and all(part is None for part in parts):
            raise PydanticCustomError("survey.plan_is_empty", "the plan asks for nothing")
        sizes = [size.size for size in self.sizes]
        _no_code_twice("size", sizes)
        if self.allocation is not None and self.allocation.size is not None and self.allocation.size not in sizes:
            raise PydanticCustomError(
                "survey.plan_unknown_size",
                "allocation names the unknown size {code}",
                {"code": self.allocation.size, "known": ", ".join(sizes)},
            )
        if self.simulation is not None and self.instrument is None:
            raise PydanticCustomError("survey.plan_simulation_needs_instrument", "the simulation needs an instrument")
        return self


def _no_code_twice(kind: str, codes: list[str]) -> None:
    doubled = sorted(code for code, count in Counter(codes).items() if count > 1)
    if doubled:
        raise PydanticCustomError(
            "survey.plan_code_twice", "{kind} named twice: {codes}", {"kind": kind, "codes": ", ".join(doubled)}
        )


def read_plan(path: Path) -> Plan:
    """Read a plan file.

    Raises
    ------
    StudyError
        The file is missing or at fault; every fault is listed with its line.
    """
    return read_definition(path, Plan, error=StudyError)
