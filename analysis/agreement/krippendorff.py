"""Krippendorff's alpha: any number of coders, any level of measurement, missing codes.

With the m_u codes of unit u, the coincidences are o_ck = sum_u (pairs c-k of different coders) / (m_u - 1), their
margins n_c, and alpha = 1 - (n - 1) sum o_ck d_ck / sum n_c n_k d_ck. The difference d is, by level: nominal 1 for
c != k; interval (c - k)^2; ratio ((c - k)/(c + k))^2; ordinal (n_c/2 + sum of the n between + n_k/2)^2.

The interval is the percentile interval of a bootstrap that draws units with replacement (``"units_percentile"``).

Reference: Krippendorff (2019), Content Analysis, 4th ed., ch. 12; Hayes & Krippendorff (2007), Communication Methods
and Measures 1, 77-89.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import nan
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
MeasurementLevel = Literal["nominal", "ordinal", "interval", "ratio"]

__all__ = ["KrippendorffResult", "MeasurementLevel", "krippendorff_alpha"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KrippendorffResult(TableDisplay):
    """Alpha of ``n`` units with at least two codes; ``dropped`` had fewer. NaN where nothing varies.

    ``observed`` and ``expected`` are the mean differences within units and at large; ``n_codes`` the codes used.
    """

    estimate: float
    std_error: float
    lower: float
    upper: float
    observed: float
    expected: float
    level: MeasurementLevel
    n: int
    dropped: int
    n_coders: int
    n_codes: int
    missing_codes: int
    interval: str
    replicates: int
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """Alpha, level and interval in one line."""
        return (
            f"Krippendorff alpha ({self.level}) {self.estimate:.3f} ({self.confidence:.0%} interval "
            f"{self.lower:.3f} to {self.upper:.3f}; {self.n} units, {self.n_coders} coders)"
        )


def krippendorff_alpha(
    codes: ArrayLike,
    *,
    level: MeasurementLevel = "nominal",
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 20240501,
) -> KrippendorffResult:
    """Krippendorff's alpha of (units, coders) codes; NaN where missing. ``replicates=0`` gives no interval.

    Raises
    ------
    InsufficientDataError
        No unit has two codes.
    SatixError
        A ratio scale with negative codes.
    """
    values = np.asarray(codes, dtype=np.float64)
    if values.ndim != 2:
        raise SatixError.of("analysis.agreement_table_invalid", found=str(values.shape))
    if level == "ratio" and (values < 0).any():
        raise SatixError.of("analysis.ratio_negative", found=int((values < 0).sum()))
    known = np.unique(values[~np.isnan(values)])
    counts = np.stack([(values == code).sum(axis=1) for code in known], axis=1) if len(known) else np.zeros((0, 0))
    pairable = counts.sum(axis=1) > 1
    if not pairable.any():
        raise InsufficientDataError.of("analysis.too_few_respondents", found=0, needed=1, what="agreement")
    table = counts[pairable].astype(np.float64)
    observed, expected = _differences(table, np.ones(len(table)), known, level)
    estimate = 1 - observed / expected if expected > 0 else nan
    std_error = lower = upper = nan
    n = len(table)
    if replicates and n > 1 and expected > 0:
        rng = np.random.default_rng(seed)
        draws = np.empty(replicates)
        for one in range(replicates):
            drawn = np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float64)
            within, at_large = _differences(table, drawn, known, level)
            draws[one] = 1 - within / at_large if at_large > 0 else nan
        draws = draws[np.isfinite(draws)]
        if len(draws) > 1:
            std_error = float(draws.std(ddof=1))
            lower, upper = (float(q) for q in np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2]))
    return KrippendorffResult(
        estimate=estimate,
        std_error=std_error,
        lower=lower,
        upper=upper,
        observed=observed,
        expected=expected,
        level=level,
        n=n,
        dropped=len(values) - n,
        n_coders=values.shape[1],
        n_codes=int(table.sum()),
        missing_codes=int(np.isnan(values).sum()),
        interval="units_percentile" if replicates else "none",
        replicates=replicates,
        confidence=confidence,
    )


def _differences(table: Floats, drawn: Floats, known: Floats, level: MeasurementLevel) -> tuple[float, float]:
    """Mean difference within units and at large, each unit counted ``drawn`` times."""
    scaled = table * (drawn / (table.sum(axis=1) - 1))[:, None]
    coincidences = scaled.T @ table - np.diag(scaled.sum(axis=0))
    margins = drawn @ table
    total = float(margins.sum())
    distance = _distance(known, margins, level)
    within = float((coincidences * distance).sum() / total)
    return within, float(margins @ distance @ margins / (total * (total - 1)))


def _distance(known: Floats, margins: Floats, level: MeasurementLevel) -> Floats:
    first, second = known[:, None], known[None, :]
    if level == "nominal":
        return np.asarray(first != second, dtype=np.float64)
    if level == "interval":
        return np.asarray((first - second) ** 2)
    if level == "ratio":
        total = first + second
        share = np.divide(first - second, total, out=np.zeros_like(total), where=total != 0)
        return np.asarray(share**2)
    middle = np.cumsum(margins) - margins / 2
    return np.asarray(np.subtract.outer(middle, middle) ** 2)
