"""Measurement invariance of ordered items: configural, thresholds, loadings, intercepts, and residuals if asked.

The scale of the variables behind ordered answers is set by convention, so what can be tested hangs on what is fixed.
The models are identified after Wu & Estabrook (2016, Psychometrika 81, 1014-1045), so that each level restricts the
one before and nothing else (Svetina, Rutkowski & Rutkowski 2020, Structural Equation Modeling 27, 111-130):

- thresholds: equal thresholds; intercepts and scales of the normal variables differ between groups. With three
  categories this cannot be tested (it restricts nothing), with two it cannot even be said: such items join at the
  later levels.
- loadings: equal loadings; factor variances differ.
- intercepts: equal intercepts; factor means differ. Only now may means be compared.
- residuals: equal residual variances (parameterisation theta).

Levels are judged by the difference test of Satorra (2000) and by CFI and RMSEA. Cut-offs for changes of CFI and RMSEA
were found for continuous items under maximum likelihood (Cheung & Rensvold 2002; Chen 2007); for ordered items they
are not calibrated (Sass, Schmitt & Marsh 2014, Structural Equation Modeling 21, 167-180), and the result says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from analysis.blocked_products import single_threaded_blas
from analysis.factors.cfa.ordinal_confirmatory import (
    OrdinalCfaResult,
    OrdinalEstimator,
    count_groups,
    fit_ordinal_sample,
)
from analysis.factors.cfa.ordinal_model import Parameterization
from analysis.factors.cfa.ordinal_sample import EmptyCategories, OrdinalMissing, ordinal_sample
from analysis.factors.cfa.ordinal_score_tests import ordinal_equality_tests, ordinal_intercept_tests
from analysis.factors.cfa.ordinal_table import ordinal_items, ordinal_table
from analysis.factors.cfa.parameters import EqualPart
from analysis.invariance import check_groups
from analysis.invariance_result import InvarianceCutoffs, LevelComparison
from analysis.ordinal_invariance_result import (
    FittedOrdinalLevel,
    FitVersion,
    OrdinalInvariance,
    OrdinalLevel,
    compare_ordinal_levels,
    ordinal_verdict,
)

if TYPE_CHECKING:
    import pandas as pd

LEVELS: dict[OrdinalLevel, tuple[EqualPart, ...]] = {
    "configural": (),
    "thresholds": ("thresholds",),
    "loadings": ("thresholds", "loadings"),
    "intercepts": ("thresholds", "loadings", "intercepts"),
    "residuals": ("thresholds", "loadings", "intercepts", "residuals"),
}
UNCALIBRATED = InvarianceCutoffs(calibrated=False)

__all__ = ["LEVELS", "UNCALIBRATED", "ordinal_measurement_invariance"]


def ordinal_measurement_invariance(
    frame: pd.DataFrame,
    model: str | Mapping[str, Sequence[str]],
    groups: ArrayLike,
    *,
    respondents: ArrayLike | None = None,
    estimator: OrdinalEstimator = "WLSMV",
    missing: OrdinalMissing = "listwise",
    empty_categories: EmptyCategories = "merge",
    up_to: OrdinalLevel = "intercepts",
    cutoffs: InvarianceCutoffs | None = None,
    fit_version: FitVersion = "scaled",
    search_partial: bool = True,
) -> OrdinalInvariance:
    """Fit the levels in turn and judge each against the one before.

    Parameters
    ----------
    frame, model, estimator, missing, empty_categories : as in `ordinal_factor_analysis`.
    groups : (n,) label per respondent; at least two groups. The first to appear is the reference.
    respondents : (n,) identity of the respondent, where the groups are waves: nobody may be in two groups.
    up_to : the last level fitted.
    cutoffs : when a level counts as rejected; default .01 for CFI and .015 for RMSEA, marked as not calibrated. With
        ``alpha`` the difference test counts too.
    fit_version : CFI and RMSEA from the adjusted statistics, from Savalei's (2021) measures, or from the plain ones.
    search_partial : whether items are let out of a rejected level one by one, the largest score test first. An item
        whose thresholds differ has a loading and an intercept of its own, one whose loading differs an intercept of
        its own. A factor keeps at least two items that are tied.

    Raises
    ------
    InsufficientDataError
        One group, groups that share respondents, and what `ordinal_factor_analysis` refuses.
    """
    check_groups(groups, respondents)
    limits = cutoffs or UNCALIBRATED
    wanted = list(LEVELS)[: list(LEVELS).index(up_to) + 1]

    with single_threaded_blas():
        sample = ordinal_sample(
            frame,
            ordinal_items(model, n_groups=count_groups(groups)),
            groups=groups,
            missing=missing,
            empty_categories=empty_categories,
        )

    def fit(level: OrdinalLevel, own: Mapping[str, OrdinalLevel]) -> FittedOrdinalLevel:
        parameterization: Parameterization = "theta" if level == "residuals" else "delta"
        with single_threaded_blas():
            table = ordinal_table(
                model,
                sample.n_thresholds,
                n_groups=len(sample.groups),
                parameterization=parameterization,
                identification="wu_estabrook",
                std_lv=True,
                equal=LEVELS[level],
                release=[name for item, since in own.items() for name in _names(levels[0].result, item, since)],
            )
            result = fit_ordinal_sample(
                sample,
                table,
                estimator=estimator,
                parameterization=parameterization,
                identification="wu_estabrook",
            )
        return FittedOrdinalLevel(level=level, result=result, released=tuple(own))

    def compared(before: FittedOrdinalLevel, after: FittedOrdinalLevel) -> LevelComparison:
        return compare_ordinal_levels(before, after, limits, fit_version)

    levels: list[FittedOrdinalLevel] = []
    partial: list[FittedOrdinalLevel] = []
    comparisons: list[LevelComparison] = []
    partial_comparisons: list[LevelComparison] = []
    own: dict[str, OrdinalLevel] = {}
    current: FittedOrdinalLevel | None = None
    for level in wanted:
        one = fit(level, {})
        levels.append(one)
        if len(levels) == 1:
            current = one
            continue
        comparisons.append(compared(levels[-2], one))
        if not search_partial or current is None:
            continue
        tried = fit(level, own) if own else one
        verdict = compared(current, tried)
        while not verdict.accepted and level != "residuals":
            item = _most_misfitting(tried.result, level, own)
            if item is None:
                break
            own[item] = level
            tried = fit(level, own)
            verdict = compared(current, tried)
        current = tried if verdict.accepted else None
        if verdict.accepted and own:
            partial.append(tried)
            partial_comparisons.append(verdict)
    return ordinal_verdict(levels, partial, comparisons, partial_comparisons, limits, fit_version)


def _names(result: OrdinalCfaResult, item: str, since: OrdinalLevel) -> list[str]:
    """What is released with an item that differs from a level on."""
    rows = [row for row in result.model.table.parameters if row.group == 0]
    if since == "thresholds":
        return [row.name for row in rows if row.op == "|" and row.left == item]
    loadings = [row.name for row in rows if row.op == "=~" and row.right == item]
    return [*(loadings if since == "loadings" else ()), f"{item}~1"]


def _most_misfitting(result: OrdinalCfaResult, level: OrdinalLevel, own: Mapping[str, OrdinalLevel]) -> str | None:
    """The item whose equality at this level misfits most and whose release leaves its factors two tied items."""
    rows = [row for row in result.model.table.parameters if row.group == 0 and row.op == "=~"]
    factors_of = {item: [row.left for row in rows if row.right == item] for item in result.model.table.observed}
    tied = {
        factor: sum(factor in factors and item not in own for item, factors in factors_of.items())
        for factor in result.model.table.latent
    }
    for name in _misfit(result, level):
        if name not in own and all(tied[factor] > 2 for factor in factors_of[name]):
            return name
    return None


def _misfit(result: OrdinalCfaResult, level: OrdinalLevel) -> list[str]:
    """Items by the score tests of the equalities of a level, largest first; intercepts are zero rather than equal."""
    items = result.model.table.observed
    if level == "intercepts":
        tests = ordinal_intercept_tests(result)
        return list(dict.fromkeys(test.left for test in tests))
    operator = "|" if level == "thresholds" else "=~"
    tests = tuple(test for test in ordinal_equality_tests(result) if test.op == operator)
    names = [test.left if operator == "|" else test.right for test in tests]
    return list(dict.fromkeys(name for name in names if name in items))
