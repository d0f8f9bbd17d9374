"""No telephone number, e-mail, IP, name or openid of a real export is found in anything satix writes or says.

Every export goes through ``satix import`` with a draft, then through a whole evaluation: once as ``satix map``
proposes it, once with every column mapped to an open question, the worst a person could do.
"""

from __future__ import annotations

import csv
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from satix.identity_key import identity_key
from satix.project import load_study
from satix.steps.read import read_sources
from survey.errors import SatixError
from survey.importers.cell_text import cell_text
from survey.importers.detect import importer_of, platform_of
from survey.importers.sources import read_any
from survey.importers.table_file import Table
from survey.personal_text import find_personal
from survey.privacy import heading_privacy
from tests.satix.conftest import Run
from tests.satix.small_study import write_yaml

FOLDERS = ("wjx", "tencent", "jinshuju", "ms_forms", "qualtrics", "limesurvey", "kobo_odk", "surveymonkey", "redcap")
TABLES = {".csv", ".xlsx", ".xls", ".sav", ".json"}
DEFINES = re.compile(r"formpack|pyxform|dictionary|^childrens_survey$|^tutorial(_w_repeats)?$")
"""Files that define a questionnaire, or of which another kind is in the list."""
CERTAIN = {"mail", "telephone", "document", "network", "account", "position"}
NOBODY = {
    "anonymous",
    "anonym",
    "n/a",
    "none",
    "not selected",
    "true",
    "false",
    "yes",
    "no",
    "微信",
    "手机",
    "(空)",
    "(跳过)",
}


def exports(shared: Path) -> list[Path]:
    """The files of the platforms that hold personal columns."""
    root = shared / "reference" / "formats"
    return [
        file
        for folder in FOLDERS
        for file in sorted((root / folder).iterdir())
        if file.suffix.lower() in TABLES and not DEFINES.search(file.stem)
    ]


def secrets_in(table: Table) -> frozenset[str]:
    """Cells, or parts of them, that lead to a person."""
    found: set[str] = set()
    shown = " ".join((*table.headings, table.file, table.sheet or "", *table.other_sheets))
    for heading, cells in zip(table.headings, table.columns, strict=True):
        announced = heading_privacy(heading)
        personal = announced is not None and announced.role == "identifier"
        for cell in set(cells):
            text = cell_text(cell)
            found |= {text[span.start : span.end] for span in find_personal(text) if span.kind in CERTAIN}
            if personal and text.casefold() not in NOBODY and heading_privacy(text) is None:
                found.add(text)
    least = {secret: 2 if re.search(r"[^\x00-\x7f]", secret) else 4 for secret in found}
    return frozenset(secret for secret in found if least[secret] <= len(secret) < 200 and secret not in shown)


def leaked(secrets: Iterable[str], text: str) -> list[str]:
    """Secrets that stand in a text; short ones only as words."""
    return [
        secret
        for secret in secrets
        if secret in text and (len(secret) > 7 or re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text))
    ]


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file of a folder as text; workbooks are opened."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    yield f"{file.name}/{name}", archive.read(name).decode("utf-8", errors="replace")
        elif file.is_file():
            yield file.name, file.read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True, kw_only=True)
class Case:
    """An export, its table as the platform means it, and what must not be found."""

    file: Path
    table: Table
    secrets: frozenset[str]


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[Case]:
    """Every export that can be read."""
    found = []
    for file in exports(shared):
        try:
            raw = read_any(file)
            table = importer_of(platform_of(raw)).arrange(raw).table
        except SatixError:
            continue
        found.append(Case(file=file, table=table, secrets=secrets_in(table)))
    return found


def test_there_is_something_to_be_found(cases: list[Case]) -> None:
    """Telephone numbers, IPs, names and openids are among the cells of the exports."""
    every = set().union(*(case.secrets for case in cases))
    assert len(cases) > 15
    assert {"13800000000", "昵称1", "192.0.2.1", "oABC***"} <= every
    assert sum(len(case.secrets) > 0 for case in cases) > 5


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_import_shows_and_writes_nobody(
    cases: list[Case], run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture, lang: str
) -> None:
    """What is printed, logged, drafted and proposed."""
    caplog.set_level(logging.DEBUG, logger="satix")
    caplog.set_level(logging.INFO)
    for number, case in enumerate(cases):
        if not case.secrets:
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        outcome = run("import", case.file, "--draft", folder / "instrument.yaml", lang=lang)
        said = outcome.out + outcome.err + caplog.text
        assert leaked(case.secrets, said) == [], case.file.name
        for name, text in texts_of(folder):
            assert leaked(case.secrets, text) == [], f"{case.file.name}: {name}"


def _study(folder: Path, case: Case, *, everything: bool) -> Path:
    """A study of one scale item that is added to the export, with an open question for each of its columns."""
    width = len(case.table.headings)
    headings = [heading.replace("\n", " ") or f"column {place}" for place, heading in enumerate(case.table.headings)]
    path = folder / "data" / "export.csv"
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*headings, "OVERALL"])
        for record in range(case.table.n):
            writer.writerow([*(cell_text(cell) for cell in case.table.record(record)), 1 + record % 5])
    item = {"code": "OVERALL", "text": "OVERALL", "facet": "performance", "measures": "I", "scale": "five"}
    texts = [{"code": f"T{place}", "text": f"text {place}", "type": "text", "role": "open"} for place in range(width)]
    instrument = {
        "schema": "satix.instrument/1",
        "instrument": "open_texts",
        "version": "1.0.0",
        "title": "open texts",
        "purpose": "tests",
        "languages": ["zh", "en"],
        "licence": "none",
        "scales": {"five": {"from": 1, "to": 5}},
        "index": {"code": "ALL", "label": "All", "indicators": [{"code": "I", "label": "I", "weight": 1}]},
        "sections": [{"code": "s", "title": "s", "questions": [item, *texts]}],
    }
    write_yaml(folder / "instrument.yaml", instrument)
    seen: dict[str, int] = {}
    columns = []
    for place, heading in enumerate(headings):
        seen[heading] = seen.get(heading, 0) + 1
        columns.append({"heading": heading, "occurrence": seen[heading], "question": f"T{place}"})
    if everything:
        mapping = {"schema": "satix.mapping/1", "instrument": "open_texts", "header_row": 1}
        write_yaml(
            folder / "map.yaml", mapping | {"columns": [*columns, {"heading": "OVERALL", "question": "OVERALL"}]}
        )
    study = {
        "schema": "satix.study/1",
        "study": "leaks",
        "title": "leaks",
        "instrument": "instrument.yaml",
        "waves": [{"wave": "w", "label": "w"}],
        "reports": ["html"],
        "sources": [{"file": "data/export.csv", "mapping": "map.yaml", "wave": "w"}] if everything else [],
    }
    return write_yaml(folder / "study.yaml", study)


@pytest.mark.slow
@pytest.mark.parametrize("everything", [False, True], ids=["as proposed", "every column an open question"])
def test_an_evaluation_shows_and_writes_nobody(
    cases: list[Case], run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture, everything: bool
) -> None:
    """Mapping, results, reports, manifest, flags, what is printed and logged, and the answers in memory."""
    caplog.set_level(logging.DEBUG, logger="satix")
    caplog.set_level(logging.INFO)
    endings: dict[str, str] = {}
    for number, case in enumerate(cases):
        if len(case.secrets) < 3:
            continue
        folder = tmp_path / str(number)
        file = _study(folder, case, everything=everything)
        said = ""
        if not everything:
            mapped = run("map", file, "data/export.csv")
            said += mapped.out + mapped.err
        outcome = run("evaluate", file)
        endings[case.file.name] = "" if outcome.code == 0 else outcome.err
        said += outcome.out + outcome.err + caplog.text
        assert leaked(case.secrets, said) == [], case.file.name
        for name, text in texts_of(folder):
            if name != "export.csv":
                assert leaked(case.secrets, text) == [], f"{case.file.name}: {name}"
        if outcome.code == 0:
            project = load_study(file)
            responses = read_sources(project, progress=lambda *_: None).responses
            stored = responses.respondents.drop(columns=["submitted", "source"]).to_csv() + repr(responses)
            stored += "\n".join(text or "" for texts in responses.texts.values() for text in texts)
            assert leaked(case.secrets, stored) == [], case.file.name
            assert identity_key("leaks").hex() not in said
    assert list(endings.values()).count("") > 5, endings
