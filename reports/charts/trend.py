"""An index over the waves: lines with intervals as bands, breaks where waves cannot be compared."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from reports import theme
from reports.chart_data import TrendData, TrendPoint, TrendSeries
from reports.charts.canvas import SIZE, SMALL, WIDTH, Canvas
from reports.charts.index_intervals import value_range
from reports.charts.legend import Key, draw_legend, legend_height
from reports.charts.rows import axis_title, tick_label
from reports.charts.typesetting import LEADING, set_label, text_width
from reports.labels import Languages
from reports.numbers import format_number, is_absent
from reports.wording import phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOT_HEIGHT = 190.0
LEFT = 44.0

__all__ = ["draw_trend", "joined_waves", "spread"]


def spread(wanted: list[float], *, apart: list[float], low: float, high: float) -> list[float]:
    """Move places (in points) as little as need be so that neighbours keep half their heights apart within the ends."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = list(wanted)
    for _ in range(60):
        for lower, upper in pairwise(order):
            lack = (apart[lower] + apart[upper]) / 2 - (placed[upper] - placed[lower])
            if lack > 0:
                placed[lower] -= lack / 2
                placed[upper] += lack / 2
        for i in order:
            placed[i] = min(max(placed[i], low + apart[i] / 2), high - apart[i] / 2)
    return placed


def joined_waves(points: tuple[TrendPoint, ...]) -> list[list[int]]:
    """Positions of waves that may be joined by a line: cut at breaks and at waves without a figure."""
    runs: list[list[int]] = [[]]
    for position, point in enumerate(points):
        if point.break_before or is_absent(point.estimate):
            runs.append([])
        if not is_absent(point.estimate):
            runs[-1].append(position)
    return [run for run in runs if run]


def _draw_series(axes: Axes, series: TrendSeries, colour: str, shift: float, *, band: bool) -> None:
    for run in joined_waves(series.points):
        xs = [position + shift for position in run]
        chosen = [series.points[position] for position in run]
        ys = [point.estimate or 0.0 for point in chosen]
        sure = [
            (x, p.lower, p.upper)
            for x, p in zip(xs, chosen, strict=True)
            if p.lower is not None and p.upper is not None
        ]
        if band and len(sure) > 1:
            axes.fill_between(
                [x for x, _, _ in sure],
                [low for _, low, _ in sure],
                [up for _, _, up in sure],
                color=colour,
                alpha=0.14,
                linewidth=0,
            )
        else:
            for x, low, up in sure:
                axes.plot([x, x], [low, up], color=colour, linewidth=1.2, alpha=0.6)
        axes.plot(
            xs,
            ys,
            color=colour,
            linewidth=1.8,
            marker="o",
            markersize=5.5,
            markeredgecolor="white",
            markeredgewidth=0.9,
            zorder=3,
        )


def draw_trend(data: TrendData, languages: Languages) -> Canvas:
    """A line per series, named at its right end with its latest figure."""
    waves = [point.wave for point in max((s.points for s in data.series), key=len)]
    latest = [[p for p in series.points if not is_absent(p.estimate)] for series in data.series]
    alone = len(data.series) == 1
    ends = [set_label(series.label, languages, 118.0, SIZE, "Bold") for series in data.series]
    figures = [format_number(known[-1].estimate if known else None, data.of, languages) for known in latest]
    right = (
        22
        + max(max(text_width(line, SIZE, "Bold") for line in end.lines) for end in ends)
        + (0 if alone else max(text_width(figure, SIZE, "Bold") for figure in figures) + 6)
    )
    width = WIDTH - LEFT - right
    step = width / max(len(waves), 1)
    names = [set_label(wave, languages, max(step - 6, 34.0), SMALL) for wave in waves]
    foot = max(len(name.lines) for name in names) * SMALL * LEADING + 12
    keys: list[Key] = []
    if data.target is not None:
        named = (data.target_label or phrase("chart_target")).in_(languages, " ")
        keys.append(
            Key(wording=f"{named} {format_number(data.target, data.of, languages)}", shape="dash", fill=theme.QUIET)
        )
    top = 22 + legend_height(keys, WIDTH)
    canvas = Canvas(top + PLOT_HEIGHT + foot + 4)
    canvas.text(0, 8, axis_title(data.axis, languages), size=SMALL, colour=theme.QUIET)
    draw_legend(canvas, keys, 0, 18, WIDTH)
    axes = canvas.axes(LEFT, top, width, PLOT_HEIGHT)
    everything = [v for s in data.series for p in s.points for v in (p.estimate, p.lower, p.upper)] + [data.target]
    low, high = value_range(everything, share_of_range=0.12, least=8.0 if data.of in {"index", "gap"} else 0.08)
    axes.set_xlim(-0.5, len(waves) - 0.5)
    axes.set_ylim(low, high)
    _value_axis(axes, data, languages)
    for position, name in enumerate(names):
        middle = top + PLOT_HEIGHT + 8 + len(name.lines) * SMALL * LEADING / 2
        canvas.lines(
            LEFT + (position + 0.5) * step,
            middle,
            name.lines,
            size=SMALL,
            second=name.second,
            align="center",
            colour=theme.INK,
        )
    if data.target is not None:
        axes.axhline(data.target, color=theme.QUIET, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1.5)
    breaks = sorted({i for s in data.series for i, p in enumerate(s.points) if p.break_before and i})
    for position in breaks:
        axes.axvline(position - 0.5, color=theme.TONES["warning"].fill, linewidth=1.0, linestyle=(0, (1.5, 2.5)))
        wording = phrase("chart_break").in_(languages, " ")
        canvas.text(
            LEFT + position * step, top - 6, wording, size=SMALL, colour=theme.TONES["warning"].text, align="center"
        )
    offsets = [(i - (len(data.series) - 1) / 2) * min(0.06, 0.3 / len(data.series)) for i in range(len(data.series))]
    for position, (series, offset) in enumerate(zip(data.series, offsets, strict=True)):
        _draw_series(axes, series, theme.SERIES[position % len(theme.SERIES)], offset, band=len(data.series) < 3)
    _print_figures(axes, data, languages)

    def place(value: float) -> float:
        return top + PLOT_HEIGHT * (1 - (value - low) / (high - low))

    wanted = [place(known[-1].estimate or low) if known else top for known in latest]
    apart = [len(end.lines) * SIZE * LEADING + 3 for end in ends]
    middles = spread(wanted, apart=apart, low=top - 8, high=top + PLOT_HEIGHT + 8)
    for position, (end, middle, figure) in enumerate(zip(ends, middles, figures, strict=True)):
        colour = theme.SERIES[position % len(theme.SERIES)]
        start = LEFT + width + 4
        if not alone:
            first = middle - (len(end.lines) - 1) * SIZE * LEADING / 2
            canvas.text(start, first, figure, size=SIZE, colour=colour, bold=True)
            start += max(text_width(other, SIZE, "Bold") for other in figures) + 6
        canvas.lines(start, middle, end.lines, second=end.second, colour=colour, bold=True)
    return canvas


def _value_axis(axes: Axes, data: TrendData, languages: Languages) -> None:
    from matplotlib.ticker import MaxNLocator

    low, high = axes.get_ylim()
    ticks = [t for t in MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high) if low <= t <= high]
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    axes.set_yticks(ticks, labels=[tick_label(float(tick), data.of, languages, float(step)) for tick in ticks])
    axes.set_xticks([])
    axes.grid(visible=True, axis="y", color=theme.RULE, linewidth=0.6)


def _print_figures(axes: Axes, data: TrendData, languages: Languages) -> None:
    """Print every figure of a single line above its dot; with more lines the latest figures at the right must do."""
    if len(data.series) > 1 or len(data.series[0].points) > 14:
        return
    for position, point in enumerate(data.series[0].points):
        if point.estimate is None or is_absent(point.estimate):
            continue
        axes.annotate(
            format_number(point.estimate, data.of, languages),
            (position, point.estimate),
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
            va="baseline",
            fontsize=SMALL,
            color=theme.INK,
            fontweight="bold",
            zorder=4,
        )
