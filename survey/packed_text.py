"""A text table in a ``.gz`` or ``.zip``: inflated stretch by stretch, counted, never written to disk."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from survey.errors import FileRefusedError, Place

__all__ = ["ARCHIVE_FAULTS", "inflated"]

ARCHIVE_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # an encrypted entry, and NotImplementedError for a kind of compression
    LookupError,
    OverflowError,
)
"""What the readers of zip archives raise where an archive is damaged."""

LARGEST_INFLATED = 100 * 1024 * 1024
"""Bytes; as much as a text table may have that is not compressed."""
FLOOR = 10 * 1024 * 1024
LARGEST_RATIO = 100
"""Above the floor, a compressed text may not inflate to more than this many times its size."""
CHUNK = 1 << 18
_TABLE = re.compile(r"[^/\\:]+\.(?:csv|tsv|txt)", re.IGNORECASE)
_IGNORED = re.compile(r"__MACOSX/.*|(?:.*/)?(?:\.DS_Store|Thumbs\.db)|.*/")


def inflated(path: Path) -> Iterator[bytes]:
    """Stretches of the one text table in a compressed file.

    Raises
    ------
    FileRefusedError
        The file is damaged, inflates too far, or is an archive of anything but one text table.
    """
    size = path.stat().st_size
    limit = min(LARGEST_INFLATED, max(FLOOR, LARGEST_RATIO * size))
    found = 0
    with path.open("rb") as stream:
        zipped = stream.read(2) == b"PK"
    for piece in _zip_pieces(path) if zipped else _gzip_pieces(path):
        found += len(piece)
        if found > limit:
            raise FileRefusedError.of(
                "survey.packed_inflates",
                Place(file=path.name),
                found=f"{found / 1e6:.0f}",
                size=f"{size / 1e6:.2f}",
                limit=f"{limit / 1e6:.0f}",
            )
        yield piece


def _gzip_pieces(path: Path) -> Iterator[bytes]:
    """The members of a ``.gz``, one after the other, at most ``CHUNK`` bytes at a time."""
    place = Place(file=path.name)
    inflater = zlib.decompressobj(wbits=31)
    with path.open("rb") as stream:
        waiting = stream.read(CHUNK)
        while waiting:
            try:
                piece = inflater.decompress(waiting, CHUNK)
            except zlib.error as fault:
                raise FileRefusedError.of("survey.packed_damaged", place, reason=str(fault)) from None
            if piece:
                yield piece
            waiting = (inflater.unused_data if inflater.eof else inflater.unconsumed_tail) or stream.read(CHUNK)
            if inflater.eof:
                if not waiting.strip(b"\0"):  # some programs fill up the last block
                    return
                inflater = zlib.decompressobj(wbits=31)
    if not inflater.eof:
        raise FileRefusedError.of("survey.packed_damaged", place, reason="incomplete")


def _zip_pieces(path: Path) -> Iterator[bytes]:
    """The one text table of a ``.zip``; where an entry wants to be written is of no concern, but is refused."""
    place = Place(file=path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not _IGNORED.fullmatch(entry.filename)]
            names = [entry.filename for entry in entries]
            if len(entries) != 1 or not _TABLE.fullmatch(names[0].rpartition("/")[2]) or ".." in names[0].split("/"):
                listed = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
                raise FileRefusedError.of("survey.packed_not_one_table", place, found=len(names), names=listed or "–")
            if entries[0].flag_bits & 1:
                raise FileRefusedError.of("survey.packed_encrypted", place)
            with archive.open(entries[0]) as stream:
                while piece := stream.read(CHUNK):
                    yield piece
    except ARCHIVE_FAULTS as fault:
        raise FileRefusedError.of("survey.packed_damaged", place, reason=str(fault)[:120]) from None
