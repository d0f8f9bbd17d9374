"""Topic servqual: gaps, zone of tolerance, E-S-QUAL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.case import Case
from adapters.options import item_blocks, numbers, turned
from analysis.gap import difference_score_reliability, service_gap, summarise_dimension_gaps
from analysis.servperf import perceived_quality
from analysis.zone_of_tolerance import tolerance_zone

if TYPE_CHECKING:
    import pandas as pd


def dimension_gaps(case: Case) -> dict[str, Any]:
    result = summarise_dimension_gaps(case.inputs["dimension_gaps"])
    return {"sum": result.total, "unweighted": result.unweighted, "largest_gap": result.largest_gap}


def weighted_gaps(case: Case) -> dict[str, Any]:
    result = summarise_dimension_gaps(case.inputs["dimension_gaps"], importance_points=case.inputs["points"])
    return {"weighted": result.weighted, "unweighted": result.unweighted}


def answers(rows: list[list[float | None]]) -> pd.DataFrame:
    """Rows of answers as a frame whose columns are named by their number."""
    import pandas as pd

    return pd.DataFrame(numbers(rows), columns=[str(number + 1) for number in range(len(rows[0]))], dtype=float)


def servqual(case: Case) -> dict[str, Any]:
    perception, expectation = answers(case.inputs["P"]), answers(case.inputs["E"])
    sign = case.inputs.choice("gap", {"P - E": 1, "E - P": -1}, "P - E")
    case.inputs.choice("paired_t", {"respondent dimension means": "respondent"}, "respondent dimension means")
    everything = (perception, expectation)
    ends = (min(float(part.min().min()) for part in everything), max(float(part.max().max()) for part in everything))
    result = service_gap(
        perception,
        expectation,
        scale=(ends[0], max(ends[1], ends[0] + 1)),  # the figures compared are in item points, free of the ends
        dimensions=item_blocks(case.inputs["dimensions"], perception.shape[1]),
        importance_points=case.inputs.get("points"),
    )
    figures: dict[str, Any] = {
        "unweighted": result.unweighted.estimate_points,
        "weighted": None if result.weighted is None else result.weighted.estimate_points,
        "servperf_unweighted": result.servperf.unweighted,
        **{f"paired_t_{gap.code}": gap.t for gap in result.dimensions},
        **{f"paired_p_{gap.code}": gap.p_value for gap in result.dimensions},
    }
    signed = {name for name in figures if name.startswith("paired_t") or name in {"unweighted", "weighted"}}
    figures = turned(figures, sign, signed=signed)
    figures["dimension_gaps"] = {gap.code: sign * gap.estimate_points for gap in result.dimensions}
    figures["servperf"] = dict(zip(result.servperf.dimensions, result.servperf.estimate, strict=True))
    return figures


def zone(case: Case) -> dict[str, Any]:
    perceived, minimum, desired = (numbers(case.inputs[key]) for key in ("perceived", "minimum", "desired"))
    result = tolerance_zone(perceived, minimum, desired)
    figures: dict[str, Any] = {
        "adequacy": result.adequacy,
        "superiority": result.superiority,
        "position_pct": result.position,
        "status": result.status,
    }
    if isinstance(case.inputs["perceived"], list):
        return figures
    return {name: values[0] for name, values in figures.items()}


def e_s_qual(case: Case) -> dict[str, Any]:
    results = {}
    for part in ("es", "recs"):
        if f"{part}_items" in case.inputs:
            items = answers(case.inputs[f"{part}_items"])
            blocks = item_blocks(case.inputs[f"{part}_dimensions"], items.shape[1])
            results[part] = perceived_quality(items, blocks)
    names = {"es": "es_qual", "recs": "e_recs_qual"}
    figures: dict[str, Any] = {
        names[part]: dict(zip(result.dimensions, result.estimate, strict=True)) for part, result in results.items()
    }
    figures.update({f"{part}_n": result.n_answered for part, result in results.items()})
    return figures


def difference_reliability(case: Case) -> dict[str, Any]:
    keys = ("sd_P", "sd_E", "rel_P", "rel_E", "r")
    return {"reliability": difference_score_reliability(*(case.inputs[key] for key in keys))}


METHODS = {
    "dimension_gaps": dimension_gaps,
    "weighted_gaps": weighted_gaps,
    "servqual": servqual,
    "zone_of_tolerance": zone,
    "e_s_qual": e_s_qual,
    "difference_score_reliability": difference_reliability,
}
