"""The order of answer words: where all labels of a column stand on one ladder, they are an ordered scale."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from importlib import resources

from survey.importers.cell_text import fold

__all__ = ["in_order", "ladder_steps", "missing_steps", "on_one_ladder", "place_on_ladder"]

FEWEST_STEPS = 3
"""Labels a ladder has to be met on: with two, "good" and "average" would be taken for a scale."""
_DIGITS = re.compile(r"(\d+(?:\.\d+)?)")


_CORE = {5: (0, 1, 2, 3, 4), 7: (0, 1, 3, 5, 6)}
"""Steps a ladder of so many is asked with at least; ladders of other lengths are in use with different steps."""


@cache
def _worded() -> tuple[list[list[str]], ...]:
    import yaml

    text = (resources.files("survey.importers") / "answer_ladders.yaml").read_text(encoding="utf-8")
    ladders: dict[str, list[list[str]]] = yaml.safe_load(text)
    return tuple(ladders.values())


@cache
def _ladders() -> tuple[Mapping[str, int], ...]:
    return tuple({fold(word): step for step, words in enumerate(steps) for word in words} for steps in _worded())


def on_one_ladder(labels: Collection[str]) -> Sequence[str] | None:
    """The labels from the lower end up where each is a step of its own on one known ladder, else None."""
    found = ladder_steps(labels)
    return None if found is None else [found[1][step] for step in sorted(found[1])]


def ladder_steps(labels: Collection[str]) -> tuple[int, dict[int, str]] | None:
    """The number of the ladder on which every label is a step of its own, and the labels by step; None without one."""
    if len(labels) < FEWEST_STEPS:
        return None
    for number, ladder in enumerate(_ladders()):
        steps = {ladder[fold(label)]: label for label in labels if fold(label) in ladder}
        if len(steps) == len(labels):
            return number, steps
    return None


def missing_steps(labels: Collection[str]) -> list[str] | None:
    """All labels of the scale that was asked, where those seen do not lie evenly about the middle of their ladder.

    None where they do (three or four steps may be all there are), and where the ladder is in use with different steps.
    A step nobody chose is worded like its opposite.
    """
    found = ladder_steps(labels)
    if found is None:
        return None
    worded, seen = _worded()[found[0]], found[1]
    top = len(worded) - 1
    if len(worded) not in _CORE or all(top - step in seen for step in seen):
        return None
    core = _CORE[len(worded)]
    whole = core if set(seen) <= set(core) else range(len(worded))
    capital = all(label[:1].isupper() for label in seen.values())
    asked = []
    for step in whole:
        opposite = fold(seen.get(top - step, ""))
        likeness = [SequenceMatcher(None, opposite, fold(word)).ratio() for word in worded[step]]
        word = worded[step][likeness.index(max(likeness))]
        asked.append(seen.get(step, word[:1].upper() + word[1:] if capital else word))
    return asked


def place_on_ladder(label: str, steps: int) -> int | None:
    """Which step from the lower end up (1, 2 ...) a label is on a scale of ``steps``; None where ladders disagree."""
    places = set()
    for worded, ladder in zip(_worded(), _ladders(), strict=True):
        if fold(label) not in ladder or len(worded) not in _CORE:
            continue
        whole = next((w for w in (_CORE[len(worded)], tuple(range(len(worded)))) if len(w) == steps), ())
        if ladder[fold(label)] in whole:
            places.add(whole.index(ladder[fold(label)]) + 1)
    return places.pop() if len(places) == 1 else None


def in_order(labels: Collection[str]) -> list[str]:
    """Labels in a natural order: numbers inside them count as numbers (``18-24`` before ``25-34``)."""

    def key(label: str) -> tuple[tuple[int, float, str], ...]:
        return tuple(
            (0, float(part), "") if _DIGITS.fullmatch(part) else (1, 0.0, part)
            for part in _DIGITS.split(fold(label))
            if part
        )

    return sorted(labels, key=key)
