"""Estimated length of a questionnaire."""

from __future__ import annotations

import pytest

from instruments import list_instruments, load_instrument
from instruments.duration import ANSWER_SECONDS, Pace, estimated_minutes
from survey.errors import InstrumentError
from survey.instrument import Instrument

ONE = Instrument.model_validate(
    {
        "instrument": "one",
        "version": "1.0.0",
        "title": {"en": "One", "zh": "一"},
        "purpose": {"en": "One question.", "zh": "一题。"},
        "languages": ["zh", "en"],
        "licence": "Own wording.",
        "scales": {"mood": {"from": 1, "to": 3, "labels": {1: {"en": "Very poor", "zh": "很差"}}}},
        "index": {"code": "i", "label": "I", "indicators": [{"code": "a", "label": "A"}]},
        "sections": [
            {
                "code": "s",
                "title": {"en": "Your visit", "zh": "本次访问"},
                "questions": [
                    {
                        "code": "q1",
                        "facet": "performance",
                        "measures": "a",
                        "scale": "mood",
                        "text": {"en": "How was your visit to our shop today?", "zh": "今天的体验怎么样？"},
                    },
                    {
                        "code": "q2",
                        "facet": "outcome",
                        "scale": "mood",
                        "show_if": {"question": "q1", "is": "<", "value": 2},
                        "text": {"en": "And last time?", "zh": "上次呢？"},
                    },
                ],
            }
        ],
    }
)


def test_english_is_read_word_by_word():
    """2 words of title, 8 of question 1, 4 of labels (Very poor, 2, 3), 3 of question 2: 17 at 238, and 2 x 4 s."""
    assert estimated_minutes(ONE, "en") == pytest.approx(17 / 238 + 2 * 4 / 60)


def test_chinese_is_read_character_by_character():
    """4 + 8 + 2 + 3 characters at 330 a minute, 2 words (the grades 2 and 3) at 238, and 2 x 4 s."""
    assert estimated_minutes(ONE, "zh") == pytest.approx(17 / 330 + 2 / 238 + 2 * 4 / 60)


def test_routed_questions_count_with_the_share_that_sees_them():
    whole, none = estimated_minutes(ONE, "en"), estimated_minutes(ONE, "en", routed_share=0)
    assert whole - none == pytest.approx(3 / 238 + 4 / 60)
    assert estimated_minutes(ONE, "en", routed_share=0.5) == pytest.approx((whole + none) / 2)


def test_own_timings_replace_the_constants():
    slow = Pace(words=119, answer_seconds={**ANSWER_SECONDS, "scale": 8})
    assert estimated_minutes(ONE, "en", pace=slow) == pytest.approx(2 * estimated_minutes(ONE, "en"))
    assert Pace(characters=60).reading_seconds("满意度") == pytest.approx(3)
    assert Pace(words=60).reading_seconds("first-time don't 1.5") == pytest.approx(3)


def test_a_question_by_itself_takes_about_the_ten_seconds_seen_on_an_online_panel():
    """Pew Research Center (2022): an ordinary stand-alone question takes about 10 seconds."""
    instrument = load_instrument("top_box_satisfaction")
    for language in ("zh", "en"):
        label_seconds = sum(
            Pace().reading_seconds(o.label.in_language(language)) for o in instrument.scale_of("overall_1").answers
        )
        text_seconds = Pace().reading_seconds(instrument.question("overall_1").text.in_language(language))
        assert 7 < label_seconds + text_seconds + ANSWER_SECONDS["scale"] < 12


def test_both_languages_of_a_questionnaire_take_nearly_as_long():
    for entry in list_instruments():
        instrument = load_instrument(entry.path)
        chinese, english = estimated_minutes(instrument, "zh"), estimated_minutes(instrument, "en")
        assert chinese == pytest.approx(english, rel=0.15), entry.instrument


def test_a_language_that_is_not_there_and_a_share_that_is_none_are_refused():
    with pytest.raises(InstrumentError) as caught:
        estimated_minutes(ONE, "ko")
    assert "zh, en" in caught.value.message("zh")
    with pytest.raises(ValueError, match="between 0 and 1"):
        estimated_minutes(ONE, "en", routed_share=30)
