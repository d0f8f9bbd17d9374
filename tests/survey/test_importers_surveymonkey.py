"""SurveyMonkey: expanded and condensed exports, codes, headings an owner flattened, characters that were hurt."""

from __future__ import annotations

from datetime import datetime

import pytest

from survey.importers.column_values import answers_in
from survey.importers.detect import detect, detect_table, importer_of
from survey.importers.draft_export import draft_export
from survey.importers.option_columns import Member, uses_of
from survey.importers.questions import count_asked, questions_in, roles_in
from survey.importers.read import read_responses
from survey.importers.stray_characters import without_stray_characters
from survey.importers.table_file import read_table
from survey.scales import MISSING_CODES

META = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name"]
META += ["Last Name", "Custom Data 1"]
ASKED = [
    ("How satisfied are you with the counter?", "Response"),
    ("Which services did you use? Please select all that apply.", "Passport"),
    ("", "Parking permit"),
    ("", "Other (please specify)"),
    ("Please rate the following:", "Speed"),
    ("", "Staff"),
    ("Please rank, 1 is best.", "Price"),
    ("", "Quality"),
    ("", "Opening hours"),
    ("How did you come?", "Response"),
    ("", "Other (please specify)"),
    ("Anything else?", "Open-Ended Response"),
]
ANSWERS = [
    ["Very satisfied", "Passport", "", "", "Good", "Fair", 1, 2, 3, "By bus", "", "no"],
    ["Satisfied", "Passport", "Parking permit", "Visa", "Poor", "Good", 3, 2, 1, "Other (please specify)", "boat", ""],
    ["Dissatisfied", "", "Parking permit", "", "Good", "Good", 2, 1, 3, "By car", "", "thanks a lot"],
    ["Satisfied", "", "", "", "Fair", "Poor", 1, 3, 2, "By bus", "", ""],
    ["Satisfied", "Passport", "", "Pensions", "Fair", "Fair", 2, 3, 1, "By car", "", ""],
    ["Very satisfied", "", "", "", "", "", "", "", "", "", "", ""],
]


def _meta(number: int) -> list[object]:
    return [11_800_000_000 - number, 436_000_001, f"05/1{number}/2024 04:01:11 AM", f"05/1{number}/2024 04:05:00 AM",
            "192.0.2.9", "", "", "", ""]  # fmt: skip


def _expanded(words=("Response", "Open-Ended Response", "Other (please specify)")):
    translate = dict(zip(("Response", "Open-Ended Response", "Other (please specify)"), words, strict=True))
    return [
        [*META, *(question for question, _ in ASKED)],
        [*[""] * len(META), *(translate.get(part, part) for _, part in ASKED)],
        *([*_meta(n), *cells] for n, cells in enumerate(ANSWERS)),
    ]


def _arranged(path):
    return importer_of("surveymonkey").arrange(read_table(path))


def _read(path):
    arranged = _arranged(path)
    draft = draft_export(arranged, platform="surveymonkey", instrument_id="drafted")
    return draft, read_responses(path, draft.instrument, draft.mapping)


@pytest.fixture
def files(shared):
    """The reference files."""
    return shared / "reference" / "formats" / "surveymonkey"


@pytest.mark.parametrize(
    ("name", "variant", "records", "columns", "asked"),
    [
        ("StarWars.csv", "expanded", 1186, 38, 14),
        ("thanksgiving-2015_first200.csv", "condensed", 200, 65, 23),
        ("weather-check.csv", "condensed", 928, 9, 8),
        ("masculinity_codes_first200.csv", "codes", 200, 98, 35),
    ],
)
def test_every_reference_file(files, name, variant, records, columns, asked):
    """The platform first and far ahead, rows accounted for, questions counted by stems and codes."""
    table = read_table(files / name)
    first, *others = detect_table(table)
    assert (first.platform, first.variant) == ("surveymonkey", variant)
    assert first.confidence >= 0.7
    assert all(other.confidence <= 0.3 for other in others)
    arranged = importer_of("surveymonkey").arrange(table)
    assert (arranged.table.n, len(arranged.headings)) == (records, columns)
    assert count_asked(questions_in(arranged, platform="surveymonkey")) == asked
    _, result = _read(files / name)
    report = result.report
    assert report.rows_in_file == report.rows_kept + sum(report.rows_skipped.values())
    assert report.rows_kept == records


def test_a_large_real_file_in_numbers(files):
    """Counted by hand in StarWars.csv: ticks of the first film, its ranks, and the grid's first row."""
    draft, result = _read(files / "StarWars.csv")
    responses = result.responses
    seen, ranked = (q for q in draft.questions if q.spread)
    assert (seen.kind, len(seen.columns), ranked.kind, len(ranked.columns)) == ("multiple", 6, "ranking", 6)
    codes = {(c.question, str(c.option)): row for row, c in enumerate(responses.columns)}
    multiple = next(q.code for q in draft.instrument.questions if q.type == "multiple")
    ranking = next(q.code for q in draft.instrument.questions if q.type == "ranking")
    assert (responses.codes[codes[multiple, "1"]] == 2).sum() == 673
    first_film = responses.codes[codes[ranking, "1"]]
    assert [(first_film == rank).sum() for rank in (1, 4)] == [129, 237]
    grid = next(q for q in draft.questions if q.grid)
    assert (len(grid.columns), len(grid.options)) == (14, 6)


@pytest.mark.parametrize("header", [1, 2])
def test_either_heading_row_may_be_taken_for_the_headings(write_csv, header):
    """The second row often has more distinct texts than the first; the result is the same."""
    path = write_csv(_expanded())
    arranged = importer_of("surveymonkey").arrange(read_table(path, header_row=header))
    assert arranged.table.n == len(ANSWERS)
    assert arranged.table.headings[9:11] == (
        "How satisfied are you with the counter?",
        "Which services did you use? Please select all that apply. - Passport",
    )


@pytest.mark.parametrize(
    "words",
    [
        ("Response", "Open-Ended Response", "Other (please specify)"),
        ("Antwort", "Offene Antwort", "Sonstiges (bitte angeben)"),
        ("Réponse", "Réponse ouverte", "Autre (veuillez préciser)"),
        ("回复", "开放式回复", "其他（请注明）"),
    ],
)
def test_expanded_layout(write_csv, words):
    """A question is carried on over blank headings, never over the platform's own columns."""
    path = write_csv(_expanded(words), encoding="utf-8-sig")
    first = detect(path)[0]
    assert (first.platform, first.variant) == ("surveymonkey", "expanded")
    arranged = _arranged(path)
    roles = roles_in(arranged)
    assert roles[:9] == ["respondent", "paradata", "started", "submitted", *["identifier"] * 4, "paradata"]
    questions = questions_in(arranged, platform="surveymonkey")
    kinds = [(question.kind, len(question.columns)) for question in questions]
    assert kinds == [
        ("scale", 1), ("multiple", 2), ("text", 1), ("scale", 2), ("ranking", 3), ("single", 1), ("text", 1),
        ("text", 1),
    ]  # fmt: skip
    assert count_asked(questions) == 6
    assert [heading.beside for heading in arranged.headings].count(True) == 2


def test_answers_of_the_expanded_layout(write_csv):
    """A tick is the option's own text; blank is not ticked where something else is, else no answer."""
    _, result = _read(write_csv(_expanded()))
    responses = result.responses
    multiple = [row for row, column in enumerate(responses.columns) if column.option is not None][:2]
    blank = MISSING_CODES["blank"]
    assert responses.codes[multiple].tolist() == [[2, 2, 1, blank, 2, blank], [1, 2, 2, blank, 1, blank]]
    assert responses.respondents["submitted"].iloc[0] == "2024-05-10T04:05:00"
    assert responses.respondents["duration_seconds"].iloc[0] == 229
    assert responses.respondents.index[0] == "11800000000"


def test_workbooks_with_dates_of_excel(write_xlsx):
    """The same export as .xlsx, times as Excel holds them."""
    rows = _expanded()
    for row in rows[2:]:
        row[2], row[3] = datetime(2024, 5, 6, 7, 8, 9), datetime(2024, 5, 6, 7, 10, 9)
    path = write_xlsx([[cell or None for cell in row] for row in rows])
    assert detect(path)[0].platform == "surveymonkey"
    _, result = _read(path)
    assert result.responses.respondents["duration_seconds"].tolist() == [120.0] * len(ANSWERS)


def test_condensed_layout_and_newer_names_of_own_columns(write_csv):
    """One column per question; respondent_id, collector_id, date_created … as the newer exports call them."""
    own = ["respondent_id", "collector_id", "date_created", "date_modified", "ip_address", "email_address"]
    rows = [
        [*own, "How satisfied are you?", "Why?"],
        *([118_000_000_00 + n, 4_360_001, "2024-05-06 07:08:09", "2024-05-06 07:09:09", "192.0.2.1", "",
           ["Good", "Bad", "Fair"][n % 3], ["it was so", "-", "a b c", "too slow", "nice", "-"][n]] for n in range(6)),
    ]  # fmt: skip
    path = write_csv(rows)
    first = detect(path)[0]
    assert (first.platform, first.variant) == ("surveymonkey", "condensed")
    _, result = _read(path)
    assert result.report.rows_kept == 6
    assert result.responses.texts["Q8"] == ["it was so", None, "a b c", "too slow", "nice", None]


def test_headings_an_owner_flattened(write_csv):
    """``question - option``, where the divider also stands inside questions and options."""
    stem = "Which of these - if any - do you use?"
    rows = [
        ["RespondentID", f"{stem} - Phone", f"{stem} - E-mail - at work", "Age", "How - in one word - was it?"],
        *([4_337_954_900 + n, "Phone" if n % 2 else "", "" if n % 3 else "E-mail - at work", "30 - 44", "ok"]
          for n in range(8)),
    ]  # fmt: skip
    path = write_csv(rows)
    questions = questions_in(_arranged(path), platform="surveymonkey")
    assert [(q.text, q.kind, q.parts) for q in questions] == [
        (stem, "multiple", ("Phone", "E-mail - at work")),
        ("Age", questions[1].kind, ("",)),
        ("How - in one word - was it?", questions[2].kind, ("",)),
    ]


def test_answers_as_numbers(write_csv):
    """In the numeric export a tick is the number of its option."""
    rows = _expanded()
    for row in rows[2:]:
        row[10] = 1 if row[10] else ""
        row[11] = 2 if row[11] else ""
    questions = questions_in(_arranged(write_csv(rows)), platform="surveymonkey")
    assert (questions[1].kind, questions[1].option_codes) == ("multiple", (1, 2))


def test_codes_in_place_of_wordings(write_csv):
    """``q0004_0001`` with ``Not selected``: ticks; the same with labels on one scale: a grid."""
    rows = [
        ["", "q0001", "q0004_0001", "q0004_0002", "q0007_0001", "q0007_0002"],
        *([n, ["Often", "Never"][n % 2], "Friends" if n % 2 else "Not selected", "Family" if n % 3 else "Not selected",
           ["Often", "Rarely", "NA"][n % 3], ["Rarely", "Never", "NA"][n % 3]] for n in range(1, 13)),
    ]  # fmt: skip
    path = write_csv(rows)
    first = detect(path)[0]
    assert (first.platform, first.variant) == ("surveymonkey", "codes")
    draft, result = _read(path)
    assert [(q.name, q.kind, q.grid) for q in draft.questions][1:] == [
        ("q0004", "multiple", False), ("q0007", "scale", True),
    ]  # fmt: skip
    row = next(i for i, c in enumerate(result.responses.columns) if (c.question, c.option) == ("q0004", 1))
    assert result.responses.codes[row].tolist() == [2, 1] * 6


@pytest.mark.parametrize(
    ("found", "meant"),
    [("Do you like it?Œæ", "Do you like it?"), ("the food\u00a0court", "the food court"), ("What Â else", "What else"),
     ("donâ€™t know", "don’t know"), ("It donÕt matter", "It don’t matter"), ("Fürth – Zürich", "Fürth – Zürich"),
     ("Çok memnunum", "Çok memnunum"), ("您满意吗？", "您满意吗？"), ("MacÊRoman", "Mac Roman"),
     ("ÊTES-VOUS", "ÊTES-VOUS"), ("Êtes-vous content ?", "Êtes-vous content ?")],
)  # fmt: skip
def test_characters_that_were_decoded_wrongly(found, meant):
    """Mended in wordings; what is a letter of some language stays."""
    assert without_stray_characters(found) == meant


def test_what_the_columns_of_a_question_are_for():
    """Worked out on the smallest examples."""

    def members(**columns):
        return [Member(part.strip("_"), cells, answers_in(cells)) for part, cells in columns.items()]

    ticks = members(Bus=["Bus", ""], Car=["", "Car"], Plane=["", ""], Other=["", "boat"])
    assert uses_of(ticks, others={"other"}) == ["tick", "tick", "tick", "beside"]
    rows = members(Speed=["Good", "Bad"], Staff=["Bad", "Bad"], Comments=["slow", ""])
    assert uses_of(rows, others={"comments"}) == ["row", "row", "beside"]
    whole = members(_=["Yes", "Other"], Other=["", "perhaps"])
    assert uses_of(whole, others={"other"}) == ["alone", "beside"]


def test_other_tables_are_not_taken_for_it(write_csv, write_xlsx):
    """Two heading rows, gender and income do not make a SurveyMonkey export."""
    two = [["Region", "Sales", "", "Costs", ""], ["", "2023", "2024", "2023", "2024"], ["North", 1, 2, 3, 4]]
    assert detect(write_xlsx(two))[0].platform == "none"
    plain = [["id", "Age", "Gender", "Education", "Income"], [1, 30, "m", "BA", 10], [2, 40, "f", "MA", 20]]
    assert detect(write_csv(plain))[0].platform == "none"
