"""Fleiss' kappa of several raters, by category too, with Randolph's free-marginal kappa.

With n_ic of m ratings of object i in category c and p_c the share of c: P_i = (sum_c n_ic^2 - m) / (m (m - 1)),
P_e = sum_c p_c^2, kappa = (mean P_i - P_e) / (1 - P_e); Randolph takes P_e = 1/k.

The standard error is Gwet's linearisation over objects, sqrt(sum (kappa_i - kappa)^2 / (n (n - 1))) with
kappa_i = (P_i - P_e)/(1 - P_e) - 2 (1 - kappa) (sum_c p_c n_ic / m - P_e)/(1 - P_e); ``std_error_null`` is that of
Fleiss, Nee and Landis for no agreement beyond chance, and only for testing.

References
----------
Fleiss (1971), Psychological Bulletin 76, 378-382; Fleiss, Nee & Landis (1979), Psychological Bulletin 86, 974-977;
Gwet (2021), Psychometrika 86, 547-577 (variance); Randolph (2005), Joensuu Learning and Instruction Symposium.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erfc, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FleissResult", "fleiss_kappa", "rating_counts"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FleissResult(TableDisplay):
    """Agreement of ``raters`` ratings of each of ``n`` objects; NaN where chance alone agrees.

    ``agreement`` is the mean share of agreeing pairs, ``expected`` that by chance; ``randolph`` is kappa with chance
    1/k; ``by_category`` kappa of each category against the rest. ``dropped`` counts objects without all ratings.
    """

    agreement: float
    expected: float
    estimate: float
    std_error: float
    lower: float
    upper: float
    std_error_null: float
    z: float
    p_value: float
    randolph: float
    by_category: Mapping[str, float]
    n: int
    raters: int
    confidence: float
    dropped: int = 0

    def to_frame(self) -> pd.DataFrame:
        """One row for all categories, then one for each."""
        import pandas as pd

        rows = [
            {
                "category": "all",
                "estimate": self.estimate,
                "std_error": self.std_error,
                "lower": self.lower,
                "upper": self.upper,
                "p_value": self.p_value,
                "n": self.n,
            }
        ]
        rows += [{"category": name, "estimate": value, "n": self.n} for name, value in self.by_category.items()]
        return pd.DataFrame(rows).set_index("category")

    def summary(self) -> str:
        """Kappa and its interval in one line."""
        return (
            f"Fleiss kappa {self.estimate:.3f} ({self.confidence:.0%} interval {self.lower:.3f} to {self.upper:.3f}; "
            f"{self.n} objects, {self.raters} ratings each)"
        )


def fleiss_kappa(
    counts: ArrayLike, *, categories: Sequence[object] | None = None, confidence: float = 0.95
) -> FleissResult:
    """Fleiss' kappa from (objects, categories) counts of equal row totals; `rating_counts` makes them from ratings.

    Raises
    ------
    SatixError
        Row totals differ, or objects have fewer than two ratings.
    """
    from scipy.special import ndtri

    table = np.asarray(counts, dtype=np.float64)
    totals = table.sum(axis=1) if table.ndim == 2 else np.empty(0)
    if not len(totals) or totals[0] < 2 or not np.allclose(totals, totals[0]) or (table < 0).any():
        raise SatixError.of("analysis.agreement_table_invalid", found=str(table.shape))
    n, k = table.shape
    m = float(totals[0])
    names = [str(name) for name in (categories if categories is not None else range(1, k + 1))]
    if len(names) != k:
        raise SatixError.of("analysis.design_lengths_differ", what="categories", found=len(names), expected=k)
    shares = table.sum(axis=0) / table.sum()
    agreeing = ((table**2).sum(axis=1) - m) / (m * (m - 1))
    within, chance = float(agreeing.mean()), float((shares**2).sum())
    spread = shares * (1 - shares)
    with np.errstate(invalid="ignore", divide="ignore"):
        each = 1 - (table * (m - table)).sum(axis=0) / (n * m * (m - 1) * spread)
    estimate = std_error = null_error = nan
    if not np.isclose(chance, 1):
        estimate = (within - chance) / (1 - chance)
        chances = table @ shares / m
        terms = (agreeing - chance) / (1 - chance) - 2 * (1 - estimate) * (chances - chance) / (1 - chance)
        std_error = sqrt(float(((terms - estimate) ** 2).sum()) / (n * (n - 1))) if n > 1 else nan
        total = float(spread.sum())
        inner = total**2 - float((spread * (1 - 2 * shares)).sum())
        null_error = sqrt(2 * max(inner, 0.0) / (n * m * (m - 1))) / total
    z = estimate / null_error if null_error > 0 else nan
    half = float(ndtri(0.5 + confidence / 2)) * std_error
    return FleissResult(
        agreement=within,
        expected=chance,
        estimate=estimate,
        std_error=std_error,
        lower=estimate - half,
        upper=float(np.minimum(estimate + half, 1.0)),
        std_error_null=null_error,
        z=z,
        p_value=erfc(abs(z) / sqrt(2)),
        randolph=(within - 1 / k) / (1 - 1 / k) if k > 1 else nan,
        by_category=dict(zip(names, each.tolist(), strict=True)),
        n=n,
        raters=round(m),
        confidence=confidence,
    )


def rating_counts(
    ratings: ArrayLike, *, categories: Sequence[float] | None = None
) -> tuple[NDArray[np.int64], list[float], int]:
    """Counts (objects, categories), the categories, and how many objects were left out for lack of a rating.

    ``ratings`` (objects, raters), NaN where missing; categories default to the values found, in order.
    """
    values = np.asarray(ratings, dtype=np.float64)
    complete = ~np.isnan(values).any(axis=1)
    used = values[complete]
    if not used.size:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=0, needed=1, what="agreement")
    known = sorted(set(used.ravel().tolist())) if categories is None else [float(one) for one in categories]
    counts = np.stack([(used == category).sum(axis=1) for category in known], axis=1)
    inside = counts.sum(axis=1) == used.shape[1]
    return counts[inside], known, int(len(values) - inside.sum())
