"""One entry for all native charts of a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.chart_data import (
    ChangeData,
    DistributionData,
    GapData,
    IndexIntervalsData,
    IpaData,
    TreeData,
    TrendData,
)
from reports.document import Chart
from reports.renderers.workbook import native_bars, native_ipa, native_trend
from reports.renderers.workbook.chart_sheet import ChartSheet
from reports.renderers.workbook.native_look import NativeChart

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

__all__ = ["native_chart"]


def native_chart(workbook: Workbook, source: Chart, sheet: ChartSheet) -> NativeChart:
    """Write a chart's figures to the chart sheet and make the native chart that reads them."""
    match source.data:
        case IndexIntervalsData() as data:
            return native_bars.index_chart(workbook, source, data, sheet)
        case TrendData() as data:
            return native_trend.trend_chart(workbook, source, data, sheet)
        case DistributionData() as data:
            return native_bars.distribution_chart(workbook, source, data, sheet)
        case IpaData() as data:
            return native_ipa.ipa_chart(workbook, source, data, sheet)
        case GapData() as data:
            return native_bars.gap_chart(workbook, source, data, sheet)
        case ChangeData() as data:
            return native_bars.change_chart(workbook, source, data, sheet)
        case TreeData() as data:
            return native_bars.tree_chart(workbook, source, data, sheet)
