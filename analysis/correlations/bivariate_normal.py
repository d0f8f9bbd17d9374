"""The bivariate normal distribution for many points at once, by own quadrature.

With phi2 the density at correlation r, dPhi2/dr = phi2 (Plackett), so that below |rho| = 0.925

    Phi2(h, k; rho) = Phi(h) Phi(k) + 1/(2 pi) integral_0^asin(rho) exp(-(h^2 + k^2 - 2 h k sin t) / (2 cos^2 t)) dt

is integrated by Gauss and Legendre's rule. Nearer to +-1 the integrand peaks at the far end; there the integral runs
from rho to s = sign(rho), with x^2 = 1 - r^2, b = h - s k and c = s h k,

    Phi2(h, k; rho) = Phi2(h, k; s) - s/(2 pi) integral_0^a exp(-b^2/(2 x^2) - c/(1 + sqrt(1 - x^2))) / sqrt(1 - x^2)
    dx,

a = sqrt(1 - rho^2); the first terms of the second factor's expansion in x are integrated exactly and the rule is left
with the smooth remainder.

References
----------
Plackett (1954), Biometrika 41, 351-360; Drezner & Wesolowsky (1990), Journal of Statistical Computation and Simulation
35, 101-107; Genz (2004), Statistics and Computing 14, 251-260.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

FAR = 37.0  # beyond it the normal distribution is 0 or 1 in double precision
STEEP = 0.925
NODES = 20
BLOCK = 1 << 18  # values of the integrand worked on at a time: 2 MB

__all__ = ["bivariate_normal_cdf", "bivariate_normal_density", "density_slope", "normal_cdf", "normal_density"]


def normal_cdf(x: ArrayLike) -> Floats:
    """Phi(x)."""
    from scipy.special import ndtr

    values: Floats = ndtr(np.asarray(x, dtype=np.float64))
    return values


def normal_density(x: ArrayLike) -> Floats:
    """phi(x); 0 at infinity."""
    x = np.asarray(x, dtype=np.float64)
    values: Floats = np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi)
    return values


def bivariate_normal_density(h: ArrayLike, k: ArrayLike, rho: ArrayLike) -> Floats:
    """phi2(h, k; rho) for finite h and k and abs(rho) < 1; arguments broadcast."""
    h, k, rho = (np.asarray(value, dtype=np.float64) for value in (h, k, rho))
    rest = 1 - rho * rho
    values: Floats = np.exp(-(h * h + k * k - 2 * rho * h * k) / (2 * rest)) / (2 * np.pi * np.sqrt(rest))
    return values


def density_slope(h: ArrayLike, k: ArrayLike, rho: ArrayLike) -> Floats:
    """d log phi2 / d rho, for finite h and k and abs(rho) < 1; arguments broadcast."""
    h, k, rho = (np.asarray(value, dtype=np.float64) for value in (h, k, rho))
    rest = 1 - rho * rho
    values: Floats = rho / rest + (h * k * (1 + rho * rho) - rho * (h * h + k * k)) / rest**2
    return values


def bivariate_normal_cdf(h: ArrayLike, k: ArrayLike, rho: ArrayLike) -> Floats:
    """P(X <= h, Y <= k) for standard normal X and Y with correlation ``rho``; arguments broadcast.

    ``h`` and ``k`` may be infinite, ``rho`` lies in [-1, 1]; the error is below 1e-14 of 1. NaN gives NaN.
    """
    arrays = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (h, k, rho)))
    first, second = (np.clip(values, -FAR, FAR).ravel() for values in arrays[:2])
    third = arrays[2].ravel()
    result = np.empty(third.size)
    step = max(1, BLOCK // NODES)
    for start in range(0, third.size, step):
        rows = slice(start, start + step)
        result[rows] = _points(first[rows], second[rows], third[rows])
    return result.reshape(arrays[0].shape)


def _points(h: Floats, k: Floats, rho: Floats) -> Floats:
    steep = np.abs(rho) >= STEEP
    if not steep.any():
        return _moderate(h, k, rho)
    result = np.empty(h.size)
    result[~steep] = _moderate(h[~steep], k[~steep], rho[~steep])
    result[steep] = _steep(h[steep], k[steep], rho[steep])
    return result


def _moderate(h: Floats, k: Floats, rho: Floats) -> Floats:
    nodes, weights = _rule()
    angle = np.arcsin(rho)
    sine = np.sin(np.multiply.outer(nodes, angle))  # (nodes, points): sums over nodes then run along the outer axis
    exponent = sine * (h * k)
    exponent -= 0.5 * (h * h + k * k)
    np.multiply(sine, sine, out=sine)
    np.subtract(1.0, sine, out=sine)
    exponent /= sine
    np.exp(exponent, out=exponent)
    values: Floats = normal_cdf(h) * normal_cdf(k) + angle / (2 * np.pi) * (weights @ exponent)
    return values


def _steep(h: Floats, k: Floats, rho: Floats) -> Floats:
    nodes, weights = _rule()
    sign = np.where(rho < 0, -1.0, 1.0)
    a = np.sqrt(np.maximum((1 - rho) * (1 + rho), 0.0))
    b = np.abs(h - sign * k)
    c = sign * h * k
    limit = np.where(
        sign > 0,
        normal_cdf(np.minimum(h, k)),
        np.where(h + k > 0, normal_cdf(np.maximum(h, k)) - normal_cdf(-np.minimum(h, k)), 0.0),
    )
    # exp(-c/(1 + sqrt(1 - x^2))) / sqrt(1 - x^2) = exp(-c/2) (1 + p x^2 + q x^4 + ...)
    p = (4 - c) / 8
    q = p * (12 - c) / 16
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(a > 0, b / a, np.inf)
        edge = np.where(a > 0, np.exp(-0.5 * (ratio * ratio + c)), 0.0)
        # J_m = integral_0^a x^m exp(-b^2/(2 x^2)) dx exp(-c/2), by parts from J_0
        tail = np.where(b > 0, np.exp(-0.5 * c) * np.sqrt(2 * np.pi) * b * normal_cdf(-ratio), 0.0)
    j0 = a * edge - tail
    j2 = (a**3 * edge - b * b * j0) / 3
    j4 = (a**5 * edge - b * b * j2) / 5
    exact = j0 + p * j2 + q * j4
    x = np.multiply.outer(nodes, a)
    square = x * x
    root = np.sqrt(1 - square)
    with np.errstate(divide="ignore", invalid="ignore"):
        peak = np.where(square > 0, -0.5 * (b * b) / square, -np.inf)
    # both terms are taken times exp(peak) before they are subtracted, so that neither can overflow
    remainder = np.exp(peak - c / (1 + root)) / root - np.exp(peak - 0.5 * c) * (1 + square * (p + q * square))
    values: Floats = limit - sign / (2 * np.pi) * (exact + a * (weights @ remainder))
    values = np.clip(values, 0.0, 1.0)
    return np.where(np.isnan(h + k + rho), np.nan, values)


@cache
def _rule() -> tuple[Floats, Floats]:
    """Gauss and Legendre's nodes and weights on (0, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return (nodes + 1) / 2, weights / 2
