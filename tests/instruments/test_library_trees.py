"""The indicator trees of the library: their codes, who is asked what, and the outcome block they share."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from instruments import load_instrument
from survey.instrument import Instrument
from survey.responses import AnswerColumn, ResponseSet
from survey.routing import Selected, evaluate
from survey.scales import MISSING_CODES

ROOT = ""
"""In the lists below: leaves that hang on the index itself."""

T1 = {
    "discover": "trust_first_look ad_honesty findability",
    "browse": "description_accuracy image_video material_size_info search recommendation variety",
    "order_pay": "few_steps page_speed device_consistency payment_options payment_safety price_fair promo_clear",
    "fulfil": "status_update dispatch_speed delivery_time slot_choice address_choice courier_attitude tracking",
    "unbox_use": "package_intact match_description quality authenticity usability",
    ROOT: "after_sales",
    "relationship": "care community points_reward",  # with repurchase and recommend, which are outcomes
}
T2 = {
    "access": "multichannel hours apply_simple self_service",
    "response": "first_reply wait proactive",
    "resolution": "first_contact accuracy total_time fairness",
    "returns": "policy_clear effort_low pickup refund_speed no_reason",
    "repair": "parts_quality traceable",
    "people": "knowledge communication listening empathy courtesy ownership follow_up",  # out of T7
    "image": "promise_kept standard_same complaint_care",
}
T3 = {
    ROOT: "timeliness punctual courier_attitude packaging no_loss tracking options fee last_mile exception",
}
T4 = {  # loyalty (repurchase, recommend, price_tolerance) is a construct of outcomes
    "product": "product_quality product_variety product_description",
    "price": "price_level price_promotion price_clarity",
    "shipping": "shipping_speed shipping_availability shipping_problem_solving",
    "payment": "payment_safety payment_ease payment_options",
    "service": "service_consult service_returns service_personal",
    "reviews": "reviews_usefulness reviews_fairness reviews_reply",
    "interface": "interface_design interface_speed interface_search interface_navigation",
    "trust": "trust_privacy trust_transaction trust_guarantee trust_supplier",
    "personalisation": "personalisation_fit personalisation_non_intrusive",
}
T5 = {
    "philosophy": "purpose business_philosophy values spirit",
    "image": "domain page_visual page_content logo",
    "behaviour": "mechanism rules ad_conduct etiquette",
    "product": "quality price function design packaging variety taste",
    "service": "reliability timeliness accuracy safety continuity completeness affective",
}
T6 = {
    "total_value": "product service personnel image",
    "total_cost": "money time energy",
    "psychic_risk": "financial_risk time_risk performance_risk privacy_risk",
}
T7 = {
    ROOT: "knowledge judgement communication listening empathy courtesy speed ownership problem_solving follow_up",
}
T7_OBSERVED = {ROOT: "resilience script"}  # internal, and a checklist: not for customers to rate
T8 = {
    ROOT: "language message_accuracy non_verbal cultural_respect local_team global_return consistency adaptation",
}
T9 = {ROOT: "completeness accuracy timeliness security page_load search"}
T10 = {ROOT: "same_answer no_repeat handover info_shared online_offline"}
T11 = {ROOT: "return_limits disclosure fair_terms privacy complaint_channel evidence"}
T12 = {
    ROOT: "positioning process_standard systems training assessment collaboration improvement_culture cost_control",
}
TREES = {
    "ec_journey": T1,
    "after_sales": T2,
    "logistics": T3,
    "platform": T4,
    "five_elements": T5,
    "delivered_value": T6,
    "agent": T7,
    "agent_observed": T7_OBSERVED,
    "cross_cultural": T8,
    "data_service": T9,
    "omnichannel": T10,
    "conformance": T11,
    "internal_capability": T12,
}
FURTHER = {
    "ec_journey": {"browse": "immersive_view configurator"},
    "platform": {"trust": "trust_reputation", "personalisation": "functional_fit participation achievement"},
}
"""Leaves beyond the lists: asked only of users, except reputation."""
NOT_FROM_CUSTOMERS = {"agent_observed", "conformance", "internal_capability"}
CHECKLISTS = {"agent_observed", "conformance"}
OUTCOMES = ["overall", "vs_expectation", "vs_ideal", "effort", "repurchase", "switching", "recommend", "complaint"]


@pytest.fixture(params=list(TREES), scope="module")
def tree(request: pytest.FixtureRequest) -> Instrument:
    """Each instrument with an indicator tree in turn."""
    return load_instrument(request.param)


def _branches(instrument: Instrument) -> dict[str, list[str]]:
    """Leaf codes by the node above them, ``ROOT`` for the index."""
    branches: dict[str, list[str]] = {}
    for node in instrument.index.walk():
        leaves = [child.code for child in node.indicators if not child.indicators]
        if leaves:
            branches[ROOT if node is instrument.index else node.code] = leaves
    return branches


def test_the_tree_has_the_listed_codes(tree):
    further = FURTHER.get(tree.instrument, {})
    expected = {
        branch: sorted([*codes.split(), *further.get(branch, "").split()])
        for branch, codes in TREES[tree.instrument].items()
    }
    assert {branch: sorted(codes) for branch, codes in _branches(tree).items()} == expected


def test_every_leaf_has_one_to_three_questions_and_a_checklist_more(tree):
    most = 8 if tree.instrument in CHECKLISTS else 3
    for leaf in tree.index.leaves():
        asked = tree.questions_of(facet="performance", measures=leaf.code)
        assert 1 <= len(asked) <= most
        assert [question.code for question in asked] == [f"{leaf.code}_{k}" for k in range(1, len(asked) + 1)]


def test_trees_leave_weights_to_the_study(tree):
    assert all(node.weight is None for node in tree.index.walk())


def test_a_tree_says_what_its_results_may_be_called(tree):
    if tree.instrument != "after_sales":
        assert tree.naming is not None
        assert {step.language for step in tree.translation} == {"zh", "en"}
    assert "Apache-2.0" in tree.licence.in_language("en")


def test_every_tree_has_an_open_question(tree):
    assert any(question.role == "open" for question in tree.questions)


def test_the_outcome_block_is_that_of_after_sales(tree):
    outcomes = {question.code: question for question in tree.questions_of(facet="outcome")}
    if tree.instrument in NOT_FROM_CUSTOMERS:
        assert outcomes == {}
        return
    assert list(outcomes)[: len(OUTCOMES)] == OUTCOMES
    model = load_instrument("after_sales")
    for code in OUTCOMES:
        here, there = outcomes[code], model.question(code)
        assert tree.scale_of(here) == model.scale_of(there)
        assert here.model_copy(update={"text": there.text}) == there
    for code in ("repurchase", "switching", "recommend"):
        assert outcomes[code].text == model.question(code).text
    for code, zh, en in (
        ("overall", ("总体而言，您对", "有多满意？"), ("Overall, how satisfied are you with ", "?")),
        ("vs_expectation", ("与您事先的期望相比，", "怎么样？"), ("How d", " compare with what you had expected?")),
        ("vs_ideal", ("", "有多近？"), ("How close d", " come to your ideal?")),
        ("effort", ("", "很容易。"), ("", " easy.")),
        (
            "complaint",
            ("过去三个月内，您投诉过我们的", "吗？"),
            ("Have you complained about ", " in the past three months?"),
        ),
    ):
        for language, (first, last) in (("zh", zh), ("en", en)):
            wording = outcomes[code].text.in_language(language)
            assert wording.startswith(first), wording
            assert wording.endswith(last), wording


def test_results_that_are_no_satisfaction_say_so():
    for name in (*NOT_FROM_CUSTOMERS, "delivered_value"):
        instrument = load_instrument(name)
        assert "satisfaction" in instrument.naming.in_language("en")
        for text in (instrument.title, instrument.index.label):
            assert "满意" not in text.in_language("zh"), name
            assert "satisf" not in text.in_language("en").lower(), name


def test_conformance_is_a_share_of_requirements_met():
    instrument = load_instrument("conformance")
    scale = instrument.scales["met"]
    assert {str(option.code): option.score for option in scale.answers} == {"yes": 1.0, "no": 0.0}
    kinds = {str(option.code): option.missing for option in scale.all_options if option.missing}
    assert kinds == {"na": "not_applicable", "unknown": "dont_know"}
    assert {question.scale for question in instrument.questions_of(facet="performance")} == {"met"}
    assert {node.measurement for node in instrument.index.walk()} == {"formative"}


def test_every_cost_question_is_turned_round_and_no_value_question_is():
    instrument = load_instrument("delivered_value")
    value, cost = instrument.index.indicators
    assert (value.code, cost.code) == ("total_value", "total_cost")
    for branch, reverse in ((value, False), (cost, True)):
        for leaf in branch.leaves():
            asked = instrument.questions_of(facet="performance", measures=leaf.code)
            assert {question.reverse for question in asked} == {reverse}, leaf.code
    worry = instrument.question("privacy_risk_1")
    # 1 not worried ... 5 extremely worried: 1 -> 1 + 5 - 1 = 5, 5 -> 1
    assert instrument.scale_of(worry).score_table(reverse=worry.reverse)[1:].tolist() == [5, 4, 3, 2, 1]


def test_the_index_of_delivered_value_is_value_minus_cost_on_its_scale():
    index = load_instrument("delivered_value").index
    weights = index.leaf_weights()
    value = {"product": 80.0, "service": 60.0, "personnel": 70.0, "image": 50.0}
    cost = {"money": 40.0, "time": 20.0, "energy": 30.0}
    risk = {"financial_risk": 10.0, "time_risk": 30.0, "performance_risk": 50.0, "privacy_risk": 10.0}
    points = {**value, **{leaf: 100 - burden for leaf, burden in {**cost, **risk}.items()}}
    total = sum(weights[leaf] * points[leaf] for leaf in weights)
    # value = 260 / 4 = 65; risk = 100 / 4 = 25; cost = (40 + 20 + 30 + 25) / 4 = 28.75; 50 + (65 - 28.75) / 2
    assert total == pytest.approx(68.125, abs=1e-12)


def test_loyalty_is_explained_by_the_platform_model_and_is_no_part_of_the_index():
    instrument = load_instrument("platform")
    model = instrument.constructs
    assert model.target == "satisfaction"
    assert model.causal_order()[-2:] == ("satisfaction", "loyalty")
    items = {construct.code: construct.items for construct in model.constructs}
    assert items["loyalty"] == ("repurchase", "recommend", "price_tolerance")
    assert {instrument.question(code).facet for code in items["loyalty"]} == {"outcome"}
    used = [code for codes in items.values() for code in codes]
    assert len(used) == len(set(used))
    assert all(instrument.question(code).show_if is None for code in used)


def test_intentions_close_the_journey_as_outcomes():
    instrument = load_instrument("ec_journey")
    assert {"repurchase", "recommend"} <= {question.code for question in instrument.questions_of(facet="outcome")}
    stages = [node.stage.in_language("en").split()[0] for node in instrument.index.indicators]
    assert stages == ["Before"] * 2 + ["During"] * 2 + ["After"] * 3


ROUTED = {
    "ec_journey": {
        *("device_consistency", "immersive_view", "configurator", "promo_clear", "courier_attitude"),
        *("after_sales", "community", "points_reward"),
    },
    "logistics": {"courier_attitude", "fee", "last_mile", "exception"},
    "platform": {
        *("shipping_problem_solving", "service_consult", "service_returns", "service_personal"),
        *("functional_fit", "participation", "achievement"),
    },
    "five_elements": {"domain", "ad_conduct", "etiquette"},
    "delivered_value": {"personnel"},
    "agent": set(T7[ROOT].split()),
    "cross_cultural": {"non_verbal", "global_return", "consistency"},
    "omnichannel": set(T10[ROOT].split()),
}


@pytest.mark.parametrize("name", ROUTED)
def test_what_only_some_have_used_is_asked_only_of_them(name):
    instrument = load_instrument(name)
    routed = {
        leaf.code
        for leaf in instrument.index.leaves()
        if all(question.show_if for question in instrument.questions_of(facet="performance", measures=leaf.code))
    }
    assert routed == ROUTED[name]


def test_a_feature_that_was_not_used_is_not_shown_and_leaves_the_denominator():
    instrument = load_instrument("ec_journey")
    question = instrument.question("immersive_view_1")
    assert question.show_if == Selected(question="tools", selected=("view_3d",))
    options = [option.code for option in instrument.scale_of("tools").answers]
    columns = [*(AnswerColumn("tools", option) for option in options), AnswerColumn("immersive_view_1")]
    not_shown = MISSING_CODES["not_shown"]
    codes = np.array([[2 if option == "view_3d" else 1, 1] for option in options] + [[4, not_shown]], dtype=np.int16)
    table = pd.DataFrame({"wave": ["w", "w"]}, index=["used", "did not"])
    answers = ResponseSet(instrument=instrument, respondents=table, columns=tuple(columns), codes=codes)
    assert evaluate(question.show_if, answers).tolist() == [True, False]
    assert answers.applicable("immersive_view_1").tolist() == [True, False]
    # option 4 of 1..5: (4 - 1) / (5 - 1) = 75 points; not shown is no zero
    points = answers.index_points("immersive_view_1")
    assert points[0] == 75
    assert np.isnan(points[1])
