"""A cell of few respondents can be read nowhere: not in a table, not by subtraction, not through another table."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.satix.conftest import Run
from tests.satix.small_study import ITEMS, WEIGHTS, Row, SmallStudy, answers

REGIONS = {"w1": [1] * 3 + [2] * 40 + [3] * 57, "w2": [1] * 30 + [2] * 50 + [3] * 15}


def _index(rows: list[Row]) -> float:
    """Mean of the composites, worked out from the answers: complete answers need no renormalising."""
    return float(np.mean([sum(WEIGHTS[item] * (row[item] - 1) / 4 * 100 for item in ITEMS) for row in rows]))


def _numbers(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _numbers(part, f"{path}.{key}")
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _numbers(part, f"{path}[{place}]")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


def _evaluate(run: Run, small: SmallStudy, regions: dict[str, list[int]]) -> dict[str, Any]:
    small.rows = {
        wave: answers(len(codes), 20 + place, regions=codes) for place, (wave, codes) in enumerate(regions.items())
    }
    small.write()
    outcome = run("evaluate", small.file)
    assert outcome.code == 0, outcome.err
    return json.loads((small.output / "results.json").read_text(encoding="utf-8"))


def _of(results: dict[str, Any], wave: str) -> dict[str, Any]:
    return next(block for block in results["results"] if block["wave"] == wave)


def _region(small: SmallStudy, wave: str, code: int) -> list[Row]:
    return [row for row in small.rows[wave] if row["region"] == code]


def test_a_segment_of_three_and_one_more_are_withheld(run: Run, small: SmallStudy) -> None:
    """The three, and the smallest other segment, so that the total does not give the three away."""
    results = _evaluate(run, small, REGIONS)
    rows = {row["option"]: row for row in _of(results, "w1")["segments"][0]["rows"]}
    assert [rows[code]["grade"] for code in "123"] == ["suppressed", "suppressed", "shown"]
    assert [rows[code]["complementary"] for code in "123"] == [False, True, False]
    for code in "12":
        assert [rows[code][key] for key in ("n", "share", "difference", "p_value")] == [None] * 4
        assert {value for key, value in rows[code]["figure"].items() if key in {"estimate", "n", "std_error"}} == {None}
    shown = rows["3"]["figure"]["estimate"]
    assert shown == pytest.approx(_index(_region(small, "w1", 3)))


def test_the_figures_of_the_three_stand_nowhere(run: Run, small: SmallStudy) -> None:
    """Neither their index nor that of the segment withheld with them, in any number of the results."""
    results = _evaluate(run, small, REGIONS)
    secret = {code: _index(_region(small, "w1", code)) for code in (1, 2)}
    found = [
        (path, code)
        for path, number in _numbers(results)
        for code, value in secret.items()
        if number == pytest.approx(value, abs=1e-6)
    ]
    assert found == []


def test_the_count_of_three_stands_in_no_report(run: Run, small: SmallStudy) -> None:
    """The row of the segment holds no number in the page, nor in the workbook."""
    _evaluate(run, small, REGIONS)
    page = (small.output / "report.html").read_text(encoding="utf-8")
    secret = _index(_region(small, "w1", 1))
    assert f"{secret:.1f}" not in _rows_with(page, "North", "北部")


def _rows_with(page: str, *labels: str) -> str:
    rows = re.findall(r"<tr\b.*?</tr>", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", row) for row in rows if any(label in row for label in labels))


def _withheld(results: dict[str, Any], wave: str) -> set[str]:
    return {row["option"] for row in _of(results, wave)["segments"][0]["rows"] if row["grade"] == "suppressed"}


@pytest.mark.parametrize(
    "regions",
    [
        REGIONS,
        {"w1": [1] * 3 + [2] * 40 + [3] * 57, "w2": [1] * 30 + [2] * 80 + [3] * 15},
        {"w1": [1] * 3 + [2] * 20 + [3] * 57, "w2": [1] * 3 + [2] * 60 + [3] * 15},
        {"w1": [1] * 30 + [2] * 40 + [3] * 57, "w2": [1] * 3 + [2] * 50 + [3] * 45},
        {"w1": [2] * 40 + [3] * 57, "w2": [1] * 3 + [2] * 50 + [3] * 45},
    ],
    ids=["first-wave", "other-partner", "both-waves", "second-wave", "new-in-the-second-wave"],
)
def test_what_one_table_withholds_no_other_table_shows(
    run: Run, small: SmallStudy, regions: dict[str, list[int]]
) -> None:
    """The split of the change into score and mix repeats shares and scores of both waves."""
    results = _evaluate(run, small, regions)
    (change,) = results["changes"]
    assert change["decompositions"]
    for split in change["decompositions"]:
        for side, wave in (("before", "w1"), ("after", "w2")):
            shown = {row["option"] for row in split["rows"] if row[f"score_{side}"] is not None}
            assert shown & _withheld(results, wave) == set(), f"{side}: {shown}"


@pytest.mark.parametrize("few", [1, 3, 9])
@pytest.mark.parametrize("place", ["before", "after", "both"])
def test_a_small_segment_cannot_be_worked_out_from_the_change_table(
    run: Run, small: SmallStudy, few: int, place: str
) -> None:
    """Total minus shown segments leaves two segments with ten respondents or more, in both waves."""
    size = {"before": (few, 40), "after": (40, few), "both": (few, few)}[place]
    regions = {
        "w1": [1] * size[0] + [2] * 30 + [3] * 45,
        "w2": [1] * size[1] + [2] * 60 + [3] * 35,
    }
    results = _evaluate(run, small, regions)
    counts = {wave: {str(code): codes.count(code) for code in (1, 2, 3)} for wave, codes in regions.items()}
    for split in results["changes"][0]["decompositions"]:
        hidden = [row["option"] for row in split["rows"] if row["grade"] == "suppressed"]
        assert "1" in hidden
        for wave in regions:
            left = [counts[wave][code] for code in hidden if code in counts[wave]]
            assert len(left) >= 2
            assert sum(left) >= 10
        for side, wave in (("before", "w1"), ("after", "w2")):
            together = {row["option"] for row in split["rows"] if row[f"share_{side}"] is not None} | (
                {"1", "2", "3"} - _withheld(results, wave)
            )
            left = [counts[wave][code] for code in {"1", "2", "3"} - together]
            assert len(left) != 1, f"{side}: both tables together leave one segment"


def test_unanswered_region_counts_as_a_cell(run: Run, small: SmallStudy) -> None:
    """Three who did not say their region are a small cell like any other."""
    small.rows = {wave: answers(60, 30 + place, regions=[2] * 30 + [3] * 30) for place, wave in enumerate(("w1", "w2"))}
    for row in small.rows["w1"][:3]:
        row["region"] = ""
    small.write()
    assert run("evaluate", small.file).code == 0
    results = json.loads((small.output / "results.json").read_text(encoding="utf-8"))
    table = _of(results, "w1")["segments"][0]
    assert table["n_without"] is None
    shown = [row for row in table["rows"] if row["n"]]
    assert len(shown) <= 1


def test_screening_does_not_give_a_few_away_as_segments_do_not(run: Run, small: SmallStudy) -> None:
    """An item that hardly anybody answered shows neither mean nor counts of options."""
    for row in small.rows["w1"][3:]:
        row["tone"] = 9
    small.write()
    assert run("evaluate", small.file).code == 0
    results = json.loads((small.output / "results.json").read_text(encoding="utf-8"))
    item = next(row for row in _of(results, "w1")["items"] if row["question"] == "q_tone")
    assert item["grade"] == "suppressed"
    assert [item["mean"], item["std_dev"], item["options"], item["index"]["estimate"]] == [None, None, [], None]
    mean = np.mean([row["tone"] for row in small.rows["w1"][:3]])
    points = (mean - 1) / 4 * 100
    leaf = next(score for score in _of(results, "w1")["scores"] if score["indicator"] == "tone")
    assert leaf["figure"]["estimate"] is None
    for block in _of(results, "w1")["reliability"]:
        for coefficient in block["items"]:
            assert coefficient["question"] != "q_tone" or coefficient["mean"] is None, "alpha's table shows it"
    assert leaf["contribution"] is None, f"{points} follows from contribution and weight"


def test_a_withheld_leaf_does_not_follow_from_its_siblings(run: Run, small: SmallStudy) -> None:
    """SPEED and wait shown, reply answered by three: nothing may be solved for reply."""
    for row in small.rows["w1"][3:]:
        row["reply"] = 9
    small.write()
    assert run("evaluate", small.file).code == 0
    results = json.loads((small.output / "results.json").read_text(encoding="utf-8"))
    scores = {row["indicator"]: row for row in _of(results, "w1")["scores"]}
    assert scores["reply"]["figure"]["grade"] == "suppressed"
    assert scores["reply"]["contribution"] is None


def test_limits_are_settings(run: Run, small: SmallStudy) -> None:
    """With suppress: 2, three respondents are shown and called indicative."""
    small.study["limits"] = {"suppress": 2, "indicative": 30}
    results = _evaluate(run, small, REGIONS)
    rows = {row["option"]: row for row in _of(results, "w1")["segments"][0]["rows"]}
    assert rows["1"]["grade"] == "indicative"
    assert rows["1"]["n"] == 3
    assert rows["1"]["p_value"] is None
    assert rows["1"]["figure"]["estimate"] == pytest.approx(_index(_region(small, "w1", 1)))


def test_all_waves_together_show_no_segment(run: Run, small: SmallStudy) -> None:
    """Otherwise wave 1 would follow from the pooled figure and wave 2."""
    results = _evaluate(run, small, REGIONS)
    assert _of(results, None)["segments"] == []


def test_every_file_of_the_output_is_looked_at(run: Run, small: SmallStudy) -> None:
    """The count 3 of 100 as a share stands in no figure of the segment tables."""
    results = _evaluate(run, small, REGIONS)
    shares = [number for path, number in _numbers(results) if "share" in path and "segments" in path]
    assert not any(share == pytest.approx(0.03) for share in shares)
    imports = [number for path, number in _numbers(results["imports"]) if number == 3 and "letter" not in path]
    assert imports == []
    names = {path.name for path in Path(small.output).iterdir()}
    assert names == {"results.json", "manifest.json", "report.xlsx", "report.html"}
    assert list(itertools.chain(*(path.glob("*.csv") for path in [small.output]))) == []


def test_two_waves_of_too_few_people_make_a_report_without_figures(tmp_path):
    """Every figure is withheld: the report is written all the same, without a trend chart."""
    from satix.new_study import study_from_export
    from satix.pipeline import evaluate_to_folder

    words = ["非常不满意", "不满意", "一般", "满意", "非常满意"]
    lines = ["wave,总体满意度"] + [f"2024 Q{n % 2 + 1},{words[n % 5]}" for n in range(12)]
    export = tmp_path / "export.csv"
    export.write_text("\n".join(lines), encoding="utf-8")
    file, _ = study_from_export(tmp_path / "made", export)
    written = evaluate_to_folder(file)
    assert [wave.wave for wave in written.results.waves] == ["2024_Q1", "2024_Q2"]
    assert (tmp_path / "made" / "output" / "report.xlsx").is_file()
