"""Kuder-Richardson formula 20: alpha of yes/no items, by its own name and formula.

Reference: Kuder & Richardson (1937), Psychometrika 2, 151-160.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.alpha_coefficients import feldt_interval
from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KuderRichardsonResult", "kuder_richardson_20"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KuderRichardsonResult(TableDisplay):
    """KR-20 of k yes/no items over ``n`` complete respondents, with Feldt's interval; equals alpha."""

    estimate: float
    lower: float
    upper: float
    difficulties: dict[str, float]
    k: int
    n: int
    dropped: int
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """A row per item: share of ones."""
        import pandas as pd

        return pd.DataFrame({"share": self.difficulties}).rename_axis("item")

    def summary(self) -> str:
        """KR-20 in one line."""
        return f"KR-20 {self.estimate:.3f} ({self.lower:.3f} to {self.upper:.3f}; {self.k} items, n = {self.n})"


def kuder_richardson_20(items: pd.DataFrame, *, confidence: float = 0.95) -> KuderRichardsonResult:
    """Kuder-Richardson formula 20: k/(k-1) (1 - sum p (1 - p) / var(total)), all variances with divisor n; listwise.

    Raises
    ------
    SatixError
        Answers other than 0 and 1.
    InsufficientDataError
        Fewer than two items or respondents, or totals that do not vary.
    """
    values = items.to_numpy(dtype=np.float64, na_value=np.nan)
    x = values[~np.isnan(values).any(axis=1)]
    n, k = x.shape
    if k < 2:
        raise InsufficientDataError.of("analysis.too_few_items", found=k, needed=2)
    if n < 2:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=n, needed=2, what="listwise")
    if not np.isin(x, (0.0, 1.0)).all():
        raise SatixError.of("analysis.not_yes_no")
    p, total = x.mean(axis=0), float(x.sum(axis=1).var())
    if not total > 0:
        raise InsufficientDataError.of("analysis.no_item_variance")
    estimate = k / (k - 1) * (1 - float((p * (1 - p)).sum()) / total)
    lower, upper = feldt_interval(estimate, n, k, confidence)
    return KuderRichardsonResult(
        estimate=estimate,
        lower=lower,
        upper=upper,
        difficulties=dict(zip([str(name) for name in items.columns], p.tolist(), strict=True)),
        k=k,
        n=n,
        dropped=len(values) - n,
        confidence=confidence,
    )
