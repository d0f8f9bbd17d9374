"""Wordings of a source: language names to codes, markup to plain text, codes the instrument accepts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from html import unescape
from importlib import resources

from survey.importers.cell_text import fold, tidy

__all__ = ["LONGEST_CODE", "code_from", "guess_language", "language_code", "option_code", "plain_text"]

LONGEST_CODE = 64
_MARKUP = re.compile(r"<(?:!--.*?--|/?[A-Za-z][^<>]*)>", re.DOTALL)
_BREAKS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]*>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_SCRIPTS = (
    (re.compile(r"[\u3040-\u30ff]"), "ja"),
    (re.compile(r"[\uac00-\ud7af]"), "ko"),
    (re.compile(r"[\u4e00-\u9fff]"), "zh"),
    (re.compile(r"[\u0400-\u04ff]"), "ru"),
    (re.compile(r"[\u0600-\u06ff]"), "ar"),
    (re.compile(r"[\u0900-\u097f]"), "hi"),
    (re.compile(r"[\u0e00-\u0e7f]"), "th"),
)


@cache
def _names() -> Mapping[str, str]:
    import yaml

    text = (resources.files("survey.structures") / "language_names.yaml").read_text(encoding="utf-8")
    names: dict[str, list[str]] = yaml.safe_load(text)
    return {fold(name): code for code, spellings in names.items() for name in spellings}


def language_code(name: str) -> str:
    """The code of a language as a platform names it: ``English (en)``, ``中文``, ``ZH-S``, ``zh-Hans``.

    An unknown name becomes a code made of its letters, so that two languages are never taken for one.
    """
    bare = tidy(name)
    known = _names().get(fold(bare))
    if known is not None:
        return known
    bracketed = re.search(r"[(（]\s*([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*)\s*[)）]\s*$", bare)
    if bracketed:
        return _names().get(fold(bracketed[1]), bracketed[1].replace("_", "-"))
    if _TAG.fullmatch(bare) and len(re.split(r"[-_]", bare)[0]) <= 3:
        first, *rest = re.split(r"[-_]", bare)
        return "-".join([first.lower(), *rest])
    return re.sub(r"\W+", "-", bare.casefold()).strip("-") or "und"


def guess_language(wordings: Iterable[str]) -> str:
    """The language of wordings that name none, from their script; ``en`` for Latin letters."""
    counts = dict.fromkeys([code for _, code in _SCRIPTS], 0)
    letters = 0
    for wording in wordings:
        letters += sum(character.isalpha() for character in wording)
        for script, code in _SCRIPTS:
            counts[code] += len(script.findall(wording))
    if counts["ja"] and counts["ja"] * 10 > counts["zh"]:
        return "ja"
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] * 3 > letters and counts[best] else "en"


def plain_text(markup: str) -> str:
    """HTML as plain text: line breaks kept, tags, scripts and character references resolved."""
    text = _HIDDEN.sub("", markup)
    text = _BREAKS.sub("\n", text)
    text = unescape(_MARKUP.sub("", text)).replace("\xa0", " ")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return tidy(re.sub(r"\n{2,}", "\n", "\n".join(lines)))


def code_from(name: str) -> str:
    """A code the instrument accepts, as near to ``name`` as can be; ``q`` where nothing of it is left."""
    plain = (" " if unicodedata.category(sign) == "No" else sign for sign in unicodedata.normalize("NFC", tidy(name)))
    code = re.sub(r"[^\w.\-]+", "_", "".join(plain))  # without ² and ½, which are word characters here, not elsewhere
    code = re.sub(r"^[^\w]+", "", code)[:LONGEST_CODE]
    return code if code.strip("_") else "q"


def option_code(value: str) -> int | str:
    """The code of an option: a whole number where it is written as one (not ``01``), else the text."""
    text = tidy(value)
    return int(text) if re.fullmatch(r"-?(?:0|[1-9]\d{0,14})", text) and text != "-0" else text
