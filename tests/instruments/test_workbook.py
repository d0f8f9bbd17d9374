"""Instruments as workbooks: back without loss, faults by sheet, row and column, all at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from instruments import list_instruments, load_instrument
from instruments.workbook import instrument_from_excel, instrument_template, instrument_to_excel
from instruments.workbook_example import EXAMPLE
from instruments.workbook_layout import SHEETS, explanations
from survey.definition_files import dump_definition
from survey.errors import FileRefusedError, InstrumentError
from survey.instrument import Instrument, read_instrument
from survey.texts import Text
from tests.instruments.instrument_strategies import instruments


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The template, to be damaged."""
    path = tmp_path / "mine.xlsx"
    instrument_template(path)
    return path


def _edit(path: Path, **cells: object) -> None:
    """Set cells given as sheet_A1=value."""
    workbook = openpyxl.load_workbook(path)
    for name, value in cells.items():
        sheet, cell = name.rsplit("_", 1)
        workbook[sheet][cell] = value
    workbook.save(path)


def _cell(path: Path, sheet: str, row: int, heading: str) -> str:
    headings = [cell.value for cell in openpyxl.load_workbook(path)[sheet][1]]
    return f"{sheet}_{openpyxl.utils.get_column_letter(headings.index(heading) + 1)}{row}"


def _faults(path: Path) -> list[tuple[str | None, int | None, str | None, str]]:
    with pytest.raises(InstrumentError) as refused:
        instrument_from_excel(path)
    for problem in refused.value.problems:
        assert problem.message("zh")
        assert problem.message("en")
    return [(p.place.sheet, p.place.row, p.place.heading, p.code.split(".")[1]) for p in refused.value.problems]


@pytest.mark.parametrize("entry", list_instruments(), ids=lambda entry: entry.instrument)
def test_every_shipped_instrument_comes_back_from_excel_as_the_same_yaml(entry, tmp_path):
    instrument = read_instrument(entry.path)
    instrument_to_excel(instrument, tmp_path / "book.xlsx")
    again = instrument_from_excel(tmp_path / "book.xlsx")
    assert again == instrument
    assert dump_definition(again) == dump_definition(instrument)


@given(instrument=instruments())
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_any_instrument_survives_yaml_and_excel(instrument: Instrument, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("trip")
    written = dump_definition(instrument)
    (folder / "a.yaml").write_text(written, encoding="utf-8")
    from_yaml = read_instrument(folder / "a.yaml")
    assert from_yaml == instrument
    instrument_to_excel(from_yaml, folder / "a.xlsx")
    from_excel = instrument_from_excel(folder / "a.xlsx")
    assert from_excel == instrument
    assert dump_definition(from_excel) == written
    shutil.rmtree(folder)


def test_equal_instruments_give_equal_files(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        instrument_to_excel(load_instrument("after_sales"), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_the_template_is_an_instrument_with_two_questions(book):
    instrument = instrument_from_excel(book)
    assert [question.code for question in instrument.questions] == ["waiting_1", "courtesy_1"]
    assert instrument.languages == ("zh", "en")


def test_a_template_in_other_languages_has_their_columns(tmp_path):
    instrument_template(tmp_path / "ko.xlsx", languages=("en", "ko"))
    headings = [cell.value for cell in openpyxl.load_workbook(tmp_path / "ko.xlsx")["questions"][1]]
    assert "text_ko" in headings
    assert "text_zh" not in headings
    assert instrument_from_excel(tmp_path / "ko.xlsx").languages == ("en", "ko")


def test_every_heading_has_a_note_in_both_languages_and_choices_have_drop_downs(book):
    workbook = openpyxl.load_workbook(book)
    assert workbook.sheetnames == [sheet.name for sheet in SHEETS]
    for layout in SHEETS:
        sheet = workbook[layout.name]
        notes = explanations()[layout.name]
        assert set(notes) == {"sheet", *(column.name for column in layout.columns)}
        for heading in sheet[1]:
            column = next(
                c for c in layout.columns if heading.value == c.name or heading.value.startswith(f"{c.name}_")
            )
            for language in ("zh", "en"):
                assert notes[column.name][language] in heading.comment.text
        offered = sum(len(list(rule.sqref.ranges)) for rule in sheet.data_validations.dataValidation)
        assert offered == sum(bool(column.choices or column.refers) for column in layout.columns)
        assert not sheet.protection.sheet


def test_rows_and_columns_may_be_moved_and_numbers_typed(book):
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["options"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    sheet.delete_rows(1, sheet.max_row)
    for row in rows:
        sheet.append(row[::-1])
    workbook.save(book)
    assert instrument_from_excel(book).scales["satisfaction"].size == 5


def test_all_faults_are_told_at_once_each_with_its_cell(book):
    _edit(
        book,
        **{
            _cell(book, "questions", 2, "measures"): "waitng",
            _cell(book, "questions", 2, "reverse"): "perhaps",
            _cell(book, "questions", 3, "type"): "slider",
            _cell(book, "questions", 3, "text_zh"): "  ",
            _cell(book, "indicators", 3, "weight"): "a third",
            _cell(book, "indicators", 4, "parent"): "nowhere",
            _cell(book, "scales", 2, "to"): 1,
            _cell(book, "about", 3, "value"): "one",
            "routing_A2": "courtesy_1",
            "routing_B2": "waiting_1 in (5, and score(",
            "routing_A3": "waiting_1",
            "routing_B3": "missing(courtesy_1) or missing(nothing)",
        },
    )
    assert _faults(book) == [
        ("about", 3, "value", "value_not_code"),
        ("indicators", 3, "weight", "value_not_number"),
        ("indicators", 4, "parent", "reference_unknown"),
        ("questions", 2, "measures", "reference_unknown"),
        ("questions", 2, "reverse", "value_not_truth"),
        ("questions", 3, "type", "value_not_allowed"),
        ("routing", 2, "show_if", "condition_unreadable"),
        ("routing", 3, "show_if", "routing_looks_ahead"),
        ("routing", 3, "show_if", "reference_unknown"),
        ("scales", 2, None, "scale_ends"),
    ]


def test_a_fault_of_the_whole_is_told_at_the_question_it_names(book):
    _edit(book, routing_A2="courtesy_1", routing_B2="waiting_1 in (7)")
    assert _faults(book) == [("routing", 2, "show_if", "unknown_option")]
    _edit(book, routing_B2="count(waiting_1) >= 2")
    assert _faults(book) == [("routing", 2, "show_if", "routing_counts_single")]


def test_a_sheet_or_heading_that_is_missing_or_misspelt_is_told(book):
    workbook = openpyxl.load_workbook(book)
    workbook["routing"].title = "routings"
    del workbook["scales"]
    workbook["questions"]["A1"] = "kode"
    workbook.save(book)
    found = {(sheet, code) for sheet, _, _, code in _faults(book)}
    assert {(None, "sheet_misspelt"), (None, "sheet_absent")} <= found
    assert {("questions", "column_unknown"), ("questions", "column_absent")} <= found


def test_what_is_no_workbook_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("code,text\n", encoding="utf-8")
    with pytest.raises(InstrumentError, match="Excel"):
        instrument_from_excel(tmp_path / "a.csv")
    (tmp_path / "a.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(FileRefusedError):
        instrument_from_excel(tmp_path / "a.xlsx")


def test_a_wording_too_long_for_a_cell_is_refused(tmp_path):
    long = EXAMPLE.model_copy(update={"purpose": Text({"en": "x" * 40_000})})
    with pytest.raises(InstrumentError, match="32767"):
        instrument_to_excel(long, tmp_path / "long.xlsx")
    assert not (tmp_path / "long.xlsx").exists()
