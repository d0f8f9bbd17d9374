"""Omega of a sum score from one common factor fitted by maximum likelihood (congeneric model), with its interval.

Items x_j = l_j F + e_j with variances of e_j t_j; S the covariance matrix with divisor n.
omega = (sum l)^2 / ((sum l)^2 + sum t) divides by the variance the model implies; ``omega_observed`` by sum S. The
standardised loadings give composite reliability, and the average variance extracted is mean of their squares (``ave``)
or sum l^2 / (sum l^2 + sum t) (``ave_raw``).

One factor under maximum likelihood does not depend on the items' scales: it is fitted on correlations and rescaled.

The standard error of omega is the delta method on the expected information of (l, t); the interval is formed on the
logit scale, so it stays between 0 and 1.

References
----------
McDonald (1999), Test Theory, ch. 6; Raykov (2002), Multivariate Behavioral Research 37, 89-103; Kelley &
Pornprasertmanit (2016), Psychological Methods 21, 69-92 (intervals); Fornell & Larcker (1981), Journal of Marketing
Research 18, 39-50.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.alpha_coefficients import scale_coefficients
from analysis.factors.correlation_matrix import (
    CorrelationKind,
    CorrelationMatrix,
    MissingRule,
    correlations_of,
)
from analysis.factors.extraction import extract
from analysis.factors.factor_fit import chi_square_tail
from analysis.figures import TableDisplay
from survey.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = ["CongenericOmega", "congeneric_omega"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CongenericOmega(TableDisplay):
    """Reliability of a sum of p items with one common factor.

    ``loadings``, ``residual_variances`` (p,) are on the items' scale (of correlations: standardised), the factor has
    variance 1; ``std_loadings`` (p,) of standardised items. ``alpha`` is Cronbach's, of the same covariances.
    ``chi_square`` = n times the discrepancy tests whether one factor suffices. ``std_error``, ``lower`` and ``upper``
    are of ``omega`` and NaN under case weights, for given correlations, and for pairwise covariances. ``correlation``
    tells what was factored; with polychoric correlations this is ordinal omega.
    """

    items: tuple[str, ...]
    n: int | None
    n_effective: float
    dropped: int
    missing: str
    correlation: str
    omega: float
    std_error: float
    lower: float
    upper: float
    confidence: float
    omega_observed: float
    composite_reliability: float
    ave: float
    ave_raw: float
    alpha: float
    loadings: Floats
    std_loadings: Floats
    residual_variances: Floats
    chi_square: float
    df: int
    p_value: float
    iterations: int
    converged: bool
    findings: tuple[Problem, ...]

    @property
    def estimate(self) -> float:
        """Omega by the model's variance."""
        return self.omega

    def to_frame(self) -> pd.DataFrame:
        """One row with the coefficients."""
        import pandas as pd

        names = (
            "std_error",
            "lower",
            "upper",
            "omega_observed",
            "composite_reliability",
            "ave",
            "ave_raw",
            "alpha",
            "chi_square",
            "df",
            "p_value",
            "n",
            "n_effective",
            "dropped",
            "converged",
        )
        return pd.DataFrame([{"estimate": self.omega, **{name: getattr(self, name) for name in names}}])

    def item_frame(self) -> pd.DataFrame:
        """One row per item."""
        import pandas as pd

        columns = {
            "loading": self.loadings,
            "std_loading": self.std_loadings,
            "residual_variance": self.residual_variances,
        }
        return pd.DataFrame(columns, index=pd.Index(self.items, name="item"))

    def summary(self) -> str:
        """Omega, its interval and n in one line."""
        line = f"omega {self.omega:.3f}"
        if math.isfinite(self.lower):
            line += f" ({self.confidence:.0%} interval {self.lower:.3f} to {self.upper:.3f})"
        return f"{line} ({len(self.items)} items, one factor, {self.correlation}, n = {self.n})"


def congeneric_omega(
    data: pd.DataFrame | CorrelationMatrix,
    *,
    correlation: CorrelationKind = "pearson",
    missing: MissingRule = "listwise",
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    case_weights: ArrayLike | None = None,
    confidence: float = 0.95,
) -> CongenericOmega:
    """Omega of the sum of at least three items under one common factor.

    ``data`` (n, p) scores or a `CorrelationMatrix`; ``correlation``, ``missing``, ``reversed_items``, ``scale``,
    ``case_weights`` and the errors as in `item_correlations`. A uniqueness at its bound (Heywood case) is a finding.

    Raises
    ------
    InsufficientDataError
        Fewer than three items, or correlations that cannot be inverted.
    """
    source = correlations_of(
        data,
        correlation=correlation,
        missing=missing,
        reversed_items=reversed_items,
        scale=scale,
        case_weights=case_weights,
        needed=3,
    )
    R, n, p = source.matrix, source.n, len(source.items)
    found = extract(R, 1, method="ml")
    std_loadings, psi = found.loadings[:, 0], found.uniquenesses
    deviations = np.ones(p)
    if source.std_deviations is not None and n is not None:
        deviations = source.std_deviations * math.sqrt((n - 1) / n)
    loadings, residual = std_loadings * deviations, psi * deviations**2
    S = R * np.outer(deviations, deviations)
    total = float(loadings.sum())
    omega = total**2 / (total**2 + float(residual.sum()))
    standard = float(std_loadings.sum()) ** 2
    findings = list(source.findings)
    for j in found.at_bound:
        fields = {"item": source.items[j], "communality": float(std_loadings[j] ** 2)}
        findings.append(Problem(code="analysis.heywood", fields=fields, severity="warning"))
    for j in (int(place) for place in np.flatnonzero(std_loadings < 0)):
        fields = {"item": source.items[j], "loading": float(std_loadings[j])}
        findings.append(Problem(code="analysis.loading_negative", fields=fields, severity="warning"))
    if not found.converged:
        fields = {"method": "ml", "iterations": found.iterations}
        findings.append(Problem(code="analysis.extraction_not_converged", fields=fields, severity="warning"))
    std_error = lower = upper = math.nan
    regular = source.missing == "listwise" and not source.case_weighted and not found.at_bound
    if n is not None and source.std_deviations is not None and regular:
        std_error = _std_error(loadings, residual, n)
        lower, upper = _logit_interval(omega, std_error, confidence)
    df = p * (p - 3) // 2
    tested = n is not None and not source.case_weighted and source.kind in ("pearson", "given")
    chi_square = n * found.discrepancy if n is not None and tested else math.nan
    return CongenericOmega(
        items=source.items,
        n=n,
        n_effective=source.n_effective,
        dropped=source.dropped,
        missing=source.missing,
        correlation=source.kind,
        omega=omega,
        std_error=std_error,
        lower=lower,
        upper=upper,
        confidence=confidence,
        omega_observed=total**2 / float(S.sum()),
        composite_reliability=standard / (standard + float((1 - std_loadings**2).sum())),
        ave=float((std_loadings**2).mean()),
        ave_raw=float((loadings**2).sum() / ((loadings**2).sum() + residual.sum())),
        alpha=float(scale_coefficients(S[None], R[None])["raw_alpha"][0]),
        loadings=loadings,
        std_loadings=std_loadings,
        residual_variances=residual,
        chi_square=chi_square,
        df=df,
        p_value=chi_square_tail(chi_square, df) if df > 0 and math.isfinite(chi_square) else math.nan,
        iterations=found.iterations,
        converged=found.converged,
        findings=tuple(findings),
    )


def _std_error(l: Floats, t: Floats, n: int) -> float:  # noqa: E741  (the symbol of the formula)
    """Delta method: expected information of (l, t) from tr(W dSigma W dSigma'), W the inverse of l l' + diag(t)."""
    W = np.linalg.inv(np.outer(l, l) + np.diag(t))
    a = W @ l
    q = float(l @ a)
    mixed = 2 * W * a
    information = n / 2 * np.block([[2 * (np.outer(a, a) + q * W), mixed], [mixed.T, W**2]])
    total, rest = float(l.sum()), float(t.sum())
    variance = total**2 + rest
    slope = np.concatenate([np.full(len(l), 2 * total * rest), np.full(len(l), -(total**2))]) / variance**2
    return math.sqrt(max(float(slope @ np.linalg.solve(information, slope)), 0.0))


def _logit_interval(omega: float, std_error: float, confidence: float) -> tuple[float, float]:
    from scipy.special import expit, logit, ndtri

    half = float(ndtri(0.5 + confidence / 2)) * std_error / (omega * (1 - omega))
    centre = float(logit(omega))
    return float(expit(centre - half)), float(expit(centre + half))
