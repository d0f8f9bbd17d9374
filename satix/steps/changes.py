"""Change between neighbouring waves on the indicators both have, with verdicts and a split into score and mix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.change import wave_changes
from analysis.change_verdicts import change_verdicts
from analysis.decomposition import change_decomposition
from analysis.design import design_means
from analysis.results import Bilingual, Change, ChangeRow, Decomposition, DecompositionRow, Figure
from analysis.tree_scores import TreeScores, score_tree
from satix.steps.figures import figures_of, grade_of, suppressed_figure
from satix.steps.segments import segment_labels
from survey.errors import InsufficientDataError

if TYPE_CHECKING:
    from analysis.change import ChangesResult
    from analysis.change_verdicts import ChangeVerdict
    from satix.steps.context import Wave, WaveSplit

__all__ = ["change_records", "common_leaves"]

NO_ANSWER: Bilingual = {"en": "no answer", "zh": "未回答"}


def change_records(split: WaveSplit) -> list[Change]:
    """One record per pair of neighbouring waves."""
    return [_change(split, before, after) for before, after in zip(split.waves[:-1], split.waves[1:], strict=True)]


def common_leaves(before: Wave, after: Wave) -> list[str]:
    """Leaves that concerned somebody in both waves."""
    both = before.leaves.asked() & after.leaves.asked()
    return [leaf for leaf, asked in zip(before.leaves.leaves, both, strict=True) if asked]


def _rescored(split: WaveSplit, wave: Wave, common: list[str]) -> TreeScores:
    if len(common) == len(wave.leaves.leaves):
        return wave.scores
    return score_tree(
        split.project.instrument.index,
        wave.leaves,
        indicator_weights=split.project.study.indicator_weights,
        minimum_share=split.project.study.minimum_answered,
        only=set(common),
    )


def _change(split: WaveSplit, before: Wave, after: Wave) -> Change:
    study = split.project.study
    common = common_leaves(before, after)
    scores = [_rescored(split, wave, common) for wave in (before, after)]
    values = [wave.masked(score.points) for wave, score in zip((before, after), scores, strict=True)]
    nodes = list(scores[0].nodes)
    enough = np.all([(~np.isnan(part)).sum(axis=0) >= study.limits.suppress for part in values], axis=0)
    tested = [node for node, kept in zip(nodes, enough, strict=True) if kept]
    changes = wave_changes(
        values[0][:, enough],
        before.design,
        values[1][:, enough],
        after.design,
        indicators=tested,
        confidence=study.confidence,
        power=study.power,
    )
    levels = [
        design_means(part[:, enough], wave.design, confidence=study.confidence)
        for part, wave in zip(values, (before, after), strict=True)
    ]
    verdicts = change_verdicts(
        changes,
        targets={target.indicator: target for target in study.targets},
        levels_after={
            node: (float(levels[1].estimate[j]), float(levels[1].lower[j]), float(levels[1].upper[j]))
            for j, node in enumerate(tested)
        },
        minimum_n=study.limits.indicative,
    )
    figures = [figures_of(level, study.limits) for level in levels]
    place = {node: j for j, node in enumerate(tested)}
    rows = [
        _row(changes, verdicts[place[node]], place[node], figures[0][place[node]], figures[1][place[node]], split)
        if node in place
        else _hidden_row(node)
        for node in nodes
        if node in place or any(leaf in common for leaf in _leaves_of(split, node))
    ]
    return Change(
        before=before.wave or "",
        after=after.wave or "",
        common_indicators=common,
        left_out=[leaf for leaf in before.leaves.leaves if leaf not in common],
        family=changes.n_tests,
        adjustment="holm",
        test=changes.method,
        detectable_at="bonferroni",
        rows=rows,
        decompositions=_decompositions(split, before, after, values[0][:, 0], values[1][:, 0]),
    )


def _leaves_of(split: WaveSplit, node: str) -> list[str]:
    found = next(n for n in split.project.instrument.index.walk() if n.code == node)
    return [leaf.code for leaf in found.leaves()]


def _row(
    changes: ChangesResult, verdict: ChangeVerdict, j: int, before: Figure, after: Figure, split: WaveSplit
) -> ChangeRow:
    limits = split.project.study.limits
    smaller = int(min(changes.n_1[j], changes.n_2[j]))
    return ChangeRow(
        indicator=changes.indicators[j],
        before=before,
        after=after,
        change=Figure(
            kind="gap",
            estimate=float(changes.estimate[j]),
            std_error=float(changes.std_error[j]),
            lower=verdict.lower,
            upper=verdict.upper,
            n=smaller,
            n_effective=float(min(changes.n_effective_1[j], changes.n_effective_2[j])),
            df=float(changes.df[j]),
            interval="t_holm_level",
            grade=grade_of(smaller, limits),
        ),
        statistic=float(changes.statistic[j]),
        p_value=float(changes.p_value[j]),
        p_adjusted=float(changes.p_adjusted[j]),
        minimum_detectable=float(changes.minimum_detectable_change[j]),
        verdict=verdict.verdict,
        target=verdict.target,
        target_kind="level" if verdict.target_kind == "level" else "change" if verdict.target_kind else None,
    )


def _hidden_row(node: str) -> ChangeRow:
    hidden = suppressed_figure("index")
    return ChangeRow(
        indicator=node,
        before=hidden,
        after=hidden,
        change=suppressed_figure("gap"),
        statistic=None,
        p_value=None,
        p_adjusted=None,
        minimum_detectable=None,
        verdict="too_few",
        target=None,
        target_kind=None,
    )


def _decompositions(
    split: WaveSplit, before: Wave, after: Wave, values_1: np.ndarray, values_2: np.ndarray
) -> list[Decomposition]:
    records = []
    study, instrument = split.project.study, split.project.instrument
    for segment in study.segments:
        try:
            labels = [segment_labels(wave, segment.question) for wave in (before, after)]
            result = change_decomposition(
                values_1,
                labels[0],
                values_2,
                labels[1],
                design_1=before.design,
                design_2=after.design,
            )
        except (InsufficientDataError, KeyError):
            continue
        question = instrument.question(segment.question)
        options = {str(option.code): option.label for option in instrument.scale_of(question).answers}
        rows = []
        hidden = [
            0 < min(int(result.n_1[j]), int(result.n_2[j])) < study.limits.suppress for j in range(len(result.segments))
        ]
        if sum(hidden) == 1:  # one withheld row would follow from the totals
            smallest = min(
                (j for j in range(len(hidden)) if not hidden[j]),
                key=lambda j: min(int(result.n_1[j]), int(result.n_2[j])),
                default=None,
            )
            if smallest is not None:
                hidden[smallest] = True
        for j, code in enumerate(result.segments):
            small = hidden[j]
            label = options[code].both() if code in options else NO_ANSWER
            rows.append(
                DecompositionRow(
                    option=code,
                    label=label,
                    share_before=None if small else float(result.share_1[j]),
                    share_after=None if small else float(result.share_2[j]),
                    score_before=None if small else float(result.score_1[j]),
                    score_after=None if small else float(result.score_2[j]),
                    score_effect=None if small else float(result.score_by_segment[j]),
                    mix_effect=None if small else float(result.mix_centred_by_segment[j]),
                    grade="suppressed" if small else "shown",
                )
            )
        records.append(
            Decomposition(
                question=segment.question,
                label=(segment.label or question.name).both(),
                total=result.total,
                score_effect=result.score_effect,
                score_std_error=result.score_effect_std_error,
                mix_effect=result.mix_effect,
                mix_std_error=result.mix_effect_std_error,
                rows=rows,
            )
        )
    return records
