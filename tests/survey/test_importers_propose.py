"""Proposing a mapping for any table, and what identifies persons."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.errors import MappingError
from survey.importers.detect import importers
from survey.importers.draft_export import draft_export
from survey.importers.propose import propose_mapping
from survey.importers.table_file import read_table
from survey.privacy import identifying_heading, identifying_values, mask_personal, pseudonym, shown


def _uses(proposal) -> dict[str, str | None]:
    return {column.heading: column.question or column.role for column in proposal.mapping.columns}


def test_columns_are_placed_by_code_wording_number_and_likeness(instrument, write_csv):
    """The likeness is kept for review; each question is used once."""
    headings = [
        "Q1",
        "[Q2] anything",
        "3",
        "How satisfied were you with the repair",
        "您的年龄？",
        "WHY. Why",
        "吃饭了吗",
    ]
    proposal = propose_mapping(read_table(write_csv([headings, ["5", "4", "1", "3", "30", "x", "是"]])), instrument)
    assert _uses(proposal) == dict(zip(headings, ["Q1", "Q2", "REPAIRED", "Q3", "AGE", "WHY", "ignore"], strict=True))
    assert proposal.unplaced_columns == ("G: 吃饭了吗",)
    assert set(proposal.unplaced_questions) == {"VIA", "BEST", "CHECK", "NPS"}
    likeness = {column.heading: column.similarity for column in proposal.mapping.columns}
    assert likeness["Q1"] == likeness["您的年龄？"] == 1.0
    assert 0.6 <= likeness[headings[3]] < 1
    assert {column.question for column in proposal.uncertain} >= {"Q3"}


def test_options_spread_over_columns_are_placed(instrument, write_csv):
    """By code, by stem and bracket, and where only the options are left of the heading."""
    for headings in (
        ["VIA_phone", "VIA_chat", "VIA[shop]", "VIA(其他)"],
        ["Which channels did you use? [Telephone]", "Which channels did you use? [Live chat]",
         "Which channels did you use? [Shop, branch]", "Which channels did you use? [Other]"],
        ["第5题(电话)", "第5题(在线客服)", "第5题(门店、网点)", "第5题(其他【请注明】)"],
    ):  # fmt: skip
        proposal = propose_mapping(read_table(write_csv([headings, ["1", "0", "1", "0"]])), instrument)
        placed = [(column.question, column.option) for column in proposal.mapping.columns]
        assert placed == [("VIA", "phone"), ("VIA", "chat"), ("VIA", "shop"), ("VIA", "other")], headings


def test_meta_columns_get_roles_and_persons_are_found_by_heading_or_cells(instrument, write_csv):
    """Whatever a column of telephone numbers is called."""
    headings = ["提交时间", "所用时间", "总分", "姓名", "备注", "权重", "Q1", "受访者编号"]
    cells = ["2024/1/1", "10秒", "9", "张三", "13812345678", "1", "5", "A1"]
    proposal = propose_mapping(read_table(write_csv([headings, cells])), instrument)
    assert list(_uses(proposal).values()) == [
        "submitted", "duration", "total", "identifier", "identifier", "case_weight", "Q1", "respondent",
    ]  # fmt: skip


def test_two_questions_of_one_wording_are_taken_in_order(instrument, write_csv):
    """A repeated heading goes to one question only; the second stays open for review."""
    path = write_csv([["您的年龄", "您的年龄"], ["30", "31"]])
    proposal = propose_mapping(read_table(path), instrument)
    assert [column.question for column in proposal.mapping.columns] == ["AGE", None]
    assert proposal.mapping.columns[1].occurrence == 2


def test_an_unknown_platform_is_named(instrument, write_csv):
    """With the platforms there are."""
    with pytest.raises(MappingError, match="wenjuanxing"):
        propose_mapping(read_table(write_csv([["a", "b"], ["1", "2"]])), instrument, "nobody")
    assert {"wenjuanxing", "table"} <= set(importers())


@pytest.mark.parametrize(
    "heading",
    [
        "姓名",
        "3、您的手机号",
        "来自IP",
        "E-mail address",
        "请填写您的联系方式：",
        "微信OpenID",
        "Phone number *",
        "이름",
        "客户姓名",
        "孩子姓名",
        "推荐人姓名",
        "6、被推荐人的手机号",
        "Q3. 您的联系方式是？",
        "您的姓名是什么？",
        "请留下您的姓名和电话",
        "请留下您的姓名和电话，以便回访",
        "如果您愿意接受回访，请留下您的联系方式",
        "请问怎么称呼您？",
        "Mobile No.",
        "Respondent email",
        "Respondent's phone number",
        "Please leave your name and phone number so that we can call you back",
        "设备ID",
        "就诊卡号",
        "childs_name",
        "household/childs_name",
    ],
)
def test_headings_that_ask_for_a_person(heading):
    """Numbers, courtesies and brackets do not hide them."""
    assert identifying_heading(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "客服是否称呼您的姓名？",
        "您对电话客服有多满意？",
        "对电话客服的满意度",
        "手机价格",
        "Staff knew your name",
        "staff addressed you by name",
        "性别",
        "",
        "品牌名称",
        "产品名字是否好记",
        "员工称呼",
        "客户定位",
        "客服电话",
        "Customer contact",
        "Patient contact",
        "Contact by telephone",
        "客户经理的电话态度",
        "请评价客服电话",
        "您的手机品牌是？",
        "您的手机是什么品牌",
        "请留下您的意见和建议",
        "请留下您的意见，以便我们改进",
        "If you left your phone number, were you called back?",
        "user interface",
    ],
)
def test_headings_that_only_mention_such_things(heading):
    """They are questions."""
    assert not identifying_heading(heading)


def test_personal_patterns_are_masked():
    """Telephone and identity numbers, e-mails, IPs; ordinary numbers and times stay."""
    text = (
        "打13812345678，写a.b@example.org，证110101199003071234，192.0.2.1，2001:db8:0:1::7，得5分，2024-01-02 10:20:30"
    )
    assert mask_personal(text) == "打●●●，写●●●，证●●●，●●●，●●●，得5分，2024-01-02 10:20:30"
    assert identifying_values(["192.0.2.1(江苏-南京)", None, "192.0.2.9(未知)"])
    assert not identifying_values(["5", "4", "很满意"])
    assert not identifying_values([])
    assert shown("x" * 99) == "x" * 60 + "…"
    assert shown("anything", identifying=True) == "●●●"


def test_pseudonyms_keep_equal_ids_equal_under_one_key():
    """Another key, another digest."""
    assert pseudonym("13812345678", b"k") == pseudonym(" 13812345678 ", b"k")
    assert pseudonym("13812345678", b"k") != pseudonym("13812345678", b"other")
    assert "138" not in pseudonym("13812345678", b"k")


def test_a_zero_among_positions_means_codes(instrument, write_csv):
    """A 按序号 export that holds 0 on the scale from 0 to 10 cannot hold positions there."""
    headings = ["序号", "提交答卷时间", "所用时间", "来源", "1、您对响应速度有多满意？", "2、您有多大可能推荐我们？"]
    rows = [["1", "2024/1/1", "9秒", "微信", "5", "0"], ["2", "2024/1/1", "9秒", "微信", "6", "-3"]]
    proposal = propose_mapping(read_table(write_csv([headings, *rows])), instrument, "wenjuanxing")
    assert proposal.mapping.numbers_are == "positions"
    assert [column.numbers_are for column in proposal.mapping.columns][-2:] == [None, "codes"]


def _two_matrices(write_csv, rows: tuple[list[str], list[str]], stems: tuple[str, str]) -> Path:
    """An export by position with two matrices; from the second row on a heading has only number and row."""
    headings = [
        f"{number}、{stem}—{row}" if first else f"{number}、{row}"
        for number, (stem, names) in enumerate(zip(stems, rows, strict=True), start=1)
        for first, row in [(place == 0, row) for place, row in enumerate(names)]
    ]
    answers = [["5", "4", "5", "1", "2", "3"], ["4", "4", "3", "2", "1", "5"], ["1", "2", "3", "4", "5", "1"]]
    return write_csv([headings, *answers * 4])


def test_rows_shared_by_two_matrices_stay_in_the_matrix_of_their_stem(write_csv):
    """Two rows of the importance matrix were worded anew; satisfaction must not slip into importance."""
    rows, stems = ["上门速度", "维修质量", "服务态度"], ("以下各项对您有多重要", "您对以下各项有多满意")
    first = read_table(_two_matrices(write_csv, (rows, rows), stems))
    instrument = draft_export(importers()["table"].arrange(first), platform="table", instrument_id="both").instrument
    changed = ["上门速度", "修得好不好", "客服态度"]
    proposal = propose_mapping(read_table(_two_matrices(write_csv, (changed, rows), stems)), instrument)
    uses = [column.question for column in proposal.mapping.columns]
    assert uses == ["Q1_1", None, "Q1_3", "Q2_1", "Q2_2", "Q2_3"]
    assert proposal.unplaced_questions == ("Q1_2",)
    assert [(gap.question, gap.place) for gap in proposal.open_questions] == [("Q1_2", 1)]  # of its block, in its place


def test_a_row_below_another_stem_is_never_certain(write_csv):
    """The rows are known, but the later wave asks something else about them."""
    rows, stems = ["上门速度", "维修质量", "服务态度"], ("以下各项对您有多重要", "您对以下各项有多满意")
    first = read_table(_two_matrices(write_csv, (rows, ["甲店面", "乙店面", "丙店面"]), stems))
    instrument = draft_export(importers()["table"].arrange(first), platform="table", instrument_id="one").instrument
    later = read_table(_two_matrices(write_csv, (["甲店面", "乙店面", "丙店面"], rows), stems))
    proposal = propose_mapping(later, instrument)
    placed = [column for column in proposal.mapping.columns if column.question is not None]
    assert all(column in proposal.uncertain for column in placed)
