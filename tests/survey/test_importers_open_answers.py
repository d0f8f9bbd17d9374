"""What people wrote themselves is never made an option of a drafted question."""

from __future__ import annotations

from collections import Counter

import pytest

from survey.importers.detect import importer_of
from survey.importers.draft_export import draft_export
from survey.importers.seen_options import options_of_texts
from survey.importers.table_file import read_table
from survey.structures.role_words import asks_openly


def _draft(path, platform="table"):
    return draft_export(importer_of(platform).arrange(read_table(path)), platform=platform, instrument_id="d")


@pytest.mark.parametrize(
    "wording",
    [
        "您还有什么建议",
        "请问您还在什么场景下使用",
        "您的意见：",
        "不满意的原因",
        "Any comments?",
        "Suggestions",
        "为什么？",
    ],
)
def test_wordings_that_ask_for_words_of_ones_own(wording):
    """Suggestions, reasons, comments."""
    assert asks_openly(wording)


@pytest.mark.parametrize(
    "wording",
    ["以下哪些原因让您不满意", "说明书是否清楚", "Which of these reasons applies", "性别", "您对意见处理的满意度"],
)
def test_wordings_that_name_the_answers(wording):
    """A word of suggestions or reasons alone does not make a question open."""
    assert not asks_openly(wording)


def test_repeated_suggestions_stay_open_and_their_telephone_numbers_out_of_the_draft(write_csv):
    """Few distinct texts that occur again and again are a choice only where the wording does not ask openly."""
    said = ["很好", "师傅张伟态度好，电话13812345678", "希望再快一点", "无"]
    rows = [["id", "您对维修的满意度", "您还有什么建议", "购买方式"]]
    rows += [[str(n), ["不满意", "一般", "满意"][n % 3], said[n % 4], "门店" if n % 2 else said[1]] for n in range(60)]
    draft = _draft(write_csv(rows))
    assert [question.type for question in draft.instrument.questions] == ["scale", "text", "text"]
    for model in (draft.instrument, draft.mapping):
        assert "13812345678" not in model.model_dump_json()


def test_declared_choices_lose_labels_with_something_personal():
    """Where the platform says that the question is a choice, its other labels stay."""
    counts = Counter({"门店": 20, "电话": 20, "找小王 13812345678": 5})
    kind, options, _ = options_of_texts(counts, "single")
    assert kind == "single"
    assert [option.label for option in options] == ["电话", "门店"]


def test_a_sentence_of_many_is_an_option_and_one_of_few_is_not():
    """Three persons and one in a hundred have to have given it."""
    long = {"我会参考建议，但用自己的话说": 40, "经常让它回复，我只负责发送": 30, "几乎不用，担心退步": 30}
    assert options_of_texts(Counter(long), None)[0] == "single"
    assert options_of_texts(Counter({**long, "昨天来的师傅迟到了，很生气": 1}), None)[0] == "text"


def test_nothing_to_say_is_no_option_that_makes_a_choice():
    """Mostly "none", and the rest said once."""
    counts = Counter({"无": 600, "没有": 200, **{f"场景{letter}": 1 for letter in "甲乙丙丁戊己"}})
    assert options_of_texts(counts, None)[0] == "text"
