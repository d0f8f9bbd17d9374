"""Formulas of reliability on covariance and correlation matrices, many matrices at once.

Symbols and sources as in `analysis.reliability`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

__all__ = [
    "feldt_interval",
    "item_correlations",
    "leave_one_out",
    "scale_coefficients",
    "squared_multiple_correlations",
]


def scale_coefficients(C: Floats, R: Floats) -> Mapping[str, Floats]:
    """Coefficients of m covariance and correlation matrices (m, k, k) at once; the smc are (m, k)."""
    k = C.shape[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        trace, total = np.trace(C, axis1=1, axis2=2), C.sum(axis=(1, 2))
        raw = k / (k - 1) * (1 - trace / total)
        square = C @ C
        duhachek = (2 * k**2 / ((k - 1) ** 2 * total**3)) * (
            total * (np.trace(square, axis1=1, axis2=2) + trace**2) - 2 * trace * square.sum(axis=(1, 2))
        )
        sum_r = R.sum(axis=(1, 2))
        average = (sum_r - k) / (k * (k - 1))
        smc = squared_multiple_correlations(R)
        off = R[:, *np.triu_indices(k, 1)]
        return {
            "raw_alpha": raw,
            "std_alpha": k / (k - 1) * (1 - k / sum_r),
            "lambda6": 1 - (k - smc.sum(axis=1)) / sum_r,
            "average_r": average,
            "median_r": np.median(off, axis=1),
            "var_r": off.var(axis=1, ddof=1) if k > 2 else np.full(len(C), np.nan),
            "signal_noise": k * average / (1 - average),
            "duhachek": duhachek,
            "smc": smc,
        }


def squared_multiple_correlations(R: Floats) -> Floats:
    """smc_j = 1 - 1/(R^-1)_jj, (m, k); NaN for a matrix that is not safely positive definite."""
    result = np.full(R.shape[:2], np.nan)
    usable = np.flatnonzero(np.isfinite(R).all(axis=(1, 2)))
    eigenvalues = np.linalg.eigvalsh(R[usable])
    usable = usable[eigenvalues[:, 0] > 1e-10 * eigenvalues[:, -1]]
    result[usable] = 1 - 1 / np.diagonal(np.linalg.inv(R[usable]), axis1=1, axis2=2)
    return result


def leave_one_out(C: Floats, R: Floats) -> tuple[Floats, Floats]:
    """The k matrices that lack one item each, (k, k-1, k-1)."""
    k = len(C)
    rest = np.array([[i for i in range(k) if i != j] for j in range(k)])
    rows, columns = rest[:, :, None], rest[:, None, :]
    return C[rows, columns], R[rows, columns]


def item_correlations(C: Floats, R: Floats, smc: Floats) -> tuple[Floats, Floats, Floats]:
    """std_r, r_cor (overlap replaced by the smc) and r_drop (item with the sum of the others), each (k,)."""
    variance = np.diagonal(C)
    with np.errstate(invalid="ignore", divide="ignore"):
        std_r = R.sum(axis=0) / np.sqrt(R.sum())
        corrected = R.copy()
        np.fill_diagonal(corrected, smc[0])
        r_cor = corrected.sum(axis=0) / np.sqrt(corrected.sum())
        with_rest = C.sum(axis=0) - variance
        rest_variance = C.sum() - 2 * C.sum(axis=0) + variance
        r_drop = with_rest / np.sqrt(variance * rest_variance)
    return std_r, r_cor, r_drop


def feldt_interval(alpha: float, n: int, k: int, confidence: float) -> tuple[float, float]:
    """Feldt's interval: (1 - alpha) times quantiles of F(n - 1, (n - 1)(k - 1))."""
    from scipy.special import fdtri

    tail = (1 - confidence) / 2
    lower, upper = (1 - (1 - alpha) * fdtri(n - 1, (n - 1) * (k - 1), p) for p in (1 - tail, tail))
    return float(lower), float(upper)
