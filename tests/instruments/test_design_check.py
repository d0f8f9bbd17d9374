"""The design check: planted faults are found, sound questions are left alone, and each rule says where."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from benchmarks.design_check import run, score
from instruments import list_instruments, load_instrument
from instruments.design_check import check_design
from instruments.design_findings import DesignFinding
from instruments.reachability import unreachable_questions
from instruments.wording_rules import wording_findings
from survey.definition_files import dump_definition
from survey.errors import InstrumentError, Language
from survey.instrument import Instrument, read_instrument

CASES = run()
AFTER_SALES: dict[str, Any] = yaml.safe_load(dump_definition(load_instrument("after_sales")))
REAL_SOURCES = {"airport_services", "kiosk_service"}
"""Instruments that keep the questions of a published survey, faults included."""


@pytest.fixture
def content() -> dict[str, Any]:
    """An instrument without a fault, to be spoilt."""
    return copy.deepcopy(AFTER_SALES)


def _spoilt(content: dict[str, Any]) -> list[DesignFinding]:
    sound = check_design(load_instrument("after_sales"))
    return [finding for finding in check_design(Instrument.model_validate(content)) if finding not in sound]


def _q(content: dict[str, Any], code: str) -> dict[str, Any]:
    return next(q for section in content["sections"] for q in section["questions"] if q["code"] == code)


def test_the_set_is_as_large_as_it_says():
    flawed = [case for case in CASES if case.planted != "sound"]
    assert {language: sum(case.language == language for case in flawed) for language in ("zh", "en")} == {
        "zh": 62,
        "en": 62,
    }
    assert sum(case.planted == "sound" for case in CASES) == 88
    assert 0.25 < sum(case.part == "held_out" for case in CASES) / len(CASES) < 0.35


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("part", ["tuning", "held_out"])
def test_planted_faults_are_found_and_sound_questions_left_alone(part, language):
    found = score([case for case in CASES if (case.part, case.language) == (part, language)])
    assert found.recall >= 0.95
    assert found.precision >= 0.9


@pytest.mark.parametrize("entry", list_instruments(), ids=lambda entry: entry.instrument)
def test_no_shipped_instrument_has_an_error(entry):
    findings = check_design(read_instrument(entry.path))
    assert [finding.message() for finding in findings if finding.severity == "error"] == []
    if entry.instrument not in REAL_SOURCES:
        warnings = [finding.message() for finding in findings if finding.severity == "warning"]
        assert len(warnings) <= 2, warnings


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_finding_names_place_reason_and_remedy(content, language: Language):
    _q(content, "wait_1")["text"]["zh"] = "客服人员总是很快回复我。"
    (finding,) = _spoilt(content)
    assert (finding.rule, finding.question, finding.language) == ("absolute", "wait_1", "zh")
    message = finding.message(language)
    assert "wait_1" in message
    assert "总是" in message


def test_a_scale_that_is_shorter_in_one_language_is_an_error(content):
    del content["scales"]["satisfaction"]["labels"][2]["zh"]
    (finding,) = _spoilt(content)
    assert (finding.rule, finding.question, finding.language) == ("option_translation", "satisfaction", "zh")
    assert finding.severity == "error"


def test_a_question_without_one_of_the_languages_is_an_error(content):
    del _q(content, "wait_1")["text"]["en"]
    assert {finding.rule for finding in _spoilt(content)} >= {"missing_translation"}


@pytest.mark.parametrize(
    "text",
    [
        {
            "zh": "过去 3 个月内，您对等待时间有多满意？",
            "en": "How satisfied are you with the wait in the past 6 months?",
        },
        {"zh": "等待？", "en": "Thinking of your most recent call, how satisfied are you with the waiting time?"},
    ],
)
def test_versions_that_say_different_things_are_noted(content, text):
    _q(content, "wait_1")["text"] = text
    (finding,) = _spoilt(content)
    assert (finding.rule, finding.severity) == ("unequal_translation", "note")


def test_scales_that_run_both_ways_in_one_block(content):
    labels = content["scales"]["satisfaction_overall"]["labels"]
    content["scales"]["turned"] = {"from": 1, "to": 5, "labels": {6 - k: text for k, text in labels.items()}}
    _q(content, "wait_1")["scale"] = "turned"
    found = _spoilt(content)
    assert {(finding.rule, finding.question) for finding in found} == {("scale_direction", "response")}


@pytest.mark.parametrize(
    ("condition", "reachable"),
    [
        (
            {"all": [{"question": "request", "selected": ["return"]}, {"question": "request", "selected": ["repair"]}]},
            False,
        ),
        (
            {"any": [{"question": "request", "selected": ["return"]}, {"question": "request", "selected": ["repair"]}]},
            True,
        ),
        ({"question": "wait_1", "is": ">", "value": 5}, False),
        ({"question": "wait_1", "is": ">", "value": 4}, True),
        ({"all": [{"is_missing": "request"}, {"question": "request", "selected": ["repair"]}]}, False),
        # parts_quality_1 is asked after repairs only, pickup_1 after returns and exchanges only
        (
            {
                "all": [
                    {"question": "parts_quality_1", "is": ">=", "value": 1},
                    {"question": "pickup_1", "is": ">=", "value": 1},
                ]
            },
            False,
        ),
        ({"all": [{"not": {"is_missing": "parts_quality_1"}}, {"question": "request", "selected": ["repair"]}]}, True),
        (
            {"all": [{"count": "improve_first", "at_least": 7}, {"question": "improve_first", "selected": ["none"]}]},
            True,
        ),
        ({"count": "improve_first", "at_least": 8}, False),
    ],
)
def test_a_question_nobody_can_be_shown_is_found(content, condition, reachable):
    _q(content, "suggestion")["show_if"] = condition
    instrument = Instrument.model_validate(content)
    assert unreachable_questions(instrument) == (() if reachable else ("suggestion",))


def test_numbers_are_tried_around_what_they_are_compared_with(content):
    age = {"code": "age", "type": "number", "role": "segment", "lowest": 18, "highest": 99, "text": "Age"}
    content["sections"][0]["questions"].append(age)
    below = {"question": "age", "is": "<", "value": 18}
    between = {"all": [{"question": "age", "is": ">", "value": 30}, {"question": "age", "is": "<", "value": 31}]}
    for condition, expected in ((below, ("suggestion",)), (between, ())):
        _q(content, "suggestion")["show_if"] = condition
        assert unreachable_questions(Instrument.model_validate(content)) == expected


def test_routing_cannot_run_in_a_circle(content, tmp_path):
    _q(content, "wait_1")["show_if"] = {"is_missing": "proactive_1"}
    _q(content, "proactive_1")["show_if"] = {"is_missing": "wait_1"}
    path = tmp_path / "circle.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(InstrumentError, match="asked later"):
        read_instrument(path)


def test_half_a_kano_pair_and_an_expectation_on_another_scale_feed_nothing(content):
    content["attributes"] = [{"code": "a", "label": "A"}]
    content["sections"][1]["questions"] += [
        {"code": "half", "facet": "functional", "attribute": "a", "scale": "agreement", "text": "Half"},
        {"code": "wish", "facet": "expectation", "measures": "wait", "scale": "agreement", "text": "Wish"},
    ]
    assert {f.question for f in _spoilt(content) if f.rule == "measures_nothing"} == {"half", "wish"}


def test_an_attention_check_and_a_stated_purpose_are_left_alone(content):
    income = {"code": "income", "type": "text", "role": "segment", "text": "What is your income?"}
    content["sections"][0]["questions"].append(income)
    assert {finding.rule for finding in _spoilt(content)} == {"sensitive"}
    income["purpose"] = "To compare groups."
    assert _spoilt(content) == []


def test_no_open_question_and_length_are_remarked_on(content):
    content["sections"][-1]["questions"].pop()
    assert {finding.rule for finding in _spoilt(content)} == {"no_open_question"}
    for copy_number in range(6):
        section = copy.deepcopy(content["sections"][6])
        section["code"] = f"again_{copy_number}"
        for question in section["questions"]:
            question["code"] += f"_{copy_number}"
        content["sections"].append(section)
    assert {"long_questionnaire", "very_long_questionnaire"} & {finding.rule for finding in _spoilt(content)}


def test_a_language_without_word_lists_is_judged_by_length_alone():
    assert list(wording_findings("Sind Sie immer und überall zufrieden?", "de")) == []
    assert [finding.rule for finding in wording_findings("Wort " * 40, "de")] == ["too_long"]


def test_languages_can_be_limited(content):
    _q(content, "wait_1")["text"] = {"zh": "客服人员总是很快回复我。", "en": "The agents always answer quickly."}
    instrument = Instrument.model_validate(content)
    rules = [(f.rule, f.language) for f in check_design(instrument, languages=["en"]) if f.language]
    assert rules == [("absolute", "en")]
