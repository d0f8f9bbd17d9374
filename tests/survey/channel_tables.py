"""Small channel files written for a test, and the short way to read them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from survey.channels.mapping import ChannelColumn, ChannelMapping
from survey.channels.propose import propose_channel_mapping
from survey.channels.read import ChannelRead, read_channel, read_channel_table

KEY = bytes(range(32))


def write_csv(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """A CSV file (UTF-8) of the rows, headings first."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return path


def proposed(path: Path, channel: Any) -> ChannelMapping:
    """The mapping that is proposed for a file."""
    return propose_channel_mapping(read_channel_table(path), channel).mapping


def read(path: Path, channel: Any, **options: Any) -> ChannelRead:
    """Read a file as it would be proposed."""
    return read_channel(path, proposed(path, channel), key=KEY, **options)


def changed(mapping: ChannelMapping, heading: str, **fields: Any) -> ChannelMapping:
    """The mapping with one column changed, as a person would."""
    columns = [
        ChannelColumn.model_validate(column.model_dump() | (fields if column.heading == heading else {}))
        for column in mapping.columns
    ]
    return ChannelMapping.model_validate(mapping.model_dump(by_alias=True) | {"columns": columns})


def accounted(result: ChannelRead) -> bool:
    """Whether every row of the file is in a record or skipped with a reason."""
    report = result.report
    return report.rows_in_file == report.rows_used + sum(report.rows_skipped.values())
