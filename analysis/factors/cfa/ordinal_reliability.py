"""Reliability of a sum of ordered answers from a fitted model: categorical omega, and the same for y*.

Omega of the normal variables y* says how reliable a sum of variables would be that nobody observes. Categorical omega
is that of the sum of the answers (Green & Yang 2009, Psychometrika 74, 155-167): with thresholds t_jc of item j and
rho_jk the correlation of y*_j and y*_k that goes back to the factor, the covariance of the true parts of two items is

    sum_c sum_d [Phi2(t_jc, t_kd; rho_jk) - Phi(t_jc) Phi(t_kd)]

and the variance of the sum follows from the same formula with the correlations of y* themselves: implied ones (omega,
omega2) or the polychoric ones (omega3, semTools' compRelSEM). Answers are numbered 1, 2, ....
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.blocked_products import single_threaded_blas
from analysis.correlations.bivariate_normal import bivariate_normal_cdf, normal_cdf
from analysis.figures import TableDisplay

if TYPE_CHECKING:
    import pandas as pd

    from analysis.factors.cfa.ordinal_confirmatory import OrdinalCfaResult

Floats = NDArray[np.float64]

__all__ = ["OrdinalFactorReliability", "OrdinalModelReliability", "answer_covariance", "ordinal_model_reliability"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalFactorReliability:
    """One factor in one group. ``alpha`` is of the answers, ``ordinal_alpha`` of their polychoric correlations.

    ``omega`` and ``omega3`` are categorical omega with implied and observed variance of the sum, ``omega2`` with the
    variance all factors imply; ``omega_latent`` is omega3 of y*. ``ave`` is of y*, NaN where another factor loads on
    an item too.
    """

    factor: str
    group: str
    n_items: int
    alpha: float
    ordinal_alpha: float
    omega: float
    omega2: float
    omega3: float
    omega_latent: float
    ave: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrdinalModelReliability(TableDisplay):
    """Reliability of every factor that has items of its own."""

    factors: tuple[OrdinalFactorReliability, ...]
    n: int

    def factor(self, name: str, group: str | None = None) -> OrdinalFactorReliability:
        """One factor, by default in the first group. Raises KeyError."""
        for row in self.factors:
            if row.factor == name and group in (None, row.group):
                return row
        raise KeyError(name)

    def to_frame(self) -> pd.DataFrame:
        """One row per factor and group."""
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.factors])

    def summary(self) -> str:
        """Categorical omega and AVE of every factor in one line."""
        return "; ".join(f"{row.factor}: omega {row.omega3:.3f}, AVE {row.ave:.3f}" for row in self.factors)


def ordinal_model_reliability(result: OrdinalCfaResult) -> OrdinalModelReliability:
    """Reliability of the sum of each factor's answers."""
    model, theta = result.model, result.fitted.theta
    found = []
    for place, group in enumerate(result.sample.groups):
        s = model.scales(theta, place)
        matrices, standard = model.matrices(theta, place), model.standard(theta, place)
        latent = model.latent(theta, place).covariance
        owner, _ = model.thresholds(theta, place)
        implied_cuts = model.moments(theta, place)[: len(owner)]
        for column, name in enumerate(model.table.latent):
            items = np.array(
                [entry.row for entry in model.entries[place] if entry.matrix == "L" and entry.column == column],
                dtype=np.int64,
            )
            if not items.size:
                continue
            block = np.ix_(items, items)
            cuts = [implied_cuts[owner == item] for item in items]
            loadings = s[items] * matrices.loadings[items, column]
            true = np.outer(loadings, loadings) * latent[column, column]
            residuals = matrices.residual_covariance[block] * np.outer(s[items], s[items])
            own = true + residuals
            polychoric = group.moments.correlations[block]
            with single_threaded_blas():
                sums = [
                    float(answer_covariance(matrix, cuts, within=within).sum())
                    for matrix, within in (
                        (true, False),
                        (own, True),
                        (standard.covariance[block], True),
                        (polychoric, True),
                    )
                ]
            squared = np.diag(true)
            shared = (np.abs(matrices.loadings[items]) > 0).sum(axis=1) > 1
            found.append(
                OrdinalFactorReliability(
                    factor=name,
                    group=group.label,
                    n_items=len(items),
                    alpha=_alpha(group.answer_covariance[block]),
                    ordinal_alpha=_alpha(polychoric),
                    omega=sums[0] / sums[1],
                    omega2=sums[0] / sums[2],
                    omega3=sums[0] / sums[3],
                    omega_latent=float(loadings.sum() ** 2 * latent[column, column] / polychoric.sum()),
                    ave=np.nan if shared.any() else float(squared.sum() / (squared.sum() + np.trace(residuals))),
                )
            )
    return OrdinalModelReliability(factors=tuple(found), n=result.n)


def answer_covariance(correlations: Floats, thresholds: list[Floats], *, within: bool) -> Floats:
    """Covariances (k, k) of answers 1, 2, ... whose normal variables have ``correlations``.

    ``within``: the diagonal is the variance of each answer; else it is the covariance of two answers to the same item
    by variables that correlate as the diagonal says. Correlations beyond one count as one.
    """
    size = len(thresholds)
    widths = [len(cuts) for cuts in thresholds]
    cuts = np.concatenate(thresholds)
    owner = np.repeat(np.arange(size), widths)
    rows, columns = np.tril_indices(len(cuts))
    r = np.clip(correlations, -1.0, 1.0).copy()
    if within:
        np.fill_diagonal(r, 1.0)
    below = normal_cdf(cuts)
    joint = bivariate_normal_cdf(cuts[rows], cuts[columns], r[owner[rows], owner[columns]])
    parts = joint - below[rows] * below[columns]
    whole = np.zeros((size, size))
    np.add.at(whole, (owner[rows], owner[columns]), parts)
    strict = rows != columns
    np.add.at(whole, (owner[columns[strict]], owner[rows[strict]]), parts[strict])
    return whole


def _alpha(covariance: Floats) -> float:
    size = len(covariance)
    if size < 2:
        return np.nan
    return size / (size - 1) * (1 - float(np.trace(covariance) / covariance.sum()))
