"""Files whose columns have names and types of their own: which reader opens which kind."""

from __future__ import annotations

from pathlib import Path

from survey.errors import FileRefusedError, Place
from survey.file_guard import FileKind
from survey.importers.table_file import Table

__all__ = ["read_typed_file"]


def read_typed_file(path: Path, kind: FileKind, *, part: str | None = None, encoding: str | None = None) -> Table:
    """The table in an SPSS, Stata, Parquet or JSON file that the guard has passed.

    Parameters
    ----------
    part : of a JSON file: the key of the list of records, where it holds several.
    encoding : of the texts of an SPSS or Stata file, or of JSON.

    Raises
    ------
    FileRefusedError, ResponseImportError
        The file is damaged, too large, or holds no records.
    """
    if kind in {"sav", "por", "dta"}:
        from survey.importers.statistical_files import read_statistical_file

        return read_statistical_file(path, kind, encoding=encoding)
    if kind == "parquet":
        from survey.importers.columnar_files import read_parquet

        return read_parquet(path)
    if kind == "json":
        from survey.importers.json_records import read_json_records

        return read_json_records(path, part=part, encoding=encoding)
    raise FileRefusedError.of("survey.file_holds_no_answers", Place(file=path.name), content=kind.upper())
