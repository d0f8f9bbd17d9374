"""Shares, Net Promoter Score and effort score."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.design import SurveyDesign, design_mean
from analysis.shares import (
    design_share,
    effort_score,
    net_promoter_from_counts,
    net_promoter_score,
    nps_difference,
    share_bounds,
    top_box_share,
)
from survey.errors import InsufficientDataError, SatixError


@pytest.fixture
def reference(shared: Path) -> dict[str, dict[str, Any]]:
    """The reference cases of the topic scores, by name."""
    cases = json.loads((shared / "reference" / "domain" / "scores.json").read_text(encoding="utf-8"))
    return {case["case"]: case for case in cases}


def test_the_top_box_agrees_with_the_reference(reference: dict[str, dict[str, Any]]) -> None:
    case = reference["csat_top2"]
    counts = dict(zip(range(1, 6), case["inputs"]["counts_1_to_5"], strict=True))
    result = top_box_share(counts, top=case["inputs"]["top"], scale=(1, 5))
    found = {
        "top2": 100 * result.top.estimate,
        "bottom2": 100 * result.bottom.estimate,
        "wilson_low": 100 * result.top.lower,
        "wilson_high": 100 * result.top.upper,
        "mean": result.mean,
        "index": result.index.estimate,
    }
    assert found == pytest.approx(case["expected"], abs=case["tolerance"])
    assert result.top.interval == "wilson"
    assert result.to_frame().index.tolist() == ["top", "bottom", "index"]
    assert result.bottom_options == (1, 2)
    assert result.summary() == "0.700 (95% interval 0.658 to 0.739; n = 500)"


def test_intervals_of_a_share_agree_with_r(shared: Path) -> None:
    text = (shared / "reference" / "psychometrics" / "top_box_proportions_bfi.json").read_text(encoding="utf-8")
    expected = json.loads(text)["expected"]
    p, n = expected["k1"] / expected["n"], expected["n"]
    for method, key in (
        ("wilson", "wilson_95"),
        ("wilson_continuity", "wilson_continuity_95"),
        ("clopper_pearson", "clopper_pearson_95"),
    ):
        bounds = share_bounds(p, n, method=method)  # type: ignore[arg-type]
        assert bounds == pytest.approx(tuple(expected[key].values()), rel=1e-9), method


def test_shares_under_a_design_agree_with_the_survey_package(shared: Path) -> None:
    folder = shared / "reference" / "psychometrics"
    reference = json.loads((folder / "svy_proportions_and_tests_api.json").read_text(encoding="utf-8"))
    expected = reference["expected"]["proportion"]
    data = pd.read_csv(folder / reference["data"])
    sizes = data.groupby("stype")["fpc"].first().to_dict()
    design = SurveyDesign.build(case_weights=data["pw"], strata=data["stype"], population_sizes=sizes)
    wide = (data["sch.wide"] == "Yes").to_numpy(dtype=float)
    for interval, key in (("logit", "ci_logit"), ("clopper_pearson", "ci_beta")):
        figure = design_share(wide, design, interval=interval)  # type: ignore[arg-type]
        assert figure.estimate == pytest.approx(expected["est"], abs=1e-6)
        assert figure.std_error == pytest.approx(expected["se"], abs=1e-6)
        assert (figure.lower, figure.upper) == pytest.approx(tuple(expected[key].values()), abs=1e-6)
    assert design_share(wide, design).interval == "wilson_korn_graubard"
    everybody = design_share(np.ones(len(wide)), design)
    assert (everybody.estimate, everybody.upper, everybody.interval) == (1.0, 1.0, "wilson_effective_n")


def test_under_case_weights_wilson_uses_the_effective_number() -> None:
    """Weights 1, 1, 2 give Kish's 16/6 answers."""
    figure = design_share([1.0, 0.0, 1.0, np.nan], SurveyDesign.build(case_weights=[1, 1, 2, 9]))
    assert figure.interval == "wilson_effective_n"
    assert (figure.lower, figure.upper) == pytest.approx(share_bounds(0.75, 16 / 6))


@pytest.mark.parametrize("method", ["wilson", "wilson_continuity", "clopper_pearson"])
@pytest.mark.parametrize("p", [0.0, 1.0])
def test_bounds_stay_within_zero_and_one_at_the_ends(method: Any, p: float) -> None:
    lower, upper = share_bounds(p, 12, method=method)
    assert (lower == 0) == (p == 0)
    assert (upper == 1) == (p == 1)
    assert 0 <= lower < upper <= 1
    assert np.isnan(share_bounds(p, 0, method=method)).all()


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_is_symmetric_in_the_two_answers(k: int, extra: int) -> None:
    n = k + extra
    lower, upper = share_bounds(k / n, n)
    low_other, high_other = share_bounds(extra / n, n)
    assert (1 - high_other, 1 - low_other) == pytest.approx((lower, upper))


def test_the_net_promoter_score_agrees_with_the_reference(reference: dict[str, dict[str, Any]]) -> None:
    case = reference["nps_1000"]
    counts = {name: case["inputs"][name] for name in ("promoters", "passives", "detractors")}
    result = net_promoter_from_counts(**counts)
    found = {
        "nps": result.figure.estimate,
        "variance": result.variance,
        "se": result.figure.std_error,
        "wald_low": result.wald_lower,
        "wald_high": result.wald_upper,
        "adjwald_center": result.adjusted_wald_centre,
        "adjwald_low": result.adjusted_wald_lower,
        "adjwald_high": result.adjusted_wald_upper,
    }
    assert found == pytest.approx(case["expected"], abs=case["tolerance"])
    assert result.figure.lower == result.adjusted_wald_lower
    wald = net_promoter_from_counts(**counts, interval="wald")
    assert wald.figure.upper == result.wald_upper
    assert result.summary().startswith("+17.5 (")
    assert result.to_frame().loc[0, "promoters"] == 0.25


def test_the_difference_of_two_scores_agrees_with_the_reference(reference: dict[str, dict[str, Any]]) -> None:
    case = reference["nps_difference"]
    first, second = (
        net_promoter_from_counts(
            **dict(zip(("promoters", "passives", "detractors"), case["inputs"][wave], strict=True))
        )
        for wave in ("wave1", "wave2")
    )
    result = nps_difference(first, second)
    found = {"diff": result.estimate, "se": result.std_error, "z": result.z, "p_two_sided": result.p_value}
    assert found == pytest.approx(case["expected"], abs=case["tolerance"])
    assert result.lower < result.estimate < result.upper
    assert result.summary().startswith("+13.1 points")
    assert result.to_frame().loc[0, "n_first"] == 400


def test_answers_are_grouped_as_promoters_passives_and_detractors() -> None:
    answers = [0, 6, 7, 8, 9, 10, np.nan]
    result = net_promoter_score(answers)
    assert (result.promoters, result.passives, result.detractors) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert result.figure.n == 6
    assert net_promoter_score({0: 1, 6: 1, 7: 1, 8: 1, 9: 1, 10: 1}) == result


def test_under_a_design_the_score_is_a_design_mean() -> None:
    answers = np.array([10, 9, 3, 8, 0, 7.0])
    design = SurveyDesign.build(case_weights=[1, 2, 1, 1, 3, 1], probability_sample=True)
    result = net_promoter_score(answers, design=design)
    marks = np.array([100, 100, -100, 0, -100, 0.0])
    assert result.figure == design_mean(marks, design, kind="net_score")
    assert np.isnan(result.wald_lower)
    equal = net_promoter_score(answers, design=SurveyDesign.build(case_weights=np.ones(6), probability_sample=True))
    assert equal.figure.design_based
    assert equal.figure.interval == "adjusted_wald"


@pytest.mark.parametrize(("values", "scale"), [([1.0, 2.0], (1, 5)), ([11.0], (0, 10)), ([9.5], (0, 10))])
def test_the_score_needs_eleven_answers(values: list[float], scale: tuple[float, float]) -> None:
    with pytest.raises(SatixError, match="eleven answers"):
        net_promoter_score(values, scale=scale)


def test_nobody_has_no_score() -> None:
    weighted = SurveyDesign.build(case_weights=[1, 2])
    for design in (None, weighted):
        with pytest.raises(InsufficientDataError):
            net_promoter_score([np.nan, np.nan], design=design)
    with pytest.raises(SatixError):
        net_promoter_from_counts(promoters=-1, passives=2, detractors=0)
    with pytest.raises(InsufficientDataError):
        top_box_share([np.nan], top=[5], scale=(1, 5))


def test_the_effort_score_agrees_with_the_reference(reference: dict[str, dict[str, Any]]) -> None:
    case = reference["ces_7pt"]
    result = effort_score(case["inputs"]["scores"], scale=(1, 7), top=case["inputs"]["top"])
    found = {
        "mean": result.mean,
        "top3": 100 * result.top.estimate,
        "index": result.index.estimate,
        "se": result.mean_std_error,
    }
    assert found == pytest.approx(case["expected"], abs=case["tolerance"])


@pytest.mark.parametrize("top", [[], [6], [1, 2, 3, 4, 5]])
def test_top_options_must_be_some_of_the_scale(top: list[int]) -> None:
    with pytest.raises(SatixError, match="top options"):
        top_box_share([1, 2], top=top, scale=(1, 5))
    with pytest.raises(SatixError):
        top_box_share({1: -1}, top=[5], scale=(1, 5))
