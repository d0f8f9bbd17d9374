"""Bennet decomposition: exact sums, standard errors, and segments that come and go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.change import wave_change
from analysis.decomposition import bennet_decomposition, change_decomposition
from analysis.design import SurveyDesign
from survey.errors import InsufficientDataError, SatixError


def test_two_segments_by_hand() -> None:
    """Score: (.3+.2)/2*(82-80) + (.7+.8)/2*(71-70) = .5 + .75; mix: -.1*81 + .1*70.5 = -1.05; 73.0 to 73.2."""
    result = bennet_decomposition([0.3, 0.7], [80, 70], [0.2, 0.8], [82, 71], segments=["new", "old"])
    assert (result.index_1, result.index_2) == pytest.approx((73.0, 73.2))
    assert (result.score_effect, result.mix_effect, result.total) == pytest.approx((1.25, -1.05, 0.2))
    assert result.mix_by_segment == pytest.approx([-8.1, 7.05])
    # centred at (73 + 73.2)/2 = 73.1: -.1*(81-73.1) = -.79 and .1*(70.5-73.1) = -.26
    assert result.mix_centred_by_segment == pytest.approx([-0.79, -0.26])
    assert result.to_frame().loc["total", ["score_effect", "mix_effect"]].tolist() == pytest.approx([1.25, -1.05])


@given(
    st.integers(1, 6).flatmap(
        lambda k: st.tuples(
            *(st.lists(st.floats(0.01, 1), min_size=k, max_size=k) for _ in range(2)),
            *(st.lists(st.floats(0, 100), min_size=k, max_size=k) for _ in range(2)),
        )
    )
)
def test_the_two_effects_add_up_to_the_change(parts: Any) -> None:
    weights_1, weights_2, scores_1, scores_2 = map(np.array, parts)
    result = bennet_decomposition(weights_1 / weights_1.sum(), scores_1, weights_2 / weights_2.sum(), scores_2)
    assert result.score_effect + result.mix_effect == pytest.approx(result.total, abs=1e-10)
    assert result.mix_centred_by_segment.sum() == pytest.approx(result.mix_effect, abs=1e-9)


def test_without_a_change_of_shares_there_is_no_mix_effect() -> None:
    result = bennet_decomposition([0.4, 0.6], [60, 70], [0.4, 0.6], [65, 71])
    assert result.mix_effect == 0
    assert result.score_effect == pytest.approx(result.total)


def test_an_entering_segment_is_all_mix_and_a_finding_says_so() -> None:
    """.5*70 + .5*80 = 75; .4*70 + .4*80 + .2*50 = 70. Entering: .2*50 = 10 mix; the others -.1*70 - .1*80 = -15."""
    result = bennet_decomposition([0.5, 0.5, 0], [70, 80, np.nan], [0.4, 0.4, 0.2], [70, 80, 50])
    assert result.total == pytest.approx(-5)
    assert result.score_effect == 0
    assert result.mix_by_segment == pytest.approx([-7, -8, 10])
    assert np.isnan(result.score_change[2])
    assert [finding.code for finding in result.findings] == ["analysis.segment_in_one_wave"]


def simulated(rng: Any, n: int, shares: Any, means: Any, sd: Any = 10.0) -> Any:
    segment = rng.choice(len(shares), n, p=shares)
    return rng.normal(np.array(means)[segment], sd), np.array(list("abcd"))[segment]


def test_parts_of_the_answers_add_up_to_the_change_of_the_means() -> None:
    rng = np.random.default_rng(5)
    y1, s1 = simulated(rng, 150, [0.5, 0.3, 0.2], [70, 80, 60])
    y2, s2 = simulated(rng, 180, [0.3, 0.4, 0.3], [72, 79, 65])
    y1[:7], s2 = np.nan, s2.astype(object)
    s2[:5] = None
    design = SurveyDesign.build(case_weights=rng.uniform(0.5, 2, 150))
    result = change_decomposition(y1, s1, y2, s2, design_1=design)
    change = wave_change(y1, design, y2, None)
    assert result.total == pytest.approx(change.estimate, abs=1e-10)
    assert result.total_std_error == pytest.approx(change.std_error, rel=1e-10)
    assert "(missing)" in result.segments
    assert result.n_1.sum() == 143


def test_standard_errors_agree_with_simulation() -> None:
    """400 pairs of waves: the spread of both effects is the mean standard error within 12 % (own error 3.5 %)."""
    rng = np.random.default_rng(11)
    effects, errors = [], []
    for _ in range(400):
        y1, s1 = simulated(rng, 200, [0.5, 0.5], [70, 80])
        y2, s2 = simulated(rng, 300, [0.3, 0.4, 0.3], [72, 80, 60])
        result = change_decomposition(y1, s1, y2, s2)
        effects.append((result.score_effect, result.mix_effect))
        errors.append((result.score_effect_std_error, result.mix_effect_std_error))
    assert np.std(effects, axis=0, ddof=1) == pytest.approx(np.mean(errors, axis=0), rel=0.12)


def test_a_segment_of_one_respondent_leaves_the_standard_error_undefined() -> None:
    y, s = np.array([1.0, 2, 3, 4]), ["a", "a", "a", "b"]
    result = change_decomposition(y, s, y + 1, s)
    assert np.isnan(result.score_effect_std_error)
    assert result.total == pytest.approx(1)
    assert not np.isnan(result.total_std_error)


def test_impossible_inputs_are_refused() -> None:
    with pytest.raises(SatixError, match=r"add up to 0\.9"):
        bennet_decomposition([0.4, 0.5], [1, 2], [0.5, 0.5], [1, 2])
    with pytest.raises(SatixError, match="no score"):
        bennet_decomposition([0.5, 0.5], [1, np.nan], [0.5, 0.5], [1, 2])
    with pytest.raises(SatixError, match="same rows"):
        bennet_decomposition([1.0], [1, 2], [0.5, 0.5], [1, 2])
    with pytest.raises(InsufficientDataError, match="Wave 2"):
        change_decomposition([1.0], ["a"], [np.nan], ["a"])
