"""The factor model of an instrument: structure from its indicator tree, sizes from what the plan assumes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.planning.answer_scale import AnswerScale, answer_scale
from analysis.planning.factor_model import Block, FactorModel, PlannedItem
from survey.errors import Place, SatixError

if TYPE_CHECKING:
    from survey.indicators import Indicator
    from survey.instrument import Instrument
    from survey.plan import PlannedSimulation
    from survey.questionnaire import Question

Floats = NDArray[np.float64]

__all__ = ["factor_model"]


def factor_model(
    instrument: Instrument, assumptions: PlannedSimulation, *, items_per_factor: int | None = None
) -> FactorModel:
    """What an instrument would yield under the plan's assumptions (:class:`survey.plan.PlannedSimulation`).

    ``items_per_factor`` gives every reflective node above leaves that many items: the first ones of a longer block, and
    parallel ones (same leaf, same loading) added in turn to a shorter one. The weight of the block in the index stays.

    Raises
    ------
    SatixError
        An assumption names a code the instrument does not have, correlations that cannot be, means or standard
        deviations that the answer scale does not allow, or ``items_per_factor`` for a tree without such a node.
    """
    tree = _Tree(instrument)
    _check_codes(tree, instrument, assumptions)
    chosen = _chosen_items(tree, instrument, items_per_factor)
    leaves = [leaf for leaf in tree.leaves if any(measured == leaf for _, _, measured in chosen)]
    factors = tuple(dict.fromkeys(tree.factor_of(leaf) for leaf in leaves))
    groups = [code for code in tree.parent if code in assumptions.asked]

    def nearest(values: Mapping[str, float], default: float, question: str, leaf: str) -> float:
        return next((values[code] for code in (question, *tree.path(leaf)) if code in values), default)

    items = []
    for name, question, leaf in chosen:
        mean = nearest(assumptions.means, assumptions.mean, question.code, leaf)
        sd = nearest(assumptions.sds, assumptions.sd, question.code, leaf)
        try:
            scale = _scale(_option_points(instrument, question), mean, sd)
        except SatixError as error:
            problem = error.problems[0]
            raise SatixError.of(problem.code, Place(path=question.code), **dict(problem.fields)) from None
        items.append(
            PlannedItem(
                item=name,
                factor=factors.index(tree.factor_of(leaf)),
                leaf=leaves.index(leaf),
                loading=nearest(assumptions.loadings, assumptions.loading, question.code, leaf),
                mean=mean,
                scale=scale,
                nonresponse=nearest(assumptions.nonresponses, assumptions.nonresponse, question.code, leaf),
                asked=tuple(place for place, code in enumerate(groups) if code in tree.path(leaf)),
            )
        )
    nodes, membership = _membership(instrument, leaves, assumptions.indicator_weights)
    return FactorModel(
        items=tuple(items),
        factors=factors,
        correlation=_correlation(tree, factors, assumptions),
        asked=np.array([assumptions.asked[code] for code in groups]),
        leaves=tuple(leaves),
        nodes=nodes,
        membership=membership,
        blocks=_blocks(tree, instrument, [(question, leaf) for _, question, leaf in chosen]),
        minimum_answered=assumptions.minimum_answered,
    )


class _Tree:
    """Look-ups in an indicator tree."""

    def __init__(self, instrument: Instrument) -> None:
        self.nodes = {node.code: node for node in instrument.index.walk()}
        self.parent = instrument.index.parents()
        self.leaves = [leaf.code for leaf in instrument.index.leaves()]

    def path(self, code: str) -> tuple[str, ...]:
        """The node and those above it, the root last."""
        above = self.parent[code]
        return (code,) if above is None else (code, *self.path(above))

    def factor_of(self, leaf: str) -> str:
        """The node whose factor the leaf's items load on."""
        above = self.parent[leaf]
        return above if above is not None and self.nodes[above].measurement == "reflective" else leaf

    def below(self, code: str) -> list[str]:
        return [leaf.code for leaf in self.nodes[code].leaves()]


def _chosen_items(tree: _Tree, instrument: Instrument, wanted: int | None) -> list[tuple[str, Question, str]]:
    """Name, question and leaf of every item."""
    every = [
        (question.code, question, leaf)
        for leaf in tree.leaves
        for question in instrument.questions_of(facet="performance", measures=leaf)
    ]
    if wanted is None:
        return every
    if all(tree.factor_of(leaf) == leaf for leaf in tree.leaves):
        raise SatixError.of("analysis.plan_no_blocks", instrument=instrument.instrument)
    chosen: list[tuple[str, Question, str]] = []
    for factor in dict.fromkeys(tree.factor_of(leaf) for leaf in tree.leaves):
        own = [entry for entry in every if tree.factor_of(entry[2]) == factor]
        if factor in tree.leaves:
            chosen += own
            continue
        chosen += own[:wanted]
        for extra in range(len(own), wanted):
            code, question, leaf = own[extra % len(own)]
            chosen.append((f"{code}+{extra // len(own)}", question, leaf))
    return chosen


def _option_points(instrument: Instrument, question: Question) -> tuple[float, ...]:
    """Index points of the options that carry a score; empty for a number question."""
    if question.scale is None:
        return ()
    scale = instrument.scale_of(question)
    table = scale.score_table(reverse=question.reverse)
    points = (table[~np.isnan(table)] - scale.lowest_score) / (scale.highest_score - scale.lowest_score) * 100
    return tuple(float(value) for value in points)


@cache
def _scale(points: tuple[float, ...], mean: float, sd: float) -> AnswerScale:
    return answer_scale(points, mean=mean, sd=sd)


def _membership(instrument: Instrument, leaves: list[str], method: str) -> tuple[tuple[str, ...], Floats]:
    """Weight of each kept leaf in each node that holds one; shares of siblings without items go to the others."""
    shares = instrument.index.sibling_weights("equal" if method == "equal" else "declared")

    def weights(node: Indicator) -> dict[str, float]:
        if not node.indicators:
            return {node.code: 1.0} if node.code in leaves else {}
        parts = [(shares[child.code], weights(child)) for child in node.indicators]
        total = sum(share for share, below in parts if below)
        if not total:
            return {}
        return {leaf: share / total * weight for share, below in parts for leaf, weight in below.items()}

    nodes = [(node.code, below) for node in instrument.index.walk() if (below := weights(node))]
    table = np.array([[below.get(leaf, 0.0) for _, below in nodes] for leaf in leaves])
    return tuple(code for code, _ in nodes), table


def _correlation(tree: _Tree, factors: tuple[str, ...], assumptions: PlannedSimulation) -> Floats:
    table = np.full((len(factors), len(factors)), assumptions.correlation)
    formative = assumptions.formative_correlation
    for i, one in enumerate(factors):
        for j, other in enumerate(factors):
            leaves = one in tree.leaves and other in tree.leaves
            if formative is not None and leaves and tree.parent[one] == tree.parent[other]:
                table[i, j] = formative
            for pair in assumptions.correlations:
                first, second = (set(tree.path(factor)) for factor in (one, other))
                a, b = pair.between
                if (a in first and b in second) or (b in first and a in second):
                    table[i, j] = pair.correlation
    np.fill_diagonal(table, 1.0)
    return table


def _blocks(tree: _Tree, instrument: Instrument, items: list[tuple[Question, str]]) -> tuple[Block, ...]:
    """Reflective nodes with at least two items on one scale; parallel items do not make a block of a leaf."""
    found = []
    for code, node in tree.nodes.items():
        if code in tree.leaves and len(instrument.questions_of(facet="performance", measures=code)) < 2:
            continue
        below = set(tree.below(code))
        places = tuple(place for place, (_, leaf) in enumerate(items) if leaf in below)
        scales = {
            instrument.scale_of(items[place][0]).fingerprint if items[place][0].scale else "number" for place in places
        }
        if node.measurement == "reflective" and len(places) > 1 and len(scales) == 1:
            found.append(Block(node=code, items=places))
    return tuple(found)


def _check_codes(tree: _Tree, instrument: Instrument, assumptions: PlannedSimulation) -> None:
    """Every code an assumption names is a node, or (where that makes sense) a question that measures performance."""
    questions = {question.code for question in instrument.questions_of(facet="performance")}
    per_item = (assumptions.loadings, assumptions.means, assumptions.sds, assumptions.nonresponses)
    named = [code for values in per_item for code in values if code not in questions]
    named += [*assumptions.asked, *(change.indicator for change in assumptions.changes)]
    named += [code for pair in assumptions.correlations for code in pair.between]
    unknown = next((code for code in named if code not in tree.nodes), None)
    if unknown is not None:
        known = ", ".join(list(tree.nodes)[:12])
        raise SatixError.of("analysis.plan_unknown_indicator", found=unknown, known=known)
