"""Outcomes of calls, scores of mystery visits, agreement of coders."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import numpy as np

from analysis.agreement import agreement, cohen_kappa, pairwise_table
from analysis.channel_figures import channel_design
from analysis.mystery_visits import mystery_score, points_mean
from analysis.response_rates import participation_rate, response_rates
from analysis.results import ChannelAgreement, ChannelItem, ChannelRates, ChannelVisits
from satix.steps.channel_figures import personal_figure
from survey.errors import InsufficientDataError
from survey.texts import Text

if TYPE_CHECKING:
    from analysis.agreement import AgreementResult
    from analysis.mystery_visits import MysteryScore
    from satix.steps.channel_sources import ReadChannel
    from survey.study import Study
    from survey.touchpoints import TouchpointSet

__all__ = ["agreement_records", "rate_record", "visit_record"]


def rate_record(channel: ReadChannel, study: Study) -> ChannelRates | None:
    """Outcome rates where the study declares a frame; for calls without one, why not, and the completion rate.

    Channels that draw nobody (reviews, posts ...) have no rates at all.
    """
    frame, counts = channel.source.frame, channel.frame_counts
    if frame is not None and counts is not None:
        result = response_rates(counts, eligible_share=frame.eligible_share)
        rates: dict[str, float | None] = dict(result.rates)
        if not result.all_eligibility_known:
            rates |= {"RR5": None, "RR6": None}
        return ChannelRates(
            reason=None,
            counts={outcome: count for outcome, count in result.counts.items() if count},
            rates=rates,
            eligible_share=result.eligible_share,
            eligible_share_from=result.eligible_share_from,
            all_eligibility_known=result.all_eligibility_known,
            finished=None,
        )
    if "disposition" not in channel.touchpoints.metrics:
        return None
    outcomes = channel.touchpoints.codes("disposition").tolist()
    found = {outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes) if outcome is not None}
    finished = found.get("complete", 0)
    began = finished + found.get("partial", 0)
    share = participation_rate(finished, began, confidence=study.confidence) if began else None
    return ChannelRates(
        reason="no_frame" if frame is None else "several_waves",
        counts=found,
        rates={},
        eligible_share=None,
        eligible_share_from=None,
        all_eligibility_known=False,
        finished=None if share is None else personal_figure(share, share.n, study.limits, kind="rate"),
    )


def agreement_records(touchpoints: TouchpointSet, study: Study) -> list[ChannelAgreement]:
    """Two named coders are compared object by object; ratings by anonymous coders pair by pair, without interval."""
    records = []
    coders = touchpoints.measures["coder"]
    coded = {str(coder) for coder in coders if coder is not None}
    if "visit" in touchpoints.attributes:
        found = _visits_twice(touchpoints, study)
        return [] if found is None else [_agreement("item", found)]
    for metric in touchpoints.metrics:
        rows = touchpoints.rows_of(metric)
        names = sorted({str(coder) for coder in coders[rows] if coder is not None})
        if len(names) < 2:
            continue
        if metric == "rating":
            records += _anonymous(touchpoints, metric)
        elif len(coded) >= 2:
            one, two = (touchpoints.codes(metric, coder=name).tolist() for name in names[:2])
            try:
                records.append(_agreement(metric, agreement(one, two, confidence=study.confidence)))
            except InsufficientDataError:
                continue
    return records


def _agreement(metric: str, found: AgreementResult) -> ChannelAgreement:
    return ChannelAgreement(
        metric=metric,
        kappa_weights=found.kappa_weights,
        n_objects=found.n,
        agreement=found.agreement,
        kappa=found.estimate,
        std_error=found.std_error,
        lower=found.lower,
        upper=found.upper,
    )


def _anonymous(touchpoints: TouchpointSet, metric: str) -> list[ChannelAgreement]:
    rows = touchpoints.rows_of(metric)
    by_record: dict[int, list[float]] = {}
    for record, value in zip(
        touchpoints.measures["record"][rows].tolist(), touchpoints.measures["value_num"][rows].tolist(), strict=True
    ):
        by_record.setdefault(record, []).append(value)
    several = [given for given in by_record.values() if len(given) > 1]
    if not several:
        return []
    low, high = touchpoints.scale_of(metric) or (nan, nan)
    values = sorted({value for given in several for value in given})
    whole = not np.isnan(low) and all(float(value).is_integer() for value in values)
    categories = [float(value) for value in range(int(low), int(high) + 1)] if whole else values
    table = pairwise_table(several, categories)
    records = []
    for kind in ("unweighted", "quadratic"):
        found = cohen_kappa(table, kappa_weights="unweighted" if kind == "unweighted" else "quadratic")
        record = _agreement(metric, found)
        no_interval = {"n_objects": len(several), "std_error": None, "lower": None, "upper": None}
        records.append(record.model_copy(update=no_interval))
    return records


def _visits_twice(touchpoints: TouchpointSet, study: Study) -> AgreementResult | None:
    """Items of visits that two coders coded, (visit, item) by (visit, item)."""
    visits, measures = touchpoints.attributes["visit"], touchpoints.measures
    coded: dict[tuple[str, str], list[str]] = {}
    for record, metric, code in zip(measures["record"], measures["metric_code"], measures["value_code"], strict=True):
        if visits[record] is not None and code is not None and str(metric).startswith("item."):
            coded.setdefault((visits[record], metric), []).append(code)
    pairs = [codes for codes in coded.values() if len(codes) == 2]
    if not pairs:
        return None
    return agreement([one for one, _ in pairs], [two for _, two in pairs], confidence=study.confidence)


def visit_record(channel: ReadChannel, study: Study) -> ChannelVisits | None:
    """Scores of visits; of a visit coded twice the first coder's record counts."""
    touchpoints, source = channel.touchpoints, channel.source
    ids = touchpoints.attributes.get("visit", np.full(touchpoints.n_records, None, dtype=object))
    seen: set[object] = set()
    first = np.zeros(touchpoints.n_records, dtype=np.bool_)
    for place, visit in enumerate(ids):
        first[place] = visit is None or visit not in seen
        seen.add(visit)
    counted = touchpoints.select(first)
    items = sorted(metric for metric in counted.metrics if metric.startswith("item."))
    if not items:
        return None
    scores = _scores(counted, channel)
    n = counted.n_records
    design = channel_design(counted)
    raw = [score.raw for score in scores]
    final = np.array([score.final for score in scores])
    return ChannelVisits(
        n_visits=n,
        n_coded_twice=int((~first).sum()),
        rule=source.critical,
        cap=source.cap,
        score=personal_figure(
            points_mean(final, design, highest=100.0, confidence=study.confidence), n, study.limits, kind="score"
        ),
        raw=None if n < study.limits.suppress or np.isnan(raw).all() else float(np.nanmean(raw)),
        n_critical_failed=sum(bool(score.critical_failed) for score in scores),
        items=[_item(counted, metric, channel, study) for metric in items],
    )


def _scores(counted: TouchpointSet, channel: ReadChannel) -> list[MysteryScore]:
    measures = counted.measures
    items = np.flatnonzero([str(metric).startswith("item.") for metric in measures["metric_code"]])
    ordered = items[np.argsort(measures["record"][items], kind="stable")]
    starts = np.searchsorted(measures["record"][ordered], np.arange(1, counted.n_records))
    return [
        mystery_score(
            measures["value_num"][rows],
            measures["scale_max"][rows],
            critical=measures["critical"][rows],
            rule=channel.source.critical,
            cap=channel.source.cap,
        )
        for rows in np.split(ordered, starts)
    ]


def _item(counted: TouchpointSet, metric: str, channel: ReadChannel, study: Study) -> ChannelItem:
    rows = counted.rows_of(metric)
    measures = counted.measures
    earned, worth = measures["value_num"][rows], measures["scale_max"][rows]
    critical = bool(measures["critical"][rows].any())
    applied = ~np.isnan(earned)
    shares = np.full(counted.n_records, np.nan)
    shares[measures["record"][rows[applied]]] = earned[applied] / worth[applied]
    n = int(applied.sum())
    design = channel_design(counted)
    estimate = points_mean(shares, design, confidence=study.confidence)
    name = metric.removeprefix("item.")
    column = next((c for c in channel.mapping.columns if c.field == "item" and (c.code or c.heading) == name), None)
    label = Text(name)
    if column is not None:
        label = column.label or Text(column.heading)
    return ChannelItem(
        item=name,
        label=label.both(),
        critical=critical,
        n_applied=n,
        n_not_applicable=int((measures["value_code"][rows] == "na").sum()),
        n_failed=int((earned[applied] == 0).sum()),
        share=personal_figure(estimate, n, study.limits, kind="share"),
    )
