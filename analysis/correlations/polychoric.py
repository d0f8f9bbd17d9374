"""Polychoric and tetrachoric correlations of ordered items: two-step, from contingency tables, all pairs at once.

The model, its likelihood and sources are in `analysis.correlations.polychoric_likelihood`; the full covariance of all
estimates, for ordinal factor models, in `analysis.correlations.asymptotic_covariance`.

Cells without respondents (``empty_cells``):

- ``"keep_margins"``: in a 2 x 2 table with one empty cell, this and the opposite cell gain half a respondent and the
  other two lose half, so that the margins stay (lavaan's rule); larger tables are left as they are;
- ``"half"``: every empty cell of categories that occur counts one half, thresholds stay (Brown & Benedetti 1977);
- ``"none"``: tables as observed (psych's ``correct = 0``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.blocked_products import single_threaded_blas
from analysis.correlations.contingency import PairwiseTables, coded_items, item_pairs, pairwise_tables
from analysis.correlations.polychoric_inference import (
    filled_tables,
    fisher_interval,
    normality_test,
    threshold_errors,
    two_step_errors,
)
from analysis.correlations.polychoric_likelihood import fit_tables, thresholds_of_margins
from analysis.correlations.polychoric_result import EmptyCells, PolychoricResult
from analysis.correlations.smoothing import SmoothedMatrix, SmoothingMethod, smooth_correlations
from survey.errors import InsufficientDataError, Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

__all__ = ["EmptyCells", "PolychoricResult", "polychoric", "polychoric_from_tables", "tetrachoric"]


def polychoric(
    items: pd.DataFrame,
    *,
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    missing: Literal["listwise", "pairwise"] = "pairwise",
    case_weights: ArrayLike | None = None,
    empty_cells: EmptyCells = "keep_margins",
    smoothing: SmoothingMethod | None = "eigenvalues",
    confidence: float = 0.95,
) -> PolychoricResult:
    """Polychoric correlations of the columns of ``items``.

    Parameters
    ----------
    items : (n, p) ordered answers as numbers, NaN where missing. The values that occur are the categories (64 at most).
    reversed_items, scale : as in `analysis.correlations.contingency.coded_items`.
    missing : ``"pairwise"`` uses every answer to an item for its thresholds and every answer to a pair for its
        correlation; ``"listwise"`` only respondents who answered all items.
    case_weights : (n,) not negative; standard errors are then those of the weighted respondents.
    empty_cells : see the module.
    smoothing : what to do with a matrix that is not positive definite; None leaves it.

    Raises
    ------
    InsufficientDataError
        Fewer than two items, or no respondent to use.
    SatixError
        Unknown items, values outside the scale, too many categories, bad weights or confidence.
    """
    coded = coded_items(items, reversed_items=reversed_items, scale=scale)
    _check_size(len(coded.items))
    tables = pairwise_tables(coded.codes, coded.levels, case_weights=case_weights, complete=missing == "listwise")
    return polychoric_from_tables(
        tables,
        items=coded.items,
        categories=coded.categories,
        empty_cells=empty_cells,
        smoothing=smoothing,
        confidence=confidence,
        weighted=case_weights is not None,
    )


def tetrachoric(
    items: pd.DataFrame,
    *,
    reversed_items: Iterable[str] = (),
    missing: Literal["listwise", "pairwise"] = "pairwise",
    case_weights: ArrayLike | None = None,
    empty_cells: EmptyCells = "keep_margins",
    smoothing: SmoothingMethod | None = "eigenvalues",
    confidence: float = 0.95,
) -> PolychoricResult:
    """Polychoric correlations of items with two answers each; a column with more raises.

    Parameters as in `polychoric`.
    """
    for name, column in items.items():
        found = int(column.nunique())
        if found > 2:
            raise SatixError.of("analysis.tetrachoric_categories", item=str(name), found=found)
    return polychoric(
        items,
        reversed_items=reversed_items,
        missing=missing,
        case_weights=case_weights,
        empty_cells=empty_cells,
        smoothing=smoothing,
        confidence=confidence,
    )


def polychoric_from_tables(
    tables: PairwiseTables,
    *,
    items: Sequence[str] | None = None,
    categories: Sequence[Sequence[float]] | None = None,
    empty_cells: EmptyCells = "keep_margins",
    smoothing: SmoothingMethod | None = "eigenvalues",
    confidence: float = 0.95,
    weighted: bool | None = None,
) -> PolychoricResult:
    """Polychoric correlations from `pairwise_tables` of coded answers.

    ``items`` and ``categories`` are the names of the items and of their positions (by default numbers from 1);
    ``weighted`` says whether the tables hold case weights (by default: whether their entries differ from the cases).
    """
    if not 0 < confidence < 1:
        raise SatixError.of("analysis.confidence_out_of_range", found=confidence)
    p = len(tables.levels)
    _check_size(p)
    if not tables.n_answered:
        raise InsufficientDataError.of("analysis.too_few_respondents", what="items", found=0, needed=2)
    names = tuple(str(item) for item in (items if items is not None else range(1, p + 1)))
    values = categories if categories is not None else [range(1, level + 1) for level in tables.levels]
    used = tables.used()
    values = tuple(
        tuple(float(value) for value, occurs in zip(own, mask, strict=True) if occurs)
        for own, mask in zip(values, used, strict=True)
    )
    tables = tables.without_empty_categories()
    weighted = bool((tables.counts != tables.cases).any()) if weighted is None else weighted
    pairs = item_pairs(p)
    margins = tables.margins()
    tau = thresholds_of_margins(margins)
    frequencies = tables.tables(pairs)
    varies = np.array(tables.levels) > 1
    usable = varies[pairs].all(axis=1) & (frequencies.sum(axis=(1, 2)) > 0)
    chosen = pairs[usable]
    first, second = chosen.T
    filled = filled_tables(frequencies[usable], np.array(tables.levels)[chosen], empty_cells)
    with single_threaded_blas():
        fit = fit_tables(filled, tau[first], tau[second])
        errors = two_step_errors(tables, chosen, filled, tau, fit)
    errors_fixed = np.full(len(chosen), np.nan) if weighted else 1 / np.sqrt(fit.information)
    lower, upper = fisher_interval(fit.rho, errors, confidence)
    chi2, df, p_value = normality_test(frequencies[usable], fit, np.array(tables.levels)[chosen], weighted=weighted)

    def square(estimates: Floats, diagonal: float | Floats) -> Floats:
        matrix = np.full((p, p), np.nan)
        np.fill_diagonal(matrix, diagonal)
        matrix[first, second] = matrix[second, first] = estimates
        return matrix

    correlations = square(fit.rho, np.where(varies, 1.0, np.nan))
    counts = tables.tables(pairs, "cases").sum(axis=(1, 2))
    n_pairs = np.diag(tables.margins("cases").sum(axis=1))
    n_pairs[pairs[:, 0], pairs[:, 1]] = n_pairs[pairs[:, 1], pairs[:, 0]] = counts
    smoothed = _smoothed(correlations, smoothing)
    return PolychoricResult(
        items=names,
        categories=values,
        correlations=correlations,
        std_errors=square(errors, 0.0),
        std_errors_fixed=square(errors_fixed, 0.0),
        lower=square(lower, 1.0),
        upper=square(upper, 1.0),
        counts=n_pairs,
        chi2=square(chi2, np.nan),
        df=square(df, np.nan),
        p_value=square(p_value, np.nan),
        thresholds=tuple(row[: max(level - 1, 0)] for row, level in zip(tau, tables.levels, strict=True)),
        threshold_std_errors=threshold_errors(tables, tau),
        smoothing=smoothed,
        missing="listwise" if tables.complete else "pairwise",
        empty_cells=empty_cells,
        weighted=weighted,
        confidence=confidence,
        n=tables.n_answered,
        n_effective=_n_effective(tables),
        dropped=tables.n_rows - tables.n_answered,
        iterations=fit.iterations,
        converged=bool(fit.converged.all()),
        findings=_findings(names, varies, pairs[~usable & varies[pairs].all(axis=1)], chosen[fit.boundary], smoothed),
    )


def _check_size(p: int) -> None:
    if p < 2:
        raise InsufficientDataError.of("analysis.correlation_items", needed=2, found=p)


def _n_effective(tables: PairwiseTables) -> float:
    """Kish's figure of the item with most answers."""
    weights, squared = tables.margins().sum(axis=1), tables.margins("squared").sum(axis=1)
    return float(np.max(np.divide(weights**2, squared, out=np.zeros_like(weights), where=squared > 0)))


def _smoothed(correlations: Floats, method: SmoothingMethod | None) -> SmoothedMatrix | None:
    if method is None or not np.isfinite(correlations).all():
        return None
    return smooth_correlations(correlations, method=method)


def _findings(
    names: Sequence[str],
    varies: NDArray[np.bool_],
    unanswered: Integers,
    perfect: Integers,
    smoothed: SmoothedMatrix | None,
) -> tuple[Problem, ...]:
    findings = [
        Problem(code="analysis.item_without_variance", fields={"item": names[item]}, severity="warning")
        for item in np.flatnonzero(~varies).tolist()
    ]
    for code, found in (("item_pairs_unanswered", unanswered), ("perfect_correlation", perfect)):
        findings += [
            Problem(code=f"analysis.{code}", fields={"first": names[k], "second": names[j]}, severity="warning")
            for j, k in found
        ]
    if smoothed is not None and smoothed.changed:
        fields = {"lowest": f"{smoothed.smallest_eigenvalue_before:.3g}", "change": f"{smoothed.largest_change:.3g}"}
        findings.append(Problem(code="analysis.correlations_smoothed", fields=fields, severity="warning"))
    return tuple(findings)
