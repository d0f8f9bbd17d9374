"""The results file: schema, exact numbers, the same bytes, and a clear word on anything else."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from analysis.results import Figure, Results, dump_results, read_results, results_json_schema
from survey.errors import SatixError

BILINGUAL = {"en": "x", "zh": "某"}


def _figure(**changes: Any) -> dict[str, Any]:
    numbers = dict.fromkeys(("estimate", "std_error", "lower", "upper", "n_effective", "df"), 1.5)
    return {"kind": "index", "n": 40, "interval": "t", **numbers, **changes}


def _content(**changes: Any) -> dict[str, Any]:
    screening = {
        **{"n": 40, "rules": {}, "first_reason": {}, "n_flagged": 0, "n_excluded": 0},
        **{key: _figure() for key in ("everyone", "without_flagged", "without_excluded")},
    }
    block = {
        **{"wave": "w1", "n_responses": 40, "n_used": 40, "screening": screening, "scores": [], "targets": []},
        **{"covariance_of": [], "covariance": [], "items": [], "reliability": [], "segments": []},
        **{"gap": None, "importance_performance": None},
    }
    study = {
        **{"study": "s", "title": BILINGUAL, "note": None, "instrument": "i", "instrument_version": "1.0.0"},
        **{"instrument_title": BILINGUAL, "instrument_licence": BILINGUAL, "instrument_sources": []},
        **{"languages": ["zh", "en"], "sampling": "convenience", "sampling_note": None, "frame": None},
        **{"response_rate": None, "design_based": False, "weighted": False, "stratified": False, "clustered": False},
        **{"indicator_weights": "declared", "minimum_answered": 0.5, "confidence": 0.95, "power": 0.8, "seed": 1},
        **{"suppress_below": 10, "indicative_below": 30, "excluded_rules": []},
    }
    wave = {"wave": "w1", "label": BILINGUAL, "starts": None, "n_responses": 40}
    return {
        "schema": "satix.results/1",
        "study": study,
        "waves": [{**wave, "absent_indicators": [], "comparable_with_previous": True}],
        "indicators": [],
        "questions": [],
        "results": [block],
        "changes": [],
        "imports": [],
        "findings": [],
        **changes,
    }


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_every_bit(number: float) -> None:
    """Shortest round-trip form: reading back gives the same float64."""
    content = _content()
    content["results"][0]["screening"]["everyone"] = _figure(estimate=number)
    text = dump_results(Results.model_validate(content))
    again = json.loads(text)["results"][0]["screening"]["everyone"]["estimate"]
    assert again == number
    assert math.copysign(1, again) == math.copysign(1, number)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, None])
def test_what_is_undefined_is_null(number: float | None) -> None:
    """NaN and infinity are no JSON."""
    assert Figure.model_validate(_figure(estimate=number)).estimate is None


def test_dumping_is_a_function_of_the_results_alone() -> None:
    """Twice the same bytes, UTF-8 as it is read, keys in schema order, one newline at the end."""
    results = Results.model_validate(_content())
    text = dump_results(results)
    assert text == dump_results(Results.model_validate(_content()))
    assert list(json.loads(text))[:3] == ["schema", "study", "waves"]
    assert "某" in text
    assert text.endswith("}\n")
    assert dump_results(Results.model_validate_json(text)) == text


def test_unknown_keys_and_foreign_versions_are_refused() -> None:
    """A newer file, a misspelt key, an unknown grade."""
    for change in ({"schema": "satix.results/2"}, {"extra": 1}):
        with pytest.raises(ValidationError):
            Results.model_validate(_content(**change))
    with pytest.raises(ValidationError):
        Figure.model_validate(_figure(grade="secret"))
    with pytest.raises(ValidationError):
        Figure.model_validate(_figure(kind="mood"))


def test_results_are_frozen() -> None:
    """A figure cannot be changed on its way to a report."""
    figure = Figure.model_validate(_figure())
    with pytest.raises(ValidationError):
        figure.estimate = 2.0  # type: ignore[misc]


def test_reading_says_what_is_wrong(tmp_path: Path) -> None:
    """Missing, not JSON, another encoding, another schema: one message each, naming the file and the remedy."""
    file = tmp_path / "results.json"
    with pytest.raises(SatixError) as raised:
        read_results(file)
    assert raised.value.problems[0].code == "analysis.results_missing"
    for content in (b"", b"{", b"[]", b"\xff\xfe", json.dumps(_content(schema="satix.results/9")).encode()):
        file.write_bytes(content)
        with pytest.raises(SatixError) as raised:
            read_results(file)
        assert raised.value.problems[0].code == "analysis.results_unreadable"
        for language in ("en", "zh"):
            assert "results.json" in raised.value.message(language)
            assert "satix evaluate" in raised.value.message(language)
    file.write_text(dump_results(Results.model_validate(_content())), encoding="utf-8")
    assert read_results(file) == Results.model_validate(_content())


def test_blocks_are_found_by_wave() -> None:
    """The current wave is the last."""
    results = Results.model_validate(_content())
    assert results.of_wave("w1") is results.current
    with pytest.raises(StopIteration):
        results.of_wave("w9")


def test_the_published_schema_is_a_schema() -> None:
    """Valid itself; it accepts the file, and refuses one with an unknown key or a number as text."""
    jsonschema = pytest.importorskip("jsonschema")
    schema = results_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    content = json.loads(dump_results(Results.model_validate(_content())))
    assert list(validator.iter_errors(content)) == []
    assert list(validator.iter_errors({**content, "extra": 1}))
    content["results"][0]["screening"]["everyone"]["estimate"] = "1.5"
    assert list(validator.iter_errors(content))
    assert set(schema["required"]) >= {"study", "waves", "results", "changes"}
