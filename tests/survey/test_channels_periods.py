"""Periods in order: what names a month, quarter or year, and what cannot be ordered."""

from __future__ import annotations

from pathlib import Path

import pytest

from satix.steps.channel_tables import kpi_records
from survey.channels.periods import chronological, period_in
from tests.survey.channel_tables import read, write_csv


@pytest.mark.parametrize(
    "texts",
    [
        [f"2024年{month}月" for month in range(1, 13)],
        [f"{month}月" for month in range(1, 13)],
        ["2023-11", "2023-12", "2024-1", "2024-8", "2024-10"],
        ["2024/9", "2024/10", "2025/1"],
        ["202311", "202402"],
        ["24年9月", "24年12月", "25年1月"],
        ["一月", "二月", "十月", "十一月", "十二月"],
        ["2023年第四季度", "2024年一季度", "2024年第2季度"],
        ["2023Q4", "Q1 2024", "2024-Q2", "3Q 2024"],
        ["Sep 2023", "Jan 2024", "February 2024", "Oct 2024"],
        ["2023年下半年", "2024年上半年", "2024H2"],
        ["2024年第9周", "2024-W10", "week 2 2025"],
        ["2024-9-30", "2024年10月1日", "2024.10.12", "20241101", "2024-12-01 00:00:00"],
        ["2022", "2023年", "2024年度", "FY2025"],
        ["第9期", "第10期", "第11期"],
    ],
)
def test_periods_in_their_order(texts: list[str]) -> None:
    """However the rows stand, newest first included."""
    assert chronological(texts) == (texts, True)
    assert chronological(texts[::-1]) == (texts, True)


@pytest.mark.parametrize(
    "texts",
    [["本月", "上月"], ["2024年", "2024年1月"], ["11月", "12月", "1月"], ["2024-01", "2月"], ["2024-13", "2024-01"]],
)
def test_what_cannot_be_ordered_keeps_the_order_of_the_file(texts: list[str]) -> None:
    """Words, several grains, a year's end without the year, an impossible month."""
    assert chronological(texts) == (texts, False)


@pytest.mark.parametrize("text", ["", "总部", "2024-13", "13月", "2024Q5", "2024-02-45", "满意度"])
def test_no_period(text: str) -> None:
    """Names and impossible dates."""
    assert period_in(text) is None


def test_the_latest_month_of_a_figure(tmp_path: Path) -> None:
    """December (92) comes after September (89), November (91) before it; the order of the rows plays no part."""
    rows = [["满意度", f"2024年{month}月", 80 + month] for month in range(12, 0, -1)]
    found = read(write_csv(tmp_path / "k.csv", [["指标", "月份", "实际值"], *rows]), "kpi")
    (record,) = kpi_records(found.touchpoints)
    assert (record.period, record.value) == ("2024年12月", 92.0)
    assert (record.previous_period, record.previous) == ("2024年11月", 91.0)
    assert not found.report.warnings


def test_periods_without_an_order_are_said(tmp_path: Path) -> None:
    """The last row counts as the latest."""
    rows = [["NPS", "上月", 30], ["NPS", "本月", 40]]
    found = read(write_csv(tmp_path / "k.csv", [["指标", "月份", "实际值"], *rows]), "kpi")
    assert kpi_records(found.touchpoints)[0].period == "本月"
    assert [warning.code for warning in found.report.warnings] == ["survey.channel_kpi_periods_unordered"]
    assert "NPS" in found.report.warnings[0].message("zh")
