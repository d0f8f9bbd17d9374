"""Rescaling, composites, contributions and the coherence of quoted figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.design import SurveyDesign
from analysis.scoring import (
    acsi_index,
    coherence_of_figures,
    composite_index,
    composite_matrix,
    contributions,
    index_to_scale,
    indicator_values,
    percent_of_maximum,
    rescale_to_index,
    weighted_composite,
)
from survey.errors import SatixError


@pytest.fixture
def reference(shared: Path) -> dict[str, dict[str, Any]]:
    """The reference cases of the topic scores, by name."""
    cases = json.loads((shared / "reference" / "domain" / "scores.json").read_text(encoding="utf-8"))
    return {case["case"]: case for case in cases}


@pytest.mark.parametrize("name", ["rescale_1_5", "rescale_1_10", "rescale_1_7_rev"])
def test_index_points_agree_with_the_reference(reference: dict[str, dict[str, Any]], name: str) -> None:
    case = reference[name]
    given_ = case["inputs"]
    points = rescale_to_index(given_["x"], lowest=given_["min"], highest=given_["max"], reverse=given_["reverse"])
    assert points == pytest.approx(case["expected"]["score"], abs=case["tolerance"])


def test_index_and_percent_of_maximum_are_two_figures() -> None:
    """4.2 of 1-5: (4.2 - 1)/4 = 80 index points, 4.2/5 = 84 percent of the maximum; 74.5 points are 3.98."""
    assert rescale_to_index(4.2, lowest=1, highest=5) == pytest.approx(80)
    assert percent_of_maximum(4.2, lowest=1, highest=5) == pytest.approx(84)
    assert index_to_scale(74.5, lowest=1, highest=5) == pytest.approx(3.98)


@given(st.floats(1, 7), st.booleans())
def test_rescaling_can_be_undone(score: float, reverse: bool) -> None:
    points = rescale_to_index(score, lowest=1, highest=7, reverse=reverse)
    assert index_to_scale(points, lowest=1, highest=7, reverse=reverse) == pytest.approx(score)


@pytest.mark.parametrize("score", [0.9, 5.1])
def test_a_score_off_the_scale_is_refused(score: float) -> None:
    with pytest.raises(SatixError, match="outside the declared scale 1 to 5"):
        rescale_to_index([3, score], lowest=1, highest=5)
    with pytest.raises(SatixError):
        rescale_to_index([3], lowest=5, highest=5)
    with pytest.raises(SatixError):
        percent_of_maximum([-3], lowest=-5, highest=0)
    assert np.isnan(rescale_to_index(np.nan, lowest=1, highest=5))


def test_the_acsi_agrees_with_the_reference(reference: dict[str, dict[str, Any]]) -> None:
    case = reference["acsi_simple"]
    given_ = case["inputs"]
    index = acsi_index(given_["means"], given_["weights"], lowest=given_["min"], highest=given_["max"])
    assert index == pytest.approx(case["expected"]["index"], abs=case["tolerance"])
    doubled = [2 * weight for weight in given_["weights"]]
    assert acsi_index(given_["means"], doubled, lowest=1, highest=10) == pytest.approx(index)
    assert acsi_index(given_["means"], doubled, lowest=1, highest=10, normalise_weights=False) == pytest.approx(
        2 * index
    )
    with pytest.raises(SatixError):
        acsi_index(given_["means"], [0, 0, 0], lowest=1, highest=10)


@pytest.mark.parametrize("name", ["composite_tree_unweighted", "composite_tree_design_weighted"])
def test_a_composite_agrees_with_the_reference(reference: dict[str, dict[str, Any]], name: str) -> None:
    case = reference[name]
    given_, expected = case["inputs"], case["expected"]
    weights = dict(zip(given_["columns"], given_.get("leaf_weights", expected.get("leaf_weights")), strict=True))
    design = SurveyDesign.build(case_weights=given_["design_weights"]) if "design_weights" in given_ else None
    responses = pd.DataFrame(given_["responses"], columns=given_["columns"])
    result = weighted_composite(responses, weights, scale=tuple(given_["scale"]), design=design)
    figure = result.figure
    found = [figure.estimate, figure.std_error, figure.lower, figure.upper, figure.n, figure.n_effective]
    wanted = [expected[key] for key in ("index", "se", "ci_low", "ci_high", "n", "n_eff")]
    assert found == pytest.approx(wanted, abs=case["tolerance"])
    assert result.contributions.contribution.sum() == pytest.approx(figure.estimate, rel=1e-14)


def test_missing_answers_renormalise_as_in_the_reference(reference: dict[str, dict[str, Any]]) -> None:
    case = reference["composite_missing_renormalise"]
    given_, expected = case["inputs"], case["expected"]
    responses = pd.DataFrame(given_["responses"], columns=list("abcd"), dtype=float)
    weights = pd.Series(given_["leaf_weights"], index=list("abcd"))
    result = weighted_composite(responses, weights, scale=tuple(given_["scale"]))
    assert result.respondent_index.tolist() == pytest.approx(expected["respondent_index"], abs=1e-6)
    assert result.figure.estimate == pytest.approx(expected["index"], abs=1e-6)


def test_dimensions_of_a_tree_come_from_one_product(reference: dict[str, dict[str, Any]]) -> None:
    case = reference["composite_tree_unweighted"]
    points = rescale_to_index(case["inputs"]["responses"], lowest=1, highest=5)
    membership = np.array([[2 / 3, 0, 0.4], [1 / 3, 0, 0.2], [0, 0.625, 0.25], [0, 0.375, 0.15]])
    nodes = composite_matrix(points, membership)
    expected = case["expected"]
    wanted = [*expected["dimension_scores"].values(), expected["index"]]
    assert nodes.mean(axis=0) == pytest.approx(wanted, abs=1e-5)


def test_the_minimum_share_is_of_the_applicable_weight() -> None:
    """Weights .4 .3 .3: answered .3 of 1 is too little, .3 of the applicable .6 is enough, .4 of .7 too."""
    values = np.array([[np.nan, 80.0, np.nan]] * 2 + [[50.0, np.nan, np.nan]])
    applicable = np.array([[True, True, True], [False, True, True], [True, False, True]])
    weights = [0.4, 0.3, 0.3]
    assert composite_index(values, indicator_weights=weights, applicable=applicable) == pytest.approx(
        [np.nan, 80, 50], nan_ok=True
    )
    strict = composite_index(values, indicator_weights=weights, applicable=applicable, minimum_share=0.55)
    assert strict == pytest.approx([np.nan, np.nan, 50], nan_ok=True)
    assert np.isnan(composite_index(values, indicator_weights=weights)).all()


def test_exactly_the_minimum_share_is_enough_whatever_the_rounding() -> None:
    weights = np.full(10, 0.1)
    values = np.array([[60.0] * 5 + [np.nan] * 5])
    assert composite_index(values, indicator_weights=weights) == pytest.approx([60])


def test_an_indicator_is_the_mean_of_its_answered_items() -> None:
    values = np.array([[100.0, 50.0, 20.0], [np.nan, 40.0, np.nan], [np.nan, np.nan, 10.0]])
    leaves = indicator_values(values, [0, 0, 1], n_indicators=2)
    assert leaves == pytest.approx(np.array([[75, 20], [40, np.nan], [np.nan, 10]]), nan_ok=True)
    weighted = indicator_values(values, [0, 0, 1], n_indicators=2, question_weights=[3, 1, 1])
    assert weighted[0, 0] == pytest.approx(87.5)


def test_contributions_are_those_worked_out_by_hand() -> None:
    """Weights .6, .4. (100, 50): 60 + 20 = 80. (40, -): 40 + 0 = 40. Means: 50 and 10, together 60."""
    parts = contributions([[100.0, 50.0], [40.0, np.nan]], indicator_weights=[0.6, 0.4])
    assert parts.contribution == pytest.approx([50, 10])
    assert parts.effective_weight == pytest.approx([0.8, 0.2])
    assert parts.potential == pytest.approx([100 * 0.8 - 50, 100 * 0.2 - 10])
    assert parts.leaf_mean == pytest.approx([70, 50])
    assert parts.n.tolist() == [2, 1]
    frame = parts.to_frame()
    assert frame["estimate"].tolist() == pytest.approx([50, 10])
    assert parts.summary() == "2 parts add up to 60.0 points (n = 2)"


VALUES = arrays(np.float64, (9, 4), elements=st.one_of(st.floats(0, 100), st.just(np.nan)))


@given(VALUES, arrays(np.float64, 4, elements=st.floats(0.1, 5)), arrays(np.float64, 9, elements=st.floats(0.1, 5)))
def test_contributions_add_up_to_the_estimate_with_missing_answers(
    values: np.ndarray[Any, Any], weights: np.ndarray[Any, Any], case_weights: np.ndarray[Any, Any]
) -> None:
    design = SurveyDesign.build(case_weights=case_weights)
    leaves = contributions(values, indicator_weights=weights, design=design)
    index = composite_index(values, indicator_weights=weights)
    kept = ~np.isnan(index)
    if not kept.any():
        assert np.isnan(leaves.contribution).all()
        return
    estimate = np.average(index[kept], weights=case_weights[kept])
    assert leaves.contribution.sum() == pytest.approx(estimate)
    assert (leaves.contribution + leaves.potential).sum() == pytest.approx(100)
    parents = contributions(values, indicator_weights=weights, design=design, parent_of_leaf=["x", "y", "x", "y"])
    assert parents.names == ("x", "y")
    assert parents.contribution[0] == pytest.approx(leaves.contribution[[0, 2]].sum(), abs=1e-9)


@given(VALUES, st.floats(0.01, 100))
def test_the_scale_of_indicator_weights_does_not_matter(values: np.ndarray[Any, Any], factor: float) -> None:
    weights = np.array([0.1, 0.2, 0.3, 0.4])
    left = composite_index(values, indicator_weights=weights)
    assert composite_index(values, indicator_weights=weights * factor) == pytest.approx(left, nan_ok=True)


def test_reversed_columns_scales_per_column_and_applicability() -> None:
    responses = pd.DataFrame({"a": [5, 1], "b": [7.0, np.nan]}, index=["r1", "r2"])
    concerned = pd.DataFrame({"a": [True, True], "b": [True, False]}, index=["r1", "r2"])
    options: dict[str, Any] = {"scale": {"a": (1, 5), "b": (1, 7)}, "reverse": ["b"], "minimum_share": 0.8}
    result = weighted_composite(responses, {"a": 1, "b": 1}, applicable=concerned, **options)
    assert result.respondent_index.to_dict() == {"r1": 50, "r2": 0}
    without = weighted_composite(responses, {"a": 1, "b": 1}, **options)
    assert (without.dropped, without.figure.n) == (1, 1)
    assert result.to_frame().loc[0, "n_rows"] == 2
    assert result.summary().startswith("25.0 (95% interval")


@pytest.mark.parametrize(
    ("weights", "options", "code"),
    [
        ({"z": 1.0}, {}, "indicator_unknown"),
        ({"a": -1.0}, {}, "indicator_weights_invalid"),
        ({"a": 0.0}, {}, "indicator_weights_invalid"),
        ({"a": 1.0}, {"minimum_share": 0.0}, "minimum_share_invalid"),
        ({"a": 1.0}, {"reverse": ["q"]}, "indicator_unknown"),
    ],
)
def test_composites_that_cannot_be_are_refused(weights: dict[str, float], options: dict[str, Any], code: str) -> None:
    with pytest.raises(SatixError) as caught:
        weighted_composite(pd.DataFrame({"a": [1, 2]}), weights, scale=(1, 5), **options)
    assert caught.value.problems[0].code == f"analysis.{code}"
    assert caught.value.message("zh")


def test_coherence_agrees_with_the_reference(reference: dict[str, dict[str, Any]]) -> None:
    case = reference["coherence_of_published_figures"]
    result = coherence_of_figures(**case["inputs"])
    assert result.coherent is case["expected"]["coherent"]
    assert list(result.feasible_range) == case["expected"]["feasible_range"]
    assert (result.implied_low, result.implied_high) == (None, None)
    assert "impossible" in result.summary()


def test_an_unquoted_part_of_known_weight_has_implied_values() -> None:
    """u = .2: .8 q + .2 x = 69.8 with q in 72.3 to 77.6 gives x from 38.6 to 59.8; overall from 57.84 to 82.08."""
    result = coherence_of_figures(69.8, [77.6, 72.3], parts_complete=False, unquoted_weight=0.2)
    assert result.coherent
    assert (result.implied_low, result.implied_high) == (pytest.approx(38.6), pytest.approx(59.8))
    assert result.feasible_range == pytest.approx((57.84, 82.08))
    narrow = coherence_of_figures(69.8, [77.6, 72.3], parts_complete=False, unquoted_weight=0.01)
    assert not narrow.coherent
    assert narrow.implied_high is not None
    assert narrow.implied_high < 0
    open_ = coherence_of_figures(69.8, [77.6], parts_complete=False)
    assert open_.coherent
    assert open_.feasible_range == (0, 100)
    assert "feasible_low" in open_.to_frame()


def test_coherence_refuses_figures_that_cannot_be() -> None:
    for parts, options in (
        ([], {}),
        ([101.0], {}),
        ([50.0], {"unquoted_weight": 0.2}),
    ):
        with pytest.raises(SatixError):
            coherence_of_figures(50, parts, parts_complete=True, **options)
    with pytest.raises(SatixError):
        coherence_of_figures(50, [50], parts_complete=False, unquoted_weight=1.0)
    assert coherence_of_figures(4.2, [4.1, 4.5], parts_complete=True, scale=(1, 5)).coherent
