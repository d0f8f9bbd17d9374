"""Each question of one wave: valid answers, missing by kind, distribution, mean, index, top box, net promoter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.design import design_means
from analysis.item_statistics import ItemStatistics, describe_items
from analysis.results import Figure, ItemRow, OptionCount
from analysis.share_intervals import design_share
from analysis.shares import net_promoter_score
from satix.steps.figures import figure_of, figures_of, grade_of, suppressed_figure

if TYPE_CHECKING:
    from satix.steps.context import Wave
    from survey.questionnaire import Question
    from survey.scales import Scale
    from survey.study import Study

__all__ = ["item_rows", "top_box_size"]


def top_box_size(scale: Scale) -> int:
    """How many of the best options make the top box: two, or one where there are fewer than four."""
    return 2 if scale.size >= 4 else 1


def item_rows(wave: Wave, study: Study) -> list[ItemRow]:
    """One row per scored question of the wave, in presentation order. Kano pairs are left to their own method."""
    responses, instrument = wave.responses, wave.responses.instrument
    present = {column.question for column in responses.columns if column.option is None}
    questions = [
        question
        for question in instrument.questions
        if question.code in present
        and question.facet not in {None, "functional", "dysfunctional"}
        and instrument.scale_of(question).scored
    ]
    if not questions:
        return []
    rows = [responses.position_of(question.code) for question in questions]
    scales = [instrument.scale_of(question) for question in questions]
    described = describe_items(
        np.ascontiguousarray(responses.codes[rows][:, wave.used]),
        [responses.score_table(question.code) for question in questions],
        names=[question.code for question in questions],
        option_labels=[[str(option.code) for option in scale.answers] for scale in scales],
        scale_ends=[(scale.lowest_score, scale.highest_score) for scale in scales],
        case_weights=wave.design.case_weights[wave.used],
    )
    points = np.stack([responses.index_points(question.code) for question in questions], axis=1)
    indices = figures_of(design_means(wave.masked(points), wave.design, confidence=study.confidence), study.limits)
    return [
        _row(wave, study, question, scale, statistics, index)
        for question, scale, statistics, index in zip(questions, scales, described, indices, strict=True)
    ]


def _row(
    wave: Wave, study: Study, question: Question, scale: Scale, statistics: ItemStatistics, index: Figure
) -> ItemRow:
    grade = grade_of(statistics.n_valid, study.limits)
    hidden = grade == "suppressed"
    scores = wave.masked(wave.responses.scores(question.code))
    table = wave.responses.score_table(question.code)[1:]
    best = np.argsort(np.where(np.isnan(table), -np.inf, table), kind="stable")[-top_box_size(scale) :]
    top_box: Figure = suppressed_figure("share")
    promoters: Figure | None = None
    if not hidden:
        among = np.where(np.isnan(scores), np.nan, np.isin(scores, table[best]))
        top_box = figure_of(design_share(among, wave.design, confidence=study.confidence), study.limits)
        if question.recommend:
            result = net_promoter_score(
                scores,
                scale=(scale.lowest_score, scale.highest_score),
                design=wave.design,
                confidence=study.confidence,
            )
            promoters = figure_of(result.figure, study.limits)
    return ItemRow(
        question=question.code,
        n_rows=statistics.n_rows,
        n_valid=statistics.n_valid,
        missing=dict(statistics.missing.items()),
        options=[]
        if hidden
        else [
            OptionCount(code=str(option.code), label=option.label.both(), count=count, share=share)
            for option, count, share in zip(scale.answers, statistics.counts, statistics.shares, strict=True)
        ],
        mean=None if hidden else statistics.mean,
        std_dev=None if hidden else statistics.sd,
        index=index,
        top_box=top_box,
        top_codes=[str(scale.answers[place].code) for place in sorted(best)],
        net_promoter=promoters,
        grade=grade,
    )
