"""Zone of tolerance from means and from respondents."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.design import SurveyDesign
from analysis.zone_of_tolerance import tolerance_zone, zone_of_tolerance
from survey.errors import SatixError


def test_means_by_hand() -> None:
    """7.0 between 6.2 and 8.1: .8 above the minimum, 1.1 below the desired level, 80/1.9 = 42.1 % of the way."""
    result = tolerance_zone([7.0, 5.6, 8.6], [6.2, 5.8, 6.5], [8.1, 7.9, 8.4])
    assert result.adequacy == pytest.approx([0.8, -0.2, 2.1])
    assert result.superiority == pytest.approx([-1.1, -2.3, 0.2])
    assert result.position == pytest.approx([80 / 1.9, -20 / 2.1, 210 / 1.9])
    assert result.status == ("within", "below", "above")


def test_ends_are_within_and_an_inverted_or_empty_zone_has_no_position() -> None:
    result = tolerance_zone([6.0, 8.0, 7.0, 7.0, np.nan], [6, 6, 7, 8, 6], [8, 8, 7, 6, 8])
    assert result.status == ("within", "within", "within", "undefined", "undefined")
    assert np.isnan(result.position[2:]).all()


def test_respondents_give_paired_tests_and_the_share_that_contradicts_itself() -> None:
    rng = np.random.default_rng(3)
    low = pd.DataFrame({"a": rng.integers(3, 6, 30), "b": rng.integers(3, 6, 30)}, dtype=float)
    high, seen = low + 2, low + rng.integers(-1, 4, (30, 2))
    high.loc[0, "a"] = 1.0
    seen.loc[1, "b"] = np.nan
    result = zone_of_tolerance(seen, low, high, confidence=0.9)
    witness = stats.ttest_rel(seen["a"], low["a"]).confidence_interval(0.9)
    assert (result.adequacy_lower[0], result.adequacy_upper[0]) == pytest.approx((witness.low, witness.high))
    assert result.inverted_share == pytest.approx([1 / 30, 0])
    assert result.n.tolist() == [30, 29]
    width = (high - low)[seen["b"].notna()]["b"].mean()
    assert result.position[1] == pytest.approx(100 * result.adequacy[1] / width)
    weighted = zone_of_tolerance(seen, low, high, SurveyDesign.build(case_weights=np.arange(1, 31)))
    assert weighted.adequacy[0] == pytest.approx(np.average((seen - low)["a"], weights=np.arange(1, 31)))


def test_shapes_must_agree() -> None:
    with pytest.raises(SatixError, match="same rows"):
        tolerance_zone([1, 2], [1], [2, 3])
    frame = pd.DataFrame({"a": [1.0]})
    with pytest.raises(SatixError, match="same rows"):
        zone_of_tolerance(frame, frame, frame.rename(columns={"a": "b"}).assign(c=1))


def test_table_and_summary() -> None:
    result = tolerance_zone([7.0, 5.6], [6.2, 5.8], [8.1, 7.9], items=("speed", "care"))
    assert result.to_frame().loc["care", "status"] == "below"
    assert result.summary() == "2 items: 1 below, 1 within, 0 above"
