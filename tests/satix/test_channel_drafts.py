"""Drafts of mappings from ordinary Chinese exports, visits without a number, and values nobody declared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from satix.channel_import import channel_mapping_text, describe_channel
from survey.channels.mapping import read_channel_mapping
from survey.channels.propose import propose_channel_mapping
from survey.channels.read import read_channel_table
from survey.errors import MappingError, ResponseImportError
from tests.survey.channel_tables import proposed, read, write_csv

HEAD = ["门店", "走访日期", "走访员", "检查项目", "得分", "满分"]


def test_rows_of_one_outlet_day_and_visitor_are_one_visit(tmp_path: Path) -> None:
    """Two outlets by 王芳, then the first outlet again on the same day: three visits of two checks."""
    visits = [("北店", "王芳"), ("南店", "王芳"), ("北店", "王芳")]
    rows = [[o, "2025-03-01", v, item, p, 5] for o, v in visits for item, p in (("门头", 5), ("工牌", "不适用"))]
    result = read(write_csv(tmp_path / "m.csv", [HEAD, *rows]), "mystery_visit")
    assert result.touchpoints.n_records == 3
    assert len(set(result.touchpoints.attributes["visit"])) == 3
    assert result.touchpoints.codes("item.工牌").tolist() == ["na"] * 3
    assert np.isnan(result.touchpoints.values("item.工牌")).all()
    warning = next(w for w in result.report.warnings if w.code == "survey.channel_visits_without_number")
    assert (warning.fields["rows"], warning.fields["visits"]) == (6, 3)
    assert warning.fields["columns"] == "门店 + 走访日期 + 走访员"
    assert "6 行合为 3 次走访" in warning.message("zh")
    assert "王芳" not in result.touchpoints.to_frame().to_csv()


def test_a_checklist_that_tells_no_visits_apart_says_so(tmp_path: Path) -> None:
    """Every row is a visit, and the reader is told."""
    result = read(
        write_csv(tmp_path / "m.csv", [["检查项目", "结果"], ["门头", "是"], ["门头", "否"]]), "mystery_visit"
    )
    assert result.touchpoints.n_records == 2
    assert [w.code for w in result.report.warnings] == ["survey.channel_visits_not_told_apart"]


def test_a_wide_checklist_with_points_in_its_headings(tmp_path: Path) -> None:
    """满分 and 分 in brackets are points; / and 不适用 leave the item out; a number in brackets alone is none."""
    path = write_csv(
        tmp_path / "w.csv",
        [
            ["门店", "日期", "门头（5分）", "问候(满分10分)", "工牌(3)"],
            ["北店", "2025-03-01", 3, "/", "是"],
            ["南店", "2025-03-02", "不适用", 10, "不适用"],
        ],
    )
    mapping = proposed(path, "mystery_visit")
    assert [c.field for c in mapping.columns] == ["outlet", "occurred_at", "item", "item", "item"]
    assert [c.points for c in mapping.columns[2:]] == [5.0, 10.0, None]
    touchpoints = read(path, "mystery_visit").touchpoints
    assert touchpoints.codes("item.门头_5分").tolist() == ["partial", "na"]
    assert touchpoints.codes("item.问候_满分10分").tolist() == ["na", "yes"]
    assert touchpoints.values("item.工牌_3")[0] == 1.0


def test_call_backs_in_ordinary_words(tmp_path: Path) -> None:
    """满意度（1-5） is a rating with its ends, 客户反馈 the text, 工单号 the record; minutes in the heading count."""
    path = write_csv(
        tmp_path / "c.csv",
        [
            ["工单号", "客户电话", "通话结果", "通话时长（分钟）", "满意度（1-5）", "客户反馈", "回访员"],
            ["G1", "13800000001", "接通-完成", 2, 4, "好", "小赵"],
            ["G2", "13800000002", "约时间再拨", 1, "", "", "小赵"],
            ["G3", "13800000003", "挂断", 0, "", "", "小赵"],
        ],
    )
    mapping = proposed(path, "callback")
    wanted = ["record", "respondent", "disposition", "duration", "rating", "text", "interviewer"]
    assert [c.field for c in mapping.columns] == wanted
    assert (mapping.columns[4].lowest, mapping.columns[4].highest) == (1.0, 5.0)
    touchpoints = read(path, "callback").touchpoints
    assert touchpoints.codes("disposition").tolist() == ["complete", "non_contact", "refusal"]
    seconds = touchpoints.values("talk_seconds")
    assert seconds[0] == 120.0
    assert np.isnan(seconds[1:]).all()


def test_unknown_outcomes_are_named_once_and_wait_in_the_mapping(tmp_path: Path) -> None:
    """One line a value with its count; the written mapping lists the word, and is whole once it is filled in."""
    rows = [["1", "成功"], *[[str(n), "黑洞"] for n in range(2, 10)]]
    path = write_csv(tmp_path / "c.csv", [["样本编号", "通话结果"], *rows])
    file = tmp_path / "m.yaml"
    with pytest.raises(ResponseImportError) as caught:
        list(describe_channel(path, "callback", save_mapping=file, language="zh"))
    first, last = caught.value.problems
    assert (first.code, first.fields["count"]) == ("survey.channel_outcome_unknown", 8)
    assert first.fields["rows"] == "3, 4, 5, 6, 7 …"
    assert "拒访（refusal）" in last.message("zh")
    text = file.read_text(encoding="utf-8")
    assert read_channel_mapping(file).dispositions == {"成功": "complete"}
    file.write_text(text.replace("#  黑洞: ", "  黑洞: other"), encoding="utf-8")
    assert read_channel_mapping(file).dispositions == {"成功": "complete", "黑洞": "other"}


def test_a_mapping_without_any_known_outcome_has_the_key_as_a_comment(tmp_path: Path) -> None:
    """Taking the # away from both lines makes it whole."""
    path = write_csv(tmp_path / "c.csv", [["样本编号", "通话结果"], ["1", "黑洞"]])
    draft = propose_channel_mapping(read_channel_table(path), "callback")
    text = channel_mapping_text(draft.mapping, unknown_outcomes=draft.unknown_outcomes)
    file = tmp_path / "m.yaml"
    file.write_text(
        text.replace("#dispositions:", "dispositions:").replace("#  黑洞: ", "  黑洞: other"), encoding="utf-8"
    )
    assert read_channel_mapping(file).dispositions == {"黑洞": "other"}


def test_columns_left_out_are_named_with_what_they_could_be(tmp_path: Path) -> None:
    """The line names the column and the fields there are."""
    path = write_csv(tmp_path / "c.csv", [["样本编号", "通话结果", "星座"], ["1", "成功", "狮子"]])
    lines = "\n".join(describe_channel(path, "callback", language="zh"))
    assert "有 1 列没有认出，不读取：C: 星座" in lines
    assert "respondent, attempt, disposition" in lines


def test_a_file_of_unknown_columns_still_gets_a_mapping_to_fill_in(tmp_path: Path) -> None:
    """It is written before the refusal, every column ignored."""
    path = write_csv(tmp_path / "c.csv", [["甲", "乙"], ["苹果", "梨"]])
    file = tmp_path / "m.yaml"
    with pytest.raises(MappingError, match="--save-mapping"):
        list(describe_channel(path, "mystery_visit", save_mapping=file))
    assert [(c.heading, c.field) for c in read_channel_mapping(file).columns] == [("甲", "ignore"), ("乙", "ignore")]
