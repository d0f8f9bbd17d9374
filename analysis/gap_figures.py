"""Figures of paired differences: many perception-minus-expectation columns at once, and sums of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.design import DesignMeans, SurveyDesign, design_means, linearised_covariance
from analysis.multiplicity import adjust_p_values

__all__ = ["GapFigure", "PairedDifferences"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFigure:
    """One gap, perception minus expectation; negative: the expectation was not met.

    ``estimate``, ``std_error``, ``lower`` and ``upper`` are in index points (scale width = 100); ``estimate_points``,
    ``perception`` and ``expectation`` in the points of the scale, over the respondents who enter the gap, so that
    perception - expectation = estimate_points. ``effect_size_d_z`` is the gap over the (weighted, n - 1) standard
    deviation of the respondents' gaps. ``p_adjusted`` is Holm's over the figures of the same level.
    """

    code: str
    level: Literal["item", "dimension", "overall"]
    estimate: float
    std_error: float
    lower: float
    upper: float
    n: int
    n_effective: float
    t: float
    df: float
    p_value: float
    p_adjusted: float
    estimate_points: float
    perception: float
    expectation: float
    effect_size_d_z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifferences:
    """Means of many difference columns at once, with what the figures need beside them."""

    means: DesignMeans
    perception: FloatArray
    expectation: FloatArray
    sd: FloatArray
    covariance: FloatArray
    n_any: int
    n_effective_any: float

    @classmethod
    def of(cls, p: FloatArray, e: FloatArray, design: SurveyDesign, confidence: float) -> PairedDifferences:
        """From two (n, k) arrays in scale points; NaN = missing, a respondent enters a column with both."""
        difference = p - e
        k = difference.shape[1]
        means = design_means(difference, design, confidence=confidence, keep_influence=True)
        levels = design_means(np.concatenate([p, e], axis=1), design, mask=np.tile(~np.isnan(difference), 2))
        influence = np.zeros(difference.shape) if means.influence is None else means.influence
        weights = np.where(np.isnan(difference), 0.0, design.case_weights[:, None])
        deviation = np.where(np.isnan(difference), 0.0, difference - means.estimate)
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = (weights * deviation**2).sum(axis=0) / weights.sum(axis=0) * means.n / (means.n - 1)
        any_weight = design.case_weights[(~np.isnan(difference)).any(axis=1)]
        squares = float((any_weight**2).sum())
        return cls(
            means=means,
            perception=levels.estimate[:k],
            expectation=levels.estimate[k:],
            sd=np.sqrt(np.where(means.n > 1, variance, np.nan)),
            covariance=linearised_covariance(influence, design, n_answered=means.n),
            n_any=int(np.count_nonzero(any_weight)),
            n_effective_any=float(any_weight.sum()) ** 2 / squares if squares > 0 else 0.0,
        )

    def figures(
        self, codes: Sequence[str], level: Literal["item", "dimension"], to_index: float
    ) -> tuple[GapFigure, ...]:
        """One figure per column; ``to_index`` turns scale points into index points."""
        t, p_value = _t_test(self.means.estimate, self.means.std_error, self.means.df)
        p_adjusted = adjust_p_values(p_value)
        return tuple(
            GapFigure(
                code=code,
                level=level,
                estimate=float(self.means.estimate[j] * to_index),
                std_error=float(self.means.std_error[j] * to_index),
                lower=float(self.means.lower[j] * to_index),
                upper=float(self.means.upper[j] * to_index),
                n=int(self.means.n[j]),
                n_effective=float(self.means.n_effective[j]),
                t=float(t[j]),
                df=float(self.means.df[j]),
                p_value=float(p_value[j]),
                p_adjusted=float(p_adjusted[j]),
                estimate_points=float(self.means.estimate[j]),
                perception=float(self.perception[j]),
                expectation=float(self.expectation[j]),
                effect_size_d_z=float(self.means.estimate[j] / self.sd[j]) if self.sd[j] > 0 else math.nan,
            )
            for j, code in enumerate(codes)
        )

    def combined(self, code: str, dimension_weights: FloatArray, to_index: float) -> GapFigure:
        """The sum of the columns under ``dimension_weights`` (k,).

        The joint covariance carries over; the fewest degrees of freedom count.
        """
        from scipy import special

        gap = float(dimension_weights @ self.means.estimate)
        std_error = float(np.sqrt(dimension_weights @ self.covariance @ dimension_weights))
        df = float(self.means.df.min())
        t, p_value = _t_test(np.array([gap]), np.array([std_error]), np.array([df]))
        half = float(special.stdtrit(df if df >= 1 else np.nan, (1 + self.means.confidence) / 2)) * std_error
        return GapFigure(
            code=code,
            level="overall",
            estimate=gap * to_index,
            std_error=std_error * to_index,
            lower=(gap - half) * to_index,
            upper=(gap + half) * to_index,
            n=self.n_any,
            n_effective=self.n_effective_any,
            t=float(t[0]),
            df=df,
            p_value=float(p_value[0]),
            p_adjusted=math.nan,
            estimate_points=gap,
            perception=float(dimension_weights @ self.perception),
            expectation=float(dimension_weights @ self.expectation),
            effect_size_d_z=math.nan,
        )


def _t_test(estimate: FloatArray, std_error: FloatArray, df: FloatArray) -> tuple[FloatArray, FloatArray]:
    from scipy import special

    t = np.divide(estimate, std_error, out=np.full(estimate.shape, np.nan), where=std_error > 0)
    return t, 2 * special.stdtr(np.where(df >= 1, df, np.nan), -np.abs(t))
