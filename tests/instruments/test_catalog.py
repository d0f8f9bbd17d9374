"""The catalogue of shipped instruments."""

from __future__ import annotations

from pathlib import Path

import pytest

import instruments
from instruments import list_instruments, load_instrument, missing_languages
from survey.definition_files import dump_definition
from survey.errors import InstrumentError

SHIPPED = [path.stem for path in sorted((Path(instruments.__file__).parent / "library").glob("*.yaml"))]


def test_every_shipped_instrument_is_listed_with_its_version_and_both_titles():
    entries = list_instruments()
    assert {"after_sales", "airport_services", "kiosk_service"} <= set(SHIPPED)
    assert [entry.instrument for entry in entries] == SHIPPED
    for entry in entries:
        assert entry.path.is_file()
        assert entry.version == load_instrument(entry.instrument).version
        assert {"zh", "en"} <= (entry.title.languages() or set())


def test_an_instrument_is_found_by_id_by_version_and_by_path():
    by_id = load_instrument("airport_services")
    path = next(entry.path for entry in list_instruments() if entry.instrument == "airport_services")
    assert load_instrument("airport_services", by_id.version) == by_id
    assert load_instrument(path) == by_id
    assert load_instrument(str(path), by_id.version) == by_id


@pytest.mark.parametrize("near_miss", ["airport-services", "airport_service", "Airport_Services"])
def test_a_misspelt_id_names_the_nearest_and_all_known_ids(near_miss):
    with pytest.raises(InstrumentError) as caught:
        load_instrument(near_miss)
    (problem,) = caught.value.problems
    assert problem.fields["near"] == "airport_services"
    for language in ("en", "zh"):
        message = problem.message(language)
        assert near_miss in message
        assert all(known in message for known in SHIPPED)


def test_an_id_like_no_other_lists_the_known_ones():
    with pytest.raises(InstrumentError) as caught:
        load_instrument("qqq")
    for language in ("en", "zh"):
        assert all(known in caught.value.message(language) for known in SHIPPED)


def test_an_unknown_version_lists_the_known_ones():
    with pytest.raises(InstrumentError) as caught:
        load_instrument("airport_services", "9.9.9")
    assert "9.9.9" in caught.value.message("zh")
    assert load_instrument("airport_services").version in caught.value.message("en")


def test_a_definition_read_by_path_must_have_the_named_version(tmp_path: Path):
    path = tmp_path / "own.yaml"
    path.write_text(dump_definition(load_instrument("airport_services")), encoding="utf-8")
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path, "2.0.0")
    assert "own.yaml" in caught.value.message("en")
    assert "2.0.0" in caught.value.message("zh")


def test_a_path_without_a_file_says_so(tmp_path: Path):
    with pytest.raises(InstrumentError):
        load_instrument(tmp_path / "absent.yaml")
    with pytest.raises(InstrumentError):
        load_instrument("absent.yaml")


def test_a_wording_without_one_of_the_languages_is_named():
    content = load_instrument("airport_services").model_dump(mode="json", by_alias=True)
    del content["sections"][0]["questions"][0]["text"]["zh"]
    content["scales"]["rating"]["labels"]["1"] = "1"
    cut = type(load_instrument("airport_services")).model_validate(content)
    (lacking,) = missing_languages(cut)
    assert lacking.place == "sections[facilities].questions[art].text"
    assert lacking.languages == ("zh",)
