"""Shipped instruments with the structure of a published model, single items, checklists and scorecards."""

from __future__ import annotations

import re

import pytest

from instruments import load_instrument, missing_languages
from survey.instrument import Instrument

SPECIAL = {
    "ecsi_model": [5, 7, 2, 3],
    "acsi_model": [3, 2, 3],
    "gbt19038_model": [3, 6, 2, 3],
    "servqual": [4, 5, 4, 4, 5],
    "servperf": [4, 5, 4, 4, 5],
    "e_s_qual": [8, 4, 7, 3],
    "e_recs_qual": [5, 3, 3],
    "recommend_item": [],
    "effort_item": [],
    "top_box_satisfaction": [],
    "zone_of_tolerance": [3, 3, 3],
    "kano_example": [3, 3],
    "importance_performance": [3, 2, 3, 2],
    "mystery_visit": [3, 2, 3, 3, 3],
    "order_talk": [3, 3, 3, 3],
    "perceived_risk": [3, 3, 3, 3],
    "supplier_scorecard": [3, 3, 2, 3, 3],
    "logistics_partner_scorecard": [3, 2, 3, 3, 2],
    "telephone_followup": [3, 3],
    "complaint_form": [3, 3, 2],
    "employee_voice": [3, 2, 2, 3, 2],
    "translation_record": [3, 3, 3, 2, 3, 2],
}
"""Number of indicators by dimension; an empty list is an index with one leaf."""

NOT_SATISFACTION = {
    *("kano_example", "mystery_visit", "order_talk", "supplier_scorecard", "logistics_partner_scorecard"),
    *("complaint_form", "employee_voice", "translation_record"),
}
WEIGHTED = {"ecsi_model", "acsi_model", "gbt19038_model", "mystery_visit"}


@pytest.fixture(params=SPECIAL)
def special(request: pytest.FixtureRequest) -> Instrument:
    """Each instrument in turn."""
    return load_instrument(request.param)


def _facets(instrument: Instrument, facet: str) -> list[str | None]:
    return [question.measures for question in instrument.questions if question.facet == facet]


def test_every_instrument_has_the_dimensions_it_says(special):
    dimensions = special.index.indicators
    counts = SPECIAL[special.instrument]
    assert [len(node.leaves()) for node in dimensions] == (counts or [1])
    assert all(bool(node.indicators) == bool(counts) for node in dimensions)


def test_every_wording_is_complete_and_every_instrument_says_what_it_may_be_called(special):
    assert missing_languages(special) == ()
    assert special.naming is not None
    assert special.sources
    assert special.licence.in_language("en") == "Original wording under Apache-2.0."
    assert special.purpose.languages() == special.naming.languages() == {"zh", "en"}


def test_each_has_an_open_question(special):
    assert [question for question in special.questions if question.type == "text" and question.role == "open"]


def test_those_that_measure_something_else_say_that_they_do_not_join_a_satisfaction_index():
    for name in NOT_SATISFACTION:
        naming = load_instrument(name).naming
        assert naming is not None
        assert re.search(r"join (no|an|a|a customer) ?(satisfaction )?index", naming.in_language("en")), name
        assert re.search(r"不并入.*指数", naming.in_language("zh")), name


def test_weights_are_declared_only_where_a_model_or_a_checklist_gives_them(special):
    declared = any(node.weight is not None for node in special.index.walk())
    assert declared == (special.instrument in WEIGHTED)


@pytest.mark.parametrize(
    ("name", "blocks", "n_paths"),
    [
        (
            "ecsi_model",
            {"image": 5, "expectation": 3, "quality": 7, "value": 2, "satisfaction": 3, "complaints": 1, "loyalty": 3},
            12,
        ),
        (
            "acsi_model",
            {"expectation": 3, "quality": 3, "value": 2, "satisfaction": 3, "complaints": 1, "loyalty": 2},
            9,
        ),
        (
            "gbt19038_model",
            {"image": 3, "expectation": 3, "quality": 6, "value": 2, "satisfaction": 3, "loyalty": 3},
            9,
        ),
    ],
)
def test_structural_models_have_their_blocks_paths_and_target(name, blocks, n_paths):
    instrument = load_instrument(name)
    model = instrument.constructs
    assert model is not None
    assert {construct.code: len(construct.items) for construct in model.constructs} == blocks
    assert {construct.mode for construct in model.constructs} == {"A"}
    assert len(model.paths) == len(set(model.paths)) == n_paths
    assert model.target == "satisfaction"
    order = model.causal_order()
    assert order[-1] == "loyalty"
    assert all(order.index(cause) < order.index(effect) for cause, effect in model.paths)


def test_the_paths_of_the_seven_blocks_are_those_of_the_model():
    """Tenenhaus et al. (2005), figure of the ECSI model with complaints."""
    model = load_instrument("ecsi_model").constructs
    assert model is not None
    arrows = ["I>E", "I>S", "I>L", "E>Q", "E>V", "E>S", "Q>V", "Q>S", "V>S", "S>C", "S>L", "C>L"]
    assert {f"{cause[0].upper()}>{effect[0].upper()}" for cause, effect in model.paths} == set(arrows)


@pytest.mark.parametrize("name", ["ecsi_model", "acsi_model", "gbt19038_model"])
def test_the_index_of_a_structural_model_is_its_satisfaction_block(name):
    instrument = load_instrument(name)
    model = instrument.constructs
    assert model is not None
    weighted = {leaf: weight for leaf, weight in instrument.index.leaf_weights().items() if weight > 0}
    (target,) = (construct for construct in model.constructs if construct.code == "satisfaction")
    assert {instrument.question(item).measures for item in target.items} == set(weighted)
    assert list(weighted.values()) == pytest.approx([1 / 3] * 3)
    items = [item for construct in model.constructs for item in construct.items]
    assert len(items) == len(set(items))
    scales = {instrument.scale_of(item).size for item in items if item != "complained"}
    assert scales == {10}
    expected = next(construct for construct in model.constructs if construct.code == "expectation")
    assert [instrument.question(item).facet for item in expected.items] == ["expectation"] * 3


def test_names_that_belong_to_others_are_disclaimed():
    acsi = load_instrument("acsi_model")
    assert acsi.title.in_language("en") == "Satisfaction index model, six blocks"
    assert "ACSI" not in acsi.title.in_language("zh")
    assert acsi.naming is not None
    assert "This is not the ACSI" in acsi.naming.in_language("en")
    assert "不是 ACSI" in acsi.naming.in_language("zh")
    assert not any("ACSI" in text for q in acsi.questions for text in q.text.both().values())
    standard = load_instrument("gbt19038_model").naming
    assert standard is not None
    assert "No conformity" in standard.in_language("en")
    assert "不声明符合" in standard.in_language("zh")


def test_service_quality_asks_expectation_and_perception_of_each_of_the_same_items():
    instrument = load_instrument("servqual")
    leaves = [leaf.code for leaf in instrument.index.leaves()]
    assert len(leaves) == 22
    assert _facets(instrument, "expectation") == _facets(instrument, "performance") == leaves
    assert instrument.scale_of("E1").fingerprint == instrument.scale_of("P1").fingerprint
    assert instrument.scale_of("P1").size == 7
    points = [q for q in instrument.questions if q.type == "number"]
    assert [(q.lowest, q.highest) for q in points] == [(0, 100)] * 5


def test_performance_alone_is_worded_like_the_performance_part_of_the_gap_questionnaire():
    gap, performance = load_instrument("servqual"), load_instrument("servperf")
    assert _facets(performance, "expectation") == []
    assert performance.index == gap.index
    for number in range(1, 23):
        assert performance.question(f"P{number}") == gap.question(f"P{number}")


def test_recovery_is_asked_only_of_those_who_had_a_problem():
    instrument = load_instrument("e_recs_qual")
    for question in instrument.questions_of(facet="performance"):
        assert question.show_if is not None
        assert question.show_if.model_dump() == {"question": "had_problem", "selected": ("yes",)}


def test_tolerance_asks_three_levels_of_each_indicator_on_one_scale():
    instrument = load_instrument("zone_of_tolerance")
    leaves = [leaf.code for leaf in instrument.index.leaves()]
    for facet in ("minimum", "expectation", "performance"):
        assert _facets(instrument, facet) == leaves
    assert {q.scale for q in instrument.questions if q.measures} == {"level_nine"}


def test_checklists_score_yes_against_no_and_leave_out_what_does_not_apply():
    for name in ("mystery_visit", "order_talk", "translation_record"):
        instrument = load_instrument(name)
        for question in instrument.questions_of(facet="performance"):
            options = {option.code: (option.score, option.missing) for option in instrument.scale_of(question).options}
            assert options == {"no": (0.0, None), "yes": (1.0, None), "na": (None, "not_applicable")}


def test_the_mystery_visit_has_weights_and_critical_items():
    instrument = load_instrument("mystery_visit")
    critical = [question.code for question in instrument.questions if question.critical]
    assert critical == ["correct_answer_1", "full_price_1", "receipt_1"]
    weights = instrument.index.leaf_weights()
    assert weights["correct_answer"] == pytest.approx(0.25 * 0.4)
    assert sum(weights.values()) == pytest.approx(1)
    felt = instrument.question("visitor_satisfaction")
    assert felt.facet == "outcome"


def test_order_talk_has_twelve_items_and_rates_exceptions_only_where_there_was_one():
    instrument = load_instrument("order_talk")
    rated = instrument.questions_of(facet="performance")
    assert len(rated) == 12
    assert [q.measures for q in rated if q.show_if is not None] == ["announces", "gives_reason", "offers_options"]


def test_every_item_of_perceived_risk_is_reversed():
    instrument = load_instrument("perceived_risk")
    assert [node.code for node in instrument.index.indicators] == ["financial", "time", "performance", "privacy"]
    assert all(question.reverse for question in instrument.questions_of(facet="performance"))


def test_single_items_have_one_leaf_and_the_recommendation_runs_from_zero_to_ten():
    for name in ("recommend_item", "effort_item", "top_box_satisfaction"):
        instrument = load_instrument(name)
        assert len(instrument.questions_of(facet="performance")) == 1
    (item,) = (question for question in load_instrument("recommend_item").questions if question.recommend)
    assert [option.score for option in load_instrument("recommend_item").scale_of(item).answers] == list(range(11))
    assert load_instrument("effort_item").scale_of("ease_1").size == 7
    assert load_instrument("top_box_satisfaction").scale_of("overall_1").size == 5


def test_the_telephone_script_keeps_outcome_attempts_and_interviewer_as_paradata():
    instrument = load_instrument("telephone_followup")
    paradata = {question.code for question in instrument.questions if question.role == "paradata"}
    assert {"interviewer", "attempts", "call_result"} <= paradata
    assert instrument.question("call_result").hint is not None
    for question in instrument.questions:
        if question.facet is not None:
            assert question.show_if is not None, question.code
    refused = instrument.scales["satisfaction_phone"].missing
    assert set(refused.values()) == {"not_applicable", "dont_know", "refused"}


def test_handling_of_a_complaint_is_rated_once_it_is_closed():
    instrument = load_instrument("complaint_form")
    assert all(question.show_if is not None for question in instrument.questions_of(facet="performance"))
    assert instrument.question("order_reference").purpose is not None


def test_whatever_may_identify_a_person_says_what_it_is_for(special):
    for code in ("interviewer", "visitor_id", "rater_id", "filled_in_by", "order_reference", "team", "rank"):
        for question in special.questions:
            if question.code == code:
                assert question.purpose is not None, code


def test_no_item_of_the_special_instruments_is_negated_or_absolute(special):
    """Statements are affirmative: a "not" beside "disagree" is read the wrong way round."""
    english = re.compile(r"\b(not|never|no|always|all|every|completely|n't)\b", re.I)
    chinese = re.compile(r"从不|从未|总是|完全|所有|绝对|一律|没有|不会|不能")
    for question in special.questions_of(facet="performance"):
        text = question.text.both()
        assert not english.search(text["en"]), question.code
        assert not chinese.search(text["zh"]), question.code
