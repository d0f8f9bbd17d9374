"""Adjusted p values against R's p.adjust, and the properties that define them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.multiplicity import MultiplicityMethod, adjust_p_values
from survey.errors import SatixError

# R 4.2.2: pairwise.t.test on datasets::PlantGrowth, then p.adjust.
RAW = [0.194387880054301, 0.0876816750626833, 0.00445923593820546]
ADJUSTED = {
    "holm": [0.194387880054301, 0.175363350125367, 0.0133777078146164],
    "benjamini_hochberg": [0.194387880054301, 0.131522512594025, 0.0133777078146164],
    "bonferroni": [0.583163640162903, 0.26304502518805, 0.0133777078146164],
    "hochberg": [0.194387880054301, 0.175363350125367, 0.0133777078146164],
    "benjamini_yekutieli": [0.356377780099552, 0.241124606422379, 0.02452579766013],
}
METHODS = list(ADJUSTED)
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@pytest.mark.parametrize("method", METHODS)
def test_adjusted_p_values_agree_with_r(method: MultiplicityMethod) -> None:
    assert adjust_p_values(RAW, method=method) == pytest.approx(ADJUSTED[method], rel=1e-12)


def test_hochberg_may_reject_where_holm_does_not() -> None:
    """Two p values of 0.04: Holm's first step needs 0.025; Hochberg accepts both at 0.05. By hand: 0.08 and 0.04."""
    assert adjust_p_values([0.04, 0.04], method="holm") == pytest.approx([0.08, 0.08])
    assert adjust_p_values([0.04, 0.04], method="hochberg") == pytest.approx([0.04, 0.04])


@pytest.mark.parametrize("method", METHODS)
@given(P_VALUES)
def test_adjustment_never_lowers_a_p_value_and_keeps_the_order(method: MultiplicityMethod, p: Any) -> None:
    adjusted = adjust_p_values(p, method=method)
    assert np.all(adjusted >= np.array(p) * (1 - 1e-12))
    assert np.all(adjusted <= 1)
    assert np.all(np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0)


@given(P_VALUES, st.randoms(use_true_random=False))
def test_order_of_the_tests_does_not_matter(p: Any, random: Any) -> None:
    order = list(range(len(p)))
    random.shuffle(order)
    assert adjust_p_values(np.array(p)[order]) == pytest.approx(adjust_p_values(p)[order], abs=1e-15)


@pytest.mark.parametrize("method", METHODS)
def test_a_test_that_could_not_be_made_does_not_count(method: MultiplicityMethod) -> None:
    with_gap = adjust_p_values([0.01, np.nan, 0.03], method=method)
    assert np.isnan(with_gap[1])
    assert with_gap[[0, 2]] == pytest.approx(adjust_p_values([0.01, 0.03], method=method))


@pytest.mark.parametrize("method", METHODS)
def test_many_families_at_once_equal_one_by_one(method: MultiplicityMethod) -> None:
    families = np.random.default_rng(1).random((5, 4))
    one_by_one = [adjust_p_values(family, method=method) for family in families]
    assert adjust_p_values(families, method=method) == pytest.approx(np.array(one_by_one))


def test_edges_and_refusals() -> None:
    assert adjust_p_values([]).shape == (0,)
    assert np.isnan(adjust_p_values([np.nan, np.nan])).all()
    assert adjust_p_values([0.2]) == pytest.approx([0.2])
    with pytest.raises(SatixError, match="between 0 and 1"):
        adjust_p_values([0.2, 1.2])
