"""Split-half reliability: odd-even, first-second, all splits; Guttman's lambdas; the Spearman-Brown formula.

Everything is a quadratic form in the listwise covariance matrix C of the items: with 0/1 vectors a and b of the two
halves, r = a'Cb / sqrt(a'Ca b'Cb), Spearman-Brown 2r/(1 + r), Guttman's split-half 4 a'Cb / sum C.

References
----------
Spearman (1910) and Brown (1910), British Journal of Psychology 3; Guttman (1945), Psychometrika 10, 255-282;
Horst (1951), Psychometrika 16, 189-202 (halves of unequal length); Eisinga, te Grotenhuis & Pelzer (2013),
International Journal of Public Health 58, 637-642 (two items).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import combinations
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.alpha_coefficients import squared_multiple_correlations
from analysis.figures import TableDisplay
from analysis.moments import from_values
from analysis.reliability import oriented_items
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

LARGEST_FOR_ALL_SPLITS = 20  # items; 92 378 splits

__all__ = ["AllSplits", "GuttmanLambdas", "HalfSplit", "SplitHalfResult", "TwoItemResult"]
__all__ += ["spearman_brown", "split_half", "two_item_reliability"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfSplit:
    """One split: correlation of the halves' sums, stepped up. ``horst_unequal_length`` allows for an odd item."""

    r: float
    spearman_brown: float
    guttman_split_half: float
    horst_unequal_length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AllSplits:
    """Every split into equal halves, on the correlation matrix (standardised items)."""

    max_lambda4: float
    min_lambda4_beta: float
    mean_split_half: float
    lambda3_alpha: float
    lambda2: float
    lambda6: float
    average_r: float
    n_splits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuttmanLambdas:
    """Guttman's lower bounds on the covariance matrix; ``lambda3`` is Cronbach's alpha."""

    lambda1: float
    lambda2: float
    lambda3: float
    lambda5: float
    lambda6: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitHalfResult(TableDisplay):
    """Split-half coefficients of k items over the n respondents who answered all of them.

    ``all_splits`` is None when k is odd (halves of unequal length are not comparable) or above 20.
    """

    n: int
    dropped: int
    k: int
    odd_even: HalfSplit
    first_second: HalfSplit
    all_splits: AllSplits | None
    guttman: GuttmanLambdas

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient: method, statistic, estimate."""
        import pandas as pd

        parts = {
            "odd_even": self.odd_even,
            "first_second": self.first_second,
            "all_splits": self.all_splits,
            "guttman": self.guttman,
        }
        rows = [
            {"method": method, "statistic": name, "estimate": value, "n": self.n}
            for method, part in parts.items()
            if part is not None
            for name, value in asdict(part).items()
        ]
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Odd-even reliability in one line."""
        return f"odd-even, Spearman-Brown {self.odd_even.spearman_brown:.3f} ({self.k} items, n = {self.n})"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoItemResult(TableDisplay):
    """Reliability of a scale of two items; ``spearman_brown`` is the figure to report, and equals ``std_alpha``."""

    n: int
    dropped: int
    r: float
    spearman_brown: float
    raw_alpha: float
    std_alpha: float

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """Spearman-Brown and n in one line."""
        return f"Spearman-Brown {self.spearman_brown:.3f} (2 items, n = {self.n})"


def spearman_brown(r: float, *, factor: float = 2.0) -> float:
    """Reliability of a test ``factor`` times as long: factor r / (1 + (factor - 1) r)."""
    return factor * r / (1 + (factor - 1) * r)


def split_half(
    items: pd.DataFrame,
    *,
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    case_weights: ArrayLike | None = None,
) -> SplitHalfResult:
    """Split-half reliability of the columns of ``items``, listwise.

    Columns are taken in the order given: items 1, 3, 5 ... against 2, 4, 6 ..., and the first ceil(k/2) against
    the rest. ``items``, ``reversed_items``, ``scale``, ``case_weights`` as in `analysis.reliability.cronbach_alpha`.

    Raises
    ------
    InsufficientDataError
        Fewer than two items, fewer than two complete respondents, or no variance.
    """
    values, names, _ = oriented_items(items, reversed_items=reversed_items, scale=scale)
    k = len(names)
    if k < 2:
        raise InsufficientDataError.of("analysis.too_few_items", found=k, needed=2)
    C, n = _listwise_covariance(values, case_weights)
    position = np.arange(k)
    return SplitHalfResult(
        n=n,
        dropped=len(values) - n,
        k=k,
        odd_even=_half_split(C, position % 2 == 0),
        first_second=_half_split(C, position < (k + 1) // 2),
        all_splits=_all_splits(C) if k % 2 == 0 and k <= LARGEST_FOR_ALL_SPLITS else None,
        guttman=_guttman(C),
    )


def two_item_reliability(
    items: pd.DataFrame,
    *,
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    case_weights: ArrayLike | None = None,
) -> TwoItemResult:
    """Correlation, Spearman-Brown and alpha of exactly two items, listwise; arguments as in `split_half`."""
    values, names, _ = oriented_items(items, reversed_items=reversed_items, scale=scale)
    if len(names) != 2:
        raise InsufficientDataError.of("analysis.two_items_needed", found=len(names))
    C, n = _listwise_covariance(values, case_weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = float(C[0, 1] / np.sqrt(C[0, 0] * C[1, 1]))
    stepped = spearman_brown(r)
    return TwoItemResult(
        n=n,
        dropped=len(values) - n,
        r=r,
        spearman_brown=stepped,
        raw_alpha=float(2 * (1 - np.trace(C) / C.sum())),
        std_alpha=stepped,
    )


def _listwise_covariance(values: Floats, case_weights: ArrayLike | None) -> tuple[Floats, int]:
    moments = from_values(values, case_weights=case_weights, complete=True)
    n = int(moments.counts[0, 0, 0])
    if n < 2:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=n, needed=2, what="listwise")
    C = moments.covariance()[0]
    if not C.sum() > 0:
        raise InsufficientDataError.of("analysis.no_item_variance")
    return C, n


def _half_split(C: Floats, first: NDArray[np.bool_]) -> HalfSplit:
    a, b = first.astype(np.float64), (~first).astype(np.float64)
    between = float(a @ C @ b)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = float(between / np.sqrt((a @ C @ a) * (b @ C @ b)))
    p = float(first.mean())
    q = 1 - p
    horst = 1.0 if r == 1 else r * (sqrt(r**2 + 4 * p * q * (1 - r**2)) - r) / (2 * p * q * (1 - r**2))
    return HalfSplit(
        r=r,
        spearman_brown=spearman_brown(r),
        guttman_split_half=float(4 * between / C.sum()),
        horst_unequal_length=horst,
    )


def _all_splits(C: Floats) -> AllSplits:
    k = len(C)
    sd = np.sqrt(np.diagonal(C))
    with np.errstate(invalid="ignore", divide="ignore"):
        R = C / np.outer(sd, sd)
    halves = np.array([(0, *rest) for rest in combinations(range(1, k), k // 2 - 1)])
    signs = np.full((len(halves), k), -1.0)
    signs[np.arange(len(halves))[:, None], halves] = 1.0
    total = R.sum()
    # With s = a - b: s'Rs = a'Ra + b'Rb - 2 a'Rb, so 4 a'Rb = sum R - s'Rs.
    lambda4 = (total - np.einsum("ij,ij->i", signs @ R, signs)) / total
    off = R - np.diag(np.diagonal(R))
    return AllSplits(
        max_lambda4=float(lambda4.max()),
        min_lambda4_beta=float(lambda4.min()),
        mean_split_half=float(lambda4.mean()),
        lambda3_alpha=float(k / (k - 1) * (1 - k / total)),
        lambda2=float((off.sum() + np.sqrt(k / (k - 1) * (off**2).sum())) / total),
        lambda6=float(1 - (1 - squared_multiple_correlations(R[None])[0]).sum() / total),
        average_r=float(off.sum() / (k * (k - 1))),
        n_splits=len(halves),
    )


def _guttman(C: Floats) -> GuttmanLambdas:
    k, total, variance = len(C), C.sum(), np.diagonal(C)
    off_squares = (C**2).sum(axis=1) - variance**2
    between = total - variance.sum()
    sd = np.sqrt(variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        smc = squared_multiple_correlations((C / np.outer(sd, sd))[None])[0]
    return GuttmanLambdas(
        lambda1=float(between / total),
        lambda2=float((between + np.sqrt(k / (k - 1) * off_squares.sum())) / total),
        lambda3=float(k / (k - 1) * between / total),
        lambda5=float((between + 2 * np.sqrt(off_squares.max())) / total),
        lambda6=float(1 - (variance * (1 - smc)).sum() / total),
    )
