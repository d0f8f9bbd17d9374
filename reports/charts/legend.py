"""A legend as one line of text above a chart, broken into more lines where it is long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reports import theme
from reports.charts.canvas import SMALL, Canvas
from reports.charts.typesetting import printable, text_width

LINE = 15.0

__all__ = ["LINE", "Key", "draw_legend", "legend_height"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One entry: a marker, a swatch, a short line or an interval, and what it means."""

    wording: str
    shape: Literal["o", "D", "|", "swatch", "line", "dash", "interval"] = "swatch"
    fill: str = theme.INK
    edge: str = "none"


def _rows(keys: list[Key], width: float) -> list[list[tuple[float, Key]]]:
    rows: list[list[tuple[float, Key]]] = [[]]
    x = 0.0
    for key in keys:
        needed = 16 + text_width(printable(key.wording), SMALL) + 14
        if rows[-1] and x + needed > width:
            rows.append([])
            x = 0.0
        rows[-1].append((x, key))
        x += needed
    return rows


def legend_height(keys: list[Key], width: float) -> float:
    """How tall the legend will be, with the blank below it; nothing for no keys."""
    return len(_rows(keys, width)) * LINE + 6 if keys else 0.0


def draw_legend(canvas: Canvas, keys: list[Key], left: float, top: float, width: float) -> None:
    """Set the keys from ``left`` and ``top`` (points)."""
    for line, row in enumerate(_rows(keys, width)) if keys else []:
        middle = top + (line + 0.5) * LINE
        for x, key in row:
            start = left + x
            if key.shape == "swatch":
                canvas.patch(start, middle - 4, 10, 8, fill=key.fill, edge=key.edge)
            elif key.shape in {"line", "interval"}:
                canvas.line(start - 1, middle, start + 12, middle, colour=key.fill, width=1.6)
            elif key.shape == "dash":
                canvas.line(start - 1, middle, start + 4, middle, colour=key.fill, width=1.1)
                canvas.line(start + 7, middle, start + 12, middle, colour=key.fill, width=1.1)
            elif key.shape == "|":
                canvas.line(start + 5, middle - 5, start + 5, middle + 5, colour=key.fill, width=1.8)
            else:
                edge = key.fill if key.edge == "none" else key.edge
                canvas.marker(start + 5, middle, key.shape, fill=key.fill, edge=edge)
            canvas.text(start + 16, middle, key.wording, size=SMALL, colour=theme.QUIET)
