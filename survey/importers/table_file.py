"""A sheet or text file as columns of raw cells, with the row each record has in Excel."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from survey.errors import Place, Problem, ResponseImportError
from survey.file_guard import FileKind, guard_file, read_content
from survey.importers import text_table
from survey.importers.cell_text import CellValue, cell_text, column_letter, fold, is_blank, number_in
from survey.importers.encodings import decode, find_delimiter
from survey.importers.variables import Variable

__all__ = ["HEADER_SEARCH", "Table", "TableKind", "read_table"]

TableKind = FileKind | Literal["query", "frame"]
"""Where a table comes from: a kind of file, a database query or a data frame."""

HEADER_SEARCH = 20
"""Rows from the top in which the headings are looked for."""
_TOTALS = frozenset(
    {
        "合计",
        "总计",
        "总和",
        "小计",
        "平均",
        "平均值",
        "均值",
        "합계",
        "total",
        "totals",
        "grand total",
        "sum",
        "average",
        "mean",
    }
)
_DASHES = frozenset({"-", "--", "–", "—", "——", "/"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The records of one sheet.

    Attributes
    ----------
    header_row : of the headings; 0 where the source names its columns itself and records count from 1
    headings : as they stand in the file, one per column ("" where there is none)
    columns : raw cells, one sequence of ``n`` per column
    rows : row of each record, counted as Excel counts
    empty_rows, totals_rows : rows below the headings that are not records
    title_rows : rows above the headings
    above : the cells of those rows, from row 1
    variables : the codebook entry of each column, where the file carries one; else empty
    """

    file: str
    kind: TableKind
    header_row: int
    headings: tuple[str, ...]
    columns: tuple[Sequence[CellValue], ...] = field(repr=False)  # cells may say who a person is
    rows: tuple[int, ...]
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()
    title_rows: int = 0
    above: tuple[tuple[CellValue, ...], ...] = field(default=(), repr=False)
    variables: tuple[Variable | None, ...] = ()
    empty_rows: tuple[int, ...] = ()
    totals_rows: tuple[int, ...] = ()
    encoding: str | None = None
    encoding_reason: Problem | None = None
    delimiter: str | None = None
    occurrences: tuple[int, ...] = field(init=False)
    _exact: dict[tuple[str, int], int] = field(init=False, repr=False, compare=False)
    _folded: dict[tuple[str, int], int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        seen: Counter[str] = Counter()
        written: Counter[str] = Counter()
        exact, folded = {}, {}
        for place, heading in enumerate(self.headings):
            key = fold(heading)
            seen[key] += 1
            written[heading] += 1
            folded[key, seen[key]] = exact[heading, written[heading]] = place
        object.__setattr__(self, "occurrences", tuple(which for _, which in folded))
        object.__setattr__(self, "_exact", exact)
        object.__setattr__(self, "_folded", folded)

    @property
    def n(self) -> int:
        """How many records."""
        return len(self.rows)

    def record(self, place: int) -> tuple[CellValue, ...]:
        """The cells of one record, in the order of the columns."""
        return tuple(column[place] for column in self.columns)

    def keep(self, records: Sequence[int]) -> Table:
        """The same table with some of its records."""
        columns = tuple([column[record] for record in records] for column in self.columns)
        return replace(self, columns=columns, rows=tuple(self.rows[record] for record in records))

    def with_headings(self, headings: Sequence[str], *, first_record: int = 0) -> Table:
        """The same table under other headings, without the records before ``first_record`` (further heading rows)."""
        columns = tuple(column[first_record:] for column in self.columns) if first_record else self.columns
        return replace(self, headings=tuple(headings), columns=columns, rows=self.rows[first_record:])

    def position_of(self, heading: str, occurrence: int = 1) -> int | None:
        """Place of a column, from 0; a heading matches letter by letter or, failing that, in its folded form."""
        exact = self._exact.get((heading, occurrence))
        return self._folded.get((fold(heading), occurrence)) if exact is None else exact

    def place(self, column: int | None = None, row: int | None = None) -> Place:
        """The place of a cell, column or row in words of Excel."""
        return Place(
            file=self.file,
            sheet=self.sheet,
            row=row,
            column=None if column is None else column_letter(column),
            heading=None if column is None else self.headings[column] or None,
        )


def read_table(
    path: Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
    known_headings: Iterable[str] = (),
) -> Table:
    """Read one sheet of a workbook, a text table, or a file with typed columns, after the file guard has passed it.

    Parameters
    ----------
    sheet : the sheet's name, or the key of the list in a JSON file; where not given the first one that holds anything,
        unless it has the look of notes (two columns) and a wider and longer one follows.
    encoding, delimiter : of a text table (``encoding`` also of SPSS and Stata files); found out where not given.
    header_row : as Excel counts; searched in the first 20 rows where not given.
    known_headings : headings of a mapping; the row that holds most of them is the header.

    Raises
    ------
    FileRefusedError
        The file is missing, mislabelled or unsafe.
    ResponseImportError
        There is no such sheet, no heading row, or no record below it.
    """
    kind = guard_file(path)
    if kind in {"sav", "por", "dta", "parquet", "json", "xml"}:
        from survey.importers.typed_files import read_typed_file

        return read_typed_file(path, kind, part=sheet, encoding=encoding)
    chosen: str | None = None
    others: tuple[str, ...] = ()
    spelling = reason = None
    if kind in {"csv", "packed"}:
        decoded = decode(read_content(path, kind), file=path.name, declared=encoding, mixed_lines=True)
        spelling, reason = decoded.encoding, decoded.reason
        delimiter = delimiter or find_delimiter(decoded.sample)
        columns, height = text_table.read_columns(decoded, delimiter, path.name)
        del decoded
    else:
        from survey.importers.workbook import read_columns

        delimiter = None
        columns, height, chosen, others = read_columns(path, kind, sheet)
    place = Place(file=path.name, sheet=chosen)
    if all(is_blank(cell) for column in columns for cell in column):
        raise ResponseImportError.of("survey.table_empty", place)
    known = {fold(heading) for heading in known_headings}
    header = _find_header(columns, known) if header_row is None else header_row - 1
    if not 0 <= header < height or all(is_blank(column[header]) for column in columns):
        raise ResponseImportError.of("survey.header_row_empty", place, row=header + 1)
    numbers, empty, totals = _records(columns, height, header)
    if not numbers:
        raise ResponseImportError.of("survey.table_without_records", place, row=header + 1)
    above = tuple(_without_end(row) for row in zip(*(column[:header] for column in columns), strict=True))
    headings, cells = _headed(columns, header, numbers)
    return Table(
        file=path.name,
        kind=kind,
        header_row=header + 1,
        headings=headings,
        columns=cells,
        rows=tuple(numbers),
        sheet=chosen,
        other_sheets=others,
        title_rows=header,
        above=above,
        empty_rows=tuple(empty),
        totals_rows=tuple(totals),
        encoding=spelling,
        encoding_reason=reason,
        delimiter=delimiter,
    )


def _find_header(columns: Sequence[Sequence[CellValue]], known: set[str]) -> int:
    """The row with most headings of the mapping; else the first with nearly as many distinct texts as any."""
    top = zip(*(column[:HEADER_SEARCH] for column in columns), strict=True)
    texts = [
        {fold(cell) for cell in row if isinstance(cell, str) and not is_blank(cell) and number_in(fold(cell)) is None}
        for row in top
    ]
    if known:
        matched = [len(found & known) for found in texts]
        if max(matched) > 0:
            return matched.index(max(matched))
    most = max(len(found) for found in texts)
    return next(place for place, found in enumerate(texts) if len(found) >= 0.8 * most)


def _records(
    columns: Sequence[Sequence[CellValue]], height: int, header: int
) -> tuple[list[int], list[int], list[int]]:
    """Row numbers of the records, of empty rows between them, and of totals rows at the end."""
    empty: Sequence[int] = range(header + 1, height)
    for column in columns:
        empty = [place for place in empty if is_blank(column[place])]
    blank = set(empty)
    last = height
    while last - 1 in blank:
        last -= 1
    tail = range(max(header + 1, last - 3), last)
    named = {place: word for place in tail if (word := _totals_word(columns, place)) is not None}
    body = [place for place in range(header + 1, last) if place not in blank and place not in named]
    totals = {place for place, word in named.items() if _sums_up(columns, place, word, body)}
    numbers = [place + 1 for place in range(header + 1, last) if place not in blank and place not in totals]
    return numbers, [place + 1 for place in empty if place < last], sorted(place + 1 for place in totals)


def _totals_word(columns: Sequence[Sequence[CellValue]], place: int) -> int | None:
    """The column of the first cell of a row, if that says "total", "mean" or the like."""
    first = next((which for which, column in enumerate(columns) if not is_blank(column[place])), None)
    said = None if first is None else columns[first][place]
    return first if isinstance(said, str) and fold(said).rstrip(":") in _TOTALS else None


def _sums_up(columns: Sequence[Sequence[CellValue]], place: int, word: int, body: Sequence[int]) -> bool:
    """Whether a row that calls itself a total is one: an answer may be a brand called so.

    Its first word is no answer that other records give too, and of its other cells, blanks and dashes aside, more
    than half are the sum, the mean or the number of what stands above them; with nothing beside the word it is one.
    """
    said = fold(cell_text(columns[word][place]))
    if any(fold(cell_text(columns[word][record])) == said for record in body):
        return False
    fitting = others = 0
    for column in columns[word + 1 :]:
        cell = column[place]
        if is_blank(cell) or cell_text(cell).strip() in _DASHES:
            continue
        others += 1
        number = _plain_number(cell)
        if number is None:
            continue
        above = [column[record] for record in body]
        numbers = [found for value in above if (found := _plain_number(value)) is not None]
        counted = sum(not is_blank(value) for value in above)
        written = cell_text(cell).partition(".")[2]
        slack = 0.5 * 10.0 ** -max(1, len(written)) + 1e-9 * abs(number)  # an integer is no rounded mean
        figures = [math.fsum(numbers), math.fsum(numbers) / len(numbers)] if numbers else []
        if counted > max(numbers, default=0.0):  # else it may be an answer like those above
            figures.append(counted)
        fitting += any(abs(number - figure) <= slack for figure in figures)
    return 2 * fitting > others or others == 0


def _plain_number(cell: CellValue) -> float | None:
    return float(cell) if isinstance(cell, int | float) else number_in(fold(cell_text(cell)))


def _headed(
    columns: list[list[CellValue]], header: int, numbers: Sequence[int]
) -> tuple[tuple[str, ...], tuple[Sequence[CellValue], ...]]:
    """Headings and cells of the records by column; columns without either are left off. Cuts ``columns``."""
    headings = [cell if isinstance(cell := column[header], str) else cell_text(cell) for column in columns]
    whole = numbers[-1] - numbers[0] == len(numbers) - 1
    for place, column in enumerate(columns):
        if whole:  # in place, since a copy of everything would need as much memory again
            del column[numbers[-1] :]
            del column[: numbers[0] - 1]
        else:
            columns[place] = [column[number - 1] for number in numbers]
    kept = [
        place
        for place, heading in enumerate(headings)
        if heading.strip() or any(not is_blank(cell) for cell in set(columns[place]))
    ]
    # a column's letter is its place, so only columns at the right end may go
    width = max(kept, default=-1) + 1
    return tuple(headings[:width]), tuple(columns[:width])


def _without_end(row: Sequence[CellValue]) -> tuple[CellValue, ...]:
    """A row without the places at its end that the file does not have."""
    last = len(row)
    while last and row[last - 1] is None:
        last -= 1
    return tuple(row[:last])
