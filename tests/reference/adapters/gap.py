"""Topic gap: two items of the same respondents, as means and as top-box shares."""

from __future__ import annotations

import re
from typing import Any

from adapters.case import Case, SkippedError
from analysis.paired import EffectSize, paired_comparison
from analysis.paired_shares import paired_shares
from analysis.shares import share_bounds

COMPLETE = {"pairwise complete": None, "listwise": None, "none": None}
COMPARISONS = {">=": "ge", ">": "gt", "<=": "le", "<": "lt", "==": "eq", "=": "eq"}


def run(case: Case) -> dict[str, Any]:
    """Choose by what the case asks for."""
    if {"first", "second"} <= set(case.inputs.values):
        return paired(case)
    if "top_box" in case.inputs:
        return top_boxes(case)
    if "group" in case.inputs or {"a", "b"} <= set(case.inputs.values):
        raise SkippedError("comparison of groups and association of two items are not built yet")
    raise SkippedError(f"inputs {', '.join(sorted(case.inputs.values))} name no comparison that is built")


def paired(case: Case) -> dict[str, Any]:
    case.inputs.choice("missing", COMPLETE, "pairwise complete")
    first, second = str(case.inputs["first"]), str(case.inputs["second"])
    frame = case.columns([first, second])
    confidence = case.inputs.get("conf", 0.95)
    result = paired_comparison(frame[first], frame[second], confidence=confidence)
    return {
        "n": result.n,
        "mean_gap": result.estimate,
        "sd_gap": result.sd_difference,
        "t": result.t,
        "df": result.df,
        "p": result.p_value,
        f"ci{100 * confidence:g}": {"lower": result.lower, "upper": result.upper},
        "wilcoxon_V": result.wilcoxon_v,
        "wilcoxon_p_no_correction": result.wilcoxon_p,
        "wilcoxon_p_continuity": result.wilcoxon_p_continuity,
        "n_zero_differences": result.n_zero,
        "cohens_dz": effect(result.cohens_d_z),
        "hedges_gz": effect(result.hedges_g_z),
        "cohens_d_pooled_independent": effect(result.cohens_d_independent),
        "hedges_g_independent": effect(result.hedges_g_independent),
        "rank_biserial_paired": effect(result.rank_biserial),
    }


def effect(size: EffectSize) -> dict[str, float]:
    return {"est": size.estimate, "lower": size.lower, "upper": size.upper}


def top_boxes(case: Case) -> dict[str, Any]:
    case.inputs.choice("missing", COMPLETE, "listwise")
    rule = re.match(r"value\s*(>=|<=|==|=|>|<)\s*([\d.]+)", str(case.inputs["top_box"]))
    items = [str(name) for name in case.inputs["items"]]
    if rule is None or len(items) != 2:
        raise SkippedError(f"option top_box = '{case.inputs['top_box']}' of {len(items)} items is not known")
    frame = case.columns(items)
    flags = getattr(frame, COMPARISONS[rule[1]])(float(rule[2])).astype(float).where(frame.notna())
    confidence = case.inputs.get("conf", 0.95)
    result = paired_shares(flags[items[0]], flags[items[1]], confidence=confidence)
    figures: dict[str, Any] = {
        "n": result.n,
        "k1": result.count_1,
        "k2": result.count_2,
        "p1": result.share_1,
        "p2": result.share_2,
        "mcnemar_chisq": result.chi_square,
        "mcnemar_p": result.p_value,
        "mcnemar_cc_chisq": result.chi_square_continuity,
        "mcnemar_cc_p": result.p_continuity,
    }
    percent = f"{100 * confidence:g}"
    for method in ("wilson", "wilson_continuity", "clopper_pearson"):
        lower, upper = share_bounds(result.share_1, result.n, method=method, confidence=confidence)
        figures[f"{method}_{percent}"] = {"lower": lower, "upper": upper}
    return figures
