"""The judgement behind answers: stated moments are met, impossible ones refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.planning.answer_scale import answer_scale
from survey.errors import SatixError

FIVE = (0, 25, 50, 75, 100)


@settings(deadline=None)
@given(mean=st.floats(15, 85), sd=st.floats(15, 30), points=st.sampled_from([FIVE, tuple(np.linspace(0, 100, 11))]))
def test_answers_have_the_stated_mean_and_standard_deviation(mean, sd, points):
    scale = answer_scale(points, mean=mean, sd=sd)
    shares = scale.shares()
    assert shares.sum() == pytest.approx(1)
    assert shares @ scale.points == pytest.approx(mean, abs=1e-7)
    assert np.sqrt(shares @ (scale.points - mean) ** 2) == pytest.approx(sd, abs=1e-6)
    assert (np.diff(scale.thresholds()) > 0).all()


def test_a_symmetric_scale_has_symmetric_shares():
    shares = answer_scale(FIVE, mean=50, sd=25).shares()
    assert shares == pytest.approx(shares[::-1], abs=1e-9)


def test_two_options_leave_only_the_mean():
    scale = answer_scale((0, 100), mean=30, sd=99)
    assert scale.shares() == pytest.approx([0.7, 0.3], abs=1e-9)


def test_a_continuous_answer_keeps_its_moments():
    scale = answer_scale((), mean=70, sd=20)
    assert (scale.mu, scale.sigma, len(scale.points)) == (70, 20, 0)
    assert scale.moved(3).mu == 73


@pytest.mark.parametrize("change", [-8.0, 4.0, 12.5])
def test_a_change_moves_the_mean_and_keeps_the_spread_of_the_judgement(change):
    before = answer_scale(FIVE, mean=70, sd=25)
    after = before.moved(change)
    assert after.shares() @ after.points == pytest.approx(70 + change, abs=1e-7)
    assert after.sigma == before.sigma


@pytest.mark.parametrize(
    ("mean", "sd", "code"),
    [(95, 40, "plan_sd_impossible"), (60, 5, "plan_sd_impossible"), (100, 10, "plan_mean_impossible")],
)
def test_impossible_answers_are_refused(mean, sd, code):
    """A mean of 60 lies .4 of the way between 50 and 75: the least spread is 25 sqrt(.4 * .6) = 12.2."""
    with pytest.raises(SatixError) as error:
        answer_scale(FIVE, mean=mean, sd=sd)
    assert error.value.problems[0].code == f"analysis.{code}"
    if sd == 5:
        assert error.value.problems[0].fields["low"] == "12.2"


def test_a_change_out_of_the_scale_is_refused():
    with pytest.raises(SatixError, match="cannot come from answers between 0 and 100"):
        answer_scale(FIVE, mean=90, sd=15).moved(20)
