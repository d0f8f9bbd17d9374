"""Support tickets: time to the first reply and to the solution, reopenings, satisfaction."""

from __future__ import annotations

import numpy as np

from survey.channels.cells import ChannelCells
from survey.channels.records import ChannelRecords, attributes_of, one_per_row, scale_of_column
from survey.channels.words import word_codes
from survey.touchpoint_builder import TouchpointBuilder
from survey.touchpoints import named_where

__all__ = ["read_tickets"]


def read_tickets(cells: ChannelCells) -> ChannelRecords:
    """A record per ticket. Metrics: ``first_reply_minutes``, ``solution_minutes``, ``handling_minutes`` (from first
    reply to solution, where both are moments), ``reopens``, ``satisfaction``, ``satisfaction_offered``, ``comment``.

    Times may be minutes (or the unit the mapping names) or moments; of a moment the time since the creation is taken.
    A solution before the reply or before the creation is reported and left out.
    """
    builder = one_per_row(cells)
    orders = cells.digests("order")
    builder.set(entity_id=orders, entity_type=named_where(orders, "order"))
    created = builder.get("occurred_at")
    for field, metric in (("first_reply", "first_reply_minutes"), ("solved", "solution_minutes")):
        seconds = cells.durations(field, since=created, default_unit="minutes")
        builder.measure(metric, numbers=seconds / 60, polarity=-1)
    _handling(cells, builder)
    builder.measure("reopens", numbers=cells.truths("reopens"), polarity=-1)
    _satisfaction(cells, builder)
    builder.measure("comment", texts=cells.texts("text"))
    builder.measure("description", texts=cells.texts("description"), polarity=0)
    attributes_of(
        cells,
        builder,
        {name: name for name in ("status", "priority", "type", "contact_channel", "product", "group")},
    )
    if cells.has("agent"):
        builder.attribute("agent", cells.staff("agent"))
    return ChannelRecords(builder=builder, first=np.arange(cells.n))


def _handling(cells: ChannelCells, builder: TouchpointBuilder) -> None:
    """Time between the two moments; it needs no creation time, which some exports lack."""
    reply, solved = cells.column("first_reply"), cells.column("solved")
    if reply is None or solved is None or not (cells.holds_moments("first_reply") and cells.holds_moments("solved")):
        return
    gap = cells.moments("solved") - cells.moments("first_reply")
    seconds = np.where(np.isnat(gap), np.nan, gap.astype("m8[s]").astype(np.float64))
    builder.measure("handling_minutes", numbers=cells.not_negative(solved, seconds) / 60, polarity=-1)


def _satisfaction(cells: ChannelCells, builder: TouchpointBuilder) -> None:
    """Either a scale, or the Offered / Good / Bad of ticket systems: who was asked, and good as 1, bad as 0."""
    column = cells.column("satisfaction")
    if column is None:
        return
    ends = scale_of_column(column.lowest, column.highest)
    if ends is not None:
        polarity = -1 if column.reverse else 1
        builder.measure("satisfaction", numbers=cells.rating(column), ends=ends, polarity=polarity)
        return
    codes = cells.codes("satisfaction", word_codes("satisfaction"), column)
    points = {"good": 1.0, "bad": 0.0}
    numbers = np.array([points.get(str(code), np.nan) for code in codes])
    answered = codes.copy()
    answered[np.isnan(numbers)] = None
    builder.measure("satisfaction", numbers=numbers, codes=answered, ends=(0.0, 1.0))
    asked = {"good": 1.0, "bad": 1.0, "offered": 1.0, "not_offered": 0.0}
    builder.measure(
        "satisfaction_offered", numbers=np.array([asked.get(str(code), np.nan) for code in codes]), polarity=0
    )
