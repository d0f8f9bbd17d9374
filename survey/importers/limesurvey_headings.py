"""Headings of LimeSurvey results: codes with subquestions in brackets, full wordings, or both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from survey.importers.cell_text import fold
from survey.importers.column_words import PlatformField, platform_fields, word_list
from survey.structures.wordings import LONGEST_CODE, option_code, plain_text

__all__ = ["LimeHeading", "clean", "lime_heading", "option_of"]

_CODE = re.compile(r"(?P<code>[A-Za-z][A-Za-z0-9]*)(?:\[(?P<sub>[^\[\]]+)\])?(?:\[(?P<second>[^\[\]]+)\])?")
_OLD = re.compile(r"(?P<code>\d+X\d+X\d+)(?P<sub>[A-Za-z]\w*)?(?:#(?P<second>\d))?")
_WORDED = re.compile(r"(?P<stem>.*?\S)\s*\[(?P<sub>[^\[\]]*)\]\s*(?:\[(?P<second>[^\[\]]*)\])?", re.S)
_TIME_CODE = re.compile(r"groupTime\d+|\d+X\d+(?:X\d+)?time|[A-Za-z]\w*\d\w*Time")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimeHeading:
    """What one heading of a results file says.

    ``code`` and ``sub`` are codes (of question and subquestion), ``stem`` and ``part`` wordings; ``second`` is the
    half of a dual scale, or the word for a comment. ``field`` is set for columns the platform adds, ``time`` for
    times spent; ``beside`` for texts beside an option, as far as the cells tell.
    """

    field: PlatformField | None = None
    time: bool = False
    code: str | None = None
    sub: str | None = None
    second: str | None = None
    stem: str = ""
    part: str | None = None
    beside: bool = False

    @property
    def coded(self) -> bool:
        """Whether the heading gives codes."""
        return self.code is not None

    @property
    def bracketed(self) -> bool:
        """Whether a subquestion stands in brackets."""
        return self.sub is not None or self.part is not None

    def is_word(self, name: str) -> bool:
        """Whether the subquestion is one of the platform's own words (``comments``, ``others``)."""
        words = word_list("limesurvey", name)
        ends = [fold(text) for text in (self.sub, self.second, self.part) if text]
        return any(end in words or (name == "comments" and end.endswith("comment")) for end in ends)

    def rank(self) -> int | None:
        """The place of a ranking the subquestion names (``Rank 2``)."""
        found = re.fullmatch(r"(?P<word>\D+?)\s*(?P<place>[0-9]{1,2})", self.part or "")
        return int(found["place"]) if found and fold(found["word"]) in word_list("limesurvey", "ranks") else None


def clean(text: str) -> str:
    """A heading without markup, character references and no-break spaces."""
    return plain_text(text)


def lime_heading(text: str) -> LimeHeading:
    """Take one heading apart; ``code. wording`` gives both sides."""
    bare = clean(text)
    field = _field(bare)
    if field is not None:
        return LimeHeading(field=field)
    if _is_time(bare):
        return LimeHeading(time=True)
    code, wording = _split(bare)
    found: Mapping[str, str | None] = {}
    if code is not None:
        match = _CODE.fullmatch(code) or _OLD.fullmatch(code)
        found = match.groupdict() if match else {}
    stem, part, second = _worded(wording)
    return LimeHeading(
        code=found.get("code"),
        sub=found.get("sub"),
        second=found.get("second") or second,
        stem=stem,
        part=part,
    )


def _field(bare: str) -> PlatformField | None:
    fields = platform_fields("limesurvey")
    first, _, rest = bare.partition(". ")
    for text in (bare, bare.replace("_", " "), bare.rstrip(": "), *([first] if rest else [])):
        if fold(text) in fields:
            return fields[fold(text)]
    return None


def _is_time(bare: str) -> bool:
    folded = fold(bare)
    return folded.startswith(tuple(word_list("limesurvey", "times"))) or (
        len(bare) <= LONGEST_CODE and bool(_TIME_CODE.fullmatch(bare))
    )


def _split(bare: str) -> tuple[str | None, str]:
    """Code and wording of a heading that gives one of them, or both."""
    if _CODE.fullmatch(bare) or _OLD.fullmatch(bare):
        return bare, ""
    code, dot, wording = bare.partition(". ")
    both = _CODE.fullmatch(code)
    if dot and wording.strip() and both and (both["sub"] is not None or any(c.isdigit() for c in code)):
        return code, wording.strip()
    return None, bare


def _worded(wording: str) -> tuple[str, str | None, str | None]:
    found = _WORDED.fullmatch(wording)
    if not found:
        return wording, None, None
    return found["stem"].strip(), found["sub"].strip(), found["second"].strip() if found["second"] is not None else None


def option_of(heading: LimeHeading) -> int | str | None:
    """The code of the option a coded column stands for."""
    return option_code(heading.sub) if heading.sub is not None else None
