"""The bivariate normal distribution: against known values, another integral, and its own identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr

from analysis.correlations.bivariate_normal import (
    bivariate_normal_cdf,
    bivariate_normal_density,
    density_slope,
    normal_density,
)

POINTS = st.floats(-4, 4)
CORRELATIONS = st.floats(-1, 1)


@pytest.mark.parametrize("rho", [-0.999, -0.95, -0.9, -0.3, 0.0, 0.5, 0.92, 0.93, 0.99, 0.99999])
def test_probability_of_a_quadrant_is_sheppards(rho: float) -> None:
    """Sheppard (1899): P(X <= 0, Y <= 0) = 1/4 + asin(rho) / (2 pi)."""
    assert bivariate_normal_cdf(0, 0, rho) == pytest.approx(0.25 + np.arcsin(rho) / (2 * np.pi), abs=1e-14)


@pytest.mark.parametrize(
    ("h", "k", "rho"),
    [(1.2, -0.4, 0.3), (-2.0, 0.7, -0.8), (0.5, 0.45, 0.96), (-1.1, 1.0, -0.97), (2.5, 2.5, 0.9), (0.3, -1.7, 0.995)],
)
def test_agrees_with_the_integral_over_one_variable(h: float, k: float, rho: float) -> None:
    """P = integral of phi(x) Phi((k - rho x) / sqrt(1 - rho^2)) up to h, by adaptive quadrature."""
    spread = np.sqrt(1 - rho**2)
    breaks = [point for point in (k / rho - 3 * spread, k / rho, k / rho + 3 * spread) if -9 < point < h]
    value, _ = quad(
        lambda x: normal_density(x) * ndtr((k - rho * x) / spread), -9, h, points=breaks, epsabs=1e-14, limit=200
    )
    assert bivariate_normal_cdf(h, k, rho) == pytest.approx(value, abs=1e-12)


@given(POINTS, POINTS, CORRELATIONS)
def test_identities_hold(h: float, k: float, rho: float) -> None:
    """Symmetry in the variables, and Phi2(h, k; rho) + Phi2(h, -k; -rho) = Phi(h)."""
    value = bivariate_normal_cdf(h, k, rho)
    assert value == pytest.approx(float(bivariate_normal_cdf(k, h, rho)), abs=1e-14)
    assert value + bivariate_normal_cdf(h, -k, -rho) == pytest.approx(ndtr(h), abs=1e-13)


def test_limits_are_exact() -> None:
    found = bivariate_normal_cdf([np.inf, -np.inf, 0.4, 0.4, -1.0], [0.3, 0.2, 0.9, 0.9, 0.5], [0.5, 0.99, 1, -1, -1])
    expected = [ndtr(0.3), 0.0, ndtr(0.4), ndtr(0.4) + ndtr(0.9) - 1, 0.0]
    assert found == pytest.approx(expected, abs=1e-15)
    assert np.isnan(bivariate_normal_cdf(0.0, np.nan, 0.3))
    assert np.isnan(bivariate_normal_cdf(0.0, np.nan, 0.99))


def test_density_is_the_slope_of_the_distribution_in_rho() -> None:
    """Plackett's identity, and the derivative of the density itself."""
    h, k, rho, step = 0.7, -0.2, 0.4, 1e-5
    slope = (bivariate_normal_cdf(h, k, rho + step) - bivariate_normal_cdf(h, k, rho - step)) / (2 * step)
    assert slope == pytest.approx(float(bivariate_normal_density(h, k, rho)), rel=1e-8)
    up, down = (np.log(bivariate_normal_density(h, k, rho + side * step)) for side in (1, -1))
    assert (up - down) / (2 * step) == pytest.approx(float(density_slope(h, k, rho)), rel=1e-8)
