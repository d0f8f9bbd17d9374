"""Convergent validity: composite reliability and average variance extracted, from loadings.

For the standardised loadings l_j of a construct: rho_C = (sum l)^2 / ((sum l)^2 + sum (1 - l^2)), AVE = mean l^2. With
unstandardised loadings L_j, the factor variance psi and the items' covariance matrix C, the reliability of the plain
sum is (sum L)^2 psi / sum C: the model's true variance over the **observed** total variance (as semTools' compRelSEM).

References
----------
Fornell & Larcker (1981), J. of Marketing Research 18, 39-50; Joreskog (1971), Psychometrika 36, 109-133; Bollen (1980),
American Sociological Review 45, 370-390.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from analysis.figures import TableDisplay
from survey.errors import InsufficientDataError, Problem, SatixError

if TYPE_CHECKING:
    import pandas as pd

RELIABLE, EXTRACTED = 0.7, 0.5  # Fornell & Larcker; Bagozzi & Yi (1988)

__all__ = ["ConstructConvergence", "ConvergentResult", "convergent_validity", "observed_reliability"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstructConvergence:
    """One construct; ``reliable`` and ``converges`` compare with .7 and .5. NaN for fewer than two items."""

    construct: str
    k: int
    composite_reliability: float
    average_variance_extracted: float
    smallest_loading: float
    weakest_item: str
    reliable: bool
    converges: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvergentResult(TableDisplay):
    """Composite reliability and AVE of every construct."""

    constructs: tuple[ConstructConvergence, ...]
    findings: tuple[Problem, ...]

    def to_frame(self) -> pd.DataFrame:
        """A row per construct."""
        import pandas as pd

        return pd.DataFrame([asdict(one) for one in self.constructs]).set_index("construct")

    def summary(self) -> str:
        """A line per construct."""
        return "\n".join(
            f"{one.construct}: rho_C {one.composite_reliability:.3f}, AVE {one.average_variance_extracted:.3f}"
            for one in self.constructs
        )


def convergent_validity(loadings: Mapping[str, Mapping[str, float]]) -> ConvergentResult:
    """rho_C and AVE from standardised loadings, construct -> item -> loading; reversed items oriented beforehand.

    Raises
    ------
    InsufficientDataError
        A construct without items.
    SatixError
        A loading beyond 1 (a Heywood case has no residual variance to go with it).
    """
    found, findings = [], []
    for construct, items in loadings.items():
        values = np.array(list(items.values()), dtype=np.float64)
        if not len(values):
            raise InsufficientDataError.of("analysis.construct_without_items", construct=construct)
        beyond = np.abs(values) > 1
        if beyond.any():
            name = list(items)[int(np.argmax(beyond))]
            raise SatixError.of("analysis.loading_beyond_one", item=name, loading=float(values[beyond][0]))
        if (values < 0).any() and (values > 0).any():
            turned = ", ".join(name for name, value in items.items() if value < 0)
            findings.append(
                Problem(
                    code="analysis.loadings_opposed",
                    fields={"construct": construct, "items": turned},
                    severity="warning",
                )
            )
        single = len(values) < 2
        true = values.sum() ** 2
        rho = nan if single else float(true / (true + (1 - values**2).sum()))
        ave = nan if single else float((values**2).mean())
        weakest = int(np.argmin(np.abs(values)))
        found.append(
            ConstructConvergence(
                construct=construct,
                k=len(values),
                composite_reliability=rho,
                average_variance_extracted=ave,
                smallest_loading=float(values[weakest]),
                weakest_item=list(items)[weakest],
                reliable=rho >= RELIABLE,
                converges=ave >= EXTRACTED,
            )
        )
    return ConvergentResult(constructs=tuple(found), findings=tuple(findings))


def observed_reliability(loadings: Sequence[float], covariance: ArrayLike, *, factor_variance: float = 1.0) -> float:
    """Reliability of the items' plain sum: true variance of the model over the observed variance of the sum.

    ``loadings`` (k,) unstandardised, ``covariance`` (k, k) of the items.
    """
    L, C = np.asarray(loadings, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    if C.shape != (len(L), len(L)):
        raise SatixError.of("analysis.design_lengths_differ", what="covariance", found=len(C), expected=len(L))
    if not C.sum() > 0:
        raise InsufficientDataError.of("analysis.no_item_variance")
    return float(L.sum() ** 2 * factor_variance / C.sum())
