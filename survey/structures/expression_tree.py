"""Expressions of survey platforms as trees: XPath, ExpressionScript, SurveyJS and R, read by one small parser.

Nothing is evaluated. What the parser does not know it refuses, and the expression is kept as text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from survey.structures.expression_grammars import Grammar

__all__ = [
    "Call",
    "Constant",
    "Listing",
    "Name",
    "Node",
    "Operation",
    "UnreadableExpressionError",
    "parse_expression",
]

_DEEPEST = 100
_LONGEST = 20_000
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">=", "contains", "notcontains", "anyof", "allof", "noneof", "in"})


class UnreadableExpressionError(ValueError):
    """The text is not an expression this parser knows."""


@dataclass(frozen=True, slots=True)
class Name:
    """A reference to a question or to one of its options, as the source writes it."""

    text: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A text, number or truth value."""

    value: str | float | bool


@dataclass(frozen=True, slots=True)
class Listing:
    """Constants in brackets."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; the name in lower case."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator by its neutral name (``=``, ``and``, ``not``, ``empty``, ``+`` ...) and its operands."""

    operator: str
    parts: tuple[Node, ...]


Node = Name | Constant | Listing | Call | Operation


def parse_expression(text: str, grammar: Grammar) -> Node:
    """The tree of an expression.

    Raises
    ------
    UnreadableExpressionError
        The text is too long, too deep, or holds something the parser does not know.
    """
    parser = _Parser(text, grammar)
    node = parser.either()
    if parser.kind != "end":
        raise parser.fault()
    return node


class _Parser:
    """Descends by precedence: or, and, not, comparison, sum, single."""

    def __init__(self, text: str, grammar: Grammar) -> None:
        if len(text) > _LONGEST:
            raise UnreadableExpressionError("too long")
        self.grammar = grammar
        self.tokens: list[tuple[str, str]] = []
        at, end = 0, len(text.rstrip())
        while at < end:
            found = grammar.pattern.match(text, at)
            if found is None or found.end() == at:
                raise UnreadableExpressionError(text[at : at + 20].strip())
            kind = "reference" if grammar.reference and found["reference"] is not None else found.lastgroup or ""
            self.tokens.append((kind, found["name"] if kind == "reference" else found[kind]))
            at = found.end()
        self.tokens.append(("end", ""))
        self.place = 0
        self.depth = 0

    @property
    def kind(self) -> str:
        return self.tokens[self.place][0]

    @property
    def text(self) -> str:
        return self.tokens[self.place][1]

    def fault(self) -> UnreadableExpressionError:
        return UnreadableExpressionError(self.text or "…")

    def operator(self) -> str | None:
        """The neutral operator at this place."""
        if self.kind == "sign":
            return self.grammar.spellings.get(self.text)
        if self.kind == "word" and self.tokens[min(self.place + 1, len(self.tokens) - 1)] != ("sign", "("):
            return self.grammar.spellings.get(self.text.lower())
        if self.kind == "word":
            neutral = self.grammar.spellings.get(self.text.lower())
            return neutral if neutral in {"and", "or", "not"} else None
        return None

    def sign(self, text: str) -> bool:
        if self.tokens[self.place] == ("sign", text):
            self.place += 1
            return True
        return False

    def joined(self, operator: str) -> Node:
        part = self.both if operator == "or" else self.negated
        parts = [part()]
        while self.operator() == operator:
            self.place += 1
            parts.append(part())
        return parts[0] if len(parts) == 1 else Operation(operator, tuple(parts))

    def either(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnreadableExpressionError("too deep")
        node = self.joined("or")
        self.depth -= 1
        return node

    def both(self) -> Node:
        return self.joined("and")

    def negated(self) -> Node:
        if self.operator() == "not" and self.grammar.loose_not:
            return self.negation(self.negated)
        return self.compared()

    def negation(self, operand: object) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnreadableExpressionError("too deep")
        self.place += 1
        inner: Node = operand()  # type: ignore[operator]
        self.depth -= 1
        return Operation("not", (inner,))

    def compared(self) -> Node:
        left = self.sum()
        operator = self.operator()
        while operator in COMPARISONS:
            self.place += 1
            left = Operation(operator, (left, self.sum()))
            operator = self.operator()
        return left

    def sum(self) -> Node:
        parts = [self.single()]
        while self.sign("+"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else Operation("+", tuple(parts))

    def single(self) -> Node:
        if self.operator() == "not":
            return self.negation(self.single)
        node = self.primary()
        operator = self.operator()
        if operator in self.grammar.postfix and operator is not None:
            self.place += 1
            return Operation(operator, (node,))
        return node

    def primary(self) -> Node:
        kind, text = self.tokens[self.place]
        if self.sign("("):
            inner = self.either()
            if not self.sign(")"):
                raise self.fault()
            return inner
        if self.sign("["):
            return Listing(self.arguments("]"))
        if self.sign("-"):
            if self.kind != "number":
                raise self.fault()
            self.place += 1
            return Constant(-float(self.tokens[self.place - 1][1]))
        self.place += 1
        if kind == "text":
            inner_text = text[1:-1]
            return Constant(re.sub(r"\\(.)", r"\1", inner_text) if self.grammar.escapes else inner_text)
        if kind == "number":
            return Constant(float(text))
        if kind in {"reference", "self"}:
            return Name(text)
        if kind == "word":
            if self.sign("("):
                return Call(text.lower(), self.arguments(")"))
            if text in self.grammar.constants:
                return Constant(self.grammar.constants[text])
            if self.grammar.reference is None:
                return Name(text)
        self.place -= 1
        raise self.fault()

    def arguments(self, closing: str) -> tuple[Node, ...]:
        if self.sign(closing):
            return ()
        parts = [self.either()]
        while self.sign(","):
            parts.append(self.either())
        if not self.sign(closing):
            raise self.fault()
        return tuple(parts)
