"""Inverting an information matrix that may be singular: some parameters may not be identified."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

__all__ = ["identified", "parameter_covariance", "pseudo_inverse"]


def _spectrum(information: Floats) -> tuple[Floats, Floats, NDArray[np.bool_], Floats]:
    """Eigenvalues and vectors on the scale of the diagonal, which of them are null, and the scale."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    null = np.abs(values) < 1e-8 * np.abs(values).max(initial=1e-300)
    return values, vectors, null, scale


def pseudo_inverse(information: Floats) -> Floats:
    """The inverse within the directions the data speak about."""
    values, vectors, null, scale = _spectrum(information)
    inverse: Floats = (vectors / np.where(null, np.inf, values)) @ vectors.T / np.outer(scale, scale)
    return inverse


def identified(information: Floats) -> NDArray[np.bool_]:
    """Which parameters have no part in any direction without information."""
    _, vectors, null, _ = _spectrum(information)
    return np.asarray(~(np.abs(vectors[:, null]) > 1e-3).any(axis=1), dtype=np.bool_)


def parameter_covariance(information: Floats, cross_products: Floats | None = None) -> Floats:
    """The covariance matrix of the estimates, a sandwich where cross-products of scores are given.

    NaN for parameters that are not identified; the others keep their standard errors.
    """
    inverse = pseudo_inverse(information)
    covariance = inverse if cross_products is None else inverse @ cross_products @ inverse
    known = identified(information)
    return np.where(np.outer(known, known), covariance, np.nan)
