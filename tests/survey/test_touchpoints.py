"""Touchpoint sets: the canonical table, selection, joining, several coders."""

from __future__ import annotations

import json

import numpy as np
import pytest

from survey.touchpoint_builder import TouchpointBuilder
from survey.touchpoints import CANONICAL_COLUMNS, RECORD_COLUMNS, TouchpointSet


def small(persons: list[str | None], ratings: list[float]) -> TouchpointSet:
    builder = TouchpointBuilder(len(ratings))
    builder.set(source_row=np.arange(2, 2 + len(ratings)), respondent_key=np.array(persons, dtype=object), wave="w1")
    builder.attribute("status", ["done"] * len(ratings))
    builder.measure("rating", numbers=np.array(ratings), ends=(1.0, 5.0), defaults=np.array(ratings) == 5)
    builder.measure("comment", texts=["good", *[None] * (len(ratings) - 1)])
    return builder.build()


def test_the_canonical_table_has_a_row_per_metric_and_record() -> None:
    """Columns are those of the schema; attributes are JSON; rows without any value are not there."""
    frame = small(["a", "b"], [4.0, 5.0]).to_frame()
    assert tuple(frame.columns) == CANONICAL_COLUMNS
    assert frame["metric_code"].tolist() == ["rating", "comment", "rating"]
    assert frame["is_default"].tolist() == [False, False, True]
    assert frame["source_row"].tolist() == [2, 2, 3]
    assert json.loads(frame["attributes"][0]) == {"status": "done"}
    assert set(zip(frame["scale_min"].dropna(), frame["scale_max"].dropna(), strict=True)) == {(1.0, 5.0)}


def test_a_set_cannot_be_changed() -> None:
    """Its arrays are read-only."""
    with pytest.raises(ValueError, match="read-only"):
        small(["a"], [4.0]).records["source_row"][0] = 7


def test_selecting_and_joining_are_inverse() -> None:
    """Both halves put together again are the whole."""
    whole = small(["a", "b", "c"], [4.0, 5.0, 1.0])
    keep = np.array([True, False, True])
    parts = [whole.select(keep), whole.select(~keep)]
    assert [part.n_records for part in parts] == [2, 1]
    assert parts[0].values("rating").tolist() == [4.0, 1.0]
    joined = TouchpointSet.concatenate(parts)
    assert sorted(joined.values("rating")) == sorted(whole.values("rating"))
    assert joined.n == whole.n
    assert set(joined.records) == set(RECORD_COLUMNS)


def test_persons_are_counted_only_where_all_records_name_one() -> None:
    """One nameless record makes the number of persons unknown; an order stands in for a person."""
    assert small(["a", "a", "b"], [1.0, 2.0, 3.0]).n_persons == 2
    assert small(["a", None], [1.0, 2.0]).n_persons is None
    builder = TouchpointBuilder(2)
    builder.set(entity_type="order", entity_id=np.array(["o1", "o1"], dtype=object))
    assert builder.build().n_persons == 1


def test_values_of_several_coders_are_averaged_and_kept_apart() -> None:
    """(3 + 4) / 2 = 3.5 for the record, 4 for the second coder."""
    builder = TouchpointBuilder(2)
    builder.measure(
        "rating",
        numbers=np.array([3.0, 4.0, 2.0]),
        records=np.array([0, 0, 1]),
        coders=np.array(["1", "2", "1"], dtype=object),
    )
    touchpoints = builder.build()
    assert touchpoints.values("rating").tolist() == [3.5, 2.0]
    assert touchpoints.values("rating", coder="2").tolist()[0] == 4.0
    assert np.isnan(touchpoints.values("rating", coder="2")[1])


def test_the_ends_of_a_scale_are_those_all_rows_share() -> None:
    """Rows of 1-5 and of 1-10 have no common scale."""
    five = small(["a"], [4.0])
    builder = TouchpointBuilder(1)
    builder.measure("rating", numbers=np.array([7.0]), ends=(1.0, 10.0))
    assert five.scale_of("rating") == (1.0, 5.0)
    assert TouchpointSet.concatenate([five, builder.build()]).scale_of("rating") is None
