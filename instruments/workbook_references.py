"""Codes of a workbook that point at other sheets: each is looked up, so that all faults are found at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from instruments.expressions import parse_condition
from instruments.workbook_layout import SHEETS
from instruments.workbook_rows import Row, Sheets
from survey.errors import InstrumentError, Problem
from survey.routing import questions_in

__all__ = ["reference_problems"]

_SHOWN = 8
_UNIQUE = {"indicators": "code", "sections": "code", "questions": "code", "scales": "code", "attributes": "code"}
_UNIQUE |= {"constructs": "code", "routing": "question"}


def reference_problems(sheets: Sheets) -> list[Problem]:
    """Codes used twice, codes that point nowhere, a tree without one root, routing that looks ahead, bare leaves."""
    problems: list[Problem] = []
    for sheet, key in _UNIQUE.items():
        problems += _doubled(sheets.get(sheet, ()), key)
    for layout in SHEETS:
        for column in layout.columns:
            if column.refers is not None:
                problems += _dangling(sheets, layout.name, column.name, column.refers)
    problems += _dangling_lists(sheets)
    problems += _tree(sheets.get("indicators", ()))
    problems += _measured(sheets)
    problems += _routing(sheets)
    problems += [
        row.problem("instruments.section_empty", "code", found=row.text("code"))
        for row in sheets.get("sections", ())
        if "questions" in sheets and row.text("code") not in _codes(sheets, "questions", "section")
    ]
    return problems


def _codes(sheets: Sheets, sheet: str, column: str = "code") -> dict[str, Row]:
    table: dict[str, Row] = {}
    for row in sheets.get(sheet, ()):
        table.setdefault(row.text(column), row)
    return table


def _doubled(rows: Sequence[Row], column: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row in rows:
        code = row.text(column)
        if code and code in first:
            yield row.problem("instruments.code_twice_in_sheet", column, found=code, first=first[code])
        first.setdefault(code, row.place.row or 0)


def _unknown(row: Row, column: str, code: str, known: Sequence[str], sheet: str) -> Problem:
    near = get_close_matches(code, known, n=3, cutoff=0.6)
    fields = {"found": code, "sheet": sheet, "known": ", ".join(near or known[:_SHOWN]) or "–"}
    return row.problem("instruments.reference_unknown", column, **fields)


def _dangling(sheets: Sheets, sheet: str, column: str, refers: str) -> Iterator[Problem]:
    known = [code for code in _codes(sheets, refers) if code]
    for row in sheets.get(sheet, ()):
        code = row.text(column)
        if code and code not in known:
            yield _unknown(row, column, code, known, refers)


def _dangling_lists(sheets: Sheets) -> Iterator[Problem]:
    for sheet, column, refers in (("attributes", "indicators", "indicators"), ("constructs", "items", "questions")):
        known = list(_codes(sheets, refers))
        for row in sheets.get(sheet, ()):
            value = row.value(column)
            for code in value if isinstance(value, list) else []:
                if code not in known:
                    yield _unknown(row, column, code, known, refers)


def _tree(rows: Sequence[Row]) -> Iterator[Problem]:
    roots = [row for row in rows if not row.text("parent")]
    for row in roots[1:]:
        fields = {"found": row.text("code"), "root": roots[0].text("code")}
        yield row.problem("instruments.second_root", **fields)
    parents = {row.text("code"): row.text("parent") for row in rows}
    for row in rows:
        seen: set[str] = set()
        code = row.text("code")
        while code in parents and code not in seen:
            seen.add(code)
            code = parents[code]
        if code in seen:
            yield row.problem("instruments.tree_in_a_circle", "parent", found=row.text("code"))


def _measured(sheets: Sheets) -> Iterator[Problem]:
    """Leaves without a performance question, and questions that measure a branch."""
    rows = sheets.get("indicators", ())
    branches = {row.text("parent") for row in rows}
    measured = set()
    for row in sheets.get("questions", ()):
        code = row.text("measures")
        if code in branches and code:
            fields = {"question": row.text("code"), "indicator": code}
            yield row.problem("survey.measures_a_branch", "measures", **fields)
        if row.text("facet") == "performance" and not row.text("series"):
            measured.add(code)
    misspelt = measured - {row.text("code") for row in rows}
    if "questions" in sheets and not misspelt:
        for row in rows:
            if row.text("code") not in branches | measured:
                yield row.problem("survey.indicator_without_question", "code", codes=row.text("code"))


def _routing(sheets: Sheets) -> Iterator[Problem]:
    """Conditions that name an unknown question, or one asked later (so no routing can run in a circle)."""
    known = _presented(sheets)
    order = {code: place for place, code in enumerate(known)}
    for row in sheets.get("routing", ()):
        try:
            condition = parse_condition(row.text("show_if"))
        except InstrumentError:
            continue
        shown = row.text("question")
        for code in dict.fromkeys(questions_in(condition)):
            if code not in order:
                yield _unknown(row, "show_if", code, known, "questions")
            elif shown in order and order[code] >= order[shown]:
                yield row.problem("survey.routing_looks_ahead", "show_if", question=shown, later=code)


def _presented(sheets: Sheets) -> list[str]:
    """Question codes in the order they are asked: by section, then by row."""
    sections = list(_codes(sheets, "sections"))
    rows = [row for row in sheets.get("questions", ()) if row.text("section") in sections]
    return [row.text("code") for row in sorted(rows, key=lambda row: sections.index(row.text("section")))]
