"""Before and after without a control group."""

from __future__ import annotations

import math

import pytest

from analysis.before_after import before_after
from analysis.change import WaveSummary


def test_change_and_claim_by_hand() -> None:
    """5.3 / sqrt(18^2/1500 + 16^2/1500) = 5.3 / 0.621825 = 8.5233; d = 5.3 / sqrt((324 + 256)/2); 5.3/81.2 = 6.5 %."""
    result = before_after(WaveSummary(mean=81.2, sd=18, n=1500), WaveSummary(mean=86.5, sd=16, n=1500))
    assert result.change.statistic == pytest.approx(8.52329465, abs=1e-6)
    assert result.change.cohens_d == pytest.approx(5.3 / math.sqrt(290))
    assert result.relative_change == pytest.approx(0.065270936, abs=1e-8)
    assert result.design_claim == "uncontrolled_before_after"
    assert result.to_frame().loc[0, "design_claim"] == "uncontrolled_before_after"
    assert "uncontrolled" in result.summary()


def test_from_zero_there_is_no_relative_change() -> None:
    result = before_after(WaveSummary(mean=0, sd=1, n=20), WaveSummary(mean=1, sd=1, n=20), variances="pooled")
    assert math.isnan(result.relative_change)
    assert result.change.method == "pooled"
