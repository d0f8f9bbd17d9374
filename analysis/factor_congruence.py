"""Tucker's congruence coefficient: do two groups' loadings have the same pattern?

phi = sum a b / sqrt(sum a^2 sum b^2). By the usual reading, .95 and more is equal, .85 to .94 fair similarity.

References: Tucker (1951), Personnel Research Section Report 984; Lorenzo-Seva & ten Berge (2006), Methodology 2, 57-64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

Reading = Literal["equal", "fair", "different"]
EQUAL, FAIR = 0.95, 0.85

__all__ = ["CongruenceResult", "tucker_phi"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CongruenceResult(TableDisplay):
    """Congruence (q, r) of every factor of the first loadings with every one of the second."""

    phi: NDArray[np.float64]
    n_items: int

    @property
    def estimate(self) -> float:
        """Congruence of single factors; of several, the smallest of the factors with their own place's."""
        return float(np.diagonal(self.phi).min())

    @property
    def reading(self) -> Reading:
        """``"equal"`` from .95, ``"fair"`` from .85 (Lorenzo-Seva & ten Berge)."""
        return "equal" if self.estimate >= EQUAL else "fair" if self.estimate >= FAIR else "different"

    def to_frame(self) -> pd.DataFrame:
        """The matrix, factors numbered from 1."""
        import pandas as pd

        rows, columns = (range(1, size + 1) for size in self.phi.shape)
        return pd.DataFrame(self.phi, index=list(rows), columns=list(columns))

    def summary(self) -> str:
        """Coefficient and reading in one line."""
        return f"Tucker phi {self.estimate:.3f}: {self.reading} ({self.n_items} items)"


def tucker_phi(first: ArrayLike, second: ArrayLike) -> CongruenceResult:
    """Congruence of loadings (k,) or (k, factors) of the same items in two groups.

    Raises
    ------
    SatixError
        Not the same items.
    InsufficientDataError
        A factor whose loadings are all zero.
    """
    a, b = (np.asarray(part, dtype=np.float64) for part in (first, second))
    a, b = (part[:, None] if part.ndim == 1 else part for part in (a, b))
    if len(a) != len(b):
        raise SatixError.of("analysis.design_lengths_differ", what="loadings", found=len(b), expected=len(a))
    size = np.sqrt(np.outer((a**2).sum(axis=0), (b**2).sum(axis=0)))
    if not (size > 0).all():
        raise InsufficientDataError.of("analysis.loadings_zero")
    return CongruenceResult(phi=a.T @ b / size, n_items=len(a))
