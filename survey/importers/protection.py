"""What a file says of persons is dropped, digested or masked here, before anything of it is stored.

A column has a privacy role: what the mapping says, else what its use, its heading and its cells give away. The role
decides what is kept of it unless the mapping says ``keep``. Everything that reads cells afterwards sees them protected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, replace
from typing import Any, Literal

from survey.errors import Place, Problem
from survey.importers.cell_text import CellValue, cell_text, column_letter, is_blank
from survey.importers.mapping import Column, ColumnRole
from survey.importers.table_file import Table
from survey.instrument import Instrument
from survey.personal_text import PersonalKind
from survey.privacy import (
    MASK,
    Keep,
    PrivacyRole,
    heading_privacy,
    identifying_values,
    last_four,
    mask_personal,
    pseudonym,
    region_in,
)
from survey.questionnaire import Question

__all__ = ["PrivacyAction", "Protected", "keep_problems", "protect", "treatment_of", "with_privacy"]

_LABELS: frozenset[ColumnRole] = frozenset({"stratum", "cluster"})
_NAMED: frozenset[ColumnRole] = frozenset({"wave", "channel"})
_KEPT_AS: dict[Keep, str] = {"digest": "person", "region": "region", "last4": "last_four"}
"""What a kept identifier is called in the respondent table."""
_ALLOWED: dict[str, tuple[Keep, ...]] = {
    "identifier": ("drop", "digest", "region", "last4"),
    "respondent": ("digest",),
    "stratum": ("digest", "region"),
    "cluster": ("digest", "region"),
    "text": ("drop", "digest", "region", "masked", "last4"),
    "question": ("drop",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyAction:
    """What was done with a column: its role, what was kept of it, and how many cells that concerned. No cell."""

    column: str
    heading: str
    role: PrivacyRole
    action: Keep
    count: int

    def to_dict(self) -> dict[str, Any]:
        """Plain types, as the manifest carries them."""
        return {
            "column": self.column,
            "heading": self.heading,
            "role": self.role,
            "action": self.action,
            "count": self.count,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """A table in which what identifies persons is gone.

    ``kept`` holds, under the names person, region and last_four, what the mapping keeps of identifying columns, one
    entry per record; ``digest_key`` is set where the ids of respondents identify and are to be digested with it.
    """

    table: Table
    places: dict[int, Column]
    actions: tuple[PrivacyAction, ...]
    kept: Lookup[str, Sequence[str | None]]
    digest_key: bytes | None
    remarks: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """The role of a column, what is kept of it (None: all, or it is not read), and what the role was seen by."""

    role: PrivacyRole
    keep: Keep | None
    seen_in: Literal["heading", "cells", "question"] | None


def treatment_of(column: Column, cells: Sequence[CellValue], question: Question | None) -> Treatment:
    """What a column is, and what is kept of it."""
    announced = heading_privacy(column.heading)
    text = question is not None and question.type == "text"
    seen_in: Literal["heading", "cells", "question"] | None = None
    role: PrivacyRole
    if column.privacy is not None:
        role, seen_in = column.privacy, column.seen_in
    elif question is not None and question.type not in {"text", "number"}:
        # a closed list of answers leads to nobody; what it says of them may still be delicate
        traits = announced is not None and announced.role in {"quasi", "sensitive"}
        role, seen_in = (announced.role, "heading") if announced and traits else ("answer", None)
    elif question is None and column.role not in {"identifier", "respondent", *_LABELS}:
        role, seen_in = (
            (announced.role, "heading") if announced and announced.role != "identifier" else ("paradata", None)
        )
    elif announced is not None:
        role, seen_in = announced.role, "heading"
    elif identifying_values(cells):
        role, seen_in = "identifier", "cells"
    elif text:
        role, seen_in = "free_text", "question"
    elif column.role == "identifier":
        role, seen_in = "identifier", None
    else:
        role, seen_in = ("paradata", None) if question is None else ("answer", None)
    keep = column.keep or _usual(column, role, cells, text=text)
    return Treatment(role=role, keep=keep, seen_in=seen_in)


def _usual(column: Column, role: PrivacyRole, cells: Sequence[CellValue], *, text: bool) -> Keep | None:
    """What is kept of a column where the mapping does not say."""
    if role == "identifier":
        if column.role == "respondent" or column.role in _LABELS:
            return "digest"
        if column.question is None and column.role != "identifier":
            return None
        beside_ip = column.question is None and any(region_in(cell) is not None for cell in set(cells))
        return "region" if beside_ip else "drop"
    if column.role == "identifier":
        return "drop"
    return "masked" if text or column.role in _NAMED else None


def with_privacy(column: Column, cells: Sequence[CellValue], question: Question | None) -> Column:
    """The column with its privacy role, what is kept and what the role was seen by, for a person to confirm.

    Columns of plain answers, and those that are not read and say nothing of a person, stay as they are.
    """
    treated = treatment_of(column, cells, question)
    if treated.role in {"answer", "paradata"}:
        return column
    return column.model_copy(update={"privacy": treated.role, "keep": treated.keep, "seen_in": treated.seen_in})


def keep_problems(
    columns: Sequence[Column], questions: Lookup[str, Question], *, file: str | None = None
) -> list[Problem]:
    """What a mapping asks to keep and cannot: of a scale its region, of two columns the same thing."""
    problems = []
    taken: dict[Keep, str] = {}
    for column in columns:
        place = Place(file=file, heading=column.heading)
        asked = questions.get(column.question or "")
        use = column.role if asked is None else "text" if asked.type == "text" else "question"
        allowed = _ALLOWED.get(use or "", ())
        if column.keep is not None and column.keep not in allowed:
            fields = {"keep": column.keep, "allowed": ", ".join(allowed) or "–"}
            problems.append(Problem(code="survey.keep_not_possible", place=place, fields=fields))
        elif column.role == "identifier" and column.keep in _KEPT_AS:
            if column.keep in taken:
                fields = {"keep": column.keep, "other": taken[column.keep]}
                problems.append(Problem(code="survey.keep_twice", place=place, fields=fields))
            taken[column.keep] = column.heading
        personal = [text for text in (*column.values, *column.missing, *column.invalid) if identifying_values([text])]
        if personal:
            problems.append(
                Problem(code="survey.personal_value_in_mapping", place=place, fields={"count": len(personal)})
            )
    return problems


def protect(
    table: Table,
    places: Lookup[int, Column],
    instrument: Instrument,
    *,
    file_key: bytes,
    study_key: Callable[[], bytes] | None = None,
    also: tuple[PersonalKind, ...] = (),
) -> Protected:
    """Replace what identifies persons in the mapped columns of a table.

    Parameters
    ----------
    file_key : digests ids that are equal within this file only.
    study_key : called where the mapping asks for ``keep: digest``; the same person then has the same digest in every
        file of the study. Without it the file's key is used, and a remark says so.
    also : kinds masked in texts beyond the usual ones.
    """
    questions = {question.code: question for question in instrument.questions}
    columns = list(table.columns)
    placed = dict(places)
    actions: list[PrivacyAction] = []
    remarks: list[Problem] = []
    kept: dict[str, Sequence[str | None]] = {}
    digest_key: bytes | None = None
    linking = None if study_key is None else _once(study_key)
    for place, column in places.items():
        cells = table.columns[place]
        question = questions.get(column.question or "")
        treated = treatment_of(column, cells, question)
        if treated.keep is None:
            continue
        key = linking() if linking is not None and column.keep == "digest" else file_key
        if treated.keep == "digest":
            code = "survey.ids_digested_for_study" if key is not file_key else "survey.ids_digested_for_file"
            remarks.append(Problem(code=code, place=table.place(place), severity="note"))
        count = sum(not is_blank(cell) for cell in cells)
        if column.role == "respondent":
            digest_key = key
        elif column.role == "identifier":
            if treated.keep in _KEPT_AS:
                kept[_KEPT_AS[treated.keep]] = found = _changed(cells, _reader(treated.keep, key, also))
                count = sum(cell is not None for cell in found)
            columns[place] = [None] * table.n
        elif treated.keep == "drop":
            columns[place] = [None if is_blank(cell) else MASK for cell in cells]
            placed[place] = column.model_copy(update={"missing": {**column.missing, MASK: "redacted"}})
            fields: dict[str, object] = {"count": count, "question": column.question}
            remarks.append(
                Problem(code="survey.column_redacted", place=table.place(place), fields=fields, severity="warning")
            )
        else:
            columns[place] = changed = _changed(cells, _reader(treated.keep, key, also))
            if treated.keep == "masked":
                count = sum(new is not None and new != cell_text(old) for old, new in zip(cells, changed, strict=True))
        if treated.role == "paradata" and not count:
            continue
        actions.append(
            PrivacyAction(
                column=column_letter(place),
                heading=mask_personal(table.headings[place]),
                role=treated.role,
                action=treated.keep,
                count=count,
            )
        )
    return Protected(
        table=replace(table, columns=tuple(columns)) if actions else table,
        places=placed,
        actions=tuple(actions),
        kept=kept,
        digest_key=digest_key,
        remarks=tuple(remarks),
    )


def _once(key: Callable[[], bytes]) -> Callable[[], bytes]:
    """The same key without asking for it again."""
    found: list[bytes] = []

    def known() -> bytes:
        if not found:
            found.append(key())
        return found[0]

    return known


def _reader(keep: Keep, key: bytes, also: tuple[PersonalKind, ...]) -> Callable[[CellValue], str | None]:
    """What is made of a cell that holds something."""
    if keep == "digest":
        return lambda cell: pseudonym(cell_text(cell), key)
    if keep == "region":
        return region_in
    if keep == "last4":
        return last_four
    return lambda cell: mask_personal(cell_text(cell), also=also)


def _changed(cells: Sequence[CellValue], read: Callable[[CellValue], str | None]) -> list[str | None]:
    """What ``read`` makes of every cell that holds something, worked out once per distinct value."""
    made = {cell: None if is_blank(cell) else read(cell) for cell in set(cells)}
    return [made[cell] for cell in cells]
