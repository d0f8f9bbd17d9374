"""Change between two waves from summaries: means or shares, independent or overlapping samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from analysis.figures import TableDisplay
from analysis.minimum_detectable_change import detectable_difference
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ChangeResult",
    "EqualVariances",
    "WaveSummary",
    "compare_summaries",
    "overlap_from_summaries",
    "satterthwaite",
    "share_change",
    "standardised_difference",
    "welch_from_summaries",
]

FloatArray = npt.NDArray[np.float64]
EqualVariances = Literal["welch", "pooled", "normal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveSummary:
    """What a published figure gives of one wave: mean, standard deviation (n - 1) and number of respondents."""

    mean: float
    sd: float
    n: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeResult(TableDisplay):
    """Wave 2 minus wave 1 of one indicator, in the unit of the input (shares: 0-1)."""

    estimate_1: float
    estimate_2: float
    estimate: float
    std_error: float
    lower: float
    upper: float
    statistic: float
    df: float  # infinite: normal distribution
    p_value: float
    n_1: float
    n_2: float
    method: str  # welch, pooled, normal, overlap_..., share_pooled, share_unpooled, design
    confidence: float
    minimum_detectable_change: float  # at alpha = 1 - confidence and 80 % power
    std_error_if_independent: float  # differs from std_error only for overlapping samples
    cohens_d: float  # on the pooled standard deviation; NaN where none is defined

    def to_frame(self) -> pd.DataFrame:
        """One row, one column per field."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """Change, interval and p value."""
        return (
            f"{self.estimate:+.2f} ({self.lower:+.2f} to {self.upper:+.2f}), p = {self.p_value:.3g}, "
            f"n = {self.n_1:g} and {self.n_2:g}"
        )


def welch_from_summaries(wave_1: WaveSummary, wave_2: WaveSummary, *, confidence: float = 0.95) -> ChangeResult:
    """Welch's test of wave 2 minus wave 1 from means, standard deviations (n - 1) and sizes.

    References
    ----------
    Welch (1947), Biometrika 34, 28-35.
    """
    return compare_summaries(wave_1, wave_2, variances="welch", confidence=confidence)


def compare_summaries(
    wave_1: WaveSummary,
    wave_2: WaveSummary,
    *,
    variances: EqualVariances = "welch",
    confidence: float = 0.95,
) -> ChangeResult:
    """Wave 2 minus wave 1 of two independent samples from summaries.

    ``variances``: ``welch`` (unequal), ``pooled`` (Student, n1 + n2 - 2 degrees of freedom) or ``normal`` (unequal,
    z instead of t). ``cohens_d`` uses the pooled standard deviation in each case.

    Raises
    ------
    InsufficientDataError
        ``analysis.too_few_in_wave``: fewer than two respondents in one of the waves.
    """
    for wave, n in ((1, wave_1.n), (2, wave_2.n)):
        if n < 2:
            raise InsufficientDataError.of("analysis.too_few_in_wave", wave=wave, found=n, needed=2)
    parts = [np.asarray(wave.sd**2 / wave.n) for wave in (wave_1, wave_2)]
    freedom = [np.asarray(wave.n - 1, dtype=np.float64) for wave in (wave_1, wave_2)]
    pooled_df = wave_1.n + wave_2.n - 2
    pooled = math.sqrt(((wave_1.n - 1) * wave_1.sd**2 + (wave_2.n - 1) * wave_2.sd**2) / pooled_df)
    std_error, df = math.sqrt(float(parts[0] + parts[1])), math.inf
    if variances == "welch":
        df = float(satterthwaite(parts, freedom))
    elif variances == "pooled":
        std_error, df = pooled * math.sqrt(1 / wave_1.n + 1 / wave_2.n), pooled_df
    return _tested(wave_1, wave_2, std_error, df=df, method=variances, confidence=confidence, sd=pooled)


def overlap_from_summaries(
    wave_1: WaveSummary,
    wave_2: WaveSummary,
    *,
    n_overlap: float,
    correlation: float,
    distribution: Literal["normal", "t"] = "normal",
    confidence: float = 0.95,
) -> ChangeResult:
    """Change between two waves that share respondents, from summaries.

    Var = s1^2/n1 + s2^2/n2 - 2 r s1 s2 n_o / (n1 n2), with r the correlation of the two answers of the ``n_overlap``
    respondents in both waves. ``distribution`` ``t`` uses Satterthwaite's degrees of freedom of the independent case.

    Raises
    ------
    SatixError
        ``analysis.overlap_impossible``: more shared respondents than the smaller wave has, or |r| > 1.

    References
    ----------
    Kish (1965), Survey Sampling, ch. 12.4.
    """
    if not (0 <= n_overlap <= min(wave_1.n, wave_2.n) and -1 <= correlation <= 1):
        raise SatixError.of(
            "analysis.overlap_impossible", n_overlap=n_overlap, n_1=wave_1.n, n_2=wave_2.n, r=correlation
        )
    independent = welch_from_summaries(wave_1, wave_2, confidence=confidence)
    shared = 2 * correlation * wave_1.sd * wave_2.sd * n_overlap / (wave_1.n * wave_2.n)
    return _tested(
        wave_1,
        wave_2,
        math.sqrt(max(independent.std_error**2 - shared, 0.0)),
        df=math.inf if distribution == "normal" else independent.df,
        method=f"overlap_{distribution}",
        confidence=confidence,
        independent_error=independent.std_error,
    )


def share_change(
    count_1: float,
    n_1: float,
    count_2: float,
    n_2: float,
    *,
    variance: Literal["pooled", "unpooled"] = "pooled",
    confidence: float = 0.95,
) -> ChangeResult:
    """Change of a share between two independent simple samples (0-1), by a z test.

    ``variance`` is that of the test: ``pooled`` under equal shares, or ``unpooled``; the interval, the standard error
    and the minimum detectable change always use the unpooled variance.

    Raises
    ------
    SatixError
        ``analysis.counts_impossible``: a count below 0 or above its n.
    """
    if not (0 <= count_1 <= n_1 and 0 <= count_2 <= n_2 and min(n_1, n_2) > 0):
        raise SatixError.of("analysis.counts_impossible", found=f"{count_1:g}/{n_1:g}, {count_2:g}/{n_2:g}")
    waves = [
        WaveSummary(mean=count / n, sd=math.sqrt(count / n * (1 - count / n)), n=n)
        for count, n in ((count_1, n_1), (count_2, n_2))
    ]
    std_error = math.sqrt(sum(wave.sd**2 / wave.n for wave in waves))
    test_error = std_error
    if variance == "pooled":
        common = (count_1 + count_2) / (n_1 + n_2)
        test_error = math.sqrt(common * (1 - common) * (1 / n_1 + 1 / n_2))
    return _tested(
        waves[0],
        waves[1],
        std_error,
        df=math.inf,
        method=f"share_{variance}",
        confidence=confidence,
        test_error=test_error,
    )


def _tested(
    wave_1: WaveSummary,
    wave_2: WaveSummary,
    std_error: float,
    *,
    df: float,
    method: str,
    confidence: float,
    sd: float = math.nan,
    test_error: float | None = None,
    independent_error: float | None = None,
) -> ChangeResult:
    """Test and interval of a difference with a known standard error."""
    from scipy import special

    difference = wave_2.mean - wave_1.mean
    statistic = standardised_difference(difference, std_error if test_error is None else test_error)
    quantile = float(special.stdtrit(df, (1 + confidence) / 2))
    return ChangeResult(
        estimate_1=wave_1.mean,
        estimate_2=wave_2.mean,
        estimate=difference,
        std_error=std_error,
        lower=difference - quantile * std_error,
        upper=difference + quantile * std_error,
        statistic=statistic,
        df=df,
        p_value=2 * float(special.stdtr(df, -abs(statistic))),
        n_1=wave_1.n,
        n_2=wave_2.n,
        method=method,
        confidence=confidence,
        minimum_detectable_change=float(detectable_difference(std_error, alpha=1 - confidence, df=df)),
        std_error_if_independent=std_error if independent_error is None else independent_error,
        cohens_d=standardised_difference(difference, sd),
    )


def standardised_difference(difference: float, spread: float) -> float:
    """difference / spread; NaN without a positive spread."""
    return difference / spread if spread > 0 else math.nan


def satterthwaite(variances: Sequence[FloatArray], df: Sequence[FloatArray]) -> FloatArray:
    """(v1 + v2)^2 / (v1^2/df1 + v2^2/df2); NaN where a variance is missing or both are zero."""
    total = variances[0] + variances[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = sum(np.where(v > 0, v**2 / d, v) for v, d in zip(variances, df, strict=True))
        return np.asarray(np.where(total > 0, total**2 / parts, np.nan), dtype=np.float64)
