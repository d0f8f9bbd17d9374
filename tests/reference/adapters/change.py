"""Topic tracking: change between waves."""

from __future__ import annotations

from typing import Any, Literal

from adapters.case import Case, SkippedError
from adapters.options import direction, turned
from analysis.change import EqualVariances, WaveSummary, compare_summaries, overlap_from_summaries, share_change
from analysis.decomposition import bennet_decomposition
from analysis.minimum_detectable_change import minimum_detectable_change, required_n_per_wave
from analysis.multiplicity import MultiplicityMethod, adjust_p_values

VARIANCES: dict[str, Literal["pooled", "unpooled"]] = {"pooled": "pooled", "unpooled": "unpooled"}
DISTRIBUTIONS: dict[str, Literal["normal", "t"]] = {"normal": "normal", "z": "normal", "t": "t"}
TESTS: dict[str, EqualVariances] = {
    "welch": "welch",
    "pooled": "pooled",
    "student": "pooled",
    "z": "normal",
    "normal": "normal",
}
ADJUSTMENTS: dict[str, MultiplicityMethod] = {
    "holm": "holm",
    "hochberg": "hochberg",
    "bonferroni": "bonferroni",
    "bh": "benjamini_hochberg",
    "by": "benjamini_yekutieli",
}


def waves(case: Case) -> tuple[WaveSummary, WaveSummary]:
    """Means, standard deviations and sizes of the two waves."""
    first, second = (
        WaveSummary(mean=case.inputs[f"m{wave}"], sd=case.inputs[f"s{wave}"], n=case.inputs[f"n{wave}"])
        for wave in (1, 2)
    )
    return first, second


def independent(case: Case) -> dict[str, Any]:
    variances = case.inputs.choice("test", TESTS, "welch")
    result = compare_summaries(*waves(case), variances=variances, confidence=case.inputs.get("conf", 0.95))
    figures = {
        "diff": result.estimate,
        "se": result.std_error,
        "t": result.statistic,
        "z": result.statistic,
        "df": result.df,
        "p": result.p_value,
        "ci_low": result.lower,
        "ci_high": result.upper,
    }
    return turned(figures, direction(case), signed={"diff", "t", "z"}, bounds=("ci_low", "ci_high"))


def overlap(case: Case) -> dict[str, Any]:
    result = overlap_from_summaries(
        *waves(case),
        n_overlap=case.inputs["n_overlap"],
        correlation=case.inputs["r"],
        distribution=case.inputs.choice("distribution", DISTRIBUTIONS, "normal"),
    )
    figures = {
        "diff": result.estimate,
        "se": result.std_error,
        "z": result.statistic,
        "t": result.statistic,
        "p": result.p_value,
        "se_if_independent": result.std_error_if_independent,
    }
    return turned(figures, direction(case), signed={"diff", "z", "t"})


def share(case: Case) -> dict[str, Any]:
    counts = (case.inputs[key] for key in ("k1", "n1", "k2", "n2"))
    variance = case.inputs.choice("variance", VARIANCES, "pooled")
    result = share_change(*counts, variance=variance)
    figures = {"diff_pts": 100 * result.estimate, "diff": result.estimate, "z": result.statistic, "p": result.p_value}
    return turned(figures, direction(case), signed={"diff_pts", "diff", "z"})


def detectable(case: Case) -> dict[str, Any]:
    options = {"alpha": case.inputs.get("alpha", 0.05), "power": case.inputs.get("power", 0.8)}
    design_effect = case.inputs.get("deff", 1.0)
    sd = case.inputs["s"]
    found = minimum_detectable_change(sd, case.inputs["n1"], case.inputs["n2"], design_effect=design_effect, **options)
    figures: dict[str, Any] = {"mdc": found.estimate, "se": found.std_error}
    target = case.inputs.get("target_change")
    if target is not None:
        needed = required_n_per_wave(target, sd, design_effect=design_effect, **options)
        figures.update({key: needed for key in case.expected if key.startswith("n_per_wave")})
    return figures


def multiplicity(case: Case) -> dict[str, Any]:
    p = [float("nan") if value is None else value for value in case.inputs["p"]]
    return {name: adjust_p_values(p, method=method) for name, method in ADJUSTMENTS.items()}


def decomposition(case: Case) -> dict[str, Any]:
    method = str(case.inputs.get("method", "bennet"))
    if "bennet" not in method.lower() and "midpoint" not in method.lower():
        raise SkippedError(f"option method = '{method}' is not known (known: bennet)")
    keys = ("shares1", "scores1", "shares2", "scores2")
    result = bennet_decomposition(*(case.inputs[key] for key in keys))
    return {
        "index1": result.index_1,
        "index2": result.index_2,
        "score_effect": result.score_effect,
        "mix_effect": result.mix_effect,
        "total": result.total,
        "score_by_segment": result.score_by_segment,
        "mix_by_segment": result.mix_by_segment,
    }


METHODS = {
    "wave_change_independent": independent,
    "wave_change_overlap": overlap,
    "share_change": share,
    "minimum_detectable_change": detectable,
    "multiplicity": multiplicity,
    "change_decomposition": decomposition,
}
