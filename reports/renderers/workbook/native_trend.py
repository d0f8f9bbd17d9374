"""The native line chart of an index over the waves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import theme
from reports.chart_data import TrendData, TrendSeries
from reports.charts.trend import joined_waves
from reports.document import Chart, Label
from reports.numbers import excel_format, is_absent
from reports.renderers.workbook.chart_sheet import ChartSheet, Written
from reports.renderers.workbook.formats import Formats
from reports.renderers.workbook.native_look import (
    NativeChart,
    add_chart,
    axis,
    dress,
    font,
    line_of,
    one_line,
    round_ends,
)
from reports.wording import phrase

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

__all__ = ["trend_chart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Waves of one series that may be joined by a line; ``first`` runs stand in the legend."""

    number: int
    series: TrendSeries
    waves: tuple[int, ...]
    first: bool

    def figures(self) -> list[list[float | None]]:
        """Estimates, lower and upper bounds of these waves; None at all other waves."""
        points = [point if at in self.waves else None for at, point in enumerate(self.series.points)]
        return [
            [None if point is None else point.estimate for point in points],
            [None if point is None else point.lower for point in points],
            [None if point is None else point.upper for point in points],
        ]


def _runs(data: TrendData) -> list[_Run]:
    return [
        _Run(number=number, series=series, waves=tuple(waves), first=position == 0)
        for number, series in enumerate(data.series)
        for position, waves in enumerate(joined_waves(series.points))
    ]


def trend_chart(workbook: Workbook, source: Chart, data: TrendData, sheet: ChartSheet) -> NativeChart:
    """A line per series between dotted bounds (one series) or with intervals; no line is drawn across a break."""
    formats = sheet.formats
    alone = len(data.series) == 1
    waves = [point.wave.in_(formats.languages) for point in max((s.points for s in data.series), key=len)]
    runs = _runs(data)
    headings: list[Label] = []
    columns: list[list[float | None]] = []
    for run in runs:
        estimates, lower, upper = run.figures()
        if alone:
            headings += [run.series.label, phrase("chart_lower"), phrase("chart_upper")]
            columns += [estimates, lower, upper]
        else:
            headings += [run.series.label, phrase("chart_below"), phrase("chart_above")]
            columns += [estimates, _differences(estimates, lower), _differences(upper, estimates)]
    if data.target is not None:
        headings.append(data.target_label or phrase("chart_target"))
        columns.append([data.target] * len(waves))
    written = sheet.write(source, headings, waves, columns)
    chart = add_chart(workbook, "line")
    hidden: list[int] = []
    n_series = 0
    for position, run in enumerate(runs):
        first = 1 + 3 * position
        looks = [_line_look(run, written, first, formats, data)]
        if alone:
            looks += [_bound_look(written, first + side, side, formats) for side in (1, 2)]
        for offset, look in enumerate(looks):
            chart.add_series(look)
            if offset or not run.first:
                hidden.append(n_series)
            n_series += 1
    if data.target is not None:
        chart.add_series(
            {
                "name": one_line(data.target_label or phrase("chart_target"), formats),
                "categories": written.column(0),
                "values": written.column(len(columns)),
                "line": line_of(theme.QUIET, width=1.25, dash="dash"),
                "marker": {"type": "none"},
            }
        )
    dress(chart, source, formats, legend="bottom", hidden=hidden)
    least = 5.0 if data.of == "index" else 0.05 if data.of == "share" else 0.1
    bounds = [v for s in data.series for p in s.points for v in (p.estimate, p.lower, p.upper)]
    low, high, step = round_ends([*bounds, data.target], least)
    chart.set_y_axis(
        {
            **axis(data.axis, formats, data.of, low=low, high=high, decimals=0 if data.of in {"index", "share"} else 1),
            "major_unit": step,
        }
    )
    chart.set_x_axis({"num_font": font(formats), "line": line_of(theme.QUIET, width=0.75), "major_tick_mark": "none"})
    chart.show_blanks_as("gap")
    return NativeChart(chart=chart, height=360)


def _differences(ones: list[float | None], others: list[float | None]) -> list[float | None]:
    return [None if a is None or b is None else a - b for a, b in zip(ones, others, strict=True)]


def _bound_look(written: Written, column: int, side: int, formats: Formats) -> dict[str, Any]:
    """A bound of the interval as a quiet dotted line."""
    return {
        "name": one_line(phrase("chart_lower" if side == 1 else "chart_upper"), formats),
        "categories": written.column(0),
        "values": written.column(column),
        "line": line_of(theme.mix(theme.SERIES[0], "#FFFFFF", 0.45), width=1.0, dash="round_dot"),
        "marker": {"type": "none"},
    }


def _line_look(run: _Run, written: Written, column: int, formats: Formats, data: TrendData) -> dict[str, Any]:
    colour = theme.SERIES[run.number % len(theme.SERIES)]
    look: dict[str, Any] = {
        "name": one_line(run.series.label, formats),
        "categories": written.column(0),
        "values": written.column(column),
        "line": line_of(colour, width=2.0),
        "marker": {"type": "circle", "size": 7, "fill": {"color": colour}, "border": {"color": "#FFFFFF"}},
    }
    if len(data.series) == 1:
        shown = excel_format(data.of, formats.languages)
        look["data_labels"] = {
            "value": True,
            "position": "above",
            "num_format": shown,
            "font": font(formats, bold=True),
        }
    elif any(not is_absent(point.lower) for point in run.series.points):
        look["y_error_bars"] = {
            "type": "custom",
            "minus_values": written.formula(column + 1),
            "plus_values": written.formula(column + 2),
            "line": line_of(colour, width=1.0),
            "end_style": 0,
        }
    return look
