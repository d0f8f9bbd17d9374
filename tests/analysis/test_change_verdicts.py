"""Verdicts on a family of changes: interval and adjusted test never disagree."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.change import wave_changes
from analysis.change_verdicts import change_verdicts, holm_level_intervals
from analysis.survey_design import SurveyDesign
from survey.study import Target


def _waves(shifts: list[float], *, n: int = 80, seed: int = 1, sd: float = 15.0) -> Any:
    source = np.random.default_rng(seed)
    before = source.normal(60, sd, (n, len(shifts)))
    after = source.normal(60, sd, (n, len(shifts))) + np.array(shifts)
    return wave_changes(
        before,
        SurveyDesign.simple(n),
        after,
        SurveyDesign.simple(n),
        indicators=[f"i{place}" for place in range(len(shifts))],
    )


def _levels(changes: Any) -> dict[str, tuple[float, float, float]]:
    return dict.fromkeys(changes.indicators, (70.0, 65.0, 75.0))


def test_one_change_by_hand() -> None:
    """A family of one: the usual 95 % interval, estimate -/+ t x SE."""
    changes = _waves([8.0])
    lower, upper = holm_level_intervals(changes)
    half = stats.t.ppf(0.975, changes.df[0]) * changes.std_error[0]
    assert lower[0] == pytest.approx(changes.estimate[0] - half, abs=1e-9)
    assert upper[0] == pytest.approx(changes.estimate[0] + half, abs=1e-9)


def test_holm_levels_by_hand() -> None:
    """Three tests: the smallest p is bounded at 0.05/3, the next at 0.05/2, the last at 0.05."""
    changes = _waves([14.0, 9.0, 5.0], n=60)
    order = np.argsort(changes.p_value)
    lower, upper = holm_level_intervals(changes)
    adjusted = [min(1, 3 * changes.p_value[order[0]])]
    for step in (1, 2):
        adjusted.append(max(adjusted[-1], min(1, (3 - step) * changes.p_value[order[step]])))
    np.testing.assert_allclose(changes.p_adjusted[order], adjusted)
    for step, row in enumerate(order):
        if adjusted[step] == pytest.approx((3 - step) * changes.p_value[row]):
            level = 0.05 / (3 - step)
            half = stats.t.ppf(1 - level / 2, changes.df[row]) * changes.std_error[row]
            assert upper[row] - lower[row] == pytest.approx(2 * half, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    shifts=st.lists(st.floats(-12, 12), min_size=1, max_size=9),
    seed=st.integers(0, 10_000),
    n=st.integers(12, 90),
)
def test_the_interval_excludes_zero_exactly_where_the_adjusted_test_rejects(
    shifts: list[float], seed: int, n: int
) -> None:
    """And the word says the same."""
    changes = _waves(shifts, n=n, seed=seed)
    verdicts = change_verdicts(changes, targets={}, levels_after=_levels(changes), minimum_n=10)
    for place, verdict in enumerate(verdicts):
        rejects = changes.p_adjusted[place] < 0.05
        assert (verdict.lower > 0 or verdict.upper < 0) == rejects
        assert verdict.lower < changes.estimate[place] < verdict.upper
        if rejects:
            assert verdict.verdict == ("improved" if changes.estimate[place] > 0 else "worse")
        else:
            assert verdict.verdict == "no_evidence"


def test_targets_of_change() -> None:
    """Reached and proven, reached with the target inside, improved only, no evidence, worse: design 4.12."""
    changes = _waves([30.0], n=200)
    estimate = float(changes.estimate[0])
    lower, _ = (float(bound[0]) for bound in holm_level_intervals(changes))

    def verdict_for(target: float) -> str:
        (verdict,) = change_verdicts(
            changes,
            targets={"i0": Target(indicator="i0", change=target)},
            levels_after=_levels(changes),
        )
        assert verdict.target_kind == "change"
        assert verdict.target == target
        return verdict.verdict

    proven, inside, improved = verdict_for(lower - 1), verdict_for((lower + estimate) / 2), verdict_for(estimate + 1)
    assert len({proven, inside, improved}) == 3
    assert proven.startswith("reached")
    assert inside.startswith("reached")
    assert improved == "improved"


def test_too_few_get_no_verdict() -> None:
    """Fewer respondents than the limit in the smaller wave."""
    changes = _waves([30.0], n=29)
    (verdict,) = change_verdicts(changes, targets={}, levels_after=_levels(changes), minimum_n=30)
    assert verdict.verdict == "too_few"
    assert not math.isnan(verdict.lower)


def test_a_level_target_is_judged_on_the_later_wave() -> None:
    """70 (65 to 75) against 60: reached and proven, whatever the change did."""
    changes = _waves([0.0], n=100)
    (verdict,) = change_verdicts(
        changes, targets={"i0": Target(indicator="i0", level=60)}, levels_after=_levels(changes)
    )
    assert verdict.target_kind == "level"
    assert verdict.verdict.startswith("reached")
    (missed,) = change_verdicts(
        changes, targets={"i0": Target(indicator="i0", level=90)}, levels_after=_levels(changes)
    )
    assert not missed.verdict.startswith("reached")


def test_results_can_be_shown() -> None:
    """One row with the columns every table has."""
    changes = _waves([5.0])
    (verdict,) = change_verdicts(changes, targets={}, levels_after=_levels(changes))
    assert {"indicator", "verdict", "lower", "upper"} <= set(verdict.to_frame().columns)
    assert verdict.summary().startswith("i0: ")


def test_a_family_without_variance_has_no_test() -> None:
    """Everybody the same in both waves: no verdict that claims a change."""
    constant = np.full((40, 2), 75.0)
    changes = wave_changes(constant, SurveyDesign.simple(40), constant, SurveyDesign.simple(40), indicators=["a", "b"])
    verdicts = change_verdicts(changes, targets={}, levels_after=_levels(changes))
    assert {verdict.verdict for verdict in verdicts} <= {"no_evidence", "undefined"}
