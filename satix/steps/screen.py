"""Screening of one wave in the results file: counts by rule, and the index with and without the flagged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.design import design_mean
from analysis.results import Figure, Screening
from satix.steps.figures import figure_of, suppressed_figure
from survey.screening import account_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from satix.steps.context import Wave
    from survey.study import Study

__all__ = ["screening_record"]


def screening_record(wave: Wave, study: Study) -> Screening:
    """Counts and the three indices; the root's composite is used for all of them."""
    flags = wave.responses.flags
    account = account_for(flags, n=wave.responses.n)
    flagged = np.any(list(flags.values()), axis=0) if flags else np.zeros(wave.responses.n, dtype=np.bool_)
    points = wave.scores.points[:, 0]

    def index_of(kept: NDArray[np.bool_]) -> Figure:
        estimate = design_mean(points, wave.design, mask=kept, confidence=study.confidence)
        return figure_of(estimate, study.limits)

    few_flagged = 0 < int(np.count_nonzero(flagged & ~np.isnan(points))) < study.limits.suppress
    # The index with and without a few people gives the few away. What the study excludes is shown all the same.
    return Screening(
        n=wave.responses.n,
        rules={str(rule): int(flag.sum()) for rule, flag in flags.items()},
        first_reason=account,
        n_flagged=int(flagged.sum()),
        n_excluded=int((~wave.used).sum()),
        everyone=index_of(np.ones(wave.responses.n, dtype=np.bool_)),
        without_flagged=suppressed_figure("index") if few_flagged else index_of(~flagged),
        without_excluded=index_of(wave.used),
    )
