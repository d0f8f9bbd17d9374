"""Bad input ends in one clear message (what, where, how to mend), exit code 1, and nothing half-written."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source_tree import ROOT
from tests.satix.conftest import Outcome, Run
from tests.satix.small_study import HEADINGS, ITEMS, SmallStudy, answers, write_rows, write_workbook

GOOD = '{"files": {"results.json": "sha256:0"}}'


def _has_chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _last_good(small: SmallStudy) -> dict[str, bytes]:
    small.output.mkdir(exist_ok=True)
    (small.output / "results.json").write_text("the last good results", encoding="utf-8")
    (small.output / "manifest.json").write_text(GOOD, encoding="utf-8")
    return _snapshot(small.folder)


def refused(run: Run, small: SmallStudy, *words: str, command: str = "evaluate", study: Path | None = None) -> str:
    """Evaluate in both languages; every word must be in both messages; nothing in the folder may change."""
    before = _last_good(small)
    said = {}
    for lang in ("en", "zh"):
        outcome: Outcome = run(command, study or small.file, lang=lang)
        assert outcome.code == 1, outcome
        assert "Traceback" not in outcome.err + outcome.out
        for name in ("a fault of its own", "自身的错误", "自身出错"):
            assert name not in outcome.err
        for word in words:
            assert word in outcome.err, f"{word!r} not in {outcome.err!r}"
        # A cell may be answered in either language, so the options are named as the instrument words them.
        assert _has_chinese(re.sub("很差|很好", "", outcome.err)) == (lang == "zh")
        assert _snapshot(small.folder) == before
        assert list(small.folder.glob(".output*")) == []
        said[lang] = outcome.err
    assert said["en"] != said["zh"]
    return said["en"]


# Files of answers


def test_a_missing_file_is_named_with_the_line_that_names_it(run: Run, small: SmallStudy) -> None:
    """study.yaml, its line, and the file."""
    (small.folder / "data/w2.csv").unlink()
    text = small.file.read_text(encoding="utf-8").splitlines()
    line = next(number for number, row in enumerate(text, start=1) if "file: data/w2.csv" in row)
    said = refused(run, small, "study.yaml", "data/w2.csv")
    assert f"line {line}" in said
    assert "Put it there" in said


def test_a_missing_study_file(run: Run, small: SmallStudy) -> None:
    """The name as given, and what to look at."""
    assert "does not exist" in refused(run, small, "nowhere.yaml", study=small.folder / "nowhere.yaml")


def test_a_folder_without_a_study_file(run: Run, small: SmallStudy) -> None:
    """The folder is looked into for study.yaml."""
    empty = small.folder / "empty"
    empty.mkdir()
    refused(run, small, "study.yaml", study=empty)


def test_a_word_document_renamed_to_xlsx(run: Run, small: SmallStudy) -> None:
    """It says what the file is, not that a zip entry is absent."""
    small.study["sources"][1]["file"] = "data/w2.xlsx"
    small.write()
    with zipfile.ZipFile(small.folder / "data/w2.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    said = refused(run, small, "w2.xlsx", "Excel")
    assert "Word document" in said
    assert "Export the answers again" in said


def test_a_real_workbook_renamed_to_csv(run: Run, small: SmallStudy) -> None:
    """The remedy is to rename it."""
    write_workbook(small.folder / "data/real.xlsx", small.rows["w2"])
    shutil.move(small.folder / "data/real.xlsx", small.folder / "data/w2.csv")
    assert "Rename it to .xlsx" in refused(run, small, "w2.csv", ".xlsx")


def test_an_empty_sheet(run: Run, small: SmallStudy) -> None:
    """A workbook with nothing in it."""
    small.study["sources"][1]["file"] = "data/w2.xlsx"
    small.write()
    write_workbook(small.folder / "data/w2.xlsx", [], headings=[])
    assert "nothing in the table" in refused(run, small, "w2.xlsx", "answers")


def test_an_empty_file(run: Run, small: SmallStudy) -> None:
    """Zero bytes."""
    (small.folder / "data/w2.csv").write_bytes(b"")
    assert "Download it again" in refused(run, small, "w2.csv")


def test_only_headings(run: Run, small: SmallStudy) -> None:
    """An export taken before anybody answered."""
    write_rows(small.folder / "data/w2.csv", [])
    assert "no answers below" in refused(run, small, "w2.csv", "1")


def test_a_broken_archive(run: Run, small: SmallStudy) -> None:
    """A download that stopped half-way."""
    small.study["sources"][1]["file"] = "data/w2.xlsx"
    small.write()
    path = write_workbook(small.folder / "data/w2.xlsx", small.rows["w2"])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refused(run, small, "w2.xlsx")


def test_answers_outside_the_scale_are_all_listed_with_excel_coordinates(run: Run, small: SmallStudy) -> None:
    """Three cells in three columns, each with row, column letter, heading, value and what is accepted."""
    small.study["sources"][1]["file"] = "data/w2.xlsx"
    small.rows["w2"][3]["reply"] = 7
    small.rows["w2"][10]["tone"] = "excellent"
    small.rows["w2"][58]["recommend"] = 11
    small.write()
    write_workbook(small.folder / "data/w2.xlsx", small.rows["w2"])
    said = refused(run, small, "w2.xlsx", "answers", "excellent")
    for place in ("row 5, column B (reply)", "row 12, column E (tone)", "row 60, column G (recommend)"):
        assert f"sheet 'answers', {place}" in said
    assert said.count("row ") == 3
    assert "expected" in said
    assert "Correct the cell" in said


def test_faults_of_several_files_come_together(run: Run, small: SmallStudy) -> None:
    """One run names the faults of both waves."""
    small.rows["w1"][0]["reply"] = 8
    small.rows["w2"][0]["skill"] = 0
    small.write()
    refused(run, small, "w1.csv", "w2.csv", "reply", "skill")


def test_a_personal_value_is_not_repeated(run: Run, small: SmallStudy) -> None:
    """A telephone number in the wrong column is masked in the message."""
    small.rows["w2"][0]["reply"] = "13812345678"
    small.write()
    said = refused(run, small, "w2.csv")
    assert "13812345678" not in said


def test_a_csv_in_an_unreadable_encoding(run: Run, small: SmallStudy) -> None:
    """The mapping declares UTF-8, the file is not."""
    small.mapping["encoding"] = "utf-8"
    small.rows["w2"][0]["comment"] = "x"
    small.write()
    path = small.folder / "data/w2.csv"
    path.write_bytes(path.read_bytes().replace(b",x\r", b",\xff\xfe\x81\r"))
    assert "encoding" in refused(run, small, "w2.csv", "utf-8")


def test_a_csv_in_gb18030_is_read(run: Run, small: SmallStudy) -> None:
    """Chinese Excel saves CSV so; nothing needs to be declared."""
    small.mapping["columns"][7]["heading"] = "您还有什么建议？"
    for row in small.rows["w2"]:
        row["您还有什么建议？"] = "服务很好，请继续努力。"
    small.write()
    path = small.folder / "data/w2.csv"
    path.write_bytes(path.read_bytes().decode("utf-8").encode("gb18030"))
    assert run("evaluate", small.file).code == 0


# Mappings


def test_an_unknown_question_code_in_a_mapping(run: Run, small: SmallStudy) -> None:
    """The mapping file, the heading and the code."""
    small.mapping["columns"][1]["question"] = "q_replly"
    small.write()
    refused(run, small, "mappings/table.yaml", "q_replly", "reply")


def test_a_mapped_column_that_the_file_lacks(run: Run, small: SmallStudy) -> None:
    """The heading that was sought, where, and the nearest one there is."""
    for wave in ("w1", "w2"):
        path = small.folder / f"data/{wave}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("skill", "skills", 1), encoding="utf-8")
    said = refused(run, small, "w1.csv", "w2.csv", "q_skill", "skills")
    assert "Closest heading" in said


def test_a_mapping_for_another_instrument(run: Run, small: SmallStudy) -> None:
    """Both ids are named."""
    small.mapping["instrument"] = "after_sales"
    small.write()
    refused(run, small, "mappings/table.yaml", "after_sales", "small_service")


def test_an_unknown_value_in_the_wave_column(run: Run, small: SmallStudy) -> None:
    """Every row with a wave that the study does not have is named; such rows must not vanish from all waves."""
    small.mapping["columns"].append({"heading": "when", "role": "wave"})
    for wave, rows in small.rows.items():
        for row in rows:
            row["when"] = wave
    small.rows["w2"][4]["when"] = "w3"
    for source in small.study["sources"]:
        del source["wave"]
    small.write()
    assert "rows 6 " in refused(run, small, "w2.csv", "w3", "w1", "6")


def test_a_wave_mapping_that_does_not_know_a_value(run: Run, small: SmallStudy) -> None:
    """The same where the mapping translates waves."""
    small.mapping["columns"].append({"heading": "when", "role": "wave"})
    small.mapping["waves"] = {"spring": "w1", "autumn": "w2"}
    for wave, rows in small.rows.items():
        for row in rows:
            row["when"] = {"w1": "spring", "w2": "autumn"}[wave]
    small.rows["w2"][4]["when"] = "winter"
    for source in small.study["sources"]:
        del source["wave"]
    small.write()
    assert "row 6" in refused(run, small, "w2.csv", "winter", "spring")


def test_a_source_whose_wave_nobody_says(run: Run, small: SmallStudy) -> None:
    """Several waves, no wave column, no wave: on the source."""
    del small.study["sources"][1]["wave"]
    small.write()
    refused(run, small, "study.yaml", "data/w2.csv", "wave:")


def test_a_wave_without_data(run: Run, small: SmallStudy) -> None:
    """It is declared and no file belongs to it."""
    del small.study["sources"][1]
    small.write()
    refused(run, small, "study.yaml", "w2")


def test_a_study_without_sources(run: Run, small: SmallStudy) -> None:
    """The next step is named."""
    small.study["sources"] = []
    small.write()
    refused(run, small, "study.yaml", "satix map", "data/")


def test_negative_case_weights(run: Run, small: SmallStudy) -> None:
    """Every one of them is listed, with its row."""
    small.mapping["columns"].append({"heading": "weight", "role": "case_weight"})
    for rows in small.rows.values():
        for row in rows:
            row["weight"] = 1.5
    small.rows["w1"][2]["weight"] = -0.5
    small.rows["w1"][7]["weight"] = "heavy"
    small.write()
    said = refused(run, small, "w1.csv", "-0.5", "heavy")
    assert "row 4" in said
    assert "row 9" in said


def test_case_weights_missing_for_some(run: Run, small: SmallStudy) -> None:
    """A weight is needed for everybody, or for nobody."""
    small.mapping["columns"].append({"heading": "weight", "role": "case_weight"})
    for rows in small.rows.values():
        for row in rows:
            row["weight"] = 1.5
    small.rows["w1"][2]["weight"] = ""
    small.write()
    assert "row 4" in refused(run, small, "w1.csv", "weight")


# Definitions


def test_weights_that_do_not_sum_to_one(run: Run, small: SmallStudy) -> None:
    """The instrument file in the study folder, its line, the node and the sum."""
    small.instrument["index"]["indicators"][1]["weight"] = 0.7
    small.write()
    said = refused(run, small, "instrument.yaml", "INDEX", "1.1")
    assert "line " in said


def test_an_unknown_key_in_the_study(run: Run, small: SmallStudy) -> None:
    """Its line, and the keys there are."""
    text = small.file.read_text(encoding="utf-8").replace("study: small", "study: small\ntitel: x", 1)
    small.file.write_text(text, encoding="utf-8")
    said = refused(run, small, "study.yaml", "titel", "title")
    assert f"line {text.splitlines().index('titel: x') + 1}" in said


def test_an_unknown_key_deep_inside(run: Run, small: SmallStudy) -> None:
    """The keys listed are those of that place."""
    small.study["screening"] = {"exclude": ["speeder"], "speeder_shear": 0.3}
    small.write()
    said = refused(run, small, "study.yaml", "speeder_shear", "speeder_share")
    assert "languages" not in said


def test_every_fault_of_a_study_at_once(run: Run, small: SmallStudy) -> None:
    """Three faults, three lines."""
    small.study["confidence"] = 1.5
    small.study["segments"] = [{"question": "region", "colour": "red"}]
    small.study["languages"] = ["zh", "fr"]
    small.write()
    said = refused(run, small, "confidence", "colour", "fr")
    assert len(said.strip().splitlines()) == 3


def test_a_value_of_the_wrong_kind_is_explained_in_the_readers_language(run: Run, small: SmallStudy) -> None:
    """No English sentence of a library inside the Chinese message."""
    small.study["confidence"] = "high"
    small.write()
    refused(run, small, "study.yaml", "confidence", "high")
    outcome = run("evaluate", small.file, lang="zh")
    assert "Input should" not in outcome.err


def test_an_unknown_instrument_names_the_nearest(run: Run, small: SmallStudy) -> None:
    """after-sale is near after_sales."""
    small.study["instrument"] = "after-sale"
    small.write()
    said = refused(run, small, "after-sale", "after_sales", "kiosk_service")
    assert "did you mean after_sales" in said


def test_an_unknown_version(run: Run, small: SmallStudy) -> None:
    """The versions there are."""
    small.study |= {"instrument": "after_sales", "instrument_version": "9.9.9"}
    small.write()
    refused(run, small, "9.9.9", "1.0.0")


@pytest.mark.parametrize(
    "text",
    [
        "study: [unclosed\ntitle: x\n",
        "study: a\n\ttitle: b\n",
        "study: a\n---\nstudy: b\n",
        "- just\n- a list\n",
        "study: \x07bell\n",
        "study: !!int abc\n",
        "study: !!python/object/apply:os.system [echo]\n",
        "? [a, b]\n: c\n",
        "",
        "study: &a [*a]\ntitle: x\n",
        "study: " + "[" * 20_000,
        "study: " + "[" * 20_000 + "]" * 20_000,
    ],
    ids=[
        "bracket",
        "tab",
        "two-documents",
        "list",
        "control",
        "tag",
        "object",
        "key",
        "empty",
        "recursion",
        "open-deep",
        "deep",
    ],
)
def test_a_file_that_is_no_study_at_all(run: Run, small: SmallStudy, text: str) -> None:
    """The file and, where there is one, the line; never a fault of ours."""
    small.file.write_text(text, encoding="utf-8")
    refused(run, small, "study.yaml")


def test_a_yaml_file_that_swells(small: SmallStudy) -> None:
    """Nested aliases (ten to the ninth power) are refused at once instead of filling the memory."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    small.file.write_text("\n".join(lines), encoding="utf-8")
    code = (
        "import sys\n"
        "try:\n    import resource\n    resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))\n"
        "except ImportError:\n    pass\n"
        "from satix.cli import main\nsys.argv = ['satix', 'evaluate', 'study.yaml']\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        cwd=small.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SATIX_LANG": "en"},
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "study.yaml" in done.stderr
    assert "memory" not in done.stderr


def test_a_study_that_is_not_utf8(run: Run, small: SmallStudy) -> None:
    """Saved by an old editor."""
    small.file.write_bytes(small.file.read_text(encoding="utf-8").encode("gb18030"))
    refused(run, small, "study.yaml", "UTF-8")


def test_a_wave_named_twice(run: Run, small: SmallStudy) -> None:
    """Codes of waves are unique."""
    small.study["waves"][1]["wave"] = "w1"
    small.study["sources"][1]["wave"] = "w1"
    small.write()
    refused(run, small, "study.yaml", "w1")


def test_a_key_written_twice(run: Run, small: SmallStudy) -> None:
    """YAML alone would keep the last."""
    small.file.write_text(small.file.read_text(encoding="utf-8") + "study: other\n", encoding="utf-8")
    refused(run, small, "study.yaml", "study")


def test_a_newer_schema(run: Run, small: SmallStudy) -> None:
    """Refused, not guessed at."""
    small.study["schema"] = "satix.study/2"
    small.write()
    refused(run, small, "satix.study/2", "satix.study/1")


def test_names_the_instrument_does_not_have(run: Run, small: SmallStudy) -> None:
    """Segment, target and duplicate key, each with its line, together."""
    small.study["segments"] = [{"question": "gender"}]
    small.study["targets"] = [{"indicator": "SPED", "level": 80}]
    small.study["screening"] = {"duplicate_key": ["phone"]}
    small.write()
    refused(run, small, "gender", "SPED", "phone", "SPEED")


def test_an_unknown_performance_series(run: Run, small: SmallStudy) -> None:
    """A misspelt series must not silently leave an analysis out."""
    small.study["performance_series"] = {"gap": "perceptoin"}
    small.write()
    refused(run, small, "study.yaml", "perceptoin")


def test_a_segment_that_is_no_single_choice(run: Run, small: SmallStudy) -> None:
    """An open question cannot split the respondents."""
    small.study["segments"] = [{"question": "comment"}]
    small.write()
    refused(run, small, "comment")


# Folders


@pytest.mark.parametrize("path", ["../elsewhere.csv", "/etc/hostname", "data/../../x.csv", "C:/x.csv", "..\\x.csv"])
@pytest.mark.parametrize("key", ["file", "mapping"])
def test_paths_stay_inside_the_study(run: Run, small: SmallStudy, path: str, key: str) -> None:
    """Of data and of mappings."""
    small.study["sources"][0][key] = path
    small.write()
    assert "out of the study folder" in refused(run, small, "study.yaml", path)


@pytest.mark.parametrize("path", ["../elsewhere/instrument.yaml", "/etc/instrument.yaml"])
def test_the_instrument_stays_inside_the_study(run: Run, small: SmallStudy, path: str) -> None:
    """An instrument named by path is a file of the study like the others."""
    outside = small.folder.parent / "elsewhere"
    outside.mkdir()
    shutil.copy(small.folder / "instrument.yaml", outside)
    small.study["instrument"] = path
    small.write()
    refused(run, small, "study.yaml", path)


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
@pytest.mark.parametrize("name", ["data/w1.csv", "mappings/table.yaml", "instrument.yaml"])
def test_a_link_does_not_lead_out(run: Run, small: SmallStudy, name: str) -> None:
    """A symbolic link to a file elsewhere is refused like a path that leads there."""
    outside = small.folder.parent / "outside"
    shutil.move(small.folder / name, outside)
    (small.folder / name).symlink_to(outside)
    before = small.folder / name
    outcome = run("evaluate", small.file)
    assert before.is_symlink()
    assert outcome.code == 1, outcome
    assert "out of the study folder" in outcome.err


def test_an_output_folder_that_is_a_file(run: Run, small: SmallStudy) -> None:
    """It is not replaced, moved or deleted."""
    target = small.folder / "notes"
    target.write_text("mine", encoding="utf-8")
    for _ in range(2):
        outcome = run("evaluate", small.file, "--output", target)
        assert outcome.code == 1, outcome
        assert "notes" in outcome.err
        assert target.read_text(encoding="utf-8") == "mine"
        assert list(small.folder.glob(".notes*")) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_an_output_folder_that_may_not_be_written(run: Run, small: SmallStudy) -> None:
    """The folder is named and nothing is half-written."""
    locked = small.folder / "locked"
    locked.mkdir(mode=0o500)
    outcome = run("evaluate", small.file, "--output", locked / "output")
    assert outcome.code == 1
    assert "locked" in outcome.err


def test_a_disk_that_is_full_or_locked(run: Run, small: SmallStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any refusal of the file system while writing is a message, and the last good output stays."""
    before = _last_good(small)

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device", "report.xlsx")

    monkeypatch.setattr("reports.renderers.xlsx.write_xlsx", refuse)
    outcome = run("evaluate", small.file)
    assert outcome.code == 1
    assert "No space left" in outcome.err
    assert "fault of its own" not in outcome.err
    assert _snapshot(small.folder) == before


def test_the_current_folder_as_output(run: Run, small: SmallStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--output .`` is either understood or refused with a word, never a fault of ours, and loses nothing."""
    monkeypatch.chdir(small.folder)
    before = _snapshot(small.folder)
    outcome = run("evaluate", "study.yaml", "--output", ".")
    assert "fault of its own" not in outcome.err
    assert outcome.code in {0, 1}
    assert before.items() <= _snapshot(small.folder).items()


# Identities and duplicates


def test_two_responses_with_one_id_are_flagged_and_their_rows_named(run: Run, small: SmallStudy) -> None:
    """Kept, flagged, and named in the terminal's check, in results.json and in the report."""
    small.rows["w2"][8]["id"] = small.rows["w2"][2]["id"]
    small.write()
    outcome = run("check", small.file)
    assert outcome.code == 0
    assert "4, 10" in outcome.out
    assert run("evaluate", small.file).code == 0
    results = json.loads((small.output / "results.json").read_text(encoding="utf-8"))
    wave = next(block for block in results["results"] if block["wave"] == "w2")
    assert wave["screening"]["rules"]["duplicate"] == 1
    assert wave["n_responses"] == 60
    assert "4, 10" in (small.output / "report.html").read_text(encoding="utf-8")


def test_one_id_in_two_files_of_a_wave_is_a_duplicate(run: Run, small: SmallStudy) -> None:
    """Two exports of the same wave that overlap: flagged, not silently counted twice."""
    small.study["sources"].append({"file": "data/again.csv", "mapping": "mappings/table.yaml", "wave": "w2"})
    small.write()
    write_rows(small.folder / "data/again.csv", small.rows["w2"][:20])
    assert run("evaluate", small.file).code == 0
    results = json.loads((small.output / "results.json").read_text(encoding="utf-8"))
    wave = next(block for block in results["results"] if block["wave"] == "w2")
    assert wave["n_responses"] == 80
    assert wave["screening"]["rules"]["duplicate"] == 20


def test_the_same_source_named_twice_is_a_fault(run: Run, small: SmallStudy) -> None:
    """Nobody wants every answer twice."""
    small.study["sources"].append(dict(small.study["sources"][1]))
    small.write()
    refused(run, small, "study.yaml", "data/w2.csv")


# Traps inside the definitions that would only show much later


@pytest.mark.parametrize(
    ("condition", "word"),
    [
        ({"question": "comment", "is": ">", "value": 3}, "comment"),
        ({"question": "region", "selected": [7]}, "7"),
        ({"count": "q_reply", "at_least": 1}, "q_reply"),
        ({"question": "comment", "selected": [1]}, "comment"),
        ({"is_missing": "q_nowhere"}, "q_nowhere"),
        ({"question": "q_reply"}, "show_if"),
        ("q_reply = 1", "show_if"),
    ],
    ids=["text-compared", "unknown-option", "count-of-single", "text-selected", "unknown", "half", "words"],
)
def test_routing_that_cannot_be_evaluated(run: Run, small: SmallStudy, condition: Any, word: str) -> None:
    """Found when the instrument is read, with its line."""
    small.question("region")["code"] = "region"
    last = {"code": "late", "text": "Late", "type": "text", "role": "open", "show_if": condition}
    small.instrument["sections"][0]["questions"].append(last)
    small.write()
    refused(run, small, "instrument.yaml", word)


def test_a_recommendation_question_needs_the_scale_of_the_score(run: Run, small: SmallStudy) -> None:
    """0 to 10; said when the instrument is read."""
    small.question("recommend")["scale"] = "five"
    for rows in small.rows.values():
        for row in rows:
            row["recommend"] = 3
    small.write()
    refused(run, small, "instrument.yaml", "recommend")


def test_a_scale_whose_ends_are_equal(run: Run, small: SmallStudy) -> None:
    """It cannot be stretched to 0-100."""
    small.instrument["scales"]["five"] = {
        "options": [{"code": code, "label": str(code), "score": 3} for code in range(1, 6)]
    }
    small.write()
    refused(run, small, "instrument.yaml")


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf"])
@pytest.mark.parametrize("place", ["target", "score", "ends", "seconds"])
def test_numbers_in_definitions_are_finite(run: Run, small: SmallStudy, number: str, place: str) -> None:
    """Not a number, and infinity, are no targets, scores or seconds."""
    value = float(number.replace(".", "", 1))
    if place == "target":
        small.study["targets"] = [{"indicator": "SPEED", "change": value}]
    elif place == "seconds":
        small.study["screening"] = {"seconds_per_item": value}
    elif place == "score":
        options = [{"code": code, "label": str(code), "score": code} for code in range(1, 6)]
        options[2]["score"] = value
        small.instrument["scales"]["five"] = {"options": options}
    else:
        small.instrument["scales"]["five"]["highest"] = value
    small.write()
    refused(run, small, "instrument.yaml" if place in {"score", "ends"} else "study.yaml")


def test_a_negative_seed_is_refused_or_used(run: Run, small: SmallStudy) -> None:
    """Never a fault of ours; weights make the seed matter."""
    small.study["seed"] = -1
    small.mapping["columns"].append({"heading": "weight", "role": "case_weight"})
    for rows in small.rows.values():
        for place, row in enumerate(rows):
            row["weight"] = 1 + place % 3
    small.write()
    outcome = run("evaluate", small.file)
    assert "fault of its own" not in outcome.err, outcome.err


def test_limits_in_the_wrong_order(run: Run, small: SmallStudy) -> None:
    """Fewer than 40 withheld, fewer than 30 indicative: said with file and line."""
    small.study["limits"] = {"suppress": 40, "indicative": 30}
    small.write()
    refused(run, small, "study.yaml", "40", "30")


def test_two_targets_for_one_indicator(run: Run, small: SmallStudy) -> None:
    """One of them would silently not count."""
    small.study["targets"] = [{"indicator": "SPEED", "level": 80}, {"indicator": "SPEED", "change": 5}]
    small.write()
    refused(run, small, "study.yaml", "SPEED")


def test_one_segment_named_twice(run: Run, small: SmallStudy) -> None:
    """The same table twice is a slip."""
    small.study["segments"] = [{"question": "region"}, {"question": "region"}]
    small.write()
    refused(run, small, "study.yaml", "region")


def test_answers_that_are_all_missing(run: Run, small: SmallStudy) -> None:
    """A wave in which nobody answered a rated question: a message or withheld figures, never a fault of ours."""
    for row in small.rows["w2"]:
        row.update(dict.fromkeys(ITEMS, ""))
    small.write()
    outcome = run("evaluate", small.file)
    assert "fault of its own" not in outcome.err, outcome.err


@pytest.mark.parametrize("n", [1, 2, 9, 11])
def test_very_few_answers(run: Run, small: SmallStudy, n: int) -> None:
    """One response, two, one below and one above the limit: the run ends well, and small figures are withheld."""
    small.one_wave().rows["w1"] = answers(n, 5)
    small.write()
    outcome = run("evaluate", small.file)
    assert outcome.code == 0, outcome.err
    results = json.loads((small.output / "results.json").read_text(encoding="utf-8"))
    root = results["results"][0]["scores"][0]["figure"]
    assert (root["estimate"] is None) == (n < 10)


def test_nobody_varies(run: Run, small: SmallStudy) -> None:
    """Everybody answers 4 to everything: index 75, no variance, no alpha, no warning."""
    for rows in small.rows.values():
        for row in rows:
            row.update(dict.fromkeys(ITEMS, 4))
    small.write()
    outcome = run("evaluate", small.file)
    assert outcome.code == 0, outcome.err
    results = json.loads((small.output / "results.json").read_text(encoding="utf-8"))
    figure = results["results"][0]["scores"][0]["figure"]
    assert figure["estimate"] == pytest.approx(75)
    assert figure["std_error"] == pytest.approx(0, abs=1e-9)


def test_import_of_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    """``satix import`` speaks of the file, too."""
    outcome = run("import", tmp_path / "nowhere.csv", lang="zh")
    assert outcome.code == 1
    assert "nowhere.csv" in outcome.err
    assert _has_chinese(outcome.err)


def test_a_results_file_of_another_kind(run: Run, small: SmallStudy) -> None:
    """``satix report`` on something that is no results file."""
    for content in ("{}", "not json", '{"schema": "satix.results/9"}'):
        small.output.mkdir(exist_ok=True)
        (small.output / "results.json").write_text(content, encoding="utf-8")
        outcome = run("report", small.file)
        assert outcome.code == 1
        assert "results.json" in outcome.err
        assert "satix evaluate" in outcome.err


def test_a_zip_bomb_is_refused_before_it_is_opened(run: Run, small: SmallStudy) -> None:
    """A gigabyte of zeros in a workbook of one megabyte."""
    small.study["sources"][1]["file"] = "data/w2.xlsx"
    small.write()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry:
            for _ in range(1100):
                entry.write(b"0" * 2**20)
        archive.writestr("xl/workbook.xml", "<workbook/>")
    (small.folder / "data/w2.xlsx").write_bytes(buffer.getvalue())
    refused(run, small, "w2.xlsx", "MB")


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_formula_text_stays_text(run: Run, small: SmallStudy) -> None:
    """An answer that begins with = is neither executed by Excel nor markup in HTML."""
    small.rows["w2"][0]["comment"] = '=HYPERLINK("http://evil.example","x")'
    small.rows["w2"][1]["comment"] = "<script>alert(1)</script>"
    small.study["title"] = {"en": '=1+1 <script>alert("t")</script>', "zh": "@标题"}
    small.write()
    assert run("evaluate", small.file).code == 0
    page = (small.output / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "evil.example" not in page
    from openpyxl import load_workbook

    for sheet in load_workbook(small.output / "report.xlsx").worksheets:
        for cells in sheet.iter_rows():
            assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []


def test_headings_of_the_helper_are_those_of_the_mapping(small: SmallStudy) -> None:
    """The tests above edit the file they think they edit."""
    assert [column["heading"] for column in small.mapping["columns"]] == list(HEADINGS)
