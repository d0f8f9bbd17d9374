"""The chi-square difference of two nested models of ordered items: Satorra (2000), scaled and shifted.

The difference of adjusted statistics has no chi-square distribution. The difference T_0 - T_1 of the unadjusted ones
is a weighted sum of chi-squares with weights the eigenvalues of U_d gamma, where U_d projects on what the restricted
model takes away from the other:

    U_d = W J A^-1 R' (R A^-1 R')^-1 R A^-1 J' W,    A = J' W J

with J the derivatives of the less restricted model and R the restrictions, read off the derivatives of the restricted
one (the part of the space of J that its own do not reach). It is referred to chi-square as the statistics themselves
are: scaled and shifted, or scaled by its mean.

References
----------
Satorra (2000) in Heijmans, Pollock & Satorra, Innovations in multivariate statistical analysis, 233-247; Asparouhov &
Muthen (2006), Mplus Web Notes 10, and (2010), Mplus technical report.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.factors.cfa.fit_dwls import AdjustedTest, Adjustment, projected_jacobian
from analysis.factors.cfa.fit_measures import chi_square_p
from analysis.factors.cfa.ordinal_confirmatory import OrdinalCfaResult
from survey.errors import InsufficientDataError

__all__ = ["OrdinalDifference", "ordinal_difference_test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalDifference:
    """``statistic`` is compared with chi-square of ``df``; ``chisq`` is the unadjusted difference. NaN where the
    models do not differ in degrees of freedom."""

    statistic: float
    df: int
    p_value: float
    chisq: float
    scaling_factor: float
    shift: float
    method: str


def ordinal_difference_test(restricted: OrdinalCfaResult, free: OrdinalCfaResult) -> OrdinalDifference:
    """Test the restrictions that ``restricted`` adds to ``free``; both fitted to the same answers by one estimator.

    Raises
    ------
    InsufficientDataError
        Different answers or estimators, or a restricted model with fewer degrees of freedom.
    """
    same = len(restricted.sample.groups) == len(free.sample.groups) and all(
        one.n == other.n and np.array_equal(one.moments.moments(), other.moments.moments())
        for one, other in zip(restricted.sample.groups, free.sample.groups, strict=True)
    )
    df = int(restricted.fit["df"] - free.fit["df"])
    if not same or restricted.estimator != free.estimator:
        raise InsufficientDataError.of("analysis.cfa_difference_other_data")
    if df < 0:
        raise InsufficientDataError.of(
            "analysis.invariance_not_nested", level="restricted", df=int(restricted.fit["df"])
        )
    chisq = restricted.adjusted_test.chisq - free.adjusted_test.chisq
    if df == 0:
        return OrdinalDifference(
            statistic=np.nan, df=0, p_value=np.nan, chisq=chisq, scaling_factor=np.nan, shift=0.0, method="none"
        )
    _, gamma, wide = projected_jacobian(free.discrepancy, free.model, free.fitted.theta)
    jacobian, _, _ = projected_jacobian(restricted.discrepancy, restricted.model, restricted.fitted.theta)
    # directions of the free model that the restricted one does not reach
    inside = wide.T @ jacobian
    left, values, _ = np.linalg.svd(inside / np.maximum(np.linalg.norm(inside, axis=0), 1e-300), full_matrices=True)
    rank = int((values > 1e-8 * max(values.max(initial=0.0), 1e-300)).sum())
    lost = wide @ left[:, rank:]
    product = lost.T @ gamma @ lost
    test = AdjustedTest(
        chisq=chisq, df=df, trace=float(np.trace(product)), trace_squared=float((product * product.T).sum())
    )
    # a difference has one number of degrees of freedom: mean.var.adjusted models are compared as scaled and shifted
    rule: Adjustment = "mean.adjusted" if restricted.adjustment == "mean.adjusted" else "scaled.shifted"
    factor, shift = test.adjusted(rule)
    statistic = chisq / factor + shift
    return OrdinalDifference(
        statistic=statistic,
        df=df,
        p_value=chi_square_p(max(statistic, 0.0), df),
        chisq=chisq,
        scaling_factor=factor,
        shift=shift,
        method=f"Satorra (2000), {'scaled and shifted' if rule == 'scaled.shifted' else 'scaled by its mean'}",
    )
