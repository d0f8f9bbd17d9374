"""The key of a study: outside its folder, made on first need, the same ever after."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import pytest

from satix.identity_key import identity_key, key_file, known_identity_key
from satix.pipeline import evaluate_to_folder
from satix.project import load_study
from satix.steps.read import read_sources
from survey.errors import StudyError
from tests.satix.small_study import SmallStudy


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder for this test."""
    folder = tmp_path / "configuration"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.setattr("satix.identity_key._configuration", lambda: folder)
    return folder


def with_telephones(small: SmallStudy, **column: str) -> SmallStudy:
    """The study with telephone numbers for ids, the same persons in both waves."""
    small.mapping["columns"][0] |= {"role": "respondent", **column}
    for rows in small.rows.values():
        for number, row in enumerate(rows):
            row["id"] = f"138{number:08d}"
    return small.write()


def test_a_key_is_made_once_and_said_where(configuration: Path, caplog: pytest.LogCaptureFixture) -> None:
    """32 random bytes that only the user may read; the second call is silent and gives the same."""
    assert known_identity_key("counter") is None
    with caplog.at_level(logging.WARNING, logger="satix"):
        key = identity_key("counter")
        assert identity_key("counter") == key
    file = configuration / "satix/keys/counter.key"
    assert len(key) == 32
    assert file.is_file()
    assert [str(file) in record.getMessage() for record in caplog.records] == [True]
    assert key.hex() not in caplog.text
    assert identity_key("another") != key
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_named_key_file_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SATIX_KEY_FILE; one that is not there is not made, since a slip of the pen would unlink the waves."""
    file = tmp_path / "team.key"
    monkeypatch.setenv("SATIX_KEY_FILE", str(file))
    with pytest.raises(StudyError, match=r"team\.key"):
        identity_key("counter")
    file.write_text("# kept by the team\n" + "ab" * 32 + "\n", encoding="ascii")
    assert identity_key("counter") == bytes([0xAB]) * 32


@pytest.mark.parametrize(
    "content", [b"", b"short", b"ab" * 31, b"zz" * 32, b"\xff" * 64, b"ab" * 32 + b"\n" + b"ab" * 32]
)
def test_what_is_no_key_is_refused(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is guessed or padded."""
    file = tmp_path / "broken.key"
    file.write_bytes(content)
    monkeypatch.setenv("SATIX_KEY_FILE", str(file))
    with pytest.raises(StudyError, match="64 hexadecimal digits"):
        identity_key("counter")


def test_a_key_inside_the_study_folder_is_refused(small: SmallStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would travel with the data; nothing is written."""
    file = small.folder / "keys" / "small.key"
    monkeypatch.setenv("SATIX_KEY_FILE", str(file))
    with pytest.raises(StudyError, match="inside the study folder"):
        key_file(load_study(small.file))
    assert not file.parent.exists()


@pytest.mark.parametrize("name", ["../escape", "", "a/b", ".hidden", "x" * 65])
def test_a_name_that_is_no_id_leads_nowhere(name: str) -> None:
    """The id becomes a file name."""
    with pytest.raises(StudyError):
        key_file(name)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_place_that_cannot_be_written_is_said(configuration: Path) -> None:
    """With the way out."""
    configuration.mkdir()
    configuration.chmod(0o500)
    with pytest.raises(StudyError, match="SATIX_KEY_FILE"):
        identity_key("counter")


def test_a_study_without_identifying_ids_needs_no_key(small: SmallStudy, configuration: Path) -> None:
    """And gets none."""
    evaluate_to_folder(small.file)
    assert not configuration.exists()


def test_waves_are_linked_by_the_key_and_results_hold_no_digest(small: SmallStudy, configuration: Path) -> None:
    """The same person has one digest in both waves; the same key gives the same bytes, another key other digests."""
    with_telephones(small, keep="digest")
    project = load_study(small.file)
    first = read_sources(project, progress=lambda *_: None).responses.respondents
    assert len(set(first.index)) == len(first) // 2
    assert not any(str(found).startswith("138") for found in first.index)
    evaluate_to_folder(project)
    written = (small.output / "results.json").read_bytes()
    evaluate_to_folder(project)
    assert (small.output / "results.json").read_bytes() == written
    for file in small.output.rglob("*"):
        content = file.read_bytes()
        assert not any(str(found).encode() in content for found in first.index), file.name
    (configuration / "satix/keys/small.key").unlink(missing_ok=True)
    for key in (configuration / "satix/keys").glob("*.key"):
        key.unlink()
    second = read_sources(project, progress=lambda *_: None).responses.respondents
    assert not set(first.index) & set(second.index)


def test_without_keep_no_key_is_made_and_waves_are_not_linked(small: SmallStudy, configuration: Path) -> None:
    """Digests hold within a file, and the import says so."""
    with_telephones(small)
    read = read_sources(load_study(small.file), progress=lambda *_: None)
    assert len(set(read.responses.respondents.index)) == read.responses.n
    codes = [warning.code for report in read.reports for warning in report.warnings]
    assert codes.count("survey.ids_digested_for_file") == 2
    assert not configuration.exists()


def test_the_manifest_says_what_was_done_without_values(small: SmallStudy) -> None:
    """Role, action and count by file and column."""
    import json

    with_telephones(small, keep="digest")
    evaluate_to_folder(small.file)
    text = (small.output / "manifest.json").read_text(encoding="utf-8")
    privacy = json.loads(text)["privacy"]
    assert [entry["file"] for entry in privacy] == ["data/w1.csv", "data/w2.csv"]
    assert privacy[0]["erased"] == 0
    ids, comment = privacy[0]["columns"]
    assert ids == {"column": "A", "heading": "id", "role": "identifier", "action": "digest", "count": 60}
    assert (comment["role"], comment["action"]) == ("free_text", "masked")
    assert "138000000" not in text
