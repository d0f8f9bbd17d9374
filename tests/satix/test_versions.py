"""Waves asked with different versions of the instrument: carried over, compared with care, or not compared."""

from __future__ import annotations

from copy import deepcopy

import pytest

from satix.pipeline import evaluate
from satix.project import load_study
from survey.errors import StudyError
from tests.satix.small_study import SmallStudy, write_yaml


def _older(small: SmallStudy) -> dict[str, object]:
    """The instrument as it was in the first wave; the study's is version 1.1.0 from then on."""
    older = deepcopy(small.instrument)
    small.instrument["version"] = "1.1.0"
    small.study["waves"][0]["instrument_version"] = "1.0.0"
    return older


def _write(small: SmallStudy, older: dict[str, object]) -> SmallStudy:
    small.write()
    write_yaml(small.folder / "instruments/v1.yaml", older)
    return small


def _codes(small: SmallStudy) -> dict[str, str]:
    return {finding.code: finding.wording["en"] for finding in evaluate(small.folder).findings}


def test_a_wave_with_an_equal_older_version_gives_the_same_results(small):
    before = evaluate(small.folder)
    _write(small, _older(small))
    after = evaluate(small.folder)
    assert after.results == before.results
    assert after.changes == before.changes
    assert not any(finding.code.startswith("analysis.version") for finding in after.findings)


def test_a_new_wording_is_compared_with_care(small):
    older = _older(small)
    small.question("q_wait")["text"]["en"] = "How do you rate the waiting time?"
    (change,) = evaluate(_write(small, older).folder).changes
    assert change.left_out == []
    told = _codes(small)["analysis.versions_flagged"]
    assert "q_wait" in told
    assert "1.0.0 and 1.1.0" in told


def test_a_new_scale_takes_the_question_out_of_the_older_wave(small):
    older = _older(small)
    small.instrument["scales"]["four"] = {"from": 1, "to": 4}
    small.question("q_wait")["scale"] = "four"
    for row in small.rows["w2"]:
        row["wait"] = min(4, row["wait"])
    results = evaluate(_write(small, older).folder)
    (change,) = results.changes
    assert change.left_out == ["wait"]
    assert results.waves[0].absent_indicators == ["wait"]
    assert not results.waves[1].comparable_with_previous
    told = _codes(small)
    assert "q_wait" in told["analysis.version_left_out"]
    assert "analysis.versions_flagged" in told


def test_versions_with_nothing_in_common_are_not_compared(small):
    older = _older(small)
    small.instrument["scales"]["five"]["to"] = 6
    small.instrument["scales"]["five"]["labels"][6] = {"en": "superb", "zh": "极好"}
    results = evaluate(_write(small, older).folder)
    assert results.changes == []
    assert "analysis.versions_refused" in _codes(small)


def test_an_added_question_is_not_in_the_older_wave(small):
    older = _older(small)
    extra = {"code": "q_wait_2", "text": "Waiting, again", "facet": "performance", "measures": "wait", "scale": "five"}
    small.instrument["sections"][0]["questions"].append(extra)
    small.mapping["columns"].append({"heading": "wait2", "question": "q_wait_2"})
    for row in small.rows["w2"]:
        row["wait2"] = row["wait"]
    old_mapping = deepcopy(small.mapping)
    old_mapping["columns"].pop()
    small.study["sources"][0]["mapping"] = "mappings/old.yaml"
    _write(small, older)
    write_yaml(small.folder / "mappings/old.yaml", old_mapping)
    results = evaluate(small.folder)
    assert len(results.changes) == 1
    assert "analysis.versions_flagged" in {finding.code for finding in results.findings}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_version_that_is_not_there_is_told_with_its_line(small, run, lang):
    _older(small)
    small.write()
    outcome = run("check", small.file, lang=lang)
    assert outcome.code == 1
    assert "instruments/" in outcome.err
    assert "1.0.0" in outcome.err


def test_a_file_of_several_versions_has_to_be_split(small):
    older = _older(small)
    del small.study["sources"][0]["wave"]
    with pytest.raises(StudyError, match="split a file that holds several"):
        load_study(_write(small, older).folder)


def test_the_older_version_is_among_the_inputs_that_are_hashed(small):
    project = load_study(_write(small, _older(small)).folder)
    assert "instruments/v1.yaml" in dict(project.inputs())
    assert project.instrument_of("w1").version == "1.0.0"
    assert project.instrument_of("w2") is project.instrument
    assert project.instrument_of(None) is project.instrument


def test_a_wave_that_names_the_current_version_changes_nothing(small):
    small.study["waves"][1]["instrument_version"] = "1.0.0"
    small.write()
    assert load_study(small.folder).older == {}
