"""Channels of a plan: contacts for the answers wanted, and cost for one margin of error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import Block, Column, Row, Section, Table, Verdict
from reports.labels import Label
from reports.sentences import Num, sentence
from reports.wording import phrase

if TYPE_CHECKING:
    from analysis.planning.plan_record import ChannelsRecord

__all__ = ["amount_of", "channels_section"]


def amount_of(cost: float | None, currency: Label) -> Label:
    """A sum of money in words, with its currency where one is given."""
    number = Num(cost, "count")
    if not currency:
        return sentence("only_value", value=number)
    return sentence("plan_amount", amount=number, currency=currency)


def channels_section(channels: ChannelsRecord) -> Section:
    """Contacts where completes are planned, costs where a margin is."""
    blocks: list[Block] = []
    if any(row.completes is not None for row in channels.rows):
        blocks.append(_contacts(channels))
    if channels.margin is not None:
        blocks.append(_costs(channels))
    return Section(
        id="channels",
        title=phrase("plan_section_channels"),
        blocks=tuple(blocks),
        sheet_name=phrase("plan_section_channels"),
        lead=phrase("plan_lead_channels"),
    )


def _too_small() -> Verdict:
    return Verdict(label=phrase("plan_remark_frame"), tone="warning")


def _contacts(channels: ChannelsRecord) -> Table:
    return Table(
        columns=(
            Column(key="channel", label=phrase("plan_column_channel")),
            Column(key="completes", label=phrase("plan_column_completes"), kind="count"),
            Column(key="response_rate", label=phrase("plan_column_response_rate"), kind="share"),
            Column(key="eligibility", label=phrase("plan_column_eligibility"), kind="share"),
            Column(key="contacts", label=phrase("plan_column_contacts"), kind="count"),
            Column(key="frame", label=phrase("plan_column_frame"), kind="count"),
            Column(key="remark", label=phrase("column_remark"), kind="verdict"),
        ),
        rows=tuple(
            Row(
                values={
                    "channel": Label.of(row.label),
                    "completes": row.completes,
                    "response_rate": row.response_rate,
                    "eligibility": row.eligibility,
                    "contacts": row.contacts,
                    "frame": row.frame,
                    "remark": None if row.frame_holds_contacts else _too_small(),
                }
            )
            for row in channels.rows
            if row.completes is not None
        ),
        caption=phrase("plan_caption_contacts"),
        notes=(phrase("plan_note_contacts"),),
    )


def _costs(channels: ChannelsRecord) -> Table:
    margin = Num(channels.margin, "share" if channels.figure == "share" else "number")
    cost = phrase("plan_column_cost")
    if currency := Label.of(channels.currency):
        cost = sentence("plan_column_cost_in", currency=currency)
    return Table(
        columns=(
            Column(key="channel", label=phrase("plan_column_channel")),
            Column(key="design_effect", label=phrase("plan_column_design_effect"), kind="number"),
            Column(key="respondents", label=phrase("plan_column_respondents"), kind="count"),
            Column(key="contacts", label=phrase("plan_column_contacts"), kind="count"),
            Column(key="cost", label=cost, kind="count"),
            Column(key="unit", label=phrase("plan_column_cost_per_respondent"), kind="number"),
            Column(key="remark", label=phrase("column_remark"), kind="verdict"),
        ),
        rows=tuple(
            Row(
                values={
                    "channel": Label.of(row.label),
                    "design_effect": row.design_effect,
                    "respondents": row.respondents_for_margin,
                    "contacts": row.contacts_for_margin,
                    "cost": row.cost,
                    "unit": row.cost_per_respondent,
                    "remark": None if row.feasible else _too_small(),
                },
                tone="plain" if row.feasible else "muted",
            )
            for row in channels.rows
        ),
        caption=sentence("plan_caption_costs", margin=margin),
        notes=(phrase("plan_note_costs"),),
    )
