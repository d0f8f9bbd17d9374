"""Least squares on thresholds and polychoric correlations, with standard errors and tests that hold for them.

With sample moments k_g of group g, implied moments kappa_g and weights W_g (the inverse diagonal of gamma for DWLS,
one for ULS) the estimates minimise sum n_g F_g, F_g = (k_g - kappa_g)' W_g (k_g - kappa_g). The statistic is
T = sum (n_g - 1) F_g, and the covariance of k_g is gamma_g / (n_g - 1). With J the derivatives of kappa,

    vcov = A^-1 J' W (cov k) W J A^-1,  A = J' W J          U = W - W J A^-1 J' W          M = U gamma

and T, a weighted sum of chi-squares with weights the eigenvalues of M, is referred to chi-square by

- ``"scaled.shifted"``: T sqrt(df / tr M^2) + df - tr M sqrt(df / tr M^2), mean and variance those of chi-square with
  df (Asparouhov & Muthen 2010; WLSMV, ULSMV),
- ``"mean.adjusted"``: T df / tr M (Satorra & Bentler 1994; WLSM, ULSM),
- ``"mean.var.adjusted"``: T tr M / tr M^2 with (tr M)^2 / tr M^2 degrees of freedom (Muthen, du Toit & Spisic 1997;
  WLSMVS).

References
----------
Muthen (1984), Psychometrika 49, 115-132; Muthen, du Toit & Spisic (1997), unpublished technical report; Satorra &
Bentler (1994) in von Eye & Clogg, Latent variables analysis, 399-419; Asparouhov & Muthen (2010), Mplus technical
report; Savalei (2021), Psychological Methods 26, 209-226 (CFI and RMSEA on the scale of normal-theory ML).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.fit_measures import ModelTest
from analysis.factors.cfa.model import FactorModel
from analysis.factors.cfa.ordinal_model import OrdinalModel
from analysis.factors.cfa.ordinal_sample import OrdinalGroup
from survey.errors import SatixError

Floats = NDArray[np.float64]
WeightRule = Literal["DWLS", "ULS"]
Adjustment = Literal["scaled.shifted", "mean.adjusted", "mean.var.adjusted"]

__all__ = [
    "AdjustedTest",
    "Adjustment",
    "OrdinalLeastSquares",
    "WeightRule",
    "adjusted_test",
    "baseline_residuals",
    "parameter_covariance",
    "projected_jacobian",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrdinalLeastSquares:
    """Half of sum n_g F_g, its gradient, and its second derivatives where the model holds.

    ``weights`` are the diagonals of W, one per group.
    """

    groups: tuple[OrdinalGroup, ...]
    weights: tuple[Floats, ...]

    @classmethod
    def of(cls, groups: Sequence[OrdinalGroup], rule: WeightRule) -> OrdinalLeastSquares:
        """With the weights of a rule."""
        weights = []
        for group in groups:
            variances = np.diagonal(group.moments.gamma)
            weights.append(1 / variances if rule == "DWLS" else np.ones(len(variances)))
        return cls(groups=tuple(groups), weights=tuple(weights))

    @property
    def n_moments(self) -> int:
        """Thresholds and correlations of all groups."""
        return sum(len(weight) for weight in self.weights)

    def residuals(self, model: OrdinalModel, theta: Floats) -> list[Floats]:
        """Sample less implied moments, per group."""
        return [group.moments.moments() - model.moments(theta, place) for place, group in enumerate(self.groups)]

    def value(self, model: FactorModel, theta: Floats) -> float:
        """Infinite where a scale factor is not positive."""
        ordinal = _ordinal(model)
        for place in range(len(self.groups)):
            if not (ordinal.scales(theta, place) > 0).all():
                return np.inf
        away = self.residuals(ordinal, theta)
        parts = zip(self.groups, self.weights, away, strict=True)
        return sum(group.n * float(weight @ one**2) for group, weight, one in parts) / 2

    def gradient(self, model: FactorModel, theta: Floats) -> Floats:
        """Derivatives of the value, (n_free,)."""
        ordinal = _ordinal(model)
        total = np.zeros(model.n_free)
        for place, away in enumerate(self.residuals(ordinal, theta)):
            total -= self.groups[place].n * (self.weights[place] * away) @ ordinal.jacobian(theta, place)
        return total

    def information(self, model: FactorModel, theta: Floats) -> Floats:
        """sum n_g J' W J, (n_free, n_free)."""
        ordinal = _ordinal(model)
        total = np.zeros((model.n_free, model.n_free))
        for place, group in enumerate(self.groups):
            jacobian = ordinal.jacobian(theta, place)
            total += group.n * jacobian.T @ (self.weights[place][:, None] * jacobian)
        return total

    def statistic(self, residuals: Sequence[Floats]) -> float:
        """T of residuals."""
        parts = zip(self.groups, self.weights, residuals, strict=True)
        return sum((group.n - 1) * float(weight @ away**2) for group, weight, away in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedTest:
    """A statistic, the traces of M and M^2, and the adjusted form. ``df_adjusted`` differs from ``df`` under
    mean.var.adjusted only; ``expectation`` and ``catml`` are the normal-theory statistic at the estimates and what it
    is expected to be if the model holds (NaN where a matrix is not positive definite)."""

    chisq: float
    df: int
    trace: float
    trace_squared: float
    catml: float = np.nan
    expectation: float = np.nan

    def adjusted(self, rule: Adjustment) -> tuple[float, float]:
        """(scaling factor, shift): the adjusted statistic is chisq / factor + shift."""
        if self.df <= 0 or not self.trace > 0:
            return np.nan, 0.0
        if rule == "mean.adjusted":
            return self.trace / self.df, 0.0
        if rule == "mean.var.adjusted":
            return self.trace_squared / self.trace, 0.0
        factor = float(np.sqrt(self.trace_squared / self.df))
        return factor, self.df - self.trace / factor

    @property
    def df_adjusted(self) -> float:
        """Degrees of freedom under mean.var.adjusted."""
        return self.trace**2 / self.trace_squared if self.trace_squared > 0 else np.nan

    def model_test(self, rule: Adjustment | None) -> ModelTest:
        """As fit measures take it; the adjusted df of mean.var.adjusted is not in it."""
        if rule is None:
            return ModelTest(chisq=self.chisq, df=self.df)
        factor, shift = self.adjusted(rule)
        return ModelTest(
            chisq=self.chisq,
            df=self.df,
            scaling_factor=factor,
            shift=shift,
            robust_chisq=self.catml,
            robust_expectation=self.expectation,
        )


def parameter_covariance(
    discrepancy: OrdinalLeastSquares, model: OrdinalModel, theta: Floats, bread: Floats, *, robust: bool = True
) -> Floats:
    """Covariance matrix of the estimates from ``bread``, the inverse information; without ``robust`` it is that."""
    if not robust:
        return bread
    middle = np.zeros((model.n_free, model.n_free))
    for place, (group, weight) in enumerate(zip(discrepancy.groups, discrepancy.weights, strict=True)):
        weighted = weight[:, None] * model.jacobian(theta, place)
        middle += group.n**2 / (group.n - 1) * weighted.T @ group.moments.gamma @ weighted
    return bread @ middle @ bread


def projected_jacobian(
    discrepancy: OrdinalLeastSquares, model: OrdinalModel, theta: Floats
) -> tuple[Floats, Floats, Floats]:
    """Stacked over groups: W^1/2 J with rows multiplied by sqrt(n_g), W^1/2 gamma W^1/2, and an orthonormal basis of
    J.

    In these coordinates U is the projection on what the basis leaves.
    """
    blocks, gammas = [], []
    for place, (group, weight) in enumerate(zip(discrepancy.groups, discrepancy.weights, strict=True)):
        root = np.sqrt(weight)
        blocks.append(np.sqrt(group.n) * root[:, None] * model.jacobian(theta, place))
        gammas.append(group.moments.gamma * np.outer(root, root))
    jacobian = np.vstack(blocks)
    size = len(jacobian)
    gamma = np.zeros((size, size))
    start = 0
    for block in gammas:
        end = start + len(block)
        gamma[start:end, start:end] = block
        start = end
    return jacobian, gamma, _basis(jacobian)


def adjusted_test(
    discrepancy: OrdinalLeastSquares, model: OrdinalModel, theta: Floats, df: int, *, normal_theory: bool = True
) -> AdjustedTest:
    """The statistic of a fitted model with its traces, and (``normal_theory``) what Savalei's measures need."""
    _, gamma, basis = projected_jacobian(discrepancy, model, theta)
    leave = np.eye(len(gamma)) - basis @ basis.T
    product = leave @ gamma
    catml, expectation = np.nan, np.nan
    if normal_theory and df > 0:
        covariance = product @ leave
        catml, expectation = _normal_theory(
            discrepancy,
            [model.standard(theta, place).covariance for place in range(len(discrepancy.groups))],
            covariance,
        )
    return AdjustedTest(
        chisq=discrepancy.statistic(discrepancy.residuals(model, theta)),
        df=df,
        trace=float(np.trace(product)),
        trace_squared=float((product * product.T).sum()),
        catml=catml,
        expectation=expectation,
    )


def baseline_residuals(discrepancy: OrdinalLeastSquares, *, normal_theory: bool = True) -> AdjustedTest:
    """The model of unrelated items: thresholds as observed, correlations zero."""
    residuals, trace, squared, df = [], 0.0, 0.0, 0
    blocks = []
    for group, weight in zip(discrepancy.groups, discrepancy.weights, strict=True):
        cut = group.moments.n_thresholds
        away = group.moments.moments()
        away[:cut] = 0.0
        residuals.append(away)
        root = np.sqrt(weight)
        root[:cut] = 0.0
        inner = group.moments.gamma * np.outer(root, root)
        trace += float(np.trace(inner))
        squared += float((inner**2).sum())
        df += len(away) - cut
        blocks.append(inner)
    catml, expectation = np.nan, np.nan
    if normal_theory and df > 0:
        size = sum(len(block) for block in blocks)
        covariance = np.zeros((size, size))
        start = 0
        for block in blocks:
            covariance[start : start + len(block), start : start + len(block)] = block
            start += len(block)
        p = len(discrepancy.groups[0].moments.items)
        catml, expectation = _normal_theory(discrepancy, [np.eye(p)] * len(blocks), covariance)
    return AdjustedTest(
        chisq=discrepancy.statistic(residuals),
        df=df,
        trace=trace,
        trace_squared=squared,
        catml=catml,
        expectation=expectation,
    )


def _normal_theory(
    discrepancy: OrdinalLeastSquares, implied: Sequence[Floats], covariance: Floats
) -> tuple[float, float]:
    """The ML discrepancy of the polychoric correlations at the estimates, times n - groups, and its expectation.

    ``covariance`` is that of the residuals times sqrt(W) and sqrt(n). The expectation is tr(V cov(residuals)), with V
    the second derivatives of the ML discrepancy with respect to correlations, V_ab = tr(R^-1 E_a R^-1 E_b) / 2.
    """
    catml = expectation = 0.0
    start = 0
    for group, weight, R in zip(discrepancy.groups, discrepancy.weights, implied, strict=True):
        cut, size = group.moments.n_thresholds, len(weight)
        sample = group.moments.correlations
        if min(np.linalg.eigvalsh(R)[0], np.linalg.eigvalsh(sample)[0]) <= 1e-8:
            return np.nan, np.nan
        precision = np.linalg.inv(R)
        log_ratio = np.linalg.slogdet(R)[1] - np.linalg.slogdet(sample)[1]
        catml += (group.n - 1) * float(log_ratio + np.trace(sample @ precision) - len(R))
        rows, columns = np.tril_indices(len(R), -1)
        curve = precision[np.ix_(rows, rows)] * precision[np.ix_(columns, columns)]
        curve += precision[np.ix_(rows, columns)] * precision[np.ix_(columns, rows)]
        root = np.sqrt(weight[cut:])
        own = covariance[start + cut : start + size, start + cut : start + size] / np.outer(root, root)
        expectation += float((curve * own).sum())
        start += size
    return catml, expectation


def _basis(jacobian: Floats) -> Floats:
    """An orthonormal basis of the columns; columns that the others determine drop out."""
    scale = np.linalg.norm(jacobian, axis=0)
    left, values, _ = np.linalg.svd(jacobian / np.where(scale > 0, scale, 1.0), full_matrices=False)
    basis: Floats = left[:, values > 1e-8 * max(values.max(initial=0.0), 1e-300)]
    return basis


def _ordinal(model: FactorModel) -> OrdinalModel:
    if not isinstance(model, OrdinalModel):
        raise SatixError.of("analysis.cfa_not_ordinal")
    return model
