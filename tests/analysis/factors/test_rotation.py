"""Rotations: what they keep, what they make least, their conventions, and the scores of rotated factors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime

from analysis.factors.correlation_matrix import given_correlations
from analysis.factors.efa import exploratory_factors
from analysis.factors.factor_scores import factor_score_weights, factor_scores
from analysis.factors.gradient_projection import crawford_ferguson, geomin, oblimin, varimax_criterion
from analysis.factors.rotation import OBLIQUE, rotate
from survey.errors import InsufficientDataError, SatixError

METHODS = ["varimax", "quartimax", "equamax", "geomin_orthogonal", "promax", "oblimin", "quartimin", "geomin"]
SIMPLE = np.array([[0.8, 0], [0.7, 0], [0.6, 0], [0, 0.75], [0, 0.65], [0, 0.55]])


def turned(L: Any = SIMPLE, angle: float = 0.6) -> Any:
    """The loadings from another side."""
    c, s = np.cos(angle), np.sin(angle)
    return L @ np.array([[c, s], [-s, c]])


def answers(n: int = 300, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(n, 2)) @ np.array([[1, 0.4], [0, 0.9]])
    frame = pd.DataFrame(factors @ SIMPLE.T + 0.6 * rng.normal(size=(n, 6))).add_prefix("Q")
    return frame.set_index(np.arange(n) + 1000)


@pytest.mark.parametrize("method", METHODS)
def test_simple_structure_is_found_again(method: Any) -> None:
    result = rotate(turned(), method=method, epsilon=1e-4)
    assert result.converged
    assert result.pattern == pytest.approx(SIMPLE, abs=0.01)
    assert result.phi == pytest.approx(np.eye(2), abs=0.02)
    assert result.oblique == (method in OBLIQUE)


@pytest.mark.parametrize("method", ["none", *METHODS])
def test_a_rotation_changes_nothing_that_the_correlations_show(method: Any) -> None:
    A = np.random.default_rng(2).normal(size=(9, 3))
    result = rotate(A, method=method)
    assert result.pattern @ result.phi @ result.pattern.T == pytest.approx(A @ A.T, abs=1e-8)
    assert np.diagonal(result.phi) == pytest.approx(np.ones(3))
    assert A @ result.transformation == pytest.approx(result.pattern, abs=1e-10)
    assert (result.pattern.sum(axis=0) >= 0).all()
    explained = np.diagonal(result.phi @ result.pattern.T @ result.pattern)
    assert (np.diff(explained) <= 1e-9).all()


@pytest.mark.parametrize(
    "criterion", [oblimin(0.0), oblimin(-0.5), geomin(0.01), varimax_criterion, crawford_ferguson(0.2)]
)
def test_gradients_of_the_criteria_are_those_of_finite_differences(criterion: Any) -> None:
    L = np.random.default_rng(1).normal(size=(5, 3))
    numeric = approx_fprime(L.ravel(), lambda flat: criterion(flat.reshape(5, 3))[0], 1e-7)
    assert criterion(L)[1].ravel() == pytest.approx(numeric, abs=1e-5)


def test_order_and_sign_do_not_depend_on_those_of_the_unrotated_factors() -> None:
    A = np.random.default_rng(4).normal(size=(8, 3))
    for method in ("varimax", "promax", "oblimin", "geomin"):
        one, other = rotate(A, method=method), rotate(A[:, [2, 0, 1]] * [1, -1, -1], method=method, random_starts=4)
        assert other.value <= one.value + 1e-9 or method == "promax"
    assert rotate(A * [-1, 1, -1], method="oblimin").pattern == pytest.approx(rotate(A, method="oblimin").pattern)


def test_every_option_changes_the_solution() -> None:
    A = np.random.default_rng(7).normal(size=(10, 3))

    def differ(one: Any, other: Any) -> bool:
        return bool(np.abs(one.pattern - other.pattern).max() > 1e-3)

    assert differ(rotate(A, method="varimax"), rotate(A, method="varimax", kaiser=False))
    assert differ(rotate(A, method="oblimin"), rotate(A, method="oblimin", kaiser=True))
    assert differ(rotate(A, method="promax"), rotate(A, method="promax", power=3))
    assert differ(rotate(A, method="promax"), rotate(A, method="promax", promax="stats"))
    assert differ(rotate(A, method="oblimin"), rotate(A, method="oblimin", gamma=-2))
    assert differ(rotate(A, method="geomin"), rotate(A, method="geomin", epsilon=0.5))
    assert rotate(A, method="oblimin").pattern == pytest.approx(rotate(A, method="quartimin").pattern)


def test_random_starts_find_no_worse_a_solution_and_repeat_with_their_seed() -> None:
    A = np.random.default_rng(12).normal(size=(8, 3))
    plain = rotate(A, method="geomin")
    many, again = (rotate(A, method="geomin", random_starts=6, seed=1) for _ in range(2))
    assert many.value <= plain.value + 1e-9
    assert many.starts == 7
    assert np.array_equal(many.pattern, again.pattern)
    assert many.minima > 1


def test_stopping_early_is_as_early_as_r(shared: Path) -> None:
    """R's varimax stops short of the optimum; the criterion is better here, and equal on request."""
    folder = shared / "reference" / "psychometrics"
    case = json.loads((folder / "efa_bfi25_minres_varimax.json").read_text(encoding="utf-8"))
    data = pd.read_csv(folder / case["data"])[case["inputs"]["items"]]
    theirs = np.array(case["expected"]["loadings"]["values"])
    early = exploratory_factors(data, 5, rotation="varimax", rotation_tolerance=1e-5)
    order = np.abs(early.pattern.T @ theirs).argmax(axis=1)
    signs = np.sign((early.pattern * theirs[:, order]).sum(axis=0))
    assert early.pattern == pytest.approx(theirs[:, order] * signs, abs=1e-5)
    best = exploratory_factors(data, 5, rotation="varimax")
    assert best.rotation.value < early.rotation.value


def test_one_factor_is_not_rotated() -> None:
    result = rotate([[-0.8], [-0.7], [-0.6]], method="oblimin")
    assert result.pattern[:, 0] == pytest.approx([0.8, 0.7, 0.6])
    assert result.phi.tolist() == [[1.0]]


def test_scores_have_the_properties_they_are_named_for() -> None:
    frame = answers()
    solution = exploratory_factors(frame, 2, method="ml")
    regression = factor_score_weights(solution)
    assert solution.correlations @ regression == pytest.approx(solution.structure)
    bartlett = factor_score_weights(solution, method="bartlett")
    assert bartlett.T @ solution.pattern == pytest.approx(np.eye(2), abs=1e-10)
    scored = factor_scores(solution, frame, method="tenberge")
    assert np.corrcoef(scored.scores.T) == pytest.approx(solution.phi, abs=1e-8)
    assert scored.score_correlations == pytest.approx(solution.phi, abs=1e-8)
    best = factor_scores(solution, frame, method="regression")
    assert (best.determinacy >= scored.determinacy - 1e-12).all()
    assert best.to_frame().index[0] == 1000
    assert best.scores.mean(axis=0) == pytest.approx([0, 0], abs=1e-10)


def test_scores_of_incomplete_respondents_are_missing_and_impossible_ones_refused() -> None:
    frame = answers()
    solution = exploratory_factors(frame, 2)
    frame.iloc[3, 1] = np.nan
    scored = factor_scores(solution, frame)
    assert (scored.n, scored.dropped) == (299, 1)
    assert np.isnan(scored.scores[3]).all()
    with pytest.raises(SatixError, match="Q5"):
        factor_scores(solution, frame.drop(columns="Q5"))
    twin = exploratory_factors(frame.assign(Q1=frame["Q0"]), 2)
    with pytest.raises(InsufficientDataError, match="inverted"):
        factor_scores(twin, frame)
    R = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    heywood = exploratory_factors(given_correlations(R), 1, method="pa", max_iterations=60)
    if heywood.uniquenesses.min() <= 0:
        with pytest.raises(InsufficientDataError, match="Heywood"):
            factor_score_weights(heywood, method="bartlett")
