"""DDI Codebook 2.5: well-formed, in the order of the schema, and beside a real codebook element by element."""

from __future__ import annotations

from collections import Counter

import pytest
from defusedxml import ElementTree

from instruments.writers import write_ddi
from instruments.writers.ddi import DDI_NAMESPACE
from instruments.writers.variables import variables
from tests.instruments.exported import IDS, instrument_of

ORDER = {
    "codeBook": ["docDscr", "stdyDscr", "fileDscr", "dataDscr", "otherMat"],
    "stdyDscr": ["citation", "stdyInfo", "method", "dataAccs", "othrStdyMat", "notes"],
    "stdyInfo": ["subject", "abstract", "sumDscr", "notes"],
    "dataDscr": ["varGrp", "var", "notes"],
    "varGrp": ["labl", "txt", "concept", "universe", "notes"],
    "var": [
        *("location", "labl", "qstn", "valrng", "invalrng", "universe", "txt", "catgry", "codInstr", "concept"),
        *("varFormat", "notes"),
    ],
    "catgry": ["catValu", "labl", "txt", "catStat"],
    "citation": ["titlStmt", "rspStmt", "prodStmt", "distStmt", "serStmt", "verStmt"],
    "titlStmt": ["titl", "subTitl", "altTitl", "parTitl", "IDNo"],
}
"""Children in the order of the XML schema of version 2.5 (those used here or in the real codebook)."""
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
NOT_OURS = {
    "AuthEnty", "prodStmt", "producer", "prodDate", "prodPlac", "rspStmt", "distStmt", "contact", "serStmt", "serName",
    "serInfo", "subTitl", "subject", "topcClas", "sumDscr", "timePrd", "nation", "confDec", "citReq", "disclaimer",
    "fileDscr", "fileTxt", "fileName", "fileCont", "fileStrc", "fileType", "format", "filePlac", "location", "codInstr",
}  # fmt: skip
"""Elements of the real codebook an instrument has nothing for: producer, series, field period, data file."""


def _tag(element):
    return element.tag.removeprefix(f"{{{DDI_NAMESPACE}}}")


def _check_order(root):
    for element in root.iter():
        order = ORDER.get(_tag(element))
        if order is not None:
            places = [order.index(_tag(child)) for child in element]
            assert places == sorted(places), _tag(element)


def test_the_order_is_that_of_a_real_codebook(shared):
    root = ElementTree.parse(shared / "reference" / "formats" / "ddi" / "cps_00158.xml").getroot()
    _check_order(root)


@pytest.mark.parametrize("name", IDS)
def test_every_variable_and_category_is_there_in_the_order_of_the_schema(name, tmp_path):
    instrument = instrument_of(name)
    report = write_ddi(instrument, tmp_path / "codebook.xml")
    root = ElementTree.parse(report.file).getroot()
    assert root.tag == f"{{{DDI_NAMESPACE}}}codeBook"
    _check_order(root)
    found = [element for element in root.iter() if _tag(element) == "var"]
    assert [var.get("name") for var in found] == [report.names.get(v.key, v.key) for v in variables(instrument)]
    for var, variable in zip(found, variables(instrument), strict=True):
        if variable.kind == "choice":
            options = instrument.scale_of(variable.question).all_options
            values = [element.text for element in var.iter() if _tag(element) == "catValu"]
            assert values == [str(option.code) for option in options]
    ids = Counter(element.get("ID") for element in root.iter() if element.get("ID"))
    assert max(ids.values()) == 1
    named = {name for element in root.iter() if _tag(element) == "varGrp" for name in element.get("var").split()}
    assert named == {var.get("ID") for var in found}, "every reference has its variable, every variable its group"


def test_elements_and_attributes_compared_with_a_real_codebook(shared, tmp_path):
    """What the real one holds and ours does not is named above; what both hold has the same attributes."""
    real = ElementTree.parse(shared / "reference" / "formats" / "ddi" / "cps_00158.xml").getroot()
    ours = ElementTree.parse(write_ddi(instrument_of("every_feature"), tmp_path / "c.xml").file).getroot()
    real_tags = {_tag(element) for element in real.iter()}
    our_tags = {_tag(element) for element in ours.iter()}
    assert real_tags - our_tags == NOT_OURS
    assert our_tags - real_tags == {
        *("parTitl", "abstract", "othrStdyMat", "relPubl", "varGrp", "qstn", "preQTxt", "qstnLit", "ivuInstr"),
        *("valrng", "invalrng", "range", "item", "universe"),
    }
    assert ours.get("version") == real.get("version") == "2.5"
    parents = {
        root: {(_tag(parent), _tag(child)) for parent in root.iter() for child in parent} for root in (real, ours)
    }
    common = real_tags & our_tags
    for parent, child in parents[real]:
        if parent in common and child in common:
            assert (parent, child) in parents[ours] or (parent, child) in {("stdyDscr", "notes")}, (parent, child)


def test_a_variable_says_what_the_instrument_says(tmp_path):
    root = ElementTree.parse(write_ddi(instrument_of("every_feature"), tmp_path / "c.xml").file).getroot()
    space = {"d": DDI_NAMESPACE}
    care = root.find(".//d:var[@name='care_1']", space)
    assert care.get("nature") == "ordinal"
    assert care.find("d:concept", space).get("vocab") == "care"
    gone = [category for category in care.findall("d:catgry", space) if category.get("missing") == "Y"]
    assert [category.find("d:catValu", space).text for category in gone] == ["9"]
    assert [item.get("VALUE") for item in care.findall("d:invalrng/d:item", space)] == ["9"]
    assert {note.text for note in care.findall("d:notes", space)} == {"facet: performance", "reverse"}
    minutes = root.find(".//d:var[@name='minutes']", space)
    assert minutes.find("d:valrng/d:range", space).attrib == {"UNITS": "REAL", "min": "0", "max": "600"}
    universe = root.findall(".//d:var[@name='after_first']/d:universe", space)
    assert {element.get(LANGUAGE): element.text for element in universe} == {
        "zh": "第 1 题选了“初诊”",
        "en": "question 1 is answered 'First visit'",
    }
    groups = {element.get("type") for element in root.findall(".//d:varGrp", space)}
    assert groups == {"section", "grid", "multipleResp", "other"}


def test_characters_xml_forbids_are_left_out(tmp_path):
    content = instrument_of("every_feature").model_dump(by_alias=True)
    content["sections"][0]["questions"][0]["text"] = {"zh": "初诊\x0b？", "en": "First\x00 visit?"}
    instrument = type(instrument_of("every_feature")).model_validate(content)
    text = write_ddi(instrument, tmp_path / "c.xml").file.read_text(encoding="utf-8")
    assert ElementTree.fromstring(text) is not None
    assert "初诊？" in text
