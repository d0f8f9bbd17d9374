"""Diverging stacked bars: unfavourable answers to the left of zero, favourable ones to the right."""

from __future__ import annotations

from itertools import accumulate

from reports import theme
from reports.chart_data import DistributionData, DistributionItem
from reports.charts.canvas import SMALL, Canvas
from reports.charts.legend import Key
from reports.charts.rows import row_frame, set_value_axis
from reports.labels import Languages
from reports.numbers import format_number

LEAST_PRINTED = 0.055
BAR_HEIGHT = 14.0

__all__ = ["draw_distribution"]


def _left_end(item: DistributionItem, data: DistributionData) -> float:
    """How far left of zero the bar of an item starts: the share below the middle and half of the middle itself."""
    middle = data.neutral if data.neutral is not None else len(data.categories) // 2
    half = item.shares[middle] / 2 if data.neutral is not None else 0.0
    return -(sum(item.shares[:middle]) + half)


def draw_distribution(data: DistributionData, languages: Languages) -> Canvas:
    """One bar of shares per item, laid so that the middle of the scale lies on zero; n on the right."""
    colours = theme.diverging_scale(len(data.categories), data.neutral)
    counted = any(item.n is not None for item in data.items)
    frame = row_frame(
        [item.label for item in data.items],
        languages,
        axis=data.axis,
        figures=[format_number(item.n, "count", languages) for item in data.items] if counted else (),
        figures_title="n" if counted else "",
        keys=[
            Key(wording=category.in_(languages, " "), fill=colour)
            for category, colour in zip(data.categories, colours, strict=True)
        ],
    )
    axes = frame.axes
    starts = [_left_end(item, data) for item in data.items]
    ends = [start + sum(item.shares) for start, item in zip(starts, data.items, strict=True)]
    low, high = min([*starts, -0.1]) - 0.02, max([*ends, 0.1]) + 0.02
    set_value_axis(axes, low, high, "share", languages)
    axes.set_xticks(
        axes.get_xticks(), labels=[format_number(abs(t), "share", languages, decimals=0) for t in axes.get_xticks()]
    )
    axes.axvline(0.0, color=theme.INK, linewidth=0.9, zorder=1.5)
    lefts = [list(accumulate(item.shares, initial=start)) for item, start in zip(data.items, starts, strict=True)]
    for place, colour in enumerate(colours):
        boxes = [
            (left[place], y, item.shares[place], BAR_HEIGHT)
            for item, left, y in zip(data.items, lefts, frame.middles, strict=True)
        ]
        frame.canvas.bars(axes, boxes, fill=colour, edgecolors="white", linewidths=0.6, zorder=2)
        for left, y, share, _ in boxes:
            if share >= LEAST_PRINTED:
                axes.text(
                    left + share / 2,
                    y + 0.36 * SMALL,
                    format_number(share, "share", languages, decimals=0, unit=False),
                    ha="center",
                    va="baseline",
                    fontsize=SMALL - 0.5,
                    color=theme.ink_on(colour),
                    zorder=4,
                )
    return frame.canvas
