"""Factor scores of a confirmatory model, and its modification indices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.model import FactorModel
from analysis.factors.cfa.modification import (
    ScoreInformation,
    ScoreTest,
    equality_candidates,
    fixed_candidates,
    score_tests,
)
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    import pandas as pd

    from analysis.factors.cfa.result import CfaResult

Floats = NDArray[np.float64]

__all__ = ["equality_tests", "factor_scores", "modification_indices"]


def modification_indices(result: CfaResult) -> tuple[ScoreTest, ...]:
    """Score tests of parameters not in the model (or fixed in it), largest first.

    They use the expected information, as is usual also where the standard errors do not.
    """
    fitted = result.fitted
    candidates = list(fixed_candidates(fitted.model))
    return score_tests(fitted.model, fitted.theta, _score_information(result), candidates)


def equality_tests(result: CfaResult) -> tuple[ScoreTest, ...]:
    """Score tests of the equality constraints: every parameter that shares its value with an earlier one."""
    fitted = result.fitted
    candidates = list(equality_candidates(fitted.model.table))
    return score_tests(fitted.model, fitted.theta, _score_information(result), candidates)


def _score_information(result: CfaResult) -> ScoreInformation:
    discrepancy = result.fitted.discrepancy

    def both(model: FactorModel, theta: Floats) -> tuple[Floats, Floats]:
        return -discrepancy.gradient(model, theta), discrepancy.information(model, theta)

    return both


def factor_scores(result: CfaResult, *, method: Literal["regression", "bartlett"] = "regression") -> pd.DataFrame:
    """Scores of the respondents used, one column per factor; the index are their row positions in the data.

    Parameters
    ----------
    method : ``"regression"`` (Thurstone 1935; Thomson 1951), the conditional mean, or ``"bartlett"`` (1937),
        conditionally unbiased. With incomplete answers both use what a respondent answered.

    Raises
    ------
    InsufficientDataError
        Only moments are known; Bartlett's with factors that measure factors, or with a residual variance of zero.
    """
    import pandas as pd

    fitted = result.fitted
    model, sample = fitted.model, fitted.sample
    frames = []
    for place, group in enumerate(sample.groups):
        if group.values is None or not sample.rows:
            raise InsufficientDataError.of("analysis.cfa_scores_need_answers")
        matrices = model.matrices(fitted.theta, place)
        implied, latent = model.implied(fitted.theta, place), model.latent(fitted.theta, place)
        means = implied.means if model.table.mean_structure else group.mean
        total = np.linalg.inv(np.eye(model.m) - matrices.regressions)
        with_observed = matrices.loadings @ latent.covariance
        scores = np.full((group.n, model.m), np.nan)
        answered = ~np.isnan(group.values)
        for flags in np.unique(answered, axis=0):
            rows = (answered == flags).all(axis=1)
            at = np.flatnonzero(flags)
            away = group.values[rows][:, at] - means[at]
            if method == "regression":
                weights = np.linalg.solve(implied.covariance[np.ix_(at, at)], with_observed[at])
                scores[rows] = latent.means + away @ weights
            else:
                scores[rows] = total @ matrices.latent_means + away @ _bartlett(
                    matrices.loadings[at], matrices.residual_covariance[np.ix_(at, at)], matrices.regressions
                )
        frames.append(pd.DataFrame(scores, columns=model.factors, index=sample.rows[place]))
    return pd.concat(frames).sort_index()[list(model.table.latent)]


def _bartlett(loadings: Floats, residuals: Floats, regressions: Floats) -> Floats:
    if regressions.any():
        raise InsufficientDataError.of("analysis.cfa_bartlett_first_order")
    if np.linalg.eigvalsh(residuals)[0] < 1e-8:
        raise InsufficientDataError.of("analysis.cfa_bartlett_no_residual")
    weighted = np.linalg.solve(residuals, loadings)
    weights: Floats = weighted @ np.linalg.pinv(loadings.T @ weighted, hermitian=True)
    return weights
