"""Microsoft Forms exports: its own columns first, in the language of the account, then a column per question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import islice
from typing import get_args

from survey.errors import Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import cell_text, fold
from survey.importers.column_values import answers_in
from survey.importers.date_remarks import date_remarks
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading, QuestionKind, role_of
from survey.importers.mapping import ColumnRole
from survey.importers.stems import shared_stems
from survey.importers.table_file import Table

__all__ = ["MsFormsImporter"]

_TIMES: tuple[ColumnRole, ColumnRole] = ("started", "submitted")
_FIRST = 12
"""Columns among which Microsoft Forms' own ones stand."""
_SAMPLE = 100
_QUIZ = re.compile(r"\s*(?P<word>[^-–—:：]{2,16}?)\s*[-–—:：]\s*(?P<question>.+)", re.DOTALL)
_MOST_LABELS = 11
"""Distinct answers the statements of one Likert question have at most."""
_DIVIDERS = (".", " - ", ": ", "：")


@cache
def _words() -> dict[str, frozenset[str]]:
    import yaml

    text = (resources.files("survey.importers") / "ms_forms_columns.yaml").read_text(encoding="utf-8")
    words: dict[str, list[str]] = yaml.safe_load(text)
    return {name: frozenset(map(fold, entries)) for name, entries in words.items()}


def _own_columns(table: Table) -> dict[int, ColumnRole]:
    """Microsoft Forms' own columns: those it has before the first question."""
    found: dict[int, ColumnRole] = {}
    for place, heading in enumerate(table.headings[:_FIRST]):
        folded = fold(heading)
        role = next((role for role in get_args(ColumnRole) if folded in _words().get(role, ())), None)
        if role is None and folded in _words()["feedback"]:
            role = "ignore"
        if role is not None:
            found[place] = role
        elif place > 0 or heading.strip():
            break
    return found


class MsFormsImporter:
    """Recognises Microsoft Forms exports by the columns in front, and by lists that end in a semicolon."""

    platform = "ms_forms"

    def recognise(self, table: Table) -> Detection:
        """Four of its own columns among the first; with three, the begin and end of each response must be there."""
        own = _own_columns(table)
        roles = list(own.values())
        reasons: list[Problem] = []
        confidence = 0.0
        timed = "started" in roles and "submitted" in roles
        if timed:
            begin, end = (next(place for place, role in own.items() if role == wanted) for wanted in _TIMES)
            confidence += 0.3 if end == begin + 1 else 0.15
            if begin > 0 and own.get(begin - 1) == "paradata":
                confidence += 0.2
            confidence += min(0.3, 0.2 * roles.count("identifier"))
            reasons.append(reason("columns", columns=", ".join(table.headings[place] for place in own)))
            lists = [place for place in range(len(table.headings)) if place not in own and _is_list(table, place)]
            if lists:
                confidence += 0.15
                reasons.append(reason("ms_forms_lists", count=len(lists)))
            quiz = _quiz_columns(table)
            if quiz:
                confidence += 0.15
                reasons.append(reason("ms_forms_quiz", count=len(quiz)))
            anonymous = any(
                {fold(cell_text(cell)) for cell in islice(table.columns[place], _SAMPLE)} == {"anonymous"}
                for place, role in own.items()
                if role == "identifier"
            )
            if anonymous:
                confidence += 0.1
                reasons.append(reason("ms_forms_anonymous"))
        return Detection(platform=self.platform, confidence=min(round(confidence, 3), 0.99), reasons=tuple(reasons))

    def arrange(self, table: Table) -> Arranged:
        """Choices end in a semicolon; the points and the feedback a quiz adds to a question are left aside."""
        own = _own_columns(table)
        quiz = _quiz_columns(table)
        answers = [answers_in(column) for column in table.columns]
        asked = [place for place in range(len(table.headings)) if place not in own and place not in quiz]
        stems = dict(
            zip(
                asked,
                shared_stems(
                    [_plain(table.headings[place]) for place in asked],
                    [answers[place] for place in asked],
                    dividers=_DIVIDERS,
                ),
                strict=True,
            )
        )
        grids = _grids(stems, answers)
        headings: list[Heading] = []
        for place, text in enumerate(table.headings):
            if place in own or place in quiz:
                headings.append(Heading(text=text, wordings=(_plain(text),), role=own.get(place, "ignore")))
                continue
            role = role_of(text, table.columns[place]) if not text.strip() else None
            stem, part = stems[place] if place in grids else (_plain(text), "")
            headings.append(
                Heading(
                    text=text,
                    wordings=tuple(words for words in (part, _plain(text)) if words),
                    stem=stem if part else None,
                    part=part or None,
                    group=stem if part else None,
                    role=role,
                    kind=None if part else _kind(answers[place]),
                )
            )
        return Arranged(
            table=table,
            headings=tuple(headings),
            separators=(";",),
            remarks=(*_remarks(table, own, quiz), *date_remarks(table, headings)),
        )


def _plain(text: str) -> str:
    """A heading without non-breaking blanks and line breaks."""
    return " ".join(cell_text(text).split())


def _quiz_columns(table: Table) -> set[int]:
    """Columns such as ``Points - question`` and ``Feedback - question`` of questions that are there themselves."""
    whole = {fold(heading) for heading in table.headings}
    found: set[int] = set()
    for place, heading in enumerate(table.headings):
        divided = _QUIZ.fullmatch(heading)
        if divided and fold(divided["word"]) in _words()["quiz"] and fold(divided["question"]) in whole:
            found.add(place)
    return found


def _is_list(table: Table, place: int) -> bool:
    texts = [text for cell in islice(table.columns[place], _SAMPLE) if (text := cell_text(cell))]
    return bool(texts) and sum(text.endswith(";") for text in texts) > 0.9 * len(texts)


def _kind(answers: Counter[str]) -> QuestionKind | None:
    """A choice of several where cells end in a semicolon; a ranking where all of them hold the same options."""
    lists = [text for text in answers if text.endswith(";")]
    if not lists or len(lists) <= 0.9 * len(answers):
        return None
    options = {frozenset(fold(piece) for piece in text.split(";") if piece.strip()) for text in lists}
    if len(options) == 1 and len(lists) > 1 and len(next(iter(options))) > 1:
        return "ranking"
    return "multiple"


def _grids(stems: dict[int, tuple[str, str]], answers: Sequence[Counter[str]]) -> set[int]:
    """Statements of a Likert question: neighbours under one stem whose answers are from one set of labels."""
    found: set[int] = set()
    for place, (stem, part) in stems.items():
        neighbour = stems.get(place + 1)
        if not part or neighbour is None or fold(neighbour[0]) != fold(stem) or not neighbour[1]:
            continue
        mine, other = ({fold(text) for text in answers[p]} for p in (place, place + 1))
        if mine and other and len(mine | other) <= _MOST_LABELS and mine & other:
            found |= {place, place + 1}
    return found


def _remarks(table: Table, own: dict[int, ColumnRole], quiz: set[int]) -> Iterator[Problem]:
    if quiz:
        fields: dict[str, object] = {"count": len(quiz)}
        yield Problem(code="survey.ms_forms_quiz_columns", place=table.place(), fields=fields, severity="note")
    names = [place for place, role in own.items() if role == "identifier"]
    signed = any(
        text and fold(text) != "anonymous" for place in names for text in map(cell_text, set(table.columns[place]))
    )
    if signed:
        yield Problem(code="survey.ms_forms_signed", place=table.place(names[0]), severity="note")
