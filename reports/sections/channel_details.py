"""What only some channels have: categories, outcome rates, mystery visits, agreement, ready-made figures."""

from __future__ import annotations

from analysis.results import Channel, ChannelRates, ChannelVisits
from reports.document import Block, Column, Paragraph, Row, Table, Value
from reports.labels import Label
from reports.reading import Reader, interval_of
from reports.sections.channel_names import metric_name, value_name
from reports.sections.channel_tables import figure_table, remark_of
from reports.sentences import Num, sentence
from reports.wording import phrase

__all__ = ["detail_blocks"]

MOST_ROWS = 60


def detail_blocks(reader: Reader, channel: Channel) -> list[Block]:
    """The blocks of one channel that its ratings and times do not cover."""
    blocks: list[Block] = []
    for categories in channel.categories:
        name = metric_name(categories.metric, None)
        caption = sentence("caption_categories", metric=name)
        blocks.append(figure_table(categories.rows, name, caption, kind="share"))
    if channel.rates is not None:
        blocks += _rates(channel.rates)
    if channel.visits is not None:
        blocks += _visits(reader, channel.visits)
    if channel.agreement:
        blocks.append(_agreement(channel))
    if channel.kpis:
        blocks.append(_kpis(channel))
    if channel.aggregates:
        blocks += _aggregates(channel)
    return blocks


def _rates(rates: ChannelRates) -> list[Block]:
    if rates.reason is not None:
        blocks: list[Block] = [Paragraph(text=phrase(f"rates_{rates.reason}"), tone="warning")]
        if rates.finished is not None and rates.finished.estimate is not None:
            share, n = Num(rates.finished.estimate, "share"), Num(rates.finished.n, "count")
            blocks.append(Paragraph(text=sentence("rates_finished", share=share, n=n)))
        return blocks
    rows = [
        Row(values={"rate": Label.same(name), "meaning": phrase(f"rate_{name.lower()}"), "value": value})
        for name, value in rates.rates.items()
        if value is not None
    ]
    notes = [phrase("note_rates")]
    if rates.eligible_share is not None and rates.eligible_share_from in {"declared", "proportional"}:
        share = Num(rates.eligible_share, "share")
        notes.append(sentence(f"note_e_{rates.eligible_share_from}", share=share))
    elif rates.eligible_share_from == "unknown":
        notes.append(phrase("note_e_unknown"))
    if not rates.all_eligibility_known:
        notes.append(phrase("note_rr5_withheld"))
    counts = Table(
        columns=(
            Column(key="outcome", label=phrase("column_outcome")),
            Column(key="n", label=phrase("column_cases"), kind="count"),
        ),
        rows=tuple(Row(values={"outcome": value_name(code), "n": count}) for code, count in rates.counts.items()),
        caption=phrase("caption_outcomes"),
    )
    table = Table(
        columns=(
            Column(key="rate", label=phrase("column_rate"), kind="code"),
            Column(key="meaning", label=phrase("column_meaning")),
            Column(key="value", label=phrase("column_share"), kind="share"),
        ),
        rows=tuple(rows),
        caption=phrase("caption_rates"),
        notes=tuple(notes),
    )
    return [counts, table]


def _visits(reader: Reader, visits: ChannelVisits) -> list[Block]:
    shown = visits.score.estimate is not None
    text = (
        sentence(
            "visits_score",
            n=Num(visits.n_visits, "count"),
            score=Num(visits.score.estimate, "number", 1),
            raw=Num(visits.raw, "number", 1),
            failed=Num(visits.n_critical_failed, "count"),
        )
        if shown
        else sentence("visits_withheld", n=visits.n_visits, suppress=reader.results.study.suppress_below)
    )
    rows = []
    for item in visits.items:
        values: dict[str, Value] = {
            "item": Label.of(item.label),
            "critical": phrase("answer_yes") if item.critical else None,
            "applied": item.n_applied,
            "na": item.n_not_applicable,
            "share": item.share.estimate,
            "interval": interval_of(item.share),
            "remark": remark_of(item.share.grade),
        }
        rows.append(Row(values=values, tone="suppressed" if item.share.grade == "suppressed" else "plain"))
    table = Table(
        columns=(
            Column(key="item", label=phrase("column_check")),
            Column(key="critical", label=phrase("column_critical")),
            Column(key="applied", label=phrase("column_applied"), kind="count"),
            Column(key="na", label=phrase("column_not_applicable"), kind="count"),
            Column(key="share", label=phrase("column_fulfilled"), kind="share"),
            Column(key="interval", label=phrase("column_interval"), kind="interval", of="share"),
            Column(key="remark", label=phrase("column_remark"), kind="verdict"),
        ),
        rows=tuple(rows),
        caption=phrase("caption_checklist"),
        notes=(sentence(f"note_critical_{visits.rule}", cap=Num(visits.cap, "number", 0)), phrase("note_visits")),
    )
    return [Paragraph(text=text), table]


def _agreement(channel: Channel) -> Table:
    rows = []
    for found in channel.agreement:
        bounds = None if found.lower is None else sentence("between", low=_two(found.lower), high=_two(found.upper))
        rows.append(
            Row(
                values={
                    "metric": metric_name(found.metric, None),
                    "kind": phrase(f"kappa_{found.kappa_weights}"),
                    "n": found.n_objects,
                    "agreement": found.agreement,
                    "kappa": found.kappa,
                    "interval": bounds,
                }
            )
        )
    return Table(
        columns=(
            Column(key="metric", label=phrase("column_metric")),
            Column(key="kind", label=phrase("column_kappa_kind")),
            Column(key="n", label=phrase("column_objects"), kind="count"),
            Column(key="agreement", label=phrase("column_agreement"), kind="share"),
            Column(key="kappa", label=phrase("column_kappa"), kind="coefficient"),
            Column(key="interval", label=phrase("column_interval")),
        ),
        rows=tuple(rows),
        caption=phrase("caption_agreement"),
        notes=(phrase("note_agreement"),),
    )


def _two(value: float | None) -> Num:
    return Num(value, "number", 2)


def _kpis(channel: Channel) -> Table:
    rows = [
        Row(
            values={
                "kpi": Label.same(row.kpi),
                "entity": row.entity,
                "period": row.period,
                "value": row.value,
                "previous": row.previous,
                "target": row.target,
                "unit": row.unit,
            }
        )
        for row in channel.kpis[:MOST_ROWS]
    ]
    return Table(
        columns=(
            Column(key="kpi", label=phrase("column_kpi")),
            Column(key="entity", label=phrase("column_unit_reporting")),
            Column(key="period", label=phrase("column_period"), kind="code"),
            Column(key="value", label=phrase("column_value"), kind="number", decimals=2),
            Column(key="previous", label=phrase("column_previous"), kind="number", decimals=2),
            Column(key="target", label=phrase("column_target"), kind="number", decimals=2),
            Column(key="unit", label=phrase("column_unit")),
        ),
        rows=tuple(rows),
        caption=phrase("caption_kpis"),
        notes=(phrase("note_kpis"),),
    )


def _aggregates(channel: Channel) -> list[Block]:
    rows = [
        Row(
            values={
                "measure": row.measure,
                "period": row.period,
                "n": row.n_rows,
                "bottom": row.bottom,
                "middle": row.middle,
                "top": row.top,
                "lowest": row.lowest_top if row.n_rows > 1 else None,
                "highest": row.highest_top if row.n_rows > 1 else None,
                "rate": row.response_rate,
                "completes": row.completes,
            }
        )
        for row in channel.aggregates
    ]
    table = Table(
        columns=(
            Column(key="measure", label=phrase("column_measure"), kind="code"),
            Column(key="period", label=phrase("column_period"), kind="code"),
            Column(key="n", label=phrase("column_units"), kind="count"),
            Column(key="bottom", label=phrase("column_bottom"), kind="share"),
            Column(key="middle", label=phrase("column_middle"), kind="share"),
            Column(key="top", label=phrase("column_top"), kind="share"),
            Column(key="lowest", label=phrase("column_lowest_top"), kind="share"),
            Column(key="highest", label=phrase("column_highest_top"), kind="share"),
            Column(key="rate", label=phrase("column_response_rate"), kind="share"),
            Column(key="completes", label=phrase("column_completes"), kind="count"),
        ),
        rows=tuple(rows),
        caption=phrase("caption_aggregates"),
    )
    return [Paragraph(text=phrase("aggregates_explained"), tone="note"), table]
