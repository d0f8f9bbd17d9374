"""Dates as other countries write them: the order of day and month is a column's, not a cell's."""

from __future__ import annotations

from datetime import datetime

import pytest

from survey.importers.mapping import Mapping
from survey.importers.read import read_responses
from survey.importers.times import OrderFound, date_order, iso_time, parse_time, time_reader


@pytest.mark.parametrize(
    ("cells", "found"),
    [(["11/17/2024 17:32:29", "11/2/2024 9:00:00"], ("month", "value")),
     (["22/02/2015 13:09:25", "01/03/2015 08:00:00"], ("day", "value")),
     (["17.11.2024 17:32:29", "02.11.2024 09:00:00"], ("day", "value")),
     (["5/6/2024", "5/6/2024", "6/5/2024"], (None, "ambiguous")),
     (["5/5/2024", "6/6/2024"], ("day", "same")),
     (["22/02/2015", "02/22/2015"], (None, "mixed")),
     (["1/2/2024", "3/2/2024", "5/2/2024", "1/3/2024", "2/3/2024", "9/3/2024"], ("day", "sequence")),
     (["3/1/2024", "2/8/2024", "2/3/2024", "1/9/2024", "1/5/2024", "1/4/2024"], ("month", "sequence")),
     (["2024-05-06", "2023/9/8 12:24:22", "", None, 45000.5], (None, "absent")),
     ([], (None, "absent"))],
)  # fmt: skip
def test_a_column_tells_its_order(cells, found):
    """By a number above 12, by the order of the records, or not at all."""
    assert date_order(cells) == OrderFound(*found)


@pytest.mark.parametrize(
    ("cell", "iso"),
    [("4/15/2026 22:38", "2026-04-15T22:38:00"), ("5/18/18 4:01", "2018-05-18T04:01:00"),
     ("17.11.2024 17:32:29", "2024-11-17T17:32:29"), ("17.11.2024, 17.32", "2024-11-17T17:32:00"),
     ("2024/11/17 下午 5:32:29", "2024-11-17T17:32:29"), ("2019. 8. 27 오후 3:21:15", "2019-08-27T15:21:15"),
     ("2019. 8. 27 오전 12:05:00", "2019-08-27T00:05:00"), ("2024/11/17 5:32:29 PM GMT+8", "2024-11-17T17:32:29"),
     ("2015/03/16 2:28:47 p.m. AST", "2015-03-16T14:28:47"), ("05/18/2018 04:01:11 AM", "2018-05-18T04:01:11"),
     ("2024年11月17日 17:32", "2024-11-17T17:32:00"), ("2024-11-17T17:32:29+08:00", "2024-11-17T17:32:29"),
     ("5/6/2024", None), ("7/7/2024", "2024-07-07T00:00:00"), ("31/31/2024", None), ("1/2", None)],
)  # fmt: skip
def test_spellings_of_moments(cell, iso):
    """Time zones are not converted; what the cell alone does not tell is not read."""
    assert iso_time(cell) == iso


def test_the_order_given_decides():
    """5/6/2024 is the fifth of June or the sixth of May."""
    assert parse_time("5/6/2024", order="day") == datetime(2024, 6, 5)
    assert parse_time("5/6/2024", order="month") == datetime(2024, 5, 6)
    assert parse_time("2024/5/6", order="day") == datetime(2024, 5, 6)


def test_an_ambiguous_column_is_not_read_in_parts():
    """Cells that happen to be certain are left empty as well."""
    read, found = time_reader(["5/6/2024", "6/5/2024", "5/5/2024"])
    assert found.by == "ambiguous"
    assert [read(cell) for cell in ("5/6/2024", "5/5/2024")] == [None, None]
    assert read("2024-05-06") == datetime(2024, 5, 6)


def test_beginning_and_end_decide_together():
    """A beginning on the 13th tells how the end is written."""
    read, found = time_reader(["1/2/2024 9:00", "2/2/2024 9:00"], ["13/1/2024 9:00", "1/2/2024 8:00"])
    assert found == OrderFound("day", "value")
    assert read("1/2/2024 9:00") == datetime(2024, 2, 1, 9)


@pytest.mark.parametrize(
    ("cells", "code", "times"),
    [(["11/17/2024 17:32:29", "11/2/2024 9:00"], "date_order_month_by_value",
      ["2024-11-17T17:32:29", "2024-11-02T09:00:00"]),
     (["5/6/2024", "6/5/2024"], "date_order_ambiguous", [None, None]),
     (["22/02/2015", "02/22/2015"], "date_order_mixed", [None, None])],
)  # fmt: skip
def test_the_decision_is_reported(instrument, write_csv, cells, code, times):
    """In both languages; times that cannot be told are none, and said to be none."""
    path = write_csv([["when", "Q1"], *([cell, "3"] for cell in cells)])
    columns = [{"heading": "when", "role": "submitted"}, {"heading": "Q1", "question": "Q1"}]
    mapping = Mapping.model_validate({"schema": "satix.mapping/1", "instrument": "small", "columns": columns})
    result = read_responses(path, instrument, mapping)
    warnings = {warning.code: warning for warning in result.report.warnings}
    assert f"survey.{code}" in warnings
    assert warnings[f"survey.{code}"].message("zh") != warnings[f"survey.{code}"].message("en")
    assert result.responses.respondents["submitted"].tolist() == times
