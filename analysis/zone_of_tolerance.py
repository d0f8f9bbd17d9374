"""Where perceived service lies between the minimum accepted and the desired level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from analysis.design import SurveyDesign, design_means
from analysis.figures import TableDisplay
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ZoneOfToleranceResult", "ZoneStatus", "tolerance_zone", "zone_of_tolerance"]

FloatArray = npt.NDArray[np.float64]
ZoneStatus = Literal["below", "within", "above", "undefined"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZoneOfToleranceResult(TableDisplay):
    """Adequacy and superiority per item, in the points of the input. Arrays of shape (items,).

    ``position`` is 100 * adequacy / (desired - minimum): 0 at the minimum, 100 at the desired level; NaN where the
    zone has no width. ``status`` compares the means; a level equal to an end is within. Standard errors, bounds and
    ``n`` are NaN and 0 when only means were given; ``inverted_share`` is the (weighted) share of respondents whose
    desired level is below their minimum, a sign of a misunderstood question.
    """

    items: tuple[str, ...]
    adequacy: FloatArray
    adequacy_std_error: FloatArray
    adequacy_lower: FloatArray
    adequacy_upper: FloatArray
    superiority: FloatArray
    superiority_std_error: FloatArray
    superiority_lower: FloatArray
    superiority_upper: FloatArray
    position: FloatArray
    status: tuple[ZoneStatus, ...]
    inverted_share: FloatArray
    n: npt.NDArray[np.int64]
    n_effective: FloatArray
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """One row per item."""
        import pandas as pd

        names = [name for name in self.__slots__ if name not in {"items", "confidence"}]
        frame = pd.DataFrame({name: list(getattr(self, name)) for name in names})
        return frame.set_index(pd.Index(self.items, name="item"))

    def summary(self) -> str:
        """How many items lie where."""
        counts = ", ".join(f"{self.status.count(name)} {name}" for name in ("below", "within", "above"))
        return f"{len(self.items)} items: {counts}"


def tolerance_zone(
    perceived: npt.ArrayLike,
    minimum: npt.ArrayLike,
    desired: npt.ArrayLike,
    *,
    items: tuple[str, ...] | None = None,
) -> ZoneOfToleranceResult:
    """Zone of tolerance from means, one entry per item (no uncertainty).

    Adequacy (MSA) = perceived - minimum, superiority (MSS) = perceived - desired.

    References
    ----------
    Zeithaml, Berry & Parasuraman (1993), J. Acad. Marketing Sci. 21(1), 1-12.
    """
    p, low, high = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (perceived, minimum, desired))
    if not (p.shape == low.shape == high.shape and p.ndim == 1):
        raise SatixError.of("analysis.shapes_differ", first=list(p.shape), second=[list(low.shape), list(high.shape)])
    nothing = np.full(p.shape, np.nan)
    return ZoneOfToleranceResult(
        items=items or tuple(str(number) for number in range(1, p.size + 1)),
        adequacy=p - low,
        adequacy_std_error=nothing,
        adequacy_lower=nothing,
        adequacy_upper=nothing,
        superiority=p - high,
        superiority_std_error=nothing,
        superiority_lower=nothing,
        superiority_upper=nothing,
        position=_position(p - low, high - low),
        status=_status(p - low, p - high),
        inverted_share=nothing,
        n=np.zeros(p.shape, dtype=np.int64),
        n_effective=nothing,
        confidence=float("nan"),
    )


def zone_of_tolerance(
    perceived: pd.DataFrame,
    minimum: pd.DataFrame,
    desired: pd.DataFrame,
    design: SurveyDesign | None = None,
    *,
    confidence: float = 0.95,
) -> ZoneOfToleranceResult:
    """Zone of tolerance from the answers of respondents.

    Parameters
    ----------
    perceived, minimum, desired : DataFrame, shape (n_respondents, n_items)
        Same rows and columns, same scale; NaN = missing. A respondent enters an item with all three answers.
    design : SurveyDesign
        Rows as in the frames; left out, every respondent counts once.

    Raises
    ------
    SatixError
        ``analysis.shapes_differ`` when rows or columns are not the same.
    """
    if not (perceived.shape == minimum.shape == desired.shape and list(perceived.columns) == list(minimum.columns)):
        raise SatixError.of("analysis.shapes_differ", first=list(perceived.shape), second=list(desired.shape))
    design = design or SurveyDesign.simple(len(perceived))
    p, low, high = (part.to_numpy(dtype=np.float64) for part in (perceived, minimum, desired))
    answered = ~np.isnan(p + low + high)
    adequacy = design_means(p - low, design, mask=answered, confidence=confidence)
    superiority = design_means(p - high, design, mask=answered, confidence=confidence)
    inverted = design_means((high < low).astype(np.float64), design, mask=answered)
    return ZoneOfToleranceResult(
        items=tuple(str(name) for name in perceived.columns),
        adequacy=adequacy.estimate,
        adequacy_std_error=adequacy.std_error,
        adequacy_lower=adequacy.lower,
        adequacy_upper=adequacy.upper,
        superiority=superiority.estimate,
        superiority_std_error=superiority.std_error,
        superiority_lower=superiority.lower,
        superiority_upper=superiority.upper,
        position=_position(adequacy.estimate, adequacy.estimate - superiority.estimate),
        status=_status(adequacy.estimate, superiority.estimate),
        inverted_share=inverted.estimate,
        n=adequacy.n,
        n_effective=adequacy.n_effective,
        confidence=confidence,
    )


def _position(adequacy: FloatArray, width: FloatArray) -> FloatArray:
    """Per cent of the way from minimum to desired; NaN unless the zone has a positive width."""
    position = np.full(width.shape, np.nan)
    np.divide(100 * adequacy, width, out=position, where=width > 0)
    return position


def _status(adequacy: FloatArray, superiority: FloatArray) -> tuple[ZoneStatus, ...]:
    undefined = np.isnan(adequacy) | np.isnan(superiority)
    below, above = adequacy < 0, superiority > 0
    return tuple(
        "undefined" if u or (b and a) else "below" if b else "above" if a else "within"
        for u, b, a in zip(undefined, below, above, strict=True)
    )
