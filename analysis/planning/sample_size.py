"""How many respondents a share or a mean needs for a given margin of error.

Symbols: z normal quantile, p share, s standard deviation, e margin of error (half the interval), N population.
Sizes are rounded up, first the respondents and then the invitations, so that no step falls short.

References
----------
Cochran (1977), Sampling Techniques, 3rd ed., ch. 4. Krejcie & Morgan (1970), Educational and Psychological
Measurement 30, 607-610. Kish (1965), Survey Sampling (design effect).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from analysis.figures import TableDisplay
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

SizeMethod = Literal["share", "mean", "krejcie_morgan"]
KREJCIE_MORGAN_CHI_SQUARE = 3.841
"""Chi-square of one degree of freedom at 95 % as Krejcie and Morgan printed it."""
ROUNDING = 1e-9

__all__ = [
    "KREJCIE_MORGAN_CHI_SQUARE",
    "SampleSizeResult",
    "SizeMethod",
    "krejcie_morgan_size",
    "margin_for_mean",
    "margin_for_share",
    "sample_size_for_mean",
    "sample_size_for_share",
    "up",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSizeResult(TableDisplay):
    """Respondents and invitations for a margin of error, with everything the size rests on.

    ``unlimited`` is the size for an unlimited population and a simple random sample; ``exact`` adds the finite
    population and the design effect, unrounded; ``respondents`` is ``exact`` rounded (up, except in Krejcie and
    Morgan's table), ``invitations`` is ``respondents`` over the response rate, rounded up (equal to ``respondents``
    where no rate is given). ``margin`` is in the unit of the figure: 0-1 for shares, points for means.
    ``more_than_population`` marks a size, or a number of invitations, that the population does not hold.
    """

    method: SizeMethod
    margin: float
    spread: float  # standard deviation of one answer
    quantile: float
    population: float | None
    design_effect: float
    response_rate: float | None
    unlimited: float
    exact: float
    respondents: int
    invitations: int
    more_than_population: bool

    def to_frame(self) -> pd.DataFrame:
        """One row, one column per field."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """Respondents and invitations in one line."""
        return f"{self.respondents} respondents, {self.invitations} invitations (margin {self.margin:g})"


def sample_size_for_share(
    share: float,
    margin: float,
    *,
    confidence: float = 0.95,
    quantile: float | None = None,
    population: float | None = None,
    design_effect: float = 1.0,
    response_rate: float | None = None,
) -> SampleSizeResult:
    """n0 = z^2 p (1 - p) / e^2; n = deff * n0 / (1 + (n0 - 1) / N).

    Parameters
    ----------
    share : expected share, 0-1; 0.5 is the most cautious.
    margin : half the width of the interval, 0-1.
    confidence : coverage of the interval; its exact normal quantile is used.
    quantile : the quantile itself, such as the tabulated 1.96, in place of ``confidence``.
    population : N; left out, unlimited.
    design_effect : variance under the design over that of a simple random sample of the same size.
    response_rate : share of those invited who answer, 0-1.

    Raises
    ------
    SatixError
        A share outside 0-1, or a margin, rate, population, effect or level that cannot be.
    """
    _share(share)
    return _size(
        "share",
        spread=math.sqrt(share * (1 - share)),
        margin=margin,
        quantile=_quantile(confidence, quantile),
        population=population,
        design_effect=design_effect,
        response_rate=response_rate,
    )


def sample_size_for_mean(
    sd: float,
    margin: float,
    *,
    confidence: float = 0.95,
    quantile: float | None = None,
    population: float | None = None,
    design_effect: float = 1.0,
    response_rate: float | None = None,
) -> SampleSizeResult:
    """n0 = (z s / e)^2; n = deff * n0 / (1 + n0 / N).

    ``sd`` and ``margin`` are in the same unit (index points, say); the rest as in :func:`sample_size_for_share`.
    """
    _positive(sd=sd)
    return _size(
        "mean",
        spread=sd,
        margin=margin,
        quantile=_quantile(confidence, quantile),
        population=population,
        design_effect=design_effect,
        response_rate=response_rate,
    )


def krejcie_morgan_size(
    population: float | None,
    *,
    share: float = 0.5,
    margin: float = 0.05,
    chi_square: float = KREJCIE_MORGAN_CHI_SQUARE,
    rounding: Literal["nearest", "up"] = "nearest",
    design_effect: float = 1.0,
    response_rate: float | None = None,
) -> SampleSizeResult:
    """s = X^2 N P (1 - P) / (d^2 (N - 1) + X^2 P (1 - P)), the formula behind Krejcie and Morgan's table.

    ``rounding`` ``nearest`` gives their table (N = 15: 14.47, printed 14), ``up`` never falls short of the margin.
    Without a population the formula tends to X^2 P (1 - P) / d^2. Otherwise as :func:`sample_size_for_share`, of
    which it is the same formula with z = X.
    """
    _share(share)
    _positive(chi_square=chi_square)
    return _size(
        "krejcie_morgan",
        spread=math.sqrt(share * (1 - share)),
        margin=margin,
        quantile=math.sqrt(chi_square),
        population=population,
        design_effect=design_effect,
        response_rate=response_rate,
        rounding=rounding,
    )


def margin_for_share(
    share: float,
    respondents: float,
    *,
    confidence: float = 0.95,
    population: float | None = None,
    design_effect: float = 1.0,
) -> float:
    """Margin of error (0-1) that a number of respondents gives a share: the inverse of the size."""
    _share(share)
    spread = math.sqrt(share * (1 - share))
    return _margin(spread, respondents, _quantile(confidence, None), population, design_effect, less_one=True)


def margin_for_mean(
    sd: float,
    respondents: float,
    *,
    confidence: float = 0.95,
    population: float | None = None,
    design_effect: float = 1.0,
) -> float:
    """Margin of error, in the unit of ``sd``, that a number of respondents gives a mean: the inverse of the size."""
    _positive(sd=sd)
    return _margin(sd, respondents, _quantile(confidence, None), population, design_effect, less_one=False)


def up(size: float) -> int:
    """The next whole number; a size above one by no more than rounding error is that number."""
    return math.ceil(size - ROUNDING * abs(size))


def _size(
    method: SizeMethod,
    *,
    spread: float,
    margin: float,
    quantile: float,
    population: float | None,
    design_effect: float,
    response_rate: float | None,
    rounding: Literal["nearest", "up"] = "up",
) -> SampleSizeResult:
    _positive(margin=margin, design_effect=design_effect, population=population)
    if response_rate is not None and not 0 < response_rate <= 1:
        raise SatixError.of("analysis.plan_rate", found=f"{response_rate:g}", what="response_rate")
    unlimited = (quantile * spread / margin) ** 2
    exact = unlimited
    if population is not None:
        exact = unlimited / (1 + (unlimited - (method != "mean")) / population)
    exact *= design_effect
    respondents = max(up(exact) if rounding == "up" else math.floor(exact + 0.5), 1)
    invitations = respondents if response_rate is None else up(respondents / response_rate)
    return SampleSizeResult(
        method=method,
        margin=margin,
        spread=spread,
        quantile=quantile,
        population=population,
        design_effect=design_effect,
        response_rate=response_rate,
        unlimited=unlimited,
        exact=exact,
        respondents=respondents,
        invitations=invitations,
        more_than_population=population is not None and max(respondents, invitations) > population,
    )


def _margin(
    spread: float,
    respondents: float,
    quantile: float,
    population: float | None,
    design_effect: float,
    *,
    less_one: bool,
) -> float:
    _positive(respondents=respondents, design_effect=design_effect, population=population)
    simple = respondents / design_effect
    if population is None:
        return quantile * spread / math.sqrt(simple)
    if simple >= population:
        return 0.0
    unlimited = simple * (population - less_one) / (population - simple)
    return quantile * spread / math.sqrt(unlimited)


def _quantile(confidence: float, quantile: float | None) -> float:
    if quantile is not None:
        _positive(quantile=quantile)
        return quantile
    if not 0 < confidence < 1:
        raise SatixError.of("analysis.confidence_out_of_range", found=confidence)
    from scipy.special import ndtri

    return float(ndtri(0.5 + confidence / 2))


def _share(share: float) -> None:
    if not 0 < share < 1:
        raise SatixError.of("analysis.plan_share", found=f"{share:g}")


def _positive(**values: float | None) -> None:
    for name, value in values.items():
        if value is not None and not (value > 0 and math.isfinite(value)):
            raise SatixError.of("analysis.plan_not_positive", what=name, found=f"{value:g}")
