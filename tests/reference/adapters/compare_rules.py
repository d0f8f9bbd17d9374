"""Comparisons that are not element by element: factors in any order and sign, tolerances per figure.

Two rules are known, as a case words them: "loadings: up to column order and sign ..." and "figure: tolerance; figure*:
... absolute tolerance; ...".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from typing import Any

import numpy as np

from adapters.comparison import MATRIX_KEYS, Allowed, differences

ELEMENT_WISE = "element-wise"
FACTORS = "loadings: up to column order and sign"
RULE = re.compile(r"\s*([\w.*]+)\s*:\s*(.*?)([0-9.]+(?:e-?[0-9]+)?)\s*")

FAMILIES = {"loadings": ("phi", "structure", "variance_accounted"), "schmid_leiman": ("phi", "omega_group")}
"""Loadings, and the tables whose factors are theirs."""

SIGNED = {"phi", "structure"}
"""Tables in which a factor's sign counts."""

NO_FACTOR = {"g", "h2", "u2", "p2", "com"}
"""Columns beside the factors."""


def known(compare: str) -> bool:
    """Whether the rule is one of those above."""
    return compare.startswith((ELEMENT_WISE, FACTORS)) or any(map(RULE.fullmatch, compare.split(";")))


def faults(actual: Mapping[str, Any], expected: Any, allowed: Allowed, compare: str) -> Iterator[str]:
    """Every entry that differs under the rule of the case."""
    if compare.startswith(FACTORS) and isinstance(expected, Mapping):
        yield from differences(aligned(actual, expected), expected, allowed)
        return
    rules = (
        [] if compare.startswith(ELEMENT_WISE) else [rule for rule in map(RULE.fullmatch, compare.split(";")) if rule]
    )
    if not rules or not isinstance(expected, Mapping):
        yield from differences(actual, expected, allowed)
        return
    for key, value in expected.items():
        own = allowed
        for rule in rules:
            if fnmatch(str(key), rule[1]):
                own = _allowance(float(rule[3]), absolute="absolute" in rule[2])
        yield from differences(actual, {key: value}, own)


def _allowance(size: float, *, absolute: bool) -> Allowed:
    return lambda expected: size if absolute else size * max(1.0, abs(expected))


def aligned(actual: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """``actual`` with the factors of its tables named, ordered and signed as those of ``expected``."""
    result = dict(actual)
    for key, table in expected.items():
        if (
            not _is_table(table)
            or not _is_table(actual.get(key))
            or key in {"correlation", *sum(FAMILIES.values(), ())}
        ):
            continue
        matched = _matched(actual[key], table)
        if not matched:
            continue
        result[key] = _relabelled(actual[key], matched, rows=False, signed=True)
        for other in FAMILIES.get(key, ()):
            if _is_table(actual.get(other)):
                result[other] = _relabelled(actual[other], matched, rows=True, signed=other in SIGNED)
    return result


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) >= MATRIX_KEYS


def _factors(table: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of loadings by name, rows in the order of their names."""
    order = np.argsort([str(row) for row in table["rows"]])
    values = np.asarray(table["values"], dtype=np.float64)[order]
    return {str(name): values[:, place] for place, name in enumerate(table["cols"]) if str(name) not in NO_FACTOR}


def _matched(actual: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, tuple[str, float]]:
    """Name and sign for each factor, most congruent pairs first; empty when the tables are not of one kind."""
    mine, theirs = _factors(actual), _factors(expected)
    if len(mine) != len(theirs) or sorted(map(str, actual["rows"])) != sorted(map(str, expected["rows"])):
        return {}
    pairs = [
        (float(a @ b) / (float(np.linalg.norm(a) * np.linalg.norm(b)) or 1.0), left, right)
        for left, a in mine.items()
        for right, b in theirs.items()
    ]
    matched: dict[str, tuple[str, float]] = {}
    for congruence, left, right in sorted(pairs, key=lambda pair: -abs(pair[0])):
        if left not in matched and right not in {name for name, _ in matched.values()}:
            matched[left] = (right, -1.0 if congruence < 0 else 1.0)
    return matched


def _relabelled(
    table: Mapping[str, Any], matched: Mapping[str, tuple[str, float]], *, rows: bool, signed: bool
) -> dict[str, Any]:
    """A table with its factors renamed; a group factor F1* and the factor F1 it comes from go together."""
    plain = {name.rstrip("*"): (other.rstrip("*"), sign) for name, (other, sign) in matched.items()}
    names = {**plain, **matched}
    values = np.array(table["values"], dtype=np.float64)

    def turn(labels: Any) -> tuple[list[str], Any]:
        found = [names.get(str(label), (str(label), 1.0)) for label in labels]
        return [name for name, _ in found], np.array([sign if signed else 1.0 for _, sign in found])

    columns, column_signs = turn(table["cols"])
    row_names, row_signs = turn(table["rows"]) if rows else (list(map(str, table["rows"])), np.ones(len(values)))
    return {"rows": row_names, "cols": columns, "values": values * row_signs[:, None] * column_signs}
