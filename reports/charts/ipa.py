"""The importance-performance grid: what to keep, what to mend first, and where the intervals leave it open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reports import theme
from reports.chart_data import IpaData, IpaPoint, Quadrant
from reports.charts.canvas import SMALL, WIDTH, Canvas
from reports.charts.index_intervals import value_range
from reports.charts.legend import Key, draw_legend, legend_height
from reports.charts.placement import Box, PlacedName, place_names
from reports.charts.rows import axis_title, set_value_axis, tick_label
from reports.charts.typesetting import LEADING, SetLabel, set_label, text_width, wrap
from reports.labels import Languages, Tone
from reports.wording import phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOT_HEIGHT = 380.0
LEFT = 46.0
NAME_WIDTH = 104.0
MOST_NAMES = 24
TONE_OF: dict[Quadrant, Tone] = {
    "keep_up": "good",
    "concentrate": "bad",
    "low_priority": "neutral",
    "overkill": "warning",
}

__all__ = ["TONE_OF", "draw_ipa"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plane:
    """From figures to points on the canvas."""

    low_x: float
    high_x: float
    low_y: float
    high_y: float
    top: float

    def x(self, value: float) -> float:
        return LEFT + (WIDTH - LEFT - 6) * (value - self.low_x) / (self.high_x - self.low_x)

    def y(self, value: float) -> float:
        return self.top + PLOT_HEIGHT * (1 - (value - self.low_y) / (self.high_y - self.low_y))

    @property
    def box(self) -> Box:
        return Box(LEFT, self.top, WIDTH - 6, self.top + PLOT_HEIGHT)


def _plane(data: IpaData, top: float) -> _Plane:
    xs = [v for p in data.points for v in (p.importance, p.importance_lower, p.importance_upper)]
    ys = [v for p in data.points for v in (p.performance, p.performance_lower, p.performance_upper)]
    span_x = max([p.importance for p in data.points], default=1.0) - min(
        [p.importance for p in data.points], default=0.0
    )
    low_x, high_x = value_range([*xs, data.centre_importance], share_of_range=0.14, least=max(span_x * 0.3, 1e-6))
    low_y, high_y = value_range([*ys, data.centre_performance], share_of_range=0.14, least=1e-6)
    return _Plane(low_x=low_x, high_x=high_x, low_y=low_y, high_y=high_y, top=top)


def _intervals(point: IpaPoint, plane: _Plane) -> list[tuple[float, float, float, float]]:
    x, y = plane.x(point.importance), plane.y(point.performance)
    found: list[tuple[float, float, float, float]] = []
    if point.importance_lower is not None and point.importance_upper is not None:
        found.append((plane.x(point.importance_lower), y, plane.x(point.importance_upper), y))
    if point.performance_lower is not None and point.performance_upper is not None:
        found.append((x, plane.y(point.performance_upper), x, plane.y(point.performance_lower)))
    return found


def _quadrant_boxes(data: IpaData, plane: _Plane, languages: Languages, canvas: Canvas | None) -> list[Box]:
    """Where the names of the four fields stand; drawn as well when a canvas is given."""
    found: list[Box] = []
    box = plane.box
    for quadrant, label in data.quadrants:
        right = quadrant in {"keep_up", "concentrate"}
        upper = quadrant in {"keep_up", "overkill"}
        name = label.in_(languages, "  ")
        width = text_width(name, SMALL, "Bold")
        middle = box.top + 11 if upper else box.bottom - 11
        x = box.right - 8 if right else box.left + 8
        found.append(Box(x - width if right else x, middle - 6, x if right else x + width, middle + 6))
        if canvas is not None:
            tone = theme.TONES[TONE_OF[quadrant]]
            canvas.text(x, middle, name, size=SMALL, colour=tone.text, bold=True, align="right" if right else "left")
    return found


def _ground(axes: Axes, data: IpaData, plane: _Plane) -> None:
    from matplotlib.patches import Rectangle

    for quadrant, _ in data.quadrants:
        right = quadrant in {"keep_up", "concentrate"}
        upper = quadrant in {"keep_up", "overkill"}
        x0, x1 = (data.centre_importance, plane.high_x) if right else (plane.low_x, data.centre_importance)
        y0, y1 = (data.centre_performance, plane.high_y) if upper else (plane.low_y, data.centre_performance)
        tint = theme.mix(theme.TONES[TONE_OF[quadrant]].tint, "#FFFFFF", 0.45)
        axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, facecolor=tint, edgecolor="none", zorder=0))


def _names(data: IpaData, plane: _Plane, languages: Languages) -> tuple[list[PlacedName], list[SetLabel]]:
    """Full names where they fit without hiding anything, otherwise the codes (their key is set below the grid)."""
    places = [(plane.x(point.importance), plane.y(point.performance)) for point in data.points]
    lines_of = [_interval_box(line) for point in data.points for line in _intervals(point, plane)]
    centre_x, centre_y = plane.x(data.centre_importance), plane.y(data.centre_performance)
    cross = [
        Box(centre_x - 1, plane.box.top, centre_x + 1, plane.box.bottom),
        Box(plane.box.left, centre_y - 1, plane.box.right, centre_y + 1),
    ]
    fields = _quadrant_boxes(data, plane, languages, None)
    avoid = [*((box, 1.0) for box in [*lines_of, *cross]), *((box.grown(2), 1.0) for box in fields)]
    full = [set_label(point.label, languages, NAME_WIDTH, SMALL) for point in data.points]
    codes = [SetLabel(lines=[point.code], second=None) for point in data.points]
    for names in (full, codes):
        sizes = [
            (max(text_width(line, SMALL) for line in name.lines) + 2, len(name.lines) * SMALL * LEADING)
            for name in names
        ]
        placed = place_names(places, sizes, avoid=avoid, within=plane.box.grown(-3))
        if len(data.points) <= MOST_NAMES and all(place.clash <= 0 for place in placed):
            return placed, names
    return placed, codes


def _interval_box(line: tuple[float, float, float, float]) -> Box:
    x0, y0, x1, y1 = line
    return Box(x0 - 0.8, y0 - 0.8, x1 + 0.8, y1 + 0.8)


def _code_key(canvas: Canvas, data: IpaData, languages: Languages, top: float, code_width: float) -> None:
    column = WIDTH / 2
    y = top
    for start in range(0, len(data.points), 2):
        pair = data.points[start : start + 2]
        groups = [_key_lines(point, languages, column - code_width - 18) for point in pair]
        height = max(len(group) for group in groups) * SMALL * LEADING + 3
        for position, (point, group) in enumerate(zip(pair, groups, strict=True)):
            canvas.text(position * column, y + 6, point.code, size=SMALL, bold=True)
            canvas.lines(
                position * column + code_width + 8,
                y + 6 + (len(group) - 1) * SMALL * LEADING / 2,
                group,
                size=SMALL,
                colour=theme.QUIET,
            )
        y += height


def _key_lines(point: IpaPoint, languages: Languages, width: float) -> list[str]:
    return wrap(point.label.in_(languages, "  "), width, SMALL, max_lines=3)


def _key_height(data: IpaData, languages: Languages, code_width: float) -> float:
    width = WIDTH / 2 - code_width - 18
    tall = [len(_key_lines(point, languages, width)) for point in data.points]
    return sum(max(tall[i : i + 2]) * SMALL * LEADING + 3 for i in range(0, len(tall), 2)) + 8


def draw_ipa(data: IpaData, languages: Languages) -> Canvas:
    """Dots coloured by field, hollow and grey where the intervals do not settle the field; lines over the intervals."""
    keys: list[Key] = []
    if any(point.uncertain for point in data.points):
        keys = [
            Key(wording=phrase("chart_settled").in_(languages, "  "), shape="o", fill=theme.INK),
            Key(wording=phrase("chart_undecided").in_(languages, "  "), shape="o", fill="white", edge=theme.QUIET),
        ]
    top = 22 + legend_height(keys, WIDTH)
    plane = _plane(data, top)
    placed, names = _names(data, plane, languages)
    by_code = all(name.lines == [point.code] for name, point in zip(names, data.points, strict=True)) and any(
        point.label.in_(languages) != point.code for point in data.points
    )
    code_width = max((text_width(point.code, SMALL, "Bold") for point in data.points), default=0.0)
    foot = top + PLOT_HEIGHT + 42
    canvas = Canvas(foot + (_key_height(data, languages, code_width) if by_code else 0))
    canvas.text(0, 8, f"↑ {axis_title(data.performance_axis, languages)}", size=SMALL, colour=theme.QUIET)
    draw_legend(canvas, keys, 0, 18, WIDTH)
    axes = canvas.axes(LEFT, top, WIDTH - LEFT - 6, PLOT_HEIGHT)
    _axes(axes, data, plane, languages)
    _ground(axes, data, plane)
    title = f"{axis_title(data.importance_axis, languages)} →"
    canvas.text(WIDTH - 6, top + PLOT_HEIGHT + 29, title, size=SMALL, colour=theme.QUIET, align="right")
    _quadrant_boxes(data, plane, languages, canvas)
    for point in data.points:
        for x0, y0, x1, y1 in _intervals(point, plane):
            canvas.line(x0, y0, x1, y1, colour="#A9B2BA", width=0.9)
    for point, place, name in zip(data.points, placed, names, strict=True):
        tone = theme.TONES[TONE_OF[point.quadrant]]
        x, y = plane.x(point.importance), plane.y(point.performance)
        if place.leader is not None:
            canvas.line(*place.leader, colour="#7A858F", width=0.6)
        fill, edge = ("white", theme.QUIET) if point.uncertain else (tone.fill, "white")
        canvas.marker(x, y, "o", fill=fill, edge=edge, size=7.5)
        box = place.box
        side: Literal["left", "right", "center"] = "center"
        if place.leader is None and (box.right < x or box.left > x):
            side = "right" if box.right < x else "left"
        anchor = {"left": box.left, "right": box.right, "center": (box.left + box.right) / 2}[side]
        middle = (box.top + box.bottom) / 2
        canvas.lines(anchor, middle, name.lines, size=SMALL, second=name.second, align=side)
    if by_code:
        _code_key(canvas, data, languages, foot + 2, code_width)
    return canvas


def _axes(axes: Axes, data: IpaData, plane: _Plane, languages: Languages) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_ylim(plane.low_y, plane.high_y)
    set_value_axis(axes, plane.low_x, plane.high_x, data.importance_of, languages)
    locator = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10])
    ticks = [t for t in locator.tick_values(plane.low_y, plane.high_y) if plane.low_y <= t <= plane.high_y]
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    axes.set_yticks(ticks, labels=[tick_label(float(t), data.performance_of, languages, float(step)) for t in ticks])
    axes.grid(visible=False)
    axes.axvline(data.centre_importance, color=theme.QUIET, linewidth=1.0, zorder=1)
    axes.axhline(data.centre_performance, color=theme.QUIET, linewidth=1.0, zorder=1)
    for spine in ("left", "bottom"):
        axes.spines[spine].set_visible(True)
        axes.spines[spine].set_color(theme.RULE)
