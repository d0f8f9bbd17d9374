"""Intervals, power and false alarms in simulated studies; the short form of ``benchmarks/coverage.py``.

Bounds are quantiles of the binomial distribution at the promised rate, each so far out that a correct program fails
any of the checks below with a chance under 1e-4.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from benchmarks.coverage import Row, Sample, power_rows, rate, simulate, table
from benchmarks.simulated_studies import (
    expected_detectable_change,
    nodes,
    quiet_world,
    shipped_world,
    true_figures,
    world_with_mover,
)

STUDIES = 120
CHANCE = 1e-6  # of a false failure of one of about 40 one-sided checks
DIMENSIONS = ("access", "response", "resolution", "returns", "repair", "people", "image")


@pytest.fixture(scope="module")
def moved() -> Sample:
    """Studies of a world in which one indicator moves by its minimum detectable change and the mix stays."""
    return simulate([world_with_mover("first_reply")], studies=STUDIES, seed=11)[0]


@pytest.fixture(scope="module")
def shipped() -> Sample:
    """A few studies of the world behind the shipped example, in which the mix shifts."""
    return simulate([shipped_world()], studies=12, seed=12)[0]


def at_least(rate: float, n: int = STUDIES) -> int:
    """The fewest successes of ``n`` that a true rate leaves believable."""
    return int(stats.binom.ppf(CHANCE, n, rate))


def at_most(rate: float, n: int = STUDIES) -> int:
    """The most successes of ``n`` that a true rate leaves believable."""
    return int(stats.binom.isf(CHANCE, n, rate))


@pytest.mark.slow
def test_intervals_of_the_index_and_its_dimensions_hold_the_truth_in_95_of_100_studies(moved):
    for code in (nodes()[0], *DIMENSIONS):
        for wave in range(2):
            held = int(moved.studies.covered[:, wave, nodes().index(code)].sum())
            assert at_least(0.95) <= held <= at_most(0.95), (code, wave)


@pytest.mark.slow
def test_intervals_of_indicators_hold_the_truth_on_average(moved):
    """Thousands of intervals: five Monte-Carlo standard errors about .95, a percent or so."""
    row = rate("indicators", moved.studies.covered)
    assert row.std_error < 0.01
    assert row.value == pytest.approx(0.95, abs=5 * row.std_error)


@pytest.mark.slow
def test_a_move_of_the_minimum_detectable_change_is_found_in_80_of_100_studies(moved):
    found, true, reported = power_rows(moved)
    assert round(found.value * STUDIES) >= at_least(0.80)
    assert true.value == pytest.approx(reported.value, abs=5 * reported.std_error)


@pytest.mark.slow
def test_unmoved_indicators_raise_a_false_alarm_in_5_of_100_comparisons_and_unadjusted_tests_in_far_more(moved):
    unmoved = moved.truth.unmoved[0]
    ancestors = {"first_reply", "response", nodes()[0]}
    assert {code for code, still in zip(nodes(), unmoved, strict=True) if not still} == ancestors
    alarms = int(moved.studies.found[:, 0, unmoved].any(axis=1).sum())
    naive = int((moved.studies.p_value[:, 0, unmoved] < 0.05).any(axis=1).sum())
    assert alarms <= at_most(0.05)
    assert naive > at_most(0.20)


@pytest.mark.slow
def test_verdicts_claim_a_change_exactly_where_the_adjusted_test_rejects(moved, shipped):
    for sample in (moved, shipped):
        assert (sample.studies.found == (sample.studies.p_adjusted <= 0.05)).all()


@pytest.mark.slow
def test_score_and_mix_effects_hold_the_truth_while_the_mix_shifts(shipped):
    for held in (shipped.studies.score_covered, shipped.studies.mix_covered):
        for pair in range(3):
            assert int(held[:, pair].sum()) >= at_least(0.95, n=12)


@pytest.mark.slow
def test_the_table_has_every_section(moved, shipped):
    headings = [heading for heading, _ in table([shipped, moved])]
    assert [heading[:3] for heading in headings] == ["(a)", "   ", "(c)", "(b)", "(c)"]
    assert all(rows for _, rows in table([shipped, moved]))


def test_the_same_seed_gives_the_same_studies_in_any_number_of_batches():
    one, other = (simulate([quiet_world()], studies=n, seed=5)[0] for n in (2, 12))
    assert (one.studies.p_value == other.studies.p_value[:2]).all()
    assert not (other.studies.p_value[0] == other.studies.p_value[1]).any()


def test_the_minimum_detectable_change_by_hand():
    """``first_reply`` is rated by all 600; 36 figures are tested, so the level is .05 / 36 = .0013889.

    z at 1 - .0006944 is 3.19695 and z at .8 is .84162, together 4.03857. With locations -.35, -.20 and .25 for new,
    returning and member customers (.45, .35, .20), the shares of the five answers are .0822, .1585, .2903, .3224 and
    .1466: mean 57.3, variance 819.1 square points, standard error sqrt(2 * 819.1 / 600) = 1.6524, product 6.673.
    With 1,198 degrees of freedom t is larger than z by a quarter of a percent.
    """
    shares = np.zeros(5)
    for location, share in ((-0.35, 0.45), (-0.20, 0.35), (0.25, 0.20)):
        below = stats.norm.cdf(np.array([-np.inf, -1.6, -0.9, -0.1, 0.9, np.inf]) - location)
        shares += share * np.diff(below)
    points = np.array([0, 25, 50, 75, 100])
    variance = shares @ points**2 - (shares @ points) ** 2
    by_hand = 4.03857 * math.sqrt(2 * variance / 600)
    assert by_hand == pytest.approx(6.673, abs=5e-4)
    assert expected_detectable_change("first_reply", 0.0) == pytest.approx(by_hand, rel=0.005)


def test_the_mover_moves_by_its_minimum_detectable_change_and_nothing_else_moves():
    """An indicator that only repair cases rate: how many they are varies from study to study."""
    world = world_with_mover("traceable")
    truth = true_figures(world)
    shift = world.population.changes["2025Q4"]["traceable"]
    place = nodes().index("traceable")
    assert truth.change[0, place] == pytest.approx(expected_detectable_change("traceable", shift), abs=1e-4)
    assert int((~truth.unmoved).sum()) == 3
    assert truth.mix_effect == pytest.approx(0, abs=1e-9)


@pytest.mark.slow
def test_in_the_shipped_world_nothing_moves_before_the_last_wave_and_then_everything_does(shipped):
    assert shipped.truth.unmoved[:2].all()
    assert not shipped.truth.unmoved[2].any()


def test_a_bound_is_judged_within_two_standard_errors():
    assert Row(label="", value=0.91, std_error=0.01, low=0.93, high=0.97).kept
    assert Row(label="", value=0.90, std_error=0.01, low=0.93, high=0.97).kept is False
    assert Row(label="", value=0.08, std_error=0.01, high=0.05).kept is False
    assert Row(label="", value=0.08, std_error=0.01).kept is None
