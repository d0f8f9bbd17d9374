"""A light, the rule behind it, and advice: from figures alone."""

from __future__ import annotations

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.measurement_advice import BlockEvidence, ItemEvidence, fit_reading, read_block


def _block(*items: ItemEvidence, **more: object) -> BlockEvidence:
    figures: dict[str, object] = {"measurement": "reflective", "n_items": 4, "alpha": 0.85, "omega": 0.86}
    return BlockEvidence(**{**figures, "items": items, **more})  # type: ignore[arg-type]


def test_all_rules_met_is_green() -> None:
    """And says so; there is nothing to advise."""
    reading = read_block(_block(composite_reliability=0.86, variance_extracted=0.6))
    assert (reading.light, reading.rules[0].rule, reading.advice) == ("green", "all_met", ())


@pytest.mark.parametrize(
    ("figures", "light", "rule"),
    [
        ({"omega": 0.79}, "amber", "omega"),
        ({"omega": 0.69}, "red", "omega"),
        ({"omega": nan, "alpha": 0.69}, "red", "alpha"),
        ({"omega": 0.7}, "amber", "omega"),
        ({"omega": 0.8}, "green", "all_met"),
        ({"variance_extracted": 0.49, "composite_reliability": 0.75}, "amber", "variance_extracted"),
        ({"variance_extracted": 0.49, "composite_reliability": 0.69}, "red", "variance_extracted"),
        ({"htmt": {"other": 0.85}}, "amber", "htmt"),
        ({"htmt": {"other": 0.9}}, "red", "htmt"),
        ({"htmt": {"other": 0.84}}, "green", "all_met"),
        ({"n_items": 1}, "grey", "one_item"),
        ({"reason": "too_few"}, "grey", "too_few"),
        ({"alpha": nan, "omega": nan}, "grey", "undefined"),
    ],
)
def test_each_threshold_decides_the_light(figures: dict[str, object], light: str, rule: str) -> None:
    """At the threshold the better side holds, for HTMT the worse."""
    reading = read_block(_block(**figures))
    assert (reading.light, reading.rules[0].rule) == (light, rule)


def test_the_worst_rule_comes_first_and_decides() -> None:
    """Amber and red together are red."""
    reading = read_block(_block(omega=0.75, htmt={"other": 0.95}))
    assert reading.light == "red"
    assert [hit.rule for hit in reading.rules] == ["htmt", "omega"]
    assert [advice.code for advice in reading.advice] == ["merge"]


def test_a_weak_item_is_dropped_only_where_the_rest_gains() -> None:
    """The advice says what dropping does; a block of three keeps its items."""
    bad = ItemEvidence(item="q4", item_total=0.1, loading=0.15, alpha_without=0.9, variance_extracted_without=0.7)
    (advice,) = read_block(_block(bad, variance_extracted_alone=0.5)).advice
    assert (advice.code, advice.about) == ("drop", "q4")
    assert advice.fields["alpha"] == 0.85
    assert advice.fields["alpha_without"] == 0.9
    assert (advice.fields["variance_extracted"], advice.fields["variance_extracted_without"]) == (0.5, 0.7)
    assert read_block(_block(bad, n_items=3)).advice[0].code == "reword"
    harmless = ItemEvidence(item="q4", item_total=0.28, loading=0.4, alpha_without=0.84)
    assert read_block(_block(harmless)).advice[0].code == "reword"


def test_an_item_against_the_others_is_turned_round_and_not_dropped() -> None:
    """While one item runs the wrong way, weak figures of the others mean nothing."""
    turned = ItemEvidence(item="q1", item_total=-0.4, loading=-0.5, alpha_without=0.9)
    weak = ItemEvidence(item="q2", item_total=0.2, loading=0.6, alpha_without=0.9)
    reading = read_block(_block(turned, weak, alpha=0.5, omega=nan))
    assert reading.light == "red"
    assert [(advice.code, advice.about) for advice in reading.advice] == [("turn_round", "q1")]


def test_a_short_reliability_without_a_culprit_asks_for_length() -> None:
    """Spearman and Brown: 3 items of .6 need 3 x (.8 x .4) / (.6 x .2) = 8 items for .8."""
    (advice,) = read_block(_block(n_items=3, alpha=0.6, omega=0.6)).advice
    assert (advice.code, advice.fields["n_needed"]) == ("lengthen", 8)


def test_questions_with_hardly_anything_in_common_are_not_made_longer() -> None:
    """Below .5 more of the same is no way out."""
    assert [advice.code for advice in read_block(_block(alpha=0.3, omega=0.3)).advice] == ["rethink"]


def test_formative_blocks_are_judged_by_overlap_alone() -> None:
    """Whatever alpha may be."""
    figures = {"measurement": "formative", "alpha": 0.2, "omega": 0.1}
    assert read_block(_block(**figures, inflation={"a": 1.2, "b": 1.3})).light == "green"
    amber = read_block(_block(**figures, inflation={"a": 5.0, "b": 1.3}))
    assert (amber.light, amber.rules[0].rule, amber.rules[0].about) == ("amber", "inflation", "a")
    assert [advice.code for advice in amber.advice] == ["overlap"]
    assert read_block(_block(**figures, inflation={"a": float("inf")})).light == "red"
    assert read_block(_block(**figures)).light == "grey"


def test_long_blocks_of_several_factors_are_split() -> None:
    """Not short ones, and not a whole made up of blocks."""
    assert read_block(_block(n_items=8, n_factors=2)).advice[0].code == "split"
    assert read_block(_block(n_items=8, n_factors=2, whole=True)).advice == ()
    assert read_block(_block(n_items=5, n_factors=2)).advice == ()


@given(low=st.floats(0, 0.999), high=st.floats(0, 0.999))
def test_more_reliability_never_worsens_the_light(low: float, high: float) -> None:
    """The light is monotone in omega."""
    order = ("red", "amber", "green")
    worse, better = sorted((low, high))
    lights = [order.index(read_block(_block(omega=value)).light) for value in (worse, better)]
    assert lights[0] <= lights[1]


def test_fit_in_a_word() -> None:
    """Hu and Bentler's limits, the laxer ones, and a model that fits by construction."""
    assert fit_reading(df=0, cfi=1.0, rmsea=0.0, srmr=0.0) == "exact"
    assert fit_reading(df=9, cfi=0.96, rmsea=0.05, srmr=0.04) == "good"
    assert fit_reading(df=9, cfi=0.93, rmsea=0.07, srmr=0.06) == "acceptable"
    assert fit_reading(df=9, cfi=0.93, rmsea=nan, srmr=0.06) == "poor"
