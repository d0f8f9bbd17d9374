"""Means under the sampling design, with Taylor-linearised standard errors.

Three cases. Without strata, clusters or population sizes the weighted mean has the standard error
sqrt(n/(n-1) * sum (w_i (y_i - m))^2) / sum w over the respondents who answered, with n - 1 degrees of
freedom. Otherwise primary sampling units (PSUs) are taken as drawn with replacement inside strata, the
linearised scores are totalled per PSU and their variance is taken between the PSUs of a stratum, with the
finite population correction where population sizes are known; respondents outside the domain (missing, or
masked) stay in the design with a score of zero, so that an estimate for a part of the sample is a domain
estimate. A stratum with one PSU is centred at the grand mean (R survey's ``lonely.psu = "adjust"``).

References
----------
Lumley (2010), Complex Surveys, ch. 2; Wolter (2007), Introduction to Variance Estimation, ch. 6;
Kish (1965), Survey Sampling, 11.7 (effective sample size).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from analysis.figures import Estimate, FigureKind, TableDisplay
from analysis.sampling_units import Booleans, Floats, Integers, count_true
from analysis.survey_design import SurveyDesign
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

BLOCK_VALUES = 4_000_000  # values worked on at a time: 32 MB per temporary array

__all__ = ["DesignMeans", "SurveyDesign", "design_covariance", "design_mean", "design_means", "linearised_covariance"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DesignMeans(TableDisplay):
    """Weighted means of p columns over their valid answers. Arrays of shape (p,); NaN where undefined.

    ``influence`` (n, p) holds the linearised scores w_i (x_ij - m_j) / sum w (zero outside the domain),
    when asked for. ``n``, ``n_effective``, ``df``, ``design_based`` and ``singleton_strata`` as in `Estimate`.
    """

    estimate: Floats
    std_error: Floats
    lower: Floats
    upper: Floats
    n: Integers
    n_effective: Floats
    df: Floats
    confidence: float
    design_based: bool
    singleton_strata: int
    influence: Floats | None = None

    def to_frame(self) -> pd.DataFrame:
        """One row per column, in the order given."""
        import pandas as pd

        names = ("estimate", "std_error", "lower", "upper", "n", "n_effective", "df")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def summary(self) -> str:
        """How many means, on how many answers."""
        if not len(self.n):
            return "no columns"
        return f"{len(self.n)} means; n from {self.n.min()} to {self.n.max()}"

    def figure(self, position: int, *, kind: FigureKind = "index") -> Estimate:
        """The mean of one column as a typed figure."""
        return Estimate(
            kind=kind,
            estimate=float(self.estimate[position]),
            std_error=float(self.std_error[position]),
            lower=float(self.lower[position]),
            upper=float(self.upper[position]),
            n=int(self.n[position]),
            n_effective=float(self.n_effective[position]),
            df=float(self.df[position]),
            confidence=self.confidence,
            interval="t",
            design_based=self.design_based,
            singleton_strata=self.singleton_strata,
        )


def design_means(
    values: ArrayLike,
    design: SurveyDesign,
    *,
    mask: ArrayLike | None = None,
    confidence: float = 0.95,
    keep_influence: bool = False,
) -> DesignMeans:
    """Means of the columns of ``values`` under the design, each over its own valid answers.

    Parameters
    ----------
    values : (n, p) numbers, NaN where missing.
    mask : (n,) or (n, p) booleans; True marks the domain (default: everybody).
    confidence : coverage of the t interval (n - 1 degrees of freedom, or PSUs minus strata that hold answers).
    keep_influence : return the linearised scores as well.

    Without any answer the estimate is NaN; with fewer than two (or no degree of freedom) the standard
    error and the interval are.
    """
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2 or len(matrix) != design.n:
        raise SatixError.of("analysis.design_lengths_differ", what="values", found=matrix.shape, expected=design.n)
    n, p = matrix.shape
    domain = None if mask is None else np.asarray(mask, dtype=np.bool_)
    structure = design.sampling_units() if design.is_structured else None
    estimate, variance, n_effective, df = (np.full(p, np.nan) for _ in range(4))
    answering = np.zeros(p, dtype=np.int64)
    influence = np.zeros((n, p)) if keep_influence else None
    width = max(1, BLOCK_VALUES // max(n, 1))
    for start in range(0, p, width):
        block = slice(start, start + width)
        scores, valid, means, totals, squares = _linearise(matrix[:, block], design, _block_of(domain, block))
        estimate[block] = means
        answering[block] = counts = count_true(valid)
        with np.errstate(invalid="ignore", divide="ignore"):
            n_effective[block] = np.where(counts > 0, totals**2 / squares, 0.0)
            if structure is None:
                df[block] = counts - 1
                variance[block] = np.einsum("ij,ij->j", scores, scores) * counts / np.maximum(counts - 1, 0)
            else:
                df[block] = structure.degrees_of_freedom(valid)
                variance[block] = structure.variances(scores)
        if influence is not None:
            influence[:, block] = scores
    variance[(df < 1) | (answering < 2)] = np.nan
    std_error = np.sqrt(variance)
    half = _t_quantile(df, confidence) * std_error
    return DesignMeans(
        estimate=estimate,
        std_error=std_error,
        lower=estimate - half,
        upper=estimate + half,
        n=answering,
        n_effective=n_effective,
        df=np.maximum(df, 0.0),
        confidence=confidence,
        design_based=design.probability_sample,
        singleton_strata=0 if structure is None else structure.singletons,
        influence=influence,
    )


def design_mean(
    values: ArrayLike,
    design: SurveyDesign,
    *,
    mask: ArrayLike | None = None,
    confidence: float = 0.95,
    kind: FigureKind = "index",
) -> Estimate:
    """Mean of one column, shape (n,), as a figure of the given kind; see `design_means`."""
    column = np.asarray(values, dtype=np.float64).reshape(-1, 1)
    return design_means(column, design, mask=mask, confidence=confidence).figure(0, kind=kind)


def design_covariance(values: ArrayLike, design: SurveyDesign, *, mask: ArrayLike | None = None) -> Floats:
    """Sampling covariance (p, p) of the means of the columns; its diagonal is ``design_means(...).std_error ** 2``.

    ``values`` and ``mask`` as in `design_means`. Rows and columns of a mean without standard error are NaN.
    """
    means = design_means(values, design, mask=mask, keep_influence=True)
    if means.influence is None or not len(means.n):
        return np.full((len(means.n), len(means.n)), np.nan)
    covariance = linearised_covariance(means.influence, design, n_answered=means.n)
    undefined = np.isnan(means.std_error)
    covariance[undefined, :] = np.nan
    covariance[:, undefined] = np.nan
    return covariance


def linearised_covariance(scores: ArrayLike, design: SurveyDesign, *, n_answered: ArrayLike | None = None) -> Floats:
    """Covariance (q, q) of estimators given by their linearised scores, as in `DesignMeans.influence`.

    Any smooth function of means has the matching combination of their scores: a difference of two means has
    the difference of their columns. ``scores`` (n, q) are zero outside the domain of each estimator.
    ``n_answered`` (q,) is each estimator's number of respondents, used for n/(n-1) when the design has no
    strata, clusters or population sizes; by default all respondents of positive weight.
    """
    columns = np.asarray(scores, dtype=np.float64)
    if design.is_structured:
        return design.sampling_units().covariance(columns)
    positive = int((design.case_weights > 0).sum())
    counts = np.full(columns.shape[1], positive) if n_answered is None else np.asarray(n_answered)
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = columns * np.sqrt(np.where(counts > 1, counts / (counts - 1), np.nan))
    covariance: Floats = scaled.T @ scaled
    return covariance


def _linearise(
    values: Floats, design: SurveyDesign, domain: Booleans | None
) -> tuple[Floats, Booleans, Floats, Floats, Floats]:
    """Linearised scores, who answered, means, and totals of weights and of squared weights of a block of columns."""
    weights = design.case_weights
    valid = np.isnan(values)
    np.logical_not(valid, out=valid)
    if domain is not None:
        valid &= domain
    if not (weights > 0).all():
        valid &= (weights > 0)[:, None]
    equal = bool((weights == 1).all())  # then sums of weights are counts, and need no matrix product
    totals = count_true(valid).astype(np.float64) if equal else weights @ valid
    squares = totals if equal else (weights**2) @ valid
    filled = np.where(valid, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        first = np.where(totals > 0, (_column_sums(filled, weights) if equal else weights @ filled) / totals, np.nan)
        filled -= first
        filled *= valid
        if not equal:
            filled *= weights[:, None]
        correction = np.where(totals > 0, filled.sum(axis=0) / totals, np.nan)
        filled /= totals
    if not totals.all():
        filled[:, totals == 0] = 0.0
    return filled, valid, first + correction, totals, squares


def _column_sums(filled: Floats, ones: Floats) -> Floats:
    """Sum of each column; ``ones`` are the equal case weights, (n,).

    Whole numbers (flags, most index points) add up exactly in any order, so they are simply summed: handing a product
    of this size to the threads of the linear algebra library takes longer than the product. For other numbers the
    order decides the last digit, and it is that of the weighted sum.
    """
    whole = bool((filled == np.rint(filled)).all())
    return np.asarray(filled.sum(axis=0) if whole else ones @ filled)


def _block_of(domain: Booleans | None, block: slice) -> Booleans | None:
    if domain is None:
        return None
    return domain[:, None] if domain.ndim == 1 else domain[:, block]


def _t_quantile(df: Floats, confidence: float) -> Floats:
    from scipy.special import stdtrit

    quantile: Floats = stdtrit(np.where(df >= 1, df, np.nan), 0.5 + confidence / 2)
    return quantile
