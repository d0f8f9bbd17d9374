"""The sampling design of a set of responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.survey_design import SurveyDesign
from survey.errors import StudyError

if TYPE_CHECKING:
    from survey.responses import ResponseSet
    from survey.sampling import SamplingDesign

__all__ = ["design_of"]


def design_of(responses: ResponseSet, sampling: SamplingDesign, *, several_waves: bool = False) -> SurveyDesign:
    """Case weights, strata and clusters from the respondent table, population sizes from the study.

    With ``several_waves`` every wave is a sample of its own: strata are crossed with waves. A census counts as
    design-based only where population sizes tell how much of it answered.

    Raises
    ------
    StudyError
        A case weight, stratum or cluster is missing for some respondents, or population sizes of strata are
        given without a stratum column.
    """
    table = responses.respondents
    weights = table["case_weight"].to_numpy(dtype=np.float64, na_value=np.nan).copy()
    if several_waves:
        unweighted = table["case_weight"].isna().groupby(table["wave"].to_numpy()).transform("all").to_numpy()
        weights[unweighted] = 1.0
    parts: dict[str, np.ndarray] = {}
    for name in ("stratum", "cluster"):
        column = table[name]
        if column.notna().any():
            if column.isna().any():
                raise StudyError.of("satix.design_column_incomplete", column=name, found=int(column.isna().sum()))
            parts[name] = column.astype(str).to_numpy(dtype=object)
    if not np.isnan(weights).all() and np.isnan(weights).any():
        raise StudyError.of("satix.design_column_incomplete", column="case_weight", found=int(np.isnan(weights).sum()))
    if np.isnan(weights).all():
        weights = np.ones(responses.n)
    if len(sampling.population) > 1 and "stratum" not in parts:
        raise StudyError.of("satix.population_needs_strata", strata=", ".join(sampling.population))
    population: dict[str, float] = {str(stratum): float(size) for stratum, size in sampling.population.items()}
    if several_waves and (parts or population):
        wave = table["wave"].astype(str).to_numpy(dtype=object)
        own = parts.get("stratum", np.full(responses.n, next(iter(population), ""), dtype=object))
        parts["stratum"] = wave + "|" + own
        population = {f"{w}|{s}": size for w in dict.fromkeys(wave) for s, size in population.items()}
    return SurveyDesign.build(
        case_weights=weights,
        strata=parts.get("stratum"),
        clusters=parts.get("cluster"),
        population_sizes=population or None,
        probability_sample=sampling.kind == "probability" or (sampling.kind == "census" and bool(population)),
    )
