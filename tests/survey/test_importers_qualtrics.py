"""Qualtrics: three generations of heading rows, and what people and accounts make of them."""

from __future__ import annotations

import json
import zipfile

import pytest

from survey.errors import FileRefusedError
from survey.importers.detect import detect, detect_table, importer_of
from survey.importers.draft_export import draft_export
from survey.importers.propose import propose_mapping
from survey.importers.qualtrics_headings import ColumnId, column_id, import_id
from survey.importers.questions import count_asked, questions_in, roles_in
from survey.importers.read import read_responses
from survey.importers.table_file import read_table
from survey.scales import MISSING_CODES

OWN = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished", "RecordedDate"]
OWN += ["ResponseId", "RecipientLastName", "DistributionChannel", "UserLanguage"]
OWN_IDS = ["startDate", "endDate", "status", "ipAddress", "progress", "duration", "finished", "recordedDate"]
OWN_IDS += ["_recordId", "recipientLastName", "distributionChannel", "userLanguage"]


def _own(number: int, *, status: object = 0, channel: str = "anonymous", finished: object = 1) -> list[object]:
    start, end = f"2024-03-0{number} 10:00:00", f"2024-03-0{number} 10:05:00"
    name = f"R_{number:015d}"
    return [start, end, status, "192.0.2.7", 100, 300, finished, end, name, "", channel, "EN"]


def _rows(columns, answers, *, own_words=OWN, records=None):
    """Heading rows and records of the present layout; ``columns`` are (tag, wording, id or dict)."""
    ids = [{"ImportId": name} for name in OWN_IDS]
    ids += [c[2] if isinstance(c[2], dict) else {"ImportId": c[2]} for c in columns]
    heads = [
        [*OWN, *(c[0] for c in columns)],
        [*own_words, *(c[1] for c in columns)],
        [json.dumps(entry, separators=(",", ":")) for entry in ids],
    ]
    own = records or [_own(n) for n in range(1, len(answers) + 1)]
    return [*heads, *([*mine, *cells] for mine, cells in zip(own, answers, strict=True))]


def _arranged(path):
    return importer_of("qualtrics").arrange(read_table(path))


@pytest.fixture
def files(shared):
    """The reference files."""
    return shared / "reference" / "formats" / "qualtrics"


@pytest.mark.parametrize(
    ("name", "variant", "records", "columns", "questions"),
    [
        ("Single_Answer_Matrix_Questions.csv", "legacy", 5, 16, 5),
        ("Single_Answer_Matrix_Questions (Insights).csv", "insights", 5, 16, 5),
        ("Multiple_Answer_MC_Questions.csv", "legacy", 5, 22, 5),
        ("Multiple_Answer_MC_Questions (Insights).csv", "insights", 5, 22, 5),
        ("No_Basis_for_Evaluation (Insights).csv", "insights", 15, 35, 6),
        ("SidebySide_Questions (Insights).csv", "insights", 25, 57, 8),
        ("Survey_Logic_EVERYWHERE.csv", "legacy", 10, 7, 5),
        ("qualtRics_sample_3header_de.csv", "current", 1, 2, 2),
        ("qualtRics_sample_legacy.csv", "legacy", 1, 2, 2),
    ],
)
def test_every_reference_file(files, name, variant, records, columns, questions):
    """The platform first and far ahead, records without heading rows, questions as the survey file counts them."""
    table = read_table(files / name)
    first, *others = detect_table(table)
    assert (first.platform, first.variant) == ("qualtrics", variant)
    assert first.confidence > 0.9
    assert all(other.confidence < 0.25 for other in others)
    assert all(reason.message("zh") != reason.message("en") for reason in first.reasons)
    arranged = importer_of("qualtrics").arrange(table)
    assert arranged.table.n == records
    roles = roles_in(arranged)
    assert sum(role is None for role in roles) == columns
    assert roles.count("respondent") == roles.count("submitted") == roles.count("started") == 1
    assert count_asked(questions_in(arranged, platform="qualtrics")) == questions
    draft = draft_export(arranged, platform="qualtrics", instrument_id="drafted")
    report = read_responses(files / name, draft.instrument, draft.mapping).report
    assert report.rows_in_file == report.rows_kept + sum(report.rows_skipped.values())
    assert report.rows_kept == records


@pytest.mark.parametrize(
    ("text", "identifier"),
    [('{"ImportId":"QID5_2"}', "QID5_2"), ("{'ImportId': 'QID2-1'}", "QID2-1"), ("{u'ImportId': u'QID2'}", "QID2"),
     ('{"ImportId":"startDate","timeZone":"Asia/Shanghai"}', "startDate"),
     ('{"ImportId":"QID5","choiceId":"3"}', "QID5_3"), ("ResponseId", None), ("{'a': __import__('os')}", None)],
)  # fmt: skip
def test_import_ids_are_read_and_never_run(text, identifier):
    """By pattern: the row of 2016 is Python's own notation, and must not be evaluated."""
    assert import_id(text) == identifier


@pytest.mark.parametrize(
    ("identifier", "parts"),
    [("QID5_2", ColumnId(question="QID5", parts=("2",))), ("QID2_TEXT", ColumnId(question="QID2", text=True)),
     ("QID4-2-TEXT", ColumnId(question="QID4", parts=("2",), text=True)),
     ("QID5#1-1-2-TEXT", ColumnId(question="QID5#1", parts=("1", "2"), text=True)),
     ("3_QID5_1", ColumnId(question="QID5", parts=("1",), loop="3")),
     ("QID7_x2", ColumnId(question="QID7", parts=("x2",))), ("startDate", None), ("QID3_DO_1", None)],
)  # fmt: skip
def test_import_ids_taken_apart(identifier, parts):
    """Question, row and choice, text, loop; a choice carried forward has an x."""
    assert column_id(identifier) == parts


GERMAN = ["Anfangsdatum", "Enddatum", "Antworttyp", "IP-Adresse", "Aktueller Stand", "Dauer (in Sekunden)", "Beendet"]
GERMAN += ["Erfassungsdatum", "Antwort-ID", "Nachname des Empfängers", "Verteilungskanal", "Benutzersprache"]
CHINESE = [
    "开始日期",
    "结束日期",
    "响应类型",
    "IP 地址",
    "进度",
    "持续时间（秒）",
    "已完成",
    "记录日期",
    "响应 ID",
    "收件人姓氏",
]
CHINESE += ["分发渠道", "用户语言"]


@pytest.mark.parametrize("words", [OWN, GERMAN, CHINESE])
@pytest.mark.parametrize("kind", ["csv", "tsv", "xlsx"])
def test_languages_line_breaks_and_kinds_of_file(write_csv, write_xlsx, words, kind):
    """Row 2 is in the account's language and may hold line breaks; the file may be CSV, TSV or a workbook."""
    columns = [
        ("Q1", "How satisfied are you\nwith the counter?", "QID1"),
        ("Q2_1", "Please rate:\n - Speed", "QID2_1"),
        ("Q2_2", "Please rate:\n - Staff", "QID2_2"),
    ]
    rows = _rows(columns, [[5, 4, 3], [4, 4, 2], [3, 5, 1]], own_words=words)
    if kind == "xlsx":
        path = write_xlsx(rows)
    else:
        # tab-separated exports come in UTF-16
        tabbed = {"delimiter": "\t", "encoding": "utf-16"} if kind == "tsv" else {"encoding": "utf-8-sig"}
        path = write_csv(rows, name=f"export.{kind}", **tabbed)
    first = detect(path)[0]
    assert (first.platform, first.variant) == ("qualtrics", "current")
    arranged = _arranged(path)
    assert arranged.table.n == 3
    roles = dict(zip(arranged.table.headings, roles_in(arranged), strict=True))
    assert roles["ResponseId"] == "respondent"
    assert roles["IPAddress"] == roles["RecipientLastName"] == "identifier"
    assert roles["RecordedDate"] == "paradata"
    one, grid = questions_in(arranged, platform="qualtrics")
    assert one.text == "How satisfied are you with the counter?"
    assert (grid.text, grid.parts, grid.grid) == ("Please rate:", ("Speed", "Staff"), True)


def test_columns_are_found_again_by_their_import_id(write_csv):
    """Tags are edited and used twice; every column is kept, and the mapping holds to the ids."""
    columns = [("Q", "Speed", "QID1"), ("Q", "Staff", "QID2"), ("Open", "Why?", "QID3_TEXT")]
    path = write_csv(_rows(columns, [[5, 1, "a"], [4, 2, "b"], [3, 3, "c"], [5, 1, "d"]]))
    arranged = _arranged(path)
    assert [heading.key for heading in arranged.headings][-3:] == ["QID1", "QID2", "QID3_TEXT"]
    assert "survey.qualtrics_tags_twice" in {remark.code for remark in arranged.remarks}
    draft = draft_export(arranged, platform="qualtrics", instrument_id="drafted")
    swapped = [("Staff", "Staff", "QID2"), ("Why", "Why?", "QID3_TEXT"), ("Speed", "Speed", "QID1")]
    later = write_csv(_rows(swapped, [[1, "e", 5], [2, "f", 4]]), name="later.csv")
    first = read_responses(path, draft.instrument, draft.mapping).responses
    second = read_responses(later, draft.instrument, draft.mapping).responses
    for row in range(2):
        assert first.codes[row][:2].tolist() == second.codes[row].tolist()


def test_seen_and_not_answered_is_kept_apart_from_not_shown(write_csv):
    """-99 is a question skipped; in such an export an empty cell was not shown."""
    columns = [("Q1", "Speed", "QID1"), ("Q2", "Staff", "QID2")]
    path = write_csv(_rows(columns, [[5, -99], [4, ""], [3, 2], [5, 1], [1, 3]]))
    arranged = _arranged(path)
    assert (arranged.missing, arranged.blank_is) == ({"-99": "skipped"}, "not_shown")
    draft = draft_export(arranged, platform="qualtrics", instrument_id="drafted")
    responses = read_responses(path, draft.instrument, draft.mapping).responses
    staff = next(row for row, column in enumerate(responses.columns) if column.question == "Q2")
    wanted = [MISSING_CODES["skipped"], MISSING_CODES["not_shown"]]
    assert responses.codes[staff].tolist() == [*wanted, 2, 1, 3]
    plain = _arranged(write_csv(_rows(columns, [[5, ""], [4, 2]]), name="plain.csv"))
    assert (plain.missing, plain.blank_is) == ({}, "blank")


@pytest.mark.parametrize(
    "marks",
    [{"status": 1}, {"status": 2}, {"status": "Survey Preview"}, {"status": "调查预览"}, {"channel": "preview"}],
)
def test_previews_are_proposed_to_be_left_out(write_csv, marks):
    """By status or channel, as number or text; they are counted, and not read."""
    columns = [("Q1", "Speed", "QID1")]
    records = [_own(1), _own(2, **marks), _own(3)]
    path = write_csv(_rows(columns, [[5], [1], [3]], records=records))
    arranged = _arranged(path)
    assert "survey.qualtrics_previews" in {remark.code for remark in arranged.remarks}
    draft = draft_export(arranged, platform="qualtrics", instrument_id="drafted")
    report = read_responses(path, draft.instrument, draft.mapping).report
    assert (report.rows_kept, report.rows_skipped["left_out"]) == (2, 1)


def test_a_file_of_tests_alone_is_read_with_a_warning(write_csv):
    """Leaving everything out would leave nothing to look at."""
    path = write_csv(_rows([("Q1", "Speed", "QID1")], [[5], [4]], records=[_own(1, status=2), _own(2, status=2)]))
    arranged = _arranged(path)
    assert not arranged.leave_out
    remark = next(remark for remark in arranged.remarks if remark.code == "survey.qualtrics_all_tests")
    assert remark.severity == "warning"


@pytest.mark.parametrize("finished", [0, "FALSE", "否"])
def test_unfinished_responses_are_counted(write_csv, finished):
    """Read all the same: whether they count is for the researcher to say."""
    path = write_csv(_rows([("Q1", "Speed", "QID1")], [[5], [4]], records=[_own(1, finished=finished), _own(2)]))
    remark = next(r for r in _arranged(path).remarks if r.code == "survey.qualtrics_unfinished")
    assert remark.fields["count"] == 1


def test_columns_of_the_machine_are_no_questions(write_csv):
    """Orders of presentation, timers, text analytics, browser, scores, recommendation groups."""
    columns = [
        ("Q1", "Recommend?", "QID1"),
        ("Q1_NPS_GROUP", "Recommend? - Group", "QID1_NPS_GROUP"),
        ("Q2", "Why?", "QID2_TEXT"),
        ("Q2 - Topics", "Q2 - Topics", "QID2_TEXT_eae5a8d0e7fd4bd183e983e5Topics"),
        ("Q2 - Sentiment", "Q2 - Sentiment", "QID2_TEXT_eae5a8d0e7fd4bd183e983e5Sentiment"),
        ("Q3_DO_1", "Order", "QID3_DO_1"),
        ("FL_4_DO", "FL_4 - Block order", "FL_4_DO"),
        ("T_First Click", "Timing - First Click", "QID4_FIRST_CLICK"),
        ("B_Browser", "Browser - Browser", "QID5_BROWSER"),
        ("SC0", "Score", "SC_abc"),
        ("region", "region", "region"),
    ]
    answers = [
        [9, 2, "slow", "", "", 1, "", 1.5, "Chrome", 7, "North"],
        [8, 2, "", "", "", 2, "", 2.5, "Edge", 3, "South"],
    ]
    arranged = _arranged(write_csv(_rows(columns, answers)))
    roles = dict(zip(arranged.table.headings, (heading.role for heading in arranged.headings), strict=True))
    assert [name for name, role in roles.items() if role is None] == ["Q1", "Q2", "region"]
    assert roles["Q2 - Topics"] == roles["Q1_NPS_GROUP"] == "ignore"
    assert roles["Q3_DO_1"] == roles["FL_4_DO"] == roles["T_First Click"] == roles["B_Browser"] == "paradata"
    assert roles["SC0"] == "total"


def test_loops_texts_beside_options_and_stems_that_were_cut(write_csv):
    """A round of a loop is a question; "other, please specify" stands beside its question; ``...`` is no wording."""
    cut = "Thinking of your last visit to our counter in the city hall, how satisfied were you with each of th..."
    columns = [
        ("1_Q5", "Speed at A", "1_QID5"),
        ("2_Q5", "Speed at B", "2_QID5"),
        ("Q6", "Which way? - Selected Choice", "QID6"),
        ("Q6_4_TEXT", "Which way? - Other - Text", "QID6_4_TEXT"),
        ("Q7_1", f"{cut} - Waiting - in line", "QID7_1"),
        ("Q7_2", f"{cut} - Staff", "QID7_2"),
    ]
    arranged = _arranged(
        write_csv(_rows(columns, [[1, 2, 4, "by boat", 3, 4], [2, 1, 1, "", 5, 2], [3, 3, 2, "", 4, 4]]))
    )
    questions = questions_in(arranged, platform="qualtrics")
    assert [q.name for q in questions] == ["1_Q5", "2_Q5", "Q6", "Q6_4_TEXT", "Q7"]
    assert (questions[2].text, questions[3].kind) == ("Which way?", "text")
    assert questions[-1].parts == ("Waiting - in line", "Staff")
    assert questions[-1].text == cut.removesuffix("...")
    assert count_asked(questions) == 4
    codes = {remark.code for remark in arranged.remarks}
    assert {"survey.qualtrics_loops", "survey.qualtrics_wordings_cut"} <= codes


def test_several_answers_as_ticks_texts_and_lists(write_csv):
    """Split columns hold 1 or the label; unsplit ones a list of codes or labels, which may hold commas."""
    columns = [
        ("A_1", "Which? - Phone", {"ImportId": "QID1", "choiceId": "1"}),
        ("A_2", "Which? - Mail", {"ImportId": "QID1", "choiceId": "2"}),
        ("B_1", "Where? - Shop", "QID2_1"),
        ("B_2", "Where? - Web", "QID2_2"),
        ("C", "When?", "QID3"),
        ("D", "Who?", "QID4"),
        ("E_1", "Rank - Price", "QID5_1"),
        ("E_2", "Rank - Quality", "QID5_2"),
        ("E_3", "Rank - Service", "QID5_3"),
    ]
    answers = [
        [1, "", "Shop", "Web", "1,3", "Me,My family", 1, 2, 3],
        ["", 1, "Shop", "", "2", "Me", 3, 2, 1],
        [1, 1, "", "Web", "1,2", "Me,Friends (old, new)", 2, 1, 3],
        [1, "", "", "", "3", "Friends (old, new)", 1, 3, 2],
        ["", 1, "Shop", "Web", "1,2,3", "My family", 1, 2, 3],
    ]
    path = write_csv(_rows(columns, answers))
    arranged = _arranged(path)
    questions = {q.name: q for q in questions_in(arranged, platform="qualtrics")}
    assert {name: q.kind for name, q in questions.items()} == {
        "A": "multiple", "B": "multiple", "C": "multiple", "D": "multiple", "E": "ranking",
    }  # fmt: skip
    assert [option.label for option in questions["D"].options] == ["Friends (old, new)", "Me", "My family"]
    draft = draft_export(arranged, platform="qualtrics", instrument_id="drafted")
    responses = read_responses(path, draft.instrument, draft.mapping).responses
    chosen = {(c.question, str(c.option)): row for row, c in enumerate(responses.columns)}
    assert responses.codes[chosen["A", "1"]].tolist() == [2, 1, 2, 2, 1]
    assert responses.codes[chosen["D", "1"]].tolist() == [1, 1, 2, 2, 1]
    assert responses.codes[chosen["E", "2"]].tolist() == [2, 2, 1, 3, 2]


def test_heading_rows_that_people_deleted(write_csv):
    """One row of tags; tags and wordings; own names and ids of responses are enough to know it."""
    full = _rows([("Q1", "Speed", "QID1"), ("Q2_1", "Rate - Staff", "QID2_1"), ("Q2_2", "Rate - Price", "QID2_2")],
                 [[5, 1, 2], [4, 2, 3], [3, 3, 4]])  # fmt: skip
    for rows in ([full[0], *full[3:]], full[:2] + full[3:], [full[1], *full[3:]], [full[0], *full[2:]]):
        path = write_csv(rows)
        assert detect(path)[0].platform == "qualtrics"
        arranged = _arranged(path)
        assert arranged.table.n == 3
        assert roles_in(arranged).count(None) == 3
        draft = draft_export(arranged, platform="qualtrics", instrument_id="drafted")
        assert read_responses(path, draft.instrument, draft.mapping).responses.n == 3


def test_a_question_for_an_address_is_not_read(write_csv):
    """Tags hide what is asked; the wording tells."""
    arranged = _arranged(write_csv(_rows([("Q9", "Email address", "QID9_TEXT"), ("Q1", "x", "QID1")], [["a@b.cd", 1]])))
    assert roles_in(arranged)[-2:] == ["identifier", None]


def test_labels_decide_where_numbers_of_options_do_not_agree(write_csv, instrument):
    """The tag holds a position, the instrument a code: the label in row 2 says which option is meant."""
    columns = [
        ("VIA_1", "Which channels did you use? - In person", "QID1_1"),
        ("VIA_2", "Which channels did you use? - Phone", "QID1_2"),
    ]
    scale = instrument.scale_of(instrument.question("VIA"))
    labels = [option.label.both()["en"] for option in scale.answers]
    columns = [(f"VIA_{n}", f"Which channels? - {label}", f"QID1_{n}") for n, label in enumerate(reversed(labels), 1)]
    path = write_csv(_rows(columns, [[1] * len(labels)]))
    proposal = propose_mapping(read_table(path), instrument, "qualtrics")
    placed = [column.option for column in proposal.mapping.columns if column.question == "VIA"]
    assert placed == [option.code for option in reversed(scale.answers)]


def test_zipped_exports(write_csv, tmp_path):
    """Qualtrics sends archives: one table in it is read, more are refused with advice."""
    path = write_csv(_rows([("Q1", "Speed", "QID1")], [[5], [4]]))
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    with zipfile.ZipFile(one, "w") as archive:
        archive.write(path, "Survey_March 1, 2024.csv")
    assert detect(one)[0].platform == "qualtrics"
    with zipfile.ZipFile(two, "w") as archive:
        archive.write(path, "a.csv")
        archive.write(path, "b.csv")
    with pytest.raises(FileRefusedError) as refused:
        read_table(two)
    assert "Unpack" in refused.value.message("en")


def test_other_tables_are_not_taken_for_it(write_csv, write_xlsx):
    """Columns called status and progress, V1 in a table of figures."""
    tickets = [["id", "Status", "Progress", "Finished", "StartDate", "EndDate"], ["1", "open", "50", "no", "", ""]]
    assert detect(write_csv(tickets))[0].platform == "none"
    figures = [["V1", "V2", "V3"], [1, 2, 3], [4, 5, 6]]
    assert detect(write_xlsx(figures))[0].platform == "none"
