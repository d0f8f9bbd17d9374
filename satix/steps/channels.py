"""Figures of the channels beside the questionnaire, with small cells withheld; channels are never pooled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.channel_figures import (
    category_shares,
    channel_design,
    comment_shares,
    figures_by_group,
    person_overlap,
    rating_figures,
    time_figures,
)
from analysis.results import (
    Channel,
    ChannelCategories,
    ChannelComments,
    ChannelOverlap,
    ChannelRating,
    ChannelSplit,
    ChannelTime,
)
from satix.steps.channel_figures import figure_rows, personal_figure
from satix.steps.channel_outcomes import agreement_records, rate_record, visit_record
from satix.steps.channel_tables import aggregate_records, kpi_records
from survey.errors import InsufficientDataError
from survey.texts import Text
from survey.touchpoints import held_in

if TYPE_CHECKING:
    from analysis.design import SurveyDesign
    from satix.project import Project
    from satix.steps.channel_sources import ReadChannel
    from survey.channels.mapping import ChannelColumn
    from survey.study import Study
    from survey.touchpoints import TouchpointSet

__all__ = ["channel_records", "overlap_records"]

SELF_SELECTED = frozenset({"order_review", "social_post"})
RATINGS = ("rating", "satisfaction", "turn_rating", "sub_rating.", "aspect.", "resolved")
TIMES = (
    "first_reply_minutes",
    "solution_minutes",
    "handling_minutes",
    "queue_seconds",
    "first_response_seconds",
    "longest_wait_seconds",
    "mean_wait_seconds",
    "duration_minutes",
    "talk_seconds",
    "attempts",
    "turns",
    "customer_turns",
    "agent_turns",
    "delivery_days",
    "answer_hours",
    "follow_up_days",
)
CATEGORIES = ("sentiment", "category", "disposition")
GROUPS = {
    "order_review": ("delivery", "order_status", "shop", "product"),
    "ticket": ("priority", "type", "contact_channel", "group"),
    "chat": ("group",),
    "social_post": ("brand", "source"),
    "interview": ("group", "topic"),
}
"""Attributes ratings are split by where the study names none."""
MOST_LEVELS = 20
"""More levels are no table for a reader; such attributes are split only where the study names them."""


def channel_records(project: Project, channels: list[ReadChannel]) -> list[Channel]:
    """One record per channel and wave, in the order of the waves."""
    return [_record(project.study, channel) for channel in channels]


def _record(study: Study, channel: ReadChannel) -> Channel:
    touchpoints, source = channel.touchpoints, channel.source
    design = channel_design(touchpoints)
    weighted = (
        None
        if channel.weights is None
        else channel_design(touchpoints, case_weights=channel.weights, strata=channel.strata)
    )
    named = held_in(touchpoints.records["respondent_key"]).all()
    n_orders = channel.n_orders
    visits = source.channel == "mystery_visit"
    return Channel(
        name=source.code,
        channel=source.channel,
        label=None if source.label is None else source.label.both(),
        wave=channel.wave,
        file=source.file,
        n_records=touchpoints.n_records,
        n_persons=None if visits else touchpoints.n_persons,
        persons_are=None if visits or touchpoints.n_persons is None else "persons" if named else "orders",
        n_frame=n_orders,
        coverage=channel.n_orders_met / n_orders if n_orders and channel.n_orders_met is not None else None,
        self_selected=source.channel in SELF_SELECTED,
        weighted_by=None if channel.weights is None else source.weights.by if source.weights else "weight",
        ratings=_ratings(study, channel, design, weighted),
        splits=_splits(study, channel, weighted or design),
        comments=_comments(study, touchpoints, design),
        times=_times(study, touchpoints, design),
        categories=_categories(study, touchpoints, design),
        agreement=agreement_records(touchpoints, study),
        visits=visit_record(channel, study) if visits else None,
        rates=rate_record(channel, study),
        kpis=kpi_records(touchpoints) if source.channel == "kpi" else [],
        aggregates=aggregate_records(touchpoints) if source.channel == "aggregate" else [],
        report=channel.report.to_dict(),
    )


def _metrics(touchpoints: TouchpointSet, wanted: tuple[str, ...]) -> list[str]:
    """Metrics the records carry, in the order wanted; a name that ends in a dot stands for all that begin with it."""
    present = sorted(touchpoints.metrics)
    return [
        metric
        for name in wanted
        for metric in present
        if metric == name or (name.endswith(".") and metric.startswith(name))
    ]


def _ratings(
    study: Study, channel: ReadChannel, design: SurveyDesign, weighted: SurveyDesign | None
) -> list[ChannelRating]:
    records = []
    known = channel.touchpoints.n_persons is not None
    for metric in _metrics(channel.touchpoints, RATINGS):
        try:
            plain = rating_figures(channel.touchpoints, metric, design, confidence=study.confidence)
        except InsufficientDataError:
            continue
        other = (
            None
            if weighted is None
            else rating_figures(channel.touchpoints, metric, weighted, confidence=study.confidence)
        )
        mean = personal_figure(plain.mean, plain.n_persons, study.limits, kind="score")
        hidden = mean.grade == "suppressed"
        column = _column_of(channel, metric)
        shares = {} if other is None else {row.group: row.figure.estimate for row in other.values}
        records.append(
            ChannelRating(
                metric=metric,
                label=None if column is None else (column.label or Text(column.heading)).both(),
                lowest=None if plain.ends is None else plain.ends[0],
                highest=None if plain.ends is None else plain.ends[1],
                mean=mean,
                weighted=None
                if other is None
                else personal_figure(other.mean, plain.n_persons, study.limits, kind="score"),
                with_defaults=None if hidden else plain.with_defaults.estimate,
                n_default=plain.n_default,
                n_persons=None if hidden or not known else plain.n_persons,
                values=[]
                if hidden
                else figure_rows(plain.values, None, kind="share", persons_known=known, weighted=shares),
            )
        )
    return records


def _column_of(channel: ReadChannel, metric: str) -> ChannelColumn | None:
    """The column a sub-rating or aspect was read from."""
    field, dot, code = metric.partition(".")
    if not dot:
        return None
    columns = channel.mapping.columns
    return next((c for c in columns if c.field == field and (c.code or c.heading) == code), None)


def _splits(study: Study, channel: ReadChannel, design: SurveyDesign) -> list[ChannelSplit]:
    touchpoints, source = channel.touchpoints, channel.source
    named = source.groups is not None
    attributes = source.groups if source.groups is not None else GROUPS.get(source.channel, ())
    metrics = [metric for metric in ("rating", "satisfaction", "sentiment") if metric in touchpoints.metrics][:1]
    splits = []
    known = touchpoints.n_persons is not None
    for metric in metrics:
        values = np.where(touchpoints.defaults(metric), np.nan, touchpoints.values(metric))
        for attribute in attributes:
            groups = touchpoints.attributes.get(attribute)
            if groups is None or (not named and len(set(groups)) > MOST_LEVELS):
                continue
            found = figures_by_group(touchpoints, values, groups, design, confidence=study.confidence)
            if len(found) > 1 or named:
                rows = figure_rows(found, study.limits, kind="score", persons_known=known)
                splits.append(ChannelSplit(metric=metric, attribute=attribute, share=False, rows=rows))
    if "reopens" in touchpoints.metrics:
        splits += _reopened(study, touchpoints, design)
    return splits


def _reopened(study: Study, touchpoints: TouchpointSet, design: SurveyDesign) -> list[ChannelSplit]:
    """The share of tickets that came back."""
    counts = touchpoints.values("reopens")
    again = np.where(np.isnan(counts), np.nan, (counts > 0).astype(np.float64))
    everybody = np.full(touchpoints.n_records, "all", dtype=object)
    found = figures_by_group(touchpoints, again, everybody, design, share=True, confidence=study.confidence)
    rows = figure_rows(found, study.limits, kind="share", persons_known=touchpoints.n_persons is not None)
    return [ChannelSplit(metric="reopens", attribute="", share=True, rows=rows)] if rows else []


def _comments(study: Study, touchpoints: TouchpointSet, design: SurveyDesign) -> ChannelComments | None:
    rated = [metric for metric in ("rating", "satisfaction") if metric in touchpoints.metrics]
    if "comment" not in touchpoints.metrics or not rated:
        return None
    overall, by_value = comment_shares(touchpoints, rated[0], design, confidence=study.confidence)
    n = int((~np.isnan(touchpoints.values(rated[0]))).sum())
    return ChannelComments(
        metric=rated[0],
        overall=personal_figure(overall, min(n, overall.n), study.limits, kind="share"),
        rows=figure_rows(by_value, study.limits, kind="share", persons_known=touchpoints.n_persons is not None),
    )


def _times(study: Study, touchpoints: TouchpointSet, design: SurveyDesign) -> list[ChannelTime]:
    records = []
    for metric in _metrics(touchpoints, TIMES):
        try:
            found = time_figures(touchpoints, metric, design, confidence=study.confidence)
        except InsufficientDataError:
            continue
        mean = personal_figure(found.mean, found.n_persons, study.limits, kind="score")
        hidden = mean.grade == "suppressed"
        quantiles = {f"{q:g}": None if hidden else value for q, value in found.quantiles.items()}
        records.append(ChannelTime(metric=metric, mean=mean, quantiles=quantiles))
    return records


def _categories(study: Study, touchpoints: TouchpointSet, design: SurveyDesign) -> list[ChannelCategories]:
    records = []
    for metric in _metrics(touchpoints, CATEGORIES):
        codes = touchpoints.codes(metric)
        if not held_in(codes).any():
            continue
        found = category_shares(touchpoints, codes, design, confidence=study.confidence)
        total = sum(entry.n_persons for entry in found)
        if total < study.limits.suppress:
            continue
        records.append(
            ChannelCategories(
                metric=metric,
                rows=figure_rows(
                    found[:MOST_LEVELS], None, kind="share", persons_known=touchpoints.n_persons is not None
                ),
            )
        )
    return records


def overlap_records(channels: list[ReadChannel], limit: int) -> list[ChannelOverlap]:
    """Persons in common, for each pair of channels of a wave; a small number of persons is not shown."""
    records = []
    for wave in dict.fromkeys(channel.wave for channel in channels):
        sets = [(channel.source.code, channel.touchpoints) for channel in channels if channel.wave == wave]
        records += [
            ChannelOverlap(
                first=pair.first,
                second=pair.second,
                wave=wave,
                n_first=pair.n_first,
                n_second=pair.n_second,
                n_both=None if 0 < pair.n_both < limit else pair.n_both,
            )
            for pair in person_overlap(sets)
        ]
    return records
