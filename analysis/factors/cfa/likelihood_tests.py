"""The chi-square of a model and of its baseline (unrelated items), with their scaling factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.fiml import FullInformation
from analysis.factors.cfa.fit_measures import ModelTest
from analysis.factors.cfa.model import FactorModel
from analysis.factors.cfa.normal_theory import NormalTheory
from analysis.factors.cfa.parameters import Parameter, ParameterTable
from analysis.factors.cfa.robust import (
    SaturatedInformation,
    baseline_trace,
    satorra_bentler_factor,
    saturated_information,
    saturated_trace,
    stacked_jacobian,
    yuan_bentler_factor,
)
from analysis.factors.cfa.sample import GroupSample

Floats = NDArray[np.float64]

ScalingRule = Literal["Yuan-Bentler", "Satorra-Bentler"]

__all__ = ["ScalingRule", "baseline_test", "model_test", "unrestricted_information"]


def unrestricted_information(
    discrepancy: NormalTheory | FullInformation,
) -> list[SaturatedInformation] | None:
    """The unrestricted model of every group where answers are missing, else None."""
    if any(len(pattern.answered) < len(group.mean) for group in discrepancy.groups for pattern in group.patterns):
        return [saturated_information(group) for group in discrepancy.groups]
    return None


def model_test(
    model: FactorModel,
    theta: Floats,
    discrepancy: NormalTheory | FullInformation,
    value: float,
    df: int,
    *,
    unrestricted: list[SaturatedInformation] | None,
    information: Floats | None = None,
    cross_products: Floats | None = None,
) -> ModelTest:
    """The chi-square, with Yuan and Bentler's factor if ``information`` and ``cross_products`` are given.

    For incomplete answers also the complete-data statistic at the estimates, and its expectation, from which Zhang &
    Savalei (2023) estimate RMSEA and CFI.
    """
    factor, chisq, expectation = np.nan, np.nan, np.nan
    if information is not None and cross_products is not None:
        saturated = _saturated(discrepancy, unrestricted, mean_structure=model.table.mean_structure)
        factor = yuan_bentler_factor(saturated, cross_products, information, df)
    if unrestricted is not None:
        robust = cross_products is not None
        chisq, expectation = _complete_data_test(model, theta, discrepancy.groups, unrestricted, robust=robust)
    return ModelTest(chisq=2 * value, df=df, scaling_factor=factor, robust_chisq=chisq, robust_expectation=expectation)


def baseline_test(
    discrepancy: NormalTheory | FullInformation,
    *,
    unrestricted: list[SaturatedInformation] | None,
    scaled: ScalingRule | None,
    mean_structure: bool,
) -> ModelTest:
    """The model in which no items are related; each has its own mean and variance in every group."""
    groups = discrepancy.groups
    p = len(groups[0].mean)
    df = len(groups) * p * (p - 1) // 2
    factor = np.nan
    if scaled == "Satorra-Bentler" and isinstance(discrepancy, NormalTheory):
        unrelated, start = _baseline_model(groups)
        factor, _ = satorra_bentler_factor(discrepancy, unrelated, start, df)
    elif scaled and df > 0:
        saturated = _saturated(discrepancy, unrestricted, mean_structure=mean_structure)
        factor = (saturated - sum(baseline_trace(group, mean_structure=mean_structure) for group in groups)) / df
        factor = factor if factor > 0 else np.nan
    if isinstance(discrepancy, NormalTheory):
        chisq = 0.0
        for size, matrix, determinant in zip(
            discrepancy.sizes, discrepancy.covariances, discrepancy.log_determinants, strict=True
        ):
            chisq += size * (float(np.log(np.diag(matrix)).sum()) - determinant)
        return ModelTest(chisq=chisq, df=df, scaling_factor=factor)
    model, theta = _baseline_model(groups)
    robust, expectation = np.nan, np.nan
    if unrestricted is not None:
        robust, expectation = _complete_data_test(model, theta, groups, unrestricted, robust=scaled is not None)
    return ModelTest(
        chisq=2 * discrepancy.value(model, theta),
        df=df,
        scaling_factor=factor,
        robust_chisq=robust,
        robust_expectation=expectation,
    )


def _saturated(
    discrepancy: NormalTheory | FullInformation,
    unrestricted: list[SaturatedInformation] | None,
    *,
    mean_structure: bool,
) -> float:
    found: list[SaturatedInformation | None] = [*unrestricted] if unrestricted else [None] * len(discrepancy.groups)
    return sum(
        saturated_trace(group, one, mean_structure=mean_structure)
        for group, one in zip(discrepancy.groups, found, strict=True)
    )


def _complete_data_test(
    model: FactorModel, theta: Floats, groups: Sequence[GroupSample], found: list[SaturatedInformation], *, robust: bool
) -> tuple[float, float]:
    """2 F of the unrestricted estimates against the model, and tr(W Cov(residuals)) with complete-data weights W."""
    jacobians = stacked_jacobian(model, theta)
    inner = sum(
        (jacobian.T @ one.observed @ jacobian for jacobian, one in zip(jacobians, found, strict=True)),
        np.zeros((model.n_free, model.n_free)),
    )
    bread = np.linalg.pinv(inner, hermitian=True)
    sizes = [one.observed.shape[0] for one in found]
    ends = np.cumsum([0, *sizes])
    expectation = 0.0
    jacobian = np.vstack(jacobians)
    weighted = np.vstack([one.observed @ block for one, block in zip(found, jacobians, strict=True)])
    # residuals of the groups hang together where they share parameters; the weights are block-diagonal
    for place, one in enumerate(found):
        rows = slice(ends[place], ends[place + 1])
        own = np.linalg.inv(one.observed)
        if not robust:
            spread = own - jacobian[rows] @ bread @ jacobian[rows].T
        else:
            spread = np.zeros_like(own)
            for other, two in enumerate(found):
                columns = slice(ends[other], ends[other + 1])
                passed = -jacobian[rows] @ bread @ weighted[columns].T
                if other == place:
                    passed = passed + np.eye(passed.shape[0])
                inverse = np.linalg.inv(two.observed)
                spread += passed @ inverse @ two.cross_products @ inverse @ passed.T
        expectation += float((one.complete * spread).sum())
    return 2 * NormalTheory(groups).value(model, theta), expectation


def _baseline_model(groups: Sequence[GroupSample]) -> tuple[FactorModel, Floats]:
    p = len(groups[0].mean)
    names = tuple(f"y{place}" for place in range(p))
    parameters: list[Parameter] = []
    theta: list[float] = []
    for group, sample in enumerate(groups):
        values = sample.values if sample.values is not None else np.zeros((0, p))
        for op, figures in (("~~", np.nanvar(values, axis=0)), ("~1", np.nanmean(values, axis=0))):
            for name, figure in zip(names, figures, strict=True):
                parameters.append(
                    Parameter(
                        left=name,
                        op="~~" if op == "~~" else "~1",
                        right=name if op == "~~" else "",
                        group=group,
                        free=len(theta),
                    )
                )
                theta.append(float(figure))
    table = ParameterTable(
        observed=names, latent=(), parameters=tuple(parameters), n_groups=len(groups), mean_structure=True
    )
    return FactorModel(table), np.array(theta)
