"""Measurement quality in a whole evaluation: simulated answers of which the truth is known."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from analysis.results import Measurement, MeasurementBlock, Results, dump_results, read_results
from reports.sections.outline import build_report
from satix.pipeline import evaluate
from tests.satix.small_study import SmallStudy, answers

GOOD = ("g1", "g2", "g3", "g4")
BAD = ("b1", "b2", "b3", "odd")
PARTS = ("parking", "shuttle")
ITEMS = (*GOOD, *BAD, *PARTS, "alone")


def _node(code: str, *children: str, **more: Any) -> dict[str, Any]:
    node: dict[str, Any] = {"code": code, "label": {"en": f"Node {code}", "zh": f"节点 {code}"}, **more}
    return node | ({"indicators": [_node(child) for child in children]} if children else {})


def _rows(n: int, *, shift: float = 0.0, turned: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Two constructs that correlate .5; ``odd`` goes with neither. ``shift`` moves one item in the South."""
    source = random.Random(11)  # noqa: S311
    rows = []
    for number in range(n):
        common = source.gauss(0, 1)
        good, bad = (0.7 * common + 0.7 * source.gauss(0, 1) for _ in range(2))
        region = 1 + number % 2 * 2
        values = {item: good + 0.6 * source.gauss(0, 1) for item in GOOD}
        values |= {item: bad + 0.6 * source.gauss(0, 1) for item in BAD[:3]}
        values |= {"odd": source.gauss(0, 1), "alone": source.gauss(0, 1)}
        values |= {item: source.gauss(0, 1) for item in PARTS}
        values["g4"] += shift * (region == 3)
        values |= {item: -values[item] for item in turned}
        given = {item: min(5, max(1, round(3 + value))) for item, value in values.items()}
        rows.append({"id": f"r{number}", **given, "region": region, "recommend": 8, "comment": ""})
    return rows


def _study(folder: Path, rows: list[dict[str, Any]]) -> SmallStudy:
    study = SmallStudy(folder).one_wave()
    study.instrument["index"] = _node("INDEX", measurement="formative") | {
        "indicators": [
            _node("GOOD", *GOOD),
            _node("BAD", *BAD),
            _node("PARTS", *PARTS, measurement="formative"),
            _node("alone"),
        ]
    }
    questions = study.instrument["sections"][0]["questions"]
    kept = [question for question in questions if question.get("facet") != "performance"]
    asked = [
        {"code": f"q_{item}", "text": f"About {item}", "facet": "performance", "measures": item, "scale": "five"}
        for item in ITEMS
    ]
    study.instrument["sections"][0]["questions"] = [*asked, *kept]
    columns = [column for column in study.mapping["columns"] if not str(column.get("question", "")).startswith("q_")]
    study.mapping["columns"] = [*columns, *({"heading": item, "question": f"q_{item}"} for item in ITEMS)]
    study.rows = {"w1": rows}
    return study.write()


def _measured(results: Results) -> tuple[Measurement, dict[str, MeasurementBlock]]:
    record = results.current.measurement
    assert record is not None
    return record, {block.indicator: block for block in record.blocks}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """400 respondents, one bad question, groups that answer alike."""
    return evaluate(_study(tmp_path_factory.mktemp("measurement") / "study", _rows(400)).file)


def test_the_bad_question_is_named_with_what_dropping_it_does(simulated: Results) -> None:
    """Alpha and AVE rise to what a block of the three others has; the good block is green."""
    _, blocks = _measured(simulated)
    assert blocks["GOOD"].light == "green"
    assert blocks["BAD"].light in {"amber", "red"}
    (advice,) = blocks["BAD"].advice
    assert (advice.code, advice.about) == ("drop", "q_odd")
    figures = {key: value or 0.0 for key, value in advice.figures.items()}
    assert figures["alpha_without"] > 0.8 > figures["alpha"]
    assert figures["variance_extracted_without"] > figures["variance_extracted"] + 0.1
    reliability = next(record for record in simulated.current.reliability if record.indicator == "BAD")
    assert figures["alpha"] == pytest.approx(reliability.alpha)
    row = next(item for item in reliability.items if item.question == "q_odd")
    assert figures["alpha_without"] == pytest.approx(row.alpha_if_deleted)


def test_the_model_finds_what_was_simulated(simulated: Results) -> None:
    """Two constructs with a correlation of .5, fitting well, told apart; ``odd`` loads on nothing."""
    record, blocks = _measured(simulated)
    assert record.model is not None
    assert record.model.constructs == ["GOOD", "BAD"]
    assert record.model.reading == "good"
    (pair,) = record.pairs
    assert pair.correlation == pytest.approx(0.5, abs=0.12)
    assert pair.htmt is not None
    assert pair.htmt < 0.85
    loadings = {item.question: item.loading or 0.0 for item in blocks["BAD"].items}
    assert abs(loadings["q_odd"]) < 0.2
    assert loadings["q_b1"] > 0.7


def test_formative_blocks_have_inflation_and_never_alpha(simulated: Results) -> None:
    """Independent parts: VIF close to 1."""
    _, blocks = _measured(simulated)
    for name in ("INDEX", "PARTS"):
        assert (blocks[name].alpha, blocks[name].omega, blocks[name].ordinal_alpha) == (None, None, None)
    assert [one.indicator for one in blocks["PARTS"].components] == ["parking", "shuttle"]
    assert all(1 <= (one.inflation or 0.0) < 1.05 for one in blocks["PARTS"].components)


def test_five_points_have_ordinal_figures_beside_the_classical(simulated: Results) -> None:
    """Above them, as coarse answers weaken Pearson correlations."""
    _, blocks = _measured(simulated)
    good = blocks["GOOD"]
    assert good.points == 5
    assert None not in (good.alpha, good.ordinal_alpha, good.omega, good.ordinal_omega)
    assert (good.ordinal_alpha or 0.0) > (good.alpha or 0.0)
    assert (good.ordinal_omega or 0.0) > (good.omega or 0.0)


def test_one_question_cannot_be_judged(simulated: Results) -> None:
    """Grey, with the reason and what to do."""
    _, blocks = _measured(simulated)
    alone = blocks["alone"]
    assert (alone.light, alone.rules[0].rule, alone.advice[0].code) == ("grey", "one_item", "add_items")


def test_groups_that_answer_alike_may_be_compared(simulated: Results) -> None:
    """The verdict stands above the segment table, in both languages."""
    record, _ = _measured(simulated)
    (region,) = record.invariance
    assert (region.question, region.verdict, region.reason) == ("region", "comparable", "scalar_holds")
    assert set(region.groups) == {"1", "3"}
    text = str(build_report(simulated, ("zh", "en")))
    assert "means may be compared: loadings and intercepts equal" in text
    assert "均值可以比较：各组载荷与截距相同" in text


def test_an_item_that_one_group_answers_otherwise_closes_the_gate(tmp_path: Path) -> None:
    """The table stays; the sentence says why its means do not bear comparison."""
    results = evaluate(_study(tmp_path / "study", _rows(400, shift=1.2)).file)
    record, _ = _measured(results)
    (region,) = record.invariance
    assert (region.verdict, region.reason) == ("not_comparable", "scalar_fails")
    assert results.current.segments[0].rows, "shown in any case"
    assert "not shown to be comparable, because people of equal opinion" in str(build_report(results, ("en",)))


def test_a_question_that_was_not_turned_round_is_found(tmp_path: Path) -> None:
    """Red, with the question named."""
    _, blocks = _measured(evaluate(_study(tmp_path / "study", _rows(200, turned=("g2",))).file))
    assert blocks["GOOD"].light == "red"
    assert [(advice.code, advice.about) for advice in blocks["GOOD"].advice] == [("turn_round", "q_g2")]


def test_too_few_people_get_no_factor_model_and_no_test(tmp_path: Path) -> None:
    """Below 100 no joint model, with the reason among the findings; below the limit of small cells nothing at all."""
    results = evaluate(_study(tmp_path / "sixty", _rows(60)).file)
    record, blocks = _measured(results)
    assert (record.model, record.skipped) == (None, "few_respondents")
    assert blocks["GOOD"].loadings_from == "block"
    assert record.invariance[0].reason == "small_groups"
    assert "analysis.measurement_few_respondents" in {finding.code for finding in results.findings}
    _, few = _measured(evaluate(_study(tmp_path / "eight", _rows(8)).file))
    assert all(block.alpha is None and not block.items for block in few.values())


def test_waves_with_the_same_respondents_are_not_tested_as_groups(tmp_path: Path) -> None:
    """The finding says what they need instead."""
    study = SmallStudy(tmp_path / "study")
    study.instrument["index"]["indicators"] = [_node("ONE", "reply", "wait", "skill"), _node("tone")]
    study.rows["w1"] = [{**row, "id": f"p{n}"} for n, row in enumerate(answers(150, 1))]
    study.rows["w2"] = [{**row, "id": f"p{n}"} for n, row in enumerate(answers(150, 2))]
    results = evaluate(study.write().file)
    pooled = results.of_wave(None).measurement
    assert pooled is not None
    assert (pooled.invariance[0].verdict, pooled.invariance[0].reason) == ("not_judged", "groups_overlap")
    assert "analysis.invariance_groups_overlap" in {finding.code for finding in results.findings}


def test_weighted_studies_say_what_leaves_the_weights_out(tmp_path: Path) -> None:
    """Alpha is the weighted one; the joint model is not weighted, and both the record and the report say so."""
    study = _study(tmp_path / "study", _rows(300))
    study.mapping["columns"].append({"heading": "weight", "role": "case_weight"})
    study.rows["w1"] = [{**row, "weight": 1 + number % 3} for number, row in enumerate(study.rows["w1"])]
    results = evaluate(study.write().file)
    _, blocks = _measured(results)
    assert blocks["GOOD"].unweighted == ["composite_reliability", "variance_extracted"]
    weighted = next(record for record in results.current.reliability if record.indicator == "GOOD")
    assert blocks["GOOD"].alpha == pytest.approx(weighted.alpha)
    assert "leave case weights out" in str(build_report(results, ("en",)))


def test_results_are_written_and_read_again_and_older_ones_load(simulated: Results, tmp_path: Path) -> None:
    """A file written before measurement quality has none."""
    file = tmp_path / "results.json"
    file.write_text(dump_results(simulated), encoding="utf-8")
    assert read_results(file) == simulated
    older = simulated.model_dump(mode="json", by_alias=True)
    for block in older["results"]:
        del block["measurement"]
    again = Results.model_validate(older)
    assert again.current.measurement is None
    assert "measurement" not in [section.id for section in build_report(again, ("en",)).sections]
