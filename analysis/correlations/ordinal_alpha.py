"""Alpha and lambda 6 on polychoric correlations: the reliability of the normal variables behind ordered answers.

Ordinal alpha says how consistent a sum of the *underlying* variables would be, which nobody observes; it is no
reliability of the sum of the answers, and lies above raw alpha. Read it beside raw alpha, not instead of it.

References
----------
Zumbo, Gadermann & Zeisser (2007), Journal of Modern Applied Statistical Methods 6, 21-29; Chalmers (2018), Educational
and Psychological Measurement 78, 1056-1071 (what it is not).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.alpha_coefficients import leave_one_out, scale_coefficients
from analysis.correlations.polychoric_result import PolychoricResult
from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = ["OrdinalAlphaResult", "ordinal_alpha"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrdinalAlphaResult(TableDisplay):
    """Coefficients of k items on their polychoric correlations; ``*_if_deleted`` hold one value per item.

    ``smoothed`` tells that the matrix was not positive definite and was smoothed first. lambda 6 is NaN for a matrix
    that cannot be inverted safely.
    """

    items: tuple[str, ...]
    ordinal_alpha: float
    ordinal_lambda6: float
    average_r: float
    alpha_if_deleted: Floats
    lambda6_if_deleted: Floats
    k: int
    n: int
    smoothed: bool
    findings: tuple[Problem, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per item: the coefficients without it."""
        import pandas as pd

        columns = {"alpha_if_deleted": self.alpha_if_deleted, "lambda6_if_deleted": self.lambda6_if_deleted}
        return pd.DataFrame(columns, index=pd.Index(self.items, name="item"))

    def summary(self) -> str:
        """Both coefficients in one line."""
        return (
            f"ordinal alpha {self.ordinal_alpha:.3f}, lambda 6 {self.ordinal_lambda6:.3f} "
            f"(polychoric correlations of {self.k} items, n = {self.n})"
        )


def ordinal_alpha(correlations: PolychoricResult) -> OrdinalAlphaResult:
    """Standardised alpha and lambda 6 of a matrix of polychoric correlations.

    Raises
    ------
    InsufficientDataError
        A correlation is undefined (an item without variance, or a pair nobody answered).
    """
    R = correlations.matrix
    k = len(R)
    if not np.isfinite(R).all():
        raise InsufficientDataError.of(
            "analysis.correlations_missing", found=int((~np.isfinite(R[np.tril_indices(k, -1)])).sum())
        )
    whole = scale_coefficients(R[None], R[None])
    if k > 2:
        rest = leave_one_out(R, R)
        without = scale_coefficients(*rest)
        alphas, lambdas = without["std_alpha"], without["lambda6"]
    else:
        alphas = lambdas = np.full(k, np.nan)
    return OrdinalAlphaResult(
        items=correlations.items,
        ordinal_alpha=float(whole["std_alpha"][0]),
        ordinal_lambda6=float(whole["lambda6"][0]),
        average_r=float(whole["average_r"][0]),
        alpha_if_deleted=alphas,
        lambda6_if_deleted=lambdas,
        k=k,
        n=correlations.n,
        smoothed=correlations.smoothing is not None and correlations.smoothing.changed,
        findings=correlations.findings,
    )
