"""Whatever answers come from, as one table: a file of any kind, or a query."""

from __future__ import annotations

from pathlib import Path

from survey.database_address import is_database_address
from survey.errors import Place, ResponseImportError
from survey.importers.table_file import Table, read_table
from survey.study import Source

__all__ = ["answers_of", "query_text", "read_any"]


def read_any(
    source: str | Path, query: str | None = None, *, sheet: str | None = None, folder: Path | None = None
) -> Table:
    """The table of a file, or of a query against a database.

    Parameters
    ----------
    source : str or Path
        A file, or the address of a database (``sqlite:///answers.db``, ``postgresql://...``, ``${DATABASE_URL}``).
    query : str, optional
        One SELECT, or the path of a ``.sql`` file that holds one; needed for a database.
    sheet : str, optional
        The sheet of a workbook, or the key of the list in a JSON file.
    folder : Path, optional
        Where relative paths start: of the query and of an SQLite file.

    Raises
    ------
    FileRefusedError, ResponseImportError
        The source cannot be read; a query for a file, or none for a database.
    """
    if isinstance(source, str) and is_database_address(source):
        from survey.database_address import shown_database
        from survey.importers.database import read_query

        if query is None:
            raise ResponseImportError.of("survey.query_absent", Place(file=shown_database(source)))
        return read_query(source, query_text(query, folder=folder), folder=folder)
    path = (folder or Path()) / source
    if query is not None:
        raise ResponseImportError.of("survey.query_for_file", Place(file=path.name))
    return read_table(path, sheet=sheet)


def answers_of(source: Source, folder: Path) -> Path | Table:
    """What a source of a study gives: its file, or the rows of its query.

    Raises
    ------
    FileRefusedError, ResponseImportError
        The query or its database is at fault.
    """
    if source.database is None or source.query is None:
        return folder / (source.file or "")
    from survey.importers.database import read_query

    query = query_text(source.query, folder=folder)
    return read_query(source.database, query, folder=folder, name=source.name, of_study=True)


def query_text(query: str, *, folder: Path | None = None) -> str:
    """The statement itself, read from its file where ``query`` names one."""
    if "\n" in query or not query.strip().casefold().endswith(".sql"):
        return query
    from survey.importers.queries import read_query_file

    return read_query_file((folder or Path()) / query.strip())
