"""问卷星 exports: 按文本 (texts), 按序号 (positions in the option list), 按分数 (scores), and pushed answer strings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import Literal

from survey.errors import Problem
from survey.importers.answer_key import without_free_text
from survey.importers.arranged import Arranged
from survey.importers.cell_text import CellValue, cell_text, fold, number_in
from survey.importers.column_words import platform_fields, word_list
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading
from survey.importers.table_file import Table
from survey.importers.wenjuanxing_headings import (
    NUMBERED,
    role_in_wenjuanxing,
    wenjuanxing_headings,
)
from survey.importers.wenjuanxing_push import pushed_column, spread_pushed

__all__ = ["WenjuanxingImporter", "variant_of"]

Variant = Literal["text", "position", "score", "push"]

_VARIANT_IN_NAME = re.compile(r"(?:^|_)(按文本|按序号|按分数)(?:_|\.)|^\d{5,}_([012])_|\d+_\d+_([012])\.[a-z]+$")
_NAMED: dict[str, Variant] = {
    "按文本": "text",
    "按序号": "position",
    "按分数": "score",
    "0": "text",
    "1": "score",
    "2": "position",
}
_TRACES = ("┋", "〖", "(跳过)", "(空)")
_SAMPLE = 200
_LISTED = 10
_DURATION = re.compile(r"\d+秒")
_PLACED_IP = re.compile(r"[0-9A-Fa-f.:*]{6,45}[(（]\w+(?:-\w+)?[)）]")
_MEANT_FOR_ZERO = 2
"""Columns with a 0 among their codes from which numbers cannot be positions, which begin with 1."""
_RATED_FROM_ZERO = 10
"""A rating from 0 to 10 has a 0 of its own."""
_SUMMED = 0.9
"""Share of records whose 总分 is the sum of their numbers, from which the numbers are scores."""
_FEW_FALLS = 0.1
"""Share of steps down in the running number up to which it is taken to rise, and each fall for a new export."""


class WenjuanxingImporter:
    """Recognises 问卷星 exports and takes their headings apart."""

    platform = "wenjuanxing"

    def recognise(self, table: Table) -> Detection:
        """By the opening columns, numbered headings in order, option columns, marks in cells, durations and places.

        Headings that another platform writes count against it.
        """
        reasons: list[Problem] = []
        confidence = 0.0
        for found, weight in _marks(table):
            reasons.append(found)
            confidence += weight
        headings = {fold(heading) for heading in table.headings}
        foreign = headings & set(word_list("wenjuanxing", "foreign"))
        if foreign and sum(map(_opens, headings)) < 4 and confidence > 0:
            confidence = min(confidence, 0.3)
            reasons.append(reason("foreign_columns", columns=", ".join(sorted(foreign)[:5])))
        variant = variant_of(table)
        if confidence > 0:
            reasons.append(reason(f"wjx_{variant}"))
        return Detection(
            platform=self.platform,
            confidence=min(round(confidence, 3), 0.99),
            reasons=tuple(reasons),
            variant=variant,
        )

    def arrange(self, table: Table) -> Arranged:
        """Headings such as ``3、题干``, ``第6题(选项)``, ``6(选项)``; matrix rows carry the stem of their block.

        Heading rows repeated inside files that were joined by hand are left out, a pushed answer string becomes a
        column per question. A 按分数 export gets a warning: a score is no code, and several options may share one.
        """
        remarks: list[Problem] = []
        table, repeated = _without_repeated_headings(table)
        if repeated:
            remarks.append(_warning(table, "wjx_headings_repeated", count=len(repeated), rows=_listed(repeated)))
        variant = variant_of(table)
        if variant == "push":
            table, damaged = spread_pushed(table)
            remarks.append(Problem(code="survey.wjx_push_numbers", place=table.place(), severity="warning"))
            if damaged:
                remarks.append(_warning(table, "wjx_push_damaged", count=len(damaged), rows=_listed(damaged)))
        headings = wenjuanxing_headings(table.headings, table.columns, texts=variant == "text")
        if variant == "score":
            remarks.append(_warning(table, "wjx_scores"))
        named = _named_variant(table)
        if named is not None and named != variant:
            remarks.append(_warning(table, "wjx_name_differs"))
        remarks += _joined(table)
        if variant in {"text", "position"}:
            remarks += _truly_empty(table, headings)
        bars = any("┋" in cell_text(cell) for column in table.columns for cell in set(column))
        separators = ("|",) if variant == "push" else ("┋",) if bars else None
        return Arranged(
            table=table,
            headings=headings,
            numbers_are="positions" if variant in {"position", "push"} else "codes",
            separators=separators,
            remarks=tuple(remarks),
        )


def variant_of(table: Table) -> Variant:
    """Which export a table is.

    Answer strings such as ``2$1}3$1|3`` mean a push, option texts 按文本. Numbers are scores (按分数) where a 总分 is
    their sum, where they have fractions, or where several questions have the code 0; otherwise the file name decides
    if it was kept, and without it numbers are taken for positions (按序号).
    """
    if pushed_column(table) is not None:
        return "push"
    numbers = [place for place, numeric in _answer_columns(table) if numeric]
    texts = [place for place, numeric in _answer_columns(table) if not numeric]
    if len(numbers) <= len(texts):
        marked = any("┋" in cell_text(cell) or "→" in cell_text(cell) for p in texts for cell in table.columns[p])
        return "text" if texts or not numbers or marked else "position"
    if _are_scores(table, numbers):
        return "score"
    named = _named_variant(table)
    return "position" if named in {None, "text"} else named or "position"


def _named_variant(table: Table) -> Variant | None:
    named = _VARIANT_IN_NAME.search(table.file)
    return _NAMED[named[1] or named[2] or named[3]] if named else None


def _answer_columns(table: Table) -> Iterator[tuple[int, bool]]:
    """Places of columns that hold answers, and whether these are numbers throughout; empty ones are left out."""
    for place, (heading, column) in enumerate(zip(table.headings, table.columns, strict=True)):
        if role_in_wenjuanxing(heading) is not None or not NUMBERED.match(heading):
            continue
        sample = [text for cell in islice(column, _SAMPLE) if (text := cell_text(cell)) and text not in _TRACES]
        if sample:
            numeric = sum(number_in(fold(without_free_text(text))) is not None for text in sample)
            yield place, numeric > 0.9 * len(sample)


def _are_scores(table: Table, places: Sequence[int]) -> bool:
    """Whether numbers cannot be positions, or add up to the platform's total."""
    zeros = fractions = 0
    for place in places:
        numbers = {number_in(fold(cell_text(cell))) for cell in set(table.columns[place])} - {None, -2.0, -3.0}
        codes = {number for number in numbers if number is not None}
        fractions += any(not number.is_integer() for number in codes) and len(codes) <= 20
        zeros += 0.0 in codes and codes not in ({0.0}, {0.0, 1.0}) and max(codes) < _RATED_FROM_ZERO
    if fractions or zeros >= _MEANT_FOR_ZERO:
        return True
    if _named_variant(table) == "position":  # where every item counts as it stands, both exports are alike
        return False
    total = next((p for p, h in enumerate(table.headings) if role_in_wenjuanxing(h) == "total"), None)
    if total is None or table.n < 5:
        return False
    equal, looked = 0, min(table.n, _SAMPLE)
    for record in range(looked):
        given = [number_in(fold(cell_text(table.columns[place][record]))) for place in places]
        whole = number_in(fold(cell_text(table.columns[total][record])))
        equal += whole == sum(number for number in given if number is not None and number > 0)
    return equal >= _SUMMED * looked


def _marks(table: Table) -> Iterator[tuple[Problem, float]]:
    """Each thing that speaks for the platform, and how much."""
    folded = [fold(heading) for heading in table.headings]
    if pushed_column(table) is not None:
        yield reason("wjx_answer_strings"), 0.8
    distinct = list(dict.fromkeys(heading for heading in table.headings if _opens(fold(heading))))
    if len(distinct) >= 4:
        yield reason("columns", columns=", ".join(distinct)), 0.55
    elif len(distinct) >= 2:
        yield reason("columns", columns=", ".join(distinct)), 0.2
    pushed = [heading for heading in folded if heading in word_list("wenjuanxing", "pushed")]
    questions = [heading for heading in folded if re.fullmatch(r"q\d{1,3}(?:_\d+)?", heading)]
    if len(pushed) >= 4 and questions:
        yield reason("columns", columns=", ".join(pushed)), 0.7
    asked = [heading for heading in table.headings if heading.strip() and role_in_wenjuanxing(heading) is None]
    numbered = [heading for heading in asked if NUMBERED.match(heading)]
    if len(numbered) > 1 and len(numbered) >= 0.6 * len(asked):
        # the ideographic comma after the number is the platform's; a full stop is anybody's
        own = sum(bool(re.match(r"\s*\d{1,3}、|\s*第\d+题|\s*\d{1,3}[(（]", heading)) for heading in numbered)
        yield (
            reason("numbering", count=len(numbered), total=len(asked)),
            0.45 if own >= 0.8 * len(numbered) else 0.15,
        )
        if own >= 0.8 * len(numbered) and _in_order(numbered):
            yield reason("wjx_order"), 0.1
    if sum(bool(re.match(r"\s*第\d{1,3}题[(（]", heading)) for heading in asked) > 1:
        yield reason("wjx_options"), 0.3
    yield from _marks_in_cells(table, numbered, folded)


def _opens(folded: str) -> bool:
    """Whether a heading is one of the six columns with which an export opens."""
    field = platform_fields("wenjuanxing").get(folded)
    return field is not None and field.typical and folded == fold(field.name)


def _marks_in_cells(table: Table, numbered: Sequence[str], folded: Sequence[str]) -> Iterator[tuple[Problem, float]]:
    cells = {cell_text(cell) for column in table.columns for cell in islice(column, _SAMPLE)}
    if numbered:
        stems = [m[1] for h in numbered if "—" in h and (m := re.match(r"\s*(\d{1,3})[、.．]", h))]
        counts = [m[1] for h in numbered if (m := re.match(r"\s*(\d{1,3})[、.．]", h))]
        if any(counts.count(number) > stems.count(number) for number in stems):
            yield reason("matrix"), 0.1
    traces = [trace for trace in _TRACES if any(trace in cell for cell in cells)]
    if traces:
        yield reason("marks", marks=" ".join(traces)), 0.1 + 0.05 * min(len(traces), 2)
    if "-3" in cells or "-2" in cells:
        yield reason("wjx_negative"), 0.05 if numbered else 0.0
    if any(_DURATION.fullmatch(cell) for cell in cells):
        yield reason("durations"), 0.1
    if any(_PLACED_IP.fullmatch(cell) for cell in cells):
        yield reason("wjx_places"), 0.15
    if numbered and folded and folded[-1] == fold("总分"):
        yield reason("wjx_total"), 0.1


def _in_order(headings: Sequence[str]) -> bool:
    """Whether question numbers begin near 1 and never go down, with few gaps."""
    numbers = [int(m[0]) for heading in headings if (m := re.search(r"\d{1,3}", heading))]
    distinct = set(numbers)
    return numbers == sorted(numbers) and len(distinct) >= 3 and len(distinct) >= 0.8 * (max(distinct) - min(distinct))


def _without_repeated_headings(table: Table) -> tuple[Table, list[int]]:
    """The table without records that are heading rows again, and their rows."""
    folded = [fold(heading) for heading in table.headings]
    named = [place for place, heading in enumerate(folded) if heading]
    again: list[int] = []
    first = table.columns[named[0]] if named else ()
    same_words = {cell for cell in set(first) if fold(cell_text(cell)) == folded[named[0]]}
    if len(named) > 1 and same_words:
        for record, cell in enumerate(first):
            if cell not in same_words:
                continue
            same = sum(fold(cell_text(table.columns[place][record])) == folded[place] for place in named)
            if same >= 0.8 * len(named):
                again.append(record)
    if not again or len(again) == table.n:
        return table, []
    gone = set(again)
    kept = table.keep([record for record in range(table.n) if record not in gone])
    return kept, [table.rows[record] for record in again]


def _joined(table: Table) -> Iterator[Problem]:
    """A running number that begins again: exports joined by hand."""
    place = next((p for p, h in enumerate(table.headings) if fold(h) == fold("序号")), None)
    if place is None:
        return
    numbers = [number_in(fold(cell_text(cell))) for cell in table.columns[place]]
    pairs = [
        (record, before, number)
        for record, (before, number) in enumerate(pairwise(numbers), start=1)
        if before is not None and number is not None
    ]
    falls = [table.rows[record] for record, before, number in pairs if number < before]
    if falls and len(falls) <= _FEW_FALLS * len(pairs):  # an export sorted from the newest falls throughout
        yield _warning(table, "wjx_joined", count=len(falls) + 1, rows=_listed(falls), column=place)


def _truly_empty(table: Table, headings: Sequence[Heading]) -> Iterator[Problem]:
    """Columns with empty cells in a file that marks what was skipped: the question was not in every part of it."""
    marked = False
    empty: list[str] = []
    for place, heading in enumerate(headings):
        if heading.role is not None or heading.number is None:
            continue
        texts: list[CellValue] = list(set(table.columns[place]))
        words = {fold(cell_text(cell)) for cell in texts}
        marked = marked or bool(words & {"(空)", "(跳过)", "-2", "-3"})
        if "" in words and len(words) > 1:
            empty.append(table.place(place).column or "")
    if marked and empty:
        shown = ", ".join(empty[:_LISTED]) + (" …" if len(empty) > _LISTED else "")
        yield _warning(table, "wjx_truly_empty", columns=shown)


def _warning(table: Table, code: str, *, column: int | None = None, **fields: object) -> Problem:
    place = replace(table.place(column), heading=None)
    return Problem(code=f"survey.{code}", place=place, fields=fields, severity="warning")


def _listed(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:_LISTED])) + (" …" if len(rows) > _LISTED else "")
