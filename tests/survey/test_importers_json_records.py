"""Records in JSON: lists, lists inside objects, lines; what is nested, and what is refused."""

from __future__ import annotations

import json

import pytest

from survey.errors import SatixError
from survey.importers import json_window
from survey.importers.json_records import read_json_records
from survey.importers.table_file import read_table


@pytest.fixture
def write(tmp_path):
    def put(content, name="a.json", encoding="utf-8"):
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_text(text, encoding=encoding)
        return path

    return put


def _cells(table):
    return {heading: list(column) for heading, column in zip(table.headings, table.columns, strict=True)}


def test_what_is_nested_becomes_columns_and_joined_cells(write):
    """Objects outer/inner, lists of scalars joined, lists of objects numbered, truth values as words."""
    record = {"q": 5, "via": ["a", "b", 3, True], "who": {"city": {"name": "南京"}}, "kids": [{"age": 1}, {"age": 2}]}
    table = read_table(write([record, {"q": 4.0, "new": False}]))
    assert _cells(table) == {
        "q": [5, 4],
        "via": ["a┋b┋3┋TRUE", None],
        "who/city/name": ["南京", None],
        "kids[1]/age": [1, None],
        "kids[2]/age": [2, None],
        "new": [None, "FALSE"],
    }
    assert (table.rows, table.header_row, table.kind, table.n) == ((1, 2), 0, "json", 2)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ({"code": 0, "rows": [{"x": 1}, {"x": 2}]}, "rows"),
        ({"code": 0, "data": {"total": 2, "list": [{"x": 1}, {"x": 2}]}}, "data/list"),
        ({"content": {"survey": [{"type": "text"}]}, "submissions": [{"x": 1}, {"x": 2}]}, "submissions"),
    ],
)
def test_the_one_list_of_records_is_found(write, content, part):
    """Beside other keys, deeper inside, and beside the form."""
    table = read_table(write(content))
    assert _cells(table) == {"x": [1, 2]}
    assert table.sheet == part


def test_one_object_is_one_record(shared):
    """An entry pushed by 金数据: its lists belong to the record."""
    table = read_table(shared / "reference" / "formats" / "jinshuju" / "RECONSTRUCTED_api_entry.json")
    cells = _cells(table)
    assert table.n == 1
    assert cells["entry/field_4"] == ["物流速度┋客服态度"]
    assert cells["entry/field_5[2]/choice"] == ["一般"]


def test_of_several_lists_one_has_to_be_named(write):
    """None is guessed; the key is given as sheet."""
    path = write({"a": [{"x": 1}], "b": [{"x": 2}, {"x": 3}]})
    with pytest.raises(SatixError, match=r"a \(1\), b \(2\)"):
        read_table(path)
    table = read_table(path, sheet="B")
    assert (_cells(table), table.other_sheets) == ({"x": [2, 3]}, ("a",))
    with pytest.raises(SatixError, match="no list c"):
        read_table(path, sheet="c")


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_an_object_a_line_is_a_record_a_line(write, name):
    """Rows are lines; blank lines count and hold nothing."""
    table = read_table(write('{"a": 1}\n\n{"a": 2, "b": "x"}\n', name))
    assert _cells(table) == {"a": [1, 2], "b": [None, "x"]}
    assert table.rows == (1, 3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_other_encodings_are_found_and_named(write, encoding):
    """UTF-8 is the rule; what else arrives is read and reported."""
    table = read_table(write([{"题": "非常满意，服务态度很好"}] * 20, encoding=encoding))
    assert table.columns[0][0] == "非常满意，服务态度很好"
    assert table.encoding == encoding
    assert table.encoding_reason is not None


def test_records_longer_than_the_window_are_read_across_its_edge(write, monkeypatch):
    """Values, blanks and line numbers go on where a piece ends."""
    monkeypatch.setattr(json_window, "PIECE", 7)
    records = [{"n": i, "t": f"answer {i} – 很好", "deep": {"a": [1, 2]}} for i in range(50)]
    text = json.dumps(records, ensure_ascii=False, indent=1)
    table = read_json_records(write(text))
    assert list(table.columns[0]) == list(range(50))
    assert list(table.columns[1]) == [f"answer {i} – 很好" for i in range(50)]
    lines = read_json_records(write("\n".join(json.dumps(r) for r in records), "b.jsonl"))
    assert lines.rows == tuple(range(1, 51))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("[" * 100_000 + "]" * 100_000, "json_too_deep"),
        ('[{"a": ' + "[" * 30 + "1" + "]" * 30 + "}]", "records_too_deep"),
        ('[{"a": ' + "1" * 10_000 + "}]", "json_broken"),
        ('[{"a": 1}, {"a"', "json_broken"),
        ('[{"a": 1}] and more', "json_broken"),
        ("{1: 2}", "json_broken"),
        ("[1, 2]", "record_is_no_object"),
        ('"text"', "json_no_records"),
        ("hello", "json_no_records"),
        ("[]", "table_empty"),
        ("{}", "json_no_records"),
        ('{"data": []}', "json_no_records"),
        ('{"pages": [{"elements": [{"type": "text"}]}]}', "json_is_a_form"),
        ('{"SurveyEntry": {}, "SurveyElements": [{"a": 1}]}', "json_is_a_form"),
        ('{"content": {"survey": [{"type": "text"}]}}', "json_is_a_form"),
        ('{"$schema": "x", "properties": {"a": [{"b": 1}]}}', "json_is_a_form"),
    ],
)
def test_what_holds_no_records_is_refused_with_a_reason(write, content, code):
    """Damaged, hostile, or a questionnaire; in both languages."""
    with pytest.raises(SatixError) as caught:
        read_table(write(content))
    assert [problem.code for problem in caught.value.problems] == [f"survey.{code}"]
    assert caught.value.message("zh") != caught.value.message("en")


def test_the_line_of_a_fault_is_named(write):
    """As an editor counts."""
    with pytest.raises(SatixError, match="line 3"):
        read_table(write('[{"a": 1},\n {"a": 2},\n {"a" 3}]'))


def test_one_endless_record_is_refused(write, monkeypatch):
    """Its length is limited, not the file's."""
    monkeypatch.setattr(json_window, "LARGEST_VALUE", 1000)
    monkeypatch.setattr(json_window, "PIECE", 100)
    assert read_table(write([{"a": "x" * 900}] * 5)).n == 5
    for text in (json.dumps([{"a": "x" * 2000}]), '[{"a": "' + "x" * 5000):
        with pytest.raises(SatixError, match="one record has more than"):
            read_table(write(text))


def test_numbers_that_are_none_and_broken_characters_do_no_harm(write):
    """NaN is an empty cell; half a character is marked as unreadable."""
    table = read_table(write('[{"a": NaN, "b": 1e999, "c": "x\\ud83d", "d": null, "e": 10000000000000000000}]'))
    assert _cells(table) == {"a": [None], "b": [None], "c": ["x\ufffd"], "d": [None], "e": [10**19]}


def test_columns_and_cells_are_limited(write, monkeypatch):
    """Keys that differ from record to record make a table without end."""
    from survey.importers import typed_cells

    monkeypatch.setattr(typed_cells, "MOST_COLUMNS", 10)
    with pytest.raises(SatixError, match="more than 10 columns"):
        read_table(write([{f"k{i}": i} for i in range(20)]))
    monkeypatch.setattr(typed_cells, "MOST_CELLS", 5)
    with pytest.raises(SatixError, match="too many to read"):
        read_table(write([{"a": 1, "b": 2}] * 6))


def test_reference_submissions_are_read_and_forms_refused(shared):
    """formpack files hold the form and its submissions; SurveyJS definitions hold no answers."""
    folder = shared / "reference" / "formats"
    assert read_table(folder / "kobo_odk" / "formpack_customer_satisfaction.json").n == 3
    for name in ("surveyjs/survey.json", "surveyjs/surveyjs_definition.json", "kobo_odk/pyxform_json_form_schema.json"):
        with pytest.raises(SatixError, match="questionnaire or a schema"):
            read_table(folder / name)
