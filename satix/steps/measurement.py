"""Measurement quality of a wave: every block judged, the factor model behind the blocks, invariance over segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.measurement_advice import BlockEvidence, BlockReading, read_block
from analysis.results import (
    Measurement,
    MeasurementAdvice,
    MeasurementBlock,
    MeasurementComponent,
    MeasurementItem,
    MeasurementRule,
)
from analysis.variance_inflation import variance_inflation
from satix.steps.measurement_blocks import component_points, constructs_of, listed_blocks
from satix.steps.measurement_figures import BlockFigures, block_figures, item_evidence
from satix.steps.measurement_invariance import segment_invariance, wave_invariance
from satix.steps.measurement_model import construct_pairs, joint_model
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    from satix.steps.context import Wave
    from satix.steps.measurement_blocks import Block
    from satix.steps.measurement_model import JointModel
    from survey.errors import Problem
    from survey.study import Study

__all__ = ["measurement_record", "pooled_measurement_record"]


def measurement_record(wave: Wave, study: Study, findings: list[Problem], *, segments: bool) -> Measurement:
    """The record of a wave; what could not be done joins ``findings``. ``segments``: judge invariance over them too."""
    blocks = listed_blocks(wave, study)
    constructs = constructs_of(wave, blocks)
    model = joint_model(wave, constructs, findings)
    paired = {
        block.node.code: list(block.codes)
        for block in blocks
        if block.facet == "performance" and block.reflective and not block.whole and len(block.items) >= 2
    }
    pairs = construct_pairs(wave, paired, model, findings)
    ratios: dict[str, dict[str, float]] = {name: {} for name in paired}
    for pair in pairs:
        if pair.htmt is not None:
            ratios[pair.first][pair.second] = ratios[pair.second][pair.first] = pair.htmt
    return Measurement(
        blocks=[
            _reflective(wave, study, block, model, ratios, findings)
            if block.reflective
            else _formative(wave, study, block)
            for block in blocks
        ],
        model=model.fit,
        skipped=model.skipped,
        pairs=pairs,
        invariance=segment_invariance(wave, study, constructs, findings) if segments else [],
    )


def pooled_measurement_record(pooled: Wave, study: Study, findings: list[Problem]) -> Measurement:
    """All waves together: only whether their questions were understood alike; a pooled coefficient mixes waves."""
    constructs = constructs_of(pooled, listed_blocks(pooled, study))
    return Measurement(
        blocks=[],
        model=None,
        skipped="pooled",
        pairs=[],
        invariance=[wave_invariance(pooled, study.waves, constructs, findings)],
    )


def _reflective(
    wave: Wave,
    study: Study,
    block: Block,
    model: JointModel,
    ratios: dict[str, dict[str, float]],
    findings: list[Problem],
) -> MeasurementBlock:
    figures = block_figures(wave, study, block, findings)
    code = block.node.code
    joint = block.facet == "performance" and code in model.loadings and figures.alpha is not None
    items = item_evidence(wave, figures, model.loadings[code] if joint else figures.loadings)
    evidence = BlockEvidence(
        measurement="reflective",
        n_items=len(block.items),
        alpha=np.nan if figures.alpha is None else figures.alpha.raw_alpha,
        omega=figures.omega,
        composite_reliability=model.composite_reliability[code] if joint else figures.composite_reliability,
        variance_extracted=model.variance_extracted[code] if joint else figures.variance_extracted,
        variance_extracted_alone=figures.variance_extracted,
        items=items,
        htmt=ratios.get(code, {}) if block.facet == "performance" else {},
        n_factors=figures.n_factors,
        reason=figures.reason,
        whole=block.whole,
    )
    source: Literal["model", "block"] | None = "model" if joint else "block" if figures.loadings else None
    unweighted = ["composite_reliability", "variance_extracted"] if joint and wave.design.is_weighted else []
    return _record(block, figures, evidence, read_block(evidence), source, unweighted)


def _formative(wave: Wave, study: Study, block: Block) -> MeasurementBlock:
    components = component_points(wave, block)
    inflation: dict[str, float] = {}
    answered = int(components.notna().any(axis=1).sum())
    if components.shape[1] >= 2 and answered >= study.limits.suppress:
        weights = wave.design.case_weights[wave.used] if wave.design.is_weighted else None
        try:
            inflation = variance_inflation(components, case_weights=weights)
        except InsufficientDataError:
            inflation = {}
    evidence = BlockEvidence(measurement="formative", n_items=len(block.items), inflation=inflation)
    figures = BlockFigures(n=answered if inflation else None)
    return _record(block, figures, evidence, read_block(evidence), None, [])


def _record(
    block: Block,
    figures: BlockFigures,
    evidence: BlockEvidence,
    reading: BlockReading,
    source: Literal["model", "block"] | None,
    unweighted: list[str],
) -> MeasurementBlock:
    return MeasurementBlock(
        indicator=block.node.code,
        facet=block.facet,
        measurement=evidence.measurement,
        light=reading.light,
        rules=[
            MeasurementRule(rule=hit.rule, light=hit.light, about=hit.about, value=hit.value, threshold=hit.threshold)
            for hit in reading.rules
        ],
        advice=[
            MeasurementAdvice(code=advice.code, about=advice.about, figures=dict(advice.fields))
            for advice in reading.advice
        ],
        n_items=evidence.n_items,
        n=figures.n,
        points=block.points,
        alpha=evidence.alpha,
        omega=evidence.omega,
        ordinal_alpha=figures.ordinal_alpha,
        ordinal_omega=figures.ordinal_omega,
        composite_reliability=evidence.composite_reliability,
        variance_extracted=evidence.variance_extracted,
        loadings_from=source,
        kmo=figures.kmo,
        bartlett_chi_square=figures.bartlett_chi_square,
        bartlett_df=figures.bartlett_df,
        bartlett_p_value=figures.bartlett_p_value,
        n_factors=figures.n_factors or None,
        items=[
            MeasurementItem(
                question=item.item,
                item_total=item.item_total,
                loading=item.loading,
                alpha_without=item.alpha_without,
                variance_extracted_without=item.variance_extracted_without,
            )
            for item in evidence.items
        ],
        components=[
            MeasurementComponent(indicator=name, inflation=value) for name, value in evidence.inflation.items()
        ],
        unweighted=unweighted,
    )
