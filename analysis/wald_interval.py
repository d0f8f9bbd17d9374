"""The symmetric interval estimate +/- quantile * standard error."""

from __future__ import annotations

import math

from survey.errors import SatixError

__all__ = ["wald_interval"]


def wald_interval(
    estimate: float, std_error: float, *, df: float = math.inf, confidence: float = 0.95
) -> tuple[float, float]:
    """Lower and upper bound from the t distribution with ``df`` degrees of freedom, or the normal one (infinite df).

    NaN bounds where the standard error is NaN or ``df`` is below 1.

    Raises
    ------
    SatixError
        ``analysis.confidence_out_of_range``: ``confidence`` is not strictly between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise SatixError.of("analysis.confidence_out_of_range", found=confidence)
    from scipy import special

    quantile = float(special.stdtrit(df if df >= 1 else math.nan, (1 + confidence) / 2))
    return estimate - quantile * std_error, estimate + quantile * std_error
