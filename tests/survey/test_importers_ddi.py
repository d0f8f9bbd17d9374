"""Tables described by a DDI Codebook: a real extract, and small codebooks for what it does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.errors import FileRefusedError, InstrumentError, MappingError
from survey.importers.ddi import described_by_ddi
from survey.importers.detect import detect_table
from survey.importers.draft_export import draft_export
from survey.importers.read import read_responses
from survey.importers.table_file import read_table
from survey.structures import read_structure
from survey.structures.ddi import read_ddi_codebook
from tests.survey.read_back import ranked, table_of


def codebook(folder: Path, variables: str, *, root: str = "codeBook") -> Path:
    """A codebook with some variables."""
    path = folder / "codebook.xml"
    inner = f"<dataDscr>{variables}</dataDscr>"
    path.write_text(f'<?xml version="1.0"?><{root} xmlns="ddi:codebook:2_5">{inner}</{root}>', encoding="utf-8")
    return path


def test_a_real_extract_is_read_with_its_codebook(shared: Path) -> None:
    """Eight variables, 7668 records; decimals are written out; 999999999 was not asked, 999999998 is blank."""
    folder = shared / "reference/formats/ddi"
    table = read_table(folder / "cps_00158.csv.gz")
    assert (table.n, len(table.headings), detect_table(table)[0].platform) == (7668, 8, "none")
    arranged = described_by_ddi(table, folder / "cps_00158.xml")
    assert next(iter(ranked(arranged.table))) == "ddi"
    assert arranged.remarks == ()
    assert arranged.table.columns[3] == table.columns[3]
    labels = [variable.label for variable in arranged.table.variables if variable]
    assert labels[0] == "Survey year"
    assert len(labels) == 8
    drafted = draft_export(arranged, platform="ddi", instrument_id="cps")
    kinds = {question.name: (question.kind, len(question.options)) for question in drafted.questions}
    assert kinds["MONTH"] == ("single", 12)
    assert kinds["STATEFIP"] == ("single", 75)
    assert kinds["INCTOT"] == ("number", 0)
    report = read_responses(arranged.table, drafted.instrument, drafted.mapping).report
    assert report.rows_kept == report.rows_in_file == 7668
    income = report.columns[7]
    column = [str(cell) for cell in table.columns[7]]
    assert income.missing == {"blank": column.count("999999998"), "not_shown": column.count("999999999")}
    assert income.n_answered == 7668 - column.count("999999998") - column.count("999999999")


def test_the_codebook_is_a_questionnaire(shared: Path) -> None:
    """Every variable is carried; categories are options."""
    draft = read_structure(shared / "reference/formats/ddi/cps_00158.xml")
    assert (draft.platform, draft.counts()["carried"], len(draft.questions)) == ("ddi", 8, 8)
    month = next(question for question in draft.questions if question.code == "MONTH")
    assert (month.options[0].code, month.options[0].label) == (1, {"en": "January"})


def test_implied_decimals_are_applied_only_where_none_are_written(tmp_path: Path) -> None:
    """147559 with four decimals is 14.7559; where one cell of the file has a point, every column has its own."""
    book = codebook(tmp_path, '<var name="W" dcml="4"/><var name="V" dcml="2"/><var name="N" dcml="0"/>')
    implied = described_by_ddi(table_of(tmp_path, "W,V,N\n147559,250,7\n-30000,5,8\n"), book)
    assert list(implied.table.columns[0]) == ["14.7559", "-3.0000"]
    assert list(implied.table.columns[1]) == ["2.50", "0.05"]
    assert list(implied.table.columns[2]) == ["7", "8"]
    (remark,) = implied.remarks
    assert (remark.code, remark.fields["columns"]) == ("survey.ddi_decimals_applied", "W, V")
    written = described_by_ddi(table_of(tmp_path, "W,V,N\n14.7559,250,7\n3,5,8\n"), book)
    assert list(written.table.columns[1]) == ["250", "5"]
    assert written.remarks == ()


def test_questions_missing_values_and_ranges(tmp_path: Path) -> None:
    """qstnLit is the wording; categories marked missing, invalrng items and ranges; languages kept apart."""
    path = codebook(
        tmp_path,
        '<var name="Q1" wgt="not-wgt"><labl xml:lang="en">Satisfaction</labl><labl xml:lang="zh">满意度</labl>'
        '<qstn><qstnLit xml:lang="en">How satisfied are you?</qstnLit></qstn>'
        '<invalrng><item VALUE="-7"/><range min="90" max="97"/></invalrng>'
        "<catgry><catValu>01</catValu><labl>Low</labl></catgry><catgry><catValu>02</catValu><labl>High</labl></catgry>"
        '<catgry missing="Y"><catValu>98</catValu><labl>Refused</labl></catgry>'
        '<catgry missing="Y"><catValu>99</catValu><labl>Something else</labl></catgry></var>'
        '<var name="W" wgt="wgt"><labl>Weight</labl></var>'
        '<var name="T"><labl>Remarks</labl><varFormat type="character"/></var>',
    )
    first, weight, text = read_ddi_codebook(path).variables
    assert first.wording() == {"en": "How satisfied are you?"}
    assert first.label["zh"] == "满意度"
    assert first.missing == {"98": "refused", "99": "blank", "-7": "blank"}
    assert first.missing_ranges == ((90.0, 97.0),)
    assert [category.code for category in first.categories] == [1, 2, 98, 99]
    assert weight.weight
    assert not text.numeric
    draft = read_structure(path)
    assert [(question.code, question.kind) for question in draft.questions] == [("Q1", "single"), ("T", "text")]
    arranged = described_by_ddi(table_of(tmp_path, "Q1,W,T,X\n1,1.5,a,b\n98,1.0,c,d\n"), path)
    assert arranged.headings[1].role == "case_weight"
    assert [remark.code for remark in arranged.remarks] == ["survey.ddi_not_described"]


def test_groups_of_variables_become_sections(tmp_path: Path) -> None:
    """varGrp names its members by id."""
    path = codebook(
        tmp_path,
        '<varGrp var="V1 V2"><labl>Service</labl></varGrp><varGrp var="V3"><labl>Person</labl></varGrp>'
        '<var ID="V1" name="A"/><var ID="V2" name="B"/><var ID="V3" name="C"/>',
    )
    draft = read_structure(path)
    assert [(section.title, len(section.questions)) for section in draft.sections] == [
        ({"en": "Service"}, 2),
        ({"en": "Person"}, 1),
    ]


def test_what_is_no_codebook_is_refused(tmp_path: Path) -> None:
    """Another document, no variables, a document type, a codebook of another file."""
    with pytest.raises(InstrumentError, match="codeBook"):
        read_ddi_codebook(codebook(tmp_path, '<var name="A"/>', root="other"))
    with pytest.raises(InstrumentError):
        read_ddi_codebook(codebook(tmp_path, ""))
    hostile = tmp_path / "hostile.xml"
    hostile.write_text('<!DOCTYPE a [<!ENTITY x "y">]><codeBook><var name="&x;"/></codeBook>', encoding="utf-8")
    with pytest.raises(FileRefusedError):
        read_ddi_codebook(hostile)
    with pytest.raises(MappingError, match="A"):
        described_by_ddi(table_of(tmp_path, "x,y\n1,2\n"), codebook(tmp_path, '<var name="A"/>'))
