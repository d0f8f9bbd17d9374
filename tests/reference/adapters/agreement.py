"""Topic agreement, and agreement among the channels', experts' and weights' cases."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from adapters.case import Case, SkippedError
from analysis.agreement import (
    KappaWeights,
    MeasurementLevel,
    aggregation_agreement,
    agreement,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    intraclass_correlation,
    kendall_w,
    krippendorff_alpha,
    rating_counts,
)

if TYPE_CHECKING:
    import pandas as pd

LEVELS: tuple[MeasurementLevel, ...] = ("nominal", "ordinal", "interval", "ratio")
KINDS: tuple[KappaWeights, ...] = ("unweighted", "linear", "quadratic")
ICC_COLUMNS = ("ICC", "F", "df1", "df2", "p", "lower bound", "upper bound")


def run(case: Case) -> dict[str, Any]:
    """Choose by what the case asks for."""
    expected = set(case.expected)
    if "icc" in expected:
        return intraclass(case)
    if "icc1" in expected or "rwg" in expected or "rwg_mean" in expected:
        return aggregation(case)
    if any(key.startswith("W_") or key == "vegan_W" for key in expected):
        return concordance(case)
    if "alpha" in expected or any("kripp" in key for key in expected):
        return krippendorff(case)
    if any("fleiss_kappa" in key or "randolph" in key for key in expected):
        return fleiss(case)
    if any("ac1" in key.lower() for key in expected):
        return ac1(case)
    if any("kappa" in key for key in expected):
        return cohen(case)
    raise SkippedError(f"what is expected ({', '.join(sorted(expected))}) is not known to topic agreement")


def ratings(case: Case) -> pd.DataFrame:
    """The raters' columns: named in a list, in words (``A2 A3 A5``, ``N1..N4``), or all; and the rows asked for."""
    frame = case.frame()
    names: list[str] | None = None
    rows = str(case.inputs.get("rows", ""))
    for key in ("columns", "raters", "items", "columns as raters"):
        given = case.inputs.get(key)
        if isinstance(given, list):
            names = names or [str(name) for name in given]
        elif isinstance(given, str):
            rows = f"{rows} {given}"
            names = names or named(given, list(map(str, frame.columns)))
    table = frame[names] if names else frame.select_dtypes("number")
    if re.search(r"\bcomplete\b", rows):
        table = table.dropna()
    first = re.search(r"\bfirst (\d+)\b", rows)
    missing = str(case.inputs.get("missing", "")).lower()
    for remark in ("scale", "units", "objects"):
        case.inputs.get(remark)
    table = table.head(int(first[1])) if first else table
    return table.dropna() if missing.startswith(("listwise", "complete")) else table


def named(words: str, known: list[str]) -> list[str] | None:
    """Columns in words: single names, and ranges such as N1..N4 or N1:N4."""
    found: list[str] = []
    for word in re.split(r"[\s,]+", words):
        ends = re.split(r"\.\.\.?|:", word)
        if len(ends) == 2 and all(end in known for end in ends):
            found += known[known.index(ends[0]) : known.index(ends[1]) + 1]
        elif word in known:
            found.append(word)
    return found or None


def level(case: Case) -> float:
    return float(case.inputs.get("conf", case.inputs.get("confidence", 0.95)))


def cohen(case: Case) -> dict[str, Any]:
    confidence = level(case)
    dropped, n = 0, None
    if "table" in case.inputs:
        table = np.asarray(case.inputs["table"], dtype=float)
        names = [str(place + 1) for place in range(len(table))]
    else:
        pair = case.inputs.get("raters") or [case.inputs["a"], case.inputs["b"]]
        columns = case.columns([str(name) for name in pair])
        case.inputs.choice("missing", {"listwise": 1, "none": 1, "pairwise": 1}, "listwise")
        case.inputs.choice("outside_levels", {"row dropped": 1, "dropped": 1, "none": 1}, "row dropped")
        levels = case.inputs.get("levels") or sorted(set(columns.stack().dropna()))
        first, second = (columns[name].tolist() for name in columns.columns)
        found = agreement(first, second, categories=levels, confidence=confidence)
        n, dropped = found.n, found.dropped
        kept = columns.dropna()
        kept = kept[kept.isin(levels).all(axis=1)]
        places = [[levels.index(value) for value in kept[name]] for name in columns.columns]
        table = np.zeros((len(levels), len(levels)))
        np.add.at(table, tuple(places), 1)
        names = [str(one) for one in levels]
    case.inputs.choice(
        "weighted_ci",
        {"Fleiss-Cohen-Everitt 1969 large-sample SE, normal": 1, "fleiss cohen everitt": 1},
        "fleiss cohen everitt",
    )
    results = {kind: cohen_kappa(table, kappa_weights=kind, confidence=confidence) for kind in KINDS}
    plain = results["unweighted"]
    figures: dict[str, Any] = {
        "n": plain.n if n is None else n,
        "dropped": dropped,
        "table": {"rows": names, "cols": names, "values": table.tolist()},
        "agreement": plain.agreement,
        "po": plain.agreement,
        "kappa": plain.estimate,
        "kappa_ci": {"lower": plain.lower, "estimate": plain.estimate, "upper": plain.upper},
        "kappa_se": plain.std_error,
        "kappa_var_fleiss_cohen_everitt": plain.std_error**2,
        "z": plain.z,
        "p": plain.p_value,
    }
    for kind, result in results.items():
        figures[kind] = result.estimate
        figures[f"weighted_kappa_{kind}"] = result.estimate
        figures[f"weighted_kappa_{kind}_check"] = result.estimate
        figures[f"weighted_kappa_{kind}_se"] = result.std_error
        figures[f"weighted_kappa_{kind}_var_fleiss_cohen_everitt"] = result.std_error**2
        bounds = {"lower": result.lower, "estimate": result.estimate, "upper": result.upper}
        figures[f"weighted_kappa_{kind}_ci"] = bounds
    return figures


def fleiss(case: Case) -> dict[str, Any]:
    if "counts" in case.inputs:
        counts, known = np.asarray(case.inputs["counts"]), None
    else:
        counts, categories, _ = rating_counts(ratings(case).to_numpy(float), categories=case.inputs.get("categories"))
        known = [int(one) if float(one).is_integer() else one for one in categories]
    result = fleiss_kappa(counts, categories=known, confidence=level(case))
    return {
        "subjects": result.n,
        "raters": result.raters,
        "categories": known,
        "counts": np.asarray(counts).tolist(),
        "P_bar": result.agreement,
        "P_e": result.expected,
        "kappa": result.estimate,
        "fleiss_kappa": result.estimate,
        "randolph_kappa": result.randolph,
        "kappa_by_category": dict(result.by_category),
        "se_null_fleiss1979": result.std_error_null,
        "z": result.z,
        "p": result.p_value,
    }


def krippendorff(case: Case) -> dict[str, Any]:
    table = ratings(case)
    wanted = case.expected.get("alpha", {})
    kinds = tuple(kind for kind in LEVELS if not isinstance(wanted, dict) or kind in wanted)
    values = table.to_numpy(float)
    results = {kind: krippendorff_alpha(values, level=kind, replicates=0) for kind in kinds}
    chosen = case.inputs.get("level", case.inputs.get("level_of_measurement"))
    any_result = next(iter(results.values()))
    return {
        "raters": any_result.n_coders,
        "units": len(values),
        "missing": any_result.missing_codes,
        "alpha": results[chosen].estimate if chosen else {kind: one.estimate for kind, one in results.items()},
    }


def ac1(case: Case) -> dict[str, Any]:
    result = gwet_ac1(ratings(case).to_numpy(float), categories=case.inputs.get("categories"), confidence=level(case))
    interval = {"lower": result.lower, "upper": result.upper}
    names = {"n": result.n, "agreement": result.agreement, "expected": result.expected, "ci": interval}
    return {**names, **dict.fromkeys(("ac1", "AC1", "gwet_ac1"), result.estimate), "se": result.std_error}


def concordance(case: Case) -> dict[str, Any]:
    case.inputs.get("columns")
    return figures_of_w(ratings(case).to_numpy(float))


def figures_of_w(objects_by_raters: Any) -> dict[str, Any]:
    result = kendall_w(objects_by_raters)
    return {
        "objects": result.n,
        "raters": result.raters,
        "W": result.estimate,
        "W_tie_corrected": result.estimate,
        "W_uncorrected": result.uncorrected,
        "S": result.sum_of_squares,
        "chisq": result.chisq,
        "chi2": result.chisq,
        "df": result.df,
        "p": result.p_value,
        "p_chi2": result.p_value,
        "friedman_chisq": result.chisq,
        "friedman_p": result.p_value,
        "vegan_W": result.estimate,
        "vegan_F": result.f,
        "vegan_p_F": result.p_value_f,
        "mean_spearman": result.mean_spearman,
        "mean_spearman_from_W": result.mean_spearman_from_w,
    }


def kendall_by_rater(case: Case) -> dict[str, Any]:
    rows = case.inputs["ranks"] if "ranks" in case.inputs else case.inputs["ratings_by_rater"]
    return figures_of_w(np.asarray(rows, dtype=float).T)


def intraclass(case: Case) -> dict[str, Any]:
    percent = re.search(r"(\d+(?:\.\d+)?) ?% ?CI", str(case.inputs.get("forms", "")))
    confidence = float(percent[1]) / 100 if percent else level(case)
    result = intraclass_correlation(ratings(case).to_numpy(float), confidence=confidence)
    values = [[one.estimate, one.f, one.df1, one.df2, one.p_value, one.lower, one.upper] for one in result.forms]
    table = {"rows": [one.form for one in result.forms], "cols": list(ICC_COLUMNS), "values": values}
    return {"n": result.n, "raters": result.raters, "icc": table}


def aggregation(case: Case) -> dict[str, Any]:
    value, group = str(case.inputs["value"]), str(case.inputs["group"])
    frame = case.columns([value, group])
    words = str(case.inputs.get("scale", ""))
    points = re.search(r"(\d+) ?-?points?", words)
    rule = str(case.inputs.get("group_size", "mean")).lower()
    null = case.inputs.get("ranvar")
    result = aggregation_agreement(
        frame[value],
        frame[group],
        options=int(points[1]) if points else None,
        null_variance=None if null is None else float(null),
        group_size="bliese" if "bliese" in rule or "sum" in rule else "mean",
    )
    return {
        "n": result.n,
        "groups": len(result.group_n),
        "icc1": result.icc1,
        "icc2": result.icc2,
        "F": result.f,
        "p": result.p_value,
        "msb": result.ms_between,
        "msw": result.ms_within,
        "rwg_mean": result.r_wg_mean,
        "rwg_median": result.r_wg_median,
        "rwg": dict(result.r_wg),
        "group_mean": dict(result.group_means),
        "group_n": dict(result.group_n),
    }


def interviewer_icc(case: Case) -> dict[str, Any]:
    groups = case.inputs["groups"]
    scores = [score for group in groups for score in group if score is not None and not math.isnan(score)]
    labels = [place for place, group in enumerate(groups) for score in group if score is not None]
    result = aggregation_agreement(scores, labels)
    return {
        "msb": result.ms_between,
        "msw": result.ms_within,
        "icc1": result.icc1,
        "deff_k": result.design_effect,
    }


CHANNELS = {"cohen_kappa": cohen, "fleiss_kappa": fleiss, "interviewer_icc": interviewer_icc}
EXPERTS = {"kendall_w": kendall_by_rater}
