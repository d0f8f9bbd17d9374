"""Which module reads which channel."""

from __future__ import annotations

from collections.abc import Callable

from survey.channels.aggregates import read_aggregates
from survey.channels.callbacks import read_callbacks
from survey.channels.cells import ChannelCells
from survey.channels.chats import read_sessions, read_turns
from survey.channels.interviews import read_interviews
from survey.channels.kpis import read_kpis
from survey.channels.mapping import ChannelMapping, ChannelName
from survey.channels.mystery_visits import read_checklists, read_wide_checklists
from survey.channels.order_reviews import read_order_reviews
from survey.channels.records import ChannelRecords
from survey.channels.social_posts import read_social_posts
from survey.channels.tickets import read_tickets
from survey.errors import MappingError

__all__ = ["reader_of"]

Reader = Callable[[ChannelCells], ChannelRecords]

READERS: dict[ChannelName, Reader] = {
    "order_review": read_order_reviews,
    "ticket": read_tickets,
    "chat": read_sessions,
    "callback": read_callbacks,
    "social_post": read_social_posts,
    "mystery_visit": read_checklists,
    "interview": read_interviews,
    "kpi": read_kpis,
    "aggregate": read_aggregates,
}


def reader_of(mapping: ChannelMapping) -> Reader:
    """The reader of a channel in the layout the mapping names.

    Raises
    ------
    MappingError
        The mapping is one of orders, which are no channel.
    """
    if mapping.channel == "orders":
        raise MappingError.of("survey.channel_orders_alone")
    if mapping.channel == "chat" and mapping.layout in {"turns", "transcript"}:
        return read_turns
    if mapping.channel == "mystery_visit" and mapping.layout == "checklist_wide":
        return read_wide_checklists
    return READERS[mapping.channel]
