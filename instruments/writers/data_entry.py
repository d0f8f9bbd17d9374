"""A workbook for keying answers in: one row per respondent, drop-downs of codes, routed-out cells in grey."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from instruments.writers.blocks import number_text
from instruments.writers.conditions import render_condition
from instruments.writers.conditions_in_words import condition_in_words
from instruments.writers.excel_formulas import ExcelDialect
from instruments.writers.export_report import ExportReport, Losses, export_languages, form_text
from instruments.writers.variables import Variable, question_numbers, variables
from survey.instrument import Instrument
from survey.questionnaire import Question

__all__ = ["write_data_entry"]

ENTRY_ROWS = 2000
"""Rows prepared for answers."""
TITLE_LENGTH, MESSAGE_LENGTH = 32, 255
"""Excel's limits for the message shown beside a selected cell."""
FIRST_ROW = 2
"""Row of the first respondent, as Excel counts."""
LEADING = ("respondent", "submitted")


def write_data_entry(instrument: Instrument, path: Path, *, languages: Sequence[str] | None = None) -> ExportReport:
    """Write a workbook for data entry, to be read back as a table with one heading row.

    Headings are question codes (``Q3[2]`` for an option of a multiple choice: 1 ticked, 0 not; or of
    a ranking: its rank). A selected cell shows the question and its codes; only codes, and numbers
    within the accepted range, can be entered. Cells of questions that are not to be asked turn grey
    once the row has a respondent. A sheet lists the codes.

    Parameters
    ----------
    languages
        One language; of several the first is written and the others count as lost.

    Raises
    ------
    InstrumentError
        The instrument has no wording in one of the languages.
    """
    import xlsxwriter

    losses = Losses()
    language, *others = export_languages(instrument, languages, losses)
    for other in others:
        losses.add("instruments.export_one_language", other, written=language)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = _EntrySheet(book, instrument, language, losses)
        sheet.write()
        _write_codes(book, sheet)
    return ExportReport(file=path, losses=losses.problems(path))


class _EntrySheet:
    """The sheet answers are typed into, and the places of the code lists it draws on."""

    def __init__(self, book: Any, instrument: Instrument, language: str, losses: Losses) -> None:
        from xlsxwriter.utility import xl_col_to_name

        self.instrument = instrument
        self.language = language
        self.losses = losses
        self.sheet = book.add_worksheet(form_text("sheet_entry", language))
        self.codes_name = form_text("sheet_codes", language)
        self._book = book
        self._variables = tuple(variables(instrument))
        self._numbers = question_numbers(instrument)
        self._columns: dict[str, dict[str, str]] = {}
        for place, variable in enumerate(self._variables, start=len(LEADING)):
            if variable.kind != "specify":
                option = "" if variable.option is None else str(variable.option.code)
                self._columns.setdefault(variable.question.code, {})[option] = xl_col_to_name(place)
        self._dialect = ExcelDialect(self._columns, FIRST_ROW)
        self.lists: dict[str, str] = {}
        first = FIRST_ROW
        for code in dict.fromkeys(v.question.scale for v in self._variables if v.kind == "choice"):
            size = len(instrument.scales[code or ""].all_options)
            self.lists[code or ""] = f"='{self.codes_name}'!$B${first}:$B${first + size - 1}"
            first += size

    def write(self) -> None:
        """Headings, notes, validation and the grey of routed-out cells."""
        fill = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        heads = [self._book.add_format({**fill, "bg_color": colour}) for colour in ("#DCE9F5", "#EAF3E6")]
        plain = self._book.add_format({**fill, "bg_color": "#EEEEEE"})
        text = self._book.add_format({"num_format": "@"})
        for place, name in enumerate(LEADING):
            self.sheet.write_string(0, place, name, plain)
            self.sheet.set_column(place, place, 14, text)
            self.sheet.write_comment(0, place, form_text(f"entry_{name}", self.language), {"x_scale": 2})
        sections = {section.code: number for number, section in enumerate(self.instrument.sections)}
        for place, variable in enumerate(self._variables, start=len(LEADING)):
            self.sheet.write_string(0, place, variable.key, heads[sections[variable.section.code] % 2])
            wide = variable.kind in {"text", "specify"}
            width = 30 if wide else max(9.0, min(18.0, len(variable.key) * 0.95 + 1))
            self.sheet.set_column(place, place, width, text if wide else None)
            self.sheet.write_comment(0, place, self._note(variable), {"x_scale": 2.5, "y_scale": 2})
            self._validate(place, variable)
            self._shade(place, variable)
        self.sheet.freeze_panes(1, 1)

    def _wording(self, variable: Variable) -> str:
        wording = variable.question.text.in_language(self.language)
        if variable.option is None:
            return wording
        option = variable.option.label.in_language(self.language)
        return (
            f"{wording} [{option}]"
            if variable.kind != "specify"
            else form_text("specify", self.language, option=option)
        )

    def _note(self, variable: Variable) -> str:
        question = variable.question
        lines = [f"{self._numbers[question.code]}. {self._wording(variable)}"]
        condition = condition_in_words(question, self.instrument, self.language, self._numbers)
        if condition:
            lines.append(form_text("only_if", self.language, condition=condition))
        if question.hint is not None:
            lines.append(question.hint.in_language(self.language))
        return "\n".join(lines)

    def _accepted(self, variable: Variable) -> tuple[dict[str, Any], str]:
        """The validation rule of a variable and what it accepts, in words."""
        question = variable.question
        if variable.kind == "choice":
            options = self.instrument.scale_of(question).all_options
            words = "\n".join(f"{option.code} {option.label.in_language(self.language)}" for option in options)
            return {"validate": "list", "source": self.lists[question.scale or ""]}, words
        if variable.kind == "tick":
            words = f"1 {form_text('ticked', self.language)}\n0 {form_text('not_ticked', self.language)}"
            return {"validate": "list", "source": ["1", "0"]}, words
        if variable.kind == "rank":
            highest = self.instrument.scale_of(question).size
            words = form_text("range_both", self.language, lowest=1, highest=highest)
            return {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": highest}, words
        if variable.kind == "number":
            return _number_rule(question, self.language)
        return {"validate": "any"}, ""

    def _validate(self, place: int, variable: Variable) -> None:
        rule, words = self._accepted(variable)
        title = f"{self._numbers[variable.question.code]} {variable.key}"[:TITLE_LENGTH]
        message = "\n".join(part for part in (self._wording(variable), words) if part)
        rule |= {"input_title": title, "input_message": _shortened(message, words), "ignore_blank": True}
        if rule["validate"] != "any":
            error = _shortened(form_text("entry_not_accepted", self.language, accepted=words), "")
            rule |= {"error_title": title, "error_message": error, "error_type": "stop"}
        self.sheet.data_validation(FIRST_ROW - 1, place, ENTRY_ROWS, place, rule)

    def _shade(self, place: int, variable: Variable) -> None:
        question = variable.question
        conditions = []
        if question.show_if is not None:
            conditions.append(render_condition(question.show_if, self.instrument, self._dialect))
        if variable.kind == "specify" and variable.option is not None:
            conditions.append(self._dialect.one_of(question, (str(variable.option.code),)))
        if not conditions:
            return
        shown = conditions[0] if len(conditions) == 1 else self._dialect.conjunction(conditions)
        started = f'$A{FIRST_ROW}<>""'
        grey = self._book.add_format({"bg_color": "#BFBFBF"})
        rule = {"type": "formula", "criteria": f"=AND({started},NOT({shown}))", "format": grey}
        self.sheet.conditional_format(FIRST_ROW - 1, place, ENTRY_ROWS, place, rule)


def _number_rule(question: Question, language: str) -> tuple[dict[str, Any], str]:
    lowest = None if question.lowest is None else number_text(question.lowest)
    highest = None if question.highest is None else number_text(question.highest)
    if lowest is not None and highest is not None:
        words = form_text("range_both", language, lowest=lowest, highest=highest)
        rule = {"criteria": "between", "minimum": question.lowest, "maximum": question.highest}
    elif lowest is not None:
        words = form_text("range_from", language, lowest=lowest)
        rule = {"criteria": ">=", "value": question.lowest}
    elif highest is not None:
        words = form_text("range_to", language, highest=highest)
        rule = {"criteria": "<=", "value": question.highest}
    else:
        words = form_text("any_number", language)
        rule = {"criteria": "between", "minimum": -1e15, "maximum": 1e15}
    return {"validate": "decimal", **rule}, words


def _shortened(message: str, words: str) -> str:
    """A message within Excel's limit; the codes are kept rather than the wording."""
    if len(message) <= MESSAGE_LENGTH:
        return message
    kept = f"…\n{words}" if words else ""
    room = MESSAGE_LENGTH - len(kept)
    return message[:room] + kept if room > 0 else words[: MESSAGE_LENGTH - 1] + "…"


def _write_codes(book: Any, entry: _EntrySheet) -> None:
    """The sheet of codes: per scale the codes, labels and missing kinds, in the order of the drop-downs."""
    sheet = book.add_worksheet(entry.codes_name)
    head = book.add_format({"bold": True, "bottom": 1})
    for place, (name, width) in enumerate((("scale", 24), ("code", 14), ("label", 50), ("missing", 18))):
        sheet.write_string(0, place, form_text(f"codes_{name}", entry.language), head)
        sheet.set_column(place, place, width)
    row = FIRST_ROW - 1
    for code in entry.lists:
        for option in entry.instrument.scales[code].all_options:
            sheet.write_string(row, 0, code)
            if isinstance(option.code, str):
                sheet.write_string(row, 1, option.code)
            else:
                sheet.write_number(row, 1, option.code)
            sheet.write_string(row, 2, option.label.in_language(entry.language))
            sheet.write_string(row, 3, option.missing or "")
            row += 1
    sheet.freeze_panes(1, 0)
