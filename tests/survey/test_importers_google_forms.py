"""Google Forms: localised times, grids, options joined by a comma and a blank that options hold themselves."""

from __future__ import annotations

import pytest

from survey.errors import ResponseImportError
from survey.importers.column_values import answers_in, divided, is_joined
from survey.importers.detect import detect, detect_table, importer_of
from survey.importers.draft_export import draft_export
from survey.importers.questions import questions_in, roles_in
from survey.importers.read import read_responses
from survey.importers.table_file import read_table

ASKED = ["How satisfied are you with the counter?", "Which channels did you use?", "Rate [Speed]", "Rate [Staff]"]
CHANNELS = ["Phone, Shops (e.g., markets, malls)", "Phone", "Mail, Phone", "Shops (e.g., markets, malls), Mail"]
TIMES = {
    "us": [f"11/{day}/2024 17:32:29" for day in range(11, 19)],
    "uk": [f"{day}/11/2024 17:32:29" for day in range(11, 19)],
    "de": [f"{day}.11.2024 17:32:29" for day in range(11, 19)],
    "tw": [f"2024/11/{day} 下午 5:32:29" for day in range(11, 19)],
    "kr": [f"2024. 11. {day} 오후 5:32:29" for day in range(11, 19)],
    "csv": [f"2024/11/{day} 5:32:29 PM GMT+8" for day in range(11, 19)],
}


def _rows(word, times, *, asked=ASKED):
    answers = [["5", "4", "3", "4"], CHANNELS, ["Good", "Fair", "Poor", "Good"], ["Fair", "Fair", "Good", "Poor"]]
    return [[word, *asked], *([time, *(cells[n % 4] for cells in answers)] for n, time in enumerate(times))]


def _arranged(path):
    return importer_of("google_forms").arrange(read_table(path))


@pytest.mark.parametrize(
    ("name", "records", "asked", "order", "confidence"),
    [("Form Responses.csv", 59, 30, "month", 0.8), ("edinbr_renamed_headers.csv", 74, 7, "day", 0.5)],
)
def test_the_reference_files(shared, name, records, asked, order, confidence):
    """One as downloaded, one renamed and saved again by R: months first there, days first here."""
    path = shared / "reference" / "formats" / "google_forms" / name
    table = read_table(path)
    first, *others = detect_table(table)
    assert first.platform == "google_forms"
    assert first.confidence > confidence
    assert all(other.confidence < first.confidence for other in others)
    arranged = importer_of("google_forms").arrange(table)
    draft = draft_export(arranged, platform="google_forms", instrument_id="drafted")
    assert len(draft.questions) == asked
    assert [question.kind for question in draft.questions].count("multiple") == 1
    result = read_responses(path, draft.instrument, draft.mapping)
    assert (result.report.rows_in_file, result.report.rows_kept) == (records, records)
    assert result.responses.respondents["submitted"].notna().all()
    assert f"survey.date_order_{order}_by_value" in {warning.code for warning in result.report.warnings}


def test_cleaned_exports(shared):
    """A workbook that kept its times is known; a table that lost them is a plain one. Names stay unread in both."""
    folder = shared / "data" / "kiosk_servqual_kano"
    table = read_table(folder / "survey_responses.xlsx")
    assert detect_table(table)[0].platform == "google_forms"
    roles = roles_in(importer_of("google_forms").arrange(table))
    assert roles.count("identifier") == 2
    ranking = detect(folder / "kiosk.csv")
    assert ranking[0].platform == "none"
    assert ranking[0].reasons


@pytest.mark.parametrize(
    ("word", "times"),
    [("Timestamp", "us"), ("Timestamp", "uk"), ("Zeitstempel", "de"), ("Horodateur", "uk"), ("Marca temporal", "uk"),
     ("时间戳记", "tw"), ("타임스탬프", "kr"), ("Timestamp", "csv")],
)  # fmt: skip
def test_languages_of_the_account(write_csv, word, times):
    """The heading of the times and their spelling are those of the account."""
    path = write_csv(_rows(word, TIMES[times]))
    first = detect(path)[0]
    assert first.platform == "google_forms"
    assert first.confidence >= 0.8
    draft = draft_export(_arranged(path), platform="google_forms", instrument_id="drafted")
    responses = read_responses(path, draft.instrument, draft.mapping).responses
    assert responses.respondents["submitted"].iloc[0] == "2024-11-11T17:32:29"
    assert [(q.kind, q.grid) for q in draft.questions] == [("scale", False), ("multiple", False), ("scale", True)]


@pytest.mark.parametrize("sheet", ["Form Responses 1", "表单回复 1", "설문지 응답 시트1"])
def test_workbooks(write_xlsx, sheet):
    """The sheet's name is another mark."""
    from openpyxl import load_workbook

    path = write_xlsx([["Timestamp", "Age", "Shoe"], *([45000.5 + n, 30 + n, 40] for n in range(4))])
    before = detect(path)[0]
    workbook = load_workbook(path)
    workbook.active.title = sheet
    workbook.save(path)
    after = detect(path)[0]
    assert before.platform == "none"
    assert (after.platform, after.confidence) == ("google_forms", 0.75)


def test_times_that_do_not_tell_the_order(write_csv):
    """No day above 12 and no order of records: said before anything is read, and no time is made up."""
    times = ["5/6/2024 10:00:00", "6/5/2024 10:00:00", "4/7/2024 10:00:00", "7/4/2024 10:00:00"]
    path = write_csv(_rows("Timestamp", times))
    arranged = _arranged(path)
    assert "survey.date_order_ambiguous" in {remark.code for remark in arranged.remarks}
    draft = draft_export(arranged, platform="google_forms", instrument_id="drafted")
    respondents = read_responses(path, draft.instrument, draft.mapping).responses.respondents
    assert respondents["submitted"].tolist() == [None] * 4


def test_options_that_hold_the_joint(write_csv):
    """The longest run of pieces that names an option is taken; brackets keep theirs together in a draft."""
    path = write_csv(_rows("Timestamp", TIMES["us"]))
    arranged = _arranged(path)
    remark = next(remark for remark in arranged.remarks if remark.code == "survey.google_forms_joined")
    assert (remark.fields["count"], remark.fields["unclear"]) == (1, 1)
    draft = draft_export(arranged, platform="google_forms", instrument_id="drafted")
    channels = next(q for q in draft.questions if q.kind == "multiple")
    assert [option.label for option in channels.options] == ["Mail", "Phone", "Shops (e.g., markets, malls)"]
    responses = read_responses(path, draft.instrument, draft.mapping).responses
    rows = [row for row, column in enumerate(responses.columns) if column.option]
    ticks = {responses.columns[row].option: responses.codes[row].tolist()[:4] for row in rows}
    assert ticks == {1: [1, 1, 2, 2], 2: [2, 2, 2, 1], 3: [2, 1, 1, 2]}


def test_cells_that_no_option_explains_are_listed(write_csv):
    """With the list of options fixed, what remains is named with its row, not split at random."""
    path = write_csv(_rows("Timestamp", TIMES["us"]))
    draft = draft_export(_arranged(path), platform="google_forms", instrument_id="drafted")
    rows = _rows("Timestamp", TIMES["us"])
    rows[3][2] = "Phone, Pigeon, or so"
    with pytest.raises(ResponseImportError) as refused:
        read_responses(write_csv(rows, name="later.csv"), draft.instrument, draft.mapping)
    assert "row 4" in refused.value.message("en")


def test_what_single_persons_wrote_does_not_stop_a_draft(write_csv):
    """ "Other" is free text between the options; a draft counts it as unusable beside what is usable."""
    answers = ["a one, b two", "b two, c three", "a one, c three", "a one, b two, c three", "b two"] * 8
    answers += [f"a one, my own {n}" for n in range(30)]
    rows = [["Timestamp", "Which of these do you use?"]]
    rows += [[f"11/{13 + n % 15}/2024 10:00:{n % 60:02d}", answer] for n, answer in enumerate(answers)]
    path = write_csv(rows)
    draft = draft_export(_arranged(path), platform="google_forms", instrument_id="drafted")
    assert [option.label for option in draft.questions[0].options] == ["a one", "b two", "c three"]
    responses = read_responses(path, draft.instrument, draft.mapping).responses
    assert responses.codes[0].tolist()[-1] == 2


def test_grids_of_boxes_duplicates_and_scores(write_csv):
    """A row of a grid of boxes has several answers; two questions may be worded alike; a quiz adds a score."""
    asked = ["Email Address", "Score", "When? [Morning]", "When? [Evening]", "Same words", "Same words"]
    cells = ["Mon, Tue", "Mon", "Tue, Wed", "Wed, Mon"]
    rows = [["Timestamp", *asked]]
    rows += [
        [f"11/{13 + n}/2024 10:00:00", "a@example.org", f"{n} / 10", cells[n % 4], cells[(n + 1) % 4], "yes", "no"]
        for n in range(8)
    ]
    path = write_csv(rows)
    arranged = _arranged(path)
    assert roles_in(arranged)[:3] == ["submitted", "identifier", "total"]
    questions = questions_in(arranged, platform="google_forms")
    assert [q.kind for q in questions][:2] == ["multiple", "multiple"]
    assert [len(q.columns) for q in questions] == [1] * 4
    draft = draft_export(arranged, platform="google_forms", instrument_id="drafted")
    assert read_responses(path, draft.instrument, draft.mapping).report.rows_kept == 8


@pytest.mark.parametrize(
    ("text", "pieces"),
    [("a, b (c, d), e", ["a", "b (c, d)", "e"]), ("a (b, c", ["a (b", "c"]),
     ("饮料（茶, 水）, 面", ["饮料（茶, 水）", "面"]), ("a", ["a"]), ("", [])],
)  # fmt: skip
def test_pieces_of_a_cell(text, pieces):
    """Brackets keep a piece together where they are closed."""
    assert divided(text, (", ",)) == pieces


def test_sentences_are_no_lists_of_options():
    """Pieces come back in different cells where they are options, and only there."""
    assert is_joined(answers_in(["a, b", "b, c", "a", "c, a"]), ", ")
    assert not is_joined(answers_in(["Maybe, if cheap", "Yes", "Maybe, if cheap", "No, never"]), ", ")
    said = ["It was slow, and cold", "Nice, friendly people", "No, thanks", "well, well"]
    assert not is_joined(answers_in(said), ", ")


def test_other_tables_are_not_taken_for_it(write_csv):
    """A logger's timestamps, a list of orders."""
    log = [["timestamp", "temperature", "humidity"], *([f"2024-01-01 10:00:0{n}", 20 + n, 50] for n in range(5))]
    assert detect(write_csv(log))[0].platform == "none"
    orders = [["order", "time", "items"], *([n, f"1{n}/11/2024 10:00:00", "a, b"] for n in range(5))]
    assert detect(write_csv(orders))[0].platform == "none"
