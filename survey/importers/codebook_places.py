"""Which column of an export answers which question of the questionnaire behind it, by the platform's own ids."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from survey.errors import Problem
from survey.importers.arranged import Arranged
from survey.importers.cell_text import column_letter, fold
from survey.importers.detect import importer_of
from survey.importers.headings import Heading
from survey.importers.mapping import Column
from survey.importers.propose import Proposal, propose_mapping
from survey.importers.protection import with_privacy
from survey.importers.qualtrics_headings import column_id
from survey.importers.table_file import Table
from survey.instrument import Instrument
from survey.structures.draft import DraftQuestion, DraftSection, StructureDraft, Wordings
from survey.structures.wordings import code_from

__all__ = ["JOINED_BY_ID", "ColumnPlace", "complete_structure", "place_by_structure", "propose_from_structure"]

JOINED_BY_ID = frozenset({"qualtrics", "surveyjs"})
"""Platforms whose exports and questionnaires are joined here; those of others share their codes."""
_SHORTEST_CUT = 20
"""Characters a stem that was cut short has to have in common with a wording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlace:
    """The question a column belongs to, and the option it stands for.

    ``beside`` marks a text given beside the question or its option, ``loop`` the round of a question asked in turn;
    neither is in the questionnaire itself (see :func:`complete_structure`).
    """

    question: str
    option: int | float | str | None = None
    beside: bool = False
    loop: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    question: DraftQuestion
    choice: str | None
    beside: bool
    loop: str | None = None


def place_by_structure(arranged: Arranged, structure: StructureDraft) -> dict[int, ColumnPlace]:
    """The place of every column that can be told for certain, by its place in the table.

    Import ids come first, then export tags, then wordings: a stem that was cut short, with the row or option it
    names. An option is told by its label where all columns of a question name one, else by the platform's number of
    the choice, else by its code, since exports write now the one and now the other.
    """
    finder = _Finder(structure)
    found: dict[int, _Found] = {}
    for place, heading in enumerate(arranged.headings):
        if heading.role is None and (known := finder.by_id(heading) or finder.by_tag(heading)) is not None:
            found[place] = known
    taken = {known.question.code for known in found.values()}
    for place, heading in enumerate(arranged.headings):
        if heading.role is None and place not in found and (known := finder.by_wording(heading, taken)) is not None:
            found[place] = known
            if known.choice is None and not known.beside:
                taken.add(known.question.code)
    places: dict[int, ColumnPlace] = {}
    by_question: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for place, known in found.items():
        places[place] = ColumnPlace(question=known.question.code, beside=known.beside, loop=known.loop)
        if known.choice is not None and not known.beside:
            by_question[(known.question.code, known.loop)].append(place)
    for members in by_question.values():
        question = found[members[0]].question
        options = _options(question, [(arranged.headings[p].part, found[p].choice or "") for p in members])
        for place, option in zip(members, options, strict=True):
            if option is None:
                del places[place]
            else:
                places[place] = replace(places[place], option=option)
    return places


class _Finder:
    """Looks up the questions of a structure."""

    def __init__(self, structure: StructureDraft) -> None:
        self.structure = structure
        self.by_reference = {name: question for question in structure.questions for name in question.known_as}
        self.by_code = {fold(question.code): question for question in structure.questions}

    def by_id(self, heading: Heading) -> _Found | None:
        """``QID5_2``: row 2 or choice 2 of QID5; ``QID5#1_2_3``: row 2, choice 3 of its first column."""
        known = column_id(heading.key or "")
        if known is None:
            return None
        for length in range(len(known.parts), -1, -1):
            question = self.by_reference.get("~".join((known.question, *known.parts[:length])))
            rest = known.parts[length:]
            if question is not None and len(rest) <= 1:
                beside = known.text and question.kind not in {"text", "number"}
                return _Found(question, rest[0] if rest else None, beside, known.loop)
        return None

    def by_tag(self, heading: Heading) -> _Found | None:
        """A code of the questionnaire, with an option behind it or the text beside one."""
        named = self.by_reference.get(heading.text)
        if named is not None:
            return _Found(named, None, False)
        if heading.beside and (owner := self.by_code.get(fold(code_from(heading.group or "")))) is not None:
            return _Found(owner, None, True)
        for name in heading.codes:
            if (found := self.by_code.get(fold(name))) is not None:
                return _Found(found, None, False)
        tag = fold(code_from(heading.text))
        bare = tag.removesuffix("_text")
        for name in (tag, bare):
            if name in self.by_code:
                question = self.by_code[name]
                return _Found(question, None, name != tag and question.kind not in {"text", "number"})
        code, _, choice = bare.rpartition("_")
        known = self.by_code.get(code)
        if known is None or not known.options or (known.kind not in {"multiple", "ranking"} and bare == tag):
            return None
        return _Found(known, choice, bare != tag)

    def by_wording(self, heading: Heading, taken: set[str]) -> _Found | None:
        """The first question not placed yet whose stem and wording, or wording and option, are those of the heading."""
        stem, part = heading.stem or "", fold(heading.part or "")
        for section in self.structure.sections:
            for question in section.questions:
                if question.code in taken and not heading.beside:
                    continue
                if heading.beside:
                    if self._is_beside(heading, section, question):
                        return _Found(question, None, True)
                elif stem and part:
                    if _says(section.stem or section.title, stem) and part in _folded(question.text):
                        return _Found(question, None, False)
                    labels = [label for option in question.options for label in _folded(option.label)]
                    if _says(question.text, stem) and part in labels and question.kind in {"multiple", "ranking"}:
                        return _Found(question, heading.part, False)
                elif any(_says(question.text, wording) for wording in heading.wordings):
                    return _Found(question, None, False)
        return None

    @staticmethod
    def _is_beside(heading: Heading, section: DraftSection, question: DraftQuestion) -> bool:
        wording = next(iter(heading.wordings), "")
        stem, _, part = wording.removesuffix("-TEXT").rpartition("-")
        return bool(stem) and _says(section.stem or section.title, stem) and fold(part) in _folded(question.text)


def _folded(wordings: Wordings) -> list[str]:
    return [fold(wording) for wording in wordings.values()]


def _says(wordings: Wordings, found: str) -> bool:
    """Whether a wording is the one found, or begins with it where it was cut short."""
    cut = fold(found).removesuffix("...").removesuffix("…").strip()
    cuttable = len(cut) >= _SHORTEST_CUT
    return any(wording == cut or (cuttable and wording.startswith(cut)) for wording in _folded(wordings))


def _options(question: DraftQuestion, columns: Sequence[tuple[str | None, str]]) -> list[int | float | str | None]:
    """The option of each column of one question: by label for all of them, else by choice number, else by code."""
    labels = {label: option.code for option in question.options for label in _folded(option.label)}
    parts = [fold(part or "") for part, _ in columns]
    if len(set(parts)) == len(parts) and all(part in labels for part in parts):
        return [labels[part] for part in parts]
    spellings = {fold(name): code for name, code in question.spellings.items()}
    codes = {fold(str(option.code)): option.code for option in question.options}
    choices = [fold(choice) for _, choice in columns]
    for known in (spellings, codes):
        if all(choice in known for choice in choices):
            return [known[choice] for choice in choices]
    return [spellings.get(choice, codes.get(choice)) for choice in choices]


def complete_structure(arranged: Arranged, structure: StructureDraft) -> StructureDraft:
    """The questionnaire with what only the export shows: texts beside options, and further rounds of a loop.

    Each becomes a question of its own beside the one it belongs to; a remark names them. A structure that is complete
    already is returned as it is.
    """
    _, further = _with_further(arranged, structure)
    if not further:
        return structure
    sections: list[DraftSection] = []
    names = {section.code for section in structure.sections}
    for section in structure.sections:
        new = {question.code: further.get(question.code, []) for question in section.questions}
        if not section.grid:
            mixed = [q for question in section.questions for q in (question, *new[question.code])]
            sections.append(replace(section, questions=tuple(mixed)))
            continue
        added = [question for questions in new.values() for question in questions]
        rows = tuple(question for question in added if question.kind != "text")
        texts = tuple(question for question in added if question.kind == "text")
        sections.append(replace(section, questions=(*section.questions, *rows)))
        if texts:
            name = _free(f"{section.code}_TEXT", names)
            sections.append(DraftSection(code=name, title=section.title, questions=texts))
    added_codes = [question.code for questions in further.values() for question in questions]
    remark = Problem(
        code="survey.codebook_questions_added",
        place=arranged.table.place(),
        fields={"questions": ", ".join(added_codes)},
        severity="note",
    )
    return replace(structure, sections=tuple(sections), remarks=(*structure.remarks, remark))


def _with_further(
    arranged: Arranged, structure: StructureDraft
) -> tuple[dict[int, ColumnPlace], dict[str, list[DraftQuestion]]]:
    """Places with the codes of the questions that only the export shows, and those questions by the one they follow."""
    known = {question.code: question for question in structure.questions}
    codes = set(known)
    further: dict[str, list[DraftQuestion]] = defaultdict(list)
    places = place_by_structure(arranged, structure)
    rounds: dict[str, list[str]] = defaultdict(list)
    tags: Counter[str] = Counter()
    for place, found in places.items():
        question = known[found.question]
        if found.beside:
            tag = code_from(arranged.headings[place].text)
            tags[tag] += 1
            code = tag if tags[tag] == 1 else f"{tag}_{tags[tag]}"
            if code not in codes or known.get(code, question).kind != "text":
                code = _free(code, codes)
                heading = arranged.headings[place]
                text = {language: _beside(wording, heading) for language, wording in question.text.items()}
                further[question.code].append(DraftQuestion(code=code, kind="text", text=text))
            places[place] = ColumnPlace(question=code)
        elif found.loop is not None:
            if found.loop not in rounds[question.code]:
                rounds[question.code].append(found.loop)
            turn = rounds[question.code].index(found.loop)
            code = question.code if turn == 0 else code_from(f"{question.code}_loop{turn + 1}")
            if code not in codes:
                codes.add(code)
                further[question.code].append(replace(question, code=code, known_as=()))
            places[place] = replace(found, question=code)
    return places, further


def _free(wanted: str, taken: set[str]) -> str:
    """A code that is not taken yet, and now is."""
    code, number = wanted[:60], 1
    while code in taken:
        number += 1
        code = f"{wanted[:56]}_{number}"
    taken.add(code)
    return code


def _beside(wording: str, heading: Heading) -> str:
    said = next(iter(heading.wordings), "").removesuffix("-TEXT")
    label = said.rpartition("-")[2].strip()
    return f"{wording} – {label}" if label and fold(label) not in fold(wording) else wording


def propose_from_structure(table: Table, structure: StructureDraft, instrument: Instrument, platform: str) -> Proposal:
    """The mapping of an export to the instrument drafted from its questionnaire.

    Columns that the questionnaire places for certain stand where it says; the others are proposed as they would be
    without it (:func:`survey.importers.propose.propose_mapping`), for questions that are still free.

    Raises
    ------
    MappingError
        There is no importer for the platform, or no column at all could be placed.
    """
    arranged = importer_of(platform).arrange(table)
    proposal = propose_mapping(table, instrument, platform)
    if platform not in JOINED_BY_ID:
        return proposal
    known = {question.code: question for question in instrument.questions}
    places = {p: found for p, found in _with_further(arranged, structure)[0].items() if found.question in known}
    taken = {found.question for found in places.values()}
    columns: list[Column] = []
    for place, column in enumerate(proposal.mapping.columns):
        name = {"heading": column.heading, "occurrence": column.occurrence, "key": column.key}
        found = places.get(place)
        if found is not None:
            use: dict[str, object] = {"question": found.question, "option": found.option, "similarity": 1.0}
            kept = {"numbers_are": column.numbers_are, "missing": column.missing} if column.question else {}
            stands = Column.model_validate({**name, **use, **kept})
            columns.append(with_privacy(stands, arranged.table.columns[place], known[found.question]))
        elif column.question in taken:
            columns.append(Column.model_validate({**name, "role": "ignore"}))
        else:
            columns.append(column)
    answered = {column.question for column in columns}
    return Proposal(
        mapping=proposal.mapping.model_copy(update={"columns": tuple(columns)}),
        unplaced_columns=tuple(
            f"{column_letter(place)}: {column.heading}"
            for place, column in enumerate(columns)
            if column.role == "ignore" and arranged.headings[place].role is None
        ),
        unplaced_questions=tuple(code for code in known if code not in answered),
        uncertain=tuple(column for column in columns if column.similarity is not None and column.similarity < 1),
    )
