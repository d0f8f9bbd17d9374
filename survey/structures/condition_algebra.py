"""Conditions joined and negated, with constants absorbed and what says nothing left out."""

from __future__ import annotations

from collections.abc import Sequence

from survey.routing import All, Any, Compare, Condition, IsMissing, Not, Selected

__all__ = ["Result", "all_of", "any_of", "compare", "negated"]

Result = Condition | bool
"""A condition, or True or False where it does not depend on any answer."""


def all_of(parts: Sequence[Result]) -> Result:
    """Every part is true; constants are absorbed, and what another part implies is left out."""
    if any(part is False for part in parts):
        return False
    flat: list[Condition] = []
    for part in parts:
        if not isinstance(part, bool):
            flat += part.all_ if isinstance(part, All) else (part,)
    flat = _without_implied(flat)
    return True if not flat else flat[0] if len(flat) == 1 else All(all_=tuple(flat))


def any_of(parts: Sequence[Result]) -> Result:
    """Some part is true; options of one question are gathered."""
    if any(part is True for part in parts):
        return True
    flat: list[Condition] = []
    for part in parts:
        if isinstance(part, bool):
            continue
        for inner in part.any_ if isinstance(part, Any) else (part,):
            same = next((n for n, f in enumerate(flat) if _same_choice(f, inner)), None)
            if same is None:
                flat.append(inner)
            else:
                flat[same] = _gathered(flat[same], inner)
    return False if not flat else flat[0] if len(flat) == 1 else Any(any_=tuple(flat))


def negated(part: Result) -> Result:
    """The part is false."""
    if isinstance(part, bool):
        return not part
    return part.not_ if isinstance(part, Not) else Not(not_=part)


def _same_choice(one: Condition, other: Condition) -> bool:
    return isinstance(one, Selected) and isinstance(other, Selected) and one.question == other.question


def _gathered(one: Condition, other: Condition) -> Condition:
    if isinstance(one, Selected) and isinstance(other, Selected):
        return Selected(question=one.question, selected=tuple(dict.fromkeys((*one.selected, *other.selected))))
    return one


def _without_implied(parts: list[Condition]) -> list[Condition]:
    """``answered`` beside a comparison of the same question says nothing; beside ``not =`` it makes ``!=``."""
    answered = {p.not_.is_missing for p in parts if isinstance(p, Not) and isinstance(p.not_, IsMissing)}
    spoken: set[str] = set()
    kept: list[Condition] = []
    for part in parts:
        if isinstance(part, Not) and isinstance(part.not_, Compare) and part.not_.relation == "=":
            inner = part.not_
            if inner.question in answered:
                part = compare(inner.question, "!=", inner.value)  # noqa: PLW2901
        if isinstance(part, Compare):
            spoken.add(part.question)
        if part not in kept:
            kept.append(part)
    return [
        part
        for part in kept
        if not (isinstance(part, Not) and isinstance(part.not_, IsMissing) and part.not_.is_missing in spoken)
    ]


def compare(question: str, relation: str, value: float) -> Compare:
    """The score, or the number given, stands in the relation to ``value``."""
    return Compare.model_validate({"question": question, "is": relation, "value": value})
