"""Dots with intervals, one row per indicator: where each stands, how sure that is, and its target."""

from __future__ import annotations

from reports import theme
from reports.chart_data import IndexIntervalsData, IndexPoint
from reports.charts.canvas import Canvas
from reports.charts.legend import Key
from reports.charts.rows import by_tone, row_frame, set_value_axis
from reports.labels import Languages
from reports.numbers import format_interval, format_number, is_absent
from reports.wording import phrase

__all__ = ["draw_index_intervals", "in_order", "value_range"]


def value_range(values: list[float | None], *, share_of_range: float = 0.08, least: float = 4.0) -> tuple[float, float]:
    """Axis ends that hold all given values with some air; never narrower than ``least`` (in the unit of the axis)."""
    known = [value for value in values if value is not None and not is_absent(value)]
    if not known:
        return 0.0, least
    low, high = min(known), max(known)
    air = max((high - low) * share_of_range, (least - (high - low)) / 2, least * 0.05)
    return low - air, high + air


def in_order(data: IndexIntervalsData) -> list[IndexPoint]:
    """The points as they are to be read: by estimate from the highest down, those without one last, or as given."""
    if data.order == "given":
        return list(data.points)
    known = [point for point in data.points if not is_absent(point.estimate)]
    return sorted(known, key=lambda point: -(point.estimate or 0.0)) + [p for p in data.points if is_absent(p.estimate)]


def _figure(point: IndexPoint, data: IndexIntervalsData, languages: Languages) -> str:
    estimate = format_number(point.estimate, data.of, languages)
    if is_absent(point.lower) and is_absent(point.upper):
        return estimate
    return f"{estimate}  ({format_interval(point.lower, point.upper, data.of, languages)})"


def draw_index_intervals(data: IndexIntervalsData, languages: Languages) -> Canvas:
    """Dots at the estimates, lines over the intervals, upright marks at the targets."""
    points = in_order(data)
    keys: list[Key] = []
    if any(not is_absent(point.target) for point in points):
        keys.append(Key(wording=phrase("chart_target").in_(languages, " "), shape="|", fill=theme.INK))
    if data.reference is not None:
        named = data.reference_label or phrase("chart_reference")
        figure = format_number(data.reference, data.of, languages)
        keys.append(Key(wording=f"{named.in_(languages, ' ')} {figure}", shape="dash", fill=theme.QUIET))
    frame = row_frame(
        [point.label for point in points],
        languages,
        axis=data.axis,
        figures=[_figure(point, data, languages) for point in points],
        keys=keys,
    )
    unit = 1.0 if data.of in {"index", "gap"} else 0.04 if data.of == "share" else 0.1
    everything = [v for p in points for v in (p.estimate, p.lower, p.upper, p.target)] + [data.reference]
    low, high = value_range(everything, least=10 * unit if data.of in {"index", "gap"} else 5 * unit)
    if data.of == "index":
        low, high = max(low, 0.0), min(high, 100.0)
        low, high = (low - 1.5 if low == 0 else low), (high + 1.5 if high == 100 else high)
    axes = frame.axes
    set_value_axis(axes, low, high, data.of, languages)
    if data.reference is not None:
        axes.axvline(data.reference, color=theme.QUIET, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1.5)
    targets = [
        (point.target, y - 7, point.target, y + 7)
        for point, y in zip(points, frame.middles, strict=True)
        if point.target is not None and not is_absent(point.target)
    ]
    if targets:
        frame.canvas.strokes(axes, targets, colour=theme.INK, width=1.8, zorder=2.5)
    for tone, rows in by_tone(points, frame.middles).items():
        colours = theme.TONES[tone]
        intervals = [
            (point.lower, y, point.upper, y)
            for point, y in rows
            if point.lower is not None and point.upper is not None and not is_absent(point.lower + point.upper)
        ]
        if intervals:
            frame.canvas.strokes(axes, intervals, colour=colours.fill, width=2.2, alpha=0.55, zorder=2)
        known = [
            (point.estimate, y) for point, y in rows if point.estimate is not None and not is_absent(point.estimate)
        ]
        hollow = tone == "uncertain"
        axes.plot(
            [estimate for estimate, _ in known],
            [y for _, y in known],
            linestyle="none",
            marker="o",
            markersize=7,
            markerfacecolor="white" if hollow else colours.fill,
            markeredgecolor=colours.fill if hollow else "white",
            markeredgewidth=1.4 if hollow else 1.0,
            zorder=3,
            clip_on=False,
        )
    return frame.canvas
