"""SPSS and Stata files as answers: their own labels, sets and missing values say what every column is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from survey.errors import Problem
from survey.file_guard import FileKind
from survey.importers.arranged import Arranged
from survey.importers.cell_text import CellValue, cell_text, fold, number_in
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading, QuestionKind, parse_headings, role_of
from survey.importers.mapping import ColumnRole
from survey.importers.table_file import Table
from survey.importers.variables import Variable

__all__ = ["LabelledFileImporter", "SpssImporter", "StataImporter"]

_SURE = 0.98
_LISTED = 8


class LabelledFileImporter:
    """What SPSS and Stata files have in common; each importer names its kinds of file."""

    platform: ClassVar[str]
    kinds: ClassVar[frozenset[FileKind]]

    def recognise(self, table: Table) -> Detection:
        """By the kind of the file, which its first bytes tell."""
        if table.kind not in self.kinds:
            return Detection(platform=self.platform, confidence=0.0, reasons=())
        known = [variable for variable in table.variables if variable is not None]
        fields = {
            "variables": len(table.headings),
            "labels": sum(bool(variable.label) for variable in known),
            "values": sum(bool(variable.values) for variable in known),
            "missing": sum(bool(variable.missing or variable.missing_ranges) for variable in known),
        }
        return Detection(
            platform=self.platform,
            confidence=_SURE,
            reasons=(reason(f"{self.platform}_format"), reason("codebook_inside", **fields)),
            variant=table.kind,
        )

    def arrange(self, table: Table) -> Arranged:
        """Variable names as lasting keys, labels as wordings; sets of multiple responses as one question.

        Columns of a set that counts one value become 1 (counted) and 0; dates are no answers unless the instrument
        has a question of that name.
        """
        variables = table.variables or (None,) * len(table.headings)
        table = replace(table, columns=_ticked(table, variables))
        parsed = parse_headings(tuple(v.label if v and v.label else h for h, v in _pairs(table, variables)))
        options = _set_options(table, variables)
        headings = tuple(
            _heading(name, variable, label, cells, options.get(place))
            for place, (name, variable, label, cells) in enumerate(
                zip(table.headings, variables, parsed, table.columns, strict=True)
            )
        )
        return Arranged(table=table, headings=headings, remarks=tuple(_remarks(table, variables)))


class SpssImporter(LabelledFileImporter):
    """SPSS: ``.sav``, ``.zsav`` and ``.por``."""

    platform = "spss"
    kinds = frozenset[FileKind]({"sav", "por"})


class StataImporter(LabelledFileImporter):
    """Stata: ``.dta``."""

    platform = "stata"
    kinds = frozenset[FileKind]({"dta"})


def _pairs(table: Table, variables: Sequence[Variable | None]) -> list[tuple[str, Variable | None]]:
    return list(zip(table.headings, variables, strict=True))


def _heading(
    name: str, variable: Variable | None, label: Heading, cells: Sequence[CellValue], option: int | str | None
) -> Heading:
    role = role_of(name, cells) or role_of(label.text) or _role_of_cells(cells)
    wordings = tuple(dict.fromkeys((*label.wordings, name)))
    if variable is None or variable.group is None:
        return Heading(
            text=name,
            key=name,
            number=label.number,
            wordings=wordings,
            stem=label.stem,
            part=label.part,
            role=role,
            kind=_kind(variable, cells),
        )
    stem, part = variable.group_label or variable.group, variable.label or name
    if variable.counted is None and variable.measure == "nominal":  # categories without order are no rows of a scale
        joined = (f"{stem}: {part}", *wordings)
        return Heading(text=name, key=name, wordings=joined, role=role, kind=_kind(variable, cells))
    return Heading(
        text=name,
        key=name,
        wordings=wordings,
        stem=stem,
        part=part,
        group=variable.group,
        kind=None if variable.counted is None else "multiple",
        option=option,
    )


def _kind(variable: Variable | None, cells: Sequence[CellValue]) -> QuestionKind | None:
    """What the file gives away: text without labels is text; nominal codes are a choice; measured numbers a number."""
    present = set(cells) - {None, ""}
    if variable is None:
        return None
    answers = {text for code in variable.values if (text := cell_text(code)) not in variable.missing}
    if not answers:
        numbers = all(isinstance(c, int | float) or cell_text(c) in variable.missing for c in present)
        if not numbers:
            return "text" if all(isinstance(cell, str) for cell in present) and variable.measure is None else None
        return None
    complete = {cell_text(cell) for cell in present} <= answers | set(variable.missing)
    return "single" if variable.measure == "nominal" and complete else None


def _role_of_cells(cells: Sequence[CellValue]) -> ColumnRole | None:
    """Dates and times are of the interview or of an event; there is no question type for them."""
    present = {type(cell) for cell in set(cells) if cell is not None}
    return "paradata" if present and present <= {date, datetime, time, timedelta} else None


def _ticked(table: Table, variables: Sequence[Variable | None]) -> tuple[Sequence[CellValue], ...]:
    """Columns of counted sets as 1 and 0; what is no answer stays as it is."""
    columns: list[Sequence[CellValue]] = []
    for cells, variable in zip(table.columns, variables, strict=True):
        if variable is None or variable.counted is None:
            columns.append(cells)
            continue
        counted, gone = _plain(variable.counted), {_plain(text) for text in variable.missing} | {""}
        ticks: Mapping[CellValue, CellValue] = {
            cell: cell if _plain(cell) in gone else int(_plain(cell) == counted) for cell in set(cells)
        }
        columns.append([ticks[cell] for cell in cells])
    return tuple(columns)


def _plain(cell: CellValue) -> str:
    number = number_in(fold(cell_text(cell)))
    return fold(cell_text(cell)) if number is None else f"{number:g}"


def _set_options(table: Table, variables: Sequence[Variable | None]) -> dict[int, int | str]:
    """Option codes of the columns of a counted set: what their names do not share, else the whole names."""
    sets: dict[str, list[int]] = {}
    for place, variable in enumerate(variables):
        if variable is not None and variable.group is not None and variable.counted is not None:
            sets.setdefault(variable.group, []).append(place)
    codes: dict[int, int | str] = {}
    for places in sets.values():
        names = [table.headings[place] for place in places]
        shared = _common_start(names) if len(names) > 1 else ""
        while shared and shared[-1].isdigit():  # Q1_10, Q1_11 share "Q1_1", and are options 10 and 11
            shared = shared[:-1]
        rests = [name[len(shared) :].lstrip("_.") for name in names]
        usable = all(rests) and len(set(rests)) == len(rests)
        for place, name, rest in zip(places, names, rests, strict=True):
            code = rest if usable else name
            codes[place] = int(code) if code.isdigit() and str(int(code)) == code else code
    return codes


def _common_start(names: Sequence[str]) -> str:
    """What all names begin with; the first and the last in order differ the most."""
    first, last = min(names), max(names)
    return next((first[:n] for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), first)


def _remarks(table: Table, variables: Sequence[Variable | None]) -> list[Problem]:
    """What a person should know: missing values without a telling label, sets of several mentions."""
    remarks: list[Problem] = []
    unlabelled = [
        f"{name} ({', '.join(values)})"
        for name, variable in _pairs(table, variables)
        if variable is not None
        and (values := [text for text, kind in list(variable.missing.items())[:_LISTED] if kind == "blank"])
    ]
    if unlabelled:
        fields = {"count": len(unlabelled), "variables": _listed(unlabelled)}
        remarks.append(Problem(code="survey.missing_without_kind", place=table.place(), fields=fields, severity="note"))
    mentions = dict.fromkeys(v.group for v in variables if v is not None and v.group is not None and v.counted is None)
    if mentions:
        fields = {"sets": _listed([str(name) for name in mentions])}
        remarks.append(Problem(code="survey.sets_of_mentions", place=table.place(), fields=fields, severity="note"))
    return remarks


def _listed(entries: Sequence[str]) -> str:
    return "; ".join(entries[:_LISTED]) + (" …" if len(entries) > _LISTED else "")
