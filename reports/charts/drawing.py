"""One entry for all charts: data in, picture out."""

from __future__ import annotations

from typing import Literal

from reports.chart_data import (
    ChangeData,
    ChartData,
    DistributionData,
    GapData,
    IndexIntervalsData,
    IpaData,
    TreeData,
    TrendData,
)
from reports.charts.canvas import Canvas, drawing_settings
from reports.labels import Languages

__all__ = ["draw"]


def _canvas(data: ChartData, languages: Languages) -> Canvas:
    match data:
        case IndexIntervalsData():
            from reports.charts.index_intervals import draw_index_intervals

            return draw_index_intervals(data, languages)
        case TrendData():
            from reports.charts.trend import draw_trend

            return draw_trend(data, languages)
        case DistributionData():
            from reports.charts.distribution import draw_distribution

            return draw_distribution(data, languages)
        case IpaData():
            from reports.charts.ipa import draw_ipa

            return draw_ipa(data, languages)
        case GapData():
            from reports.charts.gap import draw_gap

            return draw_gap(data, languages)
        case ChangeData():
            from reports.charts.change import draw_change

            return draw_change(data, languages)
        case TreeData():
            from reports.charts.tree import draw_tree

            return draw_tree(data, languages)


def draw(data: ChartData, languages: Languages, *, form: Literal["svg", "png"] = "svg") -> bytes:
    """Draw a chart and return the file's bytes: the same for the same data, without date or version in them."""
    with drawing_settings():
        return _canvas(data, languages).save(form)
