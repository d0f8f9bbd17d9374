"""Models as text, in the notation researchers know from lavaan.

``f =~ a*x1 + 0.7*x2 + NA*x3`` measures, ``y ~ f`` regresses, ``x1 ~~ x2`` lets (co)vary, ``x1 ~ 1`` has an intercept,
``x1 | t1 + t2`` has thresholds. A number before ``*`` fixes, ``NA`` frees, ``start(0.8)`` starts, a name labels:
parameters with one label are equal. ``c(1, NA)*x`` or ``c(a, b)*x`` says it per group. ``#`` and ``!`` begin a comment;
a line ends a statement unless it ends in an operator; ``;`` separates statements on one line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from survey.errors import InsufficientDataError, Place, Problem

__all__ = ["Modifier", "Operator", "Term", "parse_model"]

Operator = Literal["=~", "~~", "~", "~1", "|", "~*~"]

_NAME = r"[^\W\d][\w.]*"
_STATEMENT = re.compile(r"^(?P<left>.+?)\s*(?P<op>=~|~~|\||~)\s*(?P<right>.+)$", re.DOTALL)
_TERM = re.compile(rf"^(?P<name>{_NAME}|1|0)$")
_OPERATOR_LEFT_OPEN = re.compile(r"(?:=~|~~|~|\||\+|\*|,|\()\s*$")
_CONTINUES = re.compile(r"^\s*(?:\+|\*|\))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier:
    """What stands before ``*``: per group a fixed value, "free", a start value or a label; one entry holds for all."""

    fixed: tuple[float | None, ...] = ()
    start: tuple[float, ...] = ()
    labels: tuple[str | None, ...] = ()
    freed: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One parameter a statement names: ``left op right``, and how it is modified."""

    left: str
    op: Operator
    right: str
    modifier: Modifier
    line: int


def parse_model(text: str) -> tuple[Term, ...]:
    """Every parameter that a model text names, in the order of the text.

    Raises
    ------
    InsufficientDataError
        Statements that cannot be read; each with its line.
    """
    terms: list[Term] = []
    problems: list[Problem] = []
    for line, statement in _statements(text):
        try:
            terms += _parse_statement(statement, line)
        except ValueError as fault:
            problems.append(
                Problem(
                    code="analysis.model_statement",
                    place=Place(line=line),
                    fields={"statement": " ".join(statement.split())[:80], "part": str(fault)[:60]},
                )
            )
    if problems:
        raise InsufficientDataError(problems)
    if not terms:
        raise InsufficientDataError.of("analysis.model_empty")
    return tuple(terms)


def _statements(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    pending, began = "", 0
    lines = [re.split(r"[#!]", line)[0] for line in text.splitlines()]
    for number, line in enumerate(lines, start=1):
        for piece in line.split(";"):
            if not piece.strip():
                continue
            if pending and (_OPERATOR_LEFT_OPEN.search(pending) or _CONTINUES.match(piece)):
                pending += " " + piece.strip()
                continue
            if pending:
                found.append((began, pending))
            pending, began = piece.strip(), number
    if pending:
        found.append((began, pending))
    return found


def _parse_statement(statement: str, line: int) -> list[Term]:
    found = _STATEMENT.match(statement)
    if found is None:
        raise ValueError(statement)
    op = found["op"]
    lefts = [name.strip() for name in found["left"].split("+")]
    for name in lefts:
        if not re.fullmatch(_NAME, name):
            raise ValueError(name)
    terms: list[Term] = []
    for left in lefts:
        for piece in _split(found["right"], "+"):
            name, modifier = _parse_term(piece)
            if op == "~" and name in {"1", "0"}:
                fixed = Modifier(fixed=(0.0,)) if name == "0" else modifier
                terms.append(Term(left=left, op="~1", right="", modifier=fixed, line=line))
            elif name in {"1", "0"}:
                raise ValueError(piece)
            else:
                terms.append(Term(left=left, op=op, right=name, modifier=modifier, line=line))  # type: ignore[arg-type]  # matched
    return terms


def _split(text: str, separator: str) -> list[str]:
    """Parts outside brackets."""
    parts, depth, current = [], 0, ""
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == separator and depth == 0 and not re.search(r"\d[eE]$", current):
            parts.append(current.strip())
            current = ""
        else:
            current += character
    parts.append(current.strip())
    if depth != 0 or any(not part for part in parts):
        raise ValueError(text)
    return parts


def _parse_term(piece: str) -> tuple[str, Modifier]:
    *modifiers, name = _split(piece, "*")
    if not _TERM.match(name):
        raise ValueError(piece)
    fixed: tuple[float | None, ...] = ()
    start: tuple[float, ...] = ()
    labels: tuple[str | None, ...] = ()
    freed: tuple[bool, ...] = ()
    for modifier in modifiers:
        entries = _split(modifier[2:-1], ",") if re.match(r"^c\(.*\)$", modifier, re.DOTALL) else [modifier]
        began = re.match(r"^start\((.*)\)$", modifier, re.DOTALL)
        if began:
            inner = re.sub(r"^c\((.*)\)$", r"\1", began[1].strip())
            start = tuple(float(entry) for entry in _split(inner, ","))
            continue
        numbers = [_number(entry) for entry in entries]
        if any(number is not None for number in numbers) or "NA" in entries:
            fixed = tuple(numbers)
            freed = tuple(entry == "NA" for entry in entries)
        if any(number is None and entry != "NA" for number, entry in zip(numbers, entries, strict=True)):
            labels = tuple(
                _label(entry) if number is None else None for number, entry in zip(numbers, entries, strict=True)
            )
    return name, Modifier(fixed=fixed, start=start, labels=labels, freed=freed)


def _number(entry: str) -> float | None:
    try:
        return float(entry)
    except ValueError:
        return None


def _label(entry: str) -> str | None:
    if entry == "NA":
        return None
    bare = re.sub(r"^(?:label|equal)\(\s*[\"']?(.*?)[\"']?\s*\)$", r"\1", entry).strip("\"'")
    if not re.fullmatch(r"[^\W\d]\S*", bare) or re.search(r"[*()~|]", bare):
        raise ValueError(entry)
    return bare
