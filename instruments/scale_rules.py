"""Rules for answer scales: labelled ends, as many options on either side, one direction within a block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from instruments.design_findings import DesignFinding
from instruments.wording_rules import polarity_of, unipolar
from survey.instrument import Instrument
from survey.questionnaire import Section
from survey.scales import Scale

__all__ = ["scale_findings"]


def scale_findings(instrument: Instrument, language: str) -> Iterator[DesignFinding]:
    """Findings on the scales that rate something, and on blocks that mix directions."""
    rating = {
        question.scale
        for question in instrument.questions
        if question.facet is not None and question.type == "scale" and question.scale is not None
    }
    for code, scale in instrument.scales.items():
        if code in rating and scale.ordered:
            yield from _ends(code, scale, language)
            yield from _balance(code, scale, language)
    for section in instrument.sections:
        yield from _directions(section, instrument, language)


def _labels(scale: Scale, language: str) -> list[str]:
    """Labels of the answers; empty where an option shows only its number."""
    labels = [option.label.in_language(language) for option in scale.answers]
    return [label if any(sign.isalpha() for sign in label) else "" for label in labels]


def _ends(code: str, scale: Scale, language: str) -> Iterator[DesignFinding]:
    labels = _labels(scale, language)
    if not labels[0] or not labels[-1]:
        options = [option.label.in_language(language) for option in scale.answers]
        found = options[0] if not labels[0] else options[-1]
        yield DesignFinding(rule="unlabelled_scale", question=code, language=language, found=found)


def _balance(code: str, scale: Scale, language: str) -> Iterator[DesignFinding]:
    labels = _labels(scale, language)
    if len(labels) < 3 or not all(labels) or unipolar(labels[0], language) or unipolar(labels[-1], language):
        return
    sides = _sides(labels, language)
    if None in sides:
        return
    negative, positive = sides.count(-1), sides.count(1)
    if negative != positive:
        fields = {"negative": negative, "positive": positive}
        yield DesignFinding(
            rule="unbalanced_scale", question=code, language=language, found=" / ".join(labels), fields=fields
        )


def _sides(labels: Sequence[str], language: str) -> list[int | None]:
    return [polarity_of(label, language) for label in labels]


def _directions(section: Section, instrument: Instrument, language: str) -> Iterator[DesignFinding]:
    """Scales of one block that run from bad to good beside others that run from good to bad."""
    rising: dict[bool, str] = {}
    for question in section.questions:
        if question.facet is None or question.type != "scale" or question.scale is None:
            continue
        labels = _labels(instrument.scale_of(question), language)
        first, last = _sides([labels[0], labels[-1]], language)
        if first is None or last is None or first == last:
            continue
        rising.setdefault(last > first, question.code)
    if len(rising) == 2:
        found = f"{rising[True]}, {rising[False]}"
        yield DesignFinding(rule="scale_direction", question=section.code, language=language, found=found)
