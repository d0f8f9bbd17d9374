"""The standardised solution of a model of ordered items, with delta-method standard errors.

As `analysis.factors.cfa.standardised`, for the normal variables y* behind the answers. Under ``"delta"`` their
standard deviations are parameters (1 / s) and residual variances follow; thresholds are divided by the standard
deviation of y*.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.ordinal_model import OrdinalModel
from analysis.factors.cfa.standardised import Standardisation

Floats = NDArray[np.float64]

__all__ = ["ordinal_standardised_solution"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Variances:
    """Variances of a kind with their derivatives (k, n_free)."""

    values: Floats
    slopes: Floats

    def log_spread(self, place: int) -> tuple[float, Floats]:
        """Logarithm of a standard deviation and its derivatives; NaN for a variance that is not positive."""
        value = self.values[place]
        if not value > 0:
            return np.nan, np.full(self.slopes.shape[1], np.nan)
        return float(np.log(value)) / 2, self.slopes[place] / (2 * value)


def ordinal_standardised_solution(
    model: OrdinalModel, theta: Floats, covariance: Floats | None, *, kind: Standardisation = "all"
) -> tuple[Floats, Floats]:
    """Standardised values and standard errors in the order of ``model.table.parameters``; scale factors are NaN.

    Parameters are those of `analysis.factors.cfa.standardised.standardised_solution`.
    """
    rows = model.table.parameters
    values = np.full(len(rows), np.nan)
    slopes = np.zeros((len(rows), model.n_free))
    for group in range(model.table.n_groups):
        kinds = _variances(model, theta, group)
        matrices = model.matrices(theta, group)
        tables = {
            "L": matrices.loadings,
            "B": matrices.regressions,
            "P": matrices.latent_covariance,
            "T": matrices.residual_covariance,
            "n": matrices.intercepts[:, None],
            "a": matrices.latent_means[:, None],
        }
        for place, row in enumerate(rows):
            if row.group != group or row.op == "~*~":
                continue
            own = np.zeros(model.n_free)
            if row.free is not None:
                own[row.free] = 1.0
            if row.op == "|":
                item = model.table.observed.index(row.left)
                value = float(theta[row.free]) if row.free is not None else row.value or 0.0
                powers = [("observed", item, -1)]
            else:
                entry = model.entry(row)
                value = float(tables[entry.matrix][entry.row, entry.column])
                powers = _powers(entry.matrix, entry.row, entry.column)
                if entry.matrix == "T" and entry.row == entry.column:
                    own = kinds["residual"].slopes[entry.row]
            if kind == "latent":
                powers = [power for power in powers if power[0] in {"factor", "disturbance"}]
            spreads = [(kinds[name].log_spread(at), sign) for name, at, sign in powers]
            scale = float(np.exp(sum(sign * log for (log, _), sign in spreads)))
            values[place] = value * scale
            slopes[place] = scale * own + sum(
                (sign * value * scale * bend for (_, bend), sign in spreads), np.zeros(model.n_free)
            )
    if covariance is None:
        return values, np.full(len(rows), np.nan)
    variances = np.einsum("ij,jk,ik->i", slopes, covariance, slopes)
    constant = np.abs(slopes).max(axis=1, initial=0.0) < 1e-10
    errors = np.where(constant, 0.0, np.sqrt(np.where(variances >= 0, variances, np.nan)))
    errors[np.isnan(values)] = np.nan
    return values, errors


def _variances(model: OrdinalModel, theta: Floats, group: int) -> dict[str, _Variances]:
    """Variances of y* and factors, total and residual."""
    matrices = model.matrices(theta, group)
    inside, latent = model.derivatives(theta, group), model.latent_derivatives(theta, group)
    common, factor = np.zeros((model.p, model.n_free)), np.zeros((model.m, model.n_free))
    np.add.at(common.T, inside.places, (2 * inside.u * inside.v).T)
    np.add.at(factor.T, latent.places, (2 * latent.u * latent.v).T)
    residual, disturbance = np.zeros((model.p, model.n_free)), np.zeros((model.m, model.n_free))
    observed = common
    if model.parameterization == "delta":
        observed = np.zeros_like(common)
        s = model.scales(theta, group)
        for row in model.table.parameters:
            if row.op == "~*~" and row.group == group and row.free is not None:
                item = model.table.observed.index(row.left)
                observed[item, row.free] = -2 / s[item] ** 3
        residual = observed - common
    for entry in model.entries[group]:
        if entry.parameter.free is None or entry.row != entry.column:
            continue
        if entry.matrix == "P":
            disturbance[entry.row, entry.parameter.free] = 1.0
        if entry.matrix == "T":
            residual[entry.row, entry.parameter.free] = 1.0
    return {
        "observed": _Variances(values=np.diag(model.implied(theta, group).covariance), slopes=observed),
        "factor": _Variances(values=np.diag(model.latent(theta, group).covariance), slopes=factor),
        "residual": _Variances(values=np.diag(matrices.residual_covariance), slopes=residual),
        "disturbance": _Variances(values=np.diag(matrices.latent_covariance), slopes=disturbance),
    }


def _powers(matrix: str, row: int, column: int) -> list[tuple[str, int, int]]:
    """The standard deviations a parameter is multiplied (1) or divided (-1) by."""
    if matrix == "L":
        return [("factor", column, 1), ("observed", row, -1)]
    if matrix == "B":
        return [("factor", column, 1), ("factor", row, -1)]
    if matrix == "n":
        return [("observed", row, -1)]
    if matrix == "a":
        return [("factor", row, -1)]
    if row == column:
        return [("observed" if matrix == "T" else "factor", row, -2)]
    name = "residual" if matrix == "T" else "disturbance"
    return [(name, row, -1), (name, column, -1)]
