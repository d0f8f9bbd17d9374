"""The population a simulation draws from: correlated factors, items that load on them, answers, gaps, and the tree.

Item j's standardised judgement is lambda_j f + sqrt(1 - lambda_j^2) u, with f its factor and u its own; the factors
have the correlation matrix Phi. The answer is where the judgement falls between the item's thresholds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.planning.answer_scale import AnswerScale
from survey.errors import SatixError

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
NEGATIVE = -1e-9  # an eigenvalue below this makes a correlation matrix impossible

__all__ = ["Block", "FactorModel", "PlannedItem", "correlation_root"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlannedItem:
    """One question. ``mean`` is the expected answer in index points, ``nonresponse`` the share of answers missing.

    ``factor`` and ``leaf`` are positions in the model; ``asked`` are positions of the groups that must be asked.
    """

    item: str
    factor: int
    leaf: int
    loading: float
    mean: float
    scale: AnswerScale
    nonresponse: float
    asked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A node whose items should hang together, and their positions."""

    node: str
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactorModel:
    """Everything needed to draw answers and to score them.

    ``correlation`` (F, F) is Phi; ``asked`` (G,) the share of respondents of each group that is asked at all, drawn
    independently; ``membership`` (L, nodes) the weight of each leaf in each node, columns adding up to 1; ``blocks``
    the reflective nodes with at least two items on one scale.
    """

    items: tuple[PlannedItem, ...]
    factors: tuple[str, ...]
    correlation: Floats
    asked: Floats
    leaves: tuple[str, ...]
    nodes: tuple[str, ...]
    membership: Floats
    blocks: tuple[Block, ...]
    minimum_answered: float

    def loadings(self) -> Floats:
        """(p,) lambda."""
        return np.array([item.loading for item in self.items])

    def item_membership(self) -> Floats:
        """(p, L) 1 where the item measures the leaf."""
        table = np.zeros((len(self.items), len(self.leaves)))
        table[np.arange(len(self.items)), [item.leaf for item in self.items]] = 1.0
        return table

    def items_below(self, node: str) -> Counts:
        """Positions of the items below a node."""
        part = self.membership[:, self.nodes.index(node)] > 0
        return np.flatnonzero([part[item.leaf] for item in self.items])

    def implied_correlation(self) -> Floats:
        """(p, p) correlation of the judgements: lambda Phi lambda' with ones on the diagonal."""
        factor = [item.factor for item in self.items]
        table = np.outer(self.loadings(), self.loadings()) * self.correlation[np.ix_(factor, factor)]
        np.fill_diagonal(table, 1.0)
        return table


def correlation_root(correlation: Floats, names: Sequence[str]) -> Floats:
    """(F, F) lower triangular L with L L' = ``correlation``.

    Raises
    ------
    SatixError
        ``analysis.plan_correlations_impossible``: no variables have these correlations at the same time.
    """
    lowest = float(np.linalg.eigvalsh(correlation)[0])
    if lowest < NEGATIVE:
        shown = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
        raise SatixError.of("analysis.plan_correlations_impossible", factors=shown, lowest=f"{lowest:.3f}")
    lift = 1e-12 if lowest > 1e-12 else 2e-9
    return np.asarray(np.linalg.cholesky(correlation + lift * np.eye(len(correlation))), dtype=np.float64)
