"""XLSForm: pyxform converts every export, and its conditions hold for the same answers as ours."""

from __future__ import annotations

import re
import shutil

import openpyxl
import pytest
from defusedxml import ElementTree

from instruments.writers import write_xlsform
from survey.errors import InstrumentError
from tests.instruments.exported import IDS, instrument_of
from tests.instruments.random_answers import random_answers, shown

pyxform = pytest.importorskip("pyxform.xls2xform", reason="pyxform converts XLSForms; install the dev dependencies")

XFORMS = "{http://www.w3.org/2002/xforms}"


def _sheet(path, name):
    rows = list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.mark.parametrize("name", IDS)
def test_pyxform_converts_every_export_without_a_warning(name, tmp_path):
    instrument = instrument_of(name)
    report = write_xlsform(instrument, tmp_path / "form.xlsx")
    converted = pyxform.convert(report.file, validate=False)
    assert converted.warnings == []
    asked = {row["name"] for row in _sheet(report.file, "survey") if row["type"] not in {"begin_group", "end_group"}}
    assert {report.names.get(question.code, question.code) for question in instrument.questions} <= asked
    for problem in report.losses:
        assert problem.message("en") != problem.message("zh")


def test_odk_validate_accepts_the_form(tmp_path):
    if shutil.which("java") is None:
        pytest.skip("ODK Validate, which pyxform brings along, needs Java")
    report = write_xlsform(instrument_of("every_feature"), tmp_path / "form.xlsx")
    assert pyxform.convert(report.file, validate=True).warnings == []


def _relevants(xform):
    """The condition of each node and the skeleton of its instance, from a converted form."""
    model = ElementTree.fromstring(xform).find(f".//{XFORMS}model")
    binds = {bind.get("nodeset"): bind.get("relevant") for bind in model.findall(f"{XFORMS}bind")}
    instance = next(iter(model.find(f"{XFORMS}instance")))
    return {path: condition for path, condition in binds.items() if condition}, instance


def _without_namespace(element):
    return re.sub(
        r'\sxmlns(:\w+)?="[^"]*"|(?<=</)ns\d+:|(?<=<)ns\d+:', "", ElementTree.tostring(element, encoding="unicode")
    )


def test_conditions_hold_for_the_same_answers_as_ours(tmp_path):
    """The relevants of the converted form are evaluated by libxml2 on an instance filled with answers."""
    etree = pytest.importorskip("lxml.etree", reason="lxml evaluates XPath")
    functions = etree.FunctionNamespace(None)
    functions["selected"] = lambda _, nodes, code: code in "".join(node.text or "" for node in nodes).split()
    functions["count-selected"] = lambda _, nodes: float(len("".join(node.text or "" for node in nodes).split()))
    functions["if"] = lambda _, test, one, other: one if test else other
    instrument = instrument_of("every_feature")
    report = write_xlsform(instrument, tmp_path / "form.xlsx")
    relevants, skeleton = _relevants(pyxform.convert(report.file).xform)
    paths = {path.rsplit("/", 1)[1]: path for path in relevants}
    responses, people = random_answers(instrument, 300, seed=5)
    names = {"follow up": "follow_up", "it's other": "it_s_other"}
    expected = shown(instrument, responses)
    for place, person in enumerate(people):
        root = etree.fromstring(_without_namespace(skeleton))
        document = etree.ElementTree(root)
        for code, answer in person.items():
            cell = root.find(f".//{report.names.get(code, code)}")
            chosen = answer if isinstance(answer, list) else [answer]
            cell.text = "" if answer is None else " ".join(names.get(str(part), str(part)) for part in chosen)
        for code, holds in expected.items():
            condition = relevants[paths[report.names.get(code, code)]]
            assert bool(document.xpath(f"boolean({condition})")) == holds[place], (code, person)
    assert all(0 < sum(holds) < 300 for code, holds in expected.items() if code != "never_shown")


def test_rows_say_what_the_instrument_says(tmp_path):
    report = write_xlsform(instrument_of("every_feature"), tmp_path / "form.xlsx")
    rows = {row["name"]: row for row in _sheet(report.file, "survey")}
    visit = rows["visit_kind"]
    assert visit["type"] == "select_one visit"
    assert visit["label::中文 (zh)"] == "这次是初诊还是复诊？"
    assert visit["hint::English (en)"] == "Choose one"
    assert visit["guidance_hint::English (en)"] == "To compare groups"
    assert visit["required"] == "yes"
    assert rows["visit_kind_it_s_other_text"]["relevant"] == "${visit_kind} = 'it_s_other'"
    assert rows["minutes"]["constraint"] == ". >= 0 and . <= 600"
    assert rows["minutes"]["constraint_message::中文 (zh)"] == "请填写 0 到 600 之间的数。"
    assert rows["ratings_grid1"]["appearance"] == "table-list"
    assert rows["ranked"]["type"] == "rank aspects"
    assert rows["bad_care"]["relevant"] == "${care_1} = '4' or ${care_1} = '5'", (
        "reversed: scores up to 2 are codes 4, 5"
    )
    choices = [(row["list_name"], row["name"]) for row in _sheet(report.file, "choices")]
    assert ("rating", "9") in choices, "a missing option stays an option"
    (settings,) = _sheet(report.file, "settings")
    assert settings["version"] == "1.2.0"
    assert settings["default_language"] == "中文 (zh)"


def test_losses_name_what_was_changed(tmp_path):
    report = write_xlsform(instrument_of("every_feature"), tmp_path / "form.xlsx")
    losses = {problem.code: problem for problem in report.losses}
    assert "3rd.channels → q_3rd.channels" in losses["instruments.export_renamed"].message("en")
    assert "visit, channels, rating" in losses["instruments.export_missing_as_answer"].message("zh")
    assert report.names == {"3rd.channels": "q_3rd.channels"}


def test_one_language_can_be_written_and_an_unknown_one_is_refused(tmp_path):
    instrument = instrument_of("kiosk_service")
    report = write_xlsform(instrument, tmp_path / "form.xlsx", languages=["ko"])
    lost = {problem.code for problem in report.losses}
    assert "instruments.export_wording_absent" in lost, "only the questions are in Korean"
    assert "label::한국어 (ko)" in _sheet(report.file, "survey")[0]
    with pytest.raises(InstrumentError) as caught:
        write_xlsform(instrument, tmp_path / "form.xlsx", languages=["fr"])
    assert caught.value.problems[0].code == "instruments.export_language_unknown"
    assert "fr" in str(caught.value)


def test_a_reference_in_a_wording_stays_text(tmp_path):
    content = instrument_of("every_feature").model_dump(by_alias=True)
    content["sections"][0]["questions"][0]["text"] = {"zh": "价格 ${x}？", "en": "Price ${x}?"}
    instrument = type(instrument_of("every_feature")).model_validate(content)
    report = write_xlsform(instrument, tmp_path / "form.xlsx")
    assert pyxform.convert(report.file).warnings == []
