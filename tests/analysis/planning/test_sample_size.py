"""Sample sizes: published values, hand arithmetic, and what margins and sizes owe each other."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.planning.sample_size import (
    krejcie_morgan_size,
    margin_for_mean,
    margin_for_share,
    sample_size_for_mean,
    sample_size_for_share,
)
from survey.errors import SatixError

TABLE = {10: 10, 15: 14, 20: 19, 25: 24, 30: 28, 50: 44, 100: 80, 200: 132, 300: 169, 500: 217, 1000: 278}
TABLE |= {2000: 322, 5000: 357, 10000: 370, 50000: 381, 1000000: 384}
"""Krejcie & Morgan (1970), table 1: population and sample size."""


def test_cochran_385():
    """1.96^2 * .25 / .05^2 = 384.16, rounded up 385."""
    found = sample_size_for_share(0.5, 0.05, quantile=1.96)
    assert found.unlimited == found.exact == pytest.approx(384.16, abs=1e-9)
    assert (found.respondents, found.invitations) == (385, 385)


def test_finite_population_design_effect_and_response_rate():
    """n0 = 1.96^2 * .21 / .0009 = 896.373; / (1 + 895.373 / 20000) = 857.963; * 1.4 = 1201.149; 1202 / .3 -> 4007."""
    found = sample_size_for_share(0.7, 0.03, quantile=1.96, population=20000, design_effect=1.4, response_rate=0.3)
    assert found.unlimited == pytest.approx(896.37333333, abs=1e-8)
    assert found.exact == pytest.approx(1201.14883486, abs=1e-8)
    assert (found.respondents, found.invitations) == (1202, 4007)


def test_mean_of_a_finite_population():
    """(1.96 * 18 / 1.5)^2 = 553.1904; / (1 + 553.1904 / 5000) = 498.083 -> 499."""
    found = sample_size_for_mean(18, 1.5, quantile=1.96, population=5000)
    assert found.unlimited == pytest.approx(553.1904, abs=1e-9)
    assert found.exact == pytest.approx(498.08340805, abs=1e-8)
    assert found.respondents == 499


@pytest.mark.parametrize(("population", "size"), TABLE.items())
def test_krejcie_and_morgan_print_the_nearest_whole_number(population, size):
    assert krejcie_morgan_size(population).respondents == size


def test_krejcie_and_morgan_rounded_up_keeps_the_margin():
    """N = 15: 3.841 * 15 * .25 / (.0025 * 14 + .96025) = 14.473; the table says 14, the margin needs 15."""
    found = krejcie_morgan_size(15, rounding="up")
    assert found.exact == pytest.approx(14.40375 / 0.99525, rel=1e-12)
    assert found.respondents == 15
    assert krejcie_morgan_size(None).exact == pytest.approx(384.1, abs=1e-9)


def test_krejcie_and_morgan_is_the_formula_for_shares():
    table = krejcie_morgan_size(700, share=0.3, margin=0.04)
    assert table.exact == pytest.approx(
        sample_size_for_share(0.3, 0.04, quantile=math.sqrt(3.841), population=700).exact, rel=1e-12
    )


def test_a_whole_number_is_not_rounded_up_by_floating_point():
    """(2 / .05)^2 * .25 = 400 exactly, and 360 / .9 = 400 invitations."""
    assert sample_size_for_share(0.5, 0.05, quantile=2).respondents == 400
    assert sample_size_for_mean(18.973665961010276, 2, quantile=2, response_rate=0.9).invitations == 400


def test_confidence_gives_the_exact_quantile():
    """z of 90 % is 1.6448536: (1.6448536 * 10 / 2)^2 = 67.6386."""
    assert sample_size_for_mean(10, 2, confidence=0.9).exact == pytest.approx(67.63858, abs=1e-4)


def test_a_size_the_population_does_not_hold_is_marked():
    crowded = sample_size_for_share(0.5, 0.05, quantile=1.96, population=200, response_rate=0.3)
    assert crowded.respondents < 200 < crowded.invitations
    assert crowded.more_than_population
    assert not sample_size_for_share(0.5, 0.05, population=2000).more_than_population


@settings(deadline=None)
@given(
    sd=st.floats(1, 50),
    margin=st.floats(0.2, 5),
    population=st.none() | st.integers(50, 100_000),
    effect=st.floats(0.5, 3),
)
def test_the_margin_of_a_size_is_the_margin_asked_for(sd, margin, population, effect):
    """Size and margin are inverse to each other, for means and for shares."""
    found = sample_size_for_mean(sd, margin, population=population, design_effect=effect)
    back = margin_for_mean(sd, found.exact, population=population, design_effect=effect)
    assert back == pytest.approx(margin, rel=1e-9)
    share = sample_size_for_share(0.3, margin / 100, population=population, design_effect=effect)
    again = margin_for_share(0.3, share.exact, population=population, design_effect=effect)
    assert again == pytest.approx(margin / 100, rel=1e-9)


def test_the_whole_population_leaves_no_margin():
    assert margin_for_share(0.5, 80, population=80) == 0.0


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: sample_size_for_share(0.0, 0.05), "plan_share"),
        (lambda: sample_size_for_share(0.5, 0.0), "plan_not_positive"),
        (lambda: sample_size_for_share(0.5, 0.05, response_rate=1.2), "plan_rate"),
        (lambda: sample_size_for_share(0.5, 0.05, confidence=95), "confidence_out_of_range"),
        (lambda: sample_size_for_mean(-1, 2), "plan_not_positive"),
        (lambda: sample_size_for_mean(10, 2, population=0), "plan_not_positive"),
        (lambda: krejcie_morgan_size(100, chi_square=0), "plan_not_positive"),
    ],
)
def test_impossible_inputs_are_refused(call, code):
    with pytest.raises(SatixError) as error:
        call()
    assert error.value.problems[0].code == f"analysis.{code}"
    assert error.value.message("zh")


def test_a_result_shows_itself_as_a_table():
    found = sample_size_for_share(0.5, 0.05, quantile=1.96)
    assert found.to_frame().loc[0, "respondents"] == 385
    assert "385" in found.summary()
