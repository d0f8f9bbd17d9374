"""The schema of ``plan.json``: every figure of a plan at full precision, with what it rests on.

Reports are made from this record alone. The same plan and seed give the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from analysis.results import Bilingual, Number, Record
from survey.errors import Place, SatixError

__all__ = [
    "AllocationMethodRecord",
    "AllocationRecord",
    "AlphaRow",
    "AssumptionRow",
    "ChangeChanceRow",
    "ChannelRow",
    "ChannelsRecord",
    "IndexRow",
    "PlanRecord",
    "SimulationRecord",
    "SizeRow",
    "StratumRow",
    "WaveDesignRecord",
    "WavesRecord",
    "dump_plan",
    "read_plan_record",
]

AllocationName = Literal["proportional", "neyman", "cost_optimal"]


class SizeRow(Record):
    """See :class:`analysis.planning.sample_size.SampleSizeResult`."""

    size: str
    label: Bilingual
    method: Literal["share", "mean", "krejcie_morgan"]
    expected: Number  # the share, or the standard deviation
    margin: Number
    quantile: Number
    population: Number
    design_effect: Number
    response_rate: Number
    unlimited: Number
    exact: Number
    respondents: int
    invitations: int
    more_than_population: bool


class StratumRow(Record):
    """A stratum as planned."""

    stratum: str
    label: Bilingual
    population: int
    sd: Number
    cost: Number


class AllocationMethodRecord(Record):
    """Sizes by one method, in the order of the strata."""

    method: AllocationName
    exact: list[Number]
    n: list[int]
    std_error: Number  # of the stratified mean
    cost: Number


class AllocationRecord(Record):
    """A sample spread over strata."""

    n: int
    minimum: int
    strata: list[StratumRow]
    methods: list[AllocationMethodRecord]


class WaveDesignRecord(Record):
    """See :class:`analysis.planning.wave_designs.WaveDesignRow`."""

    design: Literal["independent", "overlap", "panel"]
    overlap: Number
    std_error: Number
    estimate: Number
    n_for_target: int | None


class WavesRecord(Record):
    """Change that two waves can prove."""

    n_1: int
    n_2: int
    sd_1: Number
    sd_2: Number
    correlation: Number
    design_effect: Number
    tests: int
    target_change: Number
    rows: list[WaveDesignRecord]


class ChannelRow(Record):
    """A channel: contacts for the completes wanted, and cost for the target margin (None where none is set)."""

    channel: str
    label: Bilingual
    response_rate: Number
    eligibility: Number
    design_effect: Number
    frame: int | None
    completes: int | None
    contacts: int | None
    frame_holds_contacts: bool
    respondents_for_margin: int | None
    contacts_for_margin: int | None
    cost: Number
    cost_per_respondent: Number
    feasible: bool


class ChannelsRecord(Record):
    """Channels, those with a cost cheapest first."""

    margin: Number
    figure: Literal["share", "mean"] | None
    expected: Number
    population: Number
    currency: Bilingual
    rows: list[ChannelRow]


class AssumptionRow(Record):
    """One assumption of the simulation; ``code`` and ``label`` name what it holds for (None: in general)."""

    kind: Literal[
        "loading", "correlation", "formative_correlation", "mean", "sd", "nonresponse", "asked", "design_effect"
    ]
    code: str | None
    label: Bilingual
    value: Number


class AlphaRow(Record):
    """See :class:`analysis.planning.simulation_result.AlphaForecast`."""

    indicator: str
    items_per_factor: int | None
    n_items: int
    respondents: int
    n: int
    estimate: Number
    std_error: Number
    lower: Number
    upper: Number
    range_lower: Number
    range_upper: Number
    chance_wanted: Number
    undefined: int


class IndexRow(Record):
    """See :class:`analysis.planning.simulation_result.IndexForecast`."""

    indicator: str
    items_per_factor: int | None
    respondents: int
    n: Number
    estimate: Number
    sd: Number
    margin: Number
    margin_nine_in_ten: Number
    undefined: int


class ChangeChanceRow(Record):
    """See :class:`analysis.planning.simulation_result.ChangeForecast`."""

    indicator: str
    items_per_factor: int | None
    respondents: int
    change: Number
    mean_difference: Number
    std_error: Number
    chance: Number
    chance_std_error: Number
    level: Number
    undefined: int


class SimulationRecord(Record):
    """What the simulated studies found, and what was assumed."""

    instrument: str
    instrument_version: str
    instrument_title: Bilingual
    replicates: int
    tests: int
    alpha_wanted: Number
    minimum_answered: Number
    levels: dict[str, int]
    labels: dict[str, Bilingual]
    assumptions: list[AssumptionRow]
    alphas: list[AlphaRow]
    indices: list[IndexRow]
    changes: list[ChangeChanceRow]


class PlanRecord(Record):
    """The whole file."""

    schema_: Literal["satix.plan-results/1"] = Field(default="satix.plan-results/1", alias="schema")
    plan: str
    title: Bilingual
    note: Bilingual | None
    confidence: Number
    power: Number
    seed: int
    sizes: list[SizeRow]
    allocation: AllocationRecord | None
    waves: WavesRecord | None
    channels: ChannelsRecord | None
    simulation: SimulationRecord | None


def dump_plan(record: PlanRecord) -> str:
    """The file's text: UTF-8 JSON, keys in schema order, floats in shortest round-trip form."""
    content = record.model_dump(mode="json", by_alias=True)
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read_plan_record(path: Path) -> PlanRecord:
    """Read ``plan.json``.

    Raises
    ------
    SatixError
        The file is missing, or is not one this version reads.
    """
    if not path.is_file():
        raise SatixError.of("analysis.plan_results_missing", Place(file=path.name))
    try:
        return PlanRecord.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError):
        raise SatixError.of("analysis.plan_results_unreadable", Place(file=path.name)) from None
