"""Topic channels: outcome rates, agreement of coders, scores of mystery visits, bounds."""

from __future__ import annotations

import math
from typing import Any

from adapters.case import Case, SkippedError
from analysis.mystery_visits import mystery_score
from analysis.response_rates import response_rates, worst_case_bounds

OUTCOMES = {
    "I": "complete",
    "P": "partial",
    "R": "refusal",
    "NC": "non_contact",
    "O": "other",
    "UH": "unknown_household",
    "UO": "unknown_other",
    "ineligible": "ineligible",
}
RESULTS = {"yes": 1.0, "no": 0.0, "na": math.nan, "n/a": math.nan}


def aapor_rates(case: Case) -> dict[str, Any]:
    counts = {name: case.inputs.get(key, 0) for key, name in OUTCOMES.items()}
    result = response_rates(counts, eligible_share=case.inputs.get("e"))
    return {**{name: 100 * rate for name, rate in result.rates.items()}, "e": result.eligible_share}


def visit(case: Case) -> dict[str, Any]:
    items = case.inputs["items"]
    unknown = sorted({str(item["result"]) for item in items} - set(RESULTS))
    if unknown:
        raise SkippedError(f"result {', '.join(unknown)} of an item is not known")
    found = mystery_score(
        [RESULTS[item["result"]] * item["weight"] for item in items],
        [item["weight"] for item in items],
        critical=[item["critical"] for item in items],
        rule=case.inputs.choice("rule", {"cap": "cap", "zero": "zero", "none": "none"}, "cap"),
        cap=case.inputs.get("cap", 60.0),
    )
    return {
        "raw": found.raw,
        "final": found.final,
        "critical_failed": [items[place]["id"] for place in found.critical_failed],
    }


def bounds(case: Case) -> dict[str, Any]:
    low, high = worst_case_bounds(case.inputs["p"], case.inputs["response_rate"])
    return {"low": low, "high": high}


METHODS = {
    "aapor_rates": aapor_rates,
    "mystery_score": visit,
    "nonresponse_bounds": bounds,
}
