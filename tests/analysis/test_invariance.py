"""Measurement invariance: published values, the verdict, partial invariance, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.invariance import measurement_invariance
from analysis.invariance_result import (
    InvarianceCutoffs,
    InvarianceModel,
    compare_levels,
    invariance_decision,
    scaled_difference,
)
from survey.errors import InsufficientDataError

HOLZINGER = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ITEMS = ["y1", "y2", "y3", "y4", "y5"]


def two_groups(
    seed: int, n: int, *, mean: float = 0.0, intercept: float = 0.0, loading: float = 0.0
) -> tuple[pd.DataFrame, np.ndarray[tuple[int], np.dtype[np.str_]]]:
    """One factor, mean ``mean`` in the second group, where y2 has another intercept or loading."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(["a", "b"], n)
    second = (groups == "b").astype(float)
    factor = rng.normal(size=2 * n) + mean * second
    loadings = np.array([0.8, 0.8, 0.7, 0.7, 0.6])
    values = factor[:, None] * loadings + rng.normal(size=(2 * n, 5)) * 0.6
    values[:, 1] += second * (intercept + loading * factor)
    return pd.DataFrame(values, columns=ITEMS), groups


@pytest.fixture(scope="module")
def schools(shared: Path) -> pd.DataFrame:
    return pd.read_csv(shared / "reference" / "psychometrics" / "holzinger_swineford_1939.csv")


class TestAgainstPublishedValues:
    def test_levels_of_the_two_schools(self, schools: pd.DataFrame) -> None:
        """lavaan's tutorial: 115.851 (48), 124.044 (54), 164.103 (60); CFI .923, .921, .882; x3 and x7 differ."""
        result = measurement_invariance(schools, HOLZINGER, schools["school"])
        published = {"configural": (115.851, 48, 0.923), "metric": (124.044, 54, 0.921), "scalar": (164.103, 60, 0.882)}
        for level, (chisq, df, cfi) in published.items():
            row = result.to_frame().loc[level]
            assert row["chisq"] == pytest.approx(chisq, abs=5e-4)
            assert row["df"] == df
            assert row["cfi"] == pytest.approx(cfi, abs=5e-4)
        assert result.accepted == ("configural", "metric")
        assert result.partial_levels["scalar"] == ("x3~1", "x7~1")
        assert result.mean_comparison == "with_partial_invariance"
        assert not result.mean_comparison_allowed
        assert [finding.code for finding in result.findings] == ["analysis.invariance_partial_scalar"]
        assert dict(result.n_by_group) == {"Pasteur": 156, "Grant-White": 145}

    def test_scaled_difference_is_worked_out_by_hand(self) -> None:
        """Satorra & Bentler (2001): c = (60 x 1.2 - 54 x 1.1) / 6 = 2.1; (150 - 120) / 2.1."""
        before = InvarianceModel(level="metric", chisq=120, df=54, cfi=0.95, rmsea=0.05, scaling_factor=1.1)
        after = InvarianceModel(level="scalar", chisq=150, df=60, cfi=0.94, rmsea=0.05, scaling_factor=1.2)
        assert scaled_difference(before, after) == pytest.approx(30 / 2.1)

    def test_a_negative_scaling_factor_leaves_the_difference_undefined(self) -> None:
        before = InvarianceModel(level="metric", chisq=120, df=54, cfi=0.95, rmsea=0.05, scaling_factor=1.4)
        after = InvarianceModel(level="scalar", chisq=150, df=60, cfi=0.94, rmsea=0.05, scaling_factor=1.1)
        compared = compare_levels(before, after, InvarianceCutoffs())
        assert np.isnan(compared.delta_chisq)
        assert np.isnan(compared.p_value)


class TestVerdict:
    def test_equal_measurement_with_other_means_is_accepted(self) -> None:
        frame, groups = two_groups(1, 600, mean=0.8)
        result = measurement_invariance(frame, {"f": ITEMS}, groups)
        assert result.accepted == ("configural", "metric", "scalar", "strict")
        assert result.mean_comparison_allowed
        assert result.findings == ()
        difference = result.level("scalar").estimate("f~1", "b")
        assert difference.lower < 0.8 * 0.8 < difference.upper

    def test_another_intercept_is_found_and_named(self) -> None:
        frame, groups = two_groups(2, 600, intercept=0.6)
        result = measurement_invariance(frame, {"f": ITEMS}, groups)
        assert result.accepted == ("configural", "metric")
        assert result.partial_levels["scalar"] == ("y2~1",)

    def test_another_loading_is_found_and_takes_its_intercept_along(self) -> None:
        frame, groups = two_groups(3, 800, loading=0.7)
        result = measurement_invariance(frame, {"f": ITEMS}, groups)
        assert result.accepted == ("configural",)
        assert result.partial_levels["metric"] == ("f=~y2",)
        assert set(result.partial_levels["scalar"]) >= {"f=~y2", "y2~1"}

    def test_robust_levels_use_robust_measures(self) -> None:
        frame, groups = two_groups(4, 400)
        result = measurement_invariance(np.exp(frame / 2), {"f": ITEMS}, groups, estimator="MLR", up_to="scalar")
        row = result.to_frame().loc["metric"]
        assert row["scaling_factor"] > 1.1
        assert row["cfi"] == result.level("metric").fit["cfi.robust"]

    def test_cutoffs_change_the_verdict(self) -> None:
        models = [
            InvarianceModel(level="configural", chisq=100, df=40, cfi=0.95, rmsea=0.05, srmr=0.03),
            InvarianceModel(level="metric", chisq=120, df=46, cfi=0.945, rmsea=0.052, srmr=0.05),
        ]
        assert invariance_decision(models).accepted == ("configural", "metric")
        for cutoffs in (
            InvarianceCutoffs(cfi=0.002),
            InvarianceCutoffs(rmsea=0.001),
            InvarianceCutoffs(srmr_loadings=0.01),
            InvarianceCutoffs(alpha=0.05),
        ):
            assert invariance_decision(models, cutoffs=cutoffs).accepted == ("configural",)

    def test_a_later_level_cannot_hold_without_the_earlier(self) -> None:
        models = [
            InvarianceModel(level="configural", chisq=100, df=40, cfi=0.95, rmsea=0.05),
            InvarianceModel(level="metric", chisq=200, df=46, cfi=0.90, rmsea=0.06),
            InvarianceModel(level="scalar", chisq=205, df=52, cfi=0.90, rmsea=0.055),
        ]
        result = invariance_decision(models)
        assert result.accepted == ("configural",)
        assert not result.mean_comparison_allowed

    def test_undefined_fit_speaks_for_nothing(self) -> None:
        before = InvarianceModel(level="configural", chisq=100, df=40, cfi=0.95, rmsea=0.05)
        after = InvarianceModel(level="metric", chisq=110, df=46, cfi=np.nan, rmsea=0.05)
        assert not compare_levels(before, after, InvarianceCutoffs()).accepted


class TestRefusals:
    def test_groups_that_share_respondents_are_refused(self) -> None:
        frame, groups = two_groups(5, 100)
        people = np.tile(np.arange(100), 2)
        with pytest.raises(InsufficientDataError) as caught:
            measurement_invariance(frame, {"f": ITEMS}, groups, respondents=people)
        assert caught.value.problems[0].code == "analysis.invariance_groups_overlap"
        assert "100" in caught.value.message("zh")

    def test_one_group_is_refused(self) -> None:
        frame, _ = two_groups(5, 100)
        with pytest.raises(InsufficientDataError, match="at least two groups"):
            measurement_invariance(frame, {"f": ITEMS}, np.repeat("a", 200))

    def test_a_group_smaller_than_the_items_is_refused(self) -> None:
        frame, groups = two_groups(5, 100)
        keep = np.r_[0:100, 100:104]
        with pytest.raises(InsufficientDataError) as caught:
            measurement_invariance(frame.iloc[keep], {"f": ITEMS}, groups[keep])
        assert caught.value.problems[0].code == "analysis.cfa_too_few"
        assert "b" in caught.value.message("en")

    def test_models_that_are_not_nested_are_refused(self) -> None:
        model = InvarianceModel(level="configural", chisq=100, df=40, cfi=0.95, rmsea=0.05)
        for models in ([model], [model, model]):
            with pytest.raises(InsufficientDataError):
                invariance_decision(models)
