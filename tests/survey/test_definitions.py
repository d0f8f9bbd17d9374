"""Definitions read from YAML: with lines, refused with every fault, and written back unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.catalog import list_instruments
from survey.definition_files import dump_definition, read_definition, read_yaml
from survey.errors import InstrumentError, Place, Problem, SatixError, StudyError, render_message
from survey.importers.mapping import read_mapping
from survey.instrument import Instrument, read_instrument
from survey.study import Study, read_study
from survey.texts import Code, Definition, Text
from tests.architecture.source_tree import ROOT
from tests.satix.small_study import INSTRUMENT, STUDY, write_yaml

EXAMPLES = sorted((ROOT / "satix/examples").glob("*/study.yaml"))


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return path


# YAML


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """Counted from 1, of keys and of list entries."""
    content, lines = read_yaml(_written(tmp_path, "# comment\na: 1\n\nb:\n  - c: 2\n  - {d: 3}\n"))
    assert content == {"a": 1, "b": [{"c": 2}, {"d": 3}]}
    assert {path: line for path, line in lines.items() if path} == {
        ("a",): 2,
        ("b",): 4,
        ("b", 0): 5,
        ("b", 0, "c"): 5,
        ("b", 1): 6,
        ("b", 1, "d"): 6,
    }


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("2024-01", "2024-01"),
        ("2024-01-05", "2024-01-05"),
        ("12:30", "12:30"),
        ("0123", "0123"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("true", True),
        ("false", False),
        ("12", 12),
        ("-3", -3),
        ("1.5", 1.5),
        ("~", None),
        ("'12'", "12"),
    ],
)
def test_words_stay_words(tmp_path: Path, written: str, meant: object) -> None:
    """YAML 1.1 would turn an answer option "no" into a truth value, and a wave into a date or a number of minutes."""
    content, _ = read_yaml(_written(tmp_path, f"a: {written}\n"))
    assert content["a"] == meant
    assert type(content["a"]) is type(meant)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    """Windows editors write one."""
    path = tmp_path / "file.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(path)[0] == {"a": 1}


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    """Also deep inside."""
    with pytest.raises(SatixError) as raised:
        read_yaml(_written(tmp_path, "a:\n  b: 1\n  c: 2\n  b: 3\n"))
    (problem,) = raised.value.problems
    assert (problem.code, problem.place.line) == ("survey.key_twice", 4)


def test_errors_are_of_the_class_asked_for(tmp_path: Path) -> None:
    """A study at fault is a StudyError, an instrument an InstrumentError; both are SatixError."""
    with pytest.raises(StudyError):
        read_study(tmp_path / "absent.yaml")
    with pytest.raises(InstrumentError):
        read_instrument(_written(tmp_path, "a: [\n"))


# Round trips


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_example_studies_read_back_equal(path: Path, tmp_path: Path) -> None:
    """Written by dump_definition and read again."""
    study = read_study(path)
    assert read_study(_written(tmp_path, dump_definition(study))) == study


@pytest.mark.parametrize("path", sorted((ROOT / "satix/examples").glob("*/mappings/*.yaml")), ids=lambda p: p.stem)
def test_example_mappings_read_back_equal(path: Path, tmp_path: Path) -> None:
    """Also the Korean headings with two spaces."""
    mapping = read_mapping(path)
    assert read_mapping(_written(tmp_path, dump_definition(mapping))) == mapping


@pytest.mark.parametrize("entry", list_instruments(), ids=lambda entry: entry.instrument)
def test_shipped_instruments_read_back_equal(entry: Any, tmp_path: Path) -> None:
    """Scales with missing codes, trees, routing, attributes."""
    instrument = read_instrument(entry.path)
    again = read_instrument(_written(tmp_path, dump_definition(instrument)))
    assert again == instrument
    assert [again.scale_of(q).fingerprint for q in again.questions if q.scale] == [
        instrument.scale_of(q).fingerprint for q in instrument.questions if q.scale
    ]


WORDS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\x85\ufeff\ufffe\uffff"
    ),
    min_size=1,
    max_size=30,
).filter(lambda text: text.strip() != "")


class _Note(Definition):
    text: Text
    code: str
    number: float | None = None
    options: dict[str, int | float | str] = {}


@given(
    text=st.one_of(WORDS, st.fixed_dictionaries({"en": WORDS, "zh": WORDS})),
    code=WORDS,
    number=st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
    options=st.dictionaries(WORDS, st.one_of(st.integers(-99, 99), WORDS), max_size=3),
)
def test_any_definition_reads_back_equal(
    text: Any, code: str, number: float | None, options: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever signs a heading or a wording holds: colons, quotes, #, "no", 12:30, 0x1F, emoji."""
    note = _Note(text=text, code=code, number=number, options=options)
    path = tmp_path_factory.getbasetemp() / "note.yaml"
    path.write_text(dump_definition(note), encoding="utf-8")
    assert read_definition(path, _Note) == note


def test_definitions_are_frozen() -> None:
    """What was read cannot be changed by accident."""
    study = Study.model_validate(STUDY)
    with pytest.raises(ValueError, match="frozen"):
        study.confidence = 0.9  # type: ignore[misc]


# Every fault with its line


def test_every_fault_is_reported_at_once_with_its_line(tmp_path: Path) -> None:
    """An unknown key, a wrong choice, a number out of range and an absent key."""
    path = _written(
        tmp_path,
        "study: x\n"  # 1
        "instrument: after_sales\n"
        "waves:\n"
        "  - {wave: w1}\n"  # 4: label is missing
        "languages: [zh, fr]\n"  # 5
        "power: 2\n"  # 6
        "colour: red\n",  # 7
    )
    with pytest.raises(StudyError) as raised:
        read_study(path)
    found = {(problem.place.line, problem.code) for problem in raised.value.problems}
    assert {(4, "survey.key_absent"), (5, "survey.value_not_allowed"), (7, "survey.key_unknown")} <= found
    assert {line for line, _ in found} == {1, 4, 5, 6, 7}, "the absent title is told at the start of the file"
    for problem in raised.value.problems:
        assert problem.message("en").startswith("file.yaml, line ")
        assert problem.message("zh").startswith("file.yaml，第 ")


def test_a_place_is_worded_from_wide_to_narrow() -> None:
    """File, sheet, row, column with heading; then line and path."""
    place = Place(file="a.xlsx", sheet="S", row=14, column="F", heading="Q3")
    assert place.text("en") == "a.xlsx, sheet 'S', row 14, column F (Q3)"
    assert place.text("zh") == "a.xlsx，工作表“S”，第 14 行，F 列 (Q3)" or "F 列" in place.text("zh")
    assert Place().text() == ""
    assert Place(file="s.yaml", line=3, path="waves[1]").text() == "s.yaml, line 3, waves[1]"


def test_a_problem_without_a_place_is_its_wording() -> None:
    """No stray colon."""
    problem = Problem(code="survey.file_missing")
    assert problem.message() == render_message("survey.file_missing", {})


def test_an_error_is_a_line_per_problem() -> None:
    """In either language; str() is English."""
    error = SatixError([Problem(code="survey.file_missing"), Problem(code="survey.file_empty")])
    assert len(error.message("zh").splitlines()) == 2
    assert str(error) == error.message("en")


# Codes and texts


@pytest.mark.parametrize("code", ["Q1", "满意度", "a.b-c_d", "2025Q1", 2025, "é"])
def test_codes_that_are_accepted(code: object) -> None:
    """Letters of any script, digits, dot, dash, underscore; a number is taken as it is written."""
    note = type("N", (Definition,), {"__annotations__": {"code": Code}})
    assert note(code=code).code == str(code)


@pytest.mark.parametrize("code", ["", "a b", "-a", ".a", "a/b", "a" * 65, True, None, "=1", "a\n"])
def test_codes_that_are_refused(code: object) -> None:
    """Blank, spaces, a leading sign, a path, too long, a truth value, a line break."""
    note = type("N", (Definition,), {"__annotations__": {"code": Code}})
    with pytest.raises(ValueError, match="code"):
        note(code=code)


def test_a_text_falls_back_to_english_then_to_any() -> None:
    """A plain string serves every language."""
    assert Text("2010").both() == {"en": "2010", "zh": "2010"}
    assert Text({"en": "a", "zh": "b"}).in_language("zh") == "b"
    assert Text({"en": "a"}).in_language("zh") == "a"
    assert Text({"ko": "k"}).in_language("zh") == "k"
    assert Text("x").languages() is None
    assert Text({"en": "a", "zh": "b"}).languages() == {"en", "zh"}


@pytest.mark.parametrize("wording", ["", "  ", {}, {"en": ""}, {"en": "a", "zh": " "}])
def test_empty_wordings_are_refused(wording: Any) -> None:
    """An empty label would be an empty cell in a report."""
    with pytest.raises(ValueError, match="empty"):
        Text.model_validate(wording)


# The instrument as a whole


def _changed(**changes: Any) -> dict[str, Any]:
    from copy import deepcopy

    return {**deepcopy(INSTRUMENT), **changes}


def _refused(tmp_path: Path, content: dict[str, Any], code: str) -> Problem:
    with pytest.raises(InstrumentError) as raised:
        read_instrument(write_yaml(tmp_path / "instrument.yaml", content))
    problem = next(problem for problem in raised.value.problems if problem.code == code)
    assert problem.message("en") != problem.message("zh")
    assert problem.place.line is not None
    return problem


QUESTION_FAULTS: list[tuple[dict[str, Any], str]] = [
    (
        {"facet": "performance", "role": "segment", "measures": "reply", "scale": "five"},
        "survey.question_facet_or_role",
    ),
    ({"scale": "five"}, "survey.question_facet_or_role"),
    ({"facet": "performance", "scale": "five"}, "survey.question_measures_nothing"),
    ({"facet": "functional", "scale": "five"}, "survey.question_without_attribute"),
    ({"facet": "functional", "scale": "five", "attribute": "none"}, "survey.unknown_attribute"),
    ({"role": "attention", "scale": "five"}, "survey.attention_without_expects"),
    ({"role": "attention", "scale": "five", "expects": 7}, "survey.unknown_option"),
    ({"role": "segment", "type": "single"}, "survey.question_scale"),
    ({"role": "open", "type": "text", "scale": "five"}, "survey.question_scale"),
    ({"facet": "outcome", "scale": "five", "series": "s"}, "survey.series_measures_nothing"),
    (
        {"facet": "performance", "measures": "reply", "scale": "ten", "recommend": True},
        "survey.recommend_is_an_outcome",
    ),
    ({"facet": "performance", "measures": "reply", "scale": "six"}, "survey.unknown_scale"),
    ({"facet": "performance", "measures": "speed", "scale": "five"}, "survey.unknown_indicator"),
    ({"facet": "performance", "measures": "SPEED", "scale": "five"}, "survey.measures_a_branch"),
    ({"facet": "performance", "measures": "reply", "scale": "region"}, "survey.scale_without_scores"),
    ({"role": "open", "type": "text", "show_if": {"is_missing": "new"}}, "survey.routing_looks_ahead"),
    ({"role": "open", "type": "text", "show_if": {"is_missing": "q_none"}}, "survey.unknown_question"),
]


@pytest.mark.parametrize(
    ("question", "code"), QUESTION_FAULTS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_questions_that_contradict_themselves(tmp_path: Path, question: dict[str, Any], code: str) -> None:
    """Each with its own message, naming the question."""
    content = _changed()
    content["sections"][0]["questions"].append({"code": "new", "text": "New", **question})
    assert "new" in _refused(tmp_path, content, code).message("en")


@pytest.mark.parametrize("kind", ["indicator", "question", "section", "attribute"])
def test_a_code_belongs_to_one_thing(tmp_path: Path, kind: str) -> None:
    """Indicators, questions, sections and attributes have codes of their own."""
    content = _changed()
    if kind == "indicator":
        content["index"]["indicators"][1]["code"] = "SPEED"
    elif kind == "question":
        content["sections"][0]["questions"][1]["code"] = "q_reply"
    elif kind == "section":
        content["sections"].append(
            {"code": "main", "title": "x", "questions": [{**content["sections"][0]["questions"][6], "code": "other"}]}
        )
    else:
        content["attributes"] = [{"code": "a", "label": "A"}, {"code": "a", "label": "B"}]
    _refused(tmp_path, content, f"survey.{kind}_code_twice")


def test_an_indicator_that_nothing_measures(tmp_path: Path) -> None:
    """It would have no figure."""
    content = _changed()
    content["sections"][0]["questions"].pop(0)
    assert "reply" in _refused(tmp_path, content, "survey.indicator_without_question").message("en")


def test_questions_by_facet_indicator_and_series() -> None:
    """The index rests on questions without a series."""
    content = _changed()
    extra = {"code": "q_again", "text": "Again", "facet": "performance", "measures": "reply", "scale": "five"}
    content["sections"][0]["questions"].append({**extra, "series": "second"})
    instrument = Instrument.model_validate(content)
    assert [q.code for q in instrument.questions_of(facet="performance", measures="reply")] == ["q_reply"]
    assert [q.code for q in instrument.questions_of(facet="performance", series="second")] == ["q_again"]
    assert instrument.series == ("second",)
    with pytest.raises(KeyError):
        instrument.question("q_none")
    with pytest.raises(KeyError):
        instrument.scale_of("comment")


# The study as a whole


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"waves": [{"wave": "a", "label": "A"}, {"wave": "a", "label": "B"}]}, "survey.wave_code_twice"),
        ({"sources": [{"file": "a.csv", "mapping": "m.yaml", "wave": "w9"}]}, "survey.unknown_wave"),
        ({"targets": [{"indicator": "INDEX"}]}, "survey.target_level_or_change"),
        ({"targets": [{"indicator": "INDEX", "level": 80, "change": 2}]}, "survey.target_level_or_change"),
        ({"sources": [{"file": "../a.csv", "mapping": "m.yaml"}]}, "survey.path_leaves_folder"),
        ({"languages": ["fr"]}, "survey.value_not_allowed"),
        ({"analyses": ["gaps"]}, "survey.value_not_allowed"),
        ({"screening": {"exclude": ["lazy"]}}, "survey.value_not_allowed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_studies_that_contradict_themselves(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    """Each with its own message and a line."""
    with pytest.raises(StudyError) as raised:
        read_study(write_yaml(tmp_path / "study.yaml", {**STUDY, **change}))
    problem = next(problem for problem in raised.value.problems if problem.code == code)
    assert problem.place.line is not None
    assert problem.message("en") != problem.message("zh")


@pytest.mark.parametrize(
    "change",
    [
        {"confidence": 0.4},
        {"confidence": 1},
        {"power": 0.5},
        {"minimum_answered": 0},
        {"minimum_answered": 1.01},
        {"limits": {"suppress": 0}},
        {"targets": [{"indicator": "INDEX", "level": 101}]},
        {"screening": {"straight_line_items": 2}},
        {"sampling": {"response_rate": 1.2}},
        {"waves": []},
        {"waves": [{"wave": "a", "label": "A", "starts": "5 May"}]},
        {"instrument": ""},
        {"instrument_version": "1.0"},
        {"seed": 1.5},
        {"languages": "zh"},
    ],
    ids=str,
)
def test_numbers_outside_their_range(tmp_path: Path, change: dict[str, Any]) -> None:
    """Refused in words of both languages."""
    with pytest.raises(StudyError) as raised:
        read_study(write_yaml(tmp_path / "study.yaml", {**STUDY, **change}))
    assert raised.value.message("en") != raised.value.message("zh")
    assert "Input should" not in raised.value.message("zh")
