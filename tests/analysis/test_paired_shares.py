"""Two shares of the same respondents, against statsmodels and a hand calculation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from analysis.paired_shares import paired_shares
from survey.errors import InsufficientDataError, SatixError


def answers(both: int, lost: int, gained: int, neither: int) -> Any:
    first = np.repeat([1.0, 1, 0, 0], [both, lost, gained, neither])
    return first, np.repeat([1.0, 0, 1, 0], [both, lost, gained, neither])


def test_mcnemar_by_hand_and_by_statsmodels() -> None:
    """25 lost, 15 gained of 200: chi2 = 100/40 = 2.5, corrected 81/40 = 2.025; difference -10/200 = -0.05."""
    result = paired_shares(*answers(100, 25, 15, 60))
    assert (result.chi_square, result.chi_square_continuity, result.estimate) == pytest.approx((2.5, 2.025, -0.05))
    table = [[100, 25], [15, 60]]
    assert result.p_value == pytest.approx(mcnemar(table, exact=False, correction=False).pvalue)
    assert result.p_continuity == pytest.approx(mcnemar(table, exact=False, correction=True).pvalue)
    assert result.p_exact == pytest.approx(mcnemar(table, exact=True).pvalue)
    # Var = (40/200 - 0.05^2)/200 = 0.0009875
    assert result.std_error == pytest.approx(np.sqrt(0.0009875))
    assert (result.count_1, result.count_2) == (125, 115)
    assert result.upper - result.lower == pytest.approx(2 * 1.959963984540054 * result.std_error)


def test_missing_answers_are_dropped_and_no_discordance_is_undefined() -> None:
    result = paired_shares([1, 0, np.nan, 1], [1, 0, 1, np.nan])
    assert (result.n, result.n_dropped, result.p_exact) == (2, 2, 1.0)
    assert np.isnan([result.chi_square, result.p_value]).all()


def test_refusals() -> None:
    with pytest.raises(SatixError, match="other than 0 and 1"):
        paired_shares([1, 2], [0, 1])
    with pytest.raises(SatixError, match="same rows"):
        paired_shares([1, 0], [0])
    with pytest.raises(InsufficientDataError):
        paired_shares([np.nan], [1])


def test_table_and_summary() -> None:
    result = paired_shares(*answers(100, 25, 15, 60))
    assert result.to_frame().loc[0, "gained"] == 15
    assert result.summary().startswith("62.5% to 57.5%")
