"""Which encoding a text file is in: strict trial first, then which reading gives common characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from survey.errors import Place, Problem, ResponseImportError

__all__ = ["Decoded", "decode", "find_delimiter"]

_TRIALS = ("gb18030", "cp949")
_SAMPLE = 200_000
_CONVINCING = 0.15
"""Share of common characters below which neither Chinese nor Korean was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The text of a file, the encoding it was read in, and why that one."""

    text: str
    encoding: str
    reason: Problem


@cache
def _common_characters() -> dict[str, frozenset[str]]:
    import yaml

    text = (resources.files("survey.importers") / "common_characters.yaml").read_text(encoding="utf-8")
    lists: dict[str, str] = yaml.safe_load(text)
    return {encoding: frozenset(characters) - {" ", "\n"} for encoding, characters in lists.items()}


def decode(content: bytes, *, file: str, declared: str | None = None) -> Decoded:
    """Decode a text file.

    A declared encoding is used strictly. Otherwise: byte order marks, strict UTF-8, then GB18030 and
    CP949; both accept most double-byte text, so the one whose non-ASCII characters are more often among
    the commonest of its language wins. Western text (CP1252) is the last resort.

    Raises
    ------
    ResponseImportError
        The file is not in the declared encoding, or in none that was tried.
    """
    if declared is not None:
        return _decode_declared(content, declared, file)
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return Decoded(text=content.decode(encoding), encoding=encoding, reason=_reason("byte_order_mark"))
    text = _strict(content, "utf-8")
    if text is not None:
        return Decoded(text=text, encoding="utf-8", reason=_reason("strict_utf8"))
    readings = {encoding: text for encoding in _TRIALS if (text := _strict(content, encoding)) is not None}
    shares = {encoding: _share_of_common(text, encoding) for encoding, text in readings.items()}
    best = max(shares, key=lambda encoding: shares[encoding], default=None)
    if best is not None and shares[best] >= _CONVINCING:
        tried = ", ".join(f"{encoding} {share:.0%}" for encoding, share in shares.items())
        return Decoded(text=readings[best], encoding=best, reason=_reason("common_characters", tried=tried))
    western = _strict(content, "cp1252")
    if western is not None:
        return Decoded(text=western, encoding="cp1252", reason=_reason("western"))
    if best is not None:
        return Decoded(text=readings[best], encoding=best, reason=_reason("only_reading"))
    raise ResponseImportError.of("survey.encoding_unknown", Place(file=file), tried="UTF-8, GB18030, CP949, CP1252")


def _reason(name: str, **fields: object) -> Problem:
    return Problem(code=f"survey.encoding_by_{name}", fields=fields, severity="note")


def _decode_declared(content: bytes, declared: str, file: str) -> Decoded:
    try:
        text = content.decode(declared)
    except LookupError:
        raise ResponseImportError.of("survey.encoding_no_such", Place(file=file), declared=declared) from None
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise ResponseImportError.of("survey.encoding_wrong", Place(file=file, line=line), declared=declared) from None
    return Decoded(text=text.removeprefix("\ufeff"), encoding=declared, reason=_reason("declared"))


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
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
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max((",", ";", "\t"), key=agreement)
