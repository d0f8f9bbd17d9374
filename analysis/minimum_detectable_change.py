"""How large a true change between two waves must be before a study of this size is likely to prove it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from analysis.figures import TableDisplay
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MinimumDetectableChangeResult",
    "detectable_difference",
    "minimum_detectable_change",
    "required_n_per_wave",
]

NORMAL_FROM_DF = 1e6  # beyond this many degrees of freedom t and z agree to more digits than any study has


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumDetectableChangeResult(TableDisplay):
    """The smallest true change that is proven with the stated power."""

    estimate: float  # points of the scale of ``sd``
    std_error: float  # of the difference, under the stated design effect
    alpha: float  # two-sided level of one test
    n_tests: int  # tests in the family; the level used is alpha / n_tests
    power: float
    sd_1: float
    sd_2: float
    n_1: float
    n_2: float
    design_effect: float
    distribution: Literal["normal", "t"]

    def to_frame(self) -> pd.DataFrame:
        """One row, one column per field."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """One sentence for a notebook."""
        level = self.alpha / self.n_tests
        return (
            f"A true change of {self.estimate:.2f} points is found with power {self.power:.0%} "
            f"at the two-sided level {level:.4g} (n = {self.n_1:g} and {self.n_2:g})"
        )


def detectable_difference(
    std_error: npt.ArrayLike,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    n_tests: int = 1,
    df: npt.ArrayLike = math.inf,
) -> npt.NDArray[np.float64]:
    """The true difference that a two-sided test with this standard error rejects with the stated power.

    Parameters
    ----------
    std_error : array
        Standard error of the difference, in points; NaN gives NaN.
    n_tests
        Size of the family. The level is the Bonferroni level ``alpha / n_tests``, at which the first step of Holm's
        procedure rejects: a difference found there is found by Holm whatever the other tests show, so the power
        under Holm is at least the stated one.
    df : array
        Degrees of freedom of the test. Finite values give the noncentrality at which the t test has the power;
        infinite ones the normal form (z_{1-a/2} + z_{power}) * std_error. The chance of rejecting on the wrong side
        is left out, which errs on the safe side.

    Raises
    ------
    SatixError
        ``analysis.level_out_of_range`` when alpha or power is not strictly between 0 and 1 or n_tests is below 1.
    """
    _check_levels(alpha, power, n_tests)
    from scipy import special

    level = alpha / n_tests
    normal = float(special.ndtri(power) - special.ndtri(level / 2))
    freedom = np.asarray(df, dtype=np.float64)
    exact = np.isfinite(freedom) & (freedom < NORMAL_FROM_DF)
    usable = np.where(exact, freedom, 1.0)
    with np.errstate(invalid="ignore"):
        noncentrality = special.nctdtrinc(usable, 1 - power, special.stdtrit(usable, 1 - level / 2))
    multiple = np.where(exact, noncentrality, np.where(np.isnan(freedom), np.nan, normal))
    return np.asarray(multiple * np.asarray(std_error, dtype=np.float64), dtype=np.float64)


def minimum_detectable_change(
    sd: float,
    n_1: float,
    n_2: float,
    *,
    sd_2: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    n_tests: int = 1,
    design_effect: float = 1.0,
    distribution: Literal["normal", "t"] = "normal",
) -> MinimumDetectableChangeResult:
    """(z_{1-a/2} + z_{power}) * sd * sqrt(1/n1 + 1/n2) * sqrt(deff) for two independent waves.

    Parameters
    ----------
    sd, sd_2
        Standard deviation between respondents in wave 1 and wave 2 (the same when ``sd_2`` is left out).
    n_1, n_2
        Respondents per wave.
    n_tests
        Indicators tested together; the level is alpha / n_tests (see :func:`detectable_difference`).
    design_effect
        Variance under the design over the variance of a simple random sample of the same size.
    distribution
        ``normal`` is the planning formula; ``t`` allows for the estimated variance with Welch's degrees of freedom
        and matters below about 100 respondents per wave.
    """
    _check_sizes(sd, n_1, n_2, design_effect)
    second = sd if sd_2 is None else sd_2
    part_1, part_2 = design_effect * sd**2 / n_1, design_effect * second**2 / n_2
    std_error = math.sqrt(part_1 + part_2)
    df = math.inf
    if distribution == "t":
        if min(n_1, n_2) < 2:
            raise SatixError.of("analysis.sizes_not_positive", found=f"n = {min(n_1, n_2):g}")
        df = (part_1 + part_2) ** 2 / (part_1**2 / (n_1 - 1) + part_2**2 / (n_2 - 1))
    change = detectable_difference(std_error, alpha=alpha, power=power, n_tests=n_tests, df=df)
    return MinimumDetectableChangeResult(
        estimate=float(change),
        std_error=std_error,
        alpha=alpha,
        n_tests=n_tests,
        power=power,
        sd_1=sd,
        sd_2=second,
        n_1=n_1,
        n_2=n_2,
        design_effect=design_effect,
        distribution=distribution,
    )


def required_n_per_wave(
    target_change: float,
    sd: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    n_tests: int = 1,
    design_effect: float = 1.0,
) -> int:
    """Respondents needed in each of two equal, independent waves to prove ``target_change`` (normal form).

    n = 2 * deff * ((z_{1-a/2} + z_{power}) * sd / target)^2, rounded up.
    """
    _check_sizes(sd, 1, 1, design_effect)
    if not target_change > 0:
        raise SatixError.of("analysis.sizes_not_positive", found=f"target change = {target_change:g}")
    multiple = float(detectable_difference(1.0, alpha=alpha, power=power, n_tests=n_tests))
    exact = 2 * design_effect * (multiple * sd / target_change) ** 2
    return math.ceil(exact - 1e-9 * exact)


def _check_levels(alpha: float, power: float, n_tests: int) -> None:
    """Levels lie strictly between 0 and 1; a family has at least one test."""
    if not (0 < alpha < 1 and 0 < power < 1 and n_tests >= 1):
        raise SatixError.of("analysis.level_out_of_range", alpha=alpha, power=power, n_tests=n_tests)


def _check_sizes(sd: float, n_1: float, n_2: float, design_effect: float) -> None:
    """Spread and sizes must be usable."""
    if not (sd >= 0 and n_1 > 0 and n_2 > 0 and design_effect > 0):
        found = f"sd = {sd:g}, n = {n_1:g} and {n_2:g}, design effect = {design_effect:g}"
        raise SatixError.of("analysis.sizes_not_positive", found=found)
