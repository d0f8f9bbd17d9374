"""Sums over the respondents of many simulated studies, added up block by block, and what follows from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MIDDLE = 50.0
"""Index points are summed from the middle of the scale, so that squares lose no digits."""

__all__ = ["StudyProducts", "StudySums"]


class StudySums:
    """Number, sum and sum of squares of columns per study; NaN is left out."""

    def __init__(self, replicates: int, columns: int) -> None:
        self.n, self.total, self.square = (np.zeros((replicates, columns)) for _ in range(3))

    def add(self, studies: slice, values: Floats) -> None:
        """Add respondents (m, columns) of these studies, an equal number of each, one study after the other."""
        stacked = values.reshape(studies.stop - studies.start, -1, values.shape[1])
        there = ~np.isnan(stacked)
        centred = np.where(there, stacked - MIDDLE, 0.0)
        self.n[studies] += there.sum(axis=1)
        self.total[studies] += centred.sum(axis=1)
        self.square[studies] += (centred**2).sum(axis=1)

    def means(self) -> Floats:
        """Per study and column; NaN without a value."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(MIDDLE + self.total / self.n)

    def variances(self) -> Floats:
        """With n - 1; NaN with fewer than two values."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found = (self.square - self.total**2 / self.n) / (self.n - 1)
        return np.asarray(np.where(self.n > 1, np.maximum(found, 0.0), np.nan))


class StudyProducts:
    """Pairwise counts, sums and products of a block of items per study."""

    def __init__(self, replicates: int, k: int) -> None:
        self.n, self.total, self.product = (np.zeros((replicates, k, k)) for _ in range(3))
        self.respondents = np.zeros(replicates)

    def add(self, studies: slice, values: Floats) -> None:
        """Add answers (m, k) of these studies, centred at about their mean."""
        stacked = values.reshape(studies.stop - studies.start, -1, values.shape[1])
        there = (~np.isnan(stacked)).astype(np.float64)
        filled = np.where(there > 0, stacked, 0.0)
        across = filled.transpose(0, 2, 1)
        self.n[studies] += there.transpose(0, 2, 1) @ there
        self.total[studies] += across @ there
        self.product[studies] += across @ filled
        self.respondents[studies] += there.any(axis=2).sum(axis=1)

    def alpha(self) -> Floats:
        """Raw alpha per study from pairwise covariances; NaN where undefined."""
        k = self.n.shape[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            across = self.product - self.total * self.total.transpose(0, 2, 1) / self.n
            covariance = np.where(self.n > 1, across / (self.n - 1), np.nan)
            whole = covariance.sum(axis=(1, 2))
            return np.asarray(k / (k - 1) * (1 - np.trace(covariance, axis1=1, axis2=2) / whole))
