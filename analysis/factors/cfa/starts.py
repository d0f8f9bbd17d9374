"""Start values: a one-factor solution for every block of indicators, and correlations of the blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.model import FactorModel

Floats = NDArray[np.float64]

__all__ = ["one_factor_loadings", "start_values"]


def start_values(model: FactorModel, covariances: Sequence[Floats], means: Sequence[Floats] | None = None) -> Floats:
    """Values to begin with, (n_free,): those the model text gives, else from the sample moments of each group.

    Equal parameters begin at the mean of what the groups suggest.
    """
    sums, counts = np.zeros(model.n_free), np.zeros(model.n_free)
    for group in range(model.table.n_groups):
        suggested = _suggested(model, group, np.asarray(covariances[group]), None if means is None else means[group])
        for entry in model.entries[group]:
            place = entry.parameter.free
            if place is None:
                continue
            value = entry.parameter.value
            sums[place] += suggested[entry.matrix][entry.row, entry.column] if value is None else value
            counts[place] += 1
    return sums / np.maximum(counts, 1)


def one_factor_loadings(correlations: Floats) -> Floats:
    """Loadings of one common factor by a few steps of principal axes, kept within (-0.95, 0.95)."""
    k = correlations.shape[0]
    if k == 1:
        return np.ones(1)
    if k == 2:
        r = float(np.clip(correlations[0, 1], -0.9, 0.9))
        size = np.sqrt(max(abs(r), 0.05))
        return np.array([size, size if r >= 0 else -size])
    communalities = np.clip(np.abs(correlations - np.eye(k)).max(axis=1), 0.1, 0.9)
    loadings = np.zeros(k)
    for _ in range(10):
        reduced = correlations.copy()
        np.fill_diagonal(reduced, communalities)
        values, vectors = np.linalg.eigh(reduced)
        loadings = vectors[:, -1] * np.sqrt(max(values[-1], 0.05))
        communalities = np.clip(loadings**2, 0.05, 0.9)
    loadings = np.clip(loadings, -0.95, 0.95)
    signed: Floats = loadings if loadings[0] >= 0 else -loadings
    return signed


def _suggested(model: FactorModel, group: int, covariance: Floats, mean: Floats | None) -> dict[str, Floats]:
    p, m = model.p, model.m
    spread = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(spread, spread)
    blocks = _blocks(model, group)
    shared = np.zeros(p)
    for items in blocks.values():
        shared[items] += 1
    standard = np.zeros((p, m))
    for factor, items in blocks.items():
        if items.size:
            alone = one_factor_loadings(correlations[np.ix_(items, items)])
            _, marked = _markers(model, group, factor)
            if marked is not None and alone[items == marked[0]].sum() * marked[1] < 0:
                alone = -alone
            standard[items, factor] = alone / np.sqrt(shared[items])
    between = _between(model, correlations, standard)
    loadings, variances = np.zeros((p, m)), np.ones(m)
    for place, name in enumerate(model.factors):
        if name in model.phantoms:
            variances[place] = covariance[_observed_place(model, name), _observed_place(model, name)]
    for factor, items in blocks.items():
        raw = standard[items, factor] * spread[items]
        fixed, marked = _markers(model, group, factor)
        if fixed is not None:
            variances[factor] = fixed
        elif marked is not None:
            item, value = marked
            own = standard[item, factor] * spread[item]
            floor = 0.2 * spread[item]
            own = own if abs(own) > floor else (floor if own >= 0 else -floor)
            variances[factor] = (own / value) ** 2 if value else 1.0
        loadings[items, factor] = raw / np.sqrt(variances[factor] if variances[factor] > 0 else 1.0)
    scale = np.sqrt(np.abs(variances))
    found = {
        "L": loadings,
        "B": np.zeros((m, m)),
        "P": between * np.outer(scale, scale),
        "T": np.zeros((p, p)),
        "n": (np.zeros(p) if mean is None else np.asarray(mean)).reshape(p, 1),
        "a": np.zeros((m, 1)),
    }
    explained = np.minimum((standard**2).sum(axis=1), 0.9)
    np.fill_diagonal(found["T"], np.diag(covariance) * (1 - explained))
    _higher_order(model, group, found)
    if mean is not None:
        for place, name in enumerate(model.factors):
            if name in model.phantoms:
                found["a"][place, 0] = mean[_observed_place(model, name)]
    return found


def _observed_place(model: FactorModel, name: str) -> int:
    return model.table.observed.index(name)


def _blocks(model: FactorModel, group: int) -> dict[int, NDArray[np.int64]]:
    rows: dict[int, list[int]] = {place: [] for place in range(len(model.table.latent))}
    for entry in model.entries[group]:
        if entry.matrix == "L":
            rows[entry.column].append(entry.row)
    return {factor: np.array(items, dtype=np.int64) for factor, items in rows.items()}


def _markers(model: FactorModel, group: int, factor: int) -> tuple[float | None, tuple[int, float] | None]:
    """The fixed variance of a factor, and its first fixed loading."""
    fixed, marked = None, None
    for entry in model.entries[group]:
        parameter = entry.parameter
        if parameter.free is not None or parameter.value is None:
            continue
        if entry.matrix == "P" and entry.row == entry.column == factor:
            fixed = parameter.value
        if entry.matrix == "L" and entry.column == factor and parameter.value and marked is None:
            marked = (entry.row, parameter.value)
    return fixed, marked


def _between(model: FactorModel, correlations: Floats, standard: Floats) -> Floats:
    """Correlations of the factors that the correlations between their blocks suggest."""
    between = np.eye(model.m)
    for one in range(len(model.table.latent)):
        for other in range(one):
            products = np.outer(standard[:, one], standard[:, other])
            products[(standard[:, other] != 0), :] = 0.0
            products[:, (standard[:, one] != 0)] = 0.0
            weight = (products**2).sum()
            if weight > 0:
                r = float(np.clip((products * correlations).sum() / weight, -0.8, 0.8))
                between[one, other] = between[other, one] = r
    while np.linalg.eigvalsh(between)[0] < 0.05:
        between = 0.8 * between + 0.2 * np.eye(model.m)
    return between


def _higher_order(model: FactorModel, group: int, found: dict[str, Floats]) -> None:
    """Loadings of factors on factors: half of the variance of a measured factor is its own."""
    measured = {
        entry.row: entry for entry in model.entries[group] if entry.matrix == "B" and entry.parameter.op == "=~"
    }
    for row in measured:
        found["P"][row, row] *= 0.5
    for factor in {entry.column for entry in measured.values()}:
        fixed, _ = _markers(model, group, factor)
        below = [row for row, entry in measured.items() if entry.column == factor]
        first = next(
            (
                entry
                for entry in model.entries[group]
                if entry.matrix == "B" and entry.column == factor and entry.parameter.free is None
            ),
            None,
        )
        own = np.array([2 * found["P"][row, row] for row in below])
        if fixed is not None:
            found["P"][factor, factor] = fixed
            unit = fixed if fixed > 0 else 1.0
        elif first is not None:
            found["P"][factor, factor] = unit = found["P"][first.row, first.row]
        else:
            unit = found["P"][factor, factor]
        for row, variance in zip(below, own, strict=True):
            found["B"][row, factor] = np.sqrt(0.5 * max(variance, 0.0) / unit) if unit > 0 else 0.5
