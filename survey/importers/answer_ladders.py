"""The order of answer words: where all labels of a column stand on one ladder, they are an ordered scale."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib import resources

from survey.importers.cell_text import fold

__all__ = ["in_order", "on_one_ladder"]

FEWEST_STEPS = 3
"""Labels a ladder has to be met on: with two, "good" and "average" would be taken for a scale."""
_DIGITS = re.compile(r"(\d+(?:\.\d+)?)")


@cache
def _ladders() -> tuple[Mapping[str, int], ...]:
    import yaml

    text = (resources.files("survey.importers") / "answer_ladders.yaml").read_text(encoding="utf-8")
    ladders: dict[str, list[list[str]]] = yaml.safe_load(text)
    return tuple({fold(word): step for step, words in enumerate(steps) for word in words} for steps in ladders.values())


def on_one_ladder(labels: Collection[str]) -> Sequence[str] | None:
    """The labels from the lower end up where each is a step of its own on one known ladder, else None."""
    if len(labels) < FEWEST_STEPS:
        return None
    for ladder in _ladders():
        steps = {label: ladder.get(fold(label)) for label in labels}
        places = [step for step in steps.values() if step is not None]
        if len(places) == len(labels) == len(set(places)):
            return sorted(labels, key=lambda label: ladder[fold(label)])
    return None


def in_order(labels: Collection[str]) -> list[str]:
    """Labels in a natural order: numbers inside them count as numbers (``18-24`` before ``25-34``)."""

    def key(label: str) -> tuple[tuple[int, float, str], ...]:
        return tuple(
            (0, float(part), "") if _DIGITS.fullmatch(part) else (1, 0.0, part)
            for part in _DIGITS.split(fold(label))
            if part
        )

    return sorted(labels, key=key)
