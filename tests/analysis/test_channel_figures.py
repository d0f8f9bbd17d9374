"""Figures of one channel: automatic ratings, groups, weights, persons, and the facts of a public sample."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.channel_figures import (
    category_shares,
    channel_design,
    comment_shares,
    figures_by_group,
    person_overlap,
    population_weights,
    rating_figures,
    time_figures,
)
from survey.channels.read import read_order_table
from survey.errors import InsufficientDataError, SatixError
from survey.touchpoint_builder import TouchpointBuilder
from survey.touchpoints import TouchpointSet
from tests.survey.channel_tables import KEY, proposed, read


def touchpoints(
    ratings: list[float], *, persons: list[str | None] | None = None, defaults: list[bool] | None = None
) -> TouchpointSet:
    builder = TouchpointBuilder(len(ratings))
    builder.set(respondent_key=np.array(persons or [f"p{n}" for n in range(len(ratings))], dtype=object))
    builder.measure(
        "rating",
        numbers=np.array(ratings),
        ends=(1.0, 5.0),
        defaults=np.array(defaults or [False] * len(ratings)),
    )
    builder.measure("comment", texts=["text" if value < 3 else None for value in ratings])
    return builder.build()


def test_automatic_ratings_stay_out_of_the_mean() -> None:
    """1, 3 and an automatic 5: mean 2 without, 3 with; the 5 is no value of the distribution."""
    sample = touchpoints([1, 3, 5], defaults=[False, False, True])
    found = rating_figures(sample, "rating", channel_design(sample))
    assert (found.mean.estimate, found.with_defaults.estimate, found.n_default) == (2.0, 3.0, 1)
    assert [(row.group, row.figure.estimate) for row in found.values] == [("1", 0.5), ("3", 0.5)]


def test_only_automatic_ratings_are_no_rating() -> None:
    """Nobody said anything."""
    sample = touchpoints([5, 5], defaults=[True, True])
    with pytest.raises(InsufficientDataError):
        rating_figures(sample, "rating", channel_design(sample))


def test_several_records_of_a_person_count_as_one_cluster() -> None:
    """Ten copies of three persons' records: the standard error is that of three, not of thirty."""
    once = touchpoints([1, 3, 5])
    often = touchpoints([1, 3, 5] * 10, persons=["a", "b", "c"] * 10)
    single = rating_figures(once, "rating", channel_design(once)).mean
    copied = rating_figures(often, "rating", channel_design(often)).mean
    assert copied.std_error == pytest.approx(single.std_error)
    assert rating_figures(often, "rating", channel_design(often)).n_persons == 3


def test_population_weights_count_persons_not_records() -> None:
    """100 in a group of two persons: each record of theirs weighs 50, also the second of one person."""
    groups = np.array(["x", "x", "x", "y"], dtype=object)
    persons = np.array(["a", "a", "b", None], dtype=object)
    assert population_weights(groups, persons, {"x": 100, "y": 7}).tolist() == [50.0, 50.0, 50.0, 7.0]
    with pytest.raises(SatixError, match="'y'"):
        population_weights(groups, persons, {"x": 100})


def test_comments_by_rating() -> None:
    """Of 1, 2, 4, 5 the first two wrote."""
    sample = touchpoints([1, 2, 4, 5])
    overall, rows = comment_shares(sample, "rating", channel_design(sample))
    assert overall.estimate == 0.5
    assert [(row.group, row.figure.estimate) for row in rows] == [("1", 1.0), ("2", 1.0), ("4", 0.0), ("5", 0.0)]


def test_many_values_become_classes() -> None:
    """Means of coders to the nearest whole value, a scale to 100 in fifths."""
    fine = touchpoints([1 + 0.1 * n for n in range(30)])
    assert [row.group for row in rating_figures(fine, "rating", channel_design(fine)).values] == [
        "≈1",
        "≈2",
        "≈3",
        "≈4",
    ]
    builder = TouchpointBuilder(101)
    builder.measure("rating", numbers=np.arange(101.0), ends=(0.0, 100.0))
    wide = builder.build()
    rows = rating_figures(wide, "rating", channel_design(wide)).values
    assert [row.group for row in rows] == ["0–20", "20–40", "40–60", "60–80", "80–100"]
    assert sum(row.n_records for row in rows) == 101


def test_times_have_the_quantiles_of_the_sample() -> None:
    """1 to 5: median 3, 90th percentile 4.6 (type 7)."""
    builder = TouchpointBuilder(5)
    builder.measure("wait", numbers=np.arange(1.0, 6.0))
    sample = builder.build()
    found = time_figures(sample, "wait", channel_design(sample))
    assert found.quantiles[0.5] == 3.0
    assert found.quantiles[0.9] == pytest.approx(4.6)


def test_codes_are_shares_of_the_records_that_have_one() -> None:
    """Two of three coded records."""
    sample = touchpoints([1, 2, 3, 4])
    codes = np.array(["late", "late", "rude", None], dtype=object)
    rows = category_shares(sample, codes, channel_design(sample))
    assert [(row.group, row.figure.estimate, row.n_records) for row in rows] == [
        ("late", pytest.approx(2 / 3), 2),
        ("rude", pytest.approx(1 / 3), 1),
    ]


def test_persons_in_two_channels() -> None:
    """b and c are in both; channels that name nobody are not compared."""
    one, two = touchpoints([1, 2, 3], persons=["a", "b", "c"]), touchpoints([1, 2], persons=["b", "c"])
    nobody = touchpoints([1.0], persons=[None])
    pairs = person_overlap([("reviews", one), ("tickets", two), ("posts", nobody)])
    assert [(p.first, p.second, p.n_first, p.n_second, p.n_both) for p in pairs] == [("reviews", "tickets", 3, 2, 2)]


@pytest.fixture(scope="module")
def facts(shared: Path) -> Any:
    return json.loads((shared / "data/olist_sample/facts.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def olist(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> TouchpointSet:
    """8,225 reviews joined with their 8,135 orders."""
    folder = tmp_path_factory.mktemp("olist")
    files = {}
    for name in ("order_reviews", "orders"):
        files[name] = folder / f"{name}.csv"
        packed = shared / f"data/olist_sample/olist_{name}_dataset.csv.gz"
        files[name].write_bytes(gzip.decompress(packed.read_bytes()))
    orders, _ = read_order_table(files["orders"], proposed(files["orders"], "orders"), key=KEY)
    return read(files["order_reviews"], "order_review", orders=orders).touchpoints


def test_means_of_the_sample_weighted_and_not(olist: TouchpointSet, facts: Any) -> None:
    """Delivered orders stand for 96,478, the others for themselves: 3.2716 becomes 4.0671."""
    status, orders = olist.attributes["order_status"], olist.records["entity_id"]
    population = {s: round(w * facts["status_counts"][s]) for s, w in facts["design_weights"].items()}
    weights = population_weights(status, orders, population)
    for name, weight in facts["design_weights"].items():
        assert weights[status == name][0] == pytest.approx(weight, abs=5e-5)
    plain = rating_figures(olist, "rating", channel_design(olist))
    weighted = rating_figures(olist, "rating", channel_design(olist, case_weights=weights, strata=status))
    assert plain.mean.estimate == pytest.approx(facts["mean_score_unweighted"], abs=5e-5)
    assert weighted.mean.estimate == pytest.approx(facts["mean_score_weighted"], abs=5e-5)
    assert {row.group: row.n_records for row in plain.values} == facts["score_counts"]
    shares = {row.group: row.figure.estimate for row in weighted.values}
    assert shares["5"] == pytest.approx(facts["share5_weighted"], abs=5e-5)
    assert shares["1"] == pytest.approx(facts["share1_weighted"], abs=5e-5)
    assert shares["4"] + shares["5"] == pytest.approx(facts["top2_share_weighted"], abs=5e-5)


def test_late_and_not_late(olist: TouchpointSet, facts: Any) -> None:
    """344 reviews of late orders, mean 2.1744; the other delivered ones 4.2757."""
    known = facts["delivered"]
    rows = figures_by_group(olist, olist.values("rating"), olist.attributes["delivery"], channel_design(olist))
    found = {row.group: row.figure for row in rows}
    assert (found["late"].n, found["late"].n + found["not_late"].n) == (known["n_late"], known["n"])
    assert found["late"].estimate == pytest.approx(known["mean_late"], abs=5e-5)
    assert found["not_late"].estimate == pytest.approx(known["mean_on_time"], abs=5e-5)
    by_status = figures_by_group(olist, olist.values("rating"), olist.attributes["order_status"], channel_design(olist))
    for row in by_status:
        assert row.figure.estimate == pytest.approx(facts["mean_by_status"][row.group], abs=5e-5)


def test_who_writes(olist: TouchpointSet, facts: Any) -> None:
    """Half of all, three quarters of those who gave one star."""
    overall, rows = comment_shares(olist, "rating", channel_design(olist))
    assert overall.estimate == pytest.approx(facts["comment_rate"], abs=5e-5)
    for row in rows:
        assert row.figure.estimate == pytest.approx(facts["comment_rate_by_score"][row.group], abs=5e-5)


def test_persons_and_waiting_times_of_the_sample(olist: TouchpointSet, facts: Any) -> None:
    """As many persons as orders; median 38.3225 hours to answer."""
    assert olist.n_persons == facts["distinct_orders_reviewed"]
    found = time_figures(olist, "answer_hours", channel_design(olist))
    assert found.quantiles[0.5] == pytest.approx(facts["median_hours_to_answer"], abs=5e-5)


def test_groups_without_a_population_total_are_listed_at_once() -> None:
    """Two groups and the records without any, each with its count."""
    groups = np.array(["a", "b", "b", "c", None], dtype=object)
    persons = np.array([None] * 5, dtype=object)
    with pytest.raises(SatixError) as caught:
        population_weights(groups, persons, {"a": 10.0})
    assert [(p.fields["group"], p.fields["count"]) for p in caught.value.problems] == [("b", 2), ("c", 1), ("–", 1)]
