"""XLSForm, the authoring sheet of ODK, KoboToolbox, SurveyCTO and Ona: https://xlsform.org/en/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from instruments.writers.blocks import Matrix, blocks, has_missing_options, number_text, specify_options
from instruments.writers.conditions import render_condition
from instruments.writers.export_report import ExportReport, Losses, export_languages, form_text, language_name
from instruments.writers.platform_names import assign_names
from instruments.writers.xpath import XPathDialect
from survey.instrument import Instrument
from survey.questionnaire import Question
from survey.texts import Text

__all__ = ["write_xlsform"]

Row = dict[str, str]

XLSFORM_TYPES = {
    "scale": "select_one",
    "single": "select_one",
    "multiple": "select_multiple",
    "ranking": "rank",
    "number": "decimal",
    "text": "text",
}
TRANSLATED = ("label", "hint", "guidance_hint", "constraint_message")
COLUMN_WIDTHS = {"type": 26, "name": 22, "label": 50, "hint": 30, "guidance_hint": 30, "relevant": 40, "list_name": 22}


def write_xlsform(instrument: Instrument, path: Path, *, languages: Sequence[str] | None = None) -> ExportReport:
    """Write an instrument as an XLSForm workbook.

    A section becomes a group, a run of a ``grid`` section a group of appearance ``table-list``,
    a ``purpose`` the guidance hint, an option with ``specify`` a text question of its own. Names are
    the codes wherever XML allows them.

    Parameters
    ----------
    languages
        Languages of the form, the first its default; the instrument's own by default.

    Raises
    ------
    InstrumentError
        The instrument has no wording in one of the languages.
    """
    form = _Form(instrument, languages)
    survey = list(form.survey_rows())
    choices = list(form.choice_rows())
    settings = {
        "form_title": instrument.title.in_language(form.languages[0]),
        "form_id": instrument.instrument,
        "version": instrument.version,
        "default_language": _column_language(form.languages[0]),
    }
    _write_workbook(path, {"survey": survey, "choices": choices, "settings": [settings]})
    renamed = {code: name for code, name in form.names.items() if code != name}
    return ExportReport(file=path, losses=form.losses.problems(path), names=renamed)


class _Form:
    """The rows of one form, and what it could not carry."""

    def __init__(self, instrument: Instrument, languages: Sequence[str] | None) -> None:
        self.instrument = instrument
        self.losses = Losses()
        self.languages = export_languages(instrument, languages, self.losses)
        allowed = r"[^\w.\-]"
        self.names = assign_names(
            (question.code for question in instrument.questions), forbidden=allowed, first=r"[^\W\d]", prefix="q_"
        )
        self.scales = {
            code: assign_names(
                (str(option.code) for option in scale.all_options), forbidden=r"[\s'\"]", first="", longest=128
            )
            for code, scale in instrument.scales.items()
        }
        self._taken = set(self.names.values())
        self._dialect = XPathDialect(self.names, self.scales)
        for code, name in self.names.items():
            if code != name:
                self.losses.add("instruments.export_renamed", f"{code} → {name}", "note")
        self.losses.add("instruments.export_model_not_carried", instrument.instrument, "note")
        if len(self.languages) > 1 and (instrument.title.languages() or set()) >= set(self.languages):
            self.losses.add("instruments.export_title_one_language", self.languages[0], "note")

    def _name(self, wanted: str) -> str:
        name = assign_names([wanted], forbidden=r"[^\w.\-]", first=r"[^\W\d]", prefix="q_", taken=self._taken)[wanted]
        self._taken.add(name)
        return name

    def _texts(self, column: str, text: Text) -> Row:
        return {
            f"{column}::{_column_language(language)}": _plain(text.in_language(language)) for language in self.languages
        }

    def survey_rows(self) -> Iterator[Row]:
        """Rows of the sheet ``survey``, in presentation order."""
        for section in self.instrument.sections:
            group = self._name(section.code)
            yield {"type": "begin_group", "name": group, **self._texts("label", section.title)}
            parts = list(blocks(section, self.instrument))
            if section.stem is not None and not isinstance(parts[0], Matrix):
                yield {"type": "note", "name": self._name(f"{section.code}_stem"), **self._texts("label", section.stem)}
            for number, block in enumerate(parts, start=1):
                if isinstance(block, Matrix):
                    yield {"type": "begin_group", "name": self._name(f"{group}_grid{number}")} | {
                        "appearance": "table-list",
                        **self._texts("label", section.title if number > 1 or section.stem is None else section.stem),
                    }
                    yield from (self._question_row(question) for question in block.questions)
                    yield {"type": "end_group"}
                else:
                    yield self._question_row(block)
                    yield from self._specify_rows(block)
            yield {"type": "end_group"}

    def _question_row(self, question: Question) -> Row:
        kind = XLSFORM_TYPES[question.type]
        row = {
            "type": f"{kind} {question.scale}" if question.scale is not None else kind,
            "name": self.names[question.code],
            **self._texts("label", question.text),
        }
        if question.hint is not None:
            row |= self._texts("hint", question.hint)
        if question.purpose is not None:
            row |= self._texts("guidance_hint", question.purpose)
        if question.required:
            row["required"] = "yes"
        if question.show_if is not None:
            row["relevant"] = _without_brackets(render_condition(question.show_if, self.instrument, self._dialect))
        if question.lowest is not None or question.highest is not None:
            row |= self._range(question)
        if has_missing_options(question, self.instrument):
            self.losses.add("instruments.export_missing_as_answer", question.scale or "", "note")
        return row

    def _range(self, question: Question) -> Row:
        lowest = None if question.lowest is None else number_text(question.lowest)
        highest = None if question.highest is None else number_text(question.highest)
        limits = [f". >= {lowest}"] if lowest is not None else []
        limits += [f". <= {highest}"] if highest is not None else []
        kind = "range_both" if len(limits) == 2 else "range_from" if lowest is not None else "range_to"
        message = {
            f"constraint_message::{_column_language(language)}": form_text(
                kind, language, lowest=lowest, highest=highest
            )
            for language in self.languages
        }
        return {"constraint": " and ".join(limits), **message}

    def _specify_rows(self, question: Question) -> Iterator[Row]:
        for option in specify_options(question, self.instrument):
            yield {
                "type": "text",
                "name": self._name(f"{question.code}_{option.code}_text"),
                **{
                    f"label::{_column_language(language)}": form_text(
                        "specify", language, option=_plain(option.label.in_language(language))
                    )
                    for language in self.languages
                },
                "relevant": self._dialect.one_of(question, (str(option.code),)),
            }

    def choice_rows(self) -> Iterator[Row]:
        """Rows of the sheet ``choices``, of the scales some question uses."""
        used = {question.scale for question in self.instrument.questions}
        for code, scale in self.instrument.scales.items():
            if code not in used:
                continue
            for option in scale.all_options:
                name = self.scales[code][str(option.code)]
                if name != str(option.code):
                    self.losses.add("instruments.export_renamed", f"{code}: {option.code} → {name}", "note")
                yield {"list_name": code, "name": name, **self._texts("label", option.label)}


def _column_language(language: str) -> str:
    return f"{language_name(language)} ({language})"


def _plain(wording: str) -> str:
    """A wording in which ``${`` cannot be taken for a reference to another question."""
    return wording.replace("${", "$ {")


def _without_brackets(condition: str) -> str:
    """A condition without brackets around the whole of it."""
    if not (condition.startswith("(") and condition.endswith(")")):
        return condition
    depth = 0
    for place, sign in enumerate(re.sub(r"'[^']*'", lambda quoted: "_" * len(quoted[0]), condition)):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and place < len(condition) - 1:
            return condition
    return condition[1:-1]


def _write_workbook(path: Path, sheets: dict[str, list[Row]]) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        heading = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            columns = _columns(rows)
            for place, column in enumerate(columns):
                sheet.write_string(0, place, column, heading)
                sheet.set_column(place, place, COLUMN_WIDTHS.get(column.partition("::")[0], 16))
                for number, row in enumerate(rows, start=1):
                    if row.get(column):
                        sheet.write_string(number, place, row[column], wrapped)
            sheet.freeze_panes(1, 2)


def _columns(rows: list[Row]) -> list[str]:
    """Columns that occur, in the order XLSForm authors expect."""
    order = ("list_name", "type", "name", *TRANSLATED[:3], "required", "relevant", "constraint", TRANSLATED[3])
    found = list(dict.fromkeys(column for row in rows for column in row))
    known = [column for start in order for column in found if column.partition("::")[0] == start]
    return known + [column for column in found if column not in known]
