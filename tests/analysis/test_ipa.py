"""Importance-performance grids: published data, ties, the significance band and its joint centre."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.design import SurveyDesign
from analysis.ipa import BandResult, importance_performance, importance_performance_by_respondent, significance_band
from survey.errors import SatixError

# Martilla & James (1977): 14 attributes of car dealers' service, four-point scales.
IMPORTANCE = [3.83, 3.63, 3.60, 3.56, 3.41, 3.41, 3.38, 3.37, 3.29, 3.27, 2.52, 2.43, 2.37, 2.05]
PERFORMANCE = [2.63, 2.73, 3.15, 3.00, 3.05, 3.29, 3.03, 3.11, 2.00, 3.02, 2.25, 2.49, 2.35, 3.33]


def band_of(importance: pd.DataFrame, performance: pd.DataFrame, **options: Any) -> BandResult:
    band = importance_performance_by_respondent(importance, performance, **options).band
    assert band is not None
    return band


def frames(seed: int = 1, n: int = 200, k: int = 5) -> Any:
    rng = np.random.default_rng(seed)
    names = [f"a{j}" for j in range(k)]
    taste = rng.normal(0, 8, (n, 1))
    importance = pd.DataFrame(rng.normal(np.linspace(60, 85, k), 9, (n, k)) + taste, columns=names).clip(0, 100)
    performance = pd.DataFrame(rng.normal(np.linspace(80, 65, k), 9, (n, k)) + taste, columns=names).clip(0, 100)
    return importance, performance


def test_three_centres_of_the_published_data() -> None:
    """Sums 44.12 and 39.43 over 14: data centre 3.1514, 2.8164; the 7th and 8th values give the medians."""
    result = importance_performance(IMPORTANCE, PERFORMANCE, scale=(1, 4))
    assert result.scale_centre == (2.5, 2.5)
    assert result.data_centre == pytest.approx((44.12 / 14, 39.43 / 14))
    assert result.median_centre == pytest.approx((3.375, 3.01))
    assert [j for j, q in enumerate(result.quadrant_data) if q == "concentrate_here"] == [0, 1, 8]
    assert [j for j, q in enumerate(result.quadrant_scale) if q == "concentrate_here"] == [8, 10]
    assert result.gap[8] == pytest.approx(-1.29)
    assert (result.diagonal_concentrate[11], result.diagonal_concentrate[12]) == (False, True)


def test_a_tie_is_high_or_low_as_asked_and_rounding_does_not_break_it() -> None:
    means = [4.1, 4.1, 4.1]
    high = importance_performance(means, means, scale=(1, 5))
    low = importance_performance(means, means, scale=(1, 5), tie="low")
    assert set(high.quadrant_data) == {"keep_up"}
    assert set(low.quadrant_data) == {"low_priority"}
    assert not any(high.diagonal_concentrate + high.data_centred_diagonal)


@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_units_of_the_scale_do_not_matter(factor: float, shift: Any) -> None:
    one = importance_performance(IMPORTANCE, PERFORMANCE, scale=(1, 4))
    x, y = (factor * np.array(part) + shift for part in (IMPORTANCE, PERFORMANCE))
    other = importance_performance(x, y, scale=(factor + shift, 4 * factor + shift))
    assert (one.quadrant_scale, one.quadrant_data) == (other.quadrant_scale, other.quadrant_data)
    assert one.data_centred_diagonal == other.data_centred_diagonal


def test_the_band_leaves_near_centre_attributes_uncertain() -> None:
    """Centre (4, 3): only the first is more than 1.96 * 0.1 away on both axes."""
    options: dict[str, Any] = {"centre": (4.0, 3.0), "z": 1.96}
    band = significance_band([4.3, 4.19, 4.3], [2.7, 2.7, 2.9], [0.1] * 3, [0.1] * 3, **options)
    assert band.status == ("concentrate_here", "uncertain", "uncertain")
    tighter = significance_band([4.3, 4.19, 4.3], [2.7, 2.7, 2.9], [0.05] * 3, [0.05] * 3, **options)
    assert tighter.status == ("concentrate_here",) * 3
    midpoint = significance_band([4.3], [2.7], [0.1], [0.1], centre="scale", scale=(1, 5))
    assert midpoint.status == ("concentrate_here",)


def test_joint_centre_of_two_attributes_by_hand() -> None:
    """mean_1 - centre = (mean_1 - mean_2) / 2: half the standard error of the paired difference."""
    importance, performance = frames(k=2)
    band = band_of(importance, performance)
    half = (importance["a0"] - importance["a1"]) / 2
    assert band.importance_distance_std_error == pytest.approx(np.repeat(half.std() / np.sqrt(200), 2))
    fixed = band_of(importance, performance, centre_uncertainty="fixed")
    assert fixed.importance_distance_std_error == pytest.approx(importance.std().to_numpy() / np.sqrt(200))


def test_joint_standard_errors_are_those_of_the_respondents_deviations() -> None:
    importance, performance = frames(2)
    band = band_of(importance, performance)
    deviations = performance.sub(performance.mean(axis=1), axis=0)
    assert band.performance_distance_std_error == pytest.approx(deviations.std().to_numpy() / np.sqrt(200))
    assert band.performance_distance == pytest.approx(deviations.mean().to_numpy())


def test_the_joint_band_covers_as_stated() -> None:
    """One attribute exactly at the centre: placed off it on the importance axis in about 5 % of studies."""
    rng = np.random.default_rng(9)
    placed = {"joint": 0, "fixed": 0}
    truth = np.array([60, 70, 80.0])
    for _ in range(400):
        taste = rng.normal(0, 12, (80, 1))
        importance = pd.DataFrame(rng.normal(truth, 6, (80, 3)) + taste)
        performance = pd.DataFrame(rng.normal(truth, 6, (80, 3)))
        for kind in placed:
            band = band_of(importance, performance, scale=(-200, 300), centre_uncertainty=kind)
            quantile = stats.t.isf(0.025, 79)
            placed[kind] += abs(band.importance_distance[1]) > quantile * band.importance_distance_std_error[1]
    assert stats.binom.ppf(1e-4, 400, 0.05) <= placed["joint"] <= stats.binom.isf(1e-4, 400, 0.05)
    assert placed["fixed"] < stats.binom.ppf(1e-2, 400, 0.05)


def test_gap_tests_are_paired_with_holm() -> None:
    importance, performance = frames(3)
    importance.iloc[:9, 0] = np.nan
    result = importance_performance_by_respondent(importance, performance, confidence=0.9)
    witness = stats.ttest_rel(performance["a1"], importance["a1"])
    assert result.gap_p_value[1] == pytest.approx(witness.pvalue)
    assert result.gap_upper[1] == pytest.approx(witness.confidence_interval(0.9).high)
    assert np.all(result.gap_p_adjusted >= result.gap_p_value)
    assert result.n.tolist() == [191, 200, 200, 200, 200]
    assert result.band is not None
    assert result.to_frame()["status"].tolist() == list(result.band.status)


def test_a_weighted_design_changes_means_and_band() -> None:
    importance, performance = frames(4)
    design = SurveyDesign.build(case_weights=np.linspace(1, 4, 200), clusters=np.arange(200) // 5)
    result = importance_performance_by_respondent(importance, performance, design)
    assert result.importance[0] == pytest.approx(np.average(importance["a0"], weights=np.linspace(1, 4, 200)))
    simple = importance_performance_by_respondent(importance, performance)
    assert result.band is not None
    assert simple.band is not None
    assert not np.allclose(result.band.importance_distance_std_error, simple.band.importance_distance_std_error)


def test_unanswered_attributes_and_compressed_importance() -> None:
    importance, performance = frames(5)
    performance["a2"] = np.nan
    result = importance_performance_by_respondent(importance, performance)
    assert result.band is not None
    assert result.quadrant_data[2] == result.band.status[2] == "undefined"
    narrow = importance_performance([3.9, 4.0, 4.1], [3, 4, 5], scale=(1, 5))
    assert [finding.code for finding in narrow.findings] == ["analysis.importance_compressed"]
    assert "compressed" in narrow.findings[0].message("en")
    assert not importance_performance(IMPORTANCE, PERFORMANCE, scale=(1, 4)).findings


def test_refusals() -> None:
    importance, performance = frames()
    with pytest.raises(SatixError, match="outside the declared scale"):
        importance_performance([5.5], [3], scale=(1, 5))
    with pytest.raises(SatixError, match="median centre"):
        importance_performance_by_respondent(importance, performance, centre="median")
    with pytest.raises(SatixError, match="midpoint"):
        significance_band([1], [1], [1], [1], centre="scale")
    with pytest.raises(SatixError, match="same rows"):
        importance_performance_by_respondent(importance, performance[["a0"]])
    with pytest.raises(SatixError, match="same rows"):
        importance_performance([1, 2], [1, 2], scale=(1, 5), attributes=["one"])
    median = importance_performance_by_respondent(importance, performance, centre="median", centre_uncertainty="fixed")
    assert median.band is not None
    assert median.band.centre == pytest.approx(median.median_centre)


def test_summaries() -> None:
    result = importance_performance(IMPORTANCE, PERFORMANCE, scale=(1, 4))
    assert "concentrate here" in result.summary()
    importance, performance = frames()
    band = band_of(importance, performance)
    assert "uncertain" in band.summary()
    assert band.to_frame().shape == (5, 5)
