"""Test-retest, error of measurement, reliable change, KR-20."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis.kuder_richardson import kuder_richardson_20
from analysis.reliability import cronbach_alpha
from analysis.retest import measurement_error, reliable_change, retest_reliability
from survey.errors import InsufficientDataError, SatixError


def test_reliable_change_of_jacobson_and_truax() -> None:
    """Their example: 47.5 to 32.5, SD 7.5, reliability .80: error 3.35, of a difference 4.74, RC -15/4.74 = -3.16."""
    found = reliable_change([47.5], [32.5], sd=7.5, reliability=0.8, reliability_kind="test_retest")
    assert found.error_of_difference == pytest.approx(4.74, abs=5e-3)
    assert found.index[0] == pytest.approx(-3.16, abs=5e-3)
    assert (found.improved, found.unchanged, found.worsened) == (0, 0, 1)


def test_error_of_measurement_by_hand() -> None:
    found = measurement_error(10, 0.84, reliability_kind="alpha")
    assert found.estimate == pytest.approx(4.0)
    assert found.half_width == pytest.approx(4 * 1.959964, rel=1e-6)
    assert found.smallest_detectable_change == pytest.approx(4 * 1.959964 * math.sqrt(2), rel=1e-6)
    assert "alpha" in found.summary()
    with pytest.raises(SatixError):
        measurement_error(10, 1.2, reliability_kind="alpha")


def test_retest_by_hand() -> None:
    """A shift of one point: consistency is perfect, agreement is not; differences do not vary."""
    first = [1.0, 2, 3, 4, 5, np.nan]
    found = retest_reliability(first, [2.0, 3, 4, 5, 6, 1])
    assert (found.estimate, found.icc_consistency) == pytest.approx((1.0, 1.0))
    # MSB = 5, MSJ = 2.5, MSE = 0, k = 2, n = 5: 5 / (5 + 2 * 2.5 / 5) = 5/6
    assert found.icc_agreement == pytest.approx(5 / 6)
    assert (found.mean_change, found.sem_from_differences, found.dropped) == (1.0, 0.0, 1)
    with pytest.raises(InsufficientDataError):
        retest_reliability([1, 1, 1, 1], [1, 2, 3, 4])
    with pytest.raises(InsufficientDataError):
        retest_reliability([1, 2], [1, 2])


def test_fisher_interval_of_the_retest_correlation() -> None:
    """r = .8, n = 5: tanh(artanh .8 -+ 1.96 / sqrt 2)."""
    found = retest_reliability([1, 2, 3, 4, 5], [1, 2, 3, 5, 4.0])
    r = found.estimate
    assert found.lower == pytest.approx(math.tanh(math.atanh(r) - 1.959964 / math.sqrt(2)), rel=1e-6)


def test_kuder_richardson_is_alpha_of_yes_no_items() -> None:
    rng = np.random.default_rng(2)
    level = rng.normal(size=60)
    items = pd.DataFrame({f"q{j}": (level + rng.normal(size=60) > 0).astype(float) for j in range(5)})
    found = kuder_richardson_20(items)
    assert found.estimate == pytest.approx(cronbach_alpha(items).raw_alpha)
    assert found.lower == pytest.approx(cronbach_alpha(items).feldt_lower)
    with pytest.raises(SatixError):
        kuder_richardson_20(items * 2)
    with pytest.raises(InsufficientDataError):
        kuder_richardson_20(items[["q0"]])
