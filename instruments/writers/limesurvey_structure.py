"""An instrument as LimeSurvey sees it: groups, questions, subquestions and answers, with LimeSurvey's codes."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

from instruments.writers.blocks import Matrix, blocks, has_missing_options, number_text, specify_options
from instruments.writers.conditions import render_condition
from instruments.writers.export_report import Losses, export_languages, form_text
from instruments.writers.expression_script import ExpressionScriptDialect
from instruments.writers.platform_names import assign_names
from survey.instrument import Instrument
from survey.questionnaire import Question
from survey.texts import Text

__all__ = ["LIMESURVEY_LANGUAGES", "LimeEntry", "LimeGroup", "LimeQuestion", "LimeSurveyStructure"]

LIMESURVEY_LANGUAGES = {"zh": "zh-Hans"}
"""LimeSurvey's code of a language where it differs from ours."""
LIMESURVEY_TYPES = {"scale": "L", "single": "L", "multiple": "M", "ranking": "R", "number": "N", "text": "T"}
THEMES = {
    "L": "listradio",
    "M": "multiplechoice",
    "R": "ranking",
    "N": "numerical",
    "T": "longfreetext",
    "S": "shortfreetext",
    "F": "arrays/array",
}
"""Question theme of each question type letter, as LimeSurvey's own files name it."""
QUESTION_CODE_LENGTH, ANSWER_CODE_LENGTH = 20, 5
RESERVED_CODES = ("other", "comment", "time")

Wordings = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimeEntry:
    """A subquestion (``relevance`` set) or an answer option, with its wording per language."""

    code: str
    text: Wordings
    relevance: str = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimeQuestion:
    """A question: type letter, code, wording and help per language, relevance equation."""

    type: str
    code: str
    text: Wordings
    help: Wordings
    relevance: str = "1"
    mandatory: bool = False
    subquestions: tuple[LimeEntry, ...] = ()
    answers: tuple[LimeEntry, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimeGroup:
    """A question group: name and description per language."""

    name: Wordings
    description: Wordings
    questions: tuple[LimeQuestion, ...]


class LimeSurveyStructure:
    """Groups of one survey, built once and written as TSV or LSS; ``losses`` is what it could not carry."""

    def __init__(self, instrument: Instrument, languages: Sequence[str] | None) -> None:
        self.instrument = instrument
        self.losses = Losses()
        self.languages = export_languages(instrument, languages, self.losses)
        codes = [question.code for question in instrument.questions]
        self.names = _names(codes, QUESTION_CODE_LENGTH, first="[A-Za-z]", taken=RESERVED_CODES)
        self.variables = dict(self.names)
        self._taken = set(self.names.values()) | set(RESERVED_CODES)
        self._matrix_names: dict[str, str] = {}
        for section in instrument.sections:
            for number, block in enumerate(blocks(section, instrument), start=1):
                if isinstance(block, Matrix):
                    name = self._name(f"{section.code}Grid{number}")
                    self._matrix_names[block.questions[0].code] = name
                    for question in block.questions:
                        self.variables[question.code] = f"{name}_{self.names[question.code]}"
        self._option_names = self._name_options()
        self._dialect = ExpressionScriptDialect(self.variables, self._option_names)
        self._note_names()
        self.losses.add("instruments.export_model_not_carried", instrument.instrument, "note")
        self.title = self._texts(instrument.title)
        self.groups = tuple(self._group(number) for number in range(len(instrument.sections)))

    def _name(self, wanted: str) -> str:
        name = _names([wanted], QUESTION_CODE_LENGTH, first="[A-Za-z]", taken=self._taken)[wanted]
        self._taken.add(name)
        return name

    def _name_options(self) -> dict[str, dict[str, str]]:
        """Names per scale: five characters for answers; subquestions of a multiple choice may be longer."""
        several = {question.scale for question in self.instrument.questions if question.type == "multiple"}
        single = {question.scale for question in self.instrument.questions if question.type != "multiple"}
        return {
            code: _names(
                [str(option.code) for option in scale.all_options],
                QUESTION_CODE_LENGTH if code in several - single else ANSWER_CODE_LENGTH,
                first="",
                taken=RESERVED_CODES,
            )
            for code, scale in self.instrument.scales.items()
        }

    def _note_names(self) -> None:
        for code, name in self.names.items():
            if code != name:
                self.losses.add("instruments.export_renamed", f"{code} → {name}", "note")
        used = {question.scale for question in self.instrument.questions}
        for scale, names in self._option_names.items():
            for code, name in names.items():
                if code != name and scale in used:
                    self.losses.add("instruments.export_renamed", f"{scale}: {code} → {name}", "note")

    def _texts(self, text: Text | None) -> Wordings:
        return {code: _html(text.in_language(code)) if text is not None else "" for code in self.languages}

    def _group(self, number: int) -> LimeGroup:
        section = self.instrument.sections[number]
        questions: list[LimeQuestion] = []
        for block in blocks(section, self.instrument):
            if isinstance(block, Matrix):
                questions.append(self._matrix(block, section.title))
            else:
                questions.append(self._question(block))
                questions += self._specify(block)
        return LimeGroup(
            name=self._texts(section.title), description=self._texts(section.stem), questions=tuple(questions)
        )

    def _relevance(self, question: Question) -> str:
        if question.show_if is None:
            return "1"
        return render_condition(question.show_if, self.instrument, self._dialect)

    def _question(self, question: Question) -> LimeQuestion:
        entries = self._options(question)
        several = question.type == "multiple"
        self._note(question)
        return LimeQuestion(
            type=LIMESURVEY_TYPES[question.type],
            code=self.names[question.code],
            text=self._texts(question.text),
            help=self._texts(question.hint),
            relevance=self._relevance(question),
            mandatory=question.required,
            subquestions=entries if several else (),
            answers=() if several else entries,
            attributes=_limits(question),
        )

    def _note(self, question: Question) -> None:
        if question.purpose is not None:
            self.losses.add("instruments.export_purpose_not_carried", question.code, "note")
        if has_missing_options(question, self.instrument):
            self.losses.add("instruments.export_missing_as_answer", question.scale or "", "note")

    def _options(self, question: Question) -> tuple[LimeEntry, ...]:
        if question.scale is None:
            return ()
        names = self._option_names[question.scale]
        options = self.instrument.scale_of(question).all_options
        return tuple(LimeEntry(code=names[str(option.code)], text=self._texts(option.label)) for option in options)

    def _matrix(self, matrix: Matrix, title: Text) -> LimeQuestion:
        required = [question for question in matrix.questions if question.required]
        if required and len(required) < len(matrix.questions):
            for question in required:
                self.losses.add("instruments.export_required_rows", question.code)
        for question in matrix.questions:
            self._note(question)
        return LimeQuestion(
            type="F",
            code=self._matrix_names[matrix.questions[0].code],
            text=self._texts(title),
            help=self._texts(None),
            mandatory=len(required) == len(matrix.questions),
            subquestions=tuple(
                LimeEntry(
                    code=self.names[question.code],
                    text=self._texts(question.text),
                    relevance=self._relevance(question),
                )
                for question in matrix.questions
            ),
            answers=self._options(matrix.questions[0]),
        )

    def _specify(self, question: Question) -> list[LimeQuestion]:
        return [
            LimeQuestion(
                type="S",
                code=self._name(f"{self.names[question.code]}Text"),
                text={c: _html(form_text("specify", c, option=option.label.in_language(c))) for c in self.languages},
                help=self._texts(None),
                relevance=self._dialect.one_of(question, (str(option.code),)),
            )
            for option in specify_options(question, self.instrument)
        ]


def _names(codes: Sequence[str], longest: int, *, first: str, taken: Sequence[str] | set[str]) -> dict[str, str]:
    return assign_names(
        codes,
        forbidden="[^A-Za-z0-9]",
        filler="",
        first=first,
        prefix="q",
        longest=longest,
        taken=taken,
        ignore_case=True,
    )


def _limits(question: Question) -> dict[str, str]:
    ends = {"min_num_value_n": question.lowest, "max_num_value_n": question.highest}
    return {name: number_text(value) for name, value in ends.items() if value is not None}


def _html(wording: str) -> str:
    """A wording as HTML in which ExpressionScript finds nothing to replace."""
    plain = html.escape(wording.strip(), quote=False).replace("\n", "<br />")
    return plain.replace("{", "&#123;").replace("}", "&#125;")
