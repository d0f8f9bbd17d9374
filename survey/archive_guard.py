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
MIDDLE_AREA = 6_000_000
AREA_PER_BYTE = 2.5
"""A sheet that spans more than the middle area is read where the file has a byte for every 2.5 cells of it."""
MANY_STRINGS = 500_000
"""Texts a workbook may hold although no cell shows them."""
CHUNK = 1 << 18
PADDING = 32
"""Bytes behind a stretch, so that a reference at its end can be looked at like any other."""

_TAG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(row|c)(?=[\s/>])((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']\s*\$?([A-Za-z]{1,9})\$?([0-9]{1,19})")
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"']\s*([0-9]{1,19})")
_OPEN_CELL = re.compile(rb"<c[\s/>]")
_CELL_TAG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?c[\s/>]")
_MARKUP = re.compile(r"\.(?:xml|rels|vml)$", re.IGNORECASE)
_ENDS_NAME = np.zeros(256, dtype=np.bool_)
_ENDS_NAME[list(b" \t\r\n>/")] = True
_ZERO = np.uint8(ord("0"))
_DIGITS = re.compile(rb"[0-9]*")
_UPPER = re.compile(rb"[A-Z]+")
_LETTER_BIT, _SECOND_LETTER_BIT, _THIRD_LETTER_BIT = np.uint64(0x40), np.uint64(0x4000), np.uint64(0x400000)
"""What tells a letter from a digit, a quotation mark or a blank in the first three bytes of eight."""
_OPEN_C = np.uint16(int.from_bytes(b"<c", "little"))
_USUAL_MASK, _USUAL_TAG = np.uint64(0xFF_FFFF_FFFF), np.uint64(int.from_bytes(b'c r="', "little"))


class _OpenTagError(Exception):
    """A cell's tag has no end."""


class _Extent:
    """The rectangle a sheet's cells span, how many cells it has, and where a cell without a reference would stand."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 0
        self.cells = 0
        self.at = (0, 0)

    def include(self, column: int, row: int) -> None:
        """Widen the rectangle."""
        self.columns = max(self.columns, column)
        self.rows = max(self.rows, row)

    def refused(self, size: int) -> bool:
        """Whether a reader, which allocates the rectangle, would need far too much for so few cells or bytes."""
        area = max(self.rows, 1) * max(self.columns, 1)
        sparse = area > SMALL_AREA and area > LARGEST_SPARSENESS * self.cells
        return area > LARGEST_AREA or sparse or (area > MIDDLE_AREA and area > AREA_PER_BYTE * size)


class _Counts:
    """What the archive holds so far."""

    def __init__(self) -> None:
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
            counts = _Counts()
            for entry in archive.infolist():
                if not entry.is_dir():
                    _scan_entry(archive, entry, counts, path)
    except _OpenTagError:
        raise FileRefusedError.of("survey.archive_damaged", place, reason="a cell's tag has no end") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError) as fault:
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


def _scan_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, counts: _Counts, path: Path) -> None:
    """Inflate one entry chunk by chunk and count what is in it; whatever its name, it may be used as a sheet."""
    extent = _Extent()
    place = Place(file=path.name, path=entry.filename)
    tail = b""
    first = True
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            counts.inflated += len(chunk)
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
                _measure(text, cut, extent)
                tail = text[cut:]
            elif len(text) <= CHUNK + PADDING:
                tail = text
            elif cut == 0 and _CELL_TAG.match(text):
                raise FileRefusedError.of("survey.archive_damaged", place, reason="a tag of more than 0.2 MB")
            else:
                tail = text[-PADDING:]
    _measure(tail + b" " * PADDING, len(tail), extent)
    counts.cells += extent.cells
    if extent.refused(path.stat().st_size):
        raise FileRefusedError.of(
            "survey.sheet_extent", place, rows=extent.rows, columns=extent.columns, cells=extent.cells
        )


def _not_utf8(start: bytes) -> bool:
    return start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start[:64]


def _measure(markup: bytes, end: int, extent: _Extent) -> None:
    """Widen the extent by the cells whose tags open before ``end``; there every opening tag is whole.

    ``markup`` goes on for at least ``PADDING`` bytes behind ``end``, so a reference there can be looked at like any
    other.
    """
    places = _places_of_c(markup, end)
    if len(places) == 0:
        return
    words = np.ndarray((len(markup) - 7,), dtype="<u8", buffer=markup, strides=(1,))  # 8 bytes from every place on
    tags = words[places]
    usual = (tags & _USUAL_MASK) == _USUAL_TAG
    if not usual.all():
        named = _ENDS_NAME[tags.view(np.uint8).reshape(-1, 8)[:, 1]]
        places, usual = places[named], usual[named]
    corner = _corner(words, places + 5) if usual.all() else None
    if corner is None:
        _walk(markup[:end], extent)
        return
    extent.cells += len(places)
    extent.include(*corner)
    last = max(markup.rfind(b"<row", 0, end), markup.rfind(b":row", 0, end) if b":" in markup else -1)
    last_row = _TAG.match(markup, markup.rfind(b"<", 0, last + 1), end) if last >= 0 else None
    if last_row is not None and last_row[1] == b"row":
        extent.at = (0, _row_number(last_row[2], corner[1]))


def _places_of_c(markup: bytes, end: int) -> NDArray[np.int64]:
    """Where a tag's name begins with c, with or without a prefix."""
    if b":" in markup:  # rare in a sheet; looked for in no time
        found = np.frombuffer(markup, dtype=np.uint8, count=end)
        before = found[:-1]
        c = found[1:] == ord("c")
        return np.flatnonzero(c & ((before == ord("<")) | (before == ord(":")))) + 1
    even = np.frombuffer(markup, dtype="<u2", count=end // 2)  # two bytes at a time, from even and from odd places
    odd = np.frombuffer(markup[1 : end + end % 2], dtype="<u2", count=(end - 1) // 2)
    return np.concatenate((np.flatnonzero(even == _OPEN_C) * 2 + 1, np.flatnonzero(odd == _OPEN_C) * 2 + 2))


def _corner(words: NDArray[np.uint64], starts: NDArray[np.int64]) -> tuple[int, int] | None:
    """Largest column and row among references such as ``AB12"`` that begin at ``starts``; None for odd spellings.

    The largest of several texts of one length is the largest number where the first byte weighs most; so nothing is
    computed per cell but how many letters and digits it has.
    """
    if len(starts) == 0:
        return 0, 0
    heads = words[starts]
    if not (heads & _LETTER_BIT).all():
        return None
    two = (heads & _SECOND_LETTER_BIT) != 0
    three = two & ((heads & _THIRD_LETTER_BIT) != 0)
    width = 3 if three.any() else 2 if two.any() else 1
    letters = _largest(heads[three] if width == 3 else heads[two] if width == 2 else heads)[:width]
    digits = words[starts + 1 + two + three]
    length = len(_DIGITS.match(int(digits[0]).to_bytes(8, "little"))[0])  # type: ignore[index]  # '' matches
    shape = (1 << 8 * length) - 1
    mask = np.uint64(shape & 0xF0F0F0F0F0F0F0F0 | 0xFF << 8 * length) if length < 8 else np.uint64(0)
    if length == 8 or ((digits & mask) != np.uint64(shape & 0x3030303030303030 | ord('"') << 8 * length)).any():
        longest, length = digits, 0  # not all as many digits as the first
        if not _digit_at(digits, 0).all():
            return None
        while len(longest := longest[_digit_at(longest, length)]):
            digits = longest
            length += 1
            if length > 7:
                return None
    row = _largest(digits)[:length]
    return (_column_number(letters), int(row)) if row.isdigit() and _UPPER.fullmatch(letters) else None


def _digit_at(texts: NDArray[np.uint64], place: int) -> NDArray[np.bool_]:
    return texts.view(np.uint8).reshape(-1, 8)[:, place] - _ZERO <= 9


def _largest(texts: NDArray[np.uint64]) -> bytes:
    return int(texts.byteswap().max()).to_bytes(8, "big")


def _walk(markup: bytes, extent: _Extent) -> None:
    """Widen the extent tag by tag, as a reader does: where a cell has no reference, it stands behind the last one."""
    column, row = extent.at
    whole = 0
    for name, attributes in _TAG.findall(markup):
        if name == b"row":
            column, row = 0, _row_number(attributes, row + 1)
            continue
        whole += 1
        column += 1
        for letters, digits in _REFERENCE.findall(attributes):  # several only where one stands inside another value
            column = max(column, _column_number(letters))
            row = max(row, int(digits))
        extent.include(column, row)
    extent.at = (column, row)
    extent.cells += whole
    if whole < len(_OPEN_CELL.findall(markup)):
        raise _OpenTagError


def _row_number(attributes: bytes, otherwise: int) -> int:
    found = _ROW_NUMBER.search(attributes)
    return otherwise if found is None else int(found[1])


def _column_number(letters: bytes) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - ord("A") + 1
    return column
