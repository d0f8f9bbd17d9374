"""The data entry workbook: what it accepts, what it greys, and that answers keyed into it read back."""

from __future__ import annotations

import csv
import shutil
import subprocess

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from instruments.writers import write_data_entry
from instruments.writers.conditions import render_condition
from instruments.writers.data_entry import MESSAGE_LENGTH, TITLE_LENGTH
from instruments.writers.excel_formulas import ExcelDialect
from instruments.writers.variables import variables
from survey.importers.propose import propose_mapping
from survey.importers.read import read_responses
from survey.importers.table_file import read_table
from tests.instruments.exported import IDS, instrument_of
from tests.instruments.random_answers import random_answers, shown


def _entry_sheet(path):
    return openpyxl.load_workbook(path).worksheets[0]


def _cell_value(answer):
    return int(answer) if isinstance(answer, str) and answer.isdigit() else answer


def _keyed(instrument, person):
    """Answers of one person by heading, as somebody at the keyboard enters them."""
    cells = {}
    for code, answer in person.items():
        question = instrument.question(code)
        if answer is None:
            continue
        if question.type == "multiple":
            options = instrument.scale_of(question).all_options
            cells |= {f"{code}[{option.code}]": int(str(option.code) in answer) for option in options}
        elif question.type == "ranking":
            cells |= {f"{code}[{option}]": rank for rank, option in enumerate(answer, start=1)}
        else:
            cells[code] = _cell_value(answer)
    return cells


@pytest.mark.parametrize("name", IDS)
def test_every_variable_has_a_column_and_a_message_within_the_limits_of_excel(name, tmp_path):
    instrument = instrument_of(name)
    sheet = _entry_sheet(write_data_entry(instrument, tmp_path / "entry.xlsx", languages=["zh"]).file)
    headings = [cell.value for cell in sheet[1]]
    assert headings == ["respondent", "submitted", *(variable.key for variable in variables(instrument))]
    validations = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    for cell in sheet[1][2:]:
        rule = validations[f"{cell.column_letter}2"]
        assert len(rule.promptTitle) <= TITLE_LENGTH
        assert len(rule.prompt) <= MESSAGE_LENGTH
        assert cell.comment is not None


def test_only_codes_and_numbers_in_range_are_accepted(tmp_path):
    book = openpyxl.load_workbook(write_data_entry(instrument_of("every_feature"), tmp_path / "entry.xlsx").file)
    sheet, codes = book.worksheets
    letters = {cell.value: cell.column_letter for cell in sheet[1]}
    rules = {str(rule.sqref).split(":")[0][:-1]: rule for rule in sheet.data_validations.dataValidation}
    minutes = rules[letters["minutes"]]
    assert (minutes.type, minutes.operator, minutes.formula1, minutes.formula2) == ("decimal", None, "0.0", "600.0")
    assert rules[letters["ranked[price]"]].formula2 == "3"
    assert rules[letters["3rd.channels[phone]"]].formula1 == '"1,0"'
    first, last = rules[letters["waiting_1"]].formula1.replace("$", "").split("!")[1].split(":")
    assert [cell.value for (cell,) in codes[first:last]] == [1, 2, 3, 4, 5, 9]
    assert rules[letters["visit_kind"]].prompt.startswith("这次是初诊还是复诊？\nfirst 初诊")


def test_answers_keyed_in_read_back_as_they_are(tmp_path):
    """The mapping is proposed from the headings alone; nobody corrects it."""
    instrument = instrument_of("every_feature")
    path = write_data_entry(instrument, tmp_path / "entry.xlsx").file
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    responses, people = random_answers(instrument, 60, seed=2)
    for row, person in enumerate(people, start=2):
        sheet.cell(row, 1, f"r{row}")
        for heading, value in _keyed(instrument, person).items():
            sheet.cell(row, columns[heading], value)
    book.save(path)
    mapping = propose_mapping(read_table(path), instrument).mapping
    read = read_responses(path, instrument, mapping, wave="1").responses
    places = {column.key: place for place, column in enumerate(read.columns)}
    for column, expected in zip(responses.columns, responses.codes, strict=True):
        found = read.codes[places[column.key]]
        assert ((found == expected) | ((found < 0) & (expected < 0))).all(), column.key
    for code, number in responses.numbers.items():
        assert read.numbers[code].values == pytest.approx(number.values, nan_ok=True)


def test_conditions_hold_in_a_spreadsheet_for_the_same_answers_as_ours(tmp_path):
    """LibreOffice calculates each condition for 40 rows of answers."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice calculates the formulas; it is not needed to use the package")
    instrument = instrument_of("every_feature")
    responses, people = random_answers(instrument, 40, seed=8)
    expected = shown(instrument, responses)
    headings = [variable.key for variable in variables(instrument) if variable.kind != "specify"]
    columns: dict[str, dict[str, str]] = {}
    for place, variable in enumerate((v for v in variables(instrument) if v.kind != "specify"), start=1):
        option = "" if variable.option is None else str(variable.option.code)
        columns.setdefault(variable.question.code, {})[option] = get_column_letter(place)
    book = openpyxl.Workbook()  # which stores no results, so that LibreOffice has to calculate
    for row, person in enumerate(people, start=1):
        for heading, value in _keyed(instrument, person).items():
            book.active.cell(row, headings.index(heading) + 1, value)
        dialect = ExcelDialect(columns, row)
        for place, code in enumerate(expected, start=len(headings) + 1):
            formula = render_condition(instrument.question(code).show_if, instrument, dialect)
            book.active.cell(row, place, f"=IF({formula},1,0)")
    book.save(tmp_path / "check.xlsx")
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    command += ["--convert-to", "csv", "--outdir", str(tmp_path), str(tmp_path / "check.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    with (tmp_path / "check.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    for place, (code, holds) in enumerate(expected.items(), start=len(headings)):
        assert [row[place] == "1" for row in rows] == holds, code


def test_a_second_language_is_named_as_lost(tmp_path):
    report = write_data_entry(instrument_of("every_feature"), tmp_path / "entry.xlsx")
    assert [problem.code for problem in report.losses] == ["instruments.export_one_language"]
    assert report.losses[0].fields["subjects"] == "en"
