"""Qualtrics display and branch logic, kept as JSON, as expression trees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from survey.structures.entries import Rule
from survey.structures.expression_tree import Call, Constant, Name, Node, Operation
from survey.structures.wordings import plain_text

__all__ = ["logic_rule", "logic_text"]

_LOCATOR = re.compile(
    r"q://(?P<question>QID\d+)/(?P<part>SelectableChoice|SelectableAnswer|ChoiceNumericEntryValue|ChoiceTextEntryValue"
    r"|SelectedChoicesCount|SelectedAnswerCount)(?:/(?P<first>[\w-]+))?(?:/(?P<second>[\w-]+))?$"
)
_NUMBERS = {
    "EqualTo": "=",
    "NotEqualTo": "!=",
    "GreaterThan": ">",
    "GreaterThanOrEqual": ">=",
    "LessThan": "<",
    "LessThanOrEqual": "<=",
}


def logic_rule(logic: Mapping[str, Any]) -> Rule:
    """A piece of logic as a rule; without a tree where any part of it looks at something other than answers."""
    tree = _groups(logic)
    return Rule(logic_text(logic), tree)


def logic_text(logic: object) -> str:
    """The logic as Qualtrics describes it on the screen."""
    if not isinstance(logic, Mapping):
        return ""
    own = logic.get("Description")
    parts = [plain_text(own.replace("</span>", " "))] if isinstance(own, str) else []
    parts += [logic_text(logic[key]) for key in _numbered(logic)]
    return " ".join(" ".join(parts).split())


def _numbered(logic: Mapping[str, Any]) -> list[str]:
    return sorted((key for key in logic if key.isdigit()), key=int)


def _joined(parts: list[tuple[str, Node]]) -> Node:
    """Parts with what joins each to those before it; "and" binds more tightly, as in Qualtrics."""
    alternatives: list[list[Node]] = []
    for conjunction, node in parts:
        if alternatives and conjunction == "and":
            alternatives[-1].append(node)
        else:
            alternatives.append([node])
    nodes: list[Node] = [group[0] if len(group) == 1 else Operation("and", tuple(group)) for group in alternatives]
    return nodes[0] if len(nodes) == 1 else Operation("or", tuple(nodes))


def _groups(logic: Mapping[str, Any]) -> Node | None:
    """Sets of conditions (``If``, ``AndIf``, ``OrIf``), each with its expressions."""
    groups: list[tuple[str, Node]] = []
    for key in _numbered(logic):
        group = logic[key]
        if not isinstance(group, Mapping):
            return None
        parts: list[tuple[str, Node]] = []
        for inner in _numbered(group):
            entry = group[inner]
            node = _expression(entry) if isinstance(entry, Mapping) else None
            if node is None:
                return None
            conjunction = str(entry.get("Conjuction") or entry.get("Conjunction") or "Or").lower()
            parts.append((conjunction, node))
        if not parts:
            return None
        groups.append(("and" if str(group.get("Type", "")).lower() == "andif" else "or", _joined(parts)))
    return _joined(groups) if groups else None


def _expression(entry: Mapping[str, Any]) -> Node | None:
    """One comparison; None for devices, places, panels, quotas, embedded data and what was displayed."""
    if entry.get("LogicType") != "Question":
        return None
    located = _LOCATOR.match(str(entry.get("LeftOperand") or entry.get("ChoiceLocator") or ""))
    operator = str(entry.get("Operator"))
    if located is None:
        return None
    question, part, first, second = located["question"], located["part"], located["first"], located["second"]
    if part in {"SelectableChoice", "SelectableAnswer"} and operator in {"Selected", "NotSelected"} and first:
        # the answer of a matrix row is named row/answer; a choice alone is named by itself
        name, value = (f"{question}~{first}", second) if second else (question, first)
        chosen: Node = Call("selected", (Name(name), Constant(value)))
        return chosen if operator == "Selected" else Operation("not", (chosen,))
    if part in {"ChoiceTextEntryValue", "ChoiceNumericEntryValue"}:
        name = f"{question}~{first}" if first else question
        if operator in {"Empty", "NotEmpty"}:
            return Operation("empty" if operator == "Empty" else "notempty", (Name(name),))
        value = str(entry.get("RightOperand", ""))
        if operator in _NUMBERS and re.fullmatch(r"-?\d+(?:\.\d+)?", value):
            return Operation(_NUMBERS[operator], (Name(name), Constant(float(value))))
    return None
