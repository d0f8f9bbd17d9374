"""Topics cfa and invariance with ordered items."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from adapters import cfa
from adapters.case import Case, SkippedError, plain
from analysis.factors.cfa.ordinal_confirmatory import (
    OrdinalCfaResult,
    OrdinalEstimator,
    ordinal_factor_analysis,
)
from analysis.factors.cfa.ordinal_difference import ordinal_difference_test
from analysis.factors.cfa.ordinal_model import Parameterization
from analysis.factors.cfa.ordinal_reliability import ordinal_model_reliability
from analysis.factors.cfa.ordinal_sample import OrdinalMissing
from analysis.factors.cfa.ordinal_score_tests import ordinal_equality_tests, ordinal_modification_indices
from analysis.factors.cfa.ordinal_table import Identification
from analysis.factors.cfa.parameters import EqualPart

ESTIMATORS: dict[str, OrdinalEstimator] = {
    "wlsmv": "WLSMV",
    "wlsm": "WLSM",
    "wlsmvs": "WLSMVS",
    "dwls": "DWLS",
    "ulsmv": "ULSMV",
    "ulsm": "ULSM",
}
PARAMETERIZATIONS: dict[str, Parameterization] = {"delta": "delta", "theta": "theta"}
MISSING: dict[str, OrdinalMissing] = {
    "listwise": "listwise",
    "complete cases": "listwise",
    "none": "listwise",
    "pairwise": "pairwise",
    "available": "pairwise",
    "available.cases": "pairwise",
}


def options(case: Case) -> dict[str, Any]:
    """Options that a call for one model may name."""
    estimator = plain(str(case.inputs.get("estimator", "WLSMV")).split(maxsplit=1)[0].strip(",;("))
    if estimator not in ESTIMATORS:
        raise SkippedError(f"estimator {estimator} is not known for ordered items")
    return {
        "estimator": ESTIMATORS[estimator],
        "parameterization": case.inputs.choice("parameterization", PARAMETERIZATIONS, "delta"),
        "missing": case.inputs.choice("missing", MISSING, "listwise"),
        "std_lv": bool(cfa.first(case, "std_lv", "std.lv", default=False)),
        "orthogonal": bool(case.inputs.get("orthogonal", False)),
        "confidence": cfa.first(case, "conf", "level", default=0.95),
        "identification": identification(case),
    }


def identification(case: Case) -> Identification:
    given = plain(str(cfa.first(case, "identification", "ID.cat", "id_cat", default="")))
    return "wu_estabrook" if "wu" in given else "scale_and_means"


def parts(given: Any) -> tuple[EqualPart, ...]:
    names = [given] if isinstance(given, str) else list(given or [])
    others = [name for name in names if str(name) not in {"thresholds", "threshold"}]
    own: tuple[EqualPart, ...] = ("thresholds",) if len(others) < len(names) else ()
    return (*own, *cfa.equal_parts(others))


def check_ordered(case: Case, items: tuple[str, ...]) -> None:
    """All items of the model must be ordered."""
    ordered = case.inputs.get("ordered", True)
    if isinstance(ordered, list) and set(items) - {str(name) for name in ordered}:
        raise SkippedError("continuous items beside ordered ones are not built")


def run(case: Case) -> dict[str, Any]:
    """One model."""
    text = cfa.model_text(case)
    frame = cfa.data(case)
    group = case.inputs.get("group")
    result = ordinal_factor_analysis(
        frame,
        text,
        groups=None if group is None else frame[str(group)].to_numpy(),
        equal=parts(cfa.first(case, "equal", "group_equal", "group.equal", default=())),
        release=cfa.releases(cfa.first(case, "partial", "group_partial", "group.partial", default=())),
        **options(case),
    )
    check_ordered(case, result.sample.items)
    return figures(case, result)


def figures(case: Case, result: OrdinalCfaResult) -> dict[str, Any]:
    """Everything a case may compare, under the names the cases use."""
    found: dict[str, Any] = {
        "n": result.n,
        "n_by_group": dict(result.n_by_group),
        "estimates": cfa.by_name(result, "estimate"),
        "std_errors": cfa.by_name(result, "std_error"),
        "z": cfa.by_name(result, "z"),
        "pvalues": cfa.by_name(result, "p_value"),
        "ci_lower": cfa.by_name(result, "lower"),
        "ci_upper": cfa.by_name(result, "upper"),
        "standardized": cfa.by_name(result, "std_all"),
        "standardized_se": cfa.by_name(result, "std_all_error"),
        "standardized_lv": cfa.by_name(result, "std_latent"),
        "standardized_loadings": {
            row.name: row.std_all for row in result.estimates if row.op == "=~" and row.group == result.groups[0]
        },
        "fit": dict(result.fit.measures),
        "chisq": result.fit["chisq"],
        "converged": result.converged,
        "polychoric": cfa.table(list(result.sample.items), result.sample.groups[0].moments.correlations),
    }
    asked = set(case.expected)
    if any(key.startswith(("modification", "epc", "mi")) for key in asked):
        tests = ordinal_modification_indices(result)
        for key in asked:
            if key.startswith(("modification", "mi")):
                found[key] = cfa.both_ways({test.name: test.index for test in tests})
            elif key.startswith("epc"):
                found[key] = cfa.both_ways({test.name: test.change for test in tests})
    if any(key.startswith("score_test") for key in asked):
        found["score_tests"] = {test.name: test.index for test in ordinal_equality_tests(result)}
    return found | reliability(result) | cfa.residuals(result) | latent(result)


def reliability(result: OrdinalCfaResult) -> dict[str, Any]:
    rows = [row for row in ordinal_model_reliability(result).factors if row.group == result.groups[0]]
    columns = {
        "alpha": "alpha",
        "alpha.ord": "ordinal_alpha",
        "omega": "omega",
        "omega2": "omega2",
        "omega3": "omega3",
        "avevar": "ave",
    }
    ave = {row.factor: row.ave for row in rows}
    return {
        "semTools_reliability": {
            "rows": list(columns),
            "cols": [row.factor for row in rows],
            "values": [[getattr(row, column) for row in rows] for column in columns.values()],
        },
        "composite_reliability_ord_scale_true": {row.factor: row.omega3 for row in rows},
        "composite_reliability_ord_scale_false": {row.factor: row.omega_latent for row in rows},
        "composite_reliability_compRelSEM": {row.factor: row.omega3 for row in rows},
        "ave": ave,
        "fornell_larcker_sqrt_ave": {name: math.sqrt(value) for name, value in ave.items()},
    }


def latent(result: OrdinalCfaResult) -> dict[str, Any]:
    names = list(result.model.table.latent)
    covariance = result.model.latent(result.fitted.theta).covariance
    spread = covariance.diagonal() ** 0.5
    return {"latent_correlation": cfa.table(names, covariance / spread[:, None] / spread)}


def invariance(case: Case) -> dict[str, Any]:
    """Levels of invariance, each fitted as the case words it."""
    text = cfa.model_text(case)
    frame = cfa.data(case)
    groups = frame[str(case.inputs["group"])].to_numpy()
    wanted: dict[str, Any] = {"configural": (), **dict(case.inputs["equal"])}
    free = cfa.first(case, "partial", "group_partial", "group.partial", default={})
    chosen = options(case)
    fits: dict[str, OrdinalCfaResult] = {}
    for level, equal in wanted.items():
        release = free.get(level, ()) if isinstance(free, Mapping) else free if level != "configural" else ()
        fits[level] = ordinal_factor_analysis(
            frame, text, groups=groups, equal=parts(equal), release=cfa.releases(release), **chosen
        )
        check_ordered(case, fits[level].sample.items)
    found: dict[str, Any] = {
        "n": fits["configural"].n,
        "n_by_group": dict(fits["configural"].n_by_group),
        "fit": {level: dict(fit.fit.measures) for level, fit in fits.items()},
        "estimates": {level: cfa.by_name(fit, "estimate") for level, fit in fits.items()},
    }
    for level, fit in fits.items():
        means = [row for row in fit.estimates if row.op == "~1" and row.left in fit.model.table.latent]
        for key, column in (("latent_means", "estimate"), ("latent_mean_se", "std_error")):
            found[f"{level}_{key}"] = {
                f"{row.left}_group{fit.groups.index(row.group) + 1}": getattr(row, column) for row in means
            }
    for after, stricter in fits.items():
        for before, looser in fits.items():
            found[f"{after}_vs_{before}"] = difference(looser, stricter)
    return found


def difference(before: OrdinalCfaResult, after: OrdinalCfaResult) -> dict[str, float]:
    one, two = before.fit.measures, after.fit.measures
    if two["df"] <= one["df"]:
        return {}
    test = ordinal_difference_test(after, before)
    found = {
        "delta_chisq": test.statistic,
        "delta_chisq_scaled": test.statistic,
        "delta_chisq_unscaled": test.chisq,
        "delta_df": float(test.df),
        "p": test.p_value,
    }
    for name in ("cfi", "tli", "rmsea", "srmr"):
        found[f"delta_{name}"] = two[name] - one[name]
        for version in ("scaled", "robust"):
            key = f"{name}.{version}"
            if key in one and key in two:
                found[f"delta_{name}_{version}"] = two[key] - one[key]
    return found
