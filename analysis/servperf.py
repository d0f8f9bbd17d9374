"""Scales scored on perceptions alone: SERVPERF, E-S-QUAL and E-RecS-QUAL.

A respondent's dimension score is the mean of the items answered; the dimension is the mean of its respondents. A part
asked only of some (recovery after a problem) rests on those who answered it, and says how many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.design import SurveyDesign, design_means, linearised_covariance
from analysis.figures import TableDisplay
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PerceivedQualityResult", "dimension_scores", "perceived_quality"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PerceivedQualityResult(TableDisplay):
    """Dimension means in the points of the scale, arrays of shape (dimensions,), and their unweighted mean."""

    dimensions: tuple[str, ...]
    estimate: FloatArray
    std_error: FloatArray
    lower: FloatArray
    upper: FloatArray
    n: npt.NDArray[np.int64]
    n_effective: FloatArray
    unweighted: float  # mean of the dimensions
    unweighted_std_error: float
    n_answered: int  # respondents who answered at least one item
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """One row per dimension."""
        import pandas as pd

        names = ("estimate", "std_error", "lower", "upper", "n", "n_effective")
        return pd.DataFrame({name: getattr(self, name) for name in names}, index=pd.Index(self.dimensions))

    def summary(self) -> str:
        """Unweighted mean and its base."""
        return f"mean of {len(self.dimensions)} dimensions {self.unweighted:.2f} (n = {self.n_answered})"


def dimension_scores(items: pd.DataFrame, dimensions: Mapping[str, Sequence[str]]) -> FloatArray:
    """Mean of the items answered, per respondent and dimension, shape (n_respondents, n_dimensions); NaN for none.

    Raises
    ------
    SatixError
        ``analysis.items_unknown``: a dimension is empty or names a column that is not there.
    """
    missing = [item for members in dimensions.values() for item in members if item not in items.columns]
    empty = [name for name, members in dimensions.items() if not len(members)]
    if missing or empty or not dimensions:
        raise SatixError.of("analysis.items_unknown", found=", ".join(map(str, missing + empty)) or "-")
    scores = np.empty((len(items), len(dimensions)))
    for position, members in enumerate(dimensions.values()):
        values = items[list(members)].to_numpy(dtype=np.float64)
        answered = (~np.isnan(values)).sum(axis=1)
        total = np.nansum(values, axis=1)
        scores[:, position] = np.divide(total, answered, out=np.full(len(items), np.nan), where=answered > 0)
    return scores


def perceived_quality(
    items: pd.DataFrame,
    dimensions: Mapping[str, Sequence[str]],
    design: SurveyDesign | None = None,
    *,
    confidence: float = 0.95,
) -> PerceivedQualityResult:
    """Dimension means of a perception-only scale.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Scores on a common scale, reversed items already reversed; NaN = not answered or not asked.
    dimensions
        Dimension name to its columns.
    design : SurveyDesign
        Left out, every respondent counts once.

    References
    ----------
    Cronin & Taylor (1992), J. Marketing 56(3), 55-68; Parasuraman, Zeithaml & Malhotra (2005), J. Service Research
    7(3), 213-233.
    """
    design = design or SurveyDesign.simple(len(items))
    scores = dimension_scores(items, dimensions)
    means = design_means(scores, design, confidence=confidence, keep_influence=True)
    k = len(dimensions)
    influence = np.zeros(scores.shape) if means.influence is None else means.influence
    covariance = linearised_covariance(influence, design, n_answered=means.n)
    return PerceivedQualityResult(
        dimensions=tuple(dimensions),
        estimate=means.estimate,
        std_error=means.std_error,
        lower=means.lower,
        upper=means.upper,
        n=means.n,
        n_effective=means.n_effective,
        unweighted=float(means.estimate.mean()),
        unweighted_std_error=float(np.sqrt(covariance.sum())) / k,
        n_answered=int(np.count_nonzero((~np.isnan(scores)).any(axis=1) & (design.case_weights > 0))),
        confidence=confidence,
    )
