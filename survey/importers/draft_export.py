"""An instrument drafted from an export alone, and the mapping that reads the export into it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from survey.errors import Problem
from survey.importers.answer_key import known_missing, without_free_text
from survey.importers.answer_ladders import on_one_ladder
from survey.importers.arranged import Arranged
from survey.importers.cell_text import cell_text, fold
from survey.importers.cells import number_of
from survey.importers.column_values import divided
from survey.importers.instructed_items import instructed_option
from survey.importers.mapping import Column, Mapping
from survey.importers.protection import with_privacy
from survey.importers.questions import ExportQuestion, questions_in, roles_in
from survey.importers.table_file import Table
from survey.importers.wenjuanxing_headings import asks_for_attention
from survey.instrument import Instrument
from survey.privacy import mask_personal
from survey.structures.builder import DraftBuilder
from survey.structures.draft import DraftOption
from survey.structures.instrument_draft import draft_instrument
from survey.structures.role_words import asks_for_demography, speaks_of_rating
from survey.structures.wordings import guess_language

__all__ = ["ExportDraft", "draft_export"]

_PART = {"zh": "第 {number} 部分", "en": "Part {number}"}
_MOST_FOREIGN = 50
"""Distinct unreadable cells of a number column above which it is drafted as an open question."""


class ExportDraft(NamedTuple):
    """An instrument to be completed, the mapping of the export to it, what to know about both, and the cells."""

    instrument: Instrument
    mapping: Mapping
    questions: tuple[ExportQuestion, ...]
    remarks: tuple[Problem, ...]
    table: Table


def draft_export(arranged: Arranged, *, platform: str, instrument_id: str) -> ExportDraft:
    """Draft an instrument from the columns and cells of an export.

    An export does not hold the questionnaire: options that nobody chose are absent, wordings may be cut, the ends of
    scales are supposed. Every supposition is a remark. The mapping reads this file, and later ones with the same
    columns.

    Raises
    ------
    InstrumentError
        The export holds no question, or ``instrument_id`` is no valid code.
    """
    return _Drafting(arranged, platform).result(instrument_id)


class _Drafting:
    def __init__(self, arranged: Arranged, platform: str) -> None:
        self.arranged = arranged
        self.table: Table = arranged.table
        self.platform = platform
        self.questions = questions_in(arranged, platform=platform)
        self.builder = DraftBuilder(Path(self.table.file), platform)  # type: ignore[arg-type]  # any importer's name
        words = [question.text for question in self.questions]
        self.language = guess_language(words or list(self.table.headings))
        self.columns: dict[int, Column] = {}
        self.parts = 0

    def result(self, instrument_id: str) -> ExportDraft:
        for place, role in enumerate(roles_in(self.arranged)):
            if role is not None:
                self._put(place, role=role)
        for block in self._blocks():
            self._section(block)
        structure = self.builder.finish(title={self.language: Path(self.table.file).stem}, languages=[self.language])
        drafted = draft_instrument(structure, instrument_id=instrument_id)
        for place in range(len(self.table.headings)):
            if place not in self.columns:
                self._put(place, role="ignore")
        asked = {question.code: question for question in drafted.instrument.questions}
        for place, column in self.columns.items():
            self.columns[place] = with_privacy(column, self.table.columns[place], asked.get(column.question or ""))
        arranged = self.arranged
        mapping = Mapping(
            instrument=drafted.instrument.instrument,
            platform=self.platform,
            sheet=self.table.sheet,
            encoding=self.table.encoding,
            delimiter=self.table.delimiter,
            header_row=self.table.header_row or None,
            numbers_are=arranged.numbers_are,
            **({} if arranged.separators is None else {"separators": arranged.separators}),
            missing=dict(arranged.missing),
            blank_is=arranged.blank_is,
            leave_out=dict(arranged.leave_out),
            columns=tuple(self.columns[place] for place in sorted(self.columns)),
        )
        remarks = (*arranged.remarks, *drafted.remarks)
        return ExportDraft(drafted.instrument, mapping, self.questions, remarks, self.table)

    def _put(self, place: int, **use: object) -> None:
        known = {
            "heading": self.table.headings[place],
            "occurrence": self.table.occurrences[place],
            "key": self.arranged.headings[place].key,
        }
        self.columns[place] = Column.model_validate({**known, **use})

    def _blocks(self) -> Iterator[list[ExportQuestion]]:
        """Questions to be presented together: every matrix, runs of scale questions alike, and what lies between."""
        block: list[ExportQuestion] = []
        for question in self.questions:
            if block and (question.grid or block[-1].grid or _alike(block[-1]) != _alike(question)):
                yield block
                block = []
            block.append(question)
        if block:
            yield block

    def _section(self, block: Sequence[ExportQuestion]) -> None:
        number = len(self.columns)
        first = block[0]
        self.parts += 1
        alone = first.text if first.grid or len(block) == 1 else ""
        title = alone or _PART.get(self.language, _PART["en"]).format(number=self.parts)
        self.builder.section(
            f"part_{number}" if not first.grid else f"block_{self._name(first)}",
            {self.language: title[:120]},
            stem={self.language: first.text} if first.grid and first.text else None,
            grid=first.grid,
        )
        lone = len(block) == 1 and first.kind == "scale" and not first.grid
        if lone and _only_numbers(first) and not speaks_of_rating(first.text):
            block = [replace(first, kind="single")]
        for question in block:
            item = self.builder.item(question.name, question.kind, self.table.place(question.columns[0]))
            if not question.grid:
                self._ask(item, question, self._name(question), question.text, question.columns)
                continue
            for row, (place, part) in enumerate(zip(question.columns, question.parts, strict=True), start=1):
                heading = self.arranged.headings[place]
                name = heading.text if _is_code(heading.text) else f"{self._name(question)}_{row}"
                self._ask(item, question, name, part, (place,))

    def _name(self, question: ExportQuestion) -> str:
        """A code for the question: the platform's where it is one, else its number."""
        if question.name.isdigit():
            return f"Q{question.name}"
        if _is_code(question.name):
            return question.name
        return f"Q{question.columns[0] + 1}"

    def _ask(self, item: object, question: ExportQuestion, name: str, text: str, places: Sequence[int]) -> None:
        kind = question.kind
        invalid: list[str] = []
        if kind == "number":
            foreign = self._not_numbers(places[0])
            if len(foreign) > _MOST_FOREIGN or any(mask_personal(text) != text for text in foreign):
                kind = "text"
            else:
                invalid = foreign
        options = [
            DraftOption(code=option.code, label={self.language: mask_personal(option.label)} if option.label else {})
            for option in question.options
        ]
        if kind == "multiple" and not question.spread:
            invalid = self._not_options(places[0], [option.label for option in question.options])
        tells = asks_for_attention(text)
        code = self.builder.question(
            item,  # type: ignore[arg-type]  # an Item
            name,
            kind,
            {self.language: text} if text else {},
            options=options,
            unordered=_unordered(question),
            attention=tells,
            expects=instructed_option(text, question.options, self._cells(places)) if tells else None,
            demographic=not question.grid and asks_for_demography(name, text),
        )
        if invalid:
            self.builder.remark("survey.draft_cells_invalid", code, severity="warning", count=str(len(invalid)))
        if question.completed:
            labels, steps = " / ".join(question.completed), str(len(options))
            self.builder.remark("survey.draft_scale_completed", code, severity="warning", labels=labels, steps=steps)
        elif kind not in {"number", "text"} and not question.declared and len(options) > 0:
            self.builder.remark("survey.draft_options_seen", code, severity="warning")
        codes = [option.code for option in question.options]
        own_numbers = kind in {"scale", "single"} and codes != list(range(1, len(codes) + 1))
        for place, option in zip(places, question.option_codes or (None,) * len(places), strict=False):
            use: dict[str, object] = {"question": code, "similarity": 1.0}
            if question.spread:
                use["option"] = option
            elif own_numbers and self.arranged.numbers_are == "positions":
                use["numbers_are"] = "codes"
            if invalid:
                use["invalid"] = tuple(invalid)
            variable = self.table.variables[place] if self.table.variables else None
            if variable is not None and variable.missing:
                use["missing"] = dict(variable.missing)
            self._put(place, **use)

    def _cells(self, places: Sequence[int]) -> list[str]:
        return [cell_text(cell) for place in places for cell in self.table.columns[place]]

    def _not_numbers(self, place: int) -> list[str]:
        """Distinct filled cells of a number column that name no number."""
        gone = {fold(word) for word in (*known_missing(self.platform), *self.arranged.missing)}
        texts = dict.fromkeys(cell_text(cell) for cell in self.table.columns[place] if number_of(cell) is None)
        return [text for text in texts if text and fold(text) not in gone]

    def _not_options(self, place: int, labels: Sequence[str]) -> list[str]:
        """Pieces of cells with several options that are none of the labels: what single persons wrote themselves."""
        separators = self.arranged.separators or Mapping.model_fields["separators"].default
        known = {fold(label) for label in (*known_missing(self.platform), *self.arranged.missing, *labels)}
        found: dict[str, None] = {}
        for cell in set(self.table.columns[place]):
            for piece in divided(without_free_text(cell_text(cell)), separators):
                if fold(piece) not in known:
                    parts = [piece]
                    for separator in separators:
                        parts = [part.strip() for part in parts for part in part.split(separator)]
                    found |= dict.fromkeys(part for part in parts if part and fold(part) not in known)
        return [part for part in found if mask_personal(part) == part]


def _alike(question: ExportQuestion) -> tuple[object, ...]:
    """What questions of one section share: scale questions their options, others nothing."""
    if question.kind == "scale":
        return ("scale", *(fold(option.label) for option in question.options))
    return ("other",)


def _unordered(question: ExportQuestion) -> bool:
    """Whether the options are texts of the file in no order that is known."""
    labels = [option.label for option in question.options]
    numbered = all(re.match(r"\d", label) for label in labels)
    return bool(labels) and not question.declared and not numbered and on_one_ladder(labels) is None


def _only_numbers(question: ExportQuestion) -> bool:
    """Whether nothing but numbers is known of a question's options."""
    return not question.declared and all(option.label == str(option.code) for option in question.options)


def _is_code(name: str) -> bool:
    return len(name) <= 40 and name.isascii() and name.replace("_", "").replace(".", "").replace("-", "").isalnum()
