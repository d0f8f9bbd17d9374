"""Correlation matrices that no variables could have: the nearest matrix that some could.

Correlations estimated pair by pair (polychoric, or from different respondents) need not fit together: the matrix may
have negative eigenvalues, and factor analysis of it has no meaning. Two remedies, both named in the result:

- ``"eigenvalues"``: eigenvalues below 1e-12 are set to 1e-10, all are rescaled to sum to p, and the diagonal to one
  (the convention of R's psych, ``cor.smooth``);
- ``"higham"``: the nearest correlation matrix in Frobenius' norm, by alternating projections.

References
----------
Knol & Berger (1991), Multivariate Behavioral Research 26, 457-477; Higham (2002), IMA Journal of Numerical Analysis 22,
329-343.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures import TableDisplay
from survey.errors import SatixError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
SmoothingMethod = Literal["eigenvalues", "higham"]

EIGENVALUE_FLOOR = 1e-12
RAISED_TO = 100 * EIGENVALUE_FLOOR
ZERO = float(np.finfo(np.float64).eps)

__all__ = ["SmoothedMatrix", "SmoothingMethod", "is_positive_definite", "smooth_correlations"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmoothedMatrix(TableDisplay):
    """A correlation matrix after smoothing, and how far it moved.

    ``changed`` is false when the matrix was positive definite and is returned as it came. ``largest_change`` is the
    largest absolute change of a correlation.
    """

    matrix: Floats
    method: SmoothingMethod
    changed: bool
    smallest_eigenvalue_before: float
    smallest_eigenvalue: float
    largest_change: float
    iterations: int
    converged: bool

    def to_frame(self) -> pd.DataFrame:
        """One row: what was done, without the matrix."""
        import pandas as pd

        row = asdict(self)
        del row["matrix"]
        return pd.DataFrame([row])

    def summary(self) -> str:
        """What was done in one line."""
        if not self.changed:
            return f"positive definite (smallest eigenvalue {self.smallest_eigenvalue:.3g}), not smoothed"
        return (
            f"smoothed by {self.method}: smallest eigenvalue {self.smallest_eigenvalue_before:.3g} to "
            f"{self.smallest_eigenvalue:.3g}, largest change of a correlation {self.largest_change:.3g}"
        )


def is_positive_definite(correlations: ArrayLike) -> bool:
    """Whether the smallest eigenvalue is above rounding error of zero; false for a matrix with NaN."""
    matrix = np.asarray(correlations, dtype=np.float64)
    return bool(np.isfinite(matrix).all() and np.linalg.eigvalsh(matrix)[0] > ZERO)


def smooth_correlations(
    correlations: ArrayLike,
    *,
    method: SmoothingMethod = "eigenvalues",
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
) -> SmoothedMatrix:
    """The matrix itself if positive definite, else a near one that is.

    Parameters
    ----------
    correlations : (p, p) symmetric, ones on the diagonal.
    tolerance, max_iterations : when Higham's iteration ends: change relative to the matrix, and number of rounds.

    Raises
    ------
    SatixError
        A correlation is missing, or the matrix is not square and symmetric.
    """
    matrix = np.asarray(correlations, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise SatixError.of("analysis.correlations_not_square", found=" x ".join(str(size) for size in matrix.shape))
    if not np.isfinite(matrix).all():
        raise SatixError.of("analysis.correlations_missing", found=int((~np.isfinite(np.tril(matrix, -1))).sum()))
    if not np.allclose(matrix, matrix.T, atol=1e-8):
        raise SatixError.of("analysis.correlations_not_symmetric")
    before = float(np.linalg.eigvalsh(matrix)[0])
    if before > ZERO:
        return _result(matrix, matrix, method, before, 0, converged=True)
    if method == "eigenvalues":
        return _result(matrix, _clipped(matrix), method, before, 1, converged=True)
    near, iterations, converged = _alternating(matrix, tolerance, max_iterations)
    return _result(matrix, near, method, before, iterations, converged=converged)


def _clipped(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    raised = np.where(values < EIGENVALUE_FLOOR, RAISED_TO, values)
    raised *= len(matrix) / raised.sum()
    return _unit_diagonal((vectors * raised) @ vectors.T)


def _alternating(matrix: Floats, tolerance: float, most: int) -> tuple[Floats, int, bool]:
    """Projections on the semi-definite matrices (with Dykstra's correction) and on those with unit diagonal."""
    near, correction = matrix.copy(), np.zeros_like(matrix)
    for iteration in range(1, most + 1):
        shifted = near - correction
        values, vectors = np.linalg.eigh(shifted)
        # a floor above zero keeps the result invertible
        definite = (vectors * np.maximum(values, RAISED_TO)) @ vectors.T
        correction = definite - shifted
        previous, near = near, definite.copy()
        np.fill_diagonal(near, 1.0)
        if np.linalg.norm(near - previous) <= tolerance * np.linalg.norm(near):
            return _unit_diagonal(definite), iteration, True
    return _unit_diagonal(definite), most, False


def _unit_diagonal(matrix: Floats) -> Floats:
    scale = np.sqrt(np.diagonal(matrix))
    result: Floats = matrix / np.multiply.outer(scale, scale)
    result = (result + result.T) / 2
    np.fill_diagonal(result, 1.0)
    return result


def _result(
    matrix: Floats, near: Floats, method: SmoothingMethod, before: float, iterations: int, *, converged: bool
) -> SmoothedMatrix:
    return SmoothedMatrix(
        matrix=near.copy(),
        method=method,
        changed=iterations > 0,
        smallest_eigenvalue_before=before,
        smallest_eigenvalue=float(np.linalg.eigvalsh(near)[0]),
        largest_change=float(np.abs(near - matrix).max()),
        iterations=iterations,
        converged=converged,
    )
