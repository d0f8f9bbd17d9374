"""Results of polychoric correlations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.correlations.contingency import item_pairs
from analysis.correlations.smoothing import SmoothedMatrix
from analysis.figures import TableDisplay
from survey.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
EmptyCells = Literal["none", "half", "keep_margins"]

__all__ = ["EmptyCells", "PolychoricResult"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PolychoricResult(TableDisplay):
    """Polychoric correlations of p ordered items with what is known about each pair.

    Matrices are (p, p), symmetric; NaN where a pair or an item does not allow a figure (``findings`` say which).

    Attributes
    ----------
    correlations : as estimated, pair by pair. `matrix` gives them smoothed where that was needed.
    std_errors : two-step standard errors, which allow for the estimated thresholds.
    std_errors_fixed : from the curvature of the likelihood of rho alone, as if the thresholds were known (what R's
        polycor prints for its two-step estimate); NaN under case weights.
    lower, upper : interval by Fisher's z with the two-step standard error.
    counts : respondents who answered both items (diagonal: the item).
    chi2, df, p_value : likelihood-ratio test of a bivariate normal distribution behind the table; NaN under weights.
    thresholds, threshold_std_errors : (K_j - 1,) per item, in the item's own order; ``categories`` names the values
        between which they lie, unused ones left out.
    missing : ``"listwise"`` or ``"pairwise"``; thresholds come from every answer to the item.
    empty_cells : how cells without respondents were treated.
    smoothing : what was done to a matrix that is not positive definite; None when not asked for or impossible.
    """

    items: tuple[str, ...]
    categories: tuple[tuple[float, ...], ...]
    correlations: Floats
    std_errors: Floats
    std_errors_fixed: Floats
    lower: Floats
    upper: Floats
    counts: Floats
    chi2: Floats
    df: Floats
    p_value: Floats
    thresholds: tuple[Floats, ...]
    threshold_std_errors: tuple[Floats, ...]
    smoothing: SmoothedMatrix | None
    missing: Literal["listwise", "pairwise"]
    empty_cells: EmptyCells
    weighted: bool
    confidence: float
    n: int
    n_effective: float
    dropped: int
    iterations: int
    converged: bool
    findings: tuple[Problem, ...]

    @property
    def matrix(self) -> Floats:
        """The correlations to go on with: smoothed where they were not positive definite."""
        return self.correlations if self.smoothing is None else self.smoothing.matrix

    def to_frame(self) -> pd.DataFrame:
        """One row per pair: estimate, std_error, lower, upper, n, chi2, df, p_value."""
        import pandas as pd

        pairs = item_pairs(len(self.items))[:, ::-1]
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        first, second = pairs.T
        columns = {
            "estimate": self.correlations,
            "std_error": self.std_errors,
            "lower": self.lower,
            "upper": self.upper,
            "n": self.counts,
            "chi2": self.chi2,
            "df": self.df,
            "p_value": self.p_value,
        }
        names = pd.MultiIndex.from_arrays(
            [[self.items[j] for j in first], [self.items[k] for k in second]], names=["first", "second"]
        )
        frame = pd.DataFrame({name: values[first, second] for name, values in columns.items()}, index=names)
        return frame.astype({"n": int})

    def matrix_frame(self) -> pd.DataFrame:
        """`matrix` with the items as rows and columns."""
        import pandas as pd

        return pd.DataFrame(self.matrix, index=list(self.items), columns=list(self.items))

    def threshold_frame(self) -> pd.DataFrame:
        """One row per threshold: item, between which values it lies, estimate, std_error."""
        import pandas as pd

        rows = [
            {"item": item, "below": values[t], "above": values[t + 1], "estimate": tau[t], "std_error": errors[t]}
            for item, values, tau, errors in zip(
                self.items, self.categories, self.thresholds, self.threshold_std_errors, strict=True
            )
            for t in range(len(tau))
        ]
        return pd.DataFrame(rows, columns=["item", "below", "above", "estimate", "std_error"])

    def summary(self) -> str:
        """Range of the correlations in one line."""
        off = self.correlations[np.tril_indices(len(self.items), -1)]
        off = off[np.isfinite(off)]
        spread = f"{off.min():.3f} to {off.max():.3f}" if len(off) else "none defined"
        smoothed = ", smoothed" if self.smoothing is not None and self.smoothing.changed else ""
        return f"polychoric correlations {spread} ({len(self.items)} items, {self.missing}, n = {self.n}{smoothed})"
