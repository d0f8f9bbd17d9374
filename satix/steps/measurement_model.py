"""The joint factor model of a wave's reflective blocks, and how far the blocks can be told apart."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from analysis.measurement_advice import fit_reading
from analysis.results import ConstructPair, FactorModelFit
from satix.steps.measurement_blocks import FEWEST_RESPONDENTS, MOST_ITEMS_OF_ALL, answers_of
from survey.errors import InsufficientDataError, Problem, SatixError

if TYPE_CHECKING:
    from analysis.factors.cfa.fit_measures import FitMeasures
    from analysis.factors.cfa.fit_ml import Estimator
    from analysis.factors.cfa.result import CfaResult
    from analysis.factors.cfa.sample import MissingRule
    from satix.steps.context import Wave

ROBUST_FROM = 200
MISSING_SHARE, MISSING_ITEMS = 0.2, 40

__all__ = ["JointModel", "construct_pairs", "estimator_for", "joint_model"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointModel:
    """The fitted model, or why there is none; per construct AVE, rho_C and standardised loadings by question."""

    fit: FactorModelFit | None = None
    skipped: str | None = None
    variance_extracted: dict[str, float] = field(default_factory=dict)
    composite_reliability: dict[str, float] = field(default_factory=dict)
    loadings: dict[str, dict[str, float]] = field(default_factory=dict)
    correlations: dict[tuple[str, str], float] = field(default_factory=dict)


def joint_model(wave: Wave, constructs: dict[str, list[str]], findings: list[Problem]) -> JointModel:
    """One model of all constructs; none (with the reason as a finding) where the data or the time do not allow it."""
    from analysis.factors.cfa.confirmatory import confirmatory_factor_analysis

    if not constructs:
        return _skipped(findings, "no_blocks")
    codes = [code for members in constructs.values() for code in members]
    if len(codes) > MOST_ITEMS_OF_ALL:
        return _skipped(findings, "many_items", items=len(codes), limit=MOST_ITEMS_OF_ALL)
    frame = answers_of(wave, codes)
    lacking = frame.isna().to_numpy()
    asked = ~lacking.all(axis=1)
    missing: MissingRule = "listwise"
    if 0 < lacking[asked].mean() < MISSING_SHARE and len(codes) <= MISSING_ITEMS:
        missing = "ml"
    n = int((~lacking.any(axis=1)).sum()) if missing == "listwise" else int(asked.sum())
    if n < FEWEST_RESPONDENTS:
        return _skipped(findings, "few_respondents", n=n, limit=FEWEST_RESPONDENTS)
    try:
        result = confirmatory_factor_analysis(frame, constructs, estimator=estimator_for(n), missing=missing)
    except SatixError as error:
        findings.extend(replace(problem, severity="warning") for problem in error.problems)
        return _skipped(findings, "not_fitted")
    return _model(result, constructs)


def estimator_for(n: int) -> Estimator:
    """Robust maximum likelihood where there are respondents enough for its corrections."""
    return "MLR" if n >= ROBUST_FROM else "ML"


def construct_pairs(
    wave: Wave, members: dict[str, list[str]], model: JointModel, findings: list[Problem]
) -> list[ConstructPair]:
    """Every two blocks of two items or more: HTMT from pairwise correlations, weighted where the study is; Fornell and
    Larcker's rule where both are in the factor model."""
    from analysis.factors.correlation_matrix import item_correlations
    from analysis.heterotrait_monotrait import heterotrait_monotrait

    if len(members) < 2:
        return []
    codes = [code for names in members.values() for code in names]
    weights = wave.design.case_weights[wave.used] if wave.design.is_weighted else None
    try:
        found = item_correlations(answers_of(wave, codes), missing="pairwise", case_weights=weights)
    except InsufficientDataError as error:
        findings.extend(replace(problem, severity="warning") for problem in error.problems)
        return []
    # a single item would have no correlations within, and items turned the wrong way round say nothing here
    ratios = heterotrait_monotrait(found.matrix, found.items, members).ratios
    names = list(members)
    pairs = []
    for one, other in combinations(range(len(names)), 2):
        first, second = names[one], names[other]
        correlation = model.correlations.get((first, second), np.nan)
        extracted = [model.variance_extracted.get(name, np.nan) for name in (first, second)]
        known = bool(np.isfinite([correlation, *extracted]).all())
        pairs.append(
            ConstructPair(
                first=first,
                second=second,
                correlation=correlation,
                htmt=float(ratios[one, other]),
                fornell_larcker=min(extracted) > correlation**2 if known else None,
            )
        )
    return pairs


def _skipped(findings: list[Problem], reason: str, **fields: int) -> JointModel:
    findings.append(Problem(code=f"analysis.measurement_{reason}", fields=dict(fields), severity="note"))
    return JointModel(skipped=reason)


def _model(result: CfaResult, constructs: dict[str, list[str]]) -> JointModel:
    from analysis.factors.cfa.model_reliability import model_reliability

    fit = result.fit
    scaled = "chisq.scaled" in fit and np.isfinite(fit["chisq.scaled"])
    suffix = ".scaled" if scaled else ""
    rmsea = next((kind for kind in (".robust", ".scaled", "") if np.isfinite(_measure(fit, f"rmsea{kind}"))), "")
    record = FactorModelFit(
        constructs=list(constructs),
        n_items=sum(len(members) for members in constructs.values()),
        estimator=result.estimator,
        missing=result.missing,
        n=result.n,
        dropped=result.dropped,
        converged=result.converged,
        chi_square=_measure(fit, f"chisq{suffix}"),
        df=int(fit["df"]),
        p_value=_measure(fit, f"pvalue{suffix}"),
        cfi=fit.best("cfi"),
        tli=fit.best("tli"),
        rmsea=fit.best("rmsea"),
        rmsea_lower=_measure(fit, f"rmsea.ci.lower{rmsea}"),
        rmsea_upper=_measure(fit, f"rmsea.ci.upper{rmsea}"),
        srmr=_measure(fit, "srmr"),
        reading=fit_reading(df=int(fit["df"]), cfi=fit.best("cfi"), rmsea=fit.best("rmsea"), srmr=_measure(fit, "srmr"))
        if result.converged
        else "not_converged",
        findings=sorted({finding.code for finding in result.findings}),
    )
    if not result.converged:
        return JointModel(fit=record)
    reliability = model_reliability(result)
    loadings = {
        name: {code: result.estimate(f"{name}=~{code}").std_all for code in members}
        for name, members in constructs.items()
    }
    return JointModel(
        fit=record,
        variance_extracted={name: reliability.factor(name).ave for name in constructs},
        composite_reliability={name: reliability.factor(name).rho_c for name in constructs},
        loadings=loadings,
        correlations={
            (first, second): result.estimate(f"{first}~~{second}").std_all
            for first, second in combinations(constructs, 2)
        },
    )


def _measure(fit: FitMeasures, name: str) -> float:
    return fit.measures.get(name, float("nan"))
