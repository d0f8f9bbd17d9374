"""Allocation over strata: recomputed data, Cochran's formulas by hand, limits, and optimality."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.planning.allocation import allocate_sample, respondents_for_budget, stratified_mean_variance
from survey.errors import SatixError

N = [13, 18, 26, 42, 73, 24]
S = [325, 190, 186, 82, 86, 190]


def test_the_six_strata_of_the_reference():
    """Largest remainders: raw 3.71/5.14/7.43/12/20.86/6.86 sum to 53 floors, and the three largest remainders go up."""
    proportional = allocate_sample(N, 56, sd=S)
    neyman = allocate_sample(N, 56, sd=S, method="neyman")
    assert proportional.n_h.tolist() == [4, 5, 7, 12, 21, 7]
    assert neyman.n_h.tolist() == [9, 7, 10, 7, 13, 10]
    assert neyman.unlimited == pytest.approx(
        [8.84056346, 7.15614841, 10.11904495, 7.206367, 13.13634495, 9.54153122], abs=1e-7
    )
    assert proportional.variance == pytest.approx(295.90664635, abs=1e-7)
    assert neyman.variance == pytest.approx(213.12652906, abs=1e-7)


def test_cost_optimal_allocation_by_hand():
    """N S / sqrt(c): 400*10/2 = 2000, 300*20/3 = 2000, 300*40/4 = 3000; of 70: 20, 20, 30; cost 80 + 180 + 480."""
    found = allocate_sample([400, 300, 300], 70, method="cost_optimal", sd=[10, 20, 40], cost_per_respondent=[4, 9, 16])
    assert found.n_h.tolist() == [20, 20, 30]
    assert found.cost == 740


def test_a_budget_buys_what_cochran_says():
    """n = C sum(NS/sqrt c) / sum(NS sqrt c) = 740 * 7000 / (8000 + 18000 + 48000) = 70 (Cochran 5.24)."""
    assert respondents_for_budget([400, 300, 300], [10, 20, 40], [4, 9, 16], 740) == 70
    assert respondents_for_budget([400, 300, 300], [10, 20, 40], [4, 9, 16], 1e9) == 1000


def test_variance_with_and_without_the_correction():
    """Two strata of 50: W = .5; with: .25*100/10*(1-.2) + .25*400/10*.8 = 10; without 12.5."""
    assert stratified_mean_variance([50, 50], [10, 20], [10, 10]) == pytest.approx(10.0)
    assert stratified_mean_variance([50, 50], [10, 20], [10, 10], finite_population=False) == pytest.approx(12.5)
    assert np.isnan(stratified_mean_variance([50, 50], [10, 20], [10, 0]))
    assert stratified_mean_variance([50, 50], [0, 20], [0, 50]) == 0.0


def test_a_stratum_is_never_asked_for_more_than_it_holds():
    """Neyman wants 80 of the 20 in the first stratum; it gets 20, the others share the rest (Cochran 5.8)."""
    found = allocate_sample([20, 100, 100], 100, method="neyman", sd=[100, 2.5, 2.5])
    assert found.unlimited[0] == pytest.approx(80)
    assert found.exact == pytest.approx([20, 40, 40])


def test_a_minimum_takes_from_the_others_in_proportion():
    """900/90/10 of 100: 90, 9, 1; with a minimum of 20 the first gets 60."""
    assert allocate_sample([900, 90, 10], 100).n_h.tolist() == [90, 9, 1]
    assert allocate_sample([900, 90, 10], 100, minimum=20).n_h.tolist() == [70, 20, 10]


def test_other_roundings_go_stratum_by_stratum_and_may_change_the_total():
    """10 over 33/33/35 of 101: 3.27, 3.27, 3.47."""
    sizes = [33, 33, 35]
    assert allocate_sample(sizes, 10).n_h.tolist() == [3, 3, 4]
    assert allocate_sample(sizes, 10, rounding="nearest").n_h.tolist() == [3, 3, 3]
    assert allocate_sample(sizes, 10, rounding="up").n_h.tolist() == [4, 4, 4]


@settings(deadline=None)
@given(
    strata=st.lists(st.tuples(st.integers(5, 400), st.floats(0.5, 40)), min_size=2, max_size=6),
    portion=st.floats(0.05, 0.95),
    seed=st.integers(0, 99),
)
def test_sizes_add_up_keep_the_limits_and_are_the_best(strata, portion, seed):
    """Neyman's exact sizes leave no smaller variance to any other sizes within the limits (chosen at random)."""
    sizes = np.array([size for size, _ in strata], dtype=float)
    spreads = np.array([sd for _, sd in strata])
    n = max(round(portion * sizes.sum()), 2 * len(sizes))
    if n > sizes.sum():
        return
    found = allocate_sample(sizes, n, method="neyman", sd=spreads, minimum=2)
    assert found.n_h.sum() == n
    assert (found.n_h <= sizes).all()
    assert (found.n_h >= np.minimum(2, sizes)).all()
    assert np.abs(found.n_h - found.exact).max() < 1 + 1e-6
    best = stratified_mean_variance(sizes, spreads, found.exact)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        other = found.exact.copy()
        i, j = rng.choice(len(sizes), 2, replace=False)
        step = rng.uniform(0, min(other[i] - 2, sizes[j] - other[j]))
        other[i], other[j] = other[i] - step, other[j] + step
        assert stratified_mean_variance(sizes, spreads, other) >= best * (1 - 1e-9)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: allocate_sample([10, 10], 30), "plan_allocation_limits"),
        (lambda: allocate_sample([10, 10], 5, minimum=4), "plan_allocation_limits"),
        (lambda: allocate_sample([10, 10], 5, method="neyman"), "plan_allocation_needs"),
        (lambda: allocate_sample([10, 10], 5, method="cost_optimal", sd=[1, 1]), "plan_allocation_needs"),
        (lambda: allocate_sample([10, 0], 5), "plan_not_positive"),
        (lambda: allocate_sample([10, 10], 5, method="neyman", sd=[0, 0]), "plan_not_positive"),
        (lambda: allocate_sample([10, 10], 0), "plan_not_positive"),
        (lambda: allocate_sample([10, 10], 5, sd=[1]), "plan_lengths"),
        (lambda: respondents_for_budget([10], [1], [1], 0), "plan_not_positive"),
    ],
)
def test_impossible_inputs_are_refused(call, code):
    with pytest.raises(SatixError) as error:
        call()
    assert error.value.problems[0].code == f"analysis.{code}"
    assert error.value.message("zh")


def test_a_stratum_that_does_not_vary_is_used_only_when_the_others_are_full():
    assert allocate_sample([10, 10], 8, method="neyman", sd=[1, 0]).n_h.tolist() == [8, 0]
    assert allocate_sample([10, 10], 15, method="neyman", sd=[1, 0]).n_h.tolist() == [10, 5]


def test_a_result_shows_itself_as_a_table():
    found = allocate_sample(N, 56, strata=list("abcdef"))
    assert found.to_frame().loc["e", "n"] == 21
    assert "e 21" in found.summary()
