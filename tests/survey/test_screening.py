"""Screening rules, each on a case small enough to judge by eye."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.errors import StudyError
from survey.instrument import Instrument
from survey.responses import AnswerColumn, NumberColumn, ResponseSet
from survey.scales import MISSING_CODES
from survey.screening import RULE_ORDER, RULE_SETTINGS, account_for, excluded, screen
from survey.study import FIRST_RULES, RuleName, Screening

BLANK, NOT_SHOWN = MISSING_CODES["blank"], MISSING_CODES["not_shown"]
NOT_APPLICABLE = MISSING_CODES["not_applicable"]


def _instrument(items: int, *, sections: int = 1) -> Instrument:
    question = {"facet": "performance", "measures": "I", "scale": "five"}
    blocks = [
        {
            "code": f"S{section}",
            "title": "S",
            "questions": [{"code": f"S{section}Q{place}", "text": "q", **question} for place in range(items)],
        }
        for section in range(sections)
    ]
    check = {"code": "CHECK", "text": "3", "role": "attention", "scale": "five", "expects": 3}
    blocks[0]["questions"].insert(1, check)
    return Instrument.model_validate(
        {
            "instrument": "t",
            "version": "1.0.0",
            "title": "t",
            "purpose": "t",
            "languages": ["en"],
            "licence": "none",
            "scales": {"five": {"from": 1, "to": 5}},
            "index": {"code": "I", "label": "I"},
            "sections": blocks,
        }
    )


def _responses(instrument: Instrument, codes: list[list[int]], **columns: object) -> ResponseSet:
    """Answers given respondent by respondent, in the order of the instrument's questions."""
    matrix = np.array(codes, dtype=np.int16).T.copy()
    n = matrix.shape[1]
    table = pd.DataFrame(
        {"wave": "1", "source": "f", "duration_seconds": np.nan, **columns}, index=pd.Index([f"r{i}" for i in range(n)])
    )
    names = tuple(AnswerColumn(question.code) for question in instrument.questions)
    return ResponseSet(instrument=instrument, respondents=table, columns=names, codes=matrix)


def _flagged(responses: ResponseSet, rule: str, **settings: object) -> list[bool]:
    flags, _ = screen(responses, Screening.model_validate(settings))
    return flags[rule].tolist()


def test_attention_checks_count_when_answered_wrongly():
    """Right, wrong, unanswered, not shown."""
    responses = _responses(_instrument(1), [[1, 3], [1, 2], [1, BLANK], [1, NOT_SHOWN]])
    assert _flagged(responses, "attention") == [False, True, False, False]


def test_speeders_are_measured_against_the_median_of_wave_and_source():
    """Medians 100 and 1000; 0.3 of them is 30 and 300. Unknown durations are never flagged."""
    seconds = [100.0, 100.0, 29.0, 1000.0, 1000.0, 299.0, np.nan]
    source = ["a", "a", "a", "b", "b", "b", "b"]
    responses = _responses(_instrument(1), [[1, 3]] * 7, duration_seconds=seconds, source=source)
    assert _flagged(responses, "speeder") == [False, False, True, False, False, True, False]
    waves = _responses(_instrument(1), [[1, 3]] * 7, duration_seconds=seconds, wave=source)
    assert _flagged(waves, "speeder") == [False, False, True, False, False, True, False]


def test_a_floor_per_answered_question_catches_a_whole_wave_of_speeders():
    """Nine questions answered in 8 seconds are too fast at one second each; with three answered they are not."""
    few = [1, 3, 1] + [BLANK] * 6
    responses = _responses(_instrument(8), [[1] * 9, few], duration_seconds=[8.0, 8.0])
    assert _flagged(responses, "speeder") == [True, False]
    assert _flagged(responses, "speeder", seconds_per_item=0) == [False, False]


def test_a_straight_line_covers_the_whole_answered_block():
    """An attention check in the middle does not break it, missing answers are passed over, another answer ends it."""
    line = [4, 3, 4, 4, 4, 4, 4]
    responses = _responses(
        _instrument(6),
        [line, [4, 3, 4, 4, 4, 4, 5], [4, 3, 4, 4, 4, 4, BLANK], [BLANK] * 7],
    )
    assert _flagged(responses, "straight_line") == [True, False, False, False]
    assert _flagged(responses, "straight_line", straight_line_items=5) == [True, False, True, False]


def test_a_straight_line_ends_with_its_section():
    """Four items in each of two sections are no block of eight."""
    responses = _responses(_instrument(4, sections=2), [[2] * 9])
    assert _flagged(responses, "straight_line") == [False]
    assert _flagged(responses, "straight_line", straight_line_items=4) == [True]


def test_missing_share_leaves_out_what_did_not_concern_the_respondent():
    """Above one half of the questions that applied; exactly one half is not above."""
    responses = _responses(
        _instrument(3),
        [
            [1, 3, BLANK, BLANK],
            [1, BLANK, BLANK, BLANK],
            [1, BLANK, NOT_APPLICABLE, NOT_SHOWN],
            [NOT_SHOWN, NOT_SHOWN, NOT_SHOWN, NOT_SHOWN],
        ],
    )
    assert _flagged(responses, "missing_share") == [False, True, False, False]


def test_number_questions_count_as_answered_or_missing():
    """A number column takes part in the share of missing answers."""
    content = _instrument(1).model_dump(by_alias=True)
    content["sections"][0]["questions"] = [
        *content["sections"][0]["questions"],
        {"code": "AGE", "text": "age", "type": "number", "role": "segment"},
    ]
    base = _responses(_instrument(1), [[BLANK, 3], [BLANK, 3]])
    numbers = NumberColumn(values=np.array([np.nan, 30.0]), missing=np.array([BLANK, 0], dtype=np.int8))
    responses = ResponseSet(
        instrument=Instrument.model_validate(content),
        respondents=base.respondents,
        columns=base.columns,
        codes=base.codes.copy(),
        numbers={"AGE": numbers},
    )
    assert _flagged(responses, "missing_share") == [True, False]


def test_duplicates_by_id_within_a_wave_and_by_declared_key():
    """The first occurrence stays unflagged; an id in another wave is no duplicate; empty keys match nobody."""
    responses = _responses(_instrument(1), [[1, 3], [1, 3], [2, 3], [BLANK, BLANK], [BLANK, BLANK]])
    assert _flagged(responses, "duplicate") == [False] * 5
    assert _flagged(responses, "duplicate", duplicate_key=["S0Q0", "CHECK"]) == [False, True, False, False, False]
    again = ResponseSet(
        instrument=responses.instrument,
        respondents=responses.respondents.set_axis(["a", "a", "b", "b", "c"]).assign(wave=["1", "1", "1", "2", "2"]),
        columns=responses.columns,
        codes=responses.codes.copy(),
        flags={"duplicate": np.array([False, False, False, False, True])},
    )
    assert _flagged(again, "duplicate") == [False, True, False, False, True]
    with pytest.raises(StudyError, match="duplicate_key"):
        screen(responses, Screening(duplicate_key=("phone",)))


def test_a_single_response_and_none_at_all_can_be_screened():
    """No median, no warning, no flag."""
    one = _responses(_instrument(1), [[1, 3]])
    flags, report = screen(one)
    assert report.unflagged == 1
    assert not any(flag.any() for flag in flags.values())
    none = one.select(np.array([False]))
    assert screen(none)[1].n == 0


@given(st.lists(st.lists(st.booleans(), min_size=len(RULE_ORDER), max_size=len(RULE_ORDER)), min_size=1, max_size=30))
def test_the_accounting_adds_up(table):
    """n = unflagged + the first reasons; excluding by all rules leaves the unflagged."""
    flags = dict(zip(RULE_ORDER, np.array(table).T, strict=True))
    n = len(table)
    first = account_for(flags, n=n)
    out = excluded(flags, RULE_ORDER, n=n)
    assert sum(first.values()) == out.sum()
    assert first["duplicate"] == flags["duplicate"].sum()
    assert excluded(flags, (), n=n).sum() == 0
    some = account_for(flags, n=n, counted=FIRST_RULES)
    assert sum(some.values()) == excluded(flags, FIRST_RULES, n=n).sum()
    assert set(some) == set(FIRST_RULES)


def test_the_report_counts_rules_overlap_and_first_reasons():
    """One response fails the check and is a straight line: its reason is the check, which comes first."""
    instrument = _instrument(6)
    responses = _responses(instrument, [[5, 5, 5, 5, 5, 5, 5], [5, 3, 5, 5, 5, 5, 5], [1, 3, 2, 3, 4, 5, 1]])
    flags, report = screen(responses)
    assert {rule: report.flagged[rule] for rule in FIRST_RULES} == {
        "duplicate": 0,
        "attention": 1,
        "speeder": 0,
        "straight_line": 2,
        "missing_share": 0,
    }
    assert report.first_reason["straight_line"] == 1
    assert report.overlap["attention", "straight_line"] == 1
    assert report.n_judged["straight_line"] == 3
    assert report.n_judged["speeder"] == 0
    assert report.n == report.unflagged + sum(report.first_reason.values()) == 3
    assert report.to_frame().loc["attention", "first_reason"] == 1
    assert report.to_dict()["overlap"]["attention+straight_line"] == 1
    assert "3" in report.summary("zh")
    assert responses.with_flags(flags).n == 3


def _two_checks(answers: list[list[int]]) -> ResponseSet:
    """One item and two checks, which ask for 3 and for 1."""
    content = _instrument(1).model_dump(by_alias=True)
    second = {"code": "CHECK2", "text": "1", "role": "attention", "scale": "five", "expects": 1}
    content["sections"][0]["questions"] = [*content["sections"][0]["questions"], second]
    return _responses(Instrument.model_validate(content), answers)


def test_one_slip_warns_and_two_fail_where_the_study_asks_for_two():
    """None, one and two missed; one answered and missed can neither pass nor fail a rule of two."""
    responses = _two_checks([[1, 3, 1], [1, 3, 2], [1, 2, 2], [1, 2, BLANK]])
    assert _flagged(responses, "attention_slip") == [False, True, True, True]
    assert _flagged(responses, "attention") == [False, True, True, True]
    assert _flagged(responses, "attention", specification=2) == [False, False, True, False]
    _, report = screen(responses, Screening(specification=2))
    assert (report.n_judged["attention"], report.n_judged["attention_slip"]) == (3, 4)


def test_speed_per_question_counts_every_question_answered():
    """Nine questions in 17 seconds are below 2 s each, in 18 not; three in 8 seconds are not."""
    few = [1, 3, 1] + [BLANK] * 6
    responses = _responses(_instrument(8), [[1] * 9, [1] * 9, few], duration_seconds=[17.0, 18.0, 8.0])
    assert _flagged(responses, "item_speed") == [True, False, False]
    assert _flagged(responses, "item_speed", item_seconds=3) == [True, True, True]


def test_relative_speed_is_the_median_over_ones_own():
    """Median 100: 49 seconds are an index of 2.04, 50 one of 2; no time at all is endlessly fast."""
    seconds = [100.0, 100.0, 100.0, 49.0, 50.0, 0.0, 400.0, np.nan]
    responses = _responses(_instrument(1), [[1, 3]] * 8, duration_seconds=seconds)
    assert _flagged(responses, "relative_speed") == [False, False, False, True, False, True, False, False]
    _, report = screen(responses)
    assert report.n_judged["relative_speed"] == 7


def test_missing_for_one_reason():
    """Two of six refused are above a quarter; one refused and one skipped are not; below five questions nobody."""
    refused, skipped = MISSING_CODES["refused"], MISSING_CODES["skipped"]
    rows = [[1, 3, refused, refused, 1, 1], [1, 3, refused, skipped, 1, 1], [refused, 3, 1, 1, *[NOT_SHOWN] * 2]]
    responses = _responses(_instrument(5), rows)
    assert _flagged(responses, "missing_kind") == [True, False, False]
    assert screen(responses)[1].n_judged["missing_kind"] == 2


def test_the_versions_of_the_specification_never_change():
    """Every default of version 1 and what version 2 changes: a new default is a new version."""
    first, second = Screening().model_dump(), Screening(specification=2).model_dump()
    assert {key for key in first if first[key] != second[key]} == {"specification", "attention_slips"}
    assert (first["attention_slips"], second["attention_slips"]) == (1, 2)
    assert Screening(specification=2, attention_slips=1).attention_slips == 1
    assert set(Screening().counted) == set(FIRST_RULES)
    assert set(Screening(exclude=("irv",)).counted) == {*FIRST_RULES, "irv"}
    assert set(Screening(specification=2).counted) == set(RULE_ORDER)
    kept = ("specification", "exclude", "duplicate_key", "attention_slips")
    assert {key: value for key, value in first.items() if key not in kept} == {
        "speeder_share": 0.3,
        "seconds_per_item": 1.0,
        "straight_line_items": 6,
        "missing_share": 0.5,
        "item_seconds": 2.0,
        "relative_speed": 2.0,
        "longstring_share": 0.5,
        "longstring_items": 6,
        "pattern_correlation": 0.8,
        "pattern_lags": 10,
        "pattern_items": 20,
        "near_duplicate_share": 0.85,
        "near_duplicate_items": 30,
        "near_duplicate_limit": 10_000,
        "irv_below": 0.3,
        "irv_items": 10,
        "reversed_distance": 0.5,
        "reversed_share": 0.5,
        "reversed_least": 2,
        "synonym_correlation": 0.6,
        "synonym_below": 0.22,
        "antonym_correlation": -0.6,
        "antonym_above": -0.03,
        "pairs_least": 5,
        "even_odd_below": 0.3,
        "even_odd_scales": 5,
        "mahalanobis_p": 0.001,
        "missing_kind_share": 0.25,
    }


def test_every_rule_has_a_place_and_its_settings():
    """Nothing is forgotten when a rule is added."""
    assert set(RULE_ORDER) == set(get_args(RuleName)) == set(RULE_SETTINGS)
    settings = set(Screening.model_fields) - {"specification", "exclude"}
    assert {key for keys in RULE_SETTINGS.values() for key in keys} == settings
