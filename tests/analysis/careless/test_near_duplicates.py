"""Near-duplicates: by eye, against comparing each pair, and in blocks of any size."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.careless.near_duplicates import largest_match

MISSING = -9


def test_by_eye():
    """Nine of ten alike; a missing answer leaves nine to compare, all alike; a stranger shares none."""
    one = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]
    rows = [one, [*one[:9], 4], [6] * 10, [MISSING, *one[1:]]]
    found, other = largest_match(np.array(rows, dtype=np.int16).T.copy(), least=9)
    assert found.values.tolist() == [1.0, 0.9, 0.0, 1.0]
    assert found.basis[[0, 1, 3]].tolist() == [9, 10, 9]
    assert other[[0, 1, 3]].tolist() == [3, 0, 0]


@pytest.mark.parametrize("megabytes", [0, 1, 64])
def test_against_every_pair(megabytes: int):
    """Blocks of one row or of all give what comparing one by one gives."""
    rng = np.random.default_rng(8)
    codes = rng.integers(1, 4, size=(30, 60)).astype(np.int16)
    codes[rng.random(codes.shape) < 0.15] = MISSING
    found, other = largest_match(codes, least=20, megabytes=megabytes)
    for person in range(60):
        shares = {}
        for stranger in range(60):
            both = (codes[:, person] > 0) & (codes[:, stranger] > 0)
            if stranger != person and both.sum() >= 20:
                shares[stranger] = (codes[both, person] == codes[both, stranger]).mean()
        if (codes[:, person] > 0).sum() < 20 or not shares:
            assert not found.judged[person]
            continue
        assert found.values[person] == pytest.approx(max(shares.values()))
        assert shares[int(other[person])] == pytest.approx(max(shares.values()))


def test_when_nobody_is_compared():
    """Too many respondents, too few questions, one respondent."""
    codes = np.ones((30, 5), dtype=np.int16)
    assert largest_match(codes, limit=4)[0].reason == "too_many_respondents"
    assert largest_match(codes[:10])[0].reason == "too_few_items"
    assert largest_match(codes[:, :1])[0].reason == "too_few_respondents"
    assert largest_match(codes)[0].values.tolist() == [1.0] * 5
