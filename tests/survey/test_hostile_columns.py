"""SPSS, Stata and Parquet files whose headers promise far more than there is."""

from __future__ import annotations

import struct
import sys

import pytest

from tests.fuzz.seeds import seeds
from tests.survey.opened_alone import open_alone

pytest.importorskip("pyreadstat")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited as Linux does it")
MOST_MEMORY = 300
HUGE = struct.pack("<I", 0x7FFFFFFF)


def _written(content: bytes, at: int, field: bytes) -> bytes:
    at = at if at >= 0 else len(content) + at
    return content[:at] + field + content[at + len(field) :]


@pytest.fixture(scope="module")
def valid() -> dict[str, bytes]:
    """Small files by name."""
    return {seed.file: seed.content for seed in seeds()}


@pytest.mark.parametrize(
    ("file", "name", "damage"),
    [
        ("a.sav", "number of records", lambda content: _written(content, 80, HUGE)),
        ("a.sav", "width of a record", lambda content: _written(content, 68, HUGE)),
        (
            "a.sav",
            "number of value labels",
            lambda content: content.replace(b"\3\0\0\0\2\0\0\0", b"\3\0\0\0" + HUGE, 1),
        ),
        ("a.zsav", "place of the directory", lambda content: _written(content, 80, b"\xff" * 4)),
        ("a.zsav", "blocks", lambda content: content[:-24] + b"\xff" * 24),
        (
            "a.dta",
            "number of records",
            lambda content: content.replace(b"<N>" + content[content.index(b"<N>") + 3 :][:4], b"<N>" + HUGE),
        ),
        ("a.dta", "number of columns", lambda content: content.replace(b"<K>\3\0", b"<K>\xff\xff")),
        ("a.dta", "cut", lambda content: content[: len(content) // 2]),
        ("a.por", "cut", lambda content: content[: len(content) // 2]),
        ("a.parquet", "length of the footer", lambda content: _written(content, -8, HUGE)),
        ("a.parquet", "cut", lambda content: content[: len(content) // 2] + b"PAR1"),
    ],
)
def test_headers_that_lie_end_in_a_message_or_a_table(tmp_path, valid, file, name, damage):
    """No crash, little memory; what is left of the records may be read."""
    if file not in valid:
        pytest.skip("pyarrow is not installed")
    path = tmp_path / file
    path.write_bytes(damage(valid[file]))
    assert path.read_bytes() != valid[file]
    found = open_alone(path, "table")
    assert found.code != "TRACEBACK", found.said
    assert found.memory < MOST_MEMORY, (name, found)
