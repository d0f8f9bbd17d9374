"""Test-retest reliability, standard error of measurement, reliable change.

Of two measurements of the same respondents: Pearson's r with Fisher's interval, the intraclass correlations ICC(A,1)
(agreement) and ICC(C,1) (consistency), and the standard error of measurement two ways: SD sqrt(1 - reliability), and
from the differences, SD(difference)/sqrt 2, which needs no coefficient.

Reliable change of a respondent: RC = (second - first) / (SD sqrt(2 (1 - reliability))), beyond 1.96 in size.

References
----------
Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428; Jacobson & Truax (1991), J. of Consulting and Clinical
Psychology 59, 12-19.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import atanh, sqrt, tanh
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.agreement.intraclass import intraclass_correlation
from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

ReliabilityKind = Literal["alpha", "omega_total", "omega_hierarchical", "test_retest", "split_half", "kr20", "other"]

__all__ = ["MeasurementError", "ReliabilityKind", "ReliableChangeResult", "RetestResult"]
__all__ += ["measurement_error", "reliable_change", "retest_reliability"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetestResult(TableDisplay):
    """Agreement of two measurements of ``n`` respondents; ``estimate`` is Pearson's r."""

    estimate: float
    lower: float
    upper: float
    icc_agreement: float
    icc_agreement_lower: float
    icc_agreement_upper: float
    icc_consistency: float
    mean_change: float
    sd_change: float
    sem_from_differences: float
    n: int
    dropped: int
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """Both coefficients in one line."""
        return (
            f"test-retest r {self.estimate:.3f} ({self.lower:.3f} to {self.upper:.3f}), "
            f"ICC(A,1) {self.icc_agreement:.3f}, mean change {self.mean_change:+.3f} (n = {self.n})"
        )


def retest_reliability(first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95) -> RetestResult:
    """Test-retest reliability of scores (n,) at two times, same respondents in the same order, NaN where missing.

    Raises
    ------
    InsufficientDataError
        Fewer than four respondents measured twice, or scores that do not vary at one of the times.
    """
    from scipy.special import ndtri

    one, two = (np.asarray(part, dtype=np.float64) for part in (first, second))
    if one.shape != two.shape:
        raise SatixError.of("analysis.shapes_differ", first=str(one.shape), second=str(two.shape))
    both = ~np.isnan(one) & ~np.isnan(two)
    x, n = np.column_stack([one[both], two[both]]), int(both.sum())
    if n < 4:
        raise InsufficientDataError.of("analysis.too_few_pairs", found=n, needed=4)
    sd = np.array([one.std(ddof=1) for one in x.T])
    if not (sd > 0).all():
        raise InsufficientDataError.of("analysis.item_without_variance", item="first" if sd[0] == 0 else "second")
    r = float(np.clip(np.asarray(np.corrcoef(x.T))[0, 1], -1.0, 1.0))
    half = float(ndtri(0.5 + confidence / 2)) / sqrt(n - 3)
    lower, upper = (r, r) if abs(r) == 1 else (tanh(atanh(r) - half), tanh(atanh(r) + half))
    forms = intraclass_correlation(x, confidence=confidence)
    change = x[:, 1] - x[:, 0]
    return RetestResult(
        estimate=r,
        lower=lower,
        upper=upper,
        icc_agreement=forms["ICC2"].estimate,
        icc_agreement_lower=forms["ICC2"].lower,
        icc_agreement_upper=forms["ICC2"].upper,
        icc_consistency=forms["ICC3"].estimate,
        mean_change=float(change.mean()),
        sd_change=float(change.std(ddof=1)),
        sem_from_differences=float(change.std(ddof=1)) / sqrt(2),
        n=n,
        dropped=len(one) - n,
        confidence=confidence,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementError(TableDisplay):
    """Standard error of measurement in score units; ``half_width`` bounds a single respondent's score."""

    estimate: float
    half_width: float
    smallest_detectable_change: float
    sd: float
    reliability: float
    reliability_kind: ReliabilityKind
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """The error and what it means for one respondent, in one line."""
        return (
            f"standard error of measurement {self.estimate:.3f} ({self.reliability_kind} {self.reliability:.3f}); one "
            f"respondent's score +- {self.half_width:.3f}, smallest detectable change "
            f"{self.smallest_detectable_change:.3f}"
        )


def measurement_error(
    sd: float, reliability: float, *, reliability_kind: ReliabilityKind, confidence: float = 0.95
) -> MeasurementError:
    """SD sqrt(1 - reliability); the smallest detectable change of one respondent is z sqrt 2 times it.

    ``reliability_kind`` must say which coefficient is given: alpha knows nothing of change over time.

    Raises
    ------
    SatixError
        A reliability outside 0 to 1 or a standard deviation that is not positive.
    """
    from scipy.special import ndtri

    if not 0 <= reliability <= 1:
        raise SatixError.of("analysis.reliability_range", name=reliability_kind, found=reliability)
    if not sd > 0:
        raise InsufficientDataError.of("analysis.no_item_variance")
    error, z = sd * sqrt(1 - reliability), float(ndtri(0.5 + confidence / 2))
    return MeasurementError(
        estimate=error,
        half_width=z * error,
        smallest_detectable_change=z * sqrt(2) * error,
        sd=sd,
        reliability=reliability,
        reliability_kind=reliability_kind,
        confidence=confidence,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReliableChangeResult(TableDisplay):
    """Reliable change index (n,) and how many rose, fell or stayed within the error of measurement."""

    index: NDArray[np.float64]
    improved: int
    unchanged: int
    worsened: int
    error_of_difference: float
    critical: float
    reliability: float
    reliability_kind: ReliabilityKind
    n: int
    dropped: int

    def to_frame(self) -> pd.DataFrame:
        """A row per verdict: respondents and share (0-1)."""
        import pandas as pd

        counts = {"improved": self.improved, "unchanged": self.unchanged, "worsened": self.worsened}
        return pd.DataFrame({"n": counts, "estimate": {name: count / self.n for name, count in counts.items()}})

    def summary(self) -> str:
        """The three counts in one line."""
        return (
            f"reliable change: {self.improved} up, {self.worsened} down, {self.unchanged} within error (n = {self.n})"
        )


def reliable_change(
    first: ArrayLike,
    second: ArrayLike,
    *,
    sd: float,
    reliability: float,
    reliability_kind: ReliabilityKind,
    confidence: float = 0.95,
) -> ReliableChangeResult:
    """Jacobson and Truax's reliable change of each respondent; higher scores are better.

    ``sd`` and ``reliability`` are those of a reference group or of the first measurement.
    """
    from scipy.special import ndtri

    error = sqrt(2) * measurement_error(sd, reliability, reliability_kind=reliability_kind).estimate
    one, two = (np.asarray(part, dtype=np.float64) for part in (first, second))
    if one.shape != two.shape:
        raise SatixError.of("analysis.shapes_differ", first=str(one.shape), second=str(two.shape))
    critical = float(ndtri(0.5 + confidence / 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        index = (two - one) / error
    known = ~np.isnan(index)
    if not known.any():
        raise InsufficientDataError.of("analysis.too_few_pairs", found=0, needed=1)
    up, down = int((index > critical).sum()), int((index < -critical).sum())
    return ReliableChangeResult(
        index=index,
        improved=up,
        unchanged=int(known.sum()) - up - down,
        worsened=down,
        error_of_difference=error,
        critical=critical,
        reliability=reliability,
        reliability_kind=reliability_kind,
        n=int(known.sum()),
        dropped=int((~known).sum()),
    )
