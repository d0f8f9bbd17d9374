"""Agreement of coders: textbook kappas, their standard error, anonymous coders."""

from __future__ import annotations

import gzip
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.agreement import agreement, cohen_kappa, fleiss_kappa, pairwise_table
from survey.errors import InsufficientDataError, SatixError


def test_the_example_of_the_encyclopaedia() -> None:
    """20/5/10/15: observed .70, expected .50, kappa .40."""
    found = cohen_kappa([[20, 5], [10, 15]])
    assert (found.agreement, found.expected, found.estimate) == pytest.approx((0.7, 0.5, 0.4))
    assert found.n == 50


def test_the_standard_error_of_fleiss_cohen_and_everitt() -> None:
    """For the same table, by the formula of their paper: variance = (A + B - C) / (n (1 - p_e)^2).

    A = sum p_ii [1 - (p_i. + p_.i)(1 - k)]^2 = .4 (1 - 1.1*.6)^2 + .3 (1 - .9*.6)^2 = .04624 + .06348 = .10972
    B = (1 - k)^2 sum p_ij (p_.i + p_j.)^2 = .36 (.1 (.6 + .5)^2 + .2 (.4 + .5)^2) = .36 (.121 + .162) = .10188
    C = (k - p_e (1 - k))^2 = (.4 - .3)^2 = .01; variance = .2016 / (50 * .25) = .016128
    """
    found = cohen_kappa([[20, 5], [10, 15]])
    assert found.std_error == pytest.approx(math.sqrt(0.016128))
    assert found.lower == pytest.approx(0.4 - 1.959964 * math.sqrt(0.016128), abs=1e-6)


def test_weighted_kappa_by_hand() -> None:
    """Three steps, quadratic weights 1, .75, 0: table diag 2, 2, 2 with one pair (1, 3) and one (2, 3), n = 8.

    p_o = (6 + .75) / 8 = .84375; margins rows (3, 3, 2)/8, columns (2, 2, 4)/8;
    p_e = [3(2 + 1.5 + 0) + 3(1.5 + 2 + 3) + 2(0 + 1.5 + 4)] / 64 = 41 / 64 = .640625; kappa = .203125 / .359375.
    """
    found = cohen_kappa([[2, 0, 1], [0, 2, 1], [0, 0, 2]], kappa_weights="quadratic")
    assert found.estimate == pytest.approx(0.203125 / 0.359375)
    linear = cohen_kappa([[2, 0, 1], [0, 2, 1], [0, 0, 2]], kappa_weights="linear")
    assert linear.estimate != found.estimate


def test_codes_object_by_object() -> None:
    """Objects only one coder coded are left out."""
    found = agreement(["a", "b", None, "a"], ["a", "b", "a", "b"])
    assert found.n == 3
    assert found.agreement == pytest.approx(2 / 3)


def test_perfect_and_undefined_agreement() -> None:
    """Perfect is 1; where both only ever use one code, chance explains everything."""
    assert agreement(["a", "b"], ["a", "b"]).estimate == 1.0
    assert math.isnan(agreement(["a", "a"], ["a", "a"]).estimate)
    with pytest.raises(InsufficientDataError):
        agreement(["a"], [None])
    with pytest.raises(SatixError):
        agreement(["a"], ["a", "b"])
    with pytest.raises(SatixError):
        cohen_kappa([[1, 2, 3], [1, 2, 3]])


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=3, max_size=40), st.permutations([0, 1, 2]))
def test_renaming_codes_changes_nothing(pairs: list[tuple[int, int]], names: list[int]) -> None:
    """Unweighted kappa knows no order."""
    table, renamed = np.zeros((3, 3)), np.zeros((3, 3))
    for one, two in pairs:
        table[one, two] += 1
        renamed[names[one], names[two]] += 1
    assert cohen_kappa(table).estimate == pytest.approx(cohen_kappa(renamed).estimate, nan_ok=True)


def test_pairs_of_anonymous_coders() -> None:
    """Ratings 1, 1, 2 of one object: ordered pairs 1-1 twice, 1-2 twice, 2-1 twice."""
    assert pairwise_table([[1, 1, 2]], [1, 2]).tolist() == [[2, 2], [2, 0]]


def test_fleiss_of_two_raters() -> None:
    """Objects (2,0), (1,1), (0,2): P = (1 + 0 + 1)/3, chance .5, kappa 1/3."""
    found = fleiss_kappa([[2, 0], [1, 1], [0, 2]])
    assert (found.agreement, found.expected, found.estimate) == pytest.approx((2 / 3, 0.5, 1 / 3))
    with pytest.raises(SatixError):
        fleiss_kappa([[2, 0], [1, 0]])


def test_the_low_agreement_of_the_chat_collection(shared: Path) -> None:
    """Pairs among the first three coders of 1,000 dialogues: exact 59%, quadratic kappa .23, nominal .12."""
    table = np.zeros((5, 5))
    with gzip.open(shared / "data/chat_uss/MWOZ.txt.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            if line.startswith("USER\tOVERALL"):
                scores = [int(score) for score in line.rstrip("\n").split("\t")[3].split(",")]
                for one, two in itertools.combinations(scores[:3], 2):
                    table[one - 1, two - 1] += 1
    assert cohen_kappa(table).agreement == pytest.approx(0.59, abs=0.005)
    assert cohen_kappa(table).estimate == pytest.approx(0.12, abs=0.005)
    assert cohen_kappa(table, kappa_weights="quadratic").estimate == pytest.approx(0.23, abs=0.005)
