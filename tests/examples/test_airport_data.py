"""The airport study: data, mapping and scale give the published counts and means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from instruments import load_instrument
from survey.importers.mapping import read_mapping
from survey.importers.read import read_responses
from survey.responses import ResponseSet
from survey.study import read_study

STUDY = Path("satix/examples/airport")
ITEMS = [
    *("art", "food", "store", "sign", "walkways", "screens", "infodown", "infoup", "wifi"),
    *("roads", "park", "airtrain", "ltparking", "rental", "all"),
]


@pytest.fixture(scope="module")
def table(repository: Path) -> pd.DataFrame:
    """The file as it is, headings replaced by question codes through the mapping."""
    mapping = read_mapping(repository / STUDY / "mappings/dataset.yaml")
    raw = pd.read_excel(repository / STUDY / "data/dataset.xlsx", sheet_name=mapping.sheet, engine="calamine")
    assert [column.heading for column in mapping.columns] == list(raw.columns)
    return raw.rename(columns={column.heading: column.question or column.role for column in mapping.columns})


@pytest.fixture(scope="module")
def scores(table: pd.DataFrame) -> pd.DataFrame:
    """Scores of the rated items through the declared scale; NaN where the code is no answer."""
    instrument = load_instrument("airport_services")
    score = {option.code: option.score for option in instrument.scales["rating"].all_options}
    assert set(pd.unique(table[ITEMS].to_numpy().ravel())) <= set(score)
    return table[ITEMS].apply(lambda column: column.map(score).astype(float))


@pytest.fixture(scope="module")
def responses(repository: Path) -> ResponseSet:
    """All waves through the importer."""
    study = read_study(repository / STUDY / "study.yaml")
    (source,) = study.sources
    return read_responses(
        repository / STUDY / source.file,
        load_instrument(study.instrument, study.instrument_version),
        read_mapping(repository / STUDY / source.mapping),
    ).responses


@pytest.fixture(scope="module")
def facts(shared: Path) -> dict[str, Any]:
    """Counts and means worked out independently from the same file."""
    return json.loads((shared / "data/sfo_survey/facts.json").read_text(encoding="utf-8"))


def test_the_study_names_nine_waves_and_the_shipped_instrument(repository: Path):
    study = read_study(repository / STUDY / "study.yaml")
    instrument = load_instrument(study.instrument, study.instrument_version)
    assert [wave.wave for wave in study.waves] == [str(year) for year in range(2010, 2019)]
    assert study.screening.exclude == ()
    for source in study.sources:
        assert (repository / STUDY / source.file).is_file()
        mapping = read_mapping(repository / STUDY / source.mapping)
        assert mapping.instrument == instrument.instrument
    for segment in study.segments:
        assert instrument.question(segment.question).role == "segment"


def test_rows_per_year(table, facts):
    assert len(table) == facts["rows"] == 28665
    assert {str(year): n for year, n in table["wave"].value_counts().items()} == facts["n_by_year"]


def test_valid_answers_and_means_of_every_item(scores, facts):
    assert scores.notna().sum().to_dict() == facts["item_n_valid"]
    for item, mean in facts["item_mean"].items():
        assert scores[item].mean() == pytest.approx(mean, abs=5e-5), item


def test_shares_of_not_applicable_and_blank(table, facts):
    missing = load_instrument("airport_services").scales["rating"].missing
    assert missing == {6: "not_applicable", 0: "blank"}
    for item in ITEMS:
        assert (table[item] == 6).mean() == pytest.approx(facts["code6_share"][item], abs=5e-5), item
        assert (table[item] == 0).mean() == pytest.approx(facts["code0_share"][item], abs=5e-5), item


def test_overall_mean_and_top_two_share_per_year(table, scores, facts):
    overall = scores["all"].groupby(table["wave"])
    for year, mean in facts["mean_all_by_year"].items():
        assert overall.mean()[int(year)] == pytest.approx(mean, abs=5e-5)
    top_two = (scores["all"] >= 4).where(scores["all"].notna()).astype(float).groupby(table["wave"]).mean()
    for year, share in facts["top2_all_by_year"].items():
        assert top_two[int(year)] == pytest.approx(share, abs=5e-5)


@pytest.mark.parametrize("segment", ["gender", "age", "income"])
def test_every_segment_value_is_an_option_and_the_means_agree(table, scores, facts, segment):
    options = {option.code for option in load_instrument("airport_services").scales[segment].all_options}
    assert set(table[segment]) == options
    means = scores["all"].groupby(table[segment]).mean()
    for value, mean in facts[f"mean_all_by_{segment}"].items():
        assert means[value] == pytest.approx(mean, abs=5e-5), value


def test_wifi_was_not_asked_exactly_where_the_mapping_says_so(repository, table):
    mapping = read_mapping(repository / STUDY / "mappings/dataset.yaml")
    never = (table["wifi"] == 0).groupby(table["wave"]).mean()
    assert {str(year) for year in never.index[never == 1]} == set(mapping.not_asked)
    assert all(questions == ("wifi",) for questions in mapping.not_asked.values())
    assert never[2013] < 0.05


def test_the_importer_gives_the_same_counts_and_means(responses, facts):
    waves = responses.respondents["wave"].value_counts().to_dict()
    assert waves == facts["n_by_year"]
    for item in ITEMS:
        scores = responses.scores(item)
        assert int((~np.isnan(scores)).sum()) == facts["item_n_valid"][item], item
        assert np.nanmean(scores) == pytest.approx(facts["item_mean"][item], abs=5e-5), item


def test_the_importer_keeps_kinds_of_missing_apart(responses, facts):
    before_wifi = sum(facts["n_by_year"][year] for year in ("2010", "2011", "2012"))
    assert responses.missing_counts("wifi")["not_in_version"] == before_wifi
    food = responses.missing_counts("food")
    assert food["not_applicable"] / responses.n == pytest.approx(facts["code6_share"]["food"], abs=5e-5)
    assert food["blank"] / responses.n == pytest.approx(facts["code0_share"]["food"], abs=5e-5)
    assert responses.missing_counts("gender") == {"blank": 1537}
