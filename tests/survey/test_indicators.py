"""The weighted tree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from survey.indicators import WEIGHT_TOLERANCE, Indicator


def _node(code: str, *children: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"code": code, "label": code, "indicators": list(children), **more}


TREE = Indicator.model_validate(
    _node(
        "R",
        _node("A", _node("a1", weight=0.25), _node("a2", weight=0.75), weight=0.6),
        _node("B", _node("b1"), _node("b2"), _node("b3"), weight=0.3),
        _node("C", weight=0.1),
    )
)


def test_walking_goes_parents_first_in_declared_order() -> None:
    """And leaves, parents, levels follow from it."""
    assert [node.code for node in TREE.walk()] == ["R", "A", "a1", "a2", "B", "b1", "b2", "b3", "C"]
    assert [node.code for node in TREE.leaves()] == ["a1", "a2", "b1", "b2", "b3", "C"]
    assert TREE.parents() == {
        **{"R": None, "A": "R", "B": "R", "C": "R", "a1": "A", "a2": "A"},
        **{"b1": "B", "b2": "B", "b3": "B"},
    }
    assert TREE.levels()["b2"] == 2
    assert TREE.levels()["C"] == 1


def test_leaf_weights_are_products_down_the_tree() -> None:
    """0.6 x 0.25 = 0.15, 0.6 x 0.75 = 0.45, 0.3 / 3 = 0.1 (a set without weights is equal), 0.1."""
    assert TREE.leaf_weights() == pytest.approx({"a1": 0.15, "a2": 0.45, "b1": 0.1, "b2": 0.1, "b3": 0.1, "C": 0.1})


def test_equal_weights_ignore_what_is_declared() -> None:
    """A third each, halved and divided by three below."""
    third = 1 / 3
    assert TREE.leaf_weights("equal") == pytest.approx(
        {"a1": third / 2, "a2": third / 2, "b1": third / 3, "b2": third / 3, "b3": third / 3, "C": third}
    )


def test_a_node_alone_has_all_the_weight() -> None:
    """One item is an index of one leaf."""
    alone = Indicator.model_validate({"code": "R", "label": "R"})
    assert alone.leaf_weights() == {"R": 1.0}
    assert alone.leaves() == (alone,)


@pytest.mark.parametrize("total", [0.99, 1.01, 1 + 5 * WEIGHT_TOLERANCE])
def test_weights_of_siblings_sum_to_one(total: float) -> None:
    """Within a billionth."""
    with pytest.raises(ValidationError, match="sum to"):
        Indicator.model_validate(_node("R", _node("a", weight=0.5), _node("b", weight=total - 0.5)))


def test_thirds_written_with_ten_digits_sum_to_one() -> None:
    """The tolerance is for rounding in the file."""
    part = 0.3333333333
    Indicator.model_validate(
        _node("R", *(_node(code, weight=part) for code in ("a", "b")), _node("c", weight=0.3333333334))
    )


def test_either_all_siblings_have_a_weight_or_none() -> None:
    """The message names those without."""
    with pytest.raises(ValidationError, match="none: b"):
        Indicator.model_validate(_node("R", _node("a", weight=1.0), _node("b")))


@pytest.mark.parametrize("weight", [-0.1, 1.1])
def test_a_weight_is_a_share(weight: float) -> None:
    """Between 0 and 1."""
    with pytest.raises(ValidationError):
        Indicator.model_validate(_node("R", _node("a", weight=weight), _node("b", weight=1 - weight)))


def _trees(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    leaf = st.just({"label": "x"})
    if depth == 0:
        return leaf
    return st.one_of(
        leaf,
        st.lists(st.tuples(st.integers(1, 20), _trees(depth - 1)), min_size=1, max_size=4).map(
            lambda parts: {
                "label": "x",
                "indicators": [{**child, "weight": share / sum(one for one, _ in parts)} for share, child in parts],
            }
        ),
    )


def _coded(node: dict[str, Any], code: str = "n") -> dict[str, Any]:
    children = [_coded(child, f"{code}.{place}") for place, child in enumerate(node.get("indicators", []))]
    return {**node, "code": code, "indicators": children}


@given(_trees(3))
def test_leaf_weights_sum_to_one_in_any_tree(tree: dict[str, Any]) -> None:
    """Declared or equal; and every node's share is that of its leaves."""
    index = Indicator.model_validate(_coded(tree))
    for method in ("declared", "equal"):
        weights = index.leaf_weights(method)
        assert set(weights) == {leaf.code for leaf in index.leaves()}
        assert sum(weights.values()) == pytest.approx(1)
        shares = index.sibling_weights(method)
        for child in index.indicators:
            below = sum(weights[leaf.code] for leaf in child.leaves())
            assert below == pytest.approx(shares[child.code])
