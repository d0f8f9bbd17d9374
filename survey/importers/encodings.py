"""Which encoding a text file is in: strict trial first, then which reading gives common characters."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from survey.errors import Place, Problem, ResponseImportError

__all__ = ["Decoded", "decode", "find_delimiter"]

_TRIALS = ("gb18030", "cp949")
_LAST_RESORT = "cp1252"
_SAMPLE = 200_000
_STRETCH = 1 << 20
_CONVINCING = 0.15
"""Share of common characters below which neither Chinese nor Korean was read."""
_MIXED = 0.05
_MOSTLY = 0.8
"""Shares of the lines beyond ASCII that are UTF-8 from which a file is a mixture: where no other reading convinces, and
whatever another reading says."""
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_ENOUGH_LINES = 1_000
"""Lines beyond ASCII after which it is clear whether a file is a mixture."""
MOST_LINES_MENDED = 50_000
_NAMED_LINES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A text file's content, the encoding it is read in, and why that one.

    An encoding such as ``utf-8+gb18030`` says that each line is in the first of the two or else in the second.
    """

    content: bytes = field(repr=False)
    encoding: str
    reason: Problem

    @property
    def text(self) -> str:
        """The whole text."""
        if "+" in self.encoding:
            return "".join(_decoded_lines(self.content, self.encoding))
        return self.content.decode(self.encoding).removeprefix("\ufeff")

    @property
    def sample(self) -> str:
        """The beginning of the text."""
        with self.open() as stream:
            return stream.read(_SAMPLE)

    def open(self) -> io.TextIOWrapper:
        """The text as a stream, so that it is never in memory as a whole; ends of lines stay as they are."""
        if "+" in self.encoding:
            return io.TextIOWrapper(io.BytesIO(self.text.encode()), encoding="utf-8", newline="")
        stream = io.TextIOWrapper(io.BytesIO(self.content), encoding=self.encoding, newline="")
        if stream.read(1) != "\ufeff":
            stream.seek(0)
        return stream


@cache
def _common_characters() -> dict[str, frozenset[str]]:
    import yaml

    text = (resources.files("survey.importers") / "common_characters.yaml").read_text(encoding="utf-8")
    lists: dict[str, str] = yaml.safe_load(text)
    return {encoding: frozenset(characters) - {" ", "\n"} for encoding, characters in lists.items()}


def decode(content: bytes, *, file: str, declared: str | None = None, mixed_lines: bool = False) -> Decoded:
    """Find out how a text file is to be decoded.

    A declared encoding is used strictly. Otherwise: byte order marks, strict UTF-8, then GB18030 and
    CP949; both accept most double-byte text, so the one whose non-ASCII characters are more often among
    the commonest of its language wins. Western text (CP1252) is the last resort. With ``mixed_lines``, where some
    lines are UTF-8 and others are not, as in files put together from several exports, each line is decoded for
    itself, and the lines are named; the encoding is then one that only :class:`Decoded` knows.

    Raises
    ------
    ResponseImportError
        The file is not in the declared encoding, or in none that was tried.
    """
    if declared is not None:
        _check_declared(content, declared, file, at_once=2 if mixed_lines else 1)
        return Decoded(content=content, encoding=declared, reason=_reason("declared"))
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark) and _fault_in(content, encoding) is None:
            return Decoded(content=content, encoding=encoding, reason=_reason("byte_order_mark"))
    content = content.removeprefix(codecs.BOM_UTF8)
    unmarked = _unmarked_utf16(content)
    if unmarked is not None:
        return Decoded(content=content, encoding=unmarked, reason=_reason("zero_bytes"))
    if _fault_in(content, "utf-8") is None:
        return Decoded(content=content, encoding="utf-8", reason=_reason("strict_utf8"))
    best, shares = _best_reading(content)
    convincing = best is not None and shares[best] >= _CONVINCING
    mixture = _mixture(content, _MOSTLY if convincing else _MIXED) if mixed_lines else None
    if mixture is not None:
        return mixture
    if best is not None and convincing:
        tried = ", ".join(f"{encoding} {share:.0%}" for encoding, share in shares.items())
        return Decoded(content=content, encoding=best, reason=_reason("common_characters", tried=tried))
    if _fault_in(content, _LAST_RESORT) is None:
        return Decoded(content=content, encoding=_LAST_RESORT, reason=_reason("western"))
    if best is not None:
        return Decoded(content=content, encoding=best, reason=_reason("only_reading"))
    raise ResponseImportError.of("survey.encoding_unknown", Place(file=file), tried="UTF-8, GB18030, CP949, CP1252")


def _best_reading(content: bytes) -> tuple[str | None, dict[str, float]]:
    """The double-byte encoding whose reading has most common characters, of those that read all of it."""
    shares = {
        encoding: _share_of_common(content[:_SAMPLE].decode(encoding, "ignore"), encoding)
        for encoding in _TRIALS
        if _fault_in(content, encoding) is None
    }
    return max(shares, key=lambda encoding: shares[encoding], default=None), shares


def _mixture(content: bytes, least: float) -> Decoded | None:
    """A reading line by line, UTF-8 where that is possible; None where too few lines are UTF-8 or nothing fits."""
    others: list[tuple[int, bytes]] = []
    unicode_lines = 0
    number = 1
    counted = end = 0
    while found := _BEYOND_ASCII.search(content, end):
        start = content.rfind(b"\n", 0, found.start()) + 1
        end = content.find(b"\n", found.start()) + 1 or len(content)
        number += content.count(b"\n", counted, start)
        counted = start
        if _fault_in(content[start:end], "utf-8") is None:
            unicode_lines += 1
        else:
            others.append((number, content[start:end]))
        looked_at = unicode_lines + len(others)
        if len(others) > MOST_LINES_MENDED or (looked_at == _ENOUGH_LINES and unicode_lines < least / 2 * looked_at):
            return None
    if not others or unicode_lines < max(1, least * (unicode_lines + len(others))):
        return None
    rest = b"".join(line for _, line in others)
    best, shares = _best_reading(rest)
    if best is None or shares[best] < _CONVINCING:
        best = _LAST_RESORT if _fault_in(rest, _LAST_RESORT) is None else best
    if best is None:
        return None
    named = ", ".join(str(number) for number, _ in others[:_NAMED_LINES])
    reason = _reason("mixture", found=best, n=len(others), lines=named + (" …" if len(others) > _NAMED_LINES else ""))
    return Decoded(content=content, encoding=f"utf-8+{best}", reason=reason)


def _decoded_lines(content: bytes, encoding: str) -> Iterator[str]:
    """Each line in the first of two encodings that reads it."""
    first, _, second = encoding.partition("+")
    for line in io.BytesIO(content):
        yield line.decode(first if _fault_in(line, first) is None else second)


def _reason(name: str, **fields: object) -> Problem:
    return Problem(code=f"survey.encoding_by_{name}", fields=fields, severity="note")


def _check_declared(content: bytes, declared: str, file: str, *, at_once: int) -> None:
    encodings = declared.split("+")
    try:
        if len(encodings) > at_once:
            raise LookupError(declared)
        for encoding in encodings:
            b"a".decode(encoding, "ignore")  # nothing is looked up for no bytes
    except (LookupError, ValueError):  # a name with a NUL is a ValueError
        raise ResponseImportError.of("survey.encoding_no_such", Place(file=file), declared=declared) from None
    fault: int | None = None
    if len(encodings) == 1:
        fault = _fault_in(content, declared)
    else:
        start = 0
        for line in io.BytesIO(content):
            if all(_fault_in(line, encoding) is not None for encoding in encodings):
                fault = start
                break
            start += len(line)
    if fault is not None:
        line_number = content[:fault].count(b"\n") + 1
        place = Place(file=file, line=line_number)
        raise ResponseImportError.of("survey.encoding_wrong", place, declared=declared)


def _unmarked_utf16(content: bytes) -> str | None:
    """UTF-16 without a byte order mark, where every other byte of the beginning is mostly zero."""
    start = content[:4096]
    for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if zeros.count(0) > 0.4 * len(zeros) > 0 and len(content) % 2 == 0 and _fault_in(content, encoding) is None:
            return encoding
    return None


def _fault_in(content: bytes, encoding: str) -> int | None:
    """Where the first bytes stand that are not in the encoding; None where all are. Decodes stretch by stretch."""
    if len(content) <= _STRETCH:
        try:
            content.decode(encoding)
        except UnicodeDecodeError as fault:
            return fault.start
        except (UnicodeError, ValueError):  # codecs that do more than decode
            return 0
        return None
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    for start in range(0, len(content), _STRETCH):
        try:
            decoder.decode(content[start : start + _STRETCH], final=start + _STRETCH >= len(content))
        except UnicodeDecodeError as fault:
            return start + fault.start
        except (UnicodeError, ValueError):
            return start
    return None


def _share_of_common(text: str, encoding: str) -> float:
    """Share of the non-ASCII letters that are among the commonest of the language."""
    letters = [character for character in text[:_SAMPLE] if ord(character) > 0x7F and character.isalpha()]
    if not letters:
        return 0.0
    common = _common_characters()[encoding]
    return sum(character in common for character in letters) / len(letters)


def find_delimiter(text: str) -> str:
    """The delimiter (comma, semicolon or tab) that most often divides the first lines alike."""
    import csv

    lines = [line for line in text[:_SAMPLE].splitlines()[:40] if line.strip()]
    if not lines:
        return ","

    def agreement(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        except csv.Error:  # a cell beyond all measure; the reader proper says where
            return 0, 0
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max((",", ";", "\t"), key=agreement)
