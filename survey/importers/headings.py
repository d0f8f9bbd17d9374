"""What a heading says: its number, its wording, the row or option it stands for, or its role."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, get_args

from survey.importers.cell_text import CellValue, fold
from survey.importers.mapping import ColumnRole
from survey.privacy import identifying_heading, identifying_values

__all__ = ["Heading", "QuestionKind", "parse_headings", "role_of"]

_OPTION_OF_NUMBER = re.compile(
    r"(?:第\s*(?P<n1>\d{1,3})\s*题|[Qq]?(?P<n2>\d{1,3})\s*[、.．]?)\s*[(（](?P<option>.+)[)）]\s*", re.S
)
_NUMBERED = re.compile(r"(?:[Qq](?=\d))?(?P<number>\d{1,3}(?:[-_]\d{1,2})?)\s*[、.．:：)）]\s*(?P<wording>.*)", re.S)
_BARE_NUMBER = re.compile(r"(?:[Qq]|第\s*)?(?P<number>\d{1,3})(?:\s*题)?")
_BRACKETED = re.compile(r"(?P<stem>.*?\S)\s*[\[［](?P<part>[^\[\]［］]+)[\]］]\s*", re.S)
_DASHED = re.compile(r"(?P<stem>.+?)\s*(?:—{1,2}|–| - | -- )\s*(?P<part>[^—–]+)", re.S)
_TYPE_NOTE = re.compile(r"[\[【(（]\s*(?:单选|多选|填空|矩阵|量表|排序|必答|选填|可多选|限选)[^\]】)）]*[\]】)）]")


QuestionKind = Literal["scale", "single", "multiple", "ranking", "number", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One heading, taken apart.

    ``number`` is the question's number on the platform; ``wordings`` what may be the question's wording, the surest
    first; ``stem`` and ``part`` the block, and the row of a matrix or the option of a multiple choice that it names;
    ``role`` is set for columns that hold no answer; ``option_only`` where the stem is lost and only an option is named.
    ``key`` is the platform's own lasting id of the column; ``group`` what the columns of one question share, where
    number and stem do not say it; ``kind`` the type of the question as far as the platform gives it away; ``option``
    the code of the option a column stands for; ``beside`` marks the text beside an option ("other, please specify").
    ``asked`` is the platform's own question, where that is more than the ``group``: a matrix of multiple choices, a
    side by side, a question with the texts beside its options. ``codes`` are names by which the platform's
    questionnaire calls the question of the column, the surest first.
    """

    text: str
    number: str | None = None
    wordings: tuple[str, ...] = ()
    stem: str | None = None
    part: str | None = None
    option_only: bool = False
    role: ColumnRole | None = None
    key: str | None = None
    group: str | None = None
    kind: QuestionKind | None = None
    option: int | float | str | None = None
    beside: bool = False
    codes: tuple[str, ...] = ()
    asked: str | None = None


@cache
def _role_words() -> dict[str, ColumnRole]:
    import yaml

    text = (resources.files("survey.importers") / "column_roles.yaml").read_text(encoding="utf-8")
    by_role: dict[ColumnRole, list[str]] = yaml.safe_load(text)
    return {fold(word): role for role, words in by_role.items() if role in get_args(ColumnRole) for word in words}


def role_of(heading: str, cells: Sequence[CellValue] = ()) -> ColumnRole | None:
    """The role a column has by its heading, or by cells that identify persons; None for a likely answer."""
    if identifying_heading(heading):
        return "identifier"
    role = _role_words().get(fold(heading))
    if role in {None, "respondent"} and identifying_values(cells):
        return "respondent" if role == "respondent" else "identifier"
    return role


def parse_headings(headings: tuple[str, ...]) -> tuple[Heading, ...]:
    """Take headings apart; the stem of a matrix is carried on to rows that have only their number.

    Exports write ``7、题干—行1`` for the first row of a matrix and ``7、行2`` for the next ones.
    """
    parsed: list[Heading] = []
    stems: dict[str, str] = {}
    for text in headings:
        heading = _parse(text)
        if heading.number is not None and not heading.option_only:
            if heading.part is not None and heading.number not in stems:
                stems[heading.number] = heading.stem or ""
            elif heading.part is None and heading.number in stems and heading.wordings:
                stem, row = stems[heading.number], heading.wordings[0]
                heading = Heading(
                    text=text, number=heading.number, wordings=(row, f"{stem}—{row}"), stem=stem, part=row
                )
        parsed.append(heading)
    return tuple(parsed)


def _parse(text: str) -> Heading:
    stripped = text.strip()
    if option := _OPTION_OF_NUMBER.fullmatch(stripped):
        return Heading(text=text, number=option["n1"] or option["n2"], part=option["option"].strip(), option_only=True)
    number: str | None = None
    wording = stripped
    if numbered := _NUMBERED.fullmatch(stripped):
        number, wording = numbered["number"], numbered["wording"].strip()
    elif bare := _BARE_NUMBER.fullmatch(stripped):
        return Heading(text=text, number=bare["number"])
    wording = _TYPE_NOTE.sub("", wording).strip() or wording
    for pattern in (_BRACKETED, _DASHED):
        if split := pattern.fullmatch(wording):
            part = split["part"].strip()
            return Heading(text=text, number=number, wordings=(wording, part), stem=split["stem"].strip(), part=part)
    return Heading(text=text, number=number, wordings=(wording,) if wording else ())
