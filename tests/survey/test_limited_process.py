"""Readers in a process with limits: what comes back, and what becomes of one that goes wrong."""

from __future__ import annotations

import io
import os
import pickle
import sys
from datetime import UTC, date, datetime, time, timedelta

import pytest

from survey.errors import FileRefusedError, MappingError, Place, ResponseImportError
from survey.importers import limited_process
from survey.importers.limited_process import read_limited

READERS = """
import os, time
from datetime import date, datetime
from survey.errors import MappingError, Place

def well(path, *options):
    print("a library that talks")
    return {"size": path.stat().st_size, "options": list(options), "day": date(2025, 1, 2), "text": "很满意"}

def faulty(path):
    raise MappingError.of("survey.file_missing", Place(file=path.name, row=3))

def broken(path):
    raise RuntimeError("offset 12 is wrong")

def greedy(path):
    return b"x" * 8_000_000_000

def circling(path):
    while True:
        pass

def crashing(path):
    os.abort()

def silent(path):
    os._exit(0)

def strange(path):
    return os.getcwd

def long_winded(path):
    return "x" * 400_000_000

def waiting(path):
    time.sleep(600)
"""


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Call a reader of a module that only the test knows."""
    (tmp_path / "readers_of_a_test.py").write_text(READERS, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = tmp_path / "answers.xls"
    path.write_bytes(b"content")
    return lambda name, *options: read_limited(f"readers_of_a_test:{name}", path, *options)


def test_plain_data_comes_back(read):
    """Texts, numbers and dates; what a library prints does not get in between."""
    found = read("well", "sheet", 3, None)
    assert found == {"size": 7, "options": ["sheet", 3, None], "day": date(2025, 1, 2), "text": "很满意"}


def test_problems_come_back_as_they_were(read):
    """The class of the error and the place survive."""
    with pytest.raises(MappingError) as caught:
        read("faulty")
    (problem,) = caught.value.problems
    assert (problem.code, problem.place) == ("survey.file_missing", Place(file="answers.xls", row=3))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not limit memory in this way")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("broken", "reader_fault"),
        ("greedy", "reader_memory"),
        ("circling", "reader_time"),
        ("crashing", "reader_crashed"),
        ("silent", "reader_crashed"),
        ("strange", "reader_crashed"),
        ("long_winded", "reader_memory"),
    ],
)
def test_a_reader_that_goes_wrong_is_a_message(read, name, code):
    """Exceptions, too much memory, endless loops, crashes, and answers that are no data."""
    with pytest.raises(FileRefusedError) as caught:
        read(name)
    (problem,) = caught.value.problems
    assert problem.code == f"survey.{code}"
    assert problem.message("en").startswith("answers.xls")
    assert problem.message("zh").startswith("answers.xls")


def test_a_reader_that_waits_is_ended(read, monkeypatch):
    """The clock is a limit of its own, since waiting takes no computing."""
    monkeypatch.setattr(limited_process, "WALL_SECONDS", 0.5)
    monkeypatch.setattr(limited_process, "CPU_SECONDS", 0.1)
    with pytest.raises(FileRefusedError, match="seconds of computing"):
        read("waiting")


def test_an_answer_with_anything_but_data_is_not_believed():
    """Dates may be made; nothing else is called."""
    cells = [datetime(2025, 1, 2, 3, tzinfo=UTC), time(4), timedelta(5), {"a": (1, 2.5, None)}]
    assert limited_process._parsed(pickle.dumps(("result", cells))) == ("result", cells)
    assert limited_process._parsed(pickle.dumps(("result", io.BytesIO(b"x"))))[0] == "crashed"
    assert limited_process._parsed(b"cos\nsystem\n(S'exit 3'\ntR.")[0] == "crashed"
    assert limited_process._parsed(b"")[0] == "crashed"


def test_a_missing_file_is_no_crash(tmp_path):
    """The file may have gone since the guard looked."""
    with pytest.raises((FileRefusedError, ResponseImportError)):
        read_limited("survey.importers.workbook:read_in_process", tmp_path / "none.xls", None)


@pytest.mark.parametrize("search", [None, ""])
def test_modules_beside_the_file_are_not_run(read, tmp_path, monkeypatch, search):
    """A json.py or survey.py in the current folder is data; only a folder that PYTHONPATH names is searched, last."""
    folder = tmp_path / "sent"
    folder.mkdir()
    for name in ("json", "survey", "readers_of_a_test"):
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    if search is not None:
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([search, str(tmp_path)]))
    assert read("well")["size"] == 7
    assert not (tmp_path / "ran").exists()


def test_a_relative_folder_of_pythonpath_still_counts(read, tmp_path, monkeypatch):
    """What somebody names is taken from where the command runs, though the process starts elsewhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", ".")
    assert read("well")["size"] == 7
