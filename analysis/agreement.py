"""Agreement of coders: per cent, Cohen's kappa with interval, weighted kappa, Fleiss' kappa.

With p_o the observed and p_e the agreement expected from the margins, kappa = (p_o - p_e) / (1 - p_e). Weighted kappa
takes agreement weights 1 - |i - j| / (k - 1) (linear) or 1 - (i - j)^2 / (k - 1)^2 (quadratic). The large-sample
variance is that of Fleiss, Cohen and Everitt for kappa different from zero.

References
----------
Cohen (1960), Educational and Psychological Measurement 20, 37-46; Cohen (1968), Psychological Bulletin 70, 213-220;
Fleiss, Cohen & Everitt (1969), Psychological Bulletin 72, 323-327; Fleiss (1971), Psychological Bulletin 76, 378-382.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

KappaWeights = Literal["unweighted", "linear", "quadratic"]

__all__ = ["AgreementResult", "KappaWeights", "agreement", "cohen_kappa", "fleiss_kappa", "pairwise_table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementResult(TableDisplay):
    """Agreement of two coders on ``n`` objects. Shares are 0-1; kappa is at most 1, NaN where chance alone agrees.

    ``lower`` and ``upper`` bound kappa, ``std_error`` is kappa's.
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
        kappa = std_error = nan
    else:
        kappa = (observed - expected) / (1 - expected)
        margins = (w @ columns)[:, None] + (rows @ w)[None, :]
        inner = float((p * (w - margins * (1 - kappa)) ** 2).sum())
        variance = (inner - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2)
        std_error = sqrt(max(variance, 0.0))
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

    ``categories`` gives the order for weighted kappa; by default the values found, sorted by their text.

    Raises
    ------
    SatixError
        The two are not equally long.
    InsufficientDataError
        No object was coded by both.
    """
    if len(first) != len(second):
        raise SatixError.of("analysis.design_lengths_differ", what="codes", found=len(second), expected=len(first))
    pairs = [(one, two) for one, two in zip(first, second, strict=True) if one is not None and two is not None]
    known = list(categories) if categories is not None else sorted({code for pair in pairs for code in pair}, key=str)
    place = {code: position for position, code in enumerate(known)}
    table = np.zeros((len(known), len(known)))
    for one, two in pairs:
        table[place[one], place[two]] += 1
    if not pairs:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=0, needed=1, what="agreement")
    return cohen_kappa(table, kappa_weights=kappa_weights, confidence=confidence)


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


def fleiss_kappa(counts: ArrayLike) -> tuple[float, float, float]:
    """Mean agreement, agreement by chance and Fleiss' kappa from (objects, categories) counts of equal row totals.

    Raises
    ------
    SatixError
        Row totals differ, or objects have fewer than two ratings.
    """
    table = np.asarray(counts, dtype=np.float64)
    raters = table.sum(axis=1)
    if table.ndim != 2 or not len(table) or raters[0] < 2 or not np.allclose(raters, raters[0]):
        raise SatixError.of("analysis.agreement_table_invalid", found=str(table.shape))
    m = raters[0]
    within = float((((table**2).sum(axis=1) - m) / (m * (m - 1))).mean())
    chance = float(((table.sum(axis=0) / table.sum()) ** 2).sum())
    return within, chance, nan if np.isclose(chance, 1) else (within - chance) / (1 - chance)
