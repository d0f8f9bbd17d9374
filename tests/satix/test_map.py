"""``satix map``: from an export in data/ to a mapping, entered in a study file that keeps its comments."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from satix.mapping_proposals import mapping_text
from satix.new_study import create_study
from survey.importers.mapping import Mapping, read_mapping
from survey.study import read_study
from tests.architecture.source_tree import ROOT
from tests.satix.conftest import Run
from tests.satix.small_study import ITEMS, SmallStudy, answers, write_rows

EXAMPLE = ROOT / "satix/examples/after_sales_zh"


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A new after-sales study with one export in data/, nothing mapped."""
    file = create_study(tmp_path / "mine", instrument="after_sales", wave="2025Q1")
    shutil.copy(EXAMPLE / "data/2025Q1.xlsx", file.parent / "data")
    return file


def test_an_export_is_mapped_as_a_person_mapped_it(run: Run, fresh: Path) -> None:
    """Every question column of the shipped mapping is proposed, and the study runs."""
    outcome = run("map", fresh)
    assert outcome.code == 0, outcome.err
    proposed = read_mapping(fresh.parent / "mappings/2025Q1.yaml")
    shipped = read_mapping(EXAMPLE / "mappings/wenjuanxing.yaml")
    assert {column.heading: column.question for column in proposed.columns if column.question} == {
        column.heading: column.question for column in shipped.columns if column.question
    }
    study = read_study(fresh)
    assert [(source.file, source.wave) for source in study.sources] == [("data/2025Q1.xlsx", "2025Q1")]
    assert run("evaluate", fresh).code == 0


def test_comments_of_the_study_stay(run: Run, fresh: Path) -> None:
    """The file is edited as text; every comment line is still there."""
    before = [line for line in fresh.read_text(encoding="utf-8").splitlines() if line.lstrip().startswith("#")]
    assert run("map", fresh).code == 0
    after = fresh.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line.lstrip().startswith("#")] == before


def test_a_second_wave_reuses_the_mapping_and_is_added(run: Run, fresh: Path) -> None:
    """``--wave`` names a new wave; the reviewed mapping serves again."""
    assert run("map", fresh).code == 0
    shutil.copy(EXAMPLE / "data/2025Q2.xlsx", fresh.parent / "data")
    outcome = run("map", fresh, "data/2025Q2.xlsx", "--wave", "2025Q2")
    assert outcome.code == 0, outcome.err
    study = read_study(fresh)
    assert [wave.wave for wave in study.waves] == ["2025Q1", "2025Q2"]
    assert {source.mapping for source in study.sources} == {"mappings/2025Q1.yaml"}
    assert run("check", fresh).code == 0


def test_mapping_again_needs_replace(run: Run, fresh: Path) -> None:
    """A reviewed mapping is not overwritten by accident."""
    assert run("map", fresh).code == 0
    mapping = fresh.parent / "mappings/2025Q1.yaml"
    mapping.write_text("# reviewed\n" + mapping.read_text(encoding="utf-8"), encoding="utf-8")
    outcome = run("map", fresh, "data/2025Q1.xlsx")
    assert outcome.code == 1
    assert "--replace" in outcome.err
    assert mapping.read_text(encoding="utf-8").startswith("# reviewed")
    assert run("map", fresh, "data/2025Q1.xlsx", "--replace").code == 0
    assert len(read_study(fresh).sources) == 1


def test_two_files_with_one_stem_do_not_share_a_mapping_by_accident(run: Run, small: SmallStudy) -> None:
    """data/a.csv and data/a.txt with other headings: the second must not overwrite the mapping of the first."""
    small.study["sources"] = []
    small.one_wave().write()
    for file in (small.folder / "data").iterdir():
        file.unlink()
    shutil.rmtree(small.folder / "mappings")
    rows = answers(20, 1)
    wordings = {question["code"]: question["text"]["en"] for question in small.instrument["sections"][0]["questions"]}
    english = [{wordings[f"q_{item}"]: row[item] for item in ITEMS} for row in rows]
    write_rows(small.folder / "data/a.csv", english, [wordings[f"q_{item}"] for item in ITEMS])
    assert run("map", small.file).code == 0
    first = (small.folder / "mappings/a.yaml").read_bytes()
    write_rows(small.folder / "data/a.txt", [{"q_reply": row["reply"], "x": 1} for row in rows], ["q_reply", "x"])
    run("map", small.file, "data/a.txt")
    assert (small.folder / "mappings/a.yaml").read_bytes() == first


@pytest.mark.parametrize(
    "waves",
    [
        "waves: [{wave: w1, label: First}]",
        "waves:\n- {wave: w1, label: First}",
        "waves:\n    - wave: w1\n      label: First   # a comment",
        "'waves':\n  - {wave: w1, label: First}",
        "waves:   # of the year\n  # nothing yet\n  - {wave: w1, label: First}\n\n",
    ],
    ids=["flow", "unindented", "block", "quoted", "commented"],
)
@pytest.mark.parametrize("sources", ["", "sources: []", "sources: [ ]   # none yet", "sources:"])
def test_the_study_may_be_written_in_any_style(run: Run, small: SmallStudy, waves: str, sources: str) -> None:
    """Whatever YAML the researcher wrote, the new source and wave are entered, or the file is left as it was."""
    text = (
        "schema: satix.study/1\nstudy: small\ntitle: {en: Small, zh: 小}\ninstrument: instrument.yaml\n"
        f"{waves}\n{sources}\nsegments:\n  - {{question: region}}\n"
    )
    for file in (small.folder / "data").iterdir():
        file.unlink()
    shutil.rmtree(small.folder / "mappings")
    small.file.write_text(text, encoding="utf-8")
    write_rows(small.folder / "data/new.csv", answers(20, 1))
    outcome = run("map", small.file, "--wave", "w2")
    assert "fault of its own" not in outcome.err, outcome.err
    if outcome.code == 0:
        study = read_study(small.file)
        assert [wave.wave for wave in study.waves] == ["w1", "w2"]
        assert [(source.file, source.wave) for source in study.sources] == [("data/new.csv", "w2")]
        assert [segment.question for segment in study.segments] == ["region"]
    else:
        assert small.file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("wave", ["Q2 2025", "a/b", "", "-x", "=1+1"])
def test_a_wave_that_is_no_code_is_refused_before_anything_is_written(run: Run, fresh: Path, wave: str) -> None:
    """Otherwise the study could no longer be read."""
    before = fresh.read_bytes()
    outcome = run("map", fresh, f"--wave={wave}")
    assert outcome.code in {1, 2}, outcome
    assert "fault of its own" not in outcome.err
    assert fresh.read_bytes() == before
    assert list((fresh.parent / "mappings").iterdir()) == []


def test_a_wave_that_yaml_would_misread_keeps_its_name(run: Run, fresh: Path) -> None:
    """2026 and 2026-01 and on are words."""
    for place, wave in enumerate(("2026", "2026-01", "on")):
        shutil.copy(EXAMPLE / "data/2025Q1.xlsx", fresh.parent / f"data/{place}.xlsx")
        assert run("map", fresh, f"data/{place}.xlsx", "--wave", wave).code == 0
    assert [wave.wave for wave in read_study(fresh).waves][1:] == ["2026", "2026-01", "on"]


def test_nothing_to_map(run: Run, tmp_path: Path) -> None:
    """The data folder is empty."""
    file = create_study(tmp_path / "mine", instrument="after_sales")
    for lang, word in (("en", "Put an export into data/"), ("zh", "data/")):
        outcome = run("map", file, lang=lang)
        assert outcome.code == 1
        assert word in outcome.err


def test_a_file_outside_the_study(run: Run, fresh: Path, tmp_path: Path) -> None:
    """Copy it in first."""
    other = shutil.copy(EXAMPLE / "data/2025Q2.xlsx", tmp_path / "other.xlsx")
    outcome = run("map", fresh, other)
    assert outcome.code == 1
    assert "data/" in outcome.err


def test_a_file_that_is_not_there(run: Run, fresh: Path) -> None:
    """Named, in both languages, and the study stays as it was."""
    before = fresh.read_bytes()
    for lang in ("en", "zh"):
        outcome = run("map", fresh, "data/nowhere.csv", lang=lang)
        assert outcome.code == 1
        assert "nowhere.csv" in outcome.err
        assert "fault of its own" not in outcome.err
    assert fresh.read_bytes() == before


def test_several_waves_and_no_wave_named(run: Run, small: SmallStudy) -> None:
    """--wave is asked for, before a mapping is left behind."""
    write_rows(small.folder / "data/w3.csv", answers(20, 3))
    before = small.file.read_bytes()
    outcome = run("map", small.file)
    assert outcome.code == 1
    assert "--wave" in outcome.err
    assert small.file.read_bytes() == before
    assert [path.name for path in (small.folder / "mappings").iterdir()] == ["table.yaml"]


def test_what_could_not_be_placed_is_said(run: Run, small: SmallStudy) -> None:
    """Columns without a place and questions without a column."""
    small.study["sources"] = []
    small.one_wave().write()
    shutil.rmtree(small.folder / "mappings")
    (small.folder / "data/w1.csv").write_text("q_reply,weather\n3,sunny\n4,rain\n", encoding="utf-8")
    (small.folder / "data/w2.csv").unlink(missing_ok=True)
    outcome = run("map", small.file)
    assert outcome.code == 0, outcome.err
    assert "weather" in outcome.out
    assert "q_wait" in outcome.out


def test_a_mapping_as_text_reads_back_equal() -> None:
    """One column a line; every heading survives, whatever signs it holds."""
    headings = [
        "1、您：满意吗？",
        "a: b",
        "- x",
        "# no",
        "yes",
        "2024-01",
        "'q'",
        '"d"',
        "a\nb",
        "{x}",
        " lead",
        "1.10",
    ]
    mapping = Mapping.model_validate(
        {
            "instrument": "small",
            "columns": [
                {"heading": heading, "question": f"q{place}", "values": {"是": 1, "no": "off"}}
                for place, heading in enumerate(headings)
            ],
        }
    )
    text = mapping_text(mapping)
    assert Mapping.model_validate(yaml.safe_load(text)) == mapping
    assert sum(line.startswith("  - ") for line in text.splitlines()) == len(headings)


def test_a_file_of_another_questionnaire_is_refused(run: Run, fresh: Path) -> None:
    """Not one column fits: nothing is written, and the message names the way on."""
    other = fresh.parent / "data/other.csv"
    other.write_text("颜色偏好,出生城市\n蓝,北京\n红,上海\n", encoding="utf-8")
    before = fresh.read_text(encoding="utf-8")
    outcome = run("map", fresh, other)
    assert outcome.code == 1
    assert "satix new" in outcome.err
    assert fresh.read_text(encoding="utf-8") == before
    assert not (fresh.parent / "mappings/other.yaml").exists()
    assert run("import", other, "--instrument", "after_sales").code == 1
