"""Order reviews: stars, sub-ratings, comments, follow-ups, and the automatic reviews nobody wrote.

Platforms fill in five stars where a customer says nothing in time (默认好评). Such ratings are kept and marked
(``is_default``): they are no opinion and stay out of means. They are known by a flag of the export, or by the text the
platform puts in place of a comment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from survey.channels.cells import ChannelCells
from survey.channels.records import ChannelRecords, attributes_of, one_per_row, scale_of_column
from survey.channels.words import folded_words, word_codes
from survey.importers.cell_text import fold
from survey.touchpoint_builder import TouchpointBuilder
from survey.touchpoints import named_where

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_order_reviews"]

_SENTIMENT = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}


def read_order_reviews(cells: ChannelCells) -> ChannelRecords:
    """A record per review. Metrics: ``rating``, ``sub_rating.*``, ``aspect.*``, ``sentiment``, ``comment``, ``title``,
    ``follow_up``, ``follow_up_days``, ``answer_hours`` (from the invitation to the answer) and ``reply``."""
    builder = one_per_row(cells)
    orders = cells.digests("order")
    builder.set(entity_id=orders, entity_type=named_where(orders, "order"))
    texts, automatic = _comments(cells)
    if cells.has("default"):
        automatic |= np.nan_to_num(cells.truths("default")) > 0
    _ratings(cells, builder, automatic)
    builder.measure("comment", texts=texts)
    builder.measure("title", texts=cells.texts("title"))
    builder.measure("follow_up", texts=cells.texts("follow_up"))
    builder.measure("reply", texts=cells.texts("reply"), polarity=0)
    _times(cells, builder)
    attributes_of(cells, builder, {"product": "product", "shop": "shop"})
    return ChannelRecords(builder=builder, first=np.arange(cells.n))


def _comments(cells: ChannelCells) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Comments without the texts a platform puts there itself, and where it did."""
    texts = cells.texts("text")
    automatic_texts = {_bare(text) for text in cells.mapping.default_texts} | {
        _bare(text) for text in folded_words("default_texts")
    }
    known = {text: text is not None and _bare(text) in automatic_texts for text in set(texts)}
    automatic = np.array([known[text] for text in texts], dtype=np.bool_)
    texts[automatic] = None
    blank = np.array([text is not None and not text for text in texts], dtype=np.bool_)
    if blank.any():
        cells.note("channel_blank_comments", cells.column("text"), count=int(blank.sum()))
    return texts, automatic


def _bare(text: str) -> str:
    return fold(text).replace(" ", "").rstrip("。.!！~,，")


def _ratings(cells: ChannelCells, builder: TouchpointBuilder, automatic: NDArray[np.bool_]) -> None:
    for field in ("rating", "sub_rating"):
        for column in cells.columns(field):
            builder.measure(
                "rating" if field == "rating" else f"sub_rating.{column.code or column.heading}",
                numbers=cells.rating(column),
                ends=scale_of_column(column.lowest, column.highest),
                polarity=-1 if column.reverse else 1,
                defaults=automatic,
            )
    for column in cells.columns("aspect"):
        ends = scale_of_column(column.lowest, column.highest)
        numbers = cells.rating(column)
        builder.measure(
            f"aspect.{column.code or column.heading}",
            numbers=numbers,
            codes=[_polarity_code(value) for value in numbers] if ends == (-1.0, 1.0) else None,
            ends=ends,
            coder=column.coder,
        )
    if cells.has("polarity"):
        codes = cells.codes("polarity", word_codes("sentiment"))
        numbers = np.array([np.nan if code is None else _SENTIMENT.get(code, np.nan) for code in codes])
        builder.measure("sentiment", numbers=numbers, codes=codes, ends=(-1.0, 1.0))


def _polarity_code(value: float) -> str | None:
    return None if np.isnan(value) else "negative" if value < 0 else "positive" if value > 0 else "neutral"


def _times(cells: ChannelCells, builder: TouchpointBuilder) -> None:
    sent, answered = builder.get("occurred_at"), builder.get("recorded_at")
    if cells.has("recorded_at"):
        builder.measure(
            "answer_hours",
            numbers=cells.not_negative(cells.column("recorded_at"), _seconds(answered - sent)) / 3600,
            polarity=0,
        )
    if cells.has("follow_up_at"):
        reviewed = answered.copy()
        reviewed[np.isnat(answered)] = sent[np.isnat(answered)]
        later = cells.moments("follow_up_at") - reviewed
        days = cells.not_negative(cells.column("follow_up_at"), _seconds(later)) / 86400
        builder.measure("follow_up_days", numbers=days, polarity=0)


def _seconds(gap: NDArray[np.timedelta64]) -> NDArray[np.float64]:
    return np.where(np.isnat(gap), np.nan, gap.astype("m8[s]").astype(np.float64))
