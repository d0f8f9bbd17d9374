"""A text and a number export of one survey give its codebook."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from survey.errors import ResponseImportError
from survey.importers.matched_records import match_records
from survey.importers.propose import propose_mapping
from survey.importers.read import read_responses
from survey.importers.table_file import read_table
from survey.importers.wenjuanxing_pair import codebook_of_pair
from survey.structures.instrument_draft import draft_instrument


@pytest.fixture
def wjx(shared):
    """The folder of 问卷星 files."""
    return shared / "reference" / "formats" / "wjx"


def _reads_alike(tables: Any, draft: Any) -> Any:
    """Both exports placed completely and read into equal codes; the answers."""
    instrument = draft_instrument(draft, instrument_id="pair").instrument
    read = []
    for table in tables:
        proposal = propose_mapping(table, instrument, "wenjuanxing")
        assert proposal.unplaced_columns == ()
        assert set(proposal.unplaced_questions) <= {"placeholder"}
        read.append(read_responses(table, instrument, proposal.mapping).responses)
    assert read[0].columns == read[1].columns
    assert np.array_equal(read[0].codes, read[1].codes)
    return read[0]


def test_the_golden_pair_gives_the_instrument_that_reads_both(wjx):
    """800 records, 6 single choices and 2 multiple choices; the youngest age group was chosen by nobody."""
    tables = [read_table(wjx / f"[问卷星数据]800_800_{kind}.xls") for kind in "02"]
    draft = codebook_of_pair(*reversed(tables))
    assert [(q.code, q.kind, len(q.options)) for q in draft.questions] == [
        ("Q1", "single", 4),
        ("Q2", "single", 10),
        ("Q3", "single", 2),
        ("Q4", "single", 9),
        ("Q5", "single", 8),
        ("Q6", "multiple", 14),
        ("Q7", "single", 7),
        ("Q8", "multiple", 10),
    ]
    hobbies = draft.questions[5]
    assert hobbies.text == {"zh": "兴趣爱好"}
    assert [option.label["zh"] for option in hobbies.options if option.specify] == ["其他【请注明】"]
    assert [option.code for option in draft.questions[3].options if not option.label] == [1]
    assert "survey.wjx_pair_contradict" not in {remark.code for remark in draft.remarks}
    _reads_alike(tables, draft)


def test_the_small_trio_gives_matrix_ranking_and_scores(wjx):
    """Rows of the matrix share their labels; the telephone number is no part of the draft."""
    name = "RECONSTRUCTED_000000001_{}_售后满意度_4_4.xlsx"
    text, code, score = (read_table(wjx / name.format(kind)) for kind in ("按文本", "按序号", "按分数"))
    draft = codebook_of_pair(text, code, scores=score)
    kinds = {question.code: question.kind for question in draft.questions}
    assert kinds == {
        "Q1": "single",
        "Q2": "multiple",
        "Q3_1": "scale",
        "Q3_2": "scale",
        "Q3_3": "scale",
        "Q4": "ranking",
        "Q5": "text",
        "Q6": "single",
    }
    (matrix,) = [section for section in draft.sections if section.grid]
    assert matrix.stem == {"zh": "请对以下服务进行评价"}
    labels = [[option.label.get("zh") for option in question.options] for question in matrix.questions]
    assert labels[0] == labels[1] == labels[2] == ["非常不满意", None, "一般", "满意", "非常满意"]
    assert [option.score for option in matrix.questions[0].options] == [1, None, None, 4, 5]
    remarks = {remark.code: remark.message("zh") for remark in draft.remarks}
    assert "Q6" in remarks["survey.wjx_attention"]
    assert "survey.wjx_pair_identifying" in remarks
    assert "13800000000" not in repr(draft)
    _reads_alike((text, code), draft)


HEAD = ["序号", "提交答卷时间", "所用时间", "1、城市", "2、速度"]


def _pair(write_csv: Any, texts: Any, codes: Any) -> Any:
    return [
        read_table(write_csv([HEAD, *rows], name=f"{name}.csv")) for name, rows in (("文本", texts), ("序号", codes))
    ]


def test_records_that_do_not_match_or_contradict_are_named(write_csv):
    """Matched by running number though the rows are in another order; rows as Excel counts them."""
    city, speed = ["北京", "上海"], ["慢", "快"]
    texts = [[str(k), "", "", city[k % 2], speed[k % 3 == 0]] for k in range(1, 13)]
    codes = [[str(k), "", "", str(1 + k % 2), str(1 + (k % 3 == 0))] for k in range(12, 1, -1)]
    codes[0][3] = "2"  # record 12 said 北京, which is 1
    draft = codebook_of_pair(*_pair(write_csv, texts, codes))
    remarks = {remark.code: remark.fields for remark in draft.remarks}
    assert remarks["survey.wjx_pair_alone"]["rows"] == "2"
    assert remarks["survey.wjx_pair_contradict"]["rows"] == "13"
    assert remarks["survey.wjx_pair_contradict"]["subjects"] == "Q1"
    labels = {q.code: [option.label["zh"] for option in q.options] for q in draft.questions}
    assert labels == {"Q1": city, "Q2": speed}


def test_records_are_matched_by_time_where_running_numbers_repeat(write_csv):
    """Joined exports: 1, 2, 1, 2."""
    texts = [[str(1 + k % 2), f"2025/3/{k} 9:00:00", "99秒", "北京", "快"] for k in (1, 2, 3, 4)]
    codes = [[str(1 + k % 2), f"2025-03-0{k} 09:00:00", "99秒", "1", "2"] for k in (4, 3, 2, 1)]
    matched = match_records(*_pair(write_csv, texts, codes))
    assert matched.by == "time"
    assert matched.pairs == ((0, 3), (1, 2), (2, 1), (3, 0))


def test_without_numbers_and_times_the_order_counts_and_is_pointed_out(write_csv):
    """Meta columns emptied by hand."""
    texts = [["", "", "", "北京", "快"], ["", "", "", "上海", "慢"], ["", "", "", "上海", "快"]]
    codes = [["", "", "", "1", "2"], ["", "", "", "2", "1"], ["", "", "", "2", "2"]]
    tables = _pair(write_csv, texts, codes)
    assert "survey.wjx_pair_by_order" in {remark.code for remark in codebook_of_pair(*tables).remarks}
    with pytest.raises(ResponseImportError, match="neither running numbers nor times"):
        match_records(tables[0], tables[1].keep([0, 1]))


def test_two_exports_of_one_kind_are_refused(write_csv):
    """A codebook needs texts beside codes."""
    texts = [["1", "", "", "北京", "快"], ["2", "", "", "上海", "慢"]]
    with pytest.raises(ResponseImportError, match="one 按文本 and one 按序号"):
        codebook_of_pair(*_pair(write_csv, texts, texts))


def test_answers_alike_in_both_exports_are_numbers_ratings_or_texts(write_csv):
    """Ages are numbers, 1-5 a rating labelled by its numbers, words an open answer."""
    head = ["序号", "1、年龄", "2、打分", "3、意见", "4、性别"]
    texts = [[str(k), str(20 + k), str(1 + k % 5), f"意见{k}", "男女"[k % 2]] for k in range(1, 11)]
    codes = [[*row[:4], str(1 + k % 2)] for k, row in enumerate(texts, start=1)]
    tables = [read_table(write_csv([head, *rows], name=name)) for name, rows in (("a.csv", texts), ("b.csv", codes))]
    draft = codebook_of_pair(*tables)
    assert [question.kind for question in draft.questions] == ["number", "scale", "text", "single"]
    assert [option.code for option in draft.questions[1].options] == [1, 2, 3, 4, 5]


def test_columns_of_one_export_only_are_named(write_csv):
    """A question added between the two downloads."""
    texts = [["1", "", "", "北京", "快"], ["2", "", "", "上海", "慢"]]
    tables = _pair(write_csv, texts, [["1", "", "", "1", "2"], ["2", "", "", "2", "1"]])
    shorter = tables[1].with_headings([*HEAD[:4], "9、别的"])
    remarks = {remark.code: remark.fields for remark in codebook_of_pair(tables[0], shorter).remarks}
    assert "速度" in str(remarks["survey.wjx_pair_columns"]["subjects"])
    assert "Q9" in str(remarks["survey.wjx_pair_columns"]["subjects"])
