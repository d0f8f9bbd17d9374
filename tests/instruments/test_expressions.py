"""Routing as a readable line, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from pydantic import TypeAdapter

from instruments.expressions import format_condition, format_value, parse_condition, parse_value
from survey.errors import InstrumentError
from survey.routing import Condition
from tests.instruments.instrument_strategies import VALUES, any_condition

ADAPTER: TypeAdapter[Condition] = TypeAdapter(Condition)


def _read(content: object) -> Condition:
    return ADAPTER.validate_python(content)


@pytest.mark.parametrize(
    ("line", "content"),
    [
        (
            "customer in (new, member) and not missing(Q3) and score(Q5) >= 4",
            {
                "all": [
                    {"question": "customer", "selected": ["new", "member"]},
                    {"not": {"is_missing": "Q3"}},
                    {"question": "Q5", "is": ">=", "value": 4},
                ]
            },
        ),
        ('q in (1, "1", 1.5)', {"question": "q", "selected": [1, "1", 1.5]}),
        (
            "missing(a) or missing(b) and count(c) >= 2",
            {"any": [{"is_missing": "a"}, {"all": [{"is_missing": "b"}, {"count": "c", "at_least": 2}]}]},
        ),
        ("not (missing(a) or missing(b))", {"not": {"any": [{"is_missing": "a"}, {"is_missing": "b"}]}}),
        (
            "(missing(a) and missing(b)) and missing(c)",
            {"all": [{"all": [{"is_missing": "a"}, {"is_missing": "b"}]}, {"is_missing": "c"}]},
        ),
        ("all(missing(a))", {"all": [{"is_missing": "a"}]}),
        ('"count" in ("and")', {"question": "count", "selected": ["and"]}),
    ],
)
def test_a_line_and_a_tree_stand_for_each_other(line, content):
    assert parse_condition(line) == _read(content)
    assert format_condition(_read(content)) == line


def test_what_a_person_types_is_understood():
    assert parse_condition(" 客户 in（新，“老 客”） ") == _read({"question": "客户", "selected": ["新", "老 客"]})
    assert parse_condition("q = 2") == _read({"question": "q", "selected": [2]})
    assert parse_condition("score(q)≥3") == _read({"question": "q", "is": ">=", "value": 3})
    assert parse_condition("((missing(a)))") == _read({"is_missing": "a"})


@given(content=any_condition(["Q1", "and", "客户", "1e5", "a-b.c"]))
def test_any_tree_comes_back(content):
    condition = _read(content)
    assert parse_condition(format_condition(condition)) == condition


@given(value=VALUES)
def test_any_option_code_comes_back_with_its_type(value):
    again = parse_value(format_value(value))
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize(
    ("line", "position"),
    [
        ("", 1),
        ("a in", 5),
        ("a in (1", 8),
        ("score(a) >= b", 13),
        ("foo bar", 5),
        ("a in (1) & b in (2)", 10),
        ("count(a) >= 0", 13),
    ],
)
def test_a_line_that_is_no_condition_says_where(line, position):
    with pytest.raises(InstrumentError) as refused:
        parse_condition(line)
    (problem,) = refused.value.problems
    assert problem.fields["position"] == position
    assert problem.message("zh") != problem.message("en")


def test_nesting_without_end_is_refused():
    with pytest.raises(InstrumentError):
        parse_condition("not " * 5000 + "missing(a)")
