"""Texts inside binary files: which encoding they are really in, where the file does not say or says it wrongly."""

from __future__ import annotations

from collections.abc import Sequence

from survey.errors import ResponseImportError
from survey.importers.encodings import decode

__all__ = ["encoding_inside"]

_MULTIBYTE = ("utf-8", "gb18030", "cp949")
_ENOUGH = 200_000
"""Bytes looked at."""


def encoding_inside(texts: Sequence[bytes], *, file: str) -> str | None:
    """The encoding of a file's texts: UTF-8, GB18030, CP949 or, at last, CP1252; None where all is plain ASCII.

    A field may end in the middle of a character, since programs cut texts at a number of bytes; such an end counts
    for nothing.

    Raises
    ------
    ResponseImportError
        The texts are in none of these.
    """
    telling = list(dict.fromkeys(text for text in texts if not text.isascii()))
    if not telling:
        return None
    shown: list[bytes] = []
    length = 0
    for text in telling:
        shown.append(text)
        length += len(text)
        if length > _ENOUGH:
            break
    for encoding in _MULTIBYTE:
        whole = b"\n".join(_without_cut_end(text, encoding) for text in shown)
        if _decodes(whole, encoding) and decode(whole, file=file).encoding == encoding:
            return encoding
    whole = b"\n".join(shown)
    try:
        return decode(whole, file=file).encoding
    except ResponseImportError:
        cut = next((e for e in _MULTIBYTE if _decodes(b"\n".join(_without_cut_end(t, e) for t in shown), e)), None)
        if cut is None:
            raise
        return cut


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _without_cut_end(text: bytes, encoding: str) -> bytes:
    """The text without a last character of which some bytes are missing."""
    try:
        text.decode(encoding)
    except UnicodeDecodeError as fault:
        if fault.end == len(text) and len(text) - fault.start < 4:
            return text[: fault.start]
    return text
