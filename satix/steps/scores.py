"""Index of every node of one wave, with contributions and the sampling covariance of the leaves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from analysis.composites import contributions
from analysis.design import design_covariance, design_means
from analysis.results import NodeScore, TargetRow
from analysis.verdict import level_verdict
from satix.steps.figures import figures_of

if TYPE_CHECKING:
    from satix.steps.context import Wave
    from survey.indicators import Indicator
    from survey.study import Study

__all__ = ["leaf_covariance", "node_scores", "target_rows"]


def node_scores(wave: Wave, study: Study) -> list[NodeScore]:
    """One entry per node; contributions are points of the root."""
    means = design_means(wave.masked(wave.scores.points), wave.design, confidence=study.confidence)
    figures = figures_of(means, study.limits)
    root = wave.scores.membership[:, 0]
    added: dict[str, tuple[float, float]] = {}
    if means.n[0] >= study.limits.suppress:
        parts = contributions(
            wave.masked(wave.leaves.points),
            indicator_weights=root,
            applicable=wave.leaves.applicable,
            minimum_share=wave.scores.minimum_share,
            design=wave.design,
            names=wave.leaves.leaves,
        )
        added = {
            name: (float(contribution), float(potential))
            for name, contribution, potential in zip(parts.names, parts.contribution, parts.potential, strict=True)
        }
    added = _rolled_up(wave.responses.instrument.index, added)
    sizes = {node: int(n) for node, n in zip(wave.scores.nodes, means.n, strict=True)}
    for node in [node for node, n in sizes.items() if not n]:
        added.pop(node, None)
    for node in _withheld(wave.responses.instrument.index, sizes, study.limits.suppress):
        added.pop(node, None)
    return [
        NodeScore(
            indicator=node,
            figure=figure,
            contribution=added.get(node, (None, None))[0],
            potential=added.get(node, (None, None))[1],
        )
        for node, figure in zip(wave.scores.nodes, figures, strict=True)
    ]


def _withheld(index: Indicator, sizes: dict[str, int], limit: int) -> set[str]:
    """Nodes whose contribution must not be shown: suppressed ones, and others from which these would follow.

    The contributions of siblings add up to their parent's, so that no sibling may be hidden alone; an only child
    takes its parent with it. ``sizes`` are respondents by node; a node nobody was asked has nothing to hide.
    """
    hidden = {node.code for node in index.walk() if 0 < sizes[node.code] < limit}
    for node in reversed([node for node in index.walk() if node.indicators]):
        children = [child.code for child in node.indicators if sizes[child.code]]
        away = [code for code in children if code in hidden]
        if len(away) == 1 and len(children) > 1:
            rest = [code for code in children if code not in hidden]
            hidden.add(min(rest, key=lambda code: (sizes[code], code)))
        elif len(away) == 1:
            hidden.add(node.code)
    return hidden


def _rolled_up(index: Indicator, leaves: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """What every node adds: the sum over its leaves."""
    added = {}
    for node in index.walk():
        parts = [leaves[leaf.code] for leaf in node.leaves() if leaf.code in leaves]
        if parts:
            added[node.code] = (math.fsum(part[0] for part in parts), math.fsum(part[1] for part in parts))
    return added


def leaf_covariance(wave: Wave, study: Study) -> tuple[list[str], list[list[float]]]:
    """Leaves with enough answers, and the sampling covariance of their means."""
    values = wave.masked(wave.leaves.points)
    enough = (~np.isnan(values)).sum(axis=0) >= study.limits.suppress
    names = [leaf for leaf, kept in zip(wave.leaves.leaves, enough, strict=True) if kept]
    if not names:
        return [], []
    covariance: list[list[float]] = design_covariance(values[:, enough], wave.design).tolist()
    return names, covariance


def target_rows(scores: list[NodeScore], targets: dict[str, float], study: Study) -> list[TargetRow]:
    """Verdict on every level target, from this wave alone."""
    rows = []
    for score in scores:
        figure, target = score.figure, targets.get(score.indicator)
        if target is None or figure.estimate is None or figure.lower is None or figure.upper is None:
            continue
        verdict = level_verdict(
            figure.estimate,
            figure.lower,
            figure.upper,
            target=target,
            n=figure.n,
            minimum_n=study.limits.indicative,
        )
        rows.append(TargetRow(indicator=score.indicator, target=target, verdict=verdict.code))
    return rows
