"""Velicer's minimum average partial: the number of components after which the items share least.

After the first m components are taken out of R, the partial correlations of the items are squared (or raised to the
fourth power) and averaged; the average first falls, as components hold common variance, and then rises.

References
----------
Velicer (1976), Psychometrika 41, 321-327; Velicer, Eaton & Fava (2000), in Goffin & Helmes (eds.), Problems and
Solutions in Human Assessment, 41-71 (fourth power).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.factors.correlation_matrix import (
    CorrelationKind,
    CorrelationMatrix,
    MissingRule,
    correlations_of,
)
from analysis.figures import TableDisplay
from survey.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = ["MinimumAveragePartialResult", "minimum_average_partial"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MinimumAveragePartialResult(TableDisplay):
    """Average partial correlations after 0, 1, ... components: ``squared`` and ``fourth`` power; NaN where undefined.

    ``n_components`` is where the average of squares is least, ``n_components_fourth`` that of fourth powers. Zero means
    that the items share too little for any component.
    """

    n: int | None
    items: tuple[str, ...]
    squared: Floats
    fourth: Floats
    n_components: int
    n_components_fourth: int
    findings: tuple[Problem, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per number of components."""
        import pandas as pd

        index = pd.RangeIndex(len(self.squared), name="components")
        return pd.DataFrame({"squared": self.squared, "fourth": self.fourth}, index=index)

    def summary(self) -> str:
        """Both answers in one line."""
        return (
            f"minimum average partial: {self.n_components} components by squares, {self.n_components_fourth} by fourth "
            f"powers (n = {self.n})"
        )


def minimum_average_partial(
    data: pd.DataFrame | CorrelationMatrix,
    *,
    correlation: CorrelationKind = "pearson",
    missing: MissingRule = "listwise",
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    case_weights: ArrayLike | None = None,
) -> MinimumAveragePartialResult:
    """Velicer's criterion for a frame of items or a correlation matrix; arguments and errors as `factorability`."""
    source = correlations_of(
        data,
        correlation=correlation,
        missing=missing,
        reversed_items=reversed_items,
        scale=scale,
        case_weights=case_weights,
    )
    R = source.matrix
    p = len(R)
    values, vectors = np.linalg.eigh(R)
    components = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0.0))
    squared, fourth = np.full(max(p - 1, 1), np.nan), np.full(max(p - 1, 1), np.nan)
    off = np.tril_indices(p, -1)
    for m in range(len(squared)):
        rest = R - components[:, :m] @ components[:, :m].T
        variance = np.diagonal(rest)
        if variance.min() <= 1e-10:
            # an item is wholly explained; what is left of it has no correlations
            break
        partial = (rest / np.sqrt(np.outer(variance, variance)))[off]
        squared[m], fourth[m] = (partial**2).mean(), (partial**4).mean()
    return MinimumAveragePartialResult(
        n=source.n,
        items=source.items,
        squared=squared,
        fourth=fourth,
        n_components=int(np.nanargmin(squared)),
        n_components_fourth=int(np.nanargmin(fourth)),
        findings=source.findings,
    )
