"""Ordinal logistic regression (proportional odds) by Fisher scoring.

P(y <= j) = F(theta_j - x'b) with the logistic F. With f_j = F_j (1 - F_j), P_j the probability of category j and
d_j = f_j - f_(j-1), the expected information per respondent is: between thresholds f_j^2 (1/P_j + 1/P_(j+1)) on the
diagonal and -f_j f_(j+1) / P_(j+1) beside it; with the slopes -x f_j (d_j / P_j - d_(j+1) / P_(j+1)); between slopes
x x' sum d_j^2 / P_j. Steps are halved until the likelihood rises.

Reference: McCullagh (1980), J. of the Royal Statistical Society B 42, 109-142.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
SMALLEST = 1e-300
GRADIENT = 1e-9  # per respondent, in standard units of the predictors

__all__ = ["ProportionalOddsResult", "proportional_odds"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProportionalOddsResult(TableDisplay):
    """Thresholds (K - 1,) and slopes (q,) with standard errors, the log-likelihood and that without predictors."""

    thresholds: Floats
    slopes: Floats
    slope_errors: Floats
    log_likelihood: float
    null_log_likelihood: float
    n: int
    iterations: int
    converged: bool

    @property
    def nagelkerke(self) -> float:
        """Nagelkerke's pseudo-R2."""
        n = self.n
        gain = -np.expm1(2 * (self.null_log_likelihood - self.log_likelihood) / n)
        return float(gain / -np.expm1(2 * self.null_log_likelihood / n))

    def to_frame(self) -> pd.DataFrame:
        """A row per slope."""
        import pandas as pd

        return pd.DataFrame({"estimate": self.slopes, "std_error": self.slope_errors, "n": self.n})

    def summary(self) -> str:
        """Likelihood and fit in one line."""
        record = asdict(self)
        return "log-likelihood {log_likelihood:.3f} (n = {n}), ".format(**record) + f"R2 {self.nagelkerke:.3f}"


def proportional_odds(y: ArrayLike, x: ArrayLike, *, iterations: int = 60) -> ProportionalOddsResult:
    """Fit ``y`` (n,), ordered values of any spacing, on ``x`` (n, q).

    ``converged`` is false where the slopes run away (predictors that separate the categories).

    Raises
    ------
    InsufficientDataError
        ``y`` has a single value.
    """
    values, codes, counts = np.unique(np.asarray(y, dtype=np.float64), return_inverse=True, return_counts=True)
    if len(values) < 2:
        raise InsufficientDataError.of("analysis.no_item_variance")
    X = np.asarray(x, dtype=np.float64).reshape(len(codes), -1)
    n, q, cuts = len(codes), X.shape[1], len(values) - 1
    cumulative = np.cumsum(counts)[:-1] / n
    null = float((counts * np.log(counts / n)).sum())
    parameters = np.concatenate([np.log(cumulative / (1 - cumulative)), np.zeros(q)])
    likelihood, score, information = _likelihood(parameters, codes, X, cuts)
    done = 0
    scale = n * np.concatenate([np.ones(cuts), np.maximum(np.abs(X).max(axis=0, initial=0.0), 1e-12)])
    for done in range(1, iterations + 1):  # noqa: B007  (counts the steps)
        if (np.abs(score) <= GRADIENT * scale).all():
            break
        step = np.linalg.lstsq(information, score, rcond=None)[0]
        for _ in range(30):
            trial = parameters + step
            if (np.diff(trial[:cuts]) > 0).all():
                found = _likelihood(trial, codes, X, cuts)
                if found[0] >= likelihood - 1e-12 * abs(likelihood):
                    parameters, (likelihood, score, information) = trial, found
                    break
            step = step / 2
        else:
            break
    converged = bool((np.abs(score) <= GRADIENT * scale).all() and np.abs(parameters).max() < 30)
    with np.errstate(invalid="ignore"):
        errors = np.sqrt(np.diagonal(np.linalg.pinv(information)))[cuts:]
    return ProportionalOddsResult(
        thresholds=parameters[:cuts],
        slopes=parameters[cuts:],
        slope_errors=errors,
        log_likelihood=likelihood,
        null_log_likelihood=null,
        n=n,
        iterations=done,
        converged=converged,
    )


def _likelihood(parameters: Floats, codes: NDArray[np.intp], X: Floats, cuts: int, /) -> tuple[float, Floats, Floats]:
    """Log-likelihood, score and expected information."""
    from scipy.special import expit

    n, q = X.shape
    below = expit(parameters[:cuts] - (X @ parameters[cuts:])[:, None])
    F = np.hstack([np.zeros((n, 1)), below, np.ones((n, 1))])
    f = F * (1 - F)
    P = np.maximum(np.diff(F, axis=1), SMALLEST)
    d = np.diff(f, axis=1)
    rows = np.arange(n)
    own = P[rows, codes]
    likelihood = float(np.log(own).sum())
    score = np.zeros(cuts + q)
    for cut in range(cuts):
        at, after = codes == cut, codes == cut + 1
        score[cut] = (f[at, cut + 1] / own[at]).sum() - (f[after, cut + 1] / own[after]).sum()
    score[cuts:] = -X.T @ (d[rows, codes] / own)
    information = np.zeros((cuts + q, cuts + q))
    inner = f[:, 1:-1]
    diagonal = (inner**2 * (1 / P[:, :-1] + 1 / P[:, 1:])).sum(axis=0)
    information[range(cuts), range(cuts)] = diagonal
    beside = -(inner[:, :-1] * inner[:, 1:] / P[:, 1:-1]).sum(axis=0)
    information[range(cuts - 1), range(1, cuts)] = information[range(1, cuts), range(cuts - 1)] = beside
    ratio = d / P
    mixed = -(inner * (ratio[:, :-1] - ratio[:, 1:])).T @ X
    information[:cuts, cuts:], information[cuts:, :cuts] = mixed, mixed.T
    information[cuts:, cuts:] = (X * (d * ratio).sum(axis=1)[:, None]).T @ X
    return likelihood, score, information
