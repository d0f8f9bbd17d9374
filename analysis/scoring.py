"""Index points from scores, and the accounting index of the American Customer Satisfaction Index.

An *index* runs from 0 (lowest end of the declared scale) to 100 (highest end). The percent of maximum (the
percentage rule of many Chinese evaluations: 4.2 of 5 is 84, not 80) is another figure with another name.

References
----------
Fornell, Johnson, Anderson, Cha & Bryant (1996), Journal of Marketing 60(4), 7-18 (ACSI).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.coherence import CoherenceResult, coherence_of_figures
from analysis.composites import (
    CompositeResult,
    ContributionResult,
    composite_index,
    composite_matrix,
    contributions,
    indicator_values,
    weighted_composite,
)
from analysis.rescaling import index_to_scale, percent_of_maximum, rescale_to_index
from survey.errors import SatixError

Floats = NDArray[np.float64]

__all__ = [
    "CoherenceResult",
    "CompositeResult",
    "ContributionResult",
    "acsi_index",
    "coherence_of_figures",
    "composite_index",
    "composite_matrix",
    "contributions",
    "index_to_scale",
    "indicator_values",
    "percent_of_maximum",
    "rescale_to_index",
    "weighted_composite",
]


def acsi_index(
    means: ArrayLike, indicator_weights: ArrayLike, *, lowest: float, highest: float, normalise_weights: bool = True
) -> float:
    """The ACSI formula: sum w_i (mean_i - lowest) / (sum w_i (highest - lowest)) * 100.

    Parameters
    ----------
    means : (k,) item means on the scale ``lowest`` to ``highest``.
    indicator_weights : (k,) not negative; usually the unstandardised PLS outer weights.
    normalise_weights : divide by the sum of the weights. If not, they are used as they are and a sum other than
        one carries over into the index.

    Raises
    ------
    SatixError
        A mean outside the scale, or weights that are negative, all zero or of another number.
    """
    points = rescale_to_index(means, lowest=lowest, highest=highest)
    weights = np.asarray(indicator_weights, dtype=np.float64)
    if weights.shape != points.shape or not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise SatixError.of("analysis.indicator_weights_invalid", expected=points.size, found=weights.tolist())
    total = weights.sum() if normalise_weights else 1.0
    return float(weights @ points / total)
