"""Which analyses apply to an instrument and its waves: a pure rule, with the reason where one does not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from survey.instrument import Instrument
    from survey.study import AnalysisName, Study

__all__ = ["Selection", "paired_leaves", "performance_series", "select_analyses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Analyses to run, and for those that were asked for in vain a message code and its fields."""

    run: frozenset[str]
    not_applicable: dict[str, str]


def performance_series(study: Study, analysis: str) -> str | None:
    """The series of performance questions an analysis compares with; None: those of the index."""
    return next((series for name, series in study.performance_series.items() if name == analysis), None)


def paired_leaves(instrument: Instrument, facet: str, *, series: str | None = None) -> dict[str, tuple[str, str]]:
    """Leaves asked for both the given facet and performance on one scale: leaf -> (performance, facet) question.

    Where a leaf has several questions of a facet, the first ones on a common scale are paired.
    """
    pairs = {}
    for leaf in instrument.index.leaves():
        performance = instrument.questions_of(facet="performance", measures=leaf.code, series=series)
        other = [q for q in instrument.questions if q.facet == facet and q.measures == leaf.code]
        for left, right in product(performance, other):
            if instrument.scale_of(left).fingerprint == instrument.scale_of(right).fingerprint:
                pairs[leaf.code] = (left.code, right.code)
                break
    return pairs


def select_analyses(
    instrument: Instrument, study: Study, *, requested: Collection[AnalysisName] | None = None
) -> Selection:
    """What applies.

    Reliability needs answers, measurement quality a reflective node with two items, a gap needs expectations, the
    importance-performance grid needs importance ratings, change needs two waves, segments need to
    be named. ``requested`` (None: all) limits the run; what was requested and does not apply is
    named with its reason.
    """
    wanted: set[str] | None = set(requested) if requested is not None else None
    reasons: dict[str, str] = {}
    if not paired_leaves(instrument, "expectation", series=performance_series(study, "gap")):
        reasons["gap"] = "analysis.not_applicable_gap"
    if not paired_leaves(instrument, "importance", series=performance_series(study, "importance_performance")):
        reasons["importance_performance"] = "analysis.not_applicable_importance"
    if len(study.waves) < 2:
        reasons["change"] = "analysis.not_applicable_change"
    if not study.segments:
        reasons["segments"] = "analysis.not_applicable_segments"
    if not _has_reflective_block(instrument):
        reasons["measurement"] = "analysis.not_applicable_measurement"
    every = {"reliability", "measurement", "gap", "importance_performance", "segments", "change"}
    run = {name for name in every if name not in reasons and (wanted is None or name in wanted)}
    in_vain = {str(name): code for name, code in reasons.items() if wanted is not None and name in wanted}
    return Selection(run=frozenset(run), not_applicable=in_vain)


def _has_reflective_block(instrument: Instrument) -> bool:
    return any(
        node.measurement == "reflective"
        and sum(len(instrument.questions_of(facet="performance", measures=leaf.code)) for leaf in node.leaves()) >= 2
        for node in instrument.index.walk()
    )
