"""Moments of ordinal factor models: gamma against lavaan's WLSMV, repeated samples, and at the edges."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.correlations.asymptotic_covariance import ordinal_moments
from analysis.correlations.contingency import coded_items
from analysis.correlations.polychoric import polychoric
from survey.errors import InsufficientDataError, SatixError


def codes(n: int = 300, p: int = 3, seed: int = 5) -> np.ndarray:
    """Positions 1 to 4 of items that share one factor, (p, n) int16."""
    rng = np.random.default_rng(seed)
    latent = 0.7 * rng.normal(size=(n, 1)) + 0.714 * rng.normal(size=(n, p))
    return (np.digitize(latent, [-1.0, 0.1, 0.9]) + 1).T.astype(np.int16)


def two_factor_correlations(values: np.ndarray) -> np.ndarray:
    """Lower triangle implied by ten standardised loadings (five per factor) and the factors' correlation."""
    loadings, between = values[:10], values[10]
    factor = np.repeat([0, 1], 5)
    phi = np.array([[1, between], [between, 1]])
    return (np.outer(loadings, loadings) * phi[np.ix_(factor, factor)])[np.tril_indices(10, -1)]


def test_gamma_reproduces_lavaans_chi_squares_and_standard_errors(shared: Path) -> None:
    """With lavaan's own estimates: (n - 1) sum residual^2 / gamma_ii is its DWLS chi-square, tr(U gamma) and
    tr((U gamma)^2) give its scaled and shifted statistic, and gamma / (n - 1) its thresholds' standard errors."""
    folder = shared / "reference" / "psychometrics"
    case = json.loads((folder / "cfa_ordinal_wlsmv_bfi.json").read_text(encoding="utf-8"))
    expected, items = case["expected"], case["inputs"]["ordered"]
    data = pd.read_csv(folder / case["data"])[items].dropna()
    coded = coded_items(data, reversed_items=["A1"], scale=(1, 6))
    moments = ordinal_moments(coded.codes, items=coded.items)
    assert moments.n == expected["n"]
    assert moments.correlations == pytest.approx(np.array(expected["polychoric"]["values"]), abs=1e-6)
    errors = moments.std_errors() * np.sqrt(moments.n / (moments.n - 1))
    for name, estimate, error in zip(moments.parameters(), moments.moments(), errors, strict=True):
        if "|" in name:
            assert estimate == pytest.approx(expected["estimates"][name], abs=1e-10)
            assert error == pytest.approx(expected["std_errors"][name], rel=1e-8)
    variances = expected["estimates"]["agree~~agree"] * expected["estimates"]["neuro~~neuro"]
    between = expected["estimates"]["agree~~neuro"] / np.sqrt(variances)
    theta = np.array([*expected["standardized_loadings"].values(), between])
    gamma = moments.gamma[moments.n_thresholds :, moments.n_thresholds :]
    residual = moments.moments()[moments.n_thresholds :] - two_factor_correlations(theta)
    chisq = (moments.n - 1) * (residual**2 / np.diagonal(gamma)).sum()
    assert chisq == pytest.approx(expected["fit"]["chisq"], rel=1e-7)
    step = 1e-6 * np.eye(11)
    slopes = [two_factor_correlations(theta + h) - two_factor_correlations(theta - h) for h in step]
    jacobian = np.stack(slopes, axis=1) / 2e-6
    W = np.diag(1 / np.diagonal(gamma))
    U = W - W @ jacobian @ np.linalg.inv(jacobian.T @ W @ jacobian) @ jacobian.T @ W
    product = U @ gamma
    scale = np.sqrt(expected["fit"]["df"] / np.trace(product @ product))
    assert 1 / scale == pytest.approx(expected["fit"]["chisq.scaling.factor"], rel=1e-7)
    shifted = scale * chisq + expected["fit"]["df"] - scale * np.trace(product)
    assert shifted == pytest.approx(expected["fit"]["chisq.scaled"], rel=1e-7)


def test_gamma_is_the_covariance_of_repeated_samples() -> None:
    """600 samples of 300: every entry within five of its own Monte-Carlo errors."""
    runs = [ordinal_moments(codes(seed=seed)) for seed in range(600)]
    estimates = np.array([run.moments() for run in runs])
    expected = 300 * np.cov(estimates.T)
    found = np.mean([run.gamma for run in runs], axis=0)
    spread = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / 600)
    assert (np.abs(found - expected) < 5 * spread).all()


def test_diagonal_equals_the_standard_errors_from_tables() -> None:
    """The sum over respondents and the sum over tables are the same number, with missing answers and weights."""
    answers = codes().copy()
    answers[0, :40] = -1
    answers[2, 30:60] = -3
    weights = np.random.default_rng(1).uniform(0.5, 2, 300)
    frame = pd.DataFrame(answers.T).where(lambda column: column > 0)
    for w in (None, weights):
        moments = ordinal_moments(answers, missing="pairwise", case_weights=w)
        result = polychoric(frame, case_weights=w)
        errors = moments.std_errors()
        assert errors[moments.n_thresholds :] == pytest.approx(result.std_errors[np.tril_indices(3, -1)], rel=1e-10)
        assert errors[:3] == pytest.approx(result.threshold_std_errors[0], rel=1e-10)


def test_complete_answers_are_the_same_pairwise_and_listwise() -> None:
    one, other = (ordinal_moments(codes(), missing=rule) for rule in ("listwise", "pairwise"))
    assert np.array_equal(one.gamma, other.gamma)


def test_duplicating_respondents_leaves_gamma() -> None:
    twice = ordinal_moments(np.repeat(codes(), 2, axis=1))
    assert twice.gamma == pytest.approx(ordinal_moments(codes()).gamma, rel=1e-9)
    assert twice.n == 600


def test_empty_categories_are_merged_or_refused() -> None:
    answers = codes()
    answers[0, answers[0] == 2] = 3
    merged = ordinal_moments(answers, items=["a", "b", "c"], levels=[4, 4, 5])
    assert merged.levels == (3, 4, 4)
    assert merged.categories[0] == (1, 3, 4)
    assert [finding.fields["item"] for finding in merged.findings] == ["a", "c"]
    assert merged.gamma.shape == (8 + 3, 8 + 3)
    with pytest.raises(InsufficientDataError, match="nobody chose"):
        ordinal_moments(answers, levels=[4, 4, 4], empty_categories="refuse")


def test_refuses_with_the_reason() -> None:
    same = codes()
    same[1] = same[0]
    with pytest.raises(InsufficientDataError, match="bound"):
        ordinal_moments(same)
    constant = codes()
    constant[2] = 1
    with pytest.raises(InsufficientDataError, match="does not vary"):
        ordinal_moments(constant)
    apart = codes()
    apart[0, :150], apart[1, 150:] = -1, -1
    with pytest.raises(InsufficientDataError, match="No two respondents"):
        ordinal_moments(apart, missing="pairwise")
    with pytest.raises(InsufficientDataError, match="Only 0"):
        ordinal_moments(apart)
    with pytest.raises(InsufficientDataError, match="at least 2"):
        ordinal_moments(codes(p=1))
    with pytest.raises(SatixError, match="no option"):
        ordinal_moments(codes(), levels=[3, 3, 3])


def test_shows_itself() -> None:
    moments = ordinal_moments(codes(), items=["a", "b", "c"])
    frame = moments.to_frame()
    assert list(frame.index[:2]) == ["a|t1", "a|t2"]
    assert list(frame.index[-3:]) == ["b~~a", "c~~a", "c~~b"]
    assert moments.summary() == "9 thresholds and 3 polychoric correlations (listwise, n = 300)"
