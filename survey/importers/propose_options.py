"""Columns that stand for one option each: which multiple choice or ranking they belong to."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from survey.importers.cell_text import fold
from survey.importers.headings import Heading
from survey.instrument import Instrument
from survey.questionnaire import Question
from survey.scales import Option

__all__ = ["place_options"]

PlatformCode = int | float | str
_LEAST_SHARE = 0.6
"""Share of a group's columns that must name an option of the question."""
_HINT = re.compile(r"[(（【\[〖][^)）】\]〗]*[)）】\]〗]")


def place_options(
    headings: Sequence[Heading], places: Sequence[int], instrument: Instrument
) -> Iterator[tuple[int, str, PlatformCode]]:
    """Column, question and option code of columns that stand for options.

    Three spellings: ``code_option`` or ``code[option]``; ``第6题(option)`` with the stem lost, where the question is
    the one whose options the group names; and ``stem [option]``.
    """
    questions = [q for q in instrument.questions if q.type in {"multiple", "ranking"}]
    done: set[int] = set()
    used: set[str] = set()
    ticked = {_option_of(heading) for heading in headings if not heading.beside}
    for place in places:
        found = None
        if not headings[place].beside or _option_of(headings[place]) not in ticked:
            found = _by_group(headings[place], questions, instrument)
        if found is None and not headings[place].beside:
            found = _by_code(fold(headings[place].text), questions, instrument)
        if found is not None and headings[place].part is not None:
            # platforms number options now by position, now by code: where the label names another option, it is right
            labelled = _match(headings, [place], instrument.scale_of(instrument.question(found[0])).all_options)
            found = (found[0], labelled.get(place, found[1]))
        if found is not None:
            done.add(place)
            used.add(found[0])
            yield place, *found
    groups: dict[str, list[int]] = defaultdict(list)
    for place in places:
        heading = headings[place]
        if place not in done and heading.part is not None:
            groups[heading.number or fold(heading.stem or "")].append(place)
    for group in groups.values():
        best: dict[int, PlatformCode] = {}
        owner, closest = "", 0.0
        for question in questions:
            if question.code in used:
                continue
            match = _match(headings, group, instrument.scale_of(question).all_options)
            likeness = _likeness(headings[group[0]].stem, question)
            if (len(match), likeness) > (len(best), closest):
                best, owner, closest = match, question.code, likeness
        if best and len(best) >= _LEAST_SHARE * len(group):
            used.add(owner)
            for place, option in best.items():
                yield place, owner, option


def _by_group(
    heading: Heading, questions: Sequence[Question], instrument: Instrument
) -> tuple[str, PlatformCode] | None:
    """Where the platform names question and option code by themselves.

    A text beside an option stands for it only where the option has no column of its own and asks for a text.
    """
    named = _option_of(heading)
    for question in questions if named is not None else ():
        for option in instrument.scale_of(question).all_options:
            if (fold(question.code), fold(str(option.code))) == named and (option.specify or not heading.beside):
                return question.code, option.code
    return None


def _option_of(heading: Heading) -> tuple[str, str] | None:
    """Question and option a column names by their codes, folded."""
    if heading.group is None or heading.option is None:
        return None
    return fold(heading.group), fold(str(heading.option))


def _by_code(heading: str, questions: Sequence[Question], instrument: Instrument) -> tuple[str, PlatformCode] | None:
    for question in questions:
        code = fold(question.code)
        if not heading.startswith(code):
            continue
        rest = heading[len(code) :].strip("_.[]()（）:： /")
        if rest == heading[len(code) :]:
            continue
        for option in instrument.scale_of(question).all_options:
            if rest == fold(str(option.code)) or rest in _spellings(option):
                return question.code, option.code
    return None


def _likeness(stem: str | None, question: Question) -> float:
    """How alike a group's stem and a question's wording are; questions may share their options."""
    if not stem:
        return 0.0
    wordings = [question.text.root] if isinstance(question.text.root, str) else list(question.text.root.values())
    return max(difflib.SequenceMatcher(None, fold(stem), fold(wording)).ratio() for wording in wordings)


def _match(headings: Sequence[Heading], group: Sequence[int], options: Sequence[Option]) -> dict[int, PlatformCode]:
    """The option each column of a group names, every option once."""
    found: dict[int, PlatformCode] = {}
    for place in group:
        part = fold(headings[place].part or "")
        for option in options:
            names = _spellings(option)
            if option.code not in found.values() and (part in names or fold(_HINT.sub("", part)) in names):
                found[place] = option.code
                break
    return found


def _spellings(option: Option) -> set[str]:
    labels = [option.label.root] if isinstance(option.label.root, str) else list(option.label.root.values())
    texts = [*labels, *option.also]
    return {fold(text) for text in texts} | {bare for text in texts if (bare := fold(_HINT.sub("", text)))}
