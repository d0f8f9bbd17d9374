"""Minimum detectable change: the planning formula, exact power, and power under Holm by simulation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from analysis.change import wave_changes
from analysis.minimum_detectable_change import (
    detectable_difference,
    minimum_detectable_change,
    required_n_per_wave,
)
from analysis.multiplicity import adjust_p_values
from survey.errors import SatixError


def test_planning_formula_by_hand() -> None:
    """(1.959964 + 0.841621) * 18 * sqrt(2/500) = 2.801585 * 1.138420 = 3.18938; n = 2 (2.801585 * 18 / 1.5)^2."""
    assert minimum_detectable_change(18, 500, 500).estimate == pytest.approx(3.18938053, abs=1e-8)
    assert math.ceil(2 * (2.801585 * 18 / 1.5) ** 2) == 2261
    assert required_n_per_wave(1.5, 18) == 2261


def test_design_effect_and_unequal_waves_enter_as_stated() -> None:
    plain = minimum_detectable_change(18, 400, 100, sd_2=12)
    assert plain.std_error == pytest.approx(math.sqrt(18**2 / 400 + 12**2 / 100))
    inflated = minimum_detectable_change(18, 400, 100, sd_2=12, design_effect=2.25)
    assert inflated.estimate == pytest.approx(1.5 * plain.estimate)


def test_required_n_is_the_smallest_that_detects_the_target() -> None:
    n = required_n_per_wave(2.0, 15, n_tests=8, design_effect=1.3, power=0.9)
    options: dict[str, Any] = {"n_tests": 8, "design_effect": 1.3, "power": 0.9}
    assert minimum_detectable_change(15, n, n, **options).estimate <= 2.0
    assert minimum_detectable_change(15, n - 1, n - 1, **options).estimate > 2.0


@pytest.mark.parametrize("df", [2, 5, 30, 400])
@pytest.mark.parametrize(("alpha", "power", "n_tests"), [(0.05, 0.8, 1), (0.05, 0.9, 20), (0.1, 0.5, 3)])
def test_t_form_has_the_stated_power_by_the_noncentral_t(df: Any, alpha: Any, power: Any, n_tests: Any) -> None:
    """scipy's own noncentral t distribution is the witness."""
    difference = float(detectable_difference(1.0, alpha=alpha, power=power, n_tests=n_tests, df=df))
    critical = stats.t.isf(alpha / n_tests / 2, df)
    assert stats.nct.sf(critical, df, difference) == pytest.approx(power, abs=2e-6)


def test_t_form_tends_to_the_normal_form() -> None:
    normal = detectable_difference(1.0)
    assert detectable_difference(1.0, df=500_000) == pytest.approx(normal, rel=1e-5)
    assert (
        minimum_detectable_change(10, 20, 20, distribution="t").estimate
        > minimum_detectable_change(10, 20, 20).estimate * 1.02
    )


@pytest.mark.parametrize("n", [15, 120])
def test_an_indicator_that_moves_by_the_mdc_is_found_in_four_studies_of_five_under_holm(n: int) -> None:
    """m = 20 indicators, one moves by the change detectable at alpha/m; 2000 simulated studies of normal answers.

    With true power 0.8 fewer than the 1e-4 quantile of Binomial(2000, 0.8) findings would be a miss in 1 of 10,000.
    """
    studies, m, sd = 2000, 20, 18.0
    mdc = minimum_detectable_change(sd, n, n, n_tests=m, distribution="t").estimate
    rng = np.random.default_rng(20240607)
    found = false_alarm = 0
    rows = []
    for _ in range(10):
        first = rng.normal(70, sd, (n, studies // 10 * m))
        second = rng.normal(70, sd, (n, studies // 10 * m))
        second[:, ::m] += mdc
        changes = wave_changes(first, None, second, None)
        adjusted = adjust_p_values(changes.p_value.reshape(-1, m))
        found += int(np.count_nonzero((adjusted[:, 0] <= 0.05) & (changes.estimate[::m] > 0)))
        false_alarm += int(np.count_nonzero((adjusted[:, 1:] <= 0.05).any(axis=1)))
        rows.append(changes.std_error.mean())
    assert found >= stats.binom.ppf(1e-4, studies, 0.8)
    assert false_alarm <= stats.binom.isf(1e-4, studies, 0.05)


def test_wave_changes_state_the_mdc_of_their_own_family() -> None:
    rng = np.random.default_rng(3)
    changes = wave_changes(rng.normal(70, 10, (80, 5)), None, rng.normal(70, 10, (90, 5)), None)
    expected = detectable_difference(changes.std_error, n_tests=5, df=changes.df)
    assert changes.minimum_detectable_change == pytest.approx(expected)


@pytest.mark.parametrize(
    ("arguments", "options"),
    [((-1, 10, 10), {}), ((1, 0, 10), {}), ((1, 10, 10), {"design_effect": 0}), ((1, 1, 10), {"distribution": "t"})],
)
def test_impossible_sizes_are_refused(arguments: Any, options: Any) -> None:
    with pytest.raises(SatixError, match="above 0"):
        minimum_detectable_change(*arguments, **options)


def test_impossible_levels_and_targets_are_refused() -> None:
    with pytest.raises(SatixError, match="strictly between"):
        minimum_detectable_change(1, 10, 10, alpha=0)
    with pytest.raises(SatixError, match="target change"):
        required_n_per_wave(0, 18)


def test_result_says_what_it_rests_on() -> None:
    result = minimum_detectable_change(18, 500, 400, n_tests=5)
    assert result.to_frame().loc[0, ["alpha", "n_tests", "power", "n_2"]].tolist() == [0.05, 5, 0.8, 400]
    assert "level 0.01" in result.summary()
