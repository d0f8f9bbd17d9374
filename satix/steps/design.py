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


def design_of(responses: ResponseSet, sampling: SamplingDesign) -> SurveyDesign:
    """Case weights, strata and clusters from the respondent table, population sizes from the study.

    Raises
    ------
    StudyError
        A case weight, stratum or cluster is missing for some respondents.
    """
    table = responses.respondents
    weights = table["case_weight"].to_numpy(dtype=np.float64, na_value=np.nan)
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
    return SurveyDesign.build(
        case_weights=weights,
        strata=parts.get("stratum"),
        clusters=parts.get("cluster"),
        population_sizes=sampling.population or None,
        probability_sample=sampling.kind != "convenience",
    )
