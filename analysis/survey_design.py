"""The sampling design of the respondents: case weights, strata, clusters and population sizes, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analysis.sampling_units import Floats, Integers, SamplingUnits, psus_per_stratum
from survey.errors import SatixError

__all__ = ["SurveyDesign"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurveyDesign:
    """Case weights, strata and clusters of the respondents, row by row.

    Attributes
    ----------
    case_weights : (n,) float64, finite and not negative. A respondent of weight 0 is outside every estimate.
    strata : (n,) integer codes from 0, or None.
    clusters : (n,) integer codes from 0 of the primary sampling units, or None (each respondent is one).
        The same cluster code in two strata means two clusters.
    population_sizes : stratum code (0 where there are no strata) -> number of PSUs in the population.
    probability_sample : whether inclusion probabilities are known; if not, intervals are model-based.
    stratum_labels : the label behind each stratum code.
    sampled_psus : PSUs drawn per stratum code. Kept by ``subset`` so that a subset remains a domain.
    """

    case_weights: Floats
    strata: Integers | None = None
    clusters: Integers | None = None
    population_sizes: Mapping[int, float] | None = None
    probability_sample: bool = False
    stratum_labels: tuple[str, ...] | None = None
    sampled_psus: Integers | None = None

    def __post_init__(self) -> None:
        weights = np.ascontiguousarray(self.case_weights, dtype=np.float64)
        if weights.ndim != 1 or not np.isfinite(weights).all() or (weights < 0).any():
            bad = int((~np.isfinite(weights) | (weights < 0)).sum()) if weights.ndim == 1 else weights.size
            raise SatixError.of("analysis.case_weights_invalid", found=bad)
        object.__setattr__(self, "case_weights", weights)
        for name in ("strata", "clusters"):
            codes = getattr(self, name)
            if codes is not None and len(codes) != len(weights):
                raise SatixError.of(
                    "analysis.design_lengths_differ", what=name, found=len(codes), expected=len(weights)
                )
        if self.sampled_psus is None and self.is_structured:
            object.__setattr__(self, "sampled_psus", psus_per_stratum(*self._psu_codes()))
            self._check_population_sizes()

    def _check_population_sizes(self) -> None:
        if self.population_sizes is None or self.sampled_psus is None:
            return
        for code, drawn in enumerate(self.sampled_psus):
            size = self.population_sizes.get(code)
            if drawn and (size is None or not size >= drawn):
                label = self.stratum_labels[code] if self.stratum_labels else str(code)
                found = "-" if size is None else f"{size:g}"
                raise SatixError.of("analysis.population_size_invalid", stratum=label, found=found, drawn=int(drawn))

    @classmethod
    def simple(cls, n: int) -> SurveyDesign:
        """``n`` respondents of equal weight, no strata, no clusters."""
        return cls(case_weights=np.ones(n))

    @classmethod
    def build(
        cls,
        *,
        case_weights: ArrayLike | None = None,
        strata: ArrayLike | None = None,
        clusters: ArrayLike | None = None,
        population_sizes: Mapping[Any, float] | float | None = None,
        probability_sample: bool = False,
    ) -> SurveyDesign:
        """Build a design from columns as they come: labels may be text or numbers.

        ``population_sizes`` maps the stratum label to its number of PSUs in the population; a single
        number does where there are no strata. Weights default to one.

        Raises
        ------
        SatixError
            Lengths differ, a label is missing, a weight is negative or missing, or a population size is
            absent or smaller than the sample.
        """
        lengths = {len(np.asarray(part)) for part in (case_weights, strata, clusters) if part is not None}
        if len(lengths) != 1:
            found = ", ".join(str(length) for length in sorted(lengths)) or "-"
            raise SatixError.of("analysis.design_lengths_differ", what="build", found=found, expected="1")
        n = lengths.pop()
        weights = np.ones(n) if case_weights is None else np.asarray(case_weights, dtype=np.float64)
        stratum_codes, labels, keys = (None, None, None) if strata is None else _factorise(strata, "strata")
        cluster_codes = None if clusters is None else _factorise(clusters, "clusters")[0]
        sizes: dict[int, float] | None = None
        if isinstance(population_sizes, Mapping):
            by_label = {str(key): float(value) for key, value in population_sizes.items()}
            wanted = [str(key) for key in keys] if keys is not None else list(by_label)[:1]
            sizes = {code: by_label[key] for code, key in enumerate(wanted) if key in by_label}
        elif population_sizes is not None:
            sizes = {0: float(population_sizes)}
        return cls(
            case_weights=weights,
            strata=stratum_codes,
            clusters=cluster_codes,
            population_sizes=sizes,
            probability_sample=probability_sample,
            stratum_labels=labels,
        )

    def __len__(self) -> int:
        return len(self.case_weights)

    @property
    def n(self) -> int:
        """Respondents in the design, answering or not."""
        return len(self.case_weights)

    @property
    def is_structured(self) -> bool:
        """Whether strata, clusters or population sizes enter the variance."""
        return self.strata is not None or self.clusters is not None or self.population_sizes is not None

    @property
    def is_weighted(self) -> bool:
        """Whether the case weights differ from one another."""
        return self.n > 0 and bool(np.ptp(self.case_weights) > 0)

    def subset(self, rows: ArrayLike) -> SurveyDesign:
        """The rows of a mask or of positions. The PSUs drawn are remembered, so estimates stay domain estimates."""
        selected = np.asarray(rows)
        if selected.dtype != np.bool_:
            selected = selected.astype(np.int64)
        return SurveyDesign(
            case_weights=self.case_weights[selected],
            strata=None if self.strata is None else self.strata[selected],
            clusters=None if self.clusters is None else self.clusters[selected],
            population_sizes=self.population_sizes,
            probability_sample=self.probability_sample,
            stratum_labels=self.stratum_labels,
            sampled_psus=self.sampled_psus,
        )

    def sampling_units(self) -> SamplingUnits:
        """The PSUs of these rows in their strata, ready for variances."""
        strata, psus = self._psu_codes()
        return SamplingUnits.of(
            strata=strata, psus=psus, sampled=self.sampled_psus, population_sizes=self.population_sizes
        )

    def _psu_codes(self) -> tuple[Integers, Integers | None]:
        """Stratum and PSU code of each row; PSU codes are nested in strata; None when every row is a PSU."""
        strata = np.zeros(self.n, dtype=np.int64) if self.strata is None else np.asarray(self.strata, dtype=np.int64)
        if self.clusters is None or self.n == 0:
            return strata, None
        clusters = np.asarray(self.clusters, dtype=np.int64)
        nested = strata * (clusters.max() + 1) + clusters
        return strata, np.unique(nested, return_inverse=True)[1].reshape(-1)


def _factorise(labels: ArrayLike, what: str) -> tuple[Integers, tuple[str, ...], Sequence[Any]]:
    """Codes in the order of the sorted labels, the labels as text, and the labels as given."""
    import pandas as pd

    codes, uniques = pd.factorize(np.asarray(labels))
    if (codes < 0).any():
        raise SatixError.of("analysis.design_label_missing", what=what, found=int((codes < 0).sum()))
    try:
        ranked = sorted(range(len(uniques)), key=lambda position: uniques[position])
    except TypeError:
        ranked = sorted(range(len(uniques)), key=lambda position: str(uniques[position]))
    new_code = np.empty(len(uniques), dtype=np.int64)
    new_code[ranked] = np.arange(len(uniques))
    keys = [uniques[position] for position in ranked]
    return new_code[codes], tuple(str(key) for key in keys), keys
