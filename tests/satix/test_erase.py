"""``satix erase``: found in every wave and channel, left out from now on, gone from everything satix wrote."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import yaml

from satix.identity_key import identity_key
from satix.project import load_study
from satix.steps.read import read_sources
from survey.erasures import read_erasures
from survey.privacy import pseudonym
from tests.satix.conftest import Run
from tests.satix.small_study import SmallStudy
from tests.satix.test_channels import add, reviews

PHONE = "13800000007"


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder for this test."""
    folder = tmp_path / "configuration"
    monkeypatch.setattr("satix.identity_key._configuration", lambda: folder)
    return folder


@pytest.fixture
def panel(small: SmallStudy) -> SmallStudy:
    """The small study with telephone numbers for ids, the same persons in both waves, digested with its key."""
    small.mapping["columns"][0] |= {"role": "respondent", "keep": "digest"}
    for rows in small.rows.values():
        for number, row in enumerate(rows):
            row["id"] = f"138{number:08d}"
    return small.write()


def kept(study: SmallStudy) -> dict[str, int]:
    """Respondents by wave."""
    read = read_sources(load_study(study.file), progress=lambda *_: None)
    return read.responses.respondents["wave"].value_counts().to_dict()


def data_of(study: SmallStudy) -> dict[str, bytes]:
    """The files of the owner."""
    return {file.name: file.read_bytes() for file in sorted((study.folder / "data").iterdir())}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_person_is_erased_everywhere(run: Run, panel: SmallStudy, lang: str) -> None:
    """By the raw id: both waves, results rebuilt, rows named, data untouched, the id repeated nowhere."""
    assert run("evaluate", panel.file).code == 0
    before, data = kept(panel), data_of(panel)
    outcome = run("erase", panel.file, "--respondent", "+86 138-0000-0007", "--yes", lang=lang)
    assert outcome.code == 0, outcome.err
    for part in ("data/w1.csv", "data/w2.csv", "erasures.yaml"):
        assert part in outcome.out
    assert ("行" if lang == "zh" else "rows") in outcome.out
    assert data_of(panel) == data
    assert kept(panel) == {wave: count - 1 for wave, count in before.items()}
    results = json.loads((panel.output / "results.json").read_text(encoding="utf-8"))
    assert [entry["rows_skipped"]["erased"] for entry in results["imports"]] == [1, 1]
    manifest = json.loads((panel.output / "manifest.json").read_text(encoding="utf-8"))
    assert [entry["erased"] for entry in manifest["privacy"]] == [1, 1]
    assert "erasures.yaml" in manifest["inputs"]
    everything = outcome.out + outcome.err + (panel.folder / "erasures.yaml").read_text(encoding="utf-8")
    assert PHONE not in everything
    digest = pseudonym(PHONE, identity_key(load_study(panel.file)))
    assert digest.encode() not in (panel.output / "results.json").read_bytes()


def test_by_the_stored_id(run: Run, panel: SmallStudy) -> None:
    """The digest that satix shows in a list of flags is enough."""
    digest = pseudonym(PHONE, identity_key(load_study(panel.file)))
    outcome = run("erase", panel.file, "--respondent", digest, "--yes")
    assert outcome.code == 0, outcome.err
    assert kept(panel) == {"w1": 59, "w2": 59}


def test_by_file_and_row(run: Run, small: SmallStudy) -> None:
    """One row only, where nobody has an id; an equal row of somebody else stays, also when the row is deleted later."""
    small.mapping["columns"][0] |= {"role": "paradata"}
    small.rows["w1"][3] = dict(small.rows["w1"][2])
    small.write()
    assert run("erase", small.file, "--respondent", "data/w1.csv:4", "--yes").code == 0
    assert kept(small) == {"w1": 59, "w2": 60}
    assert run("erase", small.file, "--respondent", "data/w1.csv:4", "--yes").code == 0
    assert kept(small) == {"w1": 59, "w2": 60}
    path = small.folder / "data/w1.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    path.write_text("".join(lines[:3] + lines[4:]), encoding="utf-8-sig", newline="")
    assert kept(small) == {"w1": 59, "w2": 60}
    assert run("erase", small.file, "--respondent", "data/w1.csv:9", "--yes").code == 0
    assert kept(small) == {"w1": 58, "w2": 60}


def test_an_erased_row_that_is_not_found_again_is_said(run: Run, small: SmallStudy) -> None:
    """A further column changes the content of every row: the person is back, and a warning says so."""
    small.mapping["columns"][0] |= {"role": "paradata"}
    small.write()
    assert run("erase", small.file, "--respondent", "data/w1.csv:4", "--yes").code == 0
    path = small.folder / "data/w1.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()

    def missing() -> list[str]:
        reports = read_sources(load_study(small.file), progress=lambda *_: None).reports
        report = next(report for report in reports if "w1" in report.file)
        return [w.message("en") for w in report.warnings if w.code == "survey.erased_rows_missing"]

    assert missing() == []
    wider = [lines[0] + ",added", *(line + ",x" for line in lines[1:])]
    path.write_text("\n".join(wider) + "\n", encoding="utf-8-sig", newline="")
    assert kept(small) == {"w1": 60, "w2": 60}
    (said,) = missing()
    assert "1 of the 1 rows of data/w1.csv" in said


def test_the_person_stays_away_when_the_owner_deletes_rows_or_a_new_wave_comes(run: Run, panel: SmallStudy) -> None:
    """Row numbers move; the digest of the id does not."""
    assert run("erase", panel.file, "--respondent", PHONE, "--yes").code == 0
    panel.rows["w1"] = panel.rows["w1"][5:]
    panel.rows["w2"] = list(reversed(panel.rows["w2"]))
    panel.write()
    assert kept(panel) == {"w1": 54, "w2": 59}


def test_a_dry_run_changes_nothing(run: Run, panel: SmallStudy, configuration: Path) -> None:
    """It says where the person is, and makes no key either."""
    files = sorted(path for path in panel.folder.rglob("*"))
    outcome = run("erase", panel.file, "--respondent", PHONE, "--dry-run")
    assert outcome.code == 0, outcome.err
    assert "data/w1.csv: 1 rows (9)" in outcome.out
    assert "Nothing was changed" in outcome.out
    assert sorted(path for path in panel.folder.rglob("*")) == files
    assert not configuration.exists()


def test_without_an_answer_nothing_is_erased(run: Run, panel: SmallStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    """No is the default."""
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    outcome = run("erase", panel.file, "--respondent", PHONE)
    assert outcome.code == 1
    assert "Nothing was changed" in outcome.out
    assert read_erasures(panel.folder) is None


@pytest.mark.parametrize("wanted", ["13999999999", "nobody", "", "data/w1.csv:999", "0123456789abcdef"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nobody_matches(run: Run, panel: SmallStudy, wanted: str, lang: str) -> None:
    """Exit 1, a clear message without the id, nothing written."""
    outcome = run("erase", panel.file, "--respondent", wanted, "--yes", lang=lang)
    assert outcome.code == 1
    assert ("没有人" if lang == "zh" else "nobody") in outcome.err
    assert wanted.startswith("data") or wanted in {"", "nobody"} or wanted not in outcome.err + outcome.out
    assert read_erasures(panel.folder) is None


def test_lists_and_leftovers_lose_the_person(run: Run, panel: SmallStudy) -> None:
    """Flags and long tables inside the study folder, and folders of interrupted runs; other files stay."""
    assert run("evaluate", panel.file).code == 0
    digest = pseudonym(PHONE, identity_key(load_study(panel.file)))
    other = pseudonym("13800000008", identity_key(load_study(panel.file)))
    flags = panel.output / "flags.csv"
    rows = [
        ["source", "row", "respondent", "speeder"],
        ["data/w1.csv", "9", digest, "1"],
        ["data/w1.csv", "10", other, "0"],
    ]
    with flags.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    long = panel.folder / "answers.csv"
    long.write_text(f"respondent,wave,code\n{digest},w1,5\n{digest}#2,w1,4\n{other},w1,3\n", encoding="utf-8-sig")
    notes = panel.output / "notes.txt"
    notes.write_text("keep", encoding="utf-8")
    leftover = panel.folder / ".output.previous"
    leftover.mkdir()
    (leftover / "results.json").write_text("{}", encoding="utf-8")
    outcome = run("erase", panel.file, "--respondent", PHONE, "--yes")
    assert outcome.code == 0, outcome.err
    for file in (flags, long):
        text = file.read_text(encoding="utf-8-sig")
        assert digest not in text
        assert other in text
    assert notes.read_text(encoding="utf-8") == "keep"
    assert not leftover.exists()


def test_results_that_cannot_be_rebuilt_are_removed(run: Run, panel: SmallStudy) -> None:
    """The last respondent of a wave: erased, the former results are gone, and the reason is said."""
    panel.rows["w1"] = [dict(panel.rows["w1"][7])]
    panel.write()
    run("evaluate", panel.file)
    (panel.output).mkdir(exist_ok=True)
    if not (panel.output / "results.json").exists():
        (panel.output / "results.json").write_text("{}", encoding="utf-8")
    outcome = run("erase", panel.file, "--respondent", PHONE, "--yes")
    assert outcome.code == 1
    assert "is erased" in outcome.err
    assert "Traceback" not in outcome.err
    assert not (panel.output / "results.json").exists()
    assert read_erasures(panel.folder) is not None


def test_the_id_can_come_from_standard_input(run: Run, panel: SmallStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays out of the shell's history."""
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(PHONE + "\n"))
    assert run("erase", panel.file, "--respondent", "-", "--yes").code == 0
    assert kept(panel) == {"w1": 59, "w2": 59}
    monkeypatch.setattr("sys.stdin", io.StringIO(PHONE + "\n"))
    assert run("erase", panel.file, "--respondent", "-").code == 2


def test_without_the_key_nobody_comes_back(run: Run, panel: SmallStudy, configuration: Path) -> None:
    """A lost or other key stops the evaluation; no new one is made over it."""
    assert run("erase", panel.file, "--respondent", PHONE, "--yes").code == 0
    (key,) = (configuration / "satix/keys").iterdir()
    content = key.read_text(encoding="ascii")
    key.unlink()
    outcome = run("evaluate", panel.file)
    assert outcome.code == 1
    assert "SATIX_KEY_FILE" in outcome.err
    assert not key.exists()
    key.write_text("cd" * 32, encoding="ascii")
    assert "another key" in run("evaluate", panel.file).err
    key.write_text(content, encoding="ascii")
    assert run("evaluate", panel.file).code == 0


def test_names_and_addresses_shared_by_several_find_nobody(run: Run, panel: SmallStudy) -> None:
    """An identifying column other than the id does find the person."""
    panel.mapping["columns"] += [{"heading": name, "role": "identifier"} for name in ("姓名", "来自IP", "邮箱")]
    for number, row in enumerate(panel.rows["w1"]):
        row |= {"姓名": "张三", "来自IP": "192.0.2.1", "邮箱": f"p{number}@example.org"}
    for row in panel.rows["w2"]:
        row |= {"姓名": "", "来自IP": "", "邮箱": ""}
    panel.write()
    for shared in ("张三", "192.0.2.1"):
        assert run("erase", panel.file, "--respondent", shared, "--yes").code == 1
    assert run("erase", panel.file, "--respondent", "P3@Example.org", "--yes").code == 0
    assert kept(panel) == {"w1": 59, "w2": 60}


def test_the_file_of_erasures_is_checked(run: Run, panel: SmallStudy) -> None:
    """A raw id written into it by hand is refused."""
    assert run("erase", panel.file, "--respondent", PHONE, "--yes").code == 0
    file = panel.folder / "erasures.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["respondents"].append({"respondent": "13800000001"})
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    outcome = run("check", panel.file)
    assert outcome.code == 1
    assert "erasures.yaml" in outcome.err + outcome.out


def test_a_person_is_found_in_channels_too(run: Run, panel: SmallStudy) -> None:
    """The customer of a review has the id of a respondent: one erasure for both."""
    rows = reviews(40)
    rows[6][1] = PHONE
    add(panel.folder, "reviews.csv", rows, "order_review")
    assert run("evaluate", panel.file).code == 0
    outcome = run("erase", panel.file, "--respondent", PHONE, "--yes")
    assert outcome.code == 0, outcome.err
    assert "data/reviews.csv: 1 rows (7)" in outcome.out
    results = json.loads((panel.output / "results.json").read_text(encoding="utf-8"))
    assert results["channels"][0]["n_records"] == 39
    assert kept(panel) == {"w1": 59, "w2": 59}
