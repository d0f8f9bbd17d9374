"""Composites of every node of the tree, per respondent over the leaves answered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.tree_scores import LeafPoints, leaf_points, score_tree
from survey.indicators import Indicator

NAN = np.nan
TREE = Indicator.model_validate(
    {
        "code": "R",
        "label": "R",
        "indicators": [
            {
                "code": "A",
                "label": "A",
                "weight": 0.4,
                "indicators": [
                    {"code": "a1", "label": "a1", "weight": 0.25},
                    {"code": "a2", "label": "a2", "weight": 0.75},
                ],
            },
            {"code": "B", "label": "B", "weight": 0.6},
        ],
    }
)
"""Leaf weights in R: a1 0.1, a2 0.3, B 0.6."""


def _leaves(points: Any, applicable: Any = None) -> LeafPoints:
    values = np.array(points, dtype=np.float64)
    concerned = np.ones(values.shape, dtype=np.bool_) if applicable is None else np.array(applicable, dtype=np.bool_)
    return LeafPoints(leaves=("a1", "a2", "B"), points=values, applicable=concerned)


def _points(leaves: LeafPoints, **options: Any) -> dict[str, np.ndarray]:
    scores = score_tree(TREE, leaves, **options)
    return {node: scores.points[:, place] for place, node in enumerate(scores.nodes)}


def test_complete_answers_by_hand() -> None:
    """A = 0.25 x 100 + 0.75 x 50 = 62.5; R = 0.1 x 100 + 0.3 x 50 + 0.6 x 0 = 25."""
    found = _points(_leaves([[100, 50, 0]]))
    assert {node: values[0] for node, values in found.items()} == pytest.approx(
        {"R": 25, "A": 62.5, "a1": 100, "a2": 50, "B": 0}
    )


def test_a_skipped_leaf_stays_in_the_denominator_of_the_share() -> None:
    """B skipped: 0.4 of the weight is answered, below a half, so there is no index; A is untouched."""
    found = _points(_leaves([[100, 50, NAN]]))
    assert np.isnan(found["R"][0])
    assert found["A"][0] == pytest.approx(62.5)
    assert _points(_leaves([[100, 50, NAN]]), minimum_share=0.4)["R"][0] == pytest.approx((10 + 15) / 0.4)


def test_a_leaf_that_does_not_apply_leaves_the_denominator() -> None:
    """B not applicable: all of the applicable weight is answered, R = 25 / 0.4 = 62.5."""
    found = _points(_leaves([[100, 50, NAN]], [[True, True, False]]))
    assert found["R"][0] == pytest.approx(62.5)
    assert np.isnan(found["B"][0])


def test_exactly_the_minimum_share_is_enough() -> None:
    """0.6 answered of 1.0 with a minimum of 0.6."""
    assert _points(_leaves([[NAN, NAN, 70]]), minimum_share=0.6)["R"][0] == pytest.approx(70)
    assert np.isnan(_points(_leaves([[NAN, NAN, 70]]), minimum_share=0.61)["R"][0])


def test_nobody_to_whom_nothing_applies_has_a_score() -> None:
    """No applicable leaf: no index, and no division by zero."""
    found = _points(_leaves([[NAN, NAN, NAN]], [[False, False, False]]))
    assert all(np.isnan(values[0]) for values in found.values())


def test_equal_weights() -> None:
    """R = (mean(100, 50) + 0) / 2 = 37.5."""
    assert _points(_leaves([[100, 50, 0]]), indicator_weights="equal")["R"][0] == pytest.approx(37.5)


def test_common_leaves_only() -> None:
    """Without a2: A is a1, R = (0.1 x 100 + 0.6 x 0) / 0.7; a node with no leaf left is NaN."""
    found = _points(_leaves([[100, 50, 0]]), only={"a1", "B"})
    assert found["A"][0] == pytest.approx(100)
    assert found["R"][0] == pytest.approx(10 / 0.7)
    assert np.isnan(_points(_leaves([[100, 50, 0]]), only={"B"})["A"][0])
    assert np.isnan(_points(_leaves([[100, 50, 0]]), only={"B"})["a1"][0])


def test_membership_columns_sum_to_one() -> None:
    """Of every node that has a leaf."""
    scores = score_tree(TREE, _leaves([[1, 2, 3]]))
    np.testing.assert_allclose(scores.membership.sum(axis=0), 1)
    assert scores.nodes == ("R", "A", "a1", "a2", "B")


def test_asked_is_what_concerned_anybody() -> None:
    """A leaf that applied to nobody and was answered by nobody was not asked."""
    leaves = _leaves([[1, NAN, NAN], [2, NAN, NAN]], [[True, False, True], [True, False, True]])
    assert leaves.asked().tolist() == [True, False, True]


@given(
    arrays(np.float64, st.tuples(st.integers(1, 8), st.just(3)), elements=st.one_of(st.just(NAN), st.floats(0, 100)))
)
def test_a_composite_lies_within_the_range_of_its_parts(points: np.ndarray) -> None:
    """Per respondent, whatever is missing; and it exists only where enough was answered."""
    found = _points(_leaves(points))
    weights = np.array([0.1, 0.3, 0.6])
    for row, value in zip(points, found["R"], strict=True):
        answered = ~np.isnan(row)
        share = weights[answered].sum()
        if np.isnan(value):
            assert share < 0.5 + 1e-9
            continue
        assert share >= 0.5 - 1e-9
        assert row[answered].min() - 1e-9 <= value <= row[answered].max() + 1e-9


@given(st.permutations(range(5)))
def test_the_order_of_respondents_does_not_matter(order: list[int]) -> None:
    """Each respondent has a composite of their own."""
    points = np.array([[10, 20, 30], [NAN, 20, 30], [1, NAN, NAN], [50, 50, 50], [0, 0, 100.0]])
    np.testing.assert_array_equal(_points(_leaves(points[order]))["R"], _points(_leaves(points))["R"][order])


def test_mirrored_answers_give_a_mirrored_index() -> None:
    """100 minus every answer gives 100 minus the index."""
    points = np.array([[10, 20, 30], [NAN, 20, 30.0]])
    np.testing.assert_allclose(_points(_leaves(100 - points))["R"], 100 - _points(_leaves(points))["R"])


def test_several_questions_of_a_leaf_count_equally() -> None:
    """Two of three items answered: their mean; one of three: below a half, so no score; NA leaves the count."""
    import pandas as pd

    from survey.instrument import Instrument
    from survey.responses import RESPONDENT_COLUMNS, AnswerColumn, ResponseSet
    from survey.scales import MISSING_CODES

    item = {"facet": "performance", "measures": "I", "scale": "five", "text": "?"}
    instrument = Instrument.model_validate(
        {
            **{"instrument": "x", "version": "1.0.0", "title": "x", "purpose": "x", "licence": "x"},
            "languages": ["en"],
            "scales": {"five": {"from": 1, "to": 5}},
            "index": {"code": "I", "label": "I"},
            "sections": [{"code": "s", "title": "s", "questions": [{"code": f"q{k}", **item} for k in (1, 2, 3)]}],
        }
    )
    blank, na = MISSING_CODES["blank"], MISSING_CODES["not_applicable"]
    codes = np.array([[5, 5, 5, na], [3, 3, blank, na], [1, blank, blank, na]], dtype=np.int16)
    codes = np.hstack([codes, np.array([[5], [na], [na]], dtype=np.int16)])
    frame = pd.DataFrame(dict.fromkeys(RESPONDENT_COLUMNS, ["x"] * 5), index=list("abcde"))
    responses = ResponseSet(
        instrument=instrument,
        respondents=frame,
        columns=tuple(AnswerColumn(f"q{k}") for k in (1, 2, 3)),
        codes=codes,
    )
    leaves = leaf_points(responses)
    np.testing.assert_allclose(leaves.points[:, 0], [50, 75, NAN, NAN, 100])
    assert leaves.applicable[:, 0].tolist() == [True, True, True, False, True]
