"""Tables of figures that come ready made: key figures and aggregated shares, as their files give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.results import ChannelAggregate, ChannelKpi
from survey.channels.periods import chronological

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.touchpoints import TouchpointSet

__all__ = ["aggregate_records", "kpi_records"]


def kpi_records(touchpoints: TouchpointSet) -> list[ChannelKpi]:
    """Each figure (and unit of the organisation) for its latest period, the one before, and the target.

    Periods are ordered as :func:`survey.channels.periods.chronological` says; rows of the same figure, unit and period:
    the last one counts.
    """
    periods, entities, units = (_attribute(touchpoints, name) for name in ("period", "entity", "unit"))
    records = []
    for metric in sorted(metric for metric in touchpoints.metrics if metric.startswith("kpi.")):
        name = metric.removeprefix("kpi.")
        values, targets = touchpoints.values(metric), touchpoints.values(f"target.{name}")
        for entity in dict.fromkeys(entities):
            here = [place for place in np.flatnonzero(~np.isnan(values)) if entities[place] == entity]
            by_period = {periods[place] or "": int(place) for place in here}
            if not by_period:
                continue
            dated, _ = chronological([text for text in by_period if text])
            ordered = [(text, by_period[text]) for text in (*([""] if "" in by_period else []), *dated)]
            period, last = ordered[-1]
            before = ordered[-2] if len(ordered) > 1 else None
            records.append(
                ChannelKpi(
                    kpi=name,
                    entity=entity,
                    period=period or None,
                    value=float(values[last]),
                    previous_period=before[0] or None if before else None,
                    previous=float(values[before[1]]) if before else None,
                    target=float(targets[last]),
                    unit=None if units[last] is None else str(units[last]),
                )
            )
    return records


def aggregate_records(touchpoints: TouchpointSet) -> list[ChannelAggregate]:
    """Each measure and period in the order of the file; where several units report, their unweighted mean and range."""
    periods, measures = _attribute(touchpoints, "period"), _attribute(touchpoints, "measure")
    columns = {name: touchpoints.values(name) for name in ("bottom", "middle", "top", "response_rate", "completes")}
    places: dict[tuple[str | None, str | None], list[int]] = {}
    for place, key in enumerate(zip(measures, periods, strict=True)):
        places.setdefault(key, []).append(place)
    records = []
    for (measure, period), rows in places.items():
        top, completes = columns["top"][rows], columns["completes"][rows]
        records.append(
            ChannelAggregate(
                measure=measure,
                period=period,
                n_rows=len(rows),
                bottom=_mean(columns["bottom"][rows]),
                middle=_mean(columns["middle"][rows]),
                top=_mean(top),
                lowest_top=None if np.isnan(top).all() else float(np.nanmin(top)),
                highest_top=None if np.isnan(top).all() else float(np.nanmax(top)),
                response_rate=_mean(columns["response_rate"][rows]),
                completes=None if np.isnan(completes).any() else int(completes.sum()),
            )
        )
    return records


def _attribute(touchpoints: TouchpointSet, name: str) -> NDArray[np.object_]:
    return touchpoints.attributes.get(name, np.full(touchpoints.n_records, None, dtype=object))


def _mean(values: NDArray[np.float64]) -> float | None:
    return None if np.isnan(values).all() else float(np.nanmean(values))
