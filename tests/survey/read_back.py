"""Small exports written in a test, and exports read into an instrument drafted from them."""

from __future__ import annotations

from pathlib import Path

from survey.importers.detect import detect_table, importer_of
from survey.importers.draft_export import draft_export
from survey.importers.read import ImportResult, read_responses
from survey.importers.table_file import Table, read_table


def table_of(folder: Path, text: str, name: str = "export.csv") -> Table:
    """A text table read from a file of its own."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_table(path)


def ranked(table: Table) -> dict[str, float]:
    """Confidence by platform, the likeliest first."""
    return {detection.platform: detection.confidence for detection in detect_table(table)}


def read_back(table: Table, platform: str) -> ImportResult:
    """The table read into an instrument drafted from it."""
    drafted = draft_export(importer_of(platform).arrange(table), platform=platform, instrument_id="drafted")
    return read_responses(table, drafted.instrument, drafted.mapping)
