"""From a plan file to its figures and reports: sizes, allocation, contacts and costs, detectable change, simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from satix.progress import Progress, unwatched
from survey.plan import Plan, read_plan

if TYPE_CHECKING:
    from analysis.planning.plan_record import PlanRecord, SimulationRecord

__all__ = ["WrittenPlan", "plan_study", "plan_to_folder", "write_plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPlan:
    """A plan's figures and the files they were written to."""

    record: PlanRecord
    files: tuple[Path, ...]


def plan_study(
    plan: Plan | Path | str, *, folder: Path | str | None = None, progress: Progress = unwatched
) -> PlanRecord:
    """Work out a plan; nothing is written.

    Parameters
    ----------
    plan
        A plan, or a plan file.
    folder
        Where an instrument file named in the plan lies; by default beside the plan file.
    progress
        Called with the step ``simulate``, studies done and total.

    Raises
    ------
    SatixError
        The plan or its instrument is at fault, or an assumption cannot hold.
    """
    from analysis.planning.plan_record import PlanRecord
    from satix.plan_parts import allocation_record, channels_record, size_row, waves_record

    if not isinstance(plan, Plan):
        folder = Path(plan).parent if folder is None else folder
        plan = read_plan(Path(plan))
    sizes = [size_row(size, plan.confidence) for size in plan.sizes]
    return PlanRecord(
        plan=plan.plan,
        title=plan.title.both(),
        note=None if plan.note is None else plan.note.both(),
        confidence=plan.confidence,
        power=plan.power,
        seed=plan.seed,
        sizes=sizes,
        allocation=None if plan.allocation is None else allocation_record(plan.allocation, sizes),
        waves=None if plan.waves is None else waves_record(plan.waves, plan),
        channels=None if plan.channels is None else channels_record(plan.channels, plan.confidence),
        simulation=_simulation(plan, Path() if folder is None else Path(folder), progress),
    )


def plan_to_folder(
    file: Path | str,
    *,
    output: Path | None = None,
    languages: Sequence[Literal["zh", "en"]] | None = None,
    progress: Progress = unwatched,
) -> WrittenPlan:
    """Work out a plan file and write ``plan.json``, ``plan.xlsx`` and ``plan.html``.

    The folder (by default ``plan-output`` beside the plan file) is replaced in whole; files of others in it are kept.
    """
    from satix.output import staged_folder

    path = Path(file)
    plan = read_plan(path)
    record = plan_study(plan, folder=path.parent, progress=progress)
    target = path.parent / "plan-output" if output is None else output
    with staged_folder(target) as fresh:
        names = [
            written.name
            for written in write_plan(record, fresh, languages=languages or plan.languages, formats=plan.reports)
        ]
    return WrittenPlan(record=record, files=tuple(target / name for name in names))


def write_plan(
    record: PlanRecord,
    folder: Path | str,
    *,
    languages: Sequence[Literal["zh", "en"]] = ("zh", "en"),
    formats: Sequence[Literal["xlsx", "html"]] = ("xlsx", "html"),
) -> tuple[Path, ...]:
    """Write ``plan.json`` and the reports made from it into a folder."""
    from analysis.planning.plan_record import dump_plan
    from reports.sections.plan import build_plan_report

    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    files = [target / "plan.json"]
    files[0].write_text(dump_plan(record), encoding="utf-8", newline="\n")
    every: tuple[Literal["zh", "en"], ...] = ("zh", "en")
    report = build_plan_report(record, tuple(language for language in every if language in languages))
    if "xlsx" in formats:
        from reports.renderers.xlsx import write_xlsx

        files.append(target / "plan.xlsx")
        write_xlsx(report, files[-1])
    if "html" in formats:
        from reports.renderers.html import write_html

        files.append(target / "plan.html")
        write_html(report, files[-1])
    return tuple(files)


def _simulation(plan: Plan, folder: Path, progress: Progress) -> SimulationRecord | None:
    if plan.simulation is None or plan.instrument is None:
        return None
    from instruments.catalog import load_instrument
    from satix.plan_simulation import simulation_record

    named = folder / plan.instrument if plan.instrument.endswith((".yaml", ".yml")) else plan.instrument
    instrument = load_instrument(named, plan.instrument_version)
    return simulation_record(instrument, plan, progress)
