"""Common method variance: Harman's single-factor share and Lindell and Whitney's marker correction.

Harman: the share of the first unrotated principal component of all items; above one half is taken as a warning. It
is a weak test: passing it does not show that there is no common method variance. Marker: with r_M the correlation that
method alone produces, correlations are adjusted to (r - r_M)/(1 - r_M), tested by t with n - 3 degrees of freedom.

References
----------
Podsakoff, MacKenzie, Lee & Podsakoff (2003), J. of Applied Psychology 88, 879-903; Lindell & Whitney (2001), J. of
Applied Psychology 86, 114-121.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
MarkerRule = Literal["smallest", "second_smallest", "mean"]
HALF = 0.5

__all__ = ["HarmanResult", "MarkerResult", "MarkerRule", "harman_single_factor", "marker_adjusted_correlations"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HarmanResult(TableDisplay):
    """Share (0-1) of the first principal component of k items, and all eigenvalues, largest first."""

    share: float
    dominated: bool
    eigenvalues: Floats
    k: int

    def to_frame(self) -> pd.DataFrame:
        """A row per component."""
        import pandas as pd

        share = self.eigenvalues / self.k
        return pd.DataFrame({"eigenvalue": self.eigenvalues, "share": share}, index=range(1, self.k + 1))

    def summary(self) -> str:
        """The share in one line."""
        return f"first component {self.share:.1%} of the variance of {self.k} items"


def harman_single_factor(correlations: ArrayLike) -> HarmanResult:
    """Harman's single-factor share from the correlations (k, k) of all items of all constructs.

    Raises
    ------
    InsufficientDataError
        Fewer than two items, or undefined correlations.
    """
    R = np.asarray(correlations, dtype=np.float64)
    if R.ndim != 2 or R.shape[0] != R.shape[1] or len(R) < 2:
        raise InsufficientDataError.of("analysis.correlation_items", found=len(R), needed=2)
    if not np.isfinite(R).all():
        raise InsufficientDataError.of("analysis.correlations_undefined", found=int((~np.isfinite(R)).sum()))
    eigenvalues = np.asarray(np.linalg.eigvalsh(R)[::-1], dtype=np.float64)
    share = float(eigenvalues[0] / np.trace(R))
    return HarmanResult(share=share, dominated=share > HALF, eigenvalues=eigenvalues, k=len(R))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarkerResult(TableDisplay):
    """Correlations (q, q) before and after the correction by r_M (``marker_correlation``), with p values after it."""

    variables: tuple[str, ...]
    marker: str
    marker_correlation: float
    rule: MarkerRule
    raw: Floats
    adjusted: Floats
    p_values: Floats
    n: int

    def to_frame(self) -> pd.DataFrame:
        """A row per pair of variables."""
        import pandas as pd

        first, second = np.triu_indices(len(self.variables), 1)
        return pd.DataFrame(
            {
                "first": [self.variables[place] for place in first],
                "second": [self.variables[place] for place in second],
                "raw": self.raw[first, second],
                "estimate": self.adjusted[first, second],
                "p_value": self.p_values[first, second],
                "n": self.n,
            }
        )

    def summary(self) -> str:
        """The marker's correlation and the largest change in one line."""
        change = float(np.nanmax(np.abs(self.adjusted - self.raw)))
        return f"marker {self.marker}: r_M {self.marker_correlation:.3f}; correlations change by up to {change:.3f}"


def marker_adjusted_correlations(
    correlations: ArrayLike, variables: Sequence[str], *, marker: str, n: int, rule: MarkerRule = "smallest"
) -> MarkerResult:
    """Correlations among ``variables`` adjusted by a marker that should be related to none of them.

    ``rule`` says which correlation of the marker stands for method: the smallest in size, the second smallest (more
    careful), or their mean. Negative r_M is taken as 0, as no method variance.

    Raises
    ------
    SatixError
        The marker is unknown.
    InsufficientDataError
        Fewer than four respondents or two further variables.
    """
    from scipy.special import stdtr

    names = [str(name) for name in variables]
    R = np.asarray(correlations, dtype=np.float64)
    if marker not in names:
        raise SatixError.of("analysis.item_unknown", found=marker, expected=", ".join(names))
    if len(names) < 3 or n < 4:
        raise InsufficientDataError.of("analysis.marker_needs", variables=len(names) - 1, n=n)
    place = names.index(marker)
    rest = [other for other in range(len(names)) if other != place]
    with_marker = R[place, rest]
    ordered = with_marker[np.argsort(np.abs(with_marker), kind="stable")]
    method = {"smallest": ordered[0], "second_smallest": ordered[1], "mean": with_marker.mean()}[rule]
    r_m = max(float(method), 0.0)
    raw = R[np.ix_(rest, rest)]
    adjusted = (raw - r_m) / (1 - r_m)
    np.fill_diagonal(adjusted, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = adjusted * np.sqrt((n - 3) / (1 - adjusted**2))
    p = 2 * stdtr(n - 3, -np.abs(t))
    np.fill_diagonal(p, np.nan)
    return MarkerResult(
        variables=tuple(names[other] for other in rest),
        marker=marker,
        marker_correlation=r_m,
        rule=rule,
        raw=raw,
        adjusted=adjusted,
        p_values=p,
        n=n,
    )
