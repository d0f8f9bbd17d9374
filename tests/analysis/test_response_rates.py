"""AAPOR rates: a published example, the identities between rates, and what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.response_rates import RATE_NAMES, participation_rate, response_rates, worst_case_bounds
from survey.errors import InsufficientDataError, SatixError

HEALTH = {"complete": 650, "partial": 50, "refusal": 150, "non_contact": 100, "other": 30, "unknown_household": 20}
"""1,000 residents: the worked example of statscalculators.com, whose RR1 is 65%, cooperation 76.5%, refusal 15%."""


def test_a_published_example() -> None:
    """RR1 = 650/1000, COOP3 = 650/850, REF1 = 150/1000; RR3 = 650/(980 + 0.8 * 20) = 650/996."""
    rates = response_rates(HEALTH, eligible_share=0.8).rates
    assert rates["RR1"] == pytest.approx(0.65)
    assert rates["COOP3"] == pytest.approx(650 / 850)
    assert rates["REF1"] == pytest.approx(0.15)
    assert rates["RR2"] == pytest.approx(0.70)
    assert rates["RR3"] == pytest.approx(650 / 996)
    assert rates["RR5"] == pytest.approx(650 / 980)
    assert rates["COOP1"] == pytest.approx(650 / 880)
    assert rates["CON1"] == pytest.approx(880 / 1000)
    assert set(rates) == set(RATE_NAMES)


def test_e_is_estimated_from_cases_of_known_eligibility() -> None:
    """980 eligible, 20 not: e = 0.98, as in the proportional allocation of Smith (2009)."""
    result = response_rates({**HEALTH, "ineligible": 20})
    assert result.eligible_share == pytest.approx(0.98)
    assert result.eligible_share_from == "proportional"
    assert result.rates["RR3"] == pytest.approx(650 / (980 + 0.98 * 20))
    assert result.n == 1000


def test_without_e_the_rates_that_need_it_are_undefined() -> None:
    """RR3, RR4, REF2, CON2; the others stand."""
    result = response_rates(HEALTH)
    assert result.eligible_share_from == "unknown"
    assert [name for name, value in result.rates.items() if math.isnan(value)] == ["RR3", "RR4", "REF2", "CON2"]
    assert not result.all_eligibility_known


def test_without_unknown_cases_all_three_kinds_agree() -> None:
    """RR1 = RR3 = RR5, and RR5 may be reported."""
    result = response_rates({"complete": 30, "refusal": 20})
    assert result.all_eligibility_known
    assert result.rates["RR1"] == result.rates["RR3"] == result.rates["RR5"] == 0.6


@given(
    counts=st.fixed_dictionaries({name: st.integers(0, 500) for name in HEALTH}),
    share=st.floats(0, 1),
)
def test_order_of_the_rates(counts: dict[str, int], share: float) -> None:
    """RR1 <= RR3 <= RR5, RR1 <= RR2, COOP1 <= COOP3, and all between 0 and 1."""
    if not counts["complete"]:
        return
    rates = response_rates(counts, eligible_share=share).rates
    assert rates["RR1"] <= rates["RR3"] + 1e-12 <= rates["RR5"] + 2e-12
    assert rates["RR1"] <= rates["RR2"]
    assert rates["COOP1"] <= rates["COOP3"]
    assert all(0 <= rate <= 1 for rate in rates.values())


def test_no_frame_is_refused_in_words() -> None:
    """No case, no denominator."""
    with pytest.raises(InsufficientDataError, match="no frame"):
        response_rates({})


@pytest.mark.parametrize(("counts", "share"), [({"completed": 3}, None), ({"complete": -1}, None), (HEALTH, 1.2)])
def test_what_is_no_count_of_outcomes_is_refused(counts: dict[str, int], share: float | None) -> None:
    """Unknown outcomes, negative counts, a share beyond 1."""
    with pytest.raises(SatixError):
        response_rates(counts, eligible_share=share)


def test_the_participation_rate_has_an_interval_and_no_claim_to_design() -> None:
    """8 of 10; Wilson: (0.8 + z²/20 ± z·sqrt(0.016 + z²/400)) / (1 + z²/10) with z = 1.96."""
    rate = participation_rate(8, 10)
    assert (rate.estimate, rate.n, rate.design_based) == (0.8, 10, False)
    assert (rate.lower, rate.upper) == pytest.approx((0.49016, 0.94332), abs=1e-5)
    with pytest.raises(InsufficientDataError):
        participation_rate(0, 0)
    with pytest.raises(SatixError):
        participation_rate(3, 2)


def test_bounds_say_how_little_a_low_rate_proves() -> None:
    """0.3 * 0.758 = 0.2274; plus the 0.7 who did not answer: 0.9274."""
    assert worst_case_bounds(0.758, 0.3) == pytest.approx((0.2274, 0.9274))
