"""Thresholds and polychoric correlations with their joint asymptotic covariance: the moments of ordinal factor models.

Each respondent i moves the estimates by w_i psi_i to first order: a threshold by (1[x <= t] - Phi(tau_t)) / (W
phi(tau_t)), a correlation as in `analysis.correlations.polychoric_likelihood.influence_parts`. The covariance of the
estimates is sum w_i^2 psi_i psi_i', and gamma is n times that. psi depends on the categories alone, so it is looked up
in a table per pair; an item not answered is one more category of these tables, which makes available cases exact.

References
----------
Muthen (1984), Psychometrika 49, 115-132; Joreskog (1994), Psychometrika 59, 381-389; Muthen, du Toit & Spisic (1997),
unpublished technical report (robust inference from this matrix).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.blocked_products import single_threaded_blas
from analysis.correlations.bivariate_normal import normal_cdf, normal_density
from analysis.correlations.contingency import (
    PairwiseTables,
    check_codes,
    check_weights,
    item_pairs,
    pairwise_tables,
)
from analysis.correlations.polychoric_likelihood import fit_tables, influence_parts, thresholds_of_margins
from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int16]
BLOCK = 1 << 20  # values of psi worked on at a time: 8 MB

__all__ = ["OrdinalMoments", "ordinal_moments"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrdinalMoments(TableDisplay):
    """Thresholds, polychoric correlations and gamma of p items.

    ``thresholds`` holds K_j - 1 values per item; ``correlations`` is (p, p). ``gamma`` (q, q) is n times the asymptotic
    covariance of all thresholds, item by item, followed by the correlations of the lower triangle row by row, (1, 0),
    (2, 0), (2, 1), ...: the order of `parameters`. ``n`` counts the respondents used (listwise: with every answer;
    pairwise: with any), ``n_effective`` is Kish's figure for them. ``categories`` tells per item which category
    positions occur; the others are merged away, and a finding says so. ``levels`` are the numbers of categories that
    remain.
    """

    items: tuple[str, ...]
    thresholds: tuple[Floats, ...]
    correlations: Floats
    gamma: Floats
    levels: tuple[int, ...]
    categories: tuple[tuple[int, ...], ...]
    n: int
    n_effective: float
    dropped: int
    missing: Literal["listwise", "pairwise"]
    converged: bool
    findings: tuple[Problem, ...]

    @property
    def n_thresholds(self) -> int:
        """How many rows of ``gamma`` belong to thresholds; the correlations follow."""
        return sum(self.levels) - len(self.levels)

    def moments(self) -> Floats:
        """Thresholds and correlations in the order of ``gamma``, (q,)."""
        return np.concatenate([*self.thresholds, self.correlations[np.tril_indices(len(self.items), -1)]])

    def std_errors(self) -> Floats:
        """Standard errors of `moments`, (q,)."""
        errors: Floats = np.sqrt(np.diagonal(self.gamma) / self.n)
        return errors

    def parameters(self) -> tuple[str, ...]:
        """Names in the order of ``gamma``: item|t1 for thresholds, first~~second for correlations."""
        cuts = [
            f"{item}|t{t + 1}" for item, tau in zip(self.items, self.thresholds, strict=True) for t in range(len(tau))
        ]
        return (*cuts, *(f"{self.items[j]}~~{self.items[k]}" for j, k in item_pairs(len(self.items))))

    def to_frame(self) -> pd.DataFrame:
        """One row per threshold and correlation: estimate, std_error, n."""
        import pandas as pd

        columns = {"estimate": self.moments(), "std_error": self.std_errors(), "n": self.n}
        return pd.DataFrame(columns, index=pd.Index(self.parameters(), name="parameter"))

    def summary(self) -> str:
        """Size of the problem in one line."""
        pairs = len(self.items) * (len(self.items) - 1) // 2
        return f"{self.n_thresholds} thresholds and {pairs} polychoric correlations ({self.missing}, n = {self.n})"


def ordinal_moments(
    codes: Codes,
    *,
    levels: Sequence[int] | None = None,
    items: Sequence[str] | None = None,
    case_weights: ArrayLike | None = None,
    missing: Literal["listwise", "pairwise"] = "listwise",
    empty_categories: Literal["merge", "refuse"] = "merge",
) -> OrdinalMoments:
    """Two-step thresholds and polychoric correlations, and n times their asymptotic covariance.

    Parameters
    ----------
    codes : (p, n) int16, category positions 1..K, negative where missing (`CodedItems.codes`).
    levels : K per item; by default the highest position found.
    items : names of the items; by default their numbers from 1.
    case_weights : (n,) not negative. Estimates and covariance are those of the weighted respondents.
    missing : ``"listwise"`` uses respondents with every answer; ``"pairwise"`` takes thresholds from all answers to an
        item and correlations from all answers to a pair.
    empty_categories : what to do with a position nobody chose: ``"merge"`` takes it out, ``"refuse"`` raises (groups
        that are to be compared need the same categories).

    Raises
    ------
    InsufficientDataError
        Fewer than two items, an item with a single category, a pair nobody answered, a perfect correlation, or (with
        ``"refuse"``) an empty category.
    SatixError
        Illegal codes or weights.
    """
    codes = np.asarray(codes)
    p, n = codes.shape
    names = tuple(str(item) for item in (items if items is not None else range(1, p + 1)))
    highest = tuple(int(level) for level in (levels if levels is not None else codes.max(axis=1, initial=1)))
    check_codes(codes, highest)
    if p < 2:
        raise InsufficientDataError.of("analysis.correlation_items", needed=2, found=p)
    declared = pairwise_tables(codes, highest, case_weights=case_weights, complete=missing == "listwise")
    used = declared.used()
    findings = _empty_categories(names, used, refuse=empty_categories == "refuse")
    tables = declared.without_empty_categories()
    _check_items(names, tables)
    positions = _renumbered(codes, used)
    pairs = item_pairs(p)
    margins = tables.margins()
    tau = thresholds_of_margins(margins)
    frequencies = tables.tables(pairs)
    first, second = pairs.T
    unanswered = np.flatnonzero(frequencies.sum(axis=(1, 2)) == 0)
    if len(unanswered):
        j, k = pairs[unanswered[0]]
        raise InsufficientDataError.of("analysis.item_pairs_unanswered", first=names[j], second=names[k])
    with single_threaded_blas():
        fit = fit_tables(frequencies, tau[first], tau[second])
        if fit.boundary.any():
            j, k = pairs[np.flatnonzero(fit.boundary)[0]]
            raise InsufficientDataError.of("analysis.perfect_correlation", first=names[j], second=names[k])
        parts = influence_parts(frequencies, tau[first], tau[second], fit.rho, margins[first], margins[second])
        width = margins.shape[1] + 1
        lookup = np.zeros((len(pairs), width, width))
        lookup[:, 1:, 1:] = parts.own + parts.rows[:, :, None] + parts.columns[:, None, :]
        lookup[:, 1:, 0] = parts.rows
        lookup[:, 0, 1:] = parts.columns
        weights = None if case_weights is None else check_weights(case_weights, n)
        used_rows = _used_rows(positions, weights, complete=missing == "listwise")
        cuts = _threshold_lookup(tau, margins, tables.levels)
        squared = _cross_products(positions, used_rows, weights, cuts, lookup, pairs)
    size = len(used_rows)
    correlations = np.eye(p)
    correlations[first, second] = correlations[second, first] = fit.rho
    return OrdinalMoments(
        items=names,
        thresholds=tuple(row[: level - 1].copy() for row, level in zip(tau, tables.levels, strict=True)),
        correlations=correlations,
        gamma=size * squared,
        levels=tables.levels,
        categories=tuple(tuple(int(place) + 1 for place in np.flatnonzero(occurs)) for occurs in used),
        n=size,
        n_effective=float(size if weights is None else weights[used_rows].sum() ** 2 / (weights[used_rows] ** 2).sum()),
        dropped=n - size,
        missing=missing,
        converged=bool(fit.converged.all()),
        findings=findings,
    )


def _empty_categories(names: Sequence[str], used: Sequence[NDArray[np.bool_]], *, refuse: bool) -> tuple[Problem, ...]:
    """A finding for every item with positions nobody chose; an item nobody answered is another matter."""
    problems = []
    for name, occurs in zip(names, used, strict=True):
        if occurs.any() and not occurs.all():
            found = ", ".join(str(place + 1) for place in np.flatnonzero(~occurs))
            code = "analysis.empty_category_refused" if refuse else "analysis.empty_category_merged"
            problems.append(
                Problem(code=code, fields={"item": name, "found": found}, severity="error" if refuse else "note")
            )
    if refuse and problems:
        raise InsufficientDataError(problems)
    return tuple(problems)


def _check_items(names: Sequence[str], tables: PairwiseTables) -> None:
    if tables.n_answered < 2:
        raise InsufficientDataError.of("analysis.too_few_respondents", what="codes", found=tables.n_answered, needed=2)
    for name, level in zip(names, tables.levels, strict=True):
        if level < 2:
            raise InsufficientDataError.of("analysis.item_without_variance", item=name)


def _renumbered(codes: Codes, used: Sequence[NDArray[np.bool_]]) -> Integers:
    """Positions among the categories that occur; 0 where missing."""
    result = np.zeros(codes.shape, dtype=np.int64)
    for item, occurs in enumerate(used):
        table = np.concatenate([[0], np.cumsum(occurs)])
        result[item] = table[np.maximum(codes[item], 0)]
    return result


def _used_rows(codes: Integers, weights: Floats | None, *, complete: bool) -> Integers:
    answered = codes > 0
    keep = answered.all(axis=0) if complete else answered.any(axis=0)
    if weights is not None:
        keep &= weights > 0
    return np.flatnonzero(keep)


def _threshold_lookup(tau: Floats, margins: Floats, levels: Sequence[int]) -> list[Floats]:
    """Per item (K_j - 1, K + 1): what an answer in each category (0: none) adds to each threshold."""
    tables = []
    for row, frequencies, level in zip(tau, margins, levels, strict=True):
        cuts = row[: level - 1]
        table = np.zeros((level - 1, len(row) + 2))
        below = np.arange(len(row) + 1) <= np.arange(level - 1)[:, None]
        table[:, 1:] = (below - normal_cdf(cuts)[:, None]) / (frequencies.sum() * normal_density(cuts)[:, None])
        tables.append(table)
    return tables


def _cross_products(
    codes: Integers, rows: Integers, weights: Floats | None, cuts: Sequence[Floats], lookup: Floats, pairs: Integers
) -> Floats:
    """sum w_i^2 psi_i psi_i' over the respondents used."""
    width = lookup.shape[2]
    flat = lookup.reshape(len(pairs), -1)
    n_cuts = sum(len(table) for table in cuts)
    size = n_cuts + len(pairs)
    step = max(256, BLOCK // max(size, 1))
    total = np.zeros((size, size))
    psi = np.empty((size, min(step, len(rows))))
    for start in range(0, len(rows), step):
        chosen = rows[start : start + step]
        block = codes[:, chosen]
        part = psi[:, : len(chosen)]
        place = 0
        for item, table in enumerate(cuts):
            part[place : place + len(table)] = table[:, block[item]]
            place += len(table)
        wide = block * width
        for pair, (j, k) in enumerate(pairs):
            np.take(flat[pair], wide[j] + block[k], out=part[n_cuts + pair])
        if weights is not None:
            part *= weights[chosen]
        total += part @ part.T
    return total
