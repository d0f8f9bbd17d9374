"""From a study file to reports: read, screen, score, analyse, write."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from satix.progress import Progress, unwatched
from satix.project import Project, load_study
from survey.errors import Place, Problem, SatixError, StudyError

if TYPE_CHECKING:
    from typing import Literal

    from analysis.results import Results
    from satix.steps.channel_sources import ReadChannel
    from satix.steps.read import ReadSources
    from survey.study import Study

    ReportLanguage = Literal["zh", "en"]
    ReportFormat = Literal["xlsx", "html"]

__all__ = [
    "Written",
    "check_study",
    "evaluate",
    "evaluate_to_folder",
    "report_languages",
    "rewrite_reports",
    "write_reports",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Results and the files they were written to."""

    results: Results
    files: tuple[Path, ...]


def evaluate(study: Project | Path | str, *, progress: Progress = unwatched) -> Results:
    """Evaluate a study; nothing is written.

    Parameters
    ----------
    study
        A loaded study, a study file, or the folder that holds ``study.yaml``.
    progress
        Called with the name of each step, done and total.

    Raises
    ------
    SatixError
        The study or its data are at fault; every fault is listed.
    """
    return _evaluated(study if isinstance(study, Project) else load_study(study), progress)[0]


def _evaluated(project: Project, progress: Progress) -> tuple[Results, ReadSources]:
    from satix.steps.read import read_sources

    read = read_sources(project, progress=lambda done, total: progress("read", done, total))
    from analysis.blocked_products import single_threaded_blas
    from satix.steps.channel_sources import read_channels

    channels = read_channels(project)
    with single_threaded_blas():
        return _results(project, read, channels, progress), read


def _results(project: Project, read: ReadSources, channels: list[ReadChannel], progress: Progress) -> Results:
    from analysis.results import Results
    from analysis.selection import select_analyses
    from satix.steps import changes, context, describe, segments
    from satix.steps.channels import channel_records, overlap_records
    from satix.steps.screening import screen_responses
    from satix.steps.wave import wave_results

    study = project.study
    progress("screen", 0, 1)
    screened = screen_responses(read.responses, study.screening)
    responses, out = read.responses.with_flags(screened.flags), screened.excluded
    progress("score", 0, 1)
    selection = select_analyses(project.instrument, study, requested=study.analyses)
    split = context.split_waves(project, responses, out, selection)
    tables = segments.segment_records(split) if "segments" in selection.run else {}
    blocks = []
    problems: list[Problem] = [problem for report in read.reports for problem in report.warnings]
    problems += screened.findings()
    parts = [*split.waves, *([split.pooled] if len(split.waves) > 1 else [])]
    for position, wave in enumerate(parts):
        progress("analyse", position, len(parts))
        found: list[Problem] = []
        blocks.append(wave_results(wave, study, selection, screened, tables.get(wave.wave or "", []), found))
        problems += found if wave.wave is None or wave is split.waves[-1] else []
    progress("change", 0, 1)
    moved = changes.change_records(split, tables) if "change" in selection.run else []
    problems += changes.version_findings(split)
    problems += [Problem(code=code, severity="warning") for code in selection.not_applicable.values()]
    problems += [warning for channel in channels for warning in channel.warnings]
    return Results(
        study=describe.study_record(split),
        waves=describe.wave_records(split),
        indicators=describe.indicator_records(project),
        questions=describe.question_records(project),
        results=blocks,
        changes=moved,
        imports=[report.to_dict() for report in read.reports],
        findings=describe.finding_records(problems),
        channels=channel_records(project, channels),
        channel_overlaps=overlap_records(channels, study.limits.suppress),
    )


def evaluate_to_folder(
    study: Project | Path | str,
    *,
    output: Path | None = None,
    languages: Sequence[ReportLanguage] | None = None,
    progress: Progress = unwatched,
) -> Written:
    """Evaluate a study and write results, manifest and reports; the output folder is replaced whole.

    Raises
    ------
    SatixError
        The study or its data are at fault, or the output folder cannot be replaced. The last good
        results stay as they were.
    """
    from satix.manifest import StageClock, write_manifest
    from satix.output import staged_folder

    project = study if isinstance(study, Project) else load_study(study)
    folder = project.output if output is None else output
    if project.file.resolve().is_relative_to(folder.resolve()):
        raise StudyError.of("satix.output_holds_study", Place(file=str(folder)))
    clock = StageClock(progress)
    results, read = _evaluated(project, clock)
    with staged_folder(folder) as fresh:
        written = _write(results, fresh, languages or project.study.languages, project.study.reports, clock)
        clock.stop()
        write_manifest(fresh, project, clock, names=[file.name for file in written], imports=read.reports)
        names = [file.name for file in written] + ["manifest.json"]
    return Written(results=results, files=tuple(folder / name for name in names))


def write_reports(
    results: Results,
    folder: Path | str,
    *,
    languages: Sequence[ReportLanguage] = ("zh", "en"),
    formats: Sequence[ReportFormat] = ("xlsx", "html"),
) -> tuple[Path, ...]:
    """Write ``results.json`` and the reports made from it into a folder."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    return tuple(_write(results, target, languages, formats, unwatched))


def rewrite_reports(
    study: Path | str,
    *,
    folder: Path | None = None,
    formats: Sequence[str] | None = None,
    language: str | None = None,
) -> tuple[Path, ...]:
    """Write the reports again from ``results.json`` of the last evaluation; no answer is read.

    Raises
    ------
    SatixError
        There are no results, or they are of another version.
    """
    from analysis.results import read_results
    from satix.manifest import update_manifest

    if folder is None:
        path = Path(study)
        folder = (path if path.is_dir() else path.parent) / "output"
    results = read_results(folder / "results.json")
    chosen = results.study.languages if language is None else _both_or_one(language)
    kinds: tuple[ReportFormat, ...] = ("xlsx", "html")
    wanted = [kind for kind in kinds if formats is None or kind in formats]
    with tempfile.TemporaryDirectory(prefix=".report.", dir=folder) as fresh:
        rendered = _render(results, Path(fresh), chosen, wanted, unwatched)
        files = tuple(file.replace(folder / file.name) for file in rendered)
    update_manifest(folder, files)
    return files


def _write(
    results: Results,
    folder: Path,
    languages: Sequence[ReportLanguage],
    formats: Sequence[ReportFormat],
    progress: Progress,
) -> list[Path]:
    from analysis.results import dump_results

    file = folder / "results.json"
    file.write_text(dump_results(results), encoding="utf-8", newline="\n")
    return [file, *_render(results, folder, languages, formats, progress)]


def _render(
    results: Results,
    folder: Path,
    languages: Sequence[ReportLanguage],
    formats: Sequence[ReportFormat],
    progress: Progress,
) -> list[Path]:
    from reports.sections.outline import build_report

    progress("report", 0, len(formats) + 1)
    every: tuple[ReportLanguage, ...] = ("zh", "en")
    ordered = tuple(language for language in every if language in languages)
    report = build_report(results, ordered)
    files = []
    for position, kind in enumerate(formats, start=1):
        file = folder / f"report.{kind}"
        if kind == "xlsx":
            from reports.renderers.xlsx import write_xlsx

            write_xlsx(report, file)
        else:
            from reports.renderers.html import write_html

            write_html(report, file)
        files.append(file)
        progress("report", position, len(formats) + 1)
    return files


def report_languages(option: str | None, study: Study) -> tuple[ReportLanguage, ...]:
    """Languages of the reports: what ``--lang`` says, else what the study says."""
    return study.languages if option is None else _both_or_one(option)


def _both_or_one(option: str) -> tuple[ReportLanguage, ...]:
    if option == "both":
        return ("zh", "en")
    return ("zh",) if option == "zh" else ("en",)


def check_study(path: Path | str, *, flags: Path | None = None) -> list[Problem]:
    """Every problem of a study, its instrument, mappings and data; errors first.

    With ``flags`` the screening flags of every response are written to that file, unless there is an error.
    """
    try:
        project = load_study(path)
        from satix.steps.read import read_sources

        if flags is not None:
            from satix.flags_file import refuse_inputs

            refuse_inputs(project, flags)
        read = read_sources(project, progress=lambda done, total: unwatched("read", done, total))
        from satix.identity_key import known_identity_key
        from satix.steps.channel_sources import read_channels

        channels = read_channels(project, key=lambda checked: known_identity_key(checked) or bytes(32))
        judged = _screening_findings(project, read, flags)
    except SatixError as error:
        return sorted(error.problems, key=lambda problem: problem.severity != "error")
    remarks = [problem for report in read.reports for problem in report.warnings]
    remarks += [warning for channel in channels for warning in channel.warnings]
    return [*remarks, *judged]


def _screening_findings(project: Project, read: ReadSources, flags: Path | None) -> list[Problem]:
    """What screening has to say on itself; with ``flags`` it is written out as well."""
    settings = project.study.screening
    if flags is None and not settings.exclude:
        return []
    from analysis.blocked_products import single_threaded_blas
    from satix.steps.screening import screen_responses

    with single_threaded_blas():
        screened = screen_responses(read.responses, settings)
    if flags is not None:
        from satix.flags_file import write_flags

        write_flags(read.responses, screened, flags)
    return screened.findings()
