"""Consistency within the person, with the arithmetic written out."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.careless.consistency import even_odd, psychometric_pairs, psychometric_synonyms, reversed_pairs

NAN = np.nan
R = 12 / 252**0.5
"""Correlation of (1, 2, 4) and (2, 3, 3): products of deviations 12/9, squares 42/9 and 6/9; 0.755929."""


def test_even_odd_by_hand():
    """Halves (1, 2, 4) and (2, 3, 3) over three scales: r = .755929, corrected 2r / (1 + r) = .861002."""
    scores = np.array([[1.0, 2, 2, 3, 4, 3], [1, 1, 2, 2, 3, 3], [1, 3, 2, 2, 3, 1], [2, 1, 2, 2, 2, 3]])
    found = even_odd(scores, [[0, 1], [2, 3], [4, 5]], least_scales=3)
    assert found.values[:2] == pytest.approx([2 * R / (1 + R), 1.0])
    assert found.values[0] == pytest.approx(0.861002, abs=1e-6)
    assert found.values[2] == -1.0, "opposed halves are not below -1"
    assert np.isnan(found.values[3]), "a half without variation has no correlation"


def test_halves_are_the_items_in_turn():
    """Items 1 and 3 against 2: (1 + 3) / 2 = 2, so the halves are those of the case above."""
    scores = np.array([[0.0, 2, 2, 1, 3, 3, 4, 3, 4]])
    found = even_odd(scores, [[0, 1, 2], [3, 4, 5], [6, 7, 8]], least_scales=3)
    assert found.values == pytest.approx([2 * R / (1 + R)])


def test_even_odd_needs_scales():
    """Scales of one item count for nothing; what a respondent left out does not either."""
    scores = np.array([[1.0, 2, 2, 3, 4, 3], [1, 2, 2, 3, 4, NAN]])
    assert even_odd(scores, [[0, 1], [2, 3], [4]], least_scales=3).reason == "too_few_scales"
    found = even_odd(scores, [[0, 1], [2, 3], [4, 5]], least_scales=3)
    assert found.judged.tolist() == [True, False]
    assert found.basis.tolist() == [3, 2]


def _pairs(sign: float) -> np.ndarray:
    """Sixty respondents on three pairs of items that go together, or oppose, and are otherwise unrelated."""
    rng = np.random.default_rng(11)
    first = rng.permuted(np.tile([1.0, 2, 3, 4, 5], (3, 12)), axis=1)
    second = first if sign > 0 else 6 - first
    return np.column_stack([first[0], second[0], first[1], second[1], first[2], second[2]])


def test_synonyms_by_hand():
    """The last respondent answers the three pairs 1-2, 2-3 and 4-3: r = .755929. Everybody else agrees exactly."""
    scores = np.vstack([_pairs(1), [1.0, 2, 2, 3, 4, 3], [3.0, 3, 3, 3, 3, 3], [1.0, 2, 2, 3, 4, NAN]])
    found, pairs = psychometric_synonyms(scores, least_pairs=3)
    assert pairs == [(0, 1), (2, 3), (4, 5)]
    assert found.values[60] == pytest.approx(R)
    assert np.isnan(found.values[61:]).all(), "no variation; two pairs left"
    assert found.values[:60][found.judged[:60]] == pytest.approx(1.0)
    assert psychometric_synonyms(scores, least_pairs=4)[0].reason == "too_few_pairs"


def test_antonyms_by_hand():
    """The same with the second of each pair turned round: 1-4, 2-3 and 4-3 correlate -.755929."""
    scores = np.vstack([_pairs(-1), [1.0, 4, 2, 3, 4, 3]])
    found, pairs = psychometric_synonyms(scores, critical=-0.6, least_pairs=3)
    assert pairs == [(0, 1), (2, 3), (4, 5)]
    assert found.values[60] == pytest.approx(-R)
    assert found.name == "antonyms"
    assert psychometric_synonyms(scores, least_pairs=3)[0].reason == "too_few_pairs"


def test_synonyms_against_the_definition():
    """Numpy's correlation of every respondent's pairs, with missing answers, on metrics that do not start at zero."""
    rng = np.random.default_rng(5)
    mood = rng.normal(size=(200, 1))
    scores = np.clip(np.rint(103 + mood + 0.7 * rng.normal(size=(200, 9))), 101, 105)
    scores[rng.random(scores.shape) < 0.1] = NAN
    found, pairs = psychometric_synonyms(scores, critical=0.5)
    assert len(pairs) > 10
    for person in range(200):
        x, y = (scores[person, [pair[side] for pair in pairs]] for side in (0, 1))
        both = ~np.isnan(x + y)
        if found.judged[person]:
            assert found.values[person] == pytest.approx(np.corrcoef(x[both], y[both])[0, 1], abs=1e-9)
        else:
            assert both.sum() < 5 or x[both].std() == 0 or y[both].std() == 0
    order = rng.permutation(200)
    again, _ = psychometric_synonyms(scores[order], critical=0.5)
    assert again.values == pytest.approx(found.values[order], nan_ok=True)


def test_too_few_respondents_have_no_synonyms():
    """Forty-nine are one too few; items nobody varies on pair with none."""
    assert psychometric_synonyms(_pairs(1)[:49], least_pairs=3)[0].reason == "too_few_respondents"
    assert psychometric_pairs(np.full((60, 3), 2.0)) == []


def test_reversed_pairs_by_hand():
    """Five points as shares 0, .25, ... 1, turned round already: 1 against 4 is 3 apart, 2 against 4 is 2 apart."""
    five = {answer: (answer - 1) / 4 for answer in range(1, 6)}
    scores = np.array(
        [[five[1], five[4], five[2], five[4]], [five[1], five[5], five[5], five[1]], [five[1], NAN, 0, 0]]
    )
    found = reversed_pairs(scores, [(0, 1), (2, 3)])
    assert found.values[:2].tolist() == [0.5, 1.0]
    assert np.isnan(found.values[2]), "one pair left"
    assert reversed_pairs(scores, [(0, 1)]).reason == "too_few_pairs"


@pytest.mark.parametrize(("steps", "apart", "against"), [(5, 2, False), (5, 3, True), (7, 3, False), (7, 4, True)])
def test_the_distance_goes_with_the_length_of_the_scale(steps: int, apart: int, against: bool):
    """|x - (min + max - y)| > 2 on five points is more than half of the scale: more than three on seven."""
    share = apart / (steps - 1)
    found = reversed_pairs(np.array([[0.0, share, 0.0, 0.0]]), [(0, 1), (2, 3)])
    assert found.values.tolist() == [0.5 if against else 0.0]
