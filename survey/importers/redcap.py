"""REDCap exports: raw codes or labels, checkboxes as one column per choice, events and repeating instruments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from survey.errors import Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import CellValue, cell_text, fold
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading
from survey.importers.mapping import ColumnRole
from survey.importers.table_file import Table
from survey.structures.wordings import option_code

__all__ = ["RedcapImporter", "tables_by_instrument"]

_FIELDS: dict[str, ColumnRole] = {
    "redcap_event_name": "wave",
    "redcap_repeat_instrument": "paradata",
    "redcap_repeat_instance": "paradata",
    "redcap_survey_identifier": "identifier",
    "redcap_data_access_group": "paradata",
    "event name": "wave",
    "repeat instrument": "paradata",
    "repeat instance": "paradata",
    "survey identifier": "identifier",
    "data access group": "paradata",
}
_IDS = frozenset({"record_id", "study_id", "participant_id", "subject_id", "record id", "study id", "participant id"})
_BOX = re.compile(r"(?P<field>[a-z][a-z0-9_]*?)___(?P<code>_?[A-Za-z0-9.]+)")
_COMPLETE = re.compile(r"(?P<form>[a-z][a-z0-9_]*)_complete")
_STATUS = frozenset({"", "0", "1", "2", "na", "incomplete", "unverified", "complete"})
_TICKS = frozenset({"", "0", "1", "na", "checked", "unchecked"})
_NO = frozenset({"0", "unchecked"})
_ESCAPE = re.compile(r"<U\+([0-9A-Fa-f]{4,8})>")
_SAMPLE = 200


class RedcapImporter:
    """Recognises REDCap exports and takes their headings apart."""

    platform = "redcap"

    def recognise(self, table: Table) -> Detection:
        """By REDCap's own columns, the status of each form, and checkboxes with ``___`` or ``(choice=…)``."""
        reasons: list[Problem] = []
        confidence = 0.0
        folded = [fold(text) for text in table.headings]
        own = [text for text in folded if text in _FIELDS]
        if any(text.startswith("redcap_") for text in own):
            confidence += 0.5
            reasons.append(reason("columns", columns=", ".join(own)))
        status = _status_columns(table)
        if status:
            confidence += 0.5 if len(status) > 1 else 0.25
            shown = ", ".join(table.headings[place] for place in status[:5])
            reasons.append(reason("form_status", count=len(status), columns=shown))
        boxes = _boxes(table)
        if len(boxes) >= 2:
            confidence += 0.35
            reasons.append(reason("checkbox_columns", count=len(boxes)))
        labelled = sum(_labelled_box(text) is not None for text in table.headings)
        if labelled >= 2:
            confidence += 0.5
            reasons.append(reason("choice_columns", count=labelled))
        if "complete?" in folded:
            confidence += 0.3
            reasons.append(reason("columns", columns="Complete?"))
        if confidence and any(text in _IDS for text in folded[:2]):
            confidence += 0.1
            reasons.append(reason("columns", columns=next(text for text in folded[:2] if text in _IDS)))
        return Detection(
            platform=self.platform,
            confidence=min(round(confidence, 3), 0.99),
            reasons=tuple(reasons),
            variant=_variant(folded, labelled > 0 or "complete?" in folded) if confidence > 0 else None,
        )

    def arrange(self, table: Table) -> Arranged:
        """Checkbox columns are the options of one question; the event is the wave; status and times are paradata.

        A checkbox field of which no box is ticked is unanswered in REDCap, although the export writes 0.
        """
        table, escaped = _decoded(table)
        status = set(_status_columns(table))
        boxes = _boxes(table)
        table, unanswered = _unticked(table, boxes)
        times = [p for p, text in enumerate(table.headings) if _is_time(table, p, text)]
        headings: list[Heading] = []
        record = _record(table)
        for place, text in enumerate(table.headings):
            role = _FIELDS.get(fold(text))
            if not text.strip():
                role = "ignore"
            elif place == record:
                role = "respondent"
            elif place in status or fold(text) == "complete?":
                role = "paradata"
            elif place in times:
                role = "submitted" if len(times) == 1 else "paradata"
            if role is not None:
                headings.append(Heading(text=text, role=role, wordings=(text,)))
            else:
                headings.append(_asked(text, boxes.get(place)))
        return Arranged(table=table, headings=tuple(headings), remarks=_remarks(table, escaped, unanswered))


def tables_by_instrument(table: Table) -> dict[str, Table]:
    """The records of each repeating instrument, and those of none under ``""``.

    A record with repeating instruments has several rows; only rows of one kind are respondents of one kind.
    """
    place = table.position_of("redcap_repeat_instrument")
    if place is None:
        place = table.position_of("Repeat Instrument")
    if place is None:
        return {"": table}
    records: dict[str, list[int]] = {}
    for record, cell in enumerate(table.columns[place]):
        records.setdefault(cell_text(cell), []).append(record)
    return {name: table.keep(kept) for name, kept in records.items()}


def _variant(folded: Sequence[str], labelled: bool) -> str:
    if {"redcap_repeat_instrument", "repeat instrument"} & set(folded):
        return "repeating"
    if {"redcap_event_name", "event name"} & set(folded):
        return "longitudinal"
    return "labels" if labelled else "raw"


def _status_columns(table: Table) -> list[int]:
    """Columns of the status of a form: 0, 1, 2, or its words."""
    found = []
    for place, text in enumerate(table.headings):
        if _COMPLETE.fullmatch(text.strip()):
            cells = {fold(cell_text(cell)) for cell in set(table.columns[place])}
            if cells <= _STATUS and cells - {"", "na"}:
                found.append(place)
    return found


def _boxes(table: Table) -> dict[int, tuple[str, str]]:
    """Field and code of every checkbox column, by place."""
    found: dict[int, tuple[str, str]] = {}
    for place, text in enumerate(table.headings):
        match = _BOX.fullmatch(text.strip())
        if match:
            cells = {fold(cell_text(cell)) for cell in islice(table.columns[place], _SAMPLE)}
            if cells <= _TICKS:
                code = match["code"]
                found[place] = (match["field"], f"-{code[1:]}" if code.startswith("_") else code)
    return found


def _is_time(table: Table, place: int, text: str) -> bool:
    form, ending, rest = text.strip().rpartition("_timestamp")
    known = bool(ending) and not rest and table.position_of(f"{form}_complete") is not None
    return known or fold(table.headings[place]) == "survey timestamp"


def _record(table: Table) -> int | None:
    """The record id: the first column with a heading, which REDCap always puts there."""
    for place, text in enumerate(table.headings[:3]):
        if fold(text) in _IDS:
            return place
    return next((place for place, text in enumerate(table.headings) if text.strip()), None)


def _labelled_box(text: str) -> tuple[str, str] | None:
    """Label of the field and of the choice in ``Why? (choice=Price)``."""
    stem, mark, choice = text.strip().partition("(choice=")
    if not mark or not stem.strip() or not choice.endswith(")"):
        return None
    return stem.strip(), choice[:-1].strip()


def _asked(text: str, box: tuple[str, str] | None) -> Heading:
    if box is not None:
        field, code = box
        return Heading(text=text, group=field, kind="multiple", part=code, option=option_code(code), wordings=(field,))
    labelled = _labelled_box(text)
    if labelled is not None:
        stem, choice = labelled
        return Heading(text=text, stem=stem, part=choice, kind="multiple", wordings=(stem,))
    return Heading(text=text, wordings=(text.strip(),), codes=(text.strip(),))


def _unticked(table: Table, boxes: dict[int, tuple[str, str]]) -> tuple[Table, int]:
    """The table with checkbox fields blank where nothing is ticked, and how many answers that were."""
    columns: list[Sequence[CellValue]] = list(table.columns)
    groups: dict[str, list[int]] = {}
    for place, (field, _) in boxes.items():
        groups.setdefault(field, []).append(place)
    count = 0
    for places in groups.values():
        cells = [[fold(cell_text(cell)) for cell in columns[place]] for place in places]
        empty = [r for r, row in enumerate(zip(*cells, strict=True)) if set(row) <= _NO | {"", "na"} and set(row) & _NO]
        count += len(empty)
        gone = set(empty)
        if gone:
            for place in places:
                columns[place] = [None if r in gone else cell for r, cell in enumerate(columns[place])]
    return (replace(table, columns=tuple(columns)), count) if count else (table, 0)


def _decoded(table: Table) -> tuple[Table, int]:
    """The table with characters that R wrote as ``<U+043E>`` restored, and how many cells held any."""
    columns: list[Sequence[CellValue]] = []
    count = 0
    for column in table.columns:
        hits = sum(isinstance(cell, str) and bool(_ESCAPE.search(cell)) for cell in column)
        count += hits
        columns.append([_restored(cell) for cell in column] if hits else column)
    return (replace(table, columns=tuple(columns)), count) if count else (table, 0)


def _restored(cell: CellValue) -> CellValue:
    if not isinstance(cell, str):
        return cell

    def character(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else match[0]

    return _ESCAPE.sub(character, cell)


def _remarks(table: Table, escaped: int, unanswered: int) -> tuple[Problem, ...]:
    remarks: list[Problem] = []

    def note(code: str, **fields: object) -> None:
        remarks.append(Problem(code=f"survey.{code}", place=table.place(), fields=fields, severity="note"))

    for name, code in (("redcap_event_name", "redcap_events"), ("redcap_repeat_instrument", "redcap_repeats")):
        place = table.position_of(name)
        if place is not None:
            counts = Counter(text for cell in table.columns[place] if (text := cell_text(cell)))
            if counts:
                note(code, values=", ".join(f"{text} ({count})" for text, count in list(counts.items())[:20]))
    if unanswered:
        note("redcap_boxes_empty", count=unanswered)
    if escaped:
        note("redcap_escapes", count=escaped)
    return tuple(remarks)
