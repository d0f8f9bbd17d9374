"""Full-information likelihood of incomplete answers: every respondent counts with what he or she answered.

For each pattern k of answered items, F = sum_k n_k / 2 [log|Sigma_k| + tr(Sigma_k^-1 (S_k + d_k d_k'))] with
d_k = m_k - mu_k, relative to the unrestricted model (Finkbeiner 1979; Arbuckle 1996; Enders & Bandalos 2001). Answers
may be missing at random; the standard errors use the observed information (Kenward & Molenberghs 1998).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.model import Derivatives, FactorModel, Implied
from analysis.factors.cfa.normal_theory import Pull, expected_block, gather_matrix, observed_block, pulled_gradient
from analysis.factors.cfa.sample import GroupSample, Pattern
from analysis.factors.cfa.saturated import pattern_log_likelihood

Floats = NDArray[np.float64]

__all__ = ["FullInformation", "embedded_precisions", "patterned_observed"]


def embedded_precisions(patterns: Sequence[Pattern], covariance: Floats) -> Iterator[tuple[Pattern, Floats]]:
    """Every pattern with the inverse of its covariances, in the places of its items, zero elsewhere."""
    for pattern in patterns:
        at = np.ix_(pattern.answered, pattern.answered)
        precision = np.zeros_like(covariance)
        precision[at] = np.linalg.inv(covariance[at])
        yield pattern, precision


def patterned_observed(patterns: Sequence[Pattern], implied: Implied, slopes: Derivatives) -> Floats:
    """Observed information of all patterns in the columns of ``slopes``, less second derivatives of the moments."""
    size = slopes.places.size
    total = np.zeros((size, size))
    for pattern, precision in embedded_precisions(patterns, implied.covariance):
        at = pattern.answered
        away = np.zeros(len(implied.means))
        away[at] = pattern.mean - implied.means[at]
        moment = np.outer(away, away)
        moment[np.ix_(at, at)] += pattern.covariance
        pull = precision @ moment @ precision
        total += pattern.n * observed_block(precision, pull, precision @ away, slopes, mean_structure=True)
    return total


class FullInformation:
    """The discrepancy between incomplete samples and a model with a mean structure."""

    wishart = False

    def __init__(self, groups: Sequence[GroupSample]) -> None:
        self.groups = tuple(groups)
        self.sizes = [group.n for group in groups]
        self.saturated = sum(pattern_log_likelihood(group.patterns, group.mean, group.covariance) for group in groups)

    def value(self, model: FactorModel, theta: Floats) -> float:
        """Half the chi-square; infinite where an implied covariance matrix is not positive definite."""
        total = self.saturated
        for place, group in enumerate(self.groups):
            implied = model.implied(theta, place)
            try:
                np.linalg.cholesky(implied.covariance)
            except np.linalg.LinAlgError:
                return np.inf
            total -= pattern_log_likelihood(group.patterns, implied.means, implied.covariance)
        return float(total)

    def gradient(self, model: FactorModel, theta: Floats) -> Floats:
        """Derivatives of `value`, shape (n_free,)."""
        return pulled_gradient(model, theta, self.pulls(model, theta))

    def pulls(self, model: FactorModel, theta: Floats) -> list[Pull]:
        """Derivatives of minus the discrepancy with respect to the implied moments, per group."""
        found = []
        for place, group in enumerate(self.groups):
            implied = model.implied(theta, place)
            pull, shift = np.zeros_like(implied.covariance), np.zeros(model.p)
            for pattern in group.patterns:
                at = pattern.answered
                block = np.ix_(at, at)
                inner = np.linalg.inv(implied.covariance[block])
                away = pattern.mean - implied.means[at]
                moment = pattern.covariance + np.outer(away, away)
                pull[block] += pattern.n * (inner @ moment @ inner - inner)
                shift[at] += pattern.n * (inner @ away)
            found.append(Pull(covariance=pull, means=shift))
        return found

    def curvature(self, model: FactorModel, theta: Floats) -> Floats:
        """Second derivatives of the discrepancy as if the implied moments were linear in the parameters."""
        curvature = np.zeros((model.n_free, model.n_free))
        for place, group in enumerate(self.groups):
            implied = model.implied(theta, place)
            slopes = model.derivatives(theta, place)
            block = patterned_observed(group.patterns, implied, slopes)
            gather_matrix(curvature, slopes, block)
        return curvature

    def information(self, model: FactorModel, theta: Floats) -> Floats:
        """Information expected where answers are missing completely at random, with the patterns as they are."""
        information = np.zeros((model.n_free, model.n_free))
        for place, group in enumerate(self.groups):
            slopes = model.derivatives(theta, place)
            for pattern, precision in embedded_precisions(group.patterns, model.implied(theta, place).covariance):
                gather_matrix(information, slopes, pattern.n * expected_block(precision, slopes, mean_structure=True))
        return information

    def scores(self, model: FactorModel, theta: Floats) -> list[Floats]:
        """Derivatives of each respondent's log-likelihood, per group (n_g, n_free), pattern after pattern."""
        found = []
        for place, group in enumerate(self.groups):
            implied = model.implied(theta, place)
            slopes = model.derivatives(theta, place)
            parts = []
            for pattern, precision in embedded_precisions(group.patterns, implied.covariance):
                z = (pattern.values - implied.means[pattern.answered]) @ precision[pattern.answered]
                block = (z @ slopes.u) * (z @ slopes.v) - (slopes.u * (precision @ slopes.v)).sum(axis=0)
                parts.append(block + z @ slopes.means)
            block = np.concatenate(parts)
            scores = np.zeros((len(block), model.n_free))
            np.add.at(scores.T, slopes.places, block.T)
            found.append(scores)
        return found

    def log_likelihood(self, value: float) -> float:
        """The log-likelihood where the discrepancy has ``value`` (0 for the unrestricted model)."""
        return self.saturated - value
