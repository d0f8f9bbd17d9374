"""Gwet's AC1: agreement beyond chance that stays sensible when one category dominates.

Over n objects, n' of them rated at least twice, with r_ic of r_i ratings in category c: P_a is the mean over the n'
of sum_c r_ic (r_ic - 1) / (r_i (r_i - 1)), pi_c the mean over all of r_ic / r_i, P_e = sum pi_c (1 - pi_c) / (k - 1)
and AC1 = (P_a - P_e) / (1 - P_e). The standard error is Gwet's linearisation over objects, the interval uses t with
n - 1 degrees of freedom.

Reference: Gwet (2008), British J. of Mathematical and Statistical Psychology 61, 29-48.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GwetResult", "gwet_ac1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GwetResult(TableDisplay):
    """AC1 over ``n`` rated objects; ``agreement`` and ``expected`` are shares (0-1)."""

    agreement: float
    expected: float
    estimate: float
    std_error: float
    lower: float
    upper: float
    n: int
    n_categories: int
    dropped: int
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """AC1 and its interval in one line."""
        bounds = f"{self.lower:.3f} to {self.upper:.3f}"
        return f"AC1 {self.estimate:.3f} ({self.confidence:.0%} interval {bounds}; n = {self.n})"


def gwet_ac1(ratings: ArrayLike, *, categories: Sequence[float] | None = None, confidence: float = 0.95) -> GwetResult:
    """AC1 of (objects, raters) ratings, NaN where missing; objects nobody rated are dropped.

    ``categories`` are all that could be given (default: those found); their number enters the agreement by chance.

    Raises
    ------
    InsufficientDataError
        No object was rated twice.
    SatixError
        A rating outside the categories, or a single category.
    """
    from scipy.special import stdtrit

    values = np.asarray(ratings, dtype=np.float64)
    if values.ndim != 2:
        raise SatixError.of("analysis.agreement_table_invalid", found=str(values.shape))
    given = ~np.isnan(values)
    known = np.unique(values[given]) if categories is None else np.asarray(categories, dtype=np.float64)
    k = len(known)
    if given.any() and not np.isin(values[given], known).all():
        raise SatixError.of("analysis.rating_unknown", found=int((~np.isin(values[given], known)).sum()))
    counts = np.stack([(values == code).sum(axis=1) for code in known], axis=1).astype(np.float64)
    rated = counts.sum(axis=1)
    counts, rated = counts[rated > 0], rated[rated > 0]
    n, twice = len(counts), rated > 1
    if not twice.any():
        raise InsufficientDataError.of("analysis.too_few_respondents", found=0, needed=1, what="agreement")
    if k < 2:
        raise SatixError.of("analysis.one_category")
    agreeing = np.zeros(n)
    agreeing[twice] = (counts[twice] * (counts[twice] - 1)).sum(axis=1) / (rated[twice] * (rated[twice] - 1))
    shares = counts / rated[:, None]
    pi = shares.mean(axis=0)
    observed = float(agreeing[twice].mean())
    chance = float((pi * (1 - pi)).sum() / (k - 1))
    estimate = (observed - chance) / (1 - chance)
    terms = np.where(twice, n / twice.sum() * (agreeing - chance) / (1 - chance), 0.0)
    terms -= 2 * (1 - estimate) * ((shares @ (1 - pi)) / (k - 1) - chance) / (1 - chance)
    std_error = sqrt(float(((terms - estimate) ** 2).sum()) / (n * (n - 1))) if n > 1 else nan
    half = float(stdtrit(n - 1, 0.5 + confidence / 2)) * std_error if n > 1 else nan
    return GwetResult(
        agreement=observed,
        expected=chance,
        estimate=estimate,
        std_error=std_error,
        lower=estimate - half,
        upper=min(estimate + half, 1.0) if n > 1 else nan,
        n=n,
        n_categories=k,
        dropped=len(values) - n,
        confidence=confidence,
    )
