"""The weighted tree from the index down to its indicators."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey.texts import Code, Definition, Text

__all__ = ["WEIGHT_TOLERANCE", "Indicator", "Measurement"]

WEIGHT_TOLERANCE = 1e-9
"""How far the weights of one set of siblings may be from a sum of 1."""

Measurement = Literal["reflective", "formative"]


class Indicator(Definition):
    """A node of the indicator tree; the root is the index.

    ``weight`` is the share among siblings. A set of siblings either all have one (they sum to 1) or
    none has one (equal weights). ``measurement`` says whether what lies below reflects one
    construct (``reflective``, the default: internal consistency is meaningful) or makes it up
    (``formative``: it is not). ``stage`` is the moment of the customer journey it belongs to.
    """

    code: Code
    label: Text
    weight: float | None = Field(default=None, ge=0, le=1)
    measurement: Measurement = "reflective"
    stage: Text | None = None
    target: float | None = Field(default=None, ge=0, le=100)
    indicators: tuple[Indicator, ...] = ()

    @model_validator(mode="after")
    def _weights_of_children(self) -> Self:
        given = [child.weight for child in self.indicators if child.weight is not None]
        if not given:
            return self
        if len(given) < len(self.indicators):
            without = ", ".join(child.code for child in self.indicators if child.weight is None)
            raise PydanticCustomError(
                "survey.weight_absent",
                "below {node}, some siblings have a weight and these have none: {without}",
                {"node": self.code, "without": without},
            )
        total = math.fsum(given)
        if abs(total - 1) > WEIGHT_TOLERANCE:
            raise PydanticCustomError(
                "survey.weights_do_not_sum",
                "the weights below {node} sum to {total}, not to 1",
                {"node": self.code, "total": f"{total:.10g}"},
            )
        return self

    def walk(self) -> Iterator[Indicator]:
        """This node and all below it, parents before children, in declared order."""
        yield self
        for child in self.indicators:
            yield from child.walk()

    def leaves(self) -> tuple[Indicator, ...]:
        """The nodes without children, in declared order."""
        return tuple(node for node in self.walk() if not node.indicators)

    def parents(self) -> dict[str, str | None]:
        """Parent code by node code; the node itself has None."""
        table: dict[str, str | None] = {self.code: None}
        for node in self.walk():
            table.update({child.code: node.code for child in node.indicators})
        return table

    def sibling_weights(self, method: Literal["declared", "equal"] = "declared") -> dict[str, float]:
        """Share of each node among its siblings, by code; 1 for this node.

        ``declared`` uses the weights written down (equal where a set has none), ``equal`` ignores them.
        """
        shares = {self.code: 1.0}
        for node in self.walk():
            for child in node.indicators:
                declared = child.weight if method == "declared" else None
                shares[child.code] = 1 / len(node.indicators) if declared is None else declared
        return shares

    def leaf_weights(self, method: Literal["declared", "equal"] = "declared") -> dict[str, float]:
        """Weight of each leaf in this node: the product of shares down the tree. Sums to 1."""
        shares = self.sibling_weights(method)
        weights: dict[str, float] = {}

        def descend(node: Indicator, weight: float) -> None:
            if not node.indicators:
                weights[node.code] = weight
            for child in node.indicators:
                descend(child, weight * shares[child.code])

        descend(self, 1.0)
        return weights

    def levels(self) -> dict[str, int]:
        """Depth of each node by code; 0 for this node."""
        depth = {self.code: 0}
        for node in self.walk():
            depth.update({child.code: depth[node.code] + 1 for child in node.indicators})
        return depth
