"""Read the channels of a study: records, orders they join, weights and frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from satix.identity_key import identity_key
from satix.project import Project
from survey.errors import Place, Problem, ResponseImportError, SatixError, StudyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from survey.channel_sources import ChannelSource
    from survey.channels.mapping import ChannelMapping
    from survey.channels.orders import OrderTable
    from survey.channels.report import ChannelReport
    from survey.touchpoints import TouchpointSet

__all__ = ["ReadChannel", "read_channels"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadChannel:
    """One channel's records of one wave (None: no wave is named), with what figures need beside them.

    ``weights`` (n_records,) and ``strata`` are None where the channel is not weighted, ``frame_counts`` None where
    there is no frame; ``n_orders`` is the size of the joined orders file, ``n_orders_met`` how many of its orders the
    records name.
    """

    source: ChannelSource
    mapping: ChannelMapping
    wave: str | None
    touchpoints: TouchpointSet
    report: ChannelReport
    weights: NDArray[np.float64] | None
    strata: NDArray[np.object_] | None
    frame_counts: dict[str, int] | None
    n_orders: int | None
    n_orders_met: int | None
    warnings: tuple[Problem, ...]


def read_channels(project: Project, *, key: Callable[[Project], bytes] = identity_key) -> list[ReadChannel]:
    """Read every channel the study names; every fault of every file is reported at once.

    ``key`` gives the key of the digests; it is asked only where some file names persons, orders or records. Records of
    persons the study has erased are left out.

    Raises
    ------
    ResponseImportError
        Files cannot be read, cells hold what nothing declares, weights do not cover the records ...: all of them.
    """
    from satix.erasure import erased_respondents
    from survey.channels.read import holds_ids

    secret: bytes | None = None
    if not project.study.channels:
        return []
    erased = erased_respondents(project)
    if any(holds_ids(mapping) for mapping in project.channel_mappings.values()):
        secret = key(project)
    found: list[ReadChannel] = []
    problems: list[Problem] = []
    for source in project.study.channels:
        try:
            found += _read_one(project, source, secret, erased)
        except SatixError as error:
            problems.extend(error.problems)
    if problems:
        raise ResponseImportError(problems)
    order = {wave.wave: place for place, wave in enumerate(project.study.waves)}
    return sorted(found, key=lambda channel: order.get(channel.wave or "", -1))


def _read_one(project: Project, source: ChannelSource, key: bytes | None, erased: frozenset[str]) -> list[ReadChannel]:
    from survey.channels.read import read_channel, read_order_table

    warnings: tuple[Problem, ...] = ()
    orders: OrderTable | None = None
    if source.orders is not None:
        mapping = project.channel_mappings[source.orders.mapping]
        orders, warnings = read_order_table(project.folder / source.orders.file, mapping, key=key or b"")
    waves = [wave.wave for wave in project.study.waves]
    read = read_channel(
        project.folder / source.file,
        project.channel_mappings[source.mapping],
        key=key,
        source_name=source.file,
        wave=source.wave or (waves[0] if len(waves) == 1 else None),
        orders=orders,
        repeated_ids=source.repeated_ids,
        erased=erased,
    )
    touchpoints = read.touchpoints
    _check_attributes(project, source, touchpoints)
    present = list(dict.fromkeys(touchpoints.records["wave"]))
    unknown = sorted(str(wave) for wave in present if wave is not None and wave not in waves)
    if unknown:
        place = Place(file=source.file)
        raise StudyError(
            [
                Problem(
                    code="survey.unknown_wave",
                    place=place,
                    fields={"owner": source.file, "code": wave, "known": ", ".join(waves)},
                )
                for wave in unknown
            ]
        )
    counts = _frame_counts(project, source, touchpoints, key)
    parts = []
    for wave in present:
        here = touchpoints.records["wave"] == wave
        part = touchpoints if len(present) == 1 else touchpoints.select(here)
        weights, strata = _weights(source, part)
        parts.append(
            ReadChannel(
                source=source,
                mapping=project.channel_mappings[source.mapping],
                wave=wave,
                touchpoints=part,
                report=read.report,
                weights=weights,
                strata=strata,
                frame_counts=counts if len(present) == 1 else None,
                n_orders=None if orders is None else orders.n,
                n_orders_met=None if orders is None else _orders_met(orders, part),
                warnings=(*warnings, *read.report.warnings),
            )
        )
    return parts


def _orders_met(orders: OrderTable, touchpoints: TouchpointSet) -> int:
    """How many orders of the orders file have a record; orders the file does not hold are left aside."""
    records = touchpoints.records
    named = records["entity_id"][records["entity_type"] == "order"]
    return len(orders.index.keys() & {entity for entity in named if entity is not None})


def _check_attributes(project: Project, source: ChannelSource, touchpoints: TouchpointSet) -> None:
    """Groups and weights name attributes the records have."""
    wanted = [*(source.groups or ()), *([source.weights.by] if source.weights is not None else [])]
    known = ", ".join(touchpoints.attributes) or "–"
    problems = [
        Problem(
            code="satix.channel_attribute_unknown",
            place=Place(file=project.file.name),
            fields={"file": source.file, "attribute": name, "known": known},
        )
        for name in dict.fromkeys(wanted)
        if name not in touchpoints.attributes
    ]
    if problems:
        raise StudyError(problems)


def _weights(
    source: ChannelSource, touchpoints: TouchpointSet
) -> tuple[NDArray[np.float64] | None, NDArray[np.object_] | None]:
    """Weights by the declared population, else those of a weight column, else none."""
    import numpy as np

    from analysis.channel_figures import population_weights
    from survey.touchpoints import held_in

    if source.weights is not None:
        groups = touchpoints.attributes[source.weights.by]
        orders = np.where(touchpoints.records["entity_type"] == "order", touchpoints.records["entity_id"], "")
        counted = orders if (orders != "").all() and held_in(orders).all() else touchpoints.persons()
        try:
            return population_weights(groups, counted, source.weights.population), groups
        except SatixError as error:
            raise StudyError(
                [Problem(code=p.code, place=Place(file=source.file), fields=p.fields) for p in error.problems]
            ) from None
    weights = touchpoints.records["weight"]
    if np.isnan(weights).all():
        return None, None
    if np.isnan(weights).any():
        found = int(np.isnan(weights).sum())
        place = Place(file=source.file)
        raise StudyError.of("satix.design_column_incomplete", place, column="weight", found=found)
    return weights, None


def _frame_counts(
    project: Project, source: ChannelSource, touchpoints: TouchpointSet, key: bytes | None
) -> dict[str, int] | None:
    """Cases by outcome: of the channel's own list, of another list, and those declared."""
    from survey.channels.read import read_channel

    frame = source.frame
    if frame is None:
        return None
    counts: dict[str, int] = {str(outcome): count for outcome, count in frame.counts.items()}
    lists = [touchpoints] if frame.listed else []
    if frame.file is not None and frame.mapping is not None:
        mapping = project.channel_mappings[frame.mapping]
        lists.append(read_channel(project.folder / frame.file, mapping, key=key).touchpoints)
    for listed in lists:
        outcomes = [outcome for outcome in listed.codes("disposition") if outcome is not None]
        if not outcomes:
            raise StudyError.of("satix.channel_frame_without_outcomes", Place(file=source.file))
        for outcome in outcomes:
            counts[outcome] = counts.get(outcome, 0) + 1
    return counts
