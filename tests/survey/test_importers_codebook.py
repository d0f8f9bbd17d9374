"""Qualtrics exports joined to their survey files: every answer column has its place, whatever the layout."""

from __future__ import annotations

import json

import pytest

from survey.importers.codebook import read_codebook
from survey.importers.codebook_places import complete_structure, place_by_structure, propose_from_structure
from survey.importers.detect import importer_of
from survey.importers.read import read_responses
from survey.importers.table_file import read_table
from survey.structures import draft_instrument, read_structure

PAIRS = [
    ("Single_Answer_Matrix_Questions.csv", "Single_Answer_Matrix_Questions.qsf", 16, 1),
    ("Single_Answer_Matrix_Questions (Insights).csv", "Single_Answer_Matrix_Questions.qsf", 16, 1),
    ("Multiple_Answer_MC_Questions.csv", "Multiple_Answer_MC_Questions.qsf", 22, 1),
    ("Multiple_Answer_MC_Questions (Insights).csv", "Multiple_Answer_MC_Questions.qsf", 22, 1),
    ("No_Basis_for_Evaluation (Insights).csv", "No_Basis_for_Evaluation.qsf", 35, 0),
    ("SidebySide_Questions (Insights).csv", "Side-by-Side_Questions.qsf", 57, 0),
    ("Survey_Logic_EVERYWHERE.csv", "Survey_Logic_EVERYWHERE.qsf", 7, 0),
]


def _joined(export, form):
    table = read_table(export)
    structure = read_codebook(form, importer_of("qualtrics").arrange(table), platform="qualtrics")
    instrument = draft_instrument(structure, instrument_id="joined").instrument
    return instrument, propose_from_structure(table, structure, instrument, "qualtrics")


@pytest.mark.parametrize(("export", "form", "columns", "texts"), PAIRS)
def test_every_answer_column_is_placed(shared, export, form, columns, texts):
    """By import id, tag or wording; texts beside options become questions of their own; the answers can be read."""
    folder = shared / "reference" / "formats" / "qualtrics"
    arranged = importer_of("qualtrics").arrange(read_table(folder / export))
    instrument, proposal = _joined(folder / export, folder / form)
    answers = [place for place, heading in enumerate(arranged.headings) if heading.role is None]
    placed = [proposal.mapping.columns[place] for place in answers]
    assert len(placed) == columns
    assert all(column.question is not None for column in placed)
    assert proposal.uncertain == proposal.unplaced_columns == ()
    used = [(column.question, str(column.option)) for column in placed]
    assert len(set(used)) == len(used)
    asked = {question.code for question in read_structure(folder / form).questions}
    assert len({column.question for column in placed} - asked) == texts
    report = read_responses(folder / export, instrument, proposal.mapping).report
    assert report.rows_in_file == report.rows_kept + sum(report.rows_skipped.values())


@pytest.mark.parametrize(
    "export", ["Single_Answer_Matrix_Questions.csv", "Single_Answer_Matrix_Questions (Insights).csv"]
)
def test_two_generations_give_the_same_answers(shared, export):
    """The legacy file drops the question's name from its tags; its rows are the same responses."""
    folder = shared / "reference" / "formats" / "qualtrics"
    form = folder / "Single_Answer_Matrix_Questions.qsf"
    instrument, proposal = _joined(folder / export, form)
    responses = read_responses(folder / export, instrument, proposal.mapping).responses
    codes = {column.question: responses.codes[row].tolist() for row, column in enumerate(responses.columns)}
    assert codes["Q2_1"] == [3, 4, 2, 4, 3]
    assert codes["Q5_question_three"] == [3, 4, 3, 3, 4]
    assert codes["matrix_question_five_question_two"] == [1, 1, 4, 3, 2]


@pytest.mark.parametrize(
    ("export", "tags"),
    [("Multiple_Answer_MC_Questions.csv", ["Q5_1", "Q5_2", "Q5_4"]),
     ("Multiple_Answer_MC_Questions (Insights).csv", ["Q5_10", "Q5_14", "Q5_11"])],
)  # fmt: skip
def test_positions_recodes_and_choice_ids_name_one_option(shared, export, tags):
    """The legacy tag holds the choice's id, that of 2016 the recode; the label tells in both."""
    folder = shared / "reference" / "formats" / "qualtrics"
    _, proposal = _joined(folder / export, folder / "Multiple_Answer_MC_Questions.qsf")
    options = {column.heading: column.option for column in proposal.mapping.columns}
    assert [options[tag] for tag in tags] == [10, 14, 11]


def _form(questions):
    elements = [
        {"Element": "SQ", "PrimaryAttribute": identifier, "Payload": {"QuestionID": identifier, **payload}}
        for identifier, payload in questions.items()
    ]
    block = [{"Type": "Question", "QuestionID": identifier} for identifier in questions]
    blocks = {"1": {"Type": "Default", "ID": "BL_1", "Description": "Block", "BlockElements": block}}
    return {
        "SurveyEntry": {"SurveyName": "S", "SurveyLanguage": "EN"},
        "SurveyElements": [
            {"Element": "BL", "Payload": blocks},
            {"Element": "FL", "Payload": {"Flow": [{"Type": "Block", "ID": "BL_1"}]}},
            *elements,
        ],
    }


def _export(write_csv, columns, answers):
    own = [
        ("StartDate", "startDate"),
        ("EndDate", "endDate"),
        ("RecordedDate", "recordedDate"),
        ("ResponseId", "_recordId"),
    ]
    rows = [
        [*(tag for tag, _ in own), *(column[0] for column in columns)],
        [*(tag for tag, _ in own), *(column[1] for column in columns)],
        [json.dumps({"ImportId": name}) for name in (*(name for _, name in own), *(column[2] for column in columns))],
    ]
    times = ["2024-03-01 10:00:00", "2024-03-01 10:05:00", "2024-03-01 10:05:01"]
    return write_csv([*rows, *([*times, f"R_{n:015d}", *cells] for n, cells in enumerate(answers))])


def _choice(tag, text, selector, labels, **more):
    choices = {str(number): {"Display": label} for number, label in enumerate(labels, 1)}
    return {"DataExportTag": tag, "QuestionText": text, "QuestionType": "MC", "Selector": selector, "Choices": choices,
            "ChoiceOrder": list(choices), **more}  # fmt: skip


def test_loops_and_texts_beside_options(write_csv, tmp_path):
    """Each round is a question; the first keeps the code, so that what depends on it still holds."""
    other = _choice("Q2", "How did you come?", "SAVR", ["Bus", "Other"])
    other["Choices"]["2"]["TextEntry"] = "true"
    form = tmp_path / "form.qsf"
    loop = _choice("Q1", "How good was it?", "SAVR", ["bad", "fair", "good"])
    form.write_text(json.dumps(_form({"QID1": loop, "QID2": other})), encoding="utf-8")
    columns = [
        ("1_Q1", "How good was it?", "1_QID1"),
        ("2_Q1", "How good was it?", "2_QID1"),
        ("Q2", "How did you come?", "QID2"),
        ("Q2_2_TEXT", "How did you come? - Other - Text", "QID2_2_TEXT"),
    ]
    export = _export(write_csv, columns, [[1, 3, 1, ""], [2, 2, 2, "by boat"]])
    table = read_table(export)
    arranged = importer_of("qualtrics").arrange(table)
    structure = read_structure(form)
    places = place_by_structure(arranged, structure)
    assert [places[place].loop for place in (4, 5)] == ["1", "2"]
    completed = complete_structure(arranged, structure)
    assert [question.code for question in completed.questions] == ["Q1", "Q1_loop2", "Q2", "Q2_2_TEXT"]
    assert complete_structure(arranged, completed) is completed
    assert completed.remarks[-1].code == "survey.codebook_questions_added"
    instrument, proposal = _joined(export, form)
    responses = read_responses(export, instrument, proposal.mapping).responses
    codes = {column.question: responses.codes[row].tolist() for row, column in enumerate(responses.columns)}
    assert (codes["Q1"], codes["Q1_loop2"], codes["Q2"]) == ([1, 2], [3, 2], [1, 2])
    assert responses.texts["Q2_2_TEXT"] == [None, "by boat"]


def test_recodes_that_change_places_are_told_by_label(write_csv, tmp_path):
    """Choice 1 is recoded 2 and the other way round: neither number says which option a column is."""
    question = _choice("Q1", "Which?", "MAVR", ["Phone", "Mail"], RecodeValues={"1": "2", "2": "1"})
    form = tmp_path / "form.qsf"
    form.write_text(json.dumps(_form({"QID1": question})), encoding="utf-8")
    columns = [("Q1_2", "Which? - Phone", "QID1_2"), ("Q1_1", "Which? - Mail", "QID1_1")]
    instrument, proposal = _joined(_export(write_csv, columns, [[1, ""], ["", 1], [1, 1]]), form)
    labels = {o.code: o.label.both()["en"] for o in instrument.scale_of(instrument.question("Q1")).answers}
    placed = {c.heading: labels[c.option] for c in proposal.mapping.columns if c.question}
    assert placed == {"Q1_2": "Phone", "Q1_1": "Mail"}


def test_tags_that_were_renamed_after_the_survey(write_csv, tmp_path):
    """Import ids last; tags do not."""
    form = tmp_path / "form.qsf"
    speed = _choice("speed", "Speed", "SAVR", ["bad", "fair", "good"])
    form.write_text(json.dumps(_form({"QID7": speed})), encoding="utf-8")
    _, proposal = _joined(_export(write_csv, [("Q1_renamed", "Speed", "QID7")], [[1], [3]]), form)
    assert {c.heading: c.question for c in proposal.mapping.columns if c.question} == {"Q1_renamed": "speed"}
