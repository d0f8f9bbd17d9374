"""Heterotrait-monotrait ratios."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.heterotrait_monotrait import heterotrait_monotrait
from survey.errors import InsufficientDataError

ITEMS = ["a1", "a2", "b1", "b2", "b3"]
MATRIX = np.array(
    [
        [1, 0.6, 0.3, 0.2, -0.4],
        [0.6, 1, 0.3, 0.2, 0.1],
        [0.3, 0.3, 1, 0.5, 0.4],
        [0.2, 0.2, 0.5, 1, 0.3],
        [-0.4, 0.1, 0.4, 0.3, 1],
    ]
)
CONSTRUCTS = {"a": ["a1", "a2"], "b": ["b1", "b2", "b3"]}


def test_ratio_of_mean_absolute_correlations() -> None:
    """Between: (.3 + .2 + .4 + .3 + .2 + .1) / 6 = .25; within: .6 and (.5 + .4 + .3) / 3 = .4."""
    ratios = heterotrait_monotrait(MATRIX, ITEMS, CONSTRUCTS).ratios
    assert ratios[1, 0] == pytest.approx(0.25 / np.sqrt(0.6 * 0.4))


def test_htmt2_takes_geometric_means() -> None:
    between = (0.3 * 0.2 * 0.4 * 0.3 * 0.2 * 0.1) ** (1 / 6)
    within = (0.5 * 0.4 * 0.3) ** (1 / 3)
    result = heterotrait_monotrait(MATRIX, ITEMS, CONSTRUCTS, kind="htmt2")
    assert result.ratios[0, 1] == pytest.approx(between / np.sqrt(0.6 * within))
    assert "(a, b)" in result.summary()


def test_single_items_have_no_ratio() -> None:
    result = heterotrait_monotrait(MATRIX, ITEMS, {"a": ["a1"], "b": ["b1", "b2"]})
    assert np.isnan(result.ratios[0, 1])
    assert "undefined" in result.summary()


def test_unknown_items_are_refused() -> None:
    with pytest.raises(InsufficientDataError, match="zz"):
        heterotrait_monotrait(MATRIX, ITEMS, {"a": ["zz"]})
