"""The verdict on measurement invariance, from fit measures alone: `invariance_decision`, and what it returns.

Other analyses use it as a gate: `InvarianceResult.mean_comparison_allowed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.factors.cfa.fit_measures import chi_square_p
from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, Problem

if TYPE_CHECKING:
    import pandas as pd

InvarianceLevel = Literal["configural", "metric", "scalar", "strict"]
MeanComparison = Literal["allowed", "with_partial_invariance", "not_allowed"]

__all__ = [
    "InvarianceCutoffs",
    "InvarianceLevel",
    "InvarianceModel",
    "InvarianceResult",
    "LevelComparison",
    "MeanComparison",
    "compare_levels",
    "invariance_decision",
    "scaled_difference",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvarianceCutoffs:
    """A level is rejected if CFI falls by ``cfi`` or more, or RMSEA or SRMR rise by their cut-offs or more.

    SRMR counts only where given (Chen 2007: .030 for loadings, .010 for intercepts and residuals). ``alpha``, where
    given, also rejects by the chi-square difference, which large samples make a very strict rule. ``calibrated`` is
    False where the cut-offs were not studied for the estimator (ordered items).
    """

    cfi: float = 0.01
    rmsea: float | None = 0.015
    srmr_loadings: float | None = None
    srmr_intercepts: float | None = None
    alpha: float | None = None
    calibrated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class InvarianceModel:
    """Fit of one level; ``scaling_factor`` NaN where the chi-square is not scaled (``chisq`` is always unscaled)."""

    level: str
    chisq: float
    df: int
    cfi: float
    rmsea: float
    srmr: float = np.nan
    scaling_factor: float = np.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelComparison:
    """A level less the one before it. ``reasons`` are the cut-offs it broke (cfi, rmsea, srmr, chisq)."""

    level: str
    against: str
    delta_chisq: float
    delta_df: int
    p_value: float
    delta_cfi: float
    delta_rmsea: float
    delta_srmr: float
    accepted: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InvarianceResult(TableDisplay):
    """Which levels hold. ``accepted`` ends before the first rejected level; ``partial_levels`` names, per level, the
    parameters that had to differ for it to hold."""

    models: tuple[InvarianceModel, ...]
    comparisons: tuple[LevelComparison, ...]
    accepted: tuple[str, ...]
    partial_levels: Mapping[str, tuple[str, ...]]
    partial_comparisons: tuple[LevelComparison, ...]
    cutoffs: InvarianceCutoffs
    findings: tuple[Problem, ...]

    @property
    def mean_comparison(self) -> MeanComparison:
        """Whether latent means may be compared: needs (partial) scalar invariance."""
        if any(level in self.accepted for level in ("scalar", "strong")):
            return "allowed"
        if "scalar" in self.partial_levels:
            return "with_partial_invariance"
        return "not_allowed"

    @property
    def mean_comparison_allowed(self) -> bool:
        """The gate for comparisons of scores: full scalar invariance.

        Scores add up the very items whose intercepts partial invariance lets differ; under it only latent means of the
        partial model may be compared.
        """
        return self.mean_comparison == "allowed"

    def to_frame(self) -> pd.DataFrame:
        """One row per level with its fit and the differences from the level before."""
        import pandas as pd

        differences = {one.level: asdict(one) for one in self.comparisons}
        rows = []
        for model in self.models:
            row = asdict(model)
            one = differences.get(model.level, {})
            row |= {name: one.get(name) for name in ("delta_chisq", "delta_df", "p_value")}
            row |= {name: one.get(name) for name in ("delta_cfi", "delta_rmsea", "delta_srmr")}
            row["accepted"] = model.level in self.accepted
            row["released"] = ", ".join(self.partial_levels.get(model.level, ()))
            rows.append(row)
        return pd.DataFrame(rows).set_index("level")

    def summary(self) -> str:
        """The highest level that holds, and what follows for means, in one line."""
        words = {
            "allowed": "means may be compared",
            "with_partial_invariance": "latent means may be compared under partial invariance; scores may not",
            "not_allowed": "means may not be compared",
        }
        return f"{self.accepted[-1]} invariance holds; {words[self.mean_comparison]}"


def compare_levels(before: InvarianceModel, after: InvarianceModel, cutoffs: InvarianceCutoffs) -> LevelComparison:
    """Differences of two nested models, and whether the stricter one is accepted."""
    delta_df = after.df - before.df
    delta = scaled_difference(before, after)
    p_value = chi_square_p(delta, delta_df) if np.isfinite(delta) else np.nan
    delta_cfi, delta_rmsea = after.cfi - before.cfi, after.rmsea - before.rmsea
    delta_srmr = after.srmr - before.srmr
    srmr_limit = cutoffs.srmr_loadings if after.level in ("metric", "weak", "loadings") else cutoffs.srmr_intercepts
    slack = 1e-12
    reasons = []
    # a fit measure that is not defined cannot speak for the level
    if not delta_cfi > -cutoffs.cfi + slack:
        reasons.append("cfi")
    if cutoffs.rmsea is not None and not delta_rmsea < cutoffs.rmsea - slack:
        reasons.append("rmsea")
    if srmr_limit is not None and not delta_srmr < srmr_limit - slack:
        reasons.append("srmr")
    if cutoffs.alpha is not None and not p_value >= cutoffs.alpha:
        reasons.append("chisq")
    return LevelComparison(
        level=after.level,
        against=before.level,
        delta_chisq=delta,
        delta_df=delta_df,
        p_value=p_value,
        delta_cfi=delta_cfi,
        delta_rmsea=delta_rmsea,
        delta_srmr=delta_srmr,
        accepted=not reasons,
        reasons=tuple(reasons),
    )


def scaled_difference(before: InvarianceModel, after: InvarianceModel) -> float:
    """Chi-square difference; scaled by Satorra & Bentler (2001) where the models are.

    NaN where the difference's scaling factor is not positive, which happens in small samples.
    """
    plain = after.chisq - before.chisq
    if np.isnan(before.scaling_factor) and np.isnan(after.scaling_factor):
        return plain
    delta_df = after.df - before.df
    before_part = before.df * before.scaling_factor if before.df else 0.0
    factor = (after.df * after.scaling_factor - before_part) / delta_df if delta_df else np.nan
    return plain / factor if factor > 0 else np.nan


def invariance_decision(
    models: Sequence[InvarianceModel], *, cutoffs: InvarianceCutoffs | None = None
) -> InvarianceResult:
    """The verdict from the fit of models in increasing strictness; the first is accepted as the starting point.

    Levels may also be named ``weak`` (metric) and ``strong`` (scalar).

    Raises
    ------
    InsufficientDataError
        Fewer than two models, or a stricter model without more degrees of freedom.
    """
    if len(models) < 2:
        raise InsufficientDataError.of("analysis.invariance_models", found=len(models))
    limits = cutoffs or InvarianceCutoffs()
    comparisons = []
    accepted = [models[0].level]
    going = True
    for before, after in pairwise(models):
        if after.df <= before.df:
            raise InsufficientDataError.of("analysis.invariance_not_nested", level=after.level, df=after.df)
        comparison = compare_levels(before, after, limits)
        comparisons.append(comparison)
        going = going and comparison.accepted
        if going:
            accepted.append(after.level)
    return InvarianceResult(
        models=tuple(models),
        comparisons=tuple(comparisons),
        accepted=tuple(accepted),
        partial_levels={},
        partial_comparisons=(),
        cutoffs=limits,
        findings=(),
    )
