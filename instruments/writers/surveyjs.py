"""SurveyJS form JSON: https://surveyjs.io/form-library/documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from instruments.writers.blocks import Matrix, blocks, has_missing_options, number_text, specify_options
from instruments.writers.conditions import render_condition
from instruments.writers.export_report import ExportReport, Losses, export_languages, form_text
from instruments.writers.platform_names import assign_names
from instruments.writers.surveyjs_expressions import SurveyJSDialect
from survey.instrument import Instrument
from survey.questionnaire import Question
from survey.scales import Option, Scale
from survey.texts import Text

__all__ = ["write_surveyjs"]

LOCALES = {"zh": "zh-cn", "en": "en"}
"""SurveyJS's code of a language where it differs from ours; English is its default locale."""

Element = dict[str, Any]


def write_surveyjs(instrument: Instrument, path: Path, *, languages: Sequence[str] | None = None) -> ExportReport:
    """Write an instrument as SurveyJS JSON (survey-core 2).

    A section becomes a page, a run of a ``grid`` section a matrix with a visibility condition per
    row, an option with ``specify`` a text question of its own. Answers to hidden questions are
    cleared as soon as they are hidden, so that conditions see what the respondent sees.

    Parameters
    ----------
    languages
        Languages of the form, the first its initial locale; the instrument's own by default.

    Raises
    ------
    InstrumentError
        The instrument has no wording in one of the languages.
    """
    form = _Form(instrument, languages)
    content = {
        "title": form.text(instrument.title),
        "locale": LOCALES.get(form.languages[0], form.languages[0]),
        "clearInvisibleValues": "onHidden",
        "checkErrorsMode": "onNextPage",
        "pages": list(form.pages()),
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    names = {code: name for code, name in form.references.items() if code != name}
    return ExportReport(file=path, losses=form.losses.problems(path), names=names)


class _Form:
    """The pages of one form, and what it could not carry."""

    def __init__(self, instrument: Instrument, languages: Sequence[str] | None) -> None:
        self.instrument = instrument
        self.losses = Losses()
        self.languages = export_languages(instrument, languages, self.losses)
        codes = [question.code for question in instrument.questions]
        self.names = assign_names(codes, forbidden=r"[^\w\-]", first="")
        self._taken = {name.casefold() for name in self.names.values()}
        self.references = dict(self.names)
        self._matrix_names: dict[str, str] = {}
        for section in instrument.sections:
            for number, block in enumerate(blocks(section, instrument), start=1):
                if isinstance(block, Matrix):
                    name = self._name(f"{section.code}_grid{number}")
                    self._matrix_names[block.questions[0].code] = name
                    for question in block.questions:
                        self.references[question.code] = f"{name}.{self.names[question.code]}"
        counts = {code: len(scale.all_options) for code, scale in instrument.scales.items()}
        self._dialect = SurveyJSDialect(self.references, counts)
        for code, name in self.names.items():
            if name != code:
                self.losses.add("instruments.export_renamed", f"{code} → {name}", "note")
        self.losses.add("instruments.export_model_not_carried", instrument.instrument, "note")

    def _name(self, wanted: str) -> str:
        name = assign_names([wanted], forbidden=r"[^\w\-]", first="", taken=self._taken, ignore_case=True)[wanted]
        self._taken.add(name.casefold())
        return name

    def _localised(self, wordings: dict[str, str]) -> str | dict[str, str]:
        """One wording, or one per locale; ``default`` serves English, or the first language without English."""
        if len(set(wordings.values())) == 1:
            return next(iter(wordings.values()))
        fallback = "en" if "en" in wordings else self.languages[0]
        rest = {LOCALES.get(code, code): text for code, text in wordings.items() if code != fallback}
        return {"default": wordings[fallback], **rest}

    def text(self, text: Text) -> str | dict[str, str]:
        """A wording in every language of the form; braces, which SurveyJS would fill in, become full-width."""
        return self._localised({code: _plain(text.in_language(code)) for code in self.languages})

    def _phrase(self, name: str, **fields: object) -> str | dict[str, str]:
        return self._localised({code: form_text(name, code, **fields) for code in self.languages})

    def pages(self) -> Iterator[Element]:
        """A page per section."""
        for section in self.instrument.sections:
            elements: list[Element] = []
            for block in blocks(section, self.instrument):
                if isinstance(block, Matrix):
                    elements.append(self._matrix(block))
                else:
                    elements += [self._question(block), *self._specify(block)]
            page: Element = {"name": self._name(section.code), "title": self.text(section.title)}
            if section.stem is not None:
                page["description"] = self.text(section.stem)
            yield {**page, "elements": elements}

    def _question(self, question: Question) -> Element:
        element: Element = {
            "type": self._type(question),
            "name": self.names[question.code],
            "title": self.text(question.text),
        }
        if question.hint is not None:
            element["description"] = self.text(question.hint)
        if question.required:
            element["isRequired"] = True
        if question.show_if is not None:
            element["visibleIf"] = self._condition(question)
        if question.scale is not None:
            key = "rateValues" if element["type"] == "rating" else "choices"
            element[key] = self._options(self.instrument.scale_of(question))
            self._note_options(question)
        if question.type == "number":
            element["inputType"] = "number"
            element |= self._range(question)
        self._note_purpose(question)
        return element

    def _type(self, question: Question) -> str:
        kinds = {"multiple": "checkbox", "ranking": "ranking", "number": "text", "text": "comment"}
        if question.type != "scale":
            return kinds.get(question.type, "radiogroup")
        options = self.instrument.scale_of(question).all_options
        bare = [option for option in options if option.label == Text(str(option.code))]
        return "rating" if bare and not has_missing_options(question, self.instrument) else "radiogroup"

    def _options(self, scale: Scale) -> list[Element]:
        return [{"value": option.code, "text": self.text(option.label)} for option in scale.all_options]

    def _note_options(self, question: Question) -> None:
        if has_missing_options(question, self.instrument):
            self.losses.add("instruments.export_missing_as_answer", question.scale or "", "note")

    def _note_purpose(self, question: Question) -> None:
        if question.purpose is not None:
            self.losses.add("instruments.export_purpose_not_carried", question.code, "note")

    def _condition(self, question: Question) -> str:
        if question.show_if is None:
            return ""
        return render_condition(question.show_if, self.instrument, self._dialect)

    def _range(self, question: Question) -> Element:
        limits: Element = {}
        for key, value, name in (("min", question.lowest, "range_from"), ("max", question.highest, "range_to")):
            if value is not None:
                limits[key] = int(value) if value.is_integer() else value
                ends = {"lowest": number_text(value), "highest": number_text(value)}
                limits[f"{key}ErrorText"] = self._phrase(name, **ends)
        return limits

    def _matrix(self, matrix: Matrix) -> Element:
        first = matrix.questions[0]
        section = next(part for part in self.instrument.sections if first in part.questions)
        element: Element = {
            "type": "matrix",
            "name": self._matrix_names[first.code],
            "title": self.text(section.title),
            "titleLocation": "hidden",
            "columns": self._options(self.instrument.scale_of(first)),
            "rows": [self._row(question) for question in matrix.questions],
        }
        validators = [self._required_row(question) for question in matrix.questions if question.required]
        if validators and len(validators) == len(matrix.questions):
            element["eachRowRequired"] = True
        elif validators:
            element["validators"] = validators
        self._note_options(first)
        return element

    def _row(self, question: Question) -> Element:
        self._note_purpose(question)
        row: Element = {"value": self.names[question.code], "text": self.text(question.text)}
        return row if question.show_if is None else {**row, "visibleIf": self._condition(question)}

    def _required_row(self, question: Question) -> Element:
        answered = "{" + self.references[question.code] + "} notempty"
        if question.show_if is not None:
            answered = f"!({self._condition(question)}) or {answered}"
        wording = {code: form_text("answer_row", code, row=question.text.in_language(code)) for code in self.languages}
        return {"type": "expression", "expression": answered, "text": self._localised(wording)}

    def _specify(self, question: Question) -> Iterator[Element]:
        for option in specify_options(question, self.instrument):
            yield {
                "type": "text",
                "name": self._name(f"{question.code}_{option.code}_text"),
                "title": self._specify_title(option),
                "visibleIf": self._dialect.one_of(question, (str(option.code),)),
            }

    def _specify_title(self, option: Option) -> str | dict[str, str]:
        wordings = {
            code: form_text("specify", code, option=_plain(option.label.in_language(code))) for code in self.languages
        }
        return self._localised(wordings)


def _plain(wording: str) -> str:
    return wording.replace("{", "｛").replace("}", "｝")
