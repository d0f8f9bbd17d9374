"""Answers as 问卷星 pushes them: ``2$1}3$1|3}4$1!5,2!4`` in one cell, or one a line of a text file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from survey.importers.cell_text import CellValue, cell_text
from survey.importers.table_file import Table

__all__ = ["answers_in", "pushed_column", "spread_pushed"]

_STRING = re.compile(r"\s*\d{1,4}\$[^}]*(?:\}\d{1,4}\$[^}]*)*\}?\s*", re.S)
_MATRIX = re.compile(r"\d{1,3}[!<][^,]*(?:,\d{1,3}[!<][^,]*)+|\d{1,3}[!<]\d{1,3}(?:\|\d{1,3})*")
_BESIDE = re.compile(r"(\d{1,3})[!^](.+)", re.S)
_SAMPLE = 50
_COMMA = ","


def pushed_column(table: Table) -> int | None:
    """The column whose cells are answer strings; 0 where every line of a text file is one, without a heading."""
    if _without_heading(table):
        return 0
    for place, column in enumerate(table.columns):
        cells = [text for cell in islice(column, _SAMPLE) if (text := cell_text(cell))]
        if cells and all(_STRING.fullmatch(text) for text in cells) and any("}" in text for text in cells):
            return place
    return None


def answers_in(text: str) -> dict[str, str] | None:
    """Answers by question number, ``4_2`` for the second row of matrix 4; None where the text is no answer string.

    ``3!other`` (an option and the text beside it) becomes ``3〖other〗``, as exports write it.
    """
    if not _STRING.fullmatch(text):
        return None
    answers: dict[str, str] = {}
    for part in text.strip().rstrip("}").split("}"):
        number, _, answer = part.partition("$")
        number = number.strip()
        if _MATRIX.fullmatch(answer):
            for row in answer.split(_COMMA):
                place, _, chosen = row.replace("<", "!").partition("!")
                answers[f"{number}_{place}"] = chosen
        else:
            answers[number] = "|".join(_BESIDE.sub(r"\1〖\2〗", option) for option in answer.split("|"))
    return answers


def spread_pushed(table: Table) -> tuple[Table, list[int]]:
    """A column per question in place of the answer strings, and the rows whose string cannot be read.

    The other columns stay. Headings are ``Q2``, ``Q4_1``: the platform's numbers, which count from 2.
    """
    if _without_heading(table):
        table = _as_records(table)
    place = pushed_column(table)
    if place is None:
        return table, []
    read = [answers_in(cell_text(cell)) if cell_text(cell) else {} for cell in table.columns[place]]
    damaged = [row for row, answers in zip(table.rows, read, strict=True) if answers is None]
    numbers = sorted({number for answers in read if answers for number in answers}, key=_by_number)
    kept = [other for other in range(len(table.columns)) if other != place]
    columns: list[list[CellValue]] = [list(table.columns[other]) for other in kept]
    columns += [[(answers or {}).get(number) for answers in read] for number in numbers]
    headings = (*(table.headings[other] for other in kept), *(f"Q{number}" for number in numbers))
    return replace(table, headings=headings, columns=tuple(columns)), damaged


def _by_number(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split("_"))


def _lines(table: Table) -> Iterator[str]:
    """The lines of a text file whose commas were taken for delimiters."""
    joint = table.delimiter or _COMMA
    for cells in (table.headings, *(table.record(record) for record in range(table.n))):
        texts = [cell_text(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        yield joint.join(texts)


def _without_heading(table: Table) -> bool:
    """Whether the row of headings is an answer string like all others."""
    if table.kind != "csv" or not table.headings or not re.match(r"\s*\d{1,4}\$", table.headings[0]):
        return False
    return all(_STRING.fullmatch(line) for line in islice(_lines(table), _SAMPLE))


def _as_records(table: Table) -> Table:
    """The table with its first line as a record, under a heading of its own."""
    lines = list(_lines(table))
    return replace(
        table, headings=("submitdata",), columns=(lines,), rows=(table.header_row, *table.rows), variables=()
    )
