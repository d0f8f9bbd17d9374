"""Change between neighbouring waves on the indicators both have, with verdicts and a split into score and mix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.change import wave_changes
from analysis.change_verdicts import change_verdicts
from analysis.comparability import Comparability, may_compare
from analysis.decomposition import change_decomposition
from analysis.design import design_means
from analysis.mix_adjustment import MixAdjustment, mix_adjustment
from analysis.results import Bilingual, Change, ChangeRow, Decomposition, DecompositionRow, Figure
from analysis.tree_scores import TreeScores, score_tree
from instruments.difference import instrument_difference
from satix.steps.figures import figures_of, grade_of, suppressed_figure
from satix.steps.segments import segment_labels
from survey.errors import InsufficientDataError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.change import ChangesResult
    from analysis.change_verdicts import ChangeVerdict
    from analysis.decomposition import DecompositionResult
    from analysis.results import Segments
    from satix.steps.context import Wave, WaveSplit

    Floats = NDArray[np.float64]

__all__ = ["change_records", "common_leaves", "version_findings"]

NO_ANSWER: Bilingual = {"en": "no answer", "zh": "未回答"}


def change_records(split: WaveSplit, tables: dict[str, list[Segments]]) -> list[Change]:
    """One record per pair of neighbouring waves; segments withheld in ``tables`` are withheld in the split too.

    Waves whose versions of the instrument have no indicator in common that is measured alike are not compared.
    """
    return [
        _change(split, before, after, tables)
        for before, after in zip(split.waves[:-1], split.waves[1:], strict=True)
        if _comparability(split, before, after).verdict != "not_comparable"
    ]


def version_findings(split: WaveSplit) -> list[Problem]:
    """What waves with different versions of the instrument mean for comparisons: care, or a refusal."""
    problems: list[Problem] = []
    current = split.project.instrument
    for wave, version in split.project.older.items():
        judged = may_compare(instrument_difference(version, current))
        shared = {question.code for question in version.questions} & {question.code for question in current.questions}
        unlike = sorted(shared - judged.comparable_questions)
        if unlike:
            fields = {"wave": wave, "version": version.version, "current": current.version}
            fields["questions"] = ", ".join(unlike)
            problems.append(Problem(code="analysis.version_left_out", fields=fields, severity="warning"))
    for before, after in zip(split.waves[:-1], split.waves[1:], strict=True):
        judged = _comparability(split, before, after)
        if judged.reasons:
            refused = judged.verdict == "not_comparable"
            versions = [split.project.instrument_of(wave.wave).version for wave in (before, after)]
            fields = {"before": before.wave or "", "after": after.wave or ""}
            fields |= {"version_before": versions[0], "version_after": versions[1]}
            fields["codes"] = ", ".join(dict.fromkeys(change.code for change in judged.reasons if change.code))
            code = "analysis.versions_refused" if refused else "analysis.versions_flagged"
            problems.append(Problem(code=code, fields=fields, severity="warning"))
    return problems


def _comparability(split: WaveSplit, before: Wave, after: Wave) -> Comparability:
    versions = [split.project.instrument_of(wave.wave) for wave in (before, after)]
    return may_compare(instrument_difference(versions[0], versions[1]))


def common_leaves(before: Wave, after: Wave) -> list[str]:
    """Leaves that concerned somebody in both waves; what an older version asked in another way does not count."""
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


def _change(split: WaveSplit, before: Wave, after: Wave, tables: dict[str, list[Segments]]) -> Change:
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
    mixes = _mixes(split, (before, after), (values[0][:, enough], values[1][:, enough]))
    figures = [figures_of(level, study.limits) for level in levels]
    place = {node: j for j, node in enumerate(tested)}
    rows = [
        _row(
            changes,
            verdicts[place[node]],
            place[node],
            (figures[0][place[node]], figures[1][place[node]]),
            split,
            mixes,
        )
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
        decompositions=_decompositions(split, (before, after), (values[0][:, 0], values[1][:, 0]), tables),
    )


def _leaves_of(split: WaveSplit, node: str) -> list[str]:
    found = next(n for n in split.project.instrument.index.walk() if n.code == node)
    return [leaf.code for leaf in found.leaves()]


Mixes = dict[str, MixAdjustment]


def _mixes(split: WaveSplit, waves: tuple[Wave, Wave], values: tuple[Floats, Floats]) -> Mixes:
    """Score and mix effect of every figure by every segment question both waves asked."""
    found: Mixes = {}
    for segment in split.project.study.segments:
        try:
            labels = [segment_labels(wave, segment.question) for wave in waves]
        except KeyError:
            continue
        found[segment.question] = mix_adjustment(
            values[0],
            labels[0],
            values[1],
            labels[1],
            case_weights_1=waves[0].design.case_weights,
            case_weights_2=waves[1].design.case_weights,
        )
    return found


def _row(
    changes: ChangesResult,
    verdict: ChangeVerdict,
    j: int,
    levels: tuple[Figure, Figure],
    split: WaveSplit,
    mixes: Mixes,
) -> ChangeRow:
    limits = split.project.study.limits
    smaller = int(min(changes.n_1[j], changes.n_2[j]))
    question = max(mixes, key=lambda name: abs(float(mixes[name].mix_effect[j])), default=None)
    score = None if question is None else float(mixes[question].score_effect[j])
    proven = bool(changes.p_adjusted[j] < 1 - changes.confidence) and verdict.verdict != "too_few"
    # The score effect is judged with the margin of the change itself: would it be proven with the make-up held fixed?
    half = (verdict.upper - verdict.lower) / 2
    by_mix = proven and score is not None and abs(score) <= half
    return ChangeRow(
        indicator=changes.indicators[j],
        before=levels[0],
        after=levels[1],
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
        score_effect=score,
        mix_effect=None if question is None else float(mixes[question].mix_effect[j]),
        mix_question=question,
        verdict="moved_by_mix" if by_mix else verdict.verdict,
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
        score_effect=None,
        mix_effect=None,
        mix_question=None,
        verdict="too_few",
        target=None,
        target_kind=None,
    )


def _decompositions(
    split: WaveSplit,
    waves: tuple[Wave, Wave],
    values: tuple[Floats, Floats],
    tables: dict[str, list[Segments]],
) -> list[Decomposition]:
    records = []
    study, instrument = split.project.study, split.project.instrument
    for segment in study.segments:
        try:
            labels = [segment_labels(wave, segment.question) for wave in waves]
            result = change_decomposition(
                values[0], labels[0], values[1], labels[1], design_1=waves[0].design, design_2=waves[1].design
            )
        except (InsufficientDataError, KeyError):
            continue
        question = instrument.question(segment.question)
        withheld = {
            row.option
            for wave in waves
            for table in tables.get(wave.wave or "", [])
            if table.question == segment.question
            for row in table.rows
            if row.grade == "suppressed"
        }
        hidden = _hidden(result, withheld, study.limits.suppress)
        options = {str(option.code): option.label.both() for option in instrument.scale_of(question).answers}
        records.append(
            Decomposition(
                question=segment.question,
                label=(segment.label or question.name).both(),
                total=result.total,
                score_effect=result.score_effect,
                score_std_error=result.score_effect_std_error,
                mix_effect=result.mix_effect,
                mix_std_error=result.mix_effect_std_error,
                rows=[
                    _segment_effect(result, j, options.get(code, NO_ANSWER), hidden=code in hidden)
                    for j, code in enumerate(result.segments)
                ],
            )
        )
    return records


def _hidden(result: DecompositionResult, withheld: set[str], limit: int) -> set[str]:
    """Segments not to be shown: withheld elsewhere, too small, and a second where a single one would follow."""
    sizes = {code: min(int(result.n_1[j]), int(result.n_2[j])) for j, code in enumerate(result.segments)}
    hidden = {code for code, size in sizes.items() if code in withheld or 0 < size < limit}
    if len(hidden) == 1 and len(sizes) > 1:
        hidden.add(min((code for code in sizes if code not in hidden), key=lambda code: (sizes[code], code)))
    return hidden


def _segment_effect(result: DecompositionResult, j: int, label: Bilingual, *, hidden: bool) -> DecompositionRow:
    def shown(column: Floats) -> float | None:
        return None if hidden else float(column[j])

    return DecompositionRow(
        option=result.segments[j],
        label=label,
        share_before=shown(result.share_1),
        share_after=shown(result.share_2),
        score_before=shown(result.score_1),
        score_after=shown(result.score_2),
        score_effect=shown(result.score_by_segment),
        mix_effect=shown(result.mix_centred_by_segment),
        grade="suppressed" if hidden else "shown",
    )
