"""Fleiss, Krippendorff, Gwet, Kendall, intraclass correlations and agreement within units: published examples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.agreement import (
    aggregation_agreement,
    fleiss_kappa,
    gwet_ac1,
    intraclass_correlation,
    kendall_w,
    krippendorff_alpha,
    rating_counts,
)
from survey.errors import InsufficientDataError, SatixError

NAN = math.nan
FOURTEEN_RATERS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, example C: four observers, twelve units
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])


def test_fleiss_kappa_of_the_encyclopaedia() -> None:
    """Mean agreement .378, by chance .213, kappa .210."""
    found = fleiss_kappa(FOURTEEN_RATERS)
    assert found.agreement == pytest.approx(0.378, abs=5e-4)
    assert found.expected == pytest.approx(0.213, abs=5e-4)
    assert found.estimate == pytest.approx(0.210, abs=5e-4)


def test_the_standard_error_of_fleiss_kappa_is_near_the_jackknife() -> None:
    rng = np.random.default_rng(1)
    level = rng.integers(0, 3, 80)
    ratings = np.where(rng.random((80, 4)) < 0.6, level[:, None], rng.integers(0, 3, (80, 4)))
    counts, _, _ = rating_counts(ratings)
    found = fleiss_kappa(counts)
    left = np.array([fleiss_kappa(np.delete(counts, one, axis=0)).estimate for one in range(80)])
    jackknife = math.sqrt(79 / 80 * ((left - left.mean()) ** 2).sum())
    assert found.std_error == pytest.approx(jackknife, rel=0.05)


def test_ratings_become_counts_and_incomplete_objects_are_counted() -> None:
    counts, known, dropped = rating_counts([[1, 2, 2], [3, 3, NAN], [1, 1, 1]])
    assert counts.tolist() == [[1, 2], [3, 0]]
    assert (known, dropped) == ([1.0, 2.0], 1)


@pytest.mark.parametrize(
    ("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_krippendorff_as_published(level: Any, expected: float) -> None:
    found = krippendorff_alpha(OBSERVERS, level=level, replicates=50)
    assert found.estimate == pytest.approx(expected, abs=5e-4)
    assert (found.n, found.dropped, found.n_codes) == (11, 1, 40)
    assert found.lower < found.estimate < found.upper


def test_krippendorff_bootstrap_is_seeded_and_optional() -> None:
    one, same, other = (krippendorff_alpha(OBSERVERS, replicates=40, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one.std_error != other.std_error
    assert math.isnan(krippendorff_alpha(OBSERVERS, replicates=0).lower)


def test_krippendorff_undefined_and_refused() -> None:
    assert math.isnan(krippendorff_alpha([[1, 1], [1, 1]]).estimate)
    with pytest.raises(InsufficientDataError):
        krippendorff_alpha([[1, NAN], [NAN, 2]])
    with pytest.raises(SatixError, match="negative"):
        krippendorff_alpha([[-1, 1], [1, 2]], level="ratio")


def test_ac1_by_hand_where_kappa_collapses() -> None:
    """118 yes-yes, 5 yes-no, 2 no-yes: agreement .944; yes .972, chance 2 * .972 * .028 = .054432; AC1 .940775."""
    pairs = [(1, 1)] * 118 + [(1, 2)] * 5 + [(2, 1)] * 2
    found = gwet_ac1(pairs)
    assert found.expected == pytest.approx(0.054432)
    assert found.estimate == pytest.approx((0.944 - 0.054432) / (1 - 0.054432))
    left = np.array([gwet_ac1(np.delete(pairs, one, axis=0)).estimate for one in range(125)])
    assert found.std_error == pytest.approx(math.sqrt(124 / 125 * ((left - left.mean()) ** 2).sum()), rel=0.05)


def test_ac1_counts_declared_categories_and_takes_missing_ratings() -> None:
    assert gwet_ac1([[1, 1], [1, 2]], categories=[1, 2, 3]).estimate > gwet_ac1([[1, 1], [1, 2]]).estimate
    found = gwet_ac1([[1, 1, NAN], [2, NAN, NAN], [NAN, NAN, NAN], [1, 2, 2]])
    assert (found.n, found.dropped) == (3, 1)
    with pytest.raises(SatixError):
        gwet_ac1([[1, 4]], categories=[1, 2])
    with pytest.raises(SatixError):
        gwet_ac1([[1, 1]])


def test_intraclass_correlations_of_shrout_and_fleiss() -> None:
    """Their table 4: .17, .29, .71 for single ratings, .44, .62, .91 for means."""
    found = intraclass_correlation(SHROUT_FLEISS)
    values = {one.form: round(one.estimate, 2) for one in found.forms}
    assert values == {"ICC1": 0.17, "ICC2": 0.29, "ICC3": 0.71, "ICC1k": 0.44, "ICC2k": 0.62, "ICC3k": 0.91}
    assert found["ICC2"].lower == pytest.approx(0.019, abs=5e-4)
    assert found["ICC2"].upper == pytest.approx(0.761, abs=5e-4)


def test_intraclass_edges() -> None:
    perfect = intraclass_correlation([[1, 1], [2, 2], [4, 4]])
    assert perfect["ICC1"].estimate == perfect["ICC3"].estimate == 1.0
    assert intraclass_correlation([[1, 1], [2, 3], [4, NAN]]).dropped == 1
    with pytest.raises(InsufficientDataError):
        intraclass_correlation([[1, 1], [1, 1]])
    with pytest.raises(InsufficientDataError):
        intraclass_correlation([[1], [2]])


def test_concordance_of_siegel_and_castellan() -> None:
    """Three executives rank six applicants: W = .16."""
    ranks = np.array([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]).T
    found = kendall_w(ranks, permutations=200)
    assert found.estimate == pytest.approx(0.16, abs=5e-3)
    assert found.sum_of_squares == pytest.approx(25.5)
    assert found.mean_spearman == pytest.approx(found.mean_spearman_from_w)
    assert found.p_permutation == pytest.approx(found.p_value, abs=0.15)


def test_concordance_edges() -> None:
    assert kendall_w([[1, 1], [2, 2], [3, 3]]).estimate == pytest.approx(1.0)
    with pytest.raises(InsufficientDataError):
        kendall_w([[1, 1], [1, 1]])
    with pytest.raises(InsufficientDataError):
        kendall_w([[1], [2]])


@given(st.permutations(range(6)))
def test_the_order_of_objects_changes_nothing(order: list[int]) -> None:
    moved = SHROUT_FLEISS[order]
    assert kendall_w(moved).estimate == pytest.approx(kendall_w(SHROUT_FLEISS).estimate)
    assert intraclass_correlation(moved)["ICC2"].upper == pytest.approx(0.761, abs=5e-4)


def test_agreement_within_units_by_hand() -> None:
    """Units (1, 3) and (4, 4): means 2 and 4, MSB = 2 (1 + 1) / 1 = 4, MSW = 2 / 2 = 1, k = 2.

    ICC(1) = 3 / 5, ICC(2) = 3 / 4, design effect 1.6; five options: null 2, r_wg 1 - 2/2 = 0 and 1.
    """
    found = aggregation_agreement([1, 3, 4, 4], ["a", "a", "b", "b"], options=5)
    assert (found.icc1, found.icc2, found.design_effect) == pytest.approx((0.6, 0.75, 1.6))
    assert found.r_wg == {"a": 0.0, "b": 1.0}


def test_several_items_step_r_wg_up() -> None:
    """Two items with variances .5 and .5 against 2: 1 - .25 = .75; 2 * .75 / (2 * .75 + .25) = 6/7."""
    values = [[1, 2], [2, 3], [4, 4], [5, 5]]
    found = aggregation_agreement(values, [1, 1, 2, 2], options=5)
    assert found.r_wg["1"] == pytest.approx(6 / 7)
    assert found.n_items == 2


def test_units_of_unlike_size_and_refusals() -> None:
    values, units = [1, 2, 3, 4, 5, 6], ["a", "a", "a", "b", "b", None]
    found = aggregation_agreement(values, units, group_size="bliese")
    assert found.group_size == pytest.approx(5 - 13 / 5)
    assert found.dropped == 1
    assert aggregation_agreement(values, units).group_size == 2.5
    with pytest.raises(InsufficientDataError):
        aggregation_agreement([1, 2], ["a", "b"])
