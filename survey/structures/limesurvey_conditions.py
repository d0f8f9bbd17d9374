"""LimeSurvey's table of conditions, the older way of saying when a question is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from survey.structures.entries import Rule
from survey.structures.expression_tree import Constant, Name, Node, Operation
from survey.structures.limesurvey_tables import LimeQuestion

__all__ = ["conditions_rule"]

_METHODS = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def conditions_rule(rows: Sequence[Mapping[str, str]], questions: Mapping[str, LimeQuestion]) -> Rule:
    """Rows as one rule: scenarios are alternatives, and so are rows on one question within a scenario."""
    text = "; ".join(
        f"{_name(row, questions)} {row.get('method', '').strip()} {row.get('value', '')!r}" for row in rows
    )
    scenarios: dict[str, dict[str, list[Node]]] = {}
    for row in rows:
        node = _node(row, questions)
        if node is None:
            return Rule(text, None)
        scenarios.setdefault(row.get("scenario", "1"), {}).setdefault(row.get("cqid", ""), []).append(node)
    alternatives = [
        _joined("and", [_joined("or", nodes) for nodes in by_question.values()]) for by_question in scenarios.values()
    ]
    return Rule(text, _joined("or", alternatives))


def _joined(operator: str, parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Operation(operator, tuple(parts))


def _name(row: Mapping[str, str], questions: Mapping[str, LimeQuestion]) -> str:
    """The variable a row looks at: ``12X3X45SQ1`` is subquestion SQ1 of question 45."""
    question = questions.get(row.get("cqid", ""))
    if question is None:
        return row.get("cfieldname", "")
    field = row.get("cfieldname", "").split("X")[-1].lstrip("+Q")
    rest = field.removeprefix(question.identifier).lstrip("_")
    known = {entry.code for entry in question.subquestions}
    return f"{question.code}_{rest}" if rest in known else question.code


def _node(row: Mapping[str, str], questions: Mapping[str, LimeQuestion]) -> Node | None:
    operator = _METHODS.get(row.get("method", "").strip())
    value = row.get("value", "")
    if operator is None or row.get("cqid", "") not in questions or value.startswith(("@", "{")):
        return None
    name = _name(row, questions)
    question = questions[row["cqid"]]
    if question.type in {"M", "P"} and name == question.code:  # the value names the option that is ticked
        ticked: Node = Operation("=", (Name(f"{name}_{value}"), Constant("Y")))
        return ticked if operator == "=" else Operation("not", (ticked,))
    number = re.fullmatch(r"-?\d+(?:\.\d+)?", value)
    constant = Constant(float(value)) if number and operator not in {"=", "!="} else Constant(value.strip())
    return Operation(operator, (Name(name), constant))
