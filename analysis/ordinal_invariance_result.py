"""What invariance of ordered items returns: every fitted level, their comparisons, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from analysis.factors.cfa.ordinal_confirmatory import OrdinalCfaResult
from analysis.factors.cfa.ordinal_difference import ordinal_difference_test
from analysis.invariance_result import (
    InvarianceCutoffs,
    InvarianceModel,
    InvarianceResult,
    LevelComparison,
    MeanComparison,
    compare_levels,
)
from survey.errors import Problem

OrdinalLevel = Literal["configural", "thresholds", "loadings", "intercepts", "residuals"]
FitVersion = Literal["scaled", "robust", "plain"]

DIFFERENCE = "Satorra (2000)"

__all__ = [
    "FitVersion",
    "FittedOrdinalLevel",
    "OrdinalInvariance",
    "OrdinalLevel",
    "compare_ordinal_levels",
    "ordinal_verdict",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedOrdinalLevel:
    """One level: its fit, and the items let out of its equalities."""

    level: OrdinalLevel
    result: OrdinalCfaResult
    released: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrdinalInvariance(InvarianceResult):
    """The verdict, with every fitted level. ``partial_levels`` names items whose parameters differ between groups.

    ``untested`` are levels that restrict nothing for these items (equal degrees of freedom); they count as accepted.
    ``fit_version`` tells which CFI and RMSEA were compared, ``difference_test`` how chi-squares were.
    """

    levels: tuple[FittedOrdinalLevel, ...]
    partial: tuple[FittedOrdinalLevel, ...]
    untested: tuple[str, ...]
    estimator: str
    missing: str
    fit_version: FitVersion
    difference_test: str
    n: int
    dropped: int
    n_by_group: Mapping[str, int]

    @property
    def mean_comparison(self) -> MeanComparison:
        """Whether latent means may be compared: needs (partial) equality of thresholds, loadings and intercepts."""
        if "intercepts" in self.accepted:
            return "allowed"
        return "with_partial_invariance" if "intercepts" in self.partial_levels else "not_allowed"

    def level(self, name: OrdinalLevel) -> OrdinalCfaResult:
        """The fit of a level without released items. Raises KeyError."""
        for one in self.levels:
            if one.level == name:
                return one.result
        raise KeyError(name)


def compare_ordinal_levels(
    before: FittedOrdinalLevel, after: FittedOrdinalLevel, cutoffs: InvarianceCutoffs, version: FitVersion
) -> LevelComparison:
    """Differences of two levels; a level that restricts nothing is accepted."""
    comparison = compare_levels(_as_model(before, version), _as_model(after, version), replace(cutoffs, alpha=None))
    test = ordinal_difference_test(after.result, before.result)
    reasons = comparison.reasons
    if test.df == 0:
        # the level restricts nothing: it fits exactly as the one before
        reasons = ()
    elif cutoffs.alpha is not None and not test.p_value >= cutoffs.alpha:
        reasons = (*reasons, "chisq")
    return replace(
        comparison,
        delta_chisq=test.statistic,
        delta_df=test.df,
        p_value=test.p_value,
        accepted=not reasons,
        reasons=reasons,
    )


def _as_model(one: FittedOrdinalLevel, version: FitVersion) -> InvarianceModel:
    fit, end = one.result.fit, "" if version == "plain" else f".{version}"
    return InvarianceModel(
        level=one.level,
        chisq=fit["chisq"],
        df=int(fit["df"]),
        cfi=fit.measures.get(f"cfi{end}", np.nan),
        rmsea=fit.measures.get(f"rmsea{end}", np.nan),
        srmr=fit["srmr"],
        scaling_factor=fit.measures.get("chisq.scaling.factor", np.nan),
    )


def ordinal_verdict(
    levels: Sequence[FittedOrdinalLevel],
    partial: Sequence[FittedOrdinalLevel],
    comparisons: Sequence[LevelComparison],
    partial_comparisons: Sequence[LevelComparison],
    cutoffs: InvarianceCutoffs,
    version: FitVersion,
) -> OrdinalInvariance:
    """The result from the fitted levels and their comparisons."""
    accepted: list[str] = ["configural"]
    for comparison in comparisons:
        if not comparison.accepted:
            break
        accepted.append(comparison.level)
    first = levels[0].result
    untested = tuple(comparison.level for comparison in comparisons if comparison.delta_df == 0)
    in_part: dict[str, tuple[str, ...]] = {one.level: one.released for one in partial}
    findings: list[Problem] = []
    for problem in (problem for one in levels for problem in one.result.findings):
        if problem not in findings:
            findings.append(problem)
    if not cutoffs.calibrated:
        findings.append(Problem(code="analysis.invariance_uncalibrated", severity="note"))
    if untested:
        fields = {"levels": ", ".join(untested)}
        findings.append(Problem(code="analysis.invariance_untested", fields=fields, severity="note"))
    if "intercepts" not in accepted and any(one.level == "intercepts" for one in levels):
        freed = in_part.get("intercepts")
        if freed is None:
            findings.append(Problem(code="analysis.invariance_no_scalar", severity="warning"))
        else:
            fields = {"released": ", ".join(freed)}
            findings.append(Problem(code="analysis.invariance_partial_scalar", fields=fields, severity="warning"))
    for one in levels:
        if not one.result.converged:
            code = "analysis.invariance_level_not_converged"
            findings.append(Problem(code=code, fields={"level": one.level}, severity="warning"))
    return OrdinalInvariance(
        models=tuple(_as_model(one, version) for one in levels),
        comparisons=tuple(comparisons),
        accepted=tuple(accepted),
        partial_levels=in_part,
        partial_comparisons=tuple(partial_comparisons),
        cutoffs=cutoffs,
        findings=tuple(findings),
        levels=tuple(levels),
        partial=tuple(partial),
        untested=untested,
        estimator=first.estimator,
        missing=first.missing,
        fit_version=version,
        difference_test=DIFFERENCE if len(comparisons) > len(untested) else "none needed",
        n=first.n,
        dropped=first.dropped,
        n_by_group=first.n_by_group,
    )
