"""Questionnaire files that are hostile, broken or of another kind are refused before they are understood."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from survey.errors import FileRefusedError, InstrumentError, SatixError
from survey.structures import read_limesurvey, read_qualtrics, read_structure, read_surveyjs, read_xlsform
from survey.structures.source_file import LARGEST_STRUCTURE

HOSTILE_XML = {
    "entity": '<!DOCTYPE d [<!ENTITY x "y">]><document><LimeSurveyDocType>&x;</LimeSurveyDocType></document>',
    "external": '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><document>&x;</document>',
    "laughs": '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><document>&b;</document>',
    "bare": "<!DOCTYPE d><document/>",
}


@pytest.mark.parametrize("markup", HOSTILE_XML.values(), ids=HOSTILE_XML)
def test_xml_with_a_document_type_is_refused(markup: str, tmp_path: Path) -> None:
    """Entities, external files and expansion bombs all begin with one."""
    path = tmp_path / "survey.lss"
    path.write_text(f'<?xml version="1.0"?>{markup}', encoding="utf-8")
    with pytest.raises(FileRefusedError, match="document type"):
        read_limesurvey(path)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.lss", b"<document><LimeSurveyDocType>Survey", "structure_not_xml"),
        ("a.lss", b"<html/>", "structure_not_a_form"),
        ("a.lss", b"", "file_empty"),
        ("a.lss", b'<?xml version="1.0" encoding="no-such"?><document/>', "structure_not_xml"),
        ("a.tsv", b"id\tname\n1\tx\n", "structure_not_a_form"),
        ("a.tsv", b"\xff\xfe\x00", "yaml_not_utf8"),
        ("a.qsf", b"{", "structure_not_json"),
        ("a.qsf", b"[1]", "structure_not_a_form"),
        ("a.qsf", b'{"SurveyElements": []}', "structure_without_questions"),
        ("a.json", b'{"pages": [NaN]}', "structure_not_json"),
        ("a.json", b'{"pages": []}', "structure_without_questions"),
        ("a.json", b'{"other": 1}', "structure_not_a_form"),
        ("a.json", b'{"pages": 1}', "structure_not_a_form"),
        ("a.json", b'{"n": ' + b"9" * 5000 + b"}", "structure_not_json"),
        ("a.json", b"\xff\xfe{}", "structure_not_json"),
        ("a.xlsx", b"type,name\n", "content_is_text"),
        ("a.doc", b"x", "structure_not_a_form"),
    ],
)
def test_what_is_no_questionnaire_says_so(name: str, content: bytes, code: str, tmp_path: Path) -> None:
    """One error, with what was found and what to do."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SatixError) as fault:
        read_structure(path)
    found = {problem.code for problem in fault.value.problems}
    assert found == {f"survey.{code}"} or (name == "a.doc" and found == {"survey.structure_extension"})
    assert fault.value.message("zh") != fault.value.message("en")


def test_nesting_beyond_reason_is_refused(tmp_path: Path) -> None:
    """In the JSON itself, and in panels within panels."""
    path = tmp_path / "deep.json"
    path.write_text('{"pages": ' + "[" * 200_000 + "]" * 200_000 + "}")
    with pytest.raises(FileRefusedError, match="nested deeper"):
        read_surveyjs(path)
    inner = '{"type": "text", "name": "q"}'
    for _ in range(120):
        inner = '{"type": "panel", "elements": [' + inner + "]}"
    path.write_text('{"elements": [' + inner + "]}")
    with pytest.raises(FileRefusedError, match="nested deeper"):
        read_surveyjs(path)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """By its size alone."""
    path = tmp_path / "huge.qsf"
    with path.open("wb") as stream:
        stream.truncate(LARGEST_STRUCTURE + 1)
    with pytest.raises(FileRefusedError, match="more than the"):
        read_qualtrics(path)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    """Before anything is opened."""
    with pytest.raises(FileRefusedError, match="does not exist"):
        read_qualtrics(tmp_path / "absent.qsf")
    folder = tmp_path / "folder.qsf"
    folder.mkdir()
    with pytest.raises(FileRefusedError, match="folder"):
        read_qualtrics(folder)
    other = tmp_path / "survey.csv"
    other.write_text("x")
    with pytest.raises(FileRefusedError, match="ends in"):
        read_qualtrics(other)


def test_a_workbook_with_an_entity_is_refused(tmp_path: Path) -> None:
    """The guard of answer files stands before the form reader too."""
    path = tmp_path / "form.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE w [<!ENTITY x "y">]><workbook/>')
    with pytest.raises(FileRefusedError):
        read_xlsform(path)


def test_a_workbook_of_answers_is_no_form(write_xlsx) -> None:
    """No sheet called survey, and no columns type and name."""
    with pytest.raises(InstrumentError, match="no questionnaire"):
        read_xlsform(write_xlsx([["id", "Q1"], [1, 5]]))
