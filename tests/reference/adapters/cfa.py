"""Topics cfa and invariance, and the culture cases on invariance: continuous items."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from adapters.case import Case, SkippedError, plain
from analysis.factors.cfa.confirmatory import confirmatory_factor_analysis, factor_analysis_of_moments
from analysis.factors.cfa.fit_ml import Estimator, Likelihood
from analysis.factors.cfa.model_reliability import model_reliability
from analysis.factors.cfa.parameters import EqualPart
from analysis.factors.cfa.residuals import cfa_residuals
from analysis.factors.cfa.result import CfaResult
from analysis.factors.cfa.sample import MissingRule
from analysis.factors.cfa.scores import equality_tests, modification_indices
from analysis.heterotrait_monotrait import heterotrait_monotrait
from analysis.invariance_result import (
    InvarianceCutoffs,
    InvarianceModel,
    compare_levels,
    invariance_decision,
    scaled_difference,
)

if TYPE_CHECKING:
    import pandas as pd

ESTIMATORS: dict[str, Estimator] = {"ml": "ML", "mlr": "MLR", "mlm": "MLM"}
ORDERED = {"wlsmv", "wlsm", "wlsmvs", "dwls", "uls", "ulsmv", "wls"}
MISSING: dict[str, MissingRule] = {
    "listwise": "listwise",
    "complete cases": "listwise",
    "none": "listwise",
    "fiml": "ml",
    "ml": "ml",
    "direct": "ml",
    "full information": "ml",
}
EQUAL: dict[str, EqualPart] = {
    "loadings": "loadings",
    "intercepts": "intercepts",
    "residuals": "residuals",
    "residual.covariances": "residual_covariances",
    "lv.variances": "lv_variances",
    "lv.covariances": "lv_covariances",
    "means": "means",
    "regressions": "regressions",
}
LIKELIHOODS: dict[str, Likelihood] = {"normal": "normal", "wishart": "wishart"}
INFORMATION: dict[str, Literal["expected", "observed"]] = {"expected": "expected", "observed": "observed"}


def is_ordered(case: Case) -> bool:
    """Whether a case asks for ordered items, which another adapter serves."""
    estimator = str(case.inputs.values.get("estimator", "ML"))
    return bool(case.inputs.values.get("ordered")) or plain(estimator.split(maxsplit=1)[0]) in ORDERED


def data(case: Case) -> pd.DataFrame:
    """The data with reversed and derived columns."""
    frame = case.frame().copy()
    derived = case.inputs.get("reversed_columns", {})
    for name, formula in dict(derived).items():
        match = re.fullmatch(r"\s*([\d.]+)\s*-\s*(\S+)\s*", str(formula))
        if match is None:
            raise SkippedError(f"column formula '{formula}' is not known")
        frame[name] = float(match[1]) - frame[match[2]]
    turned = [str(name) for name in case.inputs.get("reversed", [])]
    scale = case.inputs.get("scale")
    for name in turned:
        if scale is None:
            raise SkippedError("reversed items need a scale")
        frame[name] = scale[0] + scale[1] - frame[name]
    case.inputs.get("rows")
    return frame


def model_text(case: Case) -> str:
    """The model as text; factors with their items will do."""
    if "factors" in case.inputs:
        return constructs_text(case.inputs["factors"])
    model = case.inputs["model"]
    if isinstance(model, Mapping):
        return constructs_text(model)
    items = case.inputs.get("items")
    if "=~" not in str(model) and items:
        return f"F =~ {' + '.join(items)}"
    return str(model)


def constructs_text(constructs: Mapping[str, Any]) -> str:
    return "\n".join(f"{factor} =~ {' + '.join(items)}" for factor, items in constructs.items())


def options(case: Case) -> dict[str, Any]:
    """Options that a call for one model may name."""
    estimator = str(case.inputs.get("estimator", "ML")).split(maxsplit=1)[0].strip(",;(")
    if plain(estimator) not in ESTIMATORS:
        raise SkippedError(f"estimator {estimator} is not known")
    found: dict[str, Any] = {
        "estimator": ESTIMATORS[plain(estimator)],
        "missing": case.inputs.choice("missing", MISSING, "listwise"),
        "likelihood": case.inputs.choice("likelihood", LIKELIHOODS, "normal"),
        "std_lv": bool(first(case, "std_lv", "std.lv", default=False)),
        "orthogonal": bool(case.inputs.get("orthogonal", False)),
        "confidence": first(case, "conf", "level", default=0.95),
    }
    means = first(case, "mean_structure", "meanstructure", default=None)
    if means is not None:
        found["mean_structure"] = bool(means)
    if "information" in case.inputs:
        found["information"] = case.inputs.choice("information", INFORMATION, "expected")
    return found


def first(case: Case, *names: str, default: Any) -> Any:
    for name in names:
        if name in case.inputs:
            return case.inputs[name]
    return default


def equal_parts(given: Any) -> tuple[EqualPart, ...]:
    names = [given] if isinstance(given, str) else list(given or [])
    unknown = [name for name in names if str(name).replace("_", ".") not in EQUAL]
    if unknown:
        raise SkippedError(f"equality of {', '.join(unknown)} is not known")
    return tuple(EQUAL[str(name).replace("_", ".")] for name in names)


def releases(given: Any) -> tuple[str, ...]:
    names = [given] if isinstance(given, str) else list(given or [])
    return tuple(str(name).replace(" ", "") for name in names)


def run(case: Case) -> dict[str, Any]:
    """One model."""
    if is_ordered(case):
        from adapters import cfa_ordinal

        return cfa_ordinal.run(case)
    text = model_text(case)
    chosen = options(case)
    moments = first(case, "covariance", "correlation", "sample_cov", default=None)
    if moments is not None:
        for name in ("estimator", "missing", "mean_structure", "information"):
            chosen.pop(name, None)
        result = factor_analysis_of_moments(
            moments["values"],
            first(case, "n", "sample_nobs", default=0),
            [str(name) for name in moments["cols"]],
            text,
            means=first(case, "means", "sample_mean", default=None),
            **chosen,
        )
        return figures(case, result)
    frame = data(case)
    group = case.inputs.get("group")
    result = confirmatory_factor_analysis(
        frame,
        text,
        groups=None if group is None else frame[str(group)].to_numpy(),
        equal=equal_parts(first(case, "equal", "group_equal", "group.equal", default=())),
        release=releases(first(case, "partial", "group_partial", "group.partial", default=())),
        **chosen,
    )
    return figures(case, result)


def figures(case: Case, result: CfaResult) -> dict[str, Any]:
    """Everything a case may compare, under the names the cases use."""
    found: dict[str, Any] = {
        "n": result.n,
        "n_by_group": dict(result.n_by_group),
        "estimates": by_name(result, "estimate"),
        "std_errors": by_name(result, "std_error"),
        "z": by_name(result, "z"),
        "pvalues": by_name(result, "p_value"),
        "ci_lower": by_name(result, "lower"),
        "ci_upper": by_name(result, "upper"),
        "standardized": by_name(result, "std_all"),
        "standardized_se": by_name(result, "std_all_error"),
        "standardized_lv": by_name(result, "std_latent"),
        "standardized_loadings": {
            row.name: row.std_all for row in result.estimates if row.op == "=~" and row.group == result.groups[0]
        },
        "fit": dict(result.fit.measures),
        "chisq": result.fit["chisq"],
        "converged": result.converged,
    }
    asked = set(case.expected)
    if any(key.startswith(("modification", "epc", "mi")) for key in asked):
        tests = modification_indices(result)
        for key in asked:
            if key.startswith(("modification", "mi")):
                found[key] = both_ways({test.name: test.index for test in tests})
            elif key.startswith("epc"):
                found[key] = both_ways({test.name: test.change for test in tests})
    if any(key.startswith("score_test") for key in asked):
        found["score_tests"] = {test.name: test.index for test in equality_tests(result)}
    found |= reliability(result) | discriminant(result) | residuals(result)
    return found


def by_name(result: CfaResult, column: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in result.estimates:
        number = result.groups.index(row.group) + 1
        value = getattr(row, column)
        for name in {row.name, f"{row.right}{row.op}{row.left}" if row.op == "~~" else row.name}:
            if number == 1:
                found[name] = value
            for suffix in (f".g{number}", f"_group{number}", f".{row.group}"):
                found[f"{name}{suffix}"] = value
    return found


def both_ways(values: Mapping[str, float]) -> dict[str, float]:
    turned = {"~~".join(reversed(name.split("~~"))): value for name, value in values.items() if "~~" in name}
    return {**turned, **values}


def reliability(result: CfaResult) -> dict[str, Any]:
    rows = [row for row in model_reliability(result).factors if row.group == result.groups[0]]
    names = [row.factor for row in rows]
    columns = {"alpha": "alpha", "omega": "omega", "omega2": "omega2", "omega3": "omega3", "avevar": "ave"}
    ave = {row.factor: row.ave for row in rows}
    return {
        "semTools_reliability": {
            "rows": list(columns),
            "cols": names,
            "values": [[getattr(row, column) for row in rows] for column in columns.values()],
        },
        "composite_reliability_compRelSEM": {row.factor: row.omega3 for row in rows},
        "composite_reliability": {row.factor: row.rho_c for row in rows},
        "ave": ave,
        "fornell_larcker_sqrt_ave": {name: math.sqrt(value) for name, value in ave.items()},
    }


def discriminant(result: CfaResult) -> dict[str, Any]:
    model, sample = result.fitted.model, result.fitted.sample
    names = list(model.table.latent)
    latent = model.latent(result.fitted.theta).covariance[: len(names), : len(names)]
    spread = np.sqrt(np.diag(latent))
    items = {
        factor: [
            row.right
            for row in result.estimates
            if row.op == "=~" and row.left == factor and row.group == sample.groups[0].label
        ]
        for factor in names
    }
    found = {"latent_correlation": table(names, latent / np.outer(spread, spread))}
    if all(item in model.table.observed for members in items.values() for item in members):
        covariance = sample.groups[0].covariance
        sd = np.sqrt(np.diag(covariance))
        for key, kind in (("htmt2_geometric", "htmt2"), ("htmt_arithmetic_original", "htmt")):
            ratios = heterotrait_monotrait(
                covariance / np.outer(sd, sd),
                model.table.observed,
                items,
                kind=kind,  # type: ignore[arg-type]  # the two kinds there are
            )
            found[key] = table(names, ratios.ratios)
    return found


def residuals(result: CfaResult) -> dict[str, Any]:
    one = cfa_residuals(result)[0]
    return {
        "residual_correlations": table(list(one.items), one.correlations),
        "residual_covariances": table(list(one.items), one.covariances),
    }


def table(names: list[str], values: Any) -> dict[str, Any]:
    return {"rows": names, "cols": names, "values": np.asarray(values).tolist()}


def invariance(case: Case) -> dict[str, Any]:
    """Levels of invariance, each fitted as the case words it."""
    if is_ordered(case):
        from adapters import cfa_ordinal

        return cfa_ordinal.invariance(case)
    text = model_text(case)
    frame = data(case)
    groups = frame[str(case.inputs["group"])].to_numpy()
    wanted: dict[str, Any] = {"configural": (), **dict(case.inputs["equal"])}
    free = first(case, "partial", "group_partial", "group.partial", default={})
    chosen = {"mean_structure": True, **options(case)}
    fits: dict[str, CfaResult] = {}
    for level, parts in wanted.items():
        release = free.get(level, ()) if isinstance(free, Mapping) else free if level != "configural" else ()
        fits[level] = confirmatory_factor_analysis(
            frame, text, groups=groups, equal=equal_parts(parts), release=releases(release), **chosen
        )
    any_fit = fits["configural"]
    found: dict[str, Any] = {
        "n": any_fit.n,
        "n_by_group": dict(any_fit.n_by_group),
        "fit": {level: dict(fit.fit.measures) for level, fit in fits.items()},
        "estimates": {level: by_name(fit, "estimate") for level, fit in fits.items()},
    }
    for level, fit in fits.items():
        latent = set(fit.fitted.model.table.latent)
        means = [row for row in fit.estimates if row.op == "~1" and row.left in latent]
        for key, column in (("latent_means", "estimate"), ("latent_mean_se", "std_error")):
            found[f"{level}_{key}"] = {
                f"{row.left}_group{fit.groups.index(row.group) + 1}": getattr(row, column) for row in means
            }
        if any(key.startswith((f"{level}_score", f"score_tests_{level}")) for key in case.expected):
            tests = {f"{test.name}": test.index for test in equality_tests(fit)}
            found[f"{level}_score_tests"] = found[f"score_tests_{level}"] = tests
    for after, stricter in fits.items():
        for before, looser in fits.items():
            found[f"{after}_vs_{before}"] = difference(looser, stricter)
    return found


def difference(before: CfaResult, after: CfaResult) -> dict[str, float]:
    one, two = before.fit.measures, after.fit.measures
    models = [
        InvarianceModel(
            level=level,
            chisq=fit["chisq"],
            df=int(fit["df"]),
            cfi=fit["cfi"],
            rmsea=fit["rmsea"],
            srmr=fit["srmr"],
            scaling_factor=fit.get("chisq.scaling.factor", math.nan),
        )
        for level, fit in (("before", one), ("after", two))
    ]
    if models[1].df <= models[0].df:
        return {}
    compared = compare_levels(models[0], models[1], InvarianceCutoffs())
    found = {
        "delta_chisq": compared.delta_chisq,
        "delta_df": compared.delta_df,
        "p": compared.p_value,
        "delta_cfi": compared.delta_cfi,
        "delta_rmsea": compared.delta_rmsea,
        "delta_srmr": compared.delta_srmr,
        "delta_chisq_scaled": scaled_difference(models[0], models[1]),
        "delta_chisq_unscaled": two["chisq"] - one["chisq"],
    }
    for version in ("scaled", "robust"):
        for name in ("cfi", "rmsea", "tli"):
            key = f"{name}.{version}"
            if key in one and key in two:
                found[f"delta_{name}_{version}"] = two[key] - one[key]
    return found


def decision(case: Case) -> dict[str, Any]:
    """The verdict from the fit of given models."""
    rule = str(case.inputs.get("rule", ""))
    models = [
        InvarianceModel(
            level=str(model["name"]),
            chisq=model["chisq"],
            df=model["df"],
            cfi=model["cfi"],
            rmsea=model.get("rmsea", math.nan),
            srmr=model.get("srmr", math.nan),
        )
        for model in case.inputs["models"]
    ]
    result = invariance_decision(models, cutoffs=cutoffs(rule))
    return {
        "delta_chisq": [one.delta_chisq for one in result.comparisons],
        "delta_df": [one.delta_df for one in result.comparisons],
        "p": [one.p_value for one in result.comparisons],
        "delta_cfi": [one.delta_cfi for one in result.comparisons],
        "delta_rmsea": [one.delta_rmsea for one in result.comparisons],
        "delta_srmr": [one.delta_srmr for one in result.comparisons],
        "accepted": list(result.accepted),
        "comparison_of_means_allowed": result.mean_comparison_allowed,
    }


def cutoffs(rule: str) -> InvarianceCutoffs:
    """Cut-offs from words such as ``delta_cfi > -.01 and delta_rmsea < .015``; what is not named does not count."""
    if not rule:
        return InvarianceCutoffs()

    def limit(pattern: str) -> float | None:
        match = re.search(rf"{pattern}\s*[<>]=?\s*-?\s*(\d*\.?\d+)", rule)
        return None if match is None else float(match[1])

    cfi, alpha = limit("cfi"), limit(r"\bp")
    srmr = limit("srmr")
    return InvarianceCutoffs(
        cfi=math.inf if cfi is None else cfi,
        rmsea=limit("rmsea"),
        srmr_loadings=srmr,
        srmr_intercepts=srmr,
        alpha=alpha,
    )


def culture_fit(case: Case) -> dict[str, Any]:
    """Fit of the levels named configural, weak and strong."""
    frame = case.frame()
    groups = frame[str(case.inputs["group"])].to_numpy()
    statistic = plain(str(case.inputs.get("chisq", "n*f")))
    chosen = options(case)
    if "(n1)" in statistic or "n1)*" in statistic:
        chosen["likelihood"] = "wishart"
    identification = plain(str(case.inputs.get("identification", "marker")))
    chosen["std_lv"] = "variance" in identification or "stdlv" in identification
    text = model_text(case)
    found: dict[str, Any] = {}
    parts: tuple[EqualPart, ...] = ()
    for level in ("configural", "weak", "strong", "strict"):
        if level != "configural":
            if level not in case.inputs:
                continue
            words = str(case.inputs[level]).lower()
            named = [part for part in ("loadings", "intercepts", "residuals") if part[:-1] in words]
            parts = tuple(dict.fromkeys((*parts, *equal_parts(named))))
        fit = confirmatory_factor_analysis(frame, text, groups=groups, equal=parts, mean_structure=True, **chosen)
        measures = dict(fit.fit.measures)
        found[level] = {**measures, "chi2": measures["chisq"], "p": measures["pvalue"], "n": fit.n}
    return found


CULTURE = {"invariance_decision": decision, "invariance_fit": culture_fit}
