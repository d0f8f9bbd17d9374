"""Variation within the person and repeating patterns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.careless.variability import individual_variability, repeating_pattern

NAN = np.nan


def test_irv_by_hand():
    """1 2 3 4: deviations -1.5 -0.5 0.5 1.5, squares 5, root of 5 / 3 = 1.290994; all alike 0; 1 5: root of 8."""
    answers = np.array([[1.0, 2.0, 3.0, 4.0], [3.0, 3.0, 3.0, 3.0], [1.0, 5.0, NAN, NAN], [1.0, NAN, NAN, NAN]])
    found = individual_variability(answers, least=2)
    assert found.values[:3] == pytest.approx([1.2909944487, 0.0, 2.8284271247])
    assert np.isnan(found.values[3])
    assert found.basis.tolist() == [4, 4, 2, 1]
    assert found.n_judged == 3


def test_too_few_items_judge_nobody():
    """And say so."""
    found = individual_variability(np.ones((3, 4)))
    assert (found.n_judged, found.reason) == (0, "too_few_items")
    assert "nobody of 3" in found.summary()


@given(arrays(np.float64, (7, 12), elements=st.integers(1, 5).map(float)))
def test_irv_is_that_of_numpy_and_knows_no_direction(answers: np.ndarray):
    """Turning every answer round changes nothing."""
    found = individual_variability(answers)
    assert found.values == pytest.approx(answers.std(axis=1, ddof=1))
    assert individual_variability(6 - answers).values == pytest.approx(found.values)


def test_a_zigzag_repeats_at_its_period():
    """1-2-3-2-1-2-3-2 ... has period four: the answers and those four later are the same, r = 1."""
    zigzag = np.tile([1.0, 2.0, 3.0, 2.0], 8)
    found, lag = repeating_pattern(zigzag[None, :])
    assert found.values[0] == pytest.approx(1.0)
    assert lag.tolist() == [4]
    assert found.basis.tolist() == [28]


def test_the_correlation_is_that_of_the_pairs_at_the_lag():
    """With numpy as the witness, missing answers dropped in pairs."""
    rng = np.random.default_rng(3)
    answers = rng.integers(1, 6, size=(5, 40)).astype(float)
    answers[0, 7] = NAN
    found, lag = repeating_pattern(answers, lags=6)
    for person in range(5):
        by_lag = []
        for step in range(1, 7):
            x, y = answers[person, :-step], answers[person, step:]
            both = ~np.isnan(x + y)
            by_lag.append(np.corrcoef(x[both], y[both])[0, 1])
        assert found.values[person] == pytest.approx(max(by_lag))
        assert lag[person] == 1 + int(np.argmax(by_lag))


def test_equal_answers_and_short_questionnaires_cannot_be_judged():
    """Without variation there is no correlation; twenty answers hold no twenty pairs."""
    found, lag = repeating_pattern(np.full((2, 40), 3.0))
    assert (found.n_judged, lag.tolist(), found.reason) == (0, [0, 0], None)
    assert repeating_pattern(np.ones((2, 20)))[0].reason == "too_few_items"
