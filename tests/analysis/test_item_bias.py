"""Differential item functioning by ordinal logistic regression."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.item_bias import item_bias
from survey.errors import InsufficientDataError


def answers(shift: float = 0.0, slope: float = 1.0, n: int = 500) -> tuple[pd.DataFrame, Any]:
    """Five items of one level; the last favours group b by ``shift`` and follows the level by ``slope`` there."""
    rng = np.random.default_rng(11)
    group = np.repeat(["a", "b"], n // 2)
    level = rng.normal(size=n)
    columns = {}
    for item in range(5):
        pull = level * 1.8
        if item == 4:
            pull = np.where(group == "b", slope * pull + shift, pull)
        columns[f"q{item + 1}"] = np.digitize(pull + rng.logistic(size=n), [-2, -0.5, 0.5, 2]) + 1.0
    return pd.DataFrame(columns), group


def test_uniform_bias_is_found_and_the_others_are_clean() -> None:
    items, group = answers(shift=2.5)
    found = item_bias(items, group)
    verdicts = {one.item: (one.kind, one.verdict) for one in found.items}
    assert verdicts["q5"][0] == "uniform"
    assert verdicts["q5"][1] in {"moderate", "large"}
    assert {verdict for item, (_, verdict) in verdicts.items() if item != "q5"} <= {"none", "negligible"}
    assert "q5" not in found.anchors
    assert found.settled
    assert not found.findings


def test_non_uniform_bias_is_named() -> None:
    items, group = answers(slope=-0.4)
    assert item_bias(items, group, purify=False).items[4].kind == "non_uniform"


def test_no_bias_and_no_purification() -> None:
    items, group = answers()
    found = item_bias(items, group, purify=False)
    assert all(one.verdict in {"none", "negligible"} for one in found.items)
    assert found.rounds == 0
    assert len(found.anchors) == 5


def test_two_answers_equal_binary_logistic_regression() -> None:
    """Likelihood ratios by statsmodels' Logit on the same matching score."""
    from statsmodels.api import Logit, add_constant

    items, group = answers(shift=1.0, n=240)
    items = (items > 3).astype(float)
    found = item_bias(items, group, purify=False).items[4]
    score = items.mean(axis=1)
    score = ((score - score.mean()) / score.std(ddof=0)).to_numpy()
    dummy = (group == "b").astype(float)
    designs = ([score], [score, dummy], [score, dummy, score * dummy])
    l0, l1, l2 = (Logit(items["q5"], add_constant(np.column_stack(x))).fit(disp=0).llf for x in designs)
    assert found.chisq_uniform == pytest.approx(2 * (l1 - l0), abs=1e-4)
    assert found.chisq_non_uniform == pytest.approx(2 * (l2 - l1), abs=1e-4)
    null = Logit(items["q5"], np.ones(240)).fit(disp=0).llf
    r0, r2 = ((1 - np.exp(2 * (null - one) / 240)) / (1 - np.exp(2 * null / 240)) for one in (l0, l2))
    assert found.r_squared_change == pytest.approx(r2 - r0, abs=1e-6)


def test_options_change_the_result() -> None:
    items, group = answers(shift=1.2, n=300)
    base = item_bias(items, group, purify=False)
    assert item_bias(items, group, purify=False, matching="rest").items[4].chisq != base.items[4].chisq
    lenient = item_bias(items, group, purify=False, effect_rule="zumbo_thomas")
    assert lenient.items[4].r_squared_change == base.items[4].r_squared_change
    assert lenient.items[4].verdict == "negligible"
    turned = item_bias(6 - items, group, reversed_items=list(items.columns), scale=(1, 5), purify=False)
    assert turned.items[4].chisq == pytest.approx(base.items[4].chisq, rel=1e-4)


def test_edges() -> None:
    items, group = answers(n=200)
    constant = item_bias(items.assign(q1=3.0), group, purify=False)
    assert np.isnan(constant.items[0].chisq)
    assert [finding.code for finding in constant.findings] == ["analysis.item_without_variance"]
    with pytest.raises(InsufficientDataError):
        item_bias(items[["q1", "q2"]], group)
    with pytest.raises(InsufficientDataError):
        item_bias(items, ["a"] * 200)
    flat = items.mask(np.repeat((group == "b")[:, None], 5, axis=1), 3.0)
    with pytest.raises(InsufficientDataError, match="b"):
        item_bias(flat, group)
