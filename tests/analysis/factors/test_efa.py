"""Exploratory factors: extraction, fit, factorability, what is refused and what is pointed out."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime, minimize

from analysis.factors.correlation_matrix import given_correlations, item_correlations
from analysis.factors.efa import exploratory_factors
from analysis.factors.extraction import extract
from analysis.factors.factor_fit import chi_square_log10_tail, noncentrality_interval
from analysis.factors.factorability import factorability
from analysis.factors.uniqueness_search import least_squares, maximum_likelihood
from survey.errors import InsufficientDataError, SatixError

LOADINGS = np.array([0.8, 0.7, 0.6, 0.5, 0.4])


def one_factor(loadings: Any = LOADINGS) -> Any:
    """Correlations that one factor reproduces exactly."""
    R = np.outer(loadings, loadings)
    np.fill_diagonal(R, 1.0)
    return R


def simulated(n: int = 400, k: int = 2, per: int = 4, seed: int = 3) -> pd.DataFrame:
    """Answers to k blocks of items, each with its factor."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(n, k))
    answers = factors @ np.kron(np.eye(k), np.full((1, per), 0.8)) + 0.7 * rng.normal(size=(n, k * per))
    return pd.DataFrame(answers).add_prefix("Q")


def codes(result: Any) -> set[str]:
    return {finding.code.removeprefix("analysis.") for finding in result.findings}


@pytest.mark.parametrize("method", ["minres", "ml", "pa"])
def test_a_matrix_that_one_factor_reproduces_gives_its_loadings(method: Any) -> None:
    result = exploratory_factors(given_correlations(one_factor(), n=200), 1, method=method, rotation="none")
    assert result.pattern[:, 0] == pytest.approx(LOADINGS, abs=1e-6)
    assert result.uniquenesses == pytest.approx(1 - LOADINGS**2, abs=1e-6)
    assert result.fit.rmsr == pytest.approx(0.0, abs=1e-6)
    assert (result.fit.chi_square, result.fit.df, result.fit.rmsea) == (pytest.approx(0, abs=1e-6), 5, 0.0)
    assert result.converged


def test_components_are_the_scaled_eigenvectors() -> None:
    """Equal correlations r: the first eigenvalue is 1 + (p - 1) r, its vector constant: loadings sqrt(2.2 / 4)."""
    R = np.full((4, 4), 0.4) + 0.6 * np.eye(4)
    result = exploratory_factors(given_correlations(R), 1, method="pca", rotation="none")
    assert result.pattern[:, 0] == pytest.approx(np.full(4, math.sqrt(2.2 / 4)))
    assert result.variance[:2, 0] == pytest.approx([2.2, 0.55])
    assert result.factors == ("C1",)
    assert math.isnan(result.fit.chi_square)


@pytest.mark.parametrize("which", [least_squares, maximum_likelihood])
def test_derivatives_of_the_discrepancies_are_those_of_finite_differences(which: Any) -> None:
    R = item_correlations(simulated()).matrix
    discrepancy = which(R, 2)
    x = np.linspace(0.35, 0.65, 8) if which is least_squares else np.log(np.linspace(0.35, 0.65, 8))
    _, gradient, hessian = discrepancy(x)
    assert gradient == pytest.approx(approx_fprime(x, lambda z: discrepancy(z)[0], 1e-7), abs=1e-5)
    differences = [(discrepancy(x + h)[1] - discrepancy(x - h)[1]) / 2e-6 for h in 1e-6 * np.eye(8)]
    assert hessian == pytest.approx(np.array(differences), abs=1e-6)


@pytest.mark.parametrize("method", ["minres", "ml"])
def test_newton_ends_where_a_general_optimiser_does(method: Any) -> None:
    R = item_correlations(simulated(seed=8)).matrix
    found = extract(R, 2, method=method)
    discrepancy = least_squares(R, 2) if method == "minres" else maximum_likelihood(R, 2)
    lower, upper = (0.005, 1.0) if method == "minres" else (math.log(0.005), 0.0)
    start = np.full(8, 0.5 if method == "minres" else math.log(0.5))
    other = minimize(
        lambda z: discrepancy(z)[:2], start, jac=True, method="L-BFGS-B", bounds=[(lower, upper)] * 8, tol=1e-14
    )
    assert found.discrepancy == pytest.approx(other.fun, rel=1e-7)
    assert found.discrepancy <= other.fun + 1e-12
    assert found.iterations < 12


@pytest.mark.parametrize(
    "name", ["efa_bfi25_ml_oblimin", "efa_harman74_minres_oblimin_from_R", "efa_factanal_holzinger9"]
)
def test_fit_agrees_with_r(shared: Path, name: str) -> None:
    folder = shared / "reference" / "psychometrics"
    case = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    inputs, expected, data = case["inputs"], case["expected"], pd.read_csv(folder / case["data"])
    source: Any = data[inputs["items"]] if "items" in inputs else given_correlations(data, n=inputs["n"])
    method: Any = "minres" if "minres" in name else "ml"
    result = exploratory_factors(source, inputs["nfactors"], method=method)
    assert result.n == expected["n"]
    assert result.fit.chi_square == pytest.approx(expected["chisq"], rel=1e-6)
    assert result.fit.df == expected["df"]
    assert result.uniquenesses == pytest.approx(
        list(expected["uniqueness"].values()), abs=2e-5
    )  # as far as the search of R goes
    if "rmsea" in expected:
        fit, rmsea = result.fit, expected["rmsea"]
        assert (fit.rmsea_lower, fit.rmsea_upper) == pytest.approx((rmsea["lower"], rmsea["upper"]), abs=1e-7)
        assert (fit.tli, fit.rmsr) == pytest.approx((expected["tli"], expected["rmsr"]), abs=1e-6)


def test_sampling_adequacy_by_hand() -> None:
    """Three items, r = .5: partial correlations r/(1 + r) = 1/3, KMO = .25/(.25 + 1/9) = 9/13, determinant .5."""
    result = factorability(given_correlations(np.full((3, 3), 0.5) + 0.5 * np.eye(3), n=100))
    assert result.kmo == pytest.approx(9 / 13)
    assert result.msa == pytest.approx([9 / 13] * 3)
    assert result.determinant == pytest.approx(0.5)
    assert result.bartlett_chi_square == pytest.approx(-(99 - 11 / 6) * math.log(0.5))
    assert result.smc == pytest.approx([1 / 3] * 3)
    assert "KMO 0.692" in result.summary()


def test_a_tail_too_small_for_a_number_has_a_logarithm() -> None:
    """Two degrees of freedom: the tail is exp(-x/2). Where both can be had, they agree."""
    assert chi_square_log10_tail(4000.0, 2) == pytest.approx(-2000 / math.log(10), rel=1e-12)
    assert chi_square_log10_tail(9.0, 2) == pytest.approx(-4.5 / math.log(10), rel=1e-12)
    assert chi_square_log10_tail(18146.065577235, 300) < -3000


def test_noncentrality_interval_is_where_the_quantiles_are() -> None:
    from scipy.stats import ncx2

    lower, upper = noncentrality_interval(120.0, 60, 0.9)
    assert ncx2.sf(120.0, 60, lower) == pytest.approx(0.05, rel=1e-6)
    assert ncx2.cdf(120.0, 60, upper) == pytest.approx(0.05, rel=1e-6)
    assert noncentrality_interval(20.0, 60, 0.9) == (0.0, 0.0)


def test_solutions_do_not_depend_on_order_or_scale_of_the_items() -> None:
    frame = simulated()
    one = exploratory_factors(frame, 2)
    other = exploratory_factors(frame[frame.columns[::-1]] * 3 + 1, 2)
    assert other.to_frame().loc[list(one.items)].to_numpy() == pytest.approx(one.to_frame().to_numpy(), abs=1e-6)
    turned = exploratory_factors(frame.assign(Q0=-frame["Q0"]), 2, reversed_items=["Q0"], scale=(-9, 9))
    assert turned.pattern == pytest.approx(one.pattern, abs=1e-6)


def test_case_weights_that_repeat_respondents_give_the_loadings_of_the_repeated_data() -> None:
    frame = simulated(n=60)
    counts = np.arange(60) % 3 + 1
    weighted = exploratory_factors(frame, 2, case_weights=counts)
    repeated = exploratory_factors(frame.loc[frame.index.repeat(counts)], 2)
    assert weighted.pattern == pytest.approx(repeated.pattern, abs=1e-9)
    assert math.isnan(weighted.fit.chi_square)
    assert weighted.n_effective == pytest.approx(counts.sum() ** 2 / (counts**2).sum())
    assert "factor_tests_weighted" in codes(weighted)


def test_missing_answers_are_left_out_listwise_or_by_pairs() -> None:
    frame = simulated(n=80)
    frame.iloc[:20, 0] = np.nan
    listwise, pairwise = exploratory_factors(frame, 2), exploratory_factors(frame, 2, missing="pairwise")
    assert (listwise.n, listwise.dropped, pairwise.n, pairwise.dropped) == (60, 20, 60, 0)
    assert pairwise.correlations == pytest.approx(frame.corr().to_numpy())
    assert listwise.correlations == pytest.approx(frame.dropna().corr().to_numpy())
    assert "respondents_dropped" in codes(listwise)


@pytest.mark.parametrize("kind", ["spearman", "kendall", "polychoric"])
def test_other_correlations_can_be_factored(kind: Any) -> None:
    frame = simulated().apply(lambda column: pd.cut(column, [-9, -0.8, 0, 0.8, 9], labels=False)).astype(float)
    result = exploratory_factors(frame, 2, correlation=kind)
    assert result.correlation == kind
    assert not np.allclose(result.correlations, item_correlations(frame).matrix)
    assert (np.abs(result.pattern).argmax(axis=1)[:4] == np.abs(result.pattern).argmax(axis=1)[0]).all()
    assert ("factor_tests_ordinal" in codes(result)) == (kind == "polychoric")


def test_a_heywood_case_is_reported() -> None:
    """Correlations .9, .9, .5 of three items need a loading above one: sqrt(.81 / .5) = 1.27."""
    R = np.array([[1, 0.9, 0.9], [0.9, 1, 0.5], [0.9, 0.5, 1.0]])
    R[0, 1:] = R[1:, 0] = 0.8
    for method in ("minres", "ml"):
        result = exploratory_factors(given_correlations(R, n=90, items=["a", "b", "c"]), 1, method=method)
        assert result.heywood_items == ("a",)
        assert "heywood" in codes(result)
    finding = next(finding for finding in result.findings if finding.code == "analysis.heywood")
    assert "Heywood" in finding.message("zh")
    assert "Item a" in finding.message("en")


def test_among_several_heywood_minima_the_least_is_taken(shared: Path) -> None:
    """Seven factors are too many for these items; the usual start alone ends 0.004 above the least minimum."""
    data = pd.read_csv(shared / "reference" / "psychometrics" / "mobi.csv").select_dtypes("number")
    R = item_correlations(data).matrix
    found = extract(R, 7, method="ml")
    discrepancy = maximum_likelihood(R, 7)
    rng = np.random.default_rng(1)
    others = [
        minimize(
            lambda z: discrepancy(z)[:2],
            np.log(rng.uniform(0.2, 0.9, len(R))),
            jac=True,
            method="L-BFGS-B",
            bounds=[(math.log(0.005), 0.0)] * len(R),
        ).fun
        for _ in range(5)
    ]
    assert found.discrepancy <= min(others) + 1e-6
    assert found.converged


def test_iterations_that_do_not_suffice_are_reported() -> None:
    result = exploratory_factors(simulated(), 2, method="pa", max_iterations=2)
    assert not result.converged
    assert "extraction_not_converged" in codes(result)
    loose = exploratory_factors(simulated(), 2, method="pa", tolerance=1e-3)
    assert loose.converged
    assert loose.extraction.iterations < exploratory_factors(simulated(), 2, method="pa").extraction.iterations


def test_what_cannot_be_factored_is_refused() -> None:
    frame = simulated(n=30)
    with pytest.raises(InsufficientDataError, match="at least 2"):
        exploratory_factors(frame[["Q0"]], 1)
    with pytest.raises(InsufficientDataError, match="Q3 does not vary"):
        exploratory_factors(frame.assign(Q3=4.0), 2)
    with pytest.raises(InsufficientDataError, match="9 factors"):
        exploratory_factors(frame, 9)
    with pytest.raises(InsufficientDataError, match="Only 0"):
        exploratory_factors(frame.assign(Q1=np.nan), 2)
    apart = frame.copy()
    apart.loc[:14, "Q0"] = np.nan
    apart.loc[15:, "Q1"] = np.nan
    with pytest.raises(InsufficientDataError, match="Q0 and Q1"):
        exploratory_factors(apart, 2, missing="pairwise")
    twin = frame.assign(Q1=frame["Q0"])
    with pytest.raises(InsufficientDataError, match="inverted"):
        exploratory_factors(twin, 2, method="ml")
    result = exploratory_factors(twin, 2)
    assert {"items_identical", "factor_matrix_singular"} <= codes(result)
    assert math.isnan(result.fit.chi_square)
    for bad in (np.ones((2, 3)), np.array([[1, 0.2], [0.5, 1]]), np.array([[1, 2], [2, 1]]), np.eye(2) * 2):
        with pytest.raises(SatixError, match="not a correlation matrix"):
            given_correlations(bad)


def test_fewer_respondents_than_items_and_impossible_correlations_are_pointed_out() -> None:
    few = simulated(n=6)
    result = factorability(few)
    assert {"fewer_respondents_than_items", "factor_matrix_singular"} <= codes(result)
    assert math.isnan(result.kmo)
    assert np.isfinite(result.eigenvalues).all()
    impossible = given_correlations(np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]))
    assert {"correlations_indefinite"} <= codes(impossible)
    assert "fit_without_n" in codes(exploratory_factors(given_correlations(one_factor()), 1))
    assert "factors_not_identified" in codes(exploratory_factors(simulated(per=2), 2, rotation="none"))


def test_every_finding_reads_in_both_languages() -> None:
    results = [
        exploratory_factors(simulated(n=6), 2),
        exploratory_factors(simulated(), 5),
        exploratory_factors(simulated(), 2, method="pa", max_iterations=2),
    ]
    for result in results:
        assert result.findings
        for finding in result.findings:
            assert "{" not in finding.message("zh") + finding.message("en")
        assert len(result.to_frame()) == 8
        assert len(result.summary()) > 20
        for frame in (result.structure_frame(), result.phi_frame(), result.variance_frame(), result.fit_frame()):
            assert not frame.empty
