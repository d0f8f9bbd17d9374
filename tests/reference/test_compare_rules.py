"""Comparisons up to order and sign of factors, and tolerances per figure: what passes, and what must not."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

FACTORS = "loadings: up to column order and sign (match columns by congruence); everything else element-wise"
PARALLEL = "observed: 1e-8; simulated_*: Monte Carlo, absolute 0.05; retained counts exact"
ITEMS = ["a", "b", "c"]
MINE = {
    "loadings": {"rows": ITEMS, "cols": ["F1", "F2"], "values": [[0.8, 0.1], [0.7, 0.0], [0.1, 0.6]]},
    "phi": {"rows": ["F1", "F2"], "cols": ["F1", "F2"], "values": [[1, 0.3], [0.3, 1]]},
    "variance_accounted": {"rows": ["SS"], "cols": ["F1", "F2"], "values": [[1.2, 0.4]]},
    "n": 90,
}


@pytest.fixture(scope="module")
def rules() -> Any:
    """The module the runner uses; the runner's folder is importable as it is for the runner."""
    folder = str(Path(__file__).resolve().parent)
    sys.path.insert(0, folder)
    try:
        return importlib.import_module("adapters.compare_rules")
    finally:
        sys.path.remove(folder)


def faults(rules: Any, actual: Any, expected: Any, compare: str, size: float = 0.01) -> list[str]:
    return list(rules.faults(actual, expected, lambda value: size * max(1.0, abs(value)), compare))


def expected(**changes: Any) -> dict[str, Any]:
    """The same solution with the factors in the other order, the second turned round, rows in another order."""
    table = {
        "loadings": {"rows": ["c", "a", "b"], "cols": ["X", "Y"], "values": [[-0.6, 0.1], [-0.1, 0.8], [0, 0.7]]},
        "phi": {"rows": ["X", "Y"], "cols": ["X", "Y"], "values": [[1, -0.3], [-0.3, 1]]},
        "variance_accounted": {"rows": ["SS"], "cols": ["X", "Y"], "values": [[0.4, 1.2]]},
        "n": 90,
    }
    return {**table, **changes}


def test_factors_may_come_in_any_order_and_sign_with_their_tables(rules: Any) -> None:
    assert faults(rules, MINE, expected(), FACTORS) == []
    assert faults(rules, MINE, expected(), "element-wise")


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("loadings", [[-0.6, 0.1], [-0.1, 0.8], [0, 0.6]]),
        ("loadings", [[-0.6, 0.1], [0.1, 0.8], [0, 0.7]]),
        ("phi", [[1, 0.3], [0.3, 1]]),
        ("variance_accounted", [[1.2, 0.4]]),
    ],
)
def test_a_wrong_entry_still_fails(rules: Any, key: str, values: Any) -> None:
    wrong = expected()
    wrong[key] = {**wrong[key], "values": values}
    assert any(line.startswith(key) for line in faults(rules, MINE, wrong, FACTORS))


def test_the_same_space_turned_is_not_the_same_solution(rules: Any) -> None:
    turned = {**expected()["loadings"], "values": [[0.5, -0.35], [0.64, 0.5], [0.5, 0.5]]}
    assert faults(rules, MINE, {"loadings": turned}, FACTORS)


def test_figures_beside_the_factors_are_compared_as_ever(rules: Any) -> None:
    assert faults(rules, MINE, expected(n=91), FACTORS, 1e-3) == ["n: expected 91, got 90"]
    assert faults(rules, MINE, {"rmsea": 0.1}, FACTORS) == ["rmsea: satix gives no such figure"]
    fewer = {**MINE["loadings"], "cols": ["F1"], "values": [[0.8], [0.7], [0.1]]}
    assert faults(rules, {"loadings": fewer}, expected(), FACTORS)


def test_general_and_group_factors_keep_their_kinds(rules: Any) -> None:
    columns = ["g", "F1*", "F2*", "h2"]
    mine = {
        "schmid_leiman": {
            "rows": ITEMS,
            "cols": columns,
            "values": [[0.5, 0.6, 0, 0.61], [0.5, 0.4, 0, 0.41], [0.4, 0, 0.7, 0.65]],
        },
        "omega_group": {"rows": ["g", "F1*", "F2*"], "cols": ["total"], "values": [[0.9], [0.8], [0.7]]},
    }
    theirs = {
        "schmid_leiman": {
            "rows": ITEMS,
            "cols": columns,
            "values": [[0.5, 0, 0.6, 0.61], [0.5, 0, 0.4, 0.41], [0.4, 0.7, 0, 0.65]],
        },
        "omega_group": {"rows": ["g", "F1*", "F2*"], "cols": ["total"], "values": [[0.9], [0.7], [0.8]]},
    }
    assert faults(rules, mine, theirs, FACTORS) == []
    theirs["schmid_leiman"]["values"][0][0] = 0.6
    assert faults(rules, mine, theirs, FACTORS)


def test_a_figure_may_have_a_tolerance_of_its_own(rules: Any) -> None:
    actual = {"observed": [1.85], "simulated_mean": [1.04], "n_components_mean": 2}
    assert faults(rules, actual, {"simulated_mean": [1.0], "observed": [1.85]}, PARALLEL, 1e-12) == []
    assert faults(rules, actual, {"simulated_mean": [0.98]}, PARALLEL, 1)
    assert faults(rules, actual, {"observed": [1.8500001]}, PARALLEL, 1)
    assert faults(rules, actual, {"n_components_mean": 1}, PARALLEL)


def test_rules_that_are_not_known_are_not_passed_off_as_known(rules: Any) -> None:
    assert all(map(rules.known, ("element-wise", FACTORS, PARALLEL)))
    assert not rules.known("roughly")
