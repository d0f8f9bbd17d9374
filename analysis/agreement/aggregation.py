"""May answers be aggregated to units (branches, teams, interviewers)? ICC(1), ICC(2) and r_wg.

One-way analysis of variance of answers by unit, with MSB between and MSW within, k answers per unit:
ICC(1) = (MSB - MSW)/(MSB + (k - 1) MSW), the share of variance between units; ICC(2) = (MSB - MSW)/MSB, the reliability
of the units' means. r_wg = 1 - s^2/sigma^2_EU compares the variance within a unit with that of answers at random,
(A^2 - 1)/12 for A options (uniform null); negative values are 0. Over J items, r_wg(J) is stepped up. The design effect
of units as clusters is 1 + (k - 1) ICC(1).

References
----------
Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428; Bliese (2000), in Klein & Kozlowski, Multilevel Theory,
349-381; James, Demaree & Wolf (1984), J. of Applied Psychology 69, 85-98.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    import pandas as pd

GroupSize = Literal["mean", "bliese"]

__all__ = ["AggregationResult", "GroupSize", "aggregation_agreement"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AggregationResult(TableDisplay):
    """Agreement within units. ``r_wg`` is NaN for a unit with one answer, and empty without a number of options.

    ``group_size`` is the k of the formulas: the mean answers per unit, or Bliese's (N - sum n^2/N)/(G - 1).
    """

    icc1: float
    icc2: float
    f: float
    p_value: float
    ms_between: float
    ms_within: float
    group_size: float
    group_size_rule: GroupSize
    design_effect: float
    r_wg: Mapping[str, float]
    group_means: Mapping[str, float]
    group_n: Mapping[str, int]
    n: int
    dropped: int
    n_items: int
    null_variance: float

    @property
    def r_wg_mean(self) -> float:
        """Mean r_wg over units."""
        return float(np.nanmean(list(self.r_wg.values()))) if self.r_wg else nan

    @property
    def r_wg_median(self) -> float:
        """Median r_wg over units."""
        return float(np.nanmedian(list(self.r_wg.values()))) if self.r_wg else nan

    def to_frame(self) -> pd.DataFrame:
        """A row per unit: mean, n, r_wg."""
        import pandas as pd

        frame = pd.DataFrame({"estimate": self.group_means, "n": self.group_n})
        return frame.assign(r_wg=pd.Series(self.r_wg, dtype=float)).rename_axis("group")

    def summary(self) -> str:
        """The coefficients in one line."""
        return (
            f"ICC(1) {self.icc1:.3f}, ICC(2) {self.icc2:.3f}, median r_wg {self.r_wg_median:.3f} "
            f"({len(self.group_n)} units, n = {self.n})"
        )


def aggregation_agreement(
    values: ArrayLike,
    groups: ArrayLike,
    *,
    options: int | None = None,
    null_variance: float | None = None,
    group_size: GroupSize = "mean",
) -> AggregationResult:
    """ICC(1), ICC(2) and r_wg of answers within units.

    Parameters
    ----------
    values : (n,) answers or (n, J) items of one scale; NaN where missing. The coefficients rest on row means over J
        items; rows with a missing answer are left out.
    groups : (n,) the unit's label; missing leaves the row out.
    options : number of answer options A, for r_wg against the uniform null (A^2 - 1)/12.
    null_variance : another null variance in its place, such as that of a skewed distribution.

    Raises
    ------
    InsufficientDataError
        Fewer than two units, no unit with two answers, or no variation.
    """
    import pandas as pd
    from scipy.special import fdtrc

    items = np.asarray(values, dtype=np.float64).reshape(len(np.asarray(values)), -1)
    codes, labels = pd.factorize(np.asarray(groups), sort=True)
    used = (codes >= 0) & ~np.isnan(items).any(axis=1)
    items, codes = items[used], codes[used]
    present, codes = np.unique(codes, return_inverse=True)
    names = [_label(labels[code]) for code in present]
    n, size = len(items), len(names)
    if size < 2 or n <= size:
        raise InsufficientDataError.of("analysis.too_few_units", units=size, found=n)
    scores = items.mean(axis=1)
    counts = np.bincount(codes).astype(np.float64)
    means = np.bincount(codes, weights=scores) / counts
    within = float(((scores - means[codes]) ** 2).sum())
    between = float((counts * (means - scores.mean()) ** 2).sum())
    if not within + between > 0:
        raise InsufficientDataError.of("analysis.no_item_variance")
    msb, msw = between / (size - 1), within / (n - size)
    k = n / size if group_size == "mean" else (n - float((counts**2).sum()) / n) / (size - 1)
    icc1 = (msb - msw) / (msb + (k - 1) * msw)
    f = msb / msw if msw > 0 else np.inf
    null = null_variance if null_variance is not None else (options**2 - 1) / 12 if options is not None else nan
    r_wg: dict[str, float] = {}
    if not np.isnan(null):
        for place, name in enumerate(names):
            rows = items[codes == place]
            r_wg[name] = _within_agreement(rows, null) if len(rows) > 1 else nan
    return AggregationResult(
        icc1=icc1,
        icc2=(msb - msw) / msb if msb > 0 else nan,
        f=f,
        p_value=float(fdtrc(size - 1, n - size, f)),
        ms_between=msb,
        ms_within=msw,
        group_size=k,
        group_size_rule=group_size,
        design_effect=1 + (k - 1) * icc1,
        r_wg=r_wg,
        group_means=dict(zip(names, means.tolist(), strict=True)),
        group_n=dict(zip(names, counts.astype(int).tolist(), strict=True)),
        n=n,
        dropped=int((~used).sum()),
        n_items=items.shape[1],
        null_variance=null,
    )


def _within_agreement(rows: NDArray[np.float64], null: float) -> float:
    """r_wg of the answers (n, J) of a unit; r_wg(J) for several items."""
    j = rows.shape[1]
    ratio = float(rows.var(axis=0, ddof=1).mean()) / null
    agreeing = max(1 - ratio, 0.0)
    return agreeing if j == 1 else j * agreeing / (j * agreeing + min(ratio, 1.0))


def _label(label: object) -> str:
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)
