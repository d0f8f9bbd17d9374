"""How well factors reproduce correlations: likelihood-ratio test, RMSEA, TLI, BIC, residuals.

With M the reproduced correlations, ones on the diagonal, p items and k factors:
f = tr(M^-1 R) - log det(M^-1 R) - p, chi2 = f (n - 1 - (2p + 5)/6 - 2k/3) (Bartlett's correction),
df = ((p - k)^2 - (p + k))/2, RMSEA = sqrt(max(chi2 / (df n) - 1/(n - 1), 0)), its interval from the noncentral chi2
with sqrt(lambda / (df (n - 1))), TLI = (b - chi2/df)/(b - 1) with b = chi2/df of no factors under the same correction,
BIC = chi2 - df log n, RMSR the root mean square of the off-diagonal residuals. These are the conventions of R's psych.

References
----------
Bartlett (1951), Biometrika 38, 337-344; Steiger & Lind (1980); Browne & Cudeck (1992), Sociological Methods & Research
21, 230-258; Tucker & Lewis (1973), Psychometrika 38, 1-10.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.factors.correlation_matrix import SINGULAR

Floats = NDArray[np.float64]

__all__ = ["FactorFit", "chi_square_log10_tail", "chi_square_tail", "factor_fit", "noncentrality_interval"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorFit:
    """Fit of k factors; NaN where undefined (n not known, no degrees of freedom, singular correlations).

    ``log10_p_value`` stays finite where ``p_value`` is too small for a floating-point number.
    """

    objective: float
    null_objective: float
    chi_square: float
    df: int
    p_value: float
    log10_p_value: float
    rmsea: float
    rmsea_lower: float
    rmsea_upper: float
    rmsea_confidence: float
    tli: float
    bic: float
    rmsr: float
    largest_residual: float


def factor_fit(
    R: Floats,
    common: Floats,
    k: int,
    *,
    n: int | None,
    uniquenesses: Floats | None = None,
    tests: bool = True,
    confidence: float = 0.90,
) -> FactorFit:
    """Fit of the reproduced common part L phi L' (p, p) to the correlations R.

    ``uniquenesses`` (p,) are added to its diagonal; without them the diagonal is one. ``tests`` false leaves out what
    supposes a likelihood.
    """
    p = len(R)
    residuals = (R - common)[np.tril_indices(p, -1)]
    rmsr = float(np.sqrt((residuals**2).mean())) if len(residuals) else math.nan
    largest = float(np.abs(residuals).max(initial=0.0))
    df = ((p - k) ** 2 - (p + k)) // 2
    objective = null = chi_square = math.nan
    M = common.copy()
    np.fill_diagonal(M, 1.0 if uniquenesses is None else np.diagonal(common) + uniquenesses)
    sign, log_det = np.linalg.slogdet(R)
    if tests and sign > 0 and np.linalg.eigvalsh(R)[0] > SINGULAR and np.linalg.eigvalsh(M)[0] > SINGULAR:
        null = -float(log_det)
        objective = float(np.trace(np.linalg.solve(M, R)) - log_det + np.linalg.slogdet(M)[1] - p)
        objective = max(objective, 0.0)
    p_value = log10_p = rmsea = lower = upper = tli = bic = math.nan
    if n is not None and not math.isnan(objective):
        factor = n - 1 - (2 * p + 5) / 6 - 2 * k / 3
        chi_square = objective * factor if factor > 0 else math.nan
        if df > 0 and factor > 0:
            p_value = chi_square_tail(chi_square, df)
            log10_p = chi_square_log10_tail(chi_square, df)
            rmsea = math.sqrt(max(chi_square / (df * n) - 1 / (n - 1), 0.0))
            lower, upper = (
                math.sqrt(bound / (df * (n - 1))) for bound in noncentrality_interval(chi_square, df, confidence)
            )
            null_ratio = null * factor / (p * (p - 1) / 2)
            tli = (null_ratio - chi_square / df) / (null_ratio - 1) if null_ratio != 1 else math.nan
            bic = chi_square - df * math.log(n)
    return FactorFit(
        objective=objective,
        null_objective=null,
        chi_square=chi_square,
        df=df,
        p_value=p_value,
        log10_p_value=log10_p,
        rmsea=rmsea,
        rmsea_lower=lower,
        rmsea_upper=upper,
        rmsea_confidence=confidence,
        tli=tli,
        bic=bic,
        rmsr=rmsr,
        largest_residual=largest,
    )


def chi_square_tail(x: float, df: float) -> float:
    """P(chi2 > x)."""
    from scipy.special import chdtrc

    return float(chdtrc(df, x))


def chi_square_log10_tail(x: float, df: float) -> float:
    """log10 P(chi2 > x), also where the probability underflows (continued fraction, incomplete gamma function)."""
    plain = chi_square_tail(x, df)
    if plain > 1e-280:
        return math.log10(plain)
    a, z = df / 2, x / 2
    # modified Lentz, Numerical Recipes 6.2; converges for z > a + 1
    tiny = 1e-300
    b = z + 1 - a
    c, d = 1 / tiny, 1 / b
    h = d
    for i in range(1, 10_000):
        numerator = -i * (i - a)
        b += 2
        d = numerator * d + b
        d = 1 / (d if abs(d) > tiny else tiny)
        c = b + numerator / c
        c = c if abs(c) > tiny else tiny
        h *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return (-z + a * math.log(z) - math.lgamma(a) + math.log(h)) / math.log(10)


def noncentrality_interval(x: float, df: float, confidence: float) -> tuple[float, float]:
    """Noncentralities at which x is the upper and the lower quantile; 0 where x is below the central quantile."""
    from scipy.optimize import brentq
    from scipy.special import chdtr, chndtr

    bounds = []
    for probability in ((1 + confidence) / 2, (1 - confidence) / 2):
        if chdtr(df, x) <= probability:
            bounds.append(0.0)
            continue
        high = max(x, 1.0)
        while chndtr(x, df, high) > probability:
            high *= 2
        bounds.append(float(brentq(lambda nc, q=probability: chndtr(x, df, nc) - q, 0.0, high, xtol=1e-10, rtol=1e-13)))
    return bounds[0], bounds[1]
