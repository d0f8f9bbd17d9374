"""SPSS files read back by pyreadstat with names, labels, measures and missing values."""

from __future__ import annotations

import pytest

from instruments.writers import write_spss
from instruments.writers.variables import variables
from survey.instrument import Instrument
from tests.instruments.exported import IDS, instrument_of

pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat writes .sav; install the extra spss")


def _read(path):
    return pyreadstat.read_sav(str(path), user_missing=True)


@pytest.mark.parametrize("name", IDS)
def test_every_variable_reads_back_with_its_labels(name, tmp_path):
    instrument = instrument_of(name)
    report = write_spss(instrument, tmp_path / "s.sav", languages=["zh"])
    _, meta = _read(report.file)
    expected = [report.names.get(variable.key, variable.key) for variable in variables(instrument)]
    assert meta.column_names == expected
    for question in instrument.questions:
        if question.type not in {"scale", "single"}:
            continue
        scale = instrument.scale_of(question)
        labels = {str(option.code): option.label.in_language("zh") for option in scale.all_options}
        column = report.names.get(question.code, question.code)
        found = {f"{k:g}" if isinstance(k, float) else k: v for k, v in meta.variable_value_labels[column].items()}
        assert found == labels
        missing = {str(option.code) for option in scale.all_options if option.missing}
        ranges = meta.missing_ranges.get(column, [])
        assert {f"{r['lo']:g}" if isinstance(r["lo"], float) else r["lo"] for r in ranges} == missing
        assert meta.variable_measure[column] == ("ordinal" if scale.ordered else "nominal")


def test_columns_say_what_the_instrument_says(tmp_path):
    report = write_spss(instrument_of("every_feature"), tmp_path / "s.sav")
    data, meta = _read(report.file)
    assert meta.column_names_to_labels["q3rd.channels_phone"] == "用过哪些渠道？ [电话]"
    assert meta.variable_value_labels["q3rd.channels_phone"] == {0.0: "未选", 1.0: "选中"}
    assert meta.missing_ranges["waiting_1"] == [{"lo": 9.0, "hi": 9.0}]
    assert meta.missing_ranges["visit_kind"] == [{"lo": "99", "hi": "99"}]
    assert meta.variable_measure["minutes"] == "scale"
    assert meta.original_variable_types["after_first"] == "A255"
    assert meta.file_label == "门诊服务评价"
    assert len(data) == 1, "one empty case keeps the width of text variables"
    assert data.replace("", float("nan")).isna().all(axis=None)
    assert "instruments.export_empty_case" in {problem.code for problem in report.losses}


def _with_missing(codes) -> Instrument:
    content = instrument_of("every_feature").model_dump(by_alias=True)
    content["scales"]["rating"]["missing"] = dict.fromkeys(codes, "refused")
    content["scales"]["rating"]["labels"] = {}
    return Instrument.model_validate(content)


def test_more_than_three_missing_values_become_a_range_where_no_answer_lies_between(tmp_path):
    _, meta = _read(write_spss(_with_missing([96, 97, 98, 99]), tmp_path / "s.sav").file)
    assert meta.missing_ranges["care_1"] == [{"lo": 96.0, "hi": 99.0}]


def test_missing_values_the_format_cannot_hold_are_named(tmp_path):
    report = write_spss(_with_missing([-1, -2, 98, 99]), tmp_path / "s.sav")
    _, meta = _read(report.file)
    assert "care_1" not in meta.missing_ranges
    (lost,) = (problem for problem in report.losses if problem.code == "instruments.export_missing_undeclared")
    assert "care_1" in lost.fields["subjects"]


def test_labels_are_cut_between_characters(tmp_path):
    content = instrument_of("every_feature").model_dump(by_alias=True)
    content["sections"][0]["questions"][1]["text"] = {"zh": "很" * 200, "en": "Very"}
    report = write_spss(Instrument.model_validate(content), tmp_path / "s.sav")
    _, meta = _read(report.file)
    label = meta.column_names_to_labels["days"]
    assert label == "很" * 84 + "…"
    (lost,) = (problem for problem in report.losses if problem.code == "instruments.export_label_cut")
    assert lost.fields["subjects"] == "days"
