"""Native bar charts: indices with intervals, gaps, changes, contributions, distributions of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import theme
from reports.chart_data import ChangeData, DistributionData, GapData, IndexIntervalsData, TreeData
from reports.charts.index_intervals import in_order
from reports.document import Chart, Label
from reports.numbers import excel_format
from reports.renderers.workbook.chart_sheet import ChartSheet, Written
from reports.renderers.workbook.formats import Formats
from reports.renderers.workbook.native_look import (
    NativeChart,
    add_chart,
    axis,
    bar_height,
    dress,
    font,
    line_of,
    one_line,
    round_ends,
)
from reports.wording import phrase

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

OUTLINE = {"fill": {"none": True}, "border": {"color": theme.QUIET, "width": 1.0, "dash_type": "dash"}}

__all__ = ["change_chart", "distribution_chart", "gap_chart", "index_chart", "tree_chart"]


def _names(labels: list[Label], formats: Formats) -> list[str]:
    return [label.in_(formats.languages) for label in labels]


def _category_axis(formats: Formats, *, low: bool = False) -> dict[str, Any]:
    """Names from top to bottom, as in the table; at the left edge even where bars run to the left of zero."""
    look: dict[str, Any] = {
        "reverse": True,
        "interval_unit": 1,
        "crossing": "max",
        "num_font": font(formats),
        "line": line_of(theme.QUIET, width=0.75),
        "major_tick_mark": "none",
        "major_gridlines": {"visible": False},
    }
    if low:
        look["label_position"] = "low"
    return look


def _error_bars(written: Written, minus: int, plus: int) -> dict[str, Any]:
    return {
        "type": "custom",
        "minus_values": written.formula(minus),
        "plus_values": written.formula(plus),
        "line": line_of(theme.INK, width=1.0),
        "end_style": 1,
    }


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def index_chart(workbook: Workbook, source: Chart, data: IndexIntervalsData, sheet: ChartSheet) -> NativeChart:
    """Bars from zero with intervals; a dashed outline behind a bar is its target."""
    formats = sheet.formats
    points = in_order(data)
    names = _names([point.label for point in points], formats)
    headings = [
        data.axis,
        phrase("chart_lower"),
        phrase("chart_upper"),
        phrase("chart_below"),
        phrase("chart_above"),
        phrase("chart_target"),
    ]
    columns = [
        [point.estimate for point in points],
        [point.lower for point in points],
        [point.upper for point in points],
        [_less(point.estimate, point.lower) for point in points],
        [_less(point.upper, point.estimate) for point in points],
        [point.target for point in points],
    ]
    written = sheet.write(source, headings, names, columns)
    chart = add_chart(workbook, "bar")
    targets = any(point.target is not None for point in points)
    chart.add_series(
        {
            "name": one_line(data.axis, formats),
            "categories": written.column(0),
            "values": written.column(1),
            "points": [{"fill": {"color": theme.TONES[point.tone].fill}} for point in points],
            "fill": {"color": theme.TONES["neutral"].fill},
            "y_error_bars": _error_bars(written, 4, 5),
            "data_labels": {
                "value": True,
                "position": "inside_base",
                "font": font(formats, bold=True, colour="#FFFFFF"),
                "num_format": excel_format(data.of, formats.languages),
            },
            "gap": 45,
            "overlap": 100,
        }
    )
    if targets:
        chart.add_series(
            {
                "name": one_line(phrase("chart_target"), formats),
                "categories": written.column(0),
                "values": written.column(6),
                **OUTLINE,
            }
        )
    dress(chart, source, formats, legend="bottom" if targets else "none")
    highest = {"index": 100.0, "share": 1.0}.get(data.of)
    chart.set_x_axis(
        axis(data.axis, formats, data.of, low=0 if highest else None, high=highest, decimals=0 if highest else 1)
    )
    chart.set_y_axis(_category_axis(formats))
    return NativeChart(chart=chart, height=bar_height(names))


def gap_chart(workbook: Workbook, source: Chart, data: GapData, sheet: ChartSheet) -> NativeChart:
    """Expectation as an outline, perception as a bar in the colour of the verdict."""
    formats = sheet.formats
    names = _names([point.label for point in data.points], formats)
    written = sheet.write(
        source,
        [data.expectation_label, data.perception_label],
        names,
        [[point.expectation for point in data.points], [point.perception for point in data.points]],
    )
    labels = {"value": True, "num_format": excel_format(data.of, formats.languages), "font": font(formats, size=8)}
    chart = add_chart(workbook, "bar")
    chart.add_series(
        {
            "name": one_line(data.expectation_label, formats),
            "categories": written.column(0),
            "values": written.column(1),
            "fill": {"color": theme.TONES["muted"].tint},
            "border": {"color": theme.QUIET, "width": 0.75},
            "data_labels": labels,
            "gap": 55,
        }
    )
    chart.add_series(
        {
            "name": one_line(data.perception_label, formats),
            "categories": written.column(0),
            "values": written.column(2),
            "fill": {"color": theme.TONES["neutral"].fill},
            "points": [{"fill": {"color": theme.TONES[point.tone].fill}} for point in data.points],
            "data_labels": labels,
        }
    )
    dress(chart, source, formats, legend="bottom")
    highest = 100.0 if data.of == "index" else None
    chart.set_x_axis(axis(data.axis, formats, data.of, low=0, high=highest))
    chart.set_y_axis(_category_axis(formats))
    return NativeChart(chart=chart, height=bar_height(names, series=2))


def change_chart(workbook: Workbook, source: Chart, data: ChangeData, sheet: ChartSheet) -> NativeChart:
    """Bars either side of zero with intervals; dashed outlines reach to the minimum detectable change."""
    formats = sheet.formats
    names = _names([point.label for point in data.points], formats)
    detectable = [point.detectable for point in data.points]
    headings = [
        data.axis,
        phrase("chart_lower"),
        phrase("chart_upper"),
        phrase("chart_below"),
        phrase("chart_above"),
        Label(zh=f"＋{data.detectable_label.get('zh')}", en=f"+ {data.detectable_label.get('en')}"),
        Label(zh=f"－{data.detectable_label.get('zh')}", en=f"− {data.detectable_label.get('en')}"),
    ]
    columns = [
        [point.estimate for point in data.points],
        [point.lower for point in data.points],
        [point.upper for point in data.points],
        [_less(point.estimate, point.lower) for point in data.points],
        [_less(point.upper, point.estimate) for point in data.points],
        detectable,
        [None if size is None else -size for size in detectable],
    ]
    written = sheet.write(source, headings, names, columns)
    chart = add_chart(workbook, "bar")
    shown = any(size is not None for size in detectable)
    outlines = [
        {
            "name": one_line(data.detectable_label, formats),
            "categories": written.column(0),
            "values": written.column(column),
            **OUTLINE,
        }
        for column in (6, 7)
    ]
    bars = {
        "name": one_line(data.axis, formats),
        "categories": written.column(0),
        "values": written.column(1),
        "fill": {"color": theme.TONES["neutral"].fill},
        "points": [{"fill": {"color": theme.TONES[point.tone].fill}} for point in data.points],
        "invert_if_negative": False,
        "y_error_bars": _error_bars(written, 4, 5),
        "gap": 60,
        "overlap": 100,
    }
    # The bars stand between the outlines: programs that count legend entries from the other end hide one of a pair too.
    for look in [outlines[0], bars, outlines[1]] if shown else [bars]:
        chart.add_series({**look, "gap": 60, "overlap": 100})
    dress(chart, source, formats, legend="bottom" if shown else "none", hidden=[2])
    ends = [end for p in data.points for end in (p.estimate, p.lower, p.upper)]
    marks = [sign * size for size in detectable if size is not None for sign in (-1, 1)]
    low, high, step = round_ends([*ends, *marks, 0.0], 0.5 if data.of in {"gap", "index"} else 0.005)
    chart.set_x_axis({**axis(data.axis, formats, data.of, decimals=1, low=low, high=high), "major_unit": step})
    chart.set_y_axis(_category_axis(formats, low=True))
    return NativeChart(chart=chart, height=bar_height(names))


def tree_chart(workbook: Workbook, source: Chart, data: TreeData, sheet: ChartSheet) -> NativeChart:
    """What every node contributes to the overall index; bars are darker the nearer the top."""
    formats = sheet.formats
    names = _names([node.label for node in data.nodes], formats)
    columns = [
        [node.contribution for node in data.nodes],
        [node.estimate for node in data.nodes],
        [node.weight for node in data.nodes],
    ]
    headings = [phrase("chart_contribution"), phrase("chart_index"), phrase("chart_weight")]
    written = sheet.write(source, headings, names, columns)
    deepest = max((node.level for node in data.nodes), default=0)
    chart = add_chart(workbook, "bar")
    chart.add_series(
        {
            "name": one_line(phrase("chart_contribution"), formats),
            "categories": written.column(0),
            "values": written.column(1),
            "points": [
                {"fill": {"color": theme.mix(theme.ACCENT, "#FFFFFF", 0.62 * node.level / max(deepest, 1))}}
                for node in data.nodes
            ],
            "fill": {"color": theme.ACCENT},
            "data_labels": {
                "value": True,
                "num_format": excel_format("index", formats.languages),
                "font": font(formats),
            },
            "gap": 45,
        }
    )
    dress(chart, source, formats)
    chart.set_x_axis(axis(data.axis, formats, "index", low=0))
    chart.set_y_axis(_category_axis(formats))
    return NativeChart(chart=chart, height=bar_height(names))


def distribution_chart(workbook: Workbook, source: Chart, data: DistributionData, sheet: ChartSheet) -> NativeChart:
    """Stacked shares from least to most favourable, in the same colours as the diverging bars of the page."""
    formats = sheet.formats
    names = _names([item.label for item in data.items], formats)
    columns = [[item.shares[k] for item in data.items] for k in range(len(data.categories))]
    written = sheet.write(source, data.categories, names, columns)
    chart = add_chart(workbook, "bar", "stacked")
    colours = theme.diverging_scale(len(data.categories), data.neutral)
    for number, (category, colour) in enumerate(zip(data.categories, colours, strict=True)):
        chart.add_series(
            {
                "name": one_line(category, formats),
                "categories": written.column(0),
                "values": written.column(number + 1),
                "fill": {"color": colour},
                "border": {"color": "#FFFFFF", "width": 0.75},
                "gap": 45,
                "data_labels": {
                    "value": True,
                    "num_format": "0%",
                    "font": font(formats, size=8, colour=theme.ink_on(colour)),
                    "custom": [{"delete": True} if share < 0.055 else None for share in columns[number]],
                },
            }
        )
    dress(chart, source, formats, legend="bottom")
    chart.set_x_axis({**axis(data.axis, formats, "share", low=0, high=1), "major_unit": 0.2})
    chart.set_y_axis(_category_axis(formats))
    return NativeChart(chart=chart, height=bar_height(names) + 20)
