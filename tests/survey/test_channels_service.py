"""Tickets, chats and call-backs: times, waits, reopenings, outcomes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from survey.channels.read import read_channel, read_channel_table
from survey.channels.staff import shown_staff
from survey.errors import ResponseImportError
from tests.survey.channel_tables import accounted, changed, proposed, read, write_csv


def test_ticket_times_may_be_minutes_or_moments(tmp_path: Path) -> None:
    """30 minutes and 10:30 after 10:00 are the same; two hours are 120 minutes."""
    minutes = write_csv(
        tmp_path / "a.csv", [["工单号", "首次响应时长(分钟)", "解决时长(分钟)"], ["1", "30", "120"], ["2", "2小时", ""]]
    )
    moments = write_csv(
        tmp_path / "b.csv",
        [
            ["Ticket ID", "Created at", "First response time", "Solved at"],
            ["1", "2024-01-01 10:00", "2024-01-01 10:30", "2024-01-01 12:00"],
        ],
    )
    by_minutes, by_moments = read(minutes, "ticket").touchpoints, read(moments, "ticket").touchpoints
    assert by_minutes.values("first_reply_minutes").tolist() == [30.0, 120.0]
    assert by_moments.values("first_reply_minutes").tolist() == [30.0]
    assert by_moments.values("solution_minutes").tolist() == [120.0]
    assert by_moments.values("handling_minutes").tolist() == [90.0]


def test_negative_times_are_reported_and_left_out(tmp_path: Path) -> None:
    """Solved before it was created: the row is named, the other figures stay."""
    path = write_csv(
        tmp_path / "t.csv",
        [
            ["Ticket ID", "Created at", "Solved at", "Satisfaction"],
            ["1", "2024-01-02 10:00", "2024-01-01 10:00", "4"],
            ["2", "2024-01-02 10:00", "2024-01-03 10:00", "5"],
        ],
    )
    result = read(path, "ticket")
    warning = next(w for w in result.report.warnings if w.code == "survey.channel_negative_duration")
    assert (warning.fields["count"], warning.fields["rows"]) == (1, "2")
    values = result.touchpoints.values("solution_minutes")
    assert np.isnan(values[0])
    assert values[1] == 1440.0


def test_offered_good_and_bad_are_not_one_to_five(tmp_path: Path) -> None:
    """Good is 1, bad 0, offered was asked and did not answer, unoffered was not asked."""
    path = write_csv(
        tmp_path / "t.csv",
        [
            ["Ticket ID", "Satisfaction", "Reopens"],
            *[
                [n, s, r]
                for n, s, r in (
                    ("1", "Good", "0"),
                    ("2", "Bad", "2"),
                    ("3", "Offered", "1"),
                    ("4", "Unoffered", "0"),
                    ("5", "good", "0"),
                )
            ],
        ],
    )
    touchpoints = read(path, "ticket").touchpoints
    rated = touchpoints.values("satisfaction")
    assert rated[[0, 1, 4]].tolist() == [1.0, 0.0, 1.0]
    assert np.isnan(rated[[2, 3]]).all()
    assert touchpoints.values("satisfaction_offered").tolist() == [1.0, 1.0, 1.0, 0.0, 1.0]
    assert touchpoints.values("reopens").tolist() == [0.0, 2.0, 1.0, 0.0, 0.0]


def test_agents_by_name_become_numbers_and_codes_stay(tmp_path: Path) -> None:
    """A name is nobody's business in a report; a desk number is."""
    path = write_csv(
        tmp_path / "t.csv", [["工单号", "客服", "满意度"], ["1", "王丽", "5"], ["2", "A102", "4"], ["3", "王丽", "3"]]
    )
    found = read(path, "ticket")
    assert found.touchpoints.attributes["agent"].tolist() == ["#1", "A102", "#1"]
    (remark,) = [warning for warning in found.report.warnings if warning.code == "survey.channel_staff_numbered"]
    assert "#1" in remark.message("en")
    assert "王丽" not in remark.message("zh")


@pytest.mark.parametrize("code", ["007", "A102", "CS-12", "客服03", "坐席 12", "agent_7", "8001号", "客服A12"])
def test_staff_codes_are_shown(code: str) -> None:
    """Digits behind capitals or a word for the office."""
    assert shown_staff([code]) == {code: code}


@pytest.mark.parametrize("name", ["李娜01", "王 2", "zhang01", "Anna 3", "LINA01", "Петр1", "李娜", "김철수2"])
def test_staff_names_with_digits_are_not(name: str) -> None:
    """Letters that may be a name become a number."""
    assert shown_staff([name]) == {name: "#1"}


def test_a_log_of_turns_gives_waits(tmp_path: Path) -> None:
    """Two questions in a row wait from the first: 60 s, then 30 s; mean 45, longest 60."""
    path = write_csv(
        tmp_path / "log.csv",
        [
            ["会话ID", "时间", "角色", "消息内容"],
            ["s1", "2024-01-01 10:00:00", "客户", "在吗"],
            ["s1", "2024-01-01 10:00:20", "客户", "有人吗"],
            ["s1", "2024-01-01 10:01:00", "客服", "您好"],
            ["s1", "2024-01-01 10:02:00", "客户", "多久发货"],
            ["s1", "2024-01-01 10:02:30", "客服", "今天"],
            ["s2", "2024-01-01 11:00:00", "客户", "退货"],
        ],
    )
    result = read(path, "chat")
    touchpoints = result.touchpoints
    assert accounted(result)
    assert (touchpoints.n_records, result.report.rows_used) == (2, 6)
    assert touchpoints.values("turns").tolist() == [5.0, 1.0]
    assert touchpoints.values("first_response_seconds")[0] == 60.0
    assert touchpoints.values("longest_wait_seconds")[0] == 60.0
    assert touchpoints.values("mean_wait_seconds")[0] == 45.0
    assert touchpoints.values("duration_minutes")[0] == 2.5
    assert np.isnan(touchpoints.values("first_response_seconds")[1])


def test_turns_out_of_order_are_reported(tmp_path: Path) -> None:
    """An answer before the question is no wait."""
    path = write_csv(
        tmp_path / "log.csv",
        [
            ["session id", "time", "role", "message"],
            ["1", "2024-01-01 10:05", "user", "hello"],
            ["1", "2024-01-01 10:00", "agent", "hi"],
        ],
    )
    result = read(path, "chat")
    assert "survey.channel_turns_backwards" in [w.code for w in result.report.warnings]
    assert "first_response_seconds" not in result.touchpoints.metrics


def test_a_table_of_sessions(tmp_path: Path) -> None:
    """Queue as a clock, first response in seconds, rating, resolved or not."""
    path = write_csv(
        tmp_path / "s.csv",
        [
            ["会话编号", "排队时长", "首次响应时长", "满意度", "是否解决"],
            ["1", "00:01:05", "12", "5", "是"],
            ["2", "", "40", "", "否"],
        ],
    )
    touchpoints = read(path, "chat").touchpoints
    assert touchpoints.values("queue_seconds")[0] == 65.0
    assert touchpoints.values("first_response_seconds").tolist() == [12.0, 40.0]
    assert touchpoints.values("resolved").tolist() == [1.0, 0.0]


TRANSCRIPT = """USER\tHi, is it open?\tAsk\t3,4
SYSTEM\tYes.\tInform\t
USER\tThanks\tthank\t4,4
USER\tOVERALL\t\t4,5

USER\tNo answer\t\t2,2
USER\tOVERALL\t\t1,2\tunhelpful;rude
"""


def test_a_text_log_of_roles_and_scores(tmp_path: Path) -> None:
    """Two dialogues; the closing line is no turn; scores of two coders are kept apart."""
    path = tmp_path / "log.txt"
    path.write_text(TRANSCRIPT, encoding="utf-8")
    result = read(path, "chat")
    touchpoints = result.touchpoints
    assert accounted(result)
    assert (touchpoints.n_records, result.report.rows_in_file, dict(result.report.rows_skipped)["empty"]) == (2, 7, 1)
    assert touchpoints.values("turns").tolist() == [3.0, 1.0]
    assert touchpoints.values("rating").tolist() == [4.5, 1.5]
    assert touchpoints.values("rating", coder="2").tolist() == [5.0, 2.0]
    assert touchpoints.values("turn_rating").tolist() == [3.75, 2.0]


def test_lines_that_are_no_turns_are_named(tmp_path: Path) -> None:
    """The line number, and what was expected."""
    path = tmp_path / "log.txt"
    path.write_text(TRANSCRIPT + "just a line\n", encoding="utf-8")
    mapping = proposed_transcript(tmp_path)
    with pytest.raises(ResponseImportError, match="lines 8"):
        read_channel(path, mapping)


def proposed_transcript(folder: Path):  # type: ignore[no-untyped-def]
    good = folder / "good.txt"
    good.write_text(TRANSCRIPT, encoding="utf-8")
    return proposed(good, "chat")


CALLS = [
    ["样本编号", "拨打次数", "呼叫结果", "通话时长", "满意度", "访问员"],
    ["1", "1", "无人接听", "0", "", "A1"],
    ["1", "2", "完成", "120", "3", "A2"],
    ["2", "1", "拒访", "10", "", "A1"],
    ["3", "1", "空号", "", "", "A1"],
    ["4", "1", "占线", "", "", "A1"],
    ["4", "2", "", "", "", "A1"],
    ["5", "3", "部分完成", "45", "2", "A2"],
]


def test_attempts_of_a_case_become_its_final_outcome(tmp_path: Path) -> None:
    """No answer, then complete: complete; busy, then not tried: non-contact. Talking time is summed."""
    result = read(write_csv(tmp_path / "c.csv", CALLS), "callback")
    touchpoints = result.touchpoints
    assert accounted(result)
    assert (touchpoints.n_records, result.report.rows_used) == (5, 7)
    assert touchpoints.codes("disposition").tolist() == [
        "complete",
        "refusal",
        "ineligible",
        "non_contact",
        "partial",
    ]
    assert touchpoints.values("attempts").tolist() == [2.0, 1.0, 1.0, 2.0, 3.0]
    assert touchpoints.values("talk_seconds")[0] == 120.0
    assert touchpoints.attributes["interviewer"].tolist()[0] == "A2"


def test_the_drafted_mapping_spells_every_outcome_out(tmp_path: Path) -> None:
    """A person can see, and change, that a dead number counts as not eligible."""
    path = write_csv(tmp_path / "c.csv", CALLS)
    mapping = proposed(path, "callback")
    assert mapping.dispositions["空号"] == "ineligible"
    decided = mapping.model_copy(update={"dispositions": {**mapping.dispositions, "空号": "unknown_other"}})
    assert read_channel(path, decided).touchpoints.codes("disposition")[2] == "unknown_other"


def test_an_unknown_outcome_stops_the_import(tmp_path: Path) -> None:
    """It is not guessed; the message lists what is accepted."""
    path = write_csv(tmp_path / "c.csv", [["样本编号", "呼叫结果"], ["1", "被狗叼走"]])
    with pytest.raises(ResponseImportError, match=r"(?s)row 2.*refusal"):
        read(path, "callback")


def test_keys_pressed_are_a_rating(tmp_path: Path) -> None:
    """Key 1 is the best of three: the mapping says so, and the polarity is on the row."""
    path = write_csv(tmp_path / "c.csv", [["样本编号", "呼叫结果", "按键"], ["1", "完成", "1"], ["2", "完成", "3"]])
    mapping = changed(proposed(path, "callback"), "按键", lowest=1, highest=3, reverse=True)
    touchpoints = read_channel(path, mapping).touchpoints
    assert touchpoints.values("rating").tolist() == [1.0, 3.0]
    assert set(touchpoints.measures["polarity"][touchpoints.rows_of("rating")]) == {-1}


def test_an_empty_log_is_refused(tmp_path: Path) -> None:
    """Nothing but blank lines."""
    path = tmp_path / "log.txt"
    path.write_text("\n\n", encoding="utf-8")
    with pytest.raises(ResponseImportError):
        read_channel_table(path, proposed_transcript(tmp_path))
