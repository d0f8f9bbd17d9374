"""Screening end to end: a real file, the versions of the specification, results, report, and the table of flags."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import satix
from analysis.results import Results, read_results
from reports.reading import Reader
from reports.sections.data_quality import build
from satix.flags_file import spreadsheet_safe
from satix.steps.careless_rules import even_odd_scales, pairs_with_a_reversed_item
from satix.steps.screening import Screened, screen_responses
from survey.instrument import Instrument
from survey.responses import AnswerColumn, NumberColumn, ResponseSet
from survey.scales import MISSING_CODES
from survey.screening import RULE_ORDER
from survey.study import FIRST_RULES, Screening
from tests.satix.conftest import Run
from tests.satix.small_study import SmallStudy

CHECKS = {30: 1, 50: 5}


def _instrument(questions: list[dict[str, Any]], **more: Any) -> Instrument:
    content = {
        "instrument": "t",
        "version": "1.0.0",
        "title": "t",
        "purpose": "t",
        "languages": ["en"],
        "licence": "none",
        "scales": {"five": {"from": 1, "to": 5}},
        "index": {"code": "I", "label": "I"},
        "sections": [{"code": "S", "title": "S", "questions": questions}],
    }
    return Instrument.model_validate(content | more)


def _item(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "text": code, "facet": "performance", "measures": "I", "scale": "five", **more}


@pytest.fixture(scope="module")
def parents(shared: Path) -> ResponseSet:
    """245 parents on 80 items, two attention checks and five questions on the person (问卷星, by option number)."""
    from survey.importers.table_file import read_table

    folder = shared / "reference" / "formats" / "wjx"
    table = read_table(next(folder.glob("234274756_2_*.xlsx")))
    numbered = [column for heading, column in zip(table.headings, table.columns, strict=True) if heading[:1].isdigit()]
    assert len(numbered) == 87
    questions, codes, numbers = [], [], {}
    for place, column in enumerate(numbered, start=1):
        code = f"Q{place}"
        if place > 82:
            questions.append({"code": code, "text": code, "type": "number", "role": "segment"})
            values = pd.to_numeric(pd.Series(list(column)), errors="coerce").to_numpy(dtype=np.float64)
            missing = np.where(np.isnan(values), MISSING_CODES["invalid"], 0).astype(np.int8)
            numbers[code] = NumberColumn(values=values, missing=missing)
            continue
        check = {"code": code, "text": code, "role": "attention", "scale": "five", "expects": CHECKS.get(place)}
        questions.append(check if place in CHECKS else _item(code))
        codes.append([int(cell) for cell in column])
    durations = table.columns[list(table.headings).index("所用时间")]
    frame = pd.DataFrame(
        {
            "wave": "1",
            "source": "parents",
            "row": np.arange(2, len(durations) + 2),
            "duration_seconds": [float(str(cell).removesuffix("秒")) for cell in durations],
        },
        index=pd.Index([f"r{place}" for place in range(len(durations))]),
    )
    return ResponseSet(
        instrument=_instrument(questions),
        respondents=frame,
        columns=tuple(AnswerColumn(f"Q{place}") for place in range(1, 83)),
        codes=np.array(codes, dtype=np.int16),
        numbers=numbers,
    )


def test_what_is_known_of_the_parents(parents: ResponseSet) -> None:
    """SOURCE.md of the file: 53 fail a check, 3 give one answer 80 times; strings and durations as counted there."""
    found = screen_responses(parents, Screening(seconds_per_item=0))
    flagged = {rule: int(outcome.flagged.sum()) for rule, outcome in found.outcomes.items()}
    assert flagged["attention"] == flagged["attention_slip"] == 53
    assert flagged["straight_line"] == 3
    longest = found.outcomes["longstring"].measures["longstring"]
    assert (np.median(longest), longest.max(), int((longest >= 20).sum())) == (5, 80, 12)
    duration = found.outcomes["speeder"].measures["duration_seconds"]
    assert np.median(duration) == 450
    assert flagged["speeder"] == int((duration < 0.3 * 450).sum()) == 13
    assert flagged["item_speed"] == 18
    assert all(outcome.flagged[~outcome.judged].sum() == 0 for outcome in found.outcomes.values())


def test_the_parents_under_the_second_specification(parents: ResponseSet) -> None:
    """One slip is a warning, two are a failure; who fails is among those who slip."""
    found = screen_responses(parents, Screening(specification=2))
    slipped, failed = (found.outcomes[rule].flagged for rule in ("attention_slip", "attention"))
    missed = found.outcomes["attention"].measures["attention_missed"]
    assert slipped.sum() == 53
    assert failed.sum() == (missed == 2).sum() > 0
    assert not (failed & ~slipped).any()
    for rule in ("irv", "mahalanobis", "near_duplicate", "pattern", "synonyms"):
        assert found.outcomes[rule].judged.sum() >= 200, rule
    lines = found.outcomes["straight_line"].flagged
    assert found.outcomes["irv"].flagged[lines].all()
    assert found.outcomes["longstring"].flagged[lines].all()


def _answers(instrument: Instrument, codes: np.ndarray, wave: Any = "1") -> ResponseSet:
    n = codes.shape[1]
    frame = pd.DataFrame(
        {"wave": wave, "source": "f", "row": np.arange(2, n + 2), "duration_seconds": np.nan},
        index=pd.Index([f"r{place}" for place in range(n)]),
    )
    names = tuple(AnswerColumn(question.code) for question in instrument.questions)
    return ResponseSet(instrument=instrument, respondents=frame, columns=names, codes=codes.astype(np.int16))


def _scored(n: int, seed: int, *, reverse: int = 0) -> ResponseSet:
    """Six dimensions of five items; the last ``reverse`` items of each are worded the other way round."""
    rng = np.random.default_rng(seed)
    names = [f"D{place}" for place in range(6)]
    items = [
        _item(f"{name}_{place}", measures=name, reverse=place >= 5 - reverse) for name in names for place in range(5)
    ]
    index = {"code": "I", "label": "I", "indicators": [{"code": name, "label": name} for name in names]}
    mood = np.repeat(rng.normal(size=(n, 6)), 5, axis=1)
    answers = np.clip(np.rint(3 + 1.3 * mood + 0.4 * rng.normal(size=(n, 30))), 1, 5)
    turned = np.array([item["reverse"] for item in items])
    answers[:, turned] = 6 - answers[:, turned]
    return _answers(_instrument(items, index=index), answers.T)


def test_careless_respondents_stand_out_from_careful_ones() -> None:
    """Twenty who answer at random among two hundred who answer what they think.

    At random the correlations within the person lie around 0: above -.03 about half, below .22 and .30 more.
    """
    careful = _scored(200, 1, reverse=2)
    random = np.random.default_rng(2).integers(1, 6, size=(30, 20)).astype(np.int16)
    both = _answers(careful.instrument, np.hstack([careful.codes, random]))
    found = screen_responses(both, Screening(specification=2))
    for rule, least in (("synonyms", 0.6), ("antonyms", 0.4), ("even_odd", 0.6), ("mahalanobis", 0.6)):
        flagged = found.outcomes[rule].flagged
        assert flagged[200:].mean() >= least, rule
        assert flagged[:200].mean() < 0.05, rule
    contradictions = found.outcomes["reversed_pairs"].measures["reversed_contradictions"]
    assert contradictions[200:].mean() > 5 * contradictions[:200].mean()


def test_reversal_is_declared_not_guessed() -> None:
    """Items turned round make antonyms and pairs to compare; without them there are none."""
    assert screen_responses(_scored(100, 3), Screening()).outcomes["antonyms"].reason == "too_few_pairs"
    turned = _scored(100, 3, reverse=1)
    found = screen_responses(turned, Screening())
    assert found.outcomes["antonyms"].judged.any()
    assert found.outcomes["reversed_pairs"].judged.all()
    questions = turned.instrument.questions
    assert pairs_with_a_reversed_item(questions) == [(5 * place + 4, 5 * place + 3) for place in range(6)]
    assert even_odd_scales(turned, questions) == [list(range(5 * place, 5 * place + 5)) for place in range(6)]


def test_what_is_made_up_of_its_parts_has_no_halves() -> None:
    """Formative dimensions are left out of even-odd; leaves of one item go by their parent."""
    items = [_item(f"q{place}", measures=f"L{place}") for place in range(4)]
    leaves = [{"code": f"L{place}", "label": "l"} for place in range(4)]
    for measurement, scales in (("reflective", [[0, 1], [2, 3]]), ("formative", [[2, 3]])):
        first = {"code": "A", "label": "A", "measurement": measurement, "indicators": leaves[:2]}
        index = {
            "code": "I",
            "label": "I",
            "indicators": [first, {"code": "B", "label": "B", "indicators": leaves[2:]}],
        }
        responses = _answers(_instrument(items, index=index), np.ones((4, 2)))
        assert even_odd_scales(responses, responses.instrument.questions) == scales


def _equal(one: Screened, other: Screened, rows: slice) -> bool:
    return all(
        (one.outcomes[rule].flagged[rows] == other.outcomes[rule].flagged).all()
        and (one.outcomes[rule].judged[rows] == other.outcomes[rule].judged).all()
        for rule in RULE_ORDER
    )


def test_a_wave_keeps_its_flags_when_another_is_added() -> None:
    """Correlations, distances, medians and matches are those of the wave."""
    first, second = _scored(80, 4), _scored(120, 5)
    both = _answers(first.instrument, np.hstack([first.codes, second.codes]), wave=["1"] * 80 + ["2"] * 120)
    joined = screen_responses(both, Screening())
    assert _equal(joined, screen_responses(first, Screening()), slice(0, 80))
    alone = _answers(second.instrument, second.codes.copy(), wave="2")
    assert _equal(joined, screen_responses(alone, Screening()), slice(80, 200))


def test_nobody_and_one_can_be_screened() -> None:
    """Nothing is judged that needs others; nothing warns."""
    one = _scored(100, 6).select(np.arange(100) == 0)
    found = screen_responses(one, Screening())
    assert not found.outcomes["mahalanobis"].judged.any()
    none = one.select(np.array([False]))
    assert all(outcome.flagged.shape == (0,) for outcome in screen_responses(none, Screening()).outcomes.values())


# In a study


def _copied(small: SmallStudy, **screening: Any) -> SmallStudy:
    """The second response of the first wave comes twice."""
    small.study["screening"] = screening
    small.rows["w1"].append(dict(small.rows["w1"][1]))
    return small.write()


def test_the_specification_in_force_is_in_the_results(small: SmallStudy) -> None:
    """Version, policy and every threshold, whether the study names it or not; counts by rule add up."""
    results = satix.evaluate(_copied(small, exclude=["duplicate"], item_seconds=3).file)
    specification = results.study.screening
    assert specification is not None
    assert (specification.specification, specification.exclude) == (1, ["duplicate"])
    assert set(specification.counted) == set(FIRST_RULES)
    assert set(specification.thresholds) == set(Screening.model_fields) - {"specification", "exclude"}
    assert specification.thresholds["item_seconds"] == 3
    block = results.of_wave("w1").screening
    assert [rule.rule for rule in block.by_rule] == list(RULE_ORDER)
    rules = {rule.rule: rule for rule in block.by_rule}
    assert (rules["duplicate"].policy, rules["duplicate"].n_judged, rules["duplicate"].excluded) == ("exclude", 61, 1)
    assert (rules["irv"].policy, rules["irv"].n_judged, rules["irv"].reason) == ("listed", 0, "too_few_items")
    assert rules["speeder"].reason == "no_durations"
    assert sum(block.responses_by_flags) == block.n == 61
    assert block.n_flagged == 61 - block.responses_by_flags[0]


def test_the_second_specification_flags_by_every_rule(small: SmallStudy) -> None:
    """And the estimates stay, as flags exclude nobody."""
    before = satix.evaluate(small.file)
    small.study["screening"] = {"specification": 2}
    after = satix.evaluate(small.write().file)
    assert [score.figure for score in after.current.scores] == [score.figure for score in before.current.scores]
    assert {rule.policy for rule in after.current.screening.by_rule} == {"flag"}
    assert set(after.current.screening.first_reason) == set(RULE_ORDER)


def test_an_unknown_version_is_refused(run: Run, small: SmallStudy) -> None:
    """A study written for a later satix is not read as if it were an earlier one."""
    small.study["screening"] = {"specification": 3}
    small.write()
    outcome = run("check", small.file)
    assert outcome.code == 1
    assert "specification" in outcome.err


def test_results_written_before_are_read_and_reported(small: SmallStudy, tmp_path: Path) -> None:
    """Without specification and rules one by one, the section shows what it always did."""
    results = satix.evaluate(small.file)
    content = json.loads(results.model_dump_json(by_alias=True))
    del content["study"]["screening"]
    for block in content["results"]:
        for key in ("by_rule", "overlap", "responses_by_flags", "measures", "missing_kinds"):
            del block["screening"][key]
    file = tmp_path / "results.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    old = read_results(file)
    assert old.study.screening is None
    assert len(build(Reader(old)).blocks) < len(build(Reader(results)).blocks)


def _section_text(results: Results) -> str:
    return json.dumps([str(block) for block in build(Reader(results)).blocks], ensure_ascii=False)


@pytest.mark.parametrize("specification", [1, 2])
def test_the_report_explains_every_rule_in_both_languages(small: SmallStudy, specification: int) -> None:
    """Thresholds stand in the wording; no field is left open."""
    results = satix.evaluate(_copied(small, specification=specification, duplicate_key=["comment"]).file)
    text = _section_text(results)
    for words in ("Less than 2 s per question", "不足 2 秒", "every entry of comment", "no durations", "没有作答时长"):
        assert words in text
    assert re.findall(r"\{[a-z_]+\}", text) == []


def test_a_rule_that_excludes_but_judges_nobody_is_reported(run: Run, small: SmallStudy) -> None:
    """There is no attention check in this questionnaire."""
    small.study["screening"] = {"exclude": ["attention"]}
    small.write()
    findings = satix.evaluate(small.file).findings
    assert [finding.fields["wave"] for finding in findings if finding.code.endswith("judged_nobody")] == ["w1", "w2"]
    for lang, word in (("en", "could judge nobody"), ("zh", "没有一份答卷")):
        outcome = run("check", small.file, lang=lang)
        assert outcome.code == 0
        assert word in outcome.out


# The table of flags


def _table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_flags_are_written_for_the_team(run: Run, small: SmallStudy, tmp_path: Path) -> None:
    """A row per response with its place in the file, a column per rule, empty where it cannot be judged."""
    _copied(small)
    file = tmp_path / "flags.csv"
    outcome = run("check", small.file, "--flags", file)
    assert outcome.code == 0
    assert "flags.csv" in outcome.out
    rows = _table(file)
    assert len(rows) == 121
    assert (rows[0]["source"], rows[0]["row"], rows[0]["wave"]) == ("data/w1.csv", "2", "w1")
    assert rows[0]["respondent"] == "r1-1"
    last = rows[60]
    assert (last["flag_duplicate"], last["n_flags"], last["first_reason"], last["row"]) == ("1", "1", "duplicate", "62")
    assert last["flag_speeder"] == last["duration_seconds"] == ""
    assert {f"flag_{rule}" for rule in RULE_ORDER} <= set(rows[0])
    assert float(rows[0]["average_string"]) >= 1
    answers = [row["comment"] for row in small.rows["w1"] if row["comment"]]
    assert not any(answer in cell for row in rows for cell in row.values() for answer in answers)


def test_flags_cannot_become_a_formula(run: Run, small: SmallStudy, tmp_path: Path) -> None:
    """An id that a spreadsheet would calculate gets an apostrophe; figures below zero stay figures."""
    small.rows["w1"][0]["id"] = "=1+1"
    small.write()
    file = tmp_path / "flags.csv"
    assert run("check", small.file, "--flags", file).code == 0
    assert _table(file)[0]["respondent"] == "'=1+1"
    for cell in ("+1", "-1", "@a", "\t=1", "\r=1", "＝1"):
        assert spreadsheet_safe(cell) == "'" + cell
    assert spreadsheet_safe(-1.5) == -1.5


@pytest.mark.parametrize("name", ["study.yaml", "instrument.yaml", "mappings/table.yaml", "data/w1.csv"])
def test_flags_never_replace_what_the_study_reads(run: Run, small: SmallStudy, name: str) -> None:
    """The file stays, byte by byte."""
    before = (small.folder / name).read_bytes()
    for lang in ("en", "zh"):
        outcome = run("check", small.file, "--flags", small.folder / name, lang=lang)
        assert outcome.code == 1
        assert Path(name).name in outcome.err
    assert (small.folder / name).read_bytes() == before


def test_flags_that_cannot_be_written_say_so(run: Run, small: SmallStudy, tmp_path: Path) -> None:
    """A folder that is not there; nothing is half-written."""
    outcome = run("check", small.file, "--flags", tmp_path / "nowhere" / "flags.csv")
    assert outcome.code == 1
    assert "flags.csv" in outcome.err
    assert not (tmp_path / "nowhere").exists()


def test_faults_of_the_data_leave_no_flags(run: Run, small: SmallStudy, tmp_path: Path) -> None:
    """Half a table would pass for a whole one."""
    small.rows["w1"][0]["reply"] = 77
    small.write()
    assert run("check", small.file, "--flags", tmp_path / "flags.csv").code == 1
    assert list(tmp_path.glob("*.csv")) == []
