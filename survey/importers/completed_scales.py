"""Scales of an export with the steps nobody chose: a ladder with a gap or without its end is not the scale asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from survey.importers.answer_ladders import ladder_steps, missing_steps
from survey.importers.cell_text import fold
from survey.importers.seen_options import numbered_options

if TYPE_CHECKING:
    from survey.importers.questions import ExportQuestion

__all__ = ["completed_scales"]

FEWEST_ANSWERS = 100
"""Records from which a scale that looks whole is taken for whole, though others of the file have more steps."""


def completed_scales(questions: Iterable[ExportQuestion], records: int) -> tuple[ExportQuestion, ...]:
    """The questions, with the steps that nobody chose put where their ladder has them.

    First with the wordings that other questions of the file have on the same ladder, then, where the steps still do
    not lie evenly about the middle, with those of the ladder itself. Scales whose options the file declares, and
    ladders that are in use with different steps, stay as they are.
    """
    asked = tuple(questions)
    pools = _pools(asked)
    return tuple(_completed(question, pools, records) for question in asked)


def _pools(questions: Sequence[ExportQuestion]) -> list[list[str]]:
    """Labels met on one ladder over the file, from the lower end up; only where every step has one wording."""
    pools: dict[int, dict[int, str]] = {}
    mixed: set[int] = set()
    for question in questions:
        found = None if question.declared or question.kind != "scale" else ladder_steps(_labels(question))
        if found is None:
            continue
        number, steps = found
        pool = pools.setdefault(number, {})
        for step, label in steps.items():
            if fold(pool.setdefault(step, label)) != fold(label):
                mixed.add(number)
    return [[pool[step] for step in sorted(pool)] for number, pool in pools.items() if number not in mixed]


def _labels(question: ExportQuestion) -> list[str]:
    return [option.label for option in question.options]


def _completed(question: ExportQuestion, pools: Sequence[Sequence[str]], records: int) -> ExportQuestion:
    seen = _labels(question)
    if question.declared or question.kind not in {"scale", "single"} or not seen or question.spread:
        return question
    wanted = {fold(label) for label in seen}
    whole = question.kind == "scale" and not missing_steps(seen) and records >= FEWEST_ANSWERS
    pool = next((pool for pool in pools if wanted < {fold(label) for label in pool} and len(pool) > 2), None)
    if pool is not None and question.kind == "single":  # "agree" and "disagree" alone are a question of their own
        chosen = {place for place, label in enumerate(pool) if fold(label) in wanted}
        whole = len(chosen) > 1 and chosen == {len(pool) - 1 - place for place in chosen}
    labels = list(seen) if pool is None or whole else list(pool)
    if ladder_steps(labels) is None:
        return question
    steps = missing_steps(labels)
    if steps:
        labels = steps
    if len(labels) == len(seen):
        return question
    added = tuple(label for label in labels if fold(label) not in wanted)
    return replace(question, kind="scale", options=tuple(numbered_options(labels)), completed=added)
