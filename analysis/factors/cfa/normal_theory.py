"""Normal-theory likelihood of complete data: value, gradient, information, scores of respondents.

    F = sum_g n_g / 2 [log|Sigma| + tr(S Sigma^-1) - log|S| - p + (m - mu)' Sigma^-1 (m - mu)]

so that 2 F at its minimum is the likelihood-ratio chi-square (Joreskog 1969, 1971; Bollen 1989, ch. 4 and 8). With
dSigma_t = u_t v_t' + v_t u_t' and symmetric W, tr(W dSigma_t) = 2 u_t' W v_t, which gives gradient and information
from p x q arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.model import Derivatives, FactorModel
from analysis.factors.cfa.sample import GroupSample

Floats = NDArray[np.float64]

__all__ = [
    "NormalTheory",
    "Pull",
    "expected_block",
    "gather",
    "gather_matrix",
    "observed_block",
    "pulled_gradient",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pull:
    """Derivatives of a log-likelihood with respect to implied moments: half of that of Sigma counts twice, so that the
    score of a parameter is sum(u * (covariance v)) + means' dmu."""

    covariance: Floats
    means: Floats


class NormalTheory:
    """The discrepancy between samples and a model. ``sizes`` are the multipliers n_g (n_g - 1 under Wishart)."""

    def __init__(self, groups: Sequence[GroupSample], *, wishart: bool = False) -> None:
        self.groups = tuple(groups)
        self.wishart = wishart
        self.sizes = [group.n - 1 if wishart else group.n for group in groups]
        self.covariances = [group.covariance * (group.n / (group.n - 1) if wishart else 1.0) for group in groups]
        self.log_determinants = [float(np.linalg.slogdet(matrix)[1]) for matrix in self.covariances]

    def value(self, model: FactorModel, theta: Floats) -> float:
        """Half the chi-square; infinite where an implied covariance matrix is not positive definite."""
        total = 0.0
        for place, group in enumerate(self.groups):
            implied = model.implied(theta, place)
            try:
                factor = np.linalg.cholesky(implied.covariance)
            except np.linalg.LinAlgError:
                return np.inf
            sample = self._second_moment(model, group, place, implied.means)
            trace = float(np.trace(np.linalg.solve(implied.covariance, sample)))
            determinant = 2 * float(np.log(np.diag(factor)).sum())
            total += self.sizes[place] / 2 * (determinant + trace - self.log_determinants[place] - model.p)
        return total

    def gradient(self, model: FactorModel, theta: Floats) -> Floats:
        """Derivatives of `value`, shape (n_free,)."""
        return pulled_gradient(model, theta, self.pulls(model, theta))

    def pulls(self, model: FactorModel, theta: Floats) -> list[Pull]:
        """Derivatives of minus the discrepancy with respect to the implied moments, per group."""
        found = []
        for place, group in enumerate(self.groups):
            implied = model.implied(theta, place)
            precision = np.linalg.inv(implied.covariance)
            sample = self._second_moment(model, group, place, implied.means)
            size = self.sizes[place]
            found.append(
                Pull(
                    covariance=size * (precision @ (sample - implied.covariance) @ precision),
                    means=size * (precision @ (group.mean - implied.means)),
                )
            )
        return found

    def curvature(self, model: FactorModel, theta: Floats) -> Floats:
        """Second derivatives of the discrepancy as if the implied moments were linear in the parameters."""
        curvature = np.zeros((model.n_free, model.n_free))
        for place, group in enumerate(self.groups):
            implied = model.implied(theta, place)
            precision = np.linalg.inv(implied.covariance)
            sample = self._second_moment(model, group, place, implied.means)
            slopes = model.derivatives(theta, place)
            left = precision @ (group.mean - implied.means)
            means = model.table.mean_structure
            block = observed_block(precision, precision @ sample @ precision, left, slopes, mean_structure=means)
            gather_matrix(curvature, slopes, self.sizes[place] * block)
        return curvature

    def information(self, model: FactorModel, theta: Floats) -> Floats:
        """Expected information of the whole sample, (n_free, n_free)."""
        information = np.zeros((model.n_free, model.n_free))
        for place in range(len(self.groups)):
            precision = np.linalg.inv(model.implied(theta, place).covariance)
            slopes = model.derivatives(theta, place)
            block = expected_block(precision, slopes, mean_structure=model.table.mean_structure)
            gather_matrix(information, slopes, self.sizes[place] * block)
        return information

    def scores(self, model: FactorModel, theta: Floats) -> list[Floats]:
        """Derivatives of each respondent's log-likelihood, per group (n_g, n_free).

        Without a mean structure the means are the sample's.
        """
        found = []
        for place, group in enumerate(self.groups):
            implied = model.implied(theta, place)
            precision = np.linalg.inv(implied.covariance)
            slopes = model.derivatives(theta, place)
            mean = implied.means if model.table.mean_structure else group.mean
            values = group.values if group.values is not None else np.zeros((0, model.p))
            z = (values - mean) @ precision
            block = (z @ slopes.u) * (z @ slopes.v) - (slopes.u * (precision @ slopes.v)).sum(axis=0)
            if model.table.mean_structure:
                block += z @ slopes.means
            scores = np.zeros((len(values), model.n_free))
            np.add.at(scores.T, slopes.places, block.T)
            found.append(scores)
        return found

    def log_likelihood(self, value: float) -> float:
        """The log-likelihood where the discrepancy has ``value`` (0 for the unrestricted model)."""
        saturated = 0.0
        for size, determinant, group in zip(self.sizes, self.log_determinants, self.groups, strict=True):
            p = group.covariance.shape[0]
            saturated -= size / 2 * (p * np.log(2 * np.pi) + determinant + p)
        return saturated - value

    def _second_moment(self, model: FactorModel, group: GroupSample, place: int, means: Floats) -> Floats:
        if not model.table.mean_structure:
            return self.covariances[place]
        away = group.mean - means
        moment: Floats = self.covariances[place] + np.outer(away, away)
        return moment


def expected_block(precision: NDArray[np.floating[Any]], slopes: Derivatives, *, mean_structure: bool) -> Floats:
    """Expected information of one respondent in the columns of ``slopes``."""
    u, v = precision @ slopes.u, precision @ slopes.v
    mixed = slopes.u.T @ v
    block: Floats = (slopes.u.T @ u) * (slopes.v.T @ v) + mixed * mixed.T
    if mean_structure:
        block = block + slopes.means.T @ precision @ slopes.means
    return block


def observed_block(
    precision: NDArray[np.floating[Any]], pull: Floats, left: Floats, slopes: Derivatives, *, mean_structure: bool
) -> Floats:
    """Observed information of one respondent in the columns of ``slopes``, less the second derivatives of the moments.

    ``precision`` is Sigma^-1, ``pull`` Sigma^-1 (S + dd') Sigma^-1 and ``left`` Sigma^-1 d with d the residual means.
    """
    u, v = slopes.u, slopes.v
    pu, pv, cu, cv = precision @ u, precision @ v, pull @ u, pull @ v
    puv, cuv, puu, pvv = u.T @ pv, u.T @ cv, u.T @ pu, v.T @ pv
    block: Floats = puv.T * cuv + pvv * (u.T @ cu) + puu * (v.T @ cv) + puv * cuv.T - puu * pvv - puv * puv.T
    if mean_structure:
        mixed = (slopes.means.T @ pu) * (v.T @ left) + (slopes.means.T @ pv) * (u.T @ left)
        block = block + mixed + mixed.T + slopes.means.T @ precision @ slopes.means
    return block


def pulled_gradient(model: FactorModel, theta: Floats, pulls: Sequence[Pull]) -> Floats:
    """The gradient of a discrepancy whose derivatives with respect to the implied moments are ``pulls``."""
    gradient = np.zeros(model.n_free)
    for place, pull in enumerate(pulls):
        slopes = model.derivatives(theta, place)
        score = (slopes.u * (pull.covariance @ slopes.v)).sum(axis=0)
        if model.table.mean_structure:
            score += slopes.means.T @ pull.means
        gather(gradient, slopes, -score)
    return gradient


def gather(total: Floats, slopes: Derivatives, part: Floats) -> None:
    """Add what belongs to the columns of ``slopes`` to the free parameters they stand for."""
    np.add.at(total, slopes.places, part)


def gather_matrix(total: Floats, slopes: Derivatives, part: Floats) -> None:
    """`gather` for a matrix."""
    np.add.at(total, (slopes.places[:, None], slopes.places[None, :]), part)
