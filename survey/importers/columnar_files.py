"""Parquet: columns with types, row group by row group, in a process with limits."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from survey.errors import FileRefusedError, Place, ResponseImportError
from survey.importers.cell_text import CellValue
from survey.importers.coded_columns import CodedColumn, decoded
from survey.importers.column_notes import noted_variables
from survey.importers.limited_process import read_limited
from survey.importers.table_file import Table
from survey.importers.typed_cells import MOST_CELLS, MOST_COLUMNS, GrowingColumns, flattened, plain_cell, typed_table

__all__ = ["load_libraries", "read_parquet", "read_plainly"]

STRETCH = 20_000
"""Records read at a time."""
LARGEST_INFLATED = 1024**3
"""Bytes that the columns may be once unpacked, by the file's own account."""
_UNNAMED_INDEX = re.compile(r"__index_level_\d+__")


def read_parquet(path: Path) -> Table:
    """The records of a Parquet file that the guard has passed.

    Columns that hold records or lists become columns ``outer/inner`` and cells ``a┋b``, as in JSON. Dictionaries
    (categories) and labels in the schema stand in ``Table.variables``; an unnamed index is left off.

    Raises
    ------
    ResponseImportError
        pyarrow is not installed, or the file has no record.
    FileRefusedError
        The file is damaged or asks for more than a file of its size may.
    """
    place = Place(file=path.name)
    try:
        import pyarrow.parquet  # noqa: F401  # the other process needs it
    except ImportError:
        raise ResponseImportError.of("survey.reader_not_installed", place, package="pyarrow", extra="arrow") from None
    read = read_limited("survey.importers.columnar_files:read_plainly", path)
    gathered = GrowingColumns(read["headings"], place=place)
    gathered.take_columns([decoded(*cells) for cells in read["cells"]], read["n"])
    variables = noted_variables(
        gathered.headings,
        gathered.columns,
        notes=read["notes"],
        of_column=read["of_column"],
        categories=read["categories"],
        ordered=read["ordered"],
    )
    return typed_table(gathered, file=path.name, kind="parquet", variables=variables)


def load_libraries() -> None:
    """What a process loads before its memory is limited; its own allocator would reserve more than is used."""
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    import numpy  # noqa: F401
    import pyarrow as pa
    import pyarrow.parquet

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def read_plainly(path: Path) -> dict[str, Any]:
    """A file as plain data: headings, distinct cells and places, and what the schema notes.

    Raises
    ------
    FileRefusedError
        By its own account it unpacks to too much.
    ResponseImportError
        It has too many columns or cells.
    """
    from pyarrow import parquet

    place = Place(file=path.name)
    with parquet.ParquetFile(path) as file:
        about = file.metadata
        inflated = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
        if inflated > LARGEST_INFLATED:
            fields: dict[str, Any] = {"found": f"{inflated / 1e6:.0f}", "limit": f"{LARGEST_INFLATED / 1e6:.0f}"}
            raise FileRefusedError.of("survey.columns_inflate", place, **fields)
        names = [name for name in file.schema_arrow.names if not _UNNAMED_INDEX.fullmatch(name)]
        if len(names) > MOST_COLUMNS:
            raise ResponseImportError.of("survey.records_too_wide", place, limit=MOST_COLUMNS)
        if about.num_rows * len(names) > MOST_CELLS:
            fields = {"rows": about.num_rows, "columns": len(names), "limit": f"{MOST_CELLS / 1e6:.0f}"}
            raise ResponseImportError.of("survey.records_too_many_cells", place, **fields)
        columns = _Columns(place)
        for batch in file.iter_batches(batch_size=STRETCH, columns=names, use_threads=False):
            columns.take(batch)
        schema = file.schema_arrow
    fields_by_name = {field.name: field for field in schema}
    return {
        "n": columns.n,
        "headings": list(columns.coded),
        "cells": [column.plain() for column in columns.coded.values()],
        "categories": [columns.categories.get(name) for name in columns.coded],
        "ordered": [
            bool(getattr(getattr(fields_by_name.get(n), "type", None), "ordered", False)) for n in columns.coded
        ],
        "of_column": [_text_notes(getattr(fields_by_name.get(name), "metadata", None)) for name in columns.coded],
        "notes": _notes(schema.metadata),
    }


class _Columns:
    """Columns by heading; those that hold records open several."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.coded: dict[str, CodedColumn] = {}
        self.categories: dict[str, list[CellValue]] = {}
        self.n = 0

    def take(self, batch: Any) -> None:
        """Add the records of a batch."""
        from pyarrow import types

        for name, cells in zip(batch.schema.names, batch.columns, strict=True):
            if types.is_nested(cells.type):
                self._take_nested(name, cells)
                continue
            column = self._column(name)
            if types.is_dictionary(cells.type):
                known = self.categories.setdefault(name, [])
                known += [cell for cell in map(plain_cell, cells.dictionary.to_pylist()) if cell not in known]
            _take_encoded(column, cells)
        self.n += batch.num_rows

    def _take_nested(self, name: str, cells: Any) -> None:
        records = [flattened({name: value}, self.place) for value in cells.to_pylist()]
        filled = dict.fromkeys(heading for record in records for heading, cell in record.items() if cell is not None)
        for heading in filled:
            self._column(heading).take([record.get(heading) for record in records])
        for heading, column in self.coded.items():  # opened by an earlier stretch, absent in this one
            if heading.startswith((f"{name}/", f"{name}[")) and len(column.which) == self.n:
                column.take([None] * len(records))

    def _column(self, heading: str) -> CodedColumn:
        if heading not in self.coded:
            self.coded[heading] = CodedColumn()
            self.coded[heading].take([None] * self.n)
        return self.coded[heading]


def _take_encoded(column: CodedColumn, cells: Any) -> None:
    import numpy as np
    import pyarrow as pa
    from pyarrow import types

    try:
        encoded = cells if types.is_dictionary(cells.type) else cells.dictionary_encode()
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        column.take([plain_cell(value) for value in cells.to_pylist()])
        return
    distinct = [*map(plain_cell, encoded.dictionary.to_pylist()), None]
    places = encoded.indices.cast(pa.int32()).fill_null(len(distinct) - 1).to_numpy(zero_copy_only=False)
    column.take_coded(distinct, places.astype(np.int32))


def _text_notes(noted: Mapping[bytes, bytes] | None) -> dict[str, str]:
    return {
        key.decode("utf-8", "replace"): value.decode("utf-8", "replace")
        for key, value in (noted or {}).items()
        if not key.startswith(b"PARQUET:")
    }


def _notes(noted: Mapping[bytes, bytes] | None) -> dict[str, Any]:
    """Labels in the schema's metadata, as JSON under words of our own list or among pandas' ``attrs``."""
    found: dict[str, Any] = {}
    for key, value in _parsed(_text_notes(noted)):
        if key == "PANDAS_ATTRS" and isinstance(value, Mapping):
            found |= value
        elif key != "pandas" and isinstance(value, Mapping | list):
            found.setdefault(key, value)
    return found


def _parsed(notes: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for key, value in notes.items():
        try:
            yield key, json.loads(value)
        except (ValueError, RecursionError):
            continue
