"""Topics sampling and channels: sizes, allocation and contacts before a study is fielded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from adapters.case import Case, SkippedError, plain
from analysis.planning.allocation import AllocationResult, RoundingRule, allocate_sample, stratified_mean_variance
from analysis.planning.contacts import contacts_needed
from analysis.planning.sample_size import (
    KREJCIE_MORGAN_CHI_SQUARE,
    SampleSizeResult,
    krejcie_morgan_size,
    sample_size_for_mean,
    sample_size_for_share,
)

ROUNDING: dict[str, RoundingRule | None] = {
    "largest remainder": "largest_remainder",
    "hamilton": "largest_remainder",
    "hare": "largest_remainder",
    "nearest": "nearest",
    "round": "nearest",
    "half up": "nearest",
    "up": "up",
    "ceil": "up",
    "ceiling": "up",
    "round up": "up",
    "none": None,
    "no rounding": None,
}
NORMAL_QUANTILE = re.compile(r"norm\.?ppf\(([\d.]+)\)")


def level(case: Case) -> dict[str, float]:
    """The quantile where the case gives one (a number, or ``norm.ppf(.975)``), else the confidence level."""
    confidence = float(case.inputs.get("conf", case.inputs.get("confidence", 0.95)))
    given = case.inputs.get("z")
    if isinstance(given, str):
        match = NORMAL_QUANTILE.fullmatch(plain(given))
        if match is None:
            raise SkippedError(f"option z = '{given}' is not known (known: a number, norm.ppf(p))")
        return {"confidence": 2 * float(match[1]) - 1}
    return {"confidence": confidence} if given is None else {"confidence": confidence, "quantile": float(given)}


def further(case: Case) -> dict[str, Any]:
    """Population, design effect and response rate; absent or null: unlimited, 1, everybody answers."""
    effect = case.inputs.get("deff")
    return {
        "population": case.inputs.get("N"),
        "design_effect": 1.0 if effect is None else effect,
        "response_rate": case.inputs.get("response_rate", case.inputs.get("rr")),
    }


def figures(result: SampleSizeResult) -> dict[str, Any]:
    return {
        "n0": result.unlimited,
        "n": result.exact,
        "n_ceil": result.respondents,
        "invites": result.invitations,
    }


def size_of_share(case: Case) -> dict[str, Any]:
    return figures(sample_size_for_share(case.inputs["p"], case.inputs["e"], **level(case), **further(case)))


def size_of_mean(case: Case) -> dict[str, Any]:
    return figures(sample_size_for_mean(case.inputs["s"], case.inputs["e"], **level(case), **further(case)))


def krejcie(case: Case) -> dict[str, Any]:
    options = {
        "share": case.inputs.get("p", 0.5),
        "margin": case.inputs.get("d", 0.05),
        "chi_square": case.inputs.get("chi2", KREJCIE_MORGAN_CHI_SQUARE),
        **{key: value for key, value in further(case).items() if key != "population"},
    }
    population = case.inputs.get("N")
    table = krejcie_morgan_size(population, **options)
    cautious = krejcie_morgan_size(population, **options, rounding="up")
    return {**figures(cautious), "n_table": table.respondents}


def allocation(case: Case) -> dict[str, Any]:
    sizes, n = case.inputs["N_h"], case.inputs["n"]
    spreads = case.inputs.get("S_h")
    rounding = case.inputs.choice("rounding", ROUNDING, "largest remainder")
    finite, rounded = variance_rule(case)
    options = {"minimum": case.inputs.get("minimum", 0), "rounding": rounding or "largest_remainder"}
    found: dict[str, Any] = {}
    results: dict[str, AllocationResult] = {"proportional": allocate_sample(sizes, n, sd=spreads, **options)}
    if spreads is not None:
        results["neyman"] = allocate_sample(sizes, n, method="neyman", sd=spreads, **options)
    costs = case.inputs.get("c_h")
    if costs is not None and spreads is not None:
        results["cost_optimal"] = allocate_sample(
            sizes, n, method="cost_optimal", sd=spreads, cost_per_respondent=costs, **options
        )
    for name, result in results.items():
        whole = result.exact if rounding is None else result.n_h
        found |= {f"{name}_raw": result.unlimited, name: whole}
        if spreads is not None:
            drawn = whole if rounded else result.unlimited
            found[f"var_{name}"] = stratified_mean_variance(sizes, spreads, drawn, finite_population=finite)
    return found


def variance_rule(case: Case) -> tuple[bool, bool]:
    """Whether the variance has the finite population correction, and whether it is that of the rounded sizes."""
    given = case.inputs.get("variance", True)
    words = str(given).lower()
    if words in {"none", "off", "no", "false"}:
        return True, True
    if isinstance(given, str) and not ("fpc" in words or "finite" in words or "stratified mean" in words):
        raise SkippedError(f"option variance = '{given}' is not known (known: stratified mean with or without fpc)")
    without = re.search(r"\b(no|without|ignoring|ignore|w/o)\b[^,;]*\b(fpc|finite)", words) is not None
    unrounded = re.search(r"\b(raw|unrounded|exact)\b", words) is not None
    return not without, not unrounded


def contacts(case: Case) -> dict[str, Any]:
    eligibility = case.inputs.get("eligibility", 1.0)
    targets, rates = case.inputs["targets"], case.inputs["rates"]
    if not isinstance(targets, Mapping):
        targets = dict.fromkeys(rates, targets)
    result = contacts_needed(targets, rates, eligibility=1.0 if eligibility is None else eligibility)
    return {"contacts": dict(result.contacts)}


SAMPLING = {
    "sample_size_proportion": size_of_share,
    "sample_size_mean": size_of_mean,
    "sample_size_krejcie": krejcie,
    "allocation": allocation,
}
CHANNELS = {"contacts_needed": contacts}
