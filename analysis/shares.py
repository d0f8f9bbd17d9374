"""Top-box share, effort score and, from `analysis.net_promoter`, the Net Promoter Score.

References
----------
Dixon, Freeman & Toman (2010), Harvard Business Review 88(7/8), 116-122 (customer effort).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.design import SurveyDesign, design_mean
from analysis.figures import Estimate, TableDisplay
from analysis.net_promoter import (
    NetPromoterDifference,
    NetPromoterResult,
    net_promoter_from_counts,
    net_promoter_score,
    nps_difference,
)
from analysis.rescaling import rescale_to_index
from analysis.share_intervals import ShareInterval, design_share, share_bounds
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "NetPromoterDifference",
    "NetPromoterResult",
    "TopBoxResult",
    "design_share",
    "effort_score",
    "net_promoter_from_counts",
    "net_promoter_score",
    "nps_difference",
    "share_bounds",
    "top_box_share",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopBoxResult(TableDisplay):
    """Shares (0-1) of the top options and of as many options at the bottom, beside mean and index.

    ``mean`` and ``mean_std_error`` are on the scale of the question, ``index`` in index points (0-100).
    """

    top: Estimate
    bottom: Estimate
    mean: float
    mean_std_error: float
    index: Estimate
    top_options: tuple[float, ...]
    bottom_options: tuple[float, ...]

    def to_frame(self) -> pd.DataFrame:
        """Three rows: top, bottom, index."""
        import pandas as pd

        rows = {"top": self.top, "bottom": self.bottom, "index": self.index}
        return pd.DataFrame([asdict(figure) for figure in rows.values()], index=pd.Index(list(rows), name="figure"))

    def summary(self) -> str:
        """The top share and its interval in one line."""
        return self.top.summary()


def top_box_share(
    values: ArrayLike | Mapping[float, int],
    *,
    top: Collection[float],
    scale: tuple[float, float],
    design: SurveyDesign | None = None,
    interval: ShareInterval = "wilson",
    confidence: float = 0.95,
) -> TopBoxResult:
    """Share of the best answers, for instance 4 and 5 of 1 to 5.

    Parameters
    ----------
    values : (n,) answers with NaN where missing, or a mapping from answer to count.
    top : the best options; the bottom share takes as many from the other end.
    scale : declared ends; the options are the whole steps between them.
    design : sampling design of the answers (default: equal weights).
    interval, confidence : interval of the shares; see `analysis.share_intervals.design_share`. The index has a
        t interval.

    Raises
    ------
    SatixError
        Options off the scale, answers off the scale, or bad counts.
    InsufficientDataError
        No answers.
    """
    lowest, highest = scale
    options = [float(option) for option in np.arange(lowest, highest + 1)]
    wanted = sorted(float(option) for option in set(top))
    if not wanted or not set(wanted) < set(options):
        raise SatixError.of("analysis.top_options_invalid", found=_listed(wanted), expected=_listed(options))
    answers = _expanded(values)
    points = rescale_to_index(answers, lowest=lowest, highest=highest)
    plan = SurveyDesign.simple(len(answers)) if design is None else design
    worst = options[: len(wanted)]
    missing = np.isnan(answers)
    if missing.all():
        raise InsufficientDataError.of("analysis.too_few_respondents", found=0, needed=1, what="top box")

    def share(chosen: list[float]) -> Estimate:
        flags = np.where(missing, np.nan, np.isin(answers, chosen))
        return design_share(flags, plan, interval=interval, confidence=confidence)

    mean = design_mean(answers, plan, confidence=confidence)
    return TopBoxResult(
        top=share(wanted),
        bottom=share(worst),
        mean=mean.estimate,
        mean_std_error=mean.std_error,
        index=design_mean(points, plan, confidence=confidence, kind="index"),
        top_options=tuple(wanted),
        bottom_options=tuple(worst),
    )


def effort_score(
    values: ArrayLike | Mapping[float, int],
    *,
    scale: tuple[float, float] = (1, 7),
    top: Collection[float] = (5, 6, 7),
    design: SurveyDesign | None = None,
    confidence: float = 0.95,
) -> TopBoxResult:
    """Customer effort score 2.0: mean and share of 5 to 7 on the agreement "made it easy", 1 to 7.

    Arguments, result and errors as in `top_box_share`; the mean is the usual headline figure.
    """
    return top_box_share(values, top=top, scale=scale, design=design, confidence=confidence)


def _expanded(values: ArrayLike | Mapping[float, int]) -> NDArray[np.float64]:
    """One entry per respondent."""
    if not isinstance(values, Mapping):
        return np.asarray(values, dtype=np.float64)
    counts = list(values.values())
    if any(count < 0 or count != int(count) for count in counts):
        raise SatixError.of("analysis.counts_invalid", found=counts)
    return np.repeat(np.array(list(values), dtype=np.float64), np.array(counts, dtype=np.int64))


def _listed(options: list[float]) -> str:
    return ", ".join(f"{option:g}" for option in options)
