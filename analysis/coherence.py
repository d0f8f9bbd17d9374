"""Whether an overall figure can be a weighted mean of the parts quoted beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from analysis.figures import TableDisplay
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CoherenceResult", "coherence_of_figures"]

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class CoherenceResult(TableDisplay):
    """Whether ``overall`` lies in the range its parts allow.

    ``feasible_low`` and ``feasible_high`` bound a weighted mean of the parts. ``implied_low`` and ``implied_high``
    bound the value an unquoted part of known weight would need; a range wholly outside the scale is the
    contradiction. They are None when every part is quoted or the unquoted weight is not known.
    """

    overall: float
    coherent: bool
    feasible_low: float
    feasible_high: float
    implied_low: float | None
    implied_high: float | None

    @property
    def feasible_range(self) -> tuple[float, float]:
        """Lowest and highest possible overall figure."""
        return self.feasible_low, self.feasible_high

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """The verdict and the feasible range in one line."""
        verdict = "possible" if self.coherent else "impossible"
        return f"{self.overall:g} is {verdict}: the parts allow {self.feasible_low:g} to {self.feasible_high:g}"


def coherence_of_figures(
    overall: float,
    parts: Sequence[float],
    *,
    parts_complete: bool,
    scale: tuple[float, float] = (0.0, 100.0),
    unquoted_weight: float | None = None,
) -> CoherenceResult:
    """Check an overall figure against quoted parts of it, whatever their weights.

    With all parts quoted a weighted mean lies between the smallest and the largest. If parts are missing that
    together weigh ``unquoted_weight`` = u (share of the whole, 0 < u < 1), the quoted ones contribute (1 - u) q
    with q between their smallest and largest, and the rest u x with x anywhere on ``scale``; solving for x gives
    the implied values: lowest at the largest q, highest at the smallest. Without u the overall figure may be
    anything on the scale.

    Raises
    ------
    SatixError
        No parts, a figure outside the scale, an impossible weight, or a weight although the parts are complete.
    """
    lowest, highest = scale
    if not parts:
        raise SatixError.of("analysis.no_figures")
    outside = [value for value in (overall, *parts) if not lowest <= value <= highest]
    if outside:
        raise SatixError.of(
            "analysis.score_outside_scale",
            found=len(outside),
            lowest=f"{lowest:g}",
            highest=f"{highest:g}",
            first=f"{outside[0]:g}",
        )
    if unquoted_weight is not None and (parts_complete or not 0 < unquoted_weight < 1):
        raise SatixError.of("analysis.unquoted_weight_invalid", found=f"{unquoted_weight:g}")
    smallest, largest = min(parts), max(parts)
    implied_low = implied_high = None
    if parts_complete:
        low, high = smallest, largest
    elif unquoted_weight is None:
        low, high = lowest, highest
    else:
        quoted = 1 - unquoted_weight
        low = quoted * smallest + unquoted_weight * lowest
        high = quoted * largest + unquoted_weight * highest
        implied_low = (overall - quoted * largest) / unquoted_weight
        implied_high = (overall - quoted * smallest) / unquoted_weight
    return CoherenceResult(
        overall=overall,
        coherent=low - TOLERANCE <= overall <= high + TOLERANCE,
        feasible_low=low,
        feasible_high=high,
        implied_low=implied_low,
        implied_high=implied_high,
    )
