"""What a question of a foreign questionnaire says about itself: demographic, recommendation, scale, no answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from survey.importers.cell_text import fold
from survey.scales import MissingKind
from survey.structures.draft import DraftOption, DraftQuestion, Wordings

__all__ = [
    "asks_for_demography",
    "asks_for_importance",
    "asks_openly",
    "asks_to_recommend",
    "missing_kind",
    "on_a_known_scale",
    "positive_end_is_lowest",
    "speaks_of_rating",
]


@cache
def _table() -> Mapping[str, Any]:
    import yaml

    text = (resources.files("survey.structures") / "role_words.yaml").read_text(encoding="utf-8")
    table: Mapping[str, Any] = yaml.safe_load(text)
    return table


@cache
def _missing() -> Mapping[str, MissingKind]:
    import yaml

    text = (resources.files("survey.importers") / "missing_texts.yaml").read_text(encoding="utf-8")
    common = yaml.safe_load(text)["any"]
    kinds: tuple[MissingKind, ...] = ("refused", "dont_know", "not_applicable")
    return {fold(word): kind for kind in kinds for word in (*common.get(kind, ()), *_table()["missing"].get(kind, ()))}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return _any_of(_table()[name])


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Latin and Cyrillic words as whole words, others anywhere."""
    parts = [rf"\b{re.escape(fold(w))}\b" if re.match(r"[a-zà-ÿа-я]", fold(w)) else re.escape(fold(w)) for w in words]
    return re.compile("|".join(parts))


@cache
def _families() -> tuple[re.Pattern[str], ...]:
    return tuple(_any_of(words) for words in _table()["scale"])


def asks_for_demography(code: str, *wordings: str) -> bool:
    """Whether a wording (or the code, where there is none) names gender, age, education, region and the like."""
    wordings = tuple(filter(None, wordings)) or (code.replace("_", " "),)
    return any(len(text) < 120 and _pattern("demographic").search(fold(text)) for text in wordings)


def asks_for_importance(options: Iterable[DraftOption], *wordings: Wordings) -> bool:
    """Whether a wording asks how important something is, or three and more of the options say so."""
    if any(_pattern("importance").search(fold(text)) for wording in wordings for text in wording.values()):
        return True
    family = next(family for family in _families() if family.search("重要"))
    return sum(any(family.search(fold(text)) for text in option.label.values()) for option in options) >= 3


def asks_openly(wording: str) -> bool:
    """Whether a wording asks for words of one's own: suggestions, reasons, but not "which of these reasons"."""
    folded = fold(wording)
    if _pattern("open_always").search(folded):
        return True
    return _pattern("open").search(folded) is not None and _pattern("closed").search(folded) is None


def asks_to_recommend(question: DraftQuestion) -> bool:
    """Whether the question runs from 0 to 10 and asks for a recommendation."""
    codes = [str(option.code) for option in question.options]
    if sorted(codes) != sorted(str(code) for code in range(11)):
        return False
    return any(_pattern("recommend").search(fold(text)) for text in question.text.values())


def on_a_known_scale(options: Iterable[DraftOption]) -> bool:
    """Whether three or more labels, and most of them, belong to one family of answer scales."""
    labels = [[fold(text) for text in option.label.values()] for option in options]
    for family in _families():
        found = sum(any(family.search(text) for text in texts) for texts in labels)
        if found >= 3 and found * 2 > len(labels):
            return True
    return False


def speaks_of_rating(wording: str) -> bool:
    """Whether a wording holds a word of some answer scale: satisfaction, agreement, likelihood ..."""
    return any(family.search(fold(wording)) for family in _families())


def missing_kind(label: Wordings) -> MissingKind | None:
    """The missing kind an option's label declares: "not applicable", "无法评价"."""
    return next((_missing()[fold(text)] for text in label.values() if fold(text) in _missing()), None)


def positive_end_is_lowest(scored: Mapping[float, Wordings]) -> bool:
    """Whether the label of the lowest score is the favourable end of a scale."""
    ends = {fold(word) for word in _table()["positive_end"]}
    return bool(scored) and any(fold(text) in ends for text in scored[min(scored)].values())
