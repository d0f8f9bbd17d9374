"""Measurement invariance over groups: configural, metric, scalar, strict; what may be compared, what stands against it.

Levels restrict one another: the same pattern of loadings (configural), equal loadings (metric), equal intercepts with
free latent means (scalar), equal residual variances (strict). A level is accepted if CFI falls by less than a cut-off
and RMSEA (and, if asked, SRMR) rises by less than theirs (Cheung & Rensvold 2002, Structural Equation Modeling 9,
233-255; Chen 2007, Structural Equation Modeling 14, 464-504); the chi-square difference is given beside it, scaled
under MLR and MLM (Satorra & Bentler 2001, Psychometrika 66, 507-514). Where a level fails, equality constraints are
released one by one, the largest score test first, until the level holds partially (Byrne, Shavelson & Muthen 1989,
Psychological Bulletin 105, 456-466); an item with a loading of its own also has an intercept of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from analysis.factors.cfa.confirmatory import confirmatory_factor_analysis
from analysis.factors.cfa.fit_ml import Estimator
from analysis.factors.cfa.modification import ScoreTest
from analysis.factors.cfa.parameters import EqualPart, Parameter
from analysis.factors.cfa.result import CfaResult
from analysis.factors.cfa.sample import MissingRule
from analysis.factors.cfa.scores import equality_tests
from analysis.invariance_result import (
    InvarianceCutoffs,
    InvarianceLevel,
    InvarianceModel,
    InvarianceResult,
    LevelComparison,
    compare_levels,
)
from survey.errors import InsufficientDataError, Problem

if TYPE_CHECKING:
    import pandas as pd

LEVELS: dict[InvarianceLevel, tuple[EqualPart, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}

__all__ = ["LEVELS", "FittedLevel", "MeasurementInvariance", "check_groups", "measurement_invariance"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedLevel:
    """One level: its fit, and the parameters left free although the level makes them equal."""

    level: InvarianceLevel
    result: CfaResult
    released: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasurementInvariance(InvarianceResult):
    """The verdict, with every fitted level; ``partial`` holds levels that needed released parameters."""

    levels: tuple[FittedLevel, ...]
    partial: tuple[FittedLevel, ...]
    estimator: str
    missing: str
    n: int
    dropped: int
    n_by_group: Mapping[str, int]

    def level(self, name: InvarianceLevel) -> CfaResult:
        """The fit of a level without released parameters. Raises KeyError."""
        for one in self.levels:
            if one.level == name:
                return one.result
        raise KeyError(name)


def measurement_invariance(
    frame: pd.DataFrame,
    model: str | Mapping[str, Sequence[str]],
    groups: ArrayLike,
    *,
    respondents: ArrayLike | None = None,
    estimator: Estimator = "ML",
    missing: MissingRule = "listwise",
    up_to: InvarianceLevel = "strict",
    cutoffs: InvarianceCutoffs | None = None,
    std_lv: bool = False,
    search_partial: bool = True,
) -> MeasurementInvariance:
    """Fit the levels in turn and judge each against the one before.

    Parameters
    ----------
    frame, model, estimator, missing, std_lv : as in `confirmatory_factor_analysis`.
    groups : (n,) label per respondent; at least two groups.
    respondents : (n,) identity of the respondent, where the groups are waves: the same respondent in two groups makes
        the groups dependent, which these models exclude.
    up_to : the last level fitted.
    cutoffs : when a level counts as rejected; default .01 for CFI and .015 for RMSEA.
    search_partial : whether constraints of a rejected metric or scalar level are released one by one. A factor keeps at
        least two constrained items.

    Raises
    ------
    InsufficientDataError
        One group; groups that share respondents; a group with too few respondents or an item without variation.
    """
    check_groups(groups, respondents)
    limits = cutoffs or InvarianceCutoffs()
    wanted = list(LEVELS)[: list(LEVELS).index(up_to) + 1]

    def fit(level: InvarianceLevel, release: Sequence[str]) -> CfaResult:
        return confirmatory_factor_analysis(
            frame,
            model,
            groups=groups,
            equal=LEVELS[level],
            release=release,
            estimator=estimator,
            missing=missing,
            std_lv=std_lv,
            mean_structure=True,
        )

    levels: list[FittedLevel] = []
    partial: list[FittedLevel] = []
    comparisons: list[LevelComparison] = []
    partial_comparisons: list[LevelComparison] = []
    released: tuple[str, ...] = ()
    current: CfaResult | None = None
    going = True
    for level in wanted:
        result = fit(level, ())
        if levels:
            comparisons.append(
                compare_levels(_as_model(levels[-1].level, levels[-1].result), _as_model(level, result), limits)
            )
        levels.append(FittedLevel(level=level, result=result, released=()))
        if current is None:
            current = result
            continue
        if not search_partial or not going:
            continue
        before = _as_model(levels[-2].level, current)
        own = _with_intercepts(released) if level == "scalar" else released
        tried = fit(level, own) if own else result
        verdict = compare_levels(before, _as_model(level, tried), limits)
        while not verdict.accepted and level != "strict":
            candidate = _most_misfitting(tried, LEVELS[level][-1], own)
            if candidate is None:
                break
            own = (*own, candidate.name)
            tried = fit(level, own)
            verdict = compare_levels(before, _as_model(level, tried), limits)
        if verdict.accepted:
            if own:
                partial.append(FittedLevel(level=level, result=tried, released=own))
                partial_comparisons.append(verdict)
            released, current = own, tried
        else:
            going = False
    return _verdict(levels, partial, comparisons, partial_comparisons, limits)


def check_groups(groups: ArrayLike, respondents: ArrayLike | None) -> None:
    """Refuse a single group, and groups that share respondents. Raises InsufficientDataError."""
    import pandas as pd

    labels = pd.Series(np.asarray(groups))
    found = labels.dropna().unique()
    if len(found) < 2:
        raise InsufficientDataError.of("analysis.invariance_one_group", found=len(found))
    if respondents is None:
        return
    pairs = pd.DataFrame({"group": labels, "who": np.asarray(respondents)}).dropna().drop_duplicates()
    shared = int((pairs.groupby("who")["group"].nunique() > 1).sum())
    if shared:
        raise InsufficientDataError.of("analysis.invariance_groups_overlap", shared=shared)


def _as_model(level: InvarianceLevel, result: CfaResult) -> InvarianceModel:
    fit = result.fit
    return InvarianceModel(
        level=level,
        chisq=fit["chisq"],
        df=int(fit["df"]),
        cfi=fit.best("cfi"),
        rmsea=fit.best("rmsea"),
        srmr=fit["srmr"],
        scaling_factor=fit.measures.get("chisq.scaling.factor", np.nan),
    )


def _most_misfitting(result: CfaResult, part: EqualPart, released: Sequence[str]) -> ScoreTest | None:
    """The constraint with the largest score test whose release leaves its factor two constrained items."""
    table = result.fitted.model.table
    operator = {"loadings": "=~", "intercepts": "~1"}[part]
    factors_of = {
        item: [row.left for row in table.parameters if row.op == "=~" and row.right == item and row.group == 0]
        for item in table.observed
    }
    for test in equality_tests(result):
        item = test.right if operator == "=~" else test.left
        if test.op != operator or test.name in released or (operator == "~1" and item not in table.observed):
            continue
        factors = [test.left] if operator == "=~" else factors_of[item]
        if all(_constrained(table.parameters, factor, operator, released) > 2 for factor in factors):
            return test
    return None


def _with_intercepts(released: Sequence[str]) -> tuple[str, ...]:
    """Equal intercepts say nothing about items whose loadings differ."""
    items = [name.split("=~")[1] for name in released if "=~" in name]
    return (*released, *dict.fromkeys(f"{item}~1" for item in items))


def _constrained(parameters: Sequence[Parameter], factor: str, operator: str, released: Sequence[str]) -> int:
    items = {row.right for row in parameters if row.op == "=~" and row.left == factor}
    names = {item: f"{factor}=~{item}" if operator == "=~" else f"{item}~1" for item in items}
    return sum(name not in released for name in names.values())


def _verdict(
    levels: Sequence[FittedLevel],
    partial: Sequence[FittedLevel],
    comparisons: Sequence[LevelComparison],
    partial_comparisons: Sequence[LevelComparison],
    cutoffs: InvarianceCutoffs,
) -> MeasurementInvariance:
    accepted: list[str] = ["configural"]
    for comparison in comparisons:
        if not comparison.accepted:
            break
        accepted.append(comparison.level)
    in_part: dict[str, tuple[str, ...]] = {one.level: one.released for one in partial}
    first = levels[0].result
    findings: list[Problem] = []
    for one in levels:
        for problem in one.result.findings:
            if problem not in findings:
                findings.append(problem)
    if "scalar" not in accepted and any(level.level == "scalar" for level in levels):
        freed = in_part.get("scalar")
        code = "invariance_no_scalar" if freed is None else "invariance_partial_scalar"
        fields = {} if freed is None else {"released": ", ".join(freed)}
        findings.append(Problem(code=f"analysis.{code}", fields=fields, severity="warning"))
    for level in levels:
        if not level.result.converged:
            code = "analysis.invariance_level_not_converged"
            findings.append(Problem(code=code, fields={"level": level.level}, severity="warning"))
    return MeasurementInvariance(
        models=tuple(_as_model(one.level, one.result) for one in levels),
        comparisons=tuple(comparisons),
        accepted=tuple(accepted),
        partial_levels=in_part,
        partial_comparisons=tuple(partial_comparisons),
        cutoffs=cutoffs,
        findings=tuple(findings),
        levels=tuple(levels),
        partial=tuple(partial),
        estimator=first.estimator,
        missing=first.missing,
        n=first.n,
        dropped=first.dropped,
        n_by_group=first.n_by_group,
    )
