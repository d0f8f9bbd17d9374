"""Repeats of KoboToolbox and ODK forms as tables of their own: one record per repeat, with what its parent answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from survey.errors import MappingError, Place
from survey.importers.cell_text import CellValue, cell_text, fold
from survey.importers.table_file import Table

__all__ = ["join_parent", "unfold_repeat"]

_LINKS = (("_parent_index", "_index"), ("PARENT_KEY", "KEY"), ("_submission__uuid", "_uuid"))
"""Column of the repeat that points at a record of the parent, and the column it points at."""


def join_parent(repeats: Table, parent: Table, *, columns: Sequence[str] | None = None) -> Table:
    """The repeats with columns of their parent record beside them.

    Parameters
    ----------
    repeats : Table
        Records that point at a parent by ``_parent_index``, ``PARENT_KEY`` or ``_submission__uuid``.
    parent : Table
        The table they point at.
    columns : sequence of str, optional
        Headings of the parent to bring over; all that the repeats do not have where not given.

    Returns
    -------
    Table
        As many records as repeats, in their order; blank where a repeat has no parent.

    Raises
    ------
    MappingError
        The tables share no link, an index of the parent occurs twice, or a wanted column is absent.
    """
    place = Place(file=repeats.file, sheet=repeats.sheet)
    for pointer, target in _LINKS:
        here, there = repeats.position_of(pointer), parent.position_of(target)
        if here is not None and there is not None and any(cell_text(cell) for cell in parent.columns[there]):
            break
    else:
        links = ", ".join(f"{pointer} → {target}" for pointer, target in _LINKS)
        raise MappingError.of("survey.kobo_no_link", place, parent=parent.file, links=links)
    records: dict[str, int] = {}
    for record, cell in enumerate(parent.columns[there]):
        if cell_text(cell) in records:
            raise MappingError.of(
                "survey.kobo_parent_twice",
                Place(file=parent.file, sheet=parent.sheet, row=parent.rows[record]),
                column=target,
            )
        if cell_text(cell):
            records[cell_text(cell)] = record
    own = {fold(heading) for heading in repeats.headings}
    wanted = list(columns) if columns is not None else [h for h in parent.headings if h.strip() and fold(h) not in own]
    brought: list[list[CellValue]] = []
    for heading in wanted:
        source = parent.position_of(heading)
        if source is None:
            raise MappingError.of("survey.kobo_parent_column", place, heading=heading, parent=parent.file)
        matched = [records.get(cell_text(cell)) for cell in repeats.columns[here]]
        brought.append([None if record is None else parent.columns[source][record] for record in matched])
    return replace(repeats, headings=(*repeats.headings, *wanted), columns=(*repeats.columns, *brought), variables=())


def unfold_repeat(table: Table, repeat: str) -> Table:
    """One record per repeat from columns ``repeat[1]/question``, ``repeat[2]/question`` …, parent columns kept.

    Repeats of which nothing is filled are left out; ``_parent_index`` is the place of the parent record, from 1,
    and ``_index`` that of the repeat.

    Raises
    ------
    MappingError
        The table holds no such repeat.
    """
    pattern = re.compile(rf"(?P<before>(?:.*/)?){re.escape(repeat)}\[(?P<number>[0-9]{{1,6}})\]/(?P<rest>.+)")
    found = {place: match for place, text in enumerate(table.headings) if (match := pattern.fullmatch(text.strip()))}
    if not found:
        raise MappingError.of("survey.kobo_no_repeat", Place(file=table.file, sheet=table.sheet), repeat=repeat)
    names = list(dict.fromkeys(f"{match['before']}{repeat}/{match['rest']}" for match in found.values()))
    at = {(int(match["number"]), f"{match['before']}{repeat}/{match['rest']}"): place for place, match in found.items()}
    kept = [place for place in range(len(table.headings)) if place not in found]
    links = {fold("_index"), fold("_parent_index")}
    kept = [place for place in kept if fold(table.headings[place]) not in links]
    rows: list[int] = []
    records: list[list[CellValue]] = []
    for record in range(table.n):
        for number in sorted({number for number, _ in at}):
            cells = [table.columns[at[number, name]][record] if (number, name) in at else None for name in names]
            if all(fold(cell_text(cell)) in {"", "n/a"} for cell in cells):
                continue
            parent = [table.columns[place][record] for place in kept]
            records.append([*parent, *cells, str(len(records) + 1), str(record + 1)])
            rows.append(table.rows[record])
    headings = (*(table.headings[place] for place in kept), *names, "_index", "_parent_index")
    columns = [list(column) for column in zip(*records, strict=True)] or [[] for _ in headings]
    return replace(table, headings=headings, columns=tuple(columns), rows=tuple(rows), variables=())
