"""Heterotrait-monotrait ratios of correlations: do two sets of items measure different things?

HTMT is the mean absolute correlation between items of two constructs, divided by the geometric mean of their mean
correlations within (Henseler, Ringle & Sarstedt 2015, J. of the Academy of Marketing Science 43, 115-135); HTMT2 takes
geometric means throughout and needs no equal loadings (Roemer, Schuberth & Henseler 2021, Industrial Management & Data
Systems 121, 2637-2650).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    import pandas as pd

HtmtKind = Literal["htmt", "htmt2"]

__all__ = ["HtmtKind", "HtmtResult", "heterotrait_monotrait"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HtmtResult(TableDisplay):
    """Ratios between constructs, with a diagonal of ones; NaN for constructs with a single item."""

    constructs: tuple[str, ...]
    ratios: NDArray[np.float64]
    kind: HtmtKind

    def to_frame(self) -> pd.DataFrame:
        """The matrix."""
        import pandas as pd

        return pd.DataFrame(self.ratios, index=list(self.constructs), columns=list(self.constructs))

    def summary(self) -> str:
        """The largest ratio in one line."""
        lower = np.tril_indices(len(self.constructs), -1)
        values = self.ratios[lower]
        if not values.size or np.isnan(values).all():
            return f"{self.kind}: undefined"
        place = int(np.nanargmax(values))
        pair = self.constructs[lower[1][place]], self.constructs[lower[0][place]]
        return f"{self.kind}: at most {values[place]:.3f} ({pair[0]}, {pair[1]})"


def heterotrait_monotrait(
    correlations: ArrayLike,
    items: Sequence[str],
    constructs: Mapping[str, Sequence[str]],
    *,
    kind: HtmtKind = "htmt",
) -> HtmtResult:
    """Ratios for all pairs of constructs from the correlations (p, p) of ``items``; absolute values are used.

    Raises
    ------
    InsufficientDataError
        A construct names an item without correlations.
    """
    matrix = np.abs(np.asarray(correlations, dtype=np.float64))
    absent = sorted({item for members in constructs.values() for item in members} - set(items))
    if absent:
        raise InsufficientDataError.of("analysis.cfa_columns_unknown", found=", ".join(absent))
    places = [[list(items).index(item) for item in members] for members in constructs.values()]

    def mean(values: NDArray[np.float64]) -> float:
        if not values.size:
            return np.nan
        if kind == "htmt2":
            with np.errstate(divide="ignore"):
                return float(np.exp(np.log(values).mean()))
        return float(values.mean())

    within = [mean(matrix[np.ix_(members, members)][np.tril_indices(len(members), -1)]) for members in places]
    ratios = np.eye(len(places))
    for one in range(len(places)):
        for other in range(one):
            between = mean(matrix[np.ix_(places[one], places[other])].ravel())
            ratios[one, other] = ratios[other, one] = between / np.sqrt(within[one] * within[other])
    return HtmtResult(constructs=tuple(constructs), ratios=ratios, kind=kind)
