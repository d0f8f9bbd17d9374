"""The symmetric interval."""

from __future__ import annotations

import math

import pytest

from analysis.wald_interval import wald_interval
from survey.errors import SatixError


def test_normal_and_t_quantiles() -> None:
    """z(.975) = 1.959964; t(.975, 7) = 2.364624 (tables)."""
    assert wald_interval(10, 2) == pytest.approx((10 - 3.919928, 10 + 3.919928), abs=1e-6)
    assert wald_interval(10, 2, df=7) == pytest.approx((10 - 4.729248, 10 + 4.729248), abs=1e-6)
    assert wald_interval(0, 1, confidence=0.9)[1] == pytest.approx(1.644854, abs=1e-6)


def test_undefined_and_refused() -> None:
    assert all(math.isnan(bound) for bound in wald_interval(1, math.nan))
    assert all(math.isnan(bound) for bound in wald_interval(1, 1, df=0))
    with pytest.raises(SatixError, match="strictly between"):
        wald_interval(1, 1, confidence=95)
