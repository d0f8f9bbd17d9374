"""The codebook workbook: every variable, option and indicator once, in every language."""

from __future__ import annotations

import openpyxl
import pytest

from instruments.writers import write_codebook
from instruments.writers.variables import variables
from tests.instruments.exported import IDS, instrument_of


def _tables(path):
    tables = {}
    for sheet in openpyxl.load_workbook(path):
        rows = list(sheet.iter_rows(values_only=True))
        tables[sheet.title] = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    return tables


@pytest.mark.parametrize("name", IDS)
def test_nothing_of_the_instrument_is_left_out(name, tmp_path):
    instrument = instrument_of(name)
    report = write_codebook(instrument, tmp_path / "codebook.xlsx", languages=["en", "zh"])
    tables = _tables(report.file)
    assert [row["Variable"] for row in tables["variables"]] == [variable.key for variable in variables(instrument)]
    options = [(code, option) for code, scale in instrument.scales.items() for option in scale.all_options]
    assert [(row["Scale"], str(row["Code"])) for row in tables["values"]] == [(c, str(o.code)) for c, o in options]
    assert [row["Label · 中文"] for row in tables["values"]] == [o.label.in_language("zh") for _, o in options]
    assert [row["Indicator"] for row in tables["indicators"]] == [node.code for node in instrument.index.walk()]
    assert ("attributes" in tables) == bool(instrument.attributes)
    assert ("constructs" in tables) == (instrument.constructs is not None)
    assert report.losses == ()


def test_rows_say_what_the_instrument_says(tmp_path):
    tables = _tables(write_codebook(instrument_of("every_feature"), tmp_path / "codebook.xlsx").file)
    assert list(tables) == ["说明", "变量", "取值", "指标", "Kano 属性"]
    rows = {row["变量"]: row for row in tables["变量"]}
    assert rows["care_1"]["反向"] == "是"
    assert rows["care_1"]["缺失代码"] == "9 (not_applicable)"
    assert rows["care_1"]["指标名称"] == "照顾"
    assert rows["minutes"]["数值范围"] == "0–600"
    assert rows["age"]["数值范围"] == "≥ 16"
    assert rows["after_first"]["显示条件"] == "第 1 题选了“初诊”"
    assert (
        rows["not_web"]["显示条件"]
        == "（不属于以下情形：第 3 题选了“网站”），并且（第 4 题的数值 ≠ 10，或者第 1 题选了“复诊”）"
    )
    assert rows["visit_kind"]["提问理由 · English"] == "To compare groups"
    assert rows["3rd.channels[desk]"]["简称 · 中文"] == "用过哪些渠道：=前台"
    assert rows["check"]["期望答案"] == "5"
    about = {row["项目"]: row["内容"] for row in tables["说明"]}
    assert about["版本"] == "1.2.0"
    assert about["名称使用 (English)"] == "For tests only"
    scores = {(row["量表"], row["代码"]): row["分值"] for row in tables["取值"]}
    assert scores["visit", "follow up"] == 2
    assert not scores["rating", 9]


def test_the_paths_of_a_structural_model_are_listed(tmp_path):
    instrument = instrument_of("ecsi_model")
    tables = _tables(write_codebook(instrument, tmp_path / "codebook.xlsx", languages=["en"]).file)
    acts_on = {row["Construct"]: row["Acts on"] or "" for row in tables["constructs"]}
    found = {(cause, effect) for cause, effects in acts_on.items() for effect in effects.split(", ") if effect}
    assert found == set(instrument.constructs.paths)
