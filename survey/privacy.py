"""What identifies a person: such columns are never stored, and their cells never shown.

The words by which a heading gives itself away are data (``identifying_words.yaml``). Values are judged by
their pattern: a column in which most cells look like a telephone number is one, whatever its heading.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

from survey.importers.cell_text import CellValue, cell_text, fold

__all__ = ["MASK", "identifying_heading", "identifying_values", "mask_personal", "pseudonym", "shown"]

MASK = "●●●"
"""Stands for a value that is not shown."""

_LETTERS = r"A-Za-z0-9"
_PATTERNS = (
    rf"[{_LETTERS}._%+-]+@[{_LETTERS}.-]+\.[A-Za-z]{{2,}}",  # e-mail
    r"(?<!\d)\d{17}[\dXx](?![\dXx])",  # Chinese identity number
    r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)",  # Chinese mobile number
    r"(?<!\d)\+\d{1,3}[ -]?\d(?:[ -]?\d){6,12}(?!\d)",  # international number
    r"(?<!\d)0\d{1,3}[ -]\d{3,4}[ -]?\d{4}(?!\d)",  # landline, Korean mobile
    r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])",  # IPv4
    r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){4,7}[0-9A-Fa-f]{1,4}(?![\w:])",  # IPv6
    r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}(?![\w:])",  # IPv6, shortened
    rf"(?<![{_LETTERS}_-])o[{_LETTERS}_-]{{27}}(?![{_LETTERS}_-])",  # WeChat openid
)
_PERSONAL = re.compile("|".join(_PATTERNS))
_FILLER = re.compile(
    r"^(?:请(?:您)?(?:填写|输入|留下|提供)?|您的|你的|贵公司的|please |enter |your |귀하의 ?|당신의 ?)+"
)
_ENDING = re.compile(r"[\s:：?？*＊。.]+$|[(（\[【][^)）\]】]*[)）\]】][\s:：?？*]*$")
_NUMBERED = re.compile(r"^\s*(?:第\s*\d+\s*题|q?\d+(?:-\d+)?)\s*[、.．:：)）]?\s*", re.IGNORECASE)


@cache
def _words() -> frozenset[str]:
    import yaml

    text = (resources.files("survey") / "identifying_words.yaml").read_text(encoding="utf-8")
    by_kind: dict[str, list[str]] = yaml.safe_load(text)
    return frozenset(fold(word) for words in by_kind.values() for word in words)


def identifying_heading(heading: str) -> bool:
    """Whether a heading asks for something that identifies a person (name, telephone, IP, openid ...).

    The whole heading has to say so, apart from its number, courtesies and brackets: "3、您的手机号" does,
    "staff addressed you by name" does not.
    """
    bare = _NUMBERED.sub("", fold(heading))
    bare = _ENDING.sub("", _FILLER.sub("", _ENDING.sub("", bare)))
    return bare in _words()


def identifying_values(values: Iterable[CellValue], *, sample: int = 200) -> bool:
    """Whether most of the first ``sample`` filled cells hold an e-mail, telephone, identity number, IP or openid."""
    looked, found = 0, 0
    for value in values:
        text = cell_text(value)
        if not text:
            continue
        looked += 1
        match = _PERSONAL.search(text)
        found += match is not None and len(match[0]) >= len(text) * 0.5
        if looked == sample:
            break
    return looked > 0 and found > looked / 2


def mask_personal(text: str) -> str:
    """The text with e-mails, telephone and identity numbers, IPs and openids masked."""
    return _PERSONAL.sub(MASK, text)


def shown(value: CellValue, *, identifying: bool = False, width: int = 60) -> str:
    """A cell as a message may show it: masked where it identifies, and cut at ``width`` characters."""
    if identifying:
        return MASK
    text = mask_personal(cell_text(value)).replace("\n", " ")
    return text if len(text) <= width else f"{text[:width]}…"


def pseudonym(value: str, key: bytes) -> str:
    """A keyed digest in place of an identifying respondent id: equal ids stay equal, and nothing else is kept."""
    return hmac.new(key, fold(value).encode(), hashlib.sha256).hexdigest()[:16]
