"""Change between waves against scipy, R survey's formulas and hand calculations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.change import (
    EqualVariances,
    WaveSummary,
    compare_summaries,
    overlap_from_summaries,
    share_change,
    wave_change,
    wave_changes,
    welch_from_summaries,
)
from analysis.design import SurveyDesign, design_mean
from survey.errors import InsufficientDataError, SatixError

FIRST, SECOND = WaveSummary(mean=69.8, sd=19, n=900), WaveSummary(mean=71.4, sd=18.5, n=950)


def waves(seed: int = 1, n1: Any = 60, n2: Any = 75, p: Any = 4) -> Any:
    rng = np.random.default_rng(seed)
    first, second = rng.normal(70, 15, (n1, p)), rng.normal(73, 12, (n2, p))
    first[:5, 0] = np.nan
    return first, second


def test_welch_from_answers_and_from_summaries_agree_with_scipy() -> None:
    first, second = waves()
    for j in range(4):
        result = wave_change(first[:, j], None, second[:, j], None)
        witness = stats.ttest_ind(second[:, j], first[:, j], equal_var=False, nan_policy="omit")
        assert (result.statistic, result.p_value) == pytest.approx((witness.statistic, witness.pvalue))
        assert result.df == pytest.approx(witness.df)
        assert result.method == "welch"
        interval = witness.confidence_interval()
        assert (result.lower, result.upper) == pytest.approx((interval.low, interval.high))
    summaries = [WaveSummary(mean=x.mean(), sd=x.std(ddof=1), n=len(x)) for x in (first[:, 1], second[:, 1])]
    again = welch_from_summaries(*summaries)
    one = wave_change(first[:, 1], None, second[:, 1], None)
    for name in ("estimate", "std_error", "df", "p_value", "cohens_d", "minimum_detectable_change"):
        assert getattr(again, name) == pytest.approx(getattr(one, name)), name


@pytest.mark.parametrize(("variances", "equal"), [("welch", False), ("pooled", True)])
def test_conventions_agree_with_scipy(variances: EqualVariances, equal: Any) -> None:
    result = compare_summaries(FIRST, SECOND, variances=variances)
    witness = stats.ttest_ind_from_stats(71.4, 18.5, 950, 69.8, 19, 900, equal_var=equal)
    assert (result.statistic, result.p_value) == pytest.approx((witness.statistic, witness.pvalue))


def test_normal_convention_uses_z() -> None:
    result = compare_summaries(FIRST, SECOND, variances="normal", confidence=0.9)
    assert result.p_value == pytest.approx(2 * stats.norm.sf(result.statistic))
    assert result.upper - result.estimate == pytest.approx(1.6448536269514722 * result.std_error)


def test_overlap_by_hand() -> None:
    """18^2/500 * 2 = 1.296; minus 2*.6*18*18*300/250000 = .46656: SE = sqrt(.82944) = .910736."""
    waves_ = WaveSummary(mean=73.0, sd=18, n=500), WaveSummary(mean=74.6, sd=18, n=500)
    result = overlap_from_summaries(*waves_, n_overlap=300, correlation=0.6)
    assert result.std_error == pytest.approx(math.sqrt(0.82944))
    assert result.std_error_if_independent == pytest.approx(math.sqrt(1.296))
    by_t = overlap_from_summaries(*waves_, n_overlap=300, correlation=0.6, distribution="t")
    assert by_t.p_value > result.p_value
    none = overlap_from_summaries(*waves_, n_overlap=0, correlation=0.6)
    assert none.std_error == pytest.approx(none.std_error_if_independent)
    with pytest.raises(SatixError, match="impossible"):
        overlap_from_summaries(*waves_, n_overlap=501, correlation=0.6)


def test_full_overlap_is_the_paired_standard_error() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(70, 10, 50)
    y = x + rng.normal(2, 5, 50)
    summaries = [WaveSummary(mean=v.mean(), sd=v.std(ddof=1), n=50) for v in (x, y)]
    result = overlap_from_summaries(*summaries, n_overlap=50, correlation=np.corrcoef(x, y)[0, 1])
    assert result.std_error == pytest.approx((y - x).std(ddof=1) / math.sqrt(50))


def test_shares_by_hand() -> None:
    """312/480 = .65, 365/510 = .715686; pooled p = 677/990; z = .0656863 / sqrt(p q (1/480 + 1/510)) = 2.2214."""
    result = share_change(312, 480, 365, 510)
    assert (result.estimate, result.statistic, result.p_value) == pytest.approx(
        (0.0656862745, 2.22142386, 0.02632227), abs=1e-8
    )
    assert share_change(312, 480, 365, 510, variance="unpooled").statistic == pytest.approx(
        result.estimate / result.std_error
    )
    assert math.isnan(share_change(0, 10, 0, 10).statistic)
    with pytest.raises(SatixError, match="impossible"):
        share_change(11, 10, 1, 10)


def test_under_a_design_the_variances_add_up() -> None:
    rng = np.random.default_rng(8)
    first, second = rng.normal(70, 10, 80), rng.normal(72, 10, 90)
    design_1 = SurveyDesign.build(case_weights=rng.uniform(0.5, 2, 80), clusters=np.arange(80) // 4)
    design_2 = SurveyDesign.build(case_weights=rng.uniform(0.5, 2, 90), strata=np.arange(90) % 3)
    result = wave_change(first, design_1, second, design_2)
    one, two = design_mean(first, design_1), design_mean(second, design_2)
    assert result.method == "design"
    assert result.std_error == pytest.approx(math.hypot(one.std_error, two.std_error))
    v1, v2 = one.std_error**2, two.std_error**2
    assert result.df == pytest.approx((v1 + v2) ** 2 / (v1**2 / 19 + v2**2 / 87))
    assert math.isnan(result.cohens_d)


def test_holm_and_joint_intervals_over_the_family() -> None:
    first, second = waves(p=6)
    result = wave_changes(pd.DataFrame(first), None, pd.DataFrame(second), None)
    order = np.argsort(result.p_value)
    assert result.p_adjusted[order[0]] == pytest.approx(min(1, 6 * result.p_value[order[0]]))
    assert np.all(result.upper_adjusted >= result.upper)
    half = stats.t.isf(0.05 / 12, result.df) * result.std_error
    assert result.upper_adjusted - result.estimate == pytest.approx(half)
    assert result.indicators == ("0", "1", "2", "3", "4", "5")
    assert result.to_frame().loc["3", "estimate"] == pytest.approx(result.estimate[3])
    raw = wave_changes(first, None, second, None, adjustment="benjamini_hochberg")
    assert np.all(raw.p_adjusted <= result.p_adjusted + 1e-15)


@given(st.floats(0.1, 50))
def test_the_size_of_case_weights_does_not_matter(factor: float) -> None:
    first, second = waves()
    weights = np.linspace(1, 2, 60)
    one = wave_changes(first, SurveyDesign.build(case_weights=weights), second, None)
    other = wave_changes(first, SurveyDesign.build(case_weights=factor * weights), second, None)
    assert other.p_value == pytest.approx(one.p_value, rel=1e-9)


def test_rows_without_a_standard_error_have_no_test_and_do_not_count() -> None:
    first, second = waves(p=3)
    first[:, 1] = np.nan
    first[:, 2] = 70
    second[:, 2] = 72
    result = wave_changes(first, None, second, None)
    assert result.n_tests == 1
    assert np.isnan(result.p_value[1:]).all()
    assert result.p_adjusted[0] == pytest.approx(result.p_value[0])
    assert result.estimate[2] == pytest.approx(2)


def test_refusals() -> None:
    first, second = waves()
    with pytest.raises(SatixError, match="differing: 9"):
        wave_changes(pd.DataFrame(first, columns=list("abc9")), None, pd.DataFrame(second, columns=list("abcd")), None)
    with pytest.raises(InsufficientDataError, match="Wave 1"):
        wave_change([1.0], None, [1.0, 2.0], None)
    with pytest.raises(InsufficientDataError, match="Wave 2"):
        welch_from_summaries(FIRST, WaveSummary(mean=1, sd=1, n=1))


def test_summaries_in_words() -> None:
    assert "+1.60" in welch_from_summaries(FIRST, SECOND).summary()
    assert welch_from_summaries(FIRST, SECOND).to_frame().loc[0, "method"] == "welch"
    first, second = waves()
    assert "of 4 changes proven" in wave_changes(first, None, second, None).summary()
