"""Labels that travel beside the columns of a data frame or a Parquet file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from survey.importers.cell_text import CellValue, cell_text, number_in
from survey.importers.declared_codes import kind_of_label, with_observed_missing
from survey.importers.typed_cells import plain_cell
from survey.importers.variables import Variable
from survey.scales import MissingKind

__all__ = ["LABELS", "MISSING", "VALUE_LABELS", "noted_variables"]

LABELS = ("column_labels", "variable_labels", "column_names_to_labels", "label", "description", "comment")
VALUE_LABELS = ("value_labels", "variable_value_labels", "labels")
MISSING = ("missing_ranges", "missing_values", "missing")


def noted_variables(
    headings: Sequence[str],
    columns: Sequence[Sequence[CellValue]],
    *,
    notes: Mapping[str, Any],
    of_column: Sequence[Mapping[str, Any]],
    categories: Sequence[Sequence[CellValue] | None],
    ordered: Sequence[bool],
) -> tuple[Variable | None, ...]:
    """The codebook entry of every column that has one.

    Parameters
    ----------
    notes : of the whole, by one of ``LABELS``, ``VALUE_LABELS`` and ``MISSING``; each by column, or a list in the
        columns' order. The words are those of pyreadstat and of common label packages.
    of_column : the same words for one column.
    categories : of columns that have declared ones; their values are their labels.
    """
    found: list[Variable | None] = []
    for place, heading in enumerate(headings):
        own = of_column[place] if of_column else {}
        label = _noted(LABELS, own, notes, heading, place)
        labels = _as_mapping(_noted(VALUE_LABELS, own, notes, heading, place))
        declared = list(_declared(_noted(MISSING, own, notes, heading, place)))
        known = categories[place] if categories else None
        if not (label or labels or declared or known):
            found.append(None)
            continue
        numeric = any(isinstance(cell, int | float) for cell in columns[place])
        values = {_code(code, numeric=numeric): str(text) for code, text in labels.items()}
        values = values or {cell: cell_text(cell) for cell in known or () if isinstance(cell, int | float | str)}
        words = {cell_text(code): text for code, text in values.items()}
        missing: dict[str, MissingKind] = {
            cell_text(low): kind_of_label(words.get(cell_text(low), "")) or "blank"
            for low, high in declared
            if low == high
        }
        spans = tuple(
            (float(low), float(high))
            for low, high in declared
            if low != high and isinstance(low, int | float) and isinstance(high, int | float)
        )
        variable = Variable(
            label=str(label or "").strip(),
            values=values,
            missing=missing,
            missing_ranges=spans,
            measure=None if known is None else "ordinal" if ordered[place] else "nominal",
        )
        found.append(with_observed_missing(variable, columns[place]))
    return tuple(found)


def _noted(words: Sequence[str], own: Mapping[str, Any], notes: Mapping[str, Any], heading: str, place: int) -> Any:
    for word in words:
        if own.get(word):
            return own[word]
    for word in words:
        noted = notes.get(word)
        if isinstance(noted, Mapping) and noted.get(heading):
            return noted[heading]
        if isinstance(noted, list | tuple) and place < len(noted) and noted[place]:
            return noted[place]
    return None


def _as_mapping(noted: Any) -> Mapping[Any, Any]:
    if isinstance(noted, str):
        try:
            noted = json.loads(noted)
        except ValueError:
            return {}
    return noted if isinstance(noted, Mapping) else {}


def _declared(noted: Any) -> Iterator[tuple[CellValue, CellValue]]:
    """Missing values as closed ranges; a single value is a range of one."""
    if isinstance(noted, str):
        try:
            noted = json.loads(noted)
        except ValueError:
            noted = [noted]
    for entry in noted if isinstance(noted, list | tuple) else () if noted is None else (noted,):
        if isinstance(entry, Mapping):
            yield plain_cell(entry.get("lo")), plain_cell(entry.get("hi"))
        else:
            yield plain_cell(entry), plain_cell(entry)


def _code(code: Any, *, numeric: bool) -> int | float | str:
    """A code of a value label; JSON has texts for keys, where the column may hold numbers."""
    plain = plain_cell(code)
    number = number_in(plain) if isinstance(plain, str) and numeric else None
    if number is not None:
        return int(number) if number.is_integer() else number
    return plain if isinstance(plain, int | float | str) else cell_text(plain)
