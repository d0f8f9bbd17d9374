"""Internal consistency of every block of items that should hang together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from analysis.reliability import cronbach_alpha
from analysis.results import CoefficientRow, Reliability
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    from analysis.alpha_result import AlphaResult
    from satix.steps.context import Wave
    from survey.indicators import Indicator
    from survey.questionnaire import Facet, Question
    from survey.study import Study

__all__ = ["reliability_records"]

MISSING_RULE: Final = "pairwise"


def reliability_records(wave: Wave, study: Study) -> list[Reliability]:
    """One record per node and facet with at least two items on one scale; formative nodes say why they have none."""
    instrument = wave.responses.instrument
    records = []
    for node in instrument.index.walk():
        facets: tuple[Facet, ...] = ("performance", "expectation")
        for facet in facets:
            items = [
                question
                for leaf in node.leaves()
                for question in instrument.questions_of(facet=facet, measures=leaf.code)
            ]
            items = [item for item in items if _answers(wave, item) >= study.limits.suppress]
            if len(items) < 2 or (node.code == instrument.index.code and facet != "performance"):
                continue
            records.append(_record(wave, study, node, facet, items))
    return records


def _answers(wave: Wave, item: Question) -> int:
    return int(np.count_nonzero(~np.isnan(wave.responses.scores(item.code)) & wave.used))


def _record(wave: Wave, study: Study, node: Indicator, facet: Facet, items: list[Question]) -> Reliability:
    fingerprints = {wave.responses.instrument.scale_of(item).fingerprint for item in items}
    reason = None
    result: AlphaResult | None = None
    if node.measurement == "formative":
        reason = "formative"
    elif len(fingerprints) > 1:
        reason = "scales_differ"
    else:
        try:
            result = _alpha(wave, study, items)
        except InsufficientDataError:
            reason = "too_few"
        else:
            if result.n < study.limits.suppress:
                result, reason = None, "too_few"
    return Reliability(
        indicator=node.code,
        measurement=node.measurement,
        facet=facet,
        n_items=len(items),
        n=None if result is None else result.n,
        missing=MISSING_RULE,
        alpha=None if result is None else result.raw_alpha,
        alpha_standardised=None if result is None else result.std_alpha,
        lower=None if result is None else result.lower,
        upper=None if result is None else result.upper,
        interval="" if result is None else result.interval,
        average_r=None if result is None else result.average_r,
        items=[]
        if result is None
        else [
            CoefficientRow(
                question=row.item,
                n=row.n,
                item_total=row.r_drop,
                alpha_if_deleted=row.raw_alpha_if_deleted,
                mean=row.mean,
                std_dev=row.sd,
            )
            for row in result.items
        ],
        findings=[] if result is None else sorted({finding.code for finding in result.findings}),
        reason=reason,
    )


def _alpha(wave: Wave, study: Study, items: list[Question]) -> AlphaResult:
    import pandas as pd

    values = np.stack([wave.responses.scores(item.code) for item in items], axis=1)[wave.used]
    weights = wave.design.case_weights[wave.used] if wave.design.is_weighted else None
    return cronbach_alpha(
        pd.DataFrame(values, columns=[item.code for item in items]),
        missing=MISSING_RULE,
        case_weights=weights,
        confidence=study.confidence,
        seed=study.seed,
    )
