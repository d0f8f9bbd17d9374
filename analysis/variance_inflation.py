"""Variance inflation of variables that stand side by side, from their correlations.

VIF_j = (R^-1)_jj = 1 / (1 - R_j^2), with R_j^2 of the regression of variable j on the others (Marquardt 1970,
Technometrics 12, 591-612). For a formative block it tells how far a component says the same as the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from analysis.factors.correlation_matrix import item_correlations
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["variance_inflation"]


def variance_inflation(components: pd.DataFrame, *, case_weights: ArrayLike | None = None) -> dict[str, float]:
    """Inflation factor of every column from pairwise correlations; infinite for a column the others determine.

    Raises
    ------
    InsufficientDataError
        Fewer than two columns, a column without variance, a pair nobody answered, or correlations that cannot hold
        together (negative eigenvalue).
    """
    names = [str(name) for name in components.columns]
    if len(names) < 2:
        raise InsufficientDataError.of("analysis.factor_items", found=len(names), needed=2)
    found = item_correlations(components, missing="pairwise", case_weights=case_weights)
    if found.smallest_eigenvalue < -1e-10:
        raise InsufficientDataError.of("analysis.inflation_indefinite", items=len(names))
    if not found.invertible:
        values, vectors = np.linalg.eigh(found.matrix)
        involved = (np.abs(vectors[:, values < 1e-10]) > 1e-6).any(axis=1)
        return {name: float("inf") if bad else float("nan") for name, bad in zip(names, involved, strict=True)}
    return dict(zip(names, np.diagonal(np.linalg.inv(found.matrix)).tolist(), strict=True))
