"""Results of SurveyJS: names and values in JSON, joined to the form that asked for them."""

from __future__ import annotations

import json

import pytest

from survey.errors import InstrumentError
from survey.importers.codebook import read_codebook
from survey.importers.codebook_places import propose_from_structure
from survey.importers.detect import detect, importer_of
from survey.importers.draft_export import draft_export
from survey.importers.questions import questions_in
from survey.importers.read import read_responses
from survey.importers.table_file import read_table
from survey.scales import MISSING_CODES
from survey.structures import draft_instrument, read_structure

FORM = {
    "title": "Counter",
    "pages": [
        {
            "name": "page1",
            "elements": [
                {"type": "rating", "name": "question1", "title": "How satisfied are you?", "rateMax": 5},
                {"type": "checkbox", "name": "question2", "title": "Which services?", "showOtherItem": True,
                 "choices": [{"value": "item1", "text": "Passport"}, {"value": "item2", "text": "Parking"}]},
                {"type": "matrix", "name": "question3", "title": "Rate",
                 "columns": [{"value": n, "text": f"step {n}"} for n in range(1, 6)],
                 "rows": [{"value": "Row 1", "text": "Speed"}, {"value": "Row 2", "text": "Staff"}]},
                {"type": "boolean", "name": "question4", "title": "Come again?"},
                {"type": "text", "name": "question5", "title": "Age", "inputType": "number"},
                {"type": "comment", "name": "question6", "title": "Why?"},
            ],
        }
    ],
}  # fmt: skip
RESULTS = [
    {"question1": 5, "question2": ["item1", "item2"], "question3": {"Row 1": 4, "Row 2": 2}, "question4": True,
     "question5": 34, "question6": "quick"},
    {"question1": 3, "question2": ["item2", "other"], "question2-Comment": "Visa", "question3": {"Row 1": 1},
     "question4": False, "question6": "slow but friendly"},
    {"question1": 4, "question2": ["item1"], "question3": {"Row 1": 5, "Row 2": 5}, "question5": 51},
    {"question1": 4, "question3": {"Row 1": 2, "Row 2": 3}, "question4": True, "question5": 27},
]  # fmt: skip


@pytest.fixture
def written(tmp_path):
    """Files of JSON by name."""

    def write(name, content):
        path = tmp_path / name
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return path

    return write


def test_results_are_recognised_by_default_names_comments_and_values(written):
    """Three independent marks and the kind of file."""
    first = detect(written("results.json", RESULTS))[0]
    assert first.platform == "surveyjs"
    assert first.confidence > 0.9
    assert all(reason.message("zh") != reason.message("en") for reason in first.reasons)


def test_names_a_designer_chose_tell_nothing(written):
    """Any JSON records may look like that: none of the platforms, unless the platform is named."""
    plain = [{"satisfaction": 5, "city": "Basel"}, {"satisfaction": 3, "city": "Bern"}]
    ranking = detect(written("plain.json", plain))
    assert ranking[0].platform == "none"
    assert ranking[0].reasons
    commented = [{"way": "other", "way-Comment": "by boat"}, {"way": "bus"}]
    assert detect(written("commented.json", commented))[0].platform == "surveyjs"


def test_results_alone(written):
    """Lists are multiple choices, objects are grids, comments stand beside their question."""
    path = written("results.json", RESULTS)
    arranged = importer_of("surveyjs").arrange(read_table(path))
    questions = {q.name: q for q in questions_in(arranged, platform="surveyjs")}
    assert questions["question2"].kind == "multiple"
    assert (questions["question3"].grid, questions["question3"].parts) == (True, ("Row 1", "Row 2"))
    assert questions["question2-Comment"].kind == "text"
    draft = draft_export(arranged, platform="surveyjs", instrument_id="drafted")
    report = read_responses(path, draft.instrument, draft.mapping).report
    assert (report.rows_in_file, report.rows_kept) == (4, 4)


def test_results_with_their_form(written):
    """Every column is placed; codes are the form's values, texts beside options are questions of their own."""
    path, form = written("results.json", RESULTS), written("form.json", FORM)
    table = read_table(path)
    arranged = importer_of("surveyjs").arrange(table)
    structure = read_codebook(form, arranged, platform="surveyjs")
    instrument = draft_instrument(structure, instrument_id="counter").instrument
    proposal = propose_from_structure(table, structure, instrument, "surveyjs")
    assert proposal.unplaced_columns == ()
    placed = {column.heading: column.question for column in proposal.mapping.columns}
    assert placed["question3/Row 1"] == "question3_Row_1"
    assert placed["question2-Comment"] == "question2-Comment"
    responses = read_responses(path, instrument, proposal.mapping).responses
    rows = {(c.question, str(c.option)): responses.codes[row].tolist() for row, c in enumerate(responses.columns)}
    blank = MISSING_CODES["blank"]
    assert rows["question1", "None"] == [5, 3, 4, 4]
    assert rows["question2", "item2"] == [2, 2, 1, blank]
    assert rows["question2", "other"] == [1, 2, 1, blank]
    assert rows["question3_Row_2", "None"] == [2, blank, 5, 3]
    assert responses.numbers["question5"].values.tolist()[:1] == [34.0]
    assert responses.texts["question2-Comment"] == [None, "Visa", None, None]


def test_the_form_of_another_survey_is_refused(written):
    """Nothing joins: it says so and asks for the right one."""
    form = {"pages": [{"elements": [{"type": "text", "name": "alpha"}, {"type": "rating", "name": "beta"}]}]}
    arranged = importer_of("surveyjs").arrange(read_table(written("results.json", RESULTS)))
    with pytest.raises(InstrumentError) as refused:
        read_codebook(written("form.json", form), arranged, platform="surveyjs")
    assert "same survey" in refused.value.message("en")


def test_the_example_form(shared, written):
    """The quiz of the library: three questions and a name, and results made for it."""
    form = shared / "reference" / "formats" / "surveyjs" / "survey.json"
    structure = read_structure(form)
    by_code = {question.code: question for question in structure.questions}
    results = [
        {"username": "", **{code: str(q.options[n % 4].code) for code, q in by_code.items() if q.options}}
        for n in range(6)
    ]
    path = written("results.json", results)
    table = read_table(path)
    completed = read_codebook(form, importer_of("surveyjs").arrange(table), platform="surveyjs")
    instrument = draft_instrument(completed, instrument_id="quiz").instrument
    proposal = propose_from_structure(table, completed, instrument, "surveyjs")
    placed = {column.question for column in proposal.mapping.columns if column.question}
    assert {"civilwar", "libertyordeath", "magnacarta"} <= placed
    assert read_responses(table, instrument, proposal.mapping).responses.n == 6


def test_turns_uploads_saved_states(written):
    """Dynamic panels are answered in turn; uploads and drawings are no answers; a saved state keeps answers in data."""
    records = [
        {"pageNo": 2, "data": {"question1": n, "panel": [{"name": "a", "rate": n}, {"name": "b", "rate": 2}],
         "sign": "data:image/png;base64,AAAA"}}
        for n in range(1, 5)
    ]  # fmt: skip
    path = written("saved.json", records)
    assert detect(path)[0].platform == "surveyjs"
    arranged = importer_of("surveyjs").arrange(read_table(path))
    roles = dict(zip(arranged.table.headings, (heading.role for heading in arranged.headings), strict=True))
    assert roles["pageNo"] == "paradata"
    assert roles["data/sign"] == "ignore"
    assert "survey.surveyjs_turns" in {remark.code for remark in arranged.remarks}
