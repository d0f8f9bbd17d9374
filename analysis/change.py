"""Change between two waves: its standard error, test and interval, and what it could have detected.

Three standard errors, one for each way the waves are related: independent samples (Welch, or the sum of the two
design variances), a partly overlapping sample (Kish) and two shares (z). Here from answers; from summaries in
``analysis.change_summaries``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from analysis.change_summaries import (
    ChangeResult,
    EqualVariances,
    WaveSummary,
    compare_summaries,
    overlap_from_summaries,
    satterthwaite,
    share_change,
    standardised_difference,
    welch_from_summaries,
)
from analysis.design import SurveyDesign, design_means
from analysis.figures import TableDisplay
from analysis.minimum_detectable_change import detectable_difference
from analysis.multiplicity import MultiplicityMethod, adjust_p_values
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ChangeResult",
    "ChangesResult",
    "EqualVariances",
    "WaveSummary",
    "compare_summaries",
    "overlap_from_summaries",
    "share_change",
    "wave_change",
    "wave_changes",
    "welch_from_summaries",
]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChangesResult(TableDisplay):
    """Wave 2 minus wave 1 of several indicators, tested as one family. Arrays of shape (indicators,).

    ``lower`` and ``upper`` are intervals of one indicator at ``confidence``; ``lower_adjusted`` and
    ``upper_adjusted`` hold together for all of them (Bonferroni level). ``minimum_detectable_change`` is at the level
    alpha / m, at which the first step of Holm rejects, with the degrees of freedom of the row: a true change of that
    size is found by the adjusted test with at least the stated power.
    """

    indicators: tuple[str, ...]
    estimate_1: FloatArray
    estimate_2: FloatArray
    estimate: FloatArray
    std_error: FloatArray
    lower: FloatArray
    upper: FloatArray
    lower_adjusted: FloatArray
    upper_adjusted: FloatArray
    statistic: FloatArray
    df: FloatArray
    p_value: FloatArray
    p_adjusted: FloatArray
    minimum_detectable_change: FloatArray
    n_1: npt.NDArray[np.int64]
    n_2: npt.NDArray[np.int64]
    n_effective_1: FloatArray
    n_effective_2: FloatArray
    n_tests: int
    adjustment: MultiplicityMethod
    method: Literal["welch", "design"]
    design_based: bool
    confidence: float
    power: float

    def to_frame(self) -> pd.DataFrame:
        """One row per indicator."""
        import pandas as pd

        arrays = {name: getattr(self, name) for name in self.__slots__ if name != "indicators"}
        columns = {name: value for name, value in arrays.items() if isinstance(value, np.ndarray)}
        return pd.DataFrame(columns, index=pd.Index(self.indicators, name="indicator"))

    def summary(self) -> str:
        """How many of the changes are proven at the adjusted level."""
        proven = int(np.count_nonzero(self.p_adjusted <= 1 - self.confidence))
        return f"{proven} of {self.n_tests} changes proven ({self.adjustment}, {self.confidence:.0%})"


def wave_change(
    values_1: npt.ArrayLike,
    design_1: SurveyDesign | None,
    values_2: npt.ArrayLike,
    design_2: SurveyDesign | None,
    *,
    confidence: float = 0.95,
) -> ChangeResult:
    """Change of one indicator between two independent waves, from the answers.

    Parameters
    ----------
    values_1, values_2 : arrays, shape (n_respondents of the wave,)
        NaN = missing.
    design_1, design_2 : SurveyDesign
        None: every respondent counts once. Without weights, strata and clusters the test is Welch's; otherwise the
        variance is the sum of the two design variances with Satterthwaite's degrees of freedom (the same form, with
        the degrees of freedom of each design: n - 1, or clusters minus strata).

    Raises
    ------
    InsufficientDataError
        ``analysis.too_few_in_wave``: fewer than two answers in one of the waves.
    """
    first, second = np.asarray(values_1, dtype=np.float64), np.asarray(values_2, dtype=np.float64)
    many = wave_changes(first[:, None], design_1, second[:, None], design_2, confidence=confidence)
    for wave, n in ((1, many.n_1[0]), (2, many.n_2[0])):
        if n < 2:
            raise InsufficientDataError.of("analysis.too_few_in_wave", wave=wave, found=int(n), needed=2)
    std_error = float(many.std_error[0])
    pooled = math.nan
    if many.method == "welch":
        variances = [np.nanvar(part, ddof=1) for part in (first, second)]
        weights = [int(many.n_1[0]) - 1, int(many.n_2[0]) - 1]
        pooled = math.sqrt(float(np.dot(variances, weights)) / sum(weights))
    return ChangeResult(
        estimate_1=float(many.estimate_1[0]),
        estimate_2=float(many.estimate_2[0]),
        estimate=float(many.estimate[0]),
        std_error=std_error,
        lower=float(many.lower[0]),
        upper=float(many.upper[0]),
        statistic=float(many.statistic[0]),
        df=float(many.df[0]),
        p_value=float(many.p_value[0]),
        n_1=int(many.n_1[0]),
        n_2=int(many.n_2[0]),
        method=many.method,
        confidence=confidence,
        minimum_detectable_change=float(many.minimum_detectable_change[0]),
        std_error_if_independent=std_error,
        cohens_d=standardised_difference(float(many.estimate[0]), pooled),
    )


def wave_changes(
    values_1: npt.ArrayLike | pd.DataFrame,
    design_1: SurveyDesign | None,
    values_2: npt.ArrayLike | pd.DataFrame,
    design_2: SurveyDesign | None,
    *,
    indicators: Sequence[str] | None = None,
    confidence: float = 0.95,
    adjustment: MultiplicityMethod = "holm",
    power: float = 0.8,
) -> ChangesResult:
    """Changes of many indicators between two independent waves, tested as one family.

    Parameters
    ----------
    values_1, values_2 : DataFrame or array, shape (n_respondents of the wave, n_indicators)
        The same indicators in the same order; NaN = missing. A row without a standard error in either wave keeps its
        estimate, has no test and does not count towards the family.
    design_1, design_2, confidence
        As in :func:`wave_change`.
    indicators
        Names; by default the columns of a frame, else numbers.
    power
        Of the minimum detectable change.

    Raises
    ------
    SatixError
        ``analysis.indicators_differ`` when the two waves do not hold the same indicators.
    """
    from scipy import special

    names_1, first = _columns(values_1, indicators)
    names_2, second = _columns(values_2, indicators)
    if names_1 != names_2:
        different = sorted(set(names_1) ^ set(names_2)) or ["order"]
        raise SatixError.of("analysis.indicators_differ", found=", ".join(different[:5]))
    designs = (design_1 or SurveyDesign.simple(len(first)), design_2 or SurveyDesign.simple(len(second)))
    means = [design_means(part, design) for part, design in zip((first, second), designs, strict=True)]
    variances = [part.std_error**2 for part in means]
    difference = means[1].estimate - means[0].estimate
    std_error = np.sqrt(variances[0] + variances[1])
    df = satterthwaite(variances, [part.df for part in means])
    statistic = np.divide(difference, std_error, out=np.full(difference.shape, np.nan), where=std_error > 0)
    p_value = 2 * special.stdtr(df, -np.abs(statistic))
    n_tests = int(np.count_nonzero(~np.isnan(p_value)))
    alpha = 1 - confidence
    half = special.stdtrit(df, 1 - alpha / 2) * std_error
    half_adjusted = special.stdtrit(df, 1 - alpha / (2 * max(n_tests, 1))) * std_error
    simple = not any(design.is_weighted or design.is_structured for design in designs)
    return ChangesResult(
        indicators=names_1,
        estimate_1=means[0].estimate,
        estimate_2=means[1].estimate,
        estimate=difference,
        std_error=std_error,
        lower=difference - half,
        upper=difference + half,
        lower_adjusted=difference - half_adjusted,
        upper_adjusted=difference + half_adjusted,
        statistic=statistic,
        df=df,
        p_value=p_value,
        p_adjusted=adjust_p_values(p_value, method=adjustment),
        minimum_detectable_change=detectable_difference(
            std_error, alpha=alpha, power=power, n_tests=max(n_tests, 1), df=df
        ),
        n_1=means[0].n,
        n_2=means[1].n,
        n_effective_1=means[0].n_effective,
        n_effective_2=means[1].n_effective,
        n_tests=n_tests,
        adjustment=adjustment,
        method="welch" if simple else "design",
        design_based=all(part.design_based for part in means),
        confidence=confidence,
        power=power,
    )


def _columns(
    values: npt.ArrayLike | pd.DataFrame, indicators: Sequence[str] | None
) -> tuple[tuple[str, ...], FloatArray]:
    """Names and (n, p) values of a frame or an array."""
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2:
        raise SatixError.of("analysis.shapes_differ", first=list(matrix.shape), second="(n, p)")
    if indicators is not None:
        names = tuple(indicators)
    elif hasattr(values, "columns"):
        names = tuple(str(name) for name in values.columns)
    else:
        names = tuple(str(number) for number in range(1, matrix.shape[1] + 1))
    if len(names) != matrix.shape[1]:
        raise SatixError.of("analysis.shapes_differ", first=len(names), second=matrix.shape[1])
    return names, matrix
