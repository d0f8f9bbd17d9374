"""What ``satix new --from`` proposes and says beyond the columns themselves."""

from __future__ import annotations

import csv
from pathlib import Path

from satix.export_drafts import draft_from_export
from survey.definition_files import dump_definition
from survey.importers.detect import platform_of
from survey.importers.table_file import read_table
from tests.satix.conftest import Run


def _export(folder: Path, rows: list[list[str]]) -> Path:
    file = folder / "export.csv"
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)
    return file


def test_the_total_of_an_export_proposes_reversals(tmp_path: Path) -> None:
    """Total = a + b + c + (6 - d): d is reversed, with a remark; the instrument keeps everything else."""
    rows = [["序号", "提交答卷时间", "1、甲很好", "2、乙很好", "3、丙很好", "4、丁很差", "总分"]]
    for n in range(60):
        a, b, c, d = 1 + n % 5, 1 + (n // 2) % 5, 1 + (n * 3 // 4) % 5, 1 + (n * n) % 5
        rows.append([str(n + 1), f"2025/3/1 10:{n:02d}:00", *map(str, (a, b, c, d)), str(a + b + c + 6 - d)])
    table = read_table(_export(tmp_path, rows))
    draft = draft_from_export(table, platform_of(table), instrument_id="made")
    assert [question.reverse for question in draft.instrument.questions] == [False, False, False, True]
    (remark,) = [problem for problem in draft.remarks if problem.code == "satix.draft_reversed"]
    assert remark.fields["questions"] == "Q4"
    assert "reverse: true" in remark.message("zh")
    assert "reverse: true" in remark.message("en")
    assert "reverse: true" in dump_definition(draft.instrument)


def test_a_new_study_tells_what_is_done_for_privacy_and_what_it_lacks(run: Run, tmp_path: Path) -> None:
    """Telephone numbers are dropped, and said to be; an index of the placeholder alone is not called suppressed."""
    rows = [["id", "您的手机号", "购买方式", "childs_name"]]
    rows += [[str(n), f"1380000{1000 + n}", ["门店", "电话"][n % 2], f"名{n}"] for n in range(30)]
    export = _export(tmp_path, rows)
    for lang, words in (("zh", ("隐私", "不保存")), ("en", ("Privacy", "not stored"))):
        made = run("new", tmp_path / lang, "--from", export, lang=lang)
        assert made.code == 0
        assert all(word in made.out for word in words)
        assert "childs_name" in made.out
        assert "13800001" not in made.out + (tmp_path / lang / "instrument.yaml").read_text(encoding="utf-8")
        shown = run("evaluate", tmp_path / lang, lang=lang)
        assert shown.code == 0
        assert {"zh": "没有可构成指数的题目", "en": "no question that can make up an index"}[lang] in shown.out
