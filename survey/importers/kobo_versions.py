"""Several versions of one form in a file: questions that moved to another group are one question again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from survey.importers.cell_text import CellValue, cell_text, is_blank
from survey.importers.kobo_headings import KoboHeading
from survey.importers.table_file import Table

__all__ = ["joined_versions"]


def joined_versions(table: Table, parsed: Sequence[KoboHeading]) -> tuple[Table, Mapping[int, Sequence[int]]]:
    """The table with moved questions joined into their first column, and by that column the places joined into it.

    Two columns are one question only where a version column tells versions apart, both end in the same name, and
    every version fills one of them at most. Otherwise nothing is joined.
    """
    version = next((p for p, h in enumerate(parsed) if h.field is not None and h.field.name == "__version__"), None)
    if version is None:
        return table, {}
    versions = [cell_text(cell) for cell in table.columns[version]]
    if len(set(versions)) < 2:
        return table, {}
    by_name: dict[tuple[str, str], list[int]] = {}
    for place, heading in enumerate(parsed):
        if heading.field is None and not heading.instances and heading.spot is None:
            owner = parsed[heading.joined].name if heading.joined is not None else ""
            by_name.setdefault((owner, heading.name), []).append(place)
    columns = list(table.columns)
    moved: dict[int, Sequence[int]] = {}
    for places in by_name.values():
        filled = [{v for v, cell in zip(versions, columns[p], strict=True) if _holds(cell)} for p in places]
        if len(places) < 2 or sum(map(len, filled)) != len(set().union(*filled)):
            continue
        rows = zip(*(columns[place] for place in places), strict=True)
        columns[places[0]] = [next((cell for cell in row if _holds(cell)), row[0]) for row in rows]
        moved[places[0]] = places[1:]
    return replace(table, columns=tuple(columns)), moved


def _holds(cell: CellValue) -> bool:
    return not is_blank(cell) and cell_text(cell).casefold() != "n/a"
