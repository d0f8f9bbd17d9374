"""A drawing surface measured in points, on which text never falls back on another font.

Matplotlib is used through figure objects only, inside a context of settings of its own: nothing global
changes. SVG output keeps text as text (small, selectable, searchable); the page that shows it embeds the font.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from reports import theme
from reports.charts.typesetting import LEADING, printable
from reports.fonts.embedding import font_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

WIDTH = 540.0
SIZE = 9.0
SMALL = 8.0

__all__ = ["SIZE", "SMALL", "WIDTH", "Canvas", "drawing_settings"]


@cache
def _register_fonts() -> None:
    from matplotlib import font_manager

    for style in ("Regular", "Bold"):
        font_manager.fontManager.addfont(font_path(style))


@contextmanager
def drawing_settings() -> Iterator[None]:
    """The settings every chart is drawn and saved under; restored afterwards."""
    import matplotlib as mpl

    _register_fonts()
    settings: dict[Any, Any] = {
        "font.family": [theme.FONT_FAMILY],
        "font.size": SIZE,
        "text.color": theme.INK,
        "text.parse_math": False,
        "axes.unicode_minus": True,
        "svg.fonttype": "none",
        "svg.hashsalt": "satix",
        "svg.id": None,
        "path.simplify": True,
        "figure.dpi": 72,
    }
    with mpl.rc_context({name: value for name, value in settings.items() if name in mpl.rcParams}):
        yield


class Canvas:
    """One figure of a given height; ``text`` takes points from the top left corner."""

    def __init__(self, height: float, width: float = WIDTH) -> None:
        from matplotlib.figure import Figure

        self.width = width
        self.height = height
        self.figure: Figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        self.figure.patch.set_alpha(0.0)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """A plotting area placed in points from the top left corner, without frame or ticks."""
        box = (left / self.width, 1 - (top + height) / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box)
        axes.set_facecolor("none")
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.tick_params(length=0, labelsize=SMALL, labelcolor=theme.QUIET, pad=4)
        axes.set_axisbelow(True)
        return axes

    @staticmethod
    def bars(axes: Axes, boxes: Sequence[tuple[float, float, float, float]], *, fill: str, **look: Any) -> None:
        """Bars of one look as a single artist; a box is (left, middle, width, height) in units of the axes.

        The ends of the axes must be set: bars do not move them.
        """
        from matplotlib.collections import PolyCollection

        corners = [
            [(x, y - high / 2), (x + wide, y - high / 2), (x + wide, y + high / 2), (x, y + high / 2)]
            for x, y, wide, high in boxes
        ]
        axes.add_collection(
            PolyCollection(corners, facecolors=fill, joinstyle="miter", capstyle="butt", **look), autolim=False
        )

    @staticmethod
    def strokes(
        axes: Axes, lines: Sequence[tuple[float, float, float, float]], *, colour: str, width: float, **look: Any
    ) -> None:
        """Straight lines of one look as a single artist; a line is (x0, y0, x1, y1) in units of the axes.

        The ends of the axes must be set: lines do not move them.
        """
        from matplotlib.collections import LineCollection

        paths = [[(x0, y0), (x1, y1)] for x0, y0, x1, y1 in lines]
        axes.add_collection(
            LineCollection(paths, colors=colour, linewidths=width, capstyle="projecting", **look), autolim=False
        )

    def text(
        self,
        x: float,
        y: float,
        wording: str,
        *,
        size: float = SIZE,
        colour: str = theme.INK,
        bold: bool = False,
        align: Literal["left", "center", "right"] = "left",
    ) -> Text:
        """One line of text whose vertical middle is ``y`` points below the top edge."""
        return self.figure.text(
            x / self.width,
            1 - (y + 0.36 * size) / self.height,
            printable(wording),
            fontsize=size,
            color=colour,
            fontweight="bold" if bold else "normal",
            ha=align,
            va="baseline",
        )

    def lines(
        self, x: float, middle: float, wordings: list[str], *, size: float = SIZE, second: int | None = None, **how: Any
    ) -> None:
        """Lines of text around a vertical middle; those from ``second`` on are set quieter (the other language)."""
        top = middle - (len(wordings) - 1) * size * LEADING / 2
        for position, wording in enumerate(wordings):
            quiet = second is not None and position >= second
            self.text(
                x,
                top + position * size * LEADING,
                wording,
                size=size,
                **({**how, "colour": theme.QUIET, "bold": False} if quiet else how),
            )

    def line(self, x0: float, y0: float, x1: float, y1: float, *, colour: str, width: float = 0.8) -> None:
        """A straight line between two places, in points from the top left corner."""
        from matplotlib.lines import Line2D

        xs = (x0 / self.width, x1 / self.width)
        ys = (1 - y0 / self.height, 1 - y1 / self.height)
        self.figure.add_artist(Line2D(xs, ys, color=colour, linewidth=width, solid_capstyle="butt"))

    def patch(self, x: float, y: float, width: float, height: float, *, fill: str, edge: str = "none") -> None:
        """A rectangle whose top left corner is given, in points."""
        from matplotlib.patches import Rectangle

        corner = (x / self.width, 1 - (y + height) / self.height)
        rectangle = Rectangle(
            corner,
            width / self.width,
            height / self.height,
            facecolor=fill,
            edgecolor=edge,
            linewidth=0.8,
            transform=self.figure.transFigure,
        )
        self.figure.add_artist(rectangle)

    def marker(self, x: float, y: float, shape: str, *, fill: str, edge: str, size: float = 6.0) -> None:
        """A marker as the plots use it, for legends."""
        from matplotlib.lines import Line2D

        self.figure.add_artist(
            Line2D(
                [x / self.width],
                [1 - y / self.height],
                marker=shape,
                linestyle="none",
                markersize=size,
                markerfacecolor=fill,
                markeredgecolor=edge,
                markeredgewidth=1.1,
            )
        )

    def save(self, form: Literal["svg", "png"], *, dpi: int = 144) -> bytes:
        """The figure as a file's bytes, the same for the same drawing."""
        written = BytesIO()
        if form == "svg":
            self.figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
        else:
            self.figure.patch.set(alpha=1.0, facecolor="white")
            self.figure.savefig(written, format="png", dpi=dpi, metadata={"Software": None})
        return written.getvalue()
