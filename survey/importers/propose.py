"""Propose which column answers which question; a person reviews the proposal before it is used."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from survey.importers.cell_text import cell_text, column_letter, fold, number_in
from survey.importers.declared_codes import values_of, with_codebooks
from survey.importers.detect import importer_of
from survey.importers.headings import Heading, role_of
from survey.importers.mapping import Column, Mapping
from survey.importers.propose_blocks import match_blocks
from survey.importers.propose_gaps import OpenQuestion, open_questions
from survey.importers.propose_options import place_options
from survey.importers.protection import with_privacy
from survey.importers.table_file import Table
from survey.instrument import Instrument
from survey.questionnaire import Question

__all__ = ["Proposal", "propose_mapping"]

LEAST_SIMILARITY = 0.6
"""Below this likeness of heading and wording nothing is proposed."""
_SAME_PLACE = 0.03
"""Added where the platform's number is the question's place in the questionnaire, to decide between equals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A draft mapping, and what found no place in it.

    ``unplaced_columns`` are headings (with their Excel letter) that fit no question and no role; the mapping
    ignores them. ``unplaced_questions`` are codes of questions that no column fits. ``uncertain`` are the columns
    placed by likeness alone. ``open_questions`` are the unplaced questions with the free column likeliest to be theirs.
    """

    mapping: Mapping
    unplaced_columns: tuple[str, ...]
    unplaced_questions: tuple[str, ...]
    uncertain: tuple[Column, ...]
    open_questions: tuple[OpenQuestion, ...] = ()


def propose_mapping(table: Table, instrument: Instrument, platform: str = "table") -> Proposal:
    """Draft the mapping of a table to an instrument.

    Columns that identify persons or hold times, totals and the like get a role by heading and cells. The others are
    placed by question code in the heading, by exact wording (any language, text or label), by option where a multiple
    choice is spread over columns, by number where the heading is nothing but a number, and at last by likeness
    (Ratcliff/Obershelp ratio of the folded texts), each question once. A row goes to the matrix of its stem.

    Raises
    ------
    MappingError
        There is no importer for the platform, or no column at all could be placed.
    """
    arranged = importer_of(platform).arrange(table)
    table, headings = arranged.table, arranged.headings
    placed: dict[int, Column] = {}

    def put(place: int, **use: object) -> None:
        known = {"heading": table.headings[place], "occurrence": table.occurrences[place], "key": headings[place].key}
        placed[place] = Column.model_validate({**known, **use})

    codes = _by_code(headings, instrument)
    for place, heading in enumerate(headings):
        role = heading.role or role_of(heading.text, table.columns[place])
        if role is not None and (role == "identifier" or place not in codes):
            put(place, role="paradata" if role == "respondent" and _runs_on(heading, platform) else role)
    for place, question in codes.items():
        if place not in placed:
            put(place, question=question, similarity=1.0)
    open_places = [place for place in range(len(headings)) if place not in placed]
    for place, question, option in place_options(headings, open_places, instrument):
        put(place, question=question, option=option, similarity=1.0)
    _place_by_wording(headings, instrument, placed, put)
    _place_beside(headings, placed, put)
    if arranged.numbers_are == "positions":
        _mark_codes(table, instrument, placed)
    unplaced = [place for place in range(len(headings)) if place not in placed]
    blocks = match_blocks(headings, range(len(headings)), instrument)
    gaps = open_questions(headings, unplaced, placed, instrument, blocks)
    for place in unplaced:
        put(place, role="ignore")
    placed = _coded_by_file(table, instrument, placed)
    asked = {question.code: question for question in instrument.questions}
    for place, column in placed.items():
        placed[place] = with_privacy(column, table.columns[place], asked.get(column.question or ""))
    used = {column.question for column in placed.values()}
    mapping = Mapping(
        instrument=instrument.instrument,
        platform=platform,
        sheet=table.sheet,
        encoding=table.encoding,
        delimiter=table.delimiter,
        header_row=table.header_row or None,
        numbers_are=arranged.numbers_are,
        **({} if arranged.separators is None else {"separators": arranged.separators}),
        missing=dict(arranged.missing),
        blank_is=arranged.blank_is,
        leave_out=dict(arranged.leave_out),
        columns=tuple(placed[place] for place in sorted(placed)),
    )
    return Proposal(
        mapping=mapping,
        unplaced_columns=tuple(f"{column_letter(place)}: {table.headings[place]}" for place in unplaced),
        unplaced_questions=tuple(q.code for q in instrument.questions if q.code not in used),
        uncertain=tuple(
            column for column in mapping.columns if column.similarity is not None and column.similarity < 1
        ),
        open_questions=gaps,
    )


def _place_beside(headings: Sequence[Heading], placed: dict[int, Column], put: Callable[..., None]) -> None:
    """Texts beside an option of a question that was placed: known, and not read with it."""
    asked = {headings[place].group for place, column in placed.items() if column.question is not None}
    for place, heading in enumerate(headings):
        if place not in placed and heading.beside and heading.group is not None and heading.group in asked:
            put(place, role="paradata")


def _coded_by_file(table: Table, instrument: Instrument, placed: dict[int, Column]) -> dict[int, Column]:
    """Columns with what a codebook inside the file says: codes whose labels are other options, missing values."""
    for place, column in placed.items():
        variable = table.variables[place] if table.variables else None
        question = None if column.question is None else instrument.question(column.question)
        if variable is None or question is None or question.type not in {"scale", "single"}:
            continue
        values = values_of(variable, instrument.scale_of(question))
        if values:
            placed[place] = column.model_copy(update={"values": values})
    return with_codebooks(table, placed, instrument)


def _mark_codes(table: Table, instrument: Instrument, placed: dict[int, Column]) -> None:
    """Where a column's numbers cannot be positions but are all option codes (a 0 on a scale from 0 to 10), say so."""
    for place, column in placed.items():
        question = None if column.question is None else instrument.question(column.question)
        if question is None or question.type not in {"scale", "single"}:
            continue
        options = instrument.scale_of(question).all_options
        codes = {number_in(fold(str(option.code))) for option in options}
        numbers = {number_in(fold(cell_text(cell))) for cell in set(table.columns[place])} - {None, -2.0, -3.0}
        if numbers <= codes and not numbers <= {float(position) for position in range(1, len(options) + 1)}:
            placed[place] = column.model_copy(update={"numbers_are": "codes"})


def _runs_on(heading: Heading, platform: str) -> bool:
    """Whether an id is only a running number of the export; it names no person and repeats in the next one."""
    return platform == "wenjuanxing" and fold(heading.text) in {"序号", "编号"}


def _by_code(headings: Sequence[Heading], instrument: Instrument) -> dict[int, str]:
    """Columns whose heading is a question code, or begins with one: ``Q3``, ``Q3. wording``, ``[Q3] wording``."""
    codes = {fold(question.code): question.code for question in instrument.questions}
    found: dict[int, str] = {}
    for place, heading in enumerate(headings):
        folded = fold(heading.text)
        first = folded.lstrip("[").split("]")[0].split(" ")[0].rstrip(".:：、)")
        code = codes.get(folded) or (codes.get(first) if not first.isdigit() and not heading.codes else None)
        named = (codes.get(fold(name)) for name in heading.codes)
        code = code or next((name for name in named if name is not None and name not in found.values()), None)
        if code is not None and code not in found.values():
            found[place] = code
    return found


def _wordings(question: Question) -> list[str]:
    texts = [question.text, *([question.label] if question.label else [])]
    return [
        _bare(wording)
        for text in texts
        for wording in ([text.root] if isinstance(text.root, str) else text.root.values())
    ]


def _bare(wording: str) -> str:
    return fold(wording).rstrip("?？。.:：*! ")


def _place_by_wording(
    headings: Sequence[Heading], instrument: Instrument, placed: dict[int, Column], put: Callable[..., None]
) -> None:
    """Exact wordings first, then bare numbers, then likeness from the greatest down."""
    taken = {column.question for column in placed.values()}
    questions = [(n, q, _wordings(q)) for n, q in enumerate(instrument.questions, start=1) if q.code not in taken]
    columns = [(place, heading) for place, heading in enumerate(headings) if place not in placed]
    blocks = match_blocks(headings, [place for place, _ in columns], instrument)
    scored: list[tuple[float, int, int, str]] = []
    for place, heading in columns:
        wordings = [_bare(wording) for wording in heading.wordings]
        for ordinal, question, known in questions:
            likeness = max((_likeness(mine, theirs) for mine in wordings for theirs in known), default=0.0)
            if not wordings and heading.number == str(ordinal):
                likeness = 0.99
            likeness = min(likeness, blocks.limit(place, question.code))
            if likeness >= LEAST_SIMILARITY:
                bonus = _SAME_PLACE if heading.number == str(ordinal) else 0.0
                scored.append((-(likeness + bonus), place, ordinal, question.code))
    likenesses: dict[int, float] = {}
    for score, place, ordinal, code in sorted(scored):
        if place in likenesses or code in taken:
            continue
        taken.add(code)
        bonus = _SAME_PLACE if headings[place].number == str(ordinal) else 0.0
        likenesses[place] = round(min(1.0, -score - bonus), 3)
        put(place, question=code, similarity=likenesses[place])


def _likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < LEAST_SIMILARITY or matcher.quick_ratio() < LEAST_SIMILARITY:
        return 0.0
    return min(matcher.ratio(), 0.999)
