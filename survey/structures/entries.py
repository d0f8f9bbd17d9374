"""Entries of a source while a draft is being built: accounts still open, conditions still unresolved."""

from __future__ import annotations

from dataclasses import dataclass, field

from survey.errors import Place
from survey.structures.expression_grammars import Grammar
from survey.structures.expression_tree import Node, UnreadableExpressionError, parse_expression

__all__ = ["Item", "Rule", "rule_from"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition of the source: its text, and its tree where it could be read."""

    text: str
    tree: Node | None
    unanswered_fails: bool = False


def rule_from(text: str, grammar: Grammar) -> Rule:
    """A condition written in a platform's expression language."""
    try:
        return Rule(text, parse_expression(text, grammar), grammar.unanswered_fails)
    except UnreadableExpressionError:
        return Rule(text, None)


@dataclass(slots=True, eq=False)
class Item:
    """An entry of the source while its fate is open."""

    name: str
    kind: str
    place: Place
    into: list[str] = field(default_factory=list)
    merged: bool = False
