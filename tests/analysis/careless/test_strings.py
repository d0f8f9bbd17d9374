"""Strings of equal answers: by eye, against run-length encoding, and what they do not depend on."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.careless.strings import answer_strings

MISSING = -9


def _of(rows: list[list[int]]) -> np.ndarray:
    return np.array(rows, dtype=np.int16).T.copy()


def test_longest_and_average_by_eye():
    """1 1 2 2 2 3: strings of 2, 3 and 1, so 3 and 6 / 3 = 2; six different answers: 1 and 1; all alike: 6 and 6."""
    found = answer_strings(_of([[1, 1, 2, 2, 2, 3], [1, 2, 3, 4, 5, 1], [4] * 6]), [range(6)])
    assert found.longest.tolist() == [3, 1, 6]
    assert found.average.tolist() == [2.0, 1.0, 6.0]
    assert found.flagged.tolist() == [False, False, True]
    assert found.judged.all()


def test_a_string_ends_with_its_block():
    """Three and three alike in two blocks are strings of three."""
    found = answer_strings(_of([[2] * 6]), [range(3), range(3, 6)])
    assert (found.longest.tolist(), found.average.tolist()) == ([3], [3.0])
    assert not found.judged.any()


def test_missing_answers_are_passed_over():
    """2 - 2 2 is a string of three in three answers; nobody without answers is judged."""
    found = answer_strings(_of([[2, MISSING, 2, 2], [MISSING] * 4]), [range(4)], least=3)
    assert found.longest.tolist() == [3, 0]
    assert found.average[0] == 3.0
    assert np.isnan(found.average[1])
    assert found.judged.tolist() == [True, False]


@pytest.mark.parametrize(("run", "size", "flagged"), [(6, 12, True), (5, 12, False), (6, 13, False), (7, 13, True)])
def test_half_of_the_block_and_at_least_six(run: int, size: int, flagged: bool):
    """A string of six fills half of twelve rows, not of thirteen; five are too few whatever the block."""
    answers = [4] * run + [1 + place % 2 for place in range(size - run)]
    assert answer_strings(_of([answers]), [range(size)]).flagged.tolist() == [flagged]


def test_a_matrix_of_fewer_than_six_rows_never_flags_alone():
    """Five rows of one answer say nothing, however many such matrices there are."""
    found = answer_strings(_of([[5] * 20]), [range(start, start + 5) for start in range(0, 20, 5)])
    assert not found.flagged.any()
    assert not found.judged.any()


@given(st.lists(st.lists(st.integers(0, 3), min_size=8, max_size=8), min_size=1, max_size=12))
def test_against_run_length_encoding(table: list[list[int]]):
    """Whatever the answers (0 missing): the runs of what is left when missing answers are taken out."""
    codes = np.where(np.array(table) == 0, MISSING, np.array(table)).astype(np.int16).T.copy()
    found = answer_strings(codes, [range(8)])
    for person, row in enumerate(table):
        runs = [len(list(run)) for _, run in groupby(answer for answer in row if answer)]
        assert found.longest[person] == max(runs, default=0)
        assert found.answered[person] == sum(runs)
        if runs:
            assert found.average[person] == pytest.approx(sum(runs) / len(runs))
    turned = answer_strings(np.where(codes > 0, 4 - codes, codes).astype(np.int16), [range(8)])
    assert (turned.longest == found.longest).all()


def test_frame_and_summary():
    """One row per respondent; no respondents are no error."""
    found = answer_strings(_of([[1, 1, 2], [1, 2, 3]]), [range(3)])
    assert found.to_frame().shape == (2, 5)
    assert "median 1.5, maximum 2" in found.summary()
    assert "no respondents" in answer_strings(np.zeros((3, 0), dtype=np.int16), [range(3)]).summary()
