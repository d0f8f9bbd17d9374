"""From study file to reports: figures against outside witnesses, the same bytes every time, and sums that add up."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.results import Results, dump_results, results_json_schema
from satix.demo import EXAMPLES, copy_examples
from satix.pipeline import evaluate, evaluate_to_folder
from survey.study import read_study
from tests.architecture.source_tree import ROOT
from tests.satix.small_study import ITEMS, WEIGHTS, Row, SmallStudy, answers

KIOSK_ITEMS = range(1, 25)


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The example studies, copied."""
    files = copy_examples(tmp_path_factory.mktemp("examples"))
    return dict(zip(EXAMPLES, files, strict=True))


@pytest.fixture(scope="module")
def evaluated(studies: dict[str, Path]) -> Callable[[str], Results]:
    """Results and reports of an example, made once."""
    made: dict[str, Results] = {}

    def of(name: str) -> Results:
        if name not in made:
            made[name] = evaluate_to_folder(studies[name]).results
        return made[name]

    return of


def _facts(shared: Path, folder: str) -> dict[str, Any]:
    return json.loads((shared / "data" / folder / "facts.json").read_text(encoding="utf-8"))


def _item(results: Results, wave: str | None, question: str) -> Any:
    return next(row for row in results.of_wave(wave).items if row.question == question)


# Outside witnesses


def test_airport_yearly_rows_means_and_top_two(evaluated: Callable[[str], Results], shared: Path) -> None:
    """facts.json was worked out from the same file without satix; it is rounded to four decimals."""
    facts, results = _facts(shared, "sfo_survey"), evaluated("airport")
    assert sum(block.n_responses for block in results.results if block.wave) == facts["rows"]
    assert {wave.wave: wave.n_responses for wave in results.waves} == facts["n_by_year"]
    for year, mean in facts["mean_all_by_year"].items():
        overall = _item(results, year, "all")
        assert overall.mean == pytest.approx(mean, abs=5e-5)
        assert overall.top_box.estimate == pytest.approx(facts["top2_all_by_year"][year], abs=5e-5)
        assert overall.index.estimate == pytest.approx((overall.mean - 1) / 4 * 100, abs=1e-9)


def test_airport_item_means_and_valid_answers(evaluated: Callable[[str], Results], shared: Path) -> None:
    """Over all waves together."""
    facts, results = _facts(shared, "sfo_survey"), evaluated("airport")
    for question, mean in facts["item_mean"].items():
        row = _item(results, None, question)
        assert row.n_valid == facts["item_n_valid"][question], question
        assert row.mean == pytest.approx(mean, abs=5e-5), question
        shown = row.missing.get("not_applicable", 0) / facts["rows"]
        assert shown == pytest.approx(facts["code6_share"][question], abs=5e-5), question


def test_airport_wifi_was_not_asked_before_2013(evaluated: Callable[[str], Results]) -> None:
    """The first three waves lack it, 2013 is a break, and the change to 2013 leaves it out."""
    results = evaluated("airport")
    absent = {wave.wave: wave.absent_indicators for wave in results.waves}
    assert absent["2012"] == ["free_wifi"]
    assert absent["2013"] == []
    comparable = {wave.wave: wave.comparable_with_previous for wave in results.waves}
    assert [year for year, kept in comparable.items() if not kept] == ["2013"]
    change = next(change for change in results.changes if change.after == "2013")
    assert change.left_out == ["free_wifi"]
    assert "free_wifi" not in change.common_indicators
    assert all(row.indicator != "free_wifi" for row in change.rows)


def test_kiosk_means_and_gaps(evaluated: Callable[[str], Results], shared: Path) -> None:
    """Item gaps on the seven-point scale, importance and satisfaction means; the four non-users rated nothing."""
    facts, results = _facts(shared, "kiosk_servqual_kano"), evaluated("kiosk")
    block = results.current
    assert block.n_responses == facts["rows"]
    assert block.n_used == facts["rows"], "nobody is excluded"
    assert block.gap is not None
    gaps = [row for row in block.gap.rows if row.level == "item"]
    leaves = [record.indicator for record in results.indicators if record.leaf]
    indicator_of = {
        question.question: question.indicator for question in results.questions if question.facet == "performance"
    }
    for number in KIOSK_ITEMS:
        row = next(row for row in gaps if row.indicator == indicator_of[f"P{number}"])
        assert row.gap_score == pytest.approx(facts["servqual_gap"][str(number)], abs=5e-5), number
        assert row.gap.n == 207
        assert row.gap.estimate == pytest.approx(row.performance.estimate - row.expectation.estimate, abs=1e-9)
    assert np.mean([row.gap_score for row in gaps]) == pytest.approx(facts["mean_gap"], abs=5e-5)
    assert len(gaps) == len(leaves) == 24
    by_facet: dict[tuple[str | None, str | None], list[str]] = {}
    for question in results.questions:
        by_facet.setdefault((question.facet, question.series), []).append(question.question)
    importance = by_facet["importance", None]
    satisfaction = by_facet["performance", "satisfaction"]
    for questions, expected in ((importance, "ipa_importance_mean"), (satisfaction, "ipa_satisfaction_mean")):
        means = [_item(results, "2019", question).mean for question in questions]
        assert sorted(means) == pytest.approx(sorted(facts[expected].values()), abs=5e-5)


def test_the_small_study_by_hand(small: SmallStudy) -> None:
    """Index, dimension and standard error worked out from the answers as a spreadsheet would."""
    results = evaluate(small.file)
    for wave, rows in small.rows.items():
        points = np.array([sum(WEIGHTS[item] * (row[item] - 1) * 25 for item in ITEMS) for row in rows])
        root, speed = (_score(results, wave, node) for node in ("INDEX", "SPEED"))
        assert root.estimate == pytest.approx(points.mean(), abs=1e-9)
        assert root.std_error == pytest.approx(points.std(ddof=1) / np.sqrt(len(points)), abs=1e-9)
        assert root.n == 60
        both = np.array([(row["reply"] + row["wait"] - 2) * 12.5 for row in rows])
        assert speed.estimate == pytest.approx(both.mean(), abs=1e-9)
    (change,) = results.changes
    row = next(row for row in change.rows if row.indicator == "INDEX")
    before, after = (_score(results, wave, "INDEX") for wave in ("w1", "w2"))
    assert row.change.estimate == pytest.approx(after.estimate - before.estimate, abs=1e-9)
    assert row.change.std_error == pytest.approx(np.hypot(before.std_error, after.std_error), abs=1e-9)


def _score(results: Results, wave: str | None, node: str) -> Any:
    return next(score.figure for score in results.of_wave(wave).scores if score.indicator == node)


def test_net_promoter_score_by_hand(small: SmallStudy) -> None:
    """Share of 9-10 minus share of 0-6, times 100."""
    results = evaluate(small.file)
    given = [row["recommend"] for row in small.rows["w2"]]
    expected = 100 * (sum(score >= 9 for score in given) - sum(score <= 6 for score in given)) / len(given)
    assert _item(results, "w2", "recommend").net_promoter.estimate == pytest.approx(expected, abs=1e-9)


def test_case_weights_by_hand(small: SmallStudy) -> None:
    """A weighted mean; doubling every weight changes nothing; Kish's effective n."""
    small.one_wave()
    small.mapping["columns"].append({"heading": "weight", "role": "case_weight"})
    weights = np.array([1 + place % 4 for place in range(60)], dtype=float)
    estimates = []
    for factor in (1, 2):
        for row, weight in zip(small.rows["w1"], weights, strict=True):
            row["weight"] = weight * factor
        small.write()
        results = evaluate(small.file)
        assert results.study.weighted
        estimates.append(_score(results, "w1", "INDEX"))
    points = np.array([sum(WEIGHTS[item] * (row[item] - 1) * 25 for item in ITEMS) for row in small.rows["w1"]])
    assert estimates[0].estimate == pytest.approx(np.average(points, weights=weights), abs=1e-9)
    assert estimates[0].n_effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), abs=1e-9)
    assert estimates[1].estimate == pytest.approx(estimates[0].estimate, abs=1e-9)
    assert estimates[1].std_error == pytest.approx(estimates[0].std_error, abs=1e-9)


# The same bytes


def _run_elsewhere(study: Path, hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT), "TZ": "Asia/Tokyo"}
    command = [sys.executable, "-m", "satix", "evaluate", "study.yaml"]
    done = subprocess.run(
        command, cwd=study.parent, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", EXAMPLES)
def test_another_folder_process_and_hash_seed_give_the_same_bytes(
    name: str, studies: dict[str, Path], evaluated: Callable[[str], Results], tmp_path: Path
) -> None:
    """results.json, the page and the workbook; only the manifest may differ."""
    evaluated(name)
    first = studies[name].parent / "output"
    elsewhere = tmp_path / "somewhere else 别处" / name
    shutil.copytree(studies[name].parent, elsewhere, ignore=shutil.ignore_patterns("output"))
    _run_elsewhere(elsewhere / "study.yaml", "7")
    for file in ("results.json", "report.html", "report.xlsx"):
        assert (elsewhere / "output" / file).read_bytes() == (first / file).read_bytes(), file


def test_results_hold_no_clock_path_or_version(studies: dict[str, Path], evaluated: Callable[[str], Results]) -> None:
    """Nothing of the machine that made them."""
    import satix

    results = evaluated("kiosk")
    text = dump_results(results)
    assert str(studies["kiosk"].parent) not in text
    assert str(Path.home()) not in text or str(Path.home()) == "/"
    assert f'"{satix.__version__}"' not in text


# The published form


@pytest.mark.parametrize("name", EXAMPLES)
def test_results_follow_their_published_schema(name: str, evaluated: Callable[[str], Results]) -> None:
    """A stranger's JSON-schema validator accepts the file, and reading it back gives equal results."""
    jsonschema = pytest.importorskip("jsonschema")
    results = evaluated(name)
    text = dump_results(results)
    jsonschema.Draft202012Validator(results_json_schema()).validate(json.loads(text))
    assert Results.model_validate_json(text) == results


@pytest.mark.parametrize("name", EXAMPLES)
def test_both_languages_stand_beside_every_label(name: str, evaluated: Callable[[str], Results]) -> None:
    """Every label in the results has a Chinese and an English wording, neither empty."""

    def look(value: Any, path: str) -> None:
        if isinstance(value, dict):
            if set(value) & {"en", "zh"}:
                assert set(value) == {"en", "zh"}, path
                assert all(text.strip() for text in value.values()), path
            for key, part in value.items():
                look(part, f"{path}.{key}")
        elif isinstance(value, list):
            for place, part in enumerate(value):
                look(part, f"{path}[{place}]")

    look(json.loads(dump_results(evaluated(name))), "results")


# Sums that add up


@pytest.mark.parametrize("name", EXAMPLES)
def test_contributions_add_up_to_the_index(name: str, evaluated: Callable[[str], Results]) -> None:
    """Leaf by leaf, in every wave; so do the points that are lost."""
    results = evaluated(name)
    leaves = {record.indicator for record in results.indicators if record.leaf}
    for block in results.results:
        root = block.scores[0].figure.estimate
        scores = [score for score in block.scores if score.indicator in leaves]
        parts = [score.contribution for score in scores if score.contribution is not None]
        assert len(parts) >= 2
        assert sum(parts) == pytest.approx(root, abs=1e-8)
        lost = [score.potential for score in scores if score.potential is not None]
        assert sum(lost) == pytest.approx(100 - root, abs=1e-8)


@pytest.mark.parametrize("name", ["airport", "after_sales_zh"])
def test_the_decomposition_adds_up_to_the_change(name: str, evaluated: Callable[[str], Results]) -> None:
    """Score effect plus mix effect is the change of the index, and the segments add up where all are shown."""
    results = evaluated(name)
    assert len(results.changes) == len(results.waves) - 1
    seen = 0
    for change in results.changes:
        index = next(row.change.estimate for row in change.rows if row.indicator == results.indicators[0].indicator)
        for split in change.decompositions:
            seen += 1
            assert split.score_effect + split.mix_effect == pytest.approx(split.total, abs=1e-9)
            assert split.total == pytest.approx(index, abs=1e-9)
            if all(row.grade == "shown" for row in split.rows):
                assert sum(row.score_effect for row in split.rows) == pytest.approx(split.score_effect, abs=1e-8)
                assert sum(row.mix_effect for row in split.rows) == pytest.approx(split.mix_effect, abs=1e-8)
    assert seen >= len(results.changes)


@pytest.mark.parametrize("name", EXAMPLES)
def test_verdict_and_interval_never_disagree(name: str, evaluated: Callable[[str], Results]) -> None:
    """The interval excludes zero exactly where the adjusted test rejects; the words follow."""
    results = evaluated(name)
    for change in results.changes:
        for row in change.rows:
            if row.p_adjusted is None or row.change.lower is None:
                continue
            excludes = row.change.lower > 0 or row.change.upper < 0
            assert excludes == (row.p_adjusted < 1 - results.study.confidence), row.indicator
            if row.verdict in {"improved", "worse"}:
                assert excludes
            if row.verdict == "no_evidence":
                assert not excludes


def test_the_rise_that_was_built_in_is_found(evaluated: Callable[[str], Results]) -> None:
    """After-sales: the reply desk reached its target, refunds (moved by mix alone) did not prove a change."""
    results = evaluated("after_sales_zh")
    last = {row.indicator: row for row in results.changes[-1].rows}
    assert last["first_reply"].verdict.startswith("reached")
    assert last["first_reply"].change.lower > 0


@pytest.mark.parametrize("name", EXAMPLES)
def test_counts_in_are_counts_out(name: str, evaluated: Callable[[str], Results]) -> None:
    """Rows in files = rows kept + rows skipped = responses of the waves; screening adds up; options add up."""
    results = evaluated(name)
    kept = 0
    for report in results.imports:
        assert report["rows_in_file"] == report["rows_kept"] + sum(report["rows_skipped"].values())
        kept += report["rows_kept"]
    blocks = [block for block in results.results if block.wave is not None]
    assert kept == sum(block.n_responses for block in blocks)
    for block in blocks:
        screening = block.screening
        assert screening.n == block.n_responses
        assert block.n_used == screening.n - screening.n_excluded
        assert sum(screening.first_reason.values()) == screening.n_flagged
        for item in block.items:
            assert item.n_valid + sum(item.missing.values()) == item.n_rows == block.n_used
            if item.options:
                assert sum(option.count for option in item.options) == item.n_valid
                assert sum(option.share for option in item.options) == pytest.approx(1)


# Reports show what the results say


def _all_numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for part in value.values() for number in _all_numbers(part)]
    if isinstance(value, list):
        return [number for part in value for number in _all_numbers(part)]
    return [float(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", EXAMPLES)
def test_numbers_in_the_workbook_are_those_of_the_results(
    name: str, studies: dict[str, Path], evaluated: Callable[[str], Results]
) -> None:
    """Every index and its bounds stand in the workbook at full precision, and no number there is foreign."""
    from openpyxl import load_workbook

    results = evaluated(name)
    book = load_workbook(studies[name].parent / "output/report.xlsx", read_only=False)
    cells = np.array(
        [
            float(cell.value)
            for sheet in book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
        ]
    )
    wanted = [
        value
        for score in results.current.scores
        for value in (score.figure.estimate, score.figure.lower, score.figure.upper)
        if value is not None
    ]
    for value in wanted:
        assert np.abs(cells - value).min() < 1e-9, value
    known = np.array(sorted(set(_all_numbers(json.loads(dump_results(results))))))
    # A share may be shown as it is, a difference of two figures may be drawn in a chart, a count may be a sum.
    exact = np.concatenate([known, -known, 100 - known, known / 100, known * 100])
    whole = cells[np.abs(cells - np.round(cells)) > 1e-9]
    foreign = [value for value in whole if np.abs(exact - value).min() > 1e-9]
    assert len(foreign) <= 0.35 * len(whole), sorted(foreign)[:20]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_page_needs_no_network(name: str, studies: dict[str, Path], evaluated: Callable[[str], Results]) -> None:
    """No address is loaded: no src, href, url() or import outside the page (a namespace name is no address)."""
    import re

    evaluated(name)
    page = (studies[name].parent / "output/report.html").read_text(encoding="utf-8")
    loaded = re.findall(r"(?:src|href|action|data|poster)\s*=\s*[\"']([^\"'#][^\"']*)", page)
    loaded += re.findall(r"url\(\s*[\"']?([^)\"']+)", page)
    assert [address[:60] for address in loaded if not address.startswith(("data:", "#"))] == []
    assert not re.search(r"@import|<script[^>]+src|<link[^>]+http", page)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_index_stands_in_the_page(name: str, studies: dict[str, Path], evaluated: Callable[[str], Results]) -> None:
    """Rounded to one decimal, as the summary of the command line says it."""
    results = evaluated(name)
    page = (studies[name].parent / "output/report.html").read_text(encoding="utf-8")
    assert f"{results.current.scores[0].figure.estimate:.1f}" in page
    assert results.study.title["zh"] in page
    assert results.study.title["en"] in page


# What must not matter


def _figures(results: Results) -> str:
    """Everything estimated, without the account of the files."""
    content = json.loads(dump_results(results))
    return json.dumps([content["results"], content["changes"], content["waves"]], indent=1)


def _near(left: str, right: str) -> None:
    one, two = json.loads(left), json.loads(right)

    def compare(a: Any, b: Any, path: str) -> None:
        if isinstance(a, dict):
            assert a.keys() == b.keys(), path
            for key in a:
                compare(a[key], b[key], f"{path}.{key}")
        elif isinstance(a, list):
            assert len(a) == len(b), path
            for place, (x, y) in enumerate(zip(a, b, strict=True)):
                compare(x, y, f"{path}[{place}]")
        elif isinstance(a, float):
            assert b == pytest.approx(a, rel=1e-9, abs=1e-9), path
        else:
            assert a == b, path

    compare(one, two, "")


def test_the_order_of_sources_does_not_matter(small: SmallStudy) -> None:
    """Waves come in the order of waves:, whatever the order of sources:."""
    first = _figures(evaluate(small.file))
    small.study["sources"].reverse()
    small.write()
    assert _figures(evaluate(small.file)) == first


def test_the_order_of_rows_does_not_matter(small: SmallStudy) -> None:
    """A sorted export gives the same figures (sums may differ in the last digit)."""
    first = _figures(evaluate(small.file))
    small.rows["w2"].reverse()
    small.write()
    _near(first, _figures(evaluate(small.file)))


def test_two_files_of_a_wave_are_one(small: SmallStudy) -> None:
    """The same answers in one file or in two."""
    first = _figures(evaluate(small.file))
    small.study["sources"].append({"file": "data/rest.csv", "mapping": "mappings/table.yaml", "wave": "w2"})
    rows = small.rows["w2"]
    small.rows |= {"w2": rows[:35], "rest": rows[35:]}
    small.write()
    _near(first, _figures(evaluate(small.file)))


def test_the_order_of_columns_does_not_matter(small: SmallStudy) -> None:
    """Columns are found by heading."""
    first = _figures(evaluate(small.file))
    small.mapping["columns"].reverse()
    small.write()
    assert _figures(evaluate(small.file)) == first


def test_reversing_an_item_mirrors_it(small: SmallStudy) -> None:
    """Declared as reversed and answered the other way round, everything is as before; declared only, it is mirrored."""
    first = evaluate(small.file)
    small.question("q_tone")["reverse"] = True
    small.write()
    mirrored = evaluate(small.file)
    for wave in ("w1", "w2"):
        before, after = (_score(results, wave, "tone") for results in (first, mirrored))
        assert after.estimate == pytest.approx(100 - before.estimate, abs=1e-9)
        assert after.lower == pytest.approx(100 - before.upper, abs=1e-9)
        assert after.std_error == pytest.approx(before.std_error, abs=1e-9)
    for rows in small.rows.values():
        for row in rows:
            row["tone"] = 6 - row["tone"]
    small.write()
    again = evaluate(small.file)
    for wave in ("w1", "w2"):
        for node in ("INDEX", "STAFF", "tone"):
            assert _score(again, wave, node).estimate == pytest.approx(_score(first, wave, node).estimate, abs=1e-9)


def test_doubled_answers_keep_the_index(small: SmallStudy) -> None:
    """Everybody twice (under new ids): the same estimates, smaller standard errors."""
    first = evaluate(small.file)
    for wave, rows in small.rows.items():
        twins: list[Row] = [{**row, "id": f"{row['id']}b"} for row in rows]
        small.rows[wave] = [*rows, *twins]
    small.write()
    twice = evaluate(small.file)
    for wave in ("w1", "w2"):
        one, two = (_score(results, wave, "INDEX") for results in (first, twice))
        assert two.estimate == pytest.approx(one.estimate, abs=1e-9)
        assert two.std_error == pytest.approx(one.std_error * np.sqrt(59 / 119), abs=1e-9)


def test_an_analysis_more_changes_no_other(small: SmallStudy) -> None:
    """Leaving analyses out leaves the others as they were."""
    every = evaluate(small.file)
    small.study["analyses"] = ["reliability"]
    small.write()
    few = evaluate(small.file)
    assert few.changes == []
    for wave in ("w1", "w2"):
        assert few.of_wave(wave).scores == every.of_wave(wave).scores
        assert few.of_wave(wave).reliability == every.of_wave(wave).reliability
        assert few.of_wave(wave).segments == []


def test_an_analysis_asked_for_in_vain_is_named(small: SmallStudy) -> None:
    """In the findings, in both languages; the run goes on."""
    small.study["analyses"] = ["gap", "reliability"]
    small.write()
    results = evaluate(small.file)
    (finding,) = [finding for finding in results.findings if finding.code == "analysis.not_applicable_gap"]
    assert finding.severity == "warning"
    assert "gap" in finding.wording["en"]
    assert finding.wording["zh"] != finding.wording["en"]


@pytest.mark.parametrize(
    ("option", "value", "changes"),
    [
        ("confidence", 0.9, True),
        ("indicator_weights", "equal", True),
        ("minimum_answered", 0.99, True),
        ("limits", {"suppress": 61, "indicative": 61}, True),
        ("screening", {"exclude": ["straight_line"], "straight_line_items": 3}, True),
        ("power", 0.9, True),
        ("seed", 7, False),
        ("languages", ["en"], False),
    ],
)
def test_every_setting_does_what_it_says_and_no_more(small: SmallStudy, option: str, value: Any, changes: bool) -> None:
    """Settings of the estimates change them; the seed (nothing is drawn here) and the languages do not."""
    for rows in small.rows.values():
        for row in rows[::7]:
            row["wait"] = ""
    small.write()
    before = _figures(evaluate(small.file))
    small.study[option] = value
    small.write()
    read_study(small.file)
    assert (_figures(evaluate(small.file)) != before) == changes


def test_excluding_a_rule_shows_both_indices(small: SmallStudy) -> None:
    """By default a flag excludes nobody; named under exclude it does, and the index without is the one used."""
    small.one_wave().rows["w1"][0]["id"] = small.rows["w1"][1]["id"]
    small.write()
    flagged = evaluate(small.file).current
    assert (flagged.screening.n_flagged, flagged.screening.n_excluded, flagged.n_used) == (1, 0, 60)
    small.study["screening"] = {"exclude": ["duplicate"]}
    small.write()
    block = evaluate(small.file).current
    assert (block.screening.n_flagged, block.screening.n_excluded, block.n_used) == (1, 1, 59)
    assert block.scores[0].figure.estimate == pytest.approx(block.screening.without_excluded.estimate, abs=1e-12)
    assert block.screening.everyone.estimate == pytest.approx(flagged.scores[0].figure.estimate, abs=1e-12)
    rows = [small.rows["w1"][0], *small.rows["w1"][2:]]
    points = [sum(WEIGHTS[item] * (row[item] - 1) * 25 for item in ITEMS) for row in rows]
    assert block.scores[0].figure.estimate == pytest.approx(np.mean(points), abs=1e-9)


def test_strata_clusters_and_population_reach_the_figures(small: SmallStudy) -> None:
    """A census of 60 of 60 has no sampling error; clusters leave as many degrees of freedom as clusters less strata."""
    small.one_wave()
    small.mapping["columns"] += [{"heading": "stratum", "role": "stratum"}, {"heading": "unit", "role": "cluster"}]
    for place, row in enumerate(small.rows["w1"]):
        row |= {"stratum": "ab"[place // 30], "unit": f"u{place // 5}"}
    small.study["sampling"] = {"kind": "probability"}
    small.write()
    results = evaluate(small.file)
    assert (results.study.stratified, results.study.clustered, results.study.design_based) == (True, True, True)
    assert _score(results, "w1", "INDEX").df == 12 - 2
    small.study["sampling"] |= {"population": {"a": 6, "b": 6}}
    small.write()
    assert _score(evaluate(small.file), "w1", "INDEX").std_error == pytest.approx(0, abs=1e-9)


def test_a_whole_study_of_one_wave(small: SmallStudy) -> None:
    """No change, and no block of all waves beside the only one."""
    small.one_wave().write()
    results = evaluate(small.file)
    assert results.changes == []
    assert [block.wave for block in results.results] == ["w1"]


def test_inputs_are_read_only(small: SmallStudy) -> None:
    """Evaluating changes no file of the study."""
    before = {path: path.read_bytes() for path in small.folder.rglob("*") if path.is_file()}
    evaluate(small.file)
    assert {path: path.read_bytes() for path in small.folder.rglob("*") if path.is_file()} == before


def test_the_helper_makes_the_same_answers_every_time() -> None:
    """The studies above are the same on every machine."""
    assert answers(3, 1) == answers(3, 1)
    assert answers(3, 1) != answers(3, 2)
