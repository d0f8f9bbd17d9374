"""Wording used with permission: what is checked, and what the result says about itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from instruments import load_instrument, missing_languages
from instruments.permissions import apply_wording
from survey.errors import InstrumentError
from survey.instrument import Instrument


@pytest.fixture
def base() -> Instrument:
    return load_instrument("servperf")


def _file(folder: Path, base: Instrument, **changes: Any) -> Path:
    worded = {
        question.code: {"zh": f"授权文字 {question.code}", "en": f"Licensed wording {question.code}"}
        for question in base.questions_of(facet="performance")
    }
    content = {
        "schema": "satix.wording/1",
        "replaces": "servperf",
        "instrument": "our_servperf",
        "holder": "The Publisher",
        "permission": {"zh": "2026 年 5 月函，限本单位内部研究。", "en": "letter of May 2026, for internal research."},
        "questions": worded,
        **changes,
    }
    path = folder / "wording.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def _codes(caught: pytest.ExceptionInfo[InstrumentError]) -> list[str]:
    for language in ("en", "zh"):
        assert "wording.yaml" in caught.value.message(language)
    return [problem.code.removeprefix("instruments.") for problem in caught.value.problems]


def test_the_wording_is_replaced_and_licence_and_naming_say_so(base, tmp_path):
    sources = [{"cite": "The published scale"}]
    result = apply_wording(base, _file(tmp_path, base, sources=sources))
    assert result.question("P7").text.in_language("en") == "Licensed wording P7"
    assert result.question("overall") == base.question("overall")
    assert result.instrument == "our_servperf"
    assert (result.index, result.scales, result.version) == (base.index, base.scales, base.version)
    licence = result.licence.both()
    assert "The Publisher" in licence["en"]
    assert "letter of May 2026, for internal research. Not under Apache-2.0" in licence["en"]
    assert "限本单位内部研究。不适用 Apache-2.0" in licence["zh"]
    assert result.naming is not None
    assert "The Publisher" in result.naming.in_language("zh")
    assert result.naming != base.naming
    assert [source.cite for source in result.sources] == [*(s.cite for s in base.sources), "The published scale"]
    assert missing_languages(result) == ()
    assert base == load_instrument("servperf")


def test_the_file_may_say_what_results_are_called(base, tmp_path):
    named = {"zh": "可称 X 量表得分。", "en": "May be called X scores."}
    result = apply_wording(base, _file(tmp_path, base, naming=named, replaces_version="1.0.0"))
    assert result.naming is not None
    assert result.naming.root == named


def test_a_permission_for_one_language_leaves_that_language(base, tmp_path):
    worded = {q.code: {"en": f"Licensed {q.code}"} for q in base.questions_of(facet="performance")}
    result = apply_wording(base, _file(tmp_path, base, questions=worded))
    assert result.languages == ("en",)
    assert missing_languages(result) == ()


def test_unknown_and_missing_codes_are_listed_together(base, tmp_path):
    path = _file(tmp_path, base, questions={"P1": "Licensed", "P99": "Licensed"})
    with pytest.raises(InstrumentError) as caught:
        apply_wording(base, path)
    assert _codes(caught) == ["wording_unknown_code", "wording_missing_codes"]
    message = caught.value.message("en")
    assert "P99" in message
    assert "P2, P3" in message


def test_a_partial_file_keeps_the_other_wording(base, tmp_path):
    result = apply_wording(base, _file(tmp_path, base, partial=True, questions={"P1": {"zh": "甲", "en": "A"}}))
    assert result.question("P1").text.in_language("zh") == "甲"
    assert result.question("P2") == base.question("P2")


def test_a_file_for_something_else_is_refused(base, tmp_path):
    with pytest.raises(InstrumentError) as caught:
        apply_wording(base, _file(tmp_path, base, replaces="servqual", instrument="servperf"))
    assert _codes(caught) == ["wording_for_another", "wording_keeps_id"]
    with pytest.raises(InstrumentError) as caught:
        apply_wording(base, _file(tmp_path, base, replaces_version="0.9.0"))
    assert _codes(caught) == ["wording_for_another_version"]


def test_wordings_without_a_common_language_are_refused(base, tmp_path):
    worded: dict[str, Any] = {q.code: {"en": "Licensed"} for q in base.questions_of(facet="performance")}
    worded["P4"] = {"zh": "授权"}
    with pytest.raises(InstrumentError) as caught:
        apply_wording(base, _file(tmp_path, base, questions=worded))
    assert _codes(caught) == ["wording_no_language"]
    assert caught.value.problems[0].fields["codes"] == "P4"


def test_a_misspelt_key_is_named_with_its_line(base, tmp_path):
    with pytest.raises(InstrumentError) as caught:
        apply_wording(base, _file(tmp_path, base, holders="x"))
    assert "holders" in caught.value.message("en")
