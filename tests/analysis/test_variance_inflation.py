"""Variance inflation from correlations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.variance_inflation import variance_inflation
from survey.errors import InsufficientDataError


def test_two_components_by_hand() -> None:
    """VIF = 1 / (1 - r^2) for both: r = .6 gives 1.5625."""
    x = np.array([1.0, -1.0, 1.0, -1.0])
    e = np.array([1.0, 1.0, -1.0, -1.0])
    found = variance_inflation(pd.DataFrame({"a": x, "b": 0.6 * x + 0.8 * e}))
    assert found == pytest.approx({"a": 1.5625, "b": 1.5625})


def test_agrees_with_the_regression_of_each_on_the_others() -> None:
    """1 / (1 - R^2)."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(60, 4)) + rng.normal(size=(60, 1))
    found = variance_inflation(pd.DataFrame(x, columns=list("abcd")))
    for j, name in enumerate("abcd"):
        others = np.column_stack([np.ones(60), np.delete(x, j, axis=1)])
        residual = x[:, j] - others @ np.linalg.lstsq(others, x[:, j], rcond=None)[0]
        assert found[name] == pytest.approx(((x[:, j] - x[:, j].mean()) ** 2).sum() / (residual**2).sum())


def test_a_component_that_follows_from_the_others_has_no_bound() -> None:
    """Those involved are infinite."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(30, 2))
    found = variance_inflation(pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "sum": x.sum(axis=1)}))
    assert all(np.isinf(value) for value in found.values())


def test_what_cannot_be_judged_is_refused() -> None:
    """One component, or one without variance."""
    with pytest.raises(InsufficientDataError):
        variance_inflation(pd.DataFrame({"a": [1.0, 2.0, 3.0]}))
    with pytest.raises(InsufficientDataError):
        variance_inflation(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 1.0, 1.0]}))
