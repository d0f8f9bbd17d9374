"""Scores of mystery visits: points that applied, critical items, rules."""

from __future__ import annotations

import math
from math import exp, log

import pytest

from analysis.design import SurveyDesign
from analysis.mystery_visits import mystery_score, points_mean
from survey.errors import SatixError

WORTH = [15, 5, 20, 20, 10, 20, 10]
NAN = math.nan


def test_a_failed_critical_item_caps_the_score() -> None:
    """75 of the 90 points that applied are 83.33; the failed critical item caps at 60."""
    earned = [0, 5, 20, 20, 10, 20, NAN]
    found = mystery_score(earned, WORTH, critical=[1, 0, 0, 0, 0, 1, 0])
    assert found.raw == pytest.approx(250 / 3)
    assert (found.final, found.critical_failed, found.n_not_applicable) == (60.0, (0,), 1)


@pytest.mark.parametrize(("rule", "final"), [("cap", 60.0), ("zero", 0.0), ("none", 85.0)])
def test_the_rule_decides(rule: str, final: float) -> None:
    """85 of 100 points with the 15-point critical item missed."""
    found = mystery_score([0, 5, 20, 20, 10, 20, 10], WORTH, critical=[1, 0, 0, 0, 0, 0, 0], rule=rule)  # type: ignore[arg-type]
    assert found.final == final


def test_a_cap_never_raises_a_score() -> None:
    """A visit that earned less than the cap keeps what it earned."""
    assert mystery_score([0, 5], [10, 10], critical=[1, 0], cap=60).final == 25.0


def test_a_critical_item_that_did_not_apply_has_not_failed() -> None:
    """N/A leaves score and critical list alone."""
    found = mystery_score([NAN, 5], [10, 5], critical=[1, 0])
    assert (found.final, found.critical_failed) == (100.0, ())


def test_edges() -> None:
    """Nothing applied: no score. Points beyond what an item is worth are refused."""
    assert math.isnan(mystery_score([NAN], [5]).final)
    with pytest.raises(SatixError):
        mystery_score([6], [5])
    with pytest.raises(SatixError):
        mystery_score([1, 2], [5])


def test_intervals_of_points_stay_within_their_ends() -> None:
    """Shares 1, 1, 1, 1/2: mean 7/8, SE 1/8; log odds 1.9459 -+ 3.1824 * 0.125 / (7/64): 0.1556 to 0.9963.

    The plain t interval would end at 0.875 + 3.1824 * 0.125 = 1.273.
    """
    design = SurveyDesign.build(case_weights=[1.0] * 4)
    share = points_mean([1.0, 1.0, 1.0, 0.5], design)
    half = 3.182446305284263 * 0.125 / (0.875 * 0.125)
    assert (share.estimate, share.std_error) == (0.875, 0.125)
    assert share.lower == pytest.approx(1 / (1 + exp(half - log(7))))
    assert share.upper == pytest.approx(1 / (1 + exp(-half - log(7))))
    assert (share.interval, share.kind) == ("logit", "share")
    score = points_mean([100.0, 100.0, 100.0, 50.0], design, highest=100.0)
    assert (score.kind, score.estimate) == ("index", 87.5)
    assert score.upper == pytest.approx(100 * share.upper)
    everybody = points_mean([100.0] * 4, design, highest=100.0)
    assert (everybody.upper, everybody.interval) == (100.0, "wilson")
