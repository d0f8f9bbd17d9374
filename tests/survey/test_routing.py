"""Routing: a small closed expression tree, evaluated on answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from survey.routing import Compare, Condition, evaluate, questions_in

NAN = float("nan")


class _Answers:
    """Four respondents; B was left unanswered by the last."""

    n = 4

    def scores(self, question: str) -> Any:
        return {"A": np.array([1.0, 2, 3, 4]), "B": np.array([5.0, 5, 1, NAN])}[question]

    def chosen(self, question: str, codes: tuple[Any, ...]) -> Any:
        return np.isin(self.scores(question), codes)

    def answered(self, question: str) -> Any:
        return ~np.isnan(self.scores(question))

    def ticked(self, question: str) -> Any:
        assert question == "M"
        return np.array([0, 1, 2, 3])


def _condition(content: Any) -> Condition:
    adapter: TypeAdapter[Condition] = TypeAdapter(Condition)
    return adapter.validate_python(content)


def _holds(content: Any) -> list[bool]:
    return evaluate(_condition(content), _Answers()).tolist()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"question": "A", "selected": [1, 4]}, [True, False, False, True]),
        ({"question": "A", "is": "=", "value": 2}, [False, True, False, False]),
        ({"question": "A", "is": "!=", "value": 2}, [True, False, True, True]),
        ({"question": "A", "is": "<", "value": 2}, [True, False, False, False]),
        ({"question": "A", "is": "<=", "value": 2}, [True, True, False, False]),
        ({"question": "A", "is": ">", "value": 3}, [False, False, False, True]),
        ({"question": "A", "is": ">=", "value": 3}, [False, False, True, True]),
        ({"question": "B", "is": "!=", "value": 9}, [True, True, True, False]),
        ({"question": "B", "is": "<", "value": 9}, [True, True, True, False]),
        ({"is_missing": "B"}, [False, False, False, True]),
        ({"count": "M", "at_least": 2}, [False, False, True, True]),
        ({"not": {"question": "B", "is": ">", "value": 3}}, [False, False, True, True]),
        (
            {"all": [{"question": "A", "is": ">", "value": 1}, {"question": "B", "selected": [5]}]},
            [False, True, False, False],
        ),
        ({"any": [{"question": "A", "selected": [1]}, {"is_missing": "B"}]}, [True, False, False, True]),
        (
            {"all": [{"not": {"is_missing": "B"}}, {"any": [{"count": "M", "at_least": 2}]}]},
            [False, False, True, False],
        ),
    ],
    ids=str,
)
def test_conditions_by_hand(content: Any, expected: list[bool]) -> None:
    """An unanswered question is in no relation to any value, not even unequal."""
    assert _holds(content) == expected


def test_every_question_a_condition_looks_at() -> None:
    """Through all levels, in order."""
    content = {
        "all": [
            {"question": "A", "selected": [1]},
            {"not": {"any": [{"question": "B", "is": "<", "value": 1}, {"is_missing": "C"}]}},
            {"count": "M", "at_least": 1},
        ]
    }
    assert list(questions_in(_condition(content))) == ["A", "B", "C", "M"]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"question": "A"},
        {"question": "A", "selected": []},
        {"question": "A", "is": "~", "value": 1},
        {"question": "A", "is": "<", "value": "much"},
        {"question": "A", "selected": [1], "is": "<", "value": 1},
        {"all": []},
        {"any": []},
        {"not": []},
        {"count": "M", "at_least": 0},
        {"all": [{"question": "A", "selected": [1]}], "any": []},
        {"is_missing": "A", "unknown": 1},
        "A = 1",
        None,
    ],
    ids=str,
)
def test_expressions_that_are_refused(content: Any) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValidationError):
        _condition(content)


def test_conditions_are_written_as_they_are_read() -> None:
    """By alias: is, not, all, any."""
    content = {"all": [{"not": {"question": "A", "is": "<", "value": 1.0}}]}
    assert _condition(content).model_dump(by_alias=True, exclude_defaults=True, mode="json") == content


LEAVES = st.one_of(
    st.builds(lambda q, v: {"question": q, "selected": [v]}, st.sampled_from("AB"), st.integers(1, 5)),
    st.builds(
        lambda q, r, v: {"question": q, "is": r, "value": v},
        st.sampled_from("AB"),
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        st.integers(0, 6),
    ),
    st.builds(lambda q: {"is_missing": q}, st.sampled_from("AB")),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda part: {"not": part}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
    ),
    max_leaves=8,
)


@given(TREES)
def test_de_morgan(tree: Any) -> None:
    """Not all is any not; not not is nothing."""
    holds = np.array(_holds(tree))
    np.testing.assert_array_equal(_holds({"not": {"not": tree}}), holds)
    other = {"question": "A", "selected": [2, 3]}
    np.testing.assert_array_equal(
        _holds({"not": {"all": [tree, other]}}), _holds({"any": [{"not": tree}, {"not": other}]})
    )


def test_a_comparison_is_frozen() -> None:
    """Conditions are data."""
    condition = _condition({"question": "A", "is": "<", "value": 1})
    assert isinstance(condition, Compare)
    with pytest.raises(ValidationError):
        condition.value = 2
