"""The native importance-performance grid: a scatter with a name at every point, axes crossing at the centre."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from reports import theme
from reports.chart_data import IpaData, IpaPoint
from reports.charts.ipa import TONE_OF
from reports.charts.placement import Box
from reports.document import Chart, Label
from reports.labels import NumberKind
from reports.numbers import is_absent
from reports.renderers.workbook.chart_sheet import ChartSheet
from reports.renderers.workbook.formats import Formats
from reports.renderers.workbook.measure import display_width
from reports.renderers.workbook.native_look import (
    NativeChart,
    add_chart,
    axis,
    dress,
    font,
    line_of,
    nice_step,
    one_line,
)
from reports.wording import phrase

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

Side = Literal["right", "left", "above", "below"]
MOST_NAMED = 16
HEIGHT = 560
PLOT = (700.0, 420.0)  # pixels the plotting area comes to, near enough to tell which names would collide
LETTER = 5.6  # pixels a unit of width takes at the size of the names

__all__ = ["ipa_chart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Points that look alike and carry their names on the same side: one series of the chart."""

    label: Label
    colour: str
    hollow: bool
    side: Side
    points: tuple[IpaPoint, ...]
    in_legend: bool


def _point_name(point: IpaPoint, formats: Formats, n_points: int) -> str:
    """The name printed at a point: its label in the first language, its code where points are many."""
    return point.label.get(formats.languages[0]) if n_points <= MOST_NAMED else point.code


def _name_sides(
    points: tuple[IpaPoint, ...],
    names: list[str],
    across: tuple[float, float, float],
    upwards: tuple[float, float, float],
) -> list[Side]:
    """The side of each point on which its name hides least: Excel knows just these four."""
    places = [
        (
            (point.importance - across[0]) / (across[1] - across[0]) * PLOT[0],
            (upwards[1] - point.performance) / (upwards[1] - upwards[0]) * PLOT[1],
        )
        for point in points
    ]
    taken = [Box(x - 6, y - 6, x + 6, y + 6) for x, y in places]
    chosen: list[Side] = []
    for (x, y), name in zip(places, names, strict=True):
        width, half = display_width(name) * LETTER, 8.0
        options: dict[Side, Box] = {
            "right": Box(x + 7, y - half, x + 7 + width, y + half),
            "left": Box(x - 7 - width, y - half, x - 7, y + half),
            "above": Box(x - width / 2, y - 7 - 2 * half, x + width / 2, y - 7),
            "below": Box(x - width / 2, y + 7, x + width / 2, y + 7 + 2 * half),
        }
        hidden = {
            side: sum(box.overlap(other) for other in taken) + 20 * max(0.0, -box.left, box.right - PLOT[0])
            for side, box in options.items()
        }
        best = min(options, key=lambda side: hidden[side])
        chosen.append(best)
        taken.append(options[best])
    return chosen


def _groups(data: IpaData, sides: list[Side]) -> list[_Group]:
    """The series of the chart: by field and side of the name, unsettled points apart."""
    looks = [(label, theme.TONES[TONE_OF[quadrant]].fill, False, quadrant) for quadrant, label in data.quadrants]
    found: list[_Group] = []
    for label, colour, hollow, quadrant in [*looks, (phrase("chart_undecided"), theme.QUIET, True, None)]:
        alike = [
            (point, side)
            for point, side in zip(data.points, sides, strict=True)
            if (point.uncertain if hollow else point.quadrant == quadrant and not point.uncertain)
        ]
        for position, side in enumerate(sorted({side for _, side in alike})):
            found.append(
                _Group(
                    label=label,
                    colour=colour,
                    hollow=hollow,
                    side=side,
                    points=tuple(point for point, own in alike if own == side),
                    in_legend=position == 0,
                )
            )
    return found


def _less(one: float | None, other: float | None) -> float:
    return 0.0 if one is None or other is None else one - other


def _ends(values: list[float], centre: float, kind: NumberKind) -> tuple[float, float, float]:
    """Low and high end of an axis and the step between its numbers, with room for names around the points.

    An index axis never passes 0 or 100.
    """
    low, high = min([*values, centre]), max([*values, centre])
    air = (high - low) * 0.12 or max(abs(high) * 0.1, 1e-6)
    step = nice_step((high - low + 2 * air) / 6)
    ends = math.floor((low - air) / step) * step, math.ceil((high + air) / step) * step
    return (max(ends[0], 0.0), min(ends[1], 100.0), step) if kind == "index" else (*ends, step)


def _error_bars(below: str, above: str) -> dict[str, Any]:
    return {
        "type": "custom",
        "minus_values": below,
        "plus_values": above,
        "line": line_of("#C3CAD1", width=0.75),
        "end_style": 0,
    }


def ipa_chart(workbook: Workbook, source: Chart, data: IpaData, sheet: ChartSheet) -> NativeChart:
    """Dots coloured by field, pale with a dark edge where the field is not settled; thin lines over both intervals
    where there is room (the table beside the chart has them all)."""
    formats = sheet.formats
    ends_x = [v for p in data.points for v in (p.importance, p.importance_lower, p.importance_upper) if v is not None]
    ends_y = [
        v for p in data.points for v in (p.performance, p.performance_lower, p.performance_upper) if v is not None
    ]
    across = _ends(ends_x, data.centre_importance, data.importance_of)
    upwards = _ends(ends_y, data.centre_performance, data.performance_of)
    crowded = len(data.points) > MOST_NAMED
    printed = [_point_name(point, formats, len(data.points)) for point in data.points]
    groups = _groups(data, _name_sides(data.points, printed, across, upwards))
    ordered = [point for group in groups for point in group.points]
    names = [f"{point.code} {one_line(point.label, formats)}" for point in ordered]
    columns = [
        [point.importance for point in ordered],
        [point.performance for point in ordered],
        [_less(point.importance, point.importance_lower) for point in ordered],
        [_less(point.importance_upper, point.importance) for point in ordered],
        [_less(point.performance, point.performance_lower) for point in ordered],
        [_less(point.performance_upper, point.performance) for point in ordered],
    ]
    sides = [phrase("chart_below"), phrase("chart_above")]
    written = sheet.write(source, [data.importance_axis, data.performance_axis, *sides, *sides], names, columns)
    chart = add_chart(workbook, "scatter")
    start = 0
    for group in groups:
        rows = (start, start + len(group.points) - 1)
        look: dict[str, Any] = {
            "name": one_line(group.label, formats),
            "categories": written.cells(1, *rows),
            "values": written.cells(2, *rows),
            "marker": {
                "type": "circle",
                "size": 7 if crowded else 9,
                "fill": {"color": theme.RULE if group.hollow else group.colour},
                "border": {"color": group.colour if group.hollow else "#FFFFFF", "width": 1.25},
            },
            "data_labels": {
                "value": True,
                "position": group.side,
                "font": font(formats, size=8),
                "custom": [
                    {"value": _point_name(point, formats, len(ordered)), "font": font(formats, size=8)}
                    for point in group.points
                ],
            },
        }
        if not crowded and any(not is_absent(point.importance_lower) for point in group.points):
            look["x_error_bars"] = _error_bars(written.formula(3, *rows), written.formula(4, *rows))
        if not crowded and any(not is_absent(point.performance_lower) for point in group.points):
            look["y_error_bars"] = _error_bars(written.formula(5, *rows), written.formula(6, *rows))
        chart.add_series(look)
        start += len(group.points)
    hidden = [number for number, group in enumerate(groups) if not group.in_legend]
    dress(chart, source, formats, legend="bottom", hidden=hidden)
    _set_cross(chart, data, sheet, across, upwards)
    return NativeChart(chart=chart, height=HEIGHT)


def _set_cross(
    chart: Any,
    data: IpaData,
    sheet: ChartSheet,
    across: tuple[float, float, float],
    upwards: tuple[float, float, float],
) -> None:
    """Axes through the centre of the grid, their numbers at the edges."""
    for setter, label, kind, centre, ends in (
        (chart.set_x_axis, data.importance_axis, data.importance_of, data.centre_importance, across),
        (chart.set_y_axis, data.performance_axis, data.performance_of, data.centre_performance, upwards),
    ):
        low, high, step = ends
        shown = step * 100 if kind == "share" else step
        decimals = next((places for places in range(4) if abs(round(shown, places) - shown) < 1e-9), 4)
        look = axis(label, sheet.formats, kind, low=low, high=high, decimals=decimals)
        look |= {
            "major_gridlines": {"visible": False},
            "line": line_of(theme.QUIET, width=1.25),
            "crossing": centre,
            "major_unit": step,
            "label_position": "low",
        }
        setter(look)
