"""Agreement of two coders: per cent, Cohen's kappa and weighted kappa with standard error and interval.

With p_o the observed and p_e the agreement expected from the margins, kappa = (p_o - p_e) / (1 - p_e). Weighted kappa
takes agreement weights 1 - |i - j| / (k - 1) (linear) or 1 - (i - j)^2 / (k - 1)^2 (quadratic). The large-sample
variance is that of Fleiss, Cohen and Everitt for kappa different from zero; the test of no agreement beyond chance uses
theirs for kappa equal to zero.

References
----------
Cohen (1960), Educational and Psychological Measurement 20, 37-46; Cohen (1968), Psychological Bulletin 70, 213-220;
Fleiss, Cohen & Everitt (1969), Psychological Bulletin 72, 323-327.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass, replace
from math import erfc, isnan, nan, sqrt
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

KappaWeights = Literal["unweighted", "linear", "quadratic"]

__all__ = ["AgreementResult", "KappaWeights", "agreement", "cohen_kappa", "pairwise_table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementResult(TableDisplay):
    """Agreement of two coders on ``n`` objects. Shares are 0-1; kappa is at most 1, NaN where chance alone agrees.

    ``lower`` and ``upper`` bound kappa, ``std_error`` is kappa's; ``z`` and ``p_value`` test that there is no agreement
    beyond chance. ``dropped`` counts objects that only one coder coded, or with a code outside the categories.
    """

    agreement: float
    expected: float
    estimate: float
    std_error: float
    lower: float
    upper: float
    n: int
    kappa_weights: KappaWeights
    confidence: float
    z: float = nan
    p_value: float = nan
    dropped: int = 0

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """Per cent and kappa in one line."""
        return f"agreement {self.agreement:.3f}, kappa {self.estimate:.3f} ({self.lower:.3f} to {self.upper:.3f})"


def cohen_kappa(
    table: ArrayLike, *, kappa_weights: KappaWeights = "unweighted", confidence: float = 0.95
) -> AgreementResult:
    """Cohen's kappa from a square table of counts, first coder in rows, second in columns.

    Raises
    ------
    SatixError
        The table is not square, or a count is negative.
    InsufficientDataError
        The table is empty.
    """
    from scipy.special import ndtri

    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or (counts < 0).any():
        raise SatixError.of("analysis.agreement_table_invalid", found=str(counts.shape))
    n = counts.sum()
    if n == 0:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=0, needed=1, what="agreement")
    p = counts / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    w = _agreement_weights(len(p), kappa_weights)
    observed, expected = float((w * p).sum()), float(rows @ w @ columns)
    if np.isclose(expected, 1):
        kappa = std_error = z = nan
    else:
        kappa = (observed - expected) / (1 - expected)
        margins = (w @ columns)[:, None] + (rows @ w)[None, :]
        inner = float((p * (w - margins * (1 - kappa)) ** 2).sum())
        variance = (inner - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2)
        std_error = sqrt(max(variance, 0.0))
        under_chance = float((np.outer(rows, columns) * (w - margins) ** 2).sum()) - expected**2
        null_error = sqrt(max(under_chance, 0.0) / (n * (1 - expected) ** 2))
        z = kappa / null_error if null_error > 0 else nan
    half = float(ndtri(0.5 + confidence / 2)) * std_error
    return AgreementResult(
        agreement=float(np.trace(p)),
        expected=expected,
        estimate=kappa,
        std_error=std_error,
        lower=kappa - half,
        upper=min(kappa + half, 1.0) if not np.isnan(kappa) else nan,
        n=int(n),
        kappa_weights=kappa_weights,
        confidence=confidence,
        z=z,
        p_value=erfc(abs(z) / sqrt(2)),
    )


def _agreement_weights(k: int, kind: KappaWeights) -> NDArray[np.float64]:
    if kind == "unweighted" or k == 1:
        return np.eye(k)
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / (k - 1)
    return np.asarray(1 - (distance if kind == "linear" else distance**2), dtype=np.float64)


def agreement(
    first: Sequence[Hashable | None],
    second: Sequence[Hashable | None],
    *,
    categories: Sequence[Hashable] | None = None,
    kappa_weights: KappaWeights = "unweighted",
    confidence: float = 0.95,
) -> AgreementResult:
    """Agreement of two coders over the objects both coded; None where a coder gave nothing.

    ``categories`` gives the order for weighted kappa; by default the values found, in their own order (numbers) or
    sorted by their text. A code outside ``categories`` leaves the object out.

    Raises
    ------
    SatixError
        The two are not equally long.
    InsufficientDataError
        No object was coded by both.
    """
    if len(first) != len(second):
        raise SatixError.of("analysis.design_lengths_differ", what="codes", found=len(second), expected=len(first))
    pairs = [(one, two) for one, two in zip(first, second, strict=True) if _given(one) and _given(two)]
    known = list(categories) if categories is not None else _in_order({code for pair in pairs for code in pair})
    place = {code: position for position, code in enumerate(known)}
    pairs = [(one, two) for one, two in pairs if one in place and two in place]
    table = np.zeros((len(known), len(known)))
    for one, two in pairs:
        table[place[one], place[two]] += 1
    if not pairs:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=0, needed=1, what="agreement")
    result = cohen_kappa(table, kappa_weights=kappa_weights, confidence=confidence)
    return replace(result, dropped=len(first) - len(pairs))


def _given(code: Hashable | None) -> bool:
    return code is not None and not (isinstance(code, float) and isnan(code))


def _in_order(codes: set[Hashable]) -> list[Hashable]:
    if all(isinstance(code, int | float) for code in codes):
        return sorted(codes)  # type: ignore[type-var]
    return sorted(codes, key=str)


def pairwise_table(ratings: Sequence[Sequence[float]], categories: Sequence[float]) -> NDArray[np.float64]:
    """Counts of all ordered pairs of ratings within objects, (k, k): for anonymous coders, any number per object.

    The table is symmetric; a kappa made from it averages over pairs of coders. Its interval would take pairs for
    independent objects and must not be used.
    """
    place = {category: position for position, category in enumerate(categories)}
    table = np.zeros((len(categories), len(categories)))
    for given in ratings:
        counts = np.bincount([place[rating] for rating in given], minlength=len(categories)).astype(np.float64)
        table += np.outer(counts, counts) - np.diag(counts)
    return table
