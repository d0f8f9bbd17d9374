"""Everything estimated from one wave, in one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.results import WaveResults
from satix.steps.gaps import gap_record, importance_performance_record
from satix.steps.items import item_rows
from satix.steps.measurement import measurement_record, pooled_measurement_record
from satix.steps.reliability import reliability_records
from satix.steps.scores import leaf_covariance, node_scores, target_rows
from satix.steps.screening_record import screening_record

if TYPE_CHECKING:
    from analysis.results import Measurement, Segments
    from analysis.selection import Selection
    from satix.steps.context import Wave
    from satix.steps.screening import Screened
    from survey.errors import Problem
    from survey.study import Study

__all__ = ["wave_results"]


def wave_results(
    wave: Wave,
    study: Study,
    selection: Selection,
    screened: Screened,
    segments: list[Segments],
    findings: list[Problem],
) -> WaveResults:
    """The record of a wave, with the analyses that apply; what their methods found worth knowing joins ``findings``."""
    leaves, covariance = leaf_covariance(wave, study)
    scores = node_scores(wave, study)
    targets = {node.code: node.target for node in wave.responses.instrument.index.walk() if node.target is not None}
    targets |= {target.indicator: target.level for target in study.targets if target.level is not None}
    return WaveResults(
        wave=wave.wave,
        n_responses=wave.responses.n,
        n_used=int(wave.used.sum()),
        screening=screening_record(wave, study, screened),
        scores=scores,
        targets=target_rows(scores, targets, study),
        covariance_of=leaves,
        covariance=covariance,
        items=item_rows(wave, study),
        reliability=reliability_records(wave, study) if "reliability" in selection.run else [],
        gap=gap_record(wave, study, findings) if "gap" in selection.run else None,
        importance_performance=importance_performance_record(wave, study, findings)
        if "importance_performance" in selection.run
        else None,
        segments=segments,
        measurement=_measurement(wave, study, selection, findings) if "measurement" in selection.run else None,
    )


def _measurement(wave: Wave, study: Study, selection: Selection, findings: list[Problem]) -> Measurement:
    if wave.wave is None:
        return pooled_measurement_record(wave, study, findings)
    return measurement_record(wave, study, findings, segments="segments" in selection.run)
