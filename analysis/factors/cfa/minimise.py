"""Minimise a discrepancy: Fisher scoring steps with a line search, continued by BFGS from the information.

Scoring takes the expected information as the curvature (Lee & Jennrich 1979) and comes near the minimum in a few
steps; where the model fits badly it then converges slowly, because the information is not the curvature. BFGS updates
of the inverse information (Nocedal & Wright 2006, ch. 6) make up for that. Where the information is nearly singular a
ridge keeps the step finite. The last value is never passed on as a solution without its convergence record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.model import FactorModel
from analysis.factors.cfa.normal_theory import Pull, pulled_gradient

Floats = NDArray[np.float64]

# scoring steps before BFGS takes over, and BFGS steps before it begins anew from the information
SCORING_STEPS = 3
RESTART_AFTER = 60

__all__ = ["Discrepancy", "LikelihoodDiscrepancy", "Minimum", "minimise", "observed_information"]


class Discrepancy(Protocol):
    """What is minimised: half a chi-square, with its gradient and expected information."""

    def value(self, model: FactorModel, theta: Floats) -> float:
        """The discrepancy; infinite outside the permissible region."""

    def gradient(self, model: FactorModel, theta: Floats) -> Floats:
        """Its derivatives, (n_free,)."""

    def information(self, model: FactorModel, theta: Floats) -> Floats:
        """Its expected second derivatives, (n_free, n_free)."""


class LikelihoodDiscrepancy(Discrepancy, Protocol):
    """A discrepancy whose observed information can be had."""

    def pulls(self, model: FactorModel, theta: Floats) -> list[Pull]:
        """Derivatives of minus the discrepancy with respect to the implied moments, per group."""

    def curvature(self, model: FactorModel, theta: Floats) -> Floats:
        """Second derivatives as if the implied moments were linear in the parameters."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Minimum:
    """Where the search ended. ``decrement`` is gradient' information^-1 gradient, twice what is left to gain."""

    theta: Floats
    value: float
    converged: bool
    iterations: int
    decrement: float
    largest_gradient: float


def minimise(
    discrepancy: Discrepancy,
    model: FactorModel,
    start: Floats,
    *,
    tolerance: float = 1e-12,
    max_iterations: int = 500,
) -> Minimum:
    """Minimise from ``start``; converged when the decrement falls below ``tolerance``."""
    theta, value = _permissible(discrepancy, model, start)
    if not np.isfinite(value) or not theta.size:
        return Minimum(
            theta=theta,
            value=value,
            converged=bool(np.isfinite(value)),
            iterations=0,
            decrement=0.0 if np.isfinite(value) else np.inf,
            largest_gradient=0.0 if np.isfinite(value) else np.inf,
        )
    inverse = _inverse(discrepancy.information(model, theta))
    gradient = discrepancy.gradient(model, theta)
    decrement, iteration, since = np.inf, 0, 0
    for iteration in range(1, max_iterations + 1):
        step = inverse @ gradient
        decrement = float(gradient @ step)
        if decrement < tolerance and since == 0:
            break
        moved = _line_search(discrepancy, model, theta, value, step, decrement) if decrement >= tolerance else None
        if moved is None:
            if since == 0:
                break
            # judge, and go on, by the information itself
            inverse, since = _inverse(discrepancy.information(model, theta)), 0
            continue
        change, before = moved[0] - theta, gradient
        theta, value = moved
        gradient = discrepancy.gradient(model, theta)
        if iteration <= SCORING_STEPS or since >= RESTART_AFTER:
            inverse, since = _inverse(discrepancy.information(model, theta)), 0
        else:
            inverse, since = _updated(inverse, change, gradient - before, before), since + 1
    return Minimum(
        theta=theta,
        value=value,
        converged=decrement < max(tolerance, 1e-9),
        iterations=iteration,
        decrement=decrement,
        largest_gradient=float(np.abs(gradient).max()),
    )


def observed_information(discrepancy: LikelihoodDiscrepancy, model: FactorModel, theta: Floats) -> Floats:
    """Second derivatives of the discrepancy.

    The part that second derivatives of the moments contribute is had from fourth-order central differences of their
    analytic first derivatives; the rest is analytic.
    """
    size = len(theta)
    found = np.zeros((size, size))
    pulls = discrepancy.pulls(model, theta)
    for place in range(size):
        width = 1e-3 * max(abs(theta[place]), 0.1)

        def at(steps: float, place: int = place, width: float = width) -> Floats:
            moved = theta.copy()
            moved[place] += steps * width
            return pulled_gradient(model, moved, pulls)

        found[:, place] = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * width)
    return discrepancy.curvature(model, theta) + (found + found.T) / 2


def _permissible(discrepancy: Discrepancy, model: FactorModel, start: Floats) -> tuple[Floats, float]:
    """Move a start value with an indefinite implied matrix towards unrelated variables until it is definite."""
    theta = np.asarray(start, dtype=np.float64).copy()
    variances = {
        entry.parameter.free
        for entries in model.entries
        for entry in entries
        if entry.matrix in {"T", "n", "a"} or (entry.matrix == "P" and entry.row == entry.column)
    }
    others = np.array([place not in variances for place in range(len(theta))], dtype=bool)
    value = discrepancy.value(model, theta)
    for _ in range(25):
        if np.isfinite(value):
            break
        theta[others] *= 0.7
        value = discrepancy.value(model, theta)
    return theta, value


def _inverse(information: Floats) -> Floats:
    """The inverse, with a ridge (on the scale of the diagonal) where the information is nearly singular."""
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    values = np.maximum(np.abs(values), 1e-9 * max(values[-1], 1e-300))
    inverse: Floats = (vectors / values) @ vectors.T / np.outer(scale, scale)
    return inverse


def _updated(inverse: Floats, change: Floats, bend: Floats, before: Floats) -> Floats:
    """BFGS update of an inverse Hessian; left alone where the slope hardly changed along the step."""
    along = float(change @ bend)
    if along <= 1e-4 * abs(float(change @ before)):
        return inverse
    turned = inverse @ bend
    rank_one = np.outer(turned, change) / along
    updated: Floats = inverse - rank_one - rank_one.T + (1 + bend @ turned / along) * np.outer(change, change) / along
    return updated


def _line_search(
    discrepancy: Discrepancy, model: FactorModel, theta: Floats, value: float, step: Floats, decrement: float
) -> tuple[Floats, float] | None:
    length = 1.0
    # what rounding can hide in a sum of this size
    slack = 1e-13 * max(1.0, abs(value))
    for _ in range(40):
        trial = theta - length * step
        reached = discrepancy.value(model, trial)
        if reached <= value - 1e-4 * length * decrement + slack:
            return trial, reached
        length /= 2
    return None
