"""The population behind the synthetic after-sales study, and samples of it drawn in memory.

Every closed rating is an ordinal answer: the latent judgement of respondent ``i`` on question ``j`` in
wave ``w`` is

    y = location_j + customer_effect + change_jw + general * G_i + dimension * D_i(j) + unique * E_ij

with independent standard normal G (one per respondent), D (one per respondent and dimension) and E,
and loadings whose squares sum to 1, so that y has variance 1 about its location. The answer is the
position 1..K of the interval between fixed thresholds into which y falls. Routing, "not applicable"
and the customer mix are drawn independently of the judgements, so expectations follow exactly from
normal probabilities (:mod:`satix.examples.after_sales_zh.expectation`).

For simulations::

    rng = np.random.default_rng(1)
    draws = draw_study(rng, n=600)                        # {wave: Draw}, arrays of codes, no files
    quiet = dataclasses.replace(POPULATION, changes={})   # a world in which nothing changes
    draw = draw_wave("2025Q4", rng, n=600, population=quiet)
    responses = to_responses(draws)                       # a ResponseSet, as an import would give it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from survey.scales import MISSING_CODES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.responses import ResponseSet

__all__ = ["POPULATION", "Draw", "Item", "Outcome", "Population", "draw_study", "draw_wave", "to_responses"]


@dataclass(frozen=True, slots=True)
class Item:
    """A performance question: its indicator, dimension, location and share of "not applicable" among those shown."""

    indicator: str
    dimension: str
    location: float
    not_applicable: float = 0.0

    @property
    def question(self) -> str:
        """Code of the question in the instrument."""
        return f"{self.indicator}_1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome question: location, thresholds and loadings on dimensions.

    ``reverse`` marks a question whose high answers are bad: its positions run against the judgement.
    """

    question: str
    location: float
    thresholds: tuple[float, ...]
    dimensions: Mapping[str, float] = field(default_factory=dict)
    reverse: bool = False


FIVE_POINTS = (-1.6, -0.9, -0.1, 0.9)
SEVEN_POINTS = (-1.9, -1.4, -0.9, -0.4, 0.2, 1.0)
ELEVEN_POINTS = (-2.3, -2.1, -1.9, -1.7, -1.4, -0.9, -0.6, -0.1, 0.5, 1.1)
DRIVERS = {"response": 0.25, "resolution": 0.40, "people": 0.15}

ITEMS = (
    Item("multichannel", "access", 0.30),
    Item("hours", "access", 0.10, 0.02),
    Item("apply_simple", "access", 0.20),
    Item("self_service", "access", -0.30, 0.35),
    Item("first_reply", "response", -0.35),
    Item("wait", "response", -0.40, 0.12),
    Item("proactive", "response", -0.20, 0.05),
    Item("first_contact", "resolution", 0.00),
    Item("accuracy", "resolution", 0.10, 0.02),
    Item("total_time", "resolution", -0.25),
    Item("fairness", "resolution", 0.15, 0.04),
    Item("policy_clear", "returns", 0.10),
    Item("effort_low", "returns", -0.10),
    Item("pickup", "returns", 0.35, 0.20),
    Item("refund_speed", "returns", -0.15, 0.25),
    Item("no_reason", "returns", 0.25, 0.30),
    Item("parts_quality", "repair", 0.20, 0.15),
    Item("traceable", "repair", -0.10, 0.05),
    Item("knowledge", "people", 0.35, 0.03),
    Item("communication", "people", 0.30, 0.03),
    Item("listening", "people", 0.40, 0.04),
    Item("empathy", "people", 0.15, 0.05),
    Item("courtesy", "people", 0.60, 0.02),
    Item("ownership", "people", 0.25, 0.03),
    Item("follow_up", "people", -0.30, 0.28),
    Item("promise_kept", "image", 0.05, 0.03),
    Item("standard_same", "image", -0.10, 0.18),
    Item("complaint_care", "image", 0.00, 0.10),
)
OUTCOMES = (
    Outcome("overall", 0.10, FIVE_POINTS, DRIVERS),
    Outcome("vs_expectation", -0.10, (-1.6, -0.8, 0.4, 1.3), DRIVERS),
    Outcome("vs_ideal", -0.15, FIVE_POINTS, DRIVERS),
    Outcome("effort", 0.00, SEVEN_POINTS, {"access": 0.30, "response": 0.20, "resolution": 0.20}),
    Outcome("repurchase", 0.25, (-2.0, -1.2, -0.2, 0.9), {"resolution": 0.25, "image": 0.25}),
    Outcome("switching", 0.05, (-1.7, -0.9, 0.1, 1.2), {"resolution": 0.20, "image": 0.20}, reverse=True),
    Outcome("recommend", 0.10, ELEVEN_POINTS, {"resolution": 0.25, "people": 0.20, "image": 0.20}),
    Outcome("complaint", 0.00, (-1.3,), {"resolution": 0.40}),
)
ASKED_ONLY = {"returns": ("return", "exchange"), "repair": ("repair",)}
"""Requests for which a dimension is asked; every other dimension is asked of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Everything that is true of the customers. ``changes`` holds shifts of the latent judgement by wave."""

    waves: tuple[str, ...] = ("2025Q1", "2025Q2", "2025Q3", "2025Q4")
    items: tuple[Item, ...] = ITEMS
    outcomes: tuple[Outcome, ...] = OUTCOMES
    thresholds: tuple[float, ...] = FIVE_POINTS
    general_loading: float = 0.6
    dimension_loading: float = 0.45
    outcome_loading: float = 0.65
    customer_effects: Mapping[str, float] = field(
        default_factory=lambda: {"new": 0.0, "returning": 0.15, "member": 0.60}
    )
    mix: Mapping[str, tuple[float, float, float]] = field(
        default_factory=lambda: {
            "2025Q1": (0.45, 0.35, 0.20),
            "2025Q2": (0.45, 0.35, 0.20),
            "2025Q3": (0.45, 0.35, 0.20),
            "2025Q4": (0.25, 0.30, 0.45),
        }
    )
    changes: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: {"2025Q4": {"first_reply": 0.30}})
    shares: Mapping[str, Mapping[str, float]] = field(
        default_factory=lambda: {
            "request": {"return": 0.35, "exchange": 0.15, "repair": 0.20, "advice": 0.22, "other": 0.08},
            "region": {
                **{"north": 0.15, "northeast": 0.07, "east": 0.30, "central": 0.13},
                **{"south": 0.18, "southwest": 0.11, "northwest": 0.06},
            },
            "category": {
                **{"digital": 0.28, "appliances": 0.22, "clothing": 0.24},
                **{"home": 0.14, "food": 0.07, "other": 0.05},
            },
            "contact": {"chat": 0.48, "phone": 0.20, "app": 0.18, "social": 0.09, "store": 0.05},
        }
    )

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions in the order of the items."""
        return tuple(dict.fromkeys(item.dimension for item in self.items))

    def location(self, item: Item, wave: str) -> float:
        """Location of an item in a wave for a customer without an effect of his own."""
        return item.location + self.changes.get(wave, {}).get(item.indicator, 0.0)


POPULATION = Population()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One wave in memory.

    ``questions`` names the rows of ``codes``, an int16 matrix (questions, respondents): positions 1..K
    of the instrument's options, negative missing kinds. Segments come first, then items, then outcomes.
    ``customer`` holds places in ``Population.customer_effects``, ``general`` the latent factor.
    """

    wave: str
    questions: tuple[str, ...]
    codes: NDArray[np.int16]
    customer: NDArray[np.int64]
    general: NDArray[np.float64]

    def codes_of(self, question: str) -> NDArray[np.int16]:
        """Row of one question."""
        row: NDArray[np.int16] = self.codes[self.questions.index(question)]
        return row


def draw_wave(wave: str, rng: np.random.Generator, *, n: int = 600, population: Population = POPULATION) -> Draw:
    """Draw ``n`` respondents of a wave, all of them attentive."""
    effects = np.array(list(population.customer_effects.values()))
    customer = rng.choice(len(effects), size=n, p=population.mix[wave])
    segments = {code: rng.choice(len(s), size=n, p=list(s.values())) for code, s in population.shares.items()}
    general = rng.standard_normal(n)
    factors = dict(zip(population.dimensions, rng.standard_normal((len(population.dimensions), n)), strict=True))
    rows = {"customer": customer + 1, **{code: place + 1 for code, place in segments.items()}}

    unique = np.sqrt(1 - population.general_loading**2 - population.dimension_loading**2)
    common = population.general_loading * general + effects[customer]
    requests = list(population.shares["request"])
    for item in population.items:
        judgement = population.location(item, wave) + common + population.dimension_loading * factors[item.dimension]
        codes = 1 + np.searchsorted(population.thresholds, judgement + unique * rng.standard_normal(n))
        codes[rng.random(n) < item.not_applicable] = MISSING_CODES["not_applicable"]
        if item.dimension in ASKED_ONLY:
            asked = [requests.index(request) for request in ASKED_ONLY[item.dimension]]
            codes[~np.isin(segments["request"], asked)] = MISSING_CODES["not_shown"]
        rows[item.question] = codes
    for outcome in population.outcomes:
        spent = population.outcome_loading**2 + sum(loading**2 for loading in outcome.dimensions.values())
        judgement = outcome.location + effects[customer] + population.outcome_loading * general
        judgement = judgement + sum(loading * factors[name] for name, loading in outcome.dimensions.items())
        codes = 1 + np.searchsorted(outcome.thresholds, judgement + np.sqrt(1 - spent) * rng.standard_normal(n))
        rows[outcome.question] = len(outcome.thresholds) + 2 - codes if outcome.reverse else codes
    matrix = np.array(list(rows.values()), dtype=np.int16)
    return Draw(wave=wave, questions=tuple(rows), codes=matrix, customer=customer, general=general)


def draw_study(rng: np.random.Generator, *, n: int = 600, population: Population = POPULATION) -> dict[str, Draw]:
    """Draw every wave, ``n`` respondents each."""
    return {wave: draw_wave(wave, rng, n=n, population=population) for wave in population.waves}


def to_responses(draws: Mapping[str, Draw]) -> ResponseSet:
    """The drawn waves as one response set of the ``after_sales`` instrument; ids are ``wave:number``."""
    import pandas as pd

    from instruments import load_instrument
    from survey.responses import AnswerColumn, ResponseSet

    waves = list(draws.values())
    counts = [draw.codes.shape[1] for draw in waves]
    ids = [f"{draw.wave}:{number}" for draw, n in zip(waves, counts, strict=True) for number in range(1, n + 1)]
    respondents = pd.DataFrame(
        {
            "wave": np.repeat([draw.wave for draw in waves], counts),
            "source": "simulated",
            "channel": "survey",
            "row": np.concatenate([np.arange(1, n + 1) for n in counts]),
            "submitted": None,
            "duration_seconds": np.nan,
            "case_weight": 1.0,
            "stratum": None,
            "cluster": None,
        },
        index=pd.Index(ids, name="respondent"),
    )
    return ResponseSet(
        instrument=load_instrument("after_sales"),
        respondents=respondents,
        columns=tuple(AnswerColumn(question) for question in waves[0].questions),
        codes=np.ascontiguousarray(np.concatenate([draw.codes for draw in waves], axis=1)),
    )
