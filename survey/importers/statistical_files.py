"""SPSS ``.sav``, ``.zsav``, ``.por`` and Stata ``.dta``: codes as they stand, with everything the file says of them.

The library that reads these formats is written in C; it runs in a process of its own with limits, stretch by stretch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from survey.errors import Place, Problem, ResponseImportError
from survey.file_guard import FileKind
from survey.importers.cell_text import CellValue, cell_text
from survey.importers.coded_columns import CodedColumn, decoded
from survey.importers.declared_codes import kind_of_label, with_observed_missing
from survey.importers.limited_process import read_limited
from survey.importers.stored_texts import encoding_inside
from survey.importers.stored_times import stored_time
from survey.importers.table_file import Table
from survey.importers.typed_cells import MOST_CELLS, MOST_COLUMNS, GrowingColumns, plain_cell, typed_table
from survey.importers.variables import Variable
from survey.scales import MissingKind

__all__ = ["load_libraries", "read_plainly", "read_statistical_file"]

STRETCH = 20_000
"""Records read at a time."""
_RAW = "ISO-8859-1"
"""Every byte is a character of its own, so that what the file holds can be looked at before it is believed."""
_TRUSTED = frozenset({"UTF-8", "UTF8", "GB18030", "GBK", "GB2312", "CP936", "BIG5", "EUC-KR", "CP949", "SHIFT_JIS"})
"""Encodings that other text rarely fits; one a file declares beside these is compared with what it holds."""
_FORMATS: Mapping[FileKind, str] = {"sav": "sav/zsav", "por": "por", "dta": "dta"}
_MEASURES = frozenset({"nominal", "ordinal", "scale"})


def read_statistical_file(path: Path, kind: FileKind, *, encoding: str | None = None) -> Table:
    """The records of an SPSS or Stata file that the guard has passed, and its codebook in ``Table.variables``.

    Values are codes, whole numbers without a decimal point; dates are dates. Values declared missing stay and are
    named in ``Variable.missing``; a value label tells the kind, and where none does it is ``blank``. Stata's
    ``.a`` to ``.z`` become the words ``.a`` to ``.z``. System-missing cells are None.

    Parameters
    ----------
    encoding : of the texts; as the file declares, or as its bytes show, where not given.

    Raises
    ------
    ResponseImportError
        pyreadstat is not installed; the file has no record; its texts are in no encoding that is known.
    FileRefusedError
        The file is damaged or asks for more than a file of its size may.
    """
    place = Place(file=path.name)
    try:
        import pyreadstat  # noqa: F401  # the other process needs it
    except ImportError:
        raise ResponseImportError.of("survey.reader_not_installed", place, package="pyreadstat", extra="spss") from None
    read = read_limited("survey.importers.statistical_files:read_plainly", path, kind, encoding)
    gathered = GrowingColumns([entry["name"] for entry in read["columns"]], place=place)
    gathered.take_columns([decoded(*entry["cells"]) for entry in read["columns"]], read["n"])
    variables = [with_observed_missing(_variable(entry, read["sets"]), entry["cells"][0]) for entry in read["columns"]]
    reason = read["reason"]
    return typed_table(
        gathered,
        file=path.name,
        kind=kind,
        variables=variables,
        encoding=read["encoding"],
        encoding_reason=Problem(code=reason[0], fields=reason[1], severity="note"),
    )


def load_libraries() -> None:
    """What a process loads before its memory is limited."""
    import pyreadstat  # noqa: F401


def read_plainly(path: Path, kind: FileKind, encoding: str | None = None) -> dict[str, Any]:
    """A file as plain data: per column its name, labels, missing values, distinct cells and which record has which.

    Raises
    ------
    ResponseImportError
        The file has too many columns or cells, or its texts are not in the encoding asked for.
    """
    from pyreadstat import ReadstatError

    reader = _Reader(path, kind)
    chosen, reason = reader.encoding(encoding)
    try:
        return reader.everything(chosen, reason)
    except ReadstatError as fault:
        if not _about_encoding(fault):
            raise
        if encoding is not None:
            place = Place(file=path.name)
            raise ResponseImportError.of("survey.encoding_wrong", place, declared=encoding) from None
    found = reader.encoding_by_bytes()
    fields = {"found": found or "–", "declared": chosen or "–"}
    return reader.everything(found, ("survey.encoding_by_stored_texts", fields))


def _about_encoding(fault: Exception) -> bool:
    return "encoding" in str(fault) or "convert" in str(fault)


class _Reader:
    """Reads one file, as often as its encoding needs it."""

    def __init__(self, path: Path, kind: FileKind) -> None:
        self.path, self.kind = path, kind

    def encoding(self, asked: str | None) -> tuple[str | None, tuple[str, dict[str, str]]]:
        """The encoding to read with (None: what the file declares), and why."""
        from pyreadstat import ReadstatError

        if asked is not None:
            return asked, ("survey.encoding_by_declared", {})
        try:
            declared = self._read(None, metadataonly=True)[1].file_encoding or self._of_release()
        except ReadstatError as fault:
            if not _about_encoding(fault):
                raise
            found = self.encoding_by_bytes()
            return found, ("survey.encoding_by_stored_texts", {"found": found or "–", "declared": "–"})
        if self.kind == "por" or declared.upper() in _TRUSTED:
            return None, ("survey.encoding_by_file", {"declared": declared})
        found = self.encoding_by_bytes()
        if found is None or found == "cp1252":  # plain ASCII, or nothing that contradicts the file
            return None, ("survey.encoding_by_file", {"declared": declared})
        return found, ("survey.encoding_by_stored_texts", {"found": found, "declared": declared})

    def encoding_by_bytes(self) -> str | None:
        """The encoding that the bytes of labels and texts are in."""
        _, meta = self._read(_RAW, metadataonly=True)
        texts = [meta.file_label or "", *meta.column_names, *(meta.column_labels or ())]
        texts += [str(label) for labels in meta.variable_value_labels.values() for label in labels.values()]
        texts += [str(code) for labels in meta.variable_value_labels.values() for code in labels]
        wordy = [name for name, stored in meta.readstat_variable_types.items() if stored == "string"]
        raw = {text.encode("latin-1", "ignore") for text in texts if text}
        if wordy:
            for stretch, _ in self._stretches(_RAW, usecols=wordy):
                for cells in stretch.values():
                    raw |= {cell.encode("latin-1", "ignore") for cell in set(cells) if cell}
        return encoding_inside(sorted(raw), file=self.path.name)

    def everything(self, chosen: str | None, reason: tuple[str, dict[str, str]]) -> dict[str, Any]:
        """All columns in one encoding."""
        _, meta = self._read(chosen, metadataonly=True)
        names: list[str] = list(meta.column_names)
        place = Place(file=self.path.name)
        if len(names) > MOST_COLUMNS:
            raise ResponseImportError.of("survey.records_too_wide", place, limit=MOST_COLUMNS)
        ranges = {name: [(e["lo"], e["hi"]) for e in meta.missing_ranges.get(name) or ()] for name in names}
        coded = [_Coded(self.kind, meta.original_variable_types.get(name) or "", ranges[name]) for name in names]
        n = 0
        for stretch, found in self._stretches(chosen):
            tagged = found.missing_user_values or {}
            for name, column in zip(names, coded, strict=True):
                column.take_stored(stretch[name], tagged=self.kind == "dta" and name in tagged)
            n += _length(stretch)
            if n * len(names) > MOST_CELLS:
                fields = {"rows": n, "columns": len(names), "limit": f"{MOST_CELLS / 1e6:.0f}"}
                raise ResponseImportError.of("survey.records_too_many_cells", place, **fields)
        columns = [
            {
                "name": name or "",  # none in a damaged file
                "label": (meta.column_names_to_labels.get(name) or "").strip(),
                "measure": meta.variable_measure.get(name),
                "labels": (labels := self._labels(meta.variable_value_labels.get(name) or {})),
                "ranges": ranges[name],
                "tags": sorted(column.tags | {code for code, _ in labels if self.kind == "dta" and _is_text(code)}),
                "cells": column.plain(),
            }
            for name, column in zip(names, coded, strict=True)
        ]
        sets = [
            (str(name), entry["type"], entry["counted_value"], entry["label"] or "", list(entry["variable_list"]))
            for name, entry in (meta.mr_sets or {}).items()
        ]
        read_in = chosen or meta.file_encoding or self._of_release()
        return {"n": n, "columns": columns, "sets": sets, "encoding": read_in.lower(), "reason": reason}

    def _labels(self, labels: Mapping[Any, str]) -> list[tuple[CellValue, str]]:
        return [(_code(code, self.kind), str(text).strip()) for code, text in labels.items()]

    def _of_release(self) -> str:
        """What the format itself says where the file does not: Stata 14 and later hold UTF-8."""
        with self.path.open("rb") as stream:
            head = stream.read(64)
        release = re.search(rb"<release>(\d{3})</release>", head)
        return "UTF-8" if self.kind == "por" or (release and int(release[1]) >= 118) else "windows-1252"

    def _stretches(self, encoding: str | None, **options: Any) -> Iterator[tuple[dict[str, list[Any]], Any]]:
        offset = 0
        while True:
            stretch, meta = self._read(encoding, row_limit=STRETCH, row_offset=offset, **options)
            yield stretch, meta
            offset += STRETCH
            if _length(stretch) < STRETCH:
                return

    def _read(self, encoding: str | None, **options: Any) -> tuple[dict[str, list[Any]], Any]:
        # the public reader of .por files drops values that are declared missing; this is the one it calls itself
        from pyreadstat._readstat_parser import parser_entry_point

        return parser_entry_point(  # type: ignore[no-any-return]
            str(self.path),
            parser_format=_FORMATS[self.kind],
            encoding=None if self.kind == "por" else encoding,
            user_missing=True,
            output_format="dict",  # in a data frame, empty cells after a tagged one hold what was in memory before
            disable_datetime_conversion=True,
            **options,
        )


class _Coded(CodedColumn):
    """A column whose stored numbers are turned into what they mean."""

    def __init__(self, kind: FileKind, stored_as: str, missing: Sequence[tuple[Any, Any]]) -> None:
        super().__init__()
        self.kind, self.stored_as = kind, stored_as
        self.missing = [(low, high) for low, high in missing if not isinstance(low, str)]
        self.tags: set[str] = set()

    def take_stored(self, cells: Sequence[Any], *, tagged: bool) -> None:
        """Add a stretch of the column; in one that is ``tagged``, letters are Stata's kinds of missing."""
        meant = {value: self._cell(value, tagged=tagged) for value in set(cells)}
        self.take(map(meant.__getitem__, cells))

    def _cell(self, value: Any, *, tagged: bool) -> CellValue:
        if isinstance(value, str):
            if tagged:
                self.tags.add(f".{value}")
                return f".{value}"
            return value.rstrip() or None
        number = plain_cell(value)
        if not isinstance(number, int | float) or any(low <= number <= high for low, high in self.missing):
            return number
        return stored_time(number, self.stored_as, self.kind)


def _length(stretch: Mapping[str, Sequence[Any]]) -> int:
    return len(next(iter(stretch.values()), ()))


def _is_text(code: CellValue) -> bool:
    return isinstance(code, str)


def _code(code: Any, kind: FileKind) -> CellValue:
    if kind == "dta" and isinstance(code, str):
        return f".{code}"
    return code.rstrip() if isinstance(code, str) else plain_cell(code)


def _variable(entry: Mapping[str, Any], sets: Sequence[tuple[str, str, Any, str, list[str]]]) -> Variable:
    values: dict[int | float | str, str] = {code: text for code, text in entry["labels"] if code is not None}
    labels = {cell_text(code): text for code, text in values.items()}
    spans = tuple((float(low), float(high)) for low, high in entry["ranges"] if low != high)
    named = [cell_text(_code(low, "sav")) for low, high in entry["ranges"] if low == high]
    named += entry["tags"]
    missing: dict[str, MissingKind] = {text: kind_of_label(labels.get(text, "")) or "blank" for text in named}
    mine = next((found for found in sets if entry["name"] in found[4]), None)
    return Variable(
        label=entry["label"],
        values=values,
        missing=missing,
        missing_ranges=spans,
        group=mine[0] if mine else None,
        group_label=mine[3].strip() if mine else "",
        counted=plain_cell(mine[2]) if mine and mine[1] == "D" else None,  # type: ignore[arg-type]
        measure=entry["measure"] if entry["measure"] in _MEASURES else None,
    )
