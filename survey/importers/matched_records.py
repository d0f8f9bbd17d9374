"""Which records of two exports of one survey are the same respondent's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from survey.errors import ResponseImportError
from survey.importers.cell_text import cell_text
from survey.importers.table_file import Table
from survey.importers.times import iso_time

__all__ = ["MatchedRecords", "match_records"]

_ALIKE = 0.5
"""Share of the shorter file's records that have to be found in the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedRecords:
    """Records of two exports that are one respondent's: places in either, and the rows (as in Excel) left alone.

    ``by`` says how they were matched: the platform's running number, the time of submission with the duration, or
    the order of the rows.
    """

    pairs: tuple[tuple[int, int], ...]
    by: Literal["serial", "time", "order"]
    only_first: tuple[int, ...]
    only_second: tuple[int, ...]


def match_records(first: Table, second: Table) -> MatchedRecords:
    """Find the records two exports of one survey have in common.

    Raises
    ------
    ResponseImportError
        Neither running numbers nor times agree, and the exports differ in length.
    """
    ways: tuple[tuple[Literal["serial", "time"], Sequence[str]], ...] = (
        ("serial", ("序号",)),
        ("time", ("提交答卷时间", "所用时间")),
    )
    for by, headings in ways:
        keys = [_keys(table, headings) for table in (first, second)]
        if keys[0] is None or keys[1] is None:
            continue
        common = keys[0].keys() & keys[1].keys()
        if len(common) >= _ALIKE * min(first.n, second.n):
            return MatchedRecords(
                pairs=tuple((place, keys[1][key]) for key, place in keys[0].items() if key in common),
                by=by,
                only_first=tuple(first.rows[place] for key, place in keys[0].items() if key not in common),
                only_second=tuple(second.rows[place] for key, place in keys[1].items() if key not in common),
            )
    if first.n != second.n:
        raise ResponseImportError.of(
            "survey.wjx_pair_records", first.place(), found=first.n, other=second.file, there=second.n
        )
    return MatchedRecords(
        pairs=tuple((place, place) for place in range(first.n)), by="order", only_first=(), only_second=()
    )


def _keys(table: Table, headings: Sequence[str]) -> dict[str, int] | None:
    """What tells records apart, with their places; None where it is not filled or not unique."""
    places = [table.position_of(heading) for heading in headings]
    if any(place is None for place in places):
        return None
    keys: dict[str, int] = {}
    for record in range(table.n):
        cells = [table.columns[place][record] for place in places if place is not None]
        texts = [iso_time(cell) or cell_text(cell) for cell in cells] if len(cells) > 1 else [cell_text(cells[0])]
        if not all(texts) or "\x1f".join(texts) in keys:
            return None
        keys["\x1f".join(texts)] = record
    return keys
