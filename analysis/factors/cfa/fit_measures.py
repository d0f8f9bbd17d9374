"""Fit measures of a covariance-structure model, for every estimator.

Chi-square statistics with their scaled forms; CFI (Bentler 1990), TLI (Tucker & Lewis 1973; Bentler & Bonett 1980),
RMSEA with its interval and the test of close fit (Steiger & Lind 1980; Browne & Cudeck 1993; groups: Steiger 1998),
SRMR (Bentler 1995), GFI (Joreskog & Sorbom 1984), information criteria. Three versions where a test is scaled:

* plain: from the unscaled statistics,
* ``.scaled``: the same formulas with the scaled statistics (kept because programs print them),
* ``.robust``: estimates of the population value under non-normality, with the unscaled statistic less ``c df``
  (Brosseau-Liard, Savalei & Li 2012; Brosseau-Liard & Savalei 2014) or, for incomplete answers, the complete-data
  statistic less its expectation (Zhang & Savalei 2023).

Names are those users of lavaan know. NaN stands for what is not defined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.figures import TableDisplay

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = ["FitMeasures", "ModelTest", "chi_square_p", "fit_measures", "goodness_of_fit", "rmsea_bounds", "srmr"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTest:
    """A test statistic against the unrestricted model.

    ``scaled`` = ``chisq`` / ``scaling_factor`` + ``shift`` where a scaling factor is known (else NaN). ``robust_chisq``
    and ``robust_expectation`` serve the robust measures: the statistic, and what it is expected to be if the model
    holds; by default ``chisq`` and ``scaling_factor`` * ``df``.
    """

    chisq: float
    df: int
    scaling_factor: float = np.nan
    shift: float = 0.0
    robust_chisq: float = np.nan
    robust_expectation: float = np.nan

    @property
    def scaled(self) -> float:
        """The scaled statistic; 0 without degrees of freedom."""
        if self.df == 0 and not np.isnan(self.chisq):
            return 0.0 if not np.isnan(self.scaling_factor) else np.nan
        return self.chisq / self.scaling_factor + self.shift

    @property
    def excess(self) -> float:
        """The robust statistic less its expectation."""
        if np.isnan(self.robust_chisq):
            return self.chisq - self.scaling_factor * self.df
        return self.robust_chisq - self.robust_expectation

    @property
    def robust_factor(self) -> float:
        """Expectation of the robust statistic per degree of freedom."""
        if np.isnan(self.robust_chisq):
            return self.scaling_factor
        return self.robust_expectation / self.df if self.df else np.nan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FitMeasures(TableDisplay):
    """Fit measures by name, NaN where undefined; ``measures["cfi"]``, or ``fit["cfi"]``."""

    measures: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        return self.measures[name]

    def __contains__(self, name: str) -> bool:
        return name in self.measures

    def to_frame(self) -> pd.DataFrame:
        """One row per measure that is defined."""
        import pandas as pd

        rows = {name: value for name, value in self.measures.items() if not np.isnan(value)}
        return pd.DataFrame({"estimate": rows}).rename_axis("measure")

    def best(self, name: str) -> float:
        """The robust version of a measure where there is one, else the scaled, else the plain."""
        for version in (f"{name}.robust", f"{name}.scaled", name):
            value = self.measures.get(version, np.nan)
            if not np.isnan(value):
                return value
        return np.nan

    def summary(self) -> str:
        """Chi-square, CFI, TLI, RMSEA and SRMR in one line."""
        kind = ".scaled" if not np.isnan(self.measures.get("chisq.scaled", np.nan)) else ""
        figures = self.measures
        text = (
            f"chi2({figures['df']:.0f}) = {figures['chisq' + kind]:.2f}, p = {figures['pvalue' + kind]:.3g}, "
            f"CFI {self.best('cfi'):.3f}, TLI {self.best('tli'):.3f}, RMSEA {self.best('rmsea'):.3f}, "
            f"SRMR {figures['srmr']:.3f}"
        )
        return text + (f" ({kind[1:]} chi2)" if kind else "")


def fit_measures(
    *,
    test: ModelTest,
    baseline: ModelTest,
    n: int,
    n_groups: int,
    n_parameters: int,
    srmr: float,
    rmr: float = np.nan,
    gfi: float = np.nan,
    n_moments: int = 0,
    loglik: float = np.nan,
    loglik_unrestricted: float = np.nan,
) -> FitMeasures:
    """All measures from two tests and the log-likelihoods (NaN where the estimator has none).

    ``n`` is the multiplier of the discrepancy (respondents; n - groups under Wishart), ``n_moments`` the number of
    sample moments, for AGFI and PGFI.
    """
    found: dict[str, float] = {
        "npar": n_parameters,
        "fmin": test.chisq / n / 2,
        "chisq": test.chisq,
        "df": test.df,
        "pvalue": chi_square_p(test.chisq, test.df),
        "baseline.chisq": baseline.chisq,
        "baseline.df": baseline.df,
        "baseline.pvalue": chi_square_p(baseline.chisq, baseline.df),
    }
    found |= _incremental(test.chisq, test.df, baseline.chisq, baseline.df)
    found |= _rmsea(test.chisq, test.df, n, n_groups)
    if not np.isnan(test.scaling_factor):
        scaled = _incremental(test.scaled, test.df, baseline.scaled, baseline.df)
        if test.shift == 0:
            # the unscaled statistic has the mean of a chi-square with c df degrees of freedom
            scaled |= _rmsea(test.chisq, test.scaling_factor * test.df, n, n_groups)
        else:
            scaled |= _rmsea(test.scaled, test.df, n, n_groups)
        found |= {f"{name}.scaled": value for name, value in scaled.items()}
        found |= {
            "chisq.scaled": test.scaled,
            "df.scaled": test.df,
            "pvalue.scaled": chi_square_p(test.scaled, test.df),
            "chisq.scaling.factor": test.scaling_factor,
            "baseline.chisq.scaled": baseline.scaled,
            "baseline.df.scaled": baseline.df,
            "baseline.pvalue.scaled": chi_square_p(baseline.scaled, baseline.df),
            "baseline.chisq.scaling.factor": baseline.scaling_factor,
        }
    if test.robust_factor > 0:
        found |= _robust(test, baseline, n, n_groups)
    found |= {"srmr": srmr, "rmr": rmr, "gfi": gfi}
    if test.df > 0 and n_moments:
        found["agfi"] = 1 - n_moments / test.df * (1 - gfi)
        found["pgfi"] = test.df / n_moments * gfi
    found |= {
        "logl": loglik,
        "unrestricted.logl": loglik_unrestricted,
        "aic": -2 * loglik + 2 * n_parameters,
        "bic": -2 * loglik + np.log(n) * n_parameters,
        "bic2": -2 * loglik + np.log((n + 2) / 24) * n_parameters,
        "ntotal": n,
        "mfi": float(np.exp(-0.5 * (test.chisq - test.df) / n)),
        "ecvi": test.chisq / n + 2 * n_parameters / n,
    }
    found |= _critical_n(test, n)
    return FitMeasures(measures={name: float(value) for name, value in found.items()})


def chi_square_p(chisq: float, df: int) -> float:
    """Upper tail; NaN without degrees of freedom."""
    from scipy.special import chdtrc

    return float(chdtrc(df, chisq)) if df > 0 else np.nan


def rmsea_bounds(chisq: float, df: float, *, level: float = 0.90) -> tuple[float, float]:
    """Bounds of the noncentrality parameter from the noncentral chi-square distribution."""
    from scipy.optimize import brentq
    from scipy.special import chdtr, chndtr

    def bound(share: float) -> float:
        if chdtr(df, chisq) < share:
            return 0.0

        def away(noncentrality: float) -> float:
            return float(chndtr(chisq, df, noncentrality)) - share

        highest = max(chisq, df, 1.0)
        while away(highest) > 0:
            highest *= 2
        return float(brentq(away, 0.0, highest, xtol=1e-10, rtol=1e-12))

    if df <= 0 or not np.isfinite(chisq):
        return np.nan, np.nan
    return bound((1 + level) / 2), bound((1 - level) / 2)


def srmr(
    covariances: Sequence[Floats],
    implied: Sequence[Floats],
    sizes: Sequence[float],
    *,
    means: Sequence[Floats] | None = None,
    implied_means: Sequence[Floats] | None = None,
    diagonal: bool = True,
) -> float:
    """Root mean square of residuals standardised by the sample's standard deviations, averaged over groups by size.

    With means, their residuals count too. ``diagonal=False`` leaves the variances out (ordered items).
    """
    total = 0.0
    for place, (sample, fitted) in enumerate(zip(covariances, implied, strict=True)):
        spread = np.sqrt(np.diag(sample))
        lower = np.tril_indices(len(spread), 0 if diagonal else -1)
        residuals = ((sample - fitted) / np.outer(spread, spread))[lower]
        if means is not None and implied_means is not None:
            residuals = np.concatenate([residuals, (means[place] - implied_means[place]) / spread])
        total += sizes[place] * float(np.sqrt((residuals**2).mean()))
    return total / float(sum(sizes))


def goodness_of_fit(
    covariances: Sequence[Floats],
    implied: Sequence[Floats],
    sizes: Sequence[float],
    *,
    means: Sequence[Floats] | None = None,
    implied_means: Sequence[Floats] | None = None,
) -> float:
    """GFI: one less the weighted squared residuals over the weighted squared moments."""
    above = below = 0.0
    for place, (sample, fitted) in enumerate(zip(covariances, implied, strict=True)):
        precision = np.linalg.inv(fitted)
        away, whole = precision @ (sample - fitted), precision @ sample
        one, other = float(np.trace(away @ away)) / 2, float(np.trace(whole @ whole)) / 2
        if means is not None and implied_means is not None:
            shift = means[place] - implied_means[place]
            one += float(shift @ precision @ shift)
            other += float(means[place] @ precision @ means[place])
        above += sizes[place] * one
        below += sizes[place] * other
    return 1 - above / below


def _incremental(chisq: float, df: int, null: float, null_df: int) -> dict[str, float]:
    excess, null_excess = max(chisq - df, 0.0), max(chisq - df, null - null_df, 0.0)
    cfi = 1.0 if excess == 0 else 1 - excess / null_excess
    found = {"cfi": cfi, "tli": np.nan, "nnfi": np.nan, "nfi": np.nan, "rfi": np.nan, "ifi": np.nan, "rni": np.nan}
    if null_df <= 0 or not np.isfinite(null):
        return dict.fromkeys(found, np.nan)
    found["nfi"] = (null - chisq) / null if null > 0 else np.nan
    found["ifi"] = (null - chisq) / (null - df) if null != df else np.nan
    found["rni"] = 1 - (chisq - df) / (null - null_df) if null != null_df else np.nan
    if df > 0:
        found["tli"] = found["nnfi"] = (null / null_df - chisq / df) / (null / null_df - 1)
        found["rfi"] = (null / null_df - chisq / df) / (null / null_df)
    else:
        found["tli"] = found["nnfi"] = found["rfi"] = 1.0
    return found


def _rmsea(chisq: float, df: float, n: int, n_groups: int, *, factor: float = 1.0) -> dict[str, float]:
    """RMSEA of a statistic; ``factor`` brings a scaled statistic's noncentrality back to the unscaled one."""
    from scipy.stats import ncx2

    names = ("rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue", "rmsea.notclose.pvalue")
    if df <= 0:
        return dict.fromkeys(names, 0.0 if chisq < 1e-6 else np.nan) | {"rmsea.pvalue": np.nan, names[4]: np.nan}
    lower, upper = rmsea_bounds(chisq, df)
    unit = factor * n_groups / (n * df)
    close = n * df / n_groups / factor
    return {
        "rmsea": float(np.sqrt(max(chisq - df, 0.0) * unit)),
        "rmsea.ci.lower": float(np.sqrt(lower * unit)),
        "rmsea.ci.upper": float(np.sqrt(upper * unit)),
        "rmsea.pvalue": float(ncx2.sf(chisq, df, close * 0.05**2)),
        "rmsea.notclose.pvalue": float(ncx2.cdf(chisq, df, close * 0.08**2)),
    }


def _robust(test: ModelTest, baseline: ModelTest, n: int, n_groups: int) -> dict[str, float]:
    found: dict[str, float] = {}
    excess, null_excess = test.excess, baseline.excess
    if not np.isnan(null_excess) and baseline.df > 0:
        worst = max(excess, null_excess, 0.0)
        cfi = 1.0 if excess <= 0 else 1 - excess / worst
        found["cfi.robust"] = cfi
        tli = 1 - (excess / test.df) / (null_excess / baseline.df) if test.df > 0 and null_excess else 1.0
        found["tli.robust"] = found["nnfi.robust"] = tli
        found["rni.robust"] = 1 - excess / null_excess if null_excess else np.nan
    if test.df <= 0:
        return found | {"rmsea.robust": 0.0}
    factor = test.robust_factor
    statistic = (test.chisq if np.isnan(test.robust_chisq) else test.robust_chisq) / factor
    robust = _rmsea(statistic, test.df, n, n_groups, factor=factor)
    return found | {f"{name}.robust": value for name, value in robust.items()}


def _critical_n(test: ModelTest, n: int) -> dict[str, float]:
    from scipy.special import chdtri

    if test.df <= 0 or test.chisq <= 0:
        return {"cn_05": np.nan, "cn_01": np.nan}
    return {
        name: float(chdtri(test.df, level)) / (test.chisq / n) + 1 for name, level in (("cn_05", 0.05), ("cn_01", 0.01))
    }
