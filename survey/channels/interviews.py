"""Interviews: statements with their topic and codes; two coders may have coded the same statement."""

from __future__ import annotations

import numpy as np

from survey.channels.cells import ChannelCells
from survey.channels.records import ChannelRecords, attributes_of, one_per_row
from survey.touchpoints import named_where

__all__ = ["read_interviews"]


def read_interviews(cells: ChannelCells) -> ChannelRecords:
    """A record per statement. Metrics: ``category`` (by coder), ``comment`` (the statement); attributes ``topic``,
    ``group``. The entity is the interview, the person the participant."""
    builder = one_per_row(cells)
    interviews = cells.digests("record")
    builder.set(
        source_record_id=None,
        entity_id=interviews,
        entity_type=named_where(interviews, "interview"),
    )
    for column in cells.columns("category"):
        builder.measure("category", codes=cells.labels("category", column), polarity=0, coder=column.coder)
    builder.measure("comment", texts=cells.texts("text"))
    attributes_of(cells, builder, {"topic": "topic", "group": "group"})
    if cells.has("interviewer"):
        builder.attribute("interviewer", cells.staff("interviewer"))
    return ChannelRecords(builder=builder, first=np.arange(cells.n))
