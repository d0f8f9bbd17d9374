"""Invariance of ordered items: nesting, equivalent identifications, planted differences, what cannot be tested."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from analysis.factors.cfa.ordinal_confirmatory import ordinal_factor_analysis
from analysis.factors.cfa.ordinal_difference import ordinal_difference_test
from analysis.invariance_result import InvarianceCutoffs
from analysis.ordinal_invariance import LEVELS, ordinal_measurement_invariance
from survey.errors import InsufficientDataError

ITEMS = [f"x{place + 1}" for place in range(6)]
MODEL = {"f": ITEMS[:3], "g": ITEMS[3:]}
FOUR = np.array([-1.0, 0.1, 1.1])


def two_groups(
    n: int = 800,
    *,
    cuts: np.ndarray = FOUR,
    seed: int = 4,
    shift: float = 0.0,
    loading: float = 0.7,
    residual: float = 1.0,
) -> tuple[pd.DataFrame, np.ndarray]:
    """The second group has higher, more spread factors; ``shift`` and ``loading`` change its x2, ``residual`` all."""
    rng = np.random.default_rng(seed)
    blocks = []
    for second in (False, True):
        factors = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], size=n) * (1.2 if second else 1.0)
        factors += 0.3 if second else 0.0
        loadings = np.full(6, 0.7)
        noise = np.sqrt(0.51) * rng.normal(size=(n, 6)) * (residual if second else 1.0)
        latent = loadings * np.repeat(factors, 3, axis=1) + noise
        if second:
            latent[:, 1] += shift + (loading - 0.7) * factors[:, 0]
        blocks.append(np.searchsorted(cuts, latent) + 1.0)
    return pd.DataFrame(np.vstack(blocks), columns=ITEMS), np.repeat(["a", "b"], n)


def test_every_level_restricts_the_one_before() -> None:
    """Degrees of freedom by hand: configural 2 x 8; 6 items x (3 - 2) thresholds; 6 - 2 loadings; 6 - 2 intercepts; 6
    residuals. Chi-squares rise."""
    frame, groups = two_groups()
    result = ordinal_measurement_invariance(frame, MODEL, groups, up_to="residuals", search_partial=False)
    assert [one.df for one in result.models] == [16, 22, 26, 30, 36]
    assert np.all(np.diff([one.chisq for one in result.models]) > -1e-6)
    assert [one.delta_df for one in result.comparisons] == [6, 4, 4, 6]
    assert result.accepted[:4] == ("configural", "thresholds", "loadings", "intercepts")
    assert result.mean_comparison_allowed
    assert result.untested == ()
    mean = result.level("intercepts").estimate("f~1", "b")
    assert mean.estimate == pytest.approx(0.3, abs=3 * mean.std_error)
    assert result.level("intercepts").estimate("f~~f", "b").estimate == pytest.approx(1.44, abs=0.3)


@pytest.mark.parametrize("level", ["configural", "thresholds", "loadings", "intercepts"])
def test_identification_by_marker_or_variance_delta_or_theta_is_one_model(level: str) -> None:
    """Chi-square and its scaled form agree over the four ways."""
    frame, groups = two_groups(400)
    found = [
        ordinal_factor_analysis(
            frame,
            MODEL,
            groups=groups,
            equal=LEVELS[level],  # type: ignore[index]
            identification="wu_estabrook",
            parameterization=parameterization,
            std_lv=std_lv,
        ).fit
        for parameterization in ("delta", "theta")
        for std_lv in (True, False)
    ]
    for fit in found[1:]:
        assert fit["chisq"] == pytest.approx(found[0]["chisq"], rel=1e-6)
        assert fit["chisq.scaled"] == pytest.approx(found[0]["chisq.scaled"], rel=1e-5)


def test_equal_intercepts_are_the_model_of_equal_thresholds_and_loadings_elsewhere() -> None:
    """Wu and Estabrook's last step is what freeing scales and latent means gives at once."""
    frame, groups = two_groups(400)
    parts = LEVELS["intercepts"]
    wu = ordinal_factor_analysis(frame, MODEL, groups=groups, equal=parts, identification="wu_estabrook")
    other = ordinal_factor_analysis(frame, MODEL, groups=groups, equal=["thresholds", "loadings"])
    assert wu.fit["df"] == other.fit["df"]
    assert wu.fit["chisq"] == pytest.approx(other.fit["chisq"], rel=1e-7)
    assert wu.estimate("f~1", "b").estimate == pytest.approx(other.estimate("f~1", "b").estimate, abs=1e-5)


def test_a_shifted_item_is_found_and_let_out() -> None:
    """x2 easier in the second group: intercepts hold in part, without x2."""
    frame, groups = two_groups(1500, shift=0.6)
    result = ordinal_measurement_invariance(frame, MODEL, groups, cutoffs=InvarianceCutoffs(alpha=0.001))
    assert result.accepted == ("configural", "thresholds", "loadings")
    assert result.partial_levels == {"intercepts": ("x2",)}
    assert result.mean_comparison == "with_partial_invariance"
    assert not result.mean_comparison_allowed
    partial = result.partial[-1].result
    assert partial.estimate("x2~1", "b").estimate == pytest.approx(0.6, abs=0.2)
    assert "analysis.invariance_partial_scalar" in [problem.code for problem in result.findings]


def test_a_differing_loading_takes_its_intercept_along() -> None:
    """The item's loading and intercept are then free in the second group."""
    frame, groups = two_groups(2500, loading=0.2)
    cutoffs = InvarianceCutoffs(cfi=np.inf, rmsea=None, alpha=0.001)
    result = ordinal_measurement_invariance(frame, MODEL, groups, cutoffs=cutoffs)
    assert "loadings" not in result.accepted
    assert result.partial_levels["loadings"] == ("x2",)
    last = result.partial[-1].result
    assert last.estimate("f=~x2", "b").estimate < last.estimate("f=~x2", "a").estimate - 0.2
    assert last.estimate("x2~1", "b").free


def test_the_difference_test_holds_its_level() -> None:
    """Forty samples in which everything is invariant: p values average about a half at every level."""
    found: list[list[float]] = []
    for seed in range(40):
        frame, groups = two_groups(300, seed=seed)
        fits = [
            ordinal_factor_analysis(
                frame, MODEL, groups=groups, equal=parts, identification="wu_estabrook", std_lv=True
            )
            for level, parts in LEVELS.items()
            if level != "residuals"
        ]
        found.append([ordinal_difference_test(after, before).p_value for before, after in pairwise(fits)])
    assert np.mean(found, axis=0) == pytest.approx([0.5, 0.5, 0.5], abs=3 * 0.289 / np.sqrt(40))


def test_three_categories_cannot_test_thresholds_and_the_result_says_so() -> None:
    """Two thresholds set the intercept and the scale of the second group, no more."""
    frame, groups = two_groups(cuts=np.array([-0.6, 0.7]))
    result = ordinal_measurement_invariance(frame, MODEL, groups)
    assert result.untested == ("thresholds",)
    assert result.models[1].chisq == pytest.approx(result.models[0].chisq, rel=1e-6)
    assert "analysis.invariance_untested" in [problem.code for problem in result.findings]
    assert result.comparisons[0].accepted
    assert np.isnan(result.comparisons[0].p_value)


def test_two_categories_test_nothing_before_intercepts() -> None:
    """One threshold and one loading per item: thresholds, loadings and intercepts only together."""
    frame, groups = two_groups(1500)
    halves = (frame > [1, 2, 3, 3, 1, 2]).astype(float)
    result = ordinal_measurement_invariance(halves, MODEL, groups)
    assert result.untested == ("thresholds", "loadings")
    assert [one.df for one in result.models] == [16, 16, 16, 18]
    assert all(one.result.converged for one in result.levels)


def test_cutoffs_are_marked_as_not_calibrated() -> None:
    """In the result, and as a remark."""
    frame, groups = two_groups(300)
    result = ordinal_measurement_invariance(frame, MODEL, groups, up_to="thresholds", search_partial=False)
    assert not result.cutoffs.calibrated
    assert result.difference_test == "Satorra (2000)"
    assert "analysis.invariance_uncalibrated" in [problem.code for problem in result.findings]


def test_groups_that_share_respondents_are_refused() -> None:
    """Two waves of the same people; and a single group."""
    frame, groups = two_groups(200)
    with pytest.raises(InsufficientDataError, match="longitudinal"):
        ordinal_measurement_invariance(frame, MODEL, groups, respondents=[*range(200), *range(200)])
    with pytest.raises(InsufficientDataError, match="two groups"):
        ordinal_measurement_invariance(frame, MODEL, ["a"] * 400)


def test_models_of_other_answers_are_not_compared() -> None:
    """The same model of another sample."""
    frame, groups = two_groups(200)
    one = ordinal_factor_analysis(frame, MODEL, groups=groups)
    two = ordinal_factor_analysis(frame.iloc[5:], MODEL, groups=groups[5:])
    with pytest.raises(InsufficientDataError, match="different answers"):
        ordinal_difference_test(one, two)
