"""KoboToolbox and ODK exports: groups in headings, select_multiple as one cell and as splits, repeats, places."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import islice

from survey.errors import Problem
from survey.importers.answer_key import known_missing
from survey.importers.arranged import Arranged
from survey.importers.cell_text import CellValue, cell_text, fold, is_blank
from survey.importers.column_words import PlatformField, word_list
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading
from survey.importers.kobo_headings import KoboHeading, kobo_headings
from survey.importers.kobo_json import SUBMISSIONS
from survey.importers.kobo_literacy import without_measures
from survey.importers.kobo_versions import joined_versions
from survey.importers.mapping import ColumnRole
from survey.importers.table_file import Table
from survey.structures.wordings import option_code

__all__ = ["KoboImporter"]

_SAMPLE = 200
_TRUTHS = frozenset({"true", "false", "1", "0"})
_IDS = ("_uuid", "instanceID", "KEY", "_id", "_index")
"""Fields that tell submissions apart, the best first."""


class KoboImporter:
    """Recognises exports of KoboToolbox, ODK Central, Briefcase, Ona and SurveyCTO, and takes their headings apart."""

    platform = "kobo"

    def recognise(self, table: Table) -> Detection:
        """By the fields every submission carries, links between repeats and their parents, places in four columns."""
        parsed = kobo_headings(table.headings)
        names = {heading.field.name for heading in parsed if heading.field is not None}
        typical = {heading.field.name for heading in parsed if heading.field is not None and heading.field.typical}
        reasons: list[Problem] = []
        confidence = 0.0
        if {"_uuid", "_submission_time"} <= names or {"SubmissionDate", "KEY"} <= names:
            confidence += 0.55
        if "PARENT_KEY" in names or {"_parent_index", "_parent_table_name"} <= names:
            confidence += 0.35
            reasons.append(reason("parent_links"))
        if "instanceID" in names:
            confidence += 0.35
        forms = any(name.startswith("content") for name in table.other_sheets)
        if table.kind == "json" and table.sheet == SUBMISSIONS and forms:
            confidence += 0.75
            reasons.append(reason("form_pack"))
        if len(typical) >= 3:
            confidence += 0.15
        if typical:
            shown = [h.name for h in parsed if h.field is not None and h.field.name in typical | {"KEY", "_id"}]
            reasons.insert(0, reason("columns", columns=", ".join(shown[:9])))
        spots = {heading.spot for heading in parsed if heading.spot is not None}
        if spots and (typical or _splits(table, parsed)):
            confidence += 0.25
            reasons.append(reason("places", count=len(spots)))
        if typical and any(heading.path for heading in parsed):
            confidence += 0.05
            reasons.append(reason("group_paths"))
        if confidence and any("n/a" in {fold(cell_text(cell)) for cell in islice(c, 50)} for c in table.columns):
            confidence += 0.1
            reasons.append(reason("marks", marks="n/a"))
        splits = sum(heading.joined is not None for heading in parsed)
        if typical and splits:
            confidence += 0.05
            reasons.append(reason("option_splits", count=splits))
        return Detection(
            platform=self.platform,
            confidence=min(round(confidence, 3), 0.99),
            reasons=tuple(reasons),
            variant=_variant(names, parsed) if confidence > 0 else None,
        )

    def arrange(self, table: Table) -> Arranged:
        """The joined column of a select_multiple is the answer, its splits are not read again; places are dropped.

        Questions that moved between groups from one version of the form to the next are joined.
        """
        table, tests = without_measures(table)
        table, moved = joined_versions(table, kobo_headings(table.headings))
        parsed = kobo_headings(table.headings)
        reader = _Headings(table, parsed, [place for places in moved.values() for place in places])
        headings = tuple(reader.heading(place) for place in range(len(parsed)))
        return Arranged(
            table=table,
            headings=headings,
            separators=(" ", "┋", ";"),
            remarks=(*reader.remarks(), *_moved(table, moved), *_measured(table, tests)),
        )


class _Headings:
    """Turns parsed headings into ours, looking into cells where names do not decide."""

    def __init__(self, table: Table, parsed: Sequence[KoboHeading], moved: Collection[int]) -> None:
        self.table = table
        self.parsed = parsed
        self.moved = frozenset(moved)
        self.splits = _splits(table, parsed)
        self.ignored = {place for places in self.splits.values() for place in places} | self.moved
        self.fields = {h.field.name: place for place, h in enumerate(parsed) if h.field is not None}
        self.linked = self._is_linked()
        filled = [name for name in _IDS if name in self.fields and not self._empty(self.fields[name])]
        self.identity = filled[0] if filled else None
        self.loose = self._loose()
        self.bases = self._bases()
        self.with_text = {(parsed[place].path, base) for place, base in self.bases.items()}

    def heading(self, place: int) -> Heading:
        text, found = self.table.headings[place], self.parsed[place]
        worded = found.name
        if found.field is not None:
            return Heading(text=text, role=self._role(place, found.field))
        if found.spot is not None:
            return Heading(text=text, role="identifier")
        if place in self.ignored:
            return Heading(text=text, role="ignore")
        if found.instances:
            counted = ", ".join(f"{name} {number}" for name, number in found.instances)
            return Heading(text=text, wordings=(f"{worded} ({counted})",), codes=self._codes(found))
        if place in self.splits:
            return Heading(text=text, wordings=(worded,), kind="multiple", codes=found.codes)
        if place in self.loose:
            owner = found.path[-1]
            return Heading(
                text=text,
                group=owner,
                stem=owner,
                part=worded,
                wordings=(worded,),
                kind="multiple",
                option=option_code(worded),
                codes=found.codes,
            )
        if place in self.bases:
            base = self.bases[place]
            return Heading(text=text, group=base, wordings=(worded,), kind="text", codes=found.codes, beside=True)
        group = worded if (found.path, worded) in self.with_text else None
        return Heading(text=text, group=group, wordings=(worded,), codes=found.codes)

    @staticmethod
    def _codes(found: KoboHeading) -> tuple[str, ...]:
        """A repeat in the same row is a question of the form only in its first instance."""
        return found.codes if all(number == 1 for _, number in found.instances) else ()

    def _role(self, place: int, field: PlatformField) -> ColumnRole:
        if field.name in {"_parent_index", "PARENT_KEY"} and self.linked:
            return "cluster"
        if field.name == self.identity:
            return "cluster" if self._repeats(place) and not self.linked else "respondent"
        if field.name == "_uuid" or (field.name == "SubmissionDate" and "_submission_time" in self.fields):
            return "paradata"
        return field.role

    def _empty(self, place: int) -> bool:
        return all(is_blank(cell) for cell in self.table.columns[place])

    def _repeats(self, place: int) -> bool:
        filled = [cell for cell in self.table.columns[place] if not is_blank(cell)]
        return len(set(filled)) < len(filled)

    def _is_linked(self) -> bool:
        """Whether the records are repeats that point at a record of another table."""
        for name in ("_parent_index", "PARENT_KEY"):
            if name in self.fields:
                return any(cell_text(cell) not in {"", "-1"} for cell in self.table.columns[self.fields[name]])
        return False

    def _loose(self) -> set[int]:
        """Splits whose joined column is absent: every column of one path holds truth values."""
        gone = {"", *known_missing("kobo")}
        paths: dict[tuple[str, ...], list[int]] = {}
        for place, found in enumerate(self.parsed):
            if found.path and found.field is None and not found.instances:
                paths.setdefault(found.path, []).append(place)
        loose: set[int] = set()
        for places in paths.values():
            cells = [{fold(cell_text(cell)) for cell in set(self.table.columns[place])} for place in places]
            stroke = all("/" in self.table.headings[place] and self.parsed[place].joined is None for place in places)
            truths = all(found - gone <= _TRUTHS and (found - gone or "n/a" in found) for found in cells)
            if len(places) > 1 and stroke and truths:
                loose.update(places)
        return loose

    def _bases(self) -> dict[int, str]:
        """The question beside which a text stands: ``fruit`` of ``fruit_other``."""
        known = {(h.path, h.name) for h in self.parsed if h.field is None}
        bases: dict[int, str] = {}
        for place, found in enumerate(self.parsed):
            before, line, end = found.name.rpartition("_")
            if line and fold(end) in word_list("kobo", "beside") and (found.path, before) in known:
                bases[place] = before
        return bases

    def remarks(self) -> tuple[Problem, ...]:
        remarks: list[Problem] = []
        counted: dict[str, int] = {}
        for found in self.parsed:
            for name, number in found.instances:
                counted[name] = max(number, counted.get(name, 0))
        for name, most in counted.items():
            fields: Mapping[str, object] = {"repeat": name, "most": most}
            remarks.append(
                Problem(code="survey.kobo_repeat_spread", place=self.table.place(), fields=fields, severity="warning")
            )
        if self.linked:
            fields = {"count": self.table.n}
            remarks.append(
                Problem(code="survey.kobo_repeat_table", place=self.table.place(), fields=fields, severity="note")
            )
        elif self.identity is not None and self._repeats(self.fields[self.identity]):
            remarks.append(
                Problem(code="survey.kobo_repeat_rows", place=self.table.place(), fields={}, severity="warning")
            )
        return tuple(remarks)


def _splits(table: Table, parsed: Sequence[KoboHeading]) -> dict[int, tuple[int, ...]]:
    """By the place of the joined column, the places of its splits; every split holds truth values only."""
    gone = {"", *known_missing("kobo")}
    found: dict[int, list[int]] = {}
    for place, heading in enumerate(parsed):
        if heading.joined is not None:
            found.setdefault(heading.joined, []).append(place)

    def ticks(place: int) -> bool:
        cells: set[CellValue] = set(islice(table.columns[place], _SAMPLE))
        return {fold(cell_text(cell)) for cell in cells} - gone <= _TRUTHS

    return {joined: tuple(places) for joined, places in found.items() if all(ticks(place) for place in places)}


def _moved(table: Table, moved: Mapping[int, Sequence[int]]) -> tuple[Problem, ...]:
    if not moved:
        return ()
    fields = {"count": len(moved), "columns": ", ".join(table.headings[place] for place in list(moved)[:10])}
    return (Problem(code="survey.kobo_versions", place=table.place(), fields=fields, severity="note"),)


def _measured(table: Table, tests: Sequence[int]) -> tuple[Problem, ...]:
    if not tests:
        return ()
    fields = {"columns": ", ".join(table.headings[place] for place in tests[:10])}
    return (Problem(code="survey.kobo_literacy", place=table.place(), fields=fields, severity="note"),)


def _variant(names: set[str], parsed: Sequence[KoboHeading]) -> str:
    if {"KEY", "SubmissionDate"} & names and "_uuid" not in names:
        return "central"
    if "_parent_index" in names or "PARENT_KEY" in names:
        return "linked"
    return "spread" if any(heading.instances for heading in parsed) else "kobo"
