"""The heading rows of a Qualtrics export: tags, wordings and import ids in the generations there have been."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, get_args

from survey.importers.cell_text import fold
from survey.importers.heading_rows import TopRow, top_rows
from survey.importers.mapping import ColumnRole
from survey.importers.table_file import Table
from survey.importers.times import parse_time

__all__ = [
    "RESPONSE_ID",
    "ColumnId",
    "Layout",
    "Variant",
    "column_id",
    "import_id",
    "is_legacy_own",
    "layout_of",
    "own_columns",
    "role_by_name",
]

Variant = Literal["current", "insights", "legacy", "one_row"]

_IMPORT_ID = re.compile(r"""\{\s*u?["']ImportId["']\s*:\s*u?["'](?P<id>[^"']+)["'](?P<rest>.*)\}""", re.S)
_CHOICE_ID = re.compile(r"""["']choiceId["']\s*:\s*u?["']?(?P<choice>-?\w+)""")
_COLUMN_ID = re.compile(
    r"(?:(?P<loop>\d+|[a-z]\d+)_)?(?P<question>QID\d+(?:#\d+)?)(?P<parts>(?:[-_]x?-?\d+)*)(?P<text>[-_]TEXT)?"
)
_LEGACY_OWN = re.compile(r"V\d{1,2}")
RESPONSE_ID = re.compile(r"R_[0-9A-Za-z]{11,17}")
"""Ids of responses."""
_TELLING = frozenset(
    {"recordeddate", "recorded date", "responseid", "response id", "distributionchannel", "distribution channel"}
    | {"userlanguage", "user language", "recipientlastname", "recipient last name", "recipientemail"}
    | {"externalreference", "external data reference", "externaldatareference", "responseset", "locationaccuracy"}
    | {"locationlatitude", "locationlongitude", "duration (in seconds)"}
)
"""Own columns that hardly any other platform has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the rows at the top are: a tag, a wording and an import id per column, as far as the file has them.

    ``id_row`` is the row of the import ids; ``first_record`` how many records the further heading rows take.
    """

    variant: Variant
    tags: tuple[str, ...]
    wordings: tuple[str, ...]
    ids: tuple[str, ...]
    first_record: int
    id_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnId:
    """An import id taken apart: question (``QID5``, ``QID5#2`` of a side by side), parts (row, choice), loop."""

    question: str
    parts: tuple[str, ...] = ()
    text: bool = False
    loop: str | None = None


@cache
def own_columns() -> dict[str, ColumnRole]:
    """Qualtrics' own columns (folded tag, import id or heading) and their roles."""
    import yaml

    text = (resources.files("survey.importers") / "qualtrics_columns.yaml").read_text(encoding="utf-8")
    by_role: dict[ColumnRole, list[str]] = yaml.safe_load(text)
    return {fold(str(name)): role for role, names in by_role.items() if role in get_args(ColumnRole) for name in names}


def role_by_name(*names: str) -> ColumnRole | None:
    """The role of a column of Qualtrics' own, by whichever of its names is known."""
    return next((role for name in names if (role := own_columns().get(fold(name))) is not None), None)


def is_legacy_own(tag: str) -> bool:
    """Whether a tag is that of a column of Qualtrics' own in the oldest exports: V1, V2 …"""
    return _LEGACY_OWN.fullmatch(tag) is not None


def import_id(text: str) -> str | None:
    """The id in ``{"ImportId":"QID5"}`` or, of 2016, ``{'ImportId': 'QID5'}``, with the choice if it stands apart."""
    found = _IMPORT_ID.fullmatch(text.strip())
    if found is None:
        return None
    choice = _CHOICE_ID.search(found["rest"])
    return f"{found['id']}_{choice['choice']}" if choice else found["id"]


def column_id(identifier: str) -> ColumnId | None:
    """The parts of an import id that names a question's column (``QID5_2``, ``QID5#1-2-1-TEXT``, ``1_QID5``)."""
    found = _COLUMN_ID.fullmatch(identifier)
    if found is None:
        return None
    parts = re.findall(r"[-_](x?-?\d+)", found["parts"])
    return ColumnId(question=found["question"], parts=tuple(parts), text=found["text"] is not None, loop=found["loop"])


def layout_of(table: Table) -> Layout | None:
    """Which generation of heading rows a table has, or None where it has none of them."""
    rows = top_rows(table)
    for place, row in enumerate(rows):
        ids = [import_id(text) for text in row.texts]
        found = [identifier for identifier in ids if identifier is not None]
        if len(found) >= 2 and len(found) >= 0.6 * len(row.filled()):
            before = rows[:place]
            blank = ("",) * len(row.texts)
            tags = before[-2].texts if len(before) > 1 else before[-1].texts if before else tuple(i or "" for i in ids)
            return Layout(
                variant="insights" if any("{'" in text or "{u'" in text for text in row.texts) else "current",
                tags=tags,
                wordings=before[-1].texts if len(before) > 1 else blank,
                ids=tuple(identifier or "" for identifier in ids),
                first_record=row.first_record,
                id_row=row.number,
            )
    return _legacy(rows) or _one_row(rows)


def _legacy(rows: Sequence[TopRow]) -> Layout | None:
    """Two heading rows, the first of which begins V1, V2 …; the names of these columns stand in the second."""
    for place, row in enumerate(rows):
        own = [text for text in row.texts if _LEGACY_OWN.fullmatch(text)]
        if row.texts[:3] != ("V1", "V2", "V3") or len(own) < 5:
            continue
        below = rows[place + 1] if place + 1 < len(rows) else None
        if below is None or any(RESPONSE_ID.fullmatch(text) for text in below.texts):
            return Layout(variant="legacy", tags=row.texts, wordings=row.texts, ids=(), first_record=row.first_record)
        return Layout(variant="legacy", tags=row.texts, wordings=below.texts, ids=(), first_record=below.first_record)
    return None


def _one_row(rows: Sequence[TopRow]) -> Layout | None:
    """Tags alone, or tags and wordings: people delete the rows that are in their way."""
    for place, row in enumerate(rows):
        known = [text for text in row.texts if text and fold(text) in own_columns()]
        if len(set(known)) < 4 or not any(fold(text) in _TELLING for text in known):
            continue
        below = rows[place + 1] if place + 1 < len(rows) else None
        dates = [c for c, text in enumerate(row.texts) if role_by_name(text) in {"started", "submitted"}]
        named = below is not None and dates and all(
            below.texts[c] and parse_time(below.texts[c], order="day") is None
            and parse_time(below.texts[c], order="month") is None and not below.texts[c].replace(".", "").isdigit()
            for c in dates
        )  # fmt: skip
        if below is not None and named:
            return Layout(
                variant="one_row", tags=row.texts, wordings=below.texts, ids=(), first_record=below.first_record
            )
        blank = ("",) * len(row.texts)
        return Layout(variant="one_row", tags=row.texts, wordings=blank, ids=(), first_record=row.first_record)
    return None
