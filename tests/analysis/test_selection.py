"""Which analyses apply: a pure rule, with the reason where one does not."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from analysis.selection import paired_leaves, performance_series, select_analyses
from instruments.catalog import load_instrument
from survey.errors import render_message
from survey.instrument import Instrument
from survey.study import Study
from tests.satix.small_study import INSTRUMENT, STUDY


def _study(**changes: Any) -> Study:
    return Study.model_validate({**deepcopy(STUDY), **changes})


def _instrument(*questions: dict[str, Any]) -> Instrument:
    content = deepcopy(INSTRUMENT)
    content["sections"][0]["questions"] += questions
    return Instrument.model_validate(content)


def _asked(code: str, facet: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "text": code, "facet": facet, "measures": "reply", "scale": "five", **more}


def test_what_applies_to_the_small_study() -> None:
    """Two waves and a segment: change and segments; no expectation, no importance."""
    selection = select_analyses(_instrument(), _study())
    assert selection.run == {"reliability", "measurement", "segments", "change"}
    assert selection.not_applicable == {}, "nothing was asked for in vain"


def test_what_was_asked_for_in_vain_has_a_reason() -> None:
    """With a wording in both languages."""
    one_wave = _study(waves=STUDY["waves"][:1], sources=[], segments=[])
    asked = ("gap", "importance_performance", "change", "segments", "reliability")
    selection = select_analyses(_instrument(), one_wave, requested=asked)
    assert selection.run == {"reliability"}
    assert set(selection.not_applicable) == set(asked) - {"reliability"}
    for code in selection.not_applicable.values():
        assert render_message(code, {}, "en") != render_message(code, {}, "zh")


def test_measurement_needs_a_reflective_part_with_two_questions() -> None:
    """Formative through and through: there is nothing whose measurement could be judged."""
    content = deepcopy(INSTRUMENT)
    for node in (content["index"], *content["index"]["indicators"]):
        node["measurement"] = "formative"
    selection = select_analyses(Instrument.model_validate(content), _study(), requested=["measurement"])
    assert selection.run == frozenset()
    assert selection.not_applicable == {"measurement": "analysis.not_applicable_measurement"}


def test_requested_limits_the_run() -> None:
    """Only what was asked for, and nothing at all where nothing was."""
    assert select_analyses(_instrument(), _study(), requested=["change"]).run == {"change"}
    assert select_analyses(_instrument(), _study(), requested=[]).run == frozenset()


@pytest.mark.parametrize(("facet", "analysis"), [("expectation", "gap"), ("importance", "importance_performance")])
def test_a_pair_on_one_scale_makes_an_analysis_apply(facet: str, analysis: str) -> None:
    """On another scale it does not: the difference would have no unit."""
    assert analysis in select_analyses(_instrument(_asked("x", facet)), _study()).run
    assert analysis not in select_analyses(_instrument(_asked("x", facet, scale="ten")), _study()).run


def test_pairs_are_performance_first() -> None:
    """Leaf by leaf, the first question of each on one scale."""
    instrument = _instrument(_asked("e0", "expectation", scale="ten"), _asked("e1", "expectation"))
    pairs = paired_leaves(instrument, "expectation")
    assert set(pairs) == {"reply"}
    performance, expectation = pairs["reply"]
    assert performance == "q_reply"
    assert expectation in {"e0", "e1"}


def test_the_series_of_an_analysis_comes_from_the_study() -> None:
    """The kiosk study compares its satisfaction ratings with importance, and perception with expectation."""
    study = _study(performance_series={"importance_performance": "satisfaction"})
    assert performance_series(study, "importance_performance") == "satisfaction"
    assert performance_series(study, "gap") is None
    instrument = load_instrument("kiosk_service")
    pairs = paired_leaves(instrument, "importance", series="satisfaction")
    assert len(pairs) == 24
    assert {instrument.question(left).series for left, _ in pairs.values()} == {"satisfaction"}
    assert {instrument.question(left).series for left, _ in paired_leaves(instrument, "expectation").values()} == {None}


def test_selection_does_not_depend_on_the_order_asked() -> None:
    """A set of names."""
    names = ["change", "segments", "reliability"]
    assert select_analyses(_instrument(), _study(), requested=names) == select_analyses(
        _instrument(), _study(), requested=names[::-1]
    )
