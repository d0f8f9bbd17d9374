"""What the simulated studies of a plan found: margin of the index, alpha, chance of proving a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import (
    Block,
    Chart,
    Column,
    Heading,
    Interval,
    Row,
    Section,
    Table,
    TrendData,
    TrendPoint,
    TrendSeries,
    Value,
)
from reports.labels import Label
from reports.sentences import Num, percent, sentence
from reports.wording import phrase

if TYPE_CHECKING:
    from analysis.planning.plan_record import ChangeChanceRow, PlanRecord, SimulationRecord

SHARES = frozenset({"nonresponse", "asked"})
MOST_LINES = 6

__all__ = ["simulation_findings", "simulation_rules", "simulation_section"]


def simulation_findings(simulation: SimulationRecord) -> list[Label]:
    """What the summary says: the index at each size, and the chance of each change at the largest."""
    root = simulation.indices[0].indicator
    found = [
        sentence(
            "plan_finding_index",
            indicator=_name(simulation, root),
            n=Num(row.respondents, "count"),
            margin=Num(row.margin, "number"),
        )
        for row in simulation.indices
        if row.indicator == root and row.items_per_factor is None
    ]
    largest = max((row.respondents for row in simulation.changes), default=0)
    return found + [
        sentence(
            "plan_finding_chance",
            indicator=_name(simulation, row.indicator),
            change=Num(row.change, "gap"),
            n=Num(row.respondents, "count"),
            chance=Num(row.chance, "share", 0),
        )
        for row in simulation.changes
        if row.respondents == largest and row.items_per_factor is None
    ]


def simulation_section(simulation: SimulationRecord, record: PlanRecord) -> Section:
    """Tables of the forecasts, then the assumptions they rest on."""
    blocks: list[Block] = [_indices(simulation)]
    if simulation.changes:
        chart = _chart(simulation)
        blocks += [Heading(text=phrase("plan_heading_changes")), *([chart] if chart else []), _changes(simulation)]
    if simulation.alphas:
        blocks += [Heading(text=phrase("plan_heading_alpha")), _alphas(simulation, record)]
    blocks += [Heading(text=phrase("plan_heading_assumptions")), _assumptions(simulation)]
    return Section(
        id="simulation",
        title=phrase("plan_section_simulation"),
        blocks=tuple(blocks),
        sheet_name=phrase("plan_section_simulation"),
        lead=sentence(
            "plan_lead_simulation",
            replicates=Num(simulation.replicates, "count"),
            instrument=Label.of(simulation.instrument_title),
            version=simulation.instrument_version,
        ),
    )


def simulation_rules(simulation: SimulationRecord, record: PlanRecord) -> list[Label]:
    """How the simulation was made."""
    return [
        phrase("plan_rule_factors"),
        phrase("plan_rule_answers"),
        sentence("plan_rule_gaps", share=percent(simulation.minimum_answered or 0)),
        sentence("plan_rule_changes", tests=Num(simulation.tests, "count"), confidence=percent(record.confidence or 0)),
        sentence("plan_rule_seed", seed=str(record.seed)),
    ]


def _name(simulation: SimulationRecord, indicator: str) -> Label:
    return Label.of(simulation.labels[indicator])


def _variant(items_per_factor: int | None) -> Label:
    if items_per_factor is None:
        return phrase("plan_items_as_they_are")
    return Label.same(str(items_per_factor))


def _indices(simulation: SimulationRecord) -> Table:
    """Index and dimensions of the instrument as it is; with other numbers of items, the index alone."""
    shown = [
        row
        for row in simulation.indices
        if simulation.levels[row.indicator] <= (1 if row.items_per_factor is None else 0)
    ]
    order = list(simulation.levels)
    shown.sort(key=lambda row: (order.index(row.indicator), row.items_per_factor or 0, row.respondents))
    return Table(
        columns=(
            Column(key="indicator", label=phrase("column_indicator")),
            Column(key="items", label=phrase("plan_column_items_per_factor")),
            Column(key="respondents", label=phrase("plan_column_respondents"), kind="count"),
            Column(key="n", label=phrase("plan_column_with_score"), kind="count"),
            Column(key="sd", label=phrase("column_std_dev"), kind="number"),
            Column(key="margin", label=phrase("plan_column_expected_margin"), kind="number"),
            Column(key="nine", label=phrase("plan_column_margin_nine_in_ten"), kind="number"),
        ),
        rows=tuple(
            Row(
                values={
                    "indicator": _name(simulation, row.indicator),
                    "items": _variant(row.items_per_factor),
                    "respondents": row.respondents,
                    "n": row.n,
                    "sd": row.sd,
                    "margin": row.margin,
                    "nine": row.margin_nine_in_ten,
                },
                level=simulation.levels[row.indicator],
            )
            for row in shown
        ),
        caption=phrase("plan_caption_index"),
        notes=(phrase("plan_note_index"),),
    )


def _changes(simulation: SimulationRecord) -> Table:
    return Table(
        columns=(
            Column(key="indicator", label=phrase("column_indicator")),
            Column(key="change", label=phrase("plan_column_true_change"), kind="gap"),
            Column(key="items", label=phrase("plan_column_items_per_factor")),
            Column(key="respondents", label=phrase("plan_column_per_wave"), kind="count"),
            Column(key="std_error", label=phrase("plan_column_difference_error"), kind="number"),
            Column(key="chance", label=phrase("plan_column_chance"), kind="share"),
            Column(key="error", label=phrase("plan_column_chance_error"), kind="share"),
        ),
        rows=tuple(
            Row(
                values={
                    "indicator": _name(simulation, row.indicator),
                    "change": row.change,
                    "items": _variant(row.items_per_factor),
                    "respondents": row.respondents,
                    "std_error": row.std_error,
                    "chance": row.chance,
                    "error": row.chance_std_error,
                }
            )
            for row in _by_change(simulation)
        ),
        caption=phrase("plan_caption_changes"),
        notes=(sentence("plan_note_changes", tests=Num(simulation.tests, "count")),),
    )


def _by_change(simulation: SimulationRecord) -> list[ChangeChanceRow]:
    changes = list(dict.fromkeys((row.indicator, row.change) for row in simulation.changes))
    return sorted(
        simulation.changes,
        key=lambda row: (changes.index((row.indicator, row.change)), row.items_per_factor or 0, row.respondents),
    )


def _chart(simulation: SimulationRecord) -> Chart | None:
    """Chance by number of respondents, one line per change; None with a single size."""
    sizes = sorted({row.respondents for row in simulation.changes})
    changes = list(dict.fromkeys((row.indicator, row.change) for row in simulation.changes))[:MOST_LINES]
    if len(sizes) < 2:
        return None
    series = []
    for indicator, change in changes:
        chances = {
            row.respondents: row.chance
            for row in simulation.changes
            if (row.indicator, row.change) == (indicator, change) and row.items_per_factor is None
        }
        label = sentence("plan_line", indicator=_name(simulation, indicator), change=Num(change, "gap"))
        points = tuple(TrendPoint(wave=Label.same(f"{size:,}"), estimate=chances.get(size)) for size in sizes)
        series.append(TrendSeries(label=label, points=points))
    return Chart(
        data=TrendData(series=tuple(series), axis=phrase("plan_column_chance"), of="share"),
        title=phrase("plan_chart_chance"),
        alt=sentence("plan_chart_chance_alt", n=Num(len(series), "count")),
        note=phrase("plan_chart_chance_note"),
    )


def _alphas(simulation: SimulationRecord, record: PlanRecord) -> Table:
    order = list(simulation.levels)
    rows = sorted(
        simulation.alphas,
        key=lambda row: (order.index(row.indicator), row.items_per_factor or 0, row.respondents),
    )
    wanted = sentence("plan_column_chance_alpha", alpha=Num(simulation.alpha_wanted, "coefficient"))
    return Table(
        columns=(
            Column(key="block", label=phrase("column_block")),
            Column(key="items", label=phrase("column_items"), kind="count"),
            Column(key="variant", label=phrase("plan_column_items_per_factor")),
            Column(key="respondents", label=phrase("plan_column_respondents"), kind="count"),
            Column(key="alpha", label=phrase("plan_column_expected_alpha"), kind="coefficient"),
            Column(key="interval", label=phrase("column_interval"), kind="interval", of="coefficient"),
            Column(key="range", label=phrase("plan_column_alpha_range"), kind="interval", of="coefficient"),
            Column(key="chance", label=wanted, kind="share"),
        ),
        rows=tuple(
            Row(
                values={
                    "block": _name(simulation, row.indicator),
                    "items": row.n_items,
                    "variant": _variant(row.items_per_factor),
                    "respondents": row.respondents,
                    "alpha": row.estimate,
                    "interval": Interval(lower=row.lower, upper=row.upper),
                    "range": Interval(lower=row.range_lower, upper=row.range_upper),
                    "chance": row.chance_wanted,
                }
            )
            for row in rows
        ),
        caption=phrase("plan_caption_alpha"),
        notes=(sentence("plan_note_alpha", confidence=percent(record.confidence or 0)),),
    )


def _assumptions(simulation: SimulationRecord) -> Table:
    rows = []
    for row in simulation.assumptions:
        number = percent(row.value or 0) if row.kind in SHARES else Num(row.value, "number")
        value: Value = sentence("only_value", value=number)
        rows.append(
            Row(
                values={
                    "assumption": phrase(f"plan_assumed_{row.kind}"),
                    "of": phrase("plan_in_general") if row.code is None else Label.of(row.label),
                    "value": value,
                }
            )
        )
    return Table(
        columns=(
            Column(key="assumption", label=phrase("plan_column_assumption")),
            Column(key="of", label=phrase("plan_column_holds_for")),
            Column(key="value", label=phrase("column_value")),
        ),
        rows=tuple(rows),
        caption=phrase("plan_caption_assumptions"),
        notes=(phrase("plan_note_assumptions"),),
    )
