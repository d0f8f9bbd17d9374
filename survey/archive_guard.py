"""Scan a zipped workbook before a reader unpacks it: sizes, entries, entities, runaway cell references.

Readers of spreadsheets trust what an archive declares and allocate the rectangle its cell references span;
a file of two kilobytes can so ask for half a terabyte. Everything is counted here while really inflating.
"""

from __future__ import annotations

import os
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from survey.errors import FileRefusedError, Place
from survey.packed_text import ARCHIVE_FAULTS
from survey.sheet_extent import PADDING, Extent, OpenTagError, measure

__all__ = ["scan_workbook"]

MOST_ENTRIES = 2_000
LARGEST_INFLATED = 512 * 1024 * 1024
RATIO_FLOOR = 10 * 1024 * 1024
LARGEST_RATIO = 100
MANY_STRINGS = 500_000
"""Texts a workbook may hold although no cell shows them."""
CHUNK, SQUEEZED_CHUNK = 1 << 18, 1 << 18

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_CELL_TAG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?c[\s/>]")
_MARKUP = re.compile(r"\.(?:xml|rels|vml)$", re.IGNORECASE)


class _Counts:
    """What the archive holds so far."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.inflated = 0
        self.strings = 0
        self.cells = 0


def scan_workbook(path: Path) -> None:
    """Refuse an archive that is no workbook or not safe to unpack.

    Raises
    ------
    FileRefusedError
        With what was found and how to mend it.
    """
    place = Place(file=path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive, path)
            counts = _Counts(_limit_of(path))
            for entry in archive.infolist():
                if not entry.filename.endswith("/"):
                    _scan_entry(archive, entry, counts, path)
    except OpenTagError:
        raise FileRefusedError.of("survey.archive_damaged", place, reason="a cell's tag has no end") from None
    except ARCHIVE_FAULTS as fault:
        raise FileRefusedError.of("survey.archive_damaged", place, reason=str(fault)[:120]) from None
    if counts.strings > MANY_STRINGS and counts.strings > counts.cells:
        raise FileRefusedError.of("survey.shared_strings", place, found=counts.strings, cells=counts.cells)


def _check_directory(archive: zipfile.ZipFile, path: Path) -> None:
    place = Place(file=path.name)
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_ENTRIES:
        raise FileRefusedError.of("survey.archive_entries", place, found=len(entries), limit=MOST_ENTRIES)
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefusedError.of("survey.workbook_encrypted", place)
    doubled = [name for name, count in Counter(name.lower() for name in names).items() if count > 1]
    if doubled:
        raise FileRefusedError.of("survey.archive_names_twice", place, names=", ".join(doubled[:3]))
    strayed = [name for name in names if ".." in re.split(r"[/\\]", name) or re.match(r"[A-Za-z]:|//|\\", name)]
    if strayed:
        raise FileRefusedError.of("survey.archive_path", place, names=", ".join(strayed[:3])[:200])
    _check_size(sum(entry.file_size for entry in entries), path)
    if any(name.startswith("word/") for name in names):
        raise FileRefusedError.of("survey.content_is_word", place, extension=path.suffix)
    if any(name.startswith("ppt/") for name in names):
        raise FileRefusedError.of("survey.content_is_other", place, content="PowerPoint", extension=path.suffix)
    if "xl/workbook.bin" in names:
        raise FileRefusedError.of("survey.content_is_other", place, content="xlsb", extension=path.suffix)
    if "mimetype" in names and "content.xml" in names:
        raise FileRefusedError.of("survey.content_is_other", place, content="OpenDocument", extension=path.suffix)
    if not any(re.fullmatch(r"/?xl/.*workbook\.xml", name) for name in names):
        raise FileRefusedError.of("survey.content_is_other", place, content="zip", extension=path.suffix)


def _limit_of(path: Path) -> int:
    return min(LARGEST_INFLATED, max(RATIO_FLOOR, LARGEST_RATIO * path.stat().st_size))


def _check_size(inflated: int, path: Path) -> None:
    limit = _limit_of(path)
    if inflated > limit:
        raise FileRefusedError.of(
            "survey.archive_inflates",
            Place(file=path.name),
            found=f"{inflated / 1e6:.0f}",
            size=f"{path.stat().st_size / 1e6:.2f}",
            limit=f"{limit / 1e6:.0f}",
        )


def _scan_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, counts: _Counts, path: Path) -> None:
    """Inflate one entry chunk by chunk and count what is in it; whatever its name, it may be used as a sheet."""
    extent = Extent()
    place = Place(file=path.name, path=entry.filename)
    tail = b""
    first = True
    for chunk in _pieces(archive, entry, path):
        counts.inflated += len(chunk)
        if counts.inflated > counts.limit:
            _check_size(counts.inflated, path)
        if first and _MARKUP.search(entry.filename) and _not_utf8(chunk):
            raise FileRefusedError.of("survey.archive_not_utf8", place)
        first = False
        text = tail + chunk
        if b"!" in text and b"<!DOCTYPE" in text:  # one character is looked for faster, and is rare
            raise FileRefusedError.of("survey.archive_doctype", place)
        if extent.cells == 0:
            counts.strings += chunk.count(b"<si")
        cut = text.rfind(b"<", 0, -PADDING)  # a tag cut by the end of the chunk is left for the next one
        if cut > 0:
            measure(text, cut, extent)
            tail = text[cut:]
        elif len(text) <= CHUNK + PADDING:
            tail = text
        elif cut == 0 and _CELL_TAG.match(text):
            raise FileRefusedError.of("survey.archive_damaged", place, reason="a tag of more than 0.2 MB")
        else:
            tail = text[-PADDING:]
    measure(tail + b" " * PADDING, len(tail), extent)
    counts.cells += extent.cells
    if extent.refused(path.stat().st_size):
        raise FileRefusedError.of(
            "survey.sheet_extent", place, rows=extent.rows, columns=extent.columns, cells=extent.cells
        )


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> Iterator[bytes]:
    """What an entry holds, whatever size it declares; checksums are left to the reader."""
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        with archive.open(entry) as stream:
            while piece := stream.read(CHUNK):
                yield piece
        return
    with path.open("rb") as content:
        content.seek(entry.header_offset)
        header = content.read(_LOCAL_HEADER.size)
        magic, name, extra = _LOCAL_HEADER.unpack(header)
        if magic != b"PK\x03\x04":
            raise zipfile.BadZipFile("an entry has no header")
        content.seek(name + extra, os.SEEK_CUR)
        left = entry.compress_size
        inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        while not inflater.eof:
            waiting = inflater.unconsumed_tail
            if not waiting:
                waiting = content.read(min(left, SQUEEZED_CHUNK))
                left -= len(waiting)
                if not waiting:
                    raise EOFError("an entry is incomplete")
            if piece := inflater.decompress(waiting, CHUNK):
                yield piece


def _not_utf8(start: bytes) -> bool:
    return start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start[:64]
