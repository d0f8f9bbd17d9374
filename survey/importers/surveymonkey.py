"""SurveyMonkey exports: two heading rows or one, answer texts or numbers, columns by question or by code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import islice, pairwise
from typing import Literal, get_args

from survey.errors import Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import cell_text, fold, number_in
from survey.importers.column_values import answers_in
from survey.importers.date_remarks import date_remarks
from survey.importers.detect import Detection, reason
from survey.importers.heading_rows import top_rows
from survey.importers.headings import Heading, QuestionKind, role_of
from survey.importers.mapping import ColumnRole
from survey.importers.option_columns import Member, Use, uses_of
from survey.importers.stems import shared_stems
from survey.importers.stray_characters import has_stray_characters, without_stray_characters
from survey.importers.table_file import Table

__all__ = ["SurveyMonkeyImporter"]

Variant = Literal["expanded", "condensed", "codes"]

_SAMPLE = 100
_FEWEST_CONTINUED = 2
"""Gaps of the first heading row that are filled in the second, where no "Response" tells."""
_CODE = re.compile(r"q(?P<question>\d{4})(?:_(?P<option>\d{4}))?(?P<other>_other)?", re.IGNORECASE)
_ID = re.compile(r"\d{8,12}")
_KINDS: dict[Use, QuestionKind | None] = {
    "alone": None,
    "row": None,
    "tick": "multiple",
    "rank": "ranking",
    "beside": "text",
}

_VARIANTS: dict[Variant, str] = {
    "expanded": "surveymonkey_expanded",
    "condensed": "surveymonkey_condensed",
    "codes": "surveymonkey_codes_variant",
}


@cache
def _words() -> dict[str, frozenset[str]]:
    import yaml

    text = (resources.files("survey.importers") / "surveymonkey_columns.yaml").read_text(encoding="utf-8")
    words: dict[str, list[str]] = yaml.safe_load(text)
    return {name: frozenset(map(fold, entries)) for name, entries in words.items()}


def _own_role(heading: str) -> ColumnRole | None:
    folded = fold(heading)
    return next((role for role in get_args(ColumnRole) if folded in _words().get(role, ())), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Question and part of every column, which are written answers, and how many records the second row takes."""

    variant: Variant
    questions: tuple[str, ...]
    parts: tuple[str, ...]
    written: tuple[bool, ...]
    first_record: int = 0
    second_row: int | None = None
    responses: int = 0
    continued: int = 0


class SurveyMonkeyImporter:
    """Recognises SurveyMonkey exports by own columns, the second heading row, codes, ticks and panel questions."""

    platform = "surveymonkey"

    def recognise(self, table: Table) -> Detection:
        """Respondent and collector ids or a row of "Response" say most; a panel's standard questions say something."""
        layout = _layout_of(table)
        reasons: list[Problem] = []
        confidence = 0.0
        own = [text for text in layout.questions if text and _own_role(text) is not None]
        ids = [place for place, text in enumerate(layout.questions) if fold(text) in _words()["respondent"]]
        if ids and any(fold(text) in _words()["paradata"] for text in layout.questions):
            confidence += 0.6
            reasons.append(reason("columns", columns=", ".join(dict.fromkeys(own))))
        elif ids:
            confidence += 0.25
            reasons.append(reason("columns", columns=layout.questions[ids[0]]))
        if ids:
            sample = [cell_text(cell) for cell in islice(table.columns[ids[0]], layout.first_record, _SAMPLE)]
            if sample and all(_ID.fullmatch(text) for text in sample):
                confidence += 0.15
                reasons.append(reason("surveymonkey_ids", column=layout.questions[ids[0]]))
        if layout.variant == "expanded":
            confidence += (0.55 if layout.responses else 0.1) + (0.1 if layout.continued else 0)
            name = "surveymonkey_second_row" if layout.responses else "surveymonkey_continued"
            reasons.append(reason(name, row=layout.second_row))
        codes = [text for text in table.headings if _CODE.fullmatch(text.strip())]
        if len(codes) >= 0.5 * len(table.headings):
            confidence += 0.7
            reasons.append(reason("surveymonkey_codes", count=len(codes), example=codes[0]))
        elif own or layout.variant == "expanded" or _panel(layout)[1]:
            headings = _Columns(table, layout).headings()
            ticks = [heading for heading in headings if heading.kind == "multiple"]
            if len(ticks) >= 3 and layout.variant == "condensed":
                confidence += 0.3
                reasons.append(reason("surveymonkey_ticks", count=len(ticks)))
            if any(heading.beside for heading in headings):
                confidence += 0.1
                reasons.append(reason("surveymonkey_other"))
        score, panel = _panel(layout)
        if panel:
            confidence += score
            reasons.append(reason("surveymonkey_panel", columns=", ".join(text[:40] for text in panel[:5])))
        if confidence:
            reasons.append(reason(_VARIANTS[layout.variant]))
        return Detection(
            platform=self.platform,
            confidence=min(round(confidence, 3), 0.99),
            reasons=tuple(reasons),
            variant=layout.variant,
        )

    def arrange(self, table: Table) -> Arranged:
        """One heading per column, ``question - option``; texts beside options are columns of their own.

        An empty cell may be a question that was not shown, an option that was not ticked, or no answer: the file does
        not tell.
        """
        layout = _layout_of(table)
        names = [
            f"{question} - {part}" if part and question else part or question
            for question, part in zip(layout.questions, layout.parts, strict=True)
        ]
        folded = table.with_headings(names, first_record=layout.first_record)
        headings = _Columns(folded, layout).headings()
        return Arranged(
            table=folded,
            headings=headings,
            missing={"NA": "blank"} if layout.variant == "codes" else {},
            remarks=tuple(_remarks(folded, headings)),
        )


def _panel(layout: _Layout) -> tuple[float, list[str]]:
    """How much the standard questions of SurveyMonkey's panel say, and which they are."""
    known = [text for text in layout.questions if fold(text) in _words()["panel"]]
    general = [text for text in layout.questions if fold(text) in _words()["panel_general"]]
    if not known:
        return 0.0, []
    score = 0.05 + 0.1 * (len(known) + len(general)) + (0.1 if len(known) > 2 else 0.0)
    return min(score, 0.55), [*known, *general]


def _layout_of(table: Table) -> _Layout:
    rows = top_rows(table, records=2)
    response = _words()["response"]
    for first, second in pairwise(rows):
        pairs = list(zip(first.texts, second.texts, strict=True))
        responses = sum(1 for one, two in pairs if one and fold(two) in response)
        continued = sum(1 for one, two in pairs if not one and two)
        begun = sum(1 for one, two in pairs if one and two)
        own = any(_own_role(one) is not None and not two for one, two in pairs)
        numeric = any(re.fullmatch(r"[\d.,:/ -]+", two) for _, two in pairs if two)
        told = responses and (continued or responses >= 0.5 * begun)
        if not told and (numeric or not own or min(continued, begun) < _FEWEST_CONTINUED):
            continue
        questions: list[str] = []
        running = ""
        for one, two in pairs:
            running = one if one and two else "" if one or not two else running
            questions.append(one or running)
        return _Layout(
            variant="expanded",
            questions=tuple(questions),
            parts=tuple("" if fold(two) in response else two for _, two in pairs),
            written=tuple(fold(two) in _words()["open"] for _, two in pairs),
            first_record=second.first_record,
            second_row=second.number,
            responses=responses,
            continued=continued,
        )
    headings = tuple(cell_text(heading) for heading in table.headings)
    codes = sum(_CODE.fullmatch(heading) is not None for heading in headings)
    none = ("",) * len(headings)
    return _Layout(
        variant="codes" if codes >= 0.5 * len(headings) else "condensed",
        questions=headings,
        parts=none,
        written=(False,) * len(headings),
    )


class _Columns:
    """Takes the columns apart, question by question."""

    def __init__(self, table: Table, layout: _Layout) -> None:
        self.table = table
        self.layout = layout
        self.found: dict[int, Heading] = {}
        self.names: Counter[str] = Counter()

    def headings(self) -> tuple[Heading, ...]:
        groups: list[list[tuple[int, str, str]]] = []
        last: str | None = None
        for place, question, part in self._split():
            text = self.table.headings[place]
            role = _own_role(question) if not part else None
            if role is None and not _CODE.fullmatch(text):
                role = role_of(text, self.table.columns[place])
            if role is None and not text.strip():
                role = "ignore"
            if role is not None:
                self.found[place] = Heading(text=text, wordings=(text,) if text else (), role=role)
                last = None
                continue
            if not part or fold(question) != last:
                groups.append([])
            groups[-1].append((place, question, part))
            last = fold(question)
        for members in groups:
            self._question(members)
            for place, question, _ in members:
                self.found[place] = replace(self.found[place], asked=f"{members[0][0]} {question}")
        return tuple(self.found[place] for place in range(len(self.table.headings)))

    def _split(self) -> Iterator[tuple[int, str, str]]:
        """Question and part of every column."""
        layout = self.layout
        if layout.variant == "expanded":
            yield from zip(range(len(layout.questions)), layout.questions, layout.parts, strict=True)
        elif layout.variant == "codes":
            for place, heading in enumerate(layout.questions):
                code = _CODE.fullmatch(heading)
                yield place, f"q{code['question']}" if code else heading, heading if code and code["option"] else ""
        else:
            answers = [answers_in(column) for column in self.table.columns]
            stems = shared_stems(layout.questions, answers, dividers=(" - ",))
            for place, (stem, part) in enumerate(stems):
                yield place, stem, part

    def _question(self, members: Sequence[tuple[int, str, str]]) -> None:
        codes = self.layout.variant == "codes"
        unticked = _words()["unticked"]
        missing = {"na"} if codes else set()
        described: list[Member] = []
        for place, _, part in members:
            cells = self.table.columns[place]
            answers = answers_in(cells, missing=missing)
            own = [text for text in answers if fold(text) not in unticked]
            label = own[0] if codes and part and len(own) == 1 and len(answers) > 1 else part
            described.append(Member(label, cells, answers))
        uses = uses_of(described, others=_words()["other"], unticked=unticked)
        name = members[0][1]
        self.names[name] += 1
        name = name if self.names[name] == 1 else f"{name} ({self.names[name]})"
        options = 0
        for (place, question, _), member, use in zip(members, described, uses, strict=True):
            options += use in {"tick", "rank"}
            text = self.table.headings[place]
            stem, label = without_stray_characters(question), without_stray_characters(member.part)
            code = _CODE.fullmatch(text)
            option = int(code["option"]) if code and code["option"] else options
            if use == "alone":
                numbers = bool(member.answers) and all(number_in(fold(text)) is not None for text in member.answers)
                self.found[place] = Heading(
                    text=text,
                    wordings=() if code else (stem,),
                    group=name if len(members) > 1 or code else None,
                    kind="text" if self.layout.written[place] and not numbers else None,
                )
            elif use == "beside":
                self.found[place] = Heading(
                    text=text, wordings=(f"{stem} – {label}",), group=name, kind="text", beside=True
                )
            else:
                wordings = tuple(dict.fromkeys(w for w in (label, f"{stem} – {label}") if w)) if not code else (label,)
                self.found[place] = Heading(
                    text=text,
                    number=name,
                    wordings=wordings if not (code and label == text) else (),
                    stem=None if code else stem,
                    part=label,
                    group=name,
                    kind=_KINDS[use],
                    option=option if use in {"tick", "rank"} else None,
                )


def _remarks(table: Table, headings: Sequence[Heading]) -> Iterator[Problem]:
    if any(heading.kind == "multiple" for heading in headings):
        yield Problem(code="survey.surveymonkey_blank", place=table.place(), severity="note")
    stray = [place for place, text in enumerate(table.headings) if has_stray_characters(text)]
    if stray:
        fields = {"count": len(stray)}
        yield Problem(code="survey.stray_characters", place=table.place(stray[0]), fields=fields, severity="note")
    beside = sum(heading.beside for heading in headings)
    if beside:
        fields = {"count": beside}
        yield Problem(code="survey.texts_beside_options", place=table.place(), fields=fields, severity="note")
    yield from date_remarks(table, headings)
