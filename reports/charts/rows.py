"""The frame of every chart with one row per indicator: names on the left, plot in the middle, figures on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from reports import theme
from reports.charts.canvas import SIZE, SMALL, WIDTH, Canvas
from reports.charts.legend import Key, draw_legend, legend_height
from reports.charts.typesetting import LEADING, set_label, text_width
from reports.labels import Label, Languages, NumberKind, Tone
from reports.numbers import DECIMALS, format_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME_WIDTH = 168.0
INDENT = 12.0
LEAST_ROW = 21.0

__all__ = ["RowFrame", "axis_title", "by_tone", "row_frame", "set_value_axis", "tick_label"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFrame:
    """A canvas with its plotting area; ``middles`` are the y values of the rows, which count points downwards."""

    canvas: Canvas
    axes: Axes
    middles: tuple[float, ...]
    heights: tuple[float, ...]


class Toned(Protocol):
    """What stands in a row and has a tone."""

    @property
    def tone(self) -> Tone:
        """The tone of its verdict."""
        ...


Point = TypeVar("Point", bound=Toned)


def by_tone(points: Sequence[Point], middles: Sequence[float]) -> dict[Tone, list[tuple[Point, float]]]:
    """The points with the middles of their rows, gathered by tone: what looks alike is drawn in one go."""
    gathered: dict[Tone, list[tuple[Point, float]]] = {}
    for point, middle in zip(points, middles, strict=True):
        gathered.setdefault(point.tone, []).append((point, middle))
    return gathered


def axis_title(axis: Label, languages: Languages) -> str:
    """An axis name with its unit, both languages on one line."""
    return axis.in_(languages, "  ")


def tick_label(value: float, kind: NumberKind, languages: Languages, step: float) -> str:
    """A tick's wording with as many decimals as the step between ticks needs."""
    scaled = step * 100 if kind == "share" else step
    decimals = 0
    while decimals < 3 and abs(round(scaled, decimals) - scaled) > 1e-9:
        decimals += 1
    return format_number(value, kind, languages, decimals=max(decimals, 0) if kind in DECIMALS else None)


def set_value_axis(axes: Axes, low: float, high: float, kind: NumberKind, languages: Languages) -> None:
    """Ticks, tick wordings and faint upright rules of a horizontal value axis."""
    from matplotlib.ticker import MaxNLocator

    axes.set_xlim(low, high)
    ticks = [t for t in MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high) if low <= t <= high]
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    axes.set_xticks(ticks, labels=[tick_label(float(tick), kind, languages, float(step)) for tick in ticks])
    axes.grid(visible=True, axis="x", color=theme.RULE, linewidth=0.6)


def row_frame(
    labels: Sequence[Label],
    languages: Languages,
    *,
    axis: Label,
    figures: Sequence[str] = (),
    figures_title: str = "",
    keys: Sequence[Key] = (),
    levels: Sequence[int] = (),
    strong: Sequence[bool] = (),
) -> RowFrame:
    """Set names and figures of all rows and return the empty plotting area between them.

    ``levels`` indent a name, ``strong`` sets it bold. Rows grow with the lines their name needs.
    """
    depth = list(levels) or [0] * len(labels)
    bold = list(strong) or [False] * len(labels)
    names = [
        set_label(label, languages, NAME_WIDTH - INDENT * level, SIZE, "Bold" if heavy else "Regular")
        for label, level, heavy in zip(labels, depth, bold, strict=True)
    ]
    widest = max(
        (
            text_width(line, SIZE, "Bold") + INDENT * at
            for name, at in zip(names, depth, strict=True)
            for line in name.lines
        ),
        default=0.0,
    )
    left = min(max(widest, 60.0), NAME_WIDTH + INDENT) + 14
    right = max((text_width(figure, SMALL) for figure in [*figures, figures_title]), default=0.0)
    right += 14 if right else 10
    heights = [max(LEAST_ROW, len(name.lines) * SIZE * LEADING + 8) for name in names]
    start = left if legend_height(list(keys), WIDTH - left) <= legend_height(list(keys)[:1], WIDTH) else 0.0
    top = 4 + legend_height(list(keys), WIDTH - start) + (14 if figures_title else 0)
    plot_height = max(sum(heights), LEAST_ROW)
    canvas = Canvas(top + plot_height + 40)
    draw_legend(canvas, list(keys), start, 4, WIDTH - start)
    axes = canvas.axes(left, top, WIDTH - left - right, plot_height)
    axes.set_ylim(plot_height, 0)
    axes.set_yticks([])
    middles: list[float] = []
    y = 0.0
    for position, (name, height) in enumerate(zip(names, heights, strict=True)):
        middle = y + height / 2
        middles.append(middle)
        canvas.lines(INDENT * depth[position], top + middle, name.lines, second=name.second, bold=bold[position])
        if position and (not depth[position] or not levels):
            canvas.line(0, top + y, WIDTH, top + y, colour="#EDF0F2", width=0.6)
        y += height
    for middle, figure in zip(middles, figures, strict=False):
        canvas.text(WIDTH - 2, top + middle, figure, size=SMALL, colour=theme.QUIET, align="right")
    if figures_title:
        canvas.text(WIDTH - 2, top - 8, figures_title, size=SMALL, colour=theme.QUIET, align="right")
    canvas.text(left, top + plot_height + 29, axis_title(axis, languages), size=SMALL, colour=theme.QUIET)
    return RowFrame(canvas=canvas, axes=axes, middles=tuple(middles), heights=tuple(heights))
