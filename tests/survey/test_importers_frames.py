"""pandas data frames and Parquet files as tables of answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from survey.errors import ResponseImportError, SatixError
from survey.importers import columnar_files
from survey.importers.frames import table_from_frame
from survey.importers.read import read_responses
from survey.importers.table_file import read_table
from survey.scales import MISSING_CODES

COMMON = {
    "n": [1, 2, None],
    "level": ["低", "高", None],
    "at": [datetime(2024, 1, 1, 10), None, datetime(2024, 2, 2, 11)],
    "yes": ["TRUE", "FALSE", None],
    "via": ["x┋y", None, "z"],
    "text": ["", "ü", None],
    "code": [1, None, 99],
    "took": [timedelta(minutes=1), timedelta(minutes=2), None],
    "cost": [1.5, 2, None],
}


@pytest.fixture
def frame():
    made = pd.DataFrame(
        {
            "n": [1, 2, np.nan],
            "level": pd.Categorical(["低", "高", None], categories=["低", "中", "高"], ordered=True),
            "at": pd.to_datetime(["2024-01-01 10:00", None, "2024-02-02 11:00"]),
            "yes": [True, False, None],
            "via": [["x", "y"], None, ["z"]],
            "text": ["", "ü", None],
            "code": pd.array([1, None, 99], dtype="Int64"),
            "took": pd.to_timedelta([1, 2, None], unit="m"),
            "cost": [Decimal("1.50"), Decimal(2), None],
        }
    )
    made.attrs = {
        "column_labels": {"n": "How many?"},
        "value_labels": {"code": {1: "one", 99: "refused"}},
        "missing_ranges": {"code": [{"lo": 90, "hi": 99}]},
    }
    return made


def _cells(table):
    return {heading: list(column) for heading, column in zip(table.headings, table.columns, strict=True)}


def test_a_frame_and_its_parquet_file_are_one_table(frame, tmp_path):
    """Cells, labels, categories and missing ranges alike."""
    pytest.importorskip("pyarrow")
    frame.to_parquet(tmp_path / "a.parquet")
    for table in (table_from_frame(frame), read_table(tmp_path / "a.parquet")):
        assert _cells(table) == COMMON
        known = dict(zip(table.headings, table.variables, strict=True))
        assert known["n"].label == "How many?"
        assert (list(known["level"].values), known["level"].measure) == (["低", "中", "高"], "ordinal")
        assert known["code"].values == {1: "one", 99: "refused"}
        assert (known["code"].missing, known["code"].missing_ranges) == ({"99": "refused"}, ((90.0, 99.0),))
        assert known["text"] is None
        assert (table.header_row, table.rows) == (0, (1, 2, 3))


def test_a_frame_is_not_changed_and_headings_of_levels_are_joined():
    """A named index becomes columns; an unnamed one is left off."""
    frame = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("S", "a"), ("T", "")]))
    before = frame.copy()
    assert table_from_frame(frame).headings == ("S/a", "T")
    assert table_from_frame(pd.DataFrame({"q": [1]}, index=pd.Index(["r1"], name="id"))).headings == ("id", "q")
    assert table_from_frame(pd.DataFrame({3: [1], "q": [2]}, index=[7])).headings == ("3", "q")
    pd.testing.assert_frame_equal(frame, before)


def test_answers_are_read_from_a_frame(instrument, mapping_of):
    """What read_responses makes of a file it makes of a frame; the name is the source's."""
    frame = pd.DataFrame({"a": [5, 1, None], "age": [30.0, None, 41.5], "via": ["电话;在线客服", "其他", ""]})
    read = read_responses(frame, instrument, mapping_of({"a": "Q1", "age": "AGE", "via": "VIA"}), source_name="survey")
    assert read.responses.codes_of("Q1").tolist() == [5, 1, MISSING_CODES["blank"]]
    assert read.responses.numbers["AGE"].values[2] == 41.5
    assert read.report.file == "survey"
    assert read.responses.respondents.index.tolist() == ["survey:1", "survey:2", "survey:3"]


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"a": []})])
def test_an_empty_frame_is_refused(frame):
    """No column, no row."""
    with pytest.raises(ResponseImportError):
        table_from_frame(frame)


def test_parquet_is_read_in_stretches_with_nested_columns(tmp_path, monkeypatch):
    """Keys that come up late open their columns for all records."""
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    records = [{"id": i, "who": {"city": f"c{i % 3}"}, "kids": [{"age": i}] * (i % 3)} for i in range(50)]
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.Table.from_pylist(records), path, row_group_size=7)
    monkeypatch.setattr(columnar_files, "STRETCH", 7)
    plain = columnar_files.read_plainly(path)
    assert plain["n"] == 50
    cells = _cells(read_table(path))
    assert cells["who/city"] == [f"c{i % 3}" for i in range(50)]
    assert cells["kids[2]/age"] == [i if i % 3 == 2 else None for i in range(50)]


def test_labels_in_the_schema_of_a_field_are_used(tmp_path):
    """A label, and value labels as JSON."""
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    noted = {
        "label": "您对速度有多满意？",
        "value_labels": '{"1": "不满意", "5": "满意", "9": "拒答"}',
        "missing": "[9]",
    }
    field = pa.field("Q1", pa.int8(), metadata=noted)
    parquet.write_table(pa.table([pa.array([1, 5, 9], pa.int8())], schema=pa.schema([field])), tmp_path / "a.parquet")
    variable = read_table(tmp_path / "a.parquet").variables[0]
    assert variable.label == "您对速度有多满意？"
    assert (variable.values, variable.missing) == ({1: "不满意", 5: "满意", 9: "拒答"}, {"9": "refused"})


def test_damaged_parquet_is_refused(tmp_path, frame):
    """Cut, or with bytes changed."""
    pytest.importorskip("pyarrow")
    frame.to_parquet(tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    for content in (
        whole[: len(whole) // 2],
        whole[:-8] + b"\xff\xff\xff\x7fPAR1",
        whole[:60] + b"\xff" * 40 + whole[100:],
    ):
        path = tmp_path / "b.parquet"
        path.write_bytes(content)
        with pytest.raises(SatixError) as caught:
            read_table(path)
        assert caught.value.message("zh")


def test_without_pyarrow_the_message_says_what_to_install(tmp_path, monkeypatch):
    """The extra by name."""
    import sys

    (tmp_path / "a.parquet").write_bytes(b"PAR1" + b"\0" * 20 + b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ResponseImportError, match=r"satix\[arrow\]"):
        read_table(tmp_path / "a.parquet")
