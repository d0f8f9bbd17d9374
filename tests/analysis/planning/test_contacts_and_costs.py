"""Contacts and costs per channel, and change by wave design, all by hand."""

from __future__ import annotations

import math

import pytest

from analysis.change_summaries import WaveSummary, overlap_from_summaries
from analysis.minimum_detectable_change import minimum_detectable_change, required_n_per_wave
from analysis.planning.channel_costs import Channel, channel_costs
from analysis.planning.contacts import contacts_needed
from analysis.planning.wave_designs import detectable_change_by_design
from survey.errors import SatixError


def test_contacts_of_the_published_rates():
    """10,000 / .8 = 12,500; 10,000 / .3 = 33,333.3 -> 33,334; half eligible doubles them (66,666.7 -> 66,667)."""
    targets = {"telephone": 10000, "review": 10000}
    rates = {"telephone": 0.8, "review": 0.3}
    assert contacts_needed(targets, rates).contacts == {"telephone": 12500, "review": 33334}
    half = contacts_needed(targets, rates, eligibility={"review": 0.5})
    assert half.contacts == {"telephone": 12500, "review": 66667}
    assert contacts_needed(targets, rates, eligibility=0.5).contacts["telephone"] == 25000
    assert half.to_frame().loc["review", "eligibility"] == 0.5
    assert "66667" in half.summary()


def test_costs_are_sorted_and_what_a_frame_cannot_hold_comes_last():
    """sd 20, margin 3, z 1.959964: n = 170.73 -> 171.

    Telephone: 171 / .8 -> 214 contacts; 171 * 30 + 214 * 2 = 5,558. Mail: 171 / .1 = 1,710 contacts * 1 + 171 * 2 + 500
    = 2,552. Review: 171 / .3 = 570 contacts, frame 500: last.
    """
    found = channel_costs(
        [
            Channel(channel="telephone", response_rate=0.8, cost_per_complete=30, cost_per_contact=2),
            Channel(channel="review", response_rate=0.3, cost_per_contact=0.1, frame=500),
            Channel(channel="mail", response_rate=0.1, cost_per_complete=2, cost_per_contact=1, fixed_cost=500),
        ],
        3,
        sd=20,
    )
    assert [(row.channel, row.respondents, row.contacts, row.cost, row.feasible) for row in found.rows] == [
        ("mail", 171, 1710, 2552.0, True),
        ("telephone", 171, 214, 5558.0, True),
        ("review", 171, 570, pytest.approx(57.0), False),
    ]
    assert found.rows[1].cost_per_respondent == pytest.approx(5558 / 171)
    assert found.to_frame().index.tolist() == ["mail", "telephone", "review"]
    assert "mail" in found.summary()


def test_a_design_effect_costs_respondents():
    """Share .5, margin .05: 384.15 -> 385; with design effect 2: 768.29 -> 769; in 1,000 people 277.5 -> 278."""
    plain, clustered = Channel(channel="a", response_rate=1), Channel(channel="b", response_rate=1, design_effect=2)
    rows = channel_costs([clustered, plain], 0.05, share=0.5).rows
    assert {row.channel: row.respondents for row in rows} == {"a": 385, "b": 769}
    assert channel_costs([plain], 0.05, share=0.5, population=1000).rows[0].respondents == 278


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: contacts_needed({"a": 5}, {}), "plan_channel_without_rate"),
        (lambda: contacts_needed({"a": 5}, {"a": 0}), "plan_rate"),
        (lambda: contacts_needed({"a": 5}, {"a": 0.5}, eligibility=1.5), "plan_rate"),
        (lambda: contacts_needed({"a": -1}, {"a": 0.5}), "plan_not_positive"),
        (lambda: channel_costs([Channel(channel="a", response_rate=1)], 3), "plan_sd_or_share"),
        (lambda: channel_costs([], 3, sd=20), "plan_no_channels"),
        (lambda: channel_costs([Channel(channel="a", response_rate=1, fixed_cost=-1)], 3, sd=20), "plan_not_positive"),
    ],
)
def test_impossible_channels_are_refused(call, code):
    with pytest.raises(SatixError) as error:
        call()
    assert error.value.problems[0].code == f"analysis.{code}"
    assert error.value.message("zh")


def test_wave_designs_by_hand():
    """sd 18, n 500, r .6, z sum 2.8015852: SE 18 sqrt(2/500) = 1.13842; overlap half: sqrt(.004 - 2*.6*250/250000) * 18
    = .952470; panel: 18 sqrt(2 * .4 / 500) = .72. For 1.5 points n = 2 * (18 * 2.8015852 / 1.5)^2 * (1 - .6 share)."""
    found = detectable_change_by_design(18, 500, 500, correlation=0.6, target_change=1.5)
    assert [row.design for row in found.rows] == ["independent", "overlap", "panel"]
    assert [row.std_error for row in found.rows] == pytest.approx([1.138420, 0.952470, 0.72], abs=1e-6)
    assert [row.estimate for row in found.rows] == pytest.approx(
        [2.8015852 * se for se in (1.138420, 0.952470, 0.72)], abs=1e-5
    )
    assert [row.n_for_target for row in found.rows] == [2261, math.ceil(2260.48 * 0.7), math.ceil(2260.48 * 0.4)]
    assert len(found.to_frame()) == 3
    assert "panel" in found.summary()


def test_wave_designs_agree_with_the_single_functions():
    """Independent: the planning formula; overlap: the standard error of a comparison of two summaries."""
    found = detectable_change_by_design(
        19, 900, 950, sd_2=18.5, correlation=0.4, overlaps=(0.0, 0.3), n_tests=7, power=0.9, design_effect=1.3
    )
    single = minimum_detectable_change(19, 900, 950, sd_2=18.5, n_tests=7, power=0.9, design_effect=1.3)
    assert found.rows[0].estimate == pytest.approx(single.estimate, rel=1e-12)
    waves = WaveSummary(mean=70, sd=19, n=900), WaveSummary(mean=71, sd=18.5, n=950)
    compared = overlap_from_summaries(*waves, n_overlap=270, correlation=0.4)
    assert found.rows[1].std_error == pytest.approx(math.sqrt(1.3) * compared.std_error, rel=1e-12)
    needed = detectable_change_by_design(18, 500, 500, correlation=0.9, target_change=1.5).rows[0].n_for_target
    assert needed == required_n_per_wave(1.5, 18)


@pytest.mark.parametrize(
    "options",
    [{"overlaps": (1.2,)}, {"correlation": 1.5}, {"target_change": 0}, {"design_effect": 0}, {"alpha": 0}],
)
def test_impossible_waves_are_refused(options):
    with pytest.raises(SatixError):
        detectable_change_by_design(18, 500, 500, **{"correlation": 0.5, **options})
