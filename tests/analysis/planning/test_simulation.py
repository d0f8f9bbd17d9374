"""Simulated studies against closed forms: alpha, attenuation, interval width, power. Fixed seeds, bounds of 4 SE."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.planning import simulated_answers
from analysis.planning.answer_scale import AnswerScale, answer_scale
from analysis.planning.factor_model import Block, FactorModel, PlannedItem
from analysis.planning.simulated_answers import draw_answers, item_points, node_points, study_blocks
from analysis.planning.simulated_sums import StudyProducts
from analysis.planning.simulation import simulate_model
from analysis.reliability import cronbach_alpha
from survey.plan import PlannedChange

FIVE = (0, 25, 50, 75, 100)


def one_factor(
    k: int = 4,
    *,
    loading: float = 0.7,
    points: tuple[float, ...] = (),
    mean: float = 60,
    sd: float = 20,
    nonresponse: float = 0.0,
    asked: tuple[float, ...] = (),
    minimum_answered: float = 0.5,
) -> FactorModel:
    """k parallel items of one reflective node; continuous without ``points``. ``asked`` groups hold the last item."""
    scale: AnswerScale = answer_scale(points, mean=mean, sd=sd)
    items = tuple(
        PlannedItem(
            item=f"q{j}",
            factor=0,
            leaf=j,
            loading=loading,
            mean=mean,
            scale=scale,
            nonresponse=nonresponse,
            asked=tuple(range(len(asked))) if j == k - 1 else (),
        )
        for j in range(k)
    )
    return FactorModel(
        items=items,
        factors=("f",),
        correlation=np.ones((1, 1)),
        asked=np.array(asked),
        leaves=tuple(f"l{j}" for j in range(k)),
        nodes=("f",),
        membership=np.full((k, 1), 1 / k),
        blocks=(Block(node="f", items=tuple(range(k))),) if k > 1 else (),
        minimum_answered=minimum_answered,
    )


def run(model, n, replicates, seed=1, **options):
    return simulate_model(model, n, replicates=replicates, rng=np.random.default_rng(seed), **options)


def test_alpha_of_tau_equivalent_items_and_its_exact_small_sample_distribution():
    """alpha = k r / (1 + (k-1) r) with r = .49, k = 4: .79352. (1 - alpha_hat) / (1 - alpha) ~ F((n-1)(k-1), n-1)
    (Feldt 1965), whose mean is (n-1) / (n-3)."""
    alpha, n, replicates = 4 * 0.49 / (1 + 3 * 0.49), 20, 20_000
    (row,) = run(one_factor(), n, replicates).alphas
    F = stats.f((n - 1) * 3, n - 1)
    assert row.estimate == pytest.approx(1 - (1 - alpha) * F.mean(), abs=4 * row.std_error / math.sqrt(replicates))
    assert row.std_error == pytest.approx((1 - alpha) * F.std(), rel=0.05)
    assert row.range_lower == pytest.approx(1 - (1 - alpha) * F.ppf(0.975), abs=0.01)
    assert row.range_upper == pytest.approx(1 - (1 - alpha) * F.ppf(0.025), abs=0.005)
    assert row.chance_wanted == pytest.approx(F.cdf(0.3 / (1 - alpha)), abs=4 * 0.5 / math.sqrt(replicates))


def test_the_interval_shown_is_feldts_at_the_expected_alpha():
    (row,) = run(one_factor(), 100, 500).alphas
    quantile = stats.f(99, 99 * 3).ppf
    assert row.lower == pytest.approx(1 - (1 - row.estimate) * quantile(0.975), rel=1e-9)
    assert row.upper == pytest.approx(1 - (1 - row.estimate) * quantile(0.025), rel=1e-9)


def test_answers_on_five_options_attenuate_the_correlation():
    """Correlation of the answers by integrals of the bivariate normal over the cells; alpha = 2r / (1 + r)."""
    scale = answer_scale(FIVE, mean=70, sd=25)
    cuts = np.concatenate([[-12.0], scale.thresholds(), [12.0]])
    joint = stats.multivariate_normal(cov=[[1, 0.49], [0.49, 1]])
    below = np.array([[joint.cdf([a, b]) for b in cuts] for a in cuts])
    cells = np.diff(np.diff(below, axis=0), axis=1)
    centred = scale.points - 70
    r = float(centred @ cells @ centred) / 25**2
    assert r < 0.46
    (row,) = run(one_factor(2, points=FIVE, mean=70, sd=25), 4000, 200, seed=3).alphas
    assert row.estimate == pytest.approx(2 * r / (1 + r), abs=4 * row.std_error / math.sqrt(200) + 1e-4)


def test_width_of_the_index_interval():
    """E[half width] = t sigma c4 / sqrt(n), c4 = sqrt(2/(n-1)) G(n/2) / G((n-1)/2); sigma^2 = 400 (1 + 3 * .49) / 4."""
    n, replicates = 25, 4000
    (row,) = run(one_factor(), n, replicates).indices
    sigma = 20 * math.sqrt((1 + 3 * 0.49) / 4)
    c4 = math.sqrt(2 / (n - 1)) * math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2))
    expected = stats.t.ppf(0.975, n - 1) * sigma * c4 / math.sqrt(n)
    noise = stats.t.ppf(0.975, n - 1) * sigma * math.sqrt((1 - c4**2) / n / replicates)
    assert row.margin == pytest.approx(expected, abs=4 * noise)
    nine = stats.t.ppf(0.975, n - 1) * sigma * math.sqrt(stats.chi2.ppf(0.9, n - 1) / (n - 1) / n)
    assert row.margin_nine_in_ten == pytest.approx(nine, rel=0.01)
    assert row.estimate == pytest.approx(60, abs=4 * sigma / math.sqrt(n * replicates))
    assert row.sd == pytest.approx(sigma, rel=0.01)
    assert (row.n, row.undefined) == (25, 0)


@pytest.mark.parametrize("change", [8.0, -6.0])
def test_power_is_that_of_the_noncentral_t(change):
    """One continuous item, sd 20, 60 a wave: df 118, noncentrality |d| / (20 sqrt(2/60))."""
    n, replicates = 60, 20_000
    model = one_factor(1, loading=0.0)
    found = run(model, n, replicates, changes=[PlannedChange(indicator="f", change=change)]).changes[0]
    critical = stats.t.ppf(0.975, 2 * n - 2)
    exact = stats.nct.sf(critical, 2 * n - 2, abs(change) / (20 * math.sqrt(2 / n)))
    assert found.chance == pytest.approx(exact, abs=4 * found.chance_std_error + 0.001)
    assert found.mean_difference == pytest.approx(change, abs=4 * 20 * math.sqrt(2 / n / replicates))


def test_false_alarms_keep_the_level_and_a_family_lowers_it():
    model = one_factor(points=FIVE, mean=70, sd=25)
    still = [PlannedChange(indicator="f", change=0)]
    alone = run(model, 100, 8000, changes=still).changes[0]
    family = run(model, 100, 8000, changes=still, n_tests=10).changes[0]
    assert alone.chance == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / 8000))
    assert family.chance == pytest.approx(0.005, abs=4 * math.sqrt(0.005 * 0.995 / 8000))
    assert family.level == pytest.approx(0.005)


def test_a_change_of_answers_on_options_is_the_change_asked_for():
    found = run(
        one_factor(points=FIVE, mean=80, sd=22, nonresponse=0.1),
        200,
        2000,
        changes=[PlannedChange(indicator="f", change=5)],
    ).changes[0]
    assert found.mean_difference == pytest.approx(5, abs=4 * found.std_error / math.sqrt(2000))


def test_a_design_effect_widens_the_interval_by_its_root_and_lowers_the_chance():
    change = [PlannedChange(indicator="f", change=4)]
    plain = run(one_factor(), 100, 300, changes=change)
    clustered = run(one_factor(), 100, 300, changes=change, design_effect=2.25)
    assert clustered.indices[0].margin == pytest.approx(1.5 * plain.indices[0].margin, rel=1e-12)
    assert clustered.changes[0].chance < plain.changes[0].chance


def test_alpha_with_gaps_is_the_alpha_a_report_would_show():
    """The same answers through `cronbach_alpha` with pairwise covariances."""
    model = one_factor(points=FIVE, mean=70, sd=25, nonresponse=0.2)
    drawn = draw_answers(model, 3 * 80, np.random.default_rng(5))
    points = item_points(drawn, [item.scale for item in model.items])
    products = StudyProducts(3, 4)
    products.add(slice(0, 3), points - 70)
    for study, found in enumerate(products.alpha()):
        frame = pd.DataFrame(points[80 * study : 80 * (study + 1)], columns=list("abcd"))
        assert found == pytest.approx(cronbach_alpha(frame, missing="pairwise").raw_alpha, rel=1e-9)


def test_gaps_and_groups_not_asked_occur_at_their_rates():
    """The last item is asked where both groups are (.5 * .8), the others always; each answer is missing with .1."""
    drawn = draw_answers(one_factor(nonresponse=0.1, asked=(0.5, 0.8)), 40_000, np.random.default_rng(2))
    assert drawn.asked[:, :3].all()
    assert drawn.asked[:, 3].mean() == pytest.approx(0.4, abs=4 * math.sqrt(0.24 / 40_000))
    assert drawn.answered[:, 0].mean() == pytest.approx(0.9, abs=4 * math.sqrt(0.09 / 40_000))
    assert not (drawn.answered & ~drawn.asked).any()


def test_composites_leave_out_what_was_not_asked_and_need_enough_of_the_rest():
    """Four equal leaves, minimum half. Answers 20, -, -, (not asked): 1/3 answered, none. 20, 60, -, (not asked): 40.
    20, -, -, - all asked: none. 20, 60, -, -: 2/4, 40."""
    model = one_factor()
    gap = np.nan
    points = np.array([[20, gap, gap, gap], [20, 60, gap, gap], [20, gap, gap, gap], [20, 60, gap, gap]])
    asked = np.array([[True] * 3 + [False]] * 2 + [[True] * 4] * 2)
    assert node_points(model, points, asked)[:, 0] == pytest.approx([gap, 40, gap, 40], nan_ok=True)


def test_studies_with_nothing_to_estimate_are_counted():
    """Most answers missing among ten people: some studies have no alpha, and the forecast says how many."""
    found = run(one_factor(2, nonresponse=0.6), 10, 200)
    assert 0 < found.alphas[0].undefined < 200
    assert found.indices[0].undefined > 0
    assert math.isfinite(found.alphas[0].estimate)


@pytest.mark.parametrize(("replicates", "n", "k"), [(1000, 50, 10), (7, 60_000, 20), (3, 1_000_001, 1), (5, 10, 0)])
def test_blocks_cover_every_respondent_once_and_stay_bounded(replicates, n, k):
    seen = np.zeros(replicates, dtype=int)
    for studies, rows in study_blocks(replicates, n, k):
        assert (studies.stop - studies.start) * rows * max(k, 1) <= simulated_answers.BLOCK_VALUES
        seen[studies] += rows
    assert (seen == n).all()


def test_studies_split_into_blocks_give_the_same_figures(monkeypatch):
    """Sums add up over blocks: with blocks of 300 answers, studies of 400 * 4 are drawn in parts."""
    whole = run(one_factor(), 400, 300)
    monkeypatch.setattr(simulated_answers, "BLOCK_VALUES", 300)
    parts = run(one_factor(), 400, 300)
    assert parts.alphas[0].estimate == pytest.approx(whole.alphas[0].estimate, abs=0.005)
    assert parts.indices[0].margin == pytest.approx(whole.indices[0].margin, rel=0.01)
    assert parts.indices[0].n == 400


def test_progress_rises_to_the_end():
    told = []
    run(one_factor(), 3000, 100, progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (100, 100)
    assert len(told) > 1
