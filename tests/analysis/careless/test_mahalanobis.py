"""Mahalanobis distance: by hand, against the definition, and with missing answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.careless.mahalanobis import mahalanobis_distance

NAN = np.nan


def test_by_hand():
    """Four corners, the centre twice: variances 4 / 5, no covariance; a corner is 2 / 0.8 = 2.5 away, p = e^-1.25."""
    scores = np.array([[0.0, 0], [2, 0], [0, 2], [2, 2], [1, 1], [1, 1]])
    found, p_value = mahalanobis_distance(scores, least=2)
    assert found.values == pytest.approx([2.5, 2.5, 2.5, 2.5, 0, 0], abs=1e-12)
    assert p_value[:4] == pytest.approx([math.exp(-1.25)] * 4)
    assert p_value[4:] == pytest.approx([1.0, 1.0])


@pytest.fixture
def answers() -> np.ndarray:
    """Three hundred respondents on eight items that share a factor."""
    rng = np.random.default_rng(2)
    return np.asarray(np.rint(4 + rng.normal(size=(300, 1)) + rng.normal(size=(300, 8))))


def test_the_definition_on_complete_answers(answers: np.ndarray):
    """(x - m)' S^-1 (x - m); turning an item round or stretching it changes nothing."""
    deviation = answers - answers.mean(axis=0)
    wanted = np.einsum("ij,jk,ik->i", deviation, np.linalg.inv(np.cov(answers.T)), deviation)
    found, _ = mahalanobis_distance(answers)
    assert found.values == pytest.approx(wanted)
    assert found.values.sum() == pytest.approx(299 * 8), "(n - 1) p"
    turned = answers.copy()
    turned[:, 3] = 8 - 2 * turned[:, 3]
    assert mahalanobis_distance(turned)[0].values == pytest.approx(wanted)


def test_missing_answers_are_left_out_of_the_distance(answers: np.ndarray):
    """Each respondent within the items answered, with as many degrees of freedom; half of the items are needed."""
    rng = np.random.default_rng(4)
    answers[rng.random(answers.shape) < 0.1] = NAN
    answers[0, 3:] = NAN
    found, p_value = mahalanobis_distance(answers)
    given = ~np.isnan(answers)
    mean = np.nanmean(answers, axis=0)
    centred = np.where(given, answers - mean, 0.0)
    covariance = centred.T @ centred / (given.T.astype(float) @ given - 1)
    for person in range(1, 300):
        kept = given[person]
        if not found.judged[person]:
            assert kept.sum() < 5
            continue
        part = centred[person, kept]
        assert found.values[person] == pytest.approx(part @ np.linalg.inv(covariance[np.ix_(kept, kept)]) @ part)
        assert found.basis[person] == kept.sum()
    assert not found.judged[0]
    assert np.isnan(p_value[0])


def test_when_nobody_is_judged(answers: np.ndarray):
    """Too few respondents, an item that follows from the others, hardly any items."""
    assert mahalanobis_distance(answers[:23])[0].reason == "too_few_respondents"
    assert mahalanobis_distance(np.column_stack([answers, answers.sum(axis=1)]))[0].reason == "singular"
    assert mahalanobis_distance(answers[:, :4])[0].reason == "too_few_items"
    assert mahalanobis_distance(np.full((50, 8), NAN))[0].reason == "too_few_items"
    constant = np.column_stack([answers, np.full(300, 3.0)])
    assert mahalanobis_distance(constant)[0].values == pytest.approx(mahalanobis_distance(answers)[0].values)
