"""问卷星 layouts one by one: files made for the purpose, where no real export of the layout may be shipped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from survey.importers.arranged import Arranged
from survey.importers.detect import detect_table, importer_of
from survey.importers.draft_export import draft_export
from survey.importers.questions import questions_in
from survey.importers.read import read_responses
from survey.importers.table_file import read_table
from survey.importers.wenjuanxing import variant_of
from survey.importers.wenjuanxing_headings import asks_for_attention, wenjuanxing_headings
from survey.importers.wenjuanxing_push import answers_in
from survey.scales import MISSING_CODES

META = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]


def _meta(number: int) -> list[str]:
    return [
        str(number),
        f"2025/3/{number} 9:05:07",
        f"{100 + number}秒",
        "微信",
        "N/A",
        f"192.0.2.{number}(江苏-南京)",
    ]


def _arrange(path: Any) -> Arranged:
    return importer_of("wenjuanxing").arrange(read_table(path))


def _headings(texts: Sequence[str], rows: Sequence[Sequence[str]], *, as_texts: bool = False) -> Any:
    return wenjuanxing_headings(texts, list(zip(*rows, strict=True)), texts=as_texts)


@pytest.mark.parametrize("spelling", ["第6题({})", "6({})", "6、({})", "6、（{}）", "6、您的爱好？({})"])
def test_every_spelling_of_option_columns_is_one_multiple_choice(spelling):
    """Labels with brackets and ideographic commas inside stay whole."""
    labels = ["运动", "ACG文化(动漫、游戏等)", "其他（请补充）:"]
    rows = [["1", "0", "0"], ["0", "1", "1"]]
    found = _headings([spelling.format(label) for label in labels], rows)
    assert [heading.part for heading in found] == labels
    assert {heading.group for heading in found} == {"6"}
    assert {heading.kind for heading in found} == {"multiple"}
    assert [heading.option for heading in found] == [1, 2, 3]
    assert found[0].stem == ("您的爱好？" if "？" in spelling else None)


def test_ranks_are_told_from_ticks():
    """Columns per option with 1, 2, 3 are a ranking."""
    found = _headings(["4(价格)", "4(质量)", "4(服务)"], [["1", "2", "3"], ["2", "-2", "1"]])
    assert {heading.kind for heading in found} == {"ranking"}


def test_a_stem_in_brackets_is_no_option():
    """One column of a number, with codes in it."""
    (found,) = _headings(["6、(必答)您的年龄(周岁)"], [["3"], ["5"]])
    assert (found.part, found.wordings) == (None, ("(必答)您的年龄(周岁)",))


def test_the_stem_of_a_matrix_ends_at_the_last_dash_of_its_first_row():
    """Dashes inside the stem, and rows that repeat it."""
    first, second, third = _headings(
        ["7、服务—售后—请打分：—速度", "7、态度", "7、服务—售后—请打分：—质量"], [["5", "4", "3"], ["1", "2", "5"]]
    )
    assert first.stem == second.stem == third.stem == "服务—售后—请打分："
    assert [heading.part for heading in (first, second, third)] == ["速度", "态度", "质量"]
    assert {heading.group for heading in (first, second, third)} == {"7"}


def test_a_dash_in_a_single_question_makes_no_matrix():
    """A wording may hold a dash."""
    (found,) = _headings(["5、您对AI—尤其是助手—的看法"], [["满意"], ["不满意"]], as_texts=True)
    assert (found.stem, found.part) == (None, None)
    assert found.wordings[0] == "您对AI—尤其是助手—的看法"


def test_rows_with_several_options_are_questions_of_their_own():
    """矩阵多选: ┋ inside the cells of a matrix."""
    found = _headings(["8、去过哪里—春天", "8、秋天"], [["北京┋上海", "上海"], ["北京", "北京┋上海"]], as_texts=True)
    assert [(heading.kind, heading.group, heading.wordings[0]) for heading in found] == [
        ("multiple", None, "去过哪里—春天"),
        ("multiple", None, "去过哪里—秋天"),
    ]


def test_types_in_headings_are_believed_and_taken_off():
    """【多选题】 and the like."""
    rows = [["1", "5", "好", "3"], ["2", "4", "差", "2"]]
    found = _headings(["1、性别【单选题】*", "2、速度[量表题]", "3、意见（填空）", "4、去过（多选）"], rows)
    assert [(heading.wordings[0], heading.kind) for heading in found] == [
        ("性别", "single"),
        ("速度", "scale"),
        ("意见", "text"),
        ("去过", "multiple"),
    ]


def test_a_number_that_comes_again_is_another_question():
    """Two questionnaires beside each other: numbers begin anew, stems repeat."""
    texts = ["1、打分—速度", "1、态度", "2、性别", "1、打分—速度", "1、态度"]
    found = _headings(texts, [["5", "4", "1", "3", "2"], ["1", "2", "2", "4", "4"]])
    assert [heading.group for heading in found] == ["1", "1", None, "1-2", "1-2"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_kinds_of_missing_are_kept_apart(write_csv, encoding):
    """(跳过), (空) and a truly empty cell as texts; -3, -2 and empty as numbers."""
    texts = [
        [*META, "1、您的性别", "2、您的城市", "总分"],
        [*_meta(1), "男", "北京", "3"],
        [*_meta(2), "(跳过)", "(空)", "0"],
        [*_meta(3), "", "上海", "1"],
        [*_meta(4), "女", "上海", "2"],
        [*_meta(5), "女", "北京", "2"],
    ]
    numbers = [[{"男": "1", "女": "2", "北京": "1", "上海": "2"}.get(cell, cell) for cell in row] for row in texts]
    numbers = [[{"(跳过)": "-3", "(空)": "-2"}.get(cell, cell) for cell in row] for row in numbers]
    for rows in (texts, numbers):
        path = write_csv(rows, encoding=encoding)
        arranged = _arrange(path)
        draft = draft_export(arranged, platform="wenjuanxing", instrument_id="x")
        read = read_responses(path, draft.instrument, draft.mapping)
        assert read.responses.codes_of("Q1")[[1, 2]].tolist() == [MISSING_CODES["not_shown"], MISSING_CODES["blank"]]
        assert read.responses.codes_of("Q2")[1] == MISSING_CODES["skipped"]
        assert (read.report.rows_in_file, read.report.rows_kept) == (5, 5)
        assert [r.fields["columns"] for r in arranged.remarks if r.code == "survey.wjx_truly_empty"] == ["G"]


def test_headings_pasted_again_are_left_out_and_counted(write_csv):
    """Exports joined by hand: the heading row stands among the records, the running number begins anew."""
    header = [*META, "1、您的性别", "2、速度"]
    rows = [header, *([*_meta(k), "男", "满意"] for k in range(1, 15)), header]
    rows += [[*_meta(k), "女", "一般"] for k in range(1, 4)]
    path = write_csv(rows)
    arranged = _arrange(path)
    assert arranged.table.n == 17
    codes = {remark.code: remark for remark in arranged.remarks}
    assert codes["survey.wjx_headings_repeated"].fields == {"count": 1, "rows": "16"}
    assert codes["survey.wjx_joined"].fields == {"count": 2, "rows": "17"}
    assert all(remark.message("zh") and remark.message("en") for remark in arranged.remarks)
    draft = draft_export(arranged, platform="wenjuanxing", instrument_id="x")
    report = read_responses(path, draft.instrument, draft.mapping).report
    assert (report.rows_in_file, report.rows_kept, report.rows_skipped["headings"]) == (18, 17, 1)


def test_an_export_sorted_from_the_newest_is_not_joined(write_csv):
    """A running number that falls throughout."""
    rows = [[*META, "1、您的性别"], *([*_meta(k), "男"] for k in range(20, 0, -1))]
    assert _arrange(write_csv(rows)).remarks == ()


def test_a_file_whose_own_columns_were_deleted_is_still_recognised(write_csv):
    """Nothing but numbered headings in order, a total and the platform's negative numbers."""
    rows = [
        ["1、您的性别", "2、请打分—速度", "2、态度", "3、您的建议", "总分"],
        ["1", "5", "4", "-2", "9"],
        ["2", "-3", "-3", "很好", "0"],
    ]
    first = detect_table(read_table(write_csv(rows)))[0]
    assert (first.platform, first.variant) == ("wenjuanxing", "position")
    assert first.confidence > 0.6


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        (["时间戳记", "1、您的性别", "2、您的年龄", "3、建议"], ["2025/3/1 上午 9:05:07", "男", "30", "无"]),
        (["ID", "开始时间", "完成时间", "1、您的性别", "2、建议"], ["1", "45717.4", "45717.5", "男", "无"]),
        (["id", "1. How satisfied?", "2. Why?"], ["1", "5", "good"]),
        (["name", "1、指标", "备注"], ["a", "3", "b"]),
        (["部门", "年度", "满意度"], ["一部", "2024", "85"]),
    ],
)
def test_numbered_tables_of_others_are_not_taken_for_it(write_csv, headings, cells):
    """Questions are numbered elsewhere, too."""
    found = {d.platform: d.confidence for d in detect_table(read_table(write_csv([headings, cells])))}
    assert found.get("wenjuanxing", 0) < found["none"]


def _numbers(total: Any, *, name: str, write: Any) -> Any:
    rows = [[str(1 + (k * j) % 5) for j in range(1, 5)] for k in range(1, 9)]
    header = [*META, "1、a", "2、b", "3、c", "4、d", "总分"]
    table = read_table(
        write([header, *([*_meta(k), *row, total(row)] for k, row in enumerate(rows, start=1))], name=name)
    )
    return importer_of("wenjuanxing").arrange(table), variant_of(table)


def test_scores_are_told_from_positions_by_the_total(write_csv):
    """A total that is the sum of the numbers makes them scores, whatever the file is called."""
    arranged, variant = _numbers(lambda row: sum(map(int, row)), name="答卷.csv", write=write_csv)
    assert (variant, arranged.numbers_are) == ("score", "codes")
    assert "survey.wjx_scores" in {remark.code for remark in arranged.remarks}
    arranged, variant = _numbers(lambda row: 30 - sum(map(int, row)), name="答卷.csv", write=write_csv)
    assert (variant, arranged.numbers_are) == ("position", "positions")
    arranged, variant = _numbers(lambda row: sum(map(int, row)), name="1_按序号_问卷_8_8.csv", write=write_csv)
    assert (variant, arranged.remarks) == ("position", ())


def test_cells_are_believed_before_the_file_name(write_csv):
    """Fractions, and zeros in several questions, are no positions; a rating from 0 to 10 has a 0 of its own."""
    header = [*META, "1、a", "2、b"]
    for cells, variant in (
        ((["0", "0"], ["2", "4"], ["1", "3"]), "score"),
        ((["0.5", "1"], ["1.5", "2"], ["1", "1"]), "score"),
        ((["0", "0"], ["10", "9"], ["8", "10"]), "position"),
    ):
        rows = [header, *([*_meta(k), *row] for k, row in enumerate(cells, start=1))]
        table = read_table(write_csv(rows, name="1_按序号_问卷_3_3.csv"))
        assert variant_of(table) == variant
        remarks = {remark.code for remark in importer_of("wenjuanxing").arrange(table).remarks}
        assert ("survey.wjx_name_differs" in remarks) == (variant == "score")


def test_a_name_ending_in_a_wave_number_says_nothing(write_csv):
    """``export_1.csv`` is the first wave, not an export of scores."""
    _, variant = _numbers(lambda row: 30 - sum(map(int, row)), name="export_1.csv", write=write_csv)
    assert variant == "position"
    _, variant = _numbers(lambda row: 30 - sum(map(int, row)), name="234274756_1_问卷_8_8.csv", write=write_csv)
    assert variant == "score"


def test_answer_strings_are_taken_apart():
    """As the platform documents them: | between options, ! between row and column, the older < likewise."""
    assert answers_in("2$1}3$1|3}4$1!5,2!4}5$很好，谢谢}6$2|3|1}") == {
        "2": "1",
        "3": "1|3",
        "4_1": "5",
        "4_2": "4",
        "5": "很好，谢谢",
        "6": "2|3|1",
    }
    assert answers_in("10$1<1,2<3") == {"10_1": "1", "10_2": "3"}
    assert answers_in("7$1!1|2,2!3") == {"7_1": "1|2", "7_2": "3"}
    assert answers_in("8$3!自己的话") == {"8": "3〖自己的话〗"}
    assert answers_in("总价 5$") is None


def test_a_column_of_answer_strings_becomes_a_column_per_question(write_csv):
    """The other columns stay; the questions go by the platform's inner numbers."""
    rows = [
        ["joinid", "submittime", "submitdata"],
        ["101", "2025-03-01 10:00:00", "2$1}3$1|3}4$1!5,2!4}5$好"],
        ["102", "2025-03-01 11:00:00", "2$2}3$2}4$1!3,2!3}5$"],
        ["103", "2025-03-01 12:00:00", "2$2}3$2|3}4$1!4,2!2}5$一般"],
    ]
    path = write_csv(rows)
    first = detect_table(read_table(path))[0]
    assert (first.platform, first.variant) == ("wenjuanxing", "push")
    arranged = _arrange(path)
    assert arranged.table.headings == ("joinid", "submittime", "Q2", "Q3", "Q4_1", "Q4_2", "Q5")
    assert "survey.wjx_push_numbers" in {remark.code for remark in arranged.remarks}
    draft = draft_export(arranged, platform="wenjuanxing", instrument_id="x")
    read = read_responses(path, draft.instrument, draft.mapping)
    assert read.responses.n == read.report.rows_in_file == 3
    assert read.responses.respondents["submitted"].tolist()[0] == "2025-03-01T10:00:00"


def test_a_text_file_of_answer_strings_has_no_heading(tmp_path):
    """Commas of matrices were taken for delimiters; the first line is a record."""
    path = tmp_path / "push.txt"
    path.write_text("2$1}3$1!5,2!4\n2$2}3$1!3,2!3\n2$1}3$1!1,2!2\n", encoding="utf-8")
    arranged = _arrange(path)
    assert arranged.table.n == 3
    assert [list(column) for column in arranged.table.columns] == [
        ["1", "2", "1"],
        ["5", "3", "1"],
        ["4", "3", "2"],
    ]
    draft = draft_export(arranged, platform="wenjuanxing", instrument_id="x")
    report = read_responses(path, draft.instrument, draft.mapping).report
    assert (report.rows_in_file, report.rows_kept, report.rows_skipped.get("headings")) == (3, 3, None)


def test_attention_checks_are_known_by_their_wording():
    """In either language, and not every "please choose"."""
    assert asks_for_attention("30、此题请选择“非常不符合”。")
    assert asks_for_attention('6、此题请选择"不满意"')
    assert asks_for_attention("Please select “Agree” here.")
    assert not asks_for_attention("3、请选择您的城市")


@pytest.mark.parametrize(
    ("file", "questions", "columns", "records"),
    [
        ("234274756_2_家庭教养方式测试（父母版）_245_245.xlsx", 87, 87, 245),
        ("按文本_AI社交_1044.xlsx", 23, 61, 1044),
        ("[问卷星数据]800_800_0.xls", 8, 8, 800),
        ("[问卷星数据]800_800_2.xls", 8, 30, 800),
        ("DERIVED_gbk_first100.csv", 8, 8, 100),
    ],
)
def test_every_question_and_record_of_the_real_files_is_accounted_for(shared, file, questions, columns, records):
    """Questions as numbered by the platform; a drafted instrument reads every record."""
    path = shared / "reference" / "formats" / "wjx" / file
    arranged = _arrange(path)
    found = questions_in(arranged, platform="wenjuanxing")
    assert len(found) == questions
    assert sum(len(question.columns) for question in found) == columns
    draft = draft_export(arranged, platform="wenjuanxing", instrument_id="x")
    report = read_responses(path, draft.instrument, draft.mapping).report
    assert report.rows_in_file == report.rows_kept == records


def test_the_joined_file_keeps_empty_apart_from_skipped(shared):
    """145 records have no question 23 at all, 64 left it empty; its second part begins in row 901."""
    path = shared / "reference" / "formats" / "wjx" / "按文本_AI社交_1044.xlsx"
    remarks = {remark.code: remark for remark in _arrange(path).remarks}
    assert remarks["survey.wjx_truly_empty"].fields["columns"] == "BJ"
    assert remarks["survey.wjx_joined"].fields == {"count": 2, "rows": "901"}
