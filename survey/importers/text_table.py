"""A text table as columns of cells: quotation marks, line breaks inside cells, and what a damaged file does to both."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from survey.errors import Place, ResponseImportError
from survey.importers.cell_columns import columns_of
from survey.importers.cell_text import CellValue
from survey.importers.encodings import Decoded

__all__ = ["read_columns"]

MOST_CELLS = 20_000_000
LONGEST_LINE = 4_000_000
"""Characters; 20 000 columns of 200 characters."""


def read_columns(decoded: Decoded, delimiter: str, file: str) -> tuple[list[list[CellValue]], int]:
    """Columns of a text table from its first record on, and how many records there are.

    A record with line breaks inside quotation marks counts as one row, as in Excel.

    Raises
    ------
    ResponseImportError
        A quotation mark is never closed; a line, cell or the whole is too large; there are zero bytes in it.
    """
    divided = decoded.content.count(delimiter.encode())  # those in quotation marks as well, so only twice as many tell
    if divided > 2 * MOST_CELLS:
        lines = decoded.content.count(b"\n") + 1
        fields = {"rows": lines, "columns": divided // lines + 1, "limit": f"{MOST_CELLS / 1e6:.0f}"}
        raise ResponseImportError.of("survey.cells_too_many", Place(file=file), **fields)
    with decoded.open() as stream:
        return columns_of(_Records(stream, delimiter, file), Place(file=file), most_cells=MOST_CELLS)


class _Records:
    """The records of a stream, with the line each begins on."""

    def __init__(self, stream: TextIO, delimiter: str, file: str) -> None:
        self._stream = stream
        self._file = file
        self._line = 0
        self._ended = False
        self._reader = csv.reader(self._lines(), delimiter=delimiter)

    def __iter__(self) -> Iterator[list[str]]:
        reader = self._reader
        while True:
            begins = self._line + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                raise self._broken(begins, fault) from None
            if self._ended:  # the record went on until there was no line left: a quotation mark is open
                raise ResponseImportError.of("survey.csv_quote_open", Place(file=self._file, line=begins))
            yield row

    def _lines(self) -> Iterator[str]:
        readline = self._stream.readline
        while line := readline(LONGEST_LINE):
            self._line += 1
            if "\0" in line:
                raise ResponseImportError.of("survey.csv_zero_bytes", Place(file=self._file, line=self._line))
            if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
                limit = f"{LONGEST_LINE / 1e6:.0f}"
                place = Place(file=self._file, line=self._line)
                raise ResponseImportError.of("survey.csv_line_too_long", place, limit=limit)
            yield line
        self._ended = True

    def _broken(self, begins: int, fault: csv.Error) -> ResponseImportError:
        """A cell beyond the limit of the reader that goes over many lines is one that was never closed."""
        too_long = "field larger" in str(fault)
        if too_long and self._line > begins:
            return ResponseImportError.of("survey.csv_quote_open", Place(file=self._file, line=begins))
        if too_long:
            limit = csv.field_size_limit()
            place = Place(file=self._file, line=self._line)
            return ResponseImportError.of("survey.cell_too_long", place, found=f"> {limit}", limit=limit)
        return ResponseImportError.of("survey.csv_broken", Place(file=self._file, line=self._line), reason=str(fault))
