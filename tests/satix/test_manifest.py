"""The manifest beside the results: what went in, what came out, with which versions, in which time."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import pytest

from satix.manifest import StageClock, peak_memory_mb
from satix.pipeline import evaluate_to_folder
from tests.satix.small_study import SmallStudy


def _manifest(small: SmallStudy) -> dict[str, Any]:
    evaluate_to_folder(small.file)
    return json.loads((small.output / "manifest.json").read_text(encoding="utf-8"))


def test_every_input_and_output_is_there_by_its_hash(small: SmallStudy) -> None:
    """Names inside the study folder, digests anybody can check."""
    manifest = _manifest(small)
    assert set(manifest["inputs"]) == {
        *("study.yaml", "instrument.yaml", "mappings/table.yaml", "data/w1.csv", "data/w2.csv"),
    }
    for name, digest in manifest["inputs"].items():
        assert digest == "sha256:" + hashlib.sha256((small.folder / name).read_bytes()).hexdigest()
    assert set(manifest["files"]) == {"results.json", "report.xlsx", "report.html"}
    for name, digest in manifest["files"].items():
        assert digest == "sha256:" + hashlib.sha256((small.output / name).read_bytes()).hexdigest()


def test_versions_seed_and_decisions(small: SmallStudy) -> None:
    """What is needed to repeat the run."""
    import satix

    small.study |= {"seed": 7, "screening": {"exclude": ["duplicate", "speeder"]}}
    small.write()
    manifest = _manifest(small)
    assert manifest["schema"] == "satix.manifest/1"
    assert manifest["satix"] == satix.__version__
    assert manifest["seed"] == 7
    assert manifest["screening_excludes"] == ["duplicate", "speeder"]
    assert {"numpy", "pandas", "scipy"} <= set(manifest["libraries"])
    assert datetime.fromisoformat(manifest["written"]).utcoffset() is not None


def test_a_shipped_instrument_is_an_input_too(small: SmallStudy) -> None:
    """A study that names a shipped instrument by id says which version it was evaluated with."""
    evaluate_to_folder(small.file)
    results = json.loads((small.output / "results.json").read_text(encoding="utf-8"))
    assert (results["study"]["instrument"], results["study"]["instrument_version"]) == ("small_service", "1.0.0")


def test_stages_have_time_and_memory(small: SmallStudy) -> None:
    """In the order of the work; no negative time."""
    stages = _manifest(small)["stages"]
    assert [stage["stage"] for stage in stages] == ["read", "screen", "score", "analyse", "change", "report"]
    for stage in stages:
        assert stage["wall_seconds"] >= 0
        assert stage["cpu_seconds"] >= 0
        assert stage["peak_memory_mb"] is None or stage["peak_memory_mb"] > 1


def test_the_clock_passes_progress_on() -> None:
    """Every call arrives; a repeated step stays one stage."""
    seen: list[tuple[str, int, int]] = []
    clock = StageClock(lambda step, done, total, /: seen.append((step, done, total)))
    clock("read", 0, 2)
    clock("read", 1, 2)
    clock("score", 0, 1)
    clock.stop()
    clock.stop()
    assert seen == [("read", 0, 2), ("read", 1, 2), ("score", 0, 1)]
    assert [stage["stage"] for stage in clock.stages] == ["read", "score"]


def test_memory_is_measured_where_the_system_tells() -> None:
    """In MiB."""
    peak = peak_memory_mb()
    if peak is None:
        pytest.skip("this system does not tell the largest memory of a process")
    assert 10 < peak < 100_000
