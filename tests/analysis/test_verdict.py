"""Verdict codes in the order of the rule."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.verdict import change_verdict, level_verdict
from survey.errors import SatixError


@pytest.mark.parametrize(
    ("estimate", "lower", "upper", "target", "code"),
    [
        (5.3, 4.1, 6.5, 4, "reached_proven"),
        (5.3, 4.1, 6.5, 5, "reached_in_interval"),
        (1.2, 0.3, 2.1, 3, "improved"),
        (1.2, 0.3, 2.1, None, "improved"),
        (1.6, -0.1, 3.3, 2, "no_evidence"),
        (2.0, 0.0, 4.0, 1, "no_evidence"),
        (-1.0, -2.0, 0.0, 1, "no_evidence"),
        (-2.0, -3.1, -0.9, 1, "worse"),
        (4.0, 4.0, 4.0, 4, "reached_proven"),
        (math.nan, math.nan, math.nan, 1, "undefined"),
    ],
)
def test_change_verdicts(estimate: Any, lower: Any, upper: Any, target: Any, code: Any) -> None:
    assert change_verdict(estimate, lower, upper, target=target).code == code


@pytest.mark.parametrize(
    ("estimate", "lower", "upper", "code"),
    [
        (83, 81, 85, "reached_proven"),
        (81, 79, 83, "reached_in_interval"),
        (79, 77, 81, "short_in_interval"),
        (75, 73, 77, "short_proven"),
        (math.nan, math.nan, math.nan, "undefined"),
    ],
)
def test_level_verdicts(estimate: Any, lower: Any, upper: Any, code: Any) -> None:
    assert level_verdict(estimate, lower, upper, target=80).code == code


def test_below_the_level_a_proven_change_is_told_instead() -> None:
    better, same = change_verdict(3, 1, 5), change_verdict(1, -1, 3, minimum_detectable_change=2.9)
    worse = change_verdict(-3, -5, -1)
    assert level_verdict(75, 73, 77, target=80, change=better).code == "improved"
    assert level_verdict(75, 73, 77, target=80, change=worse).code == "worse"
    told = level_verdict(75, 73, 77, target=80, change=same)
    assert (told.code, told.minimum_detectable_change) == ("short_proven", 2.9)
    assert level_verdict(83, 81, 85, target=80, change=worse).code == "reached_proven"


@pytest.mark.parametrize("verdict", [change_verdict, level_verdict])
def test_few_respondents_get_no_verdict(verdict: Any) -> None:
    assert verdict(5, 4, 6, target=1, n=29).code == "too_few"
    assert verdict(5, 4, 6, target=1, n=30).code == "reached_proven"
    assert verdict(5, 4, 6, target=1, n=30, minimum_n=31).code == "too_few"


@given(st.floats(-50, 50), st.floats(0, 20), st.floats(0, 20), st.floats(0.1, 30))
def test_a_higher_target_never_improves_the_verdict(estimate: Any, below: Any, above: Any, target: Any) -> None:
    ranks = {"reached_proven": 2, "reached_in_interval": 1}
    codes = [change_verdict(estimate, estimate - below, estimate + above, target=t).code for t in (target, target + 1)]
    assert ranks.get(codes[0], 0) >= ranks.get(codes[1], 0)


def test_a_disordered_interval_is_refused() -> None:
    with pytest.raises(SatixError, match="within its interval"):
        change_verdict(1, 2, 3)


def test_summary_and_table_hold_the_code() -> None:
    result = change_verdict(5.3, 4.1, 6.5, target=4)
    assert result.to_frame().loc[0, "code"] == "reached_proven"
    assert result.summary().startswith("reached_proven")
