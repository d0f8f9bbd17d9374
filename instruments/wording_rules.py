"""Rules for the wording of a question, from the word lists and patterns in ``instruments/rules``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from instruments.design_findings import DesignFinding, RuleName
from survey.questionnaire import Question

__all__ = ["PATTERN_RULES", "limits", "polarity_of", "question_findings", "unipolar", "wording_findings"]

PATTERN_RULES: tuple[RuleName, ...] = ("double_barrelled", "leading", "negation", "absolute", "jargon")
"""Rules that are patterns over the wording."""
_EVERY_QUESTION: frozenset[RuleName] = frozenset({"leading", "jargon"})
"""Pattern rules that apply to questions that rate nothing, too."""
_CHARACTERS = re.compile(r"[\u3400-\u9fff]")
_WORDS = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_ACRONYM = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2,6}(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class _Rule:
    patterns: tuple[re.Pattern[str], ...]
    allowed: tuple[re.Pattern[str], ...] = ()
    unless: tuple[re.Pattern[str], ...] = ()
    acronyms_allowed: frozenset[str] | None = None

    def found(self, text: str) -> str | None:
        """The first words that break the rule."""
        if any(pattern.search(text) for pattern in self.unless):
            return None
        kept = text
        for pattern in self.allowed:
            # what is allowed is blotted out rather than cut out, so that its neighbours do not grow together
            kept = pattern.sub(lambda found: "·" * len(found[0]), kept)
        for pattern in self.patterns:
            if hit := pattern.search(kept):
                return hit[0].strip()
        if self.acronyms_allowed is not None:
            return next((word for word in _ACRONYM.findall(kept) if word not in self.acronyms_allowed), None)
        return None


@dataclass(frozen=True, slots=True)
class _Language:
    rules: Mapping[str, _Rule]
    polarity: Mapping[str, tuple[re.Pattern[str], ...]] = field(default_factory=dict)


@cache
def limits() -> Mapping[str, Any]:
    """Thresholds of the design check."""
    return _read("limits")


def _read(name: str) -> Mapping[str, Any]:
    import yaml

    text = (resources.files("instruments") / "rules" / f"{name}.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


@cache
def _language(language: str) -> _Language | None:
    """The rules of a language; of ``zh`` for ``zh-CN``; None where there are none."""
    name = language.split("-", maxsplit=1)[0]
    if name not in {"zh", "en"}:
        return None
    content = _read(name)

    def patterns(texts: Collection[str]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(text, re.IGNORECASE | re.DOTALL) for text in texts)

    rules = {
        rule: _Rule(
            patterns=patterns(entry["patterns"]),
            allowed=patterns(entry.get("allowed", ())),
            unless=patterns(entry.get("unless", ())),
            acronyms_allowed=frozenset(entry["acronyms_allowed"]) if "acronyms_allowed" in entry else None,
        )
        for rule, entry in content.items()
        if rule != "polarity"
    }
    return _Language(rules=rules, polarity={side: patterns(words) for side, words in content["polarity"].items()})


def wording_findings(
    text: str, language: str, *, question: str = "", rules: Collection[RuleName] = PATTERN_RULES
) -> Iterator[DesignFinding]:
    """Findings in one wording of one language: the given pattern rules, and its length.

    Word lists exist for Chinese and English; wordings in other languages are judged by their length alone.
    """
    known = _language(language)
    for rule in rules:
        found = known.rules[rule].found(text) if known is not None else None
        if found is not None:
            yield DesignFinding(rule=rule, question=question, language=language, found=found)
    characters, words = len(_CHARACTERS.findall(text)), len(_WORDS.findall(_CHARACTERS.sub(" ", text)))
    chinese = characters > words
    length, limit = (characters, limits()["characters"]["zh"]) if chinese else (words, limits()["words"]["en"])
    if length > limit:
        fields = {"length": length, "limit": limit}
        yield DesignFinding(rule="too_long", question=question, language=language, found=text[:40], fields=fields)


def question_findings(question: Question, language: str) -> Iterator[DesignFinding]:
    """Findings in the wording of a question, by what kind of question it is.

    What is rated must be one thing, said in the positive and without absolutes; a question about the respondent, or an
    open one, may list things. Half of a Kano pair says that something is absent, and an attention check gives an order.
    """
    if question.role == "attention":
        return
    rating = question.facet is not None
    kano = question.facet in {"functional", "dysfunctional"}
    rules = [rule for rule in PATTERN_RULES if rating or rule in _EVERY_QUESTION]
    if kano:
        rules = [rule for rule in rules if rule not in {"negation", "leading"}]
    text = question.text.in_language(language)
    yield from wording_findings(text, language, question=question.code, rules=rules)
    known = _language(language)
    if known is not None and not rating and question.purpose is None:
        found = known.rules["sensitive"].found(text)
        if found is not None:
            yield DesignFinding(rule="sensitive", question=question.code, language=language, found=found)


def polarity_of(label: str, language: str) -> int | None:
    """Side of a scale an option is on: -1, 0 (middle) or 1; None where no word tells."""
    known = _language(language)
    if known is None:
        return None
    text = label.strip().casefold()
    for side, sign in (("neutral", 0), ("negative", -1), ("positive", 1)):
        if any(pattern.search(text) for pattern in known.polarity[side]):
            return sign
    return None


def unipolar(label: str, language: str) -> bool:
    """Whether the first option names the absence of something: such a scale rises from nothing and has no middle."""
    known = _language(language)
    return known is not None and any(pattern.search(label.strip()) for pattern in known.polarity["unipolar"])
