"""One SELECT against a database as a table of answers: read only, in stretches, with nothing secret in any message."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from survey.database_address import VARIABLE, shown_database
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
_PLACEHOLDER = "***"
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")
_SECRET_OPTION = re.compile(r"\b([^=&\s]*(?:pass|pwd|secret|token|key)[^=&\s]*)=[^&\s]*", re.IGNORECASE)
_OFTEN_SECRET = 3
"""Characters from which on a value of the environment is masked wherever it occurs; passwords always are."""


def read_query(
    database: str, query: str, *, folder: Path | None = None, most_rows: int = MOST_ROWS, name: str | None = None
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

    Raises
    ------
    ResponseImportError
        SQLAlchemy or the driver is not installed; a variable of the environment is not set; the statement is not one
        SELECT; the database refuses it; there are no rows, or too many.
    """
    place = Place(file=name or shown_database(database))
    try:
        import sqlalchemy  # noqa: F401
    except ImportError:
        raise ResponseImportError.of("survey.reader_not_installed", place, package="SQLAlchemy", extra="sql") from None
    url, secrets = _address(database, folder, place)
    statement = check_query(query, place=place, dialect=url.get_backend_name())
    with _connected(url, secrets, place) as connection:
        return _fetched(connection, statement, most_rows, place)


@contextmanager
def _connected(url: URL, secrets: list[str], place: Place) -> Iterator[Connection]:
    """A connection that may only read; whatever goes wrong is told without the address."""
    from sqlalchemy.exc import SQLAlchemyError

    engine = None
    try:
        engine = _engine(url)
        with engine.connect() as connection:
            _forbid_writing(connection, url)
            yield connection.execution_options(stream_results=True, max_row_buffer=STRETCH)
            connection.rollback()
    except ModuleNotFoundError as fault:
        raise ResponseImportError.of("survey.database_driver", place, package=fault.name or "–") from None
    except (SQLAlchemyError, OSError, UnicodeError) as fault:
        reason = _without_secrets(str(getattr(fault, "orig", None) or fault), secrets)
        raise ResponseImportError.of("survey.database_refused", place, reason=reason) from None
    finally:
        if engine is not None:
            engine.dispose()


def _address(database: str, folder: Path | None, place: Place) -> tuple[URL, list[str]]:
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
    if url.get_backend_name() == "sqlite":
        url = url.set(database=str(_sqlite_file(url, folder, place)))
    return url, [*secrets, *([str(url.password)] if url.password else [])]


def _sqlite_file(url: URL, folder: Path | None, place: Place) -> Path:
    file = (folder or Path()) / (url.database or "")
    if not url.database or url.database == ":memory:" or not file.is_file():
        raise ResponseImportError.of("survey.database_file_missing", place)
    return file.resolve()


def _engine(url: URL) -> Any:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    if url.get_backend_name() != "sqlite":
        return create_engine(url, poolclass=NullPool, hide_parameters=True)
    import sqlite3

    address = f"{Path(url.database or '').as_uri()}?mode=ro"
    return create_engine(
        "sqlite://", poolclass=NullPool, hide_parameters=True, creator=lambda: sqlite3.connect(address, uri=True)
    )


def _forbid_writing(connection: Connection, url: URL) -> None:
    """Have the server itself refuse to write, where it can; the statement was looked at before."""
    statements = {
        "postgresql": "SET TRANSACTION READ ONLY",
        "mysql": "SET SESSION TRANSACTION READ ONLY",
        "mariadb": "SET SESSION TRANSACTION READ ONLY",
        "sqlite": "PRAGMA query_only = ON",
    }
    statement = statements.get(url.get_backend_name())
    if statement is not None:
        connection.exec_driver_sql(statement)


def _fetched(connection: Connection, statement: str, most_rows: int, place: Place) -> Table:
    from sqlalchemy import text

    result = connection.execute(text(statement.replace(":", "\\:")))  # a colon names no parameter here
    headings = [str(name) for name in result.keys()]  # noqa: SIM118  # of a result, not of a mapping
    gathered = GrowingColumns(headings, place=place)
    for stretch in result.partitions(STRETCH):
        columns = [[_cell(value, place) for value in column] for column in zip(*stretch, strict=True)]
        gathered.take_columns(columns, len(stretch))
        if gathered.n > most_rows:
            raise ResponseImportError.of("survey.query_too_many_rows", place, limit=most_rows)
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
