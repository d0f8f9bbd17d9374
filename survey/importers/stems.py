"""Headings that consist of a question and an option or row: where the one ends and the other begins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from survey.importers.cell_text import fold

__all__ = ["shared_stems"]


def shared_stems(
    headings: Sequence[str], answers: Sequence[Counter[str]], *, dividers: Sequence[str]
) -> list[tuple[str, str]]:
    """Stem and part of every heading; the part is "" where a heading is nothing but a question.

    A divider may stand inside a question, too. A heading is divided where its cells hold the part and nothing else,
    where the stem is a heading of its own, or where a neighbour begins with the same stem; of several such places at
    the one that gives the longest stem.
    """
    splits = [_splits(heading, dividers) for heading in headings]
    whole = {fold(heading) for heading in headings}
    found: list[tuple[str, str]] = []
    for place, heading in enumerate(headings):
        values = {fold(value) for value in answers[place]}
        beside = [
            {fold(stem) for stem, _ in splits[near]} for near in (place - 1, place + 1) if 0 <= near < len(headings)
        ]
        chosen = (heading, "")
        for stem, part in splits[place]:
            ticked = len(values) == 1 and values == {fold(part)}
            if ticked or fold(stem) in whole or any(fold(stem) in stems for stems in beside):
                chosen = (stem, part)
                if ticked:
                    break
        found.append(chosen)
    return found


def _splits(heading: str, dividers: Sequence[str]) -> list[tuple[str, str]]:
    """Every way to divide a heading, the shortest stem first."""
    ways: list[tuple[str, str]] = []
    for divider in dividers:
        start = heading.find(divider)
        while start > 0:
            stem, part = heading[:start].strip(), heading[start + len(divider) :].strip()
            if stem and part:
                ways.append((stem, part))
            start = heading.find(divider, start + 1)
    return sorted(ways, key=lambda way: len(way[0]))
