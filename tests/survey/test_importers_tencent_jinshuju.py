"""腾讯问卷 and 金数据: reconstructed files, layouts other programs read, and interface entries. Both experimental."""

from __future__ import annotations

import json
from typing import Any

import pytest

from survey.importers.arranged import Arranged
from survey.importers.detect import detect_table, importer_of
from survey.importers.draft_export import draft_export
from survey.importers.questions import questions_in
from survey.importers.read import read_responses
from survey.importers.table_file import read_table

TIMES = ["编号", "开始答题时间", "结束答题时间", "答题时长"]


def _arrange(path: Any, platform: str) -> Arranged:
    return importer_of(platform).arrange(read_table(path))


def _reads(path: Any, platform: str) -> Any:
    draft = draft_export(_arrange(path, platform), platform=platform, instrument_id="x")
    return read_responses(path, draft.instrument, draft.mapping)


@pytest.mark.parametrize(
    ("file", "platform", "variant", "questions", "records"),
    [
        ("tencent/RECONSTRUCTED_wj.qq.com_text.csv", "tencent", None, 4, 2),
        ("jinshuju/RECONSTRUCTED_entries.csv", "jinshuju", "table", 3, 2),
        ("jinshuju/RECONSTRUCTED_api_entry.json", "jinshuju", "entries", 4, 1),
    ],
)
def test_reconstructed_files_are_recognised_and_read(shared, file, platform, variant, questions, records):
    """First by far, with reasons; identifying columns are not read, and the reader says that it is experimental."""
    path = shared / "reference" / "formats" / file
    table = read_table(path)
    first, *others = detect_table(table)
    assert (first.platform, first.variant) == (platform, variant)
    assert first.confidence > 0.7
    assert all(other.confidence < 0.3 for other in others)
    assert all(reason.message("zh") and reason.message("en") for reason in first.reasons)
    arranged = importer_of(platform).arrange(table)
    assert arranged.remarks[0].code == "survey.platform_experimental"
    assert all(remark.message("zh") and remark.message("en") for remark in arranged.remarks)
    assert len(questions_in(arranged, platform=platform)) == questions
    read = _reads(path, platform)
    assert read.report.rows_in_file == read.report.rows_kept == records
    everything = repr(read.report.to_dict()) + read.responses.respondents.to_csv() + repr(read.responses.texts)
    for personal in ("192.0.2", "13800000000", "oABC", "昵称1", "oXXXX", "order=1001"):
        assert personal not in everything


def test_tencent_times_and_durations(shared):
    """Times to the minute, durations in bare seconds."""
    read = _reads(shared / "reference" / "formats" / "tencent" / "RECONSTRUCTED_wj.qq.com_text.csv", "tencent")
    assert read.responses.respondents["submitted"].tolist() == ["2026-05-26T12:01:00", "2026-05-26T11:01:00"]
    assert read.responses.respondents["duration_seconds"].tolist() == [30.0, 31.0]


def test_tencent_options_over_columns_and_letters_before_options(write_csv):
    """``6.地点:图书馆`` with ``D.图书馆`` or nothing in its cells; ``A.男``; a stem with a colon of its own."""
    rows = [
        [*TIMES, "1.性别", "2.地点:图书馆", "2.地点:食堂", "3.请打分：服务：速度", "3.请打分：服务：态度", "4.意见"],
        ["2", "2026/5/26 12:00", "2026/5/26 12:01", "30", "A.男", "A.图书馆", "", "4", "5", "A 很好"],
        ["1", "2026/5/26 11:00", "2026/5/26 11:01", "31", "B.女", "A.图书馆", "B.食堂", "3", "3", ""],
    ]
    path = write_csv(rows)
    assert detect_table(read_table(path))[0].platform == "tencent"
    arranged = _arrange(path, "tencent")
    assert list(arranged.table.columns[4]) == ["男", "女"]
    assert "survey.option_letters_removed" in {remark.code for remark in arranged.remarks}
    found = {q.text: (q.kind, q.parts, q.spread) for q in questions_in(arranged, platform="tencent")}
    assert found["地点"] == ("multiple", ("图书馆", "食堂"), True)
    assert found["请打分：服务"][1:] == (("速度", "态度"), False)
    assert list(arranged.table.columns[-1]) == ["A 很好", ""]
    read = _reads(path, "tencent")
    assert read.responses.codes[[c.key for c in read.responses.columns].index("Q2[1]")].tolist() == [2, 2]
    assert read.responses.codes[[c.key for c in read.responses.columns].index("Q2[2]")].tolist() == [1, 2]


def test_jinshuju_texts_beside_options(write_csv):
    """``其他:包装`` is "other" with a text; a label that occurs by itself may have a text, too; sentences stay."""
    end = ["扩展属性", "提交人", "提交时间", "修改时间", "填写设备", "IP"]
    tail = ["", "张三", "2023-07-21 11:36:09", "", "手机", "192.0.2.1"]
    rows = [
        ["序号", "满意的方面", "意见", *end],
        ["1", "物流速度, 客服态度", "建议：再快一点", *tail],
        ["2", "其他:包装", "好", *tail],
        ["3", "物流速度, 其他：价格", "", *tail],
        ["4", "客服态度", "好", *tail],
    ]
    path = write_csv(rows)
    assert detect_table(read_table(path))[0].platform == "jinshuju"
    arranged = _arrange(path, "jinshuju")
    assert list(arranged.table.columns[1]) == [
        "物流速度, 客服态度",
        "其他〖包装〗",
        "物流速度, 其他〖价格〗",
        "客服态度",
    ]
    assert arranged.table.columns[2][0] == "建议：再快一点"
    (question, _) = questions_in(arranged, platform="jinshuju")
    assert question.kind == "multiple"
    assert {option.label for option in question.options} == {"物流速度", "客服态度", "其他"}
    read = _reads(path, "jinshuju")
    assert "张三" not in repr(read)


def test_jinshuju_entries_go_by_lasting_keys(tmp_path):
    """A list of entries; a matrix as an object of rows, and as statement and choice; texts beside options."""
    entries = [
        {
            "serial_number": number,
            "field_1": score,
            "field_2": ["快", "好"],
            "field_3": {"速度": "满意", "态度": "一般"},
            "field_4": [{"statement": "包装", "choice": "好"}, {"statement": "价格", "choice": "贵"}],
            "field_2_extended_text": {"好": "真好"},
            "x_field_weixin_openid": "oABCDEFGHIJKLMNOPQRSTUVWXYZ12",
            "creator_name": "someone",
            "created_at": "2023-07-21T03:36:09.016Z",
            "info_filling_duration": 85,
            "info_remote_ip": "192.0.2.1",
        }
        for number, score in ((1, 5), (2, 3), (3, 4))
    ]
    path = tmp_path / "entries.json"
    path.write_text(json.dumps({"data": entries}, ensure_ascii=False), encoding="utf-8")
    first = detect_table(read_table(path))[0]
    assert (first.platform, first.variant) == ("jinshuju", "entries")
    arranged = _arrange(path, "jinshuju")
    keys = {heading.key for heading in arranged.headings if heading.role is None}
    assert {"field_1", "field_2", "field_3/速度", "field_3/态度"} <= keys
    parts = {(heading.group, heading.part) for heading in arranged.headings if heading.group}
    assert parts == {("field_3", "速度"), ("field_3", "态度"), ("field_4", "包装"), ("field_4", "价格")}
    roles = {heading.text: heading.role for heading in arranged.headings}
    assert roles["x_field_weixin_openid"] == roles["creator_name"] == roles["info_remote_ip"] == "identifier"
    assert next(role for name, role in roles.items() if "extended_text" in name) == "paradata"
    assert "survey.jinshuju_without_labels" in {remark.code for remark in arranged.remarks}
    read = _reads(path, "jinshuju")
    assert read.responses.n == 3
    assert "oABC" not in repr(read.responses.texts) + read.responses.respondents.to_csv()
