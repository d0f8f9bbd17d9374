"""Text in XML: characters XML 1.0 does not allow are left out."""

from __future__ import annotations

import re

__all__ = ["xml_text"]

_NOT_ALLOWED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """The text without control characters and lone surrogates, which no XML reader accepts."""
    return _NOT_ALLOWED.sub("", text)
