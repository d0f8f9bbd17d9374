"""Characters that were decoded wrongly before the file reached us: UTF-8 or Mac Roman read as Western text."""

from __future__ import annotations

import re

__all__ = ["has_stray_characters", "without_stray_characters"]

_MAC = {
    "Õ": "’",
    "Ô": "‘",
    "Ò": "“",
    "Ó": "”",
    "Ð": "–",
    "Ñ": "—",
    "É": "…",
    "Ê": " ",
}
"""What some bytes of Mac Roman look like in CP1252, and what they stand for between English words."""
_MAC_BETWEEN = re.compile(
    r"(?<=[a-z])[ÕÔ](?=[a-z])|(?<=[\s(])[ÒÔ](?=[A-Za-z])|(?<=[a-z.,?!])[ÓÕÉ](?=[\s).,?!]|$)|(?<=[a-z])Ê(?=[A-Za-z])"
)
_LOOSE = re.compile(r"Â(?=[\s\u00a0]|$)|(?<=[?!.:\s])[^\x00-\u024f\u0370-\U0010ffff]|(?<=[?!.:])\s*[Œœæ¬Ê]{1,3}$")


def without_stray_characters(text: str) -> str:
    """A wording as it was meant, as far as that can be told; with single blanks. Only for comparing and for drafts."""
    mended = text
    if re.search(r"[ÂÃâ][\u0080-\u00bf€™œ“”–—˜‘’‚„†‡•…‰]", text):
        try:
            mended = text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            mended = text
    mended = _MAC_BETWEEN.sub(lambda found: _MAC[found[0]], mended)
    return " ".join(_LOOSE.sub("", mended).replace("\u00a0", " ").split())


def has_stray_characters(text: str) -> bool:
    """Whether a text holds characters that were decoded wrongly."""
    return without_stray_characters(text) != " ".join(text.replace("\u00a0", " ").split())
