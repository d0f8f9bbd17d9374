"""Draft the mapping of a channel's export from its headings and cells; a person confirms it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from survey.channels.mapping import (
    CHANNELS,
    REPEATABLE,
    ChannelColumn,
    ChannelLayout,
    ChannelMapping,
    ChannelName,
    Outcome,
    channel_vocabulary,
)
from survey.channels.moments import date_order_of
from survey.channels.transcripts import TRANSCRIPT_HEADINGS
from survey.channels.words import folded_words, word_codes
from survey.errors import MappingError
from survey.importers.cell_text import CellValue, cell_text, column_letter, fold, is_blank
from survey.importers.cells import number_of
from survey.importers.table_file import Table
from survey.privacy import identifying_heading, identifying_values, mask_personal

__all__ = ["ChannelProposal", "channel_likeness", "channel_skeleton", "propose_channel_mapping"]

_SEPARATORS = re.compile(r"[\s_\-–—()（）:：/.]+")
_BRACKETS = re.compile(r"\s*[(（\[【][^()（）\[\]【】]*[)）\]】]\s*$")
_ENDS = re.compile(r"(\d+) ?(?:[-–—~～至到]|to) ?(\d+)")
_WORTH = re.compile(r"[(（\[【] ?(?:满分|max)? ?(\d+(?:\.\d+)?) ?(?:分|points?|pts?) ?[)）\]】]\s*$", re.IGNORECASE)
_UNITS = {
    "minutes": r"分钟|minutes?\b|\bmin\b",
    "hours": r"小时|hours?\b|\(h\)|horas",
    "seconds": r"秒|seconds?\b|\bsec\b",
}
_LASTING = frozenset({"duration", "queue", "first_response", "first_reply", "solved"})
_NOT_CODE = re.compile(r"[^\w.\-]+")
_ESSENTIAL: dict[str, tuple[tuple[str, ...], ...]] = {
    "orders": (("order",),),
    "order_review": (("rating", "polarity", "text"),),
    "ticket": (("satisfaction", "first_reply", "solved", "reopens", "status"),),
    "chat": (("rating", "turns", "queue", "first_response", "message", "resolved"),),
    "callback": (("disposition", "attempt", "rating"),),
    "social_post": (("text", "sentiment"),),
    "mystery_visit": (("item_name", "item"),),
    "interview": (("text", "category"),),
    "kpi": (("kpi", "kpi_value"),),
    "aggregate": (("top", "mean", "bottom", "response_rate"),),
}
"""Of each group a channel needs at least one field."""
_RATED = frozenset({"rating", "sub_rating", "satisfaction"})
_TIMED = frozenset(
    {"occurred_at", "recorded_at", "follow_up_at", "ended_at", "delivered_at", "promised_at", "ordered_at"}
    | {"first_reply", "solved"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelProposal:
    """A draft mapping. ``unplaced`` are headings (with their Excel letter) that no word is known for; the mapping
    ignores them. ``open_dates`` are headings whose dates leave the order of day and month open. ``unknown_outcomes``
    are outcomes of calls that no word is known for, for a person to translate."""

    mapping: ChannelMapping
    unplaced: tuple[str, ...]
    open_dates: tuple[str, ...]
    unknown_outcomes: tuple[str, ...] = ()


def propose_channel_mapping(table: Table, channel: ChannelName | Literal["orders"]) -> ChannelProposal:
    """Draft the mapping of a table.

    Scale ends are taken from the cells as a draft (1-5, 0-10, 1-10, 0-100): they are for a person to confirm.

    Raises
    ------
    MappingError
        No column of the kind this channel lives on was recognised; the message lists the words that would have been.
    """
    if table.headings == TRANSCRIPT_HEADINGS:
        return _transcript(table, channel)
    fields = _recognised(table, channel)
    columns: list[ChannelColumn] = []
    unplaced: list[str] = []
    for place, heading in enumerate(table.headings):
        field, code = fields.get(place, (None, None))
        if field is None:
            field, code = _by_cells(table, place, channel, {known for known, _ in fields.values()})
        if field is None:
            unplaced.append(f"{column_letter(place)}: {' '.join(heading.split())[:60]}")
            field = "ignore"
        columns.append(_column(table, place, field, code))
    held = {column.field for column in columns}
    for group in _ESSENTIAL[channel]:
        if not held & set(group):
            words = [str(word).lstrip("*") for field in group for word in channel_vocabulary("fields")[channel][field]]
            raise MappingError.of(
                "survey.channel_not_recognised",
                table.place(),
                channel=channel,
                headings=" | ".join(" ".join(h.split())[:30] for h in table.headings[:12]),
                known=", ".join(words[:16]),
            )
    outcomes, unknown_outcomes = _dispositions(table, columns) if channel == "callback" else ({}, ())
    mapping = ChannelMapping(
        channel=channel,
        layout=_layout(channel, held),
        sheet=table.sheet,
        encoding=table.encoding,
        delimiter=table.delimiter,
        header_row=table.header_row,
        dispositions=outcomes,
        columns=tuple(columns),
    )
    open_dates = tuple(
        column.heading
        for place, column in enumerate(columns)
        if column.field in _TIMED and column.date_order is None and _year_last(table.columns[place])
    )
    return ChannelProposal(
        mapping=mapping, unplaced=tuple(unplaced), open_dates=open_dates, unknown_outcomes=unknown_outcomes
    )


def channel_skeleton(table: Table, channel: ChannelName | Literal["orders"]) -> ChannelMapping:
    """A mapping that names every column and reads none, for a person to fill in where no column was recognised."""
    return ChannelMapping(
        channel=channel,
        layout=_layout(channel, set()),
        sheet=table.sheet,
        encoding=table.encoding,
        delimiter=table.delimiter,
        header_row=table.header_row,
        columns=tuple(_column(table, place, "ignore", None) for place in range(len(table.headings))),
    )


def channel_likeness(table: Table) -> list[tuple[ChannelName, float]]:
    """Channels a table may be of, the likeliest first: the share of its columns that the channel's words name.

    Channels without a column they need are left out.
    """
    found: list[tuple[ChannelName, float]] = []
    for channel in CHANNELS:
        fields = {field for field, _ in _recognised(table, channel).values()}
        if all(fields & set(group) for group in _ESSENTIAL[channel]):
            found.append((channel, len(fields) / max(1, len(table.headings))))
    return sorted(found, key=lambda entry: -entry[1])


@cache
def _words(channel: str) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Whole headings by field, and words that may stand anywhere in one, in the form headings are compared by."""
    whole: dict[str, str] = {}
    inside: list[tuple[str, str]] = []
    vocabulary = channel_vocabulary("fields")
    for field, words in {**vocabulary[channel], **vocabulary["every_channel"]}.items():
        for word in words:
            if str(word).startswith("*"):
                inside.append((_key(str(word)[1:]), field))
            else:
                whole.setdefault(_key(str(word)), field)
    return whole, tuple(inside)


def _key(heading: str) -> str:
    return _SEPARATORS.sub("", fold(heading))


def _recognised(table: Table, channel: str) -> dict[int, tuple[str, str | None]]:
    """Fields (and codes) of the columns whose headings are known words."""
    whole, inside = _words(channel)
    found: dict[int, tuple[str, str | None]] = {}
    taken: set[str] = set()
    for place, heading in enumerate(table.headings):
        key = _key(heading)
        field = whole.get(key) or next((field for word, field in inside if word in key), None)
        if field is None or (field in taken and field not in REPEATABLE):
            continue
        coded = field in REPEATABLE and field != "category"
        taken.add(field)
        found[place] = (field, _code(heading, place) if coded else None)
    for place, heading in enumerate(table.headings):  # then those known but for what stands in brackets behind
        field = whole.get(_key(_BRACKETS.sub("", heading))) if place not in found else None
        if field is not None and field not in taken | REPEATABLE:
            taken.add(field)
            found[place] = (field, None)
    return found


def _code(heading: str, place: int) -> str:
    code = _NOT_CODE.sub("_", heading.strip()).strip("_.-")[:64]
    return code or column_letter(place)


def _by_cells(table: Table, place: int, channel: str, held: set[str]) -> tuple[str | None, str | None]:
    """What the cells of a column without a known heading say it is."""
    heading = table.headings[place]
    values = {fold(cell_text(value)) for value in set(table.columns[place]) if not is_blank(value)}
    if not values or identifying_heading(heading) or identifying_values(table.columns[place]):
        return None, None
    numbers = {number_of(value) for value in values}
    if channel == "order_review" and numbers <= {-2.0, -1.0, 0.0, 1.0} and None not in numbers:
        return "aspect", _code(heading, place)
    if channel == "mystery_visit" and "item_name" not in held:
        told = values - folded_words("nothing") - {word for word, code in word_codes("result").items() if code == "na"}
        worth = _WORTH.search(heading)
        points = [] if worth is None else [number_of(value) for value in told]
        scored = worth is not None and all(n is not None and 0 <= n <= float(worth[1]) for n in points)
        if told and (told <= set(word_codes("result")) or scored):
            return "item", _code(heading, place)
    if channel == "kpi" and "kpi" not in held and all(_is_figure(value) for value in values):
        return "kpi_value", _code(heading, place)
    return None, None


def _is_figure(value: str) -> bool:
    return number_of(value.rstrip("%").strip()) is not None


def _column(table: Table, place: int, field: str, code: str | None) -> ChannelColumn:
    cells = table.columns[place]
    more: dict[str, Any] = {}
    if field in _RATED:
        more = _scale(cells, offered=field == "satisfaction")
        ends = _ENDS.search(table.headings[place])
        if more and ends is not None and int(ends[1]) < int(ends[2]):
            more = {"lowest": float(ends[1]), "highest": float(ends[2])}
    elif field == "item" and (worth := _WORTH.search(table.headings[place])) is not None and float(worth[1]) > 0:
        more = {"points": float(worth[1])}
    elif field == "aspect":
        more = {"lowest": -1.0, "highest": 1.0, "absent": ("-2",)}
    elif field == "polarity":
        numbers = {number_of(fold(cell_text(value))) for value in set(cells) if not is_blank(value)}
        more = {"values": {"1": "positive", "0": "negative"}} if numbers <= {0.0, 1.0} else {}
    elif field in _TIMED:
        more = {"date_order": date_order_of(cells)}
    if field in _LASTING:
        heading = fold(table.headings[place])
        more["unit"] = next((unit for unit, words in _UNITS.items() if re.search(words, heading)), None)
    return ChannelColumn(
        heading=table.headings[place], occurrence=table.occurrences[place], field=field, code=code, **more
    )


def _scale(cells: Sequence[CellValue], *, offered: bool) -> dict[str, Any]:
    """The narrowest usual scale that holds all numbers of a column, as a draft."""
    words = {fold(cell_text(value)) for value in set(cells) if not is_blank(value)} - folded_words("nothing")
    numbers = {number for word in words if (number := number_of(re.sub(r" ?(?:stars?|星级?)$", "", word))) is not None}
    three = {fold(str(word)) for word in channel_vocabulary("values")["rating"]["three"]}
    if offered and words & set(word_codes("satisfaction")) - three:
        return {}
    if words and words <= three:
        return {"lowest": 1.0, "highest": 3.0}
    low, high = (min(numbers), max(numbers)) if numbers else (1.0, 5.0)
    for bottom, top in ((1.0, 5.0), (0.0, 5.0), (1.0, 10.0), (0.0, 10.0), (0.0, 100.0)):
        if numbers <= {0.0, 1.0} and numbers:
            return {"lowest": 0.0, "highest": 1.0}
        if bottom <= low and high <= top:
            return {"lowest": bottom, "highest": top}
    return {}


def _layout(channel: str, held: set[str]) -> ChannelLayout:
    if channel == "chat" and {"role", "message"} <= held:
        return "turns"
    if channel == "mystery_visit":
        return "checklist_long" if "item_name" in held else "checklist_wide"
    return "records"


def _dispositions(table: Table, columns: Sequence[ChannelColumn]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Every outcome of the file that is known, spelt out for a person to check; and those that are not."""
    words = word_codes("disposition")
    found: dict[str, Any] = {}
    unknown: list[str] = []
    for place, column in enumerate(columns):
        if column.field == "disposition":
            for value in dict.fromkeys(table.columns[place]):
                text = cell_text(value)
                if fold(text) in words:
                    found[text] = words[fold(text)]
                elif fold(text) and fold(text) not in folded_words("nothing") | set(get_args(Outcome)):
                    unknown.append(mask_personal(text))
    return found, tuple(unknown)


def _year_last(cells: Sequence[CellValue]) -> bool:
    return any(isinstance(value, str) and re.match(r"\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{4}", value) for value in set(cells))


def _transcript(table: Table, channel: str) -> ChannelProposal:
    if channel != "chat":
        raise MappingError.of("survey.channel_is_transcript", table.place(), channel=channel)
    fields = {"dialogue": "record", "role": "role", "text": "message", "scores": "rating"}
    columns = tuple(
        ChannelColumn(
            heading=heading,
            field=fields.get(heading, "ignore"),
            lowest=1.0 if heading == "scores" else None,
            highest=5.0 if heading == "scores" else None,
        )
        for heading in TRANSCRIPT_HEADINGS
    )
    mapping = ChannelMapping(channel="chat", layout="transcript", encoding=table.encoding, columns=columns)
    return ChannelProposal(mapping=mapping, unplaced=(), open_dates=())
