"""What a query may be: one statement that reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from survey.errors import Place, ResponseImportError
from survey.file_guard import file_present

__all__ = ["LONGEST_QUERY", "check_query", "read_query_file"]

LONGEST_QUERY = 100_000
"""Characters."""
_TOKEN = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?\*/)
    |(?P<text>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")*")
    |(?P<ticked>`[^`]*`)
    |(?P<bracketed>\[[^\]]*\])
    |(?P<dollar>\$[^\W\d]*\$)
    |(?P<word>[^\W\d]\w*)
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TICKS = frozenset({"mysql", "mariadb", "sqlite", "bigquery", "databricks", "spark", "clickhouse"})
_BRACKETS = frozenset({"mssql", "sqlite", "access"})
_WRITING = frozenset({"insert", "update", "delete", "merge", "into"})
"""Words by which a statement that begins with SELECT or WITH may still write."""


def check_query(query: str, *, place: Place, dialect: str = "") -> str:
    """The statement, if it is one SELECT (or WITH ... SELECT) and holds no word that writes.

    This is the first of two doors: the transaction it runs in may only read. Databases differ in what ends a
    quotation; where they do, nothing is guessed and the statement is refused.

    Raises
    ------
    ResponseImportError
        It is empty, too long, several statements, anything but a SELECT, or its quotation marks are ambiguous.
    """
    if len(query) > LONGEST_QUERY:
        raise ResponseImportError.of("survey.query_too_long", place, limit=LONGEST_QUERY)
    words = list(_tokens(query, dialect, place))
    while words and words[-1] == ";":
        words.pop()
    if not words:
        raise ResponseImportError.of("survey.query_empty", place)
    if ";" in words:
        raise ResponseImportError.of("survey.query_several", place)
    first = next((word for word in words if word != "("), "")
    if first not in {"select", "with"}:
        raise ResponseImportError.of("survey.query_not_select", place, found=first[:30].upper() or "–")
    writing = next((word for word in words if word in _WRITING), None)
    if writing is not None:
        raise ResponseImportError.of("survey.query_writes", place, found=writing.upper())
    return query.strip()


def _tokens(query: str, dialect: str, place: Place) -> Iterator[str]:
    """Words in small letters and marks; comments, texts and quoted names are left out."""
    at = 0
    while at < len(query):
        found = _TOKEN.match(query, at)
        if found is None:  # the pattern ends in "any character"
            return
        kind, text = found.lastgroup, found[0]
        at = found.end()
        if kind == "bracketed" and dialect not in _BRACKETS:
            at, kind, text = found.start() + 1, "other", "["
        if (
            (kind == "dollar")
            or (kind == "ticked" and dialect not in _TICKS)
            or (kind == "comment" and ("/*" in text[2:] or text.startswith("/*!")))
            or (kind in {"text", "name"} and ("\\'" in text or '\\"' in text))
            or (kind == "other" and text in {"'", '"', "`"})
        ):
            raise ResponseImportError.of("survey.query_ambiguous", place, found=text[:10])
        if kind == "word":
            yield text.casefold()
        elif kind in {"text", "name", "ticked", "bracketed"}:
            yield "quoted"
        elif kind == "other" and not text.isspace():
            yield text


def read_query_file(path: Path) -> str:
    """The statement in a ``.sql`` file.

    Raises
    ------
    FileRefusedError
        There is no such file.
    ResponseImportError
        It is too long or not in UTF-8.
    """
    size = file_present(path)
    place = Place(file=path.name)
    if size > 4 * LONGEST_QUERY:
        raise ResponseImportError.of("survey.query_too_long", place, limit=LONGEST_QUERY)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ResponseImportError.of("survey.encoding_wrong", place, declared="UTF-8") from None
