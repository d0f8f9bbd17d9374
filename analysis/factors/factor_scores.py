"""Factor scores: a value per respondent and factor, from standardised items z as z W.

With pattern L, factor correlations P, structure S = L P, correlations R and uniquenesses psi:

- ``"regression"`` (Thurstone): W = R^-1 S, as close to the factors as can be, but biased and correlated otherwise;
- ``"bartlett"``: W = psi^-1 L (L' psi^-1 L)^-1, unbiased given the factors;
- ``"tenberge"``: W = R^-1/2 C P^1/2 with C = R^-1/2 L P^1/2 (P^1/2 L' R^-1 L P^1/2)^-1/2, whose correlations are P.

References
----------
Thurstone (1935), The Vectors of Mind; Bartlett (1937), British Journal of Psychology 28, 97-104; ten Berge, Krijnen,
Wansbeek & Shapiro (1999), Linear Algebra and its Applications 289, 311-318; Grice (2001), Psychological Methods 6,
430-450 (determinacy).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.factors.correlation_matrix import SINGULAR
from analysis.factors.efa_result import ExploratoryFactors
from analysis.figures import TableDisplay
from analysis.reliability import oriented_items
from survey.errors import InsufficientDataError, SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
ScoreMethod = Literal["regression", "bartlett", "tenberge"]

__all__ = ["FactorScores", "ScoreMethod", "factor_score_weights", "factor_scores"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactorScores(TableDisplay):
    """Scores of the respondents on k factors.

    ``scores`` (n, k), NaN for a respondent with an unanswered item; ``weights`` (p, k) of the standardised items.
    ``determinacy`` (k,) is the correlation of the scores with the factors they stand for; below about 0.8 two sets of
    scores that fit equally well may differ widely. ``score_correlations`` (k, k) are those implied by R.
    """

    method: ScoreMethod
    factors: tuple[str, ...]
    scores: Floats
    index: tuple[object, ...]
    weights: Floats
    determinacy: Floats
    score_correlations: Floats
    n: int
    dropped: int

    def to_frame(self) -> pd.DataFrame:
        """One row per respondent."""
        import pandas as pd

        return pd.DataFrame(self.scores, index=list(self.index), columns=list(self.factors))

    def summary(self) -> str:
        """Method and determinacy in one line."""
        listed = ", ".join(f"{name} {value:.3f}" for name, value in zip(self.factors, self.determinacy, strict=True))
        return f"{self.method} scores of {self.n} respondents; determinacy {listed}"


def factor_score_weights(solution: ExploratoryFactors, *, method: ScoreMethod = "regression") -> Floats:
    """Weights (p, k) of the standardised items.

    Raises
    ------
    InsufficientDataError
        Correlations that cannot be inverted, or for Bartlett's scores an item without unique variance (Heywood case).
    """
    R, L, phi = solution.correlations, solution.pattern, solution.phi
    if np.linalg.eigvalsh(R)[0] <= SINGULAR:
        raise InsufficientDataError.of("analysis.scores_singular", items=len(R))
    if method == "regression":
        return np.asarray(np.linalg.solve(R, solution.structure), dtype=np.float64)
    if method == "bartlett":
        psi = solution.uniquenesses
        if psi.min() <= 0:
            raise InsufficientDataError.of("analysis.scores_heywood", item=solution.items[int(psi.argmin())])
        scaled = L / psi[:, None]
        return scaled @ np.linalg.inv(L.T @ scaled)
    root = _power(phi, 0.5)
    rotated = L @ root
    inverse_root = _power(R, -0.5)
    C = inverse_root @ rotated @ _power(rotated.T @ np.linalg.solve(R, rotated), -0.5)
    return inverse_root @ C @ root


def factor_scores(
    solution: ExploratoryFactors,
    items: pd.DataFrame,
    *,
    method: ScoreMethod = "regression",
    scale: tuple[float, float] | None = None,
) -> FactorScores:
    """Scores of the respondents in ``items`` (n, p), which holds the columns the solution was found for.

    Items reversed in the solution are reversed here (``scale`` as there), and all are standardised with their own mean
    and standard deviation (n - 1) over the respondents who answered every item.

    Raises
    ------
    SatixError
        The frame lacks an item of the solution.
    InsufficientDataError
        As `factor_score_weights`; or fewer than two complete respondents.
    """
    lacking = [name for name in solution.items if name not in [str(column) for column in items.columns]]
    if lacking:
        raise SatixError.of("analysis.item_unknown", found=", ".join(lacking), expected=", ".join(solution.items))
    chosen = items.set_axis([str(column) for column in items.columns], axis=1)[list(solution.items)]
    values, _, _ = oriented_items(chosen, reversed_items=solution.reversed_items, scale=scale)
    complete = ~np.isnan(values).any(axis=1)
    n = int(complete.sum())
    if n < 2:
        raise InsufficientDataError.of("analysis.too_few_respondents", found=n, needed=2, what="listwise")
    deviation = values[complete].std(axis=0, ddof=1)
    if not deviation.all():
        item = solution.items[int(np.flatnonzero(deviation == 0)[0])]
        raise InsufficientDataError.of("analysis.item_without_variance", item=item)
    weights = factor_score_weights(solution, method=method)
    spread = weights.T @ solution.correlations @ weights
    scale_s = np.sqrt(np.diagonal(spread))
    return FactorScores(
        method=method,
        factors=solution.factors,
        scores=((values - values[complete].mean(axis=0)) / deviation) @ weights,
        index=tuple(items.index),
        weights=weights,
        determinacy=np.diagonal(weights.T @ solution.structure) / scale_s,
        score_correlations=spread / np.outer(scale_s, scale_s),
        n=n,
        dropped=len(values) - n,
    )


def _power(matrix: Floats, exponent: float) -> Floats:
    """Power of a symmetric positive definite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    power: Floats = (vectors * np.maximum(values, SINGULAR) ** exponent) @ vectors.T
    return power
