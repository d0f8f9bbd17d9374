"""Names of channels, metrics and codes in both languages."""

from __future__ import annotations

from analysis.results import Bilingual, Channel
from reports.labels import Label
from reports.sentences import sentence
from reports.wording import phrase

__all__ = ["channel_name", "metric_name", "value_name"]

METRICS = frozenset(
    {
        "rating",
        "satisfaction",
        "turn_rating",
        "resolved",
        "sentiment",
        "category",
        "disposition",
        "reopens",
        "item",
        "first_reply_minutes",
        "solution_minutes",
        "handling_minutes",
        "queue_seconds",
        "first_response_seconds",
        "longest_wait_seconds",
        "mean_wait_seconds",
        "duration_minutes",
        "talk_seconds",
        "attempts",
        "turns",
        "customer_turns",
        "agent_turns",
        "delivery_days",
        "answer_hours",
        "follow_up_days",
    }
)
VALUES = frozenset(
    {
        "all",
        "late",
        "not_late",
        "positive",
        "neutral",
        "negative",
        "complete",
        "partial",
        "refusal",
        "non_contact",
        "other",
        "unknown_household",
        "unknown_other",
        "ineligible",
    }
)


def channel_name(channel: Channel) -> Label:
    """The study's label of a channel, else the name of its kind, with its own name where it has one."""
    if channel.label is not None:
        return Label.of(channel.label)
    kind = phrase(f"channel_{channel.channel}")
    return kind if channel.name == channel.channel else sentence("channel_named", channel=kind, name=channel.name)


def metric_name(metric: str, label: Bilingual | None) -> Label:
    """What a metric is called; sub-ratings and aspects by the heading of their column."""
    if label is not None:
        return Label.of(label)
    return phrase(f"metric_{metric}") if metric in METRICS else Label.same(metric.partition(".")[2] or metric)


def value_name(value: str) -> Label:
    """A code satix makes itself, in words; anything else as the file has it."""
    return phrase(f"value_{value}") if value in VALUES else Label.same(value)
