"""The standardised solution, with standard errors by the delta method.

Loadings and regressions are multiplied by the standard deviation of what they start from and divided by that of what
they point to; variances are divided by the total variance, covariances by the standard deviations of the same
residuals. The derivatives of the standard deviations are analytic.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.model import FactorModel

Floats = NDArray[np.float64]
Standardisation = Literal["all", "latent"]

__all__ = ["Standardisation", "standardised_solution"]


def standardised_solution(
    model: FactorModel, theta: Floats, covariance: Floats | None, *, kind: Standardisation = "all"
) -> tuple[Floats, Floats]:
    """Standardised values and standard errors in the order of ``model.table.parameters``.

    Parameters
    ----------
    covariance : the covariance matrix of the free parameters; None leaves the standard errors NaN.
    kind : ``"all"`` standardises latent and observed variables (std.all), ``"latent"`` only latent ones (std.lv).
        Thresholds are NaN: they belong to the ordinal estimators.
    """
    rows = model.table.parameters
    values = np.full(len(rows), np.nan)
    slopes = np.zeros((len(rows), model.n_free))
    order = {id(row): place for place, row in enumerate(rows)}
    for group in range(model.table.n_groups):
        spread, bend = _log_spreads(model, theta, group)
        if kind == "latent":
            observed = [*range(model.p), *range(model.p + model.m, 2 * model.p + model.m)]
            phantoms = [model.p + model.factors.index(name) for name in model.phantoms]
            for places in (observed, phantoms):
                spread[places], bend[places] = 0.0, 0.0
        matrices = model.matrices(theta, group)
        table = {
            "L": matrices.loadings,
            "B": matrices.regressions,
            "P": matrices.latent_covariance,
            "T": matrices.residual_covariance,
            "n": matrices.intercepts[:, None],
            "a": matrices.latent_means[:, None],
        }
        for entry in model.entries[group]:
            place = order[id(entry.parameter)]
            value = table[entry.matrix][entry.row, entry.column]
            power = _powers(model, entry.matrix, entry.row, entry.column)
            scale = float(np.exp(sum(sign * spread[at] for at, sign in power)))
            values[place] = value * scale
            for at, sign in power:
                slopes[place] += sign * value * scale * bend[at]
            if entry.parameter.free is not None:
                slopes[place, entry.parameter.free] += scale
    if covariance is None:
        return values, np.full(len(rows), np.nan)
    variances = np.einsum("ij,jk,ik->i", slopes, covariance, slopes)
    # what is constant by construction (a variance of one) has no error; rounding leaves traces of it
    constant = np.abs(slopes).max(axis=1, initial=0.0) < 1e-10
    errors = np.where(constant, 0.0, np.sqrt(np.where(variances >= 0, variances, np.nan)))
    errors[np.isnan(values)] = np.nan
    return values, errors


def _log_spreads(model: FactorModel, theta: Floats, group: int) -> tuple[Floats, Floats]:
    """Logarithms of standard deviations (observed, factors, observed residuals, factor residuals) and derivatives.

    NaN for a negative variance; the standardised values that need it are then NaN too.
    """
    p, m = model.p, model.m
    matrices = model.matrices(theta, group)
    variances = np.concatenate(
        [
            np.diag(model.implied(theta, group).covariance),
            np.diag(model.latent(theta, group).covariance),
            np.diag(matrices.residual_covariance),
            np.diag(matrices.latent_covariance),
        ]
    )
    bend = np.zeros((2 * (p + m), model.n_free))
    for start, slopes in ((0, model.derivatives(theta, group)), (p, model.latent_derivatives(theta, group))):
        block = 2 * slopes.u * slopes.v
        np.add.at(bend[start : start + block.shape[0]].T, slopes.places, block.T)
    for entry in model.entries[group]:
        if entry.parameter.free is not None and entry.row == entry.column and entry.matrix in {"P", "T"}:
            bend[(p + m if entry.matrix == "T" else 2 * p + m) + entry.row, entry.parameter.free] = 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        positive = np.where(variances > 0, variances, np.nan)
        return np.log(positive) / 2, bend / (2 * positive[:, None])


def _powers(model: FactorModel, matrix: str, row: int, column: int) -> list[tuple[int, int]]:
    """The standard deviations (by place in `_log_spreads`) a parameter is multiplied (1) or divided (-1) by."""
    p, m = model.p, model.m
    if matrix == "L":
        return [(p + column, 1), (row, -1)]
    if matrix == "B":
        return [(p + column, 1), (p + row, -1)]
    if matrix == "n":
        return [(row, -1)]
    if matrix == "a":
        return [(p + row, -1)]
    if row == column:
        return [((row if matrix == "T" else p + row), -2)]
    start = p + m if matrix == "T" else 2 * p + m
    return [(start + row, -1), (start + column, -1)]
