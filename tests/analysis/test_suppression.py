"""Suppression: what is withheld, and that nothing shown gives it away."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.suppression import suppress_cells, table_lines
from survey.errors import SatixError


def test_one_small_segment_takes_the_next_smallest_with_it() -> None:
    result = suppress_cells([200, 8, 40, 35])
    assert result.status.tolist() == ["shown", "suppressed", "shown", "suppressed_complementary"]


def test_limits_are_exact_and_can_be_set() -> None:
    assert suppress_cells([10, 29, 30]).status.tolist() == ["indicative", "indicative", "shown"]
    assert suppress_cells([10, 29, 30], suppress_below=5, indicative_below=12).status.tolist() == [
        "indicative",
        "shown",
        "shown",
    ]


def test_two_small_segments_that_hold_fewer_than_the_limit_together_need_a_third() -> None:
    """3 + 4 = 7 respondents would follow from total minus shown."""
    assert suppress_cells([100, 3, 4, 50]).status.tolist() == [
        "shown",
        "suppressed",
        "suppressed",
        "suppressed_complementary",
    ]
    assert suppress_cells([100, 6, 7, 50]).status.tolist() == ["shown", "suppressed", "suppressed", "shown"]


def test_without_a_total_nothing_follows() -> None:
    none = np.zeros((0, 3), dtype=bool)
    assert suppress_cells([100, 8, 50], lines=none).status.tolist() == ["shown", "suppressed", "shown"]


def test_empty_cells_hide_nobody() -> None:
    result = suppress_cells([100, 0, 8, 50])
    assert result.status.tolist() == ["shown", "empty", "suppressed", "suppressed_complementary"]
    assert result.shown.tolist() == [True, False, False, False]


def test_a_line_that_cannot_be_made_safe_loses_its_total() -> None:
    assert suppress_cells([8]).line_suppressed.tolist() == [True]
    assert suppress_cells([8, 0]).line_suppressed.tolist() == [True]
    assert suppress_cells([3, 4]).line_suppressed.tolist() == [True]
    assert suppress_cells([50, 60]).line_suppressed.tolist() == [False]


def test_two_way_tables_are_safe_along_both_margins() -> None:
    """A small cell in one wave needs a partner in its wave and one in its segment, and these one of their own."""
    n = np.array([[40, 8, 90], [50, 60, 70]])
    result = suppress_cells(n, lines=table_lines(2, 3))
    assert result.status[0, 1] == "suppressed"
    withheld = ~result.shown
    assert (withheld.sum(axis=0) != 1).all()
    assert (withheld.sum(axis=1) != 1).all()


def derivable(withheld: Any, lines: Any) -> Any:
    """Witness: a withheld cell is determined when adding its unit vector does not raise the rank of the equations."""
    system = lines[:, withheld].astype(float)
    rank = np.linalg.matrix_rank(system) if system.size else 0
    size = int(withheld.sum())
    return [j for j in range(size) if np.linalg.matrix_rank(np.vstack([system, np.eye(size)[j]])) == rank]


@settings(max_examples=150)
@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_no_withheld_cell_follows_from_shown_cells_and_totals(rows: Any, columns: Any, data: Any) -> None:
    counts = data.draw(st.lists(st.integers(0, 60), min_size=rows * columns, max_size=rows * columns))
    n = np.array(counts).reshape(rows, columns)
    lines = table_lines(rows, columns)
    result = suppress_cells(n, lines=lines)
    withheld = ~result.shown.ravel() & (n.ravel() > 0)
    assert not np.any(result.shown & (n < 10))
    open_lines = lines[~result.line_suppressed]
    assert derivable(withheld, open_lines) == []
    for line in open_lines:
        hidden = n.ravel()[line & withheld]
        assert hidden.size == 0 or (hidden.size > 1 and hidden.sum() >= 10)


def test_impossible_limits_are_refused() -> None:
    with pytest.raises(SatixError, match="first limit"):
        suppress_cells([1], suppress_below=0)
    with pytest.raises(SatixError, match="first limit"):
        suppress_cells([1], suppress_below=20, indicative_below=10)


def test_table_and_summary() -> None:
    result = suppress_cells([200, 8, 40])
    assert result.summary() == "1 cells shown, 2 withheld"
    assert result.to_frame()["n"].tolist() == [200, 8, 40]
