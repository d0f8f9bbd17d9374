"""A factor model of the normal variables behind ordered answers: implied thresholds and polychoric correlations.

Behind item j stands y*_j; an answer lies above category k where y*_j > tau_jk. With mean mu_j and covariances
Sigma = L (I - B)^-1 P (I - B)^-T L' + T of y* (`analysis.factors.cfa.model`) and scale factors s_j the model implies

    threshold    s_j (tau_jk - mu_j)          correlation    s_i s_j Sigma_ij   (i != j)

- ``"delta"``: s_j is the parameter ``x ~*~ x`` (one, where nothing else is said) and Sigma_jj = 1 / s_j^2; the
  residual variances are what is left.
- ``"theta"``: the residual variances are the parameters (one, where nothing else is said) and s_j = 1 /
  sqrt(Sigma_jj).

References
----------
Muthen (1984), Psychometrika 49, 115-132; Muthen & Asparouhov (2002), Mplus Web Notes 4 (both parameterisations).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.model import FactorModel, GroupMatrices, Implied
from analysis.factors.cfa.parameters import Parameter, ParameterTable

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Parameterization = Literal["delta", "theta"]

__all__ = ["OrdinalModel", "Parameterization"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """Threshold (or scale) rows of a group: the item of each, its fixed value, and its place where it is free."""

    items: Integers
    values: Floats
    spots: Integers
    places: Integers

    def filled(self, theta: Floats) -> Floats:
        """The values at ``theta``."""
        values = self.values.copy()
        values[self.spots] = theta[self.places]
        return values


class OrdinalModel(FactorModel):
    """A parameter table with thresholds, bound to matrices. All observed variables are ordered items.

    ``implied`` is the covariance matrix and the means of y*; `moments` what is compared with the data.
    """

    def __init__(self, table: ParameterTable, *, parameterization: Parameterization = "delta") -> None:
        """Raises InsufficientDataError for a parameter that has no place in the matrices."""
        super().__init__(table)
        self._n_free = table.n_free
        self.parameterization = parameterization
        self._thresholds = [self._gathered("|", group) for group in range(table.n_groups)]
        self._scales = [self._gathered("~*~", group) for group in range(table.n_groups)]

    @property
    def n_free(self) -> int:
        """How many different free parameters."""
        return self._n_free

    def _gathered(self, operator: str, group: int) -> _Rows:
        chosen: dict[str, list[Parameter]] = {name: [] for name in self.table.observed}
        for row in self.table.parameters:
            if row.op == operator and row.group == group:
                chosen[row.left].append(row)
        rows = [row for name in self.table.observed for row in sorted(chosen[name], key=_step)]
        free = [(spot, row.free) for spot, row in enumerate(rows) if row.free is not None]
        return _Rows(
            items=np.array([self.table.observed.index(row.left) for row in rows], dtype=np.int64),
            values=np.array([0.0 if row.value is None else row.value for row in rows]),
            spots=np.array([spot for spot, _ in free], dtype=np.int64),
            places=np.array([place for _, place in free], dtype=np.int64),
        )

    def with_table(self, table: ParameterTable) -> OrdinalModel:
        """The same kind of model on another table."""
        return OrdinalModel(table, parameterization=self.parameterization)

    def matrices(self, theta: Floats, group: int = 0) -> GroupMatrices:
        """The matrices of a group; under ``"delta"`` the residual variances are those that follow."""
        found = super().matrices(theta, group)
        if self.parameterization == "theta":
            return found
        residual = found.residual_covariance.copy()
        np.fill_diagonal(residual, 0.0)
        spread = _spread(found)
        common = np.einsum("ij,jk,ik->i", spread, found.latent_covariance, spread)
        np.fill_diagonal(residual, 1 / self._scales[group].filled(theta) ** 2 - common)
        return replace(found, residual_covariance=residual)

    def scales(self, theta: Floats, group: int = 0) -> Floats:
        """s_j, (p,): what y*_j is multiplied by to have variance one."""
        if self.parameterization == "delta":
            return self._scales[group].filled(theta)
        with np.errstate(invalid="ignore", divide="ignore"):
            scales: Floats = 1 / np.sqrt(np.diag(self.implied(theta, group).covariance))
        return scales

    def thresholds(self, theta: Floats, group: int = 0) -> tuple[Integers, Floats]:
        """The item of each threshold, and the thresholds tau on the scale of y*."""
        rows = self._thresholds[group]
        return rows.items, rows.filled(theta)

    def standard(self, theta: Floats, group: int = 0) -> Implied:
        """Correlations of y*, and its means in standard deviations."""
        implied, s = self.implied(theta, group), self.scales(theta, group)
        return Implied(covariance=implied.covariance * np.outer(s, s), means=implied.means * s)

    def moments(self, theta: Floats, group: int = 0) -> Floats:
        """Implied thresholds, item by item, and correlations of the lower triangle row by row, (q,)."""
        implied, s = self.implied(theta, group), self.scales(theta, group)
        items, tau = self.thresholds(theta, group)
        rows, columns = np.tril_indices(self.p, -1)
        correlations = s[rows] * s[columns] * implied.covariance[rows, columns]
        return np.concatenate([s[items] * (tau - implied.means[items]), correlations])

    def jacobian(self, theta: Floats, group: int = 0) -> Floats:
        """Derivatives of `moments` with respect to the free parameters, (q, n_free)."""
        implied, s = self.implied(theta, group), self.scales(theta, group)
        items, tau = self.thresholds(theta, group)
        rows, columns = np.tril_indices(self.p, -1)
        slopes = self.derivatives(theta, group)
        above = tau - implied.means[items]
        both = (s[rows] * s[columns])[:, None]
        bend = both * (slopes.u[rows] * slopes.v[columns] + slopes.v[rows] * slopes.u[columns])
        cuts = -s[items, None] * slopes.means[items]
        if self.parameterization == "theta":
            # d s / s = - d Sigma_jj / (2 Sigma_jj)
            shrink = -slopes.u * slopes.v * (s**2)[:, None]
            bend += both * implied.covariance[rows, columns, None] * (shrink[rows] + shrink[columns])
            cuts += (s[items] * above)[:, None] * shrink[items]
        jacobian = np.zeros((len(items) + len(rows), self.n_free))
        np.add.at(jacobian.T, slopes.places, np.concatenate([cuts, bend]).T)
        free = self._thresholds[group]
        np.add.at(jacobian, (free.spots, free.places), s[items[free.spots]])
        if self.parameterization == "delta":
            scale = self._scales[group]
            for spot, place in zip(scale.spots, scale.places, strict=True):
                item = scale.items[spot]
                own = items == item
                jacobian[: len(items)][own, place] += above[own]
                for one, other in ((rows, columns), (columns, rows)):
                    pairs = np.flatnonzero(one == item)
                    covariances = implied.covariance[rows[pairs], columns[pairs]]
                    jacobian[len(items) + pairs, place] += s[other[pairs]] * covariances
        return jacobian

    def reported_table(self, theta: Floats) -> ParameterTable:
        """The table with the values of residual variances (``"delta"``) or scale factors that follow from the rest."""
        rows = []
        residuals = [np.diag(self.matrices(theta, group).residual_covariance) for group in range(self.table.n_groups)]
        for row in self.table.parameters:
            if row.op == "~~" and row.left == row.right and row.left in self.table.observed and row.free is None:
                rows.append(replace(row, value=float(residuals[row.group][self.table.observed.index(row.left)])))
            else:
                rows.append(row)
        return replace(self.table, parameters=tuple(rows))


def _step(row: Parameter) -> int:
    return int(row.right[1:]) if row.op == "|" else 0


def _spread(matrices: GroupMatrices) -> Floats:
    """L (I - B)^-1."""
    if not matrices.regressions.any():
        return matrices.loadings
    size = matrices.regressions.shape[0]
    spread: Floats = np.asarray(
        np.linalg.solve((np.eye(size) - matrices.regressions).T, matrices.loadings.T).T, dtype=np.float64
    )
    return spread
