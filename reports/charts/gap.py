"""Dumbbells from expectation to perception: how far the service falls short of, or exceeds, what was expected."""

from __future__ import annotations

from reports import theme
from reports.chart_data import GapData, GapPoint
from reports.charts.canvas import Canvas
from reports.charts.index_intervals import value_range
from reports.charts.legend import Key
from reports.charts.rows import row_frame, set_value_axis
from reports.labels import Languages
from reports.numbers import format_number, is_absent

__all__ = ["draw_gap"]


def _gap(point: GapPoint) -> float | None:
    if point.expectation is None or point.perception is None:
        return None
    return point.perception - point.expectation


def draw_gap(data: GapData, languages: Languages) -> Canvas:
    """A hollow diamond for the expectation, a dot for the perception, a line in the colour of the verdict between."""
    frame = row_frame(
        [point.label for point in data.points],
        languages,
        axis=data.axis,
        figures=[format_number(_gap(point), "gap", languages) for point in data.points],
        keys=[
            Key(wording=data.expectation_label.in_(languages, " "), shape="D", fill="white", edge=theme.QUIET),
            Key(wording=data.perception_label.in_(languages, " "), shape="o", fill=theme.INK),
        ],
    )
    axes = frame.axes
    ends = [value for point in data.points for value in (point.expectation, point.perception)]
    low, high = value_range(ends, least=10.0 if data.of == "index" else 1.0)
    set_value_axis(axes, low, high, data.of, languages)
    for point, y in zip(data.points, frame.middles, strict=True):
        colour = theme.TONES[point.tone].fill
        if point.expectation is not None and point.perception is not None:
            axes.plot([point.expectation, point.perception], [y, y], color=colour, linewidth=3.0, alpha=0.5, zorder=2)
        if point.expectation is not None and not is_absent(point.expectation):
            axes.plot(
                [point.expectation],
                [y],
                marker="D",
                markersize=6,
                markerfacecolor="white",
                markeredgecolor=theme.QUIET,
                markeredgewidth=1.3,
                zorder=3,
            )
        if point.perception is not None and not is_absent(point.perception):
            axes.plot([point.perception], [y], marker="o", markersize=7.5, color=colour, zorder=4)
    return frame.canvas
