"""Topic scores: rescaling, composites, top box, NPS, effort, ACSI, coherence; and Kish's effective sample size."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapters.case import Case, SkippedError
from adapters.options import direction, numbers, turned
from analysis.design import SurveyDesign, design_mean
from analysis.scoring import (
    acsi_index,
    coherence_of_figures,
    composite_matrix,
    index_to_scale,
    rescale_to_index,
)
from analysis.shares import effort_score, net_promoter_from_counts, nps_difference, top_box_share
from analysis.wald_interval import wald_interval

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

ANY_ANSWER = 1e-12  # the cases renormalise over whatever was answered, without a minimum share
CHILDREN = ("items", "children", "dimensions", "indicators")


def rescale(case: Case) -> dict[str, Any]:
    points = rescale_to_index(
        numbers(case.inputs["x"]),
        lowest=case.inputs["min"],
        highest=case.inputs["max"],
        reverse=case.inputs.get("reverse", False),
    )
    return {"score": points}


def rescale_back(case: Case) -> dict[str, Any]:
    scores = index_to_scale(
        numbers(case.inputs["score"]),
        lowest=case.inputs["min"],
        highest=case.inputs["max"],
        reverse=case.inputs.get("reverse", False),
    )
    return {"x": scores}


def tree_weights(tree: Mapping[str, Any]) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Leaf weights of the whole tree, and of every inner node below the top; weights multiply down the tree."""
    leaves: dict[str, float] = {}
    nodes: dict[str, dict[str, float]] = {}
    for name, node in tree.items():
        if not isinstance(node, Mapping):
            leaves[name] = float(node)
            continue
        below = [node[key] for key in CHILDREN if key in node]
        if len(below) != 1 or set(node) - {"weight", *CHILDREN}:
            raise SkippedError(f"tree node '{name}' is not of a known form")
        inner, deeper = tree_weights(below[0])
        nodes.update(deeper)
        nodes[name] = inner
        leaves.update({leaf: float(node["weight"]) * weight for leaf, weight in inner.items()})
    return leaves, nodes


def composite(case: Case) -> dict[str, Any]:
    import numpy as np

    responses = np.array(numbers(case.inputs["responses"]), dtype=float)
    width = responses.shape[1]
    columns = [str(name) for name in case.inputs.get("columns", range(width))]
    nodes: dict[str, dict[str, float]] = {}
    if "tree" in case.inputs:
        by_leaf, nodes = tree_weights(case.inputs["tree"])
        if set(by_leaf) - set(columns):
            raise SkippedError(f"the tree names {', '.join(set(by_leaf) - set(columns))}, which no column holds")
        weights = [by_leaf.get(name, 0.0) for name in columns]
    else:
        given = case.inputs["leaf_weights"]
        weights = [given[name] for name in columns] if isinstance(given, Mapping) else list(given)
    points = index_points(responses, case.inputs["scale"], columns)
    members = [weights, *([inner.get(name, 0.0) for name in columns] for inner in nodes.values())]
    scores = composite_matrix(points, np.array(members).T, minimum_share=ANY_ANSWER)
    given_weights = case.inputs.get("design_weights")
    design = (
        SurveyDesign.simple(len(points)) if given_weights is None else SurveyDesign.build(case_weights=given_weights)
    )
    confidence = case.inputs.get("conf", 0.95)
    index = design_mean(scores[:, 0], design, confidence=confidence)
    normal = case.inputs.choice("ci", {"t(n-1)": False, "t": False, "z": True, "normal": True}, "t(n-1)")
    df = math.inf if normal else index.df
    lower, upper = wald_interval(index.estimate, index.std_error, df=df, confidence=confidence)
    return {
        "leaf_weights": weights,
        "dimension_scores": {
            name: design_mean(scores[:, place], design).estimate for place, name in enumerate(nodes, start=1)
        },
        "respondent_index": scores[:, 0],
        "index": index.estimate,
        "se": index.std_error,
        "ci_low": lower,
        "ci_high": upper,
        "n": index.n,
        "n_eff": index.n_effective,
    }


def index_points(responses: npt.NDArray[np.float64], scale: Any, columns: list[str]) -> npt.NDArray[np.float64]:
    """Index points from one pair of ends for all columns, or a pair per column (by name or in order)."""
    import numpy as np

    if isinstance(scale, Mapping):
        ends = [scale[name] for name in columns]
    elif isinstance(scale[0], list):
        ends = list(scale)
    else:
        ends = [scale] * len(columns)
    parts = [rescale_to_index(responses[:, j], lowest=low, highest=high) for j, (low, high) in enumerate(ends)]
    return np.stack(parts, axis=1)


def top_box(case: Case) -> dict[str, Any]:
    key = next((name for name in case.inputs.values if re.fullmatch(r"counts(_\d+_to_\d+)?", name)), "counts_1_to_5")
    given = case.inputs[key]
    case.inputs.choice("interval", {"wilson": "wilson"}, "wilson")
    ends = case.inputs.get("scale", [1, len(given)])
    counts = {float(ends[0] + place): count for place, count in enumerate(given)}
    scale = (float(ends[0]), float(ends[1]))
    top = case.inputs.get("top", [4, 5])
    result = top_box_share(counts, top=top, scale=scale, confidence=case.inputs.get("conf", 0.95))
    figures: dict[str, Any] = {
        "wilson_low": 100 * result.top.lower,
        "wilson_high": 100 * result.top.upper,
        "mean": result.mean,
        "index": result.index.estimate,
        "n": result.top.n,
    }
    for name in case.expected:
        if re.fullmatch(r"top\d+", name):
            figures[name] = 100 * result.top.estimate
        elif match := re.fullmatch(r"bottom(\d+)", name):
            best = sorted(counts)[-int(match[1]) :]
            figures[name] = 100 * top_box_share(counts, top=best, scale=scale).bottom.estimate
    return figures


def effort(case: Case) -> dict[str, Any]:
    low, high = case.inputs.get("scale", [1, 7])
    top = case.inputs.get("top", [5, 6, 7])
    result = effort_score(numbers(case.inputs["scores"]), scale=(low, high), top=top)
    figures: dict[str, Any] = {"mean": result.mean, "se": result.mean_std_error, "index": result.index.estimate}
    figures.update({f"top{count}": 100 * result.top.estimate for count in (len(top), 3)})
    return figures


def net_promoter(case: Case) -> dict[str, Any]:
    counts = {name: case.inputs[name] for name in ("promoters", "passives", "detractors")}
    result = net_promoter_from_counts(**counts, confidence=case.inputs.get("conf", 0.95))
    return {
        "nps": result.figure.estimate,
        "se": result.figure.std_error,
        "variance": result.variance,
        "wald_low": result.wald_lower,
        "wald_high": result.wald_upper,
        "adjwald_center": result.adjusted_wald_centre,
        "adjwald_low": result.adjusted_wald_lower,
        "adjwald_high": result.adjusted_wald_upper,
    }


def net_promoter_difference(case: Case) -> dict[str, Any]:
    order = case.inputs.get("order", ["promoters", "passives", "detractors"])
    first, second = (
        net_promoter_from_counts(**dict(zip(order, case.inputs[wave], strict=True))) for wave in ("wave1", "wave2")
    )
    result = nps_difference(first, second)
    figures = {"diff": result.estimate, "se": result.std_error, "z": result.z, "p_two_sided": result.p_value}
    return turned(figures, direction(case), signed={"diff", "z"})


def acsi(case: Case) -> dict[str, Any]:
    index = acsi_index(
        case.inputs["means"],
        case.inputs["weights"],
        lowest=case.inputs.get("min", 1),
        highest=case.inputs.get("max", 10),
        normalise_weights=case.inputs.get("normalise_weights", True),
    )
    return {"index": index}


def acsi_from_data(case: Case) -> dict[str, Any]:
    if "weights" not in case.inputs:
        raise SkippedError("ACSI weights from a PLS model are not built yet; the case gives no weights")
    items = [str(name) for name in case.inputs["items"]]
    frame = case.columns(items)
    means = [design_mean(frame[name], SurveyDesign.simple(len(frame))).estimate for name in items]
    lowest, highest = case.inputs.get("min", 1), case.inputs.get("max", 10)
    given = case.inputs["weights"]
    weights = [given[name] for name in items] if isinstance(given, Mapping) else given
    index = acsi_index(means, weights, lowest=lowest, highest=highest)
    return {"index": index, "item_means": dict(zip(items, means, strict=True))}


def coherence(case: Case) -> dict[str, Any]:
    result = coherence_of_figures(
        case.inputs["overall"],
        case.inputs["parts"],
        parts_complete=case.inputs.get("parts_complete", True),
        scale=tuple(case.inputs.get("scale", (0, 100))),
        unquoted_weight=case.inputs.get("unquoted_weight"),
    )
    return {
        "coherent": result.coherent,
        "feasible_range": result.feasible_range,
        "implied_low": result.implied_low,
        "implied_high": result.implied_high,
    }


def kish(case: Case) -> dict[str, Any]:
    weights = case.inputs["weights"]
    mean = design_mean([0.0] * len(weights), SurveyDesign.build(case_weights=weights))
    return {"n_eff": mean.n_effective, "deff": mean.n / mean.n_effective, "n": mean.n}


METHODS = {
    "rescale": rescale,
    "rescale_back": rescale_back,
    "composite": composite,
    "top_box": top_box,
    "effort_score": effort,
    "nps": net_promoter,
    "nps_difference": net_promoter_difference,
    "acsi_index": acsi,
    "acsi_index_from_data": acsi_from_data,
    "coherence": coherence,
}
SAMPLING = {"kish": kish}
