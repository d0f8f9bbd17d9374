"""REDCap: data exports, and data dictionaries as questionnaires."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.errors import InstrumentError
from survey.importers.detect import detect_table, importer_of
from survey.importers.propose import propose_mapping
from survey.importers.questions import questions_in
from survey.importers.read import read_responses
from survey.importers.redcap import tables_by_instrument
from survey.importers.table_file import read_table
from survey.routing import All, Compare, Selected
from survey.scales import MISSING_CODES
from survey.structures import draft_instrument, read_structure
from tests.survey.read_back import ranked, read_back, table_of

REAL = {
    "checkboxes-1_data.csv": (4, 13, "raw"),
    "longitudinal_data.csv": (18, 125, "longitudinal"),
    "russian_data.csv": (3, 402, "raw"),
    "survey_data.csv": (2, 33, "raw"),
}
"""Records, columns, layout."""
HEADER = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",'
    '"Choices, Calculations, OR Slider Labels","Field Note","Text Validation Type OR Show Slider Number",'
    '"Text Validation Min","Text Validation Max",Identifier?,"Branching Logic (Show field only if...)",'
    '"Required Field?","Custom Alignment","Question Number (surveys only)","Matrix Group Name","Matrix Ranking?",'
    '"Field Annotation"'
)


@pytest.fixture
def folder(shared: Path) -> Path:
    """The folder of REDCap files."""
    return shared / "reference" / "formats" / "redcap"


@pytest.mark.parametrize(("name", "expected"), REAL.items())
def test_a_real_file_comes_first_and_every_record_is_kept(
    name: str, expected: tuple[int, int, str], folder: Path
) -> None:
    """Recognised before none, no other platform near; as many records read as the file has."""
    table = read_table(folder / name)
    first = detect_table(table)[0]
    assert (first.platform, first.variant) == ("redcap", expected[2])
    assert all(confidence < 0.5 for platform, confidence in ranked(table).items() if platform != "redcap")
    report = read_back(table, "redcap").report
    assert (report.rows_kept, len(report.columns)) == expected[:2]


@pytest.mark.parametrize(
    ("name", "fields", "carried", "unplaced"),
    [
        ("checkboxes-1", 4, 3, ()),
        ("longitudinal", 95, 91, ("D: patient_document", "AR: bmi", "BD: bmi2")),
        ("survey", 25, 24, ()),
    ],
)
def test_the_dictionary_is_the_codebook(
    name: str, fields: int, carried: int, unplaced: tuple[str, ...], folder: Path
) -> None:
    """Every field accounted for; only files and calculations of the data find no question."""
    structure = read_structure(folder / f"{name}_dictionary.csv")
    assert structure.platform == "redcap"
    assert (len(structure.items), structure.counts()["carried"]) == (fields, carried)
    words = " ".join(problem.message("zh") for problem in structure.remarks)
    assert all(item.name in words for item in structure.items if item.fate == "left_out")
    table = read_table(folder / f"{name}_data.csv")
    instrument = draft_instrument(structure, instrument_id="book").instrument
    proposal = propose_mapping(table, instrument, "redcap")
    assert proposal.unplaced_columns == unplaced
    assert proposal.uncertain == ()
    assert read_responses(table, instrument, proposal.mapping).report.rows_kept == table.n


def test_checkboxes_as_the_file_itself_describes_them(folder: Path) -> None:
    """The column desired_result says which boxes are ticked, and which field counts as unanswered."""
    table = read_table(folder / "checkboxes-1_data.csv")
    responses = read_back(table, "redcap").responses
    rows = {(c.question, str(c.option)): list(r) for c, r in zip(responses.columns, responses.codes, strict=True)}
    blank = MISSING_CODES["blank"]
    assert [rows["check_one", code][0] for code in "1234"] == [2, 1, 1, 1]
    assert [rows["check_two", code][0] for code in "abcde"] == [2, 1, 2, 1, 1]
    assert [rows["check_one", code][1] for code in "1234"] == [blank] * 4
    assert [rows["check_two", code][1] for code in "abcde"] == [1, 2, 1, 2, 1]
    assert [rows["check_one", code][2] for code in "1234"] == [2] * 4
    assert [rows["check_two", code][2] for code in "abcde"] == [blank] * 5


def test_events_are_proposed_as_waves(folder: Path) -> None:
    """Three persons, six events each, in two arms: an id repeats over waves, never within one."""
    result = read_back(read_table(folder / "longitudinal_data.csv"), "redcap")
    frame = result.responses.respondents
    assert frame["wave"].nunique() == 12
    assert "duplicate" not in result.responses.flags
    assert sorted(set(frame.index)) == ["100", "220", "304"]
    assert "survey.redcap_events" in {warning.code for warning in result.report.warnings}


def test_cyrillic_that_went_through_r_is_restored(folder: Path) -> None:
    """``<U+043E><U+0442>`` is от; NA is blank; the unnamed first column is R's."""
    arranged = importer_of("redcap").arrange(read_table(folder / "russian_data.csv"))
    place = arranged.table.position_of("recruitment_other")
    assert place is not None
    assert str(arranged.table.columns[place][0]).startswith("от ")
    assert arranged.headings[0].role == "ignore"
    assert arranged.headings[1].role == "respondent"
    report = read_back(read_table(folder / "russian_data.csv"), "redcap").report
    column = next(column for column in report.columns if column.heading == "diagnosed_hiv")
    assert column.missing == {"blank": 1}


def test_negative_codes_and_letters_of_checkboxes(tmp_path: Path) -> None:
    """``why____1`` is the option -1, ``why___na`` the option na."""
    table = table_of(
        tmp_path, "\ufeffrecord_id,why___1,why____1,why___na,visit_complete\n1,1,0,0,2\n2,0,1,0,2\n3,0,0,0,0\n"
    )
    (question,) = questions_in(importer_of("redcap").arrange(table))
    assert (question.name, question.kind, question.option_codes) == ("why", "multiple", (1, -1, "na"))


def test_labels_instead_of_codes(tmp_path: Path) -> None:
    """``Why? (choice=Price)`` with Checked and Unchecked, and a column Complete? per form."""
    table = table_of(
        tmp_path,
        "Record ID,Event Name,Why? (choice=Price),Why? (choice=Speed),Complete?\n"
        "1,Baseline,Checked,Unchecked,Complete\n2,Baseline,Unchecked,Checked,Complete\n",
    )
    first = detect_table(table)[0]
    assert (first.platform, first.variant) == ("redcap", "longitudinal")
    arranged = importer_of("redcap").arrange(table)
    assert [heading.role for heading in arranged.headings] == ["respondent", "wave", None, None, "paradata"]
    (question,) = questions_in(arranged)
    assert (question.kind, question.parts, question.text) == ("multiple", ("Price", "Speed"), "Why?")


def test_repeating_instruments_are_told_apart(tmp_path: Path) -> None:
    """Rows of a repeating instrument hold that instrument alone."""
    table = table_of(
        tmp_path,
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,age,age_complete,dose,dose_complete\n"
        "1,,,40,2,,\n1,medication,1,,,5,2\n1,medication,2,,,7,2\n2,,,50,2,,\n",
    )
    assert detect_table(table)[0].variant == "repeating"
    parts = tables_by_instrument(table)
    assert {name: part.n for name, part in parts.items()} == {"": 2, "medication": 2}
    assert parts["medication"].rows == (3, 4)
    assert [remark.code for remark in importer_of("redcap").arrange(table).remarks] == ["survey.redcap_repeats"]


def test_conditions_are_translated_as_far_as_they_can_be(tmp_path: Path) -> None:
    """Choices, boxes and numbers are; functions and events are named in a remark."""
    path = tmp_path / "dictionary.csv"
    rows = [
        "id,f,,text,ID,,,,,,,,,,,,,",
        'sex,f,,radio,Sex,"0, Female | 1, Male",,,,,,,y,,,,,',
        "age,f,,text,Age,,,integer,18,99,,,,,,,,",
        'gym,f,,checkbox,Days,"0, Mon | -1, none",,,,,,,,,,,,',
        'a,f,,text,A,,,,,,,"[sex] = ""0"" and [age] >= 30",,,,,,',
        'b,f,,notes,B,,,,,,,"[gym(-1)] = ""1""",,,,,,',
        'c,f,,text,C,,,,,,,"datediff([age], ""today"") > 3",,,,,,',
        'd,f,,text,D,,,,,,,"[baseline][sex] = ""1""",,,,,,',
    ]
    path.write_text("\ufeff" + "\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    structure = read_structure(path)
    questions = {question.code: question for question in structure.questions}
    shown = questions["a"].show_if
    assert isinstance(shown, All)
    assert {type(part) for part in shown.all_} == {Selected, Compare}
    assert questions["b"].show_if == Selected(question="gym", selected=(-1,))
    assert questions["c"].show_if is None
    assert questions["d"].show_if is None
    routing = [problem for problem in structure.remarks if "routing" in problem.code]
    assert {str(problem.fields["subjects"]) for problem in routing} == {"c", "d"}
    assert questions["sex"].required
    assert (questions["age"].kind, questions["age"].lowest, questions["age"].highest) == ("number", 18, 99)


def test_fields_become_what_they_ask_for(folder: Path) -> None:
    """Identifiers flagged, matrices grids, sliders numbers from 0 to 100, yes and no with codes 1 and 0."""
    structure = read_structure(folder / "longitudinal_dictionary.csv")
    questions = {question.code: question for question in structure.questions}
    assert all(questions[code].identifying for code in ("first_name", "telephone_1", "email", "dob"))
    assert (questions["specify_mood"].kind, questions["specify_mood"].highest) == ("number", 100)
    assert [option.code for option in questions["given_birth"].options] == [1, 0]
    assert questions["gym"].kind == "multiple"
    (schedule,) = [section for section in structure.sections if section.code == "weekly_schedule"]
    assert (schedule.grid, [question.code for question in schedule.questions]) == (
        True,
        ["gym", "aerobics", "eat", "drink"],
    )


def test_another_csv_is_no_dictionary(tmp_path: Path) -> None:
    """Answers given to the reader of questionnaires."""
    path = tmp_path / "answers.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InstrumentError, match="Variable / Field Name"):
        read_structure(path)


@pytest.mark.parametrize(
    "text", ["record_id,score\n1,4\n2,5\n", "id,profile_complete\n1,true\n2,false\n", "id,task_complete\n1,1\n2,0\n"]
)
def test_tables_of_others_are_not_taken_for_redcap(text: str, tmp_path: Path) -> None:
    """A record id or a single status is not enough."""
    assert ranked(table_of(tmp_path, text)).get("redcap", 0) < 0.5
