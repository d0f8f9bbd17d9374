"""Exploratory factor analysis: correlations, extraction, rotation, fit.

Formulas and sources stand where each step is: `analysis.factors.extraction`, `analysis.factors.rotation`,
`analysis.factors.factor_fit`. Complexity: Hofmann (1978), Multivariate Behavioral Research 13, 247-250.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.blocked_products import single_threaded_blas
from analysis.factors.correlation_matrix import (
    CorrelationKind,
    CorrelationMatrix,
    MissingRule,
    correlations_of,
    descending_eigenvalues,
)
from analysis.factors.efa_result import ExploratoryFactors
from analysis.factors.extraction import LOWEST_UNIQUENESS, Extraction, ExtractionMethod, extract
from analysis.factors.factor_fit import FactorFit, factor_fit
from analysis.factors.rotation import PromaxConvention, Rotation, RotationMethod, rotate
from survey.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = ["ExploratoryFactors", "exploratory_factors"]


def exploratory_factors(
    data: pd.DataFrame | CorrelationMatrix,
    n_factors: int,
    *,
    method: ExtractionMethod = "minres",
    rotation: RotationMethod = "oblimin",
    correlation: CorrelationKind = "pearson",
    missing: MissingRule = "listwise",
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    case_weights: ArrayLike | None = None,
    kaiser: bool | None = None,
    power: float = 4.0,
    promax: PromaxConvention = "psych",
    gamma: float = 0.0,
    epsilon: float = 0.01,
    random_starts: int = 0,
    seed: int = 20240501,
    confidence: float = 0.90,
    lowest_uniqueness: float = LOWEST_UNIQUENESS,
    tolerance: float | None = None,
    rotation_tolerance: float | None = None,
    max_iterations: int = 500,
) -> ExploratoryFactors:
    """Extract factors from items or correlations and rotate them.

    Parameters
    ----------
    data : (n, p) scores, NaN where missing; or a `CorrelationMatrix` (`given_correlations` makes one, for example from
        polychoric correlations).
    n_factors : number of factors, 1 to p - 1 (``pca``: p).
    method, lowest_uniqueness, tolerance, max_iterations : see `analysis.factors.extraction.extract`.
    rotation, kaiser, power, promax, gamma, epsilon, random_starts, seed, rotation_tolerance : see
    `analysis.factors.rotation.rotate`. correlation, missing, reversed_items, scale, case_weights : see
        `analysis.factors.correlation_matrix.item_correlations`. Under case weights the loadings are weighted and the
    tests of fit, which suppose equal weights, are NaN. confidence : of the interval of RMSEA.

    Raises
    ------
    InsufficientDataError
        Fewer than two items, an impossible number of factors, too few answers, an item that does not vary, or
        correlations that cannot be inverted under ``ml``.
    """
    # many small matrices: more threads only cost
    with single_threaded_blas():
        source = correlations_of(
            data,
            correlation=correlation,
            missing=missing,
            reversed_items=reversed_items,
            scale=scale,
            case_weights=case_weights,
        )
        extraction = extract(
            source.matrix,
            n_factors,
            method=method,
            lowest=lowest_uniqueness,
            tolerance=tolerance,
            max_iterations=max_iterations,
        )
        turned = rotate(
            extraction.loadings,
            method=rotation,
            kaiser=kaiser,
            power=power,
            promax=promax,
            gamma=gamma,
            epsilon=epsilon,
            random_starts=random_starts,
            seed=seed,
            tolerance=rotation_tolerance,
        )
    return _result(source, extraction, turned, confidence)


def _result(
    source: CorrelationMatrix, extraction: Extraction, turned: Rotation, confidence: float
) -> ExploratoryFactors:
    R, method, n_factors = source.matrix, extraction.method, extraction.loadings.shape[1]
    communalities = extraction.communalities
    likelihood = method == "ml"
    uniquenesses = extraction.uniquenesses if likelihood else 1 - communalities
    fit = factor_fit(
        R,
        extraction.loadings @ extraction.loadings.T,
        n_factors,
        n=source.n,
        uniquenesses=uniquenesses if likelihood else None,
        tests=method != "pca" and not source.case_weighted,
        confidence=confidence,
    )
    reduced = R.copy()
    np.fill_diagonal(reduced, communalities)
    square = turned.pattern**2
    with np.errstate(invalid="ignore", divide="ignore"):
        complexity = square.sum(axis=1) ** 2 / (square**2).sum(axis=1)
    return ExploratoryFactors(
        items=source.items,
        factors=tuple(f"{'C' if method == 'pca' else 'F'}{j + 1}" for j in range(n_factors)),
        n=source.n,
        n_rows=source.n_rows,
        n_effective=source.n_effective,
        dropped=source.dropped,
        missing=source.missing,
        correlation=source.kind,
        case_weighted=source.case_weighted,
        reversed_items=source.reversed_items,
        pattern=turned.pattern,
        phi=turned.phi,
        structure=turned.structure,
        communalities=communalities,
        uniquenesses=uniquenesses,
        complexity=complexity,
        variance=_variance(turned, len(R)),
        eigenvalues=descending_eigenvalues(R),
        common_eigenvalues=descending_eigenvalues(reduced),
        correlations=R,
        fit=fit,
        extraction=extraction,
        rotation=turned,
        findings=_findings(source, extraction, turned, fit),
    )


def _variance(rotation: Rotation, p: int) -> Floats:
    explained = np.diagonal(rotation.phi @ rotation.pattern.T @ rotation.pattern)
    share, of_explained = explained / p, explained / explained.sum()
    return np.stack([explained, share, share.cumsum(), of_explained, of_explained.cumsum()])


def _findings(
    source: CorrelationMatrix, extraction: Extraction, rotation: Rotation, fit: FactorFit
) -> tuple[Problem, ...]:
    findings = list(source.findings)
    communalities = extraction.communalities
    for j in extraction.at_bound:
        item, communality = source.items[j], float(communalities[j])
        findings.append(_finding("analysis.heywood", item=item, communality=communality))
    if not extraction.converged:
        findings.append(
            _finding("analysis.extraction_not_converged", method=extraction.method, iterations=extraction.iterations)
        )
    if not rotation.converged:
        findings.append(
            _finding("analysis.rotation_not_converged", method=rotation.method, iterations=rotation.iterations)
        )
    if rotation.minima > 1:
        findings.append(_finding("analysis.rotation_minima", "note", method=rotation.method, found=rotation.minima))
    if extraction.method != "pca":
        if fit.df < 0:
            findings.append(
                _finding("analysis.factors_not_identified", factors=extraction.loadings.shape[1], df=fit.df)
            )
        if not source.invertible:
            findings.append(_finding("analysis.factor_matrix_singular", items=len(source.items)))
        if source.case_weighted:
            findings.append(_finding("analysis.factor_tests_weighted", "note"))
        elif source.kind == "polychoric":
            findings.append(_finding("analysis.factor_tests_ordinal", "note"))
        elif source.n is None:
            findings.append(_finding("analysis.fit_without_n", "note"))
    return tuple(findings)


def _finding(code: str, severity: Literal["warning", "note"] = "warning", **fields: Any) -> Problem:
    return Problem(code=code, fields=fields, severity=severity)
