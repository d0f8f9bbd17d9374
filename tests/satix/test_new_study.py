"""``satix new``: a commented study that loads as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from instruments.catalog import list_instruments
from satix.new_study import create_study
from survey.errors import SatixError
from survey.study import read_study
from tests.satix.conftest import Run
from tests.satix.small_study import SmallStudy


@pytest.mark.parametrize("instrument", sorted({entry.instrument for entry in list_instruments()}))
def test_a_new_study_of_every_shipped_instrument_can_be_read(instrument: str, tmp_path: Path) -> None:
    """With its wave, its segments, both languages, and folders to put things into."""
    file = create_study(tmp_path / "mine", instrument=instrument, wave="2025Q1")
    study = read_study(file)
    assert (study.study, study.instrument) == ("mine", instrument)
    assert [wave.wave for wave in study.waves] == ["2025Q1"]
    assert study.languages == ("zh", "en")
    assert (tmp_path / "mine/data").is_dir()
    assert (tmp_path / "mine/mappings").is_dir()


@pytest.mark.parametrize(
    "name", ["true", "null", "2025", "1.10", "售后 2025", "a: b", "- x", "#1", "it's", 'say "x"', "0x1F", "1e5", "~"]
)
def test_any_folder_name_makes_a_study_that_can_be_read(name: str, tmp_path: Path) -> None:
    """Words that YAML would take for something else stay words."""
    study = read_study(create_study(tmp_path / name, instrument="kiosk_service"))
    assert study.study
    if name in {"true", "null", "2025", "1.10", "1e5"}:
        assert study.study == name


@pytest.mark.parametrize("wave", ["2025", "2025-01", "1.10", "true", "null", "第一期", "Q1 2025", "2025/Q1"])
def test_any_wave_name_makes_a_study_that_can_be_read(wave: str, tmp_path: Path) -> None:
    """And the wave keeps its name where a code may be so called."""
    study = read_study(create_study(tmp_path / "mine", instrument="kiosk_service", wave=wave))
    if " " not in wave and "/" not in wave:
        assert study.waves[0].wave == wave


def test_an_existing_study_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    """In both languages, with the file; its bytes stay."""
    file = create_study(tmp_path / "mine", instrument="kiosk_service")
    before = file.read_bytes()
    for lang in ("en", "zh"):
        outcome = run("new", tmp_path / "mine", "--instrument", "after_sales", lang=lang)
        assert outcome.code == 1
        assert "study.yaml" in outcome.err
    assert file.read_bytes() == before


def test_an_instrument_of_ones_own_is_copied_into_the_study(small: SmallStudy, tmp_path: Path) -> None:
    """The study is complete by itself."""
    file = create_study(tmp_path / "mine", instrument=str(small.folder / "instrument.yaml"))
    study = read_study(file)
    assert study.instrument == "instrument.yaml"
    assert (file.parent / "instrument.yaml").read_bytes() == (small.folder / "instrument.yaml").read_bytes()
    assert [segment.question for segment in study.segments] == ["region"]


def test_an_instrument_already_in_the_folder_is_not_overwritten(small: SmallStudy, tmp_path: Path) -> None:
    """Somebody's instrument.yaml without a study yet is work that must not be lost."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "instrument.yaml").write_text("my own work", encoding="utf-8")
    with pytest.raises(SatixError):
        create_study(folder, instrument=str(small.folder / "instrument.yaml"))
    assert (folder / "instrument.yaml").read_text(encoding="utf-8") == "my own work"


def test_an_unknown_instrument_creates_nothing(run: Run, tmp_path: Path) -> None:
    """Not even the folder."""
    outcome = run("new", tmp_path / "mine", "--instrument", "after-sale")
    assert outcome.code == 1
    assert "after_sales" in outcome.err
    assert not (tmp_path / "mine").exists()


def test_a_title_of_several_lines_stays_a_comment(small: SmallStudy, tmp_path: Path) -> None:
    """The title of the instrument heads the file as a comment, whatever it holds."""
    small.instrument["title"] = {"en": "First line\nstudy: injected", "zh": "标题"}
    small.write()
    study = read_study(create_study(tmp_path / "mine", instrument=str(small.folder / "instrument.yaml")))
    assert study.study == "mine"


def test_the_next_steps_are_said(run: Run, tmp_path: Path) -> None:
    """In the user's language, with commands that can be copied."""
    for lang in ("en", "zh"):
        outcome = run("new", tmp_path / lang, "--instrument", "after_sales", lang=lang)
        assert outcome.code == 0
        assert "satix map" in outcome.out
        assert "satix evaluate" in outcome.out


def test_a_study_from_an_export_can_be_evaluated_at_once(tmp_path):
    """``satix new --from``: data, mapping, instrument and study file that work together."""
    from satix.new_study import study_from_export
    from satix.pipeline import evaluate

    words = ["非常不满意", "不满意", "一般", "满意", "非常满意"]
    lines = ["编号,物流满意度,客服满意度,建议"] + [
        f"{n},{words[n % 5]},{words[(n + 2) % 5]},第{n}条建议写在这里" for n in range(60)
    ]
    export = tmp_path / "export.csv"
    export.write_text("\n".join(lines), encoding="utf-8")
    file, draft = study_from_export(tmp_path / "made", export)
    assert [question.kind for question in draft.questions] == ["scale", "scale", "text"]
    assert (tmp_path / "made" / "data" / "export.csv").read_bytes() == export.read_bytes()
    results = evaluate(file)
    assert results.imports[0]["rows_kept"] == 60


def test_a_new_study_needs_an_instrument_or_an_export(tmp_path):
    """Neither, or both, is refused in one sentence."""
    from click.testing import CliRunner

    from satix.cli.application import application
    from satix.cli.commands import WrongUseError

    outcome = CliRunner().invoke(application(), ["new", str(tmp_path / "x")], standalone_mode=False)
    assert isinstance(outcome.exception, WrongUseError)
    assert not (tmp_path / "x").exists()
