"""Topic culture: response styles and congruence of loadings."""

from __future__ import annotations

from typing import Any, Literal

from adapters.case import Case
from analysis.factor_congruence import tucker_phi
from analysis.response_styles import response_styles

DIVISORS: dict[str, Literal["n_minus_1", "n"]] = {
    "n-1": "n_minus_1",
    "n_minus_1": "n_minus_1",
    "sample": "n_minus_1",
    "n": "n",
    "population": "n",
}


def styles(case: Case) -> dict[str, Any]:
    scale = case.inputs["scale"]
    sd = str(case.inputs.get("sd", "n-1"))
    divisor = DIVISORS["n"] if sd.strip() == "n" else case.inputs.choice("sd", DIVISORS, "n-1")
    result = response_styles(
        [[float("nan") if one is None else one for one in row] for row in case.inputs["responses"]],
        scale=(scale[0], scale[1]),
        divisor=divisor,
    )
    return {
        "ers": result.ers,
        "mrs": result.mrs,
        "ars": result.ars,
        "drs": result.drs,
        "netars": result.netars,
        "ipsatised_first_row": result.ipsatised[0],
        "within_standardised_first_row": result.within_standardised[0],
        "straightline": result.straight_line,
    }


def congruence(case: Case) -> dict[str, Any]:
    result = tucker_phi(case.inputs["a"], case.inputs["b"])
    return {"phi": result.estimate if result.phi.size == 1 else result.phi}


METHODS = {"response_styles": styles, "tucker_phi": congruence}
