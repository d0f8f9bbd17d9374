"""Changes since the last wave as bars either side of zero, with intervals and the change that could have been seen."""

from __future__ import annotations

from reports import theme
from reports.chart_data import ChangeData, ChangePoint
from reports.charts.canvas import Canvas
from reports.charts.index_intervals import value_range
from reports.charts.legend import Key
from reports.charts.rows import by_tone, row_frame, set_value_axis
from reports.labels import Languages
from reports.numbers import format_interval, format_number, is_absent

BAR_HEIGHT = 10.0

__all__ = ["draw_change"]


def _figure(point: ChangePoint, data: ChangeData, languages: Languages) -> str:
    estimate = format_number(point.estimate, data.of, languages)
    if is_absent(point.lower) and is_absent(point.upper):
        return estimate
    return f"{estimate}  ({format_interval(point.lower, point.upper, data.of, languages)})"


def draw_change(data: ChangeData, languages: Languages) -> Canvas:
    """A bar per change in the colour of its verdict; brackets at plus and minus the minimum detectable change."""
    keys: list[Key] = []
    if any(point.detectable is not None for point in data.points):
        keys.append(Key(wording="±  " + data.detectable_label.in_(languages, " "), shape="|", fill=theme.QUIET))
    frame = row_frame(
        [point.label for point in data.points],
        languages,
        axis=data.axis,
        figures=[_figure(point, data, languages) for point in data.points],
        keys=keys,
    )
    ends = [value for p in data.points for value in (p.estimate, p.lower, p.upper)]
    marks = [sign * p.detectable for p in data.points if p.detectable is not None for sign in (-1, 1)]
    low, high = value_range([*ends, *marks, 0.0], least=2.0 if data.of in {"gap", "index"} else 0.02)
    axes = frame.axes
    set_value_axis(axes, low, high, data.of, languages)
    axes.axvline(0.0, color=theme.QUIET, linewidth=1.0, zorder=2.5)
    for tone, rows in by_tone(data.points, frame.middles).items():
        colours = theme.TONES[tone]
        bars = [
            (0.0, y, point.estimate, BAR_HEIGHT)
            for point, y in rows
            if point.estimate is not None and not is_absent(point.estimate)
        ]
        fill = colours.tint if tone in {"uncertain", "muted"} else colours.fill
        if bars:
            frame.canvas.bars(axes, bars, fill=fill, edgecolors=colours.fill, linewidths=0.9, zorder=2)
    intervals = [
        (point.lower, y, point.upper, y)
        for point, y in zip(data.points, frame.middles, strict=True)
        if point.lower is not None and point.upper is not None and not is_absent(point.lower + point.upper)
    ]
    if intervals:
        frame.canvas.strokes(axes, intervals, colour=theme.INK, width=1.1, zorder=3)
    brackets = [
        (sign * point.detectable, y - 7, sign * point.detectable, y + 7)
        for point, y in zip(data.points, frame.middles, strict=True)
        if point.detectable is not None and not is_absent(point.detectable)
        for sign in (-1, 1)
    ]
    if brackets:
        frame.canvas.strokes(axes, brackets, colour=theme.QUIET, width=1.4, zorder=2.2)
    return frame.canvas
