"""Products of whole numbers in single precision: bit for bit those in double precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import moments as moments_module
from analysis.moments import Moments, from_values, partial
from analysis.whole_number_products import joint_products, whole_codes, whole_values

NAMES = ("counts", "weights", "sums", "products", "squared_weights")


def general(monkeypatch: pytest.MonkeyPatch, work: Any) -> Moments:
    """The same moments by the path for any numbers."""
    with monkeypatch.context() as patch:
        patch.setattr(moments_module, "whole_values", lambda _: None)
        patch.setattr(moments_module, "whole_codes", lambda *_: None)
        found: Moments = work()
    return found


@pytest.mark.parametrize(
    ("kind", "missing"),
    [("int8", False), ("int64", False), ("float64", False), ("float64", True), ("float32", False), ("float32", True)],
)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("complete", [False, True])
def test_values_equal_the_general_path_to_the_last_bit(
    monkeypatch: pytest.MonkeyPatch, kind: str, order: Any, missing: bool, complete: bool
) -> None:
    rng = np.random.default_rng(3)
    values = np.array(rng.integers(-3, 8, (700, 5)), dtype=kind, order=order)
    if missing:
        values[rng.random(values.shape) < 0.1] = np.nan
    groups = rng.integers(0, 3, 700)
    work = lambda: from_values(values, groups=groups, n_groups=3, complete=complete)  # noqa: E731
    quick, slow = work(), general(monkeypatch, work)
    for name in NAMES:
        assert np.array_equal(getattr(quick, name), getattr(slow, name)), name


@pytest.mark.parametrize(
    "table", [[1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [0, 0.5, 1, 1.5, 2], [1, 2, 4, 8, 16], [1, 2, np.nan, 3, 4]]
)
def test_codes_equal_the_general_path_to_the_last_bit(monkeypatch: pytest.MonkeyPatch, table: list[float]) -> None:
    rng = np.random.default_rng(4)
    codes = rng.integers(1, 6, (4, 500)).astype(np.int16)
    codes[rng.random(codes.shape) < 0.1] = -2
    tables = [np.array([np.nan, *table])] * 4
    quick = partial(codes, tables)
    slow = general(monkeypatch, lambda: partial(codes, tables))
    for name in NAMES:
        assert np.array_equal(getattr(quick, name), getattr(slow, name)), name


def test_row_means_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    codes = rng.integers(1, 6, (6, 900)).astype(np.int16)
    tables = [np.array([np.nan, 1, 2, 3, 4, 5])] * 6
    for gaps in (0.0, 0.2):
        codes[rng.random(codes.shape) < gaps] = -1
        work = lambda: partial(codes, tables, row_means=[range(3), [1, 4, 5]])  # noqa: E731
        quick, slow = work(), general(monkeypatch, work)
        for name in NAMES:
            assert getattr(quick, name) == pytest.approx(getattr(slow, name), rel=1e-12, abs=1e-10), name


def test_numbers_that_are_not_whole_or_too_large_are_left_to_the_general_path() -> None:
    centre = np.zeros(2)
    for values in ([[1.5, 2.0]], [[1 + 1e-12, 2.0]], [[5000.0, 1.0]], [[np.inf, 1.0]], [[1e300, 1.0]]):
        matrix = np.array(values)
        options: Any = {"centre": centre, "complete": False, "row_means": ()}
        assert joint_products(whole_values(matrix), slice(0, 1), [(0, 1)], **options) is None
    assert whole_codes(np.ones((1, 3), np.int16), [np.array([np.nan, 1.0, 1.3])]) is None


@given(st.lists(st.integers(-4095, 4095), min_size=2, max_size=40))
def test_large_whole_numbers_are_exact_or_refused(numbers: list[int]) -> None:
    matrix = np.array(numbers, dtype=np.int64)[:, None]
    found = joint_products(
        whole_values(matrix),
        slice(0, len(matrix)),
        [(0, len(matrix))],
        centre=np.zeros(1),
        complete=False,
        row_means=(),
    )
    square = int((matrix**2).sum())
    if found is None:
        assert square >= 2**24
    else:
        assert found[0][0, 0] == square
