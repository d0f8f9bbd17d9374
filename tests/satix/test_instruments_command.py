"""``satix instruments``: check, diff, to Excel and back, export."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import yaml

from instruments import load_instrument
from satix.instrument_files import EXPORT_FORMATS, open_instrument
from survey.definition_files import dump_definition
from survey.errors import InstrumentError
from tests.satix.small_study import INSTRUMENT, write_yaml


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_instrument_goes_to_excel_and_back(run):
    assert run("instruments", "to-excel", "after_sales").code == 0
    outcome = run("instruments", "from-excel", "after_sales.xlsx", "--output", "mine.yaml")
    assert outcome.code == 0
    assert Path("mine.yaml").read_text(encoding="utf-8") == dump_definition(load_instrument("after_sales"))
    assert open_instrument("after_sales.xlsx") == load_instrument("after_sales")
    assert "alike" in run("instruments", "diff", "after_sales@1.0.0", "mine.yaml").out


def test_a_template_is_written_without_a_name(run):
    assert run("instruments", "to-excel", "--languages", "zh,en,ko").code == 0
    headings = [cell.value for cell in openpyxl.load_workbook("my_instrument.xlsx")["questions"][1]]
    assert {"text_zh", "text_en", "text_ko"} <= set(headings)
    assert run("instruments", "to-excel", "after_sales", "--languages", "zh").code == 1


@pytest.mark.parametrize(("lang", "word"), [("en", "there already"), ("zh", "已存在")])
def test_a_file_that_is_there_is_kept_unless_told_otherwise(run, lang, word):
    assert run("instruments", "to-excel", "after_sales").code == 0
    outcome = run("instruments", "to-excel", "after_sales", lang=lang)
    assert outcome.code == 1
    assert word in outcome.err
    assert run("instruments", "to-excel", "after_sales", "--replace").code == 0


def test_faults_of_a_workbook_are_listed_and_nothing_is_written(run):
    run("instruments", "to-excel", "after_sales")
    workbook = openpyxl.load_workbook("after_sales.xlsx")
    workbook["questions"]["B2"] = "nowhere"
    workbook["scales"]["B2"] = "one"
    workbook.save("after_sales.xlsx")
    outcome = run("instruments", "from-excel", "after_sales.xlsx", lang="zh")
    assert outcome.code == 1
    assert "工作表“questions”，第 2 行，B 列" in outcome.err
    assert "工作表“scales”，第 2 行，B 列" in outcome.err
    assert not Path("after_sales.yaml").exists()


def test_a_sound_instrument_passes_and_a_faulty_one_fails(run):
    assert run("instruments", "check", "after_sales").code == 0
    content = yaml.safe_load(dump_definition(load_instrument("after_sales")))
    del content["sections"][2]["questions"][0]["text"]["en"]
    write_yaml(Path("mine.yaml"), content)
    outcome = run("instruments", "check", "mine.yaml", lang="zh")
    assert outcome.code == 1
    assert "first_reply_1" in outcome.err
    assert "错误 1 条" in outcome.out


@pytest.mark.parametrize(("lang", "words"), [("en", "compare with care"), ("zh", "须谨慎")])
def test_differences_are_listed_by_their_effect(run, lang, words):
    write_yaml(Path("a.yaml"), INSTRUMENT)
    changed = yaml.safe_load(yaml.safe_dump(INSTRUMENT))
    changed["sections"][0]["questions"][0]["text"]["en"] = "Otherwise?"
    write_yaml(Path("b.yaml"), changed)
    outcome = run("instruments", "diff", "a.yaml", "b.yaml", lang=lang)
    assert outcome.code == 0
    assert words in outcome.out
    assert "q_reply" in outcome.out


@pytest.mark.parametrize("target", EXPORT_FORMATS)
def test_every_format_is_written(run, target):
    pytest.importorskip({"spss": "pyreadstat", "docx": "docx"}.get(target, "xlsxwriter"))
    outcome = run("instruments", "export", "after_sales", "--to", target)
    assert outcome.code == 0, outcome.err
    assert Path(f"after_sales-{target}{EXPORT_FORMATS[target][1]}").stat().st_size > 0


def test_a_wrong_ending_is_refused(run):
    assert run("instruments", "export", "after_sales", "--to", "xlsform", "--output", "form.pdf").code == 1


def test_an_unknown_version_lists_those_there_are():
    with pytest.raises(InstrumentError, match=r"1\.0\.0"):
        open_instrument("after_sales@9.9.9")
