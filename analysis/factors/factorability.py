"""Whether correlations can be factored: sampling adequacy (KMO), Bartlett's test, determinant, eigenvalues.

With Q the correlations of two items given all others, q_ij = -s_ij / sqrt(s_ii s_jj) from S = R^-1:
KMO = sum r^2 / (sum r^2 + sum q^2) over i != j, MSA_i the same over item i's row;
Bartlett's chi2 = -(n - 1 - (2p + 5)/6) log det R with p(p - 1)/2 degrees of freedom.

References
----------
Kaiser (1970), Psychometrika 35, 401-415; Kaiser & Rice (1974), Educational and Psychological Measurement 34, 111-117;
Bartlett (1951), Biometrika 38, 337-344.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.factors.correlation_matrix import (
    CorrelationKind,
    CorrelationMatrix,
    MissingRule,
    correlations_of,
    descending_eigenvalues,
)
from analysis.factors.extraction import squared_multiple_correlations
from analysis.factors.factor_fit import chi_square_log10_tail, chi_square_tail
from analysis.figures import TableDisplay
from survey.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = ["FactorabilityResult", "factorability"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactorabilityResult(TableDisplay):
    """Factorability of p items.

    ``kmo`` and ``msa`` (p,) lie between 0 and 1 and are NaN, as ``smc`` (p,) and Bartlett's test are, where R cannot be
    inverted. ``eigenvalues`` (p,) of R, and ``reduced_eigenvalues`` of R with the squared multiple correlations on its
    diagonal, are in descending order. ``bartlett_log10_p_value`` is finite where the p value underflows. Bartlett's
    test supposes normal answers and no case weights; under weights it is NaN.
    """

    items: tuple[str, ...]
    n: int | None
    n_effective: float
    dropped: int
    missing: str
    correlation: str
    kmo: float
    msa: Floats
    bartlett_chi_square: float
    bartlett_df: int
    bartlett_p_value: float
    bartlett_log10_p_value: float
    determinant: float
    log_determinant: float
    eigenvalues: Floats
    reduced_eigenvalues: Floats
    smc: Floats
    correlations: Floats
    findings: tuple[Problem, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per item: sampling adequacy and squared multiple correlation."""
        import pandas as pd

        index = pd.Index(self.items, name="item")
        return pd.DataFrame({"msa": self.msa, "smc": self.smc, "n": self.n}, index=index)

    def summary(self) -> str:
        """KMO and Bartlett's test in one line."""
        return (
            f"KMO {self.kmo:.3f}, Bartlett chi2({self.bartlett_df}) = {self.bartlett_chi_square:.1f}, "
            f"log10 p = {self.bartlett_log10_p_value:.1f} (n = {self.n})"
        )


def factorability(
    data: pd.DataFrame | CorrelationMatrix,
    *,
    correlation: CorrelationKind = "pearson",
    missing: MissingRule = "listwise",
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    case_weights: ArrayLike | None = None,
) -> FactorabilityResult:
    """KMO, Bartlett's test, determinant and eigenvalues of a frame of items (n, p) or a correlation matrix.

    The options are those of `item_correlations`, and so are the errors.
    """
    source = correlations_of(
        data,
        correlation=correlation,
        missing=missing,
        reversed_items=reversed_items,
        scale=scale,
        case_weights=case_weights,
    )
    R = source.matrix
    p = len(R)
    findings = list(source.findings)
    kmo, chi_square, p_value, log10_p = (math.nan,) * 4
    msa = smc = np.full(p, math.nan)
    sign, log_det = np.linalg.slogdet(R)
    df = p * (p - 1) // 2
    if source.invertible:
        S = np.linalg.inv(R)
        scale_s = np.sqrt(np.diagonal(S))
        Q = S / np.outer(scale_s, scale_s)
        off = ~np.eye(p, dtype=np.bool_)
        r_square, q_square = np.where(off, R**2, 0.0), np.where(off, Q**2, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            kmo = float(r_square.sum() / (r_square.sum() + q_square.sum())) if r_square.any() else math.nan
            msa = r_square.sum(axis=0) / (r_square.sum(axis=0) + q_square.sum(axis=0))
        smc = squared_multiple_correlations(R)
        if source.n is not None and not source.case_weighted:
            chi_square = -(source.n - 1 - (2 * p + 5) / 6) * float(log_det)
            p_value, log10_p = chi_square_tail(chi_square, df), chi_square_log10_tail(chi_square, df)
    else:
        findings.append(Problem(code="analysis.factor_matrix_singular", fields={"items": p}, severity="warning"))
    if source.case_weighted:
        findings.append(Problem(code="analysis.factor_tests_weighted", fields={}, severity="note"))
    reduced = R.copy()
    np.fill_diagonal(reduced, smc)
    return FactorabilityResult(
        items=source.items,
        n=source.n,
        n_effective=source.n_effective,
        dropped=source.dropped,
        missing=source.missing,
        correlation=source.kind,
        kmo=kmo,
        msa=msa,
        bartlett_chi_square=chi_square,
        bartlett_df=df,
        bartlett_p_value=p_value,
        bartlett_log10_p_value=log10_p,
        determinant=float(sign * np.exp(log_det)) if sign else 0.0,
        log_determinant=float(log_det),
        eigenvalues=descending_eigenvalues(R),
        reduced_eigenvalues=descending_eigenvalues(reduced) if np.isfinite(smc).all() else np.full(p, math.nan),
        smc=smc,
        correlations=R,
        findings=tuple(findings),
    )
