"""LimeSurvey results: headings by code, by full wording or both; answers as codes or texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from survey.errors import Problem
from survey.importers.answer_key import known_missing
from survey.importers.arranged import Arranged
from survey.importers.cell_text import CellValue, cell_text, fold, is_blank, number_in
from survey.importers.cells import TICK_WORDS
from survey.importers.column_words import word_list
from survey.importers.detect import Detection, reason
from survey.importers.headings import Heading, QuestionKind
from survey.importers.limesurvey_headings import LimeHeading, clean, lime_heading, option_of
from survey.importers.table_file import Table

__all__ = ["LimeSurveyImporter"]

_SAMPLE = 200
_OTHER = "-oth-"
_BRACKETS = 0.3
"""Share of headings with a subquestion in brackets that is typical of LimeSurvey."""


class LimeSurveyImporter:
    """Recognises LimeSurvey results and takes their headings apart."""

    platform = "limesurvey"

    def recognise(self, table: Table) -> Detection:
        """By the columns LimeSurvey adds, subquestions in brackets, times per question, and its words in cells."""
        headings = [lime_heading(text) for text in table.headings]
        reasons: list[Problem] = []
        confidence = 0.0
        fields = [heading.field for heading in headings if heading.field is not None]
        typical = {field.name for field in fields if field.typical}
        if len(typical) >= 2 and len({field.name for field in fields}) >= 3:
            confidence += 0.6 if len(typical) < 4 else 0.75
            named = [text for text, heading in zip(table.headings, headings, strict=True) if heading.field in fields]
            reasons.append(reason("columns", columns=", ".join(clean(text) for text in named[:9])))
        asked = [heading for heading in headings if heading.field is None and not heading.time]
        bracketed = [heading for heading in asked if heading.bracketed]
        coded = [heading for heading in bracketed if heading.sub is not None and number_in(heading.sub) is None]
        if len(coded) >= 3 and len(coded) > _BRACKETS * len(asked):
            confidence += 0.5 if not typical else 0.2
            reasons.append(reason("subquestion_codes", count=len(coded), total=len(asked)))
        elif typical and len(bracketed) > _BRACKETS * len(asked):
            confidence += 0.1
            reasons.append(reason("subquestions", count=len(bracketed), total=len(asked)))
        times = sum(heading.time for heading in headings)
        if times >= 2 and (typical or bracketed):
            confidence += 0.1
            reasons.append(reason("question_times", count=times))
        marks = self._marks(table, headings)
        if marks and (typical or coded):
            confidence += 0.1
            reasons.append(reason("marks", marks=" ".join(marks)))
        if not typical and self._two_rows(table):
            confidence += self._of_two_rows(table, reasons)
        variant = self._variant(table, headings)
        return Detection(
            platform=self.platform,
            confidence=min(round(confidence, 3), 0.99),
            reasons=tuple(reasons),
            variant=variant if confidence > 0 else None,
        )

    def arrange(self, table: Table) -> Arranged:
        """One question per code or stem; ``[other]`` and comments stand beside it; partial responses are counted."""
        if not any(lime_heading(text).field for text in table.headings) and self._two_rows(table):
            table = table.with_headings(_joined(table))
        table = _ranked(_with_other(table))
        parsed = [lime_heading(text) for text in table.headings]
        groups = _groups(parsed)
        members = _members(groups)
        parsed = _with_texts_apart(table, parsed, members)
        kinds = {group: _kind(table, parsed, places) for group, places in members.items()}
        headings: list[Heading] = []
        for text, heading, group in zip(table.headings, parsed, groups, strict=True):
            headings.append(_heading(text, heading, group, kinds.get(group or "")))
        return Arranged(table=table, headings=tuple(_single_roles(headings)), remarks=_remarks(table))

    @staticmethod
    def _marks(table: Table, headings: Sequence[LimeHeading]) -> list[str]:
        """What only LimeSurvey writes into cells: ``N/A`` in columns of yes and no, ``-oth-``."""
        found: list[str] = []
        for heading, column in zip(headings, table.columns, strict=True):
            texts = {fold(cell_text(cell)) for cell in islice(column, _SAMPLE)}
            if _OTHER in texts:
                found.append(_OTHER)
            if heading.bracketed and "n/a" in texts and texts - {"n/a", ""} and texts - {"n/a", ""} <= TICK_WORDS:
                found.append("N/A")
        return list(dict.fromkeys(found))

    @staticmethod
    def _two_rows(table: Table) -> bool:
        """Whether the row above holds questions over runs of subquestions: an export whose owner split the heading."""
        if not table.above:
            return False
        filled = [place for place, cell in enumerate(table.above[-1]) if not is_blank(cell)]
        return len(filled) >= 2 and filled[0] == 0 and len(filled) < 0.5 * len(table.headings)

    @staticmethod
    def _of_two_rows(table: Table, reasons: list[Problem]) -> float:
        """Without LimeSurvey's own columns only the file's name and localised yes and no are left."""
        named = [name for name in word_list("limesurvey", "names") if fold(table.file).startswith(name)]
        ticks = [set(islice((fold(cell_text(c)) for c in column), _SAMPLE)) - {""} for column in table.columns]
        words = sum(bool(texts) and texts <= TICK_WORDS - {"1", "0"} for texts in ticks)
        if not named or words < 2:
            return 0.0
        reasons += [reason("file_name", beginning=named[0]), reason("two_heading_rows"), reason("yes_no", count=words)]
        return 0.6

    @staticmethod
    def _variant(table: Table, headings: Sequence[LimeHeading]) -> str:
        asked = [heading for heading in headings if heading.field is None and not heading.time]
        both = any(heading.coded and heading.stem for heading in asked)
        coded = sum(heading.coded for heading in asked)
        if not asked or coded < 0.5 * len(asked):
            return "two_rows" if table.above and LimeSurveyImporter._two_rows(table) else "texts"
        return "codes_and_texts" if both else "codes"


def _joined(table: Table) -> list[str]:
    """``question [subquestion]`` from two rows of headings; a question above a single column has none."""
    above = [*table.above[-1], *[None] * len(table.headings)][: len(table.headings)]
    stems: list[str] = []
    for cell in above:
        stems.append(cell_text(cell) if not is_blank(cell) else stems[-1] if stems else "")
    return [f"{stem} [{text}]" if text.strip() else stem for stem, text in zip(stems, table.headings, strict=True)]


def _with_other(table: Table) -> Table:
    """``-oth-``, which stands for a text written beside a single choice, by the code of that option."""
    places = [place for place, column in enumerate(table.columns) if _OTHER in column]
    columns = list(table.columns)
    for place in places:
        columns[place] = ["other" if cell == _OTHER else cell for cell in table.columns[place]]
    return replace(table, columns=tuple(columns)) if places else table


def _ranked(table: Table) -> Table:
    """Rankings have one column per place, with the option in the cell: the first becomes ``first→second→…``."""
    places: dict[str, list[int]] = {}
    for place, text in enumerate(table.headings):
        heading = lime_heading(text)
        if heading.rank() is not None:
            places.setdefault(heading.code or heading.stem, []).append(place)
    columns = list(table.columns)
    for group in places.values():
        if len(group) > 1:
            rows = zip(*(table.columns[place] for place in group), strict=True)
            columns[group[0]] = ["→".join(text for cell in row if (text := cell_text(cell))) for row in rows]
    return replace(table, columns=tuple(columns)) if places else table


def _groups(parsed: Sequence[LimeHeading]) -> list[str | None]:
    """By code; where only wordings are there, neighbours with one stem, anew where a subquestion comes again."""
    groups: list[str | None] = []
    number = 0
    stem: str | None = None
    parts: set[str] = set()
    for heading in parsed:
        if heading.field is not None or heading.time:
            groups.append(None)
            stem = None
        elif heading.code is not None:
            half = heading.second if heading.second and not heading.is_word("comments") else None
            groups.append(f"{heading.code}_{half}" if half else heading.code)
        else:
            part = fold(f"{heading.part}[{heading.second or ''}]")
            beside = heading.is_word("comments") or heading.is_word("others")
            if fold(heading.stem) != stem or (part in parts and not beside):
                number, stem, parts = number + 1, fold(heading.stem), set()
            parts.add(part)
            groups.append(f"Q{number}")
    return groups


def _members(groups: Sequence[str | None]) -> dict[str, list[int]]:
    """Places by group."""
    members: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        if group is not None:
            members.setdefault(group, []).append(place)
    return members


def _kind(table: Table, parsed: Sequence[LimeHeading], places: Sequence[int]) -> QuestionKind | None:
    """``multiple`` where every column but texts holds yes and no, or only ``Y``; ``ranking`` for places; else unsaid.

    A multiple choice that was not shown holds ``N/A``; yes and no beside blanks are rows of a matrix.
    """
    gone = {"", *known_missing("limesurvey")}
    seen: set[str] = set()
    for place in places:
        if not parsed[place].bracketed:
            continue
        if parsed[place].rank() is not None:
            return "ranking"
        if not parsed[place].beside:
            seen |= {fold(cell_text(cell)) for cell in set(table.columns[place])}
    words = seen - gone
    if not words or not words <= TICK_WORDS or any(number_in(word) is not None for word in words):
        return None
    return "single" if "" in seen and "n/a" not in seen and len(words) > 1 else "multiple"


def _with_texts_apart(
    table: Table, parsed: Sequence[LimeHeading], members: Mapping[str, Sequence[int]]
) -> list[LimeHeading]:
    """Headings with the texts beside options marked: by their words, or because no other column has their values.

    A subquestion without a text goes by its number within the question.
    """
    marked = list(parsed)
    for places in members.values():
        apart = _apart(table, [place for place in places if parsed[place].bracketed and parsed[place].rank() is None])
        for number, place in enumerate(places, start=1):
            heading = parsed[place]
            words = heading.bracketed and (heading.is_word("comments") or heading.is_word("others"))
            unnamed = heading.part == "" and heading.sub is None
            part = f"[{number}]" if unnamed else heading.part
            marked[place] = replace(heading, beside=words or place in apart, part=part)
    return marked


def _apart(table: Table, places: Sequence[int]) -> set[int]:
    """Columns of words that no other column of the question holds, where all others share theirs."""
    values = {p: {fold(cell_text(cell)) for cell in set(table.columns[p])} - {"", "n/a"} for p in places}
    counts = Counter(value for found in values.values() for value in found)
    alone = {p for p, found in values.items() if found and all(counts[value] == 1 for value in found)}
    filled = sum(bool(found) for found in values.values())
    if filled - len(alone) < 2:
        return set()
    return {p for p in alone if any(number_in(value) is None for value in values[p])}


def _heading(text: str, heading: LimeHeading, group: str | None, kind: QuestionKind | None) -> Heading:
    if heading.field is not None:
        return Heading(text=text, role=heading.field.role, wordings=(clean(text),))
    if heading.time:
        return Heading(text=text, role="paradata", wordings=(clean(text),))
    part = heading.part or heading.sub
    names = [name for name in (heading.code, heading.sub, heading.second) if name]
    codes = ["_".join(names)] if heading.code else []
    halved = heading.second in {"1", "2"}
    if heading.second and halved:  # the halves of a dual scale are counted from 0 in the structure
        codes = ["_".join([*names[:-1], str(int(heading.second) - 1)]), *codes]
    other = heading.is_word("others")
    if heading.beside and not (other and kind == "multiple"):
        beside = (f"{heading.stem} [{part}]",) if heading.stem else ()
        return Heading(text=text, group=group, wordings=beside, part=part, kind="text", beside=True)
    if kind == "ranking":
        first = heading.rank() == 1
        return Heading(
            text=text,
            group=group,
            role=None if first else "ignore",
            wordings=(heading.stem,) if heading.stem else (),
            kind="ranking",
            codes=tuple(name for name in (heading.code,) if name),
        )
    if not heading.bracketed:
        worded = (heading.stem,) if heading.stem else ()
        return Heading(text=text, group=group, wordings=worded, codes=tuple(codes))
    if heading.second and not halved:
        part = f"{part} [{heading.second}]"
    wordings = tuple(word for word in (heading.part, f"{heading.stem} [{part}]" if heading.stem else "") if word)
    if kind == "multiple":
        return Heading(
            text=text,
            group=group,
            kind="text" if other else "multiple",
            stem=heading.stem,
            part=part,
            wordings=wordings,
            option=option_of(heading),
            beside=other,
        )
    return Heading(
        text=text, group=group, stem=heading.stem, part=part, wordings=wordings, codes=tuple(codes), kind=kind
    )


def _single_roles(headings: Sequence[Heading]) -> list[Heading]:
    """Every role once; a second column of one is kept as paradata."""
    seen: set[str] = set()
    kept: list[Heading] = []
    for heading in headings:
        once = heading.role in {"respondent", "submitted", "started", "duration"}
        if once and heading.role in seen:
            heading = replace(heading, role="paradata")  # noqa: PLW2901
        if heading.role:
            seen.add(heading.role)
        kept.append(heading)
    return kept


def _remarks(table: Table) -> tuple[Problem, ...]:
    """Partial responses, and subquestions without a name."""
    parsed = [lime_heading(text) for text in table.headings]
    remarks: list[Problem] = []
    submitted = next((p for p, h in enumerate(parsed) if h.field is not None and h.field.name == "submitdate"), None)
    if submitted is not None:
        column: Sequence[CellValue] = table.columns[submitted]
        partial = sum(is_blank(cell) for cell in column)
        if partial:
            place = table.place(submitted)
            fields = {"count": partial, "total": table.n}
            remarks.append(Problem(code="survey.limesurvey_partial", place=place, fields=fields, severity="warning"))
    unnamed = sum(heading.part == "" and not heading.code for heading in parsed)
    if unnamed:
        fields = {"count": unnamed}
        remarks.append(Problem(code="survey.limesurvey_unnamed", place=table.place(), fields=fields, severity="note"))
    return tuple(remarks)
