"""Rules for the instrument as a whole: translations, indicators, routing, openness, length."""

from __future__ import annotations

import re
from collections.abc import Iterator

from instruments.catalog import missing_languages
from instruments.design_findings import DesignFinding, RuleName
from instruments.duration import estimated_minutes
from instruments.reachability import unreachable_questions
from instruments.wording_rules import limits
from survey.instrument import Instrument

__all__ = ["structure_findings"]

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_CHARACTERS = re.compile(r"[\u3400-\u9fff]")
_WORDS = re.compile(r"[A-Za-z0-9]+(?:['’\-][A-Za-z]+)*")


def structure_findings(instrument: Instrument) -> Iterator[DesignFinding]:
    """Findings that are not about one wording."""
    yield from _missing(instrument)
    yield from _unequal(instrument)
    yield from _indicators(instrument)
    yield from _measuring_nothing(instrument)
    for code in unreachable_questions(instrument):
        yield DesignFinding(rule="unreachable", question=code)
    asked_of_people = any(question.role in {"segment", "open"} for question in instrument.questions)
    checklist = any(question.critical for question in instrument.questions)
    if asked_of_people and not checklist and not any(q.type == "text" for q in instrument.questions):
        yield DesignFinding(rule="no_open_question")
    yield from _length(instrument)


def _missing(instrument: Instrument) -> Iterator[DesignFinding]:
    """Wordings without one of the languages; of a scale, as unequal numbers of labels."""
    for wording in missing_languages(instrument):
        option = wording.place.startswith("scales.")
        for language in wording.languages:
            code = wording.place.split(".")[1] if option else wording.place
            rule: RuleName = "option_translation" if option else "missing_translation"
            yield DesignFinding(rule=rule, question=code, language=language, fields={"wording": wording.place})


def _unequal(instrument: Instrument) -> Iterator[DesignFinding]:
    """Chinese and English wordings of one question that differ in their numbers, or far in their length."""
    ratio = limits()["translation_ratio"]
    for question in instrument.questions:
        root = question.text.root
        if isinstance(root, str) or not {"zh", "en"} <= set(root):
            continue
        chinese, english = len(_CHARACTERS.findall(root["zh"])), len(_WORDS.findall(root["en"]))
        numbers = [sorted(_DIGITS.findall(root[language])) for language in ("zh", "en")]
        if all(numbers) and numbers[0] != numbers[1]:
            found = f"{', '.join(numbers[0])} / {', '.join(numbers[1])}"
        elif english >= ratio["from_words"] and not ratio["lowest"] <= chinese / english <= ratio["highest"]:
            found = f"{chinese} / {english}"
        else:
            continue
        yield DesignFinding(rule="unequal_translation", question=question.code, found=found)


def _indicators(instrument: Instrument) -> Iterator[DesignFinding]:
    """Reflective branches with too few items for their consistency to say much; a single-item index claims none."""
    least = limits()["items_per_reflective"]
    for node in instrument.index.walk():
        if not node.indicators or node.measurement == "formative":
            continue
        leaves = [leaf.code for leaf in node.leaves()]
        items = [q for q in instrument.questions_of(facet="performance") if q.measures in leaves]
        if 1 < len(items) < least or (len(items) == 1 and len(instrument.index.leaves()) > 1):
            fields = {"items": len(items), "limit": least}
            yield DesignFinding(rule="few_items", question=node.code, fields=fields)


def _measuring_nothing(instrument: Instrument) -> Iterator[DesignFinding]:
    """Rating scales that feed nothing, halves of Kano pairs, expectations that nothing can be compared with."""
    halves = {(q.attribute, q.facet) for q in instrument.questions if q.attribute is not None}
    for question in instrument.questions:
        other = {"functional": "dysfunctional", "dysfunctional": "functional"}.get(question.facet or "")
        if other is not None and (question.attribute, other) not in halves:
            yield DesignFinding(rule="measures_nothing", question=question.code, found=str(question.facet))
        elif question.facet in {"expectation", "minimum"}:
            rated = instrument.questions_of(facet="performance", measures=question.measures)
            scale = instrument.scale_of(question).fingerprint
            if not any(instrument.scale_of(item).fingerprint == scale for item in rated if item.scale is not None):
                yield DesignFinding(rule="measures_nothing", question=question.code, found=str(question.facet))


def _length(instrument: Instrument) -> Iterator[DesignFinding]:
    minutes = max(estimated_minutes(instrument, language) for language in instrument.languages)
    fields = {"minutes": f"{minutes:.0f}"}
    if minutes > limits()["minutes_warning"]:
        yield DesignFinding(rule="very_long_questionnaire", fields={**fields, "limit": limits()["minutes_warning"]})
    elif minutes > limits()["minutes_note"]:
        yield DesignFinding(rule="long_questionnaire", fields={**fields, "limit": limits()["minutes_note"]})
