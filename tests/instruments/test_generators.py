"""Generated questions: Kano pairs, importance and expectation blocks, and how they join an instrument."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.selection import paired_leaves
from instruments import list_instruments, load_instrument, missing_languages
from instruments.generated_block import GeneratedBlock, add_block
from instruments.generators import KanoFeature, expectation_block, importance_block, kano_pairs
from survey.errors import InstrumentError
from survey.instrument import Instrument
from survey.routing import Selected

FEATURES: list[dict[str, Any]] = [
    {
        "code": "choose_slot",
        "label": {"zh": "选择送货时段", "en": "Choice of delivery time"},
        "present": {"zh": "可以选择送货时段", "en": "you could choose the delivery time"},
        "absent": {"zh": "送货时段由商家决定", "en": "the delivery time were set for you"},
        "indicators": ["delivery_slot"],
    },
    {
        "code": "see_parcel",
        "label": {"zh": "查询包裹位置", "en": "Seeing the parcel's place"},
        "present": {"zh": "随时可以查到包裹的位置", "en": "you could see where your parcel is at any time"},
        "absent": {"zh": "查不到包裹的位置", "en": "you could not see where your parcel is"},
        "indicators": ["tracking"],
    },
    {
        "code": "undamaged",
        "label": {"zh": "包装完好", "en": "Undamaged parcel"},
        "present": {"zh": "收到的包裹包装完好", "en": "your parcel arrived undamaged"},
        "absent": {"zh": "收到的包裹包装破损", "en": "your parcel arrived damaged"},
        "indicators": ["packaging"],
    },
    {
        "code": "door_pickup",
        "label": {"zh": "退货上门取件", "en": "Returns collected"},
        "present": {"zh": "退货有人上门取件", "en": "returns were collected at your door"},
        "absent": {"zh": "退货要自己寄回", "en": "you had to send returns back yourself"},
        "indicators": ["return_pickup"],
    },
    {
        "code": "night_agent",
        "label": {"zh": "夜间人工客服", "en": "Agents at night"},
        "present": {"zh": "夜间也有人工客服", "en": "an agent could be reached at night"},
        "absent": {"zh": "夜间没有人工客服", "en": "no agent could be reached at night"},
        "indicators": ["agent_hours"],
    },
    {
        "code": "same_day_refund",
        "label": {"zh": "退款当天到账", "en": "Refund on the same day"},
        "present": {"zh": "退款当天到账", "en": "refunds arrived on the same day"},
        "absent": {"zh": "退款一周后才到账", "en": "refunds took a week to arrive"},
        "indicators": ["refund"],
    },
    {
        "code": "green_packaging",
        "label": {"zh": "环保包装", "en": "Recyclable packaging"},
        "present": {"zh": "商品采用可回收的包装", "en": "goods came in recyclable packaging"},
        "absent": {"zh": "商品采用普通包装", "en": "goods came in ordinary packaging"},
        "indicators": [],
    },
    {
        "code": "written_card",
        "label": {"zh": "手写贺卡", "en": "Handwritten card"},
        "present": {"zh": "包裹里附有手写贺卡", "en": "the parcel held a handwritten card"},
        "absent": {"zh": "包裹里没有贺卡", "en": "the parcel held no card"},
        "indicators": [],
    },
]


def _features() -> list[KanoFeature]:
    return [KanoFeature.model_validate(feature) for feature in FEATURES]


def _without(instrument: Instrument, block: GeneratedBlock) -> Instrument:
    attributes = {attribute.code for attribute in block.attributes}
    content = {name: getattr(instrument, name) for name in type(instrument).model_fields}
    content |= {
        "sections": tuple(part for part in instrument.sections if part.code != block.section.code),
        "scales": {code: scale for code, scale in instrument.scales.items() if code not in block.scales},
        "attributes": tuple(a for a in instrument.attributes if a.code not in attributes),
    }
    return Instrument.model_validate(content)


def test_the_shipped_kano_example_is_what_the_generator_makes():
    shipped = load_instrument("kano_example")
    block = kano_pairs(_features())
    assert next(part for part in shipped.sections if part.code == "kano") == block.section
    assert shipped.scales["kano"] == block.scales["kano"]
    assert shipped.attributes == block.attributes
    again = add_block(_without(shipped, block), block, version=shipped.version, after="support")
    assert again == shipped


def test_phrases_become_natural_questions_in_both_languages():
    feature = KanoFeature.model_validate(
        {
            "code": "slot",
            "label": {"zh": "选择时段", "en": "Choice of time"},
            "present": {"zh": "可以选择时段。", "en": "you could choose the time."},
            "absent": {"zh": "时段由商家决定", "en": "the time were set for you"},
        }
    )
    first, second = kano_pairs([feature]).section.questions
    assert first.text.both() == {
        "zh": "如果可以选择时段，您觉得怎么样？",
        "en": "How would you feel if you could choose the time?",
    }
    assert second.text.in_language("en") == "How would you feel if the time were set for you?"
    assert (first.code, first.facet, first.attribute) == ("slot_present", "functional", "slot")
    assert (second.code, second.facet, second.attribute) == ("slot_absent", "dysfunctional", "slot")


def test_kano_answers_stand_in_the_order_of_the_evaluation_table():
    scale = kano_pairs(_features()).scales["kano"]
    assert [option.code for option in scale.answers] == [1, 2, 3, 4, 5]
    assert scale.answers[0].label.in_language("zh") == "我很喜欢"
    assert scale.answers[4].label.in_language("en") == "I would dislike it"
    assert scale.fingerprint == load_instrument("kiosk_service").scales["kano"].fingerprint


def test_kano_pairs_can_be_restricted_to_those_concerned():
    condition = Selected(question="device", selected=("phone",))
    block = kano_pairs(_features()[:1], section="pairs", show_if=condition)
    assert block.section.code == "pairs"
    assert all(question.show_if == condition for question in block.section.questions)


def test_faulty_features_are_all_reported_together():
    lacking = {**FEATURES[0], "present": {"zh": "可以"}, "absent": "fixed"}
    with pytest.raises(InstrumentError) as caught:
        kano_pairs([KanoFeature.model_validate(x) for x in (lacking, FEATURES[1], FEATURES[1])])
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["instruments.phrase_missing"] * 2 + ["instruments.feature_twice"]
    assert "en" in caught.value.problems[0].message("en")
    assert "see_parcel" in caught.value.message("zh")
    with pytest.raises(InstrumentError):
        kano_pairs([])


def test_the_shipped_importance_block_is_what_the_generator_makes():
    shipped = load_instrument("importance_performance")
    block = GeneratedBlock(
        section=shipped.sections[5], scales={"importance_satisfaction": shipped.scales["satisfaction"]}
    )
    base = _without(shipped, block)
    again = add_block(base, importance_block(base), version=shipped.version)
    assert again == shipped


@pytest.mark.parametrize("make", [importance_block, expectation_block])
def test_every_leaf_is_asked_once_on_a_scale_that_pairs_with_its_rating(make):
    base = load_instrument("after_sales")
    block = make(base)
    facet = make.__name__.removesuffix("_block")
    extended = add_block(base, block, version="1.1.0")
    leaves = [leaf.code for leaf in base.index.leaves()]
    assert [question.measures for question in block.section.questions] == leaves
    assert {question.facet for question in block.section.questions} == {facet}
    assert list(paired_leaves(extended, facet)) == leaves
    assert missing_languages(extended) == ()
    assert extended.version == "1.1.0"
    routed = {q.measures for q in base.questions if q.show_if is not None}
    assert {q.measures for q in block.section.questions if q.show_if is not None} == routed


def test_rows_name_the_dimension_and_the_leaf():
    block = importance_block(load_instrument("after_sales"))
    row = next(question for question in block.section.questions if question.measures == "refund_speed")
    assert row.text.both() == {"zh": "退换货：退款速度", "en": "Returns and exchanges: Refund speed"}
    alone = importance_block(load_instrument("top_box_satisfaction")).section.questions[0]
    assert alone.text.in_language("en") == "Overall satisfaction"
    assert block.section.grid


def test_grades_are_worded_in_full_for_five_and_at_the_ends_for_others():
    five = importance_block(load_instrument("after_sales")).scales["importance_satisfaction"]
    assert [option.label.in_language("zh") for option in five.answers][::4] == ["不重要", "非常重要"]
    assert five.all_options[-1].missing == "not_applicable"
    seven = importance_block(load_instrument("servperf")).scales["importance_agreement"]
    labels = [option.label.in_language("en") for option in seven.answers]
    assert labels == ["1 Not at all important", "2", "3", "4", "5", "6", "7 Extremely important"]
    eleven = expectation_block(load_instrument("recommend_item")).scales["expectation_experience_ten"]
    assert eleven.answers[0].label.in_language("zh") == "0 很低"


def test_expectations_stand_before_the_ratings_and_behind_what_routes_them():
    base = load_instrument("after_sales")
    assert expectation_block(base).after == "background"
    order = [part.code for part in add_block(base, expectation_block(base), version="1.1.0").sections]
    assert order.index("background") < order.index("expectation") < order.index("access")
    assert importance_block(base).after == "image"


def test_a_checklist_takes_no_rating_of_importance():
    with pytest.raises(InstrumentError) as caught:
        importance_block(load_instrument("mystery_visit"))
    assert "entrance_1" in caught.value.message("zh")


def test_blocks_can_be_made_for_every_shipped_instrument_rated_on_a_scale():
    made = 0
    for entry in list_instruments():
        instrument = load_instrument(entry.path)
        ratings = [instrument.scale_of(q) for q in instrument.questions_of(facet="performance")]
        if any(scale.size < 3 for scale in ratings):
            continue
        block = importance_block(instrument, section="generated_importance")
        if not any(q.facet == "importance" for q in instrument.questions):
            add_block(instrument, block, version="9.0.0")
        made += 1
    assert made > 20


def test_a_block_that_does_not_fit_is_refused_with_every_reason():
    base = load_instrument("after_sales")
    block = importance_block(base)
    with pytest.raises(InstrumentError) as caught:
        add_block(base, block, version="1.1.0", after="nowhere")
    assert "background" in caught.value.message("en")
    once = add_block(base, block, version="1.1.0")
    with pytest.raises(InstrumentError) as caught:
        add_block(once, block, version="1.2.0")
    assert [problem.code for problem in caught.value.problems] == ["instruments.block_code_used"]
    stray = kano_pairs(_features(), show_if=Selected(question="improve_first", selected=("none",)))
    with pytest.raises(InstrumentError) as caught:
        add_block(base, stray, version="1.1.0", after="background")
    codes = {problem.code for problem in caught.value.problems}
    assert codes == {"instruments.block_too_early", "instruments.unknown_crosswalk"}
