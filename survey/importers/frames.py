"""A pandas data frame as a table of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from survey.errors import Place
from survey.importers.cell_text import CellValue
from survey.importers.coded_columns import CodedColumn, decoded
from survey.importers.column_notes import noted_variables
from survey.importers.table_file import Table
from survey.importers.typed_cells import JOINT, GrowingColumns, plain_cell, typed_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["table_from_frame"]


def table_from_frame(frame: pd.DataFrame, *, name: str = "frame") -> Table:
    """The table of a data frame; the frame is not changed.

    Categories keep their order in ``Table.variables`` (``ordinal`` where they are ordered). NaN, NaT, NA and None are
    empty cells; truth values become the words TRUE and FALSE; lists one cell. Labels are taken from ``frame.attrs``
    (``column_labels``, ``value_labels``, ``missing_ranges``: the words of pyreadstat) and from ``attrs`` of columns.
    A named index becomes the first columns, an unnamed one is left off. Headings of several levels are joined by "/".

    Parameters
    ----------
    name : str
        What the table is called in messages and results.

    Raises
    ------
    ResponseImportError
        The frame has no column or no row.
    """
    import pandas as pd

    if any(level is not None for level in frame.index.names):
        frame = frame.reset_index()
    headings = [
        "/".join(str(part) for part in h if part != "") if isinstance(h, tuple) else str(h) for h in frame.columns
    ]
    place = Place(file=name)
    gathered = GrowingColumns(headings, place=place)
    cells: list[list[CellValue]] = []
    notes: list[dict[str, Any]] = []
    categories: list[list[CellValue] | None] = []
    ordered: list[bool] = []
    for at in range(len(headings)):
        column = frame.iloc[:, at]
        coded = CodedColumn()
        if isinstance(column.dtype, pd.CategoricalDtype):
            known = [plain_cell(value) for value in column.cat.categories.tolist()]
            coded.take_coded([*known, None], column.cat.codes.to_numpy())
            categories.append(known)
            ordered.append(bool(column.cat.ordered))
        else:
            coded.take(_cells(column))
            categories.append(None)
            ordered.append(False)
        cells.append(decoded(*coded.plain()))
        notes.append({str(key): value for key, value in column.attrs.items() if key not in frame.attrs})
    gathered.take_columns(cells, len(frame))
    variables = noted_variables(
        headings,
        gathered.columns,
        notes={str(key): value for key, value in frame.attrs.items()},
        of_column=notes,
        categories=categories,
        ordered=ordered,
    )
    return typed_table(gathered, file=name, kind="frame", variables=variables)


def _cells(column: pd.Series) -> list[CellValue]:
    return [_cell(value) for value in column.tolist()]


def _cell(value: Any) -> CellValue:
    if isinstance(value, list | tuple | set):
        return JOINT.join(str(plain_cell(entry)) for entry in value if plain_cell(entry) is not None) or None
    for change in ("to_pydatetime", "to_pytimedelta"):
        if hasattr(value, change) and type(value).__name__ != "NaTType":
            value = getattr(value, change)()
    return plain_cell(value)
