"""Screening as a whole: the rules of ``survey.screening`` and the indices of ``analysis.careless``, joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from satix.steps.careless_rules import careless_outcomes
from survey.errors import Problem
from survey.screening import RULE_ORDER, apply_rules, excluded
from survey.screening_rules import RuleOutcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.responses import ResponseSet
    from survey.study import RuleName, Screening

__all__ = ["Screened", "screen_responses"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Screened:
    """What every rule found among n responses: outcomes in ``RULE_ORDER``, the settings, and the wave of each (n,)."""

    outcomes: Mapping[RuleName, RuleOutcome]
    settings: Screening
    waves: NDArray[np.object_]

    @property
    def flags(self) -> dict[RuleName, NDArray[np.bool_]]:
        """Flags by rule, each (n,); those of rules that do not count included."""
        return {rule: outcome.flagged for rule, outcome in self.outcomes.items()}

    @property
    def excluded(self) -> NDArray[np.bool_]:
        """Who leaves the estimates; shape (n,)."""
        return excluded(self.flags, self.settings.exclude, n=len(self.waves))

    def rows_of(self, wave: str | None) -> NDArray[np.bool_]:
        """The responses of a wave (None: of all); shape (n,)."""
        if wave is None:
            return np.ones(len(self.waves), dtype=np.bool_)
        return np.asarray(self.waves == wave, dtype=np.bool_)

    def findings(self) -> list[Problem]:
        """Rules that exclude, but could judge nobody of a wave."""
        return [
            Problem(code="satix.screening_judged_nobody", severity="warning", fields={"rule": rule, "wave": str(wave)})
            for wave in dict.fromkeys(self.waves)
            for rule in self.settings.exclude
            if not self.outcomes[rule].judged[self.rows_of(wave)].any()
        ]


def screen_responses(responses: ResponseSet, settings: Screening) -> Screened:
    """Apply every rule. What depends on other respondents is looked for within a wave.

    So a wave's flags do not change when another one is added.

    Raises
    ------
    StudyError
        The duplicate key names something that is neither a question nor a respondent column.
    """
    outcomes = apply_rules(responses, settings)
    waves = responses.respondents["wave"].to_numpy()
    parts: dict[str, tuple[NDArray[np.bool_], dict[RuleName, RuleOutcome]]] = {}
    for wave in dict.fromkeys(waves) or [""]:
        rows = np.asarray(waves == wave, dtype=np.bool_)
        chosen = responses if rows.all() else responses.select(rows)
        parts[str(wave)] = rows, careless_outcomes(chosen, settings)
    outcomes |= _joined(parts, responses)
    ordered = {rule: outcomes[rule] for rule in RULE_ORDER if rule in outcomes}
    return Screened(outcomes=ordered, settings=settings, waves=waves)


def _joined(
    parts: Mapping[str, tuple[NDArray[np.bool_], dict[RuleName, RuleOutcome]]], responses: ResponseSet
) -> dict[RuleName, RuleOutcome]:
    """The outcomes of the waves in one, respondents in their places."""
    n = responses.n
    joined: dict[RuleName, RuleOutcome] = {}
    for rule, first in next(iter(parts.values()))[1].items():
        flagged, judged = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
        measures = {name: np.full(n, np.nan) for name in first.measures}
        reasons: dict[str, str] = {}
        for wave, (rows, outcomes) in parts.items():
            outcome = outcomes[rule]
            flagged[rows], judged[rows] = outcome.flagged, outcome.judged
            for name, values in outcome.measures.items():
                measures[name][rows] = values
            reasons[wave] = outcome.reason
        joined[rule] = RuleOutcome(
            flagged=flagged, judged=judged, measures=measures, reason=first.reason, reasons=reasons
        )
    return joined
