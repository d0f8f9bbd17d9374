"""What a query may be: one statement that reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
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
_QUOTED = '"'
_MYSQL = frozenset({"mysql", "mariadb", "tidb", "oceanbase", "starrocks", "doris", "singlestoredb"})
_HASH_OR_DASHES = re.compile(r"#|--\S")
"""Here # begins a comment, and two dashes do so only before a blank."""
_WRITING = frozenset({"insert", "update", "delete", "merge", "into", "outfile", "dumpfile"})
"""Words by which a statement that begins with SELECT or WITH may still write."""
_REACHING = re.compile(
    r"pg_(?:read|ls|stat)_\w*file\w*|pg_ls_\w+|pg_sleep\w*|pg_(?:terminate|cancel)_backend|pg_(?:reload|rotate)_\w+"
    r"|pg_file_\w+|pg_(?:try_)?advisory_\w+|lo_\w+|loread|lowrite|dblink\w*|set_config|(?:query|cursor)_to_xml\w*"
    r"|load_file|sleep|benchmark|get_lock|sys_(?:exec|eval)|load_extension|readfile|writefile|edit|fts3_tokenizer"
    r"|openrowset|opendatasource|openquery|xp_\w+|utl_\w+|dbms_\w+|httpuritype"
)
"""Functions that reach beyond the tables: files, other servers, other sessions, a wait, a statement in a text."""


def check_query(query: str, *, place: Place, dialect: str = "") -> str:
    """The statement, if it is one SELECT (or WITH ... SELECT) and holds no word that writes.

    This is the first of two doors: the transaction it runs in may only read. Databases differ in what ends a
    quotation or begins a comment; where they do, nothing is guessed and the statement is refused. Functions that
    reach beyond the tables are refused by name, which is no substitute for an account without such rights.

    Raises
    ------
    ResponseImportError
        It is empty, too long, several statements, anything but a SELECT, calls a function that reaches files or
        other servers or waits, or its quotation marks or comments are ambiguous.
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
    called = (word.removeprefix(_QUOTED) for word, after in pairwise(words) if after == "(")
    reaching = next((name for name in called if _REACHING.fullmatch(name)), None)
    if reaching is not None:
        raise ResponseImportError.of("survey.query_reaches", place, found=reaching)
    return query.strip()


def _tokens(query: str, dialect: str, place: Place) -> Iterator[str]:
    """Words in small letters, marks, and quoted names with a mark before them; comments and texts are left out."""
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
            or (kind == "comment" and ("/*" in text[2:] or text[2:4].upper().startswith(("!", "M!"))))
            or (dialect in _MYSQL and _HASH_OR_DASHES.match(text) is not None)
            or (kind in {"text", "name"} and query[max(0, found.start() - 2) : found.start()].casefold() == "u&")
            or (kind in {"text", "name"} and ("\\'" in text or '\\"' in text))
            or (kind == "other" and text in {"'", '"', "`"})
        ):
            raise ResponseImportError.of("survey.query_ambiguous", place, found=text[:10])
        if kind == "word":
            yield text.casefold()
        elif kind == "text":
            yield "quoted"
        elif kind in {"name", "ticked", "bracketed"}:
            yield _QUOTED + text[1:-1].casefold()
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
