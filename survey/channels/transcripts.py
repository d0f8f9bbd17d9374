"""Chat logs as text: ``role TAB text TAB action TAB scores`` a line, an empty line between dialogues.

The format of the USS collections (Sun et al. 2021, SIGIR): scores are those of several coders, separated by commas; the
line ``USER  OVERALL`` closes a dialogue and carries the scores of the whole; a fifth part may explain them.
"""

from __future__ import annotations

import re
from pathlib import Path

from survey.channels.words import word_codes
from survey.errors import Place, ResponseImportError
from survey.file_guard import guard_file, read_content
from survey.importers.cell_text import CellValue, fold
from survey.importers.encodings import decode
from survey.importers.table_file import Table

__all__ = ["TRANSCRIPT_HEADINGS", "is_transcript", "read_transcript"]

TRANSCRIPT_HEADINGS = ("dialogue", "role", "text", "action", "scores", "explanation")
"""The columns a log is read into; ``dialogue`` counts them from 1."""
_TEXT_KINDS = frozenset({"csv", "gzip"})
_LOOKED_AT = 200
_LINES = re.compile(r"\r\n|\n|\r")


def _lines(path: Path, encoding: str | None) -> tuple[list[str], str]:
    kind = guard_file(path)
    decoded = decode(read_content(path, kind), file=path.name, declared=encoding)
    return _LINES.split(decoded.text), decoded.encoding


def is_transcript(path: Path) -> bool:
    """Whether a text file is such a log: nearly every line begins with a known role and a tab."""
    if guard_file(path) not in _TEXT_KINDS:
        return False
    lines = [line for line in _lines(path, None)[0][:_LOOKED_AT] if line.strip()]
    roles = word_codes("role")
    return bool(lines) and sum(fold(line.split("\t")[0]) in roles and "\t" in line for line in lines) > 0.9 * len(lines)


def read_transcript(path: Path, *, encoding: str | None = None) -> Table:
    """The turns of a log as a table; rows are the lines of the file, empty lines are separators.

    Raises
    ------
    FileRefusedError
        The file is missing or unsafe.
    ResponseImportError
        It holds no turn, or lines that are no turns; every such line is listed.
    """
    lines, spelling = _lines(path, encoding)
    while lines and not lines[-1].strip():
        lines.pop()
    columns: list[list[CellValue]] = [[] for _ in TRANSCRIPT_HEADINGS]
    rows, empty, faulty = [], [], []
    dialogue, between = 0, True
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            empty.append(number)
            between = True
            continue
        parts = line.split("\t")
        if len(parts) < 2 or len(parts) > 5:
            faulty.append(number)
            continue
        dialogue += between
        between = False
        rows.append(number)
        cells = [str(dialogue), *(part.strip() or None for part in parts), *([None] * (5 - len(parts)))]
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    place = Place(file=path.name)
    if faulty:
        shown = ", ".join(map(str, faulty[:10])) + (" …" if len(faulty) > 10 else "")
        raise ResponseImportError.of("survey.transcript_lines", place, count=len(faulty), rows=shown)
    if not rows:
        raise ResponseImportError.of("survey.table_empty", place)
    return Table(
        file=path.name,
        kind="csv",
        header_row=0,
        headings=TRANSCRIPT_HEADINGS,
        columns=tuple(columns),
        rows=tuple(rows),
        empty_rows=tuple(empty),
        encoding=spelling,
        delimiter="\t",
    )
