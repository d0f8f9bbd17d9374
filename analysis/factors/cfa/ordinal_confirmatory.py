"""Confirmatory factor analysis of ordered items: diagonally weighted and unweighted least squares.

=========  =======  ====================  =====================================
estimator  weights  standard errors       test
=========  =======  ====================  =====================================
WLSMV      DWLS     sandwich              scaled and shifted
WLSM       DWLS     sandwich              mean-adjusted (Satorra-Bentler)
WLSMVS     DWLS     sandwich              mean- and variance-adjusted, own df
DWLS       DWLS     inverse information   unadjusted
ULSMV      ULS      sandwich              scaled and shifted
ULSM       ULS      sandwich              mean-adjusted
=========  =======  ====================  =====================================

Formulas and sources: `analysis.factors.cfa.fit_dwls`, `analysis.factors.cfa.ordinal_model`. All items of the model are
ordered; continuous ones beside them are refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.blocked_products import single_threaded_blas
from analysis.factors.cfa.fit_dwls import (
    AdjustedTest,
    Adjustment,
    OrdinalLeastSquares,
    WeightRule,
    adjusted_test,
    baseline_residuals,
    parameter_covariance,
)
from analysis.factors.cfa.fit_measures import FitMeasures, fit_measures, srmr
from analysis.factors.cfa.minimise import Minimum, minimise
from analysis.factors.cfa.ordinal_model import OrdinalModel, Parameterization
from analysis.factors.cfa.ordinal_sample import EmptyCategories, OrdinalMissing, OrdinalSample, ordinal_sample
from analysis.factors.cfa.ordinal_standardised import ordinal_standardised_solution
from analysis.factors.cfa.ordinal_starts import ordinal_start_values
from analysis.factors.cfa.ordinal_table import Identification, ordinal_items, ordinal_table
from analysis.factors.cfa.parameters import EqualPart, ParameterTable
from analysis.factors.cfa.result import CfaResult, FittedModel, parameter_estimates
from analysis.factors.cfa.sample import GroupSample, Sample
from analysis.factors.cfa.solution_findings import solution_findings, unidentified_parameters
from survey.errors import InsufficientDataError, Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
OrdinalEstimator = Literal["WLSMV", "WLSM", "WLSMVS", "DWLS", "ULSMV", "ULSM"]

__all__ = [
    "OrdinalCfaResult",
    "OrdinalEstimator",
    "count_groups",
    "fit_ordinal_sample",
    "ordinal_factor_analysis",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    weights: WeightRule
    adjustment: Adjustment | None
    name: str


RULES: dict[OrdinalEstimator, _Rule] = {
    "WLSMV": _Rule(weights="DWLS", adjustment="scaled.shifted", name="scaled and shifted (Asparouhov-Muthen)"),
    "WLSM": _Rule(weights="DWLS", adjustment="mean.adjusted", name="mean-adjusted (Satorra-Bentler)"),
    "WLSMVS": _Rule(weights="DWLS", adjustment="mean.var.adjusted", name="mean- and variance-adjusted"),
    "DWLS": _Rule(weights="DWLS", adjustment=None, name="unadjusted; its p value is not to be relied on"),
    "ULSMV": _Rule(weights="ULS", adjustment="scaled.shifted", name="scaled and shifted (Asparouhov-Muthen)"),
    "ULSM": _Rule(weights="ULS", adjustment="mean.adjusted", name="mean-adjusted (Satorra-Bentler)"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrdinalCfaResult(CfaResult):
    """A fitted model of ordered items. ``sample`` holds thresholds and polychoric correlations per group.

    ``fit`` has no log-likelihood and no information criteria. Its ``.robust`` measures are those of Savalei (2021);
    SRMR is that of the correlations, averaged over p(p + 1)/2 places of which the diagonal has no residual (lavaan's
    rule).
    """

    parameterization: Parameterization
    identification: Identification
    sample: OrdinalSample
    model: OrdinalModel
    discrepancy: OrdinalLeastSquares
    adjusted_test: AdjustedTest
    adjustment: Adjustment | None


def ordinal_factor_analysis(
    frame: pd.DataFrame,
    model: str | Mapping[str, Sequence[str]],
    *,
    estimator: OrdinalEstimator = "WLSMV",
    parameterization: Parameterization = "delta",
    missing: OrdinalMissing = "listwise",
    empty_categories: EmptyCategories = "merge",
    groups: ArrayLike | None = None,
    equal: Collection[EqualPart] = (),
    release: Collection[str] = (),
    identification: Identification = "scale_and_means",
    std_lv: bool = False,
    orthogonal: bool = False,
    confidence: float = 0.95,
) -> OrdinalCfaResult:
    """Fit a model to ordered answers.

    Parameters
    ----------
    frame : one row per respondent, one column per item, NaN where missing; the values that occur are the categories.
    model : text (see `analysis.factors.cfa.syntax`), or the items of each construct. All items are ordered.
    estimator : see the module.
    parameterization : what fixes the scale of the variables behind the answers: see
        `analysis.factors.cfa.ordinal_model`.
    missing : ``"listwise"``, or ``"pairwise"`` (available answers; supposes answers missing completely at random).
    empty_categories : categories chosen in some groups only: ``"merge"`` or ``"refuse"``.
    groups : (n,) label per respondent for a model of several groups, in the order they appear.
    equal, release, identification : what is equal over groups, see `analysis.factors.cfa.ordinal_table`.
    std_lv : latent variables have variance one instead of a marker item.

    Raises
    ------
    InsufficientDataError
        A text that cannot be read, more parameters than moments, items in regressions, items without variation in a
        group, pairs nobody answered, options that contradict one another.
    """
    with single_threaded_blas():
        sample = ordinal_sample(
            frame,
            ordinal_items(model, n_groups=count_groups(groups)),
            groups=groups,
            missing=missing,
            empty_categories=empty_categories,
        )
        table = ordinal_table(
            model,
            sample.n_thresholds,
            n_groups=len(sample.groups),
            parameterization=parameterization,
            identification=identification,
            std_lv=std_lv,
            orthogonal=orthogonal,
            equal=equal,
            release=release,
        )
        return fit_ordinal_sample(
            sample,
            table,
            estimator=estimator,
            parameterization=parameterization,
            identification=identification,
            confidence=confidence,
        )


def count_groups(groups: ArrayLike | None) -> int:
    """How many groups the labels name."""
    import pandas as pd

    return 1 if groups is None else int(pd.Series(np.asarray(groups)).dropna().nunique())


def fit_ordinal_sample(
    sample: OrdinalSample,
    table: ParameterTable,
    *,
    estimator: OrdinalEstimator = "WLSMV",
    parameterization: Parameterization = "delta",
    identification: Identification = "scale_and_means",
    confidence: float = 0.95,
) -> OrdinalCfaResult:
    """Fit a table from `ordinal_table` to moments."""
    if estimator not in RULES:
        raise InsufficientDataError.of("analysis.cfa_estimator_ordinal", found=estimator, known=", ".join(RULES))
    rule = RULES[estimator]
    model = OrdinalModel(table, parameterization=parameterization)
    discrepancy = OrdinalLeastSquares.of(sample.groups, rule.weights)
    df = discrepancy.n_moments - model.n_free
    if df < 0:
        raise InsufficientDataError.of(
            "analysis.cfa_more_parameters_than_moments", parameters=model.n_free, moments=discrepancy.n_moments
        )
    minimum = minimise(discrepancy, model, ordinal_start_values(model, sample))
    if not np.isfinite(minimum.value):
        raise InsufficientDataError.of("analysis.cfa_no_start")
    theta = minimum.theta
    information = discrepancy.information(model, theta)
    robust = rule.adjustment is not None
    unknown = bool(unidentified_parameters(model, information))
    bread = _inverse(information)
    covariance = parameter_covariance(discrepancy, model, theta, bread, robust=robust)
    test = adjusted_test(discrepancy, model, theta, df)
    baseline = baseline_residuals(discrepancy)
    labels = tuple(group.label for group in sample.groups)
    standardised = ordinal_standardised_solution(model, theta, covariance)
    reported = model.with_table(model.reported_table(theta))
    findings = [*sample.findings, *_convergence(minimum)]
    findings += solution_findings(reported, theta, information, labels)
    fitted = FittedModel(
        model=reported,
        sample=_as_sample(sample),
        discrepancy=discrepancy,
        theta=theta,
        covariance=covariance,
        test=test.model_test(rule.adjustment),
        baseline=baseline.model_test(rule.adjustment),
    )
    return OrdinalCfaResult(
        estimator=estimator,
        missing=sample.missing,
        standard_errors="sandwich" if robust else "inverse information",
        information="expected",
        test=rule.name,
        estimates=parameter_estimates(
            reported,
            theta,
            covariance,
            standardised,
            ordinal_standardised_solution(model, theta, None, kind="latent")[0],
            labels,
            confidence=confidence,
        ),
        fit=_fit(model, theta, sample, rule.adjustment, test, baseline),
        n=sample.n,
        n_effective=float(sample.n),
        n_rows=sample.n_rows,
        n_by_group={group.label: group.n for group in sample.groups},
        n_parameters=model.n_free,
        converged=minimum.converged and not unknown,
        iterations=minimum.iterations,
        largest_gradient=minimum.largest_gradient,
        confidence=confidence,
        findings=tuple(findings),
        fitted=fitted,
        parameterization=parameterization,
        identification=identification,
        sample=sample,
        model=model,
        discrepancy=discrepancy,
        adjusted_test=test,
        adjustment=rule.adjustment,
    )


def _inverse(information: Floats) -> Floats:
    """NaN for parameters that are not identified; the others keep their standard errors."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    small = np.abs(values) < 1e-8 * max(np.abs(values).max(initial=0.0), 1e-300)
    inverse: Floats = (vectors / np.where(small, np.inf, values)) @ vectors.T / np.outer(scale, scale)
    touched = (np.abs(vectors[:, small]) > 1e-3).any(axis=1)
    inverse[touched, :] = np.nan
    inverse[:, touched] = np.nan
    return inverse


def _convergence(minimum: Minimum) -> list[Problem]:
    if minimum.converged:
        return []
    fields = {"iterations": minimum.iterations, "gradient": f"{minimum.largest_gradient:.2g}"}
    return [Problem(code="analysis.cfa_not_converged", fields=fields, severity="warning")]


def _as_sample(sample: OrdinalSample) -> Sample:
    """The polychoric correlations in the shape that residuals and reliability of any model take."""
    groups = [
        GroupSample(
            label=group.label, n=group.n, covariance=group.moments.correlations, mean=np.zeros(len(sample.items))
        )
        for group in sample.groups
    ]
    return Sample(items=sample.items, groups=tuple(groups), n_rows=sample.n_rows, missing="listwise")


def _fit(
    model: OrdinalModel,
    theta: Floats,
    sample: OrdinalSample,
    rule: Adjustment | None,
    test: AdjustedTest,
    baseline: AdjustedTest,
) -> FitMeasures:
    groups = sample.groups
    found = dict(
        fit_measures(
            test=test.model_test(rule),
            baseline=baseline.model_test(rule),
            n=sample.n - len(groups),
            n_groups=len(groups),
            n_parameters=model.n_free,
            srmr=srmr(
                [group.moments.correlations for group in groups],
                [model.standard(theta, place).covariance for place in range(len(groups))],
                [group.n for group in groups],
            ),
        ).measures
    )
    for name in [name for name in found if name.endswith(".robust") and np.isnan(test.catml + baseline.catml)]:
        found[name] = np.nan
    found["ntotal"] = float(sample.n)
    if rule == "mean.var.adjusted":
        for name, one in (("", test), ("baseline.", baseline)):
            statistic = one.chisq * one.trace / one.trace_squared if one.trace_squared > 0 else np.nan
            found[f"{name}chisq.scaled"], found[f"{name}df.scaled"] = statistic, one.df_adjusted
            found[f"{name}pvalue.scaled"] = float(_upper_tail(statistic, one.df_adjusted))
    return FitMeasures(measures=found)


def _upper_tail(chisq: float, df: float) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, chisq)) if df > 0 else np.nan
