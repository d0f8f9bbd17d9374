"""Names that an open answer introduces as such; a bare name is not told from any other word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["names_in"]

_ENGLISH_NAME = (
    r"[A-Z][A-Za-zÀ-ÿ'’-]+(?:[ ](?:[A-Z][A-Za-zÀ-ÿ'’-]+|[A-Z]\.|(?:de|van|von|der|la|bin)(?=[ ][A-Z]))){0,3}"
)
_MY_NAME = re.compile(
    rf"\b(?:[Mm]y (?:full )?name(?:'s|’s| is)|[Nn]ame ?:|[Ii](?:'m| am) called|NAME ?:|[Ss]peak(?:ing)? to|[Aa]sk for)"
    rf" ?(?P<name>{_ENGLISH_NAME})"
)
_MY_NAME_SMALL = re.compile(
    r"\bmy (?:full )?name(?:'s|’s| is) (?P<name>[a-z]{2,}(?: [a-z]{2,})?)(?=\W*(?:$|[.,;!]))", re.IGNORECASE
)
_SIGNED = re.compile(rf"(?:[Rr]egards|[Ss]incerely|[Yy]ours truly),?\s+(?P<name>{_ENGLISH_NAME})\s*\.?\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patterns:
    chinese: tuple[re.Pattern[str], ...]
    english: tuple[re.Pattern[str], ...]
    no_chinese: frozenset[str]
    no_english: frozenset[str]


@cache
def _patterns() -> _Patterns:
    import yaml

    text = (resources.files("survey") / "personal_text_words.yaml").read_text(encoding="utf-8")
    words = yaml.safe_load(text)
    surname = f"(?:{'|'.join(words['double_surnames'])}|[{words['surnames'].replace(' ', '')}])"
    titles = "|".join(words["titles"])
    han = r"[\u4e00-\u9fff]"
    given = f"[^\\W\\d_A-Za-z{words['never_in_a_name']}]"
    introduced = (
        "|".join(re.escape(word) for word in words["introduced_after"]).replace("\\ ", r"\s").replace(":", r"[::]\s?")
    )
    ends = re.escape(words["ends_a_name"])
    english_titles = "|".join(words["english_titles"].split())
    return _Patterns(
        chinese=(
            # given names come before the title only where something sets the name off
            re.compile(
                rf"(?:(?<=^)|(?<=[^\u4e00-\u9fff])|(?<=[找叫给谢请让由跟和是的员服与问])|(?<=客服)|(?<=导购))(?P<name>{surname}{given}{{1,2}})(?={titles})"
            ),
            re.compile(rf"(?P<name>{surname}{given}{{2}})(?=先生|女士|小姐|老师|教授|医生|老師|醫生)"),
            re.compile(rf"(?P<name>{surname})(?={titles})"),
            re.compile(rf"(?:{introduced})\s?(?P<name>{surname}{han}{{1,2}}?)(?=[{ends}\s]|$)"),
            re.compile(rf"(?:我|本人|免贵)姓(?P<name>{surname})"),
        ),
        english=(
            _MY_NAME,
            _MY_NAME_SMALL,
            _SIGNED,
            re.compile(rf"\b(?:{english_titles})\.? (?P<name>{_ENGLISH_NAME})"),
        ),
        no_chinese=frozenset(words["no_names"].split()),
        no_english=frozenset(word.casefold() for word in words["no_english_names"].split()),
    )


def names_in(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every name the text introduces by "my name is", 我叫, Mr, 先生 and the like.

    The title itself is no part of the name.
    """
    known = _patterns()
    for pattern in known.chinese:
        for match in pattern.finditer(text):
            name = match["name"]
            if name not in known.no_chinese and not _ends_a_word(text, match.start("name"), known):
                yield match.span("name")
    for pattern in known.english:
        for match in pattern.finditer(text):
            first = match["name"].split(" ")[0]
            if first.casefold() not in known.no_english and not (first.isupper() and len(first) < 5):
                yield match.span("name")


def _ends_a_word(text: str, place: int, known: _Patterns) -> bool:
    """Whether the character at ``place`` is the end of an ordinary word (金 in 基金, 谢 in 感谢)."""
    return place > 0 and text[place - 1 : place + 1] in known.no_chinese
