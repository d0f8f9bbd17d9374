"""May results of two versions be compared?"""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from analysis.comparability import may_compare
from instruments import load_instrument
from instruments.difference import instrument_difference
from survey.definition_files import dump_definition
from survey.instrument import Instrument

OLD = load_instrument("after_sales")
CONTENT: dict[str, Any] = yaml.safe_load(dump_definition(OLD))


@pytest.fixture
def content() -> dict[str, Any]:
    """The instrument as plain types, to be changed."""
    return copy.deepcopy(CONTENT)


def _judge(content: dict[str, Any]):
    return may_compare(instrument_difference(OLD, Instrument.model_validate(content)))


def test_equal_versions_are_comparable_throughout(content):
    judged = _judge(content)
    assert judged.verdict == "comparable"
    assert set(judged.indicators.values()) == {"comparable"}
    assert judged.reasons == ()


def test_a_new_wording_flags_its_leaf_and_every_branch_above(content):
    content["sections"][2]["questions"][1]["text"]["en"] = "Another wording?"
    judged = _judge(content)
    flagged = {code for code, verdict in judged.indicators.items() if verdict == "flagged"}
    assert flagged == {"wait", "response", "after_sales"}
    assert "not_comparable" not in judged.indicators.values()
    assert [change.kind for change in judged.reasons] == ["wording"]


def test_a_new_scale_takes_its_questions_out_and_all_of_them_the_index(content):
    content["scales"]["satisfaction"]["to"] = 4
    del content["scales"]["satisfaction"]["labels"][5]
    judged = _judge(content)
    assert judged.verdict == "not_comparable"
    assert set(judged.indicators.values()) == {"not_comparable"}
    assert judged.questions["overall"] == "comparable"
    assert "wait_1" not in judged.comparable_questions


def test_one_question_on_another_scale_leaves_the_branch_comparable_with_care(content):
    content["sections"][2]["questions"][1]["scale"] = "agreement"
    judged = _judge(content)
    assert judged.indicators["wait"] == "not_comparable"
    assert judged.indicators["response"] == "flagged"
    assert judged.indicators["first_reply"] == "comparable"
    assert judged.indicators["people"] == "comparable"
    assert judged.verdict == "flagged"


def test_weights_flag_the_branch_and_not_the_leaves(content):
    for node, weight in zip(content["index"]["indicators"][1]["indicators"], (0.5, 0.3, 0.2), strict=True):
        node["weight"] = weight
    judged = _judge(content)
    assert judged.indicators["wait"] == "comparable"
    assert judged.indicators["response"] == "flagged"


def test_an_added_item_flags_the_leaf(content):
    extra = {**copy.deepcopy(content["sections"][2]["questions"][1]), "code": "wait_2"}
    content["sections"][2]["questions"].append(extra)
    judged = _judge(content)
    assert judged.indicators["wait"] == "flagged"
    assert judged.questions["wait_2"] == "not_comparable"


def test_another_instrument_is_never_comparable():
    judged = may_compare(instrument_difference(OLD, load_instrument("airport_services")))
    assert judged.verdict == "not_comparable"
    assert judged.comparable_questions == frozenset()
    assert "not comparable" in judged.summary()
    assert list(judged.to_frame().columns) == ["indicator", "verdict", "reasons"]
