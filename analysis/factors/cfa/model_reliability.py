"""Reliability from a confirmatory model: omega in its three denominators, and the average variance extracted.

For a factor with loadings l on its items, variance f and residual covariances T, the true variance of the sum of the
items is (sum l)^2 f; omega divides it by that plus the sum of T (Bollen 1980; Raykov 2001), omega2 by the variance of
the sum the model implies (Bentler 2009), omega3 by the observed variance (McDonald 1999), which is also the composite
reliability of semTools' default. AVE is sum l^2 f over that plus the residual variances (Fornell & Larcker 1981).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures import TableDisplay

if TYPE_CHECKING:
    import pandas as pd

    from analysis.factors.cfa.result import CfaResult

__all__ = ["FactorReliability", "ModelReliability", "model_reliability"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorReliability:
    """One factor in one group. ``alpha`` is raw alpha of the same items from the sample's covariances. ``ave`` is NaN
    for items that another factor loads on too. ``rho_c`` is the composite reliability of standardised loadings."""

    factor: str
    group: str
    n_items: int
    alpha: float
    omega: float
    omega2: float
    omega3: float
    rho_c: float
    ave: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelReliability(TableDisplay):
    """Reliability of every factor that has items of its own."""

    factors: tuple[FactorReliability, ...]
    n: int

    def factor(self, name: str, group: str | None = None) -> FactorReliability:
        """One factor, by default in the first group. Raises KeyError."""
        for row in self.factors:
            if row.factor == name and group in (None, row.group):
                return row
        raise KeyError(name)

    def to_frame(self) -> pd.DataFrame:
        """One row per factor and group."""
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.factors])

    def summary(self) -> str:
        """Omega and AVE of every factor in one line."""
        return "; ".join(f"{row.factor}: omega {row.omega:.3f}, AVE {row.ave:.3f}" for row in self.factors)


def model_reliability(result: CfaResult) -> ModelReliability:
    """Reliability of the sum of each factor's items."""
    fitted = result.fitted
    model = fitted.model
    found = []
    for place, group in enumerate(fitted.sample.groups):
        matrices = model.matrices(fitted.theta, place)
        implied = model.implied(fitted.theta, place).covariance
        latent = model.latent(fitted.theta, place).covariance
        for column, name in enumerate(model.table.latent):
            items = np.array(
                [entry.row for entry in model.entries[place] if entry.matrix == "L" and entry.column == column],
                dtype=np.int64,
            )
            if not items.size:
                continue
            block = np.ix_(items, items)
            loadings = matrices.loadings[items, column]
            residuals = matrices.residual_covariance[block]
            true = float(loadings.sum() ** 2 * latent[column, column])
            observed = group.covariance[block]
            size = len(items)
            shared = (np.abs(matrices.loadings[items]) > 0).sum(axis=1) > 1
            standard = loadings * np.sqrt(latent[column, column] / np.diag(implied)[items])
            squared = float((loadings**2).sum() * latent[column, column])
            found.append(
                FactorReliability(
                    factor=name,
                    group=group.label,
                    n_items=size,
                    alpha=size / (size - 1) * (1 - float(np.trace(observed) / observed.sum())) if size > 1 else np.nan,
                    omega=true / (true + float(residuals.sum())),
                    omega2=true / float(implied[block].sum()),
                    omega3=true / float(observed.sum()),
                    rho_c=float(standard.sum() ** 2 / (standard.sum() ** 2 + (1 - standard**2).sum())),
                    ave=np.nan if shared.any() else squared / (squared + float(np.trace(residuals))),
                )
            )
    return ModelReliability(factors=tuple(found), n=result.n)
