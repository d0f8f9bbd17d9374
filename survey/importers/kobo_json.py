"""Submissions of KoboToolbox and ODK in JSON: a form pack with its form, or what the API gives."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from survey.errors import Place, ResponseImportError
from survey.importers.cell_text import CellValue
from survey.importers.table_file import Table
from survey.structures.source_file import read_json

__all__ = ["SUBMISSIONS", "holds_submissions", "read_submissions", "table_of_submissions"]

SUBMISSIONS = "submissions"
"""Name of the list in a form pack, and of the sheet in the table it becomes."""
_LISTS = (SUBMISSIONS, "results", "value")
_VERSION = "__version__"
DEEPEST = 10
MOST_COLUMNS = 10_000


def holds_submissions(document: object) -> bool:
    """Whether a JSON document is a form pack: a form with its submissions."""
    return isinstance(document, Mapping) and isinstance(document.get(SUBMISSIONS), list) and "content" in document


def read_submissions(*paths: Path) -> Table:
    """The submissions of one form, from one file or from one per version of the form.

    Columns are the union over all versions; ``__version__`` says where a record comes from. Lists of records become
    ``repeat[1]/question``, other lists are joined by blanks, as select_multiple is.

    Raises
    ------
    FileRefusedError
        A file is missing, not JSON, or unsafe to open.
    ResponseImportError
        A file holds no list of submissions, or is nested too deeply.
    """
    return table_of_submissions({path.name: read_json(path, (".json",)) for path in paths})


def table_of_submissions(documents: Mapping[str, Any]) -> Table:
    """As :func:`read_submissions`, for documents by the name of their file.

    Raises
    ------
    ResponseImportError
        A document holds no list of submissions, or is nested too deeply.
    """
    records: list[dict[str, CellValue]] = []
    for name, document in documents.items():
        version = document.get("version") if isinstance(document, Mapping) else None
        for entry in _entries(document, name):
            record = dict(_cells(entry, "", name, 0))
            if isinstance(version, str | int):
                record.setdefault(_VERSION, str(version))
            records.append(record)
    headings = list(dict.fromkeys(heading for record in records for heading in record))
    file = next(iter(documents), "")
    if not records or not headings:
        raise ResponseImportError.of("survey.table_empty", Place(file=file))
    if len(headings) > MOST_COLUMNS:
        raise ResponseImportError.of("survey.kobo_too_wide", Place(file=file), limit=MOST_COLUMNS, found=len(headings))
    return Table(
        file=file,
        kind="json",
        header_row=0,
        headings=tuple(headings),
        columns=tuple([record.get(heading) for record in records] for heading in headings),
        rows=tuple(range(1, len(records) + 1)),
        sheet=SUBMISSIONS,
        other_sheets=("content/survey",) if any(map(holds_submissions, documents.values())) else (),
    )


def _entries(document: object, name: str) -> list[Mapping[str, Any]]:
    """The records of a form pack, of an answer of the API, or of a plain list."""
    found: object = document
    if isinstance(document, Mapping):
        found = next((document[key] for key in _LISTS if isinstance(document.get(key), list)), None)
    if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
        raise ResponseImportError.of("survey.kobo_no_submissions", Place(file=name), expected=", ".join(_LISTS))
    return found


def _cells(entry: Mapping[str, Any], before: str, name: str, depth: int) -> Iterator[tuple[str, CellValue]]:
    """Headings and cells of one record; the path of a repeat is not said twice."""
    if depth > DEEPEST:
        raise ResponseImportError.of("survey.kobo_too_deep", Place(file=name), limit=DEEPEST)
    for key, value in entry.items():
        heading = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from _cells(value, f"{heading}/", name, depth + 1)
        elif isinstance(value, list) and value and all(isinstance(part, Mapping) for part in value):
            for number, part in enumerate(value, start=1):
                inner = {text.removeprefix(f"{key}/"): cell for text, cell in part.items()}
                yield from _cells(inner, f"{heading}[{number}]/", name, depth + 1)
        elif isinstance(value, list):
            yield heading, " ".join(text for part in value if (text := _text(part)))
        else:
            yield heading, _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
