"""Net Promoter Score: promoters (9-10) minus detractors (0-6) on the eleven answers 0 to 10, in points.

References
----------
Reichheld (2003), Harvard Business Review 81(12), 46-54; Rocks (2016), The American Statistician 70, 365-372.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.design import SurveyDesign, design_means
from analysis.figures import Estimate, TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NetPromoterDifference", "NetPromoterResult", "net_promoter_from_counts", "net_promoter_score"]
__all__ += ["nps_difference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetPromoterResult(TableDisplay):
    """The score and its parts. Score, standard error and bounds are in points (-100 to 100), shares 0-1.

    Without case weights, strata and clusters ``variance`` is P + D - (P - D)^2 of one answer (as shares), the
    standard error sqrt(variance / n) without n - 1, and both intervals are given: Wald, and the adjusted Wald
    that adds 3/4 promoters, 1 1/2 passives and 3/4 detractors. Under a design the standard error is the design's
    and the interval a t interval; the Wald figures are NaN.
    """

    figure: Estimate
    promoters: float
    passives: float
    detractors: float
    variance: float
    wald_lower: float
    wald_upper: float
    adjusted_wald_centre: float
    adjusted_wald_lower: float
    adjusted_wald_upper: float

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        own = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "figure"}
        return pd.DataFrame([{**asdict(self.figure), **own}])

    def summary(self) -> str:
        """The score, its interval and n in one line."""
        return self.figure.summary()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetPromoterDifference(TableDisplay):
    """Second minus first score, in points, for independent samples; two-sided normal test."""

    estimate: float
    std_error: float
    lower: float
    upper: float
    z: float
    p_value: float
    n_first: int
    n_second: int
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """The difference and its interval in one line."""
        return f"{self.estimate:+.1f} points ({self.lower:+.1f} to {self.upper:+.1f}; p = {self.p_value:.3g})"


def net_promoter_from_counts(
    *,
    promoters: int,
    passives: int,
    detractors: int,
    interval: Literal["adjusted_wald", "wald"] = "adjusted_wald",
    confidence: float = 0.95,
) -> NetPromoterResult:
    """The score from counts of respondents. ``interval`` chooses the one shown with the figure.

    Raises
    ------
    SatixError
        A count that is negative or not whole.
    InsufficientDataError
        No respondents.
    """
    counts = (promoters, passives, detractors)
    if any(count < 0 or count != int(count) for count in counts):
        raise SatixError.of("analysis.counts_invalid", found=list(counts))
    n = int(sum(counts))
    if n == 0:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=0, needed=1, what="NPS")
    z = _normal_quantile(confidence)
    score, variance = _score_and_variance(promoters, detractors, n)
    se = sqrt(variance / n)
    centre, adjusted_variance = _score_and_variance(promoters + 0.75, detractors + 0.75, n + 3)
    adjusted_half = z * sqrt(adjusted_variance / (n + 3))
    wald = (100 * (score - z * se), 100 * (score + z * se))
    adjusted = (100 * (centre - adjusted_half), 100 * (centre + adjusted_half))
    lower, upper = adjusted if interval == "adjusted_wald" else wald
    figure = Estimate(
        kind="net_score",
        estimate=100 * score,
        std_error=100 * se,
        lower=lower,
        upper=upper,
        n=n,
        n_effective=float(n),
        df=float("inf"),
        confidence=confidence,
        interval=interval,
        design_based=False,
    )
    return NetPromoterResult(
        figure=figure,
        promoters=promoters / n,
        passives=passives / n,
        detractors=detractors / n,
        variance=variance,
        wald_lower=wald[0],
        wald_upper=wald[1],
        adjusted_wald_centre=100 * centre,
        adjusted_wald_lower=adjusted[0],
        adjusted_wald_upper=adjusted[1],
    )


def net_promoter_score(
    values: ArrayLike | Mapping[int, int],
    *,
    scale: tuple[float, float] = (0, 10),
    design: SurveyDesign | None = None,
    interval: Literal["adjusted_wald", "wald"] = "adjusted_wald",
    confidence: float = 0.95,
) -> NetPromoterResult:
    """The score from answers 0 to 10: (n,) with NaN where missing, or a mapping from answer to count.

    ``scale`` is the declared scale of the question and must be 0 to 10. With a ``design`` that has unequal
    weights, strata or clusters, standard error and t interval are the design's and ``interval`` has no bearing.
    Answers of a probability sample keep that mark either way.

    Raises
    ------
    SatixError
        Another scale, or an answer that is not one of 0, 1, ... 10.
    InsufficientDataError
        No answers.
    """
    if tuple(scale) != (0, 10):
        raise SatixError.of("analysis.net_promoter_scale", found=f"{scale[0]:g}-{scale[1]:g}")
    if isinstance(values, Mapping):
        counts = {float(answer): int(count) for answer, count in values.items()}
        _check_answers(np.array(list(counts)))
        sizes = [sum(c for a, c in counts.items() if low <= a <= high) for low, high in ((9, 10), (7, 8), (0, 6))]
        return net_promoter_from_counts(
            promoters=sizes[0], passives=sizes[1], detractors=sizes[2], interval=interval, confidence=confidence
        )
    answers = np.asarray(values, dtype=np.float64)
    valid = ~np.isnan(answers)
    _check_answers(answers[valid])
    parts = np.column_stack([answers >= 9, (answers > 6) & (answers < 9), answers <= 6]).astype(np.float64)
    parts[~valid] = np.nan
    if design is None or not (design.is_weighted or design.is_structured):
        promoters, passives, detractors = (int(count) for count in np.nansum(parts, axis=0))
        result = net_promoter_from_counts(
            promoters=promoters, passives=passives, detractors=detractors, interval=interval, confidence=confidence
        )
        if design is None or not design.probability_sample:
            return result
        return _marked_design_based(result)
    columns = np.column_stack([100 * (parts[:, 0] - parts[:, 2]), parts])
    means = design_means(columns, design, confidence=confidence)
    if not means.n[0]:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=0, needed=1, what="NPS")
    share = means.estimate[1:]
    return NetPromoterResult(
        figure=means.figure(0, kind="net_score"),
        promoters=float(share[0]),
        passives=float(share[1]),
        detractors=float(share[2]),
        variance=float(share[0] + share[2] - (share[0] - share[2]) ** 2),
        wald_lower=nan,
        wald_upper=nan,
        adjusted_wald_centre=nan,
        adjusted_wald_lower=nan,
        adjusted_wald_upper=nan,
    )


def nps_difference(
    first: NetPromoterResult, second: NetPromoterResult, *, confidence: float = 0.95
) -> NetPromoterDifference:
    """Second minus first score of independent samples: the squared standard errors add up."""
    from scipy.special import ndtr

    difference = second.figure.estimate - first.figure.estimate
    se = sqrt(first.figure.std_error**2 + second.figure.std_error**2)
    z = difference / se if se > 0 else nan
    half = _normal_quantile(confidence) * se
    return NetPromoterDifference(
        estimate=difference,
        std_error=se,
        lower=difference - half,
        upper=difference + half,
        z=z,
        p_value=float(2 * ndtr(-abs(z))),
        n_first=first.figure.n,
        n_second=second.figure.n,
        confidence=confidence,
    )


def _score_and_variance(promoters: float, detractors: float, n: float) -> tuple[float, float]:
    p, d = promoters / n, detractors / n
    return p - d, p + d - (p - d) ** 2


def _check_answers(answers: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    outside = ~np.isin(answers, np.arange(11))
    if outside.any():
        raise SatixError.of("analysis.net_promoter_scale", found=", ".join(f"{a:g}" for a in np.unique(answers)[:20]))


def _marked_design_based(result: NetPromoterResult) -> NetPromoterResult:
    from dataclasses import replace

    return replace(result, figure=replace(result.figure, design_based=True))


def _normal_quantile(confidence: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + confidence / 2))
