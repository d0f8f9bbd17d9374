"""Nelder and Mead's simplex search, with the start, the stopping rule and the limit that R's ``optim`` has by default.

It exists to repeat published values that were found this way. In more than a few dimensions 500 evaluations often do
not reach the optimum; the result says so.

References
----------
Nelder & Mead (1965), Computer Journal 7, 308-313; Nash (1990), Compact Numerical Methods for Computers, algorithm 19.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

__all__ = ["SimplexResult", "simplex_search"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimplexResult:
    """Lowest point found; ``converged`` is false when the evaluations ran out."""

    point: Floats
    value: float
    evaluations: int
    converged: bool


def simplex_search(
    objective: Callable[[Floats], float], start: Floats, *, tolerance: float = 1e-8, evaluations: int = 500
) -> SimplexResult:
    """Minimise ``objective``; it may return infinity where a point is not allowed.

    The first simplex steps a tenth of the largest start value along each axis. It ends when the values at the corners
    differ by less than ``tolerance`` relative to the first value, or after ``evaluations``.
    """
    size = len(start)
    corners = np.tile(np.asarray(start, dtype=np.float64), (size + 1, 1))
    step = 0.1 * float(np.abs(start).max()) or 0.1
    corners[np.arange(1, size + 1), np.arange(size)] += step
    values = np.array([objective(corner) for corner in corners])
    spent = size + 1
    limit = tolerance * (abs(values[0]) + tolerance)
    extent = size * step
    while True:
        low, high = int(values.argmin()), int(values.argmax())
        if values[high] <= values[low] + limit:
            return SimplexResult(point=corners[low], value=float(values[low]), evaluations=spent, converged=True)
        if spent > evaluations:
            return SimplexResult(point=corners[low], value=float(values[low]), evaluations=spent, converged=False)
        worst = values[high]
        centre = (corners.sum(axis=0) - corners[high]) / size
        reflected = 2 * centre - corners[high]
        value = objective(reflected)
        spent += 1
        if value < values[low]:
            extended = 2 * reflected - centre
            further = objective(extended)
            spent += 1
            better = further < value
            corners[high], values[high] = (extended, further) if better else (reflected, value)
            continue
        if value < worst:
            corners[high], values[high] = reflected, value
        contracted = (corners[high] + centre) / 2
        inner = objective(contracted)
        spent += 1
        if inner < values[high]:
            corners[high], values[high] = contracted, inner
        elif value >= worst:
            others = np.arange(size + 1) != low
            corners[others] = (corners[others] - corners[low]) / 2 + corners[low]
            shrunk = float(np.abs(corners[others] - corners[low]).sum())
            if shrunk >= extent:
                return SimplexResult(point=corners[low], value=float(values[low]), evaluations=spent, converged=False)
            extent = shrunk
            values[others] = [objective(corner) for corner in corners[others]]
            spent += size
