"""Mapping files: their format, and whether they fit the instrument."""

from __future__ import annotations

import pytest

from survey.definition_files import dump_definition
from survey.errors import MappingError
from survey.importers.mapping import Mapping, check_mapping, read_mapping

FAULTY = """\
instrument: other
not_asked: {w1: [Q77]}
columns:
  - {heading: a, question: Q11}
  - {heading: b, question: Q1}
  - {heading: c, question: Q1}
  - {heading: c, question: Q2, values: {ok: 77}}
  - {heading: d, question: VIA, option: pigeon}
  - {heading: e, question: Q3, option: 1}
  - {heading: f, question: AGE, option: 1}
  - {heading: g, role: wave}
  - {heading: h, role: wave}
"""


def test_every_misfit_is_listed(tmp_path, instrument):
    """Unknown codes, double use, options of questions that have none; each worded in both languages."""
    path = tmp_path / "m.yaml"
    path.write_text(FAULTY, encoding="utf-8")
    problems = check_mapping(read_mapping(path), instrument, file="m.yaml")
    assert [problem.code.removeprefix("survey.mapping_") for problem in problems] == [
        "other_instrument",
        "role_twice",
        "unknown_question",
        "question_twice",
        "heading_twice",
        "unknown_option",
        "unknown_option",
        "option_of_single",
        "option_without_scale",
        "not_asked_unknown",
    ]
    for problem in problems:
        assert problem.message("en").startswith("m.yaml")
        assert problem.message("zh")


def test_an_unknown_key_or_missing_kind_fails_with_its_line(tmp_path):
    """A misspelt key is an error, not a silent default."""
    path = tmp_path / "m.yaml"
    path.write_text(
        "instrument: small\ncolumns:\n  - {heading: a, question: Q1, mising: {x: blank}}\n", encoding="utf-8"
    )
    with pytest.raises(MappingError, match="line 3"):
        read_mapping(path)
    path.write_text(
        "instrument: small\nblank_is: nothing\ncolumns:\n  - {heading: a, question: Q1}\n", encoding="utf-8"
    )
    with pytest.raises(MappingError, match="line 2"):
        read_mapping(path)


def test_a_mapping_survives_being_written_and_read(tmp_path):
    """Round trip."""
    mapping = Mapping.model_validate(
        {
            "instrument": "small",
            "missing": {"0": "blank"},
            "columns": [
                {"heading": "1、题", "question": "Q1", "values": {"好": 5}, "invalid": ["11"], "similarity": 0.81}
            ],
        }
    )
    path = tmp_path / "m.yaml"
    path.write_text(dump_definition(mapping), encoding="utf-8")
    assert read_mapping(path) == mapping
