"""Segment tables: domain estimates against scipy and R survey, suppression, and waves side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.design import SurveyDesign, design_mean
from analysis.segments import segment_table, segment_tables_by_wave
from survey.errors import InsufficientDataError, SatixError


def sample(sizes: Any, seed: int = 1) -> Any:
    rng = np.random.default_rng(seed)
    labels = np.repeat(list(sizes), list(sizes.values()))
    return rng.normal(70, 12, labels.size), labels


def test_segments_and_differences_agree_with_scipy() -> None:
    values, labels = sample({"north": 60, "south": 80, "west": 45})
    result = segment_table(values, labels, confidence=0.9)
    for j, name in enumerate(result.segments):
        inside, outside = values[labels == name], values[labels != name]
        witness = stats.ttest_ind(inside, outside, equal_var=False)
        assert result.p_value[j] == pytest.approx(witness.pvalue)
        interval = witness.confidence_interval(0.9)
        assert (result.difference_lower[j], result.difference_upper[j]) == pytest.approx((interval.low, interval.high))
        mean = design_mean(inside, SurveyDesign.simple(inside.size), confidence=0.9)
        assert (result.estimate[j], result.lower[j]) == pytest.approx((mean.estimate, mean.lower))
    assert result.share.sum() == pytest.approx(1)
    assert result.total is not None
    assert result.total.estimate == pytest.approx(values.mean())
    assert np.all(result.p_adjusted >= result.p_value)


def test_a_stratified_sample_agrees_with_r_survey(shared: Path) -> None:
    """R survey: svyby by stype, and svyttest(api00 ~ sch.wide)."""
    data = pd.read_csv(shared / "reference" / "psychometrics" / "apistrat.csv")
    design = SurveyDesign.build(
        case_weights=data["pw"], strata=data["stype"], population_sizes=data.groupby("stype")["fpc"].first().to_dict()
    )
    result = segment_table(data["api00"], data["sch.wide"], design, kind="rate")
    yes = result.segments.index("Yes")
    assert result.difference[yes] == pytest.approx(82.7835854421896)
    assert result.difference[yes] / result.difference_std_error[yes] == pytest.approx(3.8683819081027)
    assert result.p_value[yes] == pytest.approx(0.000149054470775807)
    part = segment_table(
        data["api00"], (data["stype"] == "E") & (data["comp.imp"] == "Yes"), design, order=["True", "False"]
    )
    assert (part.estimate[0], part.std_error[0]) == pytest.approx((676.906666666667, 13.8049234435907))


def test_small_segments_are_withheld_with_a_partner() -> None:
    values, labels = sample({"a": 100, "b": 8, "c": 40, "d": 25})
    result = segment_table(values, labels)
    assert result.status == ("shown", "suppressed", "shown", "suppressed_complementary")
    frame = result.to_frame()
    assert frame.loc[["b", "d"]].drop(columns="status").isna().all(axis=None)
    assert frame.loc["a", "n"] == 100
    assert result.summary() == "segment: 2 segments, 2 withheld"


def test_an_indicative_segment_is_shown_without_a_test() -> None:
    values, labels = sample({"a": 100, "b": 29, "c": 40})
    result = segment_table(values, labels)
    assert result.status[1] == "indicative"
    assert not np.isnan(result.difference[1])
    assert np.isnan(result.p_value[1])
    assert result.p_adjusted[0] <= 2 * result.p_value[0] + 1e-15


def test_respondents_without_a_segment_are_a_cell_of_the_table() -> None:
    """Four unlabelled respondents would follow from total minus segments: the smallest segment goes with them."""
    values, labels = sample({"a": 100, "b": 50})
    values, labels = np.append(values, [1.0, 2, 3, 4]), np.append(labels.astype(object), [None] * 4)
    result = segment_table(values, labels)
    assert result.status == ("shown", "suppressed_complementary")
    assert result.n_without_segment == -1
    open_table = segment_table(values, labels, total_shown=False)
    assert open_table.status == ("shown", "shown")
    assert open_table.total is None
    assert np.isnan(open_table.difference).all()
    assert segment_table(values[:-4], labels[:-4]).n_without_segment == 0


def test_sizes_count_answers_and_weights_of_zero_do_not_answer() -> None:
    values, labels = sample({"a": 40, "b": 40})
    values[:15] = np.nan
    weights = np.ones(80)
    weights[40:50] = 0
    result = segment_table(values, labels, SurveyDesign.build(case_weights=weights))
    assert result.n.tolist() == [25, 30]
    assert result.total is not None
    assert result.total.n == 55


def test_order_brings_empty_segments_and_refuses_unknown_ones() -> None:
    values, labels = sample({"a": 40, "b": 40})
    result = segment_table(values, labels, order=["b", "z", "a"], factor="region")
    assert result.status == ("shown", "empty", "shown")
    assert result.to_frame().index.name == "region"
    assert np.isnan(result.estimate[1])
    with pytest.raises(SatixError, match="not name: b"):
        segment_table(values, labels, order=["a"])


def test_a_segment_small_in_one_wave_is_not_given_away_by_the_pooled_table() -> None:
    one, two = sample({"a": 60, "b": 8, "c": 50}), sample({"a": 60, "b": 30, "c": 50}, seed=2)
    waves = [(*one, None), (*two, None)]
    together = segment_tables_by_wave(waves)
    withheld = np.array([[status.startswith("suppressed") for status in table.status] for table in together])
    assert withheld[0, 1]
    assert withheld.sum(axis=0).tolist() == [0, 2, 2]
    assert withheld.sum(axis=1).tolist() == [2, 2]
    apart = segment_tables_by_wave(waves, pooled_shown=False)
    assert apart[1].status == ("shown", "shown", "shown")
    assert apart[0].status == segment_table(*one).status
    assert together[0].estimate[0] == pytest.approx(segment_table(*one).estimate[0])


def test_nobody_answering_is_an_error() -> None:
    with pytest.raises(InsufficientDataError, match="Nobody"):
        segment_table([np.nan, np.nan], ["a", "b"])
    with pytest.raises(SatixError, match="same rows"):
        segment_table([1.0, 2.0], ["a"])
