"""Grid centres and quadrants of importance-performance analysis, and the band in which a quadrant is uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from analysis.figures import TableDisplay
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "TIE",
    "BandResult",
    "CentreName",
    "CentreUncertainty",
    "Quadrant",
    "Status",
    "attribute_names",
    "check_means",
    "grid_centres",
    "quadrants",
    "significance_band",
]

FloatArray = npt.NDArray[np.float64]
Quadrant = Literal["keep_up", "concentrate_here", "low_priority", "possible_overkill", "undefined"]
Status = Literal["keep_up", "concentrate_here", "low_priority", "possible_overkill", "undefined", "uncertain"]
CentreName = Literal["scale", "data_mean", "median"]
CentreUncertainty = Literal["fixed", "joint"]

TIE = 1e-9  # of the scale's width: a difference below it is rounding in the last binary digits, hence a tie


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BandResult(TableDisplay):
    """Quadrant of each attribute whose two means are clear of the centre; ``uncertain`` for the others.

    ``importance_distance`` and ``performance_distance`` are mean minus centre, with their standard errors.
    """

    attributes: tuple[str, ...]
    status: tuple[Status, ...]
    centre: tuple[float, float]
    importance_distance: FloatArray
    performance_distance: FloatArray
    importance_distance_std_error: FloatArray
    performance_distance_std_error: FloatArray
    centre_uncertainty: CentreUncertainty

    def to_frame(self) -> pd.DataFrame:
        """One row per attribute."""
        import pandas as pd

        names = [name for name in self.__slots__ if name not in {"attributes", "centre", "centre_uncertainty"}]
        frame = pd.DataFrame({name: list(getattr(self, name)) for name in names})
        return frame.set_index(pd.Index(self.attributes, name="attribute"))

    def summary(self) -> str:
        """What to concentrate on, and how many attributes are uncertain."""
        first = [
            name for name, status in zip(self.attributes, self.status, strict=True) if status == "concentrate_here"
        ]
        return f"concentrate on: {', '.join(first) or '-'}; uncertain: {self.status.count('uncertain')}"


def significance_band(
    importance: npt.ArrayLike,
    performance: npt.ArrayLike,
    importance_std_error: npt.ArrayLike,
    performance_std_error: npt.ArrayLike,
    *,
    centre: CentreName | tuple[float, float] = "data_mean",
    scale: tuple[float, float] | None = None,
    z: npt.ArrayLike = 1.959963984540054,
    attributes: Sequence[str] | None = None,
    tie: Literal["high", "low"] = "high",
    centre_uncertainty: CentreUncertainty = "fixed",
) -> BandResult:
    """Assign a quadrant only where both means are clear of the centre.

    |importance - centre| > z * SE and |performance - centre| > z * SE, else ``uncertain``. The standard errors are
    those of the distance to the centre: with a fixed centre simply those of the means.

    Parameters
    ----------
    centre
        A named centre (``scale`` needs ``scale``) or the pair (importance, performance).
    z : number, or array broadcasting to (2, attributes)
        Quantile for importance (first row) and performance.
    centre_uncertainty
        Recorded: whether the standard errors given allow for an estimated centre.
    """
    x, y = np.asarray(importance, dtype=np.float64), np.asarray(performance, dtype=np.float64)
    se_x, se_y = (np.asarray(part, dtype=np.float64) for part in (importance_std_error, performance_std_error))
    ends = scale if scale is not None else (float(np.nanmin([x, y])), float(np.nanmax([x, y])))
    check_means(x, y, scale if scale is not None else (-np.inf, np.inf))
    if isinstance(centre, str):
        if centre == "scale" and scale is None:
            raise SatixError.of("analysis.scale_needed")
        point = grid_centres(x, y, ends)[centre]
    else:
        point = (float(centre[0]), float(centre[1]))
    quantile = np.broadcast_to(np.asarray(z, dtype=np.float64), (2, x.size))
    clear = (np.abs(x - point[0]) > quantile[0] * se_x) & (np.abs(y - point[1]) > quantile[1] * se_y)
    assigned = quadrants(x, y, point, tie, ends[1] - ends[0])
    return BandResult(
        attributes=attribute_names(attributes, x.size),
        status=tuple(q if c or q == "undefined" else "uncertain" for q, c in zip(assigned, clear, strict=True)),
        centre=point,
        importance_distance=x - point[0],
        performance_distance=y - point[1],
        importance_distance_std_error=se_x,
        performance_distance_std_error=se_y,
        centre_uncertainty=centre_uncertainty,
    )


def grid_centres(x: FloatArray, y: FloatArray, scale: tuple[float, float]) -> dict[str, tuple[float, float]]:
    """Where the axes may cross, as (importance, performance): scale midpoint, data mean, median of the means."""
    middle = (scale[0] + scale[1]) / 2
    known_x, known_y = x[~np.isnan(x)], y[~np.isnan(y)]
    if not (known_x.size and known_y.size):
        return {"scale": (middle, middle), "data_mean": (np.nan, np.nan), "median": (np.nan, np.nan)}
    return {
        "scale": (middle, middle),
        "data_mean": (float(known_x.mean()), float(known_y.mean())),
        "median": (float(np.median(known_x)), float(np.median(known_y))),
    }


def quadrants(
    x: FloatArray, y: FloatArray, centre: tuple[float, float], tie: Literal["high", "low"], width: float
) -> tuple[Quadrant, ...]:
    """The quadrant of every attribute, ``x`` importance and ``y`` performance, shape (attributes,).

    A mean within `TIE` of the centre (in shares of ``width``, the scale's width) counts as ``tie`` says; where either
    mean is NaN the quadrant is ``undefined``.
    """
    margin = -TIE * width if tie == "high" else TIE * width
    important, good = x - centre[0] > margin, y - centre[1] > margin
    names: dict[tuple[bool, bool], Quadrant] = {
        (True, True): "keep_up",
        (True, False): "concentrate_here",
        (False, False): "low_priority",
        (False, True): "possible_overkill",
    }
    unknown = np.isnan(x) | np.isnan(y)
    return tuple(
        "undefined" if u else names[bool(i), bool(g)] for i, g, u in zip(important, good, unknown, strict=True)
    )


def check_means(x: FloatArray, y: FloatArray, scale: tuple[float, float]) -> None:
    """Refuse means that cannot be set in one grid; NaN passes.

    Raises
    ------
    SatixError
        ``analysis.shapes_differ``: not two rows of equally many attributes, at least one; ``analysis.outside_scale``:
        a mean lies outside the ends of the scale, or the ends are not in order.
    """
    if x.shape != y.shape or x.ndim != 1 or x.size == 0:
        raise SatixError.of("analysis.shapes_differ", first=list(x.shape), second=list(y.shape))
    low, high = scale
    both = np.concatenate([x, y])
    outside = both[(both < low) | (both > high)]
    if not low < high or outside.size:
        found = f"{outside[0]:g}" if outside.size else f"{low:g} - {high:g}"
        raise SatixError.of("analysis.outside_scale", found=found, lowest=low, highest=high)


def attribute_names(attributes: Sequence[str] | None, count: int) -> tuple[str, ...]:
    """The names given, or "1", "2", ... where none are.

    Raises
    ------
    SatixError
        ``analysis.shapes_differ``: as many names as attributes are needed.
    """
    names = tuple(attributes) if attributes is not None else tuple(str(number) for number in range(1, count + 1))
    if len(names) != count:
        raise SatixError.of("analysis.shapes_differ", first=len(names), second=count)
    return names
