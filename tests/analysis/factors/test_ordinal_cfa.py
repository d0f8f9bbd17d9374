"""Models of ordered items: against lavaan, independent minimisation, simulation; both parameterisations; refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.factors.cfa.fit_dwls import OrdinalLeastSquares
from analysis.factors.cfa.ordinal_confirmatory import (
    OrdinalEstimator,
    ordinal_factor_analysis,
)
from analysis.factors.cfa.ordinal_model import OrdinalModel
from analysis.factors.cfa.ordinal_reliability import answer_covariance, ordinal_model_reliability
from analysis.factors.cfa.ordinal_sample import ordinal_sample
from analysis.factors.cfa.ordinal_score_tests import ordinal_modification_indices
from analysis.factors.cfa.ordinal_table import ordinal_table
from survey.errors import InsufficientDataError

ITEMS = [f"x{place + 1}" for place in range(6)]
MODEL = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"
CUTS = np.array([-1.0, 0.1, 1.1])


def answers(
    n: int = 600, *, seed: int = 3, r: float = 0.4, cuts: np.ndarray = CUTS, loadings: float = 0.7
) -> pd.DataFrame:
    """Two factors of three items each."""
    rng = np.random.default_rng(seed)
    factors = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], size=n)
    latent = loadings * np.repeat(factors, 3, axis=1) + np.sqrt(1 - loadings**2) * rng.normal(size=(n, 6))
    return pd.DataFrame(np.searchsorted(cuts, latent) + 1.0, columns=ITEMS)


def test_wlsmv_agrees_with_lavaan(shared: Path) -> None:
    """Estimates, standard errors, fit and reliability of the reference case, far within its tolerance."""
    folder = shared / "reference" / "psychometrics"
    case = json.loads((folder / "cfa_ordinal_wlsmv_bfi.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(folder / case["data"])
    frame["A1"] = 7 - frame["A1"]
    result = ordinal_factor_analysis(frame, case["inputs"]["model"])
    expected = case["expected"]
    assert result.n == expected["n"]
    assert result.converged
    for name, value in expected["estimates"].items():
        assert result.estimate(name).estimate == pytest.approx(value, abs=2e-6), name
        assert result.estimate(name).std_error == pytest.approx(expected["std_errors"][name], abs=2e-6), name
    for name, value in expected["fit"].items():
        assert result.fit[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name
    rows = ordinal_model_reliability(result)
    for name, value in expected["composite_reliability_ord_scale_true"].items():
        assert rows.factor(name).omega3 == pytest.approx(value, abs=1e-6)


def test_estimates_minimise_the_weighted_squares() -> None:
    """scipy, with the model written out by hand, finds the same correlations and chi-square."""
    from scipy.optimize import least_squares

    frame = answers()
    result = ordinal_factor_analysis(frame, MODEL, std_lv=True)
    moments = result.sample.groups[0].moments
    rows, columns = np.tril_indices(6, -1)
    weights = 1 / np.diag(moments.gamma)[moments.n_thresholds :]

    def away(values: np.ndarray) -> np.ndarray:
        loadings, r = values[:6], values[6]
        between = np.where((rows < 3) == (columns < 3), 1.0, r)
        found: np.ndarray = np.sqrt(weights) * (
            moments.correlations[rows, columns] - loadings[rows] * loadings[columns] * between
        )
        return found

    found = least_squares(away, np.full(7, 0.5), xtol=1e-14, ftol=1e-14, gtol=1e-14)
    got = [result.estimate(f"{'f' if place < 3 else 'g'}=~x{place + 1}").estimate for place in range(6)]
    assert [*got, result.estimate("f~~g").estimate] == pytest.approx(found.x, abs=1e-6)
    assert result.fit["chisq"] == pytest.approx((moments.n - 1) * 2 * found.cost, rel=1e-9)
    for cut, value in enumerate(moments.thresholds[0]):
        assert result.estimate(f"x1|t{cut + 1}").estimate == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
@pytest.mark.parametrize("identification", ["scale_and_means", "wu_estabrook"])
@pytest.mark.parametrize(
    "text", [MODEL, MODEL + "\nh =~ 0.8*f + 0.8*g\nx1 ~~ x4", "a =~ x1+x2+x3+x4\nb =~ x3+x5+x6\nb ~ a"]
)
def test_the_jacobian_is_the_derivative_of_the_moments(text: str, identification: str, parameterization: str) -> None:
    """Central differences of the moments at a point away from the solution, in both groups."""
    table = ordinal_table(
        text,
        dict.fromkeys(ITEMS, 3),
        n_groups=2,
        parameterization=parameterization,  # type: ignore[arg-type]
        identification=identification,  # type: ignore[arg-type]
        equal=["thresholds", "loadings"],
    )
    model = OrdinalModel(table, parameterization=parameterization)  # type: ignore[arg-type]
    theta = np.random.default_rng(1).uniform(0.5, 1.2, model.n_free)
    for group in range(2):
        numeric = np.empty_like(model.jacobian(theta, group))
        for place in range(model.n_free):
            step = np.zeros(model.n_free)
            step[place] = 1e-6
            numeric[:, place] = (model.moments(theta + step, group) - model.moments(theta - step, group)) / 2e-6
        assert model.jacobian(theta, group) == pytest.approx(numeric, abs=1e-7)


def test_both_parameterisations_and_both_scalings_are_one_model() -> None:
    """Chi-square, standardised values and their standard errors do not hang on what fixes the scale."""
    frame = answers()
    first = ordinal_factor_analysis(frame, MODEL)
    for options in ({"parameterization": "theta"}, {"std_lv": True}, {"parameterization": "theta", "std_lv": True}):
        other = ordinal_factor_analysis(frame, MODEL, **options)
        for name in ("chisq", "chisq.scaled", "srmr", "cfi.robust"):
            assert other.fit[name] == pytest.approx(first.fit[name], rel=1e-6)
        for one in first.estimates:
            if one.op == "~*~":
                continue
            two = other.estimate(one.name)
            assert two.std_all == pytest.approx(one.std_all, abs=1e-6), one.name
            if one.op in {"=~", "|"}:
                assert two.std_all_error == pytest.approx(one.std_all_error, abs=1e-6), one.name


def test_names_of_items_do_not_matter() -> None:
    """Words, and an item whose name begins like a threshold."""
    frame = answers()
    names = dict(zip(ITEMS, ["prompt", "t2", "客气", "t10", "fair", "careful"], strict=True))
    one = ordinal_factor_analysis(frame, MODEL)
    text = "f =~ prompt + t2 + 客气\ng =~ t10 + fair + careful"
    two = ordinal_factor_analysis(frame.rename(columns=names), text)
    assert two.fit["chisq"] == pytest.approx(one.fit["chisq"], rel=1e-9)
    assert two.estimate("t10|t2").estimate == pytest.approx(one.estimate("x4|t2").estimate, abs=1e-9)


def test_robust_measures_estimate_those_of_continuous_variables() -> None:
    """One factor for two, in a large sample: RMSEA and CFI are near those of ML on the true correlations."""
    from analysis.factors.cfa.confirmatory import factor_analysis_of_moments

    truth = np.kron(np.array([[1, 0.4], [0.4, 1]]), np.ones((3, 3))) * 0.49
    np.fill_diagonal(truth, 1.0)
    text = "f =~ " + " + ".join(ITEMS)
    population = factor_analysis_of_moments(truth, 10**6, ITEMS, text, divisor="n").fit
    fit = ordinal_factor_analysis(answers(20_000), text).fit
    assert fit["rmsea.robust"] == pytest.approx(population["rmsea"], abs=0.01)
    assert fit["cfi.robust"] == pytest.approx(population["cfi"], abs=0.02)


def test_adjustments_give_the_moments_they_promise() -> None:
    """From the eigenvalues of U gamma: mean, and mean and variance, of the weighted sum are those of chi-square."""
    frame = answers()
    fits = {name: ordinal_factor_analysis(frame, MODEL, estimator=name) for name in ("WLSMV", "WLSM", "WLSMVS", "DWLS")}
    discrepancy, model = fits["WLSMV"].discrepancy, fits["WLSMV"].model
    jacobian = model.jacobian(fits["WLSMV"].fitted.theta)
    weight, gamma = np.diag(discrepancy.weights[0]), discrepancy.groups[0].moments.gamma
    inner = jacobian.T @ weight @ jacobian
    residual = weight - weight @ jacobian @ np.linalg.inv(inner) @ jacobian.T @ weight
    values = np.sort(np.linalg.eigvals(residual @ gamma).real)[::-1][:8]
    chisq, df = fits["DWLS"].fit["chisq"], 8
    a = np.sqrt(df / (values**2).sum())
    assert fits["WLSMV"].fit["chisq.scaled"] == pytest.approx(a * chisq + df - a * values.sum(), rel=1e-8)
    assert fits["WLSM"].fit["chisq.scaled"] == pytest.approx(chisq * df / values.sum(), rel=1e-8)
    assert fits["WLSMVS"].fit["chisq.scaled"] == pytest.approx(chisq * values.sum() / (values**2).sum(), rel=1e-8)
    assert fits["WLSMVS"].fit["df.scaled"] == pytest.approx(values.sum() ** 2 / (values**2).sum(), rel=1e-8)
    assert np.isnan(fits["DWLS"].fit.measures.get("chisq.scaled", np.nan))


@pytest.mark.parametrize("estimator", ["WLSMV", "ULSMV"])
def test_simulated_samples_are_covered(estimator: OrdinalEstimator) -> None:
    """Over 80 samples the scaled chi-square averages its df, and standard errors the spread of the estimates."""
    statistics, estimates, errors, inside = [], [], [], []
    for seed in range(80):
        result = ordinal_factor_analysis(answers(400, seed=seed), MODEL, std_lv=True, estimator=estimator)
        rows = [result.estimate("f=~x1"), result.estimate("f~~g")]
        statistics.append(result.fit["chisq.scaled"])
        estimates.append([row.estimate for row in rows])
        errors.append([row.std_error for row in rows])
        inside.append([row.lower < truth < row.upper for row, truth in zip(rows, (0.7, 0.4), strict=True)])
    assert np.mean(statistics) == pytest.approx(8, abs=3 * 4 / np.sqrt(80))
    assert np.mean(estimates, axis=0) == pytest.approx([0.7, 0.4], abs=0.02)
    assert np.mean(errors, axis=0) / np.std(estimates, axis=0) == pytest.approx([1, 1], abs=3 / np.sqrt(160))
    assert (np.mean(inside, axis=0) > 0.87).all()


def test_a_model_of_two_categories_gives_tetrachoric_loadings() -> None:
    """Two answers per item, one factor of three: loadings are products of tetrachoric correlations."""
    frame = (answers(2000)[["x1", "x2", "x3"]] > 2).astype(float)
    result = ordinal_factor_analysis(frame, "f =~ x1 + x2 + x3", std_lv=True)
    r = result.sample.groups[0].moments.correlations
    assert result.estimate("f=~x1").estimate == pytest.approx(np.sqrt(r[0, 1] * r[0, 2] / r[1, 2]), abs=1e-6)
    assert result.fit["df"] == 0
    assert result.fit["chisq"] == pytest.approx(0, abs=1e-8)


def test_a_second_order_factor_explains_three_factors() -> None:
    """With three first-order factors it fits as freely correlated ones do."""
    rng = np.random.default_rng(5)
    general = rng.normal(size=(1500, 1))
    factors = 0.7 * general + np.sqrt(0.51) * rng.normal(size=(1500, 3))
    latent = 0.75 * np.repeat(factors, 3, axis=1) + np.sqrt(1 - 0.75**2) * rng.normal(size=(1500, 9))
    frame = pd.DataFrame(np.searchsorted(CUTS, latent) + 1.0, columns=[f"y{place + 1}" for place in range(9)])
    first = "a =~ y1 + y2 + y3\nb =~ y4 + y5 + y6\nc =~ y7 + y8 + y9"
    second = ordinal_factor_analysis(frame, first + "\nh =~ a + b + c")
    assert second.converged
    assert second.fit["chisq"] == pytest.approx(ordinal_factor_analysis(frame, first).fit["chisq"], rel=1e-8)
    assert second.estimate("h=~b").std_all == pytest.approx(0.7, abs=0.1)


def test_available_answers_are_all_used_pairwise() -> None:
    """Thresholds come from every answer to an item; n counts everybody with an answer."""
    frame = answers(800)
    rng = np.random.default_rng(0)
    holes = frame.mask(rng.random(frame.shape) < 0.1)
    listwise = ordinal_factor_analysis(holes, MODEL)
    pairwise = ordinal_factor_analysis(holes, MODEL, missing="pairwise")
    assert listwise.n == int(holes.notna().all(axis=1).sum())
    assert listwise.dropped == 800 - listwise.n
    assert pairwise.n == int(holes.notna().any(axis=1).sum())
    assert pairwise.missing == "pairwise"
    share = float((holes["x1"].dropna() <= 1).mean())
    from scipy.special import ndtri

    assert pairwise.estimate("x1|t1").estimate == pytest.approx(float(ndtri(share)), abs=1e-9)
    assert pairwise.estimate("f=~x2").std_error < listwise.estimate("f=~x2").std_error


def test_modification_indices_find_what_was_left_out() -> None:
    """A residual correlation planted between x1 and x4 comes first; freeing it gains about its index."""
    rng = np.random.default_rng(11)
    factors = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], size=1500)
    noise = rng.normal(size=(1500, 6))
    noise[:, 3] = 0.6 * noise[:, 0] + 0.8 * noise[:, 3]
    latent = 0.7 * np.repeat(factors, 3, axis=1) + np.sqrt(0.51) * noise
    frame = pd.DataFrame(np.searchsorted(CUTS, latent) + 1.0, columns=ITEMS)
    result = ordinal_factor_analysis(frame, MODEL)
    best = ordinal_modification_indices(result)[0]
    assert {best.left, best.right} == {"x1", "x4"}
    freed = ordinal_factor_analysis(frame, MODEL + "\nx1 ~~ x4")
    assert result.fit["chisq"] - freed.fit["chisq"] == pytest.approx(best.index, rel=0.25)
    assert freed.estimate("x1~~x4").estimate == pytest.approx(best.change, rel=0.25)


def test_covariances_of_answers_are_those_of_their_tables() -> None:
    """Green and Yang's double sum equals the covariance from the cell probabilities of two items."""
    from scipy.stats import multivariate_normal

    r = np.array([[1.0, 0.5], [0.5, 1.0]])
    cuts = [np.array([-0.5, 0.8]), np.array([0.2])]
    got = answer_covariance(r, cuts, within=True)
    joint = multivariate_normal([0, 0], r)
    edges = [np.array([-9.0, *one, 9.0]) for one in cuts]
    below = np.array([[joint.cdf([h, k]) for k in edges[1]] for h in edges[0]])
    cells = np.diff(np.diff(below, axis=0), axis=1)
    values = np.arange(1, 4), np.arange(1, 3)
    means = values[0] @ cells.sum(axis=1), values[1] @ cells.sum(axis=0)
    assert got[0, 1] == pytest.approx(values[0] @ cells @ values[1] - means[0] * means[1], abs=1e-6)
    assert got[0, 0] == pytest.approx(values[0] ** 2 @ cells.sum(axis=1) - means[0] ** 2, abs=1e-6)


def test_reversing_an_item_turns_its_loading_and_nothing_else() -> None:
    """Chi-square stays; so does every other loading."""
    frame = answers()
    turned = frame.assign(x2=5 - frame["x2"])
    one, two = ordinal_factor_analysis(frame, MODEL), ordinal_factor_analysis(turned, MODEL)
    assert two.fit["chisq.scaled"] == pytest.approx(one.fit["chisq.scaled"], rel=1e-7)
    assert two.estimate("f=~x2").estimate == pytest.approx(-one.estimate("f=~x2").estimate, abs=1e-6)
    assert two.estimate("f=~x3").std_all == pytest.approx(one.estimate("f=~x3").std_all, abs=1e-6)


def refused(code: str, frame: pd.DataFrame, model: str = MODEL, **options: object) -> None:
    with pytest.raises(InsufficientDataError) as caught:
        ordinal_factor_analysis(frame, model, **options)  # type: ignore[arg-type]
    assert f"analysis.{code}" in [problem.code for problem in caught.value.problems]
    for language in ("en", "zh"):
        assert all("{" not in problem.message(language) for problem in caught.value.problems)


def test_what_cannot_be_fitted_is_refused_by_name() -> None:
    """Each refusal has its own code and words in both languages."""
    frame = answers(200)
    refused("cfa_constant_item", frame.assign(x1=2.0))
    refused("cfa_columns_unknown", frame.drop(columns="x3"))
    refused("cfa_nobody", frame.assign(x1=np.nan))
    refused("cfa_nobody", frame.assign(x1=np.nan).iloc[:0])
    refused("cfa_estimator_ordinal", frame, estimator="ML")
    refused("cfa_ordinal_regressed", frame, "f =~ x1 + x2 + x3\nx4 ~ f")
    refused("cfa_threshold_unknown", frame, MODEL + "\nx1 | t1 + t9")
    refused("cfa_ordinal_residuals_theta", frame, equal=["thresholds", "residuals"])
    refused("cfa_ordinal_intercepts_first", frame, equal=["intercepts"])
    refused("cfa_more_parameters_than_moments", frame, "f =~ x1 + x2")
    refused("perfect_correlation", frame.assign(x2=frame["x1"]))
    holes = frame.copy()
    holes.loc[:99, "x1"] = np.nan
    holes.loc[100:, "x2"] = np.nan
    refused("item_pairs_unanswered", holes, missing="pairwise")


def test_a_group_without_variation_is_named() -> None:
    """The item that everybody in a group answered alike."""
    frame = answers(200)
    groups = np.repeat(["north", "south"], 100)
    frame.loc[100:, "x5"] = 3.0
    with pytest.raises(InsufficientDataError, match=r"x5 \(south\)"):
        ordinal_factor_analysis(frame, MODEL, groups=groups)


def test_categories_missing_in_a_group_are_merged_or_refused() -> None:
    """Nobody in the second group chose 4 on x1: all groups then have three categories."""
    frame = answers(600)
    groups = np.repeat(["north", "south"], 300)
    frame.loc[300:, "x1"] = frame.loc[300:, "x1"].clip(upper=3)
    result = ordinal_factor_analysis(frame, MODEL, groups=groups)
    assert "analysis.cfa_categories_merged" in [problem.code for problem in result.findings]
    assert result.sample.levels == (3, 4, 4, 4, 4, 4)
    share = float((frame["x1"].iloc[:300] <= 2).mean())
    from scipy.special import ndtri

    assert result.estimate("x1|t2", "north").estimate == pytest.approx(float(ndtri(share)), abs=1e-8)
    refused("cfa_categories_differ", frame, groups=groups, empty_categories="refuse")


def test_the_lowest_category_merges_upwards() -> None:
    """Codes of both groups after nobody in one chose 1."""
    frame = answers(400)[["x1", "x2"]]
    groups = np.repeat(["a", "b"], 200)
    frame.loc[200:, "x1"] = frame.loc[200:, "x1"].clip(lower=2)
    sample = ordinal_sample(frame, ["x1", "x2"], groups=groups)
    assert sample.levels == (3, 4)
    below = float((frame["x1"].iloc[:200] <= 2).mean())
    from scipy.special import ndtr

    assert float(ndtr(sample.groups[0].moments.thresholds[0][0])) == pytest.approx(below, abs=1e-12)


def test_a_negative_residual_variance_is_reported() -> None:
    """Correlations of 0.9, 0.9 and 0.5 imply a loading beyond one on the common item."""
    rng = np.random.default_rng(2)
    r = np.array([[1, 0.85, 0.85], [0.85, 1, 0.6], [0.85, 0.6, 1]])
    latent = rng.multivariate_normal(np.zeros(3), r, size=1500)
    frame = pd.DataFrame(np.searchsorted(CUTS, latent) + 1.0, columns=["x1", "x2", "x3"])
    result = ordinal_factor_analysis(frame, "f =~ x1 + x2 + x3", std_lv=True)
    assert result.estimate("f=~x1").estimate > 1
    assert "analysis.cfa_negative_residual" in [problem.code for problem in result.findings]


def test_unidentified_parameters_are_named_and_have_no_standard_errors() -> None:
    """Loadings, marker and variance free at once."""
    result = ordinal_factor_analysis(answers(), "f =~ NA*x1 + x2 + x3 + x4")
    assert "analysis.cfa_not_identified" in [problem.code for problem in result.findings]
    assert np.isnan(result.estimate("f=~x2").std_error)
    assert not result.converged


def test_weights_of_uls_are_one() -> None:
    """The discrepancy of ULS is the plain sum of squares."""
    sample = ordinal_sample(answers(), ITEMS)
    assert (OrdinalLeastSquares.of(sample.groups, "ULS").weights[0] == 1).all()
