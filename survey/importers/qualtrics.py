"""Qualtrics exports: three generations of heading rows, numbers or choice texts, any language of the account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from itertools import islice

from survey.errors import Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import CellValue, cell_text, fold
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading, parse_headings, role_of
from survey.importers.qualtrics_columns import SEEN, QualtricsColumns
from survey.importers.qualtrics_headings import (
    RESPONSE_ID,
    Layout,
    column_id,
    is_legacy_own,
    layout_of,
    own_columns,
    role_by_name,
)
from survey.importers.table_file import Table

__all__ = ["QualtricsImporter"]

_SAMPLE = 100
_FEWEST_CUT = 90
"""Characters from which a wording that ends in "..." was cut by the platform."""


class QualtricsImporter:
    """Recognises Qualtrics exports by their heading rows, own columns and response ids."""

    platform = "qualtrics"

    def recognise(self, table: Table) -> Detection:
        """Import ids or the columns V1 … decide; where both rows were deleted, own columns and ids as in R_… speak."""
        layout = layout_of(table)
        reasons: list[Problem] = []
        confidence = 0.0
        if layout is not None and layout.id_row is not None:
            example = "{'ImportId': 'QID1'}" if layout.variant == "insights" else '{"ImportId":"QID1"}'
            reasons.append(reason("qualtrics_import_ids", row=layout.id_row, example=example))
            confidence += 0.9
        elif layout is not None and layout.variant == "legacy":
            reasons.append(reason("qualtrics_legacy_tags"))
            confidence += 0.8
        names = (*layout.tags, *layout.wordings) if layout is not None else table.headings
        own = list(dict.fromkeys(name for name in names if name and fold(name) in own_columns()))
        if len(own) >= 4 and layout is not None:
            reasons.append(reason("columns", columns=", ".join(own[:8])))
            confidence += 0.55 if len(own) < 7 else 0.7
        cells = (cell_text(cell) for column in table.columns for cell in islice(column, _SAMPLE))
        if any(RESPONSE_ID.fullmatch(text) for text in cells):
            reasons.append(reason("qualtrics_response_ids"))
            confidence += 0.2
        if layout is not None:
            reasons.append(reason(f"qualtrics_{layout.variant}"))
        return Detection(
            platform=self.platform,
            confidence=min(round(confidence, 3), 0.99),
            reasons=tuple(reasons) if confidence else (),
            variant=None if layout is None else layout.variant,
        )

    def arrange(self, table: Table) -> Arranged:
        """Export tags as headings, import ids as keys; the wordings of row 2 split into stem and part.

        Previews and tests are proposed to be left out unless there is nothing else. Where the export writes -99 for
        questions seen and not answered, an empty cell was not shown.
        """
        layout = layout_of(table)
        if layout is None:
            return Arranged(table=table, headings=_plain_headings(table.headings))
        folded = table.with_headings(_headings_of(layout), first_record=layout.first_record)
        headings = QualtricsColumns(folded, layout).headings()
        answers = [column for column, heading in zip(folded.columns, headings, strict=True) if heading.role is None]
        seen = any(SEEN in {cell_text(cell) for cell in set(column)} for column in answers)
        leave_out, previews = _previews(folded, headings)
        return Arranged(
            table=folded,
            headings=headings,
            separators=(",",),
            missing={SEEN: "skipped"} if seen else {},
            blank_is="not_shown" if seen else "blank",
            leave_out=leave_out,
            remarks=(*previews, *_remarks(folded, headings, layout, seen=seen)),
        )


def _plain_headings(headings: tuple[str, ...]) -> tuple[Heading, ...]:
    return tuple(
        replace(heading, role=role_by_name(heading.text) or role_of(heading.text))
        for heading in parse_headings(headings)
    )


def _headings_of(layout: Layout) -> tuple[str, ...]:
    """Tags; of V1 … the name that stands below it."""
    return tuple(
        wording if layout.variant == "legacy" and wording and is_legacy_own(tag) else tag or wording
        for tag, wording in zip(layout.tags, layout.wordings, strict=True)
    )


@cache
def _words() -> dict[str, tuple[str, ...]]:
    import yaml

    text = (resources.files("survey.importers") / "qualtrics_words.yaml").read_text(encoding="utf-8")
    words: dict[str, list[str]] = yaml.safe_load(text)
    return {name: tuple(values) for name, values in words.items()}


def _own(headings: Sequence[Heading], *names: str) -> int | None:
    """The place of a column of Qualtrics' own."""
    wanted = {fold(name) for name in names}
    for place, heading in enumerate(headings):
        if heading.role is not None and ({fold(heading.key or ""), fold(heading.text)} & wanted):
            return place
    return None


def _count(cells: Sequence[CellValue], values: Sequence[str]) -> int:
    folded = {fold(value) for value in values}
    return sum(fold(cell_text(cell)) in folded for cell in cells)


def _previews(table: Table, headings: Sequence[Heading]) -> tuple[dict[str, tuple[str, ...]], list[Problem]]:
    """Values that mark previews and tests, and how many there are; nothing is left out where all records are such."""
    leave_out: dict[str, tuple[str, ...]] = {}
    for names, words in (
        (("status", "Response Type"), "preview_status"),
        (("distributionChannel",), "preview_channel"),
    ):
        place = _own(headings, *names)
        if place is None:
            continue
        values = _words()[words]
        count = _count(table.columns[place], values)
        if count == table.n:
            all_tests = Problem(code="survey.qualtrics_all_tests", place=table.place(place), severity="warning")
            return {}, [all_tests]
        leave_out[table.headings[place]] = values
    marked = 0
    for heading, values in leave_out.items():
        place = table.position_of(heading)
        marked = max(marked, 0 if place is None else _count(table.columns[place], values))
    if not marked:
        return leave_out, []
    fields = {"count": marked}
    return leave_out, [
        Problem(code="survey.qualtrics_previews", place=table.place(), fields=fields, severity="warning")
    ]


def _remarks(table: Table, headings: Sequence[Heading], layout: Layout, *, seen: bool) -> Iterator[Problem]:
    """Questions counted by id, unfinished responses, tags used twice, wordings cut, loops, seen and not answered."""
    ids = [column_id(heading.key) for heading in headings if heading.key and heading.role is None]
    counted = {known.question.partition("#")[0] for known in ids if known is not None}
    if counted:
        asked = sum(known is not None for known in ids)
        fields: dict[str, object] = {"count": len(counted), "columns": asked}
        yield Problem(code="survey.qualtrics_questions", place=table.place(), fields=fields, severity="note")
    finished = _own(headings, "finished")
    if finished is not None and (count := _count(table.columns[finished], _words()["unfinished"])):
        fields = {"count": count}
        yield Problem(code="survey.qualtrics_unfinished", place=table.place(finished), fields=fields, severity="note")
    twice = [
        tag
        for tag, heading, occurrence in zip(table.headings, headings, table.occurrences, strict=True)
        if occurrence == 2 and heading.role is None
    ]
    if twice:
        code = "survey.qualtrics_tags_twice" if layout.ids else "survey.qualtrics_tags_twice_without_ids"
        yield Problem(code=code, place=table.place(), fields={"tags": ", ".join(twice[:10])}, severity="note")
    cut = [text for text in layout.wordings if "..." in text[_FEWEST_CUT:]]
    if cut:
        fields = {"count": len(cut)}
        yield Problem(code="survey.qualtrics_wordings_cut", place=table.place(), fields=fields, severity="note")
    loops = sorted({h.group for h in headings if h.group and h.key and h.key.split("_")[0].isdigit()})
    if loops:
        fields = {"count": len(loops), "questions": ", ".join(loops[:10])}
        yield Problem(code="survey.qualtrics_loops", place=table.place(), fields=fields, severity="note")
    if seen:
        yield Problem(code="survey.qualtrics_seen", place=table.place(), severity="note")
