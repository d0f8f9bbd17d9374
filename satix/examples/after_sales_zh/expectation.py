"""What the synthetic study should find: expected index points, worked out from the model and not from a sample.

An answer falls into position ``k`` or below with probability Phi(t_k - location), so the expected
score in index points is 100 / (K - 1) * sum over k of Phi(location - t_k). A composite renormalises the
leaf weights over the leaves a respondent answered; since being asked and "not applicable" do not
depend on the judgement, its expectation is

    sum over j of m_j * E[w_j 1_j / sum of w over the answered leaves],

and the expectation of the ratio is exact: the sum of the other weights lives on a lattice, on which
its distribution is a convolution.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from instruments import load_instrument
from satix.examples.after_sales_zh.population import ASKED_ONLY, POPULATION, Population
from survey.indicators import Indicator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["expected_change", "expected_points", "normal_probability", "truth"]


def normal_probability(z: float) -> float:
    """Phi(z), the standard normal distribution function."""
    return math.erfc(-z / math.sqrt(2)) / 2


def points_of_thresholds(location: float, thresholds: Sequence[float]) -> float:
    """Expected index points (0-100) of an ordinal answer with equally spaced scores."""
    return 100 / len(thresholds) * math.fsum(normal_probability(location - t) for t in thresholds)


def expected_points(wave: str, customer: str, population: Population = POPULATION) -> dict[str, float]:
    """Expected index points of every node of the tree and every scored outcome, for one kind of customer."""
    effect = population.customer_effects[customer]
    leaves = {
        item.indicator: points_of_thresholds(population.location(item, wave) + effect, population.thresholds)
        for item in population.items
    }
    nodes = dict(leaves)
    for node in load_instrument("after_sales").index.walk():
        if node.indicators:
            shares = _expected_shares(node, population)
            nodes[node.code] = math.fsum(share * leaves[code] for code, share in shares.items())
    for outcome in population.outcomes:
        if len(outcome.thresholds) > 1:
            nodes[f"outcome:{outcome.question}"] = points_of_thresholds(outcome.location + effect, outcome.thresholds)
    return nodes


def _expected_shares(node: Indicator, population: Population) -> dict[str, float]:
    """Expected share of each leaf in a composite among respondents who answered at least one of its leaves."""
    weights = {code: Fraction(w).limit_denominator(10_000) for code, w in node.leaf_weights().items()}
    unit = math.lcm(*(weight.denominator for weight in weights.values()))
    lattice = {code: int(weight * unit) for code, weight in weights.items()}
    items = [item for item in population.items if item.indicator in weights]
    shares = dict.fromkeys(weights, 0.0)
    for request, probability in population.shares["request"].items():
        answered = {
            item.indicator: (1 - item.not_applicable) * (request in ASKED_ONLY.get(item.dimension, (request,)))
            for item in items
        }
        for code in weights:
            others = _distribution([(lattice[c], answered[c]) for c in weights if c != code])
            ratio = lattice[code] / (lattice[code] + np.arange(len(others)))
            shares[code] += probability * answered[code] * float(others @ ratio)
    total = math.fsum(shares.values())
    return {code: share / total for code, share in shares.items()}


def _distribution(parts: Sequence[tuple[int, float]]) -> NDArray[np.float64]:
    """Distribution of a sum of independent terms, each ``step`` with its probability and otherwise 0."""
    density = np.zeros(1 + sum(step for step, _ in parts))
    density[0] = 1.0
    for step, probability in parts:
        shifted = np.concatenate([np.zeros(step), density[: len(density) - step]])
        density = (1 - probability) * density + probability * shifted
    return density


def expected_change(before: str, after: str, population: Population = POPULATION) -> dict[str, dict[str, float]]:
    """Expected change of every figure between two waves, split into score and mix effects that add up (Bennet).

    score = sum of (s1 + s2) / 2 * (x2 - x1), mix = sum of (s2 - s1) * (x1 + x2) / 2 over kinds of customers.
    """
    customers = list(population.customer_effects)
    x1 = {customer: expected_points(before, customer, population) for customer in customers}
    x2 = {customer: expected_points(after, customer, population) for customer in customers}
    shares = list(zip(customers, population.mix[before], population.mix[after], strict=True))
    changes = {}
    for code in x1[customers[0]]:
        score = math.fsum((s1 + s2) / 2 * (x2[c][code] - x1[c][code]) for c, s1, s2 in shares)
        mix = math.fsum((s2 - s1) * (x1[c][code] + x2[c][code]) / 2 for c, s1, s2 in shares)
        total = math.fsum(s2 * x2[c][code] - s1 * x1[c][code] for c, s1, s2 in shares)
        changes[code] = {"total": total, "score_effect": score, "mix_effect": mix}
    return changes


def truth(population: Population = POPULATION) -> dict[str, Any]:
    """All that is known of the study before a respondent is drawn, as plain data."""
    customers = list(population.customer_effects)
    by_customer = {w: {c: expected_points(w, c, population) for c in customers} for w in population.waves}
    return {
        "customer_mix": {wave: dict(zip(customers, population.mix[wave], strict=True)) for wave in population.waves},
        "expected_points": {
            wave: _mixed(by_customer[wave], dict(zip(customers, population.mix[wave], strict=True)))
            for wave in population.waves
        },
        "expected_points_by_customer": by_customer,
        "expected_change": {
            f"{before}-{after}": expected_change(before, after, population)
            for before, after in zip(population.waves, population.waves[1:], strict=False)
        },
    }


def _mixed(points: Mapping[str, Mapping[str, float]], shares: Mapping[str, float]) -> dict[str, float]:
    codes = next(iter(points.values()))
    return {code: math.fsum(shares[c] * points[c][code] for c in shares) for code in codes}
