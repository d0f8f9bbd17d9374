"""The kiosk study: data, mapping and scales give the published gaps, means and Kano counts."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instruments import load_instrument
from survey.importers.mapping import read_mapping
from survey.importers.read import read_responses
from survey.responses import ResponseSet
from survey.study import read_study

STUDY = Path("satix/examples/kiosk")
NUMBERS = range(1, 25)
# Berger et al. (1993): rows functional, columns dysfunctional, both like, must-be, neutral, live-with, dislike
EVALUATION = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")


@pytest.fixture(scope="module")
def responses(repository: Path) -> ResponseSet:
    """All 211 respondents through the shipped mapping."""
    study = read_study(repository / STUDY / "study.yaml")
    (source,) = study.sources
    return read_responses(
        repository / STUDY / source.file,
        load_instrument(study.instrument, study.instrument_version),
        read_mapping(repository / STUDY / source.mapping),
        wave=source.wave,
    ).responses


@pytest.fixture(scope="module")
def facts(shared: Path) -> dict[str, Any]:
    """Figures worked out independently from the same file."""
    return json.loads((shared / "data/kiosk_servqual_kano/facts.json").read_text(encoding="utf-8"))


def headings(repository: Path) -> list[str]:
    """The headings exactly as the file has them."""
    with (repository / STUDY / "data/kiosk.csv").open(encoding="cp949", newline="") as file:
        return next(csv.reader(file))


def test_every_column_is_mapped_by_its_exact_heading_to_a_question_of_its_own(repository):
    mapping = read_mapping(repository / STUDY / "mappings/kiosk.yaml")
    assert sorted(column.heading for column in mapping.columns) == sorted(headings(repository))
    questions = [column.question for column in mapping.columns]
    instrument = load_instrument("kiosk_service")
    assert sorted(str(code) for code in questions) == sorted(question.code for question in instrument.questions)


def test_the_mapping_agrees_with_block_and_item_number_of_each_heading(repository):
    blocks = {"(기대 설문)": "E", "(인지 설문)": "P", "중요하다고 생각": "I", "만족하십니까": "S"}
    for column in read_mapping(repository / STUDY / "mappings/kiosk.yaml").columns:
        found = re.match(r"(\d+)-([12])\.", column.heading)
        if found is None:
            continue
        block = next((letter for words, letter in blocks.items() if words in column.heading), "FD"[int(found[2]) - 1])
        assert column.question == f"{block}{found[1]}"


def test_all_respondents_arrive_and_four_never_used_a_kiosk(responses):
    assert responses.n == 211
    assert set(responses.respondents["wave"]) == {"2019"}
    never = responses.chosen("frequency", ("never",))
    assert never.sum() == 4
    for question in ("E1", "P24", "S9", "F17", "O4"):
        assert responses.missing_counts(question) == {"not_shown": 4}
        assert (~responses.answered(question) == never).all()


def test_gaps_of_all_items(responses, facts):
    for item in NUMBERS:
        gap = np.nanmean(responses.scores(f"P{item}") - responses.scores(f"E{item}"))
        assert gap == pytest.approx(facts["servqual_gap"][str(item)], abs=5e-5), item
    for letter, fact in (("E", "mean_expectation"), ("P", "mean_perception")):
        mean = np.mean([np.nanmean(responses.scores(f"{letter}{item}")) for item in NUMBERS])
        assert mean == pytest.approx(facts[fact], abs=5e-5)


def test_importance_and_satisfaction_means(responses, facts):
    for letter, fact in (("I", "ipa_importance_mean"), ("S", "ipa_satisfaction_mean")):
        for item in NUMBERS:
            mean = np.nanmean(responses.scores(f"{letter}{item}"))
            assert mean == pytest.approx(facts[fact][str(item)], abs=5e-5), (letter, item)


def test_outcome_means(responses, facts):
    for number, mean in enumerate(facts["overall_mean"].values(), start=1):
        assert np.nanmean(responses.scores(f"O{number}")) == pytest.approx(mean, abs=5e-5)


def test_kano_counts_of_all_pairs(responses, facts):
    for pair in range(1, 30):
        functional, dysfunctional = responses.codes_of(f"F{pair}"), responses.codes_of(f"D{pair}")
        both = (functional > 0) & (dysfunctional > 0)
        counts = Counter(EVALUATION[f - 1][d - 1] for f, d in zip(functional[both], dysfunctional[both], strict=True))
        assert both.sum() == facts["kano"][str(pair)]["n"]
        assert counts == facts["kano"][str(pair)]["counts"], pair


def test_segments(responses, facts):
    assert responses.chosen("gender", ("female",)).sum() == facts["gender"]["여"]
    assert responses.chosen("gender", ("male",)).sum() == facts["gender"]["남"]
    assert responses.chosen("age", ("twenties",)).sum() == facts["age"]["20대"]
    assert responses.chosen("age", ("fifties_over",)).sum() == facts["age"]["50대  이상"]


def test_options_that_hold_the_separator_count_once(repository, responses):
    with (repository / STUDY / "data/kiosk.csv").open(encoding="cp949", newline="") as file:
        cells = [
            row[headings(repository).index("키오스크를 이용하게 된 동기는 무엇입니까? (중복가능)")]
            for row in csv.reader(file)
        ]
    ordering = sum("주문, 결제시간이 절약되어서" in cell for cell in cells)
    editing = sum("메뉴의 선택, 편집이 쉬워서" in cell for cell in cells)
    assert responses.chosen("motives", ("payment_time",)).sum() == ordering == 99
    assert responses.chosen("motives", ("menu",)).sum() == editing == 60
    assert responses.chosen("kiosk_types", ("cinema",)).sum() == 181
    assert responses.chosen("kiosk_types", ("other",)).sum() == 5


def test_the_crosswalk_joins_pairs_and_items_of_the_same_wording():
    """Korean wordings of a pair and its items share their content words; pairs without an item share few with any."""
    instrument = load_instrument("kiosk_service")
    item_of = {question.measures: question for question in instrument.questions_of(facet="performance")}
    functional = {question.attribute: question for question in instrument.questions_of(facet="functional")}
    for attribute in instrument.attributes:
        wording = trigrams(functional[attribute.code].text.in_language("ko"))
        likeness = {code: share_of(trigrams(q.text.in_language("ko")), wording) for code, q in item_of.items()}
        for indicator in attribute.indicators:
            assert likeness[indicator] > 0.45, (attribute.code, indicator)
        others = [share for code, share in likeness.items() if code not in attribute.indicators]
        assert max(others) < min([0.7, *(likeness[code] for code in attribute.indicators)]), attribute.code
    without = [attribute.code for attribute in instrument.attributes if not attribute.indicators]
    assert without == ["K14", "K18", "K19", "K20", "K27", "K28", "K29"]
    joined = Counter(indicator for attribute in instrument.attributes for indicator in attribute.indicators)
    assert joined == Counter(list(item_of))


def trigrams(text: str) -> set[str]:
    """Three-character windows, spaces left out."""
    letters = text.replace(" ", "")
    return {letters[i : i + 3] for i in range(len(letters) - 2)}


def share_of(part: set[str], whole: set[str]) -> float:
    """Share of ``part`` that also stands in ``whole``."""
    return len(part & whole) / len(part)


def test_the_index_rests_on_perception_and_the_grid_on_satisfaction(repository):
    instrument = load_instrument("kiosk_service")
    study = read_study(repository / STUDY / "study.yaml")
    assert [q.code for q in instrument.questions_of(facet="performance")] == [f"P{i}" for i in NUMBERS]
    assert study.performance_series == {"importance_performance": "satisfaction"}
    assert instrument.series == ("satisfaction",)
    grid = instrument.questions_of(facet="performance", series=study.performance_series["importance_performance"])
    assert [q.code for q in grid] == [f"S{i}" for i in NUMBERS]
    assert all(q.scale == "satisfaction" for q in grid)
    importance = {q.measures for q in instrument.questions_of(facet="importance")}
    assert {q.measures for q in grid} == importance
