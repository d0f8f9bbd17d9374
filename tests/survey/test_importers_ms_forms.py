"""Microsoft Forms: own columns in the account's language, lists that end in a semicolon, quizzes, Likert questions."""

from __future__ import annotations

from datetime import datetime

import pytest

from survey.importers.detect import detect, detect_table, importer_of
from survey.importers.draft_export import draft_export
from survey.importers.questions import questions_in, roles_in
from survey.importers.read import read_responses
from survey.importers.table_file import read_table

OWN = {
    "en": ["ID", "Start time", "Completion time", "Email", "Name"],
    "zh": ["ID", "开始时间", "完成时间", "电子邮件", "姓名"],
    "zh-name": ["ID", "开始时间", "完成时间", "电子邮件", "名称"],
    "de": ["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name"],
    "fr": ["ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom"],
    "es": ["Id.", "Hora de inicio", "Hora de finalización", "Correo electrónico", "Nombre"],
    "ja": ["ID", "開始時刻", "完了時刻", "メール", "名前"],
    "ko": ["ID", "시작 시간", "완료 시간", "전자 메일", "이름"],
}
ASKED = ["How\u00a0satisfied are you?", "Which services did you use?", "What is best?", "Why?"]


def _record(number: int) -> list[object]:
    services = ["Passport;Parking;", "Passport;", "Parking;Visa, work;", "Visa, work;"][number % 4]
    ranks = ["Price;Staff;Speed;", "Speed;Price;Staff;"][number % 2]
    return [number, f"4/1{number}/2026 22:38", f"4/1{number}/2026 22:40", "anonymous", "",
            ["5", "4", "3", "5"][number % 4], services, ranks, f"since {number}"]  # fmt: skip


def _rows(own, *, asked=ASKED):
    return [[*own, *asked], *(_record(n) for n in range(1, 9))]


def _arranged(path):
    return importer_of("ms_forms").arrange(read_table(path))


def test_the_reference_file(shared):
    """Five own columns and six questions; the months stand first, since a day is the 15th."""
    path = shared / "reference" / "formats" / "ms_forms" / "school_lunch_first30_masked.csv"
    table = read_table(path)
    first, *others = detect_table(table)
    assert first.platform == "ms_forms"
    assert first.confidence >= 0.9
    assert all(other.confidence < 0.2 for other in others)
    arranged = importer_of("ms_forms").arrange(table)
    assert roles_in(arranged) == ["paradata", "started", "submitted", "identifier", "identifier", *[None] * 6]
    draft = draft_export(arranged, platform="ms_forms", instrument_id="drafted")
    assert [question.kind for question in draft.questions] == ["single", "scale", "text", "text", "single", "text"]
    result = read_responses(path, draft.instrument, draft.mapping)
    assert (result.report.rows_in_file, result.report.rows_kept) == (30, 30)
    assert result.responses.respondents["submitted"].iloc[0] == "2026-04-15T22:39:00"
    assert "survey.date_order_month_by_value" in {warning.code for warning in result.report.warnings}


@pytest.mark.parametrize("language", OWN)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_languages_of_the_account(write_csv, write_xlsx, language, kind):
    """The first columns are named in the account's language; questions follow as they were worded."""
    rows = _rows(OWN[language])
    path = write_xlsx(rows) if kind == "xlsx" else write_csv(rows, encoding="utf-8-sig")
    first = detect(path)[0]
    assert first.platform == "ms_forms"
    assert first.confidence >= 0.75
    arranged = _arranged(path)
    assert roles_in(arranged)[:5] == ["paradata", "started", "submitted", "identifier", "identifier"]
    questions = questions_in(arranged, platform="ms_forms")
    assert [question.kind for question in questions] == ["scale", "multiple", "ranking", "text"]
    assert questions[0].text == "How satisfied are you?"
    assert sorted(option.label for option in questions[1].options) == ["Parking", "Passport", "Visa, work"]


def test_lists_that_end_in_a_semicolon_are_read(write_csv):
    """``a;b;`` is two answers, and of a ranking the order counts."""
    path = write_csv(_rows(OWN["en"]))
    draft = draft_export(_arranged(path), platform="ms_forms", instrument_id="drafted")
    responses = read_responses(path, draft.instrument, draft.mapping).responses
    scales = {q.code: draft.instrument.scale_of(q).answers for q in draft.instrument.questions if q.scale}
    by_label = {}
    for row, column in enumerate(responses.columns):
        label = next((str(o.label.root) for o in scales[column.question] if o.code == column.option), "")
        by_label[next((word for word in ("Parking", "Speed") if word in label), "")] = responses.codes[row].tolist()[:3]
    assert (by_label["Parking"], by_label["Speed"]) == ([1, 2, 1], [1, 3, 1])


def test_times_as_days_of_excel(write_xlsx):
    """A workbook holds times as numbers or as dates."""
    rows = _rows(OWN["en"])
    for number, row in enumerate(rows[1:]):
        row[1] = 46127.5 + number
        row[2] = datetime(2026, 4, 15 + number, 12, 2, 0)
    path = write_xlsx(rows)
    draft = draft_export(_arranged(path), platform="ms_forms", instrument_id="drafted")
    respondents = read_responses(path, draft.instrument, draft.mapping).responses.respondents
    assert respondents["duration_seconds"].tolist() == [120.0] * 8


@pytest.mark.parametrize(
    ("points", "feedback", "total"),
    [("Points", "Feedback", "Total points"), ("Punkte", "Feedback", "Gesamtpunktzahl"), ("点数", "反馈", "总分")],
)
def test_quizzes(write_csv, points, feedback, total):
    """Points and feedback belong to no question; the sum of points is a total."""
    asked = [total, "Quiz feedback", "Q one?", f"{points} - Q one?", f"{feedback} - Q one?", "Points - are they fair?"]
    rows = [[*OWN["en"], *asked]]
    rows += [[*_record(n)[:5], 3, "", ["a", "b"][n % 2], 1, "", ["yes", "no"][n % 2]] for n in range(1, 8)]
    path = write_csv(rows)
    assert detect(path)[0].platform == "ms_forms"
    arranged = _arranged(path)
    assert roles_in(arranged)[5:] == ["total", "ignore", None, "ignore", "ignore", None]
    assert "survey.ms_forms_quiz_columns" in {remark.code for remark in arranged.remarks}


@pytest.mark.parametrize("divider", [".", " - "])
def test_statements_of_a_likert_question(write_csv, divider):
    """One column per statement, under the question they share; sentences with full stops are left whole."""
    stem = "How did you find the following?"
    asked = [f"{stem}{divider}{row}" for row in ("Speed", "Staff")]
    asked += ["Any ideas? E.g. on prices.", "Any ideas? E.g. on staff."]
    labels = ["Good", "Fair", "Poor"]
    rows = [[*OWN["en"], *asked]]
    rows += [[*_record(n)[:5], labels[n % 3], labels[n % 2], f"idea {n}", f"thought {n}"] for n in range(1, 9)]
    questions = questions_in(_arranged(write_csv(rows)), platform="ms_forms")
    assert [(q.text, q.grid) for q in questions] == [
        (stem, True), ("Any ideas? E.g. on prices.", False), ("Any ideas? E.g. on staff.", False),
    ]  # fmt: skip
    assert questions[0].parts == ("Speed", "Staff")


def test_signed_responses_are_pointed_out(write_csv):
    """Names and addresses are not read; whether they had to be collected is a question of its own."""
    rows = _rows(OWN["en"])
    rows[1][3:5] = ["mei@example.org", "Li Mei"]
    arranged = _arranged(write_csv(rows))
    remark = next(remark for remark in arranged.remarks if remark.code == "survey.ms_forms_signed")
    assert "mei" not in remark.message("en").casefold()
    assert "survey.ms_forms_signed" not in {r.code for r in _arranged(write_csv(_rows(OWN["en"]))).remarks}


def test_other_tables_are_not_taken_for_it(write_csv):
    """Machine logs have times of start and end as well; 腾讯问卷 has 开始答题时间."""
    log = [["job", "start time", "end time", "status"], ["a", "2024-01-01", "2024-01-02", "ok"]]
    assert detect(write_csv(log))[0].platform != "ms_forms"
    plain = [["ID", "Start time", "Completion time", "machine"], [1, "2024-01-01 10:00", "2024-01-01 10:05", "m"]]
    assert detect(write_csv(plain))[0].confidence < 0.6
    other = ["编号", "开始答题时间", "结束答题时间", "答题时长", "1.满意吗"]
    assert detect(write_csv([other, ["1", "2024/1/1 10:00", "2024/1/1 10:01", "60", "是"]]))[0].platform != "ms_forms"
