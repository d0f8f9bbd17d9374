"""Two measurements of the same respondents: paired tests, effect sizes and their intervals.

Unweighted by nature: the rank test and the noncentral t intervals have no sound form under case weights, so
:func:`paired_comparison` takes none. Under a sampling design use :func:`analysis.gap.service_gap`.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EffectSize", "PairedComparisonResult", "paired_comparison"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectSize:
    """A standardised difference and its interval; NaN where undefined."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedComparisonResult(TableDisplay):
    """Second minus first over the respondents who answered both.

    ``wilcoxon_v`` is the sum of the ranks of the positive differences: zero differences dropped (Wilcoxon, not
    Pratt), average ranks for ties, normal approximation with tie correction; one p value without and one with the
    continuity correction. ``cohens_d_z`` divides by the standard deviation (n - 1) of the differences;
    ``cohens_d_independent`` ignores the pairing and divides by the pooled standard deviation. Hedges' g multiplies
    by the exact small-sample factor J. Intervals of d and g invert the noncentral t distribution; that of the
    matched-pairs rank biserial correlation works on Fisher's z.
    """

    n: int
    n_dropped: int  # respondents with only one of the two
    estimate: float
    sd_difference: float
    std_error: float
    lower: float
    upper: float
    t: float
    df: float
    p_value: float
    n_zero: int
    wilcoxon_v: float
    wilcoxon_p: float
    wilcoxon_p_continuity: float
    cohens_d_z: EffectSize
    hedges_g_z: EffectSize
    cohens_d_independent: EffectSize
    hedges_g_independent: EffectSize
    rank_biserial: EffectSize
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """One row per figure; effect sizes bring their own interval."""
        import pandas as pd

        rows: list[dict[str, object]] = []
        for name, value in asdict(self).items():
            if isinstance(value, dict):
                rows.append({"figure": name, **value})
            elif name not in {"lower", "upper", "confidence"}:
                bounds = {"lower": self.lower, "upper": self.upper} if name == "estimate" else {}
                rows.append({"figure": name, "estimate": float(value), **bounds})
        return pd.DataFrame(rows).set_index("figure")

    def summary(self) -> str:
        """Difference, interval, test and effect size."""
        return (
            f"difference {self.estimate:+.3g} ({self.lower:.3g} to {self.upper:.3g}), t({self.df:g}) = {self.t:.2f}, "
            f"p = {self.p_value:.3g}, d_z = {self.cohens_d_z.estimate:.2f}, n = {self.n}"
        )


def paired_comparison(
    first: npt.ArrayLike, second: npt.ArrayLike, *, confidence: float = 0.95
) -> PairedComparisonResult:
    """Compare two measurements of the same respondents: second minus first.

    Parameters
    ----------
    first, second : arrays, shape (n_respondents,)
        On the same scale; NaN = missing; a respondent enters with both.

    Without any spread of the differences t and d are NaN (or infinite when the mean is not zero); without a nonzero
    difference the rank figures are NaN.

    Raises
    ------
    InsufficientDataError
        ``analysis.too_few_pairs``: fewer than two respondents answered both.

    References
    ----------
    Wilcoxon (1945), Biometrics 1, 80-83; Hedges (1981), J. Educ. Stat. 6, 107-128; Steiger & Fouladi (1997),
    noncentrality interval estimation; Kerby (2014), Comprehensive Psychology 3:11 (rank biserial correlation).
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise SatixError.of("analysis.shapes_differ", first=list(x.shape), second=list(y.shape))
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = x[both], y[both]
    n = x.size
    if n < 2:
        raise InsufficientDataError.of("analysis.too_few_pairs", found=n, needed=2)
    from scipy import special

    difference = y - x
    mean, sd, df = float(difference.mean()), float(difference.std(ddof=1)), n - 1
    std_error = sd / math.sqrt(n)
    t = _ratio(mean, std_error)
    half = float(special.stdtrit(df, (1 + confidence) / 2)) * std_error
    d_z = _standardised(t, df, 1 / math.sqrt(n), confidence)
    pooled = math.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2)
    scale = math.sqrt(2 / n)
    d_independent = _standardised(_ratio(mean, pooled * scale), 2 * n - 2, scale, confidence)
    v, p_plain, p_corrected, rank_biserial = _signed_ranks(difference, confidence)
    return PairedComparisonResult(
        n=n,
        n_dropped=int(both.size - n),
        estimate=mean,
        sd_difference=sd,
        std_error=std_error,
        lower=mean - half,
        upper=mean + half,
        t=t,
        df=df,
        p_value=2 * float(special.stdtr(df, -abs(t))),
        n_zero=int(np.count_nonzero(difference == 0)),
        wilcoxon_v=v,
        wilcoxon_p=p_plain,
        wilcoxon_p_continuity=p_corrected,
        cohens_d_z=d_z,
        hedges_g_z=_hedges(d_z, df),
        cohens_d_independent=d_independent,
        hedges_g_independent=_hedges(d_independent, 2 * n - 2),
        rank_biserial=rank_biserial,
        confidence=confidence,
    )


def _ratio(numerator: float, denominator: float) -> float:
    if denominator > 0:
        return numerator / denominator
    return math.nan if numerator == 0 else math.copysign(math.inf, numerator)


def _standardised(t: float, df: float, scale: float, confidence: float) -> EffectSize:
    """d = t * scale; its interval is that of the noncentrality parameter of t, times scale."""
    from scipy import special

    if not math.isfinite(t):
        return EffectSize(estimate=t, lower=math.nan, upper=math.nan)
    tail = (1 - confidence) / 2
    lower, upper = (float(special.nctdtrinc(df, 1 - tail, t)), float(special.nctdtrinc(df, tail, t)))
    return EffectSize(estimate=t * scale, lower=lower * scale, upper=upper * scale)


def _hedges(d: EffectSize, df: float) -> EffectSize:
    """g = J d with J = gamma(df/2) / (sqrt(df/2) gamma((df - 1)/2)), applied to the bounds as well."""
    from scipy import special

    if df <= 1:
        return EffectSize(estimate=math.nan, lower=math.nan, upper=math.nan)
    j = math.exp(special.gammaln(df / 2) - math.log(math.sqrt(df / 2)) - special.gammaln((df - 1) / 2))
    return EffectSize(estimate=d.estimate * j, lower=d.lower * j, upper=d.upper * j)


def _signed_ranks(difference: FloatArray, confidence: float) -> tuple[float, float, float, EffectSize]:
    """Wilcoxon's V, its two normal p values, and (positive - negative ranks) / all ranks with Fisher-z interval.

    The standard error on Fisher's z is sqrt((2 n^3 + 3 n^2 + n) / 6) / ((n^2 + n) / 2), the null standard deviation of
    the rank sum difference over its maximum. As in R's effectsize, n counts all pairs there, equal ones included.
    """
    from scipy import special

    nonzero = difference[difference != 0]
    m = nonzero.size
    if m == 0:
        undefined = EffectSize(estimate=math.nan, lower=math.nan, upper=math.nan)
        return 0.0, math.nan, math.nan, undefined
    _, tied_with, ties = np.unique(np.abs(nonzero), return_inverse=True, return_counts=True)
    average_ranks = np.cumsum(ties) - (ties - 1) / 2
    v = float(average_ranks[tied_with][nonzero > 0].sum())
    total = m * (m + 1) / 2
    sigma = math.sqrt(m * (m + 1) * (2 * m + 1) / 24 - float((ties.astype(float) ** 3 - ties).sum()) / 48)
    deviation = v - total / 2
    plain = 2 * float(special.ndtr(-abs(deviation) / sigma))
    corrected = min(1.0, 2 * float(special.ndtr(-(abs(deviation) - 0.5 * (deviation != 0)) / sigma)))
    r = 2 * v / total - 1
    n = difference.size
    error = math.sqrt((2 * n**3 + 3 * n**2 + n) / 6) / (n * (n + 1) / 2)
    half = float(special.ndtri((1 + confidence) / 2)) * error
    with np.errstate(divide="ignore"):
        z = float(np.arctanh(r))
    effect = EffectSize(estimate=r, lower=math.tanh(z - half), upper=math.tanh(z + half))
    return v, plain, corrected, effect
