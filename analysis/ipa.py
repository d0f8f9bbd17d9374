"""Importance-performance analysis: which attributes to work on first, and how sure one can be of it.

The answer depends on where the axes cross, so every result holds three grids (scale midpoint, data mean, median) and
two diagonals. Importance is stated importance or an outcome-based one; it is never read off a mean of performance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from analysis.design import SurveyDesign, design_means, linearised_covariance
from analysis.figures import TableDisplay
from analysis.multiplicity import adjust_p_values
from analysis.significance_band import (
    TIE,
    BandResult,
    CentreName,
    CentreUncertainty,
    Quadrant,
    Status,
    attribute_names,
    check_means,
    grid_centres,
    quadrants,
    significance_band,
)
from survey.errors import Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BandResult",
    "CentreName",
    "ImportancePerformanceResult",
    "Quadrant",
    "Status",
    "importance_performance",
    "importance_performance_by_respondent",
    "significance_band",
]

FloatArray = npt.NDArray[np.float64]

COMPRESSED = 0.125  # of the scale's width: half a point on a five-point scale


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImportancePerformanceResult(TableDisplay):
    """Three grids, two diagonals, the gap and, from respondents, the significance band. Arrays of shape (attributes,).

    Centres are pairs (importance, performance). ``diagonal_concentrate``: importance above performance on the common
    scale; ``data_centred_diagonal``: the same after subtracting each data mean. Standard errors, tests, ``n`` and
    ``band`` are NaN, 0 and None when only means were given.
    """

    attributes: tuple[str, ...]
    importance: FloatArray
    performance: FloatArray
    importance_std_error: FloatArray
    performance_std_error: FloatArray
    scale_centre: tuple[float, float]
    data_centre: tuple[float, float]
    median_centre: tuple[float, float]
    quadrant_scale: tuple[Quadrant, ...]
    quadrant_data: tuple[Quadrant, ...]
    quadrant_median: tuple[Quadrant, ...]
    gap: FloatArray  # performance minus importance
    gap_std_error: FloatArray
    gap_lower: FloatArray
    gap_upper: FloatArray
    gap_p_value: FloatArray
    gap_p_adjusted: FloatArray  # Holm over the attributes
    diagonal_concentrate: tuple[bool, ...]
    data_centred_diagonal: tuple[bool, ...]
    n: npt.NDArray[np.int64]
    n_effective: FloatArray
    tie: Literal["high", "low"]
    band: BandResult | None
    findings: tuple[Problem, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per attribute."""
        import pandas as pd

        skipped = {"attributes", "scale_centre", "data_centre", "median_centre", "tie", "band", "findings"}
        frame = pd.DataFrame({name: list(getattr(self, name)) for name in self.__slots__ if name not in skipped})
        if self.band is not None:
            frame["status"] = list(self.band.status)
        return frame.set_index(pd.Index(self.attributes, name="attribute"))

    def summary(self) -> str:
        """What each grid says to concentrate on."""
        grids = {"scale": self.quadrant_scale, "data": self.quadrant_data, "median": self.quadrant_median}
        lines = [
            f"{name}: "
            + (", ".join(a for a, q in zip(self.attributes, grid, strict=True) if q == "concentrate_here") or "-")
            for name, grid in grids.items()
        ]
        return "concentrate here by grid centre; " + "; ".join(lines)


def importance_performance(
    importance: npt.ArrayLike,
    performance: npt.ArrayLike,
    *,
    scale: tuple[float, float],
    attributes: Sequence[str] | None = None,
    tie: Literal["high", "low"] = "high",
) -> ImportancePerformanceResult:
    """Importance-performance grids from means, one entry per attribute.

    Parameters
    ----------
    importance, performance : arrays, shape (attributes,)
        Means on the same scale; NaN = unknown, its quadrant is ``undefined`` and it does not enter the centres.
    scale
        Declared ends of the scale (index points: 0 and 100).
    tie
        Whether a mean equal to the centre counts as high or as low.

    References
    ----------
    Martilla & James (1977), J. Marketing 41(1), 77-79; Bacon (2003), Int. J. Market Research 45(1); Sever (2015),
    Tourism Management 48, 43-53.
    """
    x, y = np.asarray(importance, dtype=np.float64), np.asarray(performance, dtype=np.float64)
    check_means(x, y, scale)
    nothing = np.full(x.shape, np.nan)
    names = attribute_names(attributes, x.size)
    return _grids(names, x, y, scale, tie, errors=(nothing, nothing), gap=(nothing,) * 4, counts=None, band=None)


def importance_performance_by_respondent(
    importance: pd.DataFrame,
    performance: pd.DataFrame,
    design: SurveyDesign | None = None,
    *,
    scale: tuple[float, float] = (0, 100),
    centre: CentreName = "data_mean",
    centre_uncertainty: CentreUncertainty = "joint",
    tie: Literal["high", "low"] = "high",
    confidence: float = 0.95,
) -> ImportancePerformanceResult:
    """Importance-performance grids from the answers of respondents, with the significance band and the gap test.

    Parameters
    ----------
    importance, performance : DataFrame, shape (n_respondents, n_attributes)
        Same rows and columns, same scale; NaN = missing. Means use every answer; the gap uses respondents with both.
    design : SurveyDesign
        Left out, every respondent counts once.
    centre
        Where the axes of the band cross.
    centre_uncertainty
        ``joint``: the data mean is itself estimated from these respondents, so the standard error of (mean - centre)
        comes from the joint covariance of all means. ``fixed`` takes the centre as known. The scale midpoint is
        known either way; a median centre has no linear form and must be ``fixed``.
    confidence
        Of the band on each axis of each attribute, and of the gap interval.

    Raises
    ------
    SatixError
        ``analysis.shapes_differ``, ``analysis.median_centre_joint``.
    """
    if importance.shape != performance.shape or list(importance.columns) != list(performance.columns):
        raise SatixError.of("analysis.shapes_differ", first=list(importance.shape), second=list(performance.shape))
    if centre == "median" and centre_uncertainty == "joint":
        raise SatixError.of("analysis.median_centre_joint")
    from scipy import special

    design = design or SurveyDesign.simple(len(importance))
    names = tuple(str(name) for name in importance.columns)
    k = len(names)
    x, y = importance.to_numpy(dtype=np.float64), performance.to_numpy(dtype=np.float64)
    means = design_means(np.concatenate([x, y], axis=1), design, keep_influence=True)
    check_means(means.estimate[:k], means.estimate[k:], scale)
    band = significance_band(
        means.estimate[:k],
        means.estimate[k:],
        *_distance_errors(
            means.influence, means.n, design, k, joint=centre == "data_mean" and centre_uncertainty == "joint"
        ),
        centre=centre,
        scale=scale,
        z=special.stdtrit(np.where(means.df >= 1, means.df, np.nan), (1 + confidence) / 2).reshape(2, k),
        attributes=names,
        tie=tie,
        centre_uncertainty=centre_uncertainty,
    )
    gaps = design_means(y - x, design, confidence=confidence)
    t = np.divide(gaps.estimate, gaps.std_error, out=np.full(k, np.nan), where=gaps.std_error > 0)
    p = 2 * special.stdtr(np.where(gaps.df >= 1, gaps.df, np.nan), -np.abs(t))
    return _grids(
        names,
        means.estimate[:k],
        means.estimate[k:],
        scale,
        tie,
        errors=(means.std_error[:k], means.std_error[k:]),
        gap=(gaps.std_error, gaps.lower, gaps.upper, p),
        counts=(np.minimum(means.n[:k], means.n[k:]), np.minimum(means.n_effective[:k], means.n_effective[k:])),
        band=band,
    )


def _distance_errors(
    influence: FloatArray | None, n: npt.NDArray[np.int64], design: SurveyDesign, k: int, *, joint: bool
) -> tuple[FloatArray, FloatArray]:
    """Standard errors of (mean - centre), the centre being the mean of the k means (joint) or a constant."""
    scores = np.zeros((design.n, 2 * k)) if influence is None else influence
    covariance = linearised_covariance(scores, design, n_answered=n)
    errors = []
    for block in (covariance[:k, :k], covariance[k:, k:]):
        measured = ~np.isnan(np.diag(block))
        deviation = np.eye(k)
        if joint and measured.any():
            deviation -= measured / measured.sum()
        filled = np.where(measured[:, None] & measured, block, 0.0)
        variance = np.einsum("ij,jk,ik->i", deviation, filled, deviation)
        errors.append(np.where(measured, np.sqrt(np.maximum(variance, 0.0)), np.nan))
    return errors[0], errors[1]


def _grids(
    names: tuple[str, ...],
    x: FloatArray,
    y: FloatArray,
    scale: tuple[float, float],
    tie: Literal["high", "low"],
    *,
    errors: tuple[FloatArray, FloatArray],
    gap: tuple[FloatArray, ...],
    counts: tuple[npt.NDArray[np.int64], FloatArray] | None,
    band: BandResult | None,
) -> ImportancePerformanceResult:
    width = scale[1] - scale[0]
    centres = grid_centres(x, y, scale)
    data = centres["data_mean"]
    spread = float(np.nanmax(x) - np.nanmin(x)) if np.any(~np.isnan(x)) else 0.0
    compressed = Problem(
        code="analysis.importance_compressed", fields={"spread": f"{spread:.2f}", "width": width}, severity="warning"
    )
    n, n_effective = counts or (np.zeros(x.shape, dtype=np.int64), np.full(x.shape, np.nan))
    return ImportancePerformanceResult(
        attributes=names,
        importance=x,
        performance=y,
        importance_std_error=errors[0],
        performance_std_error=errors[1],
        scale_centre=centres["scale"],
        data_centre=data,
        median_centre=centres["median"],
        quadrant_scale=quadrants(x, y, centres["scale"], tie, width),
        quadrant_data=quadrants(x, y, data, tie, width),
        quadrant_median=quadrants(x, y, centres["median"], tie, width),
        gap=y - x,
        gap_std_error=gap[0],
        gap_lower=gap[1],
        gap_upper=gap[2],
        gap_p_value=gap[3],
        gap_p_adjusted=adjust_p_values(gap[3]),
        diagonal_concentrate=tuple(bool(above) for above in x - y > TIE * width),
        data_centred_diagonal=tuple(bool(above) for above in (x - data[0]) - (y - data[1]) > TIE * width),
        n=n,
        n_effective=n_effective,
        tie=tie,
        band=band,
        findings=(compressed,) if x.size > 1 and spread < COMPRESSED * width else (),
    )
