"""Columns of cells to codes, numbers and texts; the work is done once per distinct value."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from survey.importers.answer_key import AnswerKey, missing_lookup, without_free_text
from survey.importers.cell_text import CellValue, cell_text, fold, is_blank, number_in
from survey.importers.foreign import ForeignCells
from survey.importers.mapping import Column, Mapping
from survey.questionnaire import Question
from survey.responses import AnswerColumn, NumberColumn
from survey.scales import MISSING_CODES, Option, Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TICK_WORDS", "CellCoder", "Distinct", "distinct", "number_of"]

_RANK_SEPARATORS = ("→", "->", "➔", ">")
_YES = frozenset(
    {"1", "true", "yes", "y", "x", "是", "√", "✓", "✔", "☑", "选中", "已选", "checked", "selected", "예"}
    | {"ja", "oui", "sí", "si", "sì", "sim", "да", "tak", "evet", "はい"}
)
_NO = frozenset(
    {"0", "false", "no", "n", "否", "未选", "未选中", "unchecked", "not selected", "아니요"}
    | {"nein", "nee", "nej", "nei", "non", "não", "нет", "nie", "hayır", "いいえ", "아니오"}
)
TICK_WORDS = _YES | _NO
"""What cells of a column that stands for one option hold, folded."""
_NUMBER_WITH_UNIT = re.compile(
    r"([+-]?\d+(?:\.\d+)?) ?(?:岁|周岁|年|个月|月|天|次|个|人|元|%|分|分钟|小时|秒|세|years?|yrs?|times?)"
)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
BLANK = MISSING_CODES["blank"]
SKIPPED = MISSING_CODES["skipped"]
INVALID = MISSING_CODES["invalid"]
NOT_RANKED = MISSING_CODES["not_ranked"]


@dataclass(frozen=True, slots=True)
class Distinct:
    """The distinct values of a column, and for each record the place of its value among them."""

    values: tuple[CellValue, ...]
    inverse: NDArray[np.int32]

    def records_with(self, place: int, asked: NDArray[np.bool_] | None) -> Sequence[int]:
        """Records that hold a value, among those who were asked."""
        here = self.inverse == place
        return [int(record) for record in np.flatnonzero(here if asked is None else here & asked)]


def distinct(cells: Sequence[CellValue]) -> Distinct:
    """Distinct cell values in order of first appearance."""
    places: defaultdict[CellValue, int] = defaultdict()
    places.default_factory = places.__len__  # a value seen for the first time gets the next place
    inverse = np.fromiter(map(places.__getitem__, cells), dtype=np.int32, count=len(cells))
    return Distinct(tuple(places), inverse)


def number_of(value: CellValue) -> float | None:
    """The number in a cell (``30``, ``1,200``, ``30岁``), or None."""
    if isinstance(value, int | float):
        return float(value)
    folded = fold(cell_text(value))
    if _THOUSANDS.fullmatch(folded):
        return float(folded.replace(",", ""))
    if found := _NUMBER_WITH_UNIT.fullmatch(folded):
        return float(found[1])
    return number_in(folded)


@dataclass(slots=True, kw_only=True)
class CellCoder:
    """Codes the answers of one table.

    ``asked`` is, by question code, where the question was part of the wave; what stands in the other
    cells is not looked at.
    """

    columns: Sequence[Sequence[CellValue]] = field(repr=False)
    mapping: Mapping
    foreign: ForeignCells
    asked: dict[str, NDArray[np.bool_]]
    n: int

    def choice(self, question: Question, scale: Scale, column: Column, place: int) -> NDArray[np.int16]:
        """Positions and missing kinds of a scale or single-choice question, shape (n,)."""
        found = distinct(self.columns[place])
        key = AnswerKey(scale, column, self.mapping)
        codes = np.empty(len(found.values), dtype=np.int16)
        for which, value in enumerate(found.values):
            code = key.find(value)
            if code is None:
                self._foreign(question, place, found, which, key.expected())
            codes[which] = INVALID if code is None else code
        return self._where_asked(question, codes[found.inverse])

    def choices_in_one_cell(
        self, question: Question, scale: Scale, column: Column, place: int
    ) -> tuple[list[AnswerColumn], NDArray[np.int16]]:
        """A multiple choice or ranking whose options stand together in one cell; shape (options, n)."""
        found = distinct(self.columns[place])
        key = AnswerKey(scale, column, self.mapping)
        ranking = question.type == "ranking"
        separators = self.mapping.separators + (_RANK_SEPARATORS if ranking else ())
        codes = np.empty((scale.size, len(found.values)), dtype=np.int16)
        for which, value in enumerate(found.values):
            chosen = _options_in(cell_text(value), key, separators)
            if chosen is None:
                self._foreign(question, place, found, which, key.expected())
                codes[:, which] = INVALID
            elif any(code > 0 for code in chosen):
                codes[:, which] = NOT_RANKED if ranking else 1
                ranked = dict.fromkeys(code for code in chosen if code > 0)
                for rank, code in enumerate(ranked, start=1):
                    codes[code - 1, which] = rank if ranking else 2
            else:
                codes[:, which] = chosen[0]
        spread = self._where_asked(question, codes[:, found.inverse])
        return [AnswerColumn(question.code, option.code) for option in scale.answers], spread

    def choices_over_columns(
        self, question: Question, scale: Scale, placed: Sequence[tuple[Column, int]]
    ) -> tuple[list[AnswerColumn], NDArray[np.int16]]:
        """A multiple choice or ranking with a column per option; shape (options, n).

        An empty cell means "not ticked" (or not ranked) where the respondent chose another option, and is blank
        otherwise.
        Options without a column were not offered (``not_in_version``).
        """
        ranking = question.type == "ranking"
        labels = self._hold_labels(scale, placed)
        by_option = {str(column.option): (column, place) for column, place in placed}
        codes = np.full((scale.size, self.n), MISSING_CODES["not_in_version"], dtype=np.int16)
        refused = np.zeros(self.n, dtype=np.int16)
        mapped = np.zeros(scale.size, dtype=np.bool_)
        for option in scale.all_options:
            if str(option.code) not in by_option:
                continue
            column, place = by_option[str(option.code)]
            highest = scale.size if ranking else None
            ticks = self._ticks(question, option, column, place, highest=highest, labels=labels)
            if option.missing is not None:
                refused[ticks == 2] = MISSING_CODES[option.missing]
                continue
            row = next(i for i, answer in enumerate(scale.answers) if answer is option)
            codes[row], mapped[row] = ticks, True
        ticked = (codes > (0 if ranking else 1)).any(axis=0)
        empty = np.isin(codes, (self._blank_code(), BLANK, SKIPPED)) & ticked & mapped[:, None]
        codes[empty] = NOT_RANKED if ranking else 1
        codes[np.ix_(mapped, (refused < 0) & ~ticked)] = refused[(refused < 0) & ~ticked]
        return [AnswerColumn(question.code, o.code) for o in scale.answers], self._where_asked(question, codes)

    def _hold_labels(self, scale: Scale, placed: Sequence[tuple[Column, int]]) -> bool:
        """Whether the columns of a question hold the label of their option where it was chosen, not yes and no.

        That decides what the label "0" or "否" means in the column of an option that is called so. It is a label where
        no column holds a word of yes or no other than its own label, and some column holds a label that is none.
        """
        options = {str(option.code): option for option in scale.all_options}
        labelled = False
        for column, place in placed:
            option = options.get(str(column.option))
            own = set() if option is None else _own_texts(option)
            for value in set(self.columns[place]):
                folded = fold(without_free_text(cell_text(value)))
                if folded in TICK_WORDS and folded not in own:
                    return False
                labelled = labelled or (folded in own and folded not in TICK_WORDS)
        return labelled

    def _ticks(
        self, question: Question, option: Option, column: Column, place: int, *, highest: int | None, labels: bool
    ) -> NDArray[np.int16]:
        """One option's column: 1 no, 2 yes (or the rank up to ``highest``), or a missing kind."""
        found = distinct(self.columns[place])
        declared, known = missing_lookup(column, self.mapping)
        own = _own_texts(option) - (frozenset() if labels else _NO)
        translated = {fold(text): str(code) for text, code in column.values.items()}
        codes = np.empty(len(found.values), dtype=np.int16)
        for which, value in enumerate(found.values):
            folded = fold(cell_text(value))
            folded = translated.get(folded, folded)
            number = number_in(without_free_text(folded))  # 1〖what was written〗
            plain = folded if number is None else f"{number:g}"
            if not folded:
                codes[which] = declared.get("", self._blank_code())
            elif plain in declared:
                codes[which] = declared[plain]
            elif highest is not None and number is not None and number in range(1, highest + 1):
                codes[which] = int(number)
            elif highest is not None and number == 0:
                codes[which] = NOT_RANKED
            elif highest is None and (plain in _YES or fold(without_free_text(folded)) in own):
                codes[which] = 2
            elif highest is None and plain in _NO:
                codes[which] = 1
            elif highest is None and plain == str(option.code):
                codes[which] = 2
            elif plain in known:
                codes[which] = known[plain]
            elif highest is None and option.specify:
                codes[which] = 2  # what was written beside the option
            else:
                expected = f"1–{highest}" if highest is not None else f"0, 1, {option.label.in_language('zh')}"
                self._foreign(question, place, found, which, expected)
                codes[which] = INVALID
        return codes[found.inverse]

    def number(self, question: Question, column: Column, place: int) -> NumberColumn:
        """A number question: values, and the missing kind where there is none."""
        found = distinct(self.columns[place])
        declared, known = missing_lookup(column, self.mapping)
        lowest = -math.inf if question.lowest is None else question.lowest
        highest = math.inf if question.highest is None else question.highest
        translated = {fold(text): code for text, code in column.values.items()}
        values = np.full(len(found.values), np.nan)
        kinds = np.zeros(len(found.values), dtype=np.int8)
        for which, value in enumerate(found.values):
            folded = fold(cell_text(value))
            number = number_of(translated.get(folded, value))
            plain = folded if number is None else f"{number:g}"
            if is_blank(value):
                kinds[which] = declared.get("", self._blank_code())
            elif plain in declared or folded in declared:
                kinds[which] = declared.get(plain, declared.get(folded, INVALID))
            elif number is not None and lowest <= number <= highest:
                values[which] = number
            elif plain in known:
                kinds[which] = known[plain]
            else:
                kinds[which] = INVALID
                code = "survey.number_expected" if number is None else "survey.number_outside_ends"
                self._foreign(question, place, found, which, _ends(question), code=code)
        asked = self.asked.get(question.code)
        values, kinds = values[found.inverse], kinds[found.inverse]
        if asked is not None:
            values = np.where(asked, values, np.nan)
            kinds = np.where(asked, kinds, MISSING_CODES["not_in_version"]).astype(np.int8)
        return NumberColumn(values=values, missing=kinds)

    def text(self, question: Question, column: Column, place: int) -> list[str | None]:
        """Open answers as they stand in the (protected) table; None where there is none."""
        declared, known = missing_lookup(column, self.mapping)
        absent = {fold(""), *declared, *(word for word, code in known.items() if code != MISSING_CODES["dont_know"])}
        read: dict[CellValue, str | None] = {
            value: None if fold(cell_text(value)) in absent else cell_text(value) for value in set(self.columns[place])
        }
        asked = self.asked.get(question.code)
        texts = [read[value] for value in self.columns[place]]
        return texts if asked is None else [t if a else None for t, a in zip(texts, asked, strict=True)]

    def _blank_code(self) -> int:
        return MISSING_CODES[self.mapping.blank_is]

    def _where_asked(self, question: Question, codes: NDArray[np.int16]) -> NDArray[np.int16]:
        asked = self.asked.get(question.code)
        if asked is None:
            return codes
        kept: NDArray[np.int16] = np.where(asked, codes, np.int16(MISSING_CODES["not_in_version"]))
        return kept

    def _foreign(
        self,
        question: Question,
        place: int,
        found: Distinct,
        which: int,
        expected: str,
        *,
        code: str = "survey.value_outside_scale",
    ) -> None:
        records = found.records_with(which, self.asked.get(question.code))
        self.foreign.add(place, found.values[which], records, expected=expected, code=code)


def _own_texts(option: Option) -> set[str]:
    """The label of an option in every language and its other spellings, folded."""
    texts = [option.label.root] if isinstance(option.label.root, str) else list(option.label.root.values())
    return {fold(text) for text in (*texts, *option.also)} | {fold(without_free_text(text)) for text in texts}


def _ends(question: Question) -> str:
    if question.lowest is None and question.highest is None:
        return "12; 3.5 …"
    lowest = "−∞" if question.lowest is None else f"{question.lowest:g}"
    highest = "∞" if question.highest is None else f"{question.highest:g}"
    return f"{lowest}–{highest}"


def _options_in(text: str, key: AnswerKey, separators: Sequence[str]) -> list[int] | None:
    """Codes of the options a cell names, in order; None where some part names none.

    Option texts may hold the separator themselves, so the longest run of parts that names an option is taken.
    Parts declared invalid are left out when another part is an answer.
    """
    whole = key.find_text(text)
    if whole is not None:
        return [whole]
    text = without_free_text(text)
    pattern = "(" + "|".join(re.escape(separator) for separator in sorted(separators, key=len, reverse=True)) + ")"
    parts = re.split(pattern, text)
    codes: list[int] = []
    start = 0
    while start < len(parts):
        if not parts[start].strip():
            start += 2
            continue
        for end in range(len(parts), start, -2):
            code = key.find_text("".join(parts[start:end]))
            if code is not None and (code > 0 or end == start + 1):
                codes.append(code)
                start = end + 1
                break
        else:
            return None
    if not codes:
        return None
    answers = [code for code in codes if code > 0]
    return answers or codes
