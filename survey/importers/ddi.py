"""A text table described by a DDI Codebook: labels, values that are no answer, implied decimals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from survey.errors import MappingError, Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import CellValue, cell_text, fold
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading, parse_headings
from survey.importers.table_file import Table
from survey.importers.variables import Variable
from survey.structures.ddi import DdiCodebook, DdiVariable, read_ddi_codebook

__all__ = ["DdiImporter", "described_by_ddi"]

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_TEXT_KINDS = frozenset({"csv", "packed", "xlsx", "xls"})


class DdiImporter:
    """Reads tables that :func:`described_by_ddi` has given the variables of their codebook."""

    platform = "ddi"

    def recognise(self, table: Table) -> Detection:
        """A table of text has variables only where a codebook was named; without one nothing speaks for DDI."""
        known = sum(variable is not None for variable in table.variables)
        if not known or table.kind not in _TEXT_KINDS:
            return Detection(platform=self.platform, confidence=0.0, reasons=())
        reasons = (reason("codebook", count=known, total=len(table.headings)),)
        return Detection(platform=self.platform, confidence=0.9, reasons=reasons, variant="codebook")

    def arrange(self, table: Table) -> Arranged:
        """Headings are variable names; wordings are the labels of the codebook."""
        if not table.variables:
            return Arranged(table=table, headings=parse_headings(table.headings))
        headings = []
        for text, variable in zip(table.headings, table.variables, strict=True):
            label = "" if variable is None else variable.label
            headings.append(
                Heading(
                    text=text,
                    wordings=(label,) if label else (text,),
                    codes=(text.strip(),),
                    kind="number" if variable is not None and variable.measure == "scale" else None,
                )
            )
        return Arranged(table=table, headings=tuple(headings))


def described_by_ddi(table: Table, codebook: Path | DdiCodebook) -> Arranged:
    """Give the columns of a table the variables of a codebook, matched by name.

    Decimals that the codebook declares are implied in fixed-width data: a cell 147559 with four of them is 14.7559.
    A text table usually has them written out. They are applied only where no column with decimals holds a decimal
    point anywhere, and a warning names the columns.

    Raises
    ------
    FileRefusedError, InstrumentError
        The codebook cannot be read.
    MappingError
        No column has the name of a variable.
    """
    book = codebook if isinstance(codebook, DdiCodebook) else read_ddi_codebook(codebook)
    by_name = {fold(variable.name): variable for variable in book.variables}
    found = [by_name.get(fold(heading)) for heading in table.headings]
    if not any(found):
        names = ", ".join(variable.name for variable in book.variables[:10])
        raise MappingError.of("survey.ddi_no_variable", table.place(), codebook=book.file, names=names)
    table, implied = _with_decimals(table, found)
    described = replace(table, variables=tuple(None if v is None else _entry(v) for v in found))
    arranged = DdiImporter().arrange(described)
    headings = list(arranged.headings)
    weights = [place for place, variable in enumerate(found) if variable is not None and variable.weight]
    for number, place in enumerate(weights):
        headings[place] = replace(headings[place], role="paradata" if number else "case_weight")
    return replace(arranged, headings=tuple(headings), remarks=_remarks(table, book, found, implied))


def _entry(variable: DdiVariable) -> Variable:
    categories: dict[int | float | str, str] = {c.code: next(iter(c.label.values()), "") for c in variable.categories}
    answers = sum(category.missing is None for category in variable.categories)
    return Variable(
        label=next(iter(variable.wording().values()), variable.name),
        values=categories,
        missing=dict(variable.missing),
        missing_ranges=variable.missing_ranges,
        measure="scale" if variable.numeric and answers < 2 else "nominal",
    )


def _with_decimals(table: Table, found: Sequence[DdiVariable | None]) -> tuple[Table, list[int]]:
    """The table with implied decimals applied, and the columns that got them."""
    places = [p for p, variable in enumerate(found) if variable is not None and variable.decimals > 0]
    for place in places:
        if any(isinstance(cell, float) or "." in cell_text(cell) for cell in set(table.columns[place])):
            return table, []
    columns = list(table.columns)
    for place in places:
        variable = found[place]
        if variable is not None:
            columns[place] = [_scaled(cell, variable) for cell in table.columns[place]]
    return (replace(table, columns=tuple(columns)), places) if places else (table, [])


def _scaled(cell: CellValue, variable: DdiVariable) -> CellValue:
    text = cell_text(cell)
    if not _WHOLE.fullmatch(text) or str(int(text)) in variable.missing:
        return cell
    return format(Decimal(text).scaleb(-variable.decimals), "f")


def _remarks(
    table: Table, book: DdiCodebook, found: Sequence[DdiVariable | None], implied: Sequence[int]
) -> tuple[Problem, ...]:
    remarks: list[Problem] = []

    def note(code: str, names: Sequence[str], *, warning: bool = False, **fields: object) -> None:
        if names:
            shown = ", ".join(names[:20]) + (f" … (+{len(names) - 20})" if len(names) > 20 else "")
            remarks.append(
                Problem(
                    code=f"survey.{code}",
                    place=table.place(),
                    fields={"columns": shown, "codebook": book.file, **fields},
                    severity="warning" if warning else "note",
                )
            )

    taken = {variable.name for variable in found if variable is not None}
    note("ddi_decimals_applied", [table.headings[place] for place in implied], warning=True)
    note("ddi_not_described", [t for t, v in zip(table.headings, found, strict=True) if v is None], warning=True)
    note("ddi_without_column", [variable.name for variable in book.variables if variable.name not in taken])
    return tuple(remarks)
