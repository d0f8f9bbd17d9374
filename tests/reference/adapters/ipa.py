"""Topic ipa: importance-performance grids, the significance band, alpha of blocks."""

from __future__ import annotations

from typing import Any, Literal

from adapters.case import Case, SkippedError, plain
from adapters.options import numbers
from analysis.ipa import CentreName, importance_performance, significance_band
from analysis.reliability import cronbach_alpha

TIES: dict[str, Literal["high", "low"]] = {
    ">= centre is high": "high",
    ">= center is high": "high",
    "high": "high",
    "> centre is high": "low",
    "> center is high": "low",
    "low": "low",
}
CENTRES: dict[str, CentreName] = {
    "datamean": "data_mean",
    "mean": "data_mean",
    "median": "median",
    "scale": "scale",
    "scalemidpoint": "scale",
}


def grids(case: Case) -> dict[str, Any]:
    result = importance_performance(
        numbers(case.inputs["importance"]),
        numbers(case.inputs["performance"]),
        scale=tuple(case.inputs["scale"]),
        attributes=case.inputs.get("attributes"),
        tie=case.inputs.choice("tie", TIES, ">= centre is high"),
    )
    return {
        "scale_centre": result.scale_centre[0],
        "data_centre": result.data_centre,
        "median_centre": result.median_centre,
        "quadrant_scale": result.quadrant_scale,
        "quadrant_data": result.quadrant_data,
        "quadrant_median": result.quadrant_median,
        "gap_P_minus_I": result.gap,
        "diagonal_concentrate": result.diagonal_concentrate,
        "data_centred_diagonal": result.data_centred_diagonal,
    }


def band(case: Case) -> dict[str, Any]:
    given = case.inputs.get("centre", "data_mean")
    centre: Any
    if isinstance(given, list):
        centre = (given[0], given[1])
    elif isinstance(given, int | float):
        centre = (given, given)
    elif plain(given) in CENTRES:
        centre = CENTRES[plain(given)]
    else:
        raise SkippedError(f"option centre = '{given}' is not known (known: {', '.join(CENTRES)})")
    scale = case.inputs.get("scale")
    result = significance_band(
        numbers(case.inputs["importance"]),
        numbers(case.inputs["performance"]),
        case.inputs["se_importance"],
        case.inputs["se_performance"],
        centre=centre,
        scale=None if scale is None else (scale[0], scale[1]),
        z=case.inputs.get("z", 1.96),
        attributes=case.inputs.get("attributes"),
    )
    return {"status": result.status}


def alpha(case: Case) -> dict[str, Any]:
    results = {
        name: cronbach_alpha(case.columns(items), missing="listwise") for name, items in case.inputs["blocks"].items()
    }
    return {
        "alpha_raw": {name: result.raw_alpha for name, result in results.items()},
        "alpha_standardised": {name: result.std_alpha for name, result in results.items()},
    }


METHODS = {"importance_performance": grids, "importance_performance_band": band, "cronbach_alpha": alpha}
