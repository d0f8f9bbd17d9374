"""A sheet or text file as columns of raw cells, with the row each record has in Excel."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from survey.errors import Place, Problem, ResponseImportError
from survey.file_guard import FileKind, guard_file
from survey.importers.cell_text import CellValue, cell_text, column_letter, fold, is_blank, number_in
from survey.importers.encodings import decode, find_delimiter
from survey.importers.variables import Variable

__all__ = ["HEADER_SEARCH", "Table", "read_table"]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The records of one sheet.

    Attributes
    ----------
    headings : as they stand in the file, one per column ("" where there is none)
    columns : raw cells, one sequence of ``n`` per column
    rows : row of each record, counted as Excel counts
    empty_rows, totals_rows : rows below the headings that are not records
    title_rows : rows above the headings
    above : the cells of those rows, from row 1
    variables : the codebook entry of each column, where the file carries one; else empty
    """

    file: str
    kind: FileKind
    header_row: int
    headings: tuple[str, ...]
    columns: tuple[Sequence[CellValue], ...]
    rows: tuple[int, ...]
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()
    title_rows: int = 0
    above: tuple[tuple[CellValue, ...], ...] = ()
    variables: tuple[Variable | None, ...] = ()
    empty_rows: tuple[int, ...] = ()
    totals_rows: tuple[int, ...] = ()
    encoding: str | None = None
    encoding_reason: Problem | None = None
    delimiter: str | None = None
    occurrences: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        seen: Counter[str] = Counter()
        occurrences = []
        for heading in self.headings:
            key = fold(heading)
            seen[key] += 1
            occurrences.append(seen[key])
        object.__setattr__(self, "occurrences", tuple(occurrences))

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
        exact = [place for place, found in enumerate(self.headings) if found == heading]
        if len(exact) >= occurrence:
            return exact[occurrence - 1]
        wanted = (fold(heading), occurrence)
        for place, (found, which) in enumerate(zip(self.headings, self.occurrences, strict=True)):
            if (fold(found), which) == wanted:
                return place
        return None

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
    """Read one sheet of a workbook, or a text table, after the file guard has passed it.

    Parameters
    ----------
    sheet : the sheet's name; the first one that holds anything where not given.
    encoding, delimiter : of a text table; found out where not given.
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
    chosen: str | None = None
    others: tuple[str, ...] = ()
    spelling = reason = None
    if kind == "csv":
        decoded = decode(path.read_bytes(), file=path.name, declared=encoding)
        spelling, reason = decoded.encoding, decoded.reason
        delimiter = delimiter or find_delimiter(decoded.text)
        rows = _text_rows(decoded.text, delimiter, path.name)
    else:
        from survey.importers.workbook import read_sheet

        delimiter = None
        rows, chosen, others = read_sheet(path, kind, sheet)
    place = Place(file=path.name, sheet=chosen)
    if not any(not is_blank(cell) for row in rows for cell in row):
        raise ResponseImportError.of("survey.table_empty", place)
    known = {fold(heading) for heading in known_headings}
    header = _find_header(rows, known) if header_row is None else header_row - 1
    if header >= len(rows) or all(is_blank(cell) for cell in rows[header]):
        raise ResponseImportError.of("survey.header_row_empty", place, row=header + 1)
    records, numbers, empty, totals = _records(rows, header)
    if not records:
        raise ResponseImportError.of("survey.table_without_records", place, row=header + 1)
    headings, columns = _columns(rows[header], records)
    return Table(
        file=path.name,
        kind=kind,
        header_row=header + 1,
        headings=headings,
        columns=columns,
        rows=tuple(numbers),
        sheet=chosen,
        other_sheets=others,
        title_rows=header,
        above=tuple(tuple(row) for row in rows[:header]),
        empty_rows=tuple(empty),
        totals_rows=tuple(totals),
        encoding=spelling,
        encoding_reason=reason,
        delimiter=delimiter,
    )


def _text_rows(text: str, delimiter: str, file: str) -> list[list[CellValue]]:
    """Records of a text table; a record with line breaks inside quotation marks counts as one row, as in Excel.

    Equal texts are one object: answers repeat, so memory and the time to look them up shrink.
    """
    shared = dict[str, str]().setdefault
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [list(map(shared, row, row)) for row in reader]
    except csv.Error as fault:
        raise ResponseImportError.of(
            "survey.csv_broken", Place(file=file, line=reader.line_num), reason=str(fault)
        ) from None


def _find_header(rows: Sequence[Sequence[CellValue]], known: set[str]) -> int:
    """The row with most headings of the mapping; else the first with nearly as many distinct texts as any."""
    top = rows[:HEADER_SEARCH]
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
    rows: Sequence[Sequence[CellValue]], header: int
) -> tuple[list[Sequence[CellValue]], list[int], list[int], list[int]]:
    """Records with their row numbers, empty rows between them, and totals rows at the end."""
    last = len(rows)
    while last > header + 1 and all(is_blank(cell) for cell in rows[last - 1]):
        last -= 1
    records: list[Sequence[CellValue]] = []
    numbers: list[int] = []
    empty: list[int] = []
    totals: list[int] = []
    for place in range(header + 1, last):
        row = rows[place]
        first = next((cell for cell in row if not is_blank(cell)), None)
        if first is None:
            empty.append(place + 1)
        elif place >= last - 3 and isinstance(first, str) and fold(first).rstrip(":") in _TOTALS:
            totals.append(place + 1)
        else:
            records.append(row)
            numbers.append(place + 1)
    return records, numbers, empty, totals


def _columns(
    header: Sequence[CellValue], records: Sequence[Sequence[CellValue]]
) -> tuple[tuple[str, ...], tuple[Sequence[CellValue], ...]]:
    """Headings and cells by column; columns without heading and without cells are left off."""
    width = max(len(row) for row in (header, *records))
    if any(len(record) < width for record in records):
        padding: list[CellValue] = [None] * width
        records = [[*record, *padding[len(record) :]] if len(record) < width else record for record in records]
    headings = [cell if isinstance(cell, str) else cell_text(cell) for cell in header] + [""] * (width - len(header))
    columns: list[Sequence[CellValue]] = list(zip(*records, strict=True))
    kept = [
        place
        for place in range(width)
        if headings[place].strip() or any(not is_blank(cell) for cell in set(columns[place]))
    ]
    # a column's letter is its place, so only columns at the right end may go
    width = max(kept, default=-1) + 1
    return tuple(headings[:width]), tuple(columns[:width])
