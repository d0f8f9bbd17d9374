"""Paired comparison against R (t.test, wilcox.test, effectsize) and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.paired import paired_comparison
from survey.errors import InsufficientDataError, SatixError

# Student's sleep data (Cushny & Peebles 1905): extra hours of sleep under two drugs, ten patients.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_sleep_data_agree_with_r() -> None:
    """R 4.2.2 and effectsize 0.8.3; the interval bounds there come from an optimiser stopped near 1e-7."""
    result = paired_comparison(FIRST, SECOND)
    assert (result.t, result.df, result.p_value) == pytest.approx((4.06212768338204, 9, 0.00283289019738427))
    assert (result.lower, result.upper) == pytest.approx((0.700114236723018, 2.45988576327698))
    assert (result.wilcoxon_v, result.n_zero) == (45, 1)
    assert result.wilcoxon_p == pytest.approx(0.00763244164820552)
    assert result.wilcoxon_p_continuity == pytest.approx(0.00909069801592506)
    size = result.cohens_d_z
    assert (size.estimate, size.lower, size.upper) == pytest.approx(
        (1.28455756259105, 0.414627667667354, 2.1180165087725), abs=1e-6
    )
    assert result.hedges_g_z.estimate == pytest.approx(1.1739249035142)
    assert result.cohens_d_independent.estimate == pytest.approx(0.83218108134954)
    assert result.rank_biserial.estimate == 1


def test_scipy_agrees_on_the_tests() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.integers(1, 8, 60).astype(float), rng.integers(1, 8, 60).astype(float)
    result = paired_comparison(x, y)
    t = stats.ttest_rel(y, x)
    assert (result.t, result.p_value) == pytest.approx((t.statistic, t.pvalue))
    wilcoxon = stats.wilcoxon(y - x, method="asymptotic", correction=False)
    assert result.wilcoxon_p == pytest.approx(wilcoxon.pvalue)
    corrected = stats.wilcoxon(y - x, method="asymptotic", correction=True)
    assert result.wilcoxon_p_continuity == pytest.approx(corrected.pvalue)


def test_bounds_of_d_invert_the_noncentral_t() -> None:
    result = paired_comparison(FIRST, SECOND, confidence=0.9)
    for bound, tail in ((result.cohens_d_z.lower, 0.05), (result.cohens_d_z.upper, 0.95)):
        assert stats.nct.sf(result.t, result.df, bound * np.sqrt(10)) == pytest.approx(tail, abs=1e-6)


def test_turning_the_comparison_round_changes_only_signs() -> None:
    one, other = paired_comparison(FIRST, SECOND), paired_comparison(SECOND, FIRST)
    assert (other.estimate, other.lower, other.t) == pytest.approx((-one.estimate, -one.upper, -one.t))
    assert other.cohens_d_z.lower == pytest.approx(-one.cohens_d_z.upper)
    assert other.p_value == pytest.approx(one.p_value)
    assert other.rank_biserial.estimate == -1


def test_respondents_with_one_answer_are_dropped_and_counted() -> None:
    result = paired_comparison([*FIRST, np.nan, 1.0], [*SECOND, 2.0, np.nan])
    assert (result.n, result.n_dropped) == (10, 2)
    assert result.t == pytest.approx(4.06212768338204)


def test_no_spread_is_undefined_not_an_error() -> None:
    same = paired_comparison([1, 2, 3], [1, 2, 3])
    assert np.isnan([same.t, same.wilcoxon_p, same.cohens_d_z.estimate, same.rank_biserial.estimate]).all()
    shifted = paired_comparison([1, 2, 3], [2, 3, 4])
    assert shifted.t == np.inf
    assert np.isnan(shifted.cohens_d_z.lower)


def test_refusals() -> None:
    with pytest.raises(InsufficientDataError, match="1 respondent"):
        paired_comparison([1, np.nan], [2, 3])
    with pytest.raises(SatixError, match="same rows"):
        paired_comparison([1, 2], [1, 2, 3])


def test_table_and_summary() -> None:
    result = paired_comparison(FIRST, SECOND)
    frame = result.to_frame()
    assert frame.loc["estimate", "lower"] == result.lower
    assert frame.loc["cohens_d_z", "upper"] == result.cohens_d_z.upper
    assert "d_z = 1.28" in result.summary()
