"""SPSS and Stata files: every reference file as its source describes it, and written variants read back."""

from __future__ import annotations

from datetime import date, datetime, time

import pandas as pd
import pytest

from survey.errors import ResponseImportError, SatixError
from survey.importers import statistical_files
from survey.importers.detect import detect_table, importer_of, platform_of
from survey.importers.draft_export import draft_export
from survey.importers.mapping import Mapping
from survey.importers.propose import propose_mapping
from survey.importers.read import read_responses
from survey.importers.table_file import read_table
from survey.scales import MISSING_CODES

pyreadstat = pytest.importorskip("pyreadstat")

SHAPES = {
    "haven_datetime.sav": (2, 3),
    "haven_iris.sav": (150, 5),
    "haven_labelled-num-na.sav": (2, 1),
    "haven_labelled-str.sav": (2, 1),
    "haven_tagged-na-double.dta": (8, 1),
    "haven_tagged-na-int.dta": (8, 1),
    "haven_umlauts.sav": (4, 1),
    "hebrews.sav": (99, 1),
    "missing_char.sav": (2, 1),
    "missing_test.dta": (1, 9),
    "missing_test.sav": (2, 1),
    "ordered_category.sav": (4, 1),
    "sample.dta": (5, 7),
    "sample.por": (5, 7),
    "sample.sav": (5, 7),
    "sample.zsav": (5, 7),
    "sample_large.sav": (485, 7),
    "sample_missing.sav": (7, 7),
    "simple_alltypes.sav": (6, 12),
}
"""Records and variables, as pyreadstat 1.3.7 itself counts them."""


@pytest.fixture
def folder(shared):
    return shared / "reference" / "formats" / "spss_stata"


def _column(table, name):
    place = table.headings.index(name)
    return list(table.columns[place]), table.variables[place]


@pytest.mark.parametrize("name", SHAPES)
def test_every_reference_file_is_read_whole(folder, name):
    """Records, variables, the platform with its reasons, and rows accounted for by a drafted instrument."""
    table = read_table(folder / name)
    assert (table.n, len(table.headings)) == SHAPES[name]
    assert table.rows == tuple(range(1, table.n + 1))
    first, *others = detect_table(table)
    assert first.platform == ("stata" if name.endswith(".dta") else "spss")
    assert all(other.confidence < 0.5 for other in others)
    assert all(reason.message(language) for reason in first.reasons for language in ("zh", "en"))
    draft = draft_export(
        importer_of(first.platform).arrange(table), platform=first.platform, instrument_id="d"
    ) if name not in NO_QUESTION else None  # fmt: skip
    if draft is not None:
        report = read_responses(folder / name, draft.instrument, draft.mapping).report
        assert report.rows_kept == table.n == report.rows_in_file


NO_QUESTION = {"haven_datetime.sav"}
"""Nothing but dates and times."""


def test_labels_and_missing_values_are_those_the_source_verified(folder):
    """SOURCE.md: discrete 1; string Z; 7/8/99; range -999..0 with 999; 9; two multiple-response sets."""
    _, missing = _column(read_table(folder / "missing_test.sav"), "var1")
    assert missing.missing == {"1": "blank"}
    cells, character = _column(read_table(folder / "missing_char.sav"), "mychar")
    assert (cells, character.missing, character.values) == (["Z", "a"], {"Z": "blank"}, {"a": "labeled"})
    every = read_table(folder / "simple_alltypes.sav")
    assert _column(every, "x")[1].missing == {"7": "blank", "8": "blank", "99": "blank"}
    assert _column(every, "x")[1].values == {1: "red", 2: "green", 3: "blue"}
    cells, ranged = _column(every, "z")
    assert cells == [-9, None, 1.234, 999, 3.14159, None]
    assert (ranged.missing, ranged.missing_ranges) == ({"999": "skipped", "-9": "blank"}, ((-999.0, 0.0),))
    assert {v.group for v in every.variables if v and v.counted == 1} == {"mymrset"}
    assert sum(v.group == "categorical_array" for v in every.variables if v) == 3
    assert _column(every, "bool1")[1].group_label == "My multiple response set"
    assert _column(every, "quarter")[0][0] == "2014 Q4"
    assert _column(read_table(folder / "haven_labelled-num-na.sav"), "VAR00002")[1].missing == {"9": "blank"}
    assert _column(read_table(folder / "ordered_category.sav"), "Col1")[1].measure == "ordinal"
    _, mixed = _column(read_table(folder / "sample_missing.sav"), "mynum")
    assert (mixed.missing, mixed.missing_ranges) == ({"-1": "blank", "2500": "blank"}, ((2000.0, 3000.0),))


@pytest.mark.parametrize("name", ["haven_tagged-na-double.dta", "haven_tagged-na-int.dta"])
def test_tagged_missings_stay_apart(folder, name):
    """SOURCE.md: tags a, h, z; two of them labelled."""
    cells, variable = _column(read_table(folder / name), "x")
    assert cells == [1, 2, 3, 4, 5, ".a", ".h", ".z"]
    assert set(variable.missing) == {".a", ".h", ".z"}
    assert variable.values == {".a": "apple", ".z": ".zebra"}


def test_a_system_missing_value_is_an_empty_cell(folder):
    """Letters a to z are kinds of missing; the dot is none."""
    table = read_table(folder / "missing_test.dta")
    assert table.record(0) == (".a", ".b", ".c", ".x", ".y", ".z", None, None, 1)


@pytest.mark.parametrize("name", ["sample.sav", "sample.zsav", "sample.por", "sample.dta"])
def test_dates_and_times_are_dates_and_times(folder, name):
    """The same record in four formats."""
    cells = read_table(folder / name).record(0)
    assert cells[2:4] == (date(2018, 5, 6), datetime(2018, 5, 6, 10, 10, 10))
    assert cells[6] == time(10, 10, 10)
    assert cells[4:6] == (1, 1)


def test_a_date_outside_the_calendar_stays_a_number(folder):
    """One moment of this file lies beyond the year 9999."""
    cells, _ = _column(read_table(folder / "haven_datetime.sav"), "date.posix")
    assert isinstance(cells[0], int)
    assert cells[1] == datetime(2014, 9, 23, 15, 59, 20)


def test_umlauts_and_hebrew_are_read_as_written(folder):
    """Labels and names."""
    _, variable = _column(read_table(folder / "haven_umlauts.sav"), "var1")
    assert variable.values == {1: "the ä umlaut", 2: "the ü umlaut", 3: "the ö umlaut"}
    assert read_table(folder / "hebrews.sav").headings == ("ותק_ב",)


# Written here


@pytest.fixture
def satisfaction(tmp_path):
    """A file as SPSS users keep them: Chinese labels, user-missing values, an identity column."""
    path = tmp_path / "满意度.sav"
    frame = pd.DataFrame(
        {
            "Q1": [5.0, 4.0, 8.0, 9.0, 99.0, None],
            "Q2": [1.0, 5.0, 3.0, 97.0, 98.0, 2.0],
            "AGE": [30.0, 41.0, 999.0, 25.0, 61.0, 18.0],
            "CITY": ["bj", "sh", "ZZ", "bj", "", "sh"],
        }
    )
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels={"Q1": "您对响应速度有多满意？", "Q2": "您对解释清楚程度有多满意？", "AGE": "您的年龄"},
        variable_value_labels={
            "Q1": {1.0: "很不满意", 5.0: "很满意", 8.0: "不知道", 9.0: "拒答", 99.0: "系统"},
            "Q2": {1.0: "很满意", 2.0: "比较满意", 3.0: "一般", 4.0: "不太满意", 5.0: "很不满意"},
            "CITY": {"bj": "北京", "sh": "上海"},
        },
        missing_ranges={"Q1": [8.0, 9.0, 99.0], "Q2": [{"lo": 90.0, "hi": 99.0}], "AGE": [999.0], "CITY": ["ZZ"]},
        variable_measure={"Q1": "ordinal", "Q2": "ordinal", "CITY": "nominal", "AGE": "scale"},
    )
    return path


def test_value_labels_tell_the_kind_of_missing(satisfaction):
    """不知道 is don't know, 拒答 refused; a label that tells nothing is blank, and a remark says so."""
    table = read_table(satisfaction)
    assert _column(table, "Q1")[1].missing == {"8": "dont_know", "9": "refused", "99": "blank"}
    assert _column(table, "Q2")[1].missing == {"97": "blank", "98": "blank"}
    assert _column(table, "CITY")[1].missing == {"ZZ": "blank"}
    remarks = importer_of("spss").arrange(table).remarks
    assert [remark.code for remark in remarks] == ["survey.missing_without_kind"]
    assert "Q1 (99)" in remarks[0].message("zh")


def test_a_draft_takes_codes_and_labels_from_the_file(satisfaction):
    """Labelled ends make a scale; missing kinds stay apart when the file is read with it."""
    table = read_table(satisfaction)
    draft = draft_export(importer_of("spss").arrange(table), platform="spss", instrument_id="d")
    options = draft.instrument.scale_of(draft.instrument.question("Q1")).all_options
    assert [option.code for option in options] == [1, 2, 3, 4, 5]
    assert options[4].label.in_language("zh") == "很满意"
    assert draft.instrument.question("Q1").type == "scale"
    read = read_responses(satisfaction, draft.instrument, draft.mapping)
    blank, unknown, refused = (MISSING_CODES[kind] for kind in ("blank", "dont_know", "refused"))
    assert read.responses.codes_of("Q1").tolist() == [5, 4, unknown, refused, blank, blank]
    assert read.responses.codes_of("Q2").tolist() == [1, 5, 3, blank, blank, 2]
    assert read.responses.numbers["AGE"].values[:2].tolist() == [30, 41]
    assert read.responses.numbers["AGE"].missing[2] == blank


def test_an_instrument_with_other_codes_is_mapped_by_labels(satisfaction, instrument):
    """In Q2 of the file, 1 is very satisfied; in the instrument it is 5."""
    table = read_table(satisfaction)
    proposal = propose_mapping(table, instrument, platform_of(table))
    by_question = {column.question: column for column in proposal.mapping.columns}
    assert by_question["Q1"].values == {}
    assert by_question["Q1"].missing == {"8": "dont_know", "99": "blank"}  # 9 is an option of the instrument
    assert by_question["Q2"].values == {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1}
    assert by_question["AGE"].missing == {"999": "blank"}
    read = read_responses(satisfaction, instrument, proposal.mapping)
    assert read.responses.codes_of("Q2").tolist()[:3] == [5, 1, 3]
    never_used = MISSING_CODES["not_applicable"]
    assert read.responses.codes_of("Q1").tolist()[3] == never_used
    assert "survey.labels_contradict" not in {warning.code for warning in read.report.warnings}


def test_a_mapping_that_ignores_the_labels_is_warned_about(satisfaction, instrument, mapping_of):
    """A frozen mapping meets a wave whose codes mean something else; missing values hold all the same."""
    read = read_responses(satisfaction, instrument, mapping_of({"Q1": "Q1", "Q2": "Q2"}, platform="spss"))
    warnings = {warning.code: warning for warning in read.report.warnings}
    assert warnings["survey.labels_contradict"].fields["question"] == "Q2"
    assert read.responses.codes_of("Q2").tolist()[3:5] == [MISSING_CODES["blank"]] * 2
    assert read.responses.codes_of("Q1").tolist()[2] == MISSING_CODES["dont_know"]


def test_a_code_declared_missing_that_is_an_answer_is_warned_about(tmp_path, instrument, mapping_of):
    """The file says 5 is no answer, the instrument says it is; the instrument holds, and a warning says so."""
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"Q1": [5.0, 4.0]}), str(path), missing_ranges={"Q1": [5.0]})
    read = read_responses(path, instrument, mapping_of({"Q1": "Q1"}, platform="spss"))
    assert read.responses.codes_of("Q1").tolist() == [5, 4]
    assert "survey.missing_read_as_answer" in {warning.code for warning in read.report.warnings}


def test_stata_missings_have_the_kind_of_their_label(tmp_path, instrument):
    """.a refused, .b without a label; both stay words of their own."""
    path = tmp_path / "a.dta"
    frame = pd.DataFrame({"Q1": [5, "a", "b", 3, None]}, dtype=object)
    pyreadstat.write_dta(
        frame, str(path), missing_user_values={"Q1": ["a", "b"]}, variable_value_labels={"Q1": {"a": "refused"}}
    )
    table = read_table(path)
    assert list(table.columns[0]) == [5, ".a", ".b", 3, None]
    assert table.variables[0].missing == {".a": "refused", ".b": "blank"}
    proposal = propose_mapping(table, instrument, "stata")
    codes = read_responses(path, instrument, proposal.mapping).responses.codes_of("Q1").tolist()
    assert codes == [5, MISSING_CODES["refused"], MISSING_CODES["blank"], 3, MISSING_CODES["blank"]]


@pytest.mark.parametrize(("text", "encoding"), [("非常满意，响应很快", "gb18030"), ("매우 만족합니다", "cp949")])
def test_texts_in_an_encoding_the_file_does_not_declare_are_found(tmp_path, text, encoding):
    """Bytes of another encoding in a file that declares windows-1252: the reason names both."""
    path = tmp_path / "a.sav"
    raw = text.encode(encoding).decode("latin-1")
    pyreadstat.write_sav(pd.DataFrame({"t": [raw, "abc"]}), str(path))
    content = path.read_bytes()
    _rewrite(path, content, raw, text.encode(encoding))
    table = read_table(path)
    assert table.columns[0][0] == text
    assert table.encoding == encoding
    assert encoding in table.encoding_reason.message("zh")


def _rewrite(path, content, written, stored):
    """Put the bytes as an older program would store them, of the same length, and declare windows-1252."""
    utf8 = written.encode()
    padded = stored + b" " * (len(utf8) - len(stored))
    assert utf8 in content
    changed = content.replace(utf8, padded).replace(b"UTF-8", b"CP125", 1)
    at = changed.index(b"CP125")
    changed = changed[: at - 4] + (5).to_bytes(4, "little") + b"CP125" + changed[at + 5 :]
    path.write_bytes(changed.replace((65001).to_bytes(4, "little"), (1252).to_bytes(4, "little"), 1))


def test_long_files_are_read_in_stretches(tmp_path, monkeypatch):
    """Stretches join without a seam, in the other process as in this one."""
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"n": [float(i) for i in range(45)], "t": [f"t{i}" for i in range(45)]}), str(path)
    )
    monkeypatch.setattr(statistical_files, "STRETCH", 10)
    plain = statistical_files.read_plainly(path, "sav")
    assert plain["n"] == 45
    table = read_table(path)
    assert list(table.columns[0]) == list(range(45))
    assert list(table.columns[1]) == [f"t{i}" for i in range(45)]


@pytest.mark.parametrize("suffix", [".sav", ".dta", ".por"])
def test_damaged_files_are_refused(tmp_path, folder, suffix):
    """Cut in the middle, and with bytes changed: a message, never a crash."""
    whole = (folder / f"sample{suffix}").read_bytes()
    for content in (whole[: len(whole) // 2], whole[:200] + b"\xff" * 60 + whole[260:]):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(content)
        try:
            outcome = read_table(path).n
        except SatixError as refused:
            outcome = [problem.message("zh") for problem in refused.problems]
        assert outcome


def test_counted_sets_become_one_question(folder):
    """The dichotomous set is one multiple choice; the one of categories stays a question a variable."""
    table = read_table(folder / "simple_alltypes.sav")
    draft = draft_export(importer_of("spss").arrange(table), platform="spss", instrument_id="d")
    assert draft.instrument.question("mymrset").type == "multiple"
    assert draft.instrument.question("ca_subvar_1").type == "single"
    read = read_responses(folder / "simple_alltypes.sav", draft.instrument, draft.mapping)
    ticks = {str(c.option): read.responses.codes[i].tolist() for i, c in enumerate(read.responses.columns) if c.question == "mymrset"}  # fmt: skip  # noqa: E501
    assert ticks == {"1": [2, 2, 1, 1, 1, 2], "2": [2, 1, 2, 1, 2, 2], "3": [1, 1, 1, 1, 1, 1]}


def test_without_pyreadstat_the_message_says_what_to_install(folder, monkeypatch):
    """The extra by name."""
    import sys

    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(ResponseImportError) as caught:
        read_table(folder / "sample.sav")
    assert "satix[spss]" in caught.value.message("en")
    assert "satix[spss]" in caught.value.message("zh")


def test_a_proposed_mapping_is_a_valid_file(satisfaction, instrument):
    """No heading row is written where there is none."""
    table = read_table(satisfaction)
    mapping = propose_mapping(table, instrument, "spss").mapping
    assert mapping.header_row is None
    assert Mapping.model_validate(mapping.model_dump(by_alias=True)) == mapping


def test_a_portable_file_keeps_its_missing_values(tmp_path, folder):
    """The public reader of .por files drops them; here one is declared for MYORD (record 8, value 3)."""
    text = (folder / "sample.por").read_bytes().decode("latin-1").replace("\r", "").replace("\n", "")
    declared = text.replace("C7/ordinal", "83/C7/ordinal")
    declared += "Z" * (-len(declared) % 80)
    path = tmp_path / "a.por"
    lines = [declared[start : start + 80] for start in range(0, len(declared), 80)]
    path.write_bytes("\r\n".join([*lines, ""]).encode("latin-1"))
    cells, variable = _column(read_table(path), "MYORD")
    assert cells == [1, 2, 3, 1, 1]
    assert variable.missing == {"3": "blank"}
