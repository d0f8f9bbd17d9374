"""Schmid-Leiman: a general factor and group factors, all uncorrelated, from correlated factors.

The correlations phi of k factors are themselves explained by one second-order factor with loadings b. With pattern L,
the items load L b on the general factor and L_j sqrt(1 - b_j^2) on group factor j.

Two factors have one correlation r, which cannot give two loadings: ``"equal"`` takes b_1 = b_2 = sqrt|r|, ``"first"``
b = (1, r), ``"second"`` b = (r, 1). One factor is the general factor.

References
----------
Schmid & Leiman (1957), Psychometrika 22, 53-61; Reise (2012), Multivariate Behavioral Research 47, 667-696 (explained
common variance).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.factors.extraction import extract
from analysis.figures import TableDisplay

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
TwoFactors = Literal["equal", "first", "second"]

__all__ = ["SchmidLeimanResult", "TwoFactors", "schmid_leiman"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SchmidLeimanResult(TableDisplay):
    """Loadings on the ``general`` factor (p,) and on the ``group`` factors (p, k); k is 0 for one factor.

    ``communalities`` (p,) are general^2 plus the group loadings' squares, ``uniquenesses`` the rest, ``general_share``
    (p,) is general^2 over the communality. ``explained_common_variance`` is the general factor's share of all common
    variance. ``second_order`` (k,) are b. ``at_bound`` lists factors whose b stands at its bound (Heywood case).
    """

    items: tuple[str, ...]
    factors: tuple[str, ...]
    general: Floats
    group: Floats
    communalities: Floats
    uniquenesses: Floats
    general_share: Floats
    explained_common_variance: float
    second_order: Floats
    converged: bool
    at_bound: tuple[int, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per item: general, group factors, communality, uniqueness, share of the general factor."""
        import pandas as pd

        frame = pd.DataFrame({"general": self.general}, index=pd.Index(self.items, name="item"))
        for place, name in enumerate(self.factors):
            frame[name] = self.group[:, place]
        frame["communality"] = self.communalities
        frame["uniqueness"] = self.uniquenesses
        frame["general_share"] = self.general_share
        return frame

    def summary(self) -> str:
        """The share of the general factor in one line."""
        return f"general factor: {self.explained_common_variance:.1%} of the common variance of {len(self.items)} items"


def schmid_leiman(
    pattern: ArrayLike,
    phi: ArrayLike,
    *,
    items: Sequence[str] | None = None,
    two_factors: TwoFactors = "equal",
) -> SchmidLeimanResult:
    """Transform a pattern (p, k) with factor correlations phi (k, k).

    The second-order factor of three or more factors is found by minres. The general factor is turned so that its
    loadings have a positive sum.

    References
    ----------
    See the module.
    """
    L, correlations = np.array(pattern, dtype=np.float64), np.array(phi, dtype=np.float64)
    p, k = L.shape
    converged = True
    at_bound: tuple[int, ...] = ()
    if k == 1:
        b = np.ones(1)
    elif k == 2:
        r = float(correlations[0, 1])
        b = {
            "equal": np.array([1.0, -1.0 if r < 0 else 1.0]) * np.sqrt(abs(r)),
            "first": np.array([1.0, r]),
            "second": np.array([r, 1.0]),
        }[two_factors]
    else:
        second = extract(correlations, 1, method="minres")
        b, converged, at_bound = second.loadings[:, 0], second.converged, second.at_bound
    general = L @ b
    if general.sum() < 0:
        b, general = -b, -general
    group = L * np.sqrt(np.maximum(1 - b**2, 0.0)) if k > 1 else np.zeros((p, 0))
    communalities = general**2 + (group**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = general**2 / communalities
    return SchmidLeimanResult(
        items=tuple(str(name) for name in (range(1, p + 1) if items is None else items)),
        factors=tuple(f"F{j + 1}*" for j in range(group.shape[1])),
        general=general,
        group=group,
        communalities=communalities,
        uniquenesses=1 - communalities,
        general_share=share,
        explained_common_variance=float((general**2).sum() / communalities.sum()),
        second_order=b,
        converged=converged,
        at_bound=at_bound,
    )
