"""Figures of one channel: ratings with and without automatic ones, by group, comments, times, categories.

Channels are looked at one by one and never pooled. Several records of one person (or order) are a cluster; where the
records are weighted to the make-up of a population, the weighting groups are strata. Intervals are model-based: who
leaves a record chose to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from analysis.design import SurveyDesign, design_mean
from analysis.figures import Estimate, TableDisplay
from analysis.share_intervals import design_share
from survey.errors import InsufficientDataError, Problem, SatixError
from survey.touchpoints import held_in

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from survey.touchpoints import TouchpointSet

    Floats = NDArray[np.float64]
    Objects = NDArray[np.object_]
    Booleans = NDArray[np.bool_]

__all__ = [
    "GroupFigure",
    "PersonOverlap",
    "RatingResult",
    "TimeResult",
    "category_shares",
    "channel_design",
    "comment_shares",
    "count_persons",
    "figures_by_group",
    "person_overlap",
    "population_weights",
    "rating_figures",
    "time_figures",
]

QUANTILES = (0.25, 0.5, 0.75, 0.9, 0.95)
MOST_VALUES = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigure(TableDisplay):
    """A figure for one group, or the share of one value; ``n_records`` and ``n_persons`` have that value or group.

    Small cells are judged by ``n_persons``.
    """

    group: str
    figure: Estimate
    n_records: int
    n_persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingResult(TableDisplay):
    """A rating on its own scale, automatic ratings left out.

    ``with_defaults`` is the mean with them, for comparison only. ``values`` are the shares of the values found, lowest
    first; where there are more than 11 (means of coders, scales to 100) those of the nearest whole value (``≈3``) or
    of fifths of the scale. ``n_persons`` stand behind the ratings counted.
    """

    metric: str
    ends: tuple[float, float] | None
    mean: Estimate
    with_defaults: Estimate
    values: tuple[GroupFigure, ...]
    n_default: int
    n_persons: int

    def to_frame(self) -> pd.DataFrame:
        """One row per value of the scale."""
        import pandas as pd

        rows = [(entry.group, entry.figure.estimate, entry.n_records, entry.n_persons) for entry in self.values]
        return pd.DataFrame(rows, columns=["value", "estimate", "n", "n_persons"])

    def summary(self) -> str:
        """The mean with its interval."""
        m = self.mean
        return f"{self.metric}: {m.estimate:.3f} ({m.lower:.3f} to {m.upper:.3f}; n = {m.n}, {self.n_default} default)"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeResult(TableDisplay):
    """Times or counts: mean, and quantiles of the sample (linear interpolation, type 7 of Hyndman & Fan 1996),
    unweighted."""

    metric: str
    mean: Estimate
    quantiles: Mapping[float, float]
    n_persons: int

    def to_frame(self) -> pd.DataFrame:
        """One row per quantile."""
        import pandas as pd

        return pd.DataFrame({"quantile": list(self.quantiles), "value": list(self.quantiles.values())})


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOverlap(TableDisplay):
    """How many persons two channels have in common, by equal keyed digests."""

    first: str
    second: str
    n_first: int
    n_second: int
    n_both: int


def population_weights(groups: Objects, persons: Objects, population: Mapping[str, float]) -> Floats:
    """Case weights, (n_records,): the population total of a record's group over the persons (or orders) in the group.

    Persons are counted, not records: somebody who wrote twice is one of the population and weighs twice as much as a
    record, which is why records of one person are a cluster. Where a record names nobody it counts as one person.

    Raises
    ------
    SatixError
        Groups among the records have no population total, or records have no group: all of them are listed.
    """
    keys = np.array([place if key is None else key for place, key in enumerate(persons)], dtype=object)
    weights = np.full(len(groups), nan)
    problems: list[Problem] = []
    for group in dict.fromkeys(groups):
        here = groups == group if group is not None else ~held_in(groups)
        if group is None or str(group) not in population:
            fields = {"group": group or "–", "count": int(here.sum())}
            problems.append(Problem(code="survey.channel_weight_group_absent", fields=fields))
        else:
            weights[here] = population[str(group)] / len(set(keys[here]))
    if problems:
        raise SatixError(problems)
    return weights


def channel_design(
    touchpoints: TouchpointSet, *, case_weights: Floats | None = None, strata: Objects | None = None
) -> SurveyDesign:
    """The design of a channel's records: persons (or orders) with several records are clusters."""
    persons = touchpoints.persons()
    keys = np.array([f"record {n}" if key is None else str(key) for n, key in enumerate(persons)], dtype=object)
    clustered = len(set(keys)) < len(keys)
    return (
        SurveyDesign.build(
            case_weights=case_weights,
            strata=None if strata is None else strata.astype(str),
            clusters=keys if clustered else None,
            probability_sample=False,
        )
        if clustered or case_weights is not None or strata is not None
        else SurveyDesign.simple(len(keys))
    )


def count_persons(touchpoints: TouchpointSet, where: Booleans) -> int:
    """Different persons (or orders) behind some records; a record that names nobody counts as one."""
    named = touchpoints.persons()[where]
    held = held_in(named)
    return len(set(named[held])) + int((~held).sum())


def rating_figures(
    touchpoints: TouchpointSet, metric: str, design: SurveyDesign, *, confidence: float = 0.95
) -> RatingResult:
    """Mean and distribution of a rating; automatic ratings are no opinion and stay out.

    Raises
    ------
    InsufficientDataError
        No record carries a rating somebody gave.
    """
    given = touchpoints.values(metric)
    default = touchpoints.defaults(metric)
    values = np.where(default, np.nan, given)
    rated = ~np.isnan(values)
    if not rated.any():
        raise InsufficientDataError.of("analysis.too_few_respondents", found=0, needed=1, what=metric)
    shares = []
    for label, here in _classes(values, touchpoints.scale_of(metric)):
        flags = np.where(rated, here.astype(np.float64), np.nan)
        share = design_share(flags, design, confidence=confidence)
        shares.append(_group(touchpoints, label, share, here))
    return RatingResult(
        metric=metric,
        ends=touchpoints.scale_of(metric),
        mean=design_mean(values, design, confidence=confidence),
        with_defaults=design_mean(given, design, confidence=confidence),
        values=tuple(shares),
        n_default=int((default & ~np.isnan(given)).sum()),
        n_persons=count_persons(touchpoints, rated),
    )


def _group(touchpoints: TouchpointSet, group: str, figure: Estimate, here: Booleans) -> GroupFigure:
    persons = count_persons(touchpoints, here)
    return GroupFigure(group=group, figure=figure, n_records=int(here.sum()), n_persons=persons)


def _classes(values: Floats, ends: tuple[float, float] | None) -> list[tuple[str, Booleans]]:
    """The values of a rating, or classes of them where there are too many for a table, with their records."""
    found = sorted(set(values[~np.isnan(values)].tolist()))
    if len(found) <= MOST_VALUES:
        return [(f"{value:g}", values == value) for value in found]
    low, high = ends or (found[0], found[-1])
    if high - low <= MOST_VALUES:
        nearest = np.floor(values + 0.5)
        return [(f"≈{value:g}", nearest == value) for value in sorted(set(nearest[~np.isnan(values)].tolist()))]
    edges = np.linspace(low, high, 6)
    return [
        (f"{a:g}–{b:g}", (values >= a) & ((values < b) | ((values <= b) & (b == edges[-1]))))
        for a, b in pairwise(edges)
    ]


def figures_by_group(
    touchpoints: TouchpointSet,
    values: Floats,
    groups: Objects,
    design: SurveyDesign,
    *,
    share: bool = False,
    confidence: float = 0.95,
) -> list[GroupFigure]:
    """Means (or, of 0 and 1, shares) of ``values`` (n_records,) by group, largest group first; groups without any
    value are left out."""
    found = []
    for group in dict.fromkeys(group for group in groups if group is not None):
        here = (groups == group) & ~np.isnan(values)
        if not here.any():
            continue
        estimate = design_share if share else design_mean
        figure = estimate(values, design, mask=here, confidence=confidence)
        found.append(_group(touchpoints, str(group), figure, here))
    return sorted(found, key=lambda entry: (-entry.figure.n, entry.group))


def comment_shares(
    touchpoints: TouchpointSet, metric: str, design: SurveyDesign, *, confidence: float = 0.95
) -> tuple[Estimate, list[GroupFigure]]:
    """Share of records with a comment, over all and by value of a rating (lowest first); automatic records left out."""
    values, default = touchpoints.values(metric), touchpoints.defaults(metric)
    wrote = np.where(default, np.nan, held_in(touchpoints.texts("comment")).astype(np.float64))
    groups = np.array([None if np.isnan(v) else f"{v:g}" for v in values], dtype=object)
    by_value = figures_by_group(touchpoints, wrote, groups, design, share=True, confidence=confidence)
    everybody = design_share(wrote, design, confidence=confidence)
    return everybody, sorted(by_value, key=lambda entry: float(entry.group))


def time_figures(
    touchpoints: TouchpointSet, metric: str, design: SurveyDesign, *, confidence: float = 0.95
) -> TimeResult:
    """Mean and quantiles of a time or count.

    Raises
    ------
    InsufficientDataError
        No record carries the metric.
    """
    values = touchpoints.values(metric)
    known = ~np.isnan(values)
    if not known.any():
        raise InsufficientDataError.of("analysis.too_few_respondents", found=0, needed=1, what=metric)
    return TimeResult(
        metric=metric,
        mean=design_mean(values, design, confidence=confidence),
        quantiles={q: float(np.quantile(values[known], q)) for q in QUANTILES},
        n_persons=count_persons(touchpoints, known),
    )


def category_shares(
    touchpoints: TouchpointSet, codes: Objects, design: SurveyDesign, *, confidence: float = 0.95
) -> list[GroupFigure]:
    """Shares of codes among the records that have one, most frequent first."""
    coded = held_in(codes)
    found = []
    for code in dict.fromkeys(codes[coded]):
        flags = np.where(coded, (codes == code).astype(np.float64), np.nan)
        figure = design_share(flags, design, confidence=confidence)
        found.append(_group(touchpoints, str(code), figure, codes == code))
    return sorted(found, key=lambda entry: (-entry.figure.estimate, entry.group))


def person_overlap(channels: Sequence[tuple[str, TouchpointSet]]) -> list[PersonOverlap]:
    """Persons in common for each pair of channels that name persons; digests must come from one key."""
    keyed = []
    for name, touchpoints in channels:
        keys = touchpoints.records["respondent_key"]
        named = set(keys[held_in(keys)])
        if named:
            keyed.append((name, named))
    return [
        PersonOverlap(first=one, second=two, n_first=len(a), n_second=len(b), n_both=len(a & b))
        for place, (one, a) in enumerate(keyed)
        for two, b in keyed[place + 1 :]
    ]
