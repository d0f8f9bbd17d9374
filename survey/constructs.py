"""Structural models as data: constructs, how their items make them up, and the paths between them."""

from __future__ import annotations

from collections import Counter
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey.texts import Code, Definition, Text

__all__ = ["Construct", "ConstructModel"]


class Construct(Definition):
    """A latent variable and the questions that measure it.

    ``mode`` is how a path model weighs its items: ``A`` (reflective, correlation weights), ``B``
    (formative, regression weights) or ``sum`` (equal weights).
    """

    code: Code
    label: Text
    mode: Literal["A", "B", "sum"] = "A"
    items: tuple[Code, ...] = Field(min_length=1)


class ConstructModel(Definition):
    """Constructs and directed paths without a loop; ``target`` is the construct the index is read from."""

    constructs: tuple[Construct, ...] = Field(min_length=1)
    paths: tuple[tuple[Code, Code], ...] = ()
    target: Code | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        codes = [construct.code for construct in self.constructs]
        doubled = sorted(code for code, count in Counter(codes).items() if count > 1)
        if doubled:
            raise PydanticCustomError(
                "survey.construct_code_twice", "codes used twice: {codes}", {"codes": ", ".join(doubled)}
            )
        known = set(codes)
        named = [code for path in self.paths for code in path] + ([self.target] if self.target else [])
        unknown = next((code for code in named if code not in known), None)
        if unknown is not None:
            raise PydanticCustomError(
                "survey.unknown_construct",
                "{owner} names the unknown construct {code}",
                {"owner": "paths", "code": unknown, "known": ", ".join(codes)},
            )
        if self._order() is None:
            raise PydanticCustomError("survey.paths_in_a_circle", "the paths lead back to where they started")
        return self

    def _order(self) -> tuple[str, ...] | None:
        """Constructs so that causes come before effects; None when the paths run in a circle."""
        remaining = {construct.code: {a for a, b in self.paths if b == construct.code} for construct in self.constructs}
        order: list[str] = []
        while remaining:
            free = [code for code, causes in remaining.items() if not causes - set(order)]
            if not free:
                return None
            order += free
            for code in free:
                del remaining[code]
        return tuple(order)

    def causal_order(self) -> tuple[str, ...]:
        """Constructs so that causes come before effects, otherwise in declared order."""
        return self._order() or ()
