"""Perception-only scales."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.design import SurveyDesign
from analysis.servperf import dimension_scores, perceived_quality
from survey.errors import SatixError

ITEMS = pd.DataFrame({"a": [1.0, 5, np.nan, np.nan], "b": [3.0, np.nan, 4, np.nan], "c": [2.0, 2, 3, np.nan]})
DIMENSIONS = {"first": ["a", "b"], "second": ["c"]}


def test_scores_and_means_by_hand() -> None:
    """Respondents: (1+3)/2 = 2, 5, 4, none: mean 11/3; second 7/3; unweighted 3."""
    assert dimension_scores(ITEMS, DIMENSIONS)[:, 0] == pytest.approx([2, 5, 4, np.nan], nan_ok=True)
    result = perceived_quality(ITEMS, DIMENSIONS)
    assert result.estimate == pytest.approx([11 / 3, 7 / 3])
    assert result.unweighted == pytest.approx(3)
    assert (result.n.tolist(), result.n_answered) == ([3, 3], 3)
    # standard error of the mean of both dimensions = that of the respondents' means 2, 3.5, 3.5
    assert result.unweighted_std_error == pytest.approx(np.std([2, 3.5, 3.5], ddof=1) / np.sqrt(3))


def test_case_weights_enter() -> None:
    design = SurveyDesign.build(case_weights=[1, 2, 1, 1])
    assert perceived_quality(ITEMS, DIMENSIONS, design).estimate[0] == pytest.approx((2 + 10 + 4) / 4)


def test_unknown_items_and_empty_dimensions_are_refused() -> None:
    with pytest.raises(SatixError, match="z"):
        perceived_quality(ITEMS, {"first": ["z"]})
    with pytest.raises(SatixError, match="first"):
        perceived_quality(ITEMS, {"first": []})


def test_table_and_summary() -> None:
    result = perceived_quality(ITEMS, DIMENSIONS)
    assert result.to_frame().loc["second", "n"] == 3
    assert "n = 3" in result.summary()
