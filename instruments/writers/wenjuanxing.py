"""问卷星 (wjx.cn): the text its page 导入文本 turns into a questionnaire."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from instruments.writers.blocks import Matrix, blocks, has_missing_options, number_text
from instruments.writers.conditions_in_words import condition_in_words
from instruments.writers.export_report import ExportReport, Losses, export_languages, form_text
from survey.instrument import Instrument
from survey.questionnaire import Question
from survey.texts import Text

__all__ = ["write_wenjuanxing"]

WENJUANXING_TYPES = {
    "scale": "单选题",
    "single": "单选题",
    "multiple": "多选题",
    "ranking": "排序题",
    "number": "填空题",
    "text": "填空题",
}
MATRIX_TYPE, PARAGRAPH_TYPE = "矩阵单选题", "段落说明"
BLANK = "____"
"""After an option, 问卷星 reads it as a field for text."""


def write_wenjuanxing(instrument: Instrument, path: Path, *, languages: Sequence[str] | None = None) -> ExportReport:
    """Write an instrument as 问卷星 import text: ``1. 题干*[单选题]``, an option a line, blank lines between.

    Sections become paragraphs, a run of a ``grid`` section a matrix (unless a column label holds a
    space, which the format takes for a border). The format has no conditions: when a question is to
    be shown stands in its wording and, with the others to be set by hand, in ``losses``.

    Parameters
    ----------
    languages
        One language; of several the first is written and the others count as lost. Chinese by default.

    Raises
    ------
    InstrumentError
        The instrument has no wording in one of the languages.
    """
    if languages is None:
        languages = sorted(instrument.languages, key=lambda language: language != "zh")
    text = _ImportText(instrument, languages)
    paragraphs = list(text.paragraphs())
    path.write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")
    return ExportReport(file=path, losses=text.losses.problems(path), names=text.numbers)


class _ImportText:
    """The paragraphs of one import text, and what it could not carry."""

    def __init__(self, instrument: Instrument, languages: Sequence[str]) -> None:
        self.instrument = instrument
        self.losses = Losses()
        self.language, *others = export_languages(instrument, languages, self.losses)
        for language in others:
            self.losses.add("instruments.export_one_language", language, written=self.language)
        self.losses.add("instruments.export_title_by_hand", self._plain(instrument.title), "note")
        self.losses.add("instruments.export_model_not_carried", instrument.instrument, "note")
        self.numbers = self._number()

    def _plain(self, text: Text) -> str:
        """A wording on one line, without square brackets, which would be read as a type of question."""
        line = re.sub(r"\s+", " ", text.in_language(self.language)).strip()
        return line.replace("[", "［").replace("]", "］")

    def _parts(self) -> Iterator[tuple[int, Question | Matrix]]:
        for number, section in enumerate(self.instrument.sections):
            for block in blocks(section, self.instrument):
                if isinstance(block, Matrix) and self._spaced(block):
                    self.losses.add("instruments.export_matrix_apart", section.code, "note")
                    yield from ((number, question) for question in block.questions)
                else:
                    yield number, block

    def _spaced(self, matrix: Matrix) -> bool:
        options = self.instrument.scale_of(matrix.questions[0]).all_options
        return any(" " in self._plain(option.label) for option in options)

    def _number(self) -> dict[str, str]:
        """The number 问卷星 will give each question; a row of a matrix has the matrix's number and its own."""
        numbers: dict[str, str] = {}
        for number, (_, block) in enumerate(self._parts(), start=1):
            if isinstance(block, Matrix):
                numbers |= {question.code: f"{number}-{row}" for row, question in enumerate(block.questions, start=1)}
            else:
                numbers[block.code] = str(number)
        return numbers

    def paragraphs(self) -> Iterator[str]:
        """A paragraph per section and per question."""
        current = -1
        for number, (place, block) in enumerate(self._parts(), start=1):
            section = self.instrument.sections[place]
            if place != current:
                current = place
                yield f"{self._plain(section.title)}[{PARAGRAPH_TYPE}]"
                if section.stem is not None and not isinstance(block, Matrix):
                    yield f"{self._plain(section.stem)}[{PARAGRAPH_TYPE}]"
            if isinstance(block, Matrix):
                yield self._matrix(number, block, section.stem or section.title)
            else:
                yield self._question(number, block)

    def _question(self, number: int, question: Question) -> str:
        lines = [f"{number}. {self._wording(question)}{_star(question.required)}[{WENJUANXING_TYPES[question.type]}]"]
        if question.scale is not None:
            for option in self.instrument.scale_of(question).all_options:
                lines.append(self._plain(option.label) + (BLANK if option.specify else ""))
                if option.specify:
                    self.losses.add("instruments.export_specify_by_hand", self._title(question))
        return "\n".join(lines)

    def _title(self, question: Question) -> str:
        return f"{self.numbers[question.code]} {question.code}"

    def _wording(self, question: Question) -> str:
        """The wording with the notes the format has no other place for."""
        notes = []
        if question.hint is not None:
            notes.append(self._plain(question.hint))
        if question.type == "number" and (question.lowest is not None or question.highest is not None):
            notes.append(_range_note(question, self.language))
            self.losses.add("instruments.export_range_by_hand", self._title(question))
        condition = condition_in_words(question, self.instrument, self.language, self.numbers)
        if condition:
            notes.append(form_text("only_if", self.language, condition=condition))
            self.losses.add("instruments.export_routing_by_hand", f"{self._title(question)} ({condition})")
        if question.purpose is not None:
            self.losses.add("instruments.export_purpose_not_carried", question.code, "note")
        if has_missing_options(question, self.instrument):
            self.losses.add("instruments.export_missing_as_answer", question.scale or "", "note")
        wording = self._plain(question.text)
        space = "" if self.language == "zh" else " "
        bracketed = [form_text("bracketed", self.language, text=note.rstrip("。.")) for note in notes]
        return space.join([wording, *bracketed])

    def _matrix(self, number: int, matrix: Matrix, title: Text) -> str:
        required = [question for question in matrix.questions if question.required]
        if len(required) not in {0, len(matrix.questions)}:
            for question in required:
                self.losses.add("instruments.export_required_rows", question.code)
        star = _star(len(required) == len(matrix.questions))
        options = self.instrument.scale_of(matrix.questions[0]).all_options
        columns = " ".join(self._plain(option.label) for option in options)
        rows = [self._wording(question) for question in matrix.questions]
        return "\n".join([f"{number}. {self._plain(title)}{star}[{MATRIX_TYPE}]", columns, *rows])


def _star(required: bool) -> str:
    return "*" if required else ""


def _range_note(question: Question, language: str) -> str:
    ends = {
        "lowest": None if question.lowest is None else number_text(question.lowest),
        "highest": None if question.highest is None else number_text(question.highest),
    }
    kind = "range_both" if None not in ends.values() else "range_to" if ends["lowest"] is None else "range_from"
    return form_text(kind, language, **ends)
