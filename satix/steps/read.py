"""Read every source of a study into one response set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from satix.project import Project
from survey.errors import Place, Problem, ResponseImportError, SatixError, StudyError
from survey.privacy import mask_personal

if TYPE_CHECKING:
    from collections.abc import Callable

    from survey.erasures import Erasures
    from survey.importers.report import ImportReport
    from survey.instrument import Instrument
    from survey.responses import ResponseSet

__all__ = ["ReadSources", "read_sources", "standing_erasures"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSources:
    """Answers of all waves, in the order of the study's waves, and one report per file."""

    responses: ResponseSet
    reports: tuple[ImportReport, ...]


def read_sources(project: Project, *, progress: Callable[[int, int], None]) -> ReadSources:
    """Read all sources; every fault of every file is reported at once.

    Raises
    ------
    ResponseImportError
        Cells outside their scale, unknown waves, a wave without data ...: all of them.
    """
    from satix.identity_key import identity_key
    from survey.importers.read import read_responses
    from survey.importers.sources import answers_of
    from survey.responses import ResponseSet

    erasures = standing_erasures(project)

    parts: list[ResponseSet] = []
    reports: list[ImportReport] = []
    problems: list[Problem] = []
    sources = project.study.sources
    for position, source in enumerate(sources):
        progress(position, len(sources))
        try:
            wave = source.wave or (project.study.waves[0].wave if len(project.study.waves) == 1 else None)
            asked = project.instrument_of(wave)
            result = read_responses(
                answers_of(source, project.folder),
                asked,
                project.mappings[source.mapping],
                source_name=source.name,
                wave=wave,
                channel=source.channel,
                erasures=erasures,
                study_key=lambda: identity_key(project),
            )
        except SatixError as error:
            problems.extend(error.problems)
            continue
        problems.extend(_unknown_waves(project, source.name, result.responses))
        parts.append(result.responses if asked is project.instrument else _carried(project, asked, result.responses))
        reports.append(result.report)
    progress(len(sources), len(sources))
    if not problems and not parts:
        code = "satix.only_channels" if project.study.channels else "satix.no_sources"
        problems.append(Problem(code=code, place=Place(file=project.file.name)))
    if not problems:
        responses = ResponseSet.concatenate(parts)
        problems.extend(_wave_problems(project, responses))
    if problems:
        raise ResponseImportError(problems)
    return ReadSources(responses=_in_wave_order(project, responses), reports=tuple(reports))


def standing_erasures(project: Project) -> Erasures | None:
    """Who was erased from the study; None where nobody was.

    Raises
    ------
    StudyError
        The file of erasures is at fault, or the key its digests were made with is not at hand: nobody who was erased
        may come back unseen.
    """
    from satix.identity_key import key_file, known_identity_key
    from survey.erasures import ERASURES, read_erasures

    erasures = read_erasures(project.folder)
    if erasures is None:
        return None
    key = known_identity_key(project)
    if key is None:
        raise StudyError.of("satix.key_of_erasures_absent", Place(file=ERASURES), file=str(key_file(project)))
    if not erasures.made_with(key):
        raise StudyError.of("survey.erasures_of_other_key", Place(file=ERASURES))
    return erasures


def _carried(project: Project, asked: Instrument, responses: ResponseSet) -> ResponseSet:
    from analysis.comparability import may_compare
    from instruments.difference import instrument_difference
    from satix.versions import carry_over

    comparability = may_compare(instrument_difference(asked, project.instrument))
    return carry_over(responses, project.instrument, comparability)


def _unknown_waves(project: Project, file: str, responses: ResponseSet) -> list[Problem]:
    known = [wave.wave for wave in project.study.waves]
    found = responses.respondents["wave"].to_numpy()
    problems = []
    for wave in sorted({str(wave) for wave in found} - set(known)):
        rows = responses.respondents["row"].to_numpy()[found == wave]
        shown = ", ".join(str(row) for row in rows[:5]) + (" …" if len(rows) > 5 else "")
        fields = {"rows": shown, "found": mask_personal(wave), "known": ", ".join(known)}
        problems.append(Problem(code="satix.wave_not_in_study", place=Place(file=file), fields=fields))
    return problems


def _wave_problems(project: Project, responses: ResponseSet) -> list[Problem]:
    present = set(responses.respondents["wave"].unique())
    return [
        Problem(code="satix.wave_without_data", place=Place(file=project.file.name), fields={"wave": wave.wave})
        for wave in project.study.waves
        if wave.wave not in present
    ]


def _in_wave_order(project: Project, responses: ResponseSet) -> ResponseSet:
    order = {wave.wave: position for position, wave in enumerate(project.study.waves)}
    rank = responses.respondents["wave"].map(order).to_numpy()
    if (np.diff(rank) >= 0).all():
        return responses
    return responses.reorder(np.argsort(rank, kind="stable"))
