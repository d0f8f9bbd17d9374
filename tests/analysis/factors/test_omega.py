"""Omega from Schmid-Leiman loadings and from one factor; the number of factors."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.factors.congeneric import congeneric_omega
from analysis.factors.correlation_matrix import given_correlations
from analysis.factors.minimum_average_partial import minimum_average_partial
from analysis.factors.omega import omega
from analysis.factors.parallel_analysis import parallel_analysis
from analysis.factors.schmid_leiman import schmid_leiman
from survey.errors import InsufficientDataError, SatixError

SECOND_ORDER = np.array([0.8, 0.7, 0.6])
PATTERN = np.kron(np.eye(3), np.array([[0.8], [0.7], [0.6], [0.5]]))


def hierarchical() -> Any:
    """Twelve items of three factors that share a second-order factor; reproduced exactly."""
    phi = np.outer(SECOND_ORDER, SECOND_ORDER)
    np.fill_diagonal(phi, 1.0)
    R = PATTERN @ phi @ PATTERN.T
    np.fill_diagonal(R, 1.0)
    return R


def codes(result: Any) -> set[str]:
    return {finding.code.removeprefix("analysis.") for finding in result.findings}


def test_a_known_hierarchy_gives_its_coefficients() -> None:
    """General loadings l b, group loadings l sqrt(1 - b^2); omega from them by the formulas."""
    R = hierarchical()
    result = omega(given_correlations(R, n=500), rotation_tolerance=1e-9)
    general = (PATTERN @ SECOND_ORDER).sum()
    assert result.omega_hierarchical == pytest.approx(general**2 / R.sum(), abs=1e-5)
    assert result.omega_total == pytest.approx(1 - (1 - (PATTERN**2).sum(axis=1)).sum() / R.sum(), abs=1e-6)
    assert result.omega_asymptotic == pytest.approx(result.omega_hierarchical / result.omega_total)
    shares = (PATTERN @ SECOND_ORDER) ** 2
    assert result.explained_common_variance == pytest.approx(shares.sum() / (PATTERN**2).sum(), abs=1e-5)
    assert [len(group.items) for group in result.groups] == [12, 4, 4, 4]
    for group in result.groups[1:]:
        assert group.total == pytest.approx(group.general + group.group)
    assert result.converged


def test_items_that_run_the_other_way_are_turned_round_on_request() -> None:
    signs = np.ones(12)
    signs[[1, 6]] = -1
    R = hierarchical() * np.outer(signs, signs)
    straight = omega(given_correlations(hierarchical()))
    turned = omega(given_correlations(R))
    assert turned.flipped_items == ("2", "7")
    assert turned.omega_hierarchical == pytest.approx(straight.omega_hierarchical, abs=1e-6)
    assert "omega_flipped" in codes(turned)
    left = omega(given_correlations(R), flip=False)
    assert left.omega_hierarchical < turned.omega_hierarchical
    assert left.flipped_items == ()


@pytest.mark.parametrize("name", ["omega_bfi_extraversion_neuroticism", "omega_holzinger_9"])
def test_omega_agrees_with_psych(shared: Path, name: str) -> None:
    folder = shared / "reference" / "psychometrics"
    case = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    inputs, expected = case["inputs"], case["expected"]
    data = pd.read_csv(folder / case["data"])[inputs["items"]]
    result = omega(data, flip=False, reversed_items=inputs.get("reversed", ()), scale=inputs.get("scale"))
    figures = (result.omega_total, result.omega_hierarchical, result.explained_common_variance, result.lambda6)
    wanted = [expected[key] for key in ("omega_total", "omega_h", "ECV", "lambda6")]
    assert figures == pytest.approx(wanted, abs=2e-5)
    assert result.general_loadings == pytest.approx(list(expected["general_loadings"].values()), abs=5e-5)


def test_fewer_group_factors_rest_on_an_assumption_which_is_named() -> None:
    source = given_correlations(hierarchical())
    results = [
        omega(source, n_factors=2, two_factors=choice).omega_hierarchical for choice in ("equal", "first", "second")
    ]
    assert len({round(value, 4) for value in results}) == 3
    assert "omega_two_factors" in codes(omega(source, n_factors=2))
    single = omega(source, n_factors=1)
    assert "omega_one_factor" in codes(single)
    assert single.schmid_leiman.group.shape == (12, 0)
    assert single.omega_hierarchical == pytest.approx(single.omega_total, abs=0.05)
    assert len(single.group_frame()) == 1
    for finding in (*single.findings, *omega(source, n_factors=2).findings):
        assert "{" not in finding.message("zh") + finding.message("en")


def test_two_correlated_factors_by_hand() -> None:
    """r = .36: b = .6 each; an item that loads .8 has general .48 and group .8 * .8 = .64."""
    result = schmid_leiman([[0.8, 0], [0, 0.8]], [[1, 0.36], [0.36, 1]])
    assert result.general == pytest.approx([0.48, 0.48])
    assert result.group == pytest.approx(np.diag([0.64, 0.64]))
    assert result.communalities == pytest.approx([0.64, 0.64])
    assert result.to_frame().columns[0] == "general"


def test_one_factor_gives_omega_by_hand() -> None:
    """Loadings .8 .7 .6: (2.1)^2 / (2.1^2 + .36 + .51 + .64) = 4.41 / 5.92; three items fit exactly."""
    loadings = np.array([0.8, 0.7, 0.6])
    R = np.outer(loadings, loadings)
    np.fill_diagonal(R, 1.0)
    result = congeneric_omega(given_correlations(R, n=100, kind="polychoric"))
    assert result.omega == pytest.approx(4.41 / 5.92)
    assert result.omega_observed == pytest.approx(4.41 / R.sum())
    assert result.ave == pytest.approx((0.64 + 0.49 + 0.36) / 3)
    assert result.correlation == "polychoric"
    assert math.isnan(result.std_error)


def test_omega_of_the_raw_score_agrees_with_lavaan(shared: Path) -> None:
    folder = shared / "reference" / "psychometrics"
    case = json.loads((folder / "omega_congeneric_cfa_attitude.json").read_text(encoding="utf-8"))
    result = congeneric_omega(pd.read_csv(folder / case["data"]))
    assert result.omega == pytest.approx(case["expected"]["omega_congeneric"], abs=1e-6)
    assert result.loadings == pytest.approx(list(case["expected"]["loadings"].values()), abs=1e-4)
    assert 0 < result.lower < result.omega < result.upper < 1


def test_the_standard_error_of_omega_is_the_spread_over_samples() -> None:
    rng = np.random.default_rng(6)
    loadings, residual = np.array([1.0, 0.8, 1.2, 0.6]), np.array([0.6, 0.9, 0.8, 0.7])
    draws = []
    for _ in range(400):
        x = rng.normal(size=(250, 1)) * loadings + rng.normal(size=(250, 4)) * np.sqrt(residual)
        draws.append(congeneric_omega(pd.DataFrame(x)))
    spread = np.std([draw.omega for draw in draws])
    assert np.mean([draw.std_error for draw in draws]) == pytest.approx(spread, rel=0.12)
    truth = loadings.sum() ** 2 / (loadings.sum() ** 2 + residual.sum())
    assert 0.91 < np.mean([draw.lower < truth < draw.upper for draw in draws]) < 0.985


def test_an_item_that_runs_the_other_way_is_pointed_out() -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))).add_prefix("Q")
    turned = congeneric_omega(frame.assign(Q2=-frame["Q2"]))
    assert "loading_negative" in codes(turned)
    assert turned.omega < congeneric_omega(frame).omega
    mended = congeneric_omega(frame.assign(Q2=-frame["Q2"]), reversed_items=["Q2"], scale=(-9, 9))
    assert mended.omega == pytest.approx(congeneric_omega(frame).omega)


def test_too_few_items_for_one_factor_are_refused() -> None:
    with pytest.raises(InsufficientDataError, match="at least 3"):
        congeneric_omega(pd.DataFrame(np.random.default_rng(1).normal(size=(20, 2))))


def blocks(n: int = 300, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    answers = rng.normal(size=(n, 2)) @ np.kron(np.eye(2), np.full((1, 5), 0.8)) + 0.7 * rng.normal(size=(n, 10))
    return pd.DataFrame(answers).add_prefix("Q")


@pytest.mark.parametrize("n", [40, 9, 5])
def test_drawn_scatter_matrices_have_the_eigenvalues_of_drawn_data(n: int) -> None:
    """Also with fewer respondents than items. Means of 1500 draws each, to four Monte-Carlo standard errors."""
    p = 8
    source = given_correlations(np.eye(p), n=n)
    result = parallel_analysis(source, replicates=1500, seed=3)
    rng = np.random.default_rng(4)
    direct = np.array(
        [np.linalg.eigvalsh(np.corrcoef(rng.normal(size=(n, p)), rowvar=False))[::-1] for _ in range(1500)]
    )
    error = np.sqrt((result.simulated_sd**2 + direct.var(axis=0)) / 1500) + 1e-9
    assert (np.abs(result.simulated_mean - direct.mean(axis=0)) < 4 * error).all()


def test_parallel_analysis_finds_the_blocks_whatever_the_options() -> None:
    frame = blocks()
    for kind in ("components", "common_factors"):
        for data in ("normal", "permuted"):
            result = parallel_analysis(frame, eigenvalues=kind, simulated=data, replicates=120)
            assert result.n_factors == 2 or kind == "common_factors"
            assert result.n_factors >= 2
            assert len(result.to_frame()) == 10
    mean, high = parallel_analysis(frame, quantile=None), parallel_analysis(frame, quantile=0.99)
    assert (high.threshold > mean.threshold).all()
    assert mean.n_factors == mean.n_above_mean
    assert np.array_equal(mean.simulated_mean, parallel_analysis(frame, quantile=0.5).simulated_mean)
    assert not np.array_equal(mean.simulated_mean, parallel_analysis(frame, seed=1).simulated_mean)


def test_parallel_analysis_refuses_what_it_cannot_simulate() -> None:
    with pytest.raises(InsufficientDataError, match="sample size"):
        parallel_analysis(given_correlations(np.eye(3)))
    with pytest.raises(SatixError, match="answers themselves"):
        parallel_analysis(given_correlations(np.eye(3), n=50), simulated="permuted")
    with pytest.raises(SatixError, match="quantile"):
        parallel_analysis(blocks(), quantile=1.0)


def test_average_partial_correlations_by_hand() -> None:
    """Equal correlations r: nothing taken out, the average square is r^2. Two blocks: two components."""
    result = minimum_average_partial(given_correlations(np.full((5, 5), 0.3) + 0.7 * np.eye(5)))
    assert (result.squared[0], result.fourth[0]) == pytest.approx((0.09, 0.0081))
    assert minimum_average_partial(blocks()).n_components == 2
    assert minimum_average_partial(given_correlations(np.eye(4))).n_components == 0
