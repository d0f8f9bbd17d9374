"""What one reflective block of questions tells about itself: alpha, omega, ordinal companions, loadings, factors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analysis.measurement_advice import ItemEvidence, MeasurementThresholds
from satix.steps.measurement_blocks import FEWEST_RESPONDENTS, MOST_ITEMS, answers_of
from survey.errors import InsufficientDataError, Problem

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from analysis.alpha_result import AlphaResult
    from analysis.factors.correlation_matrix import CorrelationMatrix
    from satix.steps.context import Wave
    from satix.steps.measurement_blocks import Block
    from survey.study import Study

    Weights = NDArray[np.float64] | None

ORDINAL_UP_TO = 5
EXPLORE_ITEMS, EXPLORE_REPLICATES = 6, 100

__all__ = ["BlockFigures", "block_figures", "item_evidence"]


@dataclass(slots=True, kw_only=True, eq=False)
class BlockFigures:
    """Figures of one reflective block; None and NaN where there are none, ``reason`` where there are none at all.

    ``loadings`` are standardised, of one factor for this block alone; ``n_factors`` is 0 where nobody asked.
    """

    n: int | None = None
    alpha: AlphaResult | None = None
    omega: float = np.nan
    variance_extracted: float = np.nan
    composite_reliability: float = np.nan
    loadings: dict[str, float] = field(default_factory=dict)
    ordinal_alpha: float = np.nan
    ordinal_omega: float = np.nan
    kmo: float = np.nan
    bartlett_chi_square: float = np.nan
    bartlett_df: int | None = None
    bartlett_p_value: float = np.nan
    n_factors: int = 0
    reason: str | None = None


def block_figures(wave: Wave, study: Study, block: Block, findings: list[Problem]) -> BlockFigures:
    """The figures of a block, from every pair of answers and under case weights where the study has them."""
    from analysis.reliability import cronbach_alpha

    found = BlockFigures()
    if len(block.items) < 2:
        return found
    if block.points is None:
        found.reason = "scales_differ"
        return found
    frame = answers_of(wave, block.codes)
    weights = wave.design.case_weights[wave.used] if wave.design.is_weighted else None
    try:
        # few replicates: the interval stands in the section on reliability
        alpha = cronbach_alpha(frame, case_weights=weights, replicates=20)
    except InsufficientDataError:
        found.reason = "too_few"
        return found
    if alpha.n < study.limits.suppress:
        found.reason = "too_few"
        return found
    found.alpha, found.n = alpha, alpha.n
    if len(block.items) > MOST_ITEMS:
        fields = {"block": block.node.code, "items": len(block.items), "limit": MOST_ITEMS}
        findings.append(Problem(code="analysis.measurement_block_long", fields=fields, severity="note"))
        return found
    if not block.whole:
        _one_factor(found, frame, weights)
    if block.points <= ORDINAL_UP_TO:
        _ordinal(found, frame, weights)
    if len(block.items) >= EXPLORE_ITEMS and alpha.n >= FEWEST_RESPONDENTS:
        _explore(found, frame, weights, study)
    return found


def item_evidence(wave: Wave, figures: BlockFigures, loadings: dict[str, float]) -> list[ItemEvidence]:
    """Every question in its block; AVE without it only where dropping it may be advised."""
    if figures.alpha is None:
        return []
    limits = MeasurementThresholds()
    codes = [row.item for row in figures.alpha.items]
    found = []
    for row in figures.alpha.items:
        loading = loadings.get(row.item, np.nan)
        weak = row.r_drop < limits.item_total or abs(loading) < limits.loading_weak
        without = np.nan
        if weak and len(codes) >= 4 and figures.loadings:
            rest = BlockFigures()
            weights = wave.design.case_weights[wave.used] if wave.design.is_weighted else None
            _one_factor(rest, answers_of(wave, [code for code in codes if code != row.item]), weights)
            without = rest.variance_extracted
        found.append(
            ItemEvidence(
                item=row.item,
                item_total=row.r_drop,
                loading=loading,
                alpha_without=row.raw_alpha_if_deleted,
                variance_extracted_without=without,
            )
        )
    return found


def _correlations(frame: pd.DataFrame, weights: Weights) -> CorrelationMatrix:
    from analysis.factors.correlation_matrix import item_correlations

    return item_correlations(frame, missing="pairwise", case_weights=weights)


def _one_factor(found: BlockFigures, frame: pd.DataFrame, weights: Weights) -> None:
    """Omega, AVE and rho_C of a congeneric model; left out where the items do not allow one."""
    from analysis.factors.congeneric import congeneric_omega

    try:
        result = congeneric_omega(frame, missing="pairwise", case_weights=weights)
    except InsufficientDataError:
        return
    found.omega, found.variance_extracted = result.omega, result.ave
    found.composite_reliability = result.composite_reliability
    found.loadings = dict(zip(result.items, result.std_loadings.tolist(), strict=True))


def _ordinal(found: BlockFigures, frame: pd.DataFrame, weights: Weights) -> None:
    """Alpha and omega on polychoric correlations."""
    from analysis.correlations.ordinal_alpha import ordinal_alpha
    from analysis.correlations.polychoric import polychoric
    from analysis.factors.congeneric import congeneric_omega
    from analysis.factors.correlation_matrix import given_correlations

    try:
        # near a correlation of one, trial steps of the search overflow and are given up
        with np.errstate(over="ignore"):
            correlations = polychoric(frame, case_weights=weights)
        found.ordinal_alpha = ordinal_alpha(correlations).ordinal_alpha
        if found.loadings:
            matrix = given_correlations(correlations.matrix, n=correlations.n, items=correlations.items)
            found.ordinal_omega = congeneric_omega(matrix).omega
    except InsufficientDataError:
        return


def _explore(found: BlockFigures, frame: pd.DataFrame, weights: Weights, study: Study) -> None:
    """How many factors lie behind a long block, and whether its correlations are worth factoring."""
    from analysis.factors.factorability import factorability
    from analysis.factors.parallel_analysis import parallel_analysis

    try:
        correlations = _correlations(frame, weights)
        suited = factorability(correlations)
        parallel = parallel_analysis(correlations, replicates=EXPLORE_REPLICATES, seed=study.seed)
    except InsufficientDataError:
        return
    found.kmo = suited.kmo
    if np.isfinite(suited.bartlett_chi_square):
        found.bartlett_chi_square = suited.bartlett_chi_square
        found.bartlett_df, found.bartlett_p_value = suited.bartlett_df, suited.bartlett_p_value
    found.n_factors = parallel.n_factors
