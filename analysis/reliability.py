"""Cronbach's alpha with its companions: standardised alpha, lambda 6, item statistics, intervals.

With C the covariance matrix of k items, R its correlations (C rescaled by its own diagonal):
raw alpha = k/(k-1) (1 - tr C / sum C), standardised alpha the same on R, lambda 6 = 1 - sum(1 - smc_j) / sum R with
the squared multiple correlation smc_j = 1 - 1/(R^-1)_jj, signal to noise = k r / (1 - r) with r the mean correlation.

Alpha supposes a reflective block: items that are effects of one construct. For a formative block (a sum of causes,
such as parts of a cost) it says nothing; the caller decides which blocks are asked for.

References
----------
Cronbach (1951), Psychometrika 16, 297-334; Guttman (1945), Psychometrika 10, 255-282; Feldt, Woodruff & Salih
(1987), Applied Psychological Measurement 11, 93-103; Duhachek & Iacobucci (2004), Journal of Applied Psychology
89, 792-808; Revelle & Zinbarg (2009), Psychometrika 74, 145-154 (r_cor, r_drop, std_r).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.alpha_moments import alpha_from_moments
from analysis.alpha_replicates import ReplicateMethod, alpha_replicates, design_alpha_replicates
from analysis.alpha_result import AlphaByGroupResult, AlphaResult, ItemReliability
from analysis.moments import FIRST_ROWS, Moments, from_values
from survey.errors import InsufficientDataError, Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

    from analysis.survey_design import SurveyDesign

Floats = NDArray[np.float64]
MissingRule = Literal["pairwise", "listwise"]

__all__ = [
    "AlphaByGroupResult",
    "AlphaResult",
    "ItemReliability",
    "alpha_from_moments",
    "cronbach_alpha",
    "cronbach_alpha_by_group",
    "oriented_items",
]


def cronbach_alpha(
    items: pd.DataFrame,
    *,
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    missing: MissingRule = "pairwise",
    case_weights: ArrayLike | None = None,
    confidence: float = 0.95,
    replicates: int = 1000,
    seed: int = 20240501,
    design: SurveyDesign | None = None,
    replicate_method: ReplicateMethod = "bootstrap",
) -> AlphaResult:
    """Cronbach's alpha of the columns of ``items``, with item statistics and intervals.

    Parameters
    ----------
    items : (n, k) scores, one column per item; NaN where missing. At least two items.
    reversed_items : columns to turn round, x -> lowest + highest - x, before anything else.
    scale : declared ends (lowest, highest) of the items; needed for reversal, and checked when given.
    missing : ``"pairwise"`` uses every pair of answers (n counts respondents with any answer), ``"listwise"``
        only respondents who answered all items.
    case_weights : (n,) weights of the respondents. Feldt's and Duhachek's intervals do not hold under them and
        are NaN; the interval is then the percentile interval of a bootstrap of the weighted respondents.
    replicates, seed : size and random seed of that bootstrap.
    design : the sampling design in place of ``case_weights``. The interval then comes from replicates of its primary
        sampling units, ``"bootstrap"`` (percentile) or ``"jackknife"`` (t with units minus strata degrees of freedom).

    Raises
    ------
    InsufficientDataError
        Fewer than two items or usable respondents, a pair nobody answered, or no variance at all.
    SatixError
        Unknown items, scores outside the scale, reversal without a scale, bad weights.
    """
    values, names, turned = _item_scores(items, reversed_items=reversed_items, scale=scale)
    k = len(names)
    if design is not None:
        if case_weights is not None:
            raise SatixError.of("analysis.weights_twice")
        if len(design) != len(values):
            raise SatixError.of(
                "analysis.design_lengths_differ", what="design", found=len(design), expected=len(values)
            )
        case_weights = design.case_weights
    moments = _block_moments(values, missing=missing, case_weights=case_weights)
    draws = None
    if design is None and case_weights is not None and moments.is_weighted().any():
        scores, weights = values.astype(np.float64), np.asarray(case_weights, dtype=np.float64)
        rng = np.random.default_rng(seed)
        draws = alpha_replicates(scores, weights, missing=missing, replicates=replicates, rng=rng)
    result = alpha_from_moments(
        moments, range(k), items=names, reversed_items=turned, confidence=confidence, replicate_alphas=draws
    )
    result = replace(result, missing=missing)
    if design is None:
        return result
    draws, factor = design_alpha_replicates(
        values.astype(np.float64),
        design,
        missing=missing,
        method=replicate_method,
        replicates=replicates,
        rng=np.random.default_rng(seed),
    )
    return _under_design(result, design, draws, factor, replicate_method)


def _under_design(
    result: AlphaResult, design: SurveyDesign, draws: Floats, factor: Floats, method: ReplicateMethod
) -> AlphaResult:
    """The result with the interval of the design's replicates in place of the others."""
    from scipy.special import stdtrit

    finite = np.isfinite(draws)
    lower = upper = std_error = np.nan
    if finite.sum() > 1:
        std_error = float(np.sqrt((factor[finite] * (draws[finite] - result.raw_alpha) ** 2).sum()))
        tails = [(1 - result.confidence) / 2, (1 + result.confidence) / 2]
        if method == "bootstrap":
            lower, upper = (float(q) for q in np.quantile(draws[finite], tails))
        else:
            units = design.sampling_units()
            half = float(stdtrit(int(units.present.sum()) - len(units.present), tails[1])) * std_error
            lower, upper = result.raw_alpha - half, result.raw_alpha + half
    interval = {"bootstrap": "design_bootstrap_percentile", "jackknife": "design_jackknife_t"}[method]
    items = tuple(replace(item, ase_if_deleted=np.nan) for item in result.items)
    note = Problem(code="analysis.alpha_interval_design", fields={"replicates": int(finite.sum())}, severity="note")
    return replace(
        result,
        std_error=std_error,
        lower=lower,
        upper=upper,
        interval=interval if finite.sum() > 1 else "undefined",
        items=items,
        findings=(*result.findings, note),
        feldt_lower=np.nan,
        feldt_upper=np.nan,
        duhachek_lower=np.nan,
        duhachek_upper=np.nan,
        ase_duhachek=np.nan,
    )


def _block_moments(values: NDArray[Any], *, missing: MissingRule, case_weights: ArrayLike | None) -> Moments:
    """Moments of a block; where every item is answered they need no row means: the covariances tell all.

    On one thread: a second processor saves less time than it takes.
    """
    k = values.shape[1]
    first = values[:FIRST_ROWS]
    if missing == "pairwise" and first.dtype.kind == "f" and np.isnan(first).any():
        return from_values(values, case_weights=case_weights, row_means=[range(k)] if k else ())
    moments = from_values(values, case_weights=case_weights, complete=missing == "listwise", threads=1)
    if missing == "listwise" or (k and moments.counts.min() == moments.counts.max()):
        return replace(moments, complete=True)
    return from_values(values, case_weights=case_weights, row_means=[range(k)] if k else ())


def cronbach_alpha_by_group(
    items: pd.DataFrame,
    groups: ArrayLike,
    *,
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    missing: MissingRule = "pairwise",
    case_weights: ArrayLike | None = None,
    confidence: float = 0.95,
    replicates: int = 1000,
    seed: int = 20240501,
) -> AlphaByGroupResult:
    """`cronbach_alpha` within each group of respondents, in one pass over the data.

    ``groups`` (n,) holds a label per respondent; a missing label leaves the respondent out. A group in which alpha
    is undefined is listed with the reason instead of stopping the others.
    """
    import pandas as pd

    values, names, turned = oriented_items(items, reversed_items=reversed_items, scale=scale)
    k = len(names)
    codes, labels = pd.factorize(np.asarray(groups), sort=True)
    inside = codes >= 0
    weights = None if case_weights is None else np.asarray(case_weights, dtype=np.float64)
    moments = from_values(
        values[inside],
        groups=codes[inside],
        n_groups=len(labels),
        case_weights=None if weights is None else weights[inside],
        complete=missing == "listwise",
        row_means=[range(k)] if k else (),
    )
    results: dict[str, AlphaResult] = {}
    undefined: dict[str, Problem] = {}
    for group, label in enumerate(labels):
        try:
            draws = None
            if weights is not None and moments.is_weighted()[group].any():
                rows = codes == group
                rng = np.random.default_rng([seed, group])
                draws = alpha_replicates(values[rows], weights[rows], missing=missing, replicates=replicates, rng=rng)
            results[str(label)] = alpha_from_moments(
                moments,
                range(k),
                group=group,
                items=names,
                reversed_items=turned,
                confidence=confidence,
                replicate_alphas=draws,
            )
        except InsufficientDataError as error:
            undefined[str(label)] = error.problems[0]
    return AlphaByGroupResult(groups=results, undefined=undefined, n_without_group=int((~inside).sum()))


def oriented_items(
    items: pd.DataFrame, *, reversed_items: Iterable[str] = (), scale: tuple[float, float] | None = None
) -> tuple[Floats, list[str], tuple[str, ...]]:
    """Item scores (n, k) with reversed items turned round, the item names, and which were turned."""
    values, names, turned = _item_scores(items, reversed_items=reversed_items, scale=scale)
    return values.astype(np.float64), names, turned


def _item_scores(
    items: pd.DataFrame, *, reversed_items: Iterable[str], scale: tuple[float, float] | None
) -> tuple[NDArray[Any], list[str], tuple[str, ...]]:
    """As `oriented_items`, in the type the columns have: a million respondents are not copied to be read."""
    names = [str(column) for column in items.columns]
    values = items.to_numpy()
    if values.dtype.kind not in "biuf":
        values = items.to_numpy(dtype=np.float64, na_value=np.nan)
    turned = tuple(str(item) for item in reversed_items)
    for item in turned:
        if item not in names:
            raise SatixError.of("analysis.item_unknown", found=item, expected=", ".join(names))
    if turned and scale is None:
        raise SatixError.of("analysis.reversal_needs_scale", found=", ".join(turned))
    if scale is not None:
        lowest, highest = scale
        if values.size and (np.fmin.reduce(values, axis=None) < lowest or np.fmax.reduce(values, axis=None) > highest):
            outside = (values < lowest) | (values > highest)
            raise SatixError.of(
                "analysis.score_outside_scale",
                found=int(outside.sum()),
                lowest=f"{lowest:g}",
                highest=f"{highest:g}",
                first=f"{values[outside][0]:g}",
            )
        if turned:
            columns = [names.index(item) for item in turned]
            values = values.astype(np.float64)
            values[:, columns] = lowest + highest - values[:, columns]
    return values, names, turned
