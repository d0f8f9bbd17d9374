"""Posts in social media: polarity, topic, reach. Only those who post are heard."""

from __future__ import annotations

import numpy as np

from survey.channels.cells import ChannelCells
from survey.channels.records import ChannelRecords, attributes_of, one_per_row
from survey.channels.words import word_codes

__all__ = ["read_social_posts"]

_POINTS = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}


def read_social_posts(cells: ChannelCells) -> ChannelRecords:
    """A record per post. Metrics: ``sentiment`` (-1, 0, 1), ``category`` (by coder where several columns hold one),
    ``likes``, ``shares``, ``comments``, ``comment`` (the text)."""
    builder = one_per_row(cells)
    for column in cells.columns("sentiment"):
        codes = cells.codes("sentiment", word_codes("sentiment"), column)
        numbers = np.array([_POINTS.get(str(code), np.nan) for code in codes])
        builder.measure("sentiment", numbers=numbers, codes=codes, ends=(-1.0, 1.0), coder=column.coder)
    for column in cells.columns("category"):
        builder.measure("category", codes=cells.labels("category", column), polarity=0, coder=column.coder)
    for field in ("likes", "shares", "comments"):
        builder.measure(field, numbers=cells.numbers(field), polarity=0)
    builder.measure("comment", texts=cells.texts("text"))
    attributes_of(cells, builder, {"brand": "brand", "source": "source"})
    return ChannelRecords(builder=builder, first=np.arange(cells.n))
