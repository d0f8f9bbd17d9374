"""Topics factorability, efa and omega: correlations, exploratory factors, components, parallel analysis, omega."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from adapters.case import Case, SkippedError, plain
from analysis.factors.congeneric import congeneric_omega
from analysis.factors.correlation_matrix import CorrelationKind, CorrelationMatrix, given_correlations
from analysis.factors.efa import ExploratoryFactors, exploratory_factors
from analysis.factors.extraction import ExtractionMethod
from analysis.factors.factorability import factorability
from analysis.factors.minimum_average_partial import minimum_average_partial
from analysis.factors.omega import OmegaResult
from analysis.factors.omega import omega as omega_of
from analysis.factors.parallel_analysis import parallel_analysis
from analysis.factors.rotation import RotationMethod
from analysis.factors.schmid_leiman import TwoFactors

if TYPE_CHECKING:
    import pandas as pd

MissingRule = Literal["listwise", "pairwise"]
MISSING: dict[str, MissingRule] = {
    "none": "listwise",
    "listwise": "listwise",
    "complete cases": "listwise",
    "pairwise": "pairwise",
    "pairwise complete": "pairwise",
}
CORRELATIONS: dict[str, CorrelationKind] = {
    "pearson": "pearson",
    "cor": "pearson",
    "spearman": "spearman",
    "kendall": "kendall",
    "polychoric": "polychoric",
    "poly": "polychoric",
    "tetrachoric": "polychoric",
    "tet": "polychoric",
}
METHODS: dict[str, ExtractionMethod] = {
    "minres": "minres",
    "uls": "minres",
    "ols": "minres",
    "ml": "ml",
    "mle": "ml",
    "maximum likelihood": "ml",
    "ML, stats::factanal": "ml",
    "factanal": "ml",
    "pa": "pa",
    "principal axis": "pa",
    "pca": "pca",
    "principal": "pca",
    "principal components": "pca",
}
ROTATIONS: dict[str, RotationMethod] = {
    "none": "none",
    "varimax": "varimax",
    "quartimax": "quartimax",
    "equamax": "equamax",
    "promax": "promax",
    "oblimin": "oblimin",
    "quartimin": "quartimin",
    "geomin": "geomin",
    "geominQ": "geomin",
    "geominT": "geomin_orthogonal",
}
TWO_FACTORS: dict[str, TwoFactors] = {"equal": "equal", "first": "first", "second": "second"}

PSYCH_PRINCIPAL_AXIS = {"tolerance": 1e-3, "max_iterations": 50}
"""R's psych ends principal axis factoring when the communalities' sum changes by less than this."""

R_ROTATION_TOLERANCE = 1e-5
"""Where R's varimax and gradient projection stop."""

STEADY_REPLICATES = 4000
"""Simulated data sets at least, so that the source's own Monte-Carlo error is all that a tolerance has to hold."""


def source(case: Case) -> tuple[pd.DataFrame | CorrelationMatrix, dict[str, Any]]:
    """Items or correlations, and the options that go with them."""
    inputs = case.inputs
    names = [str(name) for name in inputs.get("items", [])]
    kind = inputs.choice("correlation", CORRELATIONS, "pearson")
    stated = plain(str(inputs.get("input", "")))
    n = inputs.get("n")
    frame = case.frame()
    if names:
        absent = [name for name in names if name not in frame.columns]
        if absent:
            raise SkippedError(f"the data have no column {', '.join(absent)}")
    if "correlation" in stated and _square(frame):
        matrix = given_correlations(frame, n=n)
        if names:
            places = [matrix.items.index(name) for name in names]
            matrix = given_correlations(matrix.matrix[np.ix_(places, places)], n=n, items=names)
        inputs.choice("missing", MISSING, "listwise")
        return matrix, {}
    weight = inputs.get("weight")
    items = frame[names] if names else frame
    options: dict[str, Any] = {"correlation": kind, "missing": inputs.choice("missing", MISSING, "listwise")}
    if weight is not None:
        options["case_weights"] = frame[str(weight)]
        items = items.drop(columns=[str(weight)], errors="ignore")
    scale, turned = inputs.get("scale"), tuple(str(name) for name in inputs.get("reversed", ()))
    if turned and scale is None:
        scale = (items.min().min(), items.max().max())
    options["reversed_items"] = turned
    options["scale"] = None if scale is None else (float(scale[0]), float(scale[1]))
    return items, options


def _square(frame: pd.DataFrame) -> bool:
    values = frame.to_numpy(dtype=np.float64)
    return values.shape[0] == values.shape[1] and bool(
        np.allclose(values, values.T) and np.allclose(values.diagonal(), 1)
    )


def table(rows: Any, columns: Any, values: Any) -> dict[str, Any]:
    return {"rows": list(rows), "cols": list(columns), "values": np.asarray(values).tolist()}


def named(items: Any, values: Any) -> dict[str, float]:
    return dict(zip(items, np.asarray(values).tolist(), strict=True))


def factorable(case: Case) -> dict[str, Any]:
    data, options = source(case)
    result = factorability(data, **options)
    return {
        "n": result.n,
        "kmo": result.kmo,
        "msa": named(result.items, result.msa),
        "bartlett": {
            "chisq": result.bartlett_chi_square,
            "df": result.bartlett_df,
            "p": result.bartlett_p_value,
            "log10_p": result.bartlett_log10_p_value,
        },
        "determinant": result.determinant,
        "eigenvalues": result.eigenvalues,
        "smc": named(result.items, result.smc),
        "correlation": table(result.items, result.items, result.correlations),
        "reduced_eigenvalues": result.reduced_eigenvalues,
    }


def efa(case: Case) -> dict[str, Any]:
    """Parallel analysis, minimum average partial, or factors; by what is asked."""
    expected = set(case.expected)
    if any(name.startswith("simulated") for name in expected):
        return parallel(case)
    if expected & {"map", "map4", "minimum_average_partial"}:
        return average_partial(case)
    return factors(case)


def factors(case: Case) -> dict[str, Any]:
    inputs = case.inputs
    components = bool(set(case.expected) & {"variance_share", "first_component_weights_abs"})
    method = inputs.choice("method", METHODS, "pca" if components else "minres")
    stats = "factanal" in str(inputs.get("method", ""))
    data, options = source(case)
    k = int(inputs["nfactors"])
    options |= {"method": method, "rotation_tolerance": R_ROTATION_TOLERANCE, "promax": "stats" if stats else "psych"}
    if method == "pa":
        options |= PSYCH_PRINCIPAL_AXIS
    for key, option in (("kaiser", "kaiser"), ("normalize", "kaiser"), ("power", "power"), ("m", "power")):
        if key in inputs:
            options[option] = inputs[key]
    for key, option in (("gamma", "gamma"), ("gam", "gamma"), ("epsilon", "epsilon"), ("delta", "epsilon")):
        if key in inputs:
            options[option] = float(inputs[key])
    default = "varimax" if stats or components else "oblimin"
    wanted = [str(name) for name in inputs.get("rotations", [])]
    if isinstance(inputs.get("rotations"), str):
        wanted = [part.strip() for part in str(inputs["rotations"]).split(",")]
    main = inputs.choice("rotation", ROTATIONS, wanted[0] if wanted else default)
    result = exploratory_factors(data, k, rotation=main, **options)
    figures = solution(result)
    for name, rotation in ROTATIONS.items():
        for key in (name, f"{name}_loadings", f"{name}_phi"):
            if key not in case.expected:
                continue
            turned = exploratory_factors(data, k, rotation=rotation, **options)
            labels = [f"{name} {factor}" for factor in turned.factors]
            asked_phi = key.endswith("_phi")
            figures[key] = table(
                labels if asked_phi else turned.items, labels, turned.phi if asked_phi else turned.pattern
            )
    return figures


def solution(result: ExploratoryFactors) -> dict[str, Any]:
    fit, items, names = result.fit, result.items, result.factors
    loading = result.extraction.loadings[:, 0]
    return {
        "n": result.n,
        "loadings": table(items, names, result.pattern),
        "phi": table(names, names, result.phi) if result.rotation.oblique and len(names) > 1 else None,
        "structure": table(items, names, result.structure),
        "communality": named(items, result.communalities),
        "uniqueness": named(items, result.uniquenesses),
        "objective": fit.objective,
        "chisq": fit.chi_square,
        "df": fit.df,
        "p": fit.p_value,
        "rmsea": {
            "RMSEA": fit.rmsea,
            "lower": fit.rmsea_lower,
            "upper": fit.rmsea_upper,
            "confidence": fit.rmsea_confidence,
        },
        "tli": fit.tli,
        "bic": fit.bic,
        "rmsr": fit.rmsr,
        "variance_accounted": table(
            [
                "SS loadings",
                "Proportion Var",
                "Cumulative Var",
                "Proportion Explained",
                "Cumulative Proportion",
            ],
            names,
            result.variance,
        ),
        "complexity": named(items, result.complexity),
        "eigenvalues": result.eigenvalues,
        "eigenvalues_common": result.common_eigenvalues,
        "variance_share": result.eigenvalues / len(items),
        "first_component_weights_abs": named(items, np.abs(loading) / np.linalg.norm(loading)),
    }


def parallel(case: Case) -> dict[str, Any]:
    data, options = source(case)
    words = str(case.inputs.get("generator", "normal, PCA eigenvalues")).lower()
    common = bool(re.search(r"\bfa\b|factor|smc", words))
    shuffled = bool(re.search(r"permut|shuffl|resampl", words))
    iterations = int(case.inputs.get("iterations", 500))
    asked = {match[1] for key in case.expected if (match := re.fullmatch(r"simulated_q(\d+)", key))}
    figures: dict[str, Any] = {}
    for digits in sorted(asked) or ["95"]:
        result = parallel_analysis(
            data,
            eigenvalues="common_factors" if common else "components",
            simulated="permuted" if shuffled else "normal",
            quantile=float(f"0.{digits}"),
            replicates=max(iterations, STEADY_REPLICATES),
            **options,
        )
        figures |= {
            "n": result.n,
            "k": result.n_items,
            "observed": result.observed,
            "simulated_mean": result.simulated_mean,
            f"simulated_q{digits}": result.simulated_quantile,
            "n_components_mean": result.n_above_mean,
            f"n_components_q{digits}": result.n_factors,
            "n_factors_mean": result.n_above_mean,
            f"n_factors_q{digits}": result.n_factors,
        }
    return figures


def average_partial(case: Case) -> dict[str, Any]:
    data, options = source(case)
    result = minimum_average_partial(data, **options)
    return {
        "n": result.n,
        "map": result.squared,
        "map4": result.fourth,
        "minimum_average_partial": result.squared,
        "n_components": result.n_components,
        "n_components_fourth": result.n_components_fourth,
    }


def omega(case: Case) -> dict[str, Any]:
    """From Schmid-Leiman loadings, or from one factor where a model is named."""
    if "model" in case.inputs or "omega_congeneric" in case.expected:
        return congeneric(case)
    inputs = case.inputs
    data, options = source(case)
    result = omega_of(
        data,
        n_factors=int(inputs.get("nfactors", 3)),
        method=inputs.choice("method", METHODS, "minres"),
        rotation=inputs.choice("rotation", ROTATIONS, "oblimin"),
        flip=bool(inputs.get("flip", False)),
        two_factors=inputs.choice("option", TWO_FACTORS, "equal"),
        rotation_tolerance=R_ROTATION_TOLERANCE,
        **options,
    )
    return {
        "n": result.n,
        "omega_h": result.omega_hierarchical,
        "omega_h_asymptotic": result.omega_asymptotic,
        "omega_total": result.omega_total,
        "alpha_std": result.alpha_standardised,
        "lambda6": result.lambda6,
        "ECV": result.explained_common_variance,
        **loadings(result),
    }


def loadings(result: OmegaResult) -> dict[str, Any]:
    hierarchical = result.schmid_leiman
    names = [factor.rstrip("*") for factor in hierarchical.factors]
    columns = [hierarchical.general, *hierarchical.group.T]
    columns += [hierarchical.communalities, hierarchical.uniquenesses, hierarchical.general_share]
    groups = [[group.total, group.general, group.group] for group in result.groups]
    return {
        "general_loadings": named(hierarchical.items, hierarchical.general),
        "schmid_leiman": table(
            hierarchical.items, ["g", *hierarchical.factors, "h2", "u2", "p2"], np.stack(columns, axis=1)
        ),
        "phi": table(names, names, result.solution.phi) if names else None,
        "omega_group": table(["g", *hierarchical.factors], ["total", "general", "group"], groups),
    }


def congeneric(case: Case) -> dict[str, Any]:
    model = plain(str(case.inputs.get("model", "one factor, ML")))
    if not model.startswith("onefactor") or ("ml" not in model and "," in model):
        raise SkippedError(f"option model = '{case.inputs['model']}' is not known (known: one factor, ML)")
    case.inputs.choice("estimator", {"ML": "ml"}, "ML")
    data, options = source(case)
    result = congeneric_omega(data, **options)
    rows = {
        "alpha": result.alpha,
        "omega": result.omega,
        "omega2": result.omega,
        "omega3": result.omega_observed,
        "avevar": result.ave_raw,
    }
    asked = case.expected.get("semTools_reliability")
    factor = asked["cols"][0] if isinstance(asked, dict) else "F"
    return {
        "n": result.n,
        "loadings": named(result.items, result.loadings),
        "std_loadings": named(result.items, result.std_loadings),
        "residual_variances": named(result.items, result.residual_variances),
        "omega_congeneric": result.omega,
        "omega_observed_variance": result.omega_observed,
        "composite_reliability_std": result.composite_reliability,
        "ave_std": result.ave,
        "ave_raw": result.ave_raw,
        "alpha": result.alpha,
        "semTools_reliability": table(rows, [factor], [[value] for value in rows.values()]),
        "semTools_compRelSEM": result.omega_observed,
        "semTools_AVE": result.ave_raw,
    }
