"""Kendall's coefficient of concordance W of m raters who rank n objects, with and without correction for ties.

With R_i the sum of the ranks of object i and S their sum of squares about the mean: W = 12 S / (m^2 (n^3 - n) - m T),
T = sum over raters of sum (t^3 - t) over their ties; without correction T = 0. Tests: chi2 = m (n - 1) W with n - 1
degrees of freedom (Friedman's); F = (m - 1) W / (1 - W) with n - 1 - 2/m and (m - 1)(n - 1 - 2/m) (Legendre); or by
permuting each rater's ranks.

References
----------
Kendall & Babington Smith (1939), Annals of Mathematical Statistics 10, 275-287; Kendall (1970), Rank Correlation
Methods; Legendre (2005), J. of Agricultural, Biological and Environmental Statistics 10, 226-245.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = ["KendallWResult", "kendall_w"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KendallWResult(TableDisplay):
    """Concordance of ``raters`` over ``n`` objects; ``estimate`` is corrected for ties.

    ``mean_spearman`` is the mean of the raters' pairwise rank correlations, ``mean_spearman_from_w`` is
    (mW - 1)/(m - 1); they differ only with ties. ``p_value`` belongs to ``chisq``; ``p_permutation`` is NaN unless
    permutations were asked for.
    """

    estimate: float
    uncorrected: float
    sum_of_squares: float
    chisq: float
    df: int
    p_value: float
    f: float
    f_df1: float
    f_df2: float
    p_value_f: float
    p_permutation: float
    mean_spearman: float
    mean_spearman_from_w: float
    n: int
    raters: int
    dropped: int
    permutations: int

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def summary(self) -> str:
        """W and its test in one line."""
        return (
            f"Kendall W {self.estimate:.3f} (chi2({self.df}) = {self.chisq:.2f}, p = {self.p_value:.4f}; "
            f"{self.raters} raters, {self.n} objects)"
        )


def kendall_w(ratings: ArrayLike, *, permutations: int = 0, seed: int = 20240501) -> KendallWResult:
    """Kendall's W of (objects, raters) ratings or ranks; objects with a missing rating are left out.

    Raises
    ------
    InsufficientDataError
        Fewer than two raters or objects, or every rater gave one rank to all objects.
    """
    from scipy.special import chdtrc, fdtrc
    from scipy.stats import rankdata

    values = np.asarray(ratings, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2:
        raise InsufficientDataError.of("analysis.too_few_raters", found=values.shape[1] if values.ndim == 2 else 1)
    used = values[~np.isnan(values).any(axis=1)]
    n, m = used.shape
    if n < 2:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=n, needed=2, what="objects")
    ranks = rankdata(used, axis=0)
    ties = 0.0
    for column in ranks.T:
        runs = np.unique(column, return_counts=True)[1].astype(np.float64)
        ties += float((runs**3 - runs).sum())
    squares = _squares(ranks)
    most = m**2 * (n**3 - n) - m * ties
    if not most > 0:
        raise InsufficientDataError.of("analysis.no_rank_variance")
    w = 12 * squares / most
    chisq, df = m * (n - 1) * w, n - 1
    f = (m - 1) * w / (1 - w) if w < 1 else np.inf
    df1 = n - 1 - 2 / m
    df2 = (m - 1) * df1
    p_permutation = nan
    if permutations:
        rng = np.random.default_rng(seed)
        drawn = np.array([_squares(rng.permuted(ranks, axis=0)) for _ in range(permutations)])
        p_permutation = float(((drawn >= squares - 1e-9).sum() + 1) / (permutations + 1))
    spread = ranks.std(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        standard = (ranks - ranks.mean(axis=0)) / spread
    correlations = standard.T @ standard / n
    return KendallWResult(
        estimate=w,
        uncorrected=12 * squares / (m**2 * (n**3 - n)),
        sum_of_squares=squares,
        chisq=chisq,
        df=df,
        p_value=float(chdtrc(df, chisq)),
        f=f,
        f_df1=df1,
        f_df2=df2,
        p_value_f=float(fdtrc(df1, df2, f)) if df1 > 0 else nan,
        p_permutation=p_permutation,
        mean_spearman=float(correlations[np.triu_indices(m, 1)].mean()),
        mean_spearman_from_w=(m * w - 1) / (m - 1),
        n=n,
        raters=m,
        dropped=len(values) - n,
        permutations=permutations,
    )


def _squares(ranks: Floats) -> float:
    sums = ranks.sum(axis=1)
    return float(((sums - sums.mean()) ** 2).sum())
