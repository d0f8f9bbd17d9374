"""What all native charts share: type, title, legend, axes and size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import theme
from reports.charts.index_intervals import value_range
from reports.document import Chart, Label, NumberKind
from reports.numbers import excel_format
from reports.renderers.workbook.formats import Formats
from reports.renderers.workbook.measure import n_lines

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart as ExcelChart
    from xlsxwriter.workbook import Workbook

__all__ = [
    "NativeChart",
    "add_chart",
    "axis",
    "bar_height",
    "dress",
    "font",
    "line_of",
    "nice_step",
    "one_line",
    "round_ends",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeChart:
    """A chart ready to be inserted, and the height it wants in pixels."""

    chart: ExcelChart
    height: int


def font(formats: Formats, *, size: float = 9, bold: bool = False, colour: str = theme.INK) -> dict[str, Any]:
    """A font as XlsxWriter's charts take it."""
    return {"name": formats.font, "size": size, "bold": bold, "color": colour}


def one_line(label: Label, formats: Formats) -> str:
    """A label on one line, both languages side by side."""
    return label.in_(formats.languages, "  ")


def line_of(colour: str, *, width: float = 1.0, dash: str = "solid") -> dict[str, Any]:
    """A line as XlsxWriter takes it."""
    return {"color": colour, "width": width, "dash_type": dash}


def axis(
    label: Label,
    formats: Formats,
    kind: NumberKind,
    *,
    decimals: int = 0,
    low: float | None = None,
    high: float | None = None,
) -> dict[str, Any]:
    """A value axis: its name with unit, quiet rules, numbers in the report's format."""
    look: dict[str, Any] = {
        "name": one_line(label, formats),
        "name_font": font(formats, colour=theme.QUIET),
        "num_font": font(formats, colour=theme.QUIET),
        "num_format": excel_format(kind, formats.languages, decimals=decimals),
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": line_of(theme.RULE, width=0.5)},
        "major_tick_mark": "none",
    }
    if low is not None:
        look["min"] = low
    if high is not None:
        look["max"] = high
    return look


def round_ends(values: list[float | None], least: float) -> tuple[float, float, float]:
    """Axis ends on multiples of a round step that hold all figures, and the step, which is at least ``least``."""
    low, high = value_range(values, least=least)
    step = nice_step(max((high - low) / 7, least))
    return math.floor(low / step) * step, math.ceil(high / step) * step, step


def nice_step(wanted: float) -> float:
    """The step of 1, 2, 2.5 or 5 times a power of ten next above the one wanted."""
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= wanted * (1 - 1e-9))


def bar_height(names: list[str], *, series: int = 1) -> int:
    """Pixels for a bar chart whose rows must hold names of one or more lines."""
    lines = sum(max(min(n_lines(name, 26), 4), 1) for name in names)
    return max(int(lines * 19 + len(names) * (11 + 9 * (series - 1)) + 130), 260)


def dress(
    chart: ExcelChart, source: Chart, formats: Formats, *, legend: str = "none", hidden: list[int] | None = None
) -> None:
    """Title, legend, and a plain ground without frame. ``hidden`` series do not appear in the legend."""
    chart.set_title(
        {"name": one_line(source.title, formats), "name_font": font(formats, size=11, bold=True), "overlay": False}
    )
    look: dict[str, Any] = {"position": legend, "font": font(formats, colour=theme.QUIET)}
    if legend == "none":
        look = {"none": True}
    elif hidden:
        look["delete_series"] = hidden
    chart.set_legend(look)
    chart.set_chartarea({"border": {"none": True}, "fill": {"color": "#FFFFFF"}})
    chart.set_plotarea({"fill": {"none": True}, "border": {"none": True}})


def add_chart(workbook: Workbook, kind: str, subtype: str | None = None) -> ExcelChart:
    """A new chart of XlsxWriter's kinds."""
    return workbook.add_chart({"type": kind, "subtype": subtype} if subtype else {"type": kind})
