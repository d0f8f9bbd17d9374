"""One SELECT against a database as a table of answers: read only, in stretches, with nothing secret in any message."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from survey.database_address import VARIABLE, check_variables, shown_database
from survey.errors import Place, ResponseImportError
from survey.importers.queries import check_query
from survey.importers.table_file import Table
from survey.importers.typed_cells import GrowingColumns, flattened, plain_cell, typed_table
from survey.privacy import mask_personal

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection

__all__ = ["MOST_ROWS", "read_query"]

MOST_ROWS = 1_000_000
STRETCH = 10_000
"""Records fetched at a time."""
SECONDS = 120.0
"""What a query may take."""
_LONGEST_CELL = 64 * 1024**2
_STEPS = 50_000
"""Instructions of SQLite between two looks at the clock."""
_REFUSED_OPTIONS = frozenset({"init_command", "local_infile", "odbc_connect", "plugin", "read_default_file"})
"""Options of an address by which it runs statements, loads code or reads files."""
_PLACEHOLDER = "***"
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")
_SECRET_OPTION = re.compile(r"\b([^=&\s]*(?:pass|pwd|secret|token|key)[^=&\s]*)=[^&\s]*", re.IGNORECASE)
_OFTEN_SECRET = 3
"""Characters from which on a value of the environment is masked wherever it occurs; passwords always are."""


def read_query(
    database: str,
    query: str,
    *,
    folder: Path | None = None,
    most_rows: int = MOST_ROWS,
    name: str | None = None,
    of_study: bool = False,
) -> Table:
    """The rows of one SELECT.

    Parameters
    ----------
    database : str
        The address as SQLAlchemy writes it, such as ``postgresql+psycopg://reader:${SURVEY_PASSWORD}@host/survey`` or
        ``sqlite:///answers.db``; ``${NAME}`` is taken from the environment.
    query : str
        One ``SELECT`` or ``WITH`` statement. It runs in a transaction that may only read and is rolled back.
    folder : Path, optional
        Where the path of an SQLite file starts, if it is relative.
    most_rows : int
        A query with more rows is refused; nothing is cut off silently.
    name : str, optional
        What the table is called in messages and results; the address without credentials where not given.
    of_study : bool
        The address stands in a study, which may come from elsewhere: it may only name variables that begin with
        ``SATIX_DB_`` and SQLite files below ``folder``, and no option that runs statements, loads code or reads files.
        What an address that is a variable as a whole holds is the user's own and not looked at.

    Raises
    ------
    ResponseImportError
        SQLAlchemy or the driver is not installed; a variable of the environment is not set; the statement is not one
        SELECT; the database refuses it, or takes more than ``SECONDS``; there are no rows, or too many; the address
        is none a study may have.
    """
    place = Place(file=name or shown_database(database))
    try:
        import sqlalchemy  # noqa: F401
    except ImportError:
        raise ResponseImportError.of("survey.reader_not_installed", place, package="SQLAlchemy", extra="sql") from None
    if of_study:
        check_variables(database, place)
    url, secrets = _address(database, folder, place, of_study=of_study and VARIABLE.fullmatch(database) is None)
    statement = check_query(query, place=place, dialect=url.get_backend_name())
    deadline = time.monotonic() + SECONDS
    with _connected(url, secrets, place, deadline) as connection:
        return _fetched(connection, statement, most_rows, place, deadline)


@contextmanager
def _connected(url: URL, secrets: list[str], place: Place, deadline: float) -> Iterator[Connection]:
    """A connection that may only read; whatever goes wrong is told without the address."""
    from sqlalchemy.exc import SQLAlchemyError

    engine = None
    try:
        engine = _engine(url, deadline)
        with engine.connect() as connection:
            for statement in _limits(url.get_backend_name(), mariadb=getattr(connection.dialect, "is_mariadb", False)):
                connection.exec_driver_sql(statement)
            yield connection.execution_options(stream_results=True, max_row_buffer=STRETCH)
            connection.rollback()
    except ModuleNotFoundError as fault:
        raise ResponseImportError.of("survey.database_driver", place, package=fault.name or "–") from None
    except (SQLAlchemyError, OSError, UnicodeError) as fault:
        if time.monotonic() >= deadline:
            raise ResponseImportError.of("survey.query_time", place, limit=f"{SECONDS:g}") from None
        reason = _without_secrets(str(getattr(fault, "orig", None) or fault), secrets)
        raise ResponseImportError.of("survey.database_refused", place, reason=reason) from None
    finally:
        if engine is not None:
            engine.dispose()


def _address(database: str, folder: Path | None, place: Place, *, of_study: bool) -> tuple[URL, list[str]]:
    """The address with the environment's values in it, and what must not be shown."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    named = VARIABLE.findall(database)
    absent = [name for name in dict.fromkeys(named) if name not in os.environ]
    if absent:
        raise ResponseImportError.of("survey.database_variable", place, names=", ".join(absent))
    if database.partition("://")[2].split("?")[0].count("@") > 1:  # part of a password would be taken for the host
        raise ResponseImportError.of("survey.database_address", place)
    values = [os.environ[name] for name in named]
    # a value may hold marks that mean something in an address, so it is put in after the address is taken apart
    stand_ins = {f"satix{number}value": value for number, value in enumerate(values)}
    pending = iter(stand_ins)
    whole = values[0] if VARIABLE.fullmatch(database) else VARIABLE.sub(lambda _: next(pending), database)
    try:
        url = make_url(whole)
    except (ArgumentError, ValueError):
        raise ResponseImportError.of("survey.database_address", place) from None

    def filled(text: str | None) -> str | None:
        for mark, value in stand_ins.items():
            text = text.replace(mark, value) if text else text
        return text

    options = {key: filled(value) or "" for key, value in url.query.items() if isinstance(value, str)}
    url = url.set(username=filled(url.username), password=filled(url.password), host=filled(url.host))
    url = url.set(database=filled(url.database), query={**url.query, **options})
    secrets = [value for value in (*values, *options.values()) if len(value) >= _OFTEN_SECRET]
    refused = sorted(key for key in url.query if key.casefold() in _REFUSED_OPTIONS)
    if of_study and refused:
        raise ResponseImportError.of("survey.database_option", place, names=", ".join(refused))
    if url.get_backend_name() == "sqlite":
        url = url.set(database=str(_sqlite_file(url, folder, place, of_study=of_study)))
    return url, [*secrets, *([str(url.password)] if url.password else [])]


def _sqlite_file(url: URL, folder: Path | None, place: Place, *, of_study: bool) -> Path:
    file = (folder or Path()) / (url.database or "")
    if of_study and not file.resolve().is_relative_to((folder or Path()).resolve()):
        raise ResponseImportError.of("survey.database_file_outside", place)
    if not url.database or url.database == ":memory:" or not file.is_file():
        raise ResponseImportError.of("survey.database_file_missing", place)
    return file.resolve()


def _engine(url: URL, deadline: float) -> Any:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    if url.get_backend_name() != "sqlite":
        return create_engine(url, poolclass=NullPool, hide_parameters=True)
    import sqlite3

    address = f"{Path(url.database or '').as_uri()}?mode=ro"

    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_CELL)
        connection.set_progress_handler(lambda: time.monotonic() >= deadline, _STEPS)
        return connection

    return create_engine("sqlite://", poolclass=NullPool, hide_parameters=True, creator=opened)


def _limits(backend: str, *, mariadb: bool) -> tuple[str, ...]:
    """Statements by which the database itself refuses to write, and to go on for ever, where it can.

    SQLite looks at the clock by itself (see ``_engine``); it is told to trust no function that a file's views name.
    """
    if backend == "postgresql":
        return "SET TRANSACTION READ ONLY", f"SET LOCAL statement_timeout = {SECONDS * 1000:.0f}"
    if backend in {"mysql", "mariadb"}:
        time_limit = f"max_statement_time = {SECONDS:g}" if mariadb else f"max_execution_time = {SECONDS * 1000:.0f}"
        return "SET SESSION TRANSACTION READ ONLY", f"SET SESSION {time_limit}"
    return ("PRAGMA query_only = ON", "PRAGMA trusted_schema = OFF") if backend == "sqlite" else ()


def _fetched(connection: Connection, statement: str, most_rows: int, place: Place, deadline: float) -> Table:
    from sqlalchemy import text

    result = connection.execute(text(statement.replace(":", "\\:")))  # a colon names no parameter here
    headings = [str(name) for name in result.keys()]  # noqa: SIM118  # of a result, not of a mapping
    gathered = GrowingColumns(headings, place=place)
    for stretch in result.partitions(STRETCH):
        columns = [[_cell(value, place) for value in column] for column in zip(*stretch, strict=True)]
        gathered.take_columns(columns, len(stretch))
        if gathered.n > most_rows:
            raise ResponseImportError.of("survey.query_too_many_rows", place, limit=most_rows)
        if time.monotonic() >= deadline:
            raise ResponseImportError.of("survey.query_time", place, limit=f"{SECONDS:g}")
    return typed_table(gathered, file=place.file or "", kind="query")


def _cell(value: Any, place: Place) -> Any:
    """A value of the database; a JSON document becomes one text, since a query can take it apart itself."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {cell}" for key, cell in flattened(value, place).items() if cell is not None)
    return plain_cell(value)


def _without_secrets(reason: str, secrets: list[str]) -> str:
    """The first line of what a driver says, without passwords and addresses with credentials."""
    first = next((line.strip() for line in reason.splitlines() if line.strip()), "–")
    for secret in sorted(secrets, key=len, reverse=True):
        first = first.replace(secret, _PLACEHOLDER)
    return mask_personal(_SECRET_OPTION.sub(rf"\1={_PLACEHOLDER}", _CREDENTIALS.sub("", first)))[:200]
