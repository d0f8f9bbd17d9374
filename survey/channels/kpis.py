"""Tables of key figures: a row per figure and period, or a row per period with a column per figure."""

from __future__ import annotations

import numpy as np

from survey.channels.cells import ChannelCells
from survey.channels.records import ChannelRecords, attributes_of, one_per_row
from survey.touchpoints import held_in

__all__ = ["read_kpis"]


def read_kpis(cells: ChannelCells) -> ChannelRecords:
    """A record per row. Metrics: ``kpi.<name>`` and, where there is one, ``target.<name>``; ``92%`` is read as 0.92.
    Attributes ``period``, ``entity``, ``unit``."""
    builder = one_per_row(cells)
    if cells.has("kpi"):
        names = cells.labels("kpi")
        values, targets = cells.numbers("value", percent=True), cells.numbers("target", percent=True)
        for name in dict.fromkeys(name for name in names if name is not None):
            rows = np.flatnonzero(names == name)
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
    attributes_of(cells, builder, {"period": "period", "entity": "entity", "unit": "unit"})
    return ChannelRecords(builder=builder, first=np.arange(cells.n))
