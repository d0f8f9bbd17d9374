"""Read the export of a channel into touchpoint records, with an account of every row."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from survey.channels.cells import ChannelCells
from survey.channels.foreign import ForeignValues
from survey.channels.mapping import ChannelColumn, ChannelMapping
from survey.channels.orders import OrderTable, join_orders, read_orders
from survey.channels.readers import reader_of
from survey.channels.report import ChannelColumnReport, ChannelReport
from survey.errors import MappingError, Place, Problem
from survey.importers.cell_text import column_letter, fold, is_blank
from survey.importers.table_file import Table, read_table
from survey.privacy import identifying_heading, mask_personal
from survey.touchpoints import TouchpointSet, held_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.channels.records import ChannelRecords

__all__ = ["ChannelRead", "holds_ids", "read_channel", "read_channel_table", "read_order_table"]

_IDS = frozenset({"record", "order", "respondent"})
"""Fields whose values become keyed digests."""
_STAFF = frozenset({"agent", "interviewer", "coder"})
"""Fields that may hold the names of staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRead:
    """The records of one file, and the account of how they were read."""

    touchpoints: TouchpointSet
    report: ChannelReport


def holds_ids(mapping: ChannelMapping) -> bool:
    """Whether reading needs a key: some column names a person, an order or a record."""
    return any(column.field in _IDS for column in mapping.columns)


def read_channel_table(path: Path, mapping: ChannelMapping | None = None) -> Table:
    """The rows of a channel file; a chat log of roles and texts becomes a table of turns.

    Raises
    ------
    FileRefusedError, ResponseImportError
        The file is missing, unsafe, empty or not readable.
    """
    from survey.channels.transcripts import is_transcript, read_transcript

    if mapping is None:
        if is_transcript(path):
            return read_transcript(path)
        return read_table(path)
    if mapping.layout == "transcript":
        return read_transcript(path, encoding=mapping.encoding)
    return read_table(
        path,
        sheet=mapping.sheet,
        encoding=mapping.encoding,
        delimiter=mapping.delimiter,
        header_row=mapping.header_row,
        known_headings=[column.heading for column in mapping.columns],
    )


def read_order_table(path: Path, mapping: ChannelMapping, *, key: bytes) -> tuple[OrderTable, tuple[Problem, ...]]:
    """The orders that records of a channel belong to, and warnings.

    Raises
    ------
    MappingError
        The mapping is not one of orders, or names columns the file does not have.
    FileRefusedError, ResponseImportError
        The file cannot be read, or cells hold what nothing declares.
    """
    if mapping.channel != "orders" or mapping.column("order") is None:
        raise MappingError.of("survey.channel_orders_mapping", Place(file=path.name), channel=mapping.channel)
    cells = _cells(read_channel_table(path, mapping), mapping, key)
    orders = read_orders(cells)
    cells.foreign.stop_if_any()
    return orders, tuple(cells.warnings)


def read_channel(
    path: Path | str,
    mapping: ChannelMapping,
    *,
    key: bytes | None = None,
    source_name: str | None = None,
    wave: str | None = None,
    orders: OrderTable | None = None,
    repeated_ids: Literal["keep", "first"] = "keep",
    erased: Collection[str] = (),
) -> ChannelRead:
    """Read one channel file.

    Parameters
    ----------
    path : Path or str
        The export, as downloaded.
    mapping : ChannelMapping
        Which column holds what.
    key : bytes, optional
        Key of the digests of persons, orders and records. Equal keys make persons comparable across files; without
        one it is derived from the file, and digests compare within the file only.
    source_name : str, optional
        What the file is called in results; its name where not given.
    wave : str, optional
        The wave of every record where no column holds it.
    orders : OrderTable, optional
        Orders to join by order id (read with the same key).
    repeated_ids : {"keep", "first"}
        Whether records whose id occurs again are kept or only the first of them.
    erased : collection of str, optional
        Digests (with the same key) of persons who had themselves erased; their records are left out.

    Raises
    ------
    FileRefusedError
        The file is missing, mislabelled or unsafe.
    MappingError
        Columns of the mapping are not in the file; all of them are listed.
    ResponseImportError
        The file cannot be read, or cells hold what nothing declares; every such cell is listed with its row and column.
    """
    path = Path(path)
    if mapping.channel == "orders":
        raise MappingError.of("survey.channel_orders_alone", Place(file=path.name))
    table = read_channel_table(path, mapping)
    content = path.read_bytes()
    digest_key = key or hmac.new(b"satix touchpoint ids", content, hashlib.sha256).digest()
    cells = _cells(table, mapping, digest_key)
    read = reader_of(mapping)(cells)
    cells.foreign.stop_if_any()
    builder = read.builder
    if orders is not None:
        unmatched = join_orders(builder, orders)
        if unmatched:
            cells.note("channel_orders_unmatched", cells.column("order"), count=unmatched, records=builder.n)
    _common_columns(cells, read, source_name or path.name, wave, content, digest_key)
    touchpoints = builder.build()
    rows = read.rows_per_record()
    skipped = {"empty": len(table.empty_rows), "totals": len(table.totals_rows)}
    gone = _erased(touchpoints, erased)
    if gone.any():
        skipped["erased"] = int(rows[gone].sum())
        touchpoints, rows = touchpoints.select(~gone), rows[~gone]
    again = _occurs_earlier(touchpoints.records["source_record_id"])
    if repeated_ids == "first" and again.any():
        skipped["repeated_id"] = int(rows[again].sum())
        touchpoints = touchpoints.select(~again)
    elif again.any():
        cells.note("channel_ids_twice", cells.column("record"), count=int(again.sum()))
    report = _report(cells, touchpoints, skipped, int(again.sum()), source_name or path.name, content)
    return ChannelRead(touchpoints=touchpoints, report=report)


def _cells(table: Table, mapping: ChannelMapping, key: bytes) -> ChannelCells:
    placed = _place_columns(table, mapping)
    return ChannelCells(table=table, mapping=mapping, placed=placed, key=key, foreign=ForeignValues(table))


def _place_columns(table: Table, mapping: ChannelMapping) -> list[tuple[ChannelColumn, int]]:
    import difflib

    placed: list[tuple[ChannelColumn, int]] = []
    problems: list[Problem] = []
    for column in mapping.columns:
        place = table.position_of(column.heading, column.occurrence)
        if place is not None and column.field != "ignore":
            placed.append((column, place))
        elif place is None and column.field != "ignore":
            close = difflib.get_close_matches(fold(column.heading), [fold(h) for h in table.headings], n=1, cutoff=0.6)
            fields = {
                "wanted": column.field,
                "occurrence": column.occurrence,
                "row": table.header_row,
                "closest": mask_personal(close[0]) if close else "–",
            }
            at = Place(file=table.file, sheet=table.sheet, heading=column.heading)
            problems.append(Problem(code="survey.mapped_column_absent", place=at, fields=fields))
    if problems:
        raise MappingError(problems)
    return placed


def _common_columns(
    cells: ChannelCells, read: ChannelRecords, source: str, wave: str | None, content: bytes, key: bytes
) -> None:
    first = read.first
    mapping, table = cells.mapping, cells.table
    waves = cells.labels("wave")[first]
    waves[~held_in(waves)] = wave
    languages = cells.labels("language")[first]
    languages[~held_in(languages)] = mapping.language
    read.builder.set(
        source_system=mapping.system,
        source_file=source,
        source_row=np.array(table.rows, dtype=np.int64)[first],
        channel=mapping.channel,
        tz=mapping.time_zone,
        lang=languages,
        weight=cells.numbers("weight")[first],
        wave=waves,
        import_batch_id=hashlib.sha256(content).hexdigest()[:16],
        raw_hash=_row_hashes(cells, key)[first],
    )


def _row_hashes(cells: ChannelCells, key: bytes) -> NDArray[np.object_]:
    """A keyed hash of what each row holds in the mapped columns that name nobody."""
    columns = [
        cells.table.columns[place]
        for column, place in cells.placed
        if column.field not in _IDS | _STAFF and not identifying_heading(column.heading)
    ]
    hashes = np.empty(cells.n, dtype=object)
    rows = zip(*columns, strict=True) if columns else ((),) * cells.n
    hashes[:] = [
        hashlib.blake2b("\x1f".join(map(str, row)).encode(), key=key[:64], digest_size=8).hexdigest() for row in rows
    ]
    return hashes


def _erased(touchpoints: TouchpointSet, erased: Collection[str]) -> NDArray[np.bool_]:
    """Records of persons (or of orders that name them) whose digest is among the erased."""
    gone = np.zeros(touchpoints.n_records, dtype=np.bool_)
    if erased:
        for name in ("respondent_key", "entity_id"):
            keys = touchpoints.records[name]
            gone |= np.fromiter((key in erased for key in keys), dtype=np.bool_, count=len(keys))
    return gone


def _occurs_earlier(ids: NDArray[np.object_]) -> NDArray[np.bool_]:
    seen: set[object] = set()
    again = np.zeros(len(ids), dtype=np.bool_)
    for place, found in enumerate(ids):
        again[place] = found is not None and found in seen
        seen.add(found)
    return again


def _report(
    cells: ChannelCells, touchpoints: TouchpointSet, skipped: dict[str, int], again: int, source: str, content: bytes
) -> ChannelReport:
    table, mapping = cells.table, cells.mapping
    use = {place: column for column, place in cells.placed}
    left_out = len(table.empty_rows) + len(table.totals_rows)
    rows_in_file = table.n + left_out
    return ChannelReport(
        file=source,
        sha256=hashlib.sha256(content).hexdigest(),
        channel=mapping.channel,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        header_row=table.header_row,
        rows_in_file=rows_in_file,
        rows_used=rows_in_file - sum(skipped.values()),
        rows_skipped=skipped,
        n_records=touchpoints.n_records,
        n_persons=touchpoints.n_persons,
        n_ids_twice=again,
        n_default=int(touchpoints.defaults("rating").sum()),
        metrics={
            metric: len(set(touchpoints.measures["record"][touchpoints.rows_of(metric)].tolist()))
            for metric in touchpoints.metrics
        },
        columns=tuple(
            ChannelColumnReport(
                letter=column_letter(place),
                heading=mask_personal(heading),
                field=use[place].field if place in use else None,
                code=use[place].code if place in use else None,
                n_filled=_count_filled(table, place),
            )
            for place, heading in enumerate(table.headings)
        ),
        warnings=tuple(cells.warnings),
    )


def _count_filled(table: Table, place: int) -> int:
    blank = {value: is_blank(value) for value in set(table.columns[place])}
    return sum(not blank[value] for value in table.columns[place])
