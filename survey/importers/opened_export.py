"""An export before any answer is read: its records, and where the columns of its mapping stand."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from survey.errors import MappingError, Place, Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import cell_text, fold
from survey.importers.detect import importer_of
from survey.importers.mapping import Column, ColumnRole, Mapping
from survey.importers.table_file import Table, read_table
from survey.privacy import mask_personal

__all__ = ["USED_ROLES", "OpenedExport", "open_export"]

USED_ROLES: frozenset[ColumnRole] = frozenset(
    {"respondent", "wave", "submitted", "started", "duration", "channel", "case_weight", "stratum", "cluster"}
)
"""Roles whose columns are read into the respondent table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedExport:
    """An export as it stands in the file (``raw``), as its platform means it, and where the mapped columns stand.

    ``digest`` is the SHA-256 of the file's content.
    """

    raw: Table
    arranged: Arranged
    places: dict[int, Column]
    digest: bytes

    @property
    def table(self) -> Table:
        """The records, under the headings the mapping refers to."""
        return self.arranged.table

    @property
    def file_key(self) -> bytes:
        """A key of this content alone: ids digested with it are equal within the file only."""
        return hmac.new(b"satix respondent ids", self.digest, hashlib.sha256).digest()


def open_export(
    source: Path | str | Table, mapping: Mapping, *, wave: str | None = None, sheet: str | None = None
) -> OpenedExport:
    """Open an export (or take a table that was read already) and find the columns of its mapping.

    Raises
    ------
    FileRefusedError, ResponseImportError
        The file is missing, unsafe or no table.
    MappingError
        Columns of the mapping are not in the file; all of them are listed.
    """
    if isinstance(source, Table):
        raw, digest = source, _digest_of(source)
    else:
        raw = read_table(
            Path(source),
            sheet=sheet or mapping.sheet,
            encoding=mapping.encoding,
            delimiter=mapping.delimiter,
            header_row=mapping.header_row,
            known_headings=[column.heading for column in mapping.columns],
        )
        digest = hashlib.sha256(Path(source).read_bytes()).digest()
    arranged = importer_of(mapping.platform).arrange(raw)
    places = _place_columns(arranged.table, arranged, mapping, wave)
    return OpenedExport(raw=raw, arranged=arranged, places=places, digest=digest)


def _digest_of(table: Table) -> bytes:
    """What the headings and cells of a table add up to."""
    digest = hashlib.sha256()
    for heading, column in zip(table.headings, table.columns, strict=True):
        digest.update(f"{heading}\x1d".encode())
        digest.update("\x1f".join(map(cell_text, column)).encode())
    return digest.digest()


def _place_columns(table: Table, arranged: Arranged, mapping: Mapping, wave: str | None) -> dict[int, Column]:
    """Where each mapped column stands in the file.

    Raises
    ------
    MappingError
        Columns that answer a question, or carry a used role, are not in the file; or, where the mapping refuses
        them, the file has columns that are not mapped.
    """
    import difflib

    not_asked = set(mapping.not_asked.get(wave or "", ()))
    places: dict[int, Column] = {}
    problems: list[Problem] = []
    by_key = {heading.key: place for place, heading in enumerate(arranged.headings) if heading.key is not None}
    for column in mapping.columns:
        place = by_key.get(column.key) if column.key is not None else None
        if place is None:
            place = table.position_of(column.heading, column.occurrence)
        if place is not None and place not in places:
            places[place] = column
        elif (column.question and column.question not in not_asked) or column.role in USED_ROLES:
            close = difflib.get_close_matches(fold(column.heading), [fold(h) for h in table.headings], n=1, cutoff=0.6)
            problems.append(
                Problem(
                    code="survey.mapped_column_absent",
                    place=Place(file=table.file, sheet=table.sheet, heading=column.heading),
                    fields={
                        "wanted": column.question or column.role,
                        "occurrence": column.occurrence,
                        "row": table.header_row,
                        "closest": mask_personal(close[0]) if close else "–",
                    },
                )
            )
    if mapping.unmapped == "refuse":
        problems += [
            Problem(code="survey.column_not_mapped", place=table.place(place))
            for place in range(len(table.headings))
            if place not in places
        ]
    if problems:
        raise MappingError(problems)
    return places
