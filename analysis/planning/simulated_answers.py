"""Draws of answers from a factor model, many studies at once, in blocks of bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.composites import composite_matrix
from analysis.planning.answer_scale import AnswerScale
from analysis.planning.factor_model import FactorModel, correlation_root

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
BLOCK_VALUES = 500_000
"""Most item answers held at once; the memory needed is a small multiple of it."""

__all__ = ["BLOCK_VALUES", "Drawing", "draw_answers", "item_points", "node_points", "study_blocks"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """Respondents drawn: standardised judgements (m, p), whether each item was asked, and whether it was answered."""

    judgement: Floats
    asked: Booleans
    answered: Booleans


def study_blocks(replicates: int, n: int, n_items: int) -> Iterator[tuple[slice, int]]:
    """Which studies to draw together and how many respondents of each: blocks of at most ``BLOCK_VALUES`` answers.

    A study too large for one block is drawn in several, one study at a time.
    """
    per_study = n * max(n_items, 1)
    if per_study <= BLOCK_VALUES:
        together = BLOCK_VALUES // per_study
        for start in range(0, replicates, together):
            yield slice(start, min(start + together, replicates)), n
        return
    rows = max(BLOCK_VALUES // max(n_items, 1), 1)
    for study in range(replicates):
        for start in range(0, n, rows):
            yield slice(study, study + 1), min(rows, n - start)


def draw_answers(model: FactorModel, respondents: int, rng: np.random.Generator) -> Drawing:
    """Judgements and gaps of ``respondents`` people."""
    loadings = model.loadings()
    factors = (
        rng.standard_normal((respondents, len(model.factors))) @ correlation_root(model.correlation, model.factors).T
    )
    own = rng.standard_normal((respondents, len(model.items)))
    judgement = factors[:, [item.factor for item in model.items]] * loadings
    judgement += own * np.sqrt(1 - loadings**2)
    asked = np.ones(judgement.shape, dtype=np.bool_)
    if len(model.asked):
        reached = rng.random((respondents, len(model.asked))) < model.asked
        for place, item in enumerate(model.items):
            if item.asked:
                asked[:, place] = reached[:, list(item.asked)].all(axis=1)
    missing = np.array([item.nonresponse for item in model.items])
    answered = asked & (rng.random(judgement.shape) >= missing) if missing.any() else asked
    return Drawing(judgement=judgement, asked=asked, answered=answered)


def item_points(drawing: Drawing, scales: Sequence[AnswerScale]) -> Floats:
    """(m, p) answers in index points, NaN where there is none."""
    points = np.empty_like(drawing.judgement)
    for place, scale in enumerate(scales):
        judged = drawing.judgement[:, place]
        if len(scale.points):
            points[:, place] = scale.points[np.searchsorted(scale.thresholds(), judged)]
        else:
            points[:, place] = scale.mu + scale.sigma * judged
    points[~drawing.answered] = np.nan
    return points


def node_points(model: FactorModel, points: Floats, asked: Booleans, node: int | None = None) -> Floats:
    """(m, nodes) composites by the rule of :func:`analysis.composites.composite_matrix`, as an evaluation makes them.

    ``node`` picks one node by its position; left out, all of them.
    """
    belongs = model.item_membership()
    minimum = model.minimum_answered
    membership = model.membership if node is None else model.membership[:, [node]]
    if [item.leaf for item in model.items] == list(range(len(model.leaves))):  # one item a leaf: it is the leaf
        leaves, concerned = points, asked
    else:
        leaves = composite_matrix(points, belongs, applicable=asked, minimum_share=minimum)
        concerned = asked @ belongs > 0
    return composite_matrix(leaves, membership, applicable=concerned, minimum_share=minimum)
