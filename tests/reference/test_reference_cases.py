"""The reference runner: shipped cases, shared cases where present, and how it treats what it does not know."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
RUNNER = HERE / "run.py"
TOTALS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")


def run(folder: Any, *options: Any) -> Any:
    """Exit code, lines and totals of one run."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(RUNNER), str(folder), *map(str, options)],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    match = TOTALS.match(lines[-1]) if lines else None
    assert match, done.stdout + done.stderr
    return done.returncode, lines[:-1], tuple(int(count) for count in match.groups())


def write(folder: Any, *cases: Any, name: Any = "cases.json") -> None:
    (folder / name).write_text(json.dumps(list(cases)), encoding="utf-8")


def case(topic: Any, method: Any, inputs: Any, expected: Any, **more: Any) -> Any:
    return {
        "case": more.pop("case", "one"),
        "topic": topic,
        "method": method,
        "inputs": inputs,
        "expected": expected,
        "tolerance": more.pop("tolerance", 1e-6),
        **more,
    }


WAVES = {"m1": 69.8, "s1": 19, "n1": 900, "m2": 71.4, "s2": 18.5, "n2": 950}


def test_every_shipped_case_passes() -> None:
    code, lines, (passed, failed, skipped) = run(HERE / "cases")
    assert (code, failed, skipped) == (0, 0, 0), "\n".join(lines)
    assert passed == len(lines) > 30


@pytest.mark.parametrize("folder", ["domain", "psychometrics"])
def test_no_shared_case_fails(shared: Path, folder: Any) -> None:
    code, lines, (passed, failed, _) = run(shared / "reference" / folder)
    assert (code, failed) == (0, 0), "\n".join(line for line in lines if line.startswith("FAIL"))
    assert passed > 10
    assert all(re.match(r"(PASS|FAIL|SKIP) \S+/", line) for line in lines)
    assert all(": " in line for line in lines if line.startswith("SKIP"))


def test_a_wrong_value_fails_and_the_line_says_where(tmp_path: Path) -> None:
    write(tmp_path, case("scores", "rescale", {"x": [4.2], "min": 1, "max": 5}, {"score": [84.0]}))
    code, lines, counts = run(tmp_path)
    assert (code, counts) == (1, (0, 1, 0))
    assert lines == [f"FAIL {tmp_path.name}/one: score[0]: expected 84, got 80"]


def test_options_that_are_not_known_are_named_and_not_ignored(tmp_path: Path) -> None:
    known = {"diff": 1.6}
    write(
        tmp_path,
        case("tracking", "wave_change_independent", {**WAVES, "test": "permutation"}, known, case="option"),
        case("tracking", "wave_change_independent", {**WAVES, "trimmed": 0.1}, known, case="input"),
        case("tracking", "no_such_method", {}, {}, case="method"),
        case("scores", "acsi_index_from_data", {"data": "none.csv", "items": ["a"], "weights": [1]}, {}, case="data"),
    )
    code, lines, counts = run(tmp_path)
    assert (code, counts) == (0, (0, 0, 4))
    assert "test = 'permutation' is not known" in lines[0]
    assert "input trimmed is not known" in lines[1]
    assert "no_such_method" in lines[2]
    assert "none.csv" in lines[3]


def test_a_refused_input_and_a_missing_figure_fail(tmp_path: Path) -> None:
    write(
        tmp_path,
        case("scores", "rescale", {"x": [9], "min": 1, "max": 5}, {"score": [1]}, case="refused"),
        case("scores", "rescale", {"x": [2], "min": 1, "max": 5}, {"score": [25], "rank": 1}, case="figure"),
    )
    code, lines, counts = run(tmp_path)
    assert (code, counts) == (1, (0, 2, 0))
    assert "satix refused the input" in lines[0]
    assert "rank: satix gives no such figure" in lines[1]


def test_differences_may_be_taken_either_way_round(tmp_path: Path) -> None:
    """Wave 1 minus wave 2 has the opposite sign and the bounds swapped."""
    forward = {"diff": 1.6, "t": 1.83366876, "ci_low": -0.11132927, "ci_high": 3.31132927, "p": 0.06686497}
    backward = {"diff": -1.6, "t": -1.83366876, "ci_low": -3.31132927, "ci_high": 0.11132927, "p": 0.06686497}
    write(
        tmp_path,
        case("tracking", "wave_change_independent", {**WAVES, "difference": "wave 2 - wave 1"}, forward),
        case("tracking", "wave_change_independent", {**WAVES, "difference": "wave1 - wave2"}, backward),
        case(
            "scores",
            "nps_difference",
            {
                "wave1": [80, 140, 180],
                "wave2": [70, 120, 230],
                "order": ["detractors", "passives", "promoters"],
                "difference": "wave1 - wave2",
            },
            {"diff": -13.0952381, "se": 5.31403353},
        ),
    )
    assert run(tmp_path)[2] == (3, 0, 0)


def test_other_options_of_the_same_methods_run_by_hand(tmp_path: Path) -> None:
    """Levels, ties, quantiles and nested trees worked out by hand.

    Tree: a = .5*.4 = .2, b = .5*.6 = .3, c = .5; rows 1-5 to 0-100: (100, 0, 50) -> 45 and (50, 50, 100) -> 75; mean
    60, standard error 30/sqrt(2)/sqrt(2) = 15, z interval 60 -/+ 1.6448536 * 15 at 90 %. Node d = .4a + .6b: 40, 50.
    """
    tree = {
        "top": {"weight": 0.5, "items": {"c": 1.0}},
        "rest": {"weight": 0.5, "items": {"d": {"weight": 1.0, "items": {"a": 0.4, "b": 0.6}}}},
    }
    composite = {
        "tree": tree,
        "columns": ["a", "b", "c"],
        "scale": [1, 5],
        "responses": [[5, 1, 3], [3, 3, 5]],
        "conf": 0.9,
        "ci": "z",
    }
    grid = {
        "attributes": ["x", "y"],
        "importance": [4, 2],
        "performance": [3, 3],
        "scale": [1, 5],
        "tie": "> centre is high",
    }
    write(
        tmp_path,
        case(
            "scores",
            "composite",
            composite,
            {
                "leaf_weights": [0.2, 0.3, 0.5],
                "respondent_index": [45, 75],
                "index": 60,
                "se": 15,
                "ci_low": 60 - 1.6448536 * 15,
                "dimension_scores": {"top": 75, "rest": 45, "d": 45},
            },
        ),
        case("ipa", "importance_performance", grid, {"quadrant_scale": ["concentrate_here", "low_priority"]}),
        case(
            "scores",
            "top_box",
            {"counts_1_to_5": [10, 20, 30, 25, 15], "scale": [1, 5], "top": [5], "conf": 0.9},
            {"top1": 15.0, "bottom2": 30.0, "mean": 3.15, "index": 53.75},
        ),
        case(
            "tracking",
            "share_change",
            {"k1": 5, "n1": 10, "k2": 8, "n2": 10, "variance": "unpooled"},
            {"diff_pts": 30.0, "z": 0.3 / (0.25 / 10 + 0.16 / 10) ** 0.5},
        ),
    )
    _, lines, counts = run(tmp_path)
    assert counts == (4, 0, 0), "\n".join(lines)


def test_tolerance_is_relative_without_a_method_and_absolute_with_one(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("before,after\n1000,2001\n1000,2003\n1000,2002\n,5\n", encoding="utf-8")
    pair = {
        "case": "relative",
        "topic": "gap",
        "data": "pairs.csv",
        "inputs": {"first": "before", "second": "after"},
        "expected": {"mean_gap": 1002.5, "n": 3},
        "tolerance": 1e-3,
    }
    write(tmp_path, pair, {**pair, "case": "tight", "tolerance": 1e-4})
    _, lines, counts = run(tmp_path)
    assert counts == (1, 1, 0)
    assert lines[0] == f"PASS {tmp_path.name}/relative"
    absolute = case("scores", "rescale_back", {"score": 50, "min": 0, "max": 2000}, {"x": 1000.5}, tolerance=1e-3)
    write(tmp_path, absolute)
    assert run(tmp_path)[2] == (0, 1, 0)


def test_data_are_found_under_the_data_folder(tmp_path: Path) -> None:
    cases, data = tmp_path / "cases", tmp_path / "elsewhere" / "deeper"
    cases.mkdir()
    data.mkdir(parents=True)
    (data / "scale.csv").write_text("a,b\n1,3\n3,5\n,1\n", encoding="utf-8")
    inputs = {"data": "data/scale.csv", "items": ["a", "b"], "weights": [0.5, 0.5], "min": 1, "max": 5}
    # means 2 and 3: (25 + 50) / 2
    write(cases, case("scores", "acsi_index_from_data", inputs, {"index": 37.5, "item_means": {"a": 2, "b": 3}}))
    assert run(cases)[2] == (0, 0, 1)
    assert run(cases, "--data", tmp_path / "elsewhere")[2] == (1, 0, 0)


def test_null_alternatives_and_strange_files(tmp_path: Path) -> None:
    zone = {"perceived": [7, None], "minimum": [7, 6], "desired": [7, 8]}
    write(
        tmp_path,
        case("servqual", "zone_of_tolerance", zone, {"position_pct": [None, None]}, case="null"),
        case(
            "scores",
            "rescale",
            {"x": [2], "min": 1, "max": 5},
            {"score": [0]},
            case="other",
            alternatives=[{"score": [1]}, {"score": [25]}],
        ),
        {"title": "not a case"},
    )
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    code, lines, counts = run(tmp_path)
    assert (code, counts) == (1, (2, 1, 1))
    assert "cannot be read as JSON" in lines[0]


def test_a_missing_folder_is_a_usage_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(RUNNER), str(tmp_path / "none")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "not a folder" in done.stderr
