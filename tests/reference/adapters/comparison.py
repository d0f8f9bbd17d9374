"""Compare a result with expected values, entry by entry."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

MATRIX_KEYS = {"rows", "cols", "values"}
Allowed = Callable[[float], float]


def allowance(tolerance: Any, *, relative: bool) -> Allowed:
    """How far a number may be off: absolute, or relative to max(1, abs(expected)).

    ``tolerance`` is a number, or a mapping with the absolute tolerance under ``abs``.
    """
    if isinstance(tolerance, Mapping):
        absolute = float(tolerance.get("abs", 0.0))
        return lambda _: absolute
    size = float(tolerance)
    if relative:
        return lambda expected: size * max(1.0, abs(expected))
    return lambda _: size


def differences(actual: Any, expected: Any, allowed: Allowed, place: str = "") -> Iterator[str]:
    """Every entry of ``expected`` that ``actual`` does not hold, in words; null stands for undefined."""
    at = place or "result"
    actual = _plain(actual)
    if isinstance(expected, Mapping):
        yield from _of_mapping(actual, expected, allowed, place)
    elif isinstance(expected, Sequence) and not isinstance(expected, str):
        if not isinstance(actual, list) or len(actual) != len(expected):
            found = len(actual) if isinstance(actual, list) else actual
            yield f"{at}: expected {len(expected)} values, got {found}"
            return
        for position, (one, other) in enumerate(zip(actual, expected, strict=True)):
            yield from differences(one, other, allowed, f"{place}[{position}]")
    elif expected is None:
        if not (actual is None or (isinstance(actual, float) and math.isnan(actual))):
            yield f"{at}: expected undefined, got {actual}"
    elif isinstance(expected, bool | str):
        if actual != expected or isinstance(actual, bool) != isinstance(expected, bool):
            yield f"{at}: expected {expected!r}, got {actual!r}"
    elif isinstance(actual, bool) or not isinstance(actual, int | float):
        yield f"{at}: expected {expected}, got {actual!r}"
    elif not abs(actual - expected) <= allowed(expected) and actual != expected:
        yield f"{at}: expected {expected:.10g}, got {actual:.10g}"


def _of_mapping(actual: Any, expected: Mapping[str, Any], allowed: Allowed, place: str) -> Iterator[str]:
    at = place or "result"
    if not isinstance(actual, Mapping):
        yield f"{at}: expected a table of {', '.join(map(str, expected))}, got {actual!r}"
        return
    if set(expected) >= MATRIX_KEYS and set(actual) >= MATRIX_KEYS:
        yield from _of_matrix(actual, expected, allowed, place)
        return
    by_name = {str(key): value for key, value in actual.items()}
    for key, value in expected.items():
        inner = f"{place}.{key}" if place else str(key)
        if str(key) not in by_name:
            yield f"{inner}: satix gives no such figure"
        else:
            yield from differences(by_name[str(key)], value, allowed, inner)


def _of_matrix(actual: Mapping[str, Any], expected: Mapping[str, Any], allowed: Allowed, place: str) -> Iterator[str]:
    """Labelled matrices are matched by their labels."""
    rows, columns = list(map(str, actual["rows"])), list(map(str, actual["cols"]))
    absent = [str(name) for name in expected["rows"] if str(name) not in rows]
    absent += [str(name) for name in expected["cols"] if str(name) not in columns]
    if absent:
        yield f"{place}: satix gives no {', '.join(absent)}"
        return
    for row, values in zip(expected["rows"], expected["values"], strict=True):
        for column, value in zip(expected["cols"], values, strict=True):
            found = actual["values"][rows.index(str(row))][columns.index(str(column))]
            yield from differences(found, value, allowed, f"{place}[{row}, {column}]")


def _plain(value: Any) -> Any:
    """numpy and tuples as plain Python."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    return list(value) if isinstance(value, tuple) else value
