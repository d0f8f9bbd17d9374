"""Persons who asked to be forgotten: tombstones by which reading leaves them out from now on.

``erasures.yaml`` in the study folder is written by ``satix erase`` and holds keyed digests, never an id. A tombstone
names a person wherever the id turns up again, or one row by what stands in it: row numbers change when the owner of
the data deletes rows, the content of a row does not.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from survey.definition_files import dump_definition, read_definition
from survey.errors import Place, Problem, StudyError
from survey.importers.cell_text import CellValue, cell_text
from survey.importers.mapping import Column
from survey.importers.table_file import Table
from survey.inner_paths import InnerPath
from survey.privacy import heading_privacy, identifying_kind, pseudonym
from survey.texts import Definition

__all__ = [
    "ERASURES",
    "ErasedRespondent",
    "ErasedRow",
    "Erasures",
    "erased_rows",
    "key_fingerprint",
    "linking_columns",
    "read_erasures",
    "row_digests",
    "write_erasures",
]

ERASURES = "erasures.yaml"
"""The file's name in the study folder."""
_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
_SHARED_KINDS = frozenset({"network", "name", "person", "address", "order", "plate", "position"})
"""Kinds of identifying columns by which several persons may go: they do not tell who a record belongs to."""


class ErasedRespondent(Definition):
    """A person, by the keyed digest of the id; ``entered`` is the day of the erasure."""

    respondent: _Digest
    entered: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")


class ErasedRow(Definition):
    """A row of a file, by the keyed digest of its cells.

    ``others`` is how many equal rows belong to other people; ``at`` is where the erased ones stood when entered.
    """

    file: InnerPath
    row: _Digest
    others: int = Field(default=0, ge=0)
    at: tuple[int, ...] = ()
    entered: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")


class Erasures(Definition):
    """Everybody who was erased from a study; ``key`` tells whether a key is the one the digests were made with."""

    schema_: Literal["satix.erasures/1"] = Field(default="satix.erasures/1", alias="schema")
    key: _Digest
    respondents: tuple[ErasedRespondent, ...] = ()
    rows: tuple[ErasedRow, ...] = ()

    def holds(self, digest: str | None) -> bool:
        """Whether a digest (:func:`survey.privacy.pseudonym` with the study's key) is that of an erased person."""
        return any(entry.respondent == digest for entry in self.respondents)

    def made_with(self, key: bytes) -> bool:
        """Whether the digests were made with this key."""
        return hmac.compare_digest(self.key, key_fingerprint(key))


def key_fingerprint(key: bytes) -> str:
    """A digest by which a key is known again and from which it cannot be found."""
    return hmac.new(key, b"satix key", hashlib.sha256).hexdigest()[:16]


def read_erasures(folder: Path) -> Erasures | None:
    """The tombstones of a study, or None where nobody was erased.

    Raises
    ------
    StudyError
        The file is at fault; every fault is listed with its line.
    """
    file = folder / ERASURES
    return read_definition(file, Erasures, error=StudyError) if file.is_file() else None


def write_erasures(folder: Path, erasures: Erasures) -> Path:
    """Write the tombstones into the study folder; the file is replaced whole."""
    file = folder / ERASURES
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(dump_definition(erasures), encoding="utf-8", newline="\n")
    return fresh.replace(file)


def linking_columns(table: Table, places: Mapping[int, Column]) -> list[int]:
    """Columns whose cells tell one person: ids and identifiers, but not names, addresses, IPs and orders (shared)."""
    kept = []
    for place, column in places.items():
        if column.role == "respondent":
            kept.append(place)
        elif column.role == "identifier":
            announced = heading_privacy(table.headings[place])
            kind = identifying_kind(table.columns[place]) if announced is None else announced.kind
            if kind is not None and kind not in _SHARED_KINDS:
                kept.append(place)
    return kept


def row_digests(table: Table, key: bytes) -> list[str]:
    """The keyed digest of every record's cells, in the order of the columns."""
    return [_row_digest(cells, key) for cells in zip(*table.columns, strict=True)]


def _row_digest(cells: Sequence[CellValue], key: bytes) -> str:
    content = "\x1f".join(map(cell_text, cells)).encode()
    return hmac.new(key, b"row\x1e" + content, hashlib.sha256).hexdigest()[:16]


def erased_rows(
    raw: Table, table: Table, places: Mapping[int, Column], erasures: Erasures, key: bytes, *, file: str
) -> tuple[frozenset[int], tuple[Problem, ...]]:
    """Rows, as Excel counts, that belong to erased persons.

    Parameters
    ----------
    raw : the table as it stands in the file; rows are known by their content in it.
    table, places : the table the mapping refers to, and where its columns stand.
    file : the source as the study names it.

    Returns
    -------
    The rows, and a warning where rows were entered that no row equals any more: the owner has deleted them, or the
    export has changed (a further column, another wording) and they stand in it unseen.

    Raises
    ------
    StudyError
        The digests were made with another key: who was erased cannot be known, and nobody may come back unseen.
    """
    if not erasures.made_with(key):
        raise StudyError.of("survey.erasures_of_other_key", Place(file=ERASURES))
    persons = {entry.respondent for entry in erasures.respondents}
    found: set[int] = set()
    for place in linking_columns(table, places) if persons else ():
        cells = table.columns[place]
        gone = {cell for cell in set(cells) if (text := cell_text(cell)) and pseudonym(text, key) in persons}
        found |= {row for row, cell in zip(table.rows, cells, strict=True) if cell in gone}
    rows = [entry for entry in erasures.rows if entry.file == file]
    missing = 0
    if rows:
        by_digest: dict[str, list[int]] = {}
        for row, digest in zip(raw.rows, row_digests(raw, key), strict=True):
            by_digest.setdefault(digest, []).append(row)
        for entry in rows:
            equal = by_digest.get(entry.row, [])
            found.update(equal[: max(0, len(equal) - entry.others)])
            missing += not equal
    if not missing or not raw.rows:
        return frozenset(found), ()
    fields = {"missing": missing, "entered": len(rows), "source": file}
    at = Place(file=raw.file, sheet=raw.sheet)
    return frozenset(found), (Problem(code="survey.erased_rows_missing", place=at, fields=fields, severity="warning"),)
