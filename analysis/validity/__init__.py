"""Validity of measurement: convergent, discriminant, criterion validity, and common method variance."""

from analysis.validity.common_method import (
    HarmanResult,
    MarkerResult,
    harman_single_factor,
    marker_adjusted_correlations,
)
from analysis.validity.convergent import ConvergentResult, convergent_validity
from analysis.validity.criterion import CriterionResult, criterion_validity
from analysis.validity.discriminant import (
    CrossLoadingsResult,
    FornellLarckerResult,
    HtmtIntervals,
    cross_loadings,
    fornell_larcker,
    heterotrait_monotrait_intervals,
)

__all__ = [
    "ConvergentResult",
    "CriterionResult",
    "CrossLoadingsResult",
    "FornellLarckerResult",
    "HarmanResult",
    "HtmtIntervals",
    "MarkerResult",
    "convergent_validity",
    "criterion_validity",
    "cross_loadings",
    "fornell_larcker",
    "harman_single_factor",
    "heterotrait_monotrait_intervals",
    "marker_adjusted_correlations",
]
