"""What a model leaves unexplained: differences of sample and implied moments, raw and as correlations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.figures import TableDisplay

if TYPE_CHECKING:
    import pandas as pd

    from analysis.factors.cfa.result import CfaResult

Floats = NDArray[np.float64]

__all__ = ["ResidualResult", "cfa_residuals"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResidualResult(TableDisplay):
    """Residuals of one group: sample less implied. ``correlations`` compares both as correlation matrices (Bollen
    1989); ``standardised`` divides covariances by the sample's standard deviations (Bentler). ``means`` is NaN without
    a mean structure."""

    items: tuple[str, ...]
    group: str
    covariances: Floats
    correlations: Floats
    standardised: Floats
    means: Floats

    def to_frame(self) -> pd.DataFrame:
        """One row per pair of items, largest correlation residual first."""
        import pandas as pd

        rows, columns = np.tril_indices(len(self.items), -1)
        frame = pd.DataFrame(
            {
                "one": [self.items[place] for place in columns],
                "other": [self.items[place] for place in rows],
                "estimate": self.correlations[rows, columns],
                "covariance": self.covariances[rows, columns],
                "standardised": self.standardised[rows, columns],
            }
        )
        return frame.sort_values("estimate", key=abs, ascending=False, kind="stable").reset_index(drop=True)

    def summary(self) -> str:
        """The largest residual correlation in one line."""
        first = self.to_frame().iloc[0]
        return f"largest residual correlation {first['estimate']:+.3f} ({first['one']}, {first['other']})"


def cfa_residuals(result: CfaResult) -> tuple[ResidualResult, ...]:
    """Residuals of every group."""
    fitted = result.fitted
    found = []
    for place, group in enumerate(fitted.sample.groups):
        implied = fitted.model.implied(fitted.theta, place)
        spread, fitted_spread = np.sqrt(np.diag(group.covariance)), np.sqrt(np.diag(implied.covariance))
        correlations = group.covariance / np.outer(spread, spread)
        means = group.mean - implied.means if fitted.model.table.mean_structure else np.full(len(spread), np.nan)
        found.append(
            ResidualResult(
                items=fitted.model.table.observed,
                group=group.label,
                covariances=group.covariance - implied.covariance,
                correlations=correlations - implied.covariance / np.outer(fitted_spread, fitted_spread),
                standardised=(group.covariance - implied.covariance) / np.outer(spread, spread),
                means=means,
            )
        )
    return tuple(found)
