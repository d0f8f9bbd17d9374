"""Intraclass correlations: the six forms of Shrout and Fleiss with F tests and intervals.

From the mean squares of n objects by k raters (between objects MSB, within MSW, raters MSJ, error MSE):

    ICC1 = (MSB - MSW)/(MSB + (k-1) MSW)                      one way, McGraw & Wong's ICC(1)
    ICC2 = (MSB - MSE)/(MSB + (k-1) MSE + k (MSJ - MSE)/n)    two way, absolute agreement, ICC(A,1)
    ICC3 = (MSB - MSE)/(MSB + (k-1) MSE)                      two way, consistency, ICC(C,1)
    ICC1k, ICC2k, ICC3k                                       of the mean of the k raters; ICC3k is Cronbach's alpha

References
----------
Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428; McGraw & Wong (1996), Psychological Methods 1, 30-46.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    import pandas as pd

IntraclassForm = Literal["ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"]

MCGRAW_WONG = {
    "ICC1": "ICC(1)",
    "ICC2": "ICC(A,1)",
    "ICC3": "ICC(C,1)",
    "ICC1k": "ICC(k)",
    "ICC2k": "ICC(A,k)",
    "ICC3k": "ICC(C,k)",
}

__all__ = ["IntraclassForm", "IntraclassResult", "OneForm", "intraclass_correlation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneForm:
    """One form with the F test that it is zero; ``mcgraw_wong`` is its name in their notation."""

    form: str
    mcgraw_wong: str
    estimate: float
    lower: float
    upper: float
    f: float
    df1: int
    df2: int
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IntraclassResult(TableDisplay):
    """All six forms over the ``n`` objects that all ``raters`` rated, and the mean squares behind them."""

    forms: tuple[OneForm, ...]
    n: int
    raters: int
    dropped: int
    ms_between: float
    ms_within: float
    ms_raters: float
    ms_error: float
    confidence: float

    def __getitem__(self, form: IntraclassForm) -> OneForm:
        """One form by its name, such as ``result["ICC2"]``."""
        return next(one for one in self.forms if one.form == form)

    def to_frame(self) -> pd.DataFrame:
        """A row per form."""
        import pandas as pd

        return pd.DataFrame([{**asdict(one), "n": self.n} for one in self.forms]).set_index("form")

    def summary(self) -> str:
        """Absolute agreement of single raters in one line."""
        one = self["ICC2"]
        return (
            f"ICC(A,1) {one.estimate:.3f} ({self.confidence:.0%} interval {one.lower:.3f} to {one.upper:.3f}; "
            f"{self.n} objects, {self.raters} raters)"
        )


def intraclass_correlation(ratings: ArrayLike, *, confidence: float = 0.95) -> IntraclassResult:
    """The six intraclass correlations of (objects, raters) ratings; objects with a missing rating are left out.

    Raises
    ------
    InsufficientDataError
        Fewer than two objects or raters, or no variation at all.
    """
    from scipy.special import fdtrc, fdtri

    values = np.asarray(ratings, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2:
        raise InsufficientDataError.of("analysis.too_few_raters", found=values.shape[1] if values.ndim == 2 else 1)
    x = values[~np.isnan(values).any(axis=1)]
    n, k = x.shape
    if n < 2:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=n, needed=2, what="objects")
    grand, by_object, by_rater = x.mean(), x.mean(axis=1), x.mean(axis=0)
    total = float(((x - grand) ** 2).sum())
    if not total > 0:
        raise InsufficientDataError.of("analysis.no_item_variance")
    between, raters = k * float(((by_object - grand) ** 2).sum()), n * float(((by_rater - grand) ** 2).sum())
    error = float(((x - by_object[:, None] - by_rater + grand) ** 2).sum())
    error = 0.0 if error <= 1e-13 * total else error
    msb, msw = between / (n - 1), (raters + error) / (n * (k - 1))
    msj, mse = raters / (k - 1), error / ((n - 1) * (k - 1))
    tail = 1 - (1 - confidence) / 2

    def f_ratio(denominator: float) -> float:
        return float(np.divide(msb, denominator)) if denominator > 0 else np.inf

    def consistency(f: float) -> float:
        return 1.0 if np.isinf(f) else (f - 1) / (f + k - 1)

    def stepped(single: float) -> float:
        return single * k / (1 + single * (k - 1)) if single > -1 / (k - 1) else -np.inf

    f_one, f_two, df_one, df_two = f_ratio(msw), f_ratio(mse), n * (k - 1), (n - 1) * (k - 1)
    bounds = {}
    for name, f, df in (("ICC1", f_one, df_one), ("ICC3", f_two, df_two)):
        bounds[name] = (consistency(f / fdtri(n - 1, df, tail)), consistency(f * fdtri(df, n - 1, tail)))
    icc2 = (msb - mse) / (msb + (k - 1) * mse + k * (msj - mse) / n)
    bounds["ICC2"] = _absolute_bounds(icc2, msb, msj, mse, n, k, tail) if mse > 0 else (np.nan, np.nan)
    singles = {"ICC1": consistency(f_one), "ICC2": icc2, "ICC3": consistency(f_two)}
    forms = []
    for name, estimate in singles.items():
        f, df = (f_one, df_one) if name == "ICC1" else (f_two, df_two)
        p = float(fdtrc(n - 1, df, f))
        for form, change in ((name, float), (f"{name}k", stepped)):
            lower, upper = (change(float(bound)) for bound in bounds[name])
            forms.append(
                OneForm(
                    form=form,
                    mcgraw_wong=MCGRAW_WONG[form],
                    estimate=change(estimate),
                    lower=lower,
                    upper=upper,
                    f=f,
                    df1=n - 1,
                    df2=df,
                    p_value=p,
                )
            )
    forms.sort(key=lambda one: (one.form.endswith("k"), one.form))
    return IntraclassResult(
        forms=tuple(forms),
        n=n,
        raters=k,
        dropped=len(values) - n,
        ms_between=msb,
        ms_within=msw,
        ms_raters=msj,
        ms_error=mse,
        confidence=confidence,
    )


def _absolute_bounds(
    icc: float, msb: float, msj: float, mse: float, n: int, k: int, tail: float
) -> tuple[float, float]:
    """Shrout and Fleiss's interval of ICC2, with Satterthwaite's degrees of freedom."""
    from scipy.special import fdtri

    raters, rest = k * icc * msj / mse, n * (1 + (k - 1) * icc) - k * icc
    df = (k - 1) * (n - 1) * (raters + rest) ** 2 / ((n - 1) * raters**2 + rest**2)
    f_upper, f_lower = float(fdtri(n - 1, df, tail)), float(fdtri(df, n - 1, tail))
    spread = k * msj + (k * n - k - n) * mse
    lower = n * (msb - f_upper * mse) / (f_upper * spread + n * msb)
    upper = n * (f_lower * msb - mse) / (spread + n * f_lower * msb)
    return lower, upper
