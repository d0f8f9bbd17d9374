"""Start values of a model of ordered items: those of its correlations, observed thresholds, scales of one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.ordinal_model import OrdinalModel
from analysis.factors.cfa.ordinal_sample import OrdinalSample
from analysis.factors.cfa.starts import start_values

Floats = NDArray[np.float64]

__all__ = ["ordinal_start_values"]


def ordinal_start_values(model: OrdinalModel, sample: OrdinalSample) -> Floats:
    """Values to begin with, (n_free,); equal parameters begin at the mean of what the groups suggest."""
    correlations = [group.moments.correlations for group in sample.groups]
    theta = start_values(model, correlations)
    spreads = [np.ones(model.p) for _ in sample.groups]
    if model.parameterization == "theta":
        # residual variances of one: y* is wider the more of it the factors explain
        for place in range(len(sample.groups)):
            matrices = model.matrices(theta, place)
            explained = np.einsum("ij,jk,ik->i", matrices.loadings, matrices.latent_covariance, matrices.loadings)
            spreads[place] = 1 / np.sqrt(1 - np.clip(explained, 0.0, 0.8))
        theta = start_values(model, [R * np.outer(s, s) for R, s in zip(correlations, spreads, strict=True)])
    sums, counts = np.zeros(model.n_free), np.zeros(model.n_free)
    places = {item: place for place, item in enumerate(model.table.observed)}
    for row in model.table.parameters:
        if row.free is None:
            continue
        item = places.get(row.left, 0)
        if row.op == "|":
            observed = sample.groups[row.group].moments.thresholds[item][int(row.right[1:]) - 1]
            sums[row.free] += observed * spreads[row.group][item] if row.value is None else row.value
        elif row.op == "~*~" or (row.op == "~~" and row.left == row.right and row.left in places):
            sums[row.free] += 1.0
        else:
            continue
        counts[row.free] += 1
    return np.where(counts > 0, sums / np.maximum(counts, 1), theta)
