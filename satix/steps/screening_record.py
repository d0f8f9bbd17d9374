"""Screening in the results file: the specification in force, what each rule found, the index with and without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.design import design_mean
from analysis.results import (
    Figure,
    MissingKindRow,
    RuleOverlap,
    Screening,
    ScreeningMeasure,
    ScreeningRule,
    ScreeningSpecification,
)
from satix.steps.figures import figure_of, suppressed_figure
from survey.scales import MISSING_CODES, NOT_ASKED
from survey.screening import RULE_ORDER, account_for, overlap_of
from survey.screening_rules import missing_by_question

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from satix.steps.context import Wave
    from satix.steps.screening import Screened
    from survey.responses import ResponseSet
    from survey.study import RuleName, Study
    from survey.study import Screening as Settings

__all__ = ["screening_record", "specification_record"]

COUNTS = ("attention_missed", "attention_checks", "pattern_lag", "largest_match_row")
"""Measures whose spread says nothing."""


def specification_record(settings: Settings) -> ScreeningSpecification:
    """Version, policies and every threshold, whether the study names it or not."""
    content = settings.model_dump(mode="json")
    return ScreeningSpecification(
        specification=content.pop("specification"),
        exclude=content.pop("exclude"),
        counted=[rule for rule in RULE_ORDER if rule in settings.counted],
        thresholds=content,
    )


def screening_record(wave: Wave, study: Study, screened: Screened) -> Screening:
    """Counts, overlap and the three indices of a wave; the root's composite is used for all of them."""
    responses, flags = wave.responses, wave.responses.flags
    counted = screened.settings.counted
    hits = np.zeros(responses.n, dtype=np.int64)
    for rule in counted:
        hits += flags[rule]
    flagged = hits > 0
    points = wave.scores.points[:, 0]

    def index_of(kept: NDArray[np.bool_]) -> Figure:
        estimate = design_mean(points, wave.design, mask=kept, confidence=study.confidence)
        return figure_of(estimate, study.limits)

    few_flagged = 0 < int(np.count_nonzero(flagged & ~np.isnan(points))) < study.limits.suppress
    # The index with and without a few people gives the few away. What the study excludes is shown all the same.
    return Screening(
        n=responses.n,
        rules={str(rule): int(flag.sum()) for rule, flag in flags.items()},
        first_reason=account_for(flags, n=responses.n, counted=counted),
        n_flagged=int(flagged.sum()),
        n_excluded=int((~wave.used).sum()),
        everyone=index_of(np.ones(responses.n, dtype=np.bool_)),
        without_flagged=suppressed_figure("index") if few_flagged else index_of(~flagged),
        without_excluded=index_of(wave.used),
        by_rule=_by_rule(wave.wave, screened),
        overlap=[RuleOverlap(rule=one, other=other, n=n) for (one, other), n in overlap_of(flags).items()],
        responses_by_flags=np.bincount(hits).tolist() if responses.n else [],
        measures=_measures(wave.wave, screened, study.limits.suppress),
        missing_kinds=_missing_kinds(responses),
    )


def _policy(rule: RuleName, settings: Settings) -> Literal["exclude", "flag", "listed"]:
    if rule in settings.exclude:
        return "exclude"
    return "flag" if rule in settings.counted else "listed"


def _by_rule(wave: str | None, screened: Screened) -> list[ScreeningRule]:
    rows = screened.rows_of(wave)
    table = []
    for rule, outcome in screened.outcomes.items():
        policy, flagged = _policy(rule, screened.settings), int(outcome.flagged[rows].sum())
        n_judged = int(outcome.judged[rows].sum())
        reasons = outcome.reasons.values() if wave is None else [outcome.reasons.get(wave, outcome.reason)]
        table.append(
            ScreeningRule(
                rule=rule,
                policy=policy,
                n_judged=n_judged,
                flagged=flagged,
                excluded=flagged if policy == "exclude" else 0,
                reason=None if n_judged else next(iter(reasons), outcome.reason),
            )
        )
    return table


def _measures(wave: str | None, screened: Screened, least: int) -> list[ScreeningMeasure]:
    """Spread of the continuous measures, which is what a threshold is chosen by."""
    rows = screened.rows_of(wave)
    spread: dict[str, ScreeningMeasure] = {}
    for outcome in screened.outcomes.values():
        for name, values in outcome.measures.items():
            found = values[rows]
            found = found[np.isfinite(found)]
            if name in COUNTS or name.startswith("missing_") or not found.size:
                continue
            low, middle, high = (
                np.percentile(found, (5, 50, 95)).tolist() if found.size >= least else (None, None, None)
            )
            spread[name] = ScreeningMeasure(
                measure=name, n=found.size, percentile_5=low, median=middle, percentile_95=high
            )
    return list(spread.values())


def _missing_kinds(responses: ResponseSet) -> list[MissingKindRow]:
    """Unanswered questions by kind; those that did not concern the respondent are left out of the share's base."""
    cells: dict[str, int] = {}
    having: dict[str, NDArray[np.bool_]] = {}
    asked = 0
    for kinds in missing_by_question(responses):
        asked += int((~np.isin(kinds, [MISSING_CODES[kind] for kind in NOT_ASKED])).sum())
        for kind, code in MISSING_CODES.items():
            here = kinds == code
            if here.any():
                cells[kind] = cells.get(kind, 0) + int(here.sum())
                having[kind] = having.get(kind, np.zeros(responses.n, dtype=np.bool_)) | here
    return [
        MissingKindRow(
            kind=kind,
            n_answers=cells[kind],
            share=None if kind in NOT_ASKED or not asked else cells[kind] / asked,
            n_responses=int(having[kind].sum()),
        )
        for kind in MISSING_CODES
        if kind in cells
    ]
