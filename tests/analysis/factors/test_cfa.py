"""Confirmatory factor analysis: published values, properties, edges."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.factors.cfa.confirmatory import confirmatory_factor_analysis, factor_analysis_of_moments
from analysis.factors.cfa.fit_measures import ModelTest, fit_measures, rmsea_bounds
from analysis.factors.cfa.fit_ml import Estimator
from analysis.factors.cfa.minimise import observed_information
from analysis.factors.cfa.model import FactorModel
from analysis.factors.cfa.model_reliability import model_reliability
from analysis.factors.cfa.normal_theory import NormalTheory
from analysis.factors.cfa.parameters import parameter_table
from analysis.factors.cfa.residuals import cfa_residuals
from analysis.factors.cfa.result import CfaResult
from analysis.factors.cfa.robust import saturated_information, saturated_trace
from analysis.factors.cfa.sample import sample_from_frame
from analysis.factors.cfa.scores import equality_tests, factor_scores, modification_indices
from analysis.factors.cfa.standardised import standardised_solution
from analysis.factors.cfa.starts import start_values
from survey.errors import InsufficientDataError

HOLZINGER = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
SECOND_ORDER = HOLZINGER + "\ng =~ visual + textual + speed"


@pytest.fixture(scope="module")
def schools(shared: Path) -> pd.DataFrame:
    return pd.read_csv(shared / "reference" / "psychometrics" / "holzinger_swineford_1939.csv")


@pytest.fixture(scope="module")
def fitted(schools: pd.DataFrame) -> CfaResult:
    return confirmatory_factor_analysis(schools, HOLZINGER)


def expected(shared: Path, case: str) -> dict[str, dict[str, float]]:
    path = shared / "reference" / "psychometrics" / f"{case}.json"
    found: dict[str, dict[str, float]] = json.loads(path.read_text(encoding="utf-8"))["expected"]
    return found


def simulated(seed: int, n: int, *, loadings: tuple[float, ...] = (0.8, 0.7, 0.6), r: float = 0.4) -> pd.DataFrame:
    """Two factors correlated r, standard normal, with residual variances that make the items' variances one."""
    rng = np.random.default_rng(seed)
    factors = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], size=n)
    columns = {}
    for factor in range(2):
        for place, loading in enumerate(loadings):
            residual = rng.normal(size=n) * np.sqrt(1 - loading**2)
            columns[f"y{factor * len(loadings) + place + 1}"] = loading * factors[:, factor] + residual
    return pd.DataFrame(columns)


class TestAgainstPublishedValues:
    @pytest.mark.parametrize("part", ["estimates", "std_errors", "standardized", "standardized_se"])
    def test_maximum_likelihood_gives_the_reference_solution(self, shared: Path, fitted: CfaResult, part: str) -> None:
        column = {"estimates": "estimate", "std_errors": "std_error", "standardized": "std_all"}
        attribute = column.get(part, "std_all_error")
        for name, value in expected(shared, "cfa_holzinger_3factor_ml")[part].items():
            assert getattr(fitted.estimate(name), attribute) == pytest.approx(value, abs=2e-5), name

    def test_fit_measures_agree_with_the_reference(self, shared: Path, fitted: CfaResult) -> None:
        for name, value in expected(shared, "cfa_holzinger_3factor_ml")["fit"].items():
            assert fitted.fit[name] == pytest.approx(value, rel=1e-6), name

    def test_robust_errors_and_tests_agree_with_the_reference(self, shared: Path, schools: pd.DataFrame) -> None:
        result = confirmatory_factor_analysis(schools, HOLZINGER, estimator="MLR")
        reference = expected(shared, "cfa_holzinger_mlr")
        for name, value in reference["fit"].items():
            assert result.fit[name] == pytest.approx(value, rel=1e-5), name
        for name, value in reference["std_errors"].items():
            assert result.estimate(name).std_error == pytest.approx(value, abs=2e-5), name

    def test_full_information_agrees_with_the_reference(self, shared: Path) -> None:
        frame = pd.read_csv(shared / "reference" / "psychometrics" / "bfi.csv")
        result = confirmatory_factor_analysis(frame, {"neuro": [f"N{k}" for k in range(1, 6)]}, missing="ml")
        reference = expected(shared, "cfa_bfi_fiml")
        for name, value in reference["fit"].items():
            assert result.fit[name] == pytest.approx(value, rel=1e-5), name
        for name, value in reference["std_errors"].items():
            assert result.estimate(name).std_error == pytest.approx(value, abs=2e-5), name

    def test_satorra_bentler_statistic_agrees_with_the_published_one(self, schools: pd.DataFrame) -> None:
        """80.872 with scaling factor 1.055 (lavaan's documentation of estimator MLM on these data)."""
        result = confirmatory_factor_analysis(schools, HOLZINGER, estimator="MLM")
        assert result.fit["chisq.scaled"] == pytest.approx(80.872, abs=5e-4)
        assert result.fit["chisq.scaling.factor"] == pytest.approx(1.055, abs=5e-4)

    def test_modification_indices_agree_with_the_reference(self, shared: Path, fitted: CfaResult) -> None:
        found = {test.name: test.index for test in modification_indices(fitted)}
        for name, value in expected(shared, "cfa_holzinger_3factor_ml")["modification_indices_top5"].items():
            assert found[name] == pytest.approx(value, rel=1e-5)

    def test_one_factor_of_three_items_is_solved_by_hand(self) -> None:
        """Spearman: with r12 = .56, r13 = .48, r23 = .42 the loadings are .8, .7, .6 (l1^2 = r12 r13 / r23 = .64)."""
        matrix = np.array([[1, 0.56, 0.48], [0.56, 1, 0.42], [0.48, 0.42, 1]])
        result = factor_analysis_of_moments(matrix, 200, ["a", "b", "c"], "f =~ a + b + c", std_lv=True, divisor="n")
        assert [result.estimate(f"f=~{item}").estimate for item in "abc"] == pytest.approx([0.8, 0.7, 0.6], abs=1e-7)
        assert result.fit["chisq"] == pytest.approx(0, abs=1e-8)
        assert result.fit["df"] == 0
        assert np.isnan(result.fit["pvalue"])


class TestDerivatives:
    @pytest.mark.parametrize("text", [HOLZINGER, SECOND_ORDER, HOLZINGER + "\nspeed ~ visual\nx1 ~~ x4"])
    def test_gradient_and_information_are_the_derivatives(self, schools: pd.DataFrame, text: str) -> None:
        model = FactorModel(parameter_table(text, n_groups=2, mean_structure=True, equal=["loadings", "intercepts"]))
        sample = sample_from_frame(schools, model.table.observed, groups=schools["school"])
        start = start_values(
            model, [group.covariance for group in sample.groups], [group.mean for group in sample.groups]
        )
        theta = start * np.random.default_rng(1).uniform(0.9, 1.1, model.n_free) + 0.01
        discrepancy = NormalTheory(sample.groups)
        gradient = discrepancy.gradient(model, theta)
        information = observed_information(discrepancy, model, theta)
        for place in range(model.n_free):
            step = np.zeros(model.n_free)
            step[place] = 1e-5
            slope = (discrepancy.value(model, theta + step) - discrepancy.value(model, theta - step)) / 2e-5
            assert gradient[place] == pytest.approx(slope, rel=1e-5, abs=1e-4)
            bend = (discrepancy.gradient(model, theta + step) - discrepancy.gradient(model, theta - step)) / 2e-5
            assert information[place] == pytest.approx(bend, rel=1e-4, abs=1e-2)

    def test_standardised_errors_are_those_of_numerical_derivatives(self, schools: pd.DataFrame) -> None:
        result = confirmatory_factor_analysis(schools, SECOND_ORDER + "\nx1 ~~ x4")
        model, theta = result.fitted.model, result.fitted.theta
        slopes = np.zeros((len(model.table.parameters), model.n_free))
        for place in range(model.n_free):
            step = np.zeros(model.n_free)
            step[place] = 1e-6
            up, down = (standardised_solution(model, theta + sign * step, None)[0] for sign in (1, -1))
            slopes[:, place] = (up - down) / 2e-6
        errors = np.sqrt(np.einsum("ij,jk,ik->i", slopes, result.fitted.covariance, slopes))
        assert [row.std_all_error for row in result.estimates] == pytest.approx(errors, abs=1e-6)


class TestProperties:
    def test_scales_of_items_change_no_standardised_figure(self, schools: pd.DataFrame, fitted: CfaResult) -> None:
        factors = np.array([10, 0.1, 3, 100, 1, 0.5, 7, 20, 0.01])
        items = [f"x{k}" for k in range(1, 10)]
        again = confirmatory_factor_analysis(schools[items] * factors + 5, HOLZINGER)
        assert again.fit["chisq"] == pytest.approx(fitted.fit["chisq"], rel=1e-8)
        for one, other in zip(fitted.estimates, again.estimates, strict=True):
            assert one.std_all == pytest.approx(other.std_all, abs=1e-5)
            assert one.std_all_error == pytest.approx(other.std_all_error, abs=1e-5)

    def test_marker_and_unit_variance_are_one_model(self, schools: pd.DataFrame, fitted: CfaResult) -> None:
        other = confirmatory_factor_analysis(schools, HOLZINGER, std_lv=True)
        assert other.fit["chisq"] == pytest.approx(fitted.fit["chisq"], rel=1e-9)
        assert other.estimate("visual=~x1").std_all == pytest.approx(fitted.estimate("visual=~x1").std_all, abs=1e-6)

    def test_a_second_order_factor_of_three_is_the_correlated_model(
        self, schools: pd.DataFrame, fitted: CfaResult
    ) -> None:
        result = confirmatory_factor_analysis(schools, SECOND_ORDER)
        assert result.fit["chisq"] == pytest.approx(fitted.fit["chisq"], rel=1e-9)
        loadings = [result.estimate(f"g=~{name}").std_all for name in ("visual", "textual", "speed")]
        assert loadings[0] * loadings[1] == pytest.approx(fitted.estimate("visual~~textual").std_all, abs=1e-5)

    def test_a_bifactor_model_leaves_one_factor_nested(self, schools: pd.DataFrame) -> None:
        items = [f"x{k}" for k in range(1, 10)]
        general = confirmatory_factor_analysis(
            schools, HOLZINGER + f"\ng =~ {' + '.join(items)}", orthogonal=True, std_lv=True
        )
        single = confirmatory_factor_analysis(schools, {"g": items})
        assert general.converged
        assert general.fit["chisq"] < single.fit["chisq"]
        assert general.fit["df"] == single.fit["df"] - 9

    def test_moments_and_answers_give_one_solution(self, schools: pd.DataFrame, fitted: CfaResult) -> None:
        items = [f"x{k}" for k in range(1, 10)]
        result = factor_analysis_of_moments(schools[items].cov(), 301, items, HOLZINGER)
        assert result.fit["chisq"] == pytest.approx(fitted.fit["chisq"], rel=1e-9)
        assert result.estimate("visual=~x2").std_error == pytest.approx(
            fitted.estimate("visual=~x2").std_error, rel=1e-6
        )

    def test_full_information_of_complete_answers_is_maximum_likelihood(
        self, schools: pd.DataFrame, fitted: CfaResult
    ) -> None:
        result = confirmatory_factor_analysis(schools, HOLZINGER, missing="ml", information="expected")
        assert result.fit["chisq"] == pytest.approx(fitted.fit["chisq"], rel=1e-8)
        assert result.estimate("speed=~x9").std_error == pytest.approx(fitted.estimate("speed=~x9").std_error, rel=1e-5)

    @settings(max_examples=10, deadline=None)
    @given(st.integers(0, 10_000))
    def test_a_released_constraint_gains_what_its_score_test_says(self, seed: int) -> None:
        frame = simulated(seed, 400)
        equal = "f =~ y1 + a*y2 + a*y3\ng =~ y4 + y5 + y6"
        free = "f =~ y1 + y2 + y3\ng =~ y4 + y5 + y6"
        restricted, full = (confirmatory_factor_analysis(frame, text) for text in (equal, free))
        gain = restricted.fit["chisq"] - full.fit["chisq"]
        (test,) = equality_tests(restricted)
        assert test.index == pytest.approx(gain, rel=0.3, abs=0.5)

    def test_a_modification_index_is_the_gain_in_chi_square(self, schools: pd.DataFrame, fitted: CfaResult) -> None:
        """In the limit of small gains; here the smallest ones of the list."""
        tests = [test for test in modification_indices(fitted) if 0.05 < test.index < 1]
        for test in tests[:3]:
            more = confirmatory_factor_analysis(schools, HOLZINGER + f"\n{test.left} {test.op} {test.right}")
            assert fitted.fit["chisq"] - more.fit["chisq"] == pytest.approx(test.index, rel=0.1)

    def test_respondents_scores_have_the_variance_theory_gives(self, schools: pd.DataFrame, fitted: CfaResult) -> None:
        """Regression scores vary less than the factor, Bartlett scores more, and both keep the order."""
        regression = factor_scores(fitted)
        bartlett = factor_scores(fitted, method="bartlett")
        variance = fitted.estimate("textual~~textual").estimate
        assert regression["textual"].var() < variance < bartlett["textual"].var()
        assert regression["textual"].corr(bartlett["textual"]) > 0.98
        assert regression.index.equals(schools.index)

    def test_bartlett_scores_of_one_factor_are_the_weighted_mean(self) -> None:
        """(sum l e / t) / (sum l^2 / t), worked out by hand for the first respondent."""
        frame = simulated(3, 300)[["y1", "y2", "y3"]]
        result = confirmatory_factor_analysis(frame, "f =~ y1 + y2 + y3")
        loading = np.array([result.estimate(f"f=~y{k}").estimate for k in (1, 2, 3)])
        residual = np.array([result.estimate(f"y{k}~~y{k}").estimate for k in (1, 2, 3)])
        away = (frame - frame.mean()).to_numpy()[0]
        by_hand = (loading * away / residual).sum() / (loading**2 / residual).sum()
        assert factor_scores(result, method="bartlett")["f"].iloc[0] == pytest.approx(by_hand, rel=1e-8)

    def test_residuals_are_small_where_the_model_holds(self) -> None:
        result = confirmatory_factor_analysis(simulated(5, 4000), {"f": ["y1", "y2", "y3"], "g": ["y4", "y5", "y6"]})
        assert np.abs(cfa_residuals(result)[0].correlations).max() < 0.05
        assert result.fit["pvalue"] > 0.001

    def test_omega_is_that_of_the_loadings(self) -> None:
        """l = .8 .7 .6: (2.1)^2 / ((2.1)^2 + .36 + .51 + .64) = 4.41 / 5.92; AVE = 1.49 / 3."""
        matrix = np.array([[1, 0.56, 0.48], [0.56, 1, 0.42], [0.48, 0.42, 1]])
        result = factor_analysis_of_moments(matrix, 200, ["a", "b", "c"], "f =~ a + b + c", divisor="n")
        (row,) = model_reliability(result).factors
        assert row.omega == pytest.approx(4.41 / 5.92, abs=1e-7)
        assert row.omega3 == pytest.approx(4.41 / 5.92, abs=1e-7)
        assert row.ave == pytest.approx(1.49 / 3, abs=1e-7)

    def test_the_saturated_trace_of_normal_answers_counts_moments(self) -> None:
        """Under normality tr(B1 A1^-1) tends to p + p(p + 1) / 2, here 3 + 6."""
        frame = simulated(7, 20_000)[["y1", "y2", "y4"]]
        complete = sample_from_frame(frame, list(frame.columns))
        assert saturated_trace(complete.groups[0], mean_structure=True) == pytest.approx(9, rel=0.05)
        frame.iloc[:4000, 0] = np.nan
        holes = sample_from_frame(frame, list(frame.columns), missing="ml").groups[0]
        trace = saturated_trace(holes, saturated_information(holes), mean_structure=True)
        assert trace == pytest.approx(9, rel=0.05)


class TestIncompleteAnswers:
    def test_estimates_survive_answers_missing_at_random(self) -> None:
        """y1 is missing where y4 is high: listwise means of y1 shrink, full information keeps them near zero."""
        frame = simulated(11, 4000)
        frame.loc[frame["y4"] > 0.5, "y1"] = np.nan
        constructs = {"f": ["y1", "y2", "y3"], "g": ["y4", "y5", "y6"]}
        full = confirmatory_factor_analysis(frame, constructs, missing="ml")
        listwise = confirmatory_factor_analysis(frame, constructs, mean_structure=True)
        assert abs(full.estimate("y1~1").estimate) < 0.06
        assert listwise.estimate("y1~1").estimate < -0.1
        assert full.n == 4000
        assert full.dropped == 0

    def test_respondents_without_any_answer_are_counted_as_dropped(self) -> None:
        frame = simulated(12, 300)
        frame.iloc[:5] = np.nan
        result = confirmatory_factor_analysis(frame, {"f": ["y1", "y2", "y3"]}, missing="ml")
        assert (result.n, result.dropped) == (295, 5)

    def test_scores_of_incomplete_respondents_use_what_they_answered(self) -> None:
        frame = simulated(13, 500)[["y1", "y2", "y3"]]
        frame.iloc[0, 1:] = np.nan
        result = confirmatory_factor_analysis(frame, "f =~ y1 + y2 + y3", missing="ml")
        loading, variance = result.estimate("f=~y1").estimate, result.estimate("f~~f").estimate
        away = frame.iloc[0, 0] - result.estimate("y1~1").estimate
        total = loading**2 * variance + result.estimate("y1~~y1").estimate
        assert factor_scores(result)["f"].iloc[0] == pytest.approx(variance * loading / total * away, rel=1e-8)


class TestEdges:
    def refused(self, frame: pd.DataFrame, text: str, **options: object) -> str:
        with pytest.raises(InsufficientDataError) as caught:
            confirmatory_factor_analysis(frame, text, **options)  # type: ignore[arg-type]
        assert caught.value.message("zh")
        return caught.value.problems[0].code.removeprefix("analysis.")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"y1": 3.0}, "cfa_constant_item"),
            ({"y1": "twice y2"}, "cfa_singular"),
            ({"y1": np.nan}, "cfa_nobody"),
        ],
    )
    def test_items_that_cannot_be_used_are_named(self, change: dict[str, object], code: str) -> None:
        frame = simulated(1, 100)
        value = change["y1"]
        frame["y1"] = 2 * frame["y2"] if value == "twice y2" else value
        assert self.refused(frame, "f =~ y1 + y2 + y3") == code

    def test_fewer_respondents_than_items_are_refused(self) -> None:
        assert self.refused(simulated(1, 3), "f =~ y1 + y2 + y3") == "cfa_too_few"

    def test_items_nobody_answered_together_are_refused(self) -> None:
        frame = simulated(1, 200)
        frame.loc[:99, "y1"] = np.nan
        frame.loc[100:, "y2"] = np.nan
        assert self.refused(frame, "f =~ y1 + y2 + y3", missing="ml") == "cfa_never_together"

    def test_a_group_without_variation_is_named(self) -> None:
        frame = simulated(1, 200)
        groups = np.repeat(["here", "there"], 100)
        frame.loc[:99, "y2"] = 1.0
        with pytest.raises(InsufficientDataError) as caught:
            confirmatory_factor_analysis(frame, "f =~ y1 + y2 + y3", groups=groups)
        assert "here" in caught.value.message("en")

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "model_empty"),
            ("y1 ~~ y2", "model_without_factor"),
            ("f =~ y1 + f", "model_measures_itself"),
            ("f =~ y1 + y2", "cfa_more_parameters_than_moments"),
            ("f =~ y1 + y2 + nobody", "cfa_columns_unknown"),
            ("f =~ y1 + y2 + y3\nf ~~ y4", "model_covariance_mixed"),
            ("f =~ y1 + y2 + y3\ny1 | t1", "cfa_thresholds_continuous"),
            ("f =~ c(a, b)*y1 + y2 + y3", "model_group_modifiers"),
            ("f =~ y1 + y2 + y3\nindirect := a*b", "model_statement"),
        ],
    )
    def test_models_that_cannot_be_fitted_are_refused(self, text: str, code: str) -> None:
        assert self.refused(simulated(1, 100), text) == code

    def test_every_faulty_statement_is_listed_with_its_line(self) -> None:
        with pytest.raises(InsufficientDataError) as caught:
            parameter_table("f =~ y1 + y2\n\ny1 ?? y2\nf ~~ ")
        assert [problem.place.line for problem in caught.value.problems] == [3, 4]

    def test_options_that_contradict_one_another_are_refused(self) -> None:
        frame = simulated(1, 100)
        text = "f =~ y1 + y2 + y3"
        assert self.refused(frame, text, estimator="MLM", missing="ml") == "cfa_mlm_incomplete"
        assert self.refused(frame, text, missing="ml", mean_structure=False) == "cfa_missing_needs_means"
        assert self.refused(frame, text, estimator="MLR", likelihood="wishart") == "cfa_wishart_ml_only"

    def test_a_heywood_case_is_reported(self) -> None:
        """l1^2 = r12 r13 / r23 = .81 / .6 > 1, so the residual variance is 1 - 1.35."""
        matrix = np.array([[1, 0.9, 0.9], [0.9, 1, 0.6], [0.9, 0.6, 1]])
        matrix += 0.02 * np.eye(3)
        result = factor_analysis_of_moments(matrix, 100, ["a", "b", "c"], "f =~ a + b + c", std_lv=True)
        assert "analysis.cfa_negative_residual" in {finding.code for finding in result.findings}

    def test_parameters_that_are_not_identified_are_named_and_have_no_error(self) -> None:
        result = confirmatory_factor_analysis(
            simulated(1, 300, loadings=(0.8, 0.7, 0.6, 0.5)), "f =~ NA*y1 + y2 + y3 + y4"
        )
        (finding,) = [finding for finding in result.findings if finding.code == "analysis.cfa_not_identified"]
        assert "f=~y1" in str(finding.fields["parameters"])
        assert np.isnan(result.estimate("f=~y2").std_error)
        assert not np.isnan(result.estimate("y2~~y2").std_error)

    @pytest.mark.parametrize("estimator", ["MLR", "MLM"])
    def test_robust_errors_leave_out_what_is_not_identified(self, estimator: Estimator) -> None:
        frame = simulated(1, 300, loadings=(0.8, 0.7, 0.6, 0.5))
        loose = confirmatory_factor_analysis(frame, "f =~ NA*y1 + y2 + y3 + y4", estimator=estimator)
        sound = confirmatory_factor_analysis(frame, "f =~ y1 + y2 + y3 + y4", estimator=estimator)
        assert loose.estimate("y2~~y2").std_error == pytest.approx(sound.estimate("y2~~y2").std_error, rel=1e-4)
        assert np.isnan(loose.estimate("f=~y2").std_error)

    def test_units_of_the_items_cost_no_iterations(self, schools: pd.DataFrame, fitted: CfaResult) -> None:
        mixed = schools.assign(x1=schools["x1"] * 1e5, x9=schools["x9"] * 1e-4)
        assert confirmatory_factor_analysis(mixed, HOLZINGER).iterations <= fitted.iterations + 2

    def test_a_search_that_stops_short_says_so(self) -> None:
        """Pure noise has no factors to find."""
        noise = pd.DataFrame(np.random.default_rng(0).normal(size=(500, 6)), columns=[f"y{k}" for k in range(1, 7)])
        result = confirmatory_factor_analysis(noise, {"f": ["y1", "y2", "y3"], "g": ["y4", "y5", "y6"]})
        codes = {finding.code for finding in result.findings}
        assert result.converged == ("analysis.cfa_not_converged" not in codes)
        assert codes

    def test_too_much_missing_for_few_respondents_is_refused(self) -> None:
        """The likelihood of the unrestricted model has no maximum: its covariance matrix becomes singular."""
        rng = np.random.default_rng(2)
        frame = simulated(2, 14, loadings=(0.8, 0.7, 0.6, 0.7))
        frame = frame.mask(rng.random(frame.shape) < 0.35)
        text = "f =~ y1 + y2 + y3 + y4\ng =~ y5 + y6 + y7 + y8"
        assert self.refused(frame, text, missing="ml") in {"cfa_saturated_unsettled", "cfa_never_together"}

    def test_a_factor_with_one_item_has_no_residual(self) -> None:
        result = confirmatory_factor_analysis(simulated(1, 300), "f =~ y1 + y2 + y3\ng =~ y4")
        assert result.estimate("y4~~y4").estimate == 0
        assert result.converged

    def test_bartlett_scores_refuse_higher_order_models(self, schools: pd.DataFrame) -> None:
        result = confirmatory_factor_analysis(schools, SECOND_ORDER)
        with pytest.raises(InsufficientDataError):
            factor_scores(result, method="bartlett")


class TestFitMeasures:
    def test_a_model_without_degrees_of_freedom_fits_perfectly(self) -> None:
        fit = fit_measures(
            test=ModelTest(chisq=0.0, df=0),
            baseline=ModelTest(chisq=300.0, df=3),
            n=100,
            n_groups=1,
            n_parameters=6,
            srmr=0.0,
        )
        assert (fit["cfi"], fit["tli"], fit["rmsea"]) == (1.0, 1.0, 0.0)

    def test_the_rmsea_interval_is_that_of_the_noncentral_distribution(self) -> None:
        """Lower 0 where the chi-square is below the 95 % point of the central distribution."""
        assert rmsea_bounds(10.0, 8)[0] == 0.0
        lower, upper = rmsea_bounds(85.3055, 24)
        from scipy.stats import ncx2

        assert ncx2.cdf(85.3055, 24, lower) == pytest.approx(0.95, abs=1e-8)
        assert ncx2.cdf(85.3055, 24, upper) == pytest.approx(0.05, abs=1e-8)
