"""Tables of key figures: a row per figure and period, or a row per period with a column per figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from survey.channels.cells import ChannelCells
from survey.channels.periods import chronological
from survey.channels.records import ChannelRecords, attributes_of, one_per_row
from survey.touchpoints import held_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_kpis"]


def read_kpis(cells: ChannelCells) -> ChannelRecords:
    """A record per row. Metrics: ``kpi.<name>`` and, where there is one, ``target.<name>``; ``92%`` is read as 0.92.
    Attributes ``period``, ``entity``, ``unit``."""
    builder = one_per_row(cells)
    unordered: list[str] = []
    if cells.has("kpi"):
        names = cells.labels("kpi")
        values, targets = cells.numbers("value", percent=True), cells.numbers("target", percent=True)
        for name in dict.fromkeys(name for name in names if name is not None):
            rows = np.flatnonzero(names == name)
            unordered += _unordered(cells, str(name), rows[~np.isnan(values[rows])])
            builder.measure(f"kpi.{name}", numbers=values[rows], records=rows, polarity=0)
            builder.measure(f"target.{name}", numbers=targets[rows], records=rows, polarity=0)
        unnamed = ~held_in(names) & ~np.isnan(values)
        if unnamed.any():
            cells.note(
                "channel_kpi_unnamed",
                cells.column("kpi"),
                count=int(unnamed.sum()),
                rows=cells.rows_in_words(unnamed),
            )
    for column in cells.columns("kpi_value"):
        numbers = cells.numbers("kpi_value", column, percent=True)
        builder.measure(f"kpi.{column.code or column.heading}", numbers=numbers, polarity=0)
        unordered += _unordered(cells, column.code or column.heading, np.flatnonzero(~np.isnan(numbers)))
    if unordered:
        names_shown = ", ".join(unordered[:10]) + (" …" if len(unordered) > 10 else "")
        cells.note("channel_kpi_periods_unordered", cells.column("period"), kpis=names_shown)
    attributes_of(cells, builder, {"period": "period", "entity": "entity", "unit": "unit"})
    return ChannelRecords(builder=builder, first=np.arange(cells.n))


def _unordered(cells: ChannelCells, name: str, rows: NDArray[np.intp]) -> list[str]:
    """The figure's name where the periods of one unit cannot be put in order; else nothing."""
    periods, entities = cells.labels("period")[rows], cells.labels("entity")[rows]
    for entity in dict.fromkeys(entities):
        texts = [text for text, unit in zip(periods, entities, strict=True) if unit == entity and text]
        if not chronological(texts)[1]:
            return [name]
    return []
