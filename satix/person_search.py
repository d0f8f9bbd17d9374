"""Where a person's records are: the id as satix stores it, the id as it stands in the data, or file and row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.erasures import ErasedRow, linking_columns, read_erasures, row_digests
from survey.importers.cell_text import cell_text
from survey.importers.opened_export import OpenedExport, open_export
from survey.importers.sources import answers_of
from survey.privacy import linking_form, pseudonym

if TYPE_CHECKING:
    from satix.project import Project
    from survey.study import Source

__all__ = ["Trace", "find_person"]

_DIGEST = re.compile(r"[0-9a-f]{16}")
_AGAIN = re.compile(r"#\d+$")
_FILE_AND_ROW = re.compile(r"(?P<file>.+):(?P<row>\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A person in one file: rows as Excel counts them, and the ids under which satix may have written the person down.

    ``digests`` are those of the matching ids with the study's key, ``content`` the tombstones of the rows; both are
    empty where no key was given.
    """

    file: str
    sheet: str | None
    rows: tuple[int, ...]
    stored: frozenset[str]
    digests: frozenset[str] = frozenset()
    content: tuple[ErasedRow, ...] = ()


def find_person(project: Project, wanted: str, key: bytes | None) -> tuple[Trace, ...]:
    """Every source and channel in which the person occurs.

    Parameters
    ----------
    wanted : the id as satix stores it, the id (telephone, member number ...) as it stands in the data, or
        ``data/file.csv:12``. Names and IP addresses find nobody: several people share them.
    key : the study's key, without which digests of the study are not recognised.

    Raises
    ------
    SatixError
        A file cannot be read, or lacks columns of its mapping.
    """
    wanted = wanted.strip()
    erasures = read_erasures(project.folder)
    before = () if erasures is None else erasures.rows
    traces = [_in_source(project, source, wanted, key, before) for source in project.study.sources]
    return tuple(trace for trace in (*traces, *_in_channels(project, wanted, key)) if trace.rows)


def _in_source(
    project: Project, source: Source, wanted: str, key: bytes | None, before: tuple[ErasedRow, ...]
) -> Trace:
    opened = open_export(answers_of(source, project.folder), project.mappings[source.mapping], wave=source.wave)
    table = opened.table
    asked = _FILE_AND_ROW.fullmatch(wanted)
    by_place = {int(asked["row"])} if asked and asked["file"] in {source.name, table.file} else set()
    rows = {row for row in table.rows if row in by_place}
    stored = {f"{table.file}:{row}" for row in rows}
    digests: set[str] = set()
    is_wanted = _matcher(wanted, key, opened.file_key)
    for place in linking_columns(table, opened.places):
        cells = table.columns[place]
        for cell in {cell for cell in set(cells) if (text := cell_text(cell)) and is_wanted(text)}:
            text = cell_text(cell)
            rows |= {row for row, found in zip(table.rows, cells, strict=True) if found == cell}
            stored |= {text, pseudonym(text, opened.file_key)}
            if key is not None:
                digests.add(pseudonym(text, key))
    return Trace(
        file=source.name,
        sheet=table.sheet,
        rows=tuple(sorted(rows)),
        stored=frozenset(stored | digests | {f"{table.file}:{row}" for row in rows}),
        digests=frozenset(digests),
        content=() if key is None else tuple(_tombstones(opened, source.name, rows, key, before)),
    )


def _matcher(wanted: str, key: bytes | None, file_key: bytes) -> Callable[[str], bool]:
    """Whether the text of an id is that of the person."""
    forms = {linking_form(wanted), linking_form(_AGAIN.sub("", wanted))}
    digest = _AGAIN.sub("", wanted.lower())
    keys = [each for each in (key, file_key) if each is not None] if _DIGEST.fullmatch(digest) else []
    return lambda text: linking_form(text) in forms or any(pseudonym(text, each) == digest for each in keys)


def _tombstones(
    opened: OpenedExport, file: str, rows: set[int], key: bytes, before: tuple[ErasedRow, ...]
) -> Iterator[ErasedRow]:
    """The rows by their content, with the number of equal rows that are of people who stay."""
    if not rows:
        return
    digests = row_digests(opened.raw, key)
    every = Counter(digests)
    own: dict[str, set[int]] = {}
    for row, digest in zip(opened.raw.rows, digests, strict=True):
        if row in rows:
            own.setdefault(digest, set()).add(row)
    for digest, at in own.items():
        at |= {row for entry in before if (entry.file, entry.row) == (file, digest) for row in entry.at}
        yield ErasedRow(file=file, row=digest, others=max(0, every[digest] - len(at)), at=tuple(sorted(at)))


def _in_channels(project: Project, wanted: str, key: bytes | None) -> Iterator[Trace]:
    """Records of channels: persons stand in them by the digest of their id with the study's key."""
    if key is None or not project.study.channels:
        return
    from survey.channels.read import read_channel

    digest = wanted.lower() if _DIGEST.fullmatch(wanted.lower()) else pseudonym(wanted, key)
    for source in project.study.channels:
        mapping = project.channel_mappings[source.mapping]
        records = read_channel(
            project.folder / source.file, mapping, key=key, source_name=source.file, wave=source.wave
        ).touchpoints.records
        keys, numbers = records["respondent_key"].tolist(), records["source_row"].tolist()
        rows = tuple(sorted({int(row) for found, row in zip(keys, numbers, strict=True) if found == digest}))
        yield Trace(
            file=source.file,
            sheet=mapping.sheet,
            rows=rows,
            stored=frozenset({digest}),
            digests=frozenset({digest} if rows else ()),
        )
