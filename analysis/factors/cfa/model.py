"""Model matrices, implied moments and their derivatives.

    Sigma = L (I - B)^-1 P (I - B)^-T L' + T          mu = n + L (I - B)^-1 a

with loadings L (p x m), regressions B among latent variables (m x m), latent (residual) covariances P, residual
covariances T, intercepts n and latent means a (Bollen 1989, ch. 8; Joreskog 1970). Every derivative of Sigma is of
the form ``u v' + v u'``; gradients and information follow from the p x q arrays of all u and v without any matrix of
order p(p+1)/2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.parameters import Parameter, ParameterTable
from survey.errors import InsufficientDataError

__all__ = ["Derivatives", "FactorModel", "GroupMatrices", "Implied"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMatrices:
    """The matrices of one group, filled in."""

    loadings: Floats
    regressions: Floats
    latent_covariance: Floats
    residual_covariance: Floats
    intercepts: Floats
    latent_means: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied:
    """Implied covariance matrix (p x p) and means (p) of one group."""

    covariance: Floats
    means: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivatives:
    """Derivatives of the implied moments of one group with respect to its ``q`` free parameters.

    ``d Sigma / d theta_t = u[:, t] v[:, t]' + v[:, t] u[:, t]'``; ``means[:, t]`` is ``d mu / d theta_t``.
    ``places`` are the places of the q columns among the free parameters of the model (a place may occur twice: equal
    parameters within a group).
    """

    u: Floats
    v: Floats
    means: Floats
    places: NDArray[np.int64]

    def covariance_jacobian(self) -> Floats:
        """``d vech(Sigma) / d theta`` (columns in row-wise lower-triangle order), shape (p(p+1)/2, q)."""
        rows, columns = np.tril_indices(self.u.shape[0])
        jacobian: Floats = self.u[rows] * self.v[columns] + self.v[rows] * self.u[columns]
        return jacobian


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    matrix: str
    row: int
    column: int
    parameter: Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class _Free:
    """The free entries of one matrix: where they stand, their places among the free parameters, their columns."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    places: NDArray[np.int64]
    positions: NDArray[np.int64]


class FactorModel:
    """A parameter table bound to matrices.

    ``factors`` are the columns of the loadings: the latent variables, then observed variables that occur in
    regressions, each standing for itself (loading one, no residual).
    """

    def __init__(self, table: ParameterTable) -> None:
        """Raises InsufficientDataError for a parameter that has no place in the matrices."""
        self.table = table
        regressors = {
            name
            for row in table.parameters
            if row.op == "~"
            for name in (row.left, row.right)
            if name in table.observed
        }
        self.phantoms = [name for name in table.observed if name in regressors]
        self.factors = [*table.latent, *self.phantoms]
        self.p, self.m = len(table.observed), len(self.factors)
        self._observed = {name: place for place, name in enumerate(table.observed)}
        self._factor = {name: place for place, name in enumerate(self.factors)}
        self.entries = [
            [self.entry(row) for row in table.parameters if row.group == group and row.op not in {"|", "~*~"}]
            for group in range(table.n_groups)
        ]
        self._fixed = [self._constants(group) for group in range(table.n_groups)]
        self._free = [self._free_entries(group) for group in range(table.n_groups)]

    @property
    def n_free(self) -> int:
        """How many different free parameters."""
        return self.table.n_free

    def entry(self, parameter: Parameter) -> _Entry:
        """The matrix (L, B, P, T, n or a) and the place in it that hold a parameter."""
        left, right = parameter.left, parameter.right
        if parameter.op == "=~":
            if right in self._factor:
                return self._place("B", self._factor[right], self._factor[left], parameter)
            return self._place("L", self._observed[right], self._factor[left], parameter)
        if parameter.op == "~":
            return self._place("B", self._factor[left], self._factor[right], parameter)
        if parameter.op == "~1":
            if left in self._factor:
                return self._place("a", self._factor[left], 0, parameter)
            return self._place("n", self._observed[left], 0, parameter)
        if left in self._factor and right in self._factor:
            one, other = sorted((self._factor[left], self._factor[right]), reverse=True)
            return self._place("P", one, other, parameter)
        if left in self._factor or right in self._factor:
            raise InsufficientDataError.of("analysis.model_covariance_mixed", left=left, right=right)
        one, other = sorted((self._observed[left], self._observed[right]), reverse=True)
        return self._place("T", one, other, parameter)

    @staticmethod
    def _place(matrix: str, row: int, column: int, parameter: Parameter) -> _Entry:
        return _Entry(matrix=matrix, row=row, column=column, parameter=parameter)

    def _constants(self, group: int) -> dict[str, Floats]:
        p, m = self.p, self.m
        shapes = {"L": (p, m), "B": (m, m), "P": (m, m), "T": (p, p), "n": (p, 1), "a": (m, 1)}
        constants = {name: np.zeros(shape) for name, shape in shapes.items()}
        for name in self.phantoms:
            constants["L"][self._observed[name], self._factor[name]] = 1.0
        for entry in self.entries[group]:
            if entry.parameter.free is None:
                constants[entry.matrix][entry.row, entry.column] = entry.parameter.value or 0.0
                if entry.matrix in {"P", "T"}:
                    constants[entry.matrix][entry.column, entry.row] = entry.parameter.value or 0.0
        return constants

    def _free_entries(self, group: int) -> dict[str, _Free]:
        free = [entry for entry in self.entries[group] if entry.parameter.free is not None]
        found: dict[str, _Free] = {}
        for matrix in "LBPTna":
            chosen = [(position, entry) for position, entry in enumerate(free) if entry.matrix == matrix]
            if chosen:
                found[matrix] = _Free(
                    rows=np.array([entry.row for _, entry in chosen], dtype=np.int64),
                    columns=np.array([entry.column for _, entry in chosen], dtype=np.int64),
                    places=np.array([entry.parameter.free for _, entry in chosen], dtype=np.int64),
                    positions=np.array([position for position, _ in chosen], dtype=np.int64),
                )
        return found

    def matrices(self, theta: Floats, group: int = 0) -> GroupMatrices:
        """The matrices of a group at ``theta`` (the free parameters, shape (n_free,))."""
        found = {name: constant.copy() for name, constant in self._fixed[group].items()}
        for name, free in self._free[group].items():
            found[name][free.rows, free.columns] = theta[free.places]
            if name in {"P", "T"}:
                found[name][free.columns, free.rows] = theta[free.places]
        return GroupMatrices(
            loadings=found["L"],
            regressions=found["B"],
            latent_covariance=found["P"],
            residual_covariance=found["T"],
            intercepts=found["n"][:, 0],
            latent_means=found["a"][:, 0],
        )

    def implied(self, theta: Floats, group: int = 0) -> Implied:
        """Implied moments of a group at ``theta``."""
        matrices = self.matrices(theta, group)
        spread = matrices.loadings @ _total(matrices)
        return Implied(
            covariance=spread @ matrices.latent_covariance @ spread.T + matrices.residual_covariance,
            means=matrices.intercepts + spread @ matrices.latent_means,
        )

    def latent(self, theta: Floats, group: int = 0) -> Implied:
        """Covariance matrix and means of the factors of a group at ``theta``."""
        matrices = self.matrices(theta, group)
        total = _total(matrices)
        return Implied(covariance=total @ matrices.latent_covariance @ total.T, means=total @ matrices.latent_means)

    def derivatives(self, theta: Floats, group: int = 0) -> Derivatives:
        """Derivatives of the implied moments of a group at ``theta``."""
        matrices = self.matrices(theta, group)
        return self._derivatives(matrices, matrices.loadings, group, observed=True)

    def latent_derivatives(self, theta: Floats, group: int = 0) -> Derivatives:
        """Derivatives of the covariances and means of the factors, in the columns of `derivatives`."""
        return self._derivatives(self.matrices(theta, group), np.eye(self.m), group, observed=False)

    def _derivatives(self, matrices: GroupMatrices, loadings: Floats, group: int, *, observed: bool) -> Derivatives:
        total = _total(matrices)
        spread = loadings @ total
        # covariances of the variables (rows) with the factors (columns), and the means of the factors
        reach = spread @ matrices.latent_covariance @ total.T
        latent_means = total @ matrices.latent_means
        free = self._free[group]
        size = sum(entries.places.size for entries in free.values())
        u, v, means = (np.zeros((loadings.shape[0], size)) for _ in range(3))
        places = np.zeros(size, dtype=np.int64)
        for name, entries in free.items():
            rows, columns, at = entries.rows, entries.columns, entries.positions
            places[at] = entries.places
            half = np.where(rows == columns, 0.5, 1.0)
            if name == "B":
                u[:, at], v[:, at] = spread[:, rows], reach[:, columns]
                means[:, at] = spread[:, rows] * latent_means[columns]
            elif name == "P":
                u[:, at], v[:, at] = spread[:, rows] * half, spread[:, columns]
            elif name == "a":
                means[:, at] = spread[:, rows]
            elif not observed:
                continue
            elif name == "L":
                u[rows, at], v[:, at] = 1.0, reach[:, columns]
                means[rows, at] = latent_means[columns]
            elif name == "T":
                u[rows, at], v[columns, at] = half, 1.0
            else:
                means[rows, at] = 1.0
        return Derivatives(u=u, v=v, means=means, places=places)


def _total(matrices: GroupMatrices) -> Floats:
    """(I - B)^-1."""
    size = matrices.regressions.shape[0]
    if not matrices.regressions.any():
        return np.eye(size)
    total: Floats = np.asarray(np.linalg.inv(np.eye(size) - matrices.regressions), dtype=np.float64)
    return total
