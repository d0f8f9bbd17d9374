"""The simulation of a plan as a record: what was assumed, what the simulated studies found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from analysis.planning.plan_record import AssumptionRow, SimulationRecord
    from satix.progress import Progress
    from survey.instrument import Instrument
    from survey.plan import Plan, PlannedSimulation
    from survey.texts import Text

Kind = Literal["loading", "correlation", "formative_correlation", "mean", "sd", "nonresponse", "asked", "design_effect"]

__all__ = ["simulation_record"]


def simulation_record(instrument: Instrument, plan: Plan, progress: Progress) -> SimulationRecord | None:
    """Simulate the instrument under the plan; None where the plan has no simulation."""
    from analysis.planning.plan_record import AlphaRow, ChangeChanceRow, IndexRow, SimulationRecord
    from analysis.planning.simulation import simulate_plan

    assumed = plan.simulation
    if assumed is None:
        return None
    found = simulate_plan(
        instrument,
        assumed,
        confidence=plan.confidence,
        seed=plan.seed,
        progress=lambda done, total: progress("simulate", done, total),
    )
    return SimulationRecord(
        instrument=instrument.instrument,
        instrument_version=instrument.version,
        instrument_title=instrument.title.both(),
        replicates=found.replicates,
        tests=found.n_tests,
        alpha_wanted=found.alpha_wanted,
        minimum_answered=assumed.minimum_answered,
        levels=instrument.index.levels(),
        labels={node.code: node.label.both() for node in instrument.index.walk()},
        assumptions=list(_assumptions(instrument, assumed)),
        alphas=[AlphaRow(indicator=row.node, **_but_node(asdict(row))) for row in found.alphas],
        indices=[IndexRow(indicator=row.node, **_but_node(asdict(row))) for row in found.indices],
        changes=[ChangeChanceRow(indicator=row.node, **_but_node(asdict(row))) for row in found.changes],
    )


def _but_node(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "node"}


def _assumptions(instrument: Instrument, assumed: PlannedSimulation) -> Iterator[AssumptionRow]:
    """The general values first, each followed by what differs from it."""
    from analysis.planning.plan_record import AssumptionRow

    names: dict[str, Text] = {node.code: node.label for node in instrument.index.walk()}
    names |= {question.code: question.name for question in instrument.questions if question.code not in names}

    def row(kind: Kind, value: float, *codes: str) -> AssumptionRow:
        label: dict[Literal["en", "zh"], str] = {
            "en": " – ".join(names[code].in_language("en") for code in codes),
            "zh": " – ".join(names[code].in_language("zh") for code in codes),
        }
        return AssumptionRow(kind=kind, code=", ".join(codes) or None, label=label, value=value)

    per_item: tuple[tuple[Kind, float, dict[str, float]], ...] = (
        ("mean", assumed.mean, assumed.means),
        ("sd", assumed.sd, assumed.sds),
        ("loading", assumed.loading, assumed.loadings),
        ("nonresponse", assumed.nonresponse, assumed.nonresponses),
    )
    for kind, general, special in per_item:
        yield row(kind, general)
        for code, value in special.items():
            yield row(kind, value, code)
    yield row("correlation", assumed.correlation)
    if assumed.formative_correlation is not None:
        yield row("formative_correlation", assumed.formative_correlation)
    for pair in assumed.correlations:
        yield row("correlation", pair.correlation, *pair.between)
    for code, value in assumed.asked.items():
        yield row("asked", value, code)
    yield row("design_effect", assumed.design_effect)
