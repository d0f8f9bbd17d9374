"""The shipped instruments: valid, complete in both languages, and built as they say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
import yaml
from pydantic import ValidationError

from instruments import CatalogEntry, list_instruments, load_instrument, missing_languages
from survey.definition_files import dump_definition
from survey.errors import render_message
from survey.instrument import Instrument
from survey.routing import All, Not, Selected
from survey.routing import Any as AnyOf
from survey.texts import Definition

SHIPPED = [entry.instrument for entry in list_instruments()]
HAN = re.compile(r"[\u4e00-\u9fff]")


def selections_in(condition: Definition | None) -> Iterator[Selected]:
    """Every "selected" part of a routing condition, however deep."""
    if isinstance(condition, Selected):
        yield condition
    elif isinstance(condition, Not):
        yield from selections_in(condition.not_)
    elif isinstance(condition, All | AnyOf):
        for part in condition.all_ if isinstance(condition, All) else condition.any_:
            yield from selections_in(part)


@pytest.fixture(params=SHIPPED, scope="module")
def instrument(request: pytest.FixtureRequest) -> Instrument:
    """Each shipped instrument in turn."""
    return load_instrument(request.param)


def test_every_wording_is_given_in_chinese_and_english(instrument):
    assert missing_languages(instrument) == ()
    assert {"zh", "en"} <= set(instrument.languages)


def test_chinese_wordings_are_chinese_and_english_ones_are_not(instrument):
    for question in instrument.questions:
        assert HAN.search(question.text.in_language("zh")), question.code
        assert not HAN.search(question.text.in_language("en")), question.code
        assert question.text.in_language("en").isascii() or "–" in question.text.in_language("en"), question.code
    for node in instrument.index.walk():
        assert HAN.search(node.label.in_language("zh"))
        assert not HAN.search(node.label.in_language("en"))


def test_no_question_is_asked_twice_and_no_option_label_stands_twice(instrument):
    for language in ("zh", "en"):
        wordings = Counter(question.text.in_language(language) for question in instrument.questions)
        assert [wording for wording, count in wordings.items() if count > 1] == []
        for code, scale in instrument.scales.items():
            labels = Counter(option.label.in_language(language) for option in scale.all_options)
            assert max(labels.values()) == 1, (code, language)


def test_an_instrument_reads_back_unchanged_after_writing(instrument):
    again = Instrument.model_validate(yaml.safe_load(dump_definition(instrument)))
    assert again == instrument


def test_every_indicator_is_measured_and_nothing_else_is(instrument):
    measured = {question.measures for question in instrument.questions_of(facet="performance")}
    assert measured == {leaf.code for leaf in instrument.index.leaves()}


def test_the_definition_says_what_it_is_for_where_it_comes_from_and_how_it_may_be_used(instrument):
    assert instrument.sources
    for text in (instrument.title, instrument.purpose, instrument.licence):
        assert {"zh", "en"} <= (text.languages() or set())


def test_routing_names_options_that_exist(instrument):
    for question in instrument.questions:
        for condition in selections_in(question.show_if):
            asked = instrument.question(condition.question)
            known = {str(option.code) for option in instrument.scale_of(asked).answers}
            assert {str(code) for code in condition.selected} <= known, question.code


def test_segments_are_single_choices(instrument):
    segments = [question for question in instrument.questions if question.role == "segment"]
    assert len(segments) >= 3
    assert {question.type for question in segments} == {"single"}


def test_the_weights_of_all_leaves_sum_to_one(instrument):
    assert sum(instrument.index.leaf_weights().values()) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", ["after_sales", "airport_services", "kiosk_service"])
def test_no_weights_are_declared_where_no_source_gives_them(name):
    assert all(node.weight is None for node in load_instrument(name).index.walk())


def test_lines_of_the_definitions_are_short_enough_to_read():
    for entry in list_instruments():
        lines = entry.path.read_text(encoding="utf-8").splitlines()
        assert [number for number, line in enumerate(lines, start=1) if len(line) > 120] == []


def test_after_sales_has_the_tree_and_the_outcome_block():
    instrument = load_instrument("after_sales")
    assert 35 <= len(instrument.questions) <= 45
    tree = {node.code: [leaf.code for leaf in node.indicators] for node in instrument.index.indicators}
    assert list(tree) == ["access", "response", "resolution", "returns", "repair", "people", "image"]
    assert tree["response"] == ["first_reply", "wait", "proactive"]
    assert tree["repair"] == ["parts_quality", "traceable"]
    outcomes = {question.code for question in instrument.questions_of(facet="outcome")}
    assert outcomes == {
        *("overall", "vs_expectation", "vs_ideal", "repurchase"),
        *("recommend", "effort", "complaint", "switching"),
    }
    recommend = instrument.question("recommend")
    assert recommend.recommend
    assert [option.score for option in instrument.scale_of(recommend).answers] == list(range(11))
    assert instrument.scale_of("effort").size == 7
    assert instrument.question("switching").reverse


def test_after_sales_rates_satisfaction_from_one_to_five_with_a_way_out():
    instrument = load_instrument("after_sales")
    scale = instrument.scales["satisfaction"]
    assert [(option.code, option.score) for option in scale.answers] == [(k, float(k)) for k in range(1, 6)]
    labels = [option.label.in_language("zh") for option in scale.answers]
    assert labels == ["很不满意", "不太满意", "一般", "比较满意", "很满意"]
    assert scale.missing == {6: "not_applicable"}
    assert {q.scale for q in instrument.questions_of(facet="performance")} == {"satisfaction"}


def test_after_sales_asks_returns_and_repair_only_of_those_concerned():
    instrument = load_instrument("after_sales")
    routed = {question.measures for question in instrument.questions if question.show_if is not None}
    returns, repair = (
        {leaf.code for leaf in node.leaves()}
        for node in instrument.index.indicators
        if node.code in {"returns", "repair"}
    )
    assert routed == returns | repair


def test_the_attention_check_asks_in_words_for_the_answer_it_expects():
    instrument = load_instrument("after_sales")
    (check,) = (question for question in instrument.questions if question.role == "attention")
    options = {option.code: option.label for option in instrument.scale_of(check).answers}
    for language in ("zh", "en"):
        assert options[check.expects].in_language(language) in check.text.in_language(language)


def test_airport_bundles_of_separate_facilities_are_formative():
    index = load_instrument("airport_services").index
    kinds = {node.code: node.measurement for node in index.walk() if node.indicators}
    assert len(index.leaves()) == 14
    assert kinds["amenities"] == kinds["airport"] == "formative"
    assert kinds["wayfinding"] == kinds["information"] == "reflective"


def test_kiosk_asks_four_facets_of_every_item_and_a_pair_of_every_attribute():
    instrument = load_instrument("kiosk_service")
    leaves = [leaf.code for leaf in instrument.index.leaves()]
    assert len(leaves) == 24
    for facet, series in (
        ("expectation", None),
        ("performance", None),
        ("importance", None),
        ("performance", "satisfaction"),
    ):
        asked = instrument.questions_of(facet=facet, series=series)
        assert [question.measures for question in asked] == leaves
    attributes = [attribute.code for attribute in instrument.attributes]
    for facet in ("functional", "dysfunctional"):
        assert [question.attribute for question in instrument.questions_of(facet=facet)] == attributes
    assert len(attributes) == 29


def test_kiosk_keeps_the_korean_wording_of_every_question():
    for question in load_instrument("kiosk_service").questions:
        assert re.search(r"[\uac00-\ud7a3]", question.text.in_language("ko")), question.code


def test_a_series_belongs_to_questions_that_measure_an_indicator():
    content = load_instrument("kiosk_service").model_dump(by_alias=True)
    content["sections"][-1]["questions"][0]["series"] = "satisfaction"
    with pytest.raises(ValidationError) as caught:
        Instrument.model_validate(content)
    assert caught.value.errors()[0]["type"] == "survey.series_measures_nothing"
    for language in ("en", "zh"):
        assert "O1" in render_message("survey.series_measures_nothing", {"question": "O1"}, language)


def test_a_series_alone_does_not_measure_an_indicator_for_the_index():
    content = load_instrument("kiosk_service").model_dump(by_alias=True)
    for section in content["sections"]:
        section["questions"] = [question for question in section["questions"] if question["code"] != "P7"]
    with pytest.raises(ValidationError) as caught:
        Instrument.model_validate(content)
    assert caught.value.errors()[0]["type"] == "survey.indicator_without_question"


@pytest.mark.parametrize("entry", list_instruments(), ids=lambda entry: entry.instrument)
def test_an_instrument_reads_alike_with_and_without_the_compiled_parser(entry: CatalogEntry) -> None:
    """PyYAML without its C library is stricter about question marks inside braces."""
    text = entry.path.read_text(encoding="utf-8")
    assert yaml.safe_load(text) == yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
