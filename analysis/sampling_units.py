"""Primary sampling units (PSUs) in their strata: totals, and the variance between them.

The variance of a total is sum over strata of (1 - f_h) n_h/(n_h - 1) sum_i (z_hi - mean_h)^2 with n_h the PSUs
drawn, f_h = n_h/N_h where the population size is known, and z_hi the total of the linearised scores of a PSU.
A PSU without a row here (outside the domain) counts with z = 0. A stratum with a single PSU is centred at the
grand mean, which is zero for linearised scores, and enters with (1 - f_h) z^2.

References
----------
Wolter (2007), Introduction to Variance Estimation, ch. 6; Lumley (2010), Complex Surveys, ch. 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

__all__ = ["Booleans", "Floats", "Integers", "SamplingUnits", "count_true", "psus_per_stratum"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SamplingUnits:
    """Rows sorted by PSU, PSUs sorted by stratum, and each stratum's (1 - f) n/(n - 1)."""

    order: Integers | None  # None: every row is its own PSU
    starts: Integers
    psu_order: Integers | None  # None: PSUs stand in stratum order already
    psu_starts: Integers
    codes: Integers  # strata present
    present: Integers  # PSUs present, per stratum present
    drawn: Integers  # PSUs drawn, per stratum present
    scale: Floats
    singletons: int

    @classmethod
    def of(
        cls,
        *,
        strata: Integers,
        psus: Integers | None,
        sampled: Integers | None,
        population_sizes: Mapping[int, float] | None,
    ) -> SamplingUnits:
        """Sort rows by stratum and PSU code; ``sampled`` counts the PSUs drawn per stratum (default: those present)."""
        if sampled is None:
            sampled = psus_per_stratum(strata, psus)
        order: Integers | None = None
        starts = np.arange(len(strata))
        of_psu = strata
        if psus is not None:
            order = np.argsort(psus, kind="stable")
            starts = _run_starts(psus[order])
            of_psu = strata[order][starts]
        psu_order = None if (np.diff(of_psu) >= 0).all() else np.argsort(of_psu, kind="stable")
        sorted_strata = of_psu if psu_order is None else of_psu[psu_order]
        psu_starts = _run_starts(sorted_strata)
        codes = sorted_strata[psu_starts]
        drawn = sampled[codes]
        fraction = np.zeros(len(codes))
        if population_sizes is not None:
            fraction = drawn / np.array([population_sizes[int(code)] for code in codes])
        return cls(
            order=order,
            starts=starts,
            psu_order=psu_order,
            psu_starts=psu_starts,
            codes=codes,
            present=np.diff(np.append(psu_starts, len(sorted_strata))),
            drawn=drawn,
            scale=(1 - fraction) * np.where(drawn > 1, drawn / np.maximum(drawn - 1, 1), 1.0),
            singletons=int((drawn == 1).sum()),
        )

    def psu_totals(self, columns: Floats) -> Floats:
        """Totals per PSU, (PSUs, q), in stratum order."""
        if self.order is not None:
            columns = np.add.reduceat(columns[self.order], self.starts, axis=0)
        return columns if self.psu_order is None else columns[self.psu_order]

    def _centred(self, columns: Floats) -> tuple[Floats, Floats]:
        """PSU totals minus their stratum mean over all PSUs drawn; and these means (zero for a single PSU)."""
        totals = self.psu_totals(columns)
        means = np.add.reduceat(totals, self.psu_starts, axis=0) / self.drawn[:, None]
        means[self.drawn == 1] = 0.0
        return totals - np.repeat(means, self.present, axis=0), means

    def variances(self, columns: Floats) -> Floats:
        """Variance of the total of each column, (q,); NaN without rows."""
        if not len(columns):
            return np.full(columns.shape[1], np.nan)
        centred, means = self._centred(columns)
        within = np.repeat(self.scale, self.present) @ centred**2
        result: Floats = within + (self.scale * (self.drawn - self.present)) @ means**2
        return result

    def covariance(self, columns: Floats) -> Floats:
        """Covariance (q, q) of the column totals; NaN without rows."""
        if not len(columns):
            return np.full((columns.shape[1], columns.shape[1]), np.nan)
        centred, means = self._centred(columns)
        within = centred.T @ (centred * np.repeat(self.scale, self.present)[:, None])
        result: Floats = within + means.T @ (means * (self.scale * (self.drawn - self.present))[:, None])
        return result

    def degrees_of_freedom(self, valid: Booleans) -> Floats:
        """PSUs with an answer minus strata with an answer, per column."""
        if not len(valid):
            return np.full(valid.shape[1], -1.0)
        psus = self.psu_totals(valid.astype(np.float64)) > 0
        strata = np.add.reduceat(psus, self.psu_starts, axis=0, dtype=np.int64) > 0
        return (count_true(psus) - count_true(strata)).astype(np.float64)


def psus_per_stratum(strata: Integers, psus: Integers | None) -> Integers:
    """Number of PSUs of each stratum code from 0; without PSU codes every row is one."""
    if psus is None:
        return np.bincount(strata)
    return np.bincount(strata[np.unique(psus, return_index=True)[1]])


def count_true(flags: Booleans) -> Integers:
    """How many are true in each column."""
    return np.asarray(np.count_nonzero(flags, axis=0), dtype=np.int64)


def _run_starts(sorted_codes: Integers) -> Integers:
    return np.flatnonzero(np.diff(sorted_codes, prepend=sorted_codes[:1] - 1))
