"""Scales of a drafted instrument: steps nobody chose, orders nobody knows, importance, and instructed items."""

from __future__ import annotations

import pytest

from survey.importers.answer_ladders import missing_steps, place_on_ladder
from survey.importers.detect import importer_of
from survey.importers.draft_export import draft_export
from survey.importers.instructed_items import instructed_option
from survey.importers.read import read_responses
from survey.importers.seen_options import ExportOption
from survey.importers.table_file import read_table

FIVE = ["非常不满意", "不满意", "一般", "满意", "非常满意"]


def _draft(path, platform="table"):
    return draft_export(importer_of(platform).arrange(read_table(path)), platform=platform, instrument_id="d")


def _codes(draft):
    return {problem.code: problem.fields["subjects"] for problem in draft.remarks}


@pytest.mark.parametrize(
    ("seen", "asked"),
    [
        (FIVE[1:], FIVE),
        ([FIVE[0], *FIVE[2:]], FIVE),
        (["很满意", "一般", "比较满意"], ["很不满意", "比较不满意", "一般", "比较满意", "很满意"]),
        (
            ["Neutral", "Agree", "Strongly agree"],
            ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"],
        ),
        (["不满意", "一般", "满意"], None),
        ([FIVE[0], FIVE[1], FIVE[3], FIVE[4]], None),
        (["good", "very good", "excellent"], None),
    ],
)
def test_steps_nobody_chose(seen, asked):
    """Put in where those seen lie unevenly about the middle; worded like their opposite; else left alone."""
    assert missing_steps(seen) == asked


def test_a_gap_is_filled_and_scored_as_the_ladder_says(write_csv):
    """Nobody chose the lowest step: 满意 is 4 of 5, not 3 of 4; the remark names label, steps and questions."""
    rows = [["id", "您对维修的满意度", "您对上门的满意度"]]
    rows += [[str(n), FIVE[1 + n % 4], FIVE[1 + (n + 1) % 4]] for n in range(40)]
    path = write_csv(rows)
    draft = _draft(path)
    first = draft.instrument.questions[0]
    assert [str(option.label.in_language("zh")) for option in draft.instrument.scale_of(first).options] == FIVE
    assert read_responses(path, draft.instrument, draft.mapping).responses.scores(first.code)[:4].tolist() == [
        2,
        3,
        4,
        5,
    ]
    (remark,) = [problem for problem in draft.remarks if problem.code == "survey.draft_scale_completed"]
    assert (remark.fields["labels"], remark.fields["steps"]) == ("非常不满意", "5")
    assert "非常不满意" in remark.message("zh")
    assert "非常不满意" in remark.message("en")


def test_other_questions_of_the_file_say_which_steps_there_are(write_csv):
    """Few answers on three middle steps, five steps beside them: five were asked. Yes and no stay two."""
    rows = [["id", "您对维修的满意度", "您对上门的满意度", "是否同意回访"]]
    rows += [[str(n), FIVE[1 + n % 3], FIVE[n % 5], ["同意", "不同意"][n % 2]] for n in range(40)]
    draft = _draft(write_csv(rows))
    scales = [draft.instrument.scale_of(question) for question in draft.instrument.questions]
    assert [len(scale.options) for scale in scales] == [5, 5, 2]


def test_options_in_no_known_order_get_no_scores_and_stay_out_of_the_index(write_csv):
    """Named by the wording of the question; 认同 is a known family."""
    kano = ["不便", "无所谓", "没有更好", "非常不便"]
    agree = ["完全不认同", "不认同", "一般", "认同", "非常认同"]
    head = [
        "id",
        "1、如果不具备，您的感受是：—功能一",
        "1、如果不具备，您的感受是：—功能二",
        "2、评价以下说法：—甲",
        "2、评价以下说法：—乙",
    ]
    rows = [head, *[[str(n), kano[n % 4], kano[-n % 4], agree[n % 5], agree[-n % 5]] for n in range(40)]]
    draft = _draft(write_csv(rows), "wenjuanxing")
    found = [(question.facet, question.role) for question in draft.instrument.questions]
    assert found == [(None, "paradata")] * 2 + [("performance", None)] * 2
    scale = draft.instrument.scale_of(draft.instrument.questions[0])
    assert not scale.ordered
    assert all(option.score is None for option in scale.options)
    assert "如果不具备，您的感受是" in _codes(draft)["survey.structure_unordered"]


def test_importance_is_paired_with_the_rating_of_the_same_rows(write_csv):
    """Facet importance for the indicator of the satisfaction block; alone it stays out with a remark."""
    weight = ["非常不重要", "不重要", "一般", "重要", "非常重要"]
    head = ["1、请评价重要程度—质量", "1、请评价重要程度—速度", "2、请评价满意度—质量", "2、请评价满意度—速度"]
    rows = [["id", *head], *[[str(n), weight[n % 5], weight[-n % 5], FIVE[n % 5], FIVE[-n % 5]] for n in range(40)]]
    draft = _draft(write_csv(rows), "wenjuanxing")
    found = [(question.facet, question.measures) for question in draft.instrument.questions]
    assert found == [("importance", "block_Q2")] * 2 + [("performance", "block_Q2")] * 2
    alone = _draft(write_csv([row[:3] for row in rows]), "wenjuanxing")
    assert {question.role for question in alone.instrument.questions if question.facet is None} == {"paradata"}
    assert "survey.structure_importance_alone" in _codes(alone)


def test_instructed_items_become_attention_checks(write_csv):
    """By label in an export of texts; without an evident option, paradata with a remark."""
    rows = [["id", "1、您对维修的满意度", "2、此题请选择“满意”", "3、此题请选最后一项"]]
    rows += [[str(n), FIVE[n % 5], "满意" if n % 9 else "一般", "丙" if n % 4 else "甲"] for n in range(40)]
    draft = _draft(write_csv(rows), "wenjuanxing")
    _, told, unclear = draft.instrument.questions
    assert (told.role, told.expects) == ("attention", 4)
    assert unclear.role == "paradata"
    assert _codes(draft)["survey.structure_attention"] == told.code
    assert _codes(draft)["survey.structure_attention_open"] == unclear.code


def test_numbers_need_both_the_ladder_and_the_majority():
    """ "Choose 非常不符合" is 1 where most chose 1; where most chose 5 the direction is open."""
    five = [ExportOption(step, str(step)) for step in range(1, 6)]
    assert instructed_option("此题请选择“非常不符合”。", five, ["1"] * 20 + ["3"] * 4) == 1
    assert instructed_option("此题请选择“非常不符合”。", five, ["5"] * 20 + ["3"] * 4) is None
    assert instructed_option("本题请选 3", five, ["1"]) == 3
    assert place_on_ladder("非常符合", 5) == 5
    assert place_on_ladder("非常符合", 7) == 7
