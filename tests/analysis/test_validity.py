"""Validity: convergent, discriminant, criterion, common method."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis.reliability import cronbach_alpha
from analysis.validity import (
    convergent_validity,
    criterion_validity,
    cross_loadings,
    fornell_larcker,
    harman_single_factor,
    heterotrait_monotrait_intervals,
    marker_adjusted_correlations,
)
from analysis.validity.convergent import observed_reliability
from survey.errors import InsufficientDataError, SatixError

CONSTRUCTS = {"care": ["a1", "a2", "a3"], "price": ["b1", "b2", "b3"]}


def answers(correlation: float = 0.3, n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    care, price = rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], n).T
    columns = {f"a{j}": care + 0.7 * rng.normal(size=n) for j in (1, 2, 3)}
    return pd.DataFrame(columns | {f"b{j}": price + 0.7 * rng.normal(size=n) for j in (1, 2, 3)})


def test_composite_reliability_and_ave_by_hand() -> None:
    """Loadings .8, .7, .6: 2.1^2 = 4.41 against 3 - 1.49 = 1.51: rho_C 4.41/5.92; AVE 1.49/3."""
    found = convergent_validity({"care": {"a": 0.8, "b": 0.7, "c": 0.6}, "one": {"d": 0.9}})
    care, one = found.constructs
    assert care.composite_reliability == pytest.approx(4.41 / 5.92)
    assert care.average_variance_extracted == pytest.approx(1.49 / 3)
    assert (care.reliable, care.converges, care.weakest_item) == (True, False, "c")
    assert math.isnan(one.composite_reliability)
    assert list(found.to_frame().index) == ["care", "one"]


def test_opposed_loadings_are_a_finding_and_heywood_is_refused() -> None:
    found = convergent_validity({"care": {"a": 0.8, "b": -0.7}})
    assert [finding.code for finding in found.findings] == ["analysis.loadings_opposed"]
    assert all(finding.message(language) for finding in found.findings for language in ("en", "zh"))
    with pytest.raises(SatixError, match="Heywood"):
        convergent_validity({"care": {"a": 1.1, "b": 0.7}})
    with pytest.raises(InsufficientDataError):
        convergent_validity({"care": {}})


def test_reliability_over_the_observed_variance_is_alpha_for_equal_loadings() -> None:
    """Tau-equivalent items with loading 1, factor variance 2, error 1: sum C = 3 * 3 + 6 * 2 = 21; 9 * 2 / 21."""
    C = np.full((3, 3), 2.0) + np.eye(3)
    assert observed_reliability([1, 1, 1], C, factor_variance=2.0) == pytest.approx(18 / 21)
    assert pytest.approx(18 / 21) == 3 / 2 * (1 - 9 / 21)


def test_fornell_larcker_by_hand() -> None:
    found = fornell_larcker({"a": 0.49, "b": 0.25, "c": 0.64}, [[1, -0.6, 0.1], [-0.6, 1, 0.2], [0.1, 0.2, 1]])
    assert np.diagonal(found.matrix) == pytest.approx([0.7, 0.5, 0.8])
    assert found.distinct.tolist() == [True, False, True]
    assert "b" in found.summary()
    with pytest.raises(SatixError):
        fornell_larcker({"a": 0.5}, np.eye(2))


def test_cross_loadings_leave_the_item_out_and_find_the_misplaced_one() -> None:
    items = answers()
    items["b3"] = items["a1"] + np.linspace(-0.1, 0.1, 300)
    found = cross_loadings(items, CONSTRUCTS)
    assert ("b3", "care") in found.misplaced
    assert found.loadings[0, 0] == pytest.approx(np.corrcoef(items["a1"], items[["a2", "a3"]].mean(axis=1))[0, 1])
    r_drop = cronbach_alpha(items[["a1", "a2", "a3"]]).items[0].r_drop
    assert found.loadings[0, 0] == pytest.approx(r_drop)


@pytest.mark.parametrize("kind", ["htmt", "htmt2"])
def test_htmt_tells_distinct_from_equal_constructs(kind: str) -> None:
    distinct = heterotrait_monotrait_intervals(answers(0.3), CONSTRUCTS, kind=kind, replicates=60)  # type: ignore[arg-type]
    same = heterotrait_monotrait_intervals(answers(0.999), CONSTRUCTS, kind=kind, replicates=60)  # type: ignore[arg-type]
    assert distinct.distinct.all()
    assert not same.distinct.any()
    assert distinct.lower[0] < distinct.estimates[0] < distinct.upper[0]
    assert distinct.estimates[0] == pytest.approx(0.3, abs=0.12)


def test_htmt_bootstrap_is_seeded_and_refuses_constants() -> None:
    items = answers(n=60)
    one, same = (heterotrait_monotrait_intervals(items, CONSTRUCTS, replicates=20, seed=1) for _ in range(2))
    assert one.upper.tolist() == same.upper.tolist()
    with pytest.raises(InsufficientDataError):
        heterotrait_monotrait_intervals(items.assign(a1=1.0), CONSTRUCTS)
    with pytest.raises(InsufficientDataError):
        heterotrait_monotrait_intervals(items, {"care": ["a1", "none"]})
    with pytest.raises(InsufficientDataError):
        heterotrait_monotrait_intervals(items * np.nan, CONSTRUCTS)


def test_harman_of_equal_correlations() -> None:
    """All correlations .5 among 4 items: first eigenvalue 1 + 3 * .5 = 2.5, share .625."""
    found = harman_single_factor(np.full((4, 4), 0.5) + 0.5 * np.eye(4))
    assert found.share == pytest.approx(0.625)
    assert found.dominated
    with pytest.raises(InsufficientDataError):
        harman_single_factor(np.full((2, 2), np.nan))


def test_marker_correction_of_lindell_and_whitney() -> None:
    """r_M = .1: (.5 - .1) / .9 = .4444; the second smallest, .2: .375; the mean, .15: .35 / .85."""
    R = [[1, 0.5, 0.1], [0.5, 1, 0.2], [0.1, 0.2, 1]]
    for rule, expected in (("smallest", 0.4 / 0.9), ("second_smallest", 0.375), ("mean", 0.35 / 0.85)):
        found = marker_adjusted_correlations(R, ["x", "y", "m"], marker="m", n=103, rule=rule)  # type: ignore[arg-type]
        assert found.adjusted[0, 1] == pytest.approx(expected)
    # t = .4444 sqrt(100 / (1 - .1975)) = 4.961 with 100 degrees of freedom: p = 2.9e-6
    p = marker_adjusted_correlations(R, ["x", "y", "m"], marker="m", n=103).p_values[0, 1]
    assert p == pytest.approx(2.9e-6, abs=1e-7)
    with pytest.raises(SatixError):
        marker_adjusted_correlations(R, ["x", "y", "m"], marker="z", n=103)
    with pytest.raises(InsufficientDataError):
        marker_adjusted_correlations(np.eye(2), ["x", "m"], marker="m", n=103)


def test_criterion_validity_by_hand() -> None:
    """r = .8 of 1..5 with 1, 3, 2, 5, 4; corrected by reliabilities .8 and .9: .8 / sqrt(.72)."""
    criteria = pd.DataFrame({"repurchase": [1, 3, 2, 5, 4.0], "calls": [5, 4, 3, 2, np.nan]})
    found = criterion_validity(
        [1, 2, 3, 4, 5],
        criteria,
        score_reliability=0.8,
        criterion_reliabilities={"repurchase": 0.9},
        reliability_kind="omega_total",
    )
    repurchase, calls = found.criteria
    assert repurchase.estimate == pytest.approx(0.8)
    assert repurchase.corrected == pytest.approx(0.8 / math.sqrt(0.72))
    assert repurchase.lower == pytest.approx(math.tanh(math.atanh(0.8) - 1.959964 / math.sqrt(2)), rel=1e-6)
    # t = .8 sqrt(3 / .36) = 2.309 with 3 degrees of freedom: p = .104
    assert repurchase.p_value == pytest.approx(0.104, abs=1e-3)
    assert (calls.estimate, calls.n, calls.dropped) == (pytest.approx(-1.0), 4, 1)
    assert found.reliability_kind == "omega_total"
    assert [finding.code for finding in found.findings] == ["analysis.corrected_beyond_one"]


def test_criterion_without_reliability_and_refusals() -> None:
    frame = pd.DataFrame({"y": [1, 3, 2, 5, 4.0]})
    assert math.isnan(criterion_validity([1, 2, 3, 4, 5], frame).criteria[0].corrected)
    with pytest.raises(SatixError):
        criterion_validity([1, 2, 3, 4, 5], frame, score_reliability=0.0)
    with pytest.raises(InsufficientDataError):
        criterion_validity([1, 1, 1, 1, 1], frame)
    with pytest.raises(InsufficientDataError):
        criterion_validity([1, 2, np.nan, np.nan, 5], frame)
