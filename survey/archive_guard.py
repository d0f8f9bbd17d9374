"""Scan a zipped workbook before a reader unpacks it: sizes, entries, entities, runaway cell references.

Readers of spreadsheets trust what an archive declares and allocate the rectangle its cell references span;
a file of two kilobytes can so ask for half a terabyte. Everything is counted here while really inflating.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from survey.errors import FileRefusedError, Place

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["scan_workbook"]

MOST_ENTRIES = 2_000
LARGEST_INFLATED = 512 * 1024 * 1024
RATIO_FLOOR = 10 * 1024 * 1024
LARGEST_RATIO = 100
LARGEST_AREA = 50_000_000
LARGEST_SPARSENESS = 20
SMALL_AREA = 2_000_000
"""Cells; a sheet spanning no more is read whatever its share of empty cells."""
CHUNK = 1 << 19
OVERLAP = 16
"""Bytes carried over between chunks, so that a declaration is seen whole."""
PADDING = 32
"""Bytes behind a stretch, so that a reference at its end can be looked at like any other."""

_CELL = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?c(?=[\s/>])[^<>]*?\sr\s*=\s*[\"']\s*\$?([A-Za-z]{1,9})\$?([0-9]{1,19})")
_ENDS_NAME = np.zeros(256, dtype=np.bool_)
_ENDS_NAME[list(b" \t\r\n>/")] = True
_A, _ZERO = np.uint8(ord("A")), np.uint8(ord("0"))


class _Extent:
    """The rectangle a sheet's cells span, and how many cells it has."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 0
        self.cells = 0

    def refused(self) -> bool:
        area = max(self.rows, 1) * max(self.columns, 1)
        return area > LARGEST_AREA or (area > SMALL_AREA and area > LARGEST_SPARSENESS * self.cells)


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
            inflated = 0
            for entry in archive.infolist():
                if not entry.is_dir():
                    inflated = _scan_entry(archive, entry, inflated, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as fault:
        raise FileRefusedError.of("survey.archive_damaged", place, reason=str(fault)) from None


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


def _check_size(inflated: int, path: Path) -> None:
    limit = min(LARGEST_INFLATED, max(RATIO_FLOOR, LARGEST_RATIO * path.stat().st_size))
    if inflated > limit:
        raise FileRefusedError.of(
            "survey.archive_inflates",
            Place(file=path.name),
            found=f"{inflated / 1e6:.0f}",
            size=f"{path.stat().st_size / 1e6:.2f}",
            limit=f"{limit / 1e6:.0f}",
        )


def _scan_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, inflated: int, path: Path) -> int:
    """Inflate one entry chunk by chunk; returns the bytes inflated so far in the whole archive."""
    name = entry.filename.lower()
    markup = name.endswith((".xml", ".rels", ".vml"))
    extent = _Extent() if re.search(r"(?:^|/)xl/.*sheets?/[^/]*\.xml$", name) else None
    place = Place(file=path.name, path=entry.filename)
    tail = b""
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            first = not tail and stream.tell() == len(chunk)
            inflated += len(chunk)
            _check_size(inflated, path)
            if not markup:
                continue
            if first and (chunk.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in chunk[:64]):
                raise FileRefusedError.of("survey.archive_not_utf8", place)
            text = tail + chunk
            if b"<!DOCTYPE" in text:
                raise FileRefusedError.of("survey.archive_doctype", place)
            if extent is None:
                tail = text[-OVERLAP:]
                continue
            cut = text.rfind(b"<")  # a tag cut by the end of the chunk is left for the next one
            if cut <= 0 and len(text) > CHUNK:
                raise FileRefusedError.of("survey.archive_damaged", place, reason="a text of more than 1 MB")
            _measure(text[:cut], extent)
            tail = text[cut:]
    if extent is not None:
        _measure(tail, extent)
        if extent.refused():
            raise FileRefusedError.of(
                "survey.sheet_extent", place, rows=extent.rows, columns=extent.columns, cells=extent.cells
            )
    return inflated


def _measure(markup: bytes, extent: _Extent) -> None:
    """Widen the extent by the cells of one stretch of a sheet in which every opening tag is whole."""
    found = np.frombuffer(markup + b" " * PADDING, dtype=np.uint8)
    letters = np.flatnonzero(found[1:-PADDING] == ord("c")) + 1
    before, after = found[letters - 1], found[letters + 1]
    starts = letters[((before == ord("<")) | (before == ord(":"))) & _ENDS_NAME[after]]
    if len(starts) == 0:
        return
    extent.cells += len(starts)
    usual = np.ones(len(starts), dtype=np.bool_)
    for step, character in enumerate(b' r="', start=1):
        usual &= found[starts + step] == character
    corner = _corner(found, starts + 5) if usual.all() else None
    if corner is None:
        corner = _corner_of_any_spelling(markup)
    extent.columns = max(extent.columns, corner[0])
    extent.rows = max(extent.rows, corner[1])


def _corner(found: NDArray[np.uint8], starts: NDArray[np.int64]) -> tuple[int, int] | None:
    """Largest column and row among references such as ``AB12"`` that begin at ``starts``; None for odd spellings.

    Digits are compared from the left among the references with most digits, so nothing is computed per cell.
    """
    columns = (found[starts] - _A).astype(np.int32) + 1
    width = np.ones(len(starts), dtype=np.int64)
    more = np.ones(len(starts), dtype=np.bool_)
    for step in (1, 2):
        letter = found[starts + step] - _A
        more = more & (letter <= 25)
        if not more.any():
            break
        columns = np.where(more, columns * 26 + letter + 1, columns)
        width += more
    digits = starts + width
    if (found[starts] - _A > 25).any() or (found[digits] - _ZERO > 9).any():
        return None
    longest, length = digits, 1
    while len(left := longest[found[longest + length] - _ZERO <= 9]):
        longest, length = left, length + 1
        if length > 8:
            return None
    row = 0
    for step in range(length):
        digit = found[longest + step] - _ZERO
        highest = int(digit.max())
        longest = longest[digit == highest]
        row = row * 10 + highest
    return int(columns.max()), row


def _corner_of_any_spelling(markup: bytes) -> tuple[int, int]:
    columns = rows = 0
    for letters, digits in _CELL.findall(markup):
        column = 0
        for letter in letters.upper():
            column = column * 26 + letter - ord("A") + 1
        columns = max(columns, column)
        rows = max(rows, int(digits))
    return columns, rows
