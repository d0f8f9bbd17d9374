"""The printed questionnaire: opened again, it holds every question, option and condition; LibreOffice can print it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from reports.questionnaire_docx import write_questionnaire_docx
from tests.instruments.exported import IDS, instrument_of

docx = pytest.importorskip("docx", reason="python-docx writes .docx; install the extra office")


def _texts(path):
    """Texts of paragraphs and table cells, in the order of the document."""
    document = docx.Document(str(path))
    texts = []
    for element in document.element.body.iter():
        if element.tag.endswith("}p"):
            texts.append("".join(node.text or "" for node in element.iter() if node.tag.endswith("}t")))
    return texts


@pytest.mark.parametrize("name", IDS)
def test_every_question_is_printed_in_every_language(name, tmp_path):
    instrument = instrument_of(name)
    texts = _texts(write_questionnaire_docx(instrument, tmp_path / "q.docx").file)
    for language in ("zh", "en"):
        for number, question in enumerate(instrument.questions, start=1):
            wording = f"{number}. {question.text.in_language(language)}"
            assert any(text.startswith(wording) for text in texts), wording
        for scale in instrument.scales.values():
            for option in scale.options:
                assert any(option.label.in_language(language) in text for text in texts), option.code
    assert instrument.title.in_language("zh") in texts


def test_codes_instructions_and_conditions_stand_beside_the_questions(tmp_path):
    report = write_questionnaire_docx(instrument_of("every_feature"), tmp_path / "q.docx", languages=["zh"])
    texts = _texts(report.file)
    at = texts.index("1. 这次是初诊还是复诊？ *")
    assert texts[at + 1] == "单选"
    assert texts[at + 2] == "○ 初诊  [first]"
    assert texts[at + 4].startswith("○ 其他 请说明 ____")
    assert "3. 用过哪些渠道？ （可多选）" in texts
    assert any(text.endswith("（0–600）") for text in texts)
    after = texts.index("12. 初诊体验？")
    assert texts[after - 1] == "▸ 仅在以下情况回答：第 1 题选了“初诊”"
    assert "9. 座位舒适▸ 仅在以下情况回答：第 4 题的数值 > 5" in texts
    assert "____ 价格  [price]" in texts
    assert texts[-1].startswith("every_feature 1.2.0")
    assert {problem.code for problem in report.losses} == {
        "instruments.export_purpose_not_carried",
        "instruments.export_model_not_carried",
    }


def test_a_grid_is_a_table_whose_heading_repeats(tmp_path):
    path = write_questionnaire_docx(instrument_of("every_feature"), tmp_path / "q.docx", languages=["en"]).file
    document = docx.Document(str(path))
    grid = next(table for table in document.tables if len(table.columns) == 7)
    assert [cell.text for cell in grid.rows[0].cells] == ["", "Very poor", "2", "3", "4", "Very good", "Not used"]
    assert [cell.text for cell in grid.rows[1].cells] == ["7. Waiting time *", *(f"○ {k}" for k in (1, 2, 3, 4, 5, 9))]
    assert "w:tblHeader" in grid.rows[0]._tr.xml


def test_chinese_text_names_a_font_for_it(tmp_path):
    path = write_questionnaire_docx(instrument_of("every_feature"), tmp_path / "q.docx", languages=["zh"]).file
    runs = [run for paragraph in docx.Document(str(path)).paragraphs for run in paragraph.runs if run.text.strip()]
    assert all('w:eastAsia="Microsoft YaHei"' in run._r.xml for run in runs)


@pytest.mark.slow
def test_libreoffice_prints_it(tmp_path):
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice prints the document; it is not needed to write it")
    path = write_questionnaire_docx(instrument_of("every_feature"), tmp_path / "q.docx").file
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=180)
    if "could not be loaded" in done.stdout + done.stderr:
        pytest.skip("this LibreOffice has no Writer")
    assert (tmp_path / "q.pdf").read_bytes().startswith(b"%PDF")
