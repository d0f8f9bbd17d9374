"""The result of a confirmatory factor analysis, whatever the estimator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.factors.cfa.fit_measures import FitMeasures, ModelTest
from analysis.factors.cfa.minimise import Discrepancy
from analysis.factors.cfa.model import FactorModel
from analysis.factors.cfa.sample import Sample
from analysis.figures import TableDisplay
from survey.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = ["CfaResult", "FittedModel", "ParameterEstimate", "parameter_estimates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterEstimate:
    """One parameter of one group. Fixed ones have a standard error of 0 and no z, p or interval (NaN)."""

    left: str
    op: str
    right: str
    group: str
    label: str
    free: bool
    estimate: float
    std_error: float
    z: float
    p_value: float
    lower: float
    upper: float
    std_latent: float
    std_all: float
    std_all_error: float

    @property
    def name(self) -> str:
        """``f=~x``, ``x~~y``, ``x~1``."""
        return f"{self.left}{self.op}{self.right}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedModel:
    """Model, data and solution, for what is asked later: scores, residuals, modification indices.

    ``covariance`` is the covariance matrix of the free parameters (NaN where not identified).
    """

    model: FactorModel
    sample: Sample
    discrepancy: Discrepancy
    theta: Floats
    covariance: Floats
    test: ModelTest
    baseline: ModelTest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CfaResult(TableDisplay):
    """A fitted model.

    ``n`` counts respondents used, ``dropped`` those left out by ``missing`` (and without a group); ``n_by_group`` is in
    the order the groups appear, the first being the reference. ``standard_errors``, ``information`` and ``test`` name
    the conventions. ``converged`` is False where the search stopped short; the findings then say so.
    """

    estimator: str
    missing: str
    standard_errors: str
    information: str
    test: str
    estimates: tuple[ParameterEstimate, ...]
    fit: FitMeasures
    n: int
    n_effective: float
    n_rows: int
    n_by_group: Mapping[str, int]
    n_parameters: int
    converged: bool
    iterations: int
    largest_gradient: float
    confidence: float
    findings: tuple[Problem, ...]
    fitted: FittedModel

    @property
    def dropped(self) -> int:
        """Respondents read but not used."""
        return self.n_rows - self.n

    @property
    def groups(self) -> tuple[str, ...]:
        """Labels of the groups."""
        return tuple(self.n_by_group)

    def estimate(self, name: str, group: str | None = None) -> ParameterEstimate:
        """The parameter ``name`` (``f=~x``) of a group, by default of the first. Raises KeyError."""
        wanted = self.groups[0] if group is None else group
        for row in self.estimates:
            if row.group == wanted and name in (row.name, f"{row.right}{row.op}{row.left}" if row.op == "~~" else ""):
                return row
        raise KeyError(name)

    def to_frame(self) -> pd.DataFrame:
        """One row per parameter."""
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.estimates])

    def summary(self) -> str:
        """Estimator, n, fit and convergence in one line."""
        state = "" if self.converged else "; NOT converged"
        return f"{self.estimator}, n = {self.n}, {self.n_parameters} parameters: {self.fit.summary()}{state}"


def parameter_estimates(
    model: FactorModel,
    theta: Floats,
    covariance: Floats,
    standardised: tuple[Floats, Floats],
    latent_standardised: Floats,
    labels: tuple[str, ...],
    *,
    confidence: float,
) -> tuple[ParameterEstimate, ...]:
    """The rows of the table with estimates, standard errors, Wald tests and intervals."""
    from scipy.special import ndtr, ndtri

    quantile = float(-ndtri((1 - confidence) / 2))
    with np.errstate(invalid="ignore"):
        errors = np.sqrt(np.diag(covariance))
    found = []
    for place, row in enumerate(model.table.parameters):
        value = float(theta[row.free]) if row.free is not None else row.value or 0.0
        error = float(errors[row.free]) if row.free is not None else 0.0
        z = value / error if error > 0 else np.nan
        found.append(
            ParameterEstimate(
                left=row.left,
                op=row.op,
                right=row.right,
                group=labels[row.group],
                label=row.label or "",
                free=row.free is not None,
                estimate=value,
                std_error=error,
                z=z,
                p_value=float(2 * ndtr(-abs(z))),
                lower=value - quantile * error if row.free is not None else np.nan,
                upper=value + quantile * error if row.free is not None else np.nan,
                std_latent=float(latent_standardised[place]),
                std_all=float(standardised[0][place]),
                std_all_error=float(standardised[1][place]),
            )
        )
    return tuple(found)
