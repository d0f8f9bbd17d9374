"""A study whose answers lie in a database, an SPSS file or JSON: the same results as from its CSV."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from survey.errors import ResponseImportError, StudyError
from survey.importers.sources import answers_of, read_any
from survey.importers.table_file import Table
from survey.study import Source, read_study
from tests.satix.conftest import Run
from tests.satix.small_study import HEADINGS, ITEMS, SmallStudy, write_yaml

QUERY = "SELECT id, reply, wait, skill, tone, region, recommend, comment FROM answers WHERE wave = '{wave}' ORDER BY nr"


@pytest.fixture
def in_database(tmp_path: Path) -> SmallStudy:
    """The small study with its answers moved to an SQLite file inside the study."""
    pytest.importorskip("sqlalchemy")
    study = SmallStudy(tmp_path / "study").write()
    (study.folder / "queries").mkdir()
    with sqlite3.connect(study.folder / "data/answers.db") as connection:
        connection.execute(f"CREATE TABLE answers (nr INTEGER PRIMARY KEY, wave TEXT, {', '.join(HEADINGS)})")
        for wave, rows in study.rows.items():
            marks = ", ".join("?" * len(HEADINGS))
            cells = [(wave, *(row[heading] for heading in HEADINGS)) for row in rows]
            connection.executemany(
                f"INSERT INTO answers (wave, {', '.join(HEADINGS)}) VALUES (?, {marks})",  # noqa: S608
                cells,
            )
    connection.close()
    (study.folder / "queries/w2.sql").write_text(QUERY.format(wave="w2") + ";\n", encoding="utf-8")
    address = "sqlite:///data/answers.db"
    study.study["sources"] = [
        {"database": address, "query": QUERY.format(wave="w1"), "mapping": "mappings/table.yaml", "wave": "w1"},
        {"database": address, "query": "queries/w2.sql", "mapping": "mappings/table.yaml", "wave": "w2"},
    ]
    return study.write()


def _figures(study: SmallStudy) -> list[object]:
    """Every figure of every node and wave; names of files and hashes are left out."""
    results = json.loads((study.output / "results.json").read_text(encoding="utf-8"))
    assert results["results"]
    return [results["results"], results["changes"]]


def test_queries_give_the_results_of_the_files(run: Run, in_database: SmallStudy, tmp_path: Path) -> None:
    """One query written out, one in a file; check, evaluate, and the hash of what was read."""
    plain = SmallStudy(tmp_path / "plain").write()
    assert run("evaluate", plain.file).code == 0
    assert run("check", in_database.file).code == 0
    outcome = run("evaluate", in_database.file)
    assert outcome.code == 0, outcome.err
    assert _figures(in_database) == _figures(plain)
    manifest = json.loads((in_database.output / "manifest.json").read_text(encoding="utf-8"))
    queried = [name for name in manifest["inputs"] if name.endswith("(rows)")]
    assert len(queried) == 2
    assert "queries/w2.sql" in manifest["inputs"]
    assert all(manifest["inputs"][name].startswith("sha256:") for name in queried)


def test_a_query_is_mapped_and_entered(run: Run, in_database: SmallStudy) -> None:
    """``satix map --database --query`` writes mapping and source; an earlier mapping serves again."""
    first = in_database.study["sources"].pop()
    in_database.write()
    outcome = run("map", in_database.file, "--database", first["database"], "--query", first["query"], "--wave", "w2")
    assert outcome.code == 0, outcome.err
    source = read_study(in_database.file).sources[-1]
    assert (source.database, source.query, source.wave) == (first["database"], first["query"], "w2")
    assert source.mapping == "mappings/table.yaml"
    assert run("evaluate", in_database.file).code == 0


def test_passwords_are_refused_and_never_written(run: Run, in_database: SmallStudy) -> None:
    """On the command line and in the study file."""
    before = in_database.file.read_text(encoding="utf-8")
    address = "postgresql://reader:geheim@host/survey"
    outcome = run("map", in_database.file, "--database", address, "--query", "SELECT 1")
    assert outcome.code == 1
    assert "geheim" not in outcome.out + outcome.err
    assert in_database.file.read_text(encoding="utf-8") == before
    in_database.study["sources"][0]["database"] = address
    in_database.write()
    outcome = run("check", in_database.file)
    assert outcome.code == 1
    assert "geheim" not in outcome.out + outcome.err
    assert "reader" not in outcome.out + outcome.err


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ({"mapping": "m.yaml"}, "either file"),
        ({"file": "a.csv", "database": "sqlite:///a.db", "query": "SELECT 1", "mapping": "m.yaml"}, "either file"),
        ({"database": "sqlite:///a.db", "mapping": "m.yaml"}, "either file"),
        ({"query": "SELECT 1", "mapping": "m.yaml"}, "either file"),
        ({"database": "a.db", "query": "SELECT 1", "mapping": "m.yaml"}, "no address"),
        ({"database": "sqlite:///a.db", "query": "../q.sql", "mapping": "m.yaml"}, "leads out"),
    ],
)
def test_a_source_is_a_file_or_a_query(tmp_path: Path, source: dict[str, str], word: str) -> None:
    """Exactly one of the two, and nothing outside the folder."""
    study = SmallStudy(tmp_path).one_wave()
    study.study["sources"] = [source]
    study.write()
    with pytest.raises(StudyError, match=word):
        read_study(study.file)


def test_the_name_of_a_source_tells_queries_apart() -> None:
    """Its file, its query's file, or the database with a mark of the wording."""
    address, mapping = "postgresql://reader:${PW}@host/survey", "m.yaml"
    names = [
        Source(file="data/a.csv", mapping=mapping).name,
        Source(database=address, query="queries/a.sql", mapping=mapping).name,
        Source(database=address, query="SELECT 1", mapping=mapping).name,
        Source(database=address, query="SELECT 2", mapping=mapping).name,
    ]
    assert names[:2] == ["data/a.csv", "queries/a.sql"]
    assert len(set(names)) == 4
    assert all(name.startswith("survey#") for name in names[2:])


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("sqlite:///../outside.db", "database_file_outside"),
        ("sqlite:////{outside}", "database_file_outside"),
        ("sqlite:///data/link.db", "database_file_outside"),
        ("sqlite:///${{SATIX_DB_FILE}}", "database_file_outside"),
        ("postgresql://${{AWS_SECRET_ACCESS_KEY}}@host/survey", "database_variable_name"),
        ("${{DATABASE_URL}}", "database_variable_name"),
        ("postgresql://${{SATIX_DB_NOT_SET}}@host/survey", "database_variable"),
        ("mysql://reader@host/survey?init_command=DROP", "database_option"),
    ],
)
def test_a_study_reaches_nothing_outside_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, code: str
) -> None:
    """Neither another SQLite file, upwards, absolute or by a link, nor a secret of the environment."""
    pytest.importorskip("sqlalchemy")
    outside, folder = tmp_path / "outside.db", tmp_path / "study"
    (folder / "data").mkdir(parents=True)
    with sqlite3.connect(outside) as connection:
        connection.execute("CREATE TABLE secrets AS SELECT 1 AS id")
    connection.close()
    (folder / "data/link.db").symlink_to(outside)
    for name in ("AWS_SECRET_ACCESS_KEY", "DATABASE_URL", "SATIX_DB_FILE"):
        monkeypatch.setenv(name, str(outside))
    source = Source(database=address.format(outside=outside), query="SELECT * FROM secrets", mapping="m.yaml")
    with pytest.raises(ResponseImportError) as caught:
        answers_of(source, folder)
    assert [problem.code for problem in caught.value.problems] == [f"survey.{code}"]
    assert caught.value.message("zh")
    assert caught.value.message("en")


def test_the_users_own_address_may_lead_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is the whole address, and an address on the command line."""
    pytest.importorskip("sqlalchemy")
    outside, folder = tmp_path / "outside.db", tmp_path / "study"
    folder.mkdir()
    with sqlite3.connect(outside) as connection:
        connection.execute("CREATE TABLE answers AS SELECT 1 AS id")
    connection.close()
    monkeypatch.setenv("SATIX_DB_URL", f"sqlite:///{outside}")
    monkeypatch.setenv("OWN", str(outside))
    source = Source(database="${SATIX_DB_URL}", query="SELECT * FROM answers", mapping="m.yaml")
    table = answers_of(source, folder)
    assert isinstance(table, Table)
    assert table.n == 1
    assert read_any("sqlite:///${OWN}", "SELECT * FROM answers").n == 1


@pytest.mark.parametrize("suffix", ["sav", "parquet", "jsonl"])
def test_other_kinds_of_files_give_the_results_of_the_csv(run: Run, tmp_path: Path, suffix: str) -> None:
    """The same answers as SPSS file, Parquet and JSON lines, mapped without a line of code."""
    import pandas as pd

    pytest.importorskip({"sav": "pyreadstat", "parquet": "pyarrow", "jsonl": "json"}[suffix])
    plain, other = (SmallStudy(tmp_path / name).one_wave().write() for name in ("plain", "other"))
    rows = [{(f"q_{name}" if name in ITEMS else name): cell for name, cell in row.items()} for row in other.rows["w1"]]
    frame = pd.DataFrame(rows)
    path = other.folder / f"data/answers.{suffix}"
    if suffix == "sav":
        import pyreadstat

        pyreadstat.write_sav(frame, str(path))
    elif suffix == "parquet":
        frame.to_parquet(path)
    else:
        path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    (other.folder / "data/w1.csv").unlink()
    other.study["sources"] = []
    write_yaml(other.file, other.study)
    outcome = run("map", other.file)
    assert outcome.code == 0, outcome.err
    assert run("evaluate", other.file).code == 0
    assert run("evaluate", plain.file).code == 0
    assert _figures(other) == _figures(plain)
