"""Rank correlations of ordered items: Spearman's rho and Kendall's tau-b, from contingency tables where possible.

For items with few categories both are functions of the pair's table: midranks come from its margins, concordant and
discordant pairs from its corner sums, so ties are exact and any number of respondents costs the same. Columns with more
than 64 different values are ranked respondent by respondent.

- Spearman's rho is Pearson's r of midranks (ranks within the pair's respondents). Interval: Fisher's z with variance
  (1 + r^2/2) / (n - 3), Bonett & Wright (2000); test: Student's t, as R's ``cor.test(exact = FALSE)``.
- Kendall's tau-b = (C - D) / sqrt((T - T_x)(T - T_y)). Test: normal, with the variance of C - D without association
  corrected for ties, as R's ``cor.test(exact = FALSE)``. Interval: Fisher's z with the delta-method standard error of
  Brown & Benedetti (1977) from a table, and .437 / (n - 4), Fieller, Hartley & Pearson (1957), without one.

References
----------
Spearman (1904), American Journal of Psychology 15, 72-101; Kendall (1945), Biometrika 33, 239-251; Bonett & Wright
(2000), Psychometrika 65, 23-28; Brown & Benedetti (1977), Journal of the American Statistical Association 72, 309-315;
Fieller, Hartley & Pearson (1957), Biometrika 44, 470-481.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.correlations.contingency import (
    MOST_CATEGORIES,
    PairwiseTables,
    TableKind,
    check_weights,
    coded_items,
    item_pairs,
    pairwise_tables,
)
from analysis.correlations.correlation_result import CorrelationResult, MissingRule, correlation_result
from analysis.correlations.rank_figures import (
    Figures,
    kendall_of_pair,
    kendall_of_tables,
    spearman_of_pair,
    spearman_of_tables,
)
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
__all__ = ["kendall_correlations", "spearman_correlations"]


def spearman_correlations(
    items: pd.DataFrame,
    *,
    reversed_items: Iterable[str] = (),
    missing: MissingRule = "pairwise",
    case_weights: ArrayLike | None = None,
    confidence: float = 0.95,
) -> CorrelationResult:
    """Spearman's rho of the columns of ``items``; ties share their mean rank.

    Parameters
    ----------
    items : (n, p) numbers, NaN where missing; only their order counts.
    reversed_items : columns whose order is turned round.
    missing : ``"pairwise"`` ranks within the respondents of each pair, ``"listwise"`` within those who answered all.
    case_weights : (n,) not negative; midranks and moments are then weighted, interval and test use Kish's effective n.
        For items of up to 64 different values only.

    Raises
    ------
    InsufficientDataError
        Fewer than two columns.
    SatixError
        Unknown items, bad weights or confidence, or case weights with more than 64 different values.
    """
    return _ranked(
        "spearman",
        items,
        spearman_of_tables,
        spearman_of_pair,
        reversed_items=reversed_items,
        missing=missing,
        case_weights=case_weights,
        confidence=confidence,
    )


def kendall_correlations(
    items: pd.DataFrame,
    *,
    reversed_items: Iterable[str] = (),
    missing: MissingRule = "pairwise",
    case_weights: ArrayLike | None = None,
    confidence: float = 0.95,
) -> CorrelationResult:
    """Kendall's tau-b of the columns of ``items``.

    Parameters and errors as in `spearman_correlations`. Under case weights a respondent counts as that many, and
    interval and test use the table scaled to Kish's effective n.
    """
    return _ranked(
        "kendall_tau_b",
        items,
        kendall_of_tables,
        kendall_of_pair,
        reversed_items=reversed_items,
        missing=missing,
        case_weights=case_weights,
        confidence=confidence,
    )


def _ranked(
    kind: Literal["spearman", "kendall_tau_b"],
    items: pd.DataFrame,
    of_tables: Callable[[Floats, Floats], Figures],
    of_pair: Callable[[Floats, Floats], Figures],
    *,
    reversed_items: Iterable[str],
    missing: MissingRule,
    case_weights: ArrayLike | None,
    confidence: float,
) -> CorrelationResult:
    p = items.shape[1]
    if p < 2:
        raise InsufficientDataError.of("analysis.correlation_items", needed=2, found=p)
    pairs = item_pairs(p)
    first, second = pairs.T
    complete = missing == "listwise"
    few = int(items.nunique().max()) <= MOST_CATEGORIES
    if few:
        coded = coded_items(items, reversed_items=reversed_items)
        names: tuple[str, ...] = coded.items
        levels = [max(level, 1) for level in coded.levels]
        tables = pairwise_tables(coded.codes, levels, case_weights=case_weights, complete=complete)
        counts, effective = _sizes(tables, pairs)
        figures = of_tables(tables.tables(pairs), effective[first, second])
        varies = (tables.margins() > 0).sum(axis=1) > 1
        n = tables.n_answered
    else:
        if case_weights is not None:
            check_weights(case_weights, len(items))
            raise SatixError.of("analysis.rank_weights", most=MOST_CATEGORIES)
        names, values = _signed_values(items, reversed_items)
        answered = ~np.isnan(values)
        used = answered.all(axis=1) if complete else answered.any(axis=1)
        values, answered = values[used], answered[used]
        both = [answered[:, j] & answered[:, k] for j, k in pairs]
        parts = [of_pair(values[rows, j], values[rows, k]) for rows, (j, k) in zip(both, pairs, strict=True)]
        r, error, p_value = (np.array([part[place] for part in parts], dtype=np.float64) for place in range(3))
        figures = (r, error, p_value)
        whole = answered.astype(np.float64)
        counts = effective = whole.T @ whole
        varies = np.array([len(np.unique(column[~np.isnan(column)])) > 1 for column in values.T])
        n = int(used.sum())

    def square(estimates: Floats) -> Floats:
        matrix = np.diag(np.where(varies, 1.0, np.nan))
        matrix[first, second] = matrix[second, first] = estimates
        return matrix

    with_table = few or kind == "spearman"
    names_of_interval = {"spearman": "bonett_wright", "kendall_tau_b": "brown_benedetti" if with_table else "fieller"}
    return correlation_result(
        kind=kind,
        items=names,
        correlations=square(figures[0]),
        fisher_errors=square(figures[1]),
        p_value=square(figures[2]),
        counts=counts,
        effective=effective,
        missing=missing,
        variances="pair",
        interval=names_of_interval[kind],
        test="student_t" if kind == "spearman" else "normal_tie_corrected",
        weighted=case_weights is not None,
        confidence=confidence,
        n=n,
        n_rows=len(items),
    )


def _sizes(tables: PairwiseTables, pairs: Integers) -> tuple[Floats, Floats]:
    """Respondents and Kish's effective n per pair, (p, p)."""
    first, second = pairs.T
    found = []
    kinds: tuple[TableKind, ...] = ("cases", "counts", "squared")
    for which in kinds:
        matrix = np.diag(tables.margins(which).sum(axis=1))
        matrix[first, second] = matrix[second, first] = tables.tables(pairs, which).sum(axis=(1, 2))
        found.append(matrix)
    cases, weights, squared = found
    return cases, np.divide(weights**2, squared, out=np.zeros_like(weights), where=squared > 0)


def _signed_values(items: pd.DataFrame, reversed_items: Iterable[str]) -> tuple[tuple[str, ...], Floats]:
    from analysis.reliability import oriented_items

    values, names, _ = oriented_items(items)
    for item in reversed_items:
        if str(item) not in names:
            raise SatixError.of("analysis.item_unknown", found=item, expected=", ".join(names))
        values[:, names.index(str(item))] *= -1
    return tuple(names), values
