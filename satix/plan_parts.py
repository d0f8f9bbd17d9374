"""The closed-form parts of a plan as records: sizes, allocation, waves, channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from survey.texts import Text

if TYPE_CHECKING:
    from analysis.planning.allocation import AllocationMethod
    from analysis.planning.channel_costs import ChannelCost
    from analysis.planning.plan_record import AllocationRecord, ChannelRow, ChannelsRecord, SizeRow, WavesRecord
    from survey.plan import Plan, PlannedAllocation, PlannedChannel, PlannedChannels, PlannedSize, PlannedWaves

Bilingual = dict[Literal["en", "zh"], str]

__all__ = ["allocation_record", "channels_record", "size_row", "waves_record"]


def _named(label: Text | None, code: str) -> Bilingual:
    return Text(code).both() if label is None else label.both()


def size_row(size: PlannedSize, confidence: float) -> SizeRow:
    """Respondents and invitations of one figure."""
    from analysis.planning.plan_record import SizeRow
    from analysis.planning.sample_size import krejcie_morgan_size, sample_size_for_mean, sample_size_for_share

    if size.krejcie_morgan and size.share is not None:
        found = krejcie_morgan_size(
            size.population,
            share=size.share,
            margin=size.margin,
            design_effect=size.design_effect,
            response_rate=size.response_rate,
        )
    else:
        function = sample_size_for_mean if size.sd is not None else sample_size_for_share
        found = function(
            size.sd or size.share or 0.0,
            size.margin,
            confidence=confidence,
            population=size.population,
            design_effect=size.design_effect,
            response_rate=size.response_rate,
        )
    return SizeRow(
        size=size.size,
        label=_named(size.label, size.size),
        method=found.method,
        expected=size.sd if size.share is None else size.share,
        margin=size.margin,
        quantile=found.quantile,
        population=size.population,
        design_effect=size.design_effect,
        response_rate=size.response_rate,
        unlimited=found.unlimited,
        exact=found.exact,
        respondents=found.respondents,
        invitations=found.invitations,
        more_than_population=found.more_than_population,
    )


def allocation_record(planned: PlannedAllocation, sizes: Sequence[SizeRow]) -> AllocationRecord:
    """The sample spread over the strata by every method the plan has figures for."""
    from analysis.planning.allocation import allocate_sample
    from analysis.planning.plan_record import AllocationMethodRecord, AllocationRecord, StratumRow

    n = planned.n if planned.n is not None else next(s.respondents for s in sizes if s.size == planned.size)
    spreads = [stratum.sd for stratum in planned.strata if stratum.sd is not None]
    costs = [stratum.cost for stratum in planned.strata if stratum.cost is not None]
    with_sd, with_cost = len(spreads) == len(planned.strata), len(costs) == len(planned.strata)
    methods: list[AllocationMethod] = ["proportional"]
    if with_sd and any(spreads):
        methods += ["neyman", "cost_optimal"] if with_cost else ["neyman"]
    results = [
        allocate_sample(
            [stratum.population for stratum in planned.strata],
            n,
            method=method,
            sd=spreads if with_sd else None,
            cost_per_respondent=costs if with_cost else None,
            minimum=planned.minimum,
        )
        for method in methods
    ]
    return AllocationRecord(
        n=n,
        minimum=planned.minimum,
        strata=[
            StratumRow(
                stratum=stratum.stratum,
                label=_named(stratum.label, stratum.stratum),
                population=stratum.population,
                sd=stratum.sd,
                cost=stratum.cost,
            )
            for stratum in planned.strata
        ],
        methods=[
            AllocationMethodRecord(
                method=result.method,
                exact=result.exact.tolist(),
                n=result.n_h.tolist(),
                std_error=result.variance**0.5,
                cost=result.cost,
            )
            for result in results
        ],
    )


def waves_record(planned: PlannedWaves, plan: Plan) -> WavesRecord:
    """Detectable change by overlap."""
    from dataclasses import asdict

    from analysis.planning.plan_record import WaveDesignRecord, WavesRecord
    from analysis.planning.wave_designs import detectable_change_by_design

    found = detectable_change_by_design(
        planned.sd,
        planned.n,
        planned.n_2 or planned.n,
        sd_2=planned.sd_2,
        correlation=planned.correlation,
        overlaps=planned.overlaps,
        alpha=1 - plan.confidence,
        power=plan.power,
        n_tests=planned.tests,
        design_effect=planned.design_effect,
        target_change=planned.target_change,
    )
    return WavesRecord(
        n_1=planned.n,
        n_2=planned.n_2 or planned.n,
        sd_1=found.sd,
        sd_2=found.sd_2,
        correlation=found.correlation,
        design_effect=found.design_effect,
        tests=found.n_tests,
        target_change=found.target_change,
        rows=[WaveDesignRecord(**asdict(row)) for row in found.rows],
    )


def channels_record(planned: PlannedChannels, confidence: float) -> ChannelsRecord:
    """Channels with contacts and, where there is a margin, costs: cheapest first."""
    from analysis.planning.channel_costs import Channel, channel_costs
    from analysis.planning.plan_record import ChannelsRecord

    costs = None
    if planned.margin is not None:
        costs = channel_costs(
            [
                Channel(
                    channel=channel.channel,
                    response_rate=channel.response_rate,
                    eligibility=channel.eligibility,
                    cost_per_complete=channel.cost_per_complete,
                    cost_per_contact=channel.cost_per_contact,
                    fixed_cost=channel.fixed_cost,
                    design_effect=channel.design_effect,
                    frame=channel.frame,
                )
                for channel in planned.channels
            ],
            planned.margin,
            sd=planned.sd,
            share=planned.share,
            population=planned.population,
            confidence=confidence,
        )
    by_code = {channel.channel: channel for channel in planned.channels}
    costed = {row.channel: row for row in costs.rows} if costs else {}
    figure: Literal["share", "mean"] = "share" if planned.sd is None else "mean"
    return ChannelsRecord(
        margin=planned.margin,
        figure=None if planned.margin is None else figure,
        expected=planned.share if planned.sd is None else planned.sd,
        population=planned.population,
        currency={"en": "", "zh": ""} if planned.currency is None else planned.currency.both(),
        rows=[_channel_row(by_code[code], costed.get(code)) for code in costed or by_code],
    )


def _channel_row(channel: PlannedChannel, cost: ChannelCost | None) -> ChannelRow:
    from analysis.planning.contacts import contacts_needed
    from analysis.planning.plan_record import ChannelRow

    code, contacts = channel.channel, None
    if channel.completes is not None:
        targets, rates = {code: channel.completes}, {code: channel.response_rate}
        contacts = contacts_needed(targets, rates, eligibility=channel.eligibility).contacts[code]
    return ChannelRow(
        channel=code,
        label=_named(channel.label, code),
        response_rate=channel.response_rate,
        eligibility=channel.eligibility,
        design_effect=channel.design_effect,
        frame=channel.frame,
        completes=channel.completes,
        contacts=contacts,
        frame_holds_contacts=channel.frame is None or contacts is None or contacts <= channel.frame,
        respondents_for_margin=None if cost is None else cost.respondents,
        contacts_for_margin=None if cost is None else cost.contacts,
        cost=None if cost is None else cost.cost,
        cost_per_respondent=None if cost is None else cost.cost_per_respondent,
        feasible=cost is None or cost.feasible,
    )
