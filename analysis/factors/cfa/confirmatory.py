"""Confirmatory factor analysis of continuous items: maximum likelihood, robust, and from incomplete answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.blocked_products import single_threaded_blas
from analysis.factors.cfa.fit_ml import Estimator, Information, Likelihood, fit_sample
from analysis.factors.cfa.parameters import EqualPart, ParameterTable, parameter_table
from analysis.factors.cfa.result import CfaResult
from analysis.factors.cfa.sample import MissingRule, sample_from_frame, sample_from_moments
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["confirmatory_factor_analysis", "factor_analysis_of_moments"]


def confirmatory_factor_analysis(
    frame: pd.DataFrame,
    model: str | Mapping[str, Sequence[str]],
    *,
    estimator: Estimator = "ML",
    missing: MissingRule = "listwise",
    groups: ArrayLike | None = None,
    equal: Collection[EqualPart] = (),
    release: Collection[str] = (),
    std_lv: bool = False,
    orthogonal: bool = False,
    mean_structure: bool | None = None,
    information: Information | None = None,
    likelihood: Likelihood = "normal",
    confidence: float = 0.95,
) -> CfaResult:
    """Fit a model to answers.

    Parameters
    ----------
    frame : one row per respondent, one column per item, NaN where missing.
    model : text (see `analysis.factors.cfa.syntax`), or the items of each construct.
    estimator : ``"ML"``; ``"MLR"``, ML estimates with sandwich standard errors and the Yuan-Bentler chi-square;
        ``"MLM"``, complete answers only, with Satorra-Bentler standard errors and chi-square.
    missing : ``"listwise"``, or ``"ml"`` for full information from incomplete answers.
    groups : (n,) label per respondent for a model of several groups, in the order they appear.
    equal, release : what is equal over groups, and parameters exempt from it; see `parameter_table`.
    std_lv : latent variables have variance one instead of a marker item.
    mean_structure : whether means are modelled; by default with groups, incomplete answers, or ``~ 1`` in the text.
    information : kind of information behind ML's standard errors; default ``"expected"`` for complete and
        ``"observed"`` for incomplete answers and MLR.
    likelihood : ``"normal"`` (chi-square n F, covariances divided by n) or ``"wishart"`` ((n - 1) F, n - 1).

    Raises
    ------
    InsufficientDataError
        A text that cannot be read, more parameters than moments, data no model can be fitted to, options that
        contradict one another.
    """
    n_groups, labels = _grouping(groups)
    table = _table(model, n_groups, missing, equal, release, std_lv, orthogonal, mean_structure)
    with single_threaded_blas():
        sample = sample_from_frame(frame, table.observed, groups=labels, missing=missing)
    if len(sample.groups) != n_groups:
        table = _table(model, len(sample.groups), missing, equal, release, std_lv, orthogonal, mean_structure)
    return fit_sample(
        sample,
        table,
        estimator=estimator,
        information=information,
        likelihood=likelihood,
        confidence=confidence,
    )


def factor_analysis_of_moments(
    covariance: ArrayLike,
    n: int | Sequence[int],
    items: Sequence[str],
    model: str | Mapping[str, Sequence[str]],
    *,
    means: ArrayLike | None = None,
    divisor: Literal["n_minus_1", "n"] = "n_minus_1",
    equal: Collection[EqualPart] = (),
    release: Collection[str] = (),
    std_lv: bool = False,
    orthogonal: bool = False,
    likelihood: Likelihood = "normal",
    confidence: float = 0.95,
) -> CfaResult:
    """ML from moments alone.

    Parameters
    ----------
    covariance : (p, p), or (groups, p, p); correlations will do where the model holds for any scale of the items.
    n : respondents, or those of each group.
    items : names of the rows; the model may use some of them.
    means : (p,), or (groups, p); with them the model has a mean structure.
    divisor : what the covariances were divided by.

    Raises as `confirmatory_factor_analysis`.
    """
    sizes = [int(size) for size in np.atleast_1d(np.asarray(n))]
    matrices = np.asarray(covariance, dtype=np.float64).reshape(len(sizes), len(items), len(items))
    averages = None if means is None else np.asarray(means, dtype=np.float64).reshape(len(sizes), len(items))
    table = _table(model, len(sizes), "listwise", equal, release, std_lv, orthogonal, averages is not None)
    absent = [name for name in table.observed if name not in items]
    if absent:
        raise InsufficientDataError.of("analysis.cfa_columns_unknown", found=", ".join(absent))
    places = [list(items).index(name) for name in table.observed]
    sample = sample_from_moments(
        [matrix[np.ix_(places, places)] for matrix in matrices],
        sizes,
        table.observed,
        means=None if averages is None else [mean[places] for mean in averages],
        divisor=divisor,
    )
    return fit_sample(sample, table, likelihood=likelihood, confidence=confidence)


def _grouping(groups: ArrayLike | None) -> tuple[int, ArrayLike | None]:
    import pandas as pd

    if groups is None:
        return 1, None
    labels = np.asarray(groups)
    return int(pd.Series(labels).dropna().nunique()), labels


def _table(
    model: str | Mapping[str, Sequence[str]],
    n_groups: int,
    missing: MissingRule,
    equal: Collection[EqualPart],
    release: Collection[str],
    std_lv: bool,
    orthogonal: bool,
    mean_structure: bool | None,
) -> ParameterTable:
    def built(means: bool) -> ParameterTable:
        return parameter_table(
            model,
            n_groups=n_groups,
            mean_structure=means,
            std_lv=std_lv,
            orthogonal=orthogonal,
            equal=equal,
            release=release,
        )

    means = mean_structure
    if means is None:
        means = n_groups > 1 or missing == "ml" or bool({"intercepts", "means"} & set(equal))
    table = built(means)
    if not table.mean_structure and any(row.op == "~1" for row in table.parameters):
        table = built(True)
    if any(row.op == "|" for row in table.parameters):
        raise InsufficientDataError.of("analysis.cfa_thresholds_continuous")
    return table
