"""Accepted ends of numbers in an XLSForm: the constraint column and the parameters of a range."""

from __future__ import annotations

import re
from collections.abc import Iterator

from survey.structures.expression_grammars import XPATH
from survey.structures.expression_tree import (
    Constant,
    Name,
    Node,
    Operation,
    UnreadableExpressionError,
    parse_expression,
)

__all__ = ["bounds_of", "steps_of"]

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def bounds_of(constraint: str, *, whole: bool) -> tuple[float | None, float | None] | None:
    """Lowest and highest accepted value; None where the constraint says anything else.

    With ``whole`` (an integer question) ``. > 0`` means 1 and up.
    """
    try:
        limits = list(_limits(parse_expression(constraint, XPATH)))
    except UnreadableExpressionError:
        return None
    lowest: float | None = None
    highest: float | None = None
    for limit in limits:
        if limit is None:
            return None
        relation, value = limit
        if relation in {"<", ">"}:
            if not whole or not value.is_integer():
                return None
            relation, value = ("<=", value - 1) if relation == "<" else (">=", value + 1)
        if relation in {">=", "="}:
            lowest = value if lowest is None else max(lowest, value)
        if relation in {"<=", "="}:
            highest = value if highest is None else min(highest, value)
    return lowest, highest


def _limits(node: Node) -> Iterator[tuple[str, float] | None]:
    match node:
        case Operation("and", parts):
            for part in parts:
                yield from _limits(part)
        case Operation(relation, (Name("."), Constant(float() as value))) if relation in _MIRRORED:
            yield relation, value
        case Operation(relation, (Constant(float() as value), Name("."))) if relation in _MIRRORED:
            yield _MIRRORED[relation], value
        case _:
            yield None


def steps_of(parameters: str) -> tuple[float, float, float]:
    """Start, end and step of a range; 1, 10 and 1 where nothing is said."""
    given = dict(re.findall(r"(start|end|step)\s*=\s*(-?\d+(?:\.\d+)?)", parameters))
    return float(given.get("start", 1)), float(given.get("end", 10)), float(given.get("step", 1))
