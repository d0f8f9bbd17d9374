"""Loading a study with everything it names."""

from __future__ import annotations

from pathlib import Path

import pytest

import satix
from satix.demo import EXAMPLES, copy_examples
from satix.project import load_study
from survey.errors import SatixError, StudyError
from tests.satix.small_study import SmallStudy


def test_file_and_folder_are_the_same_study(small: SmallStudy) -> None:
    """study.yaml is looked for in a folder; text and paths are both accepted."""
    assert load_study(small.folder) == load_study(small.file) == load_study(str(small.file))


def test_a_project_knows_its_parts(small: SmallStudy) -> None:
    """Instrument, mappings by name, folder, output, and every input once."""
    project = satix.load_study(small.file)
    assert project.instrument.instrument == "small_service"
    assert set(project.mappings) == {"mappings/table.yaml"}
    assert project.folder == small.folder
    assert project.output == small.output
    names = [name for name, _ in project.inputs()]
    assert names == ["study.yaml", "instrument.yaml", "mappings/table.yaml", "data/w1.csv", "data/w2.csv"]
    assert all(path.is_file() for _, path in project.inputs())


def test_a_study_is_found_from_any_working_folder(small: SmallStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths in a study are relative to the study, not to where the user stands."""
    monkeypatch.chdir(small.folder)
    assert load_study(Path("study.yaml")).instrument.instrument == "small_service"
    monkeypatch.chdir(small.folder.parent)
    assert load_study(Path("study")).instrument.instrument == "small_service"


def test_faults_of_all_files_come_together(small: SmallStudy) -> None:
    """Study, instrument, mapping and data: one error with all of them."""
    small.instrument["index"]["indicators"][0]["weight"] = 0.9
    small.mapping["columns"][0] = {"heading": "id"}
    small.study["sources"][1]["file"] = "data/absent.csv"
    small.write()
    with pytest.raises(StudyError) as raised:
        load_study(small.file)
    files = {problem.place.file for problem in raised.value.problems}
    assert {str(file).rpartition("/")[2] for file in files} == {"study.yaml", "instrument.yaml", "table.yaml"}
    for problem in raised.value.problems:
        assert problem.message("en") != problem.message("zh")


def test_examples_load_without_a_remark(tmp_path: Path) -> None:
    """All three, from a copy."""
    for file in copy_examples(tmp_path):
        assert load_study(file).study.study in EXAMPLES


def test_copying_examples_keeps_what_the_user_added(tmp_path: Path) -> None:
    """A second demo replaces the example's files and leaves the rest."""
    copy_examples(tmp_path)
    (tmp_path / "kiosk/notes.txt").write_text("mine", encoding="utf-8")
    copy_examples(tmp_path)
    assert (tmp_path / "kiosk/notes.txt").read_text(encoding="utf-8") == "mine"
    assert not list(tmp_path.rglob("*.py"))


def test_demo_refuses_a_file_as_folder(tmp_path: Path) -> None:
    """The operating system's refusal, not a half-written folder."""
    target = tmp_path / "demo"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises((OSError, SatixError)):
        copy_examples(target)
    assert target.read_text(encoding="utf-8") == "mine"
