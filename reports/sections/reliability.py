"""Internal consistency: alpha per block, and what each item does to it."""

from __future__ import annotations

from analysis.results import Reliability
from reports.document import Block, Column, Heading, Interval, Row, Section, Table, Value, Verdict
from reports.labels import Label
from reports.reading import Reader
from reports.sentences import percent, sentence
from reports.wording import phrase

__all__ = ["build"]

GOOD, ACCEPTABLE, LOW_ITEM_TOTAL = 0.8, 0.7, 0.3


def build(reader: Reader) -> Section | None:
    """None where there is no block of items."""
    records = reader.current.reliability
    if not records:
        return None
    blocks: list[Block] = [_table(reader, records)]
    with_items = [record for record in records if record.items and reader.indicators[record.indicator].level > 0]
    if with_items:
        blocks += [Heading(text=phrase("heading_item_total")), _items(reader, with_items)]
    return Section(
        id="reliability",
        title=phrase("section_reliability"),
        blocks=tuple(blocks),
        sheet_name=phrase("sheet_reliability"),
        lead=phrase("lead_reliability"),
    )


def _block_name(reader: Reader, record: Reliability) -> Label:
    name = reader.name(record.indicator)
    if record.facet == "performance":
        return name
    return sentence("facet_of", name=name, facet=phrase(f"facet_{record.facet}"))


def _judgement(record: Reliability) -> Verdict:
    if record.reason is not None or record.alpha is None:
        return Verdict(label=phrase(f"alpha_{record.reason or 'undefined'}"), tone="muted")
    if record.alpha >= GOOD:
        return Verdict(label=phrase("alpha_good"), tone="good")
    if record.alpha >= ACCEPTABLE:
        return Verdict(label=phrase("alpha_acceptable"), tone="neutral")
    return Verdict(label=phrase("alpha_low"), tone="warning")


def _table(reader: Reader, records: list[Reliability]) -> Table:
    return Table(
        columns=(
            Column(key="block", label=phrase("column_block")),
            Column(key="items", label=phrase("column_items"), kind="count"),
            Column(key="n", label=phrase("column_n"), kind="count"),
            Column(key="alpha", label=phrase("column_alpha"), kind="coefficient"),
            Column(key="interval", label=phrase("column_interval"), kind="interval", of="coefficient"),
            Column(key="standardised", label=phrase("column_alpha_standardised"), kind="coefficient"),
            Column(key="average_r", label=phrase("column_average_r"), kind="coefficient"),
            Column(key="judgement", label=phrase("column_judgement"), kind="verdict"),
        ),
        rows=tuple(
            Row(
                values={
                    "block": _block_name(reader, record),
                    "items": record.n_items,
                    "n": record.n,
                    "alpha": record.alpha,
                    "interval": None if record.lower is None else Interval(lower=record.lower, upper=record.upper),
                    "standardised": record.alpha_standardised,
                    "average_r": record.average_r,
                    "judgement": _judgement(record),
                },
                level=reader.indicators[record.indicator].level,
                tone="muted" if record.alpha is None else "plain",
            )
            for record in records
        ),
        caption=sentence("caption_reliability", wave=Label.of(reader.current_wave.label)),
        notes=(
            sentence("note_alpha", confidence=percent(reader.results.study.confidence)),
            phrase("note_formative"),
        ),
    )


def _items(reader: Reader, records: list[Reliability]) -> Table:
    rows = []
    for record in records:
        rows.append(Row(values={"item": _block_name(reader, record), "if_deleted": record.alpha}, tone="total"))
        for item in record.items:
            values: dict[str, Value] = {
                "item": reader.question_name(item.question),
                "code": item.question,
                "mean": item.mean,
                "std_dev": item.std_dev,
                "item_total": item.item_total,
                "if_deleted": item.alpha_if_deleted,
                "remark": None,
            }
            if item.item_total is not None and item.item_total < 0:
                values["remark"] = Verdict(label=phrase("item_negative"), tone="bad")
            elif item.item_total is not None and item.item_total < LOW_ITEM_TOTAL:
                values["remark"] = Verdict(label=phrase("item_weak"), tone="warning")
            rows.append(Row(values=values, level=1))
    return Table(
        columns=(
            Column(key="item", label=phrase("column_question")),
            Column(key="code", label=phrase("column_code"), kind="code"),
            Column(key="mean", label=phrase("column_mean"), kind="number"),
            Column(key="std_dev", label=phrase("column_std_dev"), kind="number"),
            Column(key="item_total", label=phrase("column_item_total"), kind="coefficient"),
            Column(key="if_deleted", label=phrase("column_if_deleted"), kind="coefficient"),
            Column(key="remark", label=phrase("column_remark"), kind="verdict"),
        ),
        rows=tuple(rows),
        caption=phrase("caption_item_total"),
        notes=(phrase("note_item_total"),),
    )
