"""Polychoric correlations: against R, by arithmetic, under transformations, and at the edges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from analysis.correlations.contingency import coded_items, item_pairs, pairwise_tables
from analysis.correlations.ordinal_alpha import ordinal_alpha
from analysis.correlations.polychoric import polychoric, polychoric_from_tables, tetrachoric
from analysis.correlations.polychoric_ml import polychoric_ml
from survey.errors import InsufficientDataError, SatixError


def reference(shared: Path, name: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """Expected values of psych, lavaan and polycor, and their data: complete answers, A1 reversed."""
    folder = shared / "reference" / "psychometrics"
    case = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    data = pd.read_csv(folder / case["data"])[case["inputs"]["items"]]
    if "rows" in case["inputs"]:
        data = data.iloc[:300]
    if "A1" in data:
        data["A1"] = 7 - data["A1"]
    return case["expected"], data.dropna()


def answers(n: int = 400, p: int = 4, seed: int = 3, loading: float = 0.7) -> pd.DataFrame:
    """Answers 1 to 4 that share one normal factor; the correlation behind each pair is loading squared."""
    rng = np.random.default_rng(seed)
    latent = loading * rng.normal(size=(n, 1)) + np.sqrt(1 - loading**2) * rng.normal(size=(n, p))
    return pd.DataFrame(np.digitize(latent, [-1.0, 0.1, 0.9]) + 1.0, columns=[f"Q{item + 1}" for item in range(p)])


@pytest.mark.parametrize("name", ["polychoric_ordinal_alpha_bfi_agree", "polychoric_ordinal_alpha_bfi_neuro_small"])
def test_agrees_with_lavaan_psych_and_polycor(shared: Path, name: str) -> None:
    """lavaan stops at 1e-5 of the optimum, psych at 1e-4; thresholds and test are closed forms of the same tables."""
    expected, data = reference(shared, name)
    result = polychoric(data, missing="listwise", empty_cells="none")
    assert result.correlations == pytest.approx(np.array(expected["polychoric_lavaan_lavCor"]["values"]), abs=1e-4)
    assert result.correlations == pytest.approx(np.array(expected["polychoric_psych"]["values"]), abs=1e-4)
    for item, tau in zip(result.items, result.thresholds, strict=True):
        assert tau == pytest.approx(np.array(expected["thresholds"][item]), abs=1e-12)
    pair = expected["first_pair_two_step"]
    assert result.std_errors_fixed[0, 1] == pytest.approx(pair["se"], rel=1e-3)
    assert result.chi2[0, 1] == pytest.approx(pair["chisq"], rel=1e-5)
    alpha = ordinal_alpha(result)
    assert alpha.ordinal_alpha == pytest.approx(expected["ordinal_alpha"], abs=1e-5)
    assert alpha.ordinal_lambda6 == pytest.approx(expected["ordinal_lambda6"], abs=1e-5)


@pytest.mark.parametrize("name", ["polychoric_ordinal_alpha_bfi_agree", "polychoric_ordinal_alpha_bfi_neuro_small"])
def test_simplex_repeats_polycor_and_scoring_finds_a_higher_likelihood(shared: Path, name: str) -> None:
    expected, data = reference(shared, name)
    table = pd.crosstab(data.iloc[:, 0], data.iloc[:, 1]).to_numpy()
    repeated, maximum = polychoric_ml(table, search="simplex"), polychoric_ml(table)
    assert repeated.estimate == pytest.approx(expected["first_pair_ml"]["rho"], abs=1e-7)
    assert not repeated.converged
    assert maximum.converged
    assert maximum.log_likelihood > repeated.log_likelihood
    assert maximum.std_error == pytest.approx(expected["first_pair_ml"]["se"], rel=0.01)


def test_tetrachoric_of_a_table_cut_at_the_medians_is_a_sine() -> None:
    """Sheppard (1899): with both cuts at 0, share(0, 0) = 1/4 + asin(r) / (2 pi); 80 % agree gives sin(.3 pi)."""
    rows = [(0, 0)] * 40 + [(0, 1)] * 10 + [(1, 0)] * 10 + [(1, 1)] * 40
    result = tetrachoric(pd.DataFrame(rows, columns=["a", "b"]))
    assert result.correlations[0, 1] == pytest.approx(np.sin(0.3 * np.pi), abs=1e-9)
    assert result.thresholds[0] == pytest.approx([0.0], abs=1e-15)


def test_thresholds_are_normal_quantiles_of_cumulated_shares() -> None:
    frame = pd.DataFrame({"a": [1] * 2 + [2] * 3 + [3] * 5, "b": [1, 2, 1, 2, 2, 1, 2, 2, 1, 2]})
    result = polychoric(frame)
    assert result.thresholds[0] == pytest.approx([ndtri(0.2), ndtri(0.5)])
    # standard error sqrt(p (1 - p) / n) / phi(tau): p = .5, n = 10, phi(0) = .39894
    assert result.threshold_std_errors[0][1] == pytest.approx(np.sqrt(0.25 / 10) / 0.3989422804)


def test_standard_errors_match_the_spread_of_repeated_samples() -> None:
    """500 samples of 400: the spread is known to 3 %, so 8 % is a wide margin."""
    frames = [answers(p=2, seed=seed, loading=0.85) for seed in range(500)]
    results = [polychoric(frame) for frame in frames]
    estimates = np.array([result.correlations[0, 1] for result in results])
    errors = np.array([result.std_errors[0, 1] for result in results])
    assert estimates.mean() == pytest.approx(0.85**2, abs=0.005)
    assert errors.mean() == pytest.approx(estimates.std(), rel=0.08)
    covered = [result.lower[0, 1] < 0.85**2 < result.upper[0, 1] for result in results]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.03)


def test_reversal_reordering_and_relabelling_change_signs_and_places_only() -> None:
    frame = answers()
    base = polychoric(frame)
    reversed_one = polychoric(frame, reversed_items=["Q2"], scale=(1, 4))
    signs = np.outer([1, -1, 1, 1], [1, -1, 1, 1])
    assert reversed_one.correlations == pytest.approx(base.correlations * signs, abs=1e-9)
    assert reversed_one.thresholds[1] == pytest.approx(-base.thresholds[1][::-1], abs=1e-12)
    assert polychoric(frame, reversed_items=["Q2"]).correlations == pytest.approx(reversed_one.correlations)
    shuffled = polychoric(frame[["Q3", "Q1", "Q4", "Q2"]].sample(frac=1, random_state=1))
    order = [2, 0, 3, 1]
    assert shuffled.correlations == pytest.approx(base.correlations[np.ix_(order, order)], abs=1e-9)
    assert polychoric(frame**3).correlations == pytest.approx(base.correlations, abs=1e-12)


def test_weights_count_respondents_as_often_and_ignore_their_scale() -> None:
    frame = answers(n=200)
    weights = np.tile([1.0, 2.0, 0.0, 3.0], 50)
    weighted = polychoric(frame, case_weights=weights)
    repeated = polychoric(frame.loc[frame.index.repeat(weights.astype(int))])
    assert weighted.correlations == pytest.approx(repeated.correlations, abs=1e-9)
    assert (weighted.n, weighted.dropped) == (150, 50)
    assert weighted.n_effective == pytest.approx(300**2 / (50 * (1 + 4 + 9)))
    assert weighted.std_errors[0, 1] > repeated.std_errors[0, 1]
    scaled = polychoric(frame, case_weights=7 * weights)
    assert scaled.std_errors == pytest.approx(weighted.std_errors, rel=1e-8)
    assert np.isnan(weighted.chi2[0, 1])


def test_pairwise_uses_what_listwise_drops() -> None:
    frame = answers()
    frame.iloc[:60, 3] = np.nan
    pairwise, listwise = polychoric(frame), polychoric(frame, missing="listwise")
    assert pairwise.counts[0, 1] == 400
    assert pairwise.counts[0, 3] == 340
    assert (listwise.n, listwise.dropped) == (340, 60)
    assert pairwise.correlations[0, 1] == pytest.approx(polychoric(frame[["Q1", "Q2"]]).correlations[0, 1], abs=1e-9)
    assert pairwise.correlations[0, 1] != pytest.approx(listwise.correlations[0, 1], abs=1e-6)


def test_tables_of_batches_add_up() -> None:
    coded = coded_items(answers())
    whole = pairwise_tables(coded.codes, coded.levels)
    halves = [pairwise_tables(coded.codes[:, part], coded.levels) for part in (slice(0, 150), slice(150, 400))]
    joined = halves[0] + halves[1]
    assert np.array_equal(joined.counts, whole.counts)
    assert (joined.n_rows, joined.n_answered) == (400, 400)
    expected = pd.crosstab(answers()["Q2"], answers()["Q1"]).to_numpy()
    assert np.array_equal(whole.tables(item_pairs(4))[0], expected)
    assert polychoric_from_tables(joined).correlations == pytest.approx(polychoric(answers()).correlations)
    with pytest.raises(SatixError, match="categories"):
        _ = whole + pairwise_tables(coded.codes[:2], coded.levels[:2])


def test_empty_cells_follow_the_rule_named() -> None:
    """6 0 / 4 10: without a rule the estimate is at its bound; the others make the cell one half."""
    rows = [(0, 0)] * 6 + [(1, 0)] * 4 + [(1, 1)] * 10
    frame = pd.DataFrame(rows, columns=["a", "b"])
    found = {rule: tetrachoric(frame, empty_cells=rule) for rule in ("none", "half", "keep_margins")}
    assert found["none"].correlations[0, 1] == 1.0
    assert np.isnan(found["none"].std_errors[0, 1])
    assert next(finding.code for finding in found["none"].findings) == "analysis.perfect_correlation"
    moved = polychoric_ml([[5.5, 0.5], [4.5, 9.5]])  # the table with kept margins, fitted on its own
    assert found["keep_margins"].correlations[0, 1] == pytest.approx(moved.estimate, abs=1e-6)
    assert found["half"].correlations[0, 1] not in (1.0, found["keep_margins"].correlations[0, 1])


def test_what_cannot_be_estimated_is_undefined_and_named() -> None:
    frame = pd.DataFrame(
        {
            "a": [1, 1, 2, 2, 3, 3, 2, 1],
            "same": [1, 1, 2, 2, 3, 3, 2, 1],
            "constant": [4] * 8,
            "early": [1, 2, 1, 2, np.nan, np.nan, np.nan, np.nan],
            "late": [np.nan] * 4 + [1, 2, 2, 1],
        }
    )
    result = polychoric(frame)
    codes = {(finding.code, *finding.fields.values()) for finding in result.findings}
    assert ("analysis.item_without_variance", "constant") in codes
    assert ("analysis.item_pairs_unanswered", "early", "late") in codes
    assert ("analysis.perfect_correlation", "a", "same") in codes
    assert result.correlations[0, 1] == 1.0
    assert np.isnan(result.correlations[2]).all()
    assert np.isnan(result.correlations[3, 4])
    assert result.smoothing is None
    for finding in result.findings:
        assert finding.message("zh") != finding.message("en")
    with pytest.raises(InsufficientDataError, match="missing"):
        ordinal_alpha(result)


def test_unused_categories_are_left_out() -> None:
    frame = answers(p=2).replace({"Q1": {2.0: 3.0}})
    result = polychoric(frame)
    assert result.categories[0] == (1.0, 3.0, 4.0)
    assert len(result.thresholds[0]) == 2


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"a": [1, 2, 3]}), "at least 2 items"),
        (pd.DataFrame({"a": [np.nan] * 3, "b": [1.0, np.nan, 2.0]}), "Only 0"),
        (pd.DataFrame({"a": np.arange(80.0), "b": np.arange(80.0)}), "different values"),
    ],
)
def test_refuses_with_the_reason(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(SatixError, match=message):
        polychoric(frame, missing="listwise")


def test_further_refusals() -> None:
    with pytest.raises(SatixError, match="tetrachoric"):
        tetrachoric(answers())
    with pytest.raises(SatixError, match="confidence"):
        polychoric(answers(), confidence=95)
    with pytest.raises(InsufficientDataError, match="bound"):
        polychoric_ml([[5, 0], [0, 5]])
    with pytest.raises(InsufficientDataError, match="does not vary"):
        polychoric_ml([[5, 3], [0, 0]])


def test_smoothing_is_reported_and_optional() -> None:
    """Three items of which each pair was seen by other respondents: 1 ~ 2, 2 ~ 3 alike, 1 ~ 3 opposed."""
    alike = [(0, 0)] * 45 + [(1, 1)] * 45 + [(0, 1), (1, 0)] * 5
    opposed = [(a, 1 - b) for a, b in alike]
    rows = [(a, b, np.nan) for a, b in alike] + [(np.nan, a, b) for a, b in alike]
    rows += [(a, np.nan, b) for a, b in opposed]
    frame = pd.DataFrame(rows, columns=["a", "b", "c"])
    result = polychoric(frame)
    assert result.smoothing is not None
    assert result.smoothing.changed
    assert np.linalg.eigvalsh(result.correlations)[0] < 0 < np.linalg.eigvalsh(result.matrix)[0]
    assert "analysis.correlations_smoothed" in [finding.code for finding in result.findings]
    assert polychoric(frame, smoothing=None).matrix is not None
    assert np.linalg.eigvalsh(polychoric(frame, smoothing=None).matrix)[0] < 0


def test_shows_itself() -> None:
    result = polychoric(answers())
    table = result.to_frame()
    assert list(table.columns) == ["estimate", "std_error", "lower", "upper", "n", "chi2", "df", "p_value"]
    assert table.index[0] == ("Q1", "Q2")
    assert len(table) == 6
    assert len(result.threshold_frame()) == 12
    assert result.matrix_frame().loc["Q1", "Q2"] == result.correlations[0, 1]
    assert result.summary().startswith("polychoric correlations 0.")
    assert len(ordinal_alpha(result).to_frame()) == 4
