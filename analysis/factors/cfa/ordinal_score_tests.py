"""Score tests of a model of ordered items: modification indices, equality constraints, intercepts.

From the gradient and information of the discrepancy, as usual for DWLS: a guide to where a model misfits. The p
values are those of an optimal weight matrix and only roughly right.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.model import FactorModel
from analysis.factors.cfa.modification import (
    ScoreInformation,
    ScoreTest,
    equality_candidates,
    fixed_candidates,
    score_tests,
)
from analysis.factors.cfa.ordinal_confirmatory import OrdinalCfaResult

Floats = NDArray[np.float64]

__all__ = ["ordinal_equality_tests", "ordinal_intercept_tests", "ordinal_modification_indices"]


def ordinal_modification_indices(result: OrdinalCfaResult) -> tuple[ScoreTest, ...]:
    """Score tests of loadings and covariances not in the model, largest first."""
    items = result.model.table.observed
    candidates = [
        row
        for row in fixed_candidates(result.model)
        if row.op in {"=~", "~~", "~"} and not (row.op == "~~" and row.left == row.right and row.left in items)
    ]
    return score_tests(result.model, result.fitted.theta, _score_information(result), candidates)


def ordinal_equality_tests(result: OrdinalCfaResult) -> tuple[ScoreTest, ...]:
    """Score tests of the equality constraints, largest first."""
    candidates = list(equality_candidates(result.model.table))
    return score_tests(result.model, result.fitted.theta, _score_information(result), candidates)


def ordinal_intercept_tests(result: OrdinalCfaResult) -> tuple[ScoreTest, ...]:
    """Score tests of item intercepts that are zero after the first group, largest first."""
    items = result.model.table.observed
    candidates = [
        row
        for row in result.model.table.parameters
        if row.op == "~1" and row.left in items and row.group and row.free is None
    ]
    return score_tests(result.model, result.fitted.theta, _score_information(result), candidates)


def _score_information(result: OrdinalCfaResult) -> ScoreInformation:
    def both(model: FactorModel, theta: Floats) -> tuple[Floats, Floats]:
        ordinal = result.model.with_table(model.table)
        return -result.discrepancy.gradient(ordinal, theta), result.discrepancy.information(ordinal, theta)

    return both
