"""Criterion validity: correlations of a score with outside criteria, with intervals and corrected for attenuation.

The interval is Fisher's: artanh r +- z / sqrt(n - 3). Corrected for attenuation, r / sqrt(rel_x rel_y) estimates the
correlation of the true scores; its interval takes the reliabilities as known. Which reliability was used is recorded.

References: Fisher (1921), Metron 1, 3-32; Spearman (1904), American J. of Psychology 15, 72-101.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import atanh, nan, sqrt, tanh
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from analysis.figures import TableDisplay
from analysis.multiplicity import adjust_p_values
from survey.errors import InsufficientDataError, Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CriterionCorrelation", "CriterionResult", "criterion_validity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionCorrelation:
    """One criterion; ``corrected`` figures are NaN without reliabilities and may exceed 1 where these are too low."""

    criterion: str
    estimate: float
    lower: float
    upper: float
    p_value: float
    p_adjusted: float
    corrected: float
    corrected_lower: float
    corrected_upper: float
    criterion_reliability: float
    n: int
    dropped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionResult(TableDisplay):
    """Correlations of one score with criteria; ``p_adjusted`` is Holm's over the criteria."""

    criteria: tuple[CriterionCorrelation, ...]
    score_reliability: float
    reliability_kind: str
    confidence: float
    findings: tuple[Problem, ...]

    def to_frame(self) -> pd.DataFrame:
        """A row per criterion."""
        import pandas as pd

        return pd.DataFrame([asdict(one) for one in self.criteria]).set_index("criterion")

    def summary(self) -> str:
        """A line per criterion."""
        return "\n".join(
            f"{one.criterion}: r {one.estimate:.3f} ({one.lower:.3f} to {one.upper:.3f}), "
            f"corrected {one.corrected:.3f} (n = {one.n})"
            for one in self.criteria
        )


def criterion_validity(
    score: ArrayLike,
    criteria: pd.DataFrame,
    *,
    score_reliability: float | None = None,
    criterion_reliabilities: Mapping[str, float] | None = None,
    reliability_kind: str = "cronbach_alpha",
    confidence: float = 0.95,
) -> CriterionResult:
    """Correlations of ``score`` (n,) with the columns of ``criteria`` (n, q), pairwise complete.

    A criterion without a reliability is taken as free of error (1) in the correction; the correction needs
    ``score_reliability``. ``reliability_kind`` records which coefficient was given.

    Raises
    ------
    InsufficientDataError
        Fewer than four complete pairs, or a score or criterion that does not vary.
    SatixError
        A reliability outside (0, 1].
    """
    from scipy.special import ndtri, stdtr

    x = np.asarray(score, dtype=np.float64)
    known = dict(criterion_reliabilities or {})
    for name, value in {**known, "score": 1.0 if score_reliability is None else score_reliability}.items():
        if not 0 < value <= 1:
            raise SatixError.of("analysis.reliability_range", name=name, found=value)
    z = float(ndtri(0.5 + confidence / 2))
    rows, findings = [], []
    for name in criteria.columns:
        y = criteria[name].to_numpy(dtype=np.float64, na_value=np.nan)
        both = ~np.isnan(x) & ~np.isnan(y)
        n = int(both.sum())
        if n < 4:
            raise InsufficientDataError.of("analysis.too_few_pairs", found=n, needed=4)
        a, b = x[both] - x[both].mean(), y[both] - y[both].mean()
        if not (a @ a > 0 and b @ b > 0):
            raise InsufficientDataError.of("analysis.item_without_variance", item=str(name) if a @ a > 0 else "score")
        r = float(np.clip(a @ b / sqrt((a @ a) * (b @ b)), -1.0, 1.0))
        half = z / sqrt(n - 3)
        lower, upper = (r, r) if abs(r) == 1 else (tanh(atanh(r) - half), tanh(atanh(r) + half))
        p = 0.0 if abs(r) == 1 else float(2 * stdtr(n - 2, -abs(r) * sqrt((n - 2) / (1 - r**2))))
        other = known.get(str(name), 1.0)
        factor = nan if score_reliability is None else 1 / sqrt(score_reliability * other)
        if abs(r) * factor > 1:
            fields = {"criterion": str(name), "corrected": r * factor}
            findings.append(Problem(code="analysis.corrected_beyond_one", fields=fields, severity="warning"))
        rows.append((str(name), r, lower, upper, p, factor, other, n))
    adjusted = adjust_p_values([row[4] for row in rows])
    return CriterionResult(
        criteria=tuple(
            CriterionCorrelation(
                criterion=name,
                estimate=r,
                lower=lower,
                upper=upper,
                p_value=p,
                p_adjusted=float(p_adjusted),
                corrected=r * factor,
                corrected_lower=lower * factor,
                corrected_upper=upper * factor,
                criterion_reliability=other,
                n=n,
                dropped=len(x) - n,
            )
            for (name, r, lower, upper, p, factor, other, n), p_adjusted in zip(rows, adjusted, strict=True)
        ),
        score_reliability=nan if score_reliability is None else score_reliability,
        reliability_kind=reliability_kind if score_reliability is not None else "none",
        confidence=confidence,
        findings=tuple(findings),
    )
