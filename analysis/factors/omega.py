"""McDonald's omega: how much of the variance of a sum score comes from common factors, and how much from one.

From the Schmid-Leiman loadings of the items' correlations R (g general, s_j group factors, u^2 uniquenesses) and V the
sum of R: omega total = 1 - sum u^2 / V, omega hierarchical = (sum g)^2 / V, asymptotic omega (of an endlessly long
test) = hierarchical / total. Each item belongs to the group factor on which it loads most; over the items of group j,
general = (sum g)^2 / V_j, group = (sum s_j)^2 / V_j, total their sum.

All is of standardised items, as in R's psych. Omega of the raw sum score is `analysis.factors.congeneric`.

References
----------
McDonald (1999), Test Theory, ch. 6; Zinbarg, Revelle, Yovel & Li (2005), Psychometrika 70, 123-133; Revelle & Zinbarg
(2009), Psychometrika 74, 145-154.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.alpha_coefficients import scale_coefficients
from analysis.factors.correlation_matrix import (
    CorrelationKind,
    CorrelationMatrix,
    MissingRule,
    correlations_of,
)
from analysis.factors.efa import exploratory_factors
from analysis.factors.efa_result import ExploratoryFactors
from analysis.factors.extraction import ExtractionMethod
from analysis.factors.rotation import RotationMethod
from analysis.factors.schmid_leiman import SchmidLeimanResult, TwoFactors, schmid_leiman
from analysis.figures import TableDisplay
from survey.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = ["GroupOmega", "OmegaResult", "omega"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOmega:
    """Reliability of the whole scale (``factor`` is ``"general"``), or of the items of one group factor."""

    factor: str
    items: tuple[str, ...]
    total: float
    general: float
    group: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OmegaResult(TableDisplay):
    """Omega of one scale, with the solution it rests on.

    ``n``, ``dropped`` and ``missing`` as in the solution. ``alpha_standardised`` and ``lambda6`` are of the same
    correlations. ``flipped_items`` were turned round because they loaded negatively on the general factor.
    ``explained_common_variance`` is the general factor's share of common variance.
    """

    n: int | None
    n_effective: float
    dropped: int
    missing: str
    n_factors: int
    omega_total: float
    omega_hierarchical: float
    omega_asymptotic: float
    explained_common_variance: float
    alpha_standardised: float
    lambda6: float
    groups: tuple[GroupOmega, ...]
    flipped_items: tuple[str, ...]
    two_factors: str
    schmid_leiman: SchmidLeimanResult
    solution: ExploratoryFactors
    findings: tuple[Problem, ...]

    @property
    def estimate(self) -> float:
        """Omega total."""
        return self.omega_total

    @property
    def converged(self) -> bool:
        """Whether extraction, rotation and the second-order factor all converged."""
        return self.solution.converged and self.schmid_leiman.converged

    @property
    def general_loadings(self) -> Floats:
        """Loadings of the items on the general factor, (p,)."""
        return self.schmid_leiman.general

    def to_frame(self) -> pd.DataFrame:
        """One row with the coefficients of the whole scale."""
        import pandas as pd

        names = (
            "omega_total",
            "omega_hierarchical",
            "omega_asymptotic",
            "explained_common_variance",
            "alpha_standardised",
            "lambda6",
            "n",
            "n_effective",
            "dropped",
            "n_factors",
        )
        return pd.DataFrame([{"estimate": self.omega_total, **{name: getattr(self, name) for name in names}}])

    def group_frame(self) -> pd.DataFrame:
        """One row for the scale and one per group factor."""
        import pandas as pd

        return pd.DataFrame([asdict(group) for group in self.groups]).set_index("factor")

    def summary(self) -> str:
        """The coefficients in one line."""
        return (
            f"omega total {self.omega_total:.3f}, hierarchical {self.omega_hierarchical:.3f}, asymptotic "
            f"{self.omega_asymptotic:.3f} ({self.n_factors} factors, {len(self.solution.items)} items, n = {self.n})"
        )


def omega(
    data: pd.DataFrame | CorrelationMatrix,
    *,
    n_factors: int = 3,
    method: ExtractionMethod = "minres",
    rotation: RotationMethod = "oblimin",
    flip: bool = True,
    two_factors: TwoFactors = "equal",
    correlation: CorrelationKind = "pearson",
    missing: MissingRule = "listwise",
    reversed_items: Iterable[str] = (),
    scale: tuple[float, float] | None = None,
    case_weights: ArrayLike | None = None,
    rotation_tolerance: float | None = None,
) -> OmegaResult:
    """Omega of the sum of the items, from an exploratory solution.

    Parameters
    ----------
    data : (n, p) scores, NaN where missing; or a `CorrelationMatrix`: polychoric correlations give ordinal omega.
    n_factors : group factors. Three or more identify the general factor; two need ``two_factors``; with one there are
        no group factors, and hierarchical omega says no more than total.
    flip : turn round items that load negatively on the general factor, and start again.
    two_factors : see `analysis.factors.schmid_leiman`.
    method, rotation, rotation_tolerance, correlation, missing, reversed_items, scale, case_weights : as in
        `exploratory_factors`.

    Raises
    ------
    InsufficientDataError
        As `exploratory_factors`.
    """
    source = correlations_of(
        data,
        correlation=correlation,
        missing=missing,
        reversed_items=reversed_items,
        scale=scale,
        case_weights=case_weights,
    )
    signs = np.ones(len(source.items))
    solution, transformed = _solve(source, signs, n_factors, method, rotation, two_factors, rotation_tolerance)
    # turning items round may turn the general factor: a second look, never an endless one
    for _ in range(3 if flip else 0):
        turned = np.where(transformed.general < 0, -1.0, 1.0)
        if (turned > 0).all():
            break
        signs = signs * turned
        solution, transformed = _solve(source, signs, n_factors, method, rotation, two_factors, rotation_tolerance)
    R = solution.correlations
    total = float(R.sum())
    g, u2 = transformed.general, transformed.uniquenesses
    hierarchical, omega_total = float(g.sum()) ** 2 / total, 1 - float(u2.sum()) / total
    coefficients = scale_coefficients(R[None], R[None])
    flipped = tuple(name for name, sign in zip(source.items, signs, strict=True) if sign < 0)
    return OmegaResult(
        n=source.n,
        n_effective=source.n_effective,
        dropped=source.dropped,
        missing=source.missing,
        n_factors=n_factors,
        omega_total=omega_total,
        omega_hierarchical=hierarchical,
        omega_asymptotic=hierarchical / omega_total,
        explained_common_variance=transformed.explained_common_variance,
        alpha_standardised=float(coefficients["std_alpha"][0]),
        lambda6=float(coefficients["lambda6"][0]),
        groups=_groups(transformed, R, omega_total, hierarchical),
        flipped_items=flipped,
        two_factors=two_factors if n_factors == 2 else "not needed",
        schmid_leiman=transformed,
        solution=solution,
        findings=_findings(solution, transformed, flipped, n_factors),
    )


def _solve(
    source: CorrelationMatrix,
    signs: Floats,
    k: int,
    method: ExtractionMethod,
    rotation: RotationMethod,
    two_factors: TwoFactors,
    rotation_tolerance: float | None,
) -> tuple[ExploratoryFactors, SchmidLeimanResult]:
    from dataclasses import replace

    turned = replace(source, matrix=source.matrix * np.outer(signs, signs))
    solution = exploratory_factors(
        turned, k, method=method, rotation=rotation if k > 1 else "none", rotation_tolerance=rotation_tolerance
    )
    return solution, schmid_leiman(solution.pattern, solution.phi, items=source.items, two_factors=two_factors)


def _groups(result: SchmidLeimanResult, R: Floats, omega_total: float, hierarchical: float) -> tuple[GroupOmega, ...]:
    members = np.abs(result.group).argmax(axis=1) if result.group.shape[1] else np.full(len(R), -1)
    sums = np.array([result.group[members == j, j].sum() for j in range(result.group.shape[1])])
    rows = [
        GroupOmega(
            factor="general",
            items=result.items,
            total=omega_total,
            general=hierarchical,
            group=float((sums**2).sum() / R.sum()),
        )
    ]
    for j, name in enumerate(result.factors):
        inside = members == j
        variance = float(R[np.ix_(inside, inside)].sum())
        general, group = float("nan"), float("nan")
        if variance > 0:
            general, group = float(result.general[inside].sum()) ** 2 / variance, float(sums[j]) ** 2 / variance
        rows.append(
            GroupOmega(
                factor=name,
                items=tuple(item for item, chosen in zip(result.items, inside, strict=True) if chosen),
                total=general + group,
                general=general,
                group=group,
            )
        )
    return tuple(rows)


def _findings(
    solution: ExploratoryFactors, result: SchmidLeimanResult, flipped: tuple[str, ...], k: int
) -> tuple[Problem, ...]:
    findings = list(solution.findings)

    def add(code: str, **fields: Any) -> None:
        findings.append(Problem(code=code, fields=fields, severity="warning"))

    if flipped:
        add("analysis.omega_flipped", items=", ".join(flipped))
    if k == 1:
        add("analysis.omega_one_factor")
    if k == 2:
        add("analysis.omega_two_factors")
    for j in result.at_bound:
        add("analysis.omega_second_order_heywood", factor=result.factors[j].rstrip("*"))
    if k > 1 and (solution.phi[np.tril_indices(k, -1)] < 0).any():
        add("analysis.omega_factors_opposed")
    return tuple(findings)
