"""Product-moment, rank and polyserial correlations, and smoothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.correlations.pearson import pearson_correlations
from analysis.correlations.polyserial import polyserial
from analysis.correlations.rank import kendall_correlations, spearman_correlations
from analysis.correlations.smoothing import is_positive_definite, smooth_correlations
from survey.errors import InsufficientDataError, SatixError


def frame(n: int = 120, seed: int = 2) -> pd.DataFrame:
    """Answers 1 to 5 of three items with holes."""
    rng = np.random.default_rng(seed)
    values = np.clip(np.rint(3 + rng.normal(size=(n, 1)) + rng.normal(size=(n, 3))), 1, 5)
    values[:15, 0] = np.nan
    values[10:30, 2] = np.nan
    return pd.DataFrame(values, columns=["a", "b", "c"])


def test_agree_with_r(shared: Path) -> None:
    """R's cor.test, with its interval and asymptotic p-values under ties."""
    folder = shared / "reference" / "psychometrics"
    case = json.loads((folder / "association_bfi.json").read_text(encoding="utf-8"))
    expected = case["expected"]
    data = pd.read_csv(folder / case["data"])[[case["inputs"]["a"], case["inputs"]["b"]]]
    pearson = pearson_correlations(data).to_frame().iloc[0]
    assert pearson["n"] == expected["n"]
    assert pearson["estimate"] == pytest.approx(expected["pearson"], rel=1e-12)
    assert (pearson["lower"], pearson["upper"]) == pytest.approx(tuple(expected["pearson_ci"].values()), rel=1e-12)
    assert pearson["p_value"] == pytest.approx(expected["pearson_p"], rel=1e-8)
    for name, method in (("spearman", spearman_correlations), ("kendall", kendall_correlations)):
        row = method(data).to_frame().iloc[0]
        assert row["estimate"] == pytest.approx(expected["kendall_tau_b" if name == "kendall" else name], rel=1e-12)
        assert row["p_value"] == pytest.approx(expected[f"{name}_p"], rel=1e-8)


def test_pairwise_conventions_differ_only_with_missing_answers() -> None:
    data = frame()
    pair, item = (pearson_correlations(data, variances=rule) for rule in ("pair", "item"))
    assert pair.correlations == pytest.approx(data.corr().to_numpy(), rel=1e-12)
    covariance, sd = data.cov().to_numpy(), data.std().to_numpy()
    assert item.correlations == pytest.approx(covariance / np.outer(sd, sd), rel=1e-12)
    assert item.correlations[0, 2] != pytest.approx(pair.correlations[0, 2], rel=1e-4)
    complete = pearson_correlations(data, missing="listwise", variances="item")
    assert complete.correlations == pytest.approx(data.dropna().corr().to_numpy(), rel=1e-12)
    assert (complete.n, complete.dropped) == (90, 30)


def test_ranks_from_tables_equal_ranks_of_respondents() -> None:
    data = frame()
    for kind, method in (("spearman", spearman_correlations), ("kendall", kendall_correlations)):
        assert method(data).correlations == pytest.approx(data.corr(kind).to_numpy(), rel=1e-12)
    continuous = pd.DataFrame(np.random.default_rng(4).normal(size=(100, 2)), columns=["x", "y"])
    found = kendall_correlations(continuous)
    assert found.correlations[0, 1] == pytest.approx(stats.kendalltau(continuous["x"], continuous["y"]).statistic)
    assert found.interval == "fieller"
    assert kendall_correlations(data).interval == "brown_benedetti"
    rho = spearman_correlations(continuous).correlations[0, 1]
    assert rho == pytest.approx(stats.spearmanr(continuous["x"], continuous["y"]).statistic)


def test_standard_error_of_tau_b_is_the_sum_of_influences() -> None:
    """The delta-method error equals the one from moving each respondent's weight a little."""
    data = frame().dropna()[["a", "b"]]
    base = kendall_correlations(data)
    total = 0.0
    for position in range(len(data)):
        weights = np.ones(len(data))
        weights[position] += 1e-4
        moved = kendall_correlations(data, case_weights=weights).correlations[0, 1]
        total += ((moved - base.correlations[0, 1]) / 1e-4) ** 2
    assert base.std_errors[0, 1] == pytest.approx(np.sqrt(total), rel=1e-3)


@pytest.mark.parametrize("method", [pearson_correlations, spearman_correlations, kendall_correlations])
def test_weights_repeat_respondents_and_their_scale_does_not_matter(method: object) -> None:
    data = frame()
    weights = np.tile([1, 2, 0, 1], 30)
    weighted = method(data, case_weights=weights)  # type: ignore[operator]
    repeated = method(data.loc[data.index.repeat(weights)])  # type: ignore[operator]
    assert weighted.correlations == pytest.approx(repeated.correlations, rel=1e-10)
    scaled = method(data, case_weights=5.0 * weights)  # type: ignore[operator]
    assert scaled.lower == pytest.approx(weighted.lower, rel=1e-9)
    assert weighted.lower[0, 1] < repeated.lower[0, 1]
    assert weighted.counts[0, 0] < repeated.counts[0, 0]


@pytest.mark.parametrize("method", [pearson_correlations, spearman_correlations, kendall_correlations])
def test_edges_are_undefined_and_named(method: object) -> None:
    data = pd.DataFrame(
        {"a": [1, 2, 3, 4.0], "same": [2, 4, 6, 8.0], "constant": [0.1] * 4, "none": [np.nan] * 4},
    )
    result = method(data)  # type: ignore[operator]
    assert result.correlations[0, 1] == pytest.approx(1.0)
    assert np.isnan(result.correlations[0, 2:]).all()
    found = {(finding.code, *finding.fields.values()) for finding in result.findings}
    assert ("analysis.item_without_variance", "constant") in found
    with pytest.raises(InsufficientDataError, match="at least 2"):
        method(data[["a"]])  # type: ignore[operator]
    with pytest.raises(SatixError, match="confidence"):
        method(data, confidence=0.0)  # type: ignore[operator]
    assert "correlations" in result.summary()


def test_reversal_changes_the_sign() -> None:
    data = frame()
    plain = [pearson_correlations(data), spearman_correlations(data)]
    turned = [
        pearson_correlations(data, reversed_items=["a"], scale=(1, 5)),
        spearman_correlations(data, reversed_items=["a"]),
    ]
    for one, other in zip(plain, turned, strict=True):
        assert other.correlations[0] == pytest.approx(one.correlations[0] * [1, -1, -1], abs=1e-12)
    with pytest.raises(SatixError, match="no item"):
        kendall_correlations(data, reversed_items=["z"])


def test_rank_weights_need_few_categories() -> None:
    many = pd.DataFrame(np.random.default_rng(1).normal(size=(100, 2)))
    with pytest.raises(SatixError, match="Case weights"):
        spearman_correlations(many, case_weights=np.ones(100))


def test_polyserial_estimates_and_errors_match_repeated_samples() -> None:
    """400 samples of 300 with correlation 0.6; the spread is known to 4 %."""
    rng = np.random.default_rng(8)
    runs: dict[str, list[tuple[float, float]]] = {"two_step": [], "ad_hoc": []}
    for _ in range(400):
        x, noise = rng.normal(size=(2, 300))
        answer = np.digitize(0.6 * x + 0.8 * noise, [-1, 0.2, 1.3]).astype(float)
        for estimator, found in runs.items():
            result = polyserial(pd.Series(3 * x + 2), pd.Series(answer), estimator=estimator)  # type: ignore[arg-type]
            found.append((result.estimate, result.std_error))
    for found in runs.values():
        estimates, errors = np.array(found).T
        assert estimates.mean() == pytest.approx(0.6, abs=0.01)
        assert errors.mean() == pytest.approx(estimates.std(), rel=0.12)


def test_ad_hoc_polyserial_is_pearson_over_densities() -> None:
    """r sd(y) / sum phi(tau), here with thresholds 0 (half below): phi(0) = 0.39894."""
    x, y = pd.Series([1.0, 2, 3, 4, 5, 9], name="x"), pd.Series([0.0, 0, 1, 0, 1, 1], name="y")
    expected = np.corrcoef(x, y)[0, 1] * 0.5 / 0.3989422804014327
    assert polyserial(x, y, estimator="ad_hoc").estimate == pytest.approx(expected)


def test_polyserial_edges() -> None:
    x = pd.Series([1.0, 2, 3, np.nan, 5], name="x")
    y = pd.Series([1.0, 2, 1, 2, np.nan], name="y")
    assert polyserial(x, y).dropped == 2
    assert polyserial(x, -y).estimate == pytest.approx(-polyserial(x, y).estimate)
    with pytest.raises(InsufficientDataError, match="does not vary"):
        polyserial(x, pd.Series([1.0] * 5))
    with pytest.raises(InsufficientDataError, match="Only 0"):
        polyserial(x, pd.Series([np.nan] * 5))
    with pytest.raises(InsufficientDataError, match="bound"):
        polyserial(pd.Series(np.arange(20.0)), pd.Series(np.repeat([1.0, 2], 10)))
    table = polyserial(x, y).to_frame()
    assert {"estimate", "std_error", "lower", "upper", "n", "n_effective"} <= set(table.columns)


def test_highams_example() -> None:
    """Higham (2002), section 5: the nearest correlation matrix to (1 1 0; 1 1 1; 0 1 1) has 0.7607 and 0.1573."""
    matrix = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1.0]])
    near = smooth_correlations(matrix, method="higham")
    assert near.converged
    assert near.matrix[0, 1] == pytest.approx(0.7607, abs=5e-5)
    assert near.matrix[0, 2] == pytest.approx(0.1573, abs=5e-5)
    clipped = smooth_correlations(matrix)
    assert np.linalg.norm(near.matrix - matrix) < np.linalg.norm(clipped.matrix - matrix)
    for result in (near, clipped):
        assert result.changed
        assert is_positive_definite(result.matrix)
        assert result.smallest_eigenvalue_before == pytest.approx(1 - np.sqrt(2))
        assert "smoothed by" in result.summary()


def test_smoothing_leaves_a_good_matrix_and_refuses_a_broken_one() -> None:
    good = np.array([[1, 0.5], [0.5, 1]])
    assert not smooth_correlations(good).changed
    assert np.array_equal(smooth_correlations(good).matrix, good)
    assert not smooth_correlations(good).to_frame()["changed"].item()
    for matrix, message in (
        ([[1, np.nan], [np.nan, 1]], "missing"),
        ([[1, 0.5, 0.5]], "square"),
        ([[1, 0.5], [0.2, 1]], "symmetric"),
    ):
        with pytest.raises(SatixError, match=message):
            smooth_correlations(matrix)
    assert not is_positive_definite([[1, 1], [1, 1]])
