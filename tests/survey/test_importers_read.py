"""Reading files of answers end to end."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from survey.errors import MappingError, ResponseImportError
from survey.importers.mapping import Mapping
from survey.importers.read import read_responses
from survey.scales import MISSING_CODES

BLANK, INVALID = MISSING_CODES["blank"], MISSING_CODES["invalid"]
NOT_SHOWN, NOT_APPLICABLE = MISSING_CODES["not_shown"], MISSING_CODES["not_applicable"]
NOT_IN_VERSION, SKIPPED = MISSING_CODES["not_in_version"], MISSING_CODES["skipped"]
DONT_KNOW, NOT_RANKED = MISSING_CODES["dont_know"], MISSING_CODES["not_ranked"]


def test_every_spelling_of_an_answer_is_read(instrument, mapping_of, write_xlsx):
    """Codes, labels in two languages, full-width digits, units, blanks around, words for no answer."""
    cells = {
        5: 5, "5": 5, "5.0": 5, "５": 5, " 5 ": 5, "5分": 5, "很满意": 5, "很满意 ": 5, "\u00a0很满意\u200b": 5,
        "Very satisfied": 5, "VERY SATISFIED": 5, "5 很满意": 5, "5、很满意": 5, "很满意(5)": 5, "很满意。": 5,
        "没有用过": NOT_APPLICABLE, 9: NOT_APPLICABLE, "不适用": NOT_APPLICABLE, "N/A": NOT_APPLICABLE,
        "(跳过)": NOT_SHOWN, "(空)": SKIPPED, "不知道": DONT_KNOW, "Don't know": DONT_KNOW,
        "拒答": MISSING_CODES["refused"], "  ": BLANK, None: BLANK,
    }  # fmt: skip
    rows = [["id", "a"]] + [[f"r{place}", cell] for place, cell in enumerate(cells)]
    read = read_responses(write_xlsx(rows), instrument, mapping_of({"id": {"role": "respondent"}, "a": "Q1"}))
    assert read.responses.codes_of("Q1").tolist() == list(cells.values())


def test_foreign_values_stop_the_import_with_their_coordinates(instrument, mapping_of, write_xlsx):
    """Every foreign cell is named by sheet, Excel row, column letter, heading, value, expectation and remedy."""
    rows = [
        ["满意度调查（2024）", None, None],
        [None, None, None],
        ["编号", "响应", "年龄"],
        ["a", 5, 30],
        ["b", 11, "三十"],
        ["c", "还行吧", 200],
    ]
    mapping = mapping_of({"编号": {"role": "respondent"}, "响应": "Q1", "年龄": "AGE"})
    with pytest.raises(ResponseImportError) as caught:
        read_responses(write_xlsx(rows, merge=["A1:C1"]), instrument, mapping)
    found = [
        (p.place.sheet, p.place.row, p.place.column, p.place.heading, p.fields["found"]) for p in caught.value.problems
    ]
    assert found == [
        ("Sheet1", 5, "B", "响应", "11"),
        ("Sheet1", 5, "C", "年龄", "三十"),
        ("Sheet1", 6, "B", "响应", "还行吧"),
        ("Sheet1", 6, "C", "年龄", "200"),
    ]
    english, chinese = caught.value.message("en"), caught.value.message("zh")
    assert "answers.xlsx, sheet 'Sheet1', row 5, column B (响应): found 11, expected 1" in english
    assert "declare the value under invalid" in english
    assert "第 5 行，B 列 (响应)：读到 11" in chinese
    assert "10–110" in chinese


def test_a_declared_invalid_value_is_kept_as_invalid_and_counted(instrument, mapping_of, write_csv):
    """Only a declaration lets a foreign value through."""
    path = write_csv([["a", "b"], ["11", "x"], ["4", "33"]])
    mapping = mapping_of({"a": {"question": "Q1", "invalid": ["11"]}, "b": {"question": "AGE", "invalid": ["x"]}})
    read = read_responses(path, instrument, mapping)
    assert read.responses.codes_of("Q1").tolist() == [INVALID, 4]
    assert read.responses.numbers["AGE"].missing.tolist() == [INVALID, 0]
    assert [column.n_invalid for column in read.report.columns] == [1, 1]


def test_what_the_mapping_declares_comes_before_the_scale(instrument, mapping_of, write_csv):
    """values and missing of the mapping override labels and known words."""
    path = write_csv([["a"], ["ok"], ["很满意"], ["0"], ["一般"]])
    column = {"question": "Q1", "values": {"ok": 4, "很满意": 1}, "missing": {"0": "refused"}}
    read = read_responses(path, instrument, mapping_of({"a": column}))
    assert read.responses.codes_of("Q1").tolist() == [4, 1, MISSING_CODES["refused"], 3]


def test_numbers_may_be_positions(instrument, mapping_of, write_csv):
    """With positions, 6 is the sixth option, whatever its code; -2 and -3 of 问卷星 are no answers."""
    path = write_csv([["a", "n"], ["6", "1"], ["1", "11"], ["-3", "-2"]])
    undeclared = mapping_of({"a": "Q1", "n": "NPS"}, numbers_are="positions", platform="wenjuanxing")
    with pytest.raises(MappingError) as raised:
        read_responses(path, instrument, undeclared)
    assert [problem.code for problem in raised.value.problems] == ["survey.numbers_ambiguous"], "0-10: is 1 a 0 or a 1?"
    columns = {"a": "Q1", "n": {"question": "NPS", "numbers_are": "positions"}}
    mapping = mapping_of(columns, numbers_are="positions", platform="wenjuanxing")
    read = read_responses(path, instrument, mapping)
    assert read.responses.codes_of("Q1").tolist() == [NOT_APPLICABLE, 1, NOT_SHOWN]
    assert read.responses.scores("NPS")[:2].tolist() == [0.0, 10.0]
    by_code = mapping_of({"a": {"question": "NPS", "numbers_are": "codes"}}, numbers_are="positions")
    path = write_csv([["a"], ["0"], ["10"]], name="codes.csv")
    assert read_responses(path, instrument, by_code).responses.scores("NPS").tolist() == [0.0, 10.0]


def test_multiple_choice_in_one_cell(instrument, mapping_of, write_csv):
    """Separators inside option texts do not split them; what was written beside 其他 is left out."""
    cells = ["电话┋其他〖朋友，转告〗", "Shop, branch, Telephone", "门店、网点", "", "(跳过)"]
    path = write_csv([["id", "a"], *[[place, cell] for place, cell in enumerate(cells)]])
    read = read_responses(path, instrument, mapping_of({"a": "VIA"}, separators=["┋", ", "], blank_is="skipped"))
    codes = {
        c.option: read.responses.codes[i].tolist() for i, c in enumerate(read.responses.columns) if c.question == "VIA"
    }
    assert codes == {
        "phone": [2, 2, 1, SKIPPED, NOT_SHOWN],
        "chat": [1, 1, 1, SKIPPED, NOT_SHOWN],
        "shop": [1, 2, 2, SKIPPED, NOT_SHOWN],
        "other": [2, 1, 1, SKIPPED, NOT_SHOWN],
    }


def test_an_unknown_part_of_a_multiple_choice_is_foreign(instrument, mapping_of, write_csv):
    """A part that names no option is not dropped; declared invalid, the other parts count."""
    path = write_csv([["a"], ["电话┋飞鸽"]])
    with pytest.raises(ResponseImportError):
        read_responses(path, instrument, mapping_of({"a": "VIA"}))
    read = read_responses(path, instrument, mapping_of({"a": {"question": "VIA", "invalid": ["飞鸽"]}}))
    assert read.responses.chosen("VIA", ("phone",)).tolist() == [True]


def test_multiple_choice_over_columns(instrument, mapping_of, write_csv):
    """1/0, the option's own text, an empty cell beside a tick, all empty, and the platform's codes."""
    rows = [["p", "c", "o", "id"], ["1", "0", "0", "1"], ["电话", "", "", "2"], ["", "", "", "3"]]
    rows += [["-3", "-3", "-3", "4"], ["0", "0", "0", "5"]]
    columns = {h: {"question": "VIA", "option": o} for h, o in (("p", "phone"), ("c", "chat"), ("o", "other"))}
    read = read_responses(write_csv(rows), instrument, mapping_of(columns, platform="wenjuanxing"))
    codes = {
        c.option: read.responses.codes[i].tolist() for i, c in enumerate(read.responses.columns) if c.question == "VIA"
    }
    assert codes == {
        "phone": [2, 2, BLANK, NOT_SHOWN, 1],
        "chat": [1, 1, BLANK, NOT_SHOWN, 1],
        "shop": [NOT_IN_VERSION] * 5,
        "other": [1, 1, BLANK, NOT_SHOWN, 1],
    }


def test_ranking_in_one_cell_and_over_columns_agree(instrument, mapping_of, write_csv):
    """A→B gives ranks 1 and 2; the others were not ranked."""
    one = read_responses(
        write_csv([["id", "r"], ["1", "在线客服→电话"], ["2", ""]]), instrument, mapping_of({"r": "BEST"})
    )
    rows = [["p", "c", "s", "o", "id"], ["2", "1", "", "-2", "1"], ["", "", "", "", "2"]]
    columns = {
        h: {"question": "BEST", "option": o} for h, o in zip("pcso", ("phone", "chat", "shop", "other"), strict=True)
    }
    spread = read_responses(write_csv(rows, name="b.csv"), instrument, mapping_of(columns, platform="wenjuanxing"))
    places = [i for i, c in enumerate(one.responses.columns) if c.question == "BEST"]
    assert one.responses.codes[places].tolist() == [[2, BLANK], [1, BLANK], [NOT_RANKED, BLANK], [NOT_RANKED, BLANK]]
    assert np.array_equal(one.responses.codes[places], spread.responses.codes[places])


def test_blank_where_the_routing_hides_the_question_is_not_shown(instrument, mapping_of, write_csv):
    """Blank and hidden is not_shown; blank and shown stays blank; an answer though hidden is kept and reported."""
    path = write_csv([["r", "q"], ["否", ""], ["是", ""], ["是", "5"], ["否", "4"]])
    read = read_responses(path, instrument, mapping_of({"r": "REPAIRED", "q": "Q3"}))
    assert read.responses.codes_of("Q3").tolist() == [NOT_SHOWN, BLANK, 5, 4]
    warning = next(w for w in read.report.warnings if w.code == "survey.answered_though_not_shown")
    assert warning.fields["rows"] == "5"


def test_questions_not_asked_in_a_wave_are_not_in_version_whatever_the_cell_holds(instrument, mapping_of, write_csv):
    """Even a foreign value is not looked at where the question was not asked."""
    path = write_csv([["year", "q"], ["2010", "0"], ["2011", "5"]])
    mapping = mapping_of({"year": {"role": "wave"}, "q": "Q1"}, not_asked={"2010": ["Q1"]})
    read = read_responses(path, instrument, mapping)
    assert read.responses.codes_of("Q1").tolist() == [NOT_IN_VERSION, 5]
    assert read.responses.respondents["wave"].tolist() == ["2010", "2011"]
    with pytest.raises(ResponseImportError, match="row 3"):
        read_responses(write_csv([["year", "q"], ["2010", "0"], ["2011", "0"]]), instrument, mapping)


def test_waves_are_translated_and_unknown_ones_refused(instrument, mapping_of, write_csv):
    """The wave column is read through ``waves``."""
    path = write_csv([["w", "q"], ["一季度", "5"], ["二季度", "4"]])
    mapping = mapping_of({"w": {"role": "wave"}, "q": "Q1"}, waves={"一季度": "2024Q1"})
    with pytest.raises(ResponseImportError) as caught:
        read_responses(path, instrument, mapping)
    assert [p.fields["found"] for p in caught.value.problems] == ["二季度"]


def test_two_responses_with_one_id_are_kept_flagged_and_named(instrument, mapping_of, write_csv):
    """Nothing is deleted: the later row gets a suffix, a flag, and both rows stand in the report."""
    path = write_csv([["id", "q"], ["A1", "5"], ["A2", "4"], ["A1", "3"]])
    read = read_responses(path, instrument, mapping_of({"id": {"role": "respondent"}, "q": "Q1"}))
    assert read.responses.respondents.index.tolist() == ["A1", "A2", "A1#2"]
    assert read.responses.flags["duplicate"].tolist() == [False, False, True]
    (warning,) = [w for w in read.report.warnings if w.code == "survey.respondent_id_twice"]
    assert warning.fields == {"id": "A1", "count": 2, "rows": "2, 4"}


def test_the_same_id_in_two_waves_is_no_duplicate(instrument, mapping_of, write_csv):
    """A panel member answers once per wave."""
    path = write_csv([["id", "w", "q"], ["A1", "1", "5"], ["A1", "2", "4"]])
    mapping = mapping_of({"id": {"role": "respondent"}, "w": {"role": "wave"}, "q": "Q1"})
    read = read_responses(path, instrument, mapping)
    assert read.responses.respondents.index.tolist() == ["A1", "A1"]
    assert not read.responses.flags


def test_identifying_ids_and_open_texts_are_not_stored(instrument, mapping_of, write_csv):
    """A telephone number as id becomes a digest that still finds the duplicate; numbers in texts are masked."""
    path = write_csv([["手机号", "w"], ["13800000000", "打我电话13912345678"], ["13800000000", "还行"]])
    read = read_responses(path, instrument, mapping_of({"手机号": {"role": "respondent"}, "w": "WHY"}))
    everything = repr(read.responses.respondents) + repr(read.responses.texts) + repr(read.report.to_dict())
    assert "13800000000" not in everything
    assert "13912345678" not in everything
    assert read.responses.texts["WHY"] == ["打我电话●●●", "还行"]
    assert read.responses.flags["duplicate"].tolist() == [False, True]


def test_the_respondent_table_holds_times_weight_and_design(instrument, mapping_of, write_xlsx):
    """Times become ISO text, durations seconds; ids default to file and row."""
    rows = [
        ["提交答卷时间", "所用时间", "权重", "层", "q"],
        ["2023/9/8 2:04:05", "137秒", 1.5, "东", 5],
        [datetime(2024, 1, 2, 3, 4, 5), "2分17秒", 0.5, None, 4],
        ["昨天", "很久", 1, "西", 3],
    ]
    roles = ["submitted", "duration", "case_weight", "stratum"]
    columns = {heading: {"role": role} for heading, role in zip(rows[0][:4], roles, strict=True)}
    read = read_responses(write_xlsx(rows), instrument, mapping_of({**columns, "q": "Q1"}), wave="w", source_name="Q4")
    table = read.responses.respondents
    assert table.index.tolist() == ["answers.xlsx:2", "answers.xlsx:3", "answers.xlsx:4"]
    assert table["submitted"].tolist() == ["2023-09-08T02:04:05", "2024-01-02T03:04:05", None]
    assert table["duration_seconds"].tolist()[:2] == [137.0, 137.0]
    assert np.isnan(table["duration_seconds"].iloc[2])
    assert table["case_weight"].tolist() == [1.5, 0.5, 1.0]
    assert table["stratum"].tolist() == ["东", None, "西"]
    assert set(table["wave"]) == {"w"}
    assert set(table["source"]) == {"Q4"}
    codes = [warning.code for warning in read.report.warnings]
    assert "survey.time_not_read" in codes
    assert "survey.duration_not_read" in codes


def test_a_case_weight_that_is_no_number_stops_the_import(instrument, mapping_of, write_csv):
    """A weight is never guessed."""
    path = write_csv([["w", "q"], ["", "5"], ["-1", "4"], ["1", "3"]])
    with pytest.raises(ResponseImportError) as caught:
        read_responses(path, instrument, mapping_of({"w": {"role": "case_weight"}, "q": "Q1"}))
    assert [problem.place.row for problem in caught.value.problems] == [2, 3]


def test_rows_add_up_and_totals_are_named(instrument, mapping_of, write_xlsx):
    """Rows in the file = kept + skipped by reason; a totals row is reported."""
    rows = [["id", "q"], ["a", 5], [None, None], ["b", 4], ["合计", 9]]
    read = read_responses(
        write_xlsx(rows, more=["说明"]), instrument, mapping_of({"id": {"role": "respondent"}, "q": "Q1"})
    )
    report = read.report
    assert (report.rows_in_file, report.rows_kept, dict(report.rows_skipped)) == (4, 2, {"empty": 1, "totals": 1})
    assert {"survey.totals_row_left_out", "survey.empty_rows_left_out", "survey.other_sheets"} <= {
        w.code for w in report.warnings
    }
    assert read.responses.respondents["row"].tolist() == [2, 4]
    assert "Q2" in report.questions_without_column
    for language in ("en", "zh"):
        assert report.summary(language)
        assert all(warning.message(language) for warning in report.warnings)
    assert report.to_frame()["n_answered"].iloc[1] == 2


def test_very_many_foreign_cells_are_counted_and_listed_up_to_a_limit(instrument, mapping_of, write_csv):
    """The list ends at 200; the count is of all, by column."""
    rows = [["a", "b"]] + [[f"v{i}", "zzz"] for i in range(300)]
    with pytest.raises(ResponseImportError) as caught:
        read_responses(write_csv(rows), instrument, mapping_of({"a": "Q1", "b": "Q2"}))
    last = caught.value.problems[-1]
    assert len(caught.value.problems) == 201
    assert last.code == "survey.more_foreign_cells"
    assert last.fields["total"] == 600
    assert "B (b): 300" in str(last.fields["columns"])


def test_a_foreign_value_that_occurs_again_is_spoken_of_once(instrument, mapping_of, write_csv):
    """With its count and rows, and the entry of the mapping that would declare it."""
    rows = [["a"], *[["一般般"]] * 8, ["5"], ["还凑合"], ["还凑合"], ["怪"]]
    with pytest.raises(ResponseImportError) as caught:
        read_responses(write_csv(rows), instrument, mapping_of({"a": "Q1"}))
    often, twice, once, paste = caught.value.problems
    assert (often.fields["found"], often.fields["count"], often.fields["rows"]) == ("一般般", 8, "2, 3, 4, 5, 6 …")
    assert (twice.fields["count"], twice.fields["rows"]) == (2, "11, 12")
    assert (once.code, once.place.row) == ("survey.value_outside_scale", 13)
    assert paste.fields["values"] == '"一般般": ?, "还凑合": ?'
    assert 'values: {"一般般": ?, "还凑合": ?}' in paste.message("zh")


def test_words_taken_as_missing_by_the_general_list_are_counted(instrument, mapping_of, write_csv):
    """Unless the mapping declares them."""
    file = write_csv([["a", "b"], ["说不清", "说不清"], ["说不清", "5"], ["5", "4"]])
    read = read_responses(file, instrument, mapping_of({"a": "Q1", "b": "Q2"}))
    told = [warning for warning in read.report.warnings if warning.code == "survey.missing_by_general_list"]
    assert [dict(warning.fields) for warning in told] == [{"word": "说不清", "kind": "dont_know", "count": 3}]
    declared = mapping_of({"a": "Q1", "b": "Q2"}, missing={"说不清": "dont_know"})
    codes = {warning.code for warning in read_responses(file, instrument, declared).report.warnings}
    assert "survey.missing_by_general_list" not in codes


def test_a_mapped_column_that_is_not_in_the_file_stops_the_import(instrument, mapping_of, write_csv):
    """The closest heading is offered; a question not asked in the wave may be absent."""
    path = write_csv([["您对响应速度有多满意"], ["5"]])
    mapping = mapping_of({"您对响应速度有多满意": "Q1", "您对响应速度满意吗": "Q2"})
    with pytest.raises(MappingError, match="您对响应速度有多满意") as caught:
        read_responses(path, instrument, mapping)
    assert caught.value.problems[0].fields["wanted"] == "Q2"
    allowed = mapping_of({"您对响应速度有多满意": "Q1", "别的": "Q2"}, not_asked={"w1": ["Q2"]})
    read = read_responses(path, instrument, allowed, wave="w1")
    assert read.responses.codes_of("Q2").tolist() == [NOT_IN_VERSION]


def test_unmapped_columns_can_be_refused(instrument, mapping_of, write_csv):
    """``unmapped: refuse`` names them with their letter; otherwise they are listed in the report."""
    path = write_csv([["q", "extra"], ["5", "1"]])
    with pytest.raises(MappingError, match="column B"):
        read_responses(path, instrument, mapping_of({"q": "Q1"}, unmapped="refuse"))
    assert read_responses(path, instrument, mapping_of({"q": "Q1"})).report.unmapped == ("extra",)


def test_headings_that_repeat_are_told_apart_by_occurrence(instrument, write_csv):
    """The second column of the same heading is the second question's."""
    path = write_csv([["满意吗", "满意吗"], ["5", "1"]])
    mapping = Mapping.model_validate(
        {
            "instrument": "small",
            "columns": [
                {"heading": "满意吗", "question": "Q1"},
                {"heading": "满意吗", "occurrence": 2, "question": "Q2"},
            ],
        }
    )
    read = read_responses(path, instrument, mapping)
    assert (read.responses.codes_of("Q1")[0], read.responses.codes_of("Q2")[0]) == (5, 1)


def test_the_example_studies_read_without_a_fault(repository):
    """Every row and column of the shipped data; counts of the SFO survey as its codebook explains them."""
    from survey.importers.mapping import read_mapping
    from survey.instrument import read_instrument

    examples = repository / "satix" / "examples"
    airport = read_responses(
        examples / "airport" / "data" / "dataset.xlsx",
        read_instrument(repository / "instruments" / "library" / "airport_services.yaml"),
        read_mapping(examples / "airport" / "mappings" / "dataset.yaml"),
    )
    # counted in the file: food holds 6 in 4513 rows and 0 in 680; wifi 0 in 11299, of which 10627 before 2013
    assert airport.responses.missing_counts("food") == {"not_applicable": 4513, "blank": 680}
    assert airport.responses.missing_counts("wifi") == {"not_applicable": 4532, "not_in_version": 10627, "blank": 672}
    assert airport.responses.n == 28665
    kiosk = read_responses(
        examples / "kiosk" / "data" / "kiosk.csv",
        read_instrument(repository / "instruments" / "library" / "kiosk_service.yaml"),
        read_mapping(examples / "kiosk" / "mappings" / "kiosk.yaml"),
    )
    assert kiosk.report.encoding == "cp949"
    # facts.json of the data set: 207 complete pairs, mean gap of item 1 -0.5459 scale points
    gap = kiosk.responses.scores("P1") - kiosk.responses.scores("E1")
    assert np.nanmean(gap) == pytest.approx(-0.5459, abs=5e-5)


def test_numeric_labels_name_options_unless_numbers_are_positions(instrument, mapping_of, write_csv):
    """Labels 10 to 30 of codes a to c are found; under positions a number outside the list is foreign, not a label."""
    content = instrument.model_dump(by_alias=True)
    labels = [{"code": code, "label": label} for code, label in zip("abc", ("10", "20", "30"), strict=True)]
    content["scales"]["yes_no"] = {"options": [*labels, {"code": 1, "label": "x"}]}
    other = instrument.model_validate(content)
    path = write_csv([["r"], ["20"], ["30"]])
    assert read_responses(path, other, mapping_of({"r": "REPAIRED"})).responses.codes_of("REPAIRED").tolist() == [2, 3]
    with pytest.raises(ResponseImportError):
        read_responses(path, other, mapping_of({"r": "REPAIRED"}, numbers_are="positions"))


def test_ids_that_a_spreadsheet_rounded_are_pointed_out(instrument, mapping_of, write_xlsx):
    """Beyond 15 digits different ids become equal."""
    path = write_xlsx([["id", "q"], [1234567890123456789, 5], ["b", 4]])
    read = read_responses(str(path), instrument, mapping_of({"id": {"role": "respondent"}, "q": "Q1"}))
    (warning,) = [w for w in read.report.warnings if w.code == "survey.ids_rounded"]
    assert warning.fields["rows"] == "2"
    assert warning.message("zh")
