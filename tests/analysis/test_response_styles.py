"""Response styles and their correction; Tucker's phi."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.factor_congruence import tucker_phi
from analysis.response_styles import regress_out_styles, response_styles
from survey.errors import InsufficientDataError, SatixError


def test_styles_by_hand() -> None:
    """5, 5, 4, 5, 1, 5: ends 5 of 6, above 5 of 6, below 1 of 6; mean 25/6; sum of squares 117 - 625/6 = 77/6."""
    found = response_styles([[5, 5, 4, 5, 1, 5], [3, 3, 2, 3, 4, 3]], scale=(1, 5))
    assert found.ers[0] == pytest.approx(5 / 6)
    assert found.netars[0] == pytest.approx(4 / 6)
    assert found.mrs[1] == pytest.approx(4 / 6)
    assert found.ipsatised[0, 0] == pytest.approx(5 - 25 / 6)
    assert found.within_standardised[0, 0] == pytest.approx((5 - 25 / 6) / np.sqrt(77 / 6 / 5))
    population = response_styles([[5, 5, 4, 5, 1, 5]], scale=(1, 5), divisor="n")
    assert population.within_standardised[0, 0] == pytest.approx((5 - 25 / 6) / np.sqrt(77 / 36))


def test_missing_answers_straight_lines_and_nobody() -> None:
    found = response_styles([[4, np.nan, 4], [np.nan, np.nan, np.nan], [1, 5, np.nan]], scale=(1, 5))
    assert found.straight_line.tolist() == [True, False, False]
    assert found.ers[2] == 1.0
    assert np.isnan(found.ers[1])
    assert np.isnan(found.within_standardised[0]).all()
    assert (found.n, found.dropped) == (2, 1)
    with pytest.raises(InsufficientDataError):
        response_styles([[np.nan]], scale=(1, 5))
    with pytest.raises(SatixError):
        response_styles([[6]], scale=(1, 5))


def test_an_even_scale_has_no_midpoint() -> None:
    found = response_styles([[3, 4]], scale=(1, 6))
    assert not found.has_midpoint
    assert found.mrs[0] == 0
    assert response_styles([[3, 4]], scale=(0, 10)).has_midpoint


@given(st.lists(st.lists(st.integers(1, 5), min_size=4, max_size=4), min_size=2, max_size=20))
def test_shares_add_up_and_turning_the_scale_swaps_them(rows: list[list[int]]) -> None:
    found, turned = response_styles(rows, scale=(1, 5)), response_styles(6 - np.array(rows), scale=(1, 5))
    assert found.ars + found.drs + found.mrs == pytest.approx(1.0)
    assert turned.ars == pytest.approx(found.drs)
    assert turned.ers == pytest.approx(found.ers)
    assert found.ipsatised.sum(axis=1) == pytest.approx(0.0, abs=1e-12)


def test_styles_by_group() -> None:
    table = response_styles([[5, 1], [3, 3], [5, 5]], scale=(1, 5)).group_frame(["x", "y", "x"])
    assert table.loc["x", "ers"] == 1.0
    assert table.loc["y", "n"] == 1


def test_regression_takes_a_style_out() -> None:
    rng = np.random.default_rng(9)
    other = pd.DataFrame(rng.integers(1, 6, (200, 12)))
    habit = response_styles(other, scale=(1, 5)).netars
    item = pd.DataFrame({"q": np.clip(3 + 4 * habit + 0.3 * rng.normal(size=200), 1, 5)})
    found = regress_out_styles(item, scale=(1, 5), styles=["netars"], style_items=other)
    assert found.r_squared[0] > 0.8
    assert np.corrcoef(found.scores[:, 0], habit)[0, 1] == pytest.approx(0, abs=1e-10)
    assert found.scores.mean() == pytest.approx(item["q"].mean())
    assert not found.findings


def test_styles_of_the_same_items_are_a_finding_and_constants_are_refused() -> None:
    frame = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (40, 6)))
    found = regress_out_styles(frame, scale=(1, 5))
    assert [finding.code for finding in found.findings] == ["analysis.styles_from_same_items"]
    assert all(finding.message(language) for finding in found.findings for language in ("en", "zh"))
    with pytest.raises(InsufficientDataError):
        regress_out_styles(frame, scale=(1, 5), style_items=frame * 0 + 3)
    with pytest.raises(InsufficientDataError):
        regress_out_styles(frame.head(2), scale=(1, 5))


def test_congruence_by_hand() -> None:
    """(1, 2) with (2, 1): 4 / 5; with itself 1; factors of a matrix one by one."""
    assert tucker_phi([1, 2], [2, 1]).estimate == pytest.approx(0.8)
    assert tucker_phi([1, 2], [2, 1]).reading == "different"
    same = tucker_phi([[0.8, 0.1], [0.7, 0.0], [0.0, 0.6]], [[0.8, 0.1], [0.7, 0.0], [0.0, 0.6]])
    assert np.diagonal(same.phi) == pytest.approx(1.0)
    assert same.reading == "equal"
    with pytest.raises(SatixError):
        tucker_phi([1, 2], [1, 2, 3])
    with pytest.raises(InsufficientDataError):
        tucker_phi([0, 0], [1, 2])
