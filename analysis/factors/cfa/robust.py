"""What the likelihood-ratio theory needs when answers are not normal, or incomplete.

The sandwich A^-1 B A^-1 with the observed information A and the cross-products B of respondents' scores (Huber 1967;
White 1982); the scaling factor c = (tr B1 A1^-1 - tr B0 A0^-1) / df of the chi-square from the unrestricted (1) and the
fitted (0) model (Yuan & Bentler 2000, in the form of Asparouhov & Muthen 2005); Satorra & Bentler's (1994) factor
tr(U Gamma) / df for complete data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.fiml import FullInformation, patterned_observed
from analysis.factors.cfa.information import pseudo_inverse
from analysis.factors.cfa.model import FactorModel
from analysis.factors.cfa.normal_theory import NormalTheory, expected_block
from analysis.factors.cfa.parameters import Parameter, ParameterTable
from analysis.factors.cfa.sample import GroupSample

Floats = NDArray[np.float64]

__all__ = [
    "SaturatedInformation",
    "baseline_trace",
    "satorra_bentler_factor",
    "saturated_information",
    "saturated_trace",
    "stacked_jacobian",
    "yuan_bentler_factor",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SaturatedInformation:
    """The unrestricted model of one group with incomplete answers: parameters are covariances, then means.

    ``observed`` is the observed information, ``cross_products`` the sum of the respondents' outer products of scores,
    ``complete`` the information complete answers would have given. Covariances stand in row-wise lower triangles.
    """

    observed: Floats
    cross_products: Floats
    complete: Floats


def saturated_information(group: GroupSample) -> SaturatedInformation:
    """Observed information, cross-products and complete-data information of the unrestricted model."""
    model, theta = _saturated_model(group)
    slopes = model.derivatives(theta)
    observed = patterned_observed(group.patterns, model.implied(theta), slopes)
    scores = FullInformation([group]).scores(model, theta)[0]
    complete = group.n * expected_block(np.linalg.inv(group.covariance), slopes, mean_structure=True)
    return SaturatedInformation(observed=observed, cross_products=scores.T @ scores, complete=complete)


def saturated_trace(
    group: GroupSample, information: SaturatedInformation | None = None, *, mean_structure: bool
) -> float:
    """tr(B1 A1^-1) of the unrestricted model; for complete data half of Mardia's kurtosis less p, plus the means.

    ``information`` is needed for incomplete answers.
    """
    if information is not None:
        return float(np.trace(np.linalg.solve(information.observed, information.cross_products)))
    p = len(group.mean)
    away = _values(group) - group.mean
    squared = (away @ np.linalg.inv(group.covariance) * away).sum(axis=1)
    return float((squared**2).mean() - p) / 2 + (p if mean_structure else 0)


def baseline_trace(group: GroupSample, *, mean_structure: bool) -> float:
    """tr(B0 A0^-1) of the model of unrelated items, each with its answers."""
    values = _values(group)
    away = values - np.nanmean(values, axis=0)
    kurtosis = np.nanmean(away**4, axis=0) / np.nanmean(away**2, axis=0) ** 2
    return float((kurtosis - 1).sum()) / 2 + (values.shape[1] if mean_structure else 0)


def yuan_bentler_factor(saturated: float, cross_products: Floats, information: Floats, df: int) -> float:
    """(tr B1 A1^-1 - tr B0 A0^-1) / df, from the first trace and the matrices of the fitted model.

    NaN without degrees of freedom, and where it is not positive: the sample is too small for it.
    """
    if df <= 0:
        return np.nan
    factor = (saturated - float((pseudo_inverse(information) * cross_products).sum())) / df
    return factor if factor > 0 else np.nan


def satorra_bentler_factor(
    discrepancy: NormalTheory, model: FactorModel, theta: Floats, df: int
) -> tuple[float, Floats]:
    """tr(U Gamma) / df, and the cross-products of centred scores, (n_free, n_free), for the standard errors."""
    trace = 0.0
    cross = np.zeros((model.n_free, model.n_free))
    scores = discrepancy.scores(model, theta)
    for place, group in enumerate(discrepancy.groups):
        precision = np.linalg.inv(model.implied(theta, place).covariance)
        away = _values(group) - group.mean
        squared = (away @ precision * away).sum(axis=1)
        product = precision @ group.covariance
        trace += (float((squared**2).mean()) - float(np.trace(product @ product))) / 2
        slopes = model.derivatives(theta, place)
        z = away @ precision
        block = (z @ slopes.u) * (z @ slopes.v)
        if model.table.mean_structure:
            trace += float(np.trace(product))
            block += z @ slopes.means
        centred = np.zeros_like(scores[place])
        np.add.at(centred.T, slopes.places, (block - block.mean(axis=0)).T)
        cross += centred.T @ centred
    fitted = float((pseudo_inverse(discrepancy.information(model, theta)) * cross).sum())
    return ((trace - fitted) / df if df > 0 else np.nan), cross


def stacked_jacobian(model: FactorModel, theta: Floats) -> list[Floats]:
    """Per group the derivatives of covariances (row-wise lower triangle) and means, (p(p+1)/2 + p, n_free)."""
    found = []
    for place in range(model.table.n_groups):
        slopes = model.derivatives(theta, place)
        block = np.vstack([slopes.covariance_jacobian(), slopes.means])
        jacobian = np.zeros((block.shape[0], model.n_free))
        np.add.at(jacobian.T, slopes.places, block.T)
        found.append(jacobian)
    return found


def _saturated_model(group: GroupSample) -> tuple[FactorModel, Floats]:
    p = len(group.mean)
    names = tuple(f"y{place}" for place in range(p))
    rows, columns = np.tril_indices(p)
    parameters = [
        Parameter(left=names[row], op="~~", right=names[column], group=0, free=place)
        for place, (row, column) in enumerate(zip(rows, columns, strict=True))
    ]
    parameters += [
        Parameter(left=name, op="~1", right="", group=0, free=len(rows) + place) for place, name in enumerate(names)
    ]
    table = ParameterTable(observed=names, latent=(), parameters=tuple(parameters), n_groups=1, mean_structure=True)
    return FactorModel(table), np.concatenate([group.covariance[rows, columns], group.mean])


def _values(group: GroupSample) -> Floats:
    if group.values is None:
        raise ValueError("answers are needed")
    return group.values
