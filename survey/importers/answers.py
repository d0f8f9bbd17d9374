"""The answers of every question of an instrument, read from the columns that a mapping gives it."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from survey.importers.cells import CellCoder
from survey.importers.foreign import ForeignCells
from survey.importers.mapping import Column, Mapping
from survey.importers.table_file import Table
from survey.instrument import Instrument
from survey.questionnaire import Question
from survey.responses import AnswerColumn, NumberColumn, ResponseSet
from survey.routing import evaluate
from survey.scales import MISSING_CODES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Answers", "with_routing"]

NOT_IN_VERSION = MISSING_CODES["not_in_version"]


class Answers:
    """Codes, numbers and texts of every question of the instrument, in presentation order."""

    def __init__(
        self,
        table: Table,
        instrument: Instrument,
        mapping: Mapping,
        *,
        places: Lookup[int, Column],
        foreign: ForeignCells,
        waves: NDArray[np.object_],
    ) -> None:
        self.instrument = instrument
        self.n = table.n
        self.columns: list[AnswerColumn] = []
        self.codes: list[NDArray[np.int16]] = []
        self.numbers: dict[str, NumberColumn] = {}
        self.texts: dict[str, list[str | None]] = {}
        asked: dict[str, NDArray[np.bool_]] = {}
        for wave, questions in mapping.not_asked.items():
            for code in questions:
                everyone = np.ones(table.n, dtype=np.bool_)
                asked[code] = asked.get(code, everyone) & np.asarray(waves != wave, dtype=np.bool_)
        coder = CellCoder(columns=table.columns, mapping=mapping, foreign=foreign, asked=asked, n=table.n)
        for question in instrument.questions:
            mine = [(column, place) for place, column in places.items() if column.question == question.code]
            if mine:
                self._read(question, mine, coder)
            else:
                self._leave_out(question)

    def _read(self, question: Question, mine: list[tuple[Column, int]], coder: CellCoder) -> None:
        column, place = mine[0]
        if question.type == "number":
            self.numbers[question.code] = coder.number(question, column, place)
        elif question.type == "text":
            self.texts[question.code] = coder.text(question, column, place)
        else:
            scale = self.instrument.scale_of(question)
            if question.type in {"scale", "single"}:
                self.columns.append(AnswerColumn(question.code))
                self.codes.append(coder.choice(question, scale, column, place)[None, :])
                return
            read = (
                coder.choices_in_one_cell(question, scale, column, place)
                if column.option is None
                else coder.choices_over_columns(question, scale, mine)
            )
            self.columns += read[0]
            self.codes.append(read[1])

    def _leave_out(self, question: Question) -> None:
        if question.type == "number":
            absent = np.full(self.n, NOT_IN_VERSION, dtype=np.int8)
            self.numbers[question.code] = NumberColumn(values=np.full(self.n, np.nan), missing=absent)
        elif question.type == "text":
            self.texts[question.code] = [None] * self.n
        else:
            options = (
                [None]
                if question.type in {"scale", "single"}
                else [option.code for option in self.instrument.scale_of(question).answers]
            )
            self.columns += [AnswerColumn(question.code, option) for option in options]
            self.codes.append(np.full((len(options), self.n), NOT_IN_VERSION, dtype=np.int16))


def with_routing(responses: ResponseSet) -> tuple[ResponseSet, dict[str, NDArray[np.bool_]]]:
    """Blank answers of questions that were not shown become ``not_shown``.

    Also returns, by question, where an answer stands although the question should not have been shown; such
    answers are kept.
    """
    routed = [question for question in responses.instrument.questions if question.show_if is not None]
    if not routed:
        return responses, {}
    codes = responses.codes.copy()
    numbers = dict(responses.numbers)
    misrouted: dict[str, NDArray[np.bool_]] = {}
    for question in routed:
        if question.show_if is None:
            continue
        hidden = ~evaluate(question.show_if, responses)
        answered = responses.answered(question.code) & hidden
        if answered.any():
            misrouted[question.code] = answered
        if question.code in numbers:
            column = numbers[question.code]
            blank = hidden & (column.missing == MISSING_CODES["blank"])
            kinds = np.where(blank, MISSING_CODES["not_shown"], column.missing).astype(np.int8)
            numbers[question.code] = NumberColumn(values=column.values, missing=kinds)
        rows = [row for row, column in enumerate(responses.columns) if column.question == question.code]
        for row in rows:
            codes[row, hidden & (codes[row] == MISSING_CODES["blank"])] = MISSING_CODES["not_shown"]
    return replace(responses, codes=codes, numbers=numbers), misrouted
