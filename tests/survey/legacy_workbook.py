"""A legacy workbook (BIFF8 in a compound file) written byte by byte, as far as a test needs one, and damaged ones."""

from __future__ import annotations

import struct
from collections.abc import Mapping

SECTOR = 512
FREE, END_OF_CHAIN, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SMALLEST_STREAM = 4096


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _label(row: int, column: int, text: str) -> bytes:
    return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def _number(row: int, column: int, value: float) -> bytes:
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def workbook_stream(cells: Mapping[tuple[int, int], str | float]) -> bytes:
    """The stream ``Workbook`` with one sheet; cells by row and column from 0."""
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = b"Sheet1"
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for (row, column), cell in sorted(cells.items()):
        body += _label(row, column, cell) if isinstance(cell, str) else _number(row, column, cell)
    body += _record(0x000A)
    sheet_entry = len(start) + 4 + 8 + len(name) + 4
    globals_ = start + _record(0x0085, struct.pack("<IHBB", sheet_entry, 0, len(name), 0) + name) + _record(0x000A)
    return globals_ + body


def compound_file(
    stream: bytes, *, fat: Mapping[int, int] | None = None, header: Mapping[int, int] | None = None
) -> bytes:
    """A compound file with the one stream ``Workbook``.

    Parameters
    ----------
    fat : entries of the allocation table that are overwritten, by their number.
    header : 32-bit fields of the header that are overwritten, by their offset.
    """
    stream = stream.ljust(max(SMALLEST_STREAM, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    sectors = len(stream) // SECTOR
    tables = 1
    while tables * SECTOR // 4 < tables + 1 + sectors:
        tables += 1
    first = tables + 1
    chain = [FAT_SECTOR] * tables + [END_OF_CHAIN] + [*range(first + 1, first + sectors), END_OF_CHAIN]
    chain += [FREE] * (tables * SECTOR // 4 - len(chain))
    for place, entry in (fat or {}).items():
        chain[place] = entry
    difat = [*range(tables), *([FREE] * (109 - tables))]
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, tables, tables, 0, SMALLEST_STREAM, END_OF_CHAIN, 0, END_OF_CHAIN, 0)
    head += struct.pack("<109I", *difat)
    for offset, field in (header or {}).items():
        head[offset : offset + 4] = struct.pack("<I", field)
    directory = _entry("Root Entry", 5, END_OF_CHAIN, 0, child=1) + _entry("Workbook", 2, first, len(stream))
    return bytes(head) + struct.pack(f"<{len(chain)}I", *chain) + directory.ljust(SECTOR, b"\0") + stream


def _entry(name: str, kind: int, start: int, size: int, *, child: int = FREE) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    content = encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded), kind, 1, FREE, FREE, child)
    return content + b"\0" * 36 + struct.pack("<IQ", start, size)
