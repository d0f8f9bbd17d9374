"""Answers on a scale as cuts through a normal judgement, with a stated mean and standard deviation.

The judgement y ~ N(mu, sigma^2) lies on the scale of the scores; the answer is the option whose score is nearest, so
the cuts are halfway between neighbouring scores. mu and sigma are those at which the answers, not the judgement, have
the stated mean and standard deviation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from survey.errors import SatixError

Floats = NDArray[np.float64]
SMALLEST, LARGEST = 1e-3, 1e3  # sigma as a multiple of the width of the scale

__all__ = ["AnswerScale", "answer_scale"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnswerScale:
    """``points`` (K,) index points of the options, ascending (empty: continuous); judgement N(mu, sigma^2)."""

    points: Floats
    mu: float
    sigma: float

    def thresholds(self) -> Floats:
        """(K - 1,) cuts of the standardised judgement, ascending."""
        return np.asarray((_cuts(self.points) - self.mu) / self.sigma)

    def shares(self) -> Floats:
        """(K,) share of the answers in each option, 0-1."""
        return _shares(self.points, self.mu, self.sigma)

    def moved(self, change: float) -> AnswerScale:
        """The scale after the mean answer has moved by ``change`` points, the judgement keeping its spread.

        Raises
        ------
        SatixError
            ``analysis.plan_mean_impossible``: the mean would leave the scale.
        """
        if not len(self.points):
            return AnswerScale(points=self.points, mu=self.mu + change, sigma=self.sigma)
        mean = float(self.shares() @ self.points) + change
        return AnswerScale(points=self.points, mu=_mu_for_mean(self.points, mean, self.sigma), sigma=self.sigma)


def answer_scale(points: Sequence[float], *, mean: float, sd: float) -> AnswerScale:
    """The judgement behind answers with the stated mean and standard deviation (index points).

    ``points`` are the index points of the options in any order; fewer than two mean a continuous answer. Two options
    leave no choice of a standard deviation: their mean fixes it, and ``sd`` is not used.

    Raises
    ------
    SatixError
        ``analysis.plan_mean_impossible`` or ``analysis.plan_sd_impossible``: no such answers exist on these options.
    """
    ordered = np.unique(np.asarray(points, dtype=np.float64))
    if len(ordered) < 2:
        return AnswerScale(points=np.empty(0), mu=mean, sigma=sd)
    from scipy.optimize import brentq

    width = float(ordered[-1] - ordered[0])
    if len(ordered) == 2:
        return AnswerScale(points=ordered, mu=_mu_for_mean(ordered, mean, width), sigma=width)

    def excess(log_sigma: float) -> float:
        sigma = math.exp(log_sigma)
        shares = _shares(ordered, _mu_for_mean(ordered, mean, sigma), sigma)
        return math.sqrt(max(float(shares @ (ordered - mean) ** 2), 0.0)) - sd

    low, high = math.log(SMALLEST * width), math.log(LARGEST * width)
    least, most = excess(low) + sd, excess(high) + sd
    if not least < sd < most:
        raise SatixError.of(
            "analysis.plan_sd_impossible",
            mean=f"{mean:g}",
            sd=f"{sd:g}",
            options=len(ordered),
            low=f"{least:.1f}",
            high=f"{most:.1f}",
        )
    sigma = math.exp(float(brentq(excess, low, high, xtol=1e-10)))
    return AnswerScale(points=ordered, mu=_mu_for_mean(ordered, mean, sigma), sigma=sigma)


def _cuts(points: Floats) -> Floats:
    return np.asarray((points[1:] + points[:-1]) / 2)


def _shares(points: Floats, mu: float, sigma: float) -> Floats:
    from scipy.special import ndtr

    below = ndtr((_cuts(points) - mu) / sigma)
    return np.asarray(np.diff(np.concatenate([[0.0], below, [1.0]])))


def _mu_for_mean(points: Floats, mean: float, sigma: float) -> float:
    from scipy.optimize import brentq

    if not points[0] < mean < points[-1]:
        raise SatixError.of(
            "analysis.plan_mean_impossible", mean=f"{mean:g}", low=f"{points[0]:g}", high=f"{points[-1]:g}"
        )
    reach = 40 * sigma + float(points[-1] - points[0])
    return float(
        brentq(
            lambda mu: float(_shares(points, mu, sigma) @ points) - mean,
            float(points[0]) - reach,
            float(points[-1]) + reach,
            xtol=1e-12 * max(reach, 1.0),
        )
    )
