"""Mapping files: which column of an export holds the answer to which question.

A mapping is proposed by ``satix map``, reviewed by a person and reused for every later wave.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey.definition_files import read_definition
from survey.errors import MappingError, Place, Problem
from survey.instrument import Instrument
from survey.privacy import Keep, PrivacyRole
from survey.questionnaire import Question
from survey.scales import MissingKind
from survey.texts import Code, Definition

__all__ = ["Column", "ColumnRole", "Mapping", "check_mapping", "read_mapping"]

ColumnRole = Literal[
    "respondent",
    "wave",
    "submitted",
    "started",
    "duration",
    "channel",
    "case_weight",
    "stratum",
    "cluster",
    "paradata",
    "identifier",
    "total",
    "ignore",
]


class Column(Definition):
    """One column of the export.

    ``heading`` is the heading as it stands in the file; where several columns share it,
    ``occurrence`` (from 1) says which. The column answers a ``question`` (``option``: the code of
    the option it stands for, where a multiple choice is spread over columns) or has a ``role``.
    ``values`` translates texts of the file into option codes, ``missing`` into missing kinds;
    ``invalid`` lists values that are accepted as unusable instead of stopping the import. Where a
    multiple choice is spread over columns, the codes of ``values`` are 1 (ticked) and 0 (not).
    ``key`` is the platform's lasting id of the column (a Qualtrics import id): a column is found by it first, so that
    a changed heading does not matter. ``numbers_are`` overrides what the mapping says of numbers. ``similarity`` is how
    alike heading and question were when the column was proposed (1 where nothing had to be guessed).
    ``privacy`` is what the column says of a person and ``keep`` what is stored of it, where that is not the usual for
    its role; ``seen_in`` is what the role was proposed by.
    """

    heading: str
    occurrence: int = Field(default=1, ge=1)
    key: str | None = None
    question: Code | None = None
    option: int | float | str | None = None
    role: ColumnRole | None = None
    values: dict[str, int | float | str] = {}
    missing: dict[str, MissingKind] = {}
    invalid: tuple[str, ...] = ()
    numbers_are: Literal["codes", "positions"] | None = None
    similarity: float | None = Field(default=None, ge=0, le=1)
    privacy: PrivacyRole | None = None
    keep: Keep | None = None
    seen_in: Literal["heading", "cells", "question"] | None = None

    @model_validator(mode="after")
    def _one_use(self) -> Self:
        if (self.question is None) == (self.role is None):
            raise PydanticCustomError(
                "survey.column_question_or_role",
                "column {heading} needs a question or a role",
                {"heading": self.heading},
            )
        return self


class Mapping(Definition):
    """How to read one kind of export into one instrument.

    ``numbers_are`` says what numbers in answer cells mean: option codes, or positions in the option
    list (问卷星 按序号 exports). ``waves`` translates values of the wave column into wave codes.
    ``separators`` split the options of a multiple choice held in one cell. ``missing`` holds for
    every answer column: values of the file and the missing kinds they stand for; ``blank_is`` is
    the kind of an empty cell.
    ``leave_out`` names, by heading, the values of records that are no responses (previews, tests); they are counted
    and not read. ``not_asked`` names, per wave, the questions that were not part of it: their cells are read as
    ``not_in_version`` whatever they hold. ``mask_also`` names what is masked in open answers on request only.
    """

    schema_: Literal["satix.mapping/1"] = Field(default="satix.mapping/1", alias="schema")
    instrument: Code
    platform: str = "table"
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = Field(default=None, ge=1)
    numbers_are: Literal["codes", "positions"] = "codes"
    separators: tuple[str, ...] = ("┋", ";", "；", "|")
    missing: dict[str, MissingKind] = {}
    blank_is: MissingKind = "blank"
    waves: dict[str, Code] = {}
    leave_out: dict[str, tuple[str, ...]] = {}
    not_asked: dict[Code, tuple[Code, ...]] = {}
    mask_also: tuple[Literal["order_number"], ...] = ()
    columns: tuple[Column, ...] = Field(min_length=1)
    unmapped: Literal["ignore", "refuse"] = "ignore"


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    MappingError
        The file is missing or at fault; every fault is listed with its line.
    """
    return read_definition(path, Mapping, error=MappingError)


def check_mapping(mapping: Mapping, instrument: Instrument, *, file: str | None = None) -> tuple[Problem, ...]:
    """Everything in a mapping that does not fit the instrument: unknown questions and options, double use."""
    problems: list[Problem] = []

    def report(code: str, column: Column | None, **fields: object) -> None:
        place = Place(file=file, heading=None if column is None else column.heading)
        problems.append(Problem(code=f"survey.{code}", place=place, fields=fields))

    if mapping.instrument != instrument.instrument:
        report("mapping_other_instrument", None, found=mapping.instrument, expected=instrument.instrument)
    known = {question.code: question for question in instrument.questions}
    used: dict[tuple[str, str | None], Column] = {}
    headings: set[tuple[str, int]] = set()
    roles = Counter(column.role for column in mapping.columns)
    for role in ("respondent", "wave", "submitted", "started", "duration", "channel", "case_weight"):
        if roles[role] > 1:
            report("mapping_role_twice", None, role=role)
    for column in mapping.columns:
        if (column.heading, column.occurrence) in headings:
            report("mapping_heading_twice", column, occurrence=column.occurrence)
        headings.add((column.heading, column.occurrence))
        if column.question is None:
            continue
        question = known.get(column.question)
        if question is None:
            close = difflib.get_close_matches(column.question, known, n=5, cutoff=0.3)
            report("mapping_unknown_question", column, question=column.question, known=", ".join(close or known))
            continue
        if _ambiguous(mapping, column, question, instrument):
            report("numbers_ambiguous", column, question=question.code)
        key = (column.question, None if column.option is None else str(column.option))
        if key in used or (question.type in {"multiple", "ranking"} and (column.question, None) in used):
            report("mapping_question_twice", column, question=column.question, other=used.get(key, column).heading)
        used[key] = column
        _check_options(column, instrument, report)
    from survey.importers.protection import keep_problems

    problems += keep_problems(mapping.columns, known, file=file)
    codes = set(known)
    for wave, questions in mapping.not_asked.items():
        for code in sorted(set(questions) - codes):
            report("mapping_not_asked_unknown", None, wave=wave, question=code)
    return tuple(problems)


def _check_options(column: Column, instrument: Instrument, report: Callable[..., None]) -> None:
    question = instrument.question(column.question or "")
    if question.scale is None:
        if column.option is not None:
            report("mapping_option_without_scale", column, question=question.code)
        return
    options = [str(option.code) for option in instrument.scale_of(question).all_options]
    if column.option is not None and question.type not in {"multiple", "ranking"}:
        report("mapping_option_of_single", column, question=question.code)
    wanted = [] if column.option is None else [column.option]
    if column.option is None:
        wanted += list(column.values.values())
    for code in wanted:
        if str(code) not in options:
            report("mapping_unknown_option", column, question=question.code, option=code, known=", ".join(options[:15]))


def _ambiguous(mapping: Mapping, column: Column, question: Question, instrument: Instrument) -> bool:
    """Whether a number could be a position or a code, and the two differ: a 0-10 question in an export of positions."""
    if mapping.numbers_are != "positions" or column.numbers_are is not None:
        return False
    if question.type not in {"scale", "single"} or column.option is not None:
        return False
    codes = [option.code for option in instrument.scale_of(question).answers]
    numeric = all(isinstance(code, int | float) for code in codes)
    return numeric and codes != list(range(1, len(codes) + 1))
