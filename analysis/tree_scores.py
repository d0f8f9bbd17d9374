"""Every node of an indicator tree, per respondent, at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.scoring import composite_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.indicators import Indicator
    from survey.responses import ResponseSet

__all__ = ["LeafPoints", "TreeScores", "leaf_points", "score_tree"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeafPoints:
    """Index points (0-100, NaN where missing) and applicability of the leaves, both (n_respondents, n_leaves).

    A leaf is applicable to a respondent when at least one of its questions concerned them.
    """

    leaves: tuple[str, ...]
    points: NDArray[np.float64]
    applicable: NDArray[np.bool_]

    def asked(self) -> NDArray[np.bool_]:
        """Leaves that concerned anybody, shape (n_leaves,)."""
        return np.asarray(self.applicable.any(axis=0) | (~np.isnan(self.points)).any(axis=0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TreeScores:
    """Composite of every node per respondent, shape (n_respondents, n_nodes), NaN where too little was answered.

    ``membership`` (n_leaves, n_nodes) holds the weight of each leaf in each node (columns sum to 1).
    """

    nodes: tuple[str, ...]
    points: NDArray[np.float64]
    leaves: LeafPoints
    membership: NDArray[np.float64]
    minimum_share: float


def leaf_points(responses: ResponseSet, *, minimum_share: float = 0.5) -> LeafPoints:
    """Leaf scores from the performance questions of each leaf, averaged over the items answered.

    Items of a leaf count equally; the rule of :func:`analysis.scoring.composite_matrix` applies to
    them as it does to leaves. Where an instrument asks for performance in several series, the
    series of its index is used.
    """
    instrument = responses.instrument
    leaves = instrument.index.leaves()
    points = np.full((responses.n, len(leaves)), np.nan)
    applicable = np.zeros((responses.n, len(leaves)), dtype=np.bool_)
    for place, leaf in enumerate(leaves):
        asked = [question.code for question in instrument.questions_of(facet="performance", measures=leaf.code)]
        concerned = np.stack([responses.applicable(code) for code in asked], axis=1)
        values = np.stack([responses.index_points(code) for code in asked], axis=1)
        applicable[:, place] = concerned.any(axis=1)
        if len(asked) == 1:
            points[:, place] = values[:, 0]
            continue
        equal = np.full((len(asked), 1), 1 / len(asked))
        points[:, place] = composite_matrix(values, equal, applicable=concerned, minimum_share=minimum_share)[:, 0]
    return LeafPoints(leaves=tuple(leaf.code for leaf in leaves), points=points, applicable=applicable)


def score_tree(
    index: Indicator,
    leaves: LeafPoints,
    *,
    indicator_weights: Literal["declared", "equal"] = "declared",
    minimum_share: float = 0.5,
    only: Collection[str] | None = None,
) -> TreeScores:
    """Composites of every node from its leaves.

    Parameters
    ----------
    indicator_weights
        Declared weights of siblings, or equal ones.
    minimum_share
        Share of the applicable leaf weight that must be answered for a respondent to have a composite.
    only
        Leaves to use; the others are left out of every composite (comparison on common items). A
        node without any of them is NaN throughout.
    """
    nodes = tuple(node.code for node in index.walk())
    place_of = {leaf: place for place, leaf in enumerate(leaves.leaves)}
    membership = np.zeros((len(leaves.leaves), len(nodes)))
    for column, node in enumerate(index.walk()):
        shares = index.sibling_weights(indicator_weights)
        for leaf, weight in _leaf_weights(node, shares).items():
            if only is None or leaf in only:
                membership[place_of[leaf], column] = weight
    totals = membership.sum(axis=0)
    membership = np.divide(membership, totals, out=np.zeros_like(membership), where=totals > 0)
    made = totals > 0
    points = np.full((len(leaves.points), len(nodes)), np.nan)
    if made.any():
        points[:, made] = composite_matrix(
            leaves.points, membership[:, made], applicable=leaves.applicable, minimum_share=minimum_share
        )
    return TreeScores(nodes=nodes, points=points, leaves=leaves, membership=membership, minimum_share=minimum_share)


def _leaf_weights(node: Indicator, shares: dict[str, float]) -> dict[str, float]:
    if not node.indicators:
        return {node.code: 1.0}
    return {
        leaf: shares[child.code] * weight
        for child in node.indicators
        for leaf, weight in _leaf_weights(child, shares).items()
    }
