"""Mystery visits, posts, interviews, key figures and aggregated tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from survey.channels.propose import channel_likeness
from survey.channels.read import read_channel, read_channel_table
from tests.survey.channel_tables import accounted, changed, proposed, read, write_csv

LONG = [
    ["走访编号", "门店", "神秘顾客", "走访时间", "检查项", "是否达标", "分值", "是否关键项"],
    ["v1", "北店", "甲", "2024-05-01", "问候", "是", "5", "否"],
    ["v1", "北店", "甲", "2024-05-01", "核实身份", "否", "20", "是"],
    ["v1", "北店", "甲", "2024-05-01", "送别", "不适用", "10", "否"],
    ["v1", "北店", "乙", "2024-05-01", "问候", "是", "5", "否"],
    ["v1", "北店", "乙", "2024-05-01", "核实身份", "是", "20", "是"],
    ["v2", "南店", "甲", "2024-05-02", "问候", "否", "5", "否"],
]


def test_a_long_checklist_becomes_a_record_per_visit_and_coder(tmp_path: Path) -> None:
    """Points earned, points possible on the row, N/A without points, critical items marked."""
    result = read(write_csv(tmp_path / "m.csv", LONG), "mystery_visit")
    touchpoints = result.touchpoints
    assert accounted(result)
    assert touchpoints.n_records == 3
    assert touchpoints.attributes["outlet"].tolist() == ["北店", "北店", "南店"]
    frame = touchpoints.to_frame().set_index("metric_code")
    identity = frame.loc["item.核实身份"]
    assert identity["value_num"].tolist() == [0.0, 20.0]
    assert set(identity["scale_max"]) == {20.0}
    assert all('"critical": true' in attributes for attributes in identity["attributes"])
    bye = touchpoints.codes("item.送别")
    assert bye.tolist() == ["na", None, None]
    assert np.isnan(touchpoints.values("item.送别")).all()


def test_a_wide_checklist_takes_points_from_the_mapping(tmp_path: Path) -> None:
    """Columns of yes, no and N/A are items; a person adds what they are worth."""
    path = write_csv(
        tmp_path / "m.csv",
        [["Visit ID", "Store", "Greeted", "Checked ID"], ["1", "North", "yes", "no"], ["2", "South", "n/a", "yes"]],
    )
    mapping = changed(proposed(path, "mystery_visit"), "Checked ID", points=20, critical=True)
    touchpoints = read_channel(path, mapping).touchpoints
    assert mapping.layout == "checklist_wide"
    assert touchpoints.values("item.Checked_ID").tolist() == [0.0, 20.0]
    assert touchpoints.codes("item.Greeted").tolist() == ["yes", "na"]


def test_points_stand_in_for_a_missing_result(tmp_path: Path) -> None:
    """All of them: yes; none: no; some: partial."""
    path = write_csv(
        tmp_path / "m.csv",
        [
            ["visit id", "item", "points earned", "points possible"],
            ["1", "a", "5", "5"],
            ["1", "b", "0", "5"],
            ["1", "c", "2", "5"],
        ],
    )
    touchpoints = read(path, "mystery_visit").touchpoints
    assert [touchpoints.codes(f"item.{item}")[0] for item in "abc"] == ["yes", "no", "partial"]


def test_posts_carry_polarity_topic_and_reach(tmp_path: Path) -> None:
    """正面 is 1, 负面 -1; likes are numbers."""
    path = write_csv(
        tmp_path / "p.csv",
        [
            ["微博ID", "作者", "发布时间", "正文", "情感", "主题", "点赞数"],
            ["1", "甲", "2024-01-01", "赞", "正面", "物流", "12"],
            ["2", "乙", "2024-01-02", "慢", "负面", "物流", "0"],
        ],
    )
    touchpoints = read(path, "social_post").touchpoints
    assert touchpoints.values("sentiment").tolist() == [1.0, -1.0]
    assert touchpoints.codes("category").tolist() == ["物流", "物流"]
    assert touchpoints.values("likes").tolist() == [12.0, 0.0]
    assert "甲" not in touchpoints.to_frame().to_csv()


def test_statements_of_interviews_may_have_two_coders(tmp_path: Path) -> None:
    """Both columns are kept, told apart by coder."""
    path = write_csv(
        tmp_path / "i.csv",
        [
            ["访谈编号", "受访者", "话题", "原话", "编码", "编码2"],
            ["1", "p1", "配送", "太慢", "速度", "速度"],
            ["1", "p1", "客服", "没人理", "态度", "响应"],
        ],
    )
    mapping = changed(proposed(path, "interview"), "编码", coder="a")
    mapping = changed(mapping, "编码2", field="category", coder="b")
    touchpoints = read_channel(path, mapping).touchpoints
    assert touchpoints.codes("category", coder="b").tolist() == ["速度", "响应"]
    assert touchpoints.n_persons == 1


def test_key_figures_long_and_wide(tmp_path: Path) -> None:
    """92% is 0.92; a column per figure is a figure per column."""
    long = write_csv(
        tmp_path / "k.csv",
        [
            ["月份", "指标", "实际值", "目标值"],
            ["2024-01", "首次解决率", "92%", "95%"],
            ["2024-02", "投诉量", "31", "20"],
        ],
    )
    wide = write_csv(tmp_path / "w.csv", [["month", "Calls", "Solved"], ["2024-01", "100", "80%"]])
    touchpoints = read(long, "kpi").touchpoints
    assert touchpoints.values("kpi.首次解决率")[0] == pytest.approx(0.92)
    assert touchpoints.values("target.投诉量")[1] == 20.0
    assert read(wide, "kpi").touchpoints.values("kpi.Solved")[0] == pytest.approx(0.8)


def test_aggregated_shares_are_checked_and_brought_to_one(tmp_path: Path) -> None:
    """8 + 18 + 74 = 100; 50 + 30 + 30 is reported with its row."""
    path = write_csv(
        tmp_path / "a.csv",
        [
            [
                "Release Period",
                "Measure ID",
                "Bottom-box Percentage",
                "Middle-box Percentage",
                "Top-box Percentage",
                "Completed Surveys",
            ],
            ["07_2015", "CLEAN", "8", "18", "74", "300 or more"],
            ["07_2015", "QUIET", "50", "30", "30", "120"],
        ],
    )
    result = read(path, "aggregate")
    touchpoints = result.touchpoints
    assert touchpoints.values("top").tolist() == [0.74, 0.3]
    assert touchpoints.codes("completes").tolist() == ["300 or more", None]
    assert touchpoints.values("completes")[1] == 120.0
    warning = next(w for w in result.report.warnings if w.code == "survey.channel_shares_do_not_add")
    assert warning.fields["rows"] == "3"


def test_the_likeliest_channel_of_a_table_comes_first(tmp_path: Path) -> None:
    """Headings decide; a table of nothing known has none."""
    calls = write_csv(tmp_path / "c.csv", [["样本编号", "呼叫结果", "通话时长"], ["1", "完成", "10"]])
    other = write_csv(tmp_path / "o.csv", [["colour"], ["red"]])
    assert channel_likeness(read_channel_table(calls))[0][0] == "callback"
    assert channel_likeness(read_channel_table(other)) == []
