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
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.alpha_moments import alpha_from_moments
from analysis.alpha_replicates import alpha_replicates
from analysis.alpha_result import AlphaByGroupResult, AlphaResult, ItemReliability
from analysis.moments import from_values
from survey.errors import InsufficientDataError, Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

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

    Raises
    ------
    InsufficientDataError
        Fewer than two items or usable respondents, a pair nobody answered, or no variance at all.
    SatixError
        Unknown items, scores outside the scale, reversal without a scale, bad weights.
    """
    values, names, turned = oriented_items(items, reversed_items=reversed_items, scale=scale)
    k = len(names)
    moments = from_values(
        values, case_weights=case_weights, complete=missing == "listwise", row_means=[range(k)] if k else ()
    )
    draws = None
    if case_weights is not None and moments.is_weighted().any():
        weights = np.asarray(case_weights, dtype=np.float64)
        rng = np.random.default_rng(seed)
        draws = alpha_replicates(values, weights, missing=missing, replicates=replicates, rng=rng)
    return alpha_from_moments(
        moments, range(k), items=names, reversed_items=turned, confidence=confidence, replicate_alphas=draws
    )


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
    names = [str(column) for column in items.columns]
    values = items.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    turned = tuple(str(item) for item in reversed_items)
    for item in turned:
        if item not in names:
            raise SatixError.of("analysis.item_unknown", found=item, expected=", ".join(names))
    if turned and scale is None:
        raise SatixError.of("analysis.reversal_needs_scale", found=", ".join(turned))
    if scale is not None:
        lowest, highest = scale
        outside = (values < lowest) | (values > highest)
        if outside.any():
            raise SatixError.of(
                "analysis.score_outside_scale",
                found=int(outside.sum()),
                lowest=f"{lowest:g}",
                highest=f"{highest:g}",
                first=f"{values[outside][0]:g}",
            )
        columns = [names.index(item) for item in turned]
        values[:, columns] = lowest + highest - values[:, columns]
    return values, names, turned
