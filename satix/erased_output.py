"""Taking an erased person out of what satix wrote earlier: lists of respondents, and folders left by broken runs."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from satix.output import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from satix.person_search import Trace
    from satix.project import Project

__all__ = ["CleanedFile", "clean_lists", "clear_leftovers", "leftover_folders", "lists_with"]

_LIST = (".csv", ".tsv")


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedFile:
    """A list of respondents and how many of its lines are the person's."""

    file: Path
    lines: int


def lists_with(project: Project, traces: Sequence[Trace]) -> tuple[CleanedFile, ...]:
    """Lists (flags, long tables) inside the study folder that hold the person; data/ is not touched."""
    found = []
    for file in _lists(project):
        content = _read(file)
        if content is not None and (lines := len(content) - len(_without(content, traces))):
            found.append(CleanedFile(file=file, lines=lines))
    return tuple(found)


def clean_lists(project: Project, traces: Sequence[Trace]) -> None:
    """Take the person's lines out of those lists; each file is replaced whole."""
    for cleaned in lists_with(project, traces):
        content = _read(cleaned.file)
        if content is None:
            continue
        text = io.StringIO()
        csv.writer(text, delimiter=_delimiter(cleaned.file)).writerows(_without(content, traces))
        fresh = cleaned.file.with_name(f".{cleaned.file.name}.new")
        fresh.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
        fresh.replace(cleaned.file)


def leftover_folders(project: Project) -> tuple[Path, ...]:
    """Folders of results that an interrupted run left beside the output folder."""
    name = project.output.name
    return tuple(sorted(path for path in project.folder.glob(f".{name}.*") if path.is_dir()))


def clear_leftovers(project: Project) -> None:
    """Remove those folders."""
    for folder in leftover_folders(project):
        shutil.rmtree(folder, ignore_errors=True)


def _lists(project: Project) -> list[Path]:
    """Tables of text in the study folder that are no input of the study."""
    inputs = {path.resolve() for _, path in project.inputs()}
    data = (project.folder / "data").resolve()
    return [
        path
        for path in sorted(project.folder.rglob("*"))
        if path.suffix.lower() in _LIST
        and path.is_file()
        and path.name != MANIFEST
        and path.resolve() not in inputs
        and not path.resolve().is_relative_to(data)
    ]


def _delimiter(file: Path) -> str:
    return "\t" if file.suffix.lower() == ".tsv" else ","


def _read(file: Path) -> list[list[str]] | None:
    """The lines of a list that names respondents; None for any other file."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.reader(stream, delimiter=_delimiter(file)))
    except (OSError, UnicodeDecodeError, csv.Error):
        return None
    return lines if lines and "respondent" in lines[0] else None


def _without(lines: list[list[str]], traces: Sequence[Trace]) -> list[list[str]]:
    """The list without the person: by source and row where the list has them, else by the id."""
    heading = lines[0]
    if {"source", "row"} <= set(heading):
        source, row = heading.index("source"), heading.index("row")
        gone = {(trace.file, str(number)) for trace in traces for number in trace.rows}
        return [line for line in lines if len(line) < len(heading) or (line[source], line[row]) not in gone]
    place = heading.index("respondent")
    ids = {stored for trace in traces for stored in trace.stored}
    return [line for line in lines if len(line) <= place or _bare(line[place]) not in ids]


def _bare(respondent: str) -> str:
    """An id without the apostrophe that guards spreadsheets and without the number of its repetition."""
    name, mark, again = respondent.removeprefix("'").rpartition("#")
    return name if mark and again.isdigit() else respondent.removeprefix("'")
