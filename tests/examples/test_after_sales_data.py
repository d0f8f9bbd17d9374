"""The synthetic after-sales study: its truth is exact, its files are stable and hold what the model says."""

from __future__ import annotations

import dataclasses
import hashlib
import ipaddress
import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instruments import load_instrument
from satix.examples.after_sales_zh.expectation import expected_change, expected_points, points_of_thresholds, truth
from satix.examples.after_sales_zh.generate import write_study
from satix.examples.after_sales_zh.population import (
    ASKED_ONLY,
    OUTCOMES,
    POPULATION,
    Item,
    draw_study,
    draw_wave,
    to_responses,
)
from survey.importers.mapping import read_mapping
from survey.importers.read import read_responses
from survey.importers.table_file import read_table
from survey.responses import ResponseSet
from survey.study import read_study

STUDY = Path("satix/examples/after_sales_zh")
WAVES = ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]


@pytest.fixture(scope="module")
def stated(repository: Path) -> dict[str, Any]:
    """The truth as shipped."""
    return json.loads((repository / STUDY / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def imported(repository: Path) -> dict[str, ResponseSet]:
    """The four shipped exports, read through the shipped mapping."""
    study = read_study(repository / STUDY / "study.yaml")
    instrument = load_instrument(study.instrument, study.instrument_version)
    return {
        str(source.wave): read_responses(
            repository / STUDY / source.file,
            instrument,
            read_mapping(repository / STUDY / source.mapping),
            wave=source.wave,
        ).responses
        for source in study.sources
    }


def test_index_points_of_thresholds_by_hand():
    """One threshold at 0 and location 0: half choose the upper of two answers, 50 points.

    Thresholds -1 and 1, location 0: Phi(1) = .841345 pass the lower, Phi(-1) = .158655 the upper;
    their mean is .5. At location 1 the shares are Phi(2) = .977250 and Phi(0) = .5: 73.8625 points.
    """
    assert points_of_thresholds(0, (0,)) == pytest.approx(50, abs=1e-12)
    assert points_of_thresholds(0, (-1, 1)) == pytest.approx(50, abs=1e-12)
    assert points_of_thresholds(1, (-1, 1)) == pytest.approx(73.8625, abs=5e-5)


def test_a_composite_is_renormalised_over_the_leaves_answered():
    """``response`` = wait and first_reply and proactive; here only ``wait`` is skipped, by half of the respondents.

    With leaf means a, b, c the half that answered all three has (a + b + c) / 3, the other half (a + c) / 2.
    """
    skipping = {"wait": 0.5}
    items = tuple(
        Item(item.indicator, item.dimension, item.location, skipping.get(item.indicator, 0.0))
        for item in POPULATION.items
    )
    points = expected_points("2025Q1", "new", dataclasses.replace(POPULATION, items=items))
    a, b, c = (points[code] for code in ("first_reply", "wait", "proactive"))
    assert points["response"] == pytest.approx(0.5 * (a + b + c) / 3 + 0.5 * (a + c) / 2, abs=1e-10)


def test_the_index_has_seven_dimensions_only_for_those_who_were_asked_them():
    """Without "not applicable", the index of a repair case is the weighted mean of all dimensions but returns.

    Dimensions weigh the same; returns are asked of .50, repair of .20 of the cases, never both.
    """
    items = tuple(Item(item.indicator, item.dimension, item.location) for item in POPULATION.items)
    points = expected_points("2025Q3", "member", dataclasses.replace(POPULATION, items=items))
    common = [points[code] for code in ("access", "response", "resolution", "people", "image")]
    by_request = {
        "returns": (sum(common) + points["returns"]) / 6,
        "repair": (sum(common) + points["repair"]) / 6,
        "neither": sum(common) / 5,
    }
    expected = 0.5 * by_request["returns"] + 0.2 * by_request["repair"] + 0.3 * by_request["neither"]
    assert points["after_sales"] == pytest.approx(expected, abs=1e-10)


def test_a_large_sample_agrees_with_the_expectations():
    """200,000 respondents: every mean lies within four and a half standard errors of its expectation."""
    draw = draw_wave("2025Q4", np.random.default_rng(7), n=200_000)
    responses = to_responses({"2025Q4": draw})
    expected = truth()["expected_points"]["2025Q4"]
    leaves = responses.instrument.index.leaf_weights()
    points = {code: responses.index_points(f"{code}_1") for code in leaves}
    points |= {f"outcome:{o.question}": responses.index_points(o.question) for o in OUTCOMES if len(o.thresholds) > 1}
    for node in responses.instrument.index.walk():
        if node.indicators:
            weights = node.leaf_weights()
            matrix = np.array([points[code] for code in weights])
            shares = np.array(list(weights.values()))[:, None] * ~np.isnan(matrix)
            with np.errstate(invalid="ignore"):
                points[node.code] = np.nansum(shares * matrix, axis=0) / shares.sum(axis=0)
    assert set(points) == set(expected)
    for code, values in points.items():
        answered = values[~np.isnan(values)]
        error = answered.std(ddof=1) / math.sqrt(len(answered))
        assert answered.mean() == pytest.approx(expected[code], abs=4.5 * error), code


def test_only_the_improved_indicator_has_a_score_effect_and_the_mix_moves_all():
    change = expected_change("2025Q3", "2025Q4")
    index = load_instrument("after_sales").index
    above = {"first_reply", "response", index.code}
    for code, parts in change.items():
        assert parts["total"] == pytest.approx(parts["score_effect"] + parts["mix_effect"], abs=1e-10)
        assert parts["mix_effect"] > 2, code
        assert (parts["score_effect"] > 0.1) == (code in above), code
        if code not in above:
            assert parts["score_effect"] == pytest.approx(0, abs=1e-10)
    for before, after in itertools.pairwise(WAVES[:3]):
        assert all(abs(parts["total"]) < 1e-10 for parts in expected_change(before, after).values())


def test_the_shipped_truth_is_what_the_model_says(stated):
    for key, value in truth().items():
        assert_close(stated[key], value)
    improved = stated["expected_change"]["2025Q3-2025Q4"][stated["improves"]]
    assert improved["score_effect"] == pytest.approx(7.64, abs=5e-3)
    assert stated["synthetic"] is True


def assert_close(found: Any, expected: Any) -> None:
    """Equal nested figures, to the accuracy of the mathematical library."""
    if isinstance(expected, dict):
        assert set(found) == set(expected)
        for key, value in expected.items():
            assert_close(found[key], value)
    else:
        assert found == pytest.approx(expected, abs=1e-9)


def test_writing_the_study_again_gives_the_shipped_files(repository, tmp_path):
    write_study(tmp_path)
    for wave in WAVES:
        shipped, again = (folder / "data" / f"{wave}.xlsx" for folder in (repository / STUDY, tmp_path))
        assert read_table(again).columns == read_table(shipped).columns
    folder = tmp_path / "again"
    write_study(folder)
    for wave in WAVES:
        first, second = (f / "data" / f"{wave}.xlsx" for f in (tmp_path, folder))
        assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()


def test_the_mapping_places_every_column_and_every_question(repository):
    mapping = read_mapping(repository / STUDY / "mappings/wenjuanxing.yaml")
    instrument = load_instrument("after_sales")
    questions = [column.question for column in mapping.columns if column.question is not None]
    assert questions == [question.code for question in instrument.questions]
    roles = {column.heading: column.role for column in mapping.columns if column.role is not None}
    assert roles["序号"] == "respondent"
    assert roles["来自IP"] == "identifier"
    assert roles["总分"] == "total"


def test_addresses_come_from_the_ranges_reserved_for_documentation(repository):
    networks = [ipaddress.ip_network(f"{net}.0/24") for net in ("192.0.2", "198.51.100", "203.0.113")]
    for wave in WAVES:
        table = read_table(repository / STUDY / "data" / f"{wave}.xlsx")
        column = table.columns[list(table.headings).index("来自IP")]
        for cell in column:
            address = ipaddress.ip_address(str(cell).partition("(")[0])
            assert any(address in network for network in networks)


def test_rows_repetitions_and_routing_of_the_files(imported, stated):
    for wave, responses in imported.items():
        rows = stated["rows"][wave]
        assert responses.n == rows["in_file"] == stated["respondents_per_wave"] + rows["repeated"]
        returned = responses.chosen("request", ASKED_ONLY["returns"])
        repaired = responses.chosen("request", ASKED_ONLY["repair"])
        assert (responses.applicable("policy_clear_1") <= returned).all()
        assert (responses.answered("policy_clear_1") == returned).all()
        assert (responses.applicable("traceable_1") <= repaired).all()
        assert responses.missing_counts("courtesy_1").keys() <= {"not_applicable"}


def test_attention_checks_are_missed_about_as_often_as_planned(imported, stated):
    for wave, responses in imported.items():
        rows = stated["rows"][wave]
        missed = int((responses.codes_of("attention") != 2).sum())
        careless = rows["straight_liners"] + rows["random_and_hasty"] + rows["random"] + rows["attention_slips"]
        assert rows["straight_liners"] + rows["attention_slips"] <= missed <= careless + rows["repeated"]


def test_sample_means_lie_near_the_truth(imported, stated):
    """The careless (about 5 %) pull means a little; four standard errors and one point leave room for them."""
    for wave, responses in imported.items():
        attentive = responses.select(responses.codes_of("attention") == 2)
        for code in ("first_reply", "refund_speed", "courtesy", "accuracy"):
            values = attentive.index_points(f"{code}_1")
            values = values[~np.isnan(values)]
            error = values.std(ddof=1) / math.sqrt(len(values))
            assert values.mean() == pytest.approx(stated["expected_points"][wave][code], abs=4 * error + 1)


def test_a_population_without_changes_is_drawn_on_request():
    quiet = dataclasses.replace(POPULATION, changes={})
    change = expected_change("2025Q3", "2025Q4", quiet)
    assert change["first_reply"]["score_effect"] == pytest.approx(0, abs=1e-10)
    draws = draw_study(np.random.default_rng(3), n=50, population=quiet)
    assert list(draws) == WAVES
    assert all(draw.codes.shape[1] == 50 for draw in draws.values())


def test_drawing_is_reproducible_and_depends_on_the_seed():
    first, again, other = (draw_wave("2025Q2", np.random.default_rng(seed), n=40) for seed in (5, 5, 6))
    assert (first.codes == again.codes).all()
    assert (first.codes != other.codes).any()


def test_items_of_one_dimension_hang_together_more_than_others():
    """Loadings .60 and .45: latent correlations .36 + .2025 = .5625 within a dimension, .36 between."""
    draw = draw_wave("2025Q1", np.random.default_rng(11), n=20_000)
    codes = {code: draw.codes_of(f"{code}_1") for code in ("first_reply", "total_time", "first_contact")}
    within = np.corrcoef(codes["total_time"], codes["first_contact"])[0, 1]
    between = np.corrcoef(codes["first_reply"], codes["total_time"])[0, 1]
    assert 0.25 < between < 0.42 < within < 0.62
