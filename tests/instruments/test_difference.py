"""What differs between two versions, and what each difference does to comparability."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from instruments import load_instrument
from instruments.difference import EFFECTS, instrument_difference
from survey.definition_files import dump_definition
from survey.instrument import Instrument
from tests.instruments.instrument_strategies import instruments

AFTER_SALES: dict[str, Any] = yaml.safe_load(dump_definition(load_instrument("after_sales")))


Edit = Callable[[dict[str, Any]], object]


def _q(content: dict[str, Any], code: str) -> dict[str, Any]:
    return next(q for section in content["sections"] for q in section["questions"] if q["code"] == code)


def _changed(edit: Edit) -> Instrument:
    content = copy.deepcopy(AFTER_SALES)
    edit(content)
    return Instrument.model_validate(content)


def _found(edit: Edit) -> set[tuple[str, str, str]]:
    difference = instrument_difference(load_instrument("after_sales"), _changed(edit))
    for change in difference.changes:
        assert change.message("zh") != change.message("en")
    return {(change.kind, change.code, change.effect) for change in difference.changes}


def _last_first(content: dict[str, Any]) -> None:
    questions = content["sections"][1]["questions"]
    questions.insert(0, questions.pop())


def _four_points(content: dict[str, Any]) -> None:
    content["scales"]["satisfaction_overall"]["to"] = 4
    del content["scales"]["satisfaction_overall"]["labels"][5]


def _weights(content: dict[str, Any]) -> None:
    for node, weight in zip(content["index"]["indicators"][1]["indicators"], (0.5, 0.3, 0.2), strict=True):
        node["weight"] = weight


def _move(content: dict[str, Any]) -> None:
    access, response = content["index"]["indicators"][:2]
    response["indicators"].append(access["indicators"].pop())


def _remove(content: dict[str, Any]) -> None:
    content["index"]["indicators"][4]["indicators"].pop()
    section = next(section for section in content["sections"] if section["code"] == "repair")
    section["questions"].pop()


def _measures_another(content: dict[str, Any]) -> None:
    one, two = _q(content, "wait_1"), _q(content, "hours_1")
    one["measures"], two["measures"] = two["measures"], one["measures"]


MOVED = ("multichannel", "hours", "apply_simple", "first_reply", "wait", "proactive")
EDITS: dict[str, tuple[Edit, set[tuple[str, str, str]]]] = {
    "wording": (lambda c: _q(c, "wait_1")["text"].update(en="Another?"), {("wording", "wait_1", "flag")}),
    "label": (lambda c: _q(c, "overall")["label"].update(en="Total"), {("label", "overall", "none")}),
    "scale": (_four_points, {("scale", "overall", "breaks")}),
    "scale label": (
        lambda c: c["scales"]["satisfaction_overall"]["labels"][3].update(en="So so"),
        {("scale_label", "overall", "flag")},
    ),
    "reverse": (lambda c: _q(c, "switching").pop("reverse"), {("reverse", "switching", "breaks")}),
    "type": (
        lambda c: (_q(c, "complaint").pop("scale"), _q(c, "complaint").update(type="number")),
        {("type", "complaint", "breaks")},
    ),
    "meaning": (_measures_another, {("meaning", "wait_1", "breaks"), ("meaning", "hours_1", "breaks")}),
    "routing": (lambda c: _q(c, "pickup_1").pop("show_if"), {("routing", "pickup_1", "flag")}),
    "order": (_last_first, {("order", "self_service_1", "flag")}),
    "weights": (_weights, {("weight", code, "flag") for code in ("first_reply", "wait", "proactive")}),
    "tree": (_move, {("tree", "self_service", "flag")} | {("weight", code, "flag") for code in MOVED}),
    "removed": (
        _remove,
        {
            ("removed", "traceable_1", "flag"),
            ("indicator_removed", "traceable", "flag"),
            ("weight", "parts_quality", "flag"),
        },
    ),
    "instrument": (lambda c: c.update(instrument="other"), {("instrument", "", "breaks")}),
    "title": (lambda c: c["title"].update(en="T"), {("description", "title", "none")}),
    "stem": (
        lambda c: c["sections"][5].update(stem="Think back."),
        {("presentation", code, "flag") for code in ("parts_quality_1", "traceable_1")},
    ),
    "required": (lambda c: _q(c, "wait_1").update(required=True), {("presentation", "wait_1", "flag")}),
}


@pytest.mark.parametrize("kind", EDITS)
def test_each_kind_of_difference_has_its_effect(kind):
    edit, expected = EDITS[kind]
    assert _found(edit) == expected


def test_equal_instruments_do_not_differ():
    difference = instrument_difference(load_instrument("after_sales"), load_instrument("after_sales"))
    assert difference.changes == ()
    assert difference.effect == "none"
    assert difference.rows() == []


def test_an_added_question_does_not_reorder_the_others():
    def edit(content):
        extra = {"code": "extra", "type": "text", "role": "open", "text": "Why?"}
        content["sections"][2]["questions"].insert(0, extra)

    assert _found(edit) == {("added", "extra", "flag")}


def test_the_summary_counts_by_effect():
    difference = instrument_difference(load_instrument("after_sales"), _changed(_four_points))
    assert "1 break comparability" in difference.summary()
    assert difference.effect == "breaks"
    assert difference.rows() == [
        {
            "kind": "scale",
            "code": "overall",
            "before": "satisfaction_overall (1–5, 5)",
            "after": "satisfaction_overall (1–4, 4)",
            "language": None,
            "effect": "breaks",
        }
    ]


def test_every_kind_has_an_effect_and_words():
    assert set(EFFECTS.values()) == {"none", "flag", "breaks"}


@given(instrument=instruments())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_differs_from_itself_and_differences_mirror(instrument):
    assert instrument_difference(instrument, instrument).changes == ()
    other = load_instrument("recommend_item")
    there, back = instrument_difference(instrument, other), instrument_difference(other, instrument)
    assert {c.code for c in there.changes if c.kind == "added"} == {c.code for c in back.changes if c.kind == "removed"}
