"""Topic effects: verdicts, and changes without a control group."""

from __future__ import annotations

from typing import Any

from adapters.case import Case, SkippedError
from adapters.change import TESTS
from analysis.before_after import before_after
from analysis.change import WaveSummary
from analysis.paired import paired_comparison
from analysis.verdict import VerdictCode, change_verdict

LABELS: dict[VerdictCode, str] = {
    "reached_proven": "reached",
    "reached_in_interval": "reached",
    "improved": "improved_not_reached",
    "no_evidence": "no_evidence",
    "worse": "worse",
}


def verdict(case: Case) -> dict[str, Any]:
    results = [
        change_verdict(row["diff"], row["ci"][0], row["ci"][1], target=row.get("target")) for row in case.inputs["rows"]
    ]
    return {"verdict": [LABELS.get(result.code, result.code) for result in results]}


def uncontrolled(case: Case) -> dict[str, Any]:
    if case.inputs.get("control") is not None:
        raise SkippedError("before and after with a control group (difference in differences) is not built yet")
    case.inputs.choice("cohens_d", {"pooled sd": "pooled", "pooled": "pooled"}, "pooled sd")
    result = before_after(
        WaveSummary(mean=case.inputs["before"], sd=case.inputs["s1"], n=case.inputs["n1"]),
        WaveSummary(mean=case.inputs["after"], sd=case.inputs["s2"], n=case.inputs["n2"]),
        variances=case.inputs.choice("test", TESTS, "welch"),
        confidence=case.inputs.get("conf", 0.95),
    )
    change = result.change
    return {
        "diff": change.estimate,
        "se": change.std_error,
        "t": change.statistic,
        "df": change.df,
        "p": change.p_value,
        "ci_low": change.lower,
        "ci_high": change.upper,
        "cohens_d": change.cohens_d,
        "relative_change_pct": 100 * result.relative_change,
        "design_claim": result.design_claim,
    }


def paired(case: Case) -> dict[str, Any]:
    result = paired_comparison(case.inputs["before"], case.inputs["after"])
    return {"mean_diff": result.estimate, "t": result.t, "df": result.df, "p": result.p_value, "n": result.n}


METHODS = {"verdict": verdict, "before_after": uncontrolled, "paired_change": paired}
