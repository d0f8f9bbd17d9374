"""Scores to index points and back, always from the declared ends of the scale, never from observed ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from survey.errors import SatixError

Floats = NDArray[np.float64]

__all__ = ["index_to_scale", "percent_of_maximum", "rescale_to_index"]


def rescale_to_index(x: ArrayLike, *, lowest: float, highest: float, reverse: bool = False) -> Floats:
    """Index points (0-100): (x - lowest) / (highest - lowest) * 100; with ``reverse``, 100 minus that.

    ``x`` is an array of any shape; NaN stays NaN. Raises SatixError where a score lies outside the declared ends
    or ``lowest`` is not below ``highest``.
    """
    scores = _checked(x, lowest, highest)
    points: Floats = (scores - lowest) / (highest - lowest) * 100
    return 100 - points if reverse else points


def index_to_scale(index: ArrayLike, *, lowest: float, highest: float, reverse: bool = False) -> Floats:
    """Scores on the declared scale from index points (0-100): the inverse of `rescale_to_index`."""
    points = _checked(index, 0.0, 100.0)
    _check_ends(lowest, highest)
    if reverse:
        points = 100 - points
    scores: Floats = lowest + points / 100 * (highest - lowest)
    return scores


def percent_of_maximum(x: ArrayLike, *, lowest: float, highest: float) -> Floats:
    """Score as a percentage of the highest score, x / highest * 100: 4.2 of 5 is 84.

    Not an index: the lowest answer of a 1-5 scale gets 20, not 0. ``lowest`` only bounds the scores accepted.
    """
    if not highest > 0:
        raise SatixError.of("analysis.scale_ends_invalid", lowest=f"{lowest:g}", highest=f"{highest:g}")
    percent: Floats = _checked(x, lowest, highest) / highest * 100
    return percent


def _checked(x: ArrayLike, lowest: float, highest: float) -> Floats:
    _check_ends(lowest, highest)
    scores = np.asarray(x, dtype=np.float64)
    outside = (scores < lowest) | (scores > highest)
    if outside.any():
        raise SatixError.of(
            "analysis.score_outside_scale",
            found=int(outside.sum()),
            lowest=f"{lowest:g}",
            highest=f"{highest:g}",
            first=f"{scores[outside].flat[0]:g}",
        )
    return scores


def _check_ends(lowest: float, highest: float) -> None:
    if not lowest < highest:
        raise SatixError.of("analysis.scale_ends_invalid", lowest=f"{lowest:g}", highest=f"{highest:g}")
