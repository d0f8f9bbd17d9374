"""The audit of a platform's total as the command line shows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from instruments.catalog import load_instrument
from satix.polarity import audit_polarity, audit_score_pair, describe_polarity, describe_score_pair
from survey.importers.detect import importer_of
from survey.importers.draft_export import draft_export
from survey.importers.table_file import Table, read_table
from survey.instrument import Instrument


@pytest.fixture
def parents(shared: Any) -> Table:
    """The real export of 245 records with a total."""
    (file,) = (shared / "reference" / "formats" / "wjx").glob("234274756_2_*.xlsx")
    return read_table(file)


def _drafted(table: Table) -> Any:
    return draft_export(importer_of("wenjuanxing").arrange(table), platform="wenjuanxing", instrument_id="x")


def test_an_export_alone_shows_reversals_and_the_check_that_counts(parents: Table) -> None:
    """By the platform's numbers; the checks are known by their wording."""
    for source in (parents, importer_of("wenjuanxing").arrange(parents)):
        lines = list(describe_polarity(source))
        assert "49 items count as x, 32 as 6 − x, 4 not at all" in lines[0]
        assert lines[2].split(": ")[1] == "Q50, Q83, Q85, Q86"
        assert lines[3].startswith("Attention checks count towards the total: Q30.")
    assert "49 题按 x 计分，32 题按 6−x 反向计分" in next(describe_polarity(parents, None, "zh"))


def test_with_an_instrument_directions_are_compared(parents: Table) -> None:
    """A draft declares no reversal; with those of the platform declared, everything but the check agrees."""
    drafted = _drafted(parents)
    result = audit_polarity(parents, drafted.instrument, mapping=drafted.mapping)
    assert result is not None
    disagreeing = [item.item for item in result.items if item.declared == "positive" and item.agrees is False]
    assert len(disagreeing) == 32
    content = drafted.instrument.model_dump(by_alias=True)
    for section in content["sections"]:
        for question in section["questions"]:
            question["reverse"] = question["code"] in disagreeing
    mended = audit_polarity(parents, Instrument.model_validate(content), mapping=drafted.mapping)
    assert mended is not None
    assert [item.item for item in mended.items if item.agrees is False] == ["Q30"]
    assert next(item.declared for item in mended.items if item.item == "Q83") == "not_scored"


def test_an_export_without_a_total_says_nothing(parents: Table) -> None:
    """Most exports have none."""
    headings = [*parents.headings[:-1], "88、别的"]
    assert list(describe_polarity(parents.with_headings(headings), platform="wenjuanxing")) == []
    assert audit_polarity(parents.with_headings(headings), platform="wenjuanxing") is None


def test_texts_need_the_instrument(repository: Any) -> None:
    """The example's 总分 adds up its perception items; nobody was asked them all, and an unasked one adds nothing."""
    table = read_table(repository / "satix" / "examples" / "after_sales_zh" / "data" / "2025Q1.xlsx")
    instrument = load_instrument("after_sales")
    result = audit_polarity(table, instrument)
    assert result is not None
    assert result.exact
    perceptions = {question.code for question in instrument.questions if question.facet == "performance"}
    assert set(result.keyed("positive")) == perceptions
    assert all(item.agrees for item in result.items if item.item in perceptions)
    assert {finding.code for finding in result.findings} == {
        "analysis.polarity_undetermined",
        "analysis.polarity_not_in_total",
    }
    total = table.position_of("总分")
    assert total is not None
    texts = replace(table, headings=("1、您的性别", "总分"), columns=(["男"] * table.n, table.columns[total]))
    assert list(describe_polarity(texts, platform="wenjuanxing")) == [
        "The export has a total, but no option codes to audit it with. Give the instrument, or the 按序号 export."
    ]


def test_an_export_of_scores_beside_one_of_codes(shared: Any) -> None:
    """Four records are enough, and the attention check has a score of its own."""
    name = "RECONSTRUCTED_000000001_{}_售后满意度_4_4.xlsx"
    folder = shared / "reference" / "formats" / "wjx"
    codes, scores = (read_table(folder / name.format(kind)) for kind in ("按序号", "按分数"))
    result = audit_score_pair(codes, scores)
    assert result.keyed("positive") == ("Q1", "Q3", "Q3_2", "Q3_3", "Q6")
    lines = list(describe_score_pair(codes, scores))
    assert lines[0].startswith("Scores beside codes, 4 records: 5 items count as x")
    assert lines[1].startswith("Attention checks count towards the total: Q6.")
    assert audit_polarity(codes) is not None
    assert "cannot be audited" in next(describe_polarity(codes))
