"""Figures of channels for the results file; the number of persons decides what may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from analysis.results import ChannelFigureRow, Figure
from analysis.suppression import suppress_cells
from satix.steps.figures import figure_of, suppressed_figure

if TYPE_CHECKING:
    from analysis.channel_figures import GroupFigure
    from analysis.figures import Estimate
    from survey.study import Limits

Kind = Literal["score", "share", "rate"]

__all__ = ["figure_rows", "personal_figure"]


def personal_figure(estimate: Estimate, n_persons: int, limits: Limits, *, kind: Kind) -> Figure:
    """A figure judged by the persons behind it, not by their records; its n stays that of the records."""
    if n_persons < limits.suppress:
        return suppressed_figure(kind)
    shown = figure_of(replace(estimate, n=max(estimate.n, n_persons)), limits, kind=kind)
    return shown.model_copy(update={"grade": "indicative"}) if n_persons < limits.indicative else shown


def figure_rows(
    entries: Sequence[GroupFigure],
    limits: Limits | None,
    *,
    kind: Kind,
    persons_known: bool,
    weighted: Mapping[str, float] | None = None,
) -> list[ChannelFigureRow]:
    """Rows of a table. With ``limits`` small groups are withheld, and another where one alone would follow from the
    total; without, the table as a whole was judged already (a distribution)."""
    withheld = [False] * len(entries)
    if limits is not None and entries:
        status = suppress_cells(
            [entry.n_persons for entry in entries],
            suppress_below=limits.suppress,
            indicative_below=limits.indicative,
        )
        withheld = [not shown for shown in status.shown.tolist()]
    rows = []
    for entry, hidden in zip(entries, withheld, strict=True):
        if hidden:
            figure = suppressed_figure(kind)
        elif limits is None:
            figure = _plain(entry.figure, kind)
        else:
            figure = personal_figure(entry.figure, entry.n_persons, limits, kind=kind)
        rows.append(
            ChannelFigureRow(
                group=entry.group,
                label={"en": entry.group, "zh": entry.group},
                figure=figure,
                weighted=None if hidden or weighted is None else weighted.get(entry.group),
                n_records=None if hidden else entry.n_records,
                n_persons=entry.n_persons if persons_known and not hidden else None,
            )
        )
    return rows


def _plain(estimate: Estimate, kind: Kind) -> Figure:
    return Figure(
        kind=kind,
        estimate=estimate.estimate,
        std_error=estimate.std_error,
        lower=estimate.lower,
        upper=estimate.upper,
        n=estimate.n,
        n_effective=estimate.n_effective,
        df=estimate.df,
        interval=estimate.interval,
    )
