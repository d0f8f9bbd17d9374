"""The result that product-moment and rank correlations share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.correlations.contingency import item_pairs
from analysis.figures import TableDisplay
from survey.errors import Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
MissingRule = Literal["listwise", "pairwise"]
Variances = Literal["pair", "item"]

__all__ = ["CorrelationResult", "MissingRule", "Variances", "correlation_result", "student_p"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CorrelationResult(TableDisplay):
    """Correlations of p columns; matrices are (p, p), NaN where a pair does not allow a figure.

    ``kind`` names the coefficient, ``interval`` how ``std_errors`` (on the scale of r), ``lower`` and ``upper`` were
    made, ``test`` where ``p_value`` (two-sided, of no association) is from. ``counts`` are respondents per pair,
    ``n_effective`` (p, p) Kish's figure for them, which intervals and tests use under case weights. ``n`` counts the
    respondents with any answer (listwise: with all), ``dropped`` the others.
    """

    kind: Literal["pearson", "spearman", "kendall_tau_b"]
    items: tuple[str, ...]
    correlations: Floats
    std_errors: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    counts: Floats
    n_effective: Floats
    missing: MissingRule
    variances: Variances
    interval: str
    test: str
    weighted: bool
    confidence: float
    n: int
    dropped: int
    findings: tuple[Problem, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per pair: estimate, std_error, lower, upper, n, n_effective, p_value."""
        import pandas as pd

        first, second = np.triu_indices(len(self.items), 1)
        columns = {
            "estimate": self.correlations,
            "std_error": self.std_errors,
            "lower": self.lower,
            "upper": self.upper,
            "n": self.counts,
            "n_effective": self.n_effective,
            "p_value": self.p_value,
        }
        names = pd.MultiIndex.from_arrays(
            [[self.items[j] for j in first], [self.items[k] for k in second]], names=["first", "second"]
        )
        frame = pd.DataFrame({name: values[first, second] for name, values in columns.items()}, index=names)
        return frame.astype({"n": int})

    def matrix_frame(self) -> pd.DataFrame:
        """The correlations with the items as rows and columns."""
        import pandas as pd

        return pd.DataFrame(self.correlations, index=list(self.items), columns=list(self.items))

    def summary(self) -> str:
        """Range of the correlations in one line."""
        off = self.correlations[np.tril_indices(len(self.items), -1)]
        off = off[np.isfinite(off)]
        spread = f"{off.min():.3f} to {off.max():.3f}" if len(off) else "none defined"
        return f"{self.kind} correlations {spread} ({len(self.items)} items, {self.missing}, n = {self.n})"


def correlation_result(
    *,
    kind: Literal["pearson", "spearman", "kendall_tau_b"],
    items: Iterable[str],
    correlations: Floats,
    fisher_errors: Floats,
    p_value: Floats,
    counts: Floats,
    effective: Floats,
    missing: MissingRule,
    variances: Variances,
    interval: str,
    test: str,
    weighted: bool,
    confidence: float,
    n: int,
    n_rows: int,
) -> CorrelationResult:
    """Complete a result: intervals from standard errors of atanh r, findings on items and pairs."""
    from scipy.special import ndtri

    if not 0 < confidence < 1:
        raise SatixError.of("analysis.confidence_out_of_range", found=confidence)
    names = tuple(str(item) for item in items)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.arctanh(np.where(np.abs(correlations) > 1, np.nan, correlations))
        half = ndtri((1 + confidence) / 2) * fisher_errors
        lower, upper = np.tanh(z - half), np.tanh(z + half)
        errors = (1 - correlations**2) * fisher_errors
    for matrix, value in ((lower, 1.0), (upper, 1.0), (errors, 0.0), (p_value, np.nan)):
        np.fill_diagonal(matrix, np.where(np.isfinite(np.diagonal(correlations)), value, np.nan))
    return CorrelationResult(
        kind=kind,
        items=names,
        correlations=correlations,
        std_errors=errors,
        lower=lower,
        upper=upper,
        p_value=p_value,
        counts=counts,
        n_effective=effective,
        missing=missing,
        variances=variances,
        interval=interval,
        test=test,
        weighted=weighted,
        confidence=confidence,
        n=n,
        dropped=n_rows - n,
        findings=_findings(names, correlations, counts),
    )


def _findings(names: tuple[str, ...], correlations: Floats, counts: Floats) -> tuple[Problem, ...]:
    """Items without variance, and pairs nobody answered."""
    flat = np.isnan(np.diagonal(correlations))
    findings = [
        Problem(code="analysis.item_without_variance", fields={"item": names[item]}, severity="warning")
        for item in np.flatnonzero(flat)
    ]
    findings += [
        Problem(
            code="analysis.item_pairs_unanswered", fields={"first": names[k], "second": names[j]}, severity="warning"
        )
        for j, k in item_pairs(len(names))
        if counts[j, k] == 0 and not flat[[j, k]].any()
    ]
    return tuple(findings)


def student_p(r: Floats, n: Floats) -> Floats:
    """Two-sided p of no association: t = r sqrt((n - 2) / (1 - r^2)) with n - 2 degrees of freedom."""
    from scipy.special import stdtr

    df = np.where(n > 2, n - 2, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = r * np.sqrt(df / (1 - r * r))
        p: Floats = 2 * stdtr(df, -np.abs(t))
    return p
