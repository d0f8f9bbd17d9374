"""Mystery visits: a checklist per visit, long (a row per item) or wide (a column per item), by one or two coders.

An item carries points; what does not apply (N/A) leaves the denominator; a critical item that fails caps the score
(`analysis.mystery_visits`). Visits by two coders make two records, which are compared and never both counted. Where a
long checklist numbers no visits, the rows of one outlet, day and visitor are one visit, and an item that comes again
begins another.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from survey.channels.cells import ChannelCells
from survey.channels.mapping import ChannelColumn
from survey.channels.records import ChannelRecords, attributes_of, first_rows
from survey.channels.words import word_codes
from survey.importers.cell_text import fold
from survey.importers.cells import number_of
from survey.privacy import pseudonym
from survey.touchpoint_builder import TouchpointBuilder
from survey.touchpoints import named_where

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_checklists", "read_wide_checklists"]


def read_checklists(cells: ChannelCells) -> ChannelRecords:
    """A record per visit and coder from rows of items. Metrics ``item.<name>``: points earned as the number, points
    possible as the upper end, ``yes``, ``no``, ``partial`` or ``na`` as the code; ``comment``.

    Items are worth 1 where the file gives no points possible.
    """
    moments = cells.moments("occurred_at")
    names = cells.labels("item_name")
    ids = cells.digests("record") if cells.has("record") else _visits_without_number(cells, moments, names)
    visits, n = _visits(cells, ids)
    first = first_rows(visits, n)
    builder = _builder(cells, first, n, moments, ids)
    possible = cells.numbers("possible")
    possible = np.where(np.isnan(possible), 1.0, possible)
    results = cells.codes("result", word_codes("result"))
    not_applicable = frozenset(word for word, code in word_codes("result").items() if code == "na")
    earned = cells.numbers("points", absent=not_applicable)
    for place, label in enumerate(cells.labels("points")):
        if results[place] is None and label is not None and fold(label) in not_applicable:
            results[place] = "na"
    codes, earned = _judged(results, earned, possible)
    critical = np.nan_to_num(cells.truths("critical")) > 0
    for name in dict.fromkeys(name for name in names if name is not None):
        rows = np.flatnonzero(names == name)
        builder.measure(
            f"item.{name}",
            numbers=earned[rows],
            codes=codes[rows],
            records=visits[rows],
            ends=(0.0, 0.0),
            highest=possible[rows],
            coders=_coders(cells)[rows],
            critical=critical[rows],
        )
    builder.measure("comment", texts=cells.texts("text"), records=visits)
    return ChannelRecords(builder=builder, first=first, groups=visits)


def read_wide_checklists(cells: ChannelCells) -> ChannelRecords:
    """The same from a row per visit; points and critical items stand in the mapping."""
    ids = cells.digests("record")
    visits, n = _visits(cells, ids)
    first = first_rows(visits, n)
    builder = _builder(cells, first, n, cells.moments("occurred_at"), ids)
    coders = _coders(cells)
    for column in cells.columns("item"):
        worth = column.points or 1.0
        possible = np.full(cells.n, worth)
        results, earned = _wide_cells(cells, column, worth)
        codes, earned = _judged(results, earned, possible)
        builder.measure(
            f"item.{column.code or column.heading}",
            numbers=earned,
            codes=codes,
            records=visits,
            ends=(0.0, worth),
            coders=coders,
            critical=column.critical,
        )
    builder.measure("comment", texts=cells.texts("text"), records=visits)
    return ChannelRecords(builder=builder, first=first, groups=visits)


def _visits(cells: ChannelCells, ids: NDArray[np.object_]) -> tuple[NDArray[np.int64], int]:
    """Rows by visit and coder; a row without visit is one of its own."""
    places: dict[tuple[object, object], int] = {}
    found = [
        places.setdefault((row if visit is None else visit, coder), len(places))
        for row, (visit, coder) in enumerate(zip(ids, _coders(cells), strict=True))
    ]
    return np.array(found, dtype=np.int64), len(places)


def _visits_without_number(
    cells: ChannelCells, moments: NDArray[np.datetime64], names: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Digests of visits, (n,), by outlet, day and visitor; the second row of an item begins a second visit, and so on.

    None where a row holds none of the three.
    """
    told = [column for name in ("outlet", "occurred_at", "coder") if (column := cells.column(name)) is not None]
    if not told:
        cells.note("channel_visits_not_told_apart", cells.column("item_name"), rows=cells.n)
        return np.full(cells.n, None, dtype=object)
    days = [None if np.isnat(moment) else str(moment.astype("M8[D]")) for moment in moments]
    keys = zip(cells.labels("outlet"), days, _coders(cells), strict=True)
    met: Counter[object] = Counter()
    visits = np.full(cells.n, None, dtype=object)
    for row, (key, name) in enumerate(zip(keys, names, strict=True)):
        if any(part is not None for part in key):
            visits[row] = pseudonym("\x1f".join(map(str, (*key, met[key, name]))), cells.key)
            met[key, name] += 1
    cells.note(
        "channel_visits_without_number",
        told[0],
        columns=" + ".join(" ".join(column.heading.split())[:30] for column in told),
        visits=len(set(visits)),
        rows=cells.n,
    )
    return visits


def _coders(cells: ChannelCells) -> NDArray[np.object_]:
    return cells.staff("coder")


def _builder(
    cells: ChannelCells,
    first: NDArray[np.int64],
    n: int,
    moments: NDArray[np.datetime64],
    ids: NDArray[np.object_],
) -> TouchpointBuilder:
    builder = TouchpointBuilder(n)
    outlets = cells.labels("outlet")[first]
    visits = ids[first]
    builder.set(
        source_record_id=visits,
        entity_id=outlets,
        entity_type=named_where(outlets, "outlet"),
        occurred_at=moments[first],
    )
    whole = TouchpointBuilder(cells.n)
    attributes_of(cells, whole, {"outlet": "outlet", "scenario": "scenario"})
    whole.attribute("coder", _coders(cells))
    for code, values in whole.build().attributes.items():
        builder.attribute(code, values[first])
    builder.attribute("visit", visits)
    return builder


def _judged(
    results: NDArray[np.object_], earned: NDArray[np.float64], possible: NDArray[np.float64]
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Results and points, each completed from the other."""
    codes, points = results.copy(), earned.copy()
    for place, (code, worth) in enumerate(zip(results, possible, strict=True)):
        if code == "na":
            points[place] = np.nan
        elif code in {"yes", "no"} and math.isnan(points[place]):
            points[place] = worth if code == "yes" else 0.0
        elif code is None and not math.isnan(points[place]):
            full = points[place] >= worth
            codes[place] = "yes" if full else "no" if points[place] <= 0 else "partial"
    return codes, points


def _wide_cells(
    cells: ChannelCells, column: ChannelColumn, worth: float
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """A column of an item: words, or points where the item is worth more than one."""
    labels = cells.labels("item", column)
    numeric = [number_of(label) for label in set(labels) if label is not None]
    if worth != 1.0 and numeric and any(value is not None and value > 1 for value in numeric):
        words = word_codes("result")
        codes = np.full(cells.n, None, dtype=object)
        points = cells.numbers("item", column, absent=frozenset(words))
        for place, label in enumerate(labels):
            if label is not None and math.isnan(points[place]):
                codes[place] = words.get(fold(label))
        return codes, points
    return cells.codes("item", word_codes("result"), column), np.full(cells.n, np.nan)
