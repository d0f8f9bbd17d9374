"""The type column of an XLSForm, in today's spelling and in those of older forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

__all__ = ["RowType", "row_type"]

Family = Literal[
    "begin",
    "end",
    "single",
    "multiple",
    "ranking",
    "range",
    "number",
    "text",
    "identifying",
    "date",
    "note",
    "acknowledge",
    "file",
    "place",
    "other",
    "recorded",
    "calculated",
    "include",
    "score_row",
    "rank_row",
    "unknown",
]

_SELECT = re.compile(
    r"(?:add )?(?P<kind>select one(?: external| from file)?|select1|select multiple(?: from file)?"
    r"|select all that apply|(?:odk:)?rank|mc(?: multiple)?(?: button)?|m?select(?: or add (?:one|multiple))?)"
    r"(?: prompt)?(?: (?:from|using) )?(?: ?(?P<list>.*?))?(?P<other> (?:or other|or specify other))?",
)
_GROUP = re.compile(
    r"(?P<edge>begin|end) ?(?P<kind>group|repeat|looped group|loop|score|rank|kobomatrix|lgroup)"
    r"(?: over (?P<list>\S+))?(?: (?P<items>\S+))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowType:
    """What a row is; ``list_name`` the list of its options, ``or_other`` whether "other" is added to them."""

    family: Family
    word: str = ""
    list_name: str = ""
    or_other: bool = False
    from_file: bool = False


@cache
def _families() -> Mapping[str, Family]:
    import yaml

    text = (resources.files("survey.structures") / "xlsform_types.yaml").read_text(encoding="utf-8")
    table: dict[Family, list[str]] = yaml.safe_load(text)
    return {spelling: family for family, spellings in table.items() for spelling in spellings}


def row_type(cell: str) -> RowType:
    """The meaning of a type cell: ``select_one colours or_other``, ``begin loop over rooms``, ``phone number``."""
    words = cell.split()
    loose = " ".join(re.sub(r"_|(?<=\w)-(?=\w)", " ", word) if n == 0 else word for n, word in enumerate(words))
    lower = " ".join(loose.lower().split())
    whole = " ".join(cell.lower().replace("_", " ").replace("-", " ").split())
    family = _families().get(whole) or _families().get(lower)
    if family is not None:
        return RowType(family=family, word=whole)
    if words and words[0].lower() in {"score__row", "rank__level"}:
        return RowType(family="score_row" if words[0].lower() == "score__row" else "rank_row")
    group = _GROUP.fullmatch(lower)
    if group:
        listed = group["list"] or group["items"] or ""
        edge: Family = "begin" if group["edge"] == "begin" else "end"
        return RowType(
            family=edge, word=group["kind"].replace("looped group", "loop"), list_name=_original(cell, listed)
        )
    select = _SELECT.fullmatch(re.sub(r" or_other$", " or other", lower))
    if select and (select["list"] or select["kind"].startswith(("mc", "select", "mselect"))):
        word = select["kind"]
        ranked = word.endswith("rank")
        several = any(sign in word for sign in ("multiple", "all that", "mselect"))
        name = re.sub(r"^(?:from|using) ", "", select["list"] or "")
        return RowType(
            family="ranking" if ranked else "multiple" if several else "single",
            word=word,
            list_name=_original(cell, name),
            or_other=select["other"] is not None,
            from_file="file" in word or "external" in word or name.endswith((".csv", ".xml", ".geojson")),
        )
    first = lower.split(" ")[0]
    if re.match(r"(?:range|rating|number|sex|geopoint|date|datetime|time|text|textarea|random)\b", first):
        kind: Family = "range" if first in {"range", "rating"} else _families().get(first, "unknown")
        kind = "number" if first == "number" else kind
        return RowType(family=kind, word=lower)
    return RowType(family="unknown", word=whole)


def _original(cell: str, lower: str) -> str:
    """The list name as written; names are case-sensitive."""
    place = cell.lower().rfind(lower)
    return cell[place : place + len(lower)] if lower and place >= 0 else ""
