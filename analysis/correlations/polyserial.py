"""Polyserial correlations: an ordered item with a continuous variable, both normal underneath.

With z the standardised continuous variable and tau the thresholds of the ordered one, an answer c has

    P(c | z) = Phi((tau_c - rho z)/s) - Phi((tau_{c-1} - rho z)/s),   s = sqrt(1 - rho^2).

``"two_step"`` takes mean, standard deviation and thresholds from the margins and maximises sum log P(c | z) over rho.
``"ad_hoc"`` is r sd(c) / sum phi(tau), from Pearson's r with the category numbers.

The standard error of both is of the estimate as a whole, mean, deviation and thresholds included: the root of the sum
of squared influences of the respondents (jackknife to first order, evaluated analytically).

References
----------
Cox (1974), Biometrics 30, 171-178; Olsson, Drasgow & Dorans (1982), Psychometrika 47, 337-347.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.correlations.bivariate_normal import FAR, normal_cdf, normal_density
from analysis.correlations.contingency import MOST_CATEGORIES, check_weights
from analysis.correlations.polychoric_likelihood import BOUND, SMALLEST, thresholds_of_margins
from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
PolyserialEstimator = Literal["two_step", "ad_hoc"]

STEPS = 60
TOLERANCE = 1e-11
NEAR_BOUND = 0.99
CERTAIN = 1e-6  # mean of -log P below which the continuous variable tells the answer without doubt

__all__ = ["PolyserialEstimator", "PolyserialResult", "polyserial"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PolyserialResult(TableDisplay):
    """One polyserial correlation (biserial when the item has two categories).

    ``lower`` and ``upper`` by Fisher's z. ``thresholds`` (K - 1,) of the ordered item. ``dropped`` counts respondents
    without one of the two, or of weight 0.
    """

    continuous: str
    ordered: str
    estimate: float
    std_error: float
    lower: float
    upper: float
    estimator: PolyserialEstimator
    thresholds: Floats
    confidence: float
    n: int
    n_effective: float
    dropped: int
    iterations: int
    converged: bool

    def to_frame(self) -> pd.DataFrame:
        """One row; thresholds are in their field."""
        import pandas as pd

        row = asdict(self)
        del row["thresholds"]
        return pd.DataFrame([row])

    def summary(self) -> str:
        """The correlation with its interval in one line."""
        return (
            f"polyserial r {self.estimate:.3f} ({self.confidence:.0%} interval {self.lower:.3f} to {self.upper:.3f}; "
            f"{self.continuous} with {self.ordered}, {self.estimator}, n = {self.n})"
        )


def polyserial(
    continuous: pd.Series,
    ordered: pd.Series,
    *,
    estimator: PolyserialEstimator = "two_step",
    case_weights: ArrayLike | None = None,
    confidence: float = 0.95,
) -> PolyserialResult:
    """Correlation of a continuous variable with the normal variable behind an ordered item.

    Parameters
    ----------
    continuous, ordered : (n,) numbers of the same respondents, NaN where missing; pairs of answers are used.
    estimator : see the module.
    case_weights : (n,) not negative.

    Raises
    ------
    InsufficientDataError
        Fewer than three pairs, a variable that does not vary, or a likelihood that rises up to a perfect correlation.
    SatixError
        More than 64 categories, bad weights or confidence, or series of different length.
    """
    from scipy.special import ndtri

    if not 0 < confidence < 1:
        raise SatixError.of("analysis.confidence_out_of_range", found=confidence)
    x, y = (series.to_numpy(dtype=np.float64, na_value=np.nan) for series in (continuous, ordered))
    if len(x) != len(y):
        raise SatixError.of("analysis.weights_length", what=str(ordered.name), found=len(y), expected=len(x))
    w = np.ones(len(x)) if case_weights is None else check_weights(case_weights, len(x))
    keep = ~np.isnan(x) & ~np.isnan(y) & (w > 0)
    names = (str(continuous.name), str(ordered.name))
    if keep.sum() < 3:
        raise InsufficientDataError.of(
            "analysis.too_few_respondents", what=" x ".join(names), found=int(keep.sum()), needed=3
        )
    x, y, w = x[keep], y[keep], w[keep]
    for name, values in zip(names, (x, y), strict=True):
        if np.ptp(values) == 0:
            raise InsufficientDataError.of("analysis.item_without_variance", item=name)
    categories, place = np.unique(y, return_inverse=True)
    if len(categories) > MOST_CATEGORIES:
        raise SatixError.of("analysis.too_many_categories", item=names[1], found=len(categories), most=MOST_CATEGORIES)
    tau = thresholds_of_margins(np.bincount(place, weights=w).astype(np.float64)[None])[0]
    mean = np.average(x, weights=w)
    z = (x - mean) / np.sqrt(np.average((x - mean) ** 2, weights=w))
    if estimator == "ad_hoc":
        estimate, influence = _ad_hoc(z, place, w, tau)
        iterations, converged = 0, True
    else:
        start = float(np.clip(_ad_hoc(z, place, w, tau)[0], -0.9, 0.9))
        estimate, iterations, converged = _maximum(z, place, w, tau, start)
        likely = float(w @ _terms(z, place, tau, np.clip(estimate, -BOUND, BOUND))[0]) / w.sum()
        if abs(estimate) >= BOUND or (abs(estimate) > NEAR_BOUND and likely > -CERTAIN):
            raise InsufficientDataError.of("analysis.perfect_correlation", first=names[0], second=names[1])
        influence = _influence(z, place, w, tau, estimate)
    error = float(np.sqrt(((w * influence) ** 2).sum()))
    lower, upper = np.nan, np.nan
    if abs(estimate) < 1:
        half = float(ndtri((1 + confidence) / 2)) * error / (1 - estimate**2)
        lower, upper = (float(np.tanh(np.arctanh(estimate) + side * half)) for side in (-1, 1))
    return PolyserialResult(
        continuous=names[0],
        ordered=names[1],
        estimate=estimate,
        std_error=error,
        lower=lower,
        upper=upper,
        estimator=estimator,
        thresholds=tau,
        confidence=confidence,
        n=len(x),
        n_effective=float(w.sum() ** 2 / (w**2).sum()),
        dropped=len(keep) - len(x),
        iterations=iterations,
        converged=converged,
    )


def _terms(z: Floats, place: Integers, tau: Floats, rho: float) -> tuple[Floats, Floats, Floats]:
    """log P(c | z), its first and its second derivative by rho, per respondent."""
    s = np.sqrt(1 - rho * rho)
    edges = np.concatenate([[-FAR], np.clip(tau, -FAR, FAR), [FAR]])
    ends = [edges[place + 1], edges[place]]
    inner = [np.isfinite(np.concatenate([[-np.inf], tau, [np.inf]]))[place + side] for side in (1, 0)]
    args = [(end - rho * z) / s for end in ends]
    # differences in the tail that keeps the digits
    flip = args[1] > 0
    P = np.where(flip, normal_cdf(-args[1]) - normal_cdf(-args[0]), normal_cdf(args[0]) - normal_cdf(args[1]))
    P = np.maximum(P, SMALLEST)
    first = np.zeros_like(z)
    second = np.zeros_like(z)
    for sign, end, arg, finite in zip((1.0, -1.0), ends, args, inner, strict=True):
        slope = (end * rho - z) / s**3  # d arg / d rho
        bend = (end + 3 * rho * (end * rho - z) / s**2) / s**3
        density = np.where(finite, normal_density(arg), 0.0)
        first += sign * density * slope
        second += sign * density * (bend - arg * slope * slope)
    ratio = first / P
    return np.log(P), ratio, second / P - ratio * ratio


def _maximum(z: Floats, place: Integers, w: Floats, tau: Floats, rho: float) -> tuple[float, int, bool]:
    low, high = -1.0, 1.0
    for iteration in range(1, STEPS + 1):
        _, first, second = _terms(z, place, tau, rho)
        slope, curvature = float(w @ first), float(w @ second)
        low, high = (rho, high) if slope > 0 else (low, rho)
        rest = 1 - rho * rho
        bend = curvature * rest * rest - 2 * rho * slope * rest
        target = float(np.tanh(np.arctanh(rho) - slope * rest / bend)) if bend < 0 else np.nan
        if not (low <= target <= high and abs(target) < BOUND):
            target = (low + high) / 2
        if abs(target) >= BOUND:
            return float(np.sign(target)), iteration, True
        if abs(target - rho) < TOLERANCE:
            return target, iteration, True
        rho = target
    return rho, STEPS, False


def _influence(z: Floats, place: Integers, w: Floats, tau: Floats, rho: float) -> Floats:
    """What each respondent (per unit of weight) adds to rho, through l', the thresholds, the mean and the deviation."""
    _, score, curvature = _terms(z, place, tau, rho)
    information = -float(w @ curvature)
    total = w.sum()
    s = np.sqrt(1 - rho * rho)
    edges = np.concatenate([[-FAR], np.clip(tau, -FAR, FAR), [FAR]])
    args = [(edges[place + side] - rho * z) / s for side in (1, 0)]
    flip = args[1] > 0
    P = np.where(flip, normal_cdf(-args[1]) - normal_cdf(-args[0]), normal_cdf(args[0]) - normal_cdf(args[1]))
    P = np.maximum(P, SMALLEST)
    slopes = [(edges[place + side] * rho - z) / s**3 for side in (1, 0)]
    by_z = np.zeros_like(z)  # d l' / d z
    share = normal_cdf(tau)
    # d score / d tau of the threshold above (side 1) and below (side 0) the answer
    by_tau = []
    for sign, arg, slope in zip((1.0, -1.0), args, slopes, strict=True):
        density = normal_density(arg)
        by_tau.append(sign * density / P * (rho / s**3 - slope * arg / s - score / s))
        by_z += sign * density / P * (-1 / s**3 + slope * arg * rho / s + score * rho / s)
    moved = score.copy()
    for t in range(len(tau)):
        cross = w @ np.where(place == t, by_tau[0], 0.0) + w @ np.where(place == t + 1, by_tau[1], 0.0)
        moved += cross * ((place <= t) - share[t]) / (total * normal_density(tau[t]))
    # z falls by one standard unit of the mean, and by z times half the growth of the variance
    moved -= (w @ by_z) * z / total + (w @ (by_z * z)) * (z * z - 1) / (2 * total)
    influence: Floats = moved / information
    return influence


def _ad_hoc(z: Floats, place: Integers, w: Floats, tau: Floats) -> tuple[float, Floats]:
    """The estimate, and what each respondent adds to it."""
    total = w.sum()
    c = place.astype(np.float64)
    c -= (w @ c) / total
    covariance = (w @ (z * c)) / total
    peak = float(normal_density(tau).sum())
    rho = float(covariance / peak)
    # of the covariance with standardised z, and of the sum of densities: d phi(tau) = -tau phi(tau) d tau
    own = z * c - covariance - 0.5 * covariance * (z * z - 1)
    below = place[:, None] <= np.arange(len(tau))
    cuts = -((below - normal_cdf(tau)) * tau).sum(axis=1)
    influence: Floats = (own / peak - rho * cuts / peak) / total
    return rho, influence
