"""Worlds in which the truth is known, and what an evaluation says of one study drawn from them.

A study is drawn in memory and evaluated by the steps of ``satix evaluate``: scores by wave, segments, changes between
waves. The truth beside it is the expectation under the model (:mod:`satix.examples.after_sales_zh.expectation`) of
the very figure estimated: composites renormalised over the leaves a respondent answered.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import satix
from analysis.change_summaries import satterthwaite
from analysis.minimum_detectable_change import detectable_difference
from analysis.selection import select_analyses
from satix.examples.after_sales_zh.expectation import expected_change, normal_probability, points_of_thresholds, truth
from satix.examples.after_sales_zh.population import (
    ASKED_ONLY,
    POPULATION,
    Item,
    Population,
    draw_study,
    to_responses,
)
from satix.project import Project, load_study
from satix.steps.changes import change_records
from satix.steps.context import split_waves
from satix.steps.scores import node_scores
from satix.steps.segments import segment_records

__all__ = [
    "MOVERS",
    "NOTHING",
    "RESPONDENTS",
    "Evaluated",
    "Truth",
    "World",
    "evaluate_study",
    "expected_detectable_change",
    "nodes",
    "quiet_world",
    "shipped_world",
    "true_figures",
    "world_with_mover",
]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

RESPONDENTS = 600
"""Per wave, as in the shipped study."""
MOVERS = ("first_reply", "traceable")
"""An indicator that everybody rates, and one that only repair cases rate (about 114 of 600)."""
LAST = ("2025Q3", "2025Q4")
NOTHING = 1e-9
"""Points; an expected change below is rounding."""
STUDY = Path(satix.__file__).resolve().parent / "examples" / "after_sales_zh" / "study.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A population with a name; ``mover`` is the one indicator that truly moves by itself (None: see the changes)."""

    name: str
    population: Population
    mover: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Expected points (waves, nodes), and expected change with its score and mix effects (pairs of waves, nodes).

    ``unmoved`` (pairs, nodes): the expected change is zero.
    """

    points: Floats
    change: Floats
    unmoved: Booleans
    score_effect: Floats
    mix_effect: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What the evaluation of one study said; rows and columns as in `Truth`.

    ``found`` says whether the verdict a reader sees claims a change; ``p_value`` and ``p_adjusted`` are the test's.
    ``covered`` and ``change_covered`` say whether the interval shown holds the truth, ``score_covered`` and
    ``mix_covered`` (pairs,) the same of the two effects with their 1.96 standard errors.
    """

    covered: Booleans
    p_value: Floats
    p_adjusted: Floats
    found: Booleans
    detectable: Floats
    change_covered: Booleans
    score_covered: Booleans
    mix_covered: Booleans


def shipped_world() -> World:
    """The population behind the shipped example: one indicator improves in the last wave, and the mix shifts."""
    return World(name="shipped", population=POPULATION)


def quiet_world() -> World:
    """Two waves between which nothing changes, neither a judgement nor the mix."""
    return World(name="quiet", population=_two_waves({}))


def world_with_mover(indicator: str, *, n: int = RESPONDENTS) -> World:
    """Two waves between which one indicator moves by its expected minimum detectable change; the mix stays.

    The latent shift solves: expected change = expected minimum detectable change, which depends on the shift a
    little, since the spread of the answers does.
    """
    item = next(item for item in POPULATION.items if item.indicator == indicator)
    low, high = 0.0, 3.0
    while high - low > 1e-6:
        shift = (low + high) / 2
        moved = _expected_score(item, shift) - _expected_score(item, 0.0)
        low, high = (shift, high) if moved < expected_detectable_change(indicator, shift, n=n) else (low, shift)
    population = _two_waves({LAST[1]: {indicator: (low + high) / 2}})
    return World(name=f"{indicator} moves", population=population, mover=indicator)


def _two_waves(changes: Mapping[str, Mapping[str, float]]) -> Population:
    mix = dict.fromkeys(LAST, POPULATION.mix[LAST[0]])
    return dataclasses.replace(POPULATION, waves=LAST, mix=mix, changes=changes)


def _expected_score(item: Item, shift: float) -> float:
    shares = zip(POPULATION.customer_effects.values(), POPULATION.mix[LAST[0]], strict=True)
    return math.fsum(
        share * points_of_thresholds(item.location + shift + effect, POPULATION.thresholds) for effect, share in shares
    )


def _variance(item: Item, shift: float) -> float:
    """Variance of the index points of one answer: the interval of each position, mixed over kinds of customers."""
    ends = [-math.inf, *POPULATION.thresholds, math.inf]
    points = 100 * np.arange(len(ends) - 1) / (len(ends) - 2)
    probability = np.zeros(len(points))
    for effect, share in zip(POPULATION.customer_effects.values(), POPULATION.mix[LAST[0]], strict=True):
        above = np.array([normal_probability(item.location + shift + effect - end) for end in ends])
        probability += share * -np.diff(above)
    return float(probability @ points**2 - (probability @ points) ** 2)


def expected_detectable_change(indicator: str, shift: float, *, n: int = RESPONDENTS) -> float:
    """The minimum detectable change a study reports on average, in points.

    Averaged over how many respondents rate the indicator in each wave (binomial), with the exact variances of the
    model in place of the estimated ones.
    """
    item = next(item for item in POPULATION.items if item.indicator == indicator)
    requests = POPULATION.shares["request"]
    asked = sum(requests[request] for request in ASKED_ONLY.get(item.dimension, tuple(requests)))
    counts, probability = _binomial(n, asked * (1 - item.not_applicable))
    variances = [_variance(item, 0.0) / counts[:, None], _variance(item, shift) / counts[None, :]]
    errors = np.sqrt(variances[0] + variances[1])
    whole = [np.broadcast_to(variance, errors.shape) for variance in variances]
    df = satterthwaite(whole, [np.broadcast_to(counts[:, None] - 1, errors.shape), counts[None, :] - 1])
    changes = detectable_difference(errors, n_tests=len(nodes()), df=df)
    return float(probability @ changes @ probability)


def _binomial(n: int, share: float) -> tuple[Floats, Floats]:
    """Counts of a binomial distribution and their probabilities, without the tails beyond five standard deviations."""
    if share > 1 - 1e-12:
        return np.array([float(n)]), np.ones(1)
    reach = 5 * math.sqrt(n * share * (1 - share))
    counts = np.arange(max(2, math.floor(n * share - reach)), min(n, math.ceil(n * share + reach)) + 1)
    logs = [
        math.lgamma(n + 1)
        - math.lgamma(k + 1)
        - math.lgamma(n - k + 1)
        + k * math.log(share)
        + (n - k) * math.log1p(-share)
        for k in counts.tolist()
    ]
    probability = np.exp(logs)
    return counts.astype(np.float64), probability / probability.sum()


@cache
def _project(waves: tuple[str, ...]) -> Project:
    """The shipped study, limited to the waves and to one segment."""
    project = load_study(STUDY)
    study = project.study.model_copy(
        update={
            "waves": tuple(wave for wave in project.study.waves if wave.wave in waves),
            "segments": tuple(segment for segment in project.study.segments if segment.question == "customer"),
            "sources": (),
        }
    )
    return dataclasses.replace(project, study=study)


@cache
def nodes() -> tuple[str, ...]:
    """Every node of the tree, the root first: the columns of all arrays here."""
    return tuple(node.code for node in _project(POPULATION.waves).instrument.index.walk())


def true_figures(world: World) -> Truth:
    """The truth of a world, exact."""
    expected = truth(world.population)["expected_points"]
    pairs = list(zip(world.population.waves, world.population.waves[1:], strict=False))
    changes = [expected_change(before, after, world.population) for before, after in pairs]
    total, score, mix = (
        np.array([[change[node][part] for node in nodes()] for change in changes])
        for part in ("total", "score_effect", "mix_effect")
    )
    return Truth(
        points=np.array([[expected[wave][node] for node in nodes()] for wave in world.population.waves]),
        change=total,
        unmoved=np.abs(total) < NOTHING,
        score_effect=score,
        mix_effect=mix,
    )


def evaluate_study(world: World, figures: Truth, rng: np.random.Generator, *, n: int = RESPONDENTS) -> Evaluated:
    """Draw one study of a world, evaluate it as satix does, and hold every figure against the truth."""
    project = _project(world.population.waves)
    study = project.study
    responses = to_responses(draw_study(rng, n=n, population=world.population))
    nobody = np.zeros(responses.n, dtype=np.bool_)
    selection = select_analyses(project.instrument, study, requested=study.analyses)
    split = split_waves(project, responses, nobody, selection)
    scores = [{score.indicator: score.figure for score in node_scores(wave, study)} for wave in split.waves]
    changes = change_records(split, segment_records(split))
    rows = [{row.indicator: row for row in change.rows} for change in changes]
    effects = [change.decompositions[0] for change in changes]
    return Evaluated(
        covered=_within(figures.points, scores),
        p_value=_table(rows, "p_value"),
        p_adjusted=_table(rows, "p_adjusted"),
        found=np.array([[row[node].verdict not in {"no_evidence", "too_few"} for node in nodes()] for row in rows]),
        detectable=_table(rows, "minimum_detectable"),
        change_covered=_within(figures.change, [{code: row.change for code, row in part.items()} for part in rows]),
        score_covered=_near(
            figures.score_effect[:, 0], [(part.score_effect, part.score_std_error) for part in effects]
        ),
        mix_covered=_near(figures.mix_effect[:, 0], [(part.mix_effect, part.mix_std_error) for part in effects]),
    )


def _table(rows: Sequence[Mapping[str, Any]], name: str) -> Floats:
    return np.array([[getattr(row[node], name) for node in nodes()] for row in rows], dtype=np.float64)


def _within(true: Floats, shown: Sequence[Mapping[str, Any]]) -> Booleans:
    """Where the truth lies in the interval shown."""
    lower, upper = _table(shown, "lower"), _table(shown, "upper")
    return np.asarray((lower <= true) & (true <= upper))


def _near(true: Floats, shown: Sequence[tuple[float | None, float | None]]) -> Booleans:
    """Where the truth lies within 1.96 standard errors of the estimate."""
    estimates, errors = np.array(shown, dtype=np.float64).T
    return np.asarray(np.abs(estimates - true) <= 1.959963984540054 * errors)
