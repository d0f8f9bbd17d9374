"""``satix import``: what it refuses, what it names, and commands that can be pasted."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from openpyxl import Workbook

from satix.pasted import pasted
from tests.satix.conftest import Run

ANSWERS = "工单,满意度\nA1,5\nA2,4\nA3,2\nA4,1\nA5,3\nA6,5\n"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A plain table of answers whose name holds blanks and brackets."""
    file = tmp_path / "my export (1).csv"
    file.write_text(ANSWERS, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["a b.csv", "x(1).csv", "it's.csv", "plain.csv", "满意度.xlsx"])
def test_a_pasted_name_is_one_word(name: str) -> None:
    """The shell gives back what was meant; letters of any script stay bare."""
    assert shlex.split(pasted(name)) == [name]
    assert pasted("满意度.xlsx") == "满意度.xlsx"


def test_the_next_step_can_be_pasted(run: Run, export: Path) -> None:
    """Names with blanks and brackets are quoted."""
    out = run("import", export).out
    assert f"--from '{export}'" in out
    assert "–" not in next(line for line in out.splitlines() if "responses" in line)


def test_a_questionnaire_is_no_file_of_answers(run: Run, tmp_path: Path) -> None:
    """By its ending, by its columns or by its lines: one error, and no study is made of it."""
    by_lines = tmp_path / "text.txt"
    by_lines.write_text("1. 您的性别*[单选题]\n男\n女\n\n2. 您的身份：*[单选题]\n学生\n教师\n", encoding="utf-8")
    by_columns = tmp_path / "form.csv"
    by_columns.write_text("type,name,label,required\ntext,a,How?,yes\ninteger,b,How many?,no\n", encoding="utf-8")
    by_ending = tmp_path / "survey.lss"
    by_ending.write_text("<document/>", encoding="utf-8")
    for file in (by_lines, by_columns, by_ending):
        for arguments in (["import", file], ["new", tmp_path / "study", "--from", file]):
            outcome = run(*arguments)
            assert (outcome.code, outcome.out.strip()) == (1, ""), file
            assert "questionnaire" in outcome.err
        assert not (tmp_path / "study").exists()


def test_a_codebook_is_opened_also_without_a_draft(run: Run, export: Path, tmp_path: Path) -> None:
    """A missing one stops the import; one that is there words the questions."""
    assert run("import", export, "--codebook", tmp_path / "nowhere.lss").code == 1
    export.write_text("record_id,satisfied\n1,5\n2,4\n3,2\n4,1\n5,3\n6,5\n", encoding="utf-8")
    book = Workbook()
    survey, choices = book.active, book.create_sheet("choices")
    survey.title = "survey"
    for row in (["type", "name", "label"], ["select_one likert", "satisfied", "您对本次服务满意吗"]):
        survey.append(row)
    for row in (["list_name", "name", "label"], *(["likert", step, f"{step} 分"] for step in range(1, 6))):
        choices.append(row)
    codebook = tmp_path / "form.xlsx"
    book.save(codebook)
    outcome = run("import", export, "--codebook", codebook)
    assert outcome.code == 0, outcome.err
    assert ": 1 of " in outcome.out
    assert "您对本次服务满意吗" in outcome.out


def test_platforms_go_by_chinese_names_and_unknown_ones_are_refused_first(run: Run, export: Path) -> None:
    """Nothing is printed before the refusal; the code is shown beside the name."""
    assert "腾讯问卷（tencent）" in run("import", export, "--platform", "腾讯问卷", lang="zh").out
    assert run("import", export, "--platform", "wjx").code == 0
    refused = run("import", export, "--platform", "nothing")
    assert (refused.code, refused.out) == (1, "")
