"""Sheets as rows of cells, from A1 on."""

from __future__ import annotations

import openpyxl
import pytest

from survey.errors import FileRefusedError
from survey.importers import workbook
from survey.importers.workbook import read_sheet


@pytest.fixture
def sheet_of(tmp_path):
    """Write cells by their reference, and read the rows back."""

    def read(cells):
        book = openpyxl.Workbook()
        for reference, value in cells.items():
            book.active[reference] = value
        book.save(tmp_path / "a.xlsx")
        return read_sheet(tmp_path / "a.xlsx", "xlsx", None)[0]

    return read


def test_a_table_that_begins_in_c3_keeps_its_place(sheet_of):
    """Two empty rows above, two empty columns to the left."""
    assert sheet_of({"C3": "q1", "D3": "q2", "C4": 4, "D4": 5}) == [
        ["", "", "", ""],
        ["", "", "", ""],
        ["", "", "q1", "q2"],
        ["", "", 4, 5],
    ]


def test_equal_texts_are_one_object_and_truth_values_are_words(sheet_of):
    """1 stays a number beside TRUE; the text "1" stays a text."""
    rows = sheet_of({"A1": "very satisfied", "B1": True, "A2": "very satisfied", "B2": 1, "A3": "1", "B3": False})
    assert rows == [["very satisfied", "TRUE"], ["very satisfied", 1], ["1", "FALSE"]]
    assert rows[0][0] is rows[1][0]
    assert isinstance(rows[2][0], str)
    assert not isinstance(rows[1][1], bool)


def test_an_empty_sheet_has_no_rows(sheet_of):
    """Nothing to pad."""
    assert sheet_of({}) == []


def test_a_reader_that_panics_is_a_message(monkeypatch, write_xlsx):
    """What the reader raises then is no ordinary exception."""

    class PanicException(BaseException):  # its name in the reader
        pass

    def panic(*_):
        raise PanicException("index out of bounds")

    path = write_xlsx([["a"], [1]])
    monkeypatch.setattr(workbook, "_columns_from_corner", panic)
    with pytest.raises(FileRefusedError, match="index out of bounds"):
        workbook.read_sheet(path, "xlsx", None)
