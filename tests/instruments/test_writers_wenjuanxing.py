"""问卷星 import text: read back by the grammar of a real one, with every question and option in place."""

from __future__ import annotations

import re

import pytest

from instruments.writers import write_wenjuanxing
from tests.instruments.exported import IDS, instrument_of

TITLE = re.compile(r"(?P<number>\d+)\. ?(?P<wording>.+?)(?P<star>\*?)\[(?P<type>[^\]]+)\]")


def _questions(text: str) -> list[tuple[str, str, bool, str, list[str]]]:
    """Number, wording, required, type and lines of each numbered paragraph."""
    found = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        first, *lines = paragraph.splitlines()
        match = TITLE.fullmatch(first.strip())
        if match:
            found.append((match["number"], match["wording"], bool(match["star"]), match["type"], lines))
    return found


def test_the_grammar_reads_a_real_import_text(shared):
    folder = shared / "reference" / "formats" / "wjx"
    (file,) = folder.glob("import_dsl_*.txt")
    text = file.read_text(encoding="utf-8")
    assert len(_questions(text)) == 9
    assert _questions(text)[0] == ("1", "您的性别", True, "单选题", ["男", "女"])


@pytest.mark.parametrize("name", IDS)
def test_every_question_has_its_number_its_type_and_its_options(name, tmp_path):
    instrument = instrument_of(name)
    report = write_wenjuanxing(instrument, tmp_path / "form.txt")
    questions = _questions(report.file.read_text(encoding="utf-8"))
    assert [number for number, *_ in questions] == [str(k) for k in range(1, len(questions) + 1)]
    rows = {number: lines for number, _, _, _, lines in questions}
    kinds = {number: kind for number, _, _, kind, _ in questions}
    wordings = {number: wording for number, wording, _, _, _ in questions}
    for question in instrument.questions:
        number, dash, row = report.names[question.code].partition("-")
        text = re.sub(r"\s+", " ", question.text.in_language("zh"))
        if dash:
            assert kinds[number] == "矩阵单选题"
            assert rows[number][int(row)].startswith(text)
            assert len(rows[number][0].split()) == len(instrument.scale_of(question).all_options)
        else:
            assert wordings[number].startswith(text)
            options = () if question.scale is None else instrument.scale_of(question).all_options
            assert len(rows[number]) == len(options)


def test_what_the_format_lacks_is_said_in_the_wording_and_listed(tmp_path):
    report = write_wenjuanxing(instrument_of("every_feature"), tmp_path / "form.txt")
    text = report.file.read_text(encoding="utf-8")
    assert "1. 这次是初诊还是复诊？（单选）*[单选题]\n初诊\n复诊\n其他____\n不想说" in text
    assert "4. 等了多少分钟？（请填写 0 到 600 之间的数）[填空题]" in text
    assert "9. 初诊体验？（仅在以下情况回答：第 1 题选了“初诊”）[填空题]" in text
    assert "7. 请评价以下各项。[矩阵单选题]\n很差 2 3 4 很好 没用过\n等候时间" in text
    losses = {problem.code.removeprefix("instruments.export_"): problem for problem in report.losses}
    assert set(losses) == {
        *("one_language", "specify_by_hand", "range_by_hand", "required_rows", "routing_by_hand", "title_by_hand"),
        *("model_not_carried", "purpose_not_carried", "missing_as_answer"),
    }
    assert "9 after_first (第 1 题选了“初诊”)" in losses["routing_by_hand"].message("zh")
    assert losses["one_language"].fields["subjects"] == "en"


def test_a_matrix_whose_columns_hold_spaces_is_taken_apart(tmp_path):
    """The format splits columns at spaces."""
    report = write_wenjuanxing(instrument_of("every_feature"), tmp_path / "form.txt", languages=["en"])
    text = report.file.read_text(encoding="utf-8")
    assert "矩阵单选题" not in text
    assert "7. Waiting time*[单选题]\nVery poor\n2\n3\n4\nVery good\nNot used" in text
    assert "instruments.export_matrix_apart" in {problem.code for problem in report.losses}
    assert "instruments.export_required_rows" not in {problem.code for problem in report.losses}
