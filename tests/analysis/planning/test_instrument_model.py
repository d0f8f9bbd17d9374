"""The factor model of an instrument: structure from the tree, assumptions from the nearest code."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.planning.instrument_model import factor_model
from analysis.planning.simulation import simulate_plan
from survey.errors import SatixError
from survey.instrument import Instrument
from survey.plan import PlannedSimulation

TREE = {
    "code": "all",
    "label": "All",
    "measurement": "formative",
    "indicators": [
        {
            "code": "speed",
            "label": "Speed",
            "weight": 0.6,
            "indicators": [{"code": code, "label": code} for code in ("reply", "wait", "solve")],
        },
        {
            "code": "reach",
            "label": "Reach",
            "weight": 0.4,
            "measurement": "formative",
            "indicators": [{"code": code, "label": code} for code in ("hours", "ways")],
        },
    ],
}


def instrument(tree=TREE, extra=()):
    leaves = ("reply", "wait", "solve", "hours", "ways")
    questions = [
        {"code": f"{leaf}_1", "text": leaf, "facet": "performance", "measures": leaf, "scale": "five"}
        for leaf in leaves
    ]
    return Instrument.model_validate(
        {
            "instrument": "small",
            "version": "1.0.0",
            "title": "Small",
            "purpose": "Test",
            "languages": ["en"],
            "licence": "none",
            "scales": {"five": {"from": 1, "to": 5, "missing": {9: "not_applicable"}}, "ten": {"from": 1, "to": 10}},
            "index": tree,
            "sections": [{"code": "s", "title": "S", "questions": [*questions, *extra]}],
        }
    )


def plan(**assumed):
    return PlannedSimulation.model_validate({"respondents": [100], "replicates": 100, **assumed})


def test_reflective_nodes_are_factors_and_formative_leaves_factors_of_their_own():
    model = factor_model(instrument(), plan(correlation=0.5, formative_correlation=0.2))
    assert model.factors == ("speed", "hours", "ways")
    assert [item.factor for item in model.items] == [0, 0, 0, 1, 2]
    assert model.correlation.tolist() == [[1, 0.5, 0.5], [0.5, 1, 0.2], [0.5, 0.2, 1]]
    assert [block.node for block in model.blocks] == ["speed"]
    assert model.items[0].scale.points.tolist() == [0, 25, 50, 75, 100]
    # lambda^2 within the dimension, lambda^2 * phi across, by hand: .49, .49 * .5, .49 * .2
    implied = model.implied_correlation()
    assert implied[0, 1] == pytest.approx(0.49)
    assert implied[0, 3] == pytest.approx(0.245)
    assert implied[3, 4] == pytest.approx(0.098)


def test_weights_go_down_the_tree():
    """speed .6 in thirds, reach .4 in halves; declared or all equal."""
    model = factor_model(instrument(), plan())
    assert model.nodes[:3] == ("all", "speed", "reply")
    assert model.membership[:, 0] == pytest.approx([0.2, 0.2, 0.2, 0.2, 0.2])
    assert model.membership[:, 1] == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0, 0])
    equal = factor_model(instrument(), plan(indicator_weights="equal"))
    assert equal.membership[:, 0] == pytest.approx([1 / 6, 1 / 6, 1 / 6, 0.25, 0.25])


def test_the_nearest_code_wins():
    """Question over leaf over dimension over the general value."""
    model = factor_model(
        instrument(),
        plan(
            means={"speed": 60, "wait": 55, "wait_1": 50, "all": 75},
            loadings={"speed": 0.8},
            nonresponses={"ways": 0.3},
            sds={"hours": 20},
            asked={"reach": 0.5, "ways": 0.4},
        ),
    )
    assert [item.mean for item in model.items] == [60, 50, 60, 75, 75]
    assert [item.loading for item in model.items] == [0.8, 0.8, 0.8, 0.7, 0.7]
    assert [item.nonresponse for item in model.items] == [0.05, 0.05, 0.05, 0.05, 0.3]
    assert model.asked.tolist() == [0.5, 0.4]
    assert [item.asked for item in model.items] == [(), (), (), (0,), (0, 1)]


def test_other_numbers_of_items_shorten_and_lengthen_reflective_blocks_only():
    """Two items keep speed at .6 in halves; five items are the three and two parallel ones."""
    short = factor_model(instrument(), plan(), items_per_factor=2)
    assert [item.item for item in short.items] == ["reply_1", "wait_1", "hours_1", "ways_1"]
    assert short.membership[:, 0] == pytest.approx([0.3, 0.3, 0.2, 0.2])
    assert "solve" not in short.nodes
    long = factor_model(instrument(), plan(), items_per_factor=5)
    assert [item.item for item in long.items[:5]] == ["reply_1", "wait_1", "solve_1", "reply_1+1", "wait_1+1"]
    assert [block.node for block in long.blocks] == ["speed"]
    assert long.membership[:, 0] == pytest.approx([0.2] * 5)


def test_correlations_of_pairs_reach_everything_below():
    model = factor_model(instrument(), plan(correlations=[{"between": ["speed", "reach"], "correlation": 0.1}]))
    assert model.correlation[0].tolist() == [1, 0.1, 0.1]
    assert model.correlation[1, 2] == 0.6


def test_a_leaf_with_questions_of_its_own_is_a_block_and_scales_do_not_mix():
    twice = {"code": "hours_2", "text": "h", "facet": "performance", "measures": "hours", "scale": "five"}
    model = factor_model(instrument(extra=[twice]), plan())
    assert [block.node for block in model.blocks] == ["speed", "hours"]
    other = {"code": "wait_2", "text": "w", "facet": "performance", "measures": "wait", "scale": "ten"}
    assert factor_model(instrument(extra=[other]), plan()).blocks == ()
    number = {"code": "wait_2", "text": "w", "facet": "performance", "measures": "wait", "type": "number"}
    continuous = factor_model(instrument(extra=[number]), plan()).items[2]
    assert (continuous.item, len(continuous.scale.points)) == ("wait_2", 0)


def test_reversed_questions_keep_the_direction_of_the_index():
    """Means are those of the indicator: points are ascending whatever the direction of the wording."""
    turned = {
        "code": "ways_2",
        "text": "w",
        "facet": "performance",
        "measures": "ways",
        "scale": "five",
        "reverse": True,
    }
    model = factor_model(instrument(extra=[turned]), plan())
    scale = model.items[-1].scale
    assert scale.shares() @ scale.points == pytest.approx(70, abs=1e-6)


@pytest.mark.parametrize(
    ("assumed", "code"),
    [
        ({"means": {"nobody": 60}}, "plan_unknown_indicator"),
        ({"asked": {"reply_1": 0.5}}, "plan_unknown_indicator"),
        ({"changes": [{"indicator": "reply_1", "change": 2}]}, "plan_unknown_indicator"),
        ({"sds": {"wait": 5}}, "plan_sd_impossible"),
        ({"means": {"wait": 95}, "sd": 40}, "plan_sd_impossible"),
    ],
)
def test_assumptions_that_cannot_hold_are_refused(assumed, code):
    with pytest.raises(SatixError) as error:
        factor_model(instrument(), plan(**assumed))
    assert error.value.problems[0].code == f"analysis.{code}"
    assert error.value.message("zh")


def test_impossible_correlations_are_refused():
    """.9 and .9 with one factor leave the other two at least 2 * .81 - 1 = .62 apart from -.9."""
    pairs = [("speed", "hours", 0.9), ("speed", "ways", 0.9), ("hours", "ways", -0.9)]
    assumed = plan(correlations=[{"between": [a, b], "correlation": r} for a, b, r in pairs])
    with pytest.raises(SatixError, match="at the same time"):
        simulate_plan(instrument(), assumed)


def test_a_tree_without_reflective_dimensions_has_no_items_to_vary():
    flat = {**TREE, "indicators": [{**branch, "measurement": "formative"} for branch in TREE["indicators"]]}
    with pytest.raises(SatixError, match="no reflective dimension"):
        factor_model(instrument(flat), plan(), items_per_factor=2)


def test_adding_a_size_changes_no_other_and_the_seed_decides():
    alone = simulate_plan(instrument(), plan(respondents=[60]), seed=5)
    more = simulate_plan(instrument(), plan(respondents=[40, 60], items=[2]), seed=5)
    assert alone.indices == tuple(row for row in more.indices if row.respondents == 60 and row.items_per_factor is None)
    assert simulate_plan(instrument(), plan(respondents=[60]), seed=6).indices != alone.indices
    assert len(more.to_frame()) == len(more.alphas) + len(more.indices)
    assert "n = 40" in more.summary()


def test_more_items_raise_alpha_and_more_respondents_narrow_the_interval():
    found = simulate_plan(
        instrument(), plan(respondents=[50, 200], items=[2, 6], changes=[{"indicator": "speed", "change": 6}])
    )
    alphas = {row.items_per_factor: row.estimate for row in found.alphas if row.respondents == 200}
    assert alphas[2] < alphas[None] < alphas[6]
    margins = {
        row.respondents: row.margin for row in found.indices if (row.node, row.items_per_factor) == ("all", None)
    }
    assert margins[200] == pytest.approx(margins[50] / 2, rel=0.05)
    chances = {row.respondents: row.chance for row in found.changes if row.items_per_factor is None}
    assert chances[50] < chances[200]
    assert found.n_tests == 8
    told = []
    simulate_plan(instrument(), plan(items=[2]), progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (200, 200)
    assert np.all(np.diff([done for done, _ in told]) >= 0)
