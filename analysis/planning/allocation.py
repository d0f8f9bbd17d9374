"""How to spread a sample over strata: in proportion, after Neyman, or at least cost.

Symbols: N_h population, S_h standard deviation, c_h cost of one respondent and n_h sample of stratum h. The optimum
under limits (a minimum per stratum, never more than the stratum holds) is n_h = clip(k a_h) with a_h = N_h, N_h S_h or
N_h S_h / sqrt(c_h) and the one k for which the sizes add up.

References
----------
Cochran (1977), Sampling Techniques, 3rd ed., ch. 5: proportional, Neyman (5.26), cost-optimal (5.22) allocation,
more than 100 % of a stratum (5.8); Neyman (1934), Journal of the Royal Statistical Society 97, 558-625.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
AllocationMethod = Literal["proportional", "neyman", "cost_optimal"]
RoundingRule = Literal["largest_remainder", "nearest", "up"]
ROUNDING = 1e-9

__all__ = [
    "AllocationMethod",
    "AllocationResult",
    "RoundingRule",
    "allocate_sample",
    "respondents_for_budget",
    "stratified_mean_variance",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AllocationResult(TableDisplay):
    """Respondents per stratum; arrays of shape (H,).

    ``unlimited`` is the formula itself, ``exact`` keeps the limits (``minimum`` and the size of the stratum), ``n_h``
    is ``exact`` in whole respondents by ``rounding``. ``variance`` is that of the stratified mean under ``n_h``, with
    the finite population correction (NaN without ``sd`` or where a stratum gets nobody), ``cost`` the sum of n_h c_h
    (NaN without costs).
    """

    method: AllocationMethod
    strata: tuple[str, ...]
    population: Floats
    sd: Floats
    cost_per_respondent: Floats
    unlimited: Floats
    exact: Floats
    n_h: Counts
    n: int
    minimum: int
    rounding: RoundingRule
    variance: float
    cost: float

    def to_frame(self) -> pd.DataFrame:
        """One row per stratum; ``n`` is its sample."""
        import pandas as pd

        columns = {"population": self.population, "sd": self.sd, "unlimited": self.unlimited, "exact": self.exact}
        return pd.DataFrame({**columns, "n": self.n_h}, index=pd.Index(self.strata, name="stratum"))

    def summary(self) -> str:
        """Sizes in the order of the strata."""
        sizes = ", ".join(f"{name} {size}" for name, size in zip(self.strata, self.n_h, strict=True))
        return f"{self.method}, n = {int(self.n_h.sum())}: {sizes}"


def allocate_sample(
    population: ArrayLike,
    n: int,
    *,
    method: AllocationMethod = "proportional",
    sd: ArrayLike | None = None,
    cost_per_respondent: ArrayLike | None = None,
    minimum: int = 0,
    rounding: RoundingRule = "largest_remainder",
    strata: Sequence[str] | None = None,
) -> AllocationResult:
    """Respondents per stratum for a total of ``n``.

    Parameters
    ----------
    population : (H,) N_h.
    method : ``proportional`` (N_h), ``neyman`` (N_h S_h), ``cost_optimal`` (N_h S_h / sqrt(c_h)).
    sd : (H,) S_h; needed by the two optimal methods.
    cost_per_respondent : (H,) c_h; needed by ``cost_optimal``.
    minimum : least sample of each stratum (a smaller stratum is taken whole).
    rounding : ``largest_remainder`` keeps the total, the first stratum winning a tie; ``nearest`` (halves up) and
        ``up`` round each stratum by itself, and the total may differ from ``n``.
    strata : names; left out, numbered from 1.

    Raises
    ------
    SatixError
        Arrays of different length, sizes, spreads or costs that cannot be, or limits that ``n`` cannot keep.
    """
    sizes = _column(population, "population")
    spreads = None if sd is None else _column(sd, "sd", len(sizes))
    costs = None if cost_per_respondent is None else _column(cost_per_respondent, "cost_per_respondent", len(sizes))
    shares = sizes
    if method != "proportional":
        if spreads is None:
            raise SatixError.of("analysis.plan_allocation_needs", method=method, what="sd")
        shares = sizes * spreads
    if method == "cost_optimal":
        if costs is None:
            raise SatixError.of("analysis.plan_allocation_needs", method=method, what="cost_per_respondent")
        shares = shares / np.sqrt(costs)
    if n < 1 or not shares.any():
        raise SatixError.of("analysis.plan_not_positive", what="n" if n < 1 else "sd", found=f"{min(n, 0):g}")
    low = np.minimum(minimum, sizes)
    if n > sizes.sum() * (1 + ROUNDING) or n < low.sum() - ROUNDING:
        raise SatixError.of("analysis.plan_allocation_limits", n=n, low=f"{low.sum():g}", high=f"{sizes.sum():g}")
    exact = _within(shares, n, low, sizes)
    n_h = _whole(exact, n, rounding, low, sizes)
    return AllocationResult(
        method=method,
        strata=tuple(str(place) for place in range(1, len(sizes) + 1)) if strata is None else tuple(strata),
        population=sizes,
        sd=np.full(len(sizes), np.nan) if spreads is None else spreads,
        cost_per_respondent=np.full(len(sizes), np.nan) if costs is None else costs,
        unlimited=n * shares / shares.sum(),
        exact=exact,
        n_h=n_h,
        n=n,
        minimum=minimum,
        rounding=rounding,
        variance=math.nan if spreads is None else stratified_mean_variance(sizes, spreads, n_h),
        cost=math.nan if costs is None else float(n_h @ costs),
    )


def stratified_mean_variance(
    population: ArrayLike, sd: ArrayLike, n_h: ArrayLike, *, finite_population: bool = True
) -> float:
    """Variance of the stratified mean: sum W_h^2 S_h^2 / n_h (1 - n_h / N_h), W_h = N_h / N.

    ``finite_population=False`` leaves out the correction. NaN where a stratum that varies has nobody in the sample;
    whole strata add nothing under the correction.
    """
    sizes = _column(population, "population")
    spreads, drawn = _column(sd, "sd", len(sizes)), np.asarray(n_h, dtype=np.float64)
    share = sizes / sizes.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = share**2 * spreads**2 / drawn
    parts = np.where(spreads == 0, 0.0, parts)
    if finite_population:
        parts = parts * np.maximum(1 - drawn / sizes, 0.0)
    total = float(parts.sum())
    return total if math.isfinite(total) else math.nan


def respondents_for_budget(population: ArrayLike, sd: ArrayLike, cost_per_respondent: ArrayLike, budget: float) -> int:
    """Largest n whose cost-optimal allocation costs no more than ``budget`` (fixed costs already taken off).

    n = C sum(N_h S_h / sqrt(c_h)) / sum(N_h S_h sqrt(c_h)) (Cochran 5.24), rounded down, and at most the population.
    """
    sizes = _column(population, "population")
    spreads, costs = _column(sd, "sd", len(sizes)), _column(cost_per_respondent, "cost_per_respondent", len(sizes))
    if not (budget > 0 and math.isfinite(budget)):
        raise SatixError.of("analysis.plan_not_positive", what="budget", found=f"{budget:g}")
    if not spreads.any():
        raise SatixError.of("analysis.plan_not_positive", what="sd", found="0")
    shares = sizes * spreads / np.sqrt(costs)
    ends = sizes[shares > 0] / shares[shares > 0]
    if budget >= float(np.where(shares > 0, sizes, 0.0) @ costs):
        return int(np.where(shares > 0, sizes, 0.0).sum())
    low, high = 0.0, float(ends.max())
    for _ in range(200):  # k of the module's formula, by halving: the cost rises with it
        middle = (low + high) / 2
        low, high = (middle, high) if float(np.minimum(middle * shares, sizes) @ costs) <= budget else (low, middle)
    return math.floor(float(np.minimum(low * shares, sizes).sum()) * (1 + ROUNDING))


def _within(shares: Floats, n: float, low: Floats, high: Floats) -> Floats:
    """clip(k * shares) between the limits with the k that makes the sum n; found by halving, then made exact."""
    positive = shares > 0
    if n >= np.where(positive, high, low).sum():
        spare = n - np.where(positive, high, low).sum()
        room = np.where(positive, 0.0, high - low)
        return np.asarray(np.where(positive, high, low + (room * spare / room.sum() if room.any() else 0.0)))
    bottom, top = 0.0, float((high[positive] / shares[positive]).max())
    for _ in range(200):
        middle = (bottom + top) / 2
        if np.clip(middle * shares, low, high).sum() < n:
            bottom = middle
        else:
            top = middle
    sizes = np.clip(top * shares, low, high)
    free = (sizes > low * (1 + ROUNDING)) & (sizes < high * (1 - ROUNDING))
    if free.any():
        sizes[free] = (n - sizes[~free].sum()) * shares[free] / shares[free].sum()
    return np.asarray(sizes, dtype=np.float64)


def _whole(exact: Floats, n: int, rounding: RoundingRule, low: Floats, high: Floats) -> Counts:
    if rounding == "nearest":
        return np.floor(exact + 0.5 + ROUNDING).astype(np.int64)
    if rounding == "up":
        return np.ceil(exact - ROUNDING * np.maximum(exact, 1)).astype(np.int64)
    floor = np.floor(exact + ROUNDING * np.maximum(exact, 1))
    floor = np.maximum(floor, np.ceil(low - ROUNDING))
    remainder = np.where(floor + 1 <= high + ROUNDING, exact - floor, -np.inf)
    order = np.argsort(-np.round(remainder, 9), kind="stable")
    sizes = floor.astype(np.int64)
    sizes[order[: max(n - int(floor.sum()), 0)]] += 1
    return sizes


def _column(values: ArrayLike, what: str, length: int | None = None) -> Floats:
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1 or not len(column) or (length is not None and len(column) != length):
        raise SatixError.of("analysis.plan_lengths", what=what, found=column.size, expected=length or 1)
    least = 0.0 if what == "sd" else np.nextafter(0.0, 1.0)
    bad = column[~(np.isfinite(column) & (column >= least))]
    if len(bad):
        raise SatixError.of("analysis.plan_not_positive", what=what, found=f"{bad[0]:g}")
    return column
