"""Erasing a person from a study: found, entered so that reading leaves the rows out, and taken out of every output.

The files in ``data/`` are their owner's and are never changed; the rows to delete there are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from satix.progress import Progress, unwatched
from survey.errors import Language, Place, SatixError, StudyError, render_message

if TYPE_CHECKING:
    from satix.erased_output import CleanedFile
    from satix.person_search import Trace
    from satix.project import Project
    from survey.erasures import Erasures

__all__ = ["Erasure", "carry_out", "done_lines", "erased_respondents", "found_lines", "plan_erasure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What erasing a person means: where the records are, which lists name the person, what is rebuilt."""

    project: Project
    traces: tuple[Trace, ...]
    lists: tuple[CleanedFile, ...]
    leftovers: tuple[Path, ...]
    rebuild: bool

    @property
    def n_rows(self) -> int:
        """Rows in all files together."""
        return sum(len(trace.rows) for trace in self.traces)


def plan_erasure(project: Project, wanted: str, *, make_key: bool = True) -> Erasure:
    """Find a person; nothing is changed, except that the study gets a key where it has none and ``make_key`` is set.

    Parameters
    ----------
    wanted
        The id as satix stores it, the id as it stands in the data, or file and row (``data/2025Q1.xlsx:12``). It is
        compared by digest and repeated nowhere.

    Raises
    ------
    StudyError
        Nobody matches.
    SatixError
        A file of the study cannot be read.
    """
    from satix.erased_output import leftover_folders, lists_with
    from satix.identity_key import identity_key, known_identity_key
    from satix.person_search import find_person
    from satix.steps.read import standing_erasures

    standing_erasures(project)  # a missing or other key is said before anything else
    if not wanted.strip():
        raise StudyError.of("satix.erase_nobody", Place(file=project.file.name))
    traces = find_person(project, wanted, known_identity_key(project))
    if not traces:
        raise StudyError.of("satix.erase_nobody", Place(file=project.file.name))
    if make_key and known_identity_key(project) is None:
        traces = find_person(project, wanted, identity_key(project))
    return Erasure(
        project=project,
        traces=traces,
        lists=lists_with(project, traces),
        leftovers=leftover_folders(project),
        rebuild=(project.output / "results.json").is_file(),
    )


def carry_out(erasure: Erasure, *, progress: Progress = unwatched) -> tuple[Path, ...]:
    """Enter the tombstones, clean the lists and write the results anew; returns the files written.

    Raises
    ------
    SatixError
        The person is erased, but the results cannot be written again (a wave has lost its last respondent ...): those
        that held the person are removed, and the reason is given.
    """
    from satix.erased_output import clean_lists, clear_leftovers
    from satix.pipeline import evaluate_to_folder
    from survey.erasures import ERASURES, write_erasures

    project = erasure.project
    write_erasures(project.folder, _with_tombstones(erasure))
    clear_leftovers(project)
    clean_lists(project, erasure.traces)
    entered = project.folder / ERASURES
    if not erasure.rebuild:
        return (entered,)
    try:
        return (entered, *evaluate_to_folder(project, progress=progress).files)
    except SatixError as error:
        _remove_results(project)
        said = StudyError.of("satix.erase_not_rebuilt", Place(file=project.file.name)).problems
        raise StudyError((*said, *error.problems)) from None


def erased_respondents(project: Project) -> frozenset[str]:
    """Digests, with the study's key, of the ids of erased persons: records of channels that carry one are left out.

    Raises
    ------
    StudyError
        As for :func:`satix.steps.read.standing_erasures`.
    """
    from satix.steps.read import standing_erasures

    erasures = standing_erasures(project)
    return frozenset() if erasures is None else frozenset(entry.respondent for entry in erasures.respondents)


def _with_tombstones(erasure: Erasure) -> Erasures:
    """The erasures of the study with the person added, each tombstone once."""
    from satix.identity_key import identity_key
    from survey.erasures import ErasedRespondent, Erasures, key_fingerprint, read_erasures

    project = erasure.project
    today = datetime.now(UTC).date().isoformat()
    before = read_erasures(project.folder) or Erasures(key=key_fingerprint(identity_key(project)))
    persons = {entry.respondent: entry for entry in before.respondents}
    rows = {(entry.file, entry.row): entry for entry in before.rows}
    for trace in erasure.traces:
        for digest in sorted(trace.digests):
            persons.setdefault(digest, ErasedRespondent(respondent=digest, entered=today))
        for row in trace.content:
            rows[row.file, row.row] = row.model_copy(update={"entered": today})
    return before.model_copy(update={"respondents": tuple(persons.values()), "rows": tuple(rows.values())})


def _remove_results(project: Project) -> None:
    """Remove the files of the last run, which are known by its manifest."""
    import json

    from satix.output import MANIFEST

    manifest = project.output / MANIFEST
    try:
        names = list(json.loads(manifest.read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError):
        names = ["results.json", "report.xlsx", "report.html"]
    for name in (*names, MANIFEST):
        (project.output / name).unlink(missing_ok=True)


def found_lines(erasure: Erasure, language: Language) -> Iterator[str]:
    """Where the person was found, and what is going to happen."""
    for trace in erasure.traces:
        rows = ", ".join(map(str, trace.rows[:50])) + (" …" if len(trace.rows) > 50 else "")
        fields = {"file": trace.file, "count": len(trace.rows), "rows": rows}
        yield render_message("satix.erase_found", fields, language)
    for cleaned in erasure.lists:
        name = cleaned.file.relative_to(erasure.project.folder).as_posix()
        yield render_message("satix.erase_list", {"file": name, "count": cleaned.lines}, language)
    for folder in erasure.leftovers:
        yield render_message("satix.erase_leftover", {"file": folder.name}, language)
    if erasure.rebuild:
        yield render_message("satix.erase_rebuilds", {"folder": erasure.project.output.name}, language)


def done_lines(erasure: Erasure, files: tuple[Path, ...], language: Language) -> Iterator[str]:
    """What was done, and what is left to the owner of the data."""
    yield render_message("satix.erase_done", {"count": erasure.n_rows, "file": files[0].name}, language)
    for trace in erasure.traces:
        rows = ", ".join(map(str, trace.rows))
        yield render_message("satix.erase_rows_to_delete", {"file": trace.file, "rows": rows}, language)
    yield render_message("satix.erase_elsewhere", {}, language)
