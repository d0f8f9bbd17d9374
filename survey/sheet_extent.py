"""The rectangle the cells of a sheet span, measured on its markup while it is inflated.

Readers allocate that rectangle, so two cells far apart can ask for half a terabyte. Millions of cells are looked at, so
the usual spelling is measured many cells at a time, and any other tag by tag.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PADDING", "Extent", "OpenTagError", "measure"]

LARGEST_AREA = 50_000_000
LARGEST_SPARSENESS = 20
SMALL_AREA = 2_000_000
"""Cells; a sheet spanning no more is read whatever its share of empty cells."""
MIDDLE_AREA = 6_000_000
AREA_PER_BYTE = 2.5
"""A sheet that spans more than the middle area is read where the file has a byte for every 2.5 cells of it."""
PADDING = 32
"""Bytes behind a stretch, so that a reference at its end can be looked at like any other."""

_TAG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(row|c)(?=[\s/>])((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']\s*\$?([A-Za-z]{1,9})\$?([0-9]{1,19})")
_PLAIN_REFERENCE = re.compile(rb"([A-Z]+)([0-9]+)")
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"']\s*([0-9]{1,19})")
_OPEN_CELL = re.compile(rb"<c[\s/>]")
_ENDS_NAME = np.zeros(256, dtype=np.bool_)
_ENDS_NAME[list(b" \t\r\n>/")] = True
_ZERO = np.uint8(ord("0"))
_DIGITS = re.compile(rb"[0-9]*")
_UPPER = re.compile(rb"[A-Z]+")
_LETTER_BIT, _SECOND_LETTER_BIT, _THIRD_LETTER_BIT = np.uint64(0x40), np.uint64(0x4000), np.uint64(0x400000)
"""What tells a letter from a digit, a quotation mark or a blank in the first three bytes of eight."""
_OPEN_C, _COLON_C = (np.uint16(int.from_bytes(pair, "little")) for pair in (b"<c", b":c"))
_USUAL_MASK, _USUAL_TAG = np.uint64(0xFF_FFFF_FFFF), np.uint64(int.from_bytes(b'c r="', "little"))


class OpenTagError(Exception):
    """A cell's tag has no end, or a < within."""


class Extent:
    """The rectangle a sheet's cells span, how many cells it has, and where the last one stands."""

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


def measure(markup: bytes, end: int, extent: Extent) -> None:
    """Widen the extent by the cells whose tags open before ``end``; there every opening tag is whole.

    ``markup`` goes on for at least ``PADDING`` bytes behind ``end``, so a reference there can be looked at like any
    other.
    """
    places = _places_of_c(markup, end)
    words = np.ndarray((len(markup) - 7,), dtype="<u8", buffer=markup, strides=(1,))  # 8 bytes from every place on
    tags = words[places]
    usual = (tags & _USUAL_MASK) == _USUAL_TAG
    if not usual.all():
        named = _ENDS_NAME[tags.view(np.uint8).reshape(-1, 8)[:, 1]]
        places, usual = places[named], usual[named]
    if len(places) == 0:
        rows = markup.count(b"<row", 0, end) + (markup.count(b":row", 0, end) if b":" in markup else 0)
        if rows:
            extent.at = (0, max(extent.at[1] + rows, _last_place(markup, end, 0, 0)[1]))
        return
    corner = _corner(words, places + 5) if usual.all() else None
    if corner is None:
        _walk(markup[:end], extent)
        return
    extent.cells += len(places)
    extent.include(*corner)
    extent.at = _last_place(markup, end, int(places.max()), corner[1])


def _last_place(markup: bytes, end: int, cell: int, row: int) -> tuple[int, int]:
    """Column and row of the last cell of a stretch, or of the row that began after it."""
    opened = max(markup.rfind(b"<row", cell, end), markup.rfind(b":row", cell, end) if b":" in markup else -1)
    tag = _TAG.match(markup, markup.rfind(b"<", 0, opened + 1), end) if opened >= 0 else None
    if tag is not None and tag[1] == b"row":
        return 0, _row_number(tag[2], row + 1)
    reference = _PLAIN_REFERENCE.match(markup, cell + 5)
    return (_column_number(reference[1]), int(reference[2])) if reference else (0, row)


def _places_of_c(markup: bytes, end: int) -> NDArray[np.int64]:
    """Where a tag's name begins with c, with or without a prefix; two bytes are compared at a time."""
    places = []
    for start in (0, 1):
        shifted = markup[1 : end + end % 2] if start else markup
        pairs = np.frombuffer(shifted, dtype="<u2", count=(end - start) // 2)
        places.append(np.flatnonzero((pairs == _OPEN_C) | (pairs == _COLON_C)) * 2 + 1 + start)
    return np.concatenate(places)


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


def _walk(markup: bytes, extent: Extent) -> None:
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
        raise OpenTagError


def _row_number(attributes: bytes, otherwise: int) -> int:
    found = _ROW_NUMBER.search(attributes)
    return otherwise if found is None else int(found[1])


def _column_number(letters: bytes) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - ord("A") + 1
    return column
