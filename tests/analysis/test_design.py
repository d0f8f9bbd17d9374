"""Means under the sampling design."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.design import SurveyDesign, design_covariance, design_mean, design_means, linearised_covariance
from survey.errors import SatixError


def case(shared: Path, name: str) -> tuple[dict[str, Any], pd.DataFrame, SurveyDesign]:
    """A reference case of R's survey package, its data and its design."""
    folder = shared / "reference" / "psychometrics"
    reference = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    data = pd.read_csv(folder / reference["data"])
    if "strata" in reference["inputs"]:
        sizes = data.groupby("stype")["fpc"].first().to_dict()
        design = SurveyDesign.build(
            case_weights=data["pw"], strata=data["stype"], population_sizes=sizes, probability_sample=True
        )
    else:
        size = float(data["fpc"].iloc[0])
        design = SurveyDesign.build(case_weights=data["pw"], clusters=data["dnum"], population_sizes=size)
    return reference["expected"], data, design


@pytest.mark.parametrize("name", ["svy_stratified_api", "svy_cluster_api"])
def test_means_agree_with_the_survey_package(shared: Path, name: str) -> None:
    expected, data, design = case(shared, name)
    means = design_means(data[["api00", "api99"]], design)
    assert means.estimate[0] == pytest.approx(expected["mean"]["est"]["api00"], rel=1e-12)
    assert means.std_error[0] == pytest.approx(expected["mean"]["se"]["api00"], rel=1e-12)
    assert means.lower[0] == pytest.approx(expected["mean"]["ci95_t_degf"]["lower"]["api00"], rel=1e-12)
    assert means.upper[0] == pytest.approx(expected["mean"]["ci95_t_degf"]["upper"]["api00"], rel=1e-12)
    assert means.df[0] == expected["degf"]
    assert means.n[0] == expected["n"]
    assert means.n_effective[0] == pytest.approx(expected["kish_n_eff"], rel=1e-12)
    covariance = design_covariance(data[["api00", "api99"]], design)
    assert covariance == pytest.approx(np.array(expected["mean_pair_vcov"]["values"]), rel=1e-9)


@pytest.mark.parametrize("name", ["svy_stratified_api", "svy_cluster_api"])
def test_domain_means_agree_with_the_survey_package_masked_or_subset(shared: Path, name: str) -> None:
    expected, data, design = case(shared, name)
    for group, estimate, error in zip(*(expected["by"][key] for key in ("group", "est", "se")), strict=True):
        inside = (data["stype"] == group).to_numpy()
        masked = design_mean(data["api00"], design, mask=inside)
        subset = design_mean(data["api00"][inside], design.subset(inside))
        missing = design_mean(data["api00"].where(inside), design)
        for figure in (masked, subset, missing):
            assert figure.estimate == pytest.approx(estimate, rel=1e-12)
            assert figure.std_error == pytest.approx(error, rel=1e-10)


def test_a_domain_across_strata_and_a_paired_gap_agree_with_the_survey_package(shared: Path) -> None:
    _, data, design = case(shared, "svy_stratified_api")
    folder = shared / "reference" / "psychometrics"
    expected = json.loads((folder / "svy_proportions_and_tests_api.json").read_text(encoding="utf-8"))["expected"]
    inside = (data["stype"] == "E") & (data["comp.imp"] == "Yes")
    figure = design_mean(data["api00"], design, mask=inside)
    assert figure.std_error == pytest.approx(expected["domain_mean"]["se"], rel=1e-10)
    gap = design_mean(data["api00"] - data["api99"], design, kind="gap")
    assert gap.std_error == pytest.approx(expected["paired_gap_api00_minus_api99"]["se"], rel=1e-10)
    elementary, middle = (
        design_means(data[["api00"]], design, mask=data["stype"] == group, keep_influence=True) for group in "EM"
    )
    assert elementary.influence is not None
    assert middle.influence is not None
    between = linearised_covariance(elementary.influence - middle.influence, design)
    assert np.sqrt(between[0, 0]) == pytest.approx(expected["group_gap_E_minus_M"]["se"], rel=1e-9)


def test_a_weighted_mean_without_strata_follows_the_linearised_formula() -> None:
    """m = (1*2 + 2*4 + 1*6)/4 = 4; sum (w (y - m))^2 = 4 + 0 + 4; SE = sqrt(3/2 * 8)/4."""
    figure = design_mean([2.0, 4.0, 6.0, np.nan], SurveyDesign.build(case_weights=[1, 2, 1, 5]))
    assert figure.estimate == 4
    assert figure.std_error == pytest.approx(np.sqrt(3 / 2 * 8) / 4)
    assert (figure.n, figure.df) == (3, 2)
    assert figure.n_effective == pytest.approx(16 / 6)
    assert figure.lower == pytest.approx(4 - 4.302652729911275 * figure.std_error)
    assert not figure.design_based


def test_a_stratum_with_one_unit_is_centred_at_the_grand_mean_and_counted() -> None:
    """Strata (1, 3) and (8): m = 4, linearised scores z = (-3, -1, 4)/3."""
    design = SurveyDesign.build(strata=["a", "a", "b"])
    figure = design_mean([1.0, 3.0, 8.0], design)
    # stratum a: n/(n-1) sum (z - mean z)^2 = 2 * ((1/3)^2 + (1/3)^2) = 4/9; stratum b: z^2 = 16/9
    assert figure.std_error == pytest.approx(np.sqrt(4 / 9 + 16 / 9))
    assert figure.singleton_strata == 1
    assert figure.df == 1


def test_respondents_of_weight_zero_are_outside() -> None:
    with_zero = design_mean([1.0, 2.0, 6.0, 50.0], SurveyDesign.build(case_weights=[1, 1, 2, 0]))
    without = design_mean([1.0, 2.0, 6.0], SurveyDesign.build(case_weights=[1, 1, 2]))
    assert with_zero == without


def test_too_few_answers_leave_the_uncertainty_undefined() -> None:
    values = np.array([[1.0, np.nan], [np.nan, np.nan]])
    means = design_means(values, SurveyDesign.simple(2))
    assert means.estimate[0] == 1
    assert np.isnan(means.std_error).all()
    assert np.isnan(means.estimate[1])
    assert list(means.n) == [1, 0]
    assert list(means.n_effective) == [1, 0]
    structured = design_means(values, SurveyDesign.build(clusters=["x", "y"]))
    assert np.isnan(structured.std_error).all()
    assert np.isnan(design_covariance(values, SurveyDesign.simple(2))).all()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"case_weights": [1.0, -1.0]}, "case_weights_invalid"),
        ({"case_weights": [1.0, np.nan]}, "case_weights_invalid"),
        ({"case_weights": [1.0], "strata": ["a", "b"]}, "design_lengths_differ"),
        ({"strata": ["a", None]}, "design_label_missing"),
        ({"strata": ["a", "a"], "population_sizes": {"a": 1}}, "population_size_invalid"),
        ({"strata": ["a", "b"], "population_sizes": {"a": 10}}, "population_size_invalid"),
    ],
)
def test_a_design_that_cannot_be_is_refused(arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(SatixError) as caught:
        SurveyDesign.build(**arguments)
    assert caught.value.problems[0].code == f"analysis.{code}"
    assert caught.value.message("zh")


def test_values_must_fit_the_design() -> None:
    with pytest.raises(SatixError):
        design_means(np.zeros((3, 1)), SurveyDesign.simple(2))


SAMPLE = st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 10), st.integers(0, 2)), min_size=4, max_size=40)


@given(SAMPLE, st.floats(0.01, 100), st.randoms(use_true_random=False))
def test_scale_of_weights_and_order_of_rows_do_not_matter(
    sample: list[tuple[float, float, int]], factor: float, random: Any
) -> None:
    shuffled = random.sample(sample, len(sample))

    def figure(rows: list[tuple[float, float, int]], scale: float) -> tuple[float, float]:
        y, w, stratum = (np.array(part) for part in zip(*rows, strict=True))
        result = design_mean(y, SurveyDesign.build(case_weights=w * scale, strata=stratum))
        return result.estimate, result.std_error

    assert figure(sample, 1.0) == pytest.approx(figure(shuffled, factor), rel=1e-7, abs=1e-7, nan_ok=True)


@given(SAMPLE)
def test_every_respondent_its_own_cluster_is_the_unclustered_design(sample: list[tuple[float, float, int]]) -> None:
    y, w, _ = (np.array(part) for part in zip(*sample, strict=True))
    alone = design_mean(y, SurveyDesign.build(case_weights=w, clusters=np.arange(len(y))))
    plain = design_mean(y, SurveyDesign.build(case_weights=w))
    assert alone.std_error == pytest.approx(plain.std_error, rel=1e-9, abs=1e-9)
    assert alone.df == plain.df


def test_blocks_of_columns_give_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(50, 7))
    values[rng.random(values.shape) < 0.2] = np.nan
    design = SurveyDesign.build(case_weights=rng.random(50) + 0.5, strata=rng.integers(0, 3, 50))
    domain = rng.random(values.shape) < 0.9
    whole = design_means(values, design, mask=domain)
    monkeypatch.setattr("analysis.design.BLOCK_VALUES", 100)
    blocked = design_means(values, design, mask=domain)
    pd.testing.assert_frame_equal(whole.to_frame(), blocked.to_frame())
    assert whole.summary().startswith("7 means")
