"""SERVQUAL gaps against scipy's paired t test, R survey and hand calculations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.design import SurveyDesign
from analysis.gap import difference_score_reliability, service_gap, summarise_dimension_gaps
from survey.errors import InsufficientDataError, SatixError

DIMENSIONS = {"reliability": ["r1", "r2"], "empathy": ["e1", "e2", "e3"]}
COLUMNS = ["r1", "r2", "e1", "e2", "e3"]


def answers(seed: int = 1, n: int = 40) -> Any:
    rng = np.random.default_rng(seed)
    expectation = pd.DataFrame(rng.integers(4, 8, (n, 5)), columns=COLUMNS, dtype=float)
    perception = (expectation - rng.integers(-1, 3, (n, 5))).clip(1, 7)
    return perception, expectation


def test_items_and_dimensions_are_paired_t_tests() -> None:
    perception, expectation = answers()
    result = service_gap(perception, expectation, scale=(1, 7), dimensions=DIMENSIONS)
    for figure in result.items:
        witness = stats.ttest_rel(perception[figure.code], expectation[figure.code])
        assert (figure.t, figure.p_value, figure.df) == pytest.approx((witness.statistic, witness.pvalue, 39))
        low, high = witness.confidence_interval()
        assert (figure.lower, figure.upper) == pytest.approx((low * 100 / 6, high * 100 / 6))
        difference = perception[figure.code] - expectation[figure.code]
        assert figure.effect_size_d_z == pytest.approx(difference.mean() / difference.std())
    for figure in result.dimensions:
        members = DIMENSIONS[figure.code]
        witness = stats.ttest_rel(perception[members].mean(axis=1), expectation[members].mean(axis=1))
        assert figure.t == pytest.approx(witness.statistic)
    assert {figure.p_adjusted >= figure.p_value for figure in result.items} == {True}


def test_overall_gaps_are_those_of_the_respondents_combinations() -> None:
    """With complete answers the sum of dimension gaps is a respondent-level mean: its t test is the witness."""
    perception, expectation = answers(2)
    points = {"reliability": 70, "empathy": 30}
    result = service_gap(
        perception, expectation, scale=(1, 7), dimensions=DIMENSIONS, importance_points=points, confidence=0.9
    )
    difference = perception - expectation
    by_dimension = {name: difference[members].mean(axis=1) for name, members in DIMENSIONS.items()}
    weighted = 0.7 * by_dimension["reliability"] + 0.3 * by_dimension["empathy"]
    witness = stats.ttest_1samp(weighted, 0)
    assert result.weighted is not None
    assert (result.weighted.estimate_points, result.weighted.t) == pytest.approx((weighted.mean(), witness.statistic))
    low, high = witness.confidence_interval(0.9)
    assert (result.weighted.lower, result.weighted.upper) == pytest.approx((low * 100 / 6, high * 100 / 6))
    plain = sum(by_dimension.values()) / 2
    assert result.unweighted.std_error == pytest.approx(plain.std() / np.sqrt(40) * 100 / 6)


def test_missing_answers_enter_only_where_both_were_given() -> None:
    perception, expectation = answers(3, n=6)
    perception.loc[0, "r1"] = np.nan
    expectation.loc[1, "r2"] = np.nan
    perception.loc[2, ["r1", "r2"]] = np.nan
    result = service_gap(perception, expectation, scale=(1, 7), dimensions=DIMENSIONS)
    items, reliability = result.items, result.dimensions[0]
    assert (items[0].n, items[1].n, reliability.n, result.dimensions[1].n) == (4, 4, 5, 6)
    both = perception.notna() & expectation.notna()
    by_hand = (perception - expectation).where(both)[["r1", "r2"]].mean(axis=1).mean()
    assert reliability.estimate_points == pytest.approx(by_hand)
    assert reliability.perception - reliability.expectation == pytest.approx(by_hand)
    assert result.servperf.n.tolist() == [5, 6]
    # SERVPERF keeps the perception whose expectation is missing
    assert result.servperf.estimate[0] == pytest.approx(perception[["r1", "r2"]].mean(axis=1).mean())


def test_a_stratified_sample_agrees_with_r_survey(shared: Path) -> None:
    """R survey: svycontrast of svymean(~api00 + api99), stratified with finite population correction."""
    folder = shared / "reference" / "psychometrics"
    data = pd.read_csv(folder / "apistrat.csv")
    design = SurveyDesign.build(
        case_weights=data["pw"], strata=data["stype"], population_sizes=data.groupby("stype")["fpc"].first().to_dict()
    )
    first, second = data[["api00"]].rename(columns={"api00": "api"}), data[["api99"]].rename(columns={"api99": "api"})
    gap = service_gap(first, second, design, scale=(0, 1000)).items[0]
    assert gap.estimate_points == pytest.approx(32.8925183753596)
    assert gap.std_error * 10 == pytest.approx(2.0511124077106)
    assert gap.df == 197


def test_published_dimension_gaps() -> None:
    """Sum of -.65, -1.10, -.83, -.70, -1.01 is -4.29; mean -.858; points 11/32/22/19/16 give -.9007."""
    gaps = {"tangibles": -0.65, "reliability": -1.1, "responsiveness": -0.83, "assurance": -0.7, "empathy": -1.01}
    points = {"tangibles": 11, "reliability": 32, "responsiveness": 22, "assurance": 19, "empathy": 16}
    result = summarise_dimension_gaps(gaps, importance_points=points)
    assert (result.total, result.unweighted, result.weighted) == pytest.approx((-4.29, -0.858, -0.9007))
    assert result.largest_gap == "reliability"
    assert np.isnan(summarise_dimension_gaps(gaps).weighted)
    assert "largest gap: reliability" in result.summary()
    assert result.to_frame().loc["empathy", "estimate"] == -1.01


def test_reliability_of_differences_by_hand_and_in_use() -> None:
    """(1.44*.9 + .81*.85 - 2*.5*1.2*.9) / (1.44 + .81 - 1.08) = .9045 / 1.17."""
    assert difference_score_reliability(1.2, 0.9, 0.9, 0.85, 0.5) == pytest.approx(0.9045 / 1.17)
    assert np.isnan(difference_score_reliability(0, 0, 0.9, 0.9, 0))
    perception, expectation = answers(4, n=200)
    result = service_gap(perception, expectation, scale=(1, 7), dimensions=DIMENSIONS)

    def alpha(frame: Any) -> Any:
        return len(frame.columns) / (len(frame.columns) - 1) * (1 - frame.var().sum() / frame.sum(axis=1).var())

    p, e = perception[DIMENSIONS["empathy"]], expectation[DIMENSIONS["empathy"]]
    r = np.corrcoef(p.sum(axis=1), e.sum(axis=1))[0, 1]
    expected = difference_score_reliability(p.sum(axis=1).std(), e.sum(axis=1).std(), alpha(p), alpha(e), r)
    assert result.difference_reliability["empathy"] == pytest.approx(expected)


@given(st.floats(0.5, 40))
def test_the_size_of_case_weights_does_not_matter(factor: float) -> None:
    perception, expectation = answers(5)
    weights = np.linspace(1, 3, 40)
    options: dict[str, Any] = {"scale": (1, 7), "dimensions": DIMENSIONS}
    one = service_gap(perception, expectation, SurveyDesign.build(case_weights=weights), **options).to_frame()
    other = service_gap(perception, expectation, SurveyDesign.build(case_weights=factor * weights), **options)
    pd.testing.assert_frame_equal(one, other.to_frame(), rtol=1e-8)


def test_expectations_at_the_ceiling_are_reported() -> None:
    perception, expectation = answers(6)
    expectation[["r1", "r2"]] = 7.0
    result = service_gap(perception, expectation, scale=(1, 7), dimensions=DIMENSIONS)
    assert [(f.code, f.fields["dimension"]) for f in result.findings] == [
        ("analysis.expectation_ceiling", "reliability")
    ]
    assert "ceiling" in result.findings[0].message("en")
    assert result.findings[0].message("zh")


def test_no_spread_has_a_gap_and_no_test() -> None:
    perception = pd.DataFrame({"a": [3.0, 4, 5]})
    result = service_gap(perception, perception + 1, scale=(1, 7))
    assert result.items[0].estimate_points == -1
    assert np.isnan([result.items[0].t, result.items[0].effect_size_d_z]).all()


def test_refusals() -> None:
    perception, expectation = answers()
    with pytest.raises(SatixError, match="outside the declared scale"):
        service_gap(perception, expectation, scale=(1, 5))
    with pytest.raises(SatixError, match="same rows"):
        service_gap(perception, expectation[COLUMNS[:3]], scale=(1, 7))
    with pytest.raises(SatixError, match="q9"):
        service_gap(perception, expectation, scale=(1, 7), dimensions={"x": ["q9"]})
    with pytest.raises(SatixError, match="adding up to 100"):
        service_gap(
            perception,
            expectation,
            scale=(1, 7),
            dimensions=DIMENSIONS,
            importance_points={"reliability": 60, "empathy": 30},
        )
    with pytest.raises(SatixError, match="exactly these dimensions"):
        summarise_dimension_gaps({"a": 1.0}, importance_points={"b": 100})
    with pytest.raises(InsufficientDataError):
        service_gap(perception * np.nan, expectation, scale=(1, 7))


def test_table_and_summary() -> None:
    perception, expectation = answers()
    result = service_gap(perception, expectation, scale=(1, 7), dimensions=DIMENSIONS)
    frame = result.to_frame()
    assert list(frame.index.get_level_values("level").unique()) == ["item", "dimension", "overall"]
    assert "largest shortfall" in result.summary()
