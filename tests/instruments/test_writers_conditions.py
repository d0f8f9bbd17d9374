"""What all writers share: names, blocks, languages, losses, and conditions in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments import writers
from instruments.writers import ExportReport
from instruments.writers.blocks import Matrix, blocks
from instruments.writers.conditions_in_words import condition_in_words
from instruments.writers.export_report import Losses, export_languages, form_text
from instruments.writers.platform_names import assign_names
from instruments.writers.variables import question_numbers, variables
from survey.errors import InstrumentError
from survey.instrument import Instrument
from tests.instruments.exported import instrument_of

CODES = st.lists(st.from_regex(r"\A[\w][\w.\-]{0,20}\Z"), unique=True, max_size=20)


@given(CODES, st.integers(6, 30), st.sampled_from(["_", ""]))
def test_names_are_allowed_unique_and_as_short_as_asked(codes, longest, filler):
    names = assign_names(
        codes,
        forbidden="[^A-Za-z0-9]",
        filler=filler,
        first="[A-Za-z]",
        longest=longest,
        taken=["other"],
        ignore_case=True,
    )
    assert list(names) == codes
    lowered = [name.casefold() for name in names.values()]
    assert len(set(lowered)) == len(lowered)
    assert "other" not in lowered
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) and len(name) <= longest for name in names.values())


@given(CODES)
def test_a_code_the_platform_accepts_stays_what_it_is(codes):
    assert assign_names(codes, forbidden=r"[^\w.\-]", first="") == {code: code for code in codes}


def test_names_are_the_same_every_time():
    codes = ["a-b", "a b", "a_b", "1", "选项"]
    first = assign_names(codes, forbidden="[^A-Za-z0-9]", first="[A-Za-z]")
    assert first == {"a-b": "a_b", "a b": "a_b_2", "a_b": "a_b_3", "1": "q1", "选项": "q"}
    assert assign_names(codes, forbidden="[^A-Za-z0-9]", first="[A-Za-z]") == first


def test_a_grid_is_made_of_neighbours_of_one_scale_and_type():
    instrument = instrument_of("every_feature")
    parts = list(blocks(instrument.sections[1], instrument))
    assert [type(part).__name__ for part in parts] == ["Matrix", "Question"]
    assert isinstance(parts[0], Matrix)
    assert [question.code for question in parts[0].questions] == ["waiting_1", "care_1", "comfort_1", "check"]
    assert parts[0].scale == "rating"
    assert all(not isinstance(part, Matrix) for part in blocks(instrument.sections[0], instrument))


def test_a_question_with_a_hint_stands_beside_the_matrix_and_keeps_its_place():
    content = instrument_of("every_feature").model_dump(by_alias=True)
    content["sections"][1]["questions"][1]["hint"] = {"zh": "请回想", "en": "Think back"}
    instrument = Instrument.model_validate(content)
    parts = list(blocks(instrument.sections[1], instrument))
    codes = [[q.code for q in part.questions] if isinstance(part, Matrix) else part.code for part in parts]
    assert codes == ["waiting_1", "care_1", ["comfort_1", "check"], "ranked"]


def test_variables_are_those_of_a_data_file():
    keys = [variable.key for variable in variables(instrument_of("every_feature"))]
    assert keys[:4] == ["visit_kind", "visit_kind[it's other] text", "days", "3rd.channels[phone]"]
    assert "3rd.channels[none]" in keys, "a missing option of a multiple choice can be ticked"
    assert keys[16:19] == ["ranked[price]", "ranked[staff]", "ranked[place]"]


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("visit_kind", "", ""),
        (
            "after_first_or_other",
            "第 1 题选了“初诊”或“其他”",
            "question 1 is answered 'First visit' or 'Other \"kind\" & <more>'",
        ),
        ("bad_care", "第 8 题选了“4”或“很好”", "question 8 is answered '4' or 'Very good'"),
        ("two_channels", "第 3 题至少选了 2 项", "at least 2 options are ticked in question 3"),
        (
            "unanswered",
            "第 7 题没有回答，或者第 7 题选了“没用过”",
            "question 7 is not answered or question 7 is answered 'Not used'",
        ),
    ],
)
def test_conditions_in_words(code, zh, en):
    instrument = instrument_of("every_feature")
    numbers = question_numbers(instrument)
    assert condition_in_words(instrument.question(code), instrument, "zh", numbers) == zh
    assert condition_in_words(instrument.question(code), instrument, "en", numbers) == en


def test_every_sentence_exists_in_both_languages():
    import yaml

    content = yaml.safe_load(Path(writers.__file__).with_name("phrases.yaml").read_text(encoding="utf-8"))
    for name, wordings in content.items():
        assert set(wordings) == {"zh", "en"}, name
        fields = [sorted(re.findall(r"\{(\w+)\}", text)) for text in wordings.values()]
        assert fields[0] == fields[1], name
        assert not re.search(r"[\u4e00-\u9fff]", wordings["en"]), name
    assert form_text("specify", "fr", option="X") == "Please specify (X)"


def test_losses_of_a_kind_are_one_entry_and_warnings_come_first():
    losses = Losses()
    losses.add("instruments.export_renamed", "a", "note")
    losses.add("instruments.export_required_rows", "q1")
    losses.add("instruments.export_required_rows", "q2")
    losses.add("instruments.export_required_rows", "q1")
    found = losses.problems(Path("form.txt"))
    assert [(p.severity, p.fields["subjects"]) for p in found] == [("warning", "q1, q2"), ("note", "a")]
    assert found[0].message("en").startswith("form.txt: ")
    assert ExportReport(file=Path("form.txt"), losses=found).names == {}


def test_a_language_without_wording_is_refused_and_one_without_some_counts_them():
    instrument = instrument_of("kiosk_service")
    losses = Losses()
    assert export_languages(instrument, ["ko", "zh", "ko"], losses) == ("ko", "zh")
    (absent,) = losses.problems(Path("f"))
    assert absent.fields["language"] == "ko"
    for languages in (["fr"], []):
        with pytest.raises(InstrumentError):
            export_languages(instrument, languages, Losses())
    assert export_languages(instrument, None, Losses()) == ("zh", "en")
