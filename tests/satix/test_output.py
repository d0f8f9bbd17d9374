"""The output folder is replaced whole, or not at all; what others put there stays."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from satix.output import MANIFEST, staged_folder
from satix.pipeline import evaluate_to_folder, rewrite_reports, write_reports
from survey.errors import SatixError
from tests.satix.conftest import Run
from tests.satix.small_study import SmallStudy


class _StopError(RuntimeError):
    """Whatever may go wrong while writing."""


def _write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")


def _content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _stop_half_way(target: Path) -> None:
    with staged_folder(target) as fresh:
        _write(fresh, results_json="half")
        raise _StopError


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An output folder as an earlier run left it, with a file of the user's beside the reports."""
    folder = tmp_path / "output"
    folder.mkdir()
    _write(folder, report_html="old", results_json="old", notes_txt="mine")
    (folder / MANIFEST).write_text(json.dumps({"files": {"report.html": "", "results.json": ""}}), encoding="utf-8")
    return folder


def test_a_new_folder_takes_the_place_of_the_old(target: Path) -> None:
    """Files of the earlier run go, the user's own stay."""
    with staged_folder(target) as fresh:
        _write(fresh, results_json="new", manifest_json="{}")
        assert _content(target)["results.json"] == "old", "nothing changes before the end"
    assert _content(target) == {"results.json": "new", "manifest.json": "{}", "notes.txt": "mine"}
    assert [path.name for path in target.parent.iterdir()] == ["output"]


def test_an_interrupted_run_leaves_the_last_good_output(target: Path) -> None:
    """And no half-written folder beside it."""
    before = _content(target)
    with pytest.raises(_StopError):
        _stop_half_way(target)
    assert _content(target) == before
    assert [path.name for path in target.parent.iterdir()] == ["output"]


def test_a_first_run_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Not even an empty folder."""
    with pytest.raises(_StopError), staged_folder(tmp_path / "output"):
        raise _StopError
    assert list(tmp_path.iterdir()) == []


def test_folders_of_the_user_inside_the_output_stay(target: Path) -> None:
    """Also nested ones."""
    (target / "slides").mkdir()
    _write(target / "slides", talk_md="slides")
    with staged_folder(target) as fresh:
        _write(fresh, results_json="new")
    assert _content(target)["slides/talk.md"] == "slides"


def test_a_file_of_the_user_with_a_name_of_ours_is_not_kept_over_a_new_one(target: Path) -> None:
    """The new report wins over anything of the same name."""
    (target / MANIFEST).unlink()
    with staged_folder(target) as fresh:
        _write(fresh, report_html="new")
    assert _content(target)["report.html"] == "new"
    assert _content(target)["notes.txt"] == "mine"


def test_a_swap_that_was_cut_short_is_mended(target: Path) -> None:
    """The computer went off between the two renames: the old output comes back, then the new one is written."""
    aside = target.with_name(".output.previous")
    target.rename(aside)
    with pytest.raises(_StopError):
        _stop_half_way(target)
    assert _content(target)["results.json"] == "old"
    assert not aside.exists()


def test_a_folder_left_aside_does_not_block_later_runs(target: Path) -> None:
    """The old folder could not be removed after the swap (a file of it was open): the next run still works."""
    aside = target.with_name(".output.previous")
    aside.mkdir()
    _write(aside, report_html="older")
    with staged_folder(target) as fresh:
        _write(fresh, results_json="new")
    assert _content(target)["results.json"] == "new"
    assert not aside.exists()


def test_a_folder_in_use_is_said_so(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to rename a folder with an open file: the message says to close it, and nothing is lost."""
    before = _content(target)
    rename = Path.replace

    def refuse(self: Path, to: Path) -> Path:
        if self == target:
            raise PermissionError(13, "in use")
        return rename(self, to)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(SatixError) as raised, staged_folder(target) as fresh:
        _write(fresh, results_json="new")
    assert raised.value.problems[0].code == "satix.output_in_use"
    assert "Close" in raised.value.message("en")
    assert _content(target) == before


def test_the_second_rename_fails(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old output is put back."""
    before = _content(target)
    rename = Path.replace

    def refuse(self: Path, to: Path) -> Path:
        if to == target and not self.name.endswith(".previous"):
            raise PermissionError(13, "in use")
        return rename(self, to)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(SatixError), staged_folder(target) as fresh:
        _write(fresh, results_json="new")
    assert _content(target) == before


def test_the_folder_can_be_read_by_others(tmp_path: Path) -> None:
    """A temporary folder is private; reports on a shared drive are for everybody who may see the study."""
    with staged_folder(tmp_path / "output") as fresh:
        _write(fresh, results_json="new")
    if os.name != "nt":
        assert (tmp_path / "output").stat().st_mode & 0o055 == 0o055


# The whole command


@pytest.mark.parametrize("step", ["reports.renderers.html.write_html", "satix.manifest.write_manifest"])
def test_a_failing_report_step_leaves_the_last_good_study_output(
    run: Run, small: SmallStudy, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Exit code 1, a message, every file as it was."""
    assert run("evaluate", small.file).code == 0
    before = {path.name: path.read_bytes() for path in small.output.iterdir()}

    def fail(*_: Any, **__: Any) -> None:
        raise _StopError

    monkeypatch.setattr(step, fail)
    small.rows["w2"].pop()
    small.write()
    outcome = run("evaluate", small.file)
    assert outcome.code == 1
    assert "Nothing was changed" in outcome.err
    assert {path.name: path.read_bytes() for path in small.output.iterdir()} == before
    assert list(small.folder.glob(".output*")) == []


def test_an_interruption_from_the_keyboard(run: Run, small: SmallStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C: its own exit code, a word that the last results are untouched, nothing left behind."""
    assert run("evaluate", small.file).code == 0
    before = {path.name: path.read_bytes() for path in small.output.iterdir()}

    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("reports.renderers.html.write_html", interrupt)
    outcome = run("evaluate", small.file)
    assert outcome.code == 130
    assert "untouched" in outcome.err
    assert {path.name: path.read_bytes() for path in small.output.iterdir()} == before
    assert list(small.folder.glob(".output*")) == []


def test_a_failing_rewrite_leaves_the_reports(small: SmallStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    """``satix report``: half of the reports in a new language beside half in the old one would be a trap."""
    evaluate_to_folder(small.file)
    before = {path.name: path.read_bytes() for path in small.output.iterdir()}

    def fail(*_: Any, **__: Any) -> None:
        raise _StopError

    monkeypatch.setattr("reports.renderers.html.write_html", fail)
    with pytest.raises(_StopError):
        rewrite_reports(small.file, language="en")
    assert {path.name: path.read_bytes() for path in small.output.iterdir()} == before


def test_the_users_own_files_survive_an_evaluation(run: Run, small: SmallStudy) -> None:
    """Notes in output/ stay through two runs; a report format no longer wanted goes."""
    assert run("evaluate", small.file).code == 0
    _write(small.output, notes_md="mine")
    small.study["reports"] = ["html"]
    small.write()
    assert run("evaluate", small.file).code == 0
    names = {path.name for path in small.output.iterdir()}
    assert names == {"notes.md", "report.html", "results.json", "manifest.json"}


def test_reports_are_written_again_without_reading_an_answer(run: Run, small: SmallStudy) -> None:
    """The data may be gone; results.json suffices, and the manifest knows the new file."""
    assert run("evaluate", small.file).code == 0
    both = (small.output / "report.html").read_text(encoding="utf-8")
    results = (small.output / "results.json").read_bytes()
    for file in (small.folder / "data").iterdir():
        file.unlink()
    outcome = run("report", small.file, "--lang", "en", "--format", "html")
    assert outcome.code == 0, outcome.err
    page = (small.output / "report.html").read_text(encoding="utf-8")
    assert page != both
    assert "小型研究" not in page
    assert (small.output / "results.json").read_bytes() == results
    import hashlib

    manifest = json.loads((small.output / MANIFEST).read_text(encoding="utf-8"))
    digest = "sha256:" + hashlib.sha256(page.encode()).hexdigest()
    assert manifest["files"]["report.html"] == digest


def test_a_report_before_any_evaluation(run: Run, small: SmallStudy) -> None:
    """It says what to run first."""
    outcome = run("report", small.file)
    assert outcome.code == 1
    assert "satix evaluate" in outcome.err


def test_results_into_a_folder_of_ones_own(small: SmallStudy, tmp_path: Path) -> None:
    """From Python: results, then reports wherever wanted."""
    import satix

    results = satix.evaluate(small.file)
    files = satix.write_reports(results, tmp_path / "deep/er", languages=("en",), formats=("html",))
    assert [file.name for file in files] == ["results.json", "report.html"]
    assert all(file.is_file() for file in files)
    assert write_reports is satix.write_reports
