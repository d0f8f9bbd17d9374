"""What the steps of an evaluation share: the study, its answers, the scores, and the current wave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.selection import Selection
from analysis.survey_design import SurveyDesign
from analysis.tree_scores import LeafPoints, TreeScores, leaf_points, score_tree
from satix.steps.design import design_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from satix.project import Project
    from survey.responses import ResponseSet

__all__ = ["Wave", "WaveSplit", "split_waves"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wave:
    """The answers of one wave (or of all, ``wave`` None), its design, scores and who is in the estimates."""

    wave: str | None
    responses: ResponseSet
    design: SurveyDesign
    used: NDArray[np.bool_]
    leaves: LeafPoints
    scores: TreeScores

    def masked(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values with NaN for respondents outside the estimates: they stay in the design, not in the figure."""
        if self.used.all():
            return values
        kept = self.used if values.ndim == 1 else self.used[:, None]
        return np.where(kept, values, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaveSplit:
    """The waves of a study in order, all of them together, and the analyses that apply."""

    project: Project
    selection: Selection
    waves: tuple[Wave, ...]
    pooled: Wave


def split_waves(
    project: Project, responses: ResponseSet, excluded: NDArray[np.bool_], selection: Selection
) -> WaveSplit:
    """Score everybody once, then cut by wave."""
    study = project.study
    leaves = leaf_points(responses, minimum_share=study.minimum_answered)
    scores = score_tree(
        project.instrument.index,
        leaves,
        indicator_weights=study.indicator_weights,
        minimum_share=study.minimum_answered,
    )
    pooled = Wave(
        wave=None,
        responses=responses,
        design=design_of(responses, study.sampling, several_waves=True),
        used=~excluded,
        leaves=leaves,
        scores=scores,
    )
    column = responses.respondents["wave"].to_numpy()
    waves = tuple(_cut(pooled, wave.wave, column == wave.wave, project) for wave in study.waves)
    return WaveSplit(project=project, selection=selection, waves=waves, pooled=pooled)


def _cut(pooled: Wave, wave: str, rows: NDArray[np.bool_], project: Project) -> Wave:
    responses = pooled.responses.select(rows)
    leaves = LeafPoints(
        leaves=pooled.leaves.leaves, points=pooled.leaves.points[rows], applicable=pooled.leaves.applicable[rows]
    )
    scores = TreeScores(
        nodes=pooled.scores.nodes,
        points=pooled.scores.points[rows],
        leaves=leaves,
        membership=pooled.scores.membership,
        minimum_share=pooled.scores.minimum_share,
    )
    return Wave(
        wave=wave,
        responses=responses,
        design=design_of(responses, project.study.sampling),
        used=pooled.used[rows],
        leaves=leaves,
        scores=scores,
    )
