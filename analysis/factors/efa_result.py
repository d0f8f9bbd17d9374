"""Result of `analysis.factors.efa`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.factors.extraction import Extraction
from analysis.factors.factor_fit import FactorFit
from analysis.factors.rotation import Rotation
from analysis.figures import TableDisplay
from survey.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = ["ExploratoryFactors"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExploratoryFactors(TableDisplay):
    """k factors of p items, rotated.

    ``pattern`` (p, k) are the weights of the factors in the items, ``structure`` = pattern phi the correlations of
    items and factors, ``phi`` (k, k) the correlations of the factors. Factors are ordered by the variance they explain
    and each has a positive sum of loadings. ``communalities`` (p,) = diag(pattern phi pattern'); ``uniquenesses`` those
    of the likelihood for ``ml``, else 1 - communality. ``complexity`` (p,) is Hofmann's (sum l^2)^2 / sum l^4.
    ``variance`` (5, k): sum of squared loadings, its share of the items' variance, cumulated; and the shares of what is
    explained, cumulated. ``eigenvalues`` (p,) are R's, ``common_eigenvalues`` those with the communalities on the
    diagonal.

    ``n`` is the sample size of the tests, ``n_rows`` the respondents read, ``dropped`` those read and not used. Tests
    of fit are NaN for components, under case weights, without n, and where there are no degrees of freedom.
    """

    items: tuple[str, ...]
    factors: tuple[str, ...]
    n: int | None
    n_rows: int | None
    n_effective: float
    dropped: int
    missing: str
    correlation: str
    case_weighted: bool
    reversed_items: tuple[str, ...]
    pattern: Floats
    phi: Floats
    structure: Floats
    communalities: Floats
    uniquenesses: Floats
    complexity: Floats
    variance: Floats
    eigenvalues: Floats
    common_eigenvalues: Floats
    correlations: Floats
    fit: FactorFit
    extraction: Extraction
    rotation: Rotation
    findings: tuple[Problem, ...]

    @property
    def converged(self) -> bool:
        """Whether extraction and rotation both ended where they should."""
        return self.extraction.converged and self.rotation.converged

    @property
    def heywood_items(self) -> tuple[str, ...]:
        """Items whose uniqueness stands at its lower bound, or below zero."""
        return tuple(self.items[j] for j in self.extraction.at_bound)

    def to_frame(self) -> pd.DataFrame:
        """One row per item: pattern, communality, uniqueness, complexity."""
        import pandas as pd

        frame = pd.DataFrame(self.pattern, index=pd.Index(self.items, name="item"), columns=list(self.factors))
        frame["communality"] = self.communalities
        frame["uniqueness"] = self.uniquenesses
        frame["complexity"] = self.complexity
        return frame

    def structure_frame(self) -> pd.DataFrame:
        """Correlations of the items with the factors."""
        import pandas as pd

        return pd.DataFrame(self.structure, index=pd.Index(self.items, name="item"), columns=list(self.factors))

    def phi_frame(self) -> pd.DataFrame:
        """Correlations of the factors."""
        import pandas as pd

        return pd.DataFrame(self.phi, index=list(self.factors), columns=list(self.factors))

    def variance_frame(self) -> pd.DataFrame:
        """Variance explained, one column per factor."""
        import pandas as pd

        rows = ["ss_loadings", "share", "cumulative_share", "share_of_explained", "cumulative_share_of_explained"]
        return pd.DataFrame(self.variance, index=rows, columns=list(self.factors))

    def fit_frame(self) -> pd.DataFrame:
        """One row of fit measures."""
        import pandas as pd

        return pd.DataFrame([{**asdict(self.fit), "n": self.n}])

    def summary(self) -> str:
        """Method, size and fit in one line."""
        fit = self.fit
        what = "components" if self.extraction.method == "pca" else "factors"
        line = (
            f"{len(self.factors)} {what} ({self.extraction.method}, {self.rotation.method}) of {len(self.items)} "
            f"items, {self.variance[2, -1]:.1%} of variance, RMSR {fit.rmsr:.3f}"
        )
        if np.isfinite(fit.rmsea):
            line += (
                f", chi2({fit.df}) = {fit.chi_square:.1f}, RMSEA {fit.rmsea:.3f} "
                f"({fit.rmsea_lower:.3f} to {fit.rmsea_upper:.3f}), TLI {fit.tli:.3f}"
            )
        return f"{line} (n = {self.n})"
