"""A few hundred damaged files, the same ones every time; ``fuzz_readers.py`` reads as many as there is time for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.fuzz import fuzz_readers
from tests.fuzz.seeds import Seed, seeds

IN_PROCESS = {".csv", ".gz", ".xlsx", ".json", ".jsonl", ".qsf", ".lss", ".lsg", ".tsv", ".yaml"}


@pytest.fixture(scope="module")
def known() -> list[Seed]:
    """The seeds."""
    return seeds()


def test_undamaged_files_are_read(known, tmp_path):
    """Otherwise the damage would be for nothing."""
    instrument = fuzz_readers.small_instrument(tmp_path)
    for seed in known:
        path = tmp_path / seed.file
        path.write_bytes(seed.content)
        fuzz_readers.read(path, seed.reader, instrument)


@pytest.mark.parametrize("block", range(4))
def test_damaged_files_end_in_a_result_or_a_message(known, tmp_path, block):
    """Kinds that are read in this process; no traceback, whatever is wrong with the file."""
    instrument = fuzz_readers.small_instrument(tmp_path)
    near = [seed for seed in known if Path(seed.file).suffix in IN_PROCESS]
    for number in range(150):
        found = fuzz_readers.examine(f"block{block}:{number}", near, tmp_path, instrument)
        assert found is None, found


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="the readers are forked")
def test_the_hunt_itself_finds_nothing_in_a_few_seconds():
    """All kinds, in processes of their own: no crash and no hang reaches the caller."""
    found = [finding for _, finding in fuzz_readers.hunt("short", 6.0) if finding is not None]
    assert found == []
