"""Topic reliability: alpha, alpha by group, weighted alpha, two items, split half."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from adapters.case import Case, SkippedError
from analysis.reliability import AlphaResult, cronbach_alpha, cronbach_alpha_by_group
from analysis.split_half import HalfSplit, split_half, two_item_reliability

if TYPE_CHECKING:
    import pandas as pd

MissingRule = Literal["pairwise", "listwise"]
MISSING: dict[str, MissingRule] = {
    "none": "pairwise",
    "pairwise": "pairwise",
    "pairwise covariances": "pairwise",
    "pairwise complete": "pairwise",
    "listwise": "listwise",
    "complete cases": "listwise",
    "listwise within group": "listwise",
}
IF_DELETED = {
    "raw_alpha": "raw_alpha_if_deleted",
    "std.alpha": "std_alpha_if_deleted",
    "G6(smc)": "lambda6_if_deleted",
    "average_r": "average_r_if_deleted",
    "S/N": "signal_noise_if_deleted",
    "alpha se": "ase_if_deleted",
    "var.r": "var_r_if_deleted",
    "med.r": "median_r_if_deleted",
}
ITEM_COLUMNS = {
    "n": "n",
    "raw.r": "raw_r",
    "std.r": "std_r",
    "r.cor": "r_cor",
    "r.drop": "r_drop",
    "mean": "mean",
    "sd": "sd",
}


def run(case: Case) -> dict[str, Any]:
    """Choose by what the case asks for."""
    expected = set(case.expected)
    if expected & {"odd_even", "first_second", "psych_splitHalf", "guttman_raw_covariance"}:
        return halves(case)
    if "spearman_brown" in expected:
        return two_items(case)
    if "by" in case.inputs:
        return by_group(case)
    return alpha(case)


def block(case: Case, *extra: str) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Items, further columns, and the options on reversal."""
    items = [str(name) for name in case.inputs["items"]]
    frame = case.columns([*items, *extra])
    scale = case.inputs.get("scale")
    options: dict[str, Any] = {
        "reversed_items": tuple(case.inputs.get("reversed", ())),
        "scale": None if scale is None else (scale[0], scale[1]),
    }
    return frame[items], frame[list(extra)], options


def intervals(case: Case) -> list[float]:
    """Confidence levels asked for in the names of the expected intervals; 0.95 when there is none."""
    found = {match[1] for key in case.expected if (match := re.fullmatch(r"ci_(?:feldt|duhachek)_(\d+)", key))}
    return sorted(float(f"0.{digits}") for digits in found) or [case.inputs.get("conf", 0.95)]


def alpha(case: Case) -> dict[str, Any]:
    missing = case.inputs.choice("missing", MISSING, "pairwise")
    weight = case.inputs.get("weight")
    items, others, options = block(case, *([] if weight is None else [str(weight)]))
    weights = None if weight is None else others[str(weight)]
    figures: dict[str, Any] = {}
    for level in intervals(case):
        result = cronbach_alpha(
            items, missing=missing, case_weights=weights, confidence=level, replicates=50, **options
        )
        percent = f"{level:.10g}".partition(".")[2].ljust(2, "0")
        figures[f"ci_feldt_{percent}"] = {"lower": result.feldt_lower, "upper": result.feldt_upper}
        figures[f"ci_duhachek_{percent}"] = {"lower": result.duhachek_lower, "upper": result.duhachek_upper}
    figures.update(totals(result))
    if weights is not None:
        figures.update(weighted(result, [str(name) for name in items.columns], weights, items))
        figures["unweighted_raw_alpha"] = cronbach_alpha(items, missing=missing, **options).raw_alpha
    return figures


def totals(result: AlphaResult) -> dict[str, Any]:
    names = [item.item for item in result.items]
    return {
        "n": result.n if result.missing == "listwise" else result.n_rows,
        "k": result.k,
        "raw_alpha": result.raw_alpha,
        "std_alpha": result.std_alpha,
        "lambda6": result.lambda6,
        "average_r": result.average_r,
        "median_r": result.median_r,
        "signal_noise": result.signal_noise,
        "ase_duhachek": result.ase_duhachek,
        "scale_mean": result.scale_mean,
        "scale_sd": result.scale_sd,
        "feldt_lower": result.feldt_lower,
        "feldt_upper": result.feldt_upper,
        "alpha_if_deleted_raw": {item.item: item.raw_alpha_if_deleted for item in result.items},
        "alpha_if_item_deleted": table(result, names, IF_DELETED),
        "item_statistics": table(result, names, ITEM_COLUMNS),
    }


def table(result: AlphaResult, names: list[str], columns: dict[str, str]) -> dict[str, Any]:
    values = [[getattr(item, column) for column in columns.values()] for item in result.items]
    return {"rows": names, "cols": list(columns), "values": values}


def weighted(result: AlphaResult, names: list[str], weights: pd.Series, items: pd.DataFrame) -> dict[str, Any]:
    used = items.notna().all(axis=1) if result.missing == "listwise" else items.notna().any(axis=1)
    return {
        "sum_w": float(weights[used].sum()),
        "kish_n_eff": result.n_effective,
        "weighted_mean": {item.item: item.mean for item in result.items},
        "weighted_cov_ml": {"rows": names, "cols": names, "values": result.covariance_ml},
    }


def by_group(case: Case) -> dict[str, Any]:
    group = str(case.inputs["by"])
    missing = case.inputs.choice("missing", MISSING, "listwise within group")
    items, others, options = block(case, group)
    labels = others[group]
    if labels.dropna().map(lambda label: isinstance(label, float) and label.is_integer()).all():
        labels = labels.astype("Int64")
    present = labels.notna()
    result = cronbach_alpha_by_group(items[present], labels[present].astype(str).to_numpy(), missing=missing, **options)
    return {name: totals(one) for name, one in result.groups.items()}


def two_items(case: Case) -> dict[str, Any]:
    case.inputs.choice("missing", {"listwise": "listwise", "none": "listwise"}, "listwise")
    items, _, options = block(case)
    result = two_item_reliability(items, **options)
    return {
        "n": result.n,
        "r": result.r,
        "spearman_brown": result.spearman_brown,
        "raw_alpha": result.raw_alpha,
        "std_alpha": result.std_alpha,
    }


def halves(case: Case) -> dict[str, Any]:
    case.inputs.choice("missing", {"listwise": "listwise", "none": "listwise"}, "listwise")
    items, _, options = block(case)
    result = split_half(items, **options)
    every = result.all_splits
    if every is None and case.expected.get("psych_splitHalf") is not None:
        raise SkippedError("all splits are given for an even number of items up to 20 only")
    return {
        "n": result.n,
        "k": result.k,
        "odd_even": half(result.odd_even),
        "first_second": half(result.first_second),
        "psych_splitHalf": None if every is None else fields(every),
        "guttman_raw_covariance": fields(result.guttman),
    }


def half(split: HalfSplit) -> dict[str, Any]:
    return fields(split)


def fields(result: object) -> dict[str, Any]:
    from dataclasses import asdict, is_dataclass

    if not is_dataclass(result) or isinstance(result, type):
        return {}
    return asdict(result)
