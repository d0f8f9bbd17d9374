"""Channels beside the questionnaire: each on its own, never pooled with the index or with each other."""

from __future__ import annotations

from analysis.results import Channel, ChannelComments, ChannelRating, ChannelSplit, ChannelTime
from reports.document import Block, Column, Heading, Paragraph, Row, Section, Table, Value
from reports.labels import Label
from reports.reading import Reader, interval_of
from reports.sections.channel_details import detail_blocks
from reports.sections.channel_names import channel_name, metric_name
from reports.sections.channel_tables import figure_table, remark_of, without_empty
from reports.sentences import Num, sentence
from reports.wording import phrase

__all__ = ["build"]

QUANTILES = ("0.5", "0.75", "0.9", "0.95")
KNOWN_SPLITS = frozenset(
    {
        "delivery",
        "order_status",
        "shop",
        "product",
        "priority",
        "type",
        "contact_channel",
        "group",
        "brand",
        "source",
        "topic",
        "agent",
        "interviewer",
        "status",
        "outlet",
    }
)


def build(reader: Reader) -> Section | None:
    """None where the study has no channels."""
    channels = reader.results.channels
    if not channels:
        return None
    blocks: list[Block] = [Paragraph(text=phrase("channels_apart"), tone="warning"), _overview(reader)]
    if reader.results.channel_overlaps:
        blocks.append(_overlaps(reader))
    for channel in channels:
        blocks += _channel(reader, channel)
    return Section(
        id="channels",
        title=phrase("section_channels"),
        blocks=tuple(blocks),
        sheet_name=phrase("sheet_channels"),
        lead=sentence("lead_channels", n=len(channels), suppress=reader.results.study.suppress_below),
    )


def _wave(reader: Reader, channel: Channel) -> Label:
    return phrase("channel_no_wave") if channel.wave is None else reader.wave_name(channel.wave)


def _overview(reader: Reader) -> Table:
    rows = []
    for channel in reader.results.channels:
        account = channel.report
        rows.append(
            Row(
                values={
                    "channel": channel_name(channel),
                    "wave": _wave(reader, channel),
                    "file": channel.file,
                    "rows": account["rows_in_file"],
                    "skipped": sum(account["rows_skipped"].values()),
                    "records": channel.n_records,
                    "persons": channel.n_persons,
                    "persons_are": None if channel.persons_are is None else phrase(f"counted_{channel.persons_are}"),
                    "coverage": channel.coverage,
                    "again": account["n_ids_twice"],
                    "default": account["n_default"],
                }
            )
        )
    columns = (
        Column(key="channel", label=phrase("column_channel")),
        Column(key="wave", label=phrase("column_wave")),
        Column(key="file", label=phrase("column_file"), kind="code"),
        Column(key="rows", label=phrase("column_rows"), kind="count"),
        Column(key="skipped", label=phrase("column_skipped"), kind="count"),
        Column(key="records", label=phrase("column_records"), kind="count"),
        Column(key="persons", label=phrase("column_persons"), kind="count"),
        Column(key="persons_are", label=phrase("column_counted")),
        Column(key="coverage", label=phrase("column_coverage"), kind="share"),
        Column(key="again", label=phrase("column_ids_twice"), kind="count"),
        Column(key="default", label=phrase("column_default"), kind="count"),
    )
    shown, filled = without_empty(columns, rows, frozenset({"skipped", "coverage", "again", "default"}))
    return Table(
        columns=shown,
        rows=filled,
        caption=phrase("caption_channels"),
        notes=(phrase("note_channels"), phrase("note_coverage")),
    )


def _overlaps(reader: Reader) -> Table:
    names = {channel.name: channel_name(channel) for channel in reader.results.channels}
    rows = [
        Row(
            values={
                "first": names[pair.first],
                "second": names[pair.second],
                "n_first": pair.n_first,
                "n_second": pair.n_second,
                "both": pair.n_both,
            },
            tone="suppressed" if pair.n_both is None else "plain",
        )
        for pair in reader.results.channel_overlaps
    ]
    return Table(
        columns=(
            Column(key="first", label=phrase("column_channel")),
            Column(key="second", label=phrase("column_other_channel")),
            Column(key="n_first", label=phrase("column_persons"), kind="count"),
            Column(key="n_second", label=phrase("column_other_persons"), kind="count"),
            Column(key="both", label=phrase("column_in_both"), kind="count"),
        ),
        rows=tuple(rows),
        caption=phrase("caption_overlaps"),
        notes=(phrase("note_overlaps"),),
    )


def _channel(reader: Reader, channel: Channel) -> list[Block]:
    name = channel_name(channel)
    heading = name if channel.wave is None else sentence("channel_heading", channel=name, wave=_wave(reader, channel))
    blocks: list[Block] = [Heading(text=heading)]
    if channel.self_selected:
        weighted = channel.weighted_by is not None
        text = phrase("among_those_who_wrote_weighted" if weighted else "among_those_who_wrote")
        blocks.append(Paragraph(text=text, tone="note"))
    blocks += _who_rated(channel)
    if channel.ratings:
        blocks.append(_ratings(channel))
        blocks += [_distribution(rating) for rating in channel.ratings if rating.metric in {"rating", "satisfaction"}]
    blocks += [_split(split) for split in channel.splits]
    if channel.comments is not None:
        blocks.append(_comments(channel.comments))
    if channel.times:
        blocks.append(_times(channel.times))
    blocks += detail_blocks(reader, channel)
    return blocks


def _who_rated(channel: Channel) -> list[Block]:
    """Where not every record carries the rating, who did."""
    rated = [rating for rating in channel.ratings if rating.metric in {"rating", "satisfaction"}]
    if channel.self_selected or not rated or rated[0].mean.n is None or rated[0].mean.n >= channel.n_records:
        return []
    n, records = Num(rated[0].mean.n, "count"), Num(channel.n_records, "count")
    share = Num(rated[0].mean.n / channel.n_records, "share")
    return [Paragraph(text=sentence("among_those_who_rated", n=n, records=records, share=share), tone="note")]


def _ratings(channel: Channel) -> Table:
    weighted = channel.weighted_by is not None
    rows = []
    for rating in channel.ratings:
        hidden = rating.mean.grade == "suppressed"
        values: dict[str, Value] = {
            "metric": metric_name(rating.metric, rating.label),
            "scale": _ends(rating),
            "n": rating.mean.n,
            "persons": rating.n_persons,
            "mean": rating.mean.estimate,
            "interval": interval_of(rating.mean),
            "default": rating.n_default,
            "with_defaults": rating.with_defaults if rating.n_default else None,
            "remark": remark_of(rating.mean.grade),
        }
        if weighted:
            values["weighted"] = None if rating.weighted is None else rating.weighted.estimate
            values["weighted_interval"] = None if rating.weighted is None else interval_of(rating.weighted)
        rows.append(Row(values=values, tone="suppressed" if hidden else "plain"))
    more = (
        Column(key="weighted", label=phrase("column_weighted_mean"), kind="number", decimals=2),
        Column(key="weighted_interval", label=phrase("column_interval"), kind="interval", of="number", decimals=2),
    )
    notes = [phrase("note_channel_ratings")]
    if weighted:
        notes.append(sentence("note_channel_weights", attribute=_attribute(channel.weighted_by or "")))
    columns = (
        Column(key="metric", label=phrase("column_metric")),
        Column(key="scale", label=phrase("column_ends")),
        Column(key="n", label=phrase("column_records"), kind="count"),
        Column(key="persons", label=phrase("column_persons"), kind="count"),
        Column(key="mean", label=phrase("column_mean"), kind="number", decimals=2),
        Column(key="interval", label=phrase("column_interval"), kind="interval", of="number", decimals=2),
        *(more if weighted else ()),
        Column(key="default", label=phrase("column_default"), kind="count"),
        Column(key="with_defaults", label=phrase("column_with_defaults"), kind="number", decimals=2),
        Column(key="remark", label=phrase("column_remark"), kind="verdict"),
    )
    shown, filled = without_empty(columns, rows, frozenset({"default", "with_defaults", "remark"}))
    return Table(
        columns=shown,
        rows=filled,
        caption=phrase("caption_channel_ratings"),
        notes=tuple(notes),
    )


def _ends(rating: ChannelRating) -> Label | None:
    if rating.lowest is None or rating.highest is None:
        return None
    return Label.same(f"{rating.lowest:g}–{rating.highest:g}")


def _distribution(rating: ChannelRating) -> Block:
    name = metric_name(rating.metric, rating.label)
    if not rating.values:
        return Paragraph(text=sentence("channel_withheld", metric=name), tone="note")
    return figure_table(
        rating.values, phrase("column_value"), sentence("caption_distribution", metric=name), kind="share"
    )


def _attribute(code: str) -> Label:
    return phrase(f"attribute_{code}") if code in KNOWN_SPLITS else Label.same(code)


def _split(split: ChannelSplit) -> Table:
    if split.share:
        caption = phrase("caption_reopened")
        return figure_table(split.rows, phrase("column_group"), caption, kind="share")
    caption = sentence("caption_split", metric=metric_name(split.metric, None), attribute=_attribute(split.attribute))
    return figure_table(
        split.rows, _attribute(split.attribute), caption, kind="number", notes=(phrase("note_withheld_groups"),)
    )


def _comments(comments: ChannelComments) -> Table:
    everybody = sentence("note_comments", share=Num(comments.overall.estimate, "share"))
    return figure_table(
        comments.rows,
        metric_name(comments.metric, None),
        phrase("caption_comments"),
        kind="share",
        notes=(everybody, phrase("note_who_writes")),
    )


def _times(times: list[ChannelTime]) -> Table:
    rows = []
    for time in times:
        values: dict[str, Value] = {
            "metric": metric_name(time.metric, None),
            "n": time.mean.n,
            "mean": time.mean.estimate,
        }
        values |= {f"q{q}": time.quantiles.get(q) for q in QUANTILES}
        rows.append(Row(values=values, tone="suppressed" if time.mean.grade == "suppressed" else "plain"))
    names = {"0.5": "column_median", "0.75": "column_p75", "0.9": "column_p90", "0.95": "column_p95"}
    return Table(
        columns=(
            Column(key="metric", label=phrase("column_metric")),
            Column(key="n", label=phrase("column_records"), kind="count"),
            *(Column(key=f"q{q}", label=phrase(names[q]), kind="number", decimals=1) for q in QUANTILES),
            Column(key="mean", label=phrase("column_mean"), kind="number", decimals=1),
        ),
        rows=tuple(rows),
        caption=phrase("caption_times"),
        notes=(phrase("note_times"),),
    )
