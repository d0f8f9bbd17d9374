"""Exact rules behind a total: linear in the codes, linear for most records, or a score per option."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NEGLIGIBLE", "ItemFit", "LinearFit", "fit_by_option", "fit_linear", "fit_most_rows"]

NEGLIGIBLE = 1e-6
"""What counts as no residual, and as a whole number; rounding errors here are about 1e-12."""
_MOST = 0.9
"""Share of records a rule has to hold for, if not for all."""
_MOST_CELLS = 4_000_000
"""Cells of a design matrix above which a fit is not tried."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFit:
    """The coefficient of one item; ``determined`` where the data fix it, ``uneven`` where steps differ."""

    factor: float
    constant: bool = False
    determined: bool = True
    uneven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearFit:
    """A rule, whether it holds without residual, and the share of variance it explains."""

    items: tuple[ItemFit, ...]
    constant: float
    exact: bool
    largest_residual: float
    explained: float
    rank: int


def fit_linear(codes: Floats, total: Floats) -> LinearFit:
    """Least squares of the total on the codes (all filled), shape (n, p); exact only with more records than unknowns.

    Items everyone answered alike are left to the constant. Coefficients that a combination of other items could
    replace are not determined.
    """
    varying = np.ptp(codes, axis=0) > 0 if len(codes) else np.zeros(codes.shape[1], dtype=np.bool_)
    design = np.column_stack([np.ones(len(codes)), codes[:, varying]])
    solution, residual, rank, loose = _solve(design, total)
    spread = float(((total - total.mean()) ** 2).sum()) if len(total) else 0.0
    return LinearFit(
        items=_items(varying, solution, loose),
        constant=float(solution[0]),
        exact=len(total) > rank and residual.size > 0 and float(np.abs(residual).max()) <= NEGLIGIBLE,
        largest_residual=float(np.abs(residual).max(initial=0.0)),
        explained=1 - float((residual**2).sum()) / spread if spread > 0 else math.nan,
        rank=rank,
    )


def fit_most_rows(codes: Floats, total: Floats) -> tuple[LinearFit, NDArray[np.bool_]] | None:
    """The rule nine records in ten follow without residual, and where the others are; None where there is none.

    Least absolute deviations (a linear programme) passes through as many records as it can; least squares over these
    then gives the coefficients.
    """
    n, items = codes.shape
    if n <= items + 1 or n * (items + 1 + 2 * n) > _MOST_CELLS:
        return None
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, eye_array, hstack

    design = np.column_stack([np.ones(n), codes])
    identity = eye_array(n, format="csr")
    costs = np.concatenate([np.zeros(items + 1), np.ones(2 * n)])
    bounds = [(None, None)] * (items + 1) + [(0, None)] * (2 * n)
    equations = hstack([csr_array(design), identity, -identity], format="csr")
    found = linprog(costs, A_eq=equations, b_eq=total, bounds=bounds, method="highs")
    if found.x is None:
        return None
    outside = np.abs(total - design @ found.x[: items + 1]) > NEGLIGIBLE
    if not outside.any() or outside.mean() > 1 - _MOST:
        return None
    fit = fit_linear(codes[~outside], total[~outside])
    return (fit, outside) if fit.exact else None


def fit_by_option(codes: Floats, total: Floats) -> LinearFit | None:
    """A score per option, unanswered being an option too; None where records are too few or residuals remain.

    An item's factor is the score per step of the code; ``uneven`` where steps differ.
    """
    known = ~np.isnan(total)
    codes, total = codes[known], total[known]
    blocks, levels = [], []
    for item in codes.T:
        distinct = np.unique(item[~np.isnan(item)])
        columns = [item == level for level in distinct[1:]]
        if np.isnan(item).any() and len(distinct):
            columns.append(np.isnan(item))
        levels.append(distinct)
        blocks.append(columns)
    width = 1 + sum(len(columns) for columns in blocks)
    if len(total) <= width or len(total) * width > _MOST_CELLS:
        return None
    design = np.column_stack([np.ones(len(total)), *(column for columns in blocks for column in columns)])
    solution, residual, rank, loose = _solve(design.astype(np.float64), total)
    largest = float(np.abs(residual).max(initial=0.0))
    if largest > NEGLIGIBLE or len(total) <= rank:
        return None
    items, start, constant = [], 1, float(solution[0])
    for distinct, columns in zip(levels, blocks, strict=True):
        places = slice(start, start + max(len(distinct) - 1, 0))
        start += len(columns)
        if len(distinct) < 2:
            items.append(ItemFit(factor=math.nan, constant=True))
        elif loose[places].any():
            items.append(ItemFit(factor=math.nan, determined=False))
        else:
            slopes = solution[places] / (distinct[1:] - distinct[0])
            uneven = bool(np.ptp(slopes) > NEGLIGIBLE)
            items.append(ItemFit(factor=math.nan if uneven else float(slopes[0]), uneven=uneven))
            constant -= 0.0 if uneven else float(slopes[0] * distinct[0])
    return LinearFit(
        items=tuple(items), constant=constant, exact=True, largest_residual=largest, explained=1.0, rank=rank
    )


def _solve(design: Floats, total: Floats) -> tuple[Floats, Floats, int, NDArray[np.bool_]]:
    """Least squares: coefficients, residuals, rank, and which coefficients the data leave open."""
    if not len(total):
        width = design.shape[1]
        return np.full(width, math.nan), np.empty(0), 0, np.ones(width, dtype=np.bool_)
    scale = np.maximum(np.abs(design).max(axis=0), 1e-300)
    triangle = np.linalg.qr(design / scale, mode="r")  # has the singular values of the design, at the size of p x p
    _, singular, directions = np.linalg.svd(triangle, full_matrices=True)
    padded = np.zeros(design.shape[1])
    padded[: len(singular)] = singular
    flat = padded <= padded.max() * max(design.shape) * np.finfo(np.float64).eps * 10
    loose = (np.abs(directions[flat]) > NEGLIGIBLE).any(axis=0) if flat.any() else np.zeros(len(scale), dtype=np.bool_)
    solution = np.linalg.lstsq(design / scale, total, rcond=None)[0] / scale
    return solution, total - design @ solution, int((~flat).sum()), loose


def _items(varying: NDArray[np.bool_], solution: Floats, loose: NDArray[np.bool_]) -> tuple[ItemFit, ...]:
    items, place = [], 0
    for varies in varying:
        if not varies:
            items.append(ItemFit(factor=math.nan, constant=True))
            continue
        place += 1
        determined = not loose[place]
        items.append(ItemFit(factor=float(solution[place]) if determined else math.nan, determined=determined))
    return tuple(items)
