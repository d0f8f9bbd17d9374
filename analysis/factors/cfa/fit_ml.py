"""Fit a parameter table to a sample by maximum likelihood, with the errors and tests of an estimator."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.blocked_products import single_threaded_blas
from analysis.factors.cfa.fiml import FullInformation
from analysis.factors.cfa.fit_measures import FitMeasures, ModelTest, fit_measures, goodness_of_fit, srmr
from analysis.factors.cfa.information import parameter_covariance
from analysis.factors.cfa.likelihood_tests import ScalingRule, baseline_test, model_test, unrestricted_information
from analysis.factors.cfa.minimise import Minimum, minimise, observed_information
from analysis.factors.cfa.model import FactorModel
from analysis.factors.cfa.normal_theory import NormalTheory
from analysis.factors.cfa.parameters import ParameterTable
from analysis.factors.cfa.result import CfaResult, FittedModel, parameter_estimates
from analysis.factors.cfa.robust import satorra_bentler_factor
from analysis.factors.cfa.sample import Sample
from analysis.factors.cfa.solution_findings import solution_findings
from analysis.factors.cfa.standardised import standardised_solution
from analysis.factors.cfa.starts import start_values
from survey.errors import InsufficientDataError, Problem

Floats = NDArray[np.float64]
Estimator = Literal["ML", "MLR", "MLM"]
Information = Literal["expected", "observed"]
Likelihood = Literal["normal", "wishart"]

SCALING: dict[Estimator, ScalingRule | None] = {"ML": None, "MLR": "Yuan-Bentler", "MLM": "Satorra-Bentler"}

CONVENTIONS: dict[Estimator, tuple[str, str]] = {
    "ML": ("standard", "likelihood ratio"),
    "MLR": ("sandwich (Huber-White)", "Yuan-Bentler, Mplus variant"),
    "MLM": ("robust (Satorra-Bentler)", "Satorra-Bentler"),
}

__all__ = ["Estimator", "Information", "Likelihood", "fit_sample"]


def fit_sample(
    sample: Sample,
    table: ParameterTable,
    *,
    estimator: Estimator = "ML",
    information: Information | None = None,
    likelihood: Likelihood = "normal",
    confidence: float = 0.95,
    start: Floats | None = None,
) -> CfaResult:
    """Fit a parameter table to a sample; ``start`` replaces the start values."""
    with single_threaded_blas():
        return _fitted(sample, table, estimator, information, likelihood, confidence, start)


def _fitted(
    sample: Sample,
    table: ParameterTable,
    estimator: Estimator,
    information: Information | None,
    likelihood: Likelihood,
    confidence: float,
    start: Floats | None,
) -> CfaResult:
    _check_options(sample, table, estimator, likelihood)
    incomplete = sample.missing == "ml"
    model = FactorModel(table)
    df = _degrees_of_freedom(model)
    discrepancy: NormalTheory | FullInformation
    if incomplete:
        discrepancy = FullInformation(sample.groups)
    else:
        discrepancy = NormalTheory(sample.groups, wishart=likelihood == "wishart")
    if start is None:
        means = [group.mean for group in sample.groups] if table.mean_structure else None
        start = start_values(model, [group.covariance for group in sample.groups], means)
    minimum = minimise(discrepancy, model, start)
    if not np.isfinite(minimum.value):
        raise InsufficientDataError.of("analysis.cfa_no_start")
    theta = minimum.theta
    kind: Information = information or ("observed" if incomplete or estimator == "MLR" else "expected")
    expected = discrepancy.information(model, theta)
    matrix = observed_information(discrepancy, model, theta) if kind == "observed" else expected
    unrestricted = unrestricted_information(discrepancy)
    cross: Floats | None = None
    if estimator == "MLR":
        cross = sum((block.T @ block for block in discrepancy.scores(model, theta)), np.zeros_like(matrix))
    test = model_test(
        model,
        theta,
        discrepancy,
        minimum.value,
        df,
        unrestricted=unrestricted,
        information=matrix,
        cross_products=cross,
    )
    if estimator == "MLM" and isinstance(discrepancy, NormalTheory):
        factor, cross = satorra_bentler_factor(discrepancy, model, theta, df)
        test = replace(test, scaling_factor=factor)
    baseline = baseline_test(
        discrepancy,
        unrestricted=unrestricted,
        scaled=SCALING[estimator],
        mean_structure=table.mean_structure,
    )
    covariance = parameter_covariance(matrix, cross)
    errors, statistic = CONVENTIONS[estimator]
    labels = tuple(group.label for group in sample.groups)
    standardised = standardised_solution(model, theta, covariance)
    fitted = FittedModel(
        model=model,
        sample=sample,
        discrepancy=discrepancy,
        theta=theta,
        covariance=covariance,
        test=test,
        baseline=baseline,
    )
    return CfaResult(
        estimator=estimator,
        missing="full information" if incomplete else "listwise",
        standard_errors=errors,
        information=kind,
        test=statistic,
        estimates=parameter_estimates(
            model,
            theta,
            covariance,
            standardised,
            standardised_solution(model, theta, None, kind="latent")[0],
            labels,
            confidence=confidence,
        ),
        fit=_fit(model, theta, discrepancy, minimum, test, baseline),
        n=sample.n,
        n_effective=float(sample.n),
        n_rows=sample.n_rows,
        n_by_group={group.label: group.n for group in sample.groups},
        n_parameters=model.n_free,
        converged=minimum.converged,
        iterations=minimum.iterations,
        largest_gradient=minimum.largest_gradient,
        confidence=confidence,
        findings=_findings(model, minimum, expected, labels, scaled=estimator != "ML", test=test),
        fitted=fitted,
    )


def _check_options(sample: Sample, table: ParameterTable, estimator: Estimator, likelihood: Likelihood) -> None:
    if estimator not in ("ML", "MLR", "MLM"):
        raise InsufficientDataError.of("analysis.cfa_estimator", found=estimator, known="ML, MLR, MLM")
    if sample.missing == "ml" and not table.mean_structure:
        raise InsufficientDataError.of("analysis.cfa_missing_needs_means")
    if sample.missing == "ml" and estimator == "MLM":
        raise InsufficientDataError.of("analysis.cfa_mlm_incomplete")
    if estimator != "ML" and any(group.values is None for group in sample.groups):
        raise InsufficientDataError.of("analysis.cfa_robust_needs_answers", estimator=estimator)
    if likelihood == "wishart" and (sample.missing == "ml" or estimator != "ML"):
        raise InsufficientDataError.of("analysis.cfa_wishart_ml_only")


def _degrees_of_freedom(model: FactorModel) -> int:
    p = model.p
    moments = model.table.n_groups * (p * (p + 1) // 2 + (p if model.table.mean_structure else 0))
    df = moments - model.n_free
    if df < 0:
        raise InsufficientDataError.of(
            "analysis.cfa_more_parameters_than_moments", parameters=model.n_free, moments=moments
        )
    return df


def _findings(
    model: FactorModel, minimum: Minimum, information: Floats, labels: tuple[str, ...], *, scaled: bool, test: ModelTest
) -> tuple[Problem, ...]:
    found: list[Problem] = []
    if not minimum.converged:
        found.append(
            Problem(
                code="analysis.cfa_not_converged",
                fields={"iterations": minimum.iterations, "gradient": f"{minimum.largest_gradient:.2g}"},
                severity="warning",
            )
        )
    if scaled and test.df > 0 and np.isnan(test.scaling_factor):
        found.append(Problem(code="analysis.cfa_scaling_undefined", severity="warning"))
    found += solution_findings(model, minimum.theta, information, labels)
    return tuple(found)


def _fit(
    model: FactorModel,
    theta: Floats,
    discrepancy: NormalTheory | FullInformation,
    minimum: Minimum,
    test: ModelTest,
    baseline: ModelTest,
) -> FitMeasures:
    groups = discrepancy.groups
    implied = [model.implied(theta, place) for place in range(len(groups))]
    covariances = [group.covariance for group in groups]
    if isinstance(discrepancy, NormalTheory):
        covariances = discrepancy.covariances
    fitted = [one.covariance for one in implied]
    means = [group.mean for group in groups] if model.table.mean_structure else None
    fitted_means = [one.means for one in implied] if model.table.mean_structure else None
    lower = np.tril_indices(model.p)
    raw = [float(((one - other)[lower] ** 2).mean()) for one, other in zip(covariances, fitted, strict=True)]
    sizes = discrepancy.sizes
    return fit_measures(
        test=test,
        baseline=baseline,
        n=sum(sizes),
        n_groups=len(groups),
        n_parameters=model.n_free,
        srmr=srmr(covariances, fitted, sizes, means=means, implied_means=fitted_means),
        rmr=float(np.dot(np.sqrt(raw), sizes) / sum(sizes)),
        gfi=goodness_of_fit(covariances, fitted, sizes, means=means, implied_means=fitted_means),
        n_moments=test.df + model.n_free,
        loglik=discrepancy.log_likelihood(minimum.value),
        loglik_unrestricted=discrepancy.log_likelihood(0.0),
    )
