"""Cronbach's alpha, its item statistics and intervals, and split-half reliability."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.moments import from_values, partial
from analysis.reliability import alpha_from_moments, cronbach_alpha, cronbach_alpha_by_group
from analysis.split_half import spearman_brown, split_half, two_item_reliability
from survey.errors import InsufficientDataError, SatixError

SCALE_FIGURES = ("n", "k", "raw_alpha", "std_alpha", "lambda6", "average_r", "median_r", "signal_noise")
SCALE_FIGURES += ("ase_duhachek", "scale_mean", "scale_sd")


def case(shared: Path, name: str) -> tuple[dict[str, Any], dict[str, Any], pd.DataFrame]:
    """Inputs, expected values and data of a reference case of R's psych package."""
    folder = shared / "reference" / "psychometrics"
    reference = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return reference["inputs"], reference["expected"], pd.read_csv(folder / reference["data"])


def simulated(n: int = 120, k: int = 4, seed: int = 9) -> pd.DataFrame:
    """Answers 1 to 5 that share one factor."""
    rng = np.random.default_rng(seed)
    answers = 3 + rng.normal(size=(n, 1)) + rng.normal(size=(n, k))
    return pd.DataFrame(np.clip(np.rint(answers), 1, 5), columns=[f"Q{item + 1}" for item in range(k)])


@pytest.mark.parametrize(
    "name",
    [
        "alpha_attitude_complete",
        "alpha_bfi_agree_reversed_listwise",
        "alpha_bfi_agree_reversed_pairwise",
        "alpha_bfi_agree_unreversed_pairwise",
        "alpha_bfi_neuroticism_complete",
    ],
)
def test_every_figure_agrees_with_psych(shared: Path, name: str) -> None:
    inputs, expected, data = case(shared, name)
    result = cronbach_alpha(
        data[inputs["items"]],
        reversed_items=inputs.get("reversed", ()),
        scale=inputs.get("scale"),
        missing="pairwise" if inputs["missing"].startswith("pairwise") else "listwise",
    )
    for figure in SCALE_FIGURES:
        assert getattr(result, figure) == pytest.approx(expected[figure], rel=1e-10), figure
    feldt, duhachek = expected["ci_feldt_95"], expected["ci_duhachek_95"]
    assert (result.feldt_lower, result.feldt_upper) == pytest.approx((feldt["lower"], feldt["upper"]), rel=1e-10)
    assert (result.duhachek_lower, result.duhachek_upper) == pytest.approx(
        (duhachek["lower"], duhachek["upper"]), rel=1e-10
    )
    items = result.item_frame()
    statistics = items[["n", "raw_r", "std_r", "r_cor", "r_drop", "mean", "sd"]].to_numpy()
    assert statistics == pytest.approx(np.array(expected["item_statistics"]["values"]), rel=1e-9)
    deleted = items[[column for column in items if column.endswith("_if_deleted")]].to_numpy()
    assert deleted == pytest.approx(np.array(expected["alpha_if_item_deleted"]["values"]), rel=1e-9)


def test_an_unreversed_item_is_pointed_out(shared: Path) -> None:
    inputs, _, data = case(shared, "alpha_bfi_agree_unreversed_pairwise")
    (finding,) = cronbach_alpha(data[inputs["items"]]).findings
    assert finding.code == "analysis.item_runs_against_scale"
    assert "A1" in finding.message("en")
    assert "反向" in finding.message("zh")


def test_alpha_by_group_agrees_with_psych(shared: Path) -> None:
    inputs, expected, data = case(shared, "alpha_by_group_bfi_neuroticism_gender")
    result = cronbach_alpha_by_group(data[inputs["items"]], data[inputs["by"]], missing="listwise")
    for group, figures in expected.items():
        for figure, value in figures.items():
            assert getattr(result.groups[group], figure) == pytest.approx(value, rel=1e-10), (group, figure)
    assert result.to_frame().index.tolist() == ["1", "2"]
    assert result.summary().startswith("1: alpha 0.796")


def test_weighted_alpha_agrees_with_the_weighted_covariance_in_r(shared: Path) -> None:
    inputs, expected, data = case(shared, "alpha_survey_weighted")
    result = cronbach_alpha(
        data[inputs["items"]],
        reversed_items=inputs["reversed"],
        scale=inputs["scale"],
        missing="listwise",
        case_weights=data["w"],
        replicates=200,
    )
    for figure in ("n", "raw_alpha", "std_alpha", "lambda6", "average_r"):
        assert getattr(result, figure) == pytest.approx(expected[figure], rel=1e-10), figure
    assert result.n_effective == pytest.approx(expected["kish_n_eff"])
    assert result.covariance_ml == pytest.approx(np.array(expected["weighted_cov_ml"]["values"]), rel=1e-10)
    items = result.item_frame()
    assert items["mean"].to_dict() == pytest.approx(expected["weighted_mean"])
    assert items["raw_alpha_if_deleted"].to_dict() == pytest.approx(expected["alpha_if_deleted_raw"])
    assert np.isnan([result.feldt_lower, result.duhachek_upper, result.ase_duhachek]).all()
    assert result.interval == "bootstrap_percentile"
    assert result.lower < result.raw_alpha < result.upper
    assert "analysis.alpha_interval_replicate" in {finding.code for finding in result.findings}


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("share_missing", [0.0, 0.1])
def test_the_bootstrap_draws_again_what_the_seed_says_and_is_near_the_closed_form(
    missing: Any, share_missing: float
) -> None:
    """Nearly equal weights: the replicate standard error is near Duhachek's."""
    items = simulated(400)
    rng = np.random.default_rng(0)
    items = items.mask(rng.random(items.shape) < share_missing)
    weights = rng.uniform(0.99, 1.01, 400)
    plain = cronbach_alpha(items, missing=missing)
    first, second, other = (
        cronbach_alpha(items, missing=missing, case_weights=weights, replicates=400, seed=seed) for seed in (1, 1, 2)
    )
    assert (first.lower, first.std_error) == (second.lower, second.std_error)
    assert first.lower != other.lower
    assert first.std_error == pytest.approx(plain.ase_duhachek, rel=0.35)


def test_equal_weights_leave_the_usual_intervals() -> None:
    items = simulated()
    weighted = cronbach_alpha(items, case_weights=np.full(len(items), 2.5))
    assert not weighted.case_weighted
    assert weighted.lower == pytest.approx(cronbach_alpha(items).lower)


def test_whole_weights_are_repeated_respondents() -> None:
    items = simulated(60)
    times = np.random.default_rng(3).integers(1, 4, 60)
    repeated = cronbach_alpha(items.loc[items.index.repeat(times)])
    weighted = cronbach_alpha(items, case_weights=times, replicates=10)
    assert weighted.raw_alpha == pytest.approx(repeated.raw_alpha)
    assert weighted.lambda6 == pytest.approx(repeated.lambda6)


def test_alpha_of_a_small_table_is_that_worked_out_by_hand() -> None:
    """Items (1 2 3) and (1 3 2): variances 1 and 1, covariance 1/2; alpha = 2 (1 - 2/3) = 2/3 = 2r/(1 + r)."""
    result = cronbach_alpha(pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 2]}))
    assert result.raw_alpha == pytest.approx(2 / 3)
    assert result.std_alpha == pytest.approx(spearman_brown(0.5))
    assert np.isnan(result.items[0].raw_alpha_if_deleted)
    assert result.estimate == result.raw_alpha
    assert result.summary().startswith("alpha 0.667 (95% interval")
    assert result.to_frame().loc[0, "estimate"] == result.raw_alpha


@given(st.permutations(range(4)), st.floats(0.1, 50), st.floats(-100, 100))
def test_order_unit_and_origin_do_not_matter(order: list[int], unit: float, origin: float) -> None:
    items = simulated(40)
    moved = items.iloc[::-1, order] * unit + origin
    assert cronbach_alpha(moved).raw_alpha == pytest.approx(cronbach_alpha(items).raw_alpha, abs=1e-9)
    assert cronbach_alpha(moved).lambda6 == pytest.approx(cronbach_alpha(items).lambda6, abs=1e-9)


def test_reversal_is_undone_by_declaring_it() -> None:
    items = simulated()
    turned = items.assign(Q2=6 - items["Q2"])
    declared = cronbach_alpha(turned, reversed_items=["Q2"], scale=(1, 5))
    assert declared.raw_alpha == pytest.approx(cronbach_alpha(items).raw_alpha)
    assert declared.reversed_items == ("Q2",)
    assert turned["Q2"].equals(6 - items["Q2"])


def test_one_pass_over_coded_answers_serves_several_blocks_and_groups() -> None:
    items = simulated(300, 6)
    items = items.mask(np.random.default_rng(1).random(items.shape) < 0.05)
    codes = items.fillna(-1).to_numpy().astype(np.int16).T
    groups = np.arange(300) % 2
    blocks = [[0, 1, 2], [3, 4, 5]]
    tables = [np.array([np.nan, 1.0, 2.0, 3.0, 4.0, 5.0])] * 6
    moments = partial(codes, tables, groups=groups, n_groups=2, row_means=blocks)
    for group in (0, 1):
        for block in blocks:
            together = alpha_from_moments(moments, block, group=group)
            alone = cronbach_alpha(items.iloc[groups == group, block])
            for figure in SCALE_FIGURES:
                assert getattr(together, figure) == pytest.approx(getattr(alone, figure)), figure
            assert [item.raw_r for item in together.items] == pytest.approx([item.raw_r for item in alone.items])
    without_rows = alpha_from_moments(partial(codes, tables), [0, 1, 2])
    assert np.isnan([without_rows.scale_mean, without_rows.items[0].raw_r]).all()
    assert without_rows.raw_alpha == pytest.approx(cronbach_alpha(items.iloc[:, :3]).raw_alpha)


def test_weighted_moments_without_replicates_have_no_interval() -> None:
    items = simulated()
    moments = from_values(items.to_numpy(), case_weights=np.linspace(1, 2, len(items)))
    result = alpha_from_moments(moments, range(4))
    assert result.interval == "undefined"
    assert np.isnan([result.lower, result.upper, result.std_error]).all()


def test_an_item_without_variance_is_a_finding() -> None:
    result = cronbach_alpha(simulated().assign(Q4=3.0))
    assert [finding.code for finding in result.findings] == ["analysis.item_without_variance"]
    assert np.isfinite(result.raw_alpha)
    assert np.isnan([result.std_alpha, result.lambda6, result.items[3].r_drop, result.items[3].raw_r]).all()


def test_an_item_that_repeats_another_leaves_lambda6_undefined() -> None:
    items = simulated()
    result = cronbach_alpha(items.assign(Q5=items["Q1"]))
    assert np.isnan(result.lambda6)
    assert result.std_alpha > 0
    assert "analysis.correlations_singular" in {finding.code for finding in result.findings}


def test_dropped_respondents_are_counted() -> None:
    items = simulated(50)
    items.iloc[:5, 0] = np.nan
    items.iloc[0] = np.nan
    listwise, pairwise = cronbach_alpha(items, missing="listwise"), cronbach_alpha(items)
    assert (listwise.n, listwise.dropped) == (45, 5)
    assert (pairwise.n, pairwise.dropped) == (49, 1)
    assert pairwise.findings[0].message() == "1 of 50 respondents were left out because of unanswered items."


@pytest.mark.parametrize(
    ("items", "options", "code"),
    [
        ({"a": [1, 2]}, {}, "too_few_items"),
        ({}, {}, "too_few_items"),
        ({"a": [1], "b": [2]}, {}, "too_few_respondents"),
        ({"a": [1, np.nan], "b": [np.nan, 2]}, {"missing": "listwise"}, "too_few_respondents"),
        ({"a": [1, 2, np.nan, np.nan], "b": [np.nan, np.nan, 2, 3]}, {}, "item_pairs_unanswered"),
        ({"a": [2, 2, 2], "b": [3, 3, 3]}, {}, "no_item_variance"),
        ({"a": [np.nan, np.nan], "b": [np.nan, np.nan]}, {}, "too_few_respondents"),
    ],
)
def test_too_little_data_says_so(items: dict[str, list[float]], options: dict[str, Any], code: str) -> None:
    with pytest.raises(InsufficientDataError) as caught:
        cronbach_alpha(pd.DataFrame(items, dtype=float), **options)
    assert caught.value.problems[0].code == f"analysis.{code}"
    assert caught.value.message("zh")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"reversed_items": ["Q1"]}, "reversal_needs_scale"),
        ({"reversed_items": ["X"], "scale": (1, 5)}, "item_unknown"),
        ({"scale": (2, 5)}, "score_outside_scale"),
        ({"case_weights": [1.0]}, "weights_length"),
    ],
)
def test_wrong_declarations_are_refused(options: dict[str, Any], code: str) -> None:
    with pytest.raises(SatixError) as caught:
        cronbach_alpha(simulated(), **options)
    assert caught.value.problems[0].code == f"analysis.{code}"


def test_a_group_without_alpha_does_not_stop_the_others() -> None:
    items = simulated(31)
    groups = np.array(["x"] * 15 + ["y"] * 14 + ["z", None], dtype=object)
    result = cronbach_alpha_by_group(items, groups, case_weights=np.linspace(1, 2, 31), replicates=50)
    assert list(result.groups) == ["x", "y"]
    assert result.undefined["z"].code == "analysis.too_few_respondents"
    assert result.n_without_group == 1
    assert "z: Only 1 respondent" in result.summary()


@pytest.mark.parametrize("name", ["split_half_attitude", "split_half_bfi_extraversion"])
def test_split_half_agrees_with_r(shared: Path, name: str) -> None:
    inputs, expected, data = case(shared, name)
    result = split_half(data[inputs["items"]], reversed_items=inputs.get("reversed", ()), scale=inputs.get("scale"))
    assert (result.n, result.k) == (expected["n"], expected["k"])
    parts = {
        "odd_even": result.odd_even,
        "first_second": result.first_second,
        "guttman_raw_covariance": result.guttman,
        "psych_splitHalf": result.all_splits,
    }
    for key, part in parts.items():
        if expected[key] is None:
            assert part is None
            continue
        for figure, value in expected[key].items():
            assert getattr(part, figure) == pytest.approx(value, rel=1e-10), (key, figure)
    assert "odd_even" in result.to_frame()["method"].tolist()
    assert result.summary().startswith("odd-even, Spearman-Brown")


def test_two_items_agree_with_r(shared: Path) -> None:
    inputs, expected, data = case(shared, "two_item_scale_spearman_brown")
    result = two_item_reliability(data[inputs["items"]])
    for figure, value in expected.items():
        assert getattr(result, figure) == pytest.approx(value, rel=1e-10), figure
    assert result.to_frame().loc[0, "n"] == result.n
    assert result.dropped == len(data) - result.n
    assert result.summary().startswith("Spearman-Brown 0.828")


def test_split_half_needs_data_too() -> None:
    with pytest.raises(InsufficientDataError):
        split_half(simulated().iloc[:, :1])
    with pytest.raises(InsufficientDataError):
        split_half(simulated(1))
    with pytest.raises(InsufficientDataError):
        split_half(simulated() * 0)
    with pytest.raises(InsufficientDataError, match="exactly two items"):
        two_item_reliability(simulated())
    weighted = split_half(simulated(), case_weights=np.linspace(1, 3, 120))
    assert weighted.odd_even.r != split_half(simulated()).odd_even.r
    assert spearman_brown(0.5, factor=3) == pytest.approx(0.75)
