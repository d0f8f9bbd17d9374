"""Scales: code, label and score are three things; ends are declared; some options are no answer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from survey.scales import MISSING_CODES, NOT_ASKED, Scale, missing_kind_of


def _scale(**content: Any) -> Scale:
    return Scale.model_validate(content)


def _options(*scores: float | None, **more: Any) -> Scale:
    return _scale(options=[{"code": k, "label": str(k), "score": s} for k, s in enumerate(scores, start=1)], **more)


def test_missing_kinds_have_distinct_negative_codes() -> None:
    """0 is illegal, positions are positive."""
    assert sorted(MISSING_CODES.values()) == list(range(-len(MISSING_CODES), 0))
    for kind, code in MISSING_CODES.items():
        assert missing_kind_of(code) == kind
    assert {"not_applicable", "not_shown", "not_in_version"} == NOT_ASKED
    assert {"skipped", "refused", "dont_know", "invalid"} & NOT_ASKED == set()


def test_a_stepped_scale() -> None:
    """1 to 5 with a code for 'not applicable': five answers, scores 1-5, ends 1 and 5."""
    scale = _scale(**{"from": 1, "to": 5, "missing": {6: "not_applicable", "na": "refused"}})
    assert scale.size == 5
    assert [option.score for option in scale.answers] == [1, 2, 3, 4, 5]
    assert [option.missing for option in scale.all_options[5:]] == ["not_applicable", "refused"]
    assert (scale.lowest_score, scale.highest_score) == (1, 5)


def test_a_missing_code_inside_the_steps_is_no_answer() -> None:
    """0 to 6 where 0 is blank and 6 not applicable, as airports code it: the answers are 1 to 5."""
    scale = _scale(**{"from": 0, "to": 6, "missing": {0: "blank", 6: "not_applicable"}})
    assert [option.code for option in scale.answers] == [1, 2, 3, 4, 5]
    assert (scale.lowest_score, scale.highest_score) == (1, 5)


def test_ends_are_declared_not_observed() -> None:
    """A five-point item of which only 2-4 are offered still runs from 1 to 5 where so declared."""
    scale = _options(2, 3, 4, lowest=1, highest=5)
    assert (scale.lowest_score, scale.highest_score) == (1, 5)


def test_code_label_and_score_are_three_things() -> None:
    """A platform's 1 may be the best answer: position 1 has score 5."""
    scale = _options(5, 4, 3, 2, 1)
    np.testing.assert_array_equal(scale.score_table(), [np.nan, 5, 4, 3, 2, 1])
    np.testing.assert_array_equal(scale.score_table(reverse=True), [np.nan, 1, 2, 3, 4, 5])


def test_reversal_turns_round_within_the_declared_ends() -> None:
    """s becomes lowest + highest - s: on a 0-10 scale 3 becomes 7; with ends 1 and 5 declared 2 becomes 4."""
    ten = _scale(**{"from": 0, "to": 10})
    assert ten.score_table(reverse=True)[3 + 1] == 7
    np.testing.assert_array_equal(_options(2, 3, lowest=1, highest=5).score_table(reverse=True), [np.nan, 4, 3])


def test_an_option_without_score_is_an_answer_without_a_number() -> None:
    """'Other' has a position and no score."""
    scale = _options(1, 2, None)
    assert scale.size == 3
    assert scale.scored
    assert math.isnan(scale.score_table()[3])
    assert not _options(None, None).scored
    assert not _options(1, None).scored
    assert math.isnan(_options(None, None).lowest_score)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ({}, "from and to"),
        ({"from": 1, "to": 5, "options": [{"code": 1, "label": "a"}]}, "from and to"),
        ({"from": 5, "to": 1}, "smaller"),
        ({"from": 1, "to": 1}, "smaller"),
        ({"from": 1}, "smaller"),
        ({"options": [{"code": 1, "label": "a"}], "missing": {9: "refused"}}, "from and to"),
        ({"options": [{"code": 1, "label": "a"}, {"code": "1", "label": "b"}]}, "twice"),
        ({"options": [{"code": 1, "label": "a", "missing": "refused"}]}, "at least one"),
        ({"options": [{"code": 1, "label": "a", "missing": "refused", "score": 1}]}, "cannot have a score"),
        ({"from": 1, "to": 1200}, "999"),
        ({"from": 1, "to": 5, "lowest": 2}, "outside"),
        ({"from": 1, "to": 5, "highest": 4}, "outside"),
        ({"from": 1, "to": 5, "missing": {9: "forgotten"}}, "missing"),
        ({"from": 1, "to": 5, "ordred": True}, "ordred"),
    ],
    ids=str,
)
def test_scales_that_contradict_themselves(content: dict[str, Any], word: str) -> None:
    """Each is refused with its reason."""
    with pytest.raises(ValidationError, match=word):
        _scale(**content)


def test_a_label_outside_the_steps_is_refused() -> None:
    """A label for 6 on a scale from 1 to 5 is a slip that would never be seen."""
    with pytest.raises(ValidationError):
        _scale(**{"from": 1, "to": 5, "labels": {6: "six"}})


def test_a_scale_without_width_is_refused() -> None:
    """It cannot be stretched to 0-100."""
    with pytest.raises(ValidationError):
        _options(3, 3, 3)


def test_the_fingerprint_sees_meaning_not_wording() -> None:
    """A corrected label keeps a time series, a new score or missing kind breaks it."""
    five = _scale(**{"from": 1, "to": 5})
    assert five.fingerprint == _scale(**{"from": 1, "to": 5, "labels": {1: "bad"}}).fingerprint
    others = [
        _scale(**{"from": 1, "to": 6}),
        _scale(**{"from": 1, "to": 5, "lowest": 0}),
        _scale(**{"from": 1, "to": 5, "missing": {9: "refused"}}),
        _scale(**{"from": 1, "to": 5, "missing": {9: "skipped"}}),
        _scale(**{"from": 1, "to": 5, "ordered": False}),
        _options(5, 4, 3, 2, 1),
    ]
    prints = [scale.fingerprint for scale in (five, *others)]
    assert len(set(prints)) == len(prints)
    assert five.fingerprint == _options(1, 2, 3, 4, 5).fingerprint, "two ways to write one scale"


@given(low=st.integers(-50, 50), steps=st.integers(1, 60))
def test_reversing_twice_is_nothing(low: int, steps: int) -> None:
    """And the reversed table is the mirror of the table."""
    scale = _scale(**{"from": low, "to": low + steps})
    table, mirrored = scale.score_table(), scale.score_table(reverse=True)
    assert math.isnan(table[0])
    assert math.isnan(mirrored[0])
    np.testing.assert_array_equal(mirrored[1:], table[:0:-1])
    np.testing.assert_array_equal(table[1:] + mirrored[1:], np.full(steps + 1, 2 * low + steps))
