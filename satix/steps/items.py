"""Each question of one wave: valid answers, missing by kind, distribution, mean, index, top box, net promoter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.design import design_means
from analysis.item_statistics import ItemStatistics, describe_items
from analysis.results import Figure, ItemRow, OptionCount
from analysis.share_intervals import design_shares
from analysis.shares import net_promoter_score
from satix.steps.figures import figure_of, figures_of, grade_of, suppressed_figure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.figures import Estimate
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
    best = [
        _best_options(wave.responses.score_table(q.code)[1:], scale) for q, scale in zip(questions, scales, strict=True)
    ]
    among = [_is_among(wave, q, options) for q, options in zip(questions, best, strict=True)]
    shares = design_shares(np.stack(among).T, wave.design, confidence=study.confidence)
    return [
        _row(wave, study, question, statistics, index, share, options)
        for question, statistics, index, share, options in zip(questions, described, indices, shares, best, strict=True)
    ]


def _best_options(scores: NDArray[np.float64], scale: Scale) -> NDArray[np.int64]:
    """Places (from 0) of the options in the top box, the better the later."""
    return np.argsort(np.where(np.isnan(scores), -np.inf, scores), kind="stable")[-top_box_size(scale) :]


def _is_among(wave: Wave, question: Question, options: NDArray[np.int64]) -> NDArray[np.float64]:
    """1 where a respondent's score is that of one of the options, 0 where not, NaN where there is none; (n,)."""
    table = wave.responses.score_table(question.code)
    flags = np.where(np.isnan(table), np.nan, np.isin(table, table[1:][options]))
    return wave.masked(flags[np.maximum(wave.responses.codes_of(question.code), 0)])


def _row(
    wave: Wave,
    study: Study,
    question: Question,
    statistics: ItemStatistics,
    index: Figure,
    share: Estimate,
    best: NDArray[np.int64],
) -> ItemRow:
    scale = wave.responses.instrument.scale_of(question)
    grade = grade_of(statistics.n_valid, study.limits)
    hidden = grade == "suppressed"
    promoters: Figure | None = None
    if question.recommend and not hidden:
        result = net_promoter_score(
            wave.masked(wave.responses.scores(question.code)),
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
        top_box=suppressed_figure("share") if hidden else figure_of(share, study.limits),
        top_codes=[str(scale.answers[place].code) for place in sorted(best)],
        net_promoter=promoters,
        grade=grade,
    )
