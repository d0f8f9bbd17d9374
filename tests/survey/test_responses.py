"""Answers: an integer code matrix with every kind of missing kept apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from survey.definition_files import dump_definition
from survey.errors import ResponseImportError
from survey.instrument import Instrument
from survey.responses import RESPONDENT_COLUMNS, AnswerColumn, NumberColumn, ResponseSet
from survey.scales import MISSING_CODES

NA, BLANK, ABSENT = (MISSING_CODES[kind] for kind in ("not_applicable", "blank", "not_in_version"))


def _respondents(n: int, wave: str = "1", start: int = 1) -> pd.DataFrame:
    frame = pd.DataFrame(dict.fromkeys(RESPONDENT_COLUMNS, [None] * n))
    frame["wave"], frame["source"], frame["channel"] = wave, "a.csv", "survey"
    frame["row"] = range(2, n + 2)
    frame.index = pd.Index([f"r{start + place}" for place in range(n)], name="respondent")
    return frame


def _responses(instrument: Instrument, **more: Any) -> ResponseSet:
    columns = (
        AnswerColumn("Q1"),
        AnswerColumn("Q2"),
        AnswerColumn("REPAIRED"),
        *(AnswerColumn("VIA", code) for code in ("phone", "chat", "shop", "other")),
        *(AnswerColumn("BEST", code) for code in ("phone", "chat", "shop", "other")),
    )
    codes = np.array(
        [
            [5, 4, NA, BLANK],
            [1, 3, 3, BLANK],
            [1, 2, 1, 2],
            [2, 1, 2, BLANK],
            [2, 1, 1, BLANK],
            [1, 1, 2, BLANK],
            [1, 1, 2, BLANK],
            [1, 2, BLANK, 3],
            [2, 1, BLANK, 4],
            [3, 3, BLANK, 1],
            [4, 4, BLANK, 2],
        ],
        dtype=np.int16,
    )
    content: dict[str, Any] = {
        "instrument": instrument,
        "respondents": _respondents(4),
        "columns": columns,
        "codes": codes,
        "numbers": {
            "AGE": NumberColumn(
                values=np.array([30.0, 41, np.nan, 55]), missing=np.array([0, 0, BLANK, 0], dtype=np.int8)
            )
        },
        "texts": {"WHY": ["fine", None, "", "slow"]},
    }
    return ResponseSet(**(content | more))


def test_positions_become_scores_and_points(instrument: Instrument) -> None:
    """Position 5 of 5 is score 5 and 100 points, 4 is 75; missing is NaN."""
    responses = _responses(instrument)
    np.testing.assert_array_equal(responses.scores("Q1"), [5, 4, np.nan, np.nan])
    np.testing.assert_array_equal(responses.index_points("Q1"), [100, 75, np.nan, np.nan])
    np.testing.assert_array_equal(responses.index_points("Q2"), [0, 50, 50, np.nan])
    np.testing.assert_array_equal(responses.scores("AGE"), [30, 41, np.nan, 55])


def test_missing_kinds_are_counted_apart(instrument: Instrument) -> None:
    """Not applicable is no blank; not applicable does not concern the respondent, a blank does."""
    responses = _responses(instrument)
    assert responses.missing_counts("Q1") == {"not_applicable": 1, "blank": 1}
    assert responses.missing_counts("REPAIRED") == {}
    assert responses.missing_counts("AGE") == {"blank": 1}
    assert responses.applicable("Q1").tolist() == [True, True, False, True]


def test_what_was_chosen_ticked_and_answered(instrument: Instrument) -> None:
    """Single and multiple choice, ranking, number and text."""
    responses = _responses(instrument)
    assert responses.chosen("REPAIRED", (1,)).tolist() == [True, False, True, False]
    assert responses.chosen("VIA", ("shop", "chat")).tolist() == [True, False, True, False]
    assert responses.chosen("BEST", ("phone",)).tolist() == [True, True, False, True]
    assert responses.ticked("VIA").tolist() == [2, 0, 3, 0]
    assert responses.answered("VIA").tolist() == [True, True, True, False]
    assert responses.answered("AGE").tolist() == [True, True, False, True]
    assert responses.answered("WHY").tolist() == [True, False, False, True]
    with pytest.raises(KeyError):
        responses.answered("NOWHERE")
    with pytest.raises(KeyError):
        responses.position_of("NOWHERE")


def test_the_matrix_is_checked_and_cannot_be_changed(instrument: Instrument) -> None:
    """0 is illegal, so are unknown kinds, other shapes and other number types."""
    good = _responses(instrument)
    with pytest.raises(ValueError, match="read-only"):
        good.codes[0, 0] = 1
    for wrong in (0, -99):
        codes = good.codes.copy()
        codes[0, 0] = wrong
        with pytest.raises(ResponseImportError) as raised:
            _responses(instrument, codes=codes)
        assert raised.value.problems[0].code == "survey.code_matrix_value"
    for codes in (good.codes[:, :2].copy(), good.codes.astype(np.int32)):
        with pytest.raises(ResponseImportError) as raised:
            _responses(instrument, codes=codes)
        assert raised.value.problems[0].code == "survey.code_matrix_shape"


def test_a_position_beyond_the_scale_is_refused_or_missing(instrument: Instrument) -> None:
    """Position 6 of 5 has no score: an error, never the score of another option."""
    codes = _responses(instrument).codes.copy()
    codes[0, 0] = 6
    with pytest.raises((ResponseImportError, IndexError)):
        _responses(instrument, codes=codes).scores("Q1")


def test_selecting_and_reordering_takes_everything_along(instrument: Instrument) -> None:
    """Codes, numbers, texts, flags and ids of a respondent stay together."""
    responses = _responses(instrument, flags={"speeder": np.array([True, False, False, True])})
    picked = responses.reorder(np.array([3, 0]))
    assert picked.respondents.index.tolist() == ["r4", "r1"]
    np.testing.assert_array_equal(picked.scores("Q1"), [np.nan, 5])
    assert picked.numbers["AGE"].values.tolist() == [55, 30]
    assert picked.texts["WHY"] == ["slow", "fine"]
    assert picked.flags["speeder"].tolist() == [True, True]
    kept = responses.select(np.array([False, True, True, False]))
    assert kept.respondents.index.tolist() == ["r2", "r3"]
    assert responses.n == 4, "the set it was taken from is as before"


def test_waves_join_on_question_codes(instrument: Instrument) -> None:
    """A question that a wave lacks is not_in_version there; texts and numbers likewise."""
    one = _responses(instrument)
    two = ResponseSet(
        instrument=instrument,
        respondents=_respondents(2, "2", 10),
        columns=(AnswerColumn("Q2"), AnswerColumn("NPS")),
        codes=np.array([[2, 3], [11, 1]], dtype=np.int16),
    )
    both = ResponseSet.concatenate([one, two])
    assert both.n == 6
    assert both.codes_of("Q1").tolist() == [5, 4, NA, BLANK, ABSENT, ABSENT]
    assert both.codes_of("Q2").tolist() == [1, 3, 3, BLANK, 2, 3]
    assert both.codes_of("NPS").tolist() == [ABSENT] * 4 + [11, 1]
    assert both.numbers["AGE"].missing.tolist() == [0, 0, BLANK, 0, ABSENT, ABSENT]
    assert both.texts["WHY"][4:] == [None, None]
    np.testing.assert_array_equal(both.scores("NPS")[4:], [10, 0])
    assert both.respondents["wave"].tolist() == ["1"] * 4 + ["2"] * 2


def test_order_of_columns_does_not_matter_when_joining(instrument: Instrument) -> None:
    """Rows of the matrix are found by question, not by place."""
    one = _responses(instrument)
    places = [1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    other = _responses(
        instrument, columns=tuple(one.columns[p] for p in places), codes=np.ascontiguousarray(one.codes[places])
    )
    both = ResponseSet.concatenate([one, other])
    np.testing.assert_array_equal(both.scores("Q1")[:4], both.scores("Q1")[4:])


def test_a_scale_changed_between_waves_is_an_error(instrument: Instrument) -> None:
    """Two meanings of one code cannot be joined; another wording can."""
    content = yaml.safe_load(dump_definition(instrument))
    content["scales"]["five"]["options"][4]["score"] = 6
    changed = Instrument.model_validate(content)
    one = _responses(instrument)
    two = _responses(changed, respondents=_respondents(4, "2", 10))
    with pytest.raises(ResponseImportError) as raised:
        ResponseSet.concatenate([one, two])
    assert {problem.code for problem in raised.value.problems} == {"survey.scale_changed_between_waves"}
    assert "Q1" in raised.value.message("zh")
    content["scales"]["five"]["options"][4] |= {"score": 5, "label": {"zh": "非常满意", "en": "Most satisfied"}}
    reworded = Instrument.model_validate(content)
    ResponseSet.concatenate([one, _responses(reworded, respondents=_respondents(4, "2", 10))])


def test_the_long_view_holds_every_answer(instrument: Instrument) -> None:
    """One row per respondent and answer column, with code, label, score or missing kind."""
    long = _responses(instrument).to_long()
    assert len(long) == 4 * 11
    first = long[(long.respondent == "r1") & (long.question == "Q1")].iloc[0]
    assert (first.code, first.label, first.score) == (5, "Very satisfied", 5)
    assert pd.isna(first.missing)
    third = long[(long.respondent == "r3") & (long.question == "Q1")].iloc[0]
    assert third.missing == "not_applicable"
    assert pd.isna(third.code)
    assert np.isnan(third.score)
    ticks = long[(long.question == "VIA") & (long.respondent == "r1")]
    assert ticks.set_index("option")["code"].to_dict() == {"phone": 2, "chat": 2, "shop": 1, "other": 1}


def test_an_answer_column_has_a_key() -> None:
    """``Q3``, or ``Q3[2]`` for an option."""
    assert AnswerColumn("Q3").key == "Q3"
    assert AnswerColumn("Q3", 2).key == "Q3[2]"
