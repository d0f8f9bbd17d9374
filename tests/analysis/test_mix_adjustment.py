"""Score and mix of many figures at once: hand calculation, the one-figure method, and adding up."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.decomposition import change_decomposition
from analysis.mix_adjustment import mix_adjustment


def test_a_pure_shift_of_the_mix_is_no_change_of_scores() -> None:
    """Two segments at 80 and 60; shares 1/2 : 1/2 become 3/4 : 1/4: the mean rises by 5, all of it mix."""
    before = np.array([[80.0], [80.0], [60.0], [60.0]])
    after = np.array([[80.0], [80.0], [80.0], [60.0]])
    result = mix_adjustment(
        before, np.array(["a", "a", "b", "b"], object), after, np.array(["a", "a", "a", "b"], object)
    )
    assert result.score_effect[0] == pytest.approx(0.0, abs=1e-12)
    assert result.mix_effect[0] == pytest.approx(5.0)


@pytest.mark.parametrize("empty", [False, True])
def test_it_agrees_with_the_method_for_one_figure(empty: bool) -> None:
    rng = np.random.default_rng(5)
    labels = [rng.choice(["a", "b", "c"], 60).astype(object), rng.choice(["a", "b"] if empty else ["a", "b", "c"], 80)]
    values = [rng.normal(70, 15, (60, 4)), rng.normal(73, 15, (80, 4))]
    values[0][rng.random((60, 4)) < 0.2] = np.nan
    result = mix_adjustment(values[0], labels[0], values[1], labels[1].astype(object))
    for j in range(4):
        one = change_decomposition(values[0][:, j], labels[0], values[1][:, j], labels[1])
        assert result.score_effect[j] == pytest.approx(one.score_effect, abs=1e-9)
        assert result.mix_effect[j] == pytest.approx(one.mix_effect, abs=1e-9)
        change = np.nanmean(values[1][:, j]) - np.nanmean(values[0][:, j])
        assert result.score_effect[j] + result.mix_effect[j] == pytest.approx(change, abs=1e-9)


def test_case_weights_count() -> None:
    """Weight 3 on one respondent is three respondents."""
    values = np.array([[80.0], [60.0]])
    labels = np.array(["a", "b"], object)
    weighted = mix_adjustment(values, labels, values, labels, case_weights_2=np.array([3.0, 1.0]))
    assert weighted.mix_effect[0] == pytest.approx(5.0)
