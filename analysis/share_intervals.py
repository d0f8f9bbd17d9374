"""Intervals for a share, without weights and under a sampling design.

References
----------
Wilson (1927), JASA 22, 209-212; Newcombe (1998), Statistics in Medicine 17, 857-872 (continuity); Clopper & Pearson
(1934), Biometrika 26, 404-413; Korn & Graubard (1998), Survey Methodology 24, 193-201 (effective sample size).
"""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.design import SurveyDesign, design_mean
from analysis.figures import Estimate
from survey.errors import SatixError

ShareInterval = Literal["wilson", "wilson_continuity", "clopper_pearson", "logit"]

__all__ = ["ShareInterval", "design_share", "design_shares", "share_bounds"]


def share_bounds(
    p: float,
    n: float,
    *,
    method: Literal["wilson", "wilson_continuity", "clopper_pearson"] = "wilson",
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Lower and upper bound for a share ``p`` (0-1) of ``n`` independent answers; ``n`` need not be whole.

    NaN without answers.
    """
    from scipy.special import betaincinv, ndtri

    if not n > 0 or isnan(p):
        return nan, nan
    tail = (1 - confidence) / 2
    if method == "clopper_pearson":
        k = n * p
        lower = 0.0 if k <= 0 else float(betaincinv(k, n - k + 1, tail))
        upper = 1.0 if k >= n else float(betaincinv(k + 1, n - k, 1 - tail))
        return lower, upper
    z = float(ndtri(1 - tail))
    if method == "wilson":
        half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        centre = p + z * z / (2 * n)
        lower, upper = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    else:
        q = 1 - p
        below = z * z - 2 - 1 / n + 4 * p * (n * q + 1)
        above = z * z + 2 - 1 / n + 4 * p * (n * q - 1)
        lower = 0.0 if p <= 0 else (2 * n * p + z * z - 1 - z * sqrt(below)) / (2 * (n + z * z))
        upper = 1.0 if p >= 1 else (2 * n * p + z * z + 1 + z * sqrt(above)) / (2 * (n + z * z))
    return (max(lower, 0.0) if p > 0 else 0.0), (min(upper, 1.0) if p < 1 else 1.0)


def design_share(
    flags: ArrayLike,
    design: SurveyDesign,
    *,
    mask: ArrayLike | None = None,
    interval: ShareInterval = "wilson",
    confidence: float = 0.95,
) -> Estimate:
    """Share (0-1) of ones among the valid answers, under the design.

    ``flags`` (n,) is 1, 0 or NaN where missing. Without weights, strata and clusters the interval is that of a
    binomial count. Otherwise it uses an effective number of answers, and the name of the interval says so: Kish's
    under case weights alone (``wilson_effective_n``); with strata, clusters or population sizes p(1 - p)/SE^2
    times (t_{n-1}/t_df)^2 after Korn and Graubard (``wilson_korn_graubard``; with ``clopper_pearson``, their
    interval). ``"logit"`` is the t interval of the log odds. ``std_error`` is the design's in every case.
    """
    return _with_interval(
        design_mean(flags, design, mask=mask, confidence=confidence, kind="share"), design, interval, confidence
    )


def design_shares(
    flags: ArrayLike,
    design: SurveyDesign,
    *,
    mask: ArrayLike | None = None,
    interval: ShareInterval = "wilson",
    confidence: float = 0.95,
) -> list[Estimate]:
    """The shares of many columns, (n, p): each is what `design_share` makes of its column alone.

    ``mask`` is (n,) or (n, p). Columns are taken one by one: a figure then depends on no other column, not even in
    its last digit, and a column stays in the processor's cache.
    """
    columns = np.asarray(flags, dtype=np.float64)
    if columns.ndim != 2:
        raise SatixError.of("analysis.design_lengths_differ", what="flags", found=columns.shape, expected=design.n)
    domain = None if mask is None else np.asarray(mask, dtype=np.bool_)
    return [
        design_share(
            column,
            design,
            mask=domain if domain is None or domain.ndim == 1 else domain[:, place],
            interval=interval,
            confidence=confidence,
        )
        for place, column in enumerate(columns.T)
    ]


def _with_interval(figure: Estimate, design: SurveyDesign, interval: ShareInterval, confidence: float) -> Estimate:
    """The figure with the bounds and the name of the interval asked for."""
    p, se, n = figure.estimate, figure.std_error, float(figure.n)
    if interval == "logit":
        lower, upper = _logit_bounds(p, se, figure.df, confidence)
        return replace(figure, lower=lower, upper=upper, interval="logit")
    name: str = interval
    if design.is_structured:
        if 0 < p < 1 and se > 0:
            n, name = p * (1 - p) / se**2 * _t_ratio(figure.n - 1, figure.df, confidence) ** 2, f"{name}_korn_graubard"
        else:
            n, name = figure.n_effective, f"{name}_effective_n"
    elif figure.n_effective < figure.n * (1 - 1e-12):
        n, name = figure.n_effective, f"{name}_effective_n"
    lower, upper = share_bounds(p, n, method=interval, confidence=confidence)
    return replace(figure, lower=lower, upper=upper, interval=name)


def _logit_bounds(p: float, se: float, df: float, confidence: float) -> tuple[float, float]:
    from scipy.special import expit, logit, stdtrit

    if not 0 < p < 1 or isnan(se):
        return nan, nan
    half = float(stdtrit(df, 0.5 + confidence / 2)) * se / (p * (1 - p))
    lower, upper = expit(np.array([logit(p) - half, logit(p) + half]))
    return float(lower), float(upper)


def _t_ratio(df_simple: float, df_design: float, confidence: float) -> float:
    from scipy.special import stdtrit

    q = 0.5 + confidence / 2
    return float(stdtrit(df_simple, q) / stdtrit(df_design, q))
