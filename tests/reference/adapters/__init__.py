"""Adapters from reference cases to satix's public functions, one module per topic. They map; they do not compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters import (
    agreement,
    cfa,
    change,
    channels,
    compare_rules,
    correlations,
    culture,
    effects,
    factors,
    gap,
    ipa,
    planning,
    reliability,
    scores,
    screening,
    servqual,
)
from adapters.case import Case, SkippedError
from adapters.comparison import allowance
from survey.errors import SatixError

__all__ = ["Outcome", "run_case"]

Adapter = Callable[[Case], Mapping[str, Any]]

# Cases with a method (topic, method); cases without one by topic, the adapter looking at what is asked.
METHODS: dict[tuple[str, str], Adapter] = {
    **{("scores", method): adapter for method, adapter in scores.METHODS.items()},
    **{("servqual", method): adapter for method, adapter in servqual.METHODS.items()},
    **{("ipa", method): adapter for method, adapter in ipa.METHODS.items()},
    **{("tracking", method): adapter for method, adapter in change.METHODS.items()},
    **{("effects", method): adapter for method, adapter in effects.METHODS.items()},
    **{("sampling", method): adapter for method, adapter in scores.SAMPLING.items()},
    **{("sampling", method): adapter for method, adapter in planning.SAMPLING.items()},
    **{("channels", method): adapter for method, adapter in planning.CHANNELS.items()},
    **{("channels", method): adapter for method, adapter in channels.METHODS.items()},
    **{("channels", method): adapter for method, adapter in screening.METHODS.items()},
    **{("culture", method): adapter for method, adapter in cfa.CULTURE.items()},
    **{("channels", method): adapter for method, adapter in agreement.CHANNELS.items()},
    **{(topic, method): adapter for topic in ("delphi", "weights") for method, adapter in agreement.EXPERTS.items()},
    **{("culture", method): adapter for method, adapter in culture.METHODS.items()},
}
TOPICS: dict[str, Adapter] = {
    "agreement": agreement.run,
    "reliability": reliability.run,
    "gap": gap.run,
    "polychoric": correlations.run,
    "factorability": factors.factorable,
    "efa": factors.efa,
    "omega": factors.omega,
    "cfa": cfa.run,
    "invariance": cfa.invariance,
}


@dataclass(frozen=True)
class Outcome:
    """PASS, FAIL or SKIP, and why."""

    status: str
    reason: str = ""


def run_case(case: Case, data_folder: Path | None = None) -> Outcome:
    """Run one case."""
    case.data_folder = data_folder
    adapter = METHODS.get((case.topic, case.method)) if case.method else TOPICS.get(case.topic)
    if adapter is None:
        what = f"method {case.method} of topic {case.topic}" if case.method else f"topic {case.topic}"
        return Outcome("SKIP", f"{what} is not built yet")
    if not compare_rules.known(case.compare):
        return Outcome("SKIP", f"comparison '{case.compare}' is not built yet")
    try:
        actual = adapter(case)
    except SkippedError as reason:
        return Outcome("SKIP", str(reason))
    except SatixError as error:
        return Outcome("FAIL", f"satix refused the input: {error.message('en')}")
    except Exception as error:  # a crash is an outcome of the case, and the other cases still run
        return Outcome("FAIL", f"{type(error).__name__}: {error}")
    if case.inputs.unread:
        return Outcome("SKIP", f"input {', '.join(case.inputs.unread)} is not known to this method")
    return _compared(case, actual)


def _compared(case: Case, actual: Mapping[str, Any]) -> Outcome:
    allowed = allowance(case.tolerance, relative=case.method is None)
    faults = list(compare_rules.faults(actual, case.expected, allowed, case.compare))
    for other in _alternatives(case):
        if not faults:
            break
        if not list(compare_rules.faults(actual, other, allowed, case.compare)):
            faults = []
    if not faults:
        return Outcome("PASS")
    more = f" (and {len(faults) - 3} more)" if len(faults) > 3 else ""
    return Outcome("FAIL", "; ".join(faults[:3]) + more)


def _alternatives(case: Case) -> list[Any]:
    """Other accepted sets of values; a set that names only some entries replaces these."""
    if case.alternatives is None:
        return []
    sets = case.alternatives if isinstance(case.alternatives, list) else [case.alternatives]
    return [{**case.expected, **other} if isinstance(other, dict) else other for other in sets]
