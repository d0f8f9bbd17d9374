"""问卷星 exports: recognised, mapped and read; the golden pair of text and number export agrees cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from survey.importers.detect import detect, detect_table
from survey.importers.headings import parse_headings
from survey.importers.propose import propose_mapping
from survey.importers.read import read_responses
from survey.importers.table_file import Table, read_table
from survey.instrument import Instrument, read_instrument
from survey.scales import MISSING_CODES


@pytest.fixture
def wjx(shared):
    """The folder of 问卷星 files."""
    return shared / "reference" / "formats" / "wjx"


def _instrument(questions: Sequence[dict[str, Any]], scales: dict[str, Sequence[str]]) -> Instrument:
    performance = {"code": "ALL", "text": "全部", "facet": "performance", "measures": "I", "scale": "sat"}
    return Instrument.model_validate(
        {
            "instrument": "wjx",
            "version": "1.0.0",
            "title": "t",
            "purpose": "t",
            "languages": ["zh"],
            "licence": "none",
            "scales": {
                "sat": {"from": 1, "to": 5},
                **{
                    name: {
                        "options": [
                            {"code": k, "label": {"zh": label}, "score": k} for k, label in enumerate(labels, 1)
                        ]
                    }
                    for name, labels in scales.items()
                },
            },
            "index": {"code": "I", "label": "I"},
            "sections": [{"code": "S", "title": "S", "questions": [performance, *questions]}],
        }
    )


def _segment(code: str, text: str, kind: str, scale: str | None = None, **more: Any) -> dict[str, Any]:
    role = "open" if kind == "text" else "segment"
    return {"code": code, "text": {"zh": text}, "type": kind, "role": role, "scale": scale, **more}


@pytest.fixture
def after_sales_small() -> Instrument:
    """What the reconstructed files ask."""
    sat = ["非常不满意", "不满意", "一般", "满意", "非常满意"]
    return _instrument(
        [
            _segment("SEX", "您的性别", "single", "sex"),
            _segment("GOODS", "您最近一次购买的品类", "multiple", "goods"),
            _segment("SPEED", "物流速度", "scale", "five"),
            _segment("STAFF", "客服态度", "scale", "five"),
            _segment("AFTER", "售后处理", "scale", "five"),
            _segment("FIRST", "您最看重的因素排序", "ranking", "first"),
            _segment("WHY", "请说明原因", "text"),
            {**_segment("CHECK", '此题请选择"不满意"', "scale", "five"), "role": "attention", "expects": 2},
        ],
        {
            "sex": ["男", "女"],
            "goods": ["家电", "食品", "服饰", "其他"],
            "first": ["价格", "质量", "服务"],
            "five": sat,
        },
    )


def test_all_files_of_the_platform_are_recognised_with_reasons(wjx):
    """Meta columns deleted, legacy format, GBK text: 问卷星 comes first all the same, and says why."""
    files = [path for path in wjx.iterdir() if path.suffix in {".xlsx", ".xls", ".csv"}]
    assert len(files) >= 8
    for path in files:
        first, *others = detect(path)
        assert first.platform == "wenjuanxing", path.name
        assert "none" in {other.platform for other in others}
        assert first.reasons
        assert all(reason.message("zh") and reason.message("en") for reason in first.reasons)


def test_other_tables_are_not_taken_for_it(shared, write_csv):
    """A Korean export and a plain table."""
    assert detect(shared / "data" / "kiosk_servqual_kano" / "kiosk.csv")[0].platform == "none"
    assert detect(write_csv([["id", "q"], ["1", "5"]]))[0].platform == "none"
    assert detect(write_csv([["only"], ["1"]], name="b.csv"))[0].platform == "none"


def test_numbers_are_positions_in_the_number_export_only(wjx):
    """The variant is known by name and by content."""
    kinds = {
        name: detect(wjx / f"RECONSTRUCTED_000000001_{name}_售后满意度_4_4.xlsx")[0].variant
        for name in ("按文本", "按序号")
    }
    assert kinds == {"按文本": "text", "按序号": "position"}
    assert detect(wjx / "[问卷星数据]800_800_2.xls")[0].variant == "position"
    assert detect(wjx / "[问卷星数据]800_800_0.xls")[0].variant == "text"


@pytest.mark.parametrize("variant", ["按文本", "按序号"])
def test_text_and_number_export_give_the_same_codes(wjx, after_sales_small, variant):
    """Worked out by hand from the four responses of the reconstructed file."""
    path = wjx / f"RECONSTRUCTED_000000001_{variant}_售后满意度_4_4.xlsx"
    proposal = propose_mapping(read_table(path), after_sales_small, "wenjuanxing")
    assert proposal.unplaced_columns == ()
    assert proposal.unplaced_questions == ("ALL",)
    roles = {column.heading: column.role for column in proposal.mapping.columns if column.role}
    assert roles["来自IP"] == roles["7、您的手机号"] == "identifier"
    assert roles["总分"] == "total"
    read = read_responses(path, after_sales_small, proposal.mapping)
    codes = {
        c.key: read.responses.codes[i].tolist() for i, c in enumerate(read.responses.columns) if c.question != "ALL"
    }
    not_shown, not_ranked = MISSING_CODES["not_shown"], MISSING_CODES["not_ranked"]
    assert codes == {
        "SEX": [1, 2, 1, 2],
        "GOODS[1]": [2, 1, 1, 1],
        "GOODS[2]": [2, 1, 2, 1],
        "GOODS[3]": [1, 2, 1, 1],
        "GOODS[4]": [2, 1, 1, 2],
        "SPEED": [5, 4, 1, 4],
        "STAFF": [4, 4, not_shown, 5],
        "AFTER": [3, 4, not_shown, 4],
        "FIRST[1]": [1, 2, not_ranked, 1],
        "FIRST[2]": [2, 1, 2, 3],
        "FIRST[3]": [3, 3, 1, 2],
        "CHECK": [2, 4, 2, 2],
    }
    assert read.responses.texts["WHY"][2] == "物流太慢，\n包装破损"
    assert read.responses.respondents["duration_seconds"].tolist() == [123.0, 12.0, 1024.0, 88.0]
    everything = repr(read.report.to_dict()) + read.responses.respondents.to_csv() + repr(read.responses.texts)
    assert "192.0.2" not in everything
    assert "13800000000" not in everything


def test_a_score_export_is_warned_of(wjx, after_sales_small):
    """Scores are no codes."""
    path = wjx / "RECONSTRUCTED_000000001_按分数_售后满意度_4_4.xlsx"
    proposal = propose_mapping(read_table(path), after_sales_small, "wenjuanxing")
    read = read_responses(path, after_sales_small, proposal.mapping)
    assert "survey.wjx_scores" in {warning.code for warning in read.report.warnings}


def test_the_golden_pair_of_800_agrees_cell_by_cell(wjx):
    """The same survey as texts and as numbers: 6 single choices and 2 multiple choices of 14 and 10 options."""
    text, number = (read_table(wjx / f"[问卷星数据]800_800_{kind}.xls") for kind in "02")
    instrument = _codebook(text, number)
    answers = []
    for table in (text, number):
        proposal = propose_mapping(table, instrument, "wenjuanxing")
        assert proposal.unplaced_columns == ()
        answers.append(read_responses(wjx / table.file, instrument, proposal.mapping).responses)
    assert answers[0].columns == answers[1].columns
    kept = [place for place, column in enumerate(answers[0].columns) if column.question != "ALL"]
    assert len(kept) == 6 + 14 + 10
    assert (answers[0].codes[kept] > 0).all()
    assert np.array_equal(answers[0].codes[kept], answers[1].codes[kept])


def _codebook(text: Table, number: Table) -> Instrument:
    """Options of single choices by joining both files row by row; of multiple choices from the number headings."""
    questions, scales = [], {}
    for heading, cells in zip(text.headings, text.columns, strict=True):
        ordinal = heading.split("、")[0]
        if not ordinal.isdigit():
            continue
        code, wording = f"Q{ordinal}", heading.split("、", 1)[1].strip()
        options = [h.removeprefix(f"第{ordinal}题(")[:-1] for h in number.headings if h.startswith(f"第{ordinal}题(")]
        if not options:
            place = number.position_of(heading)
            assert place is not None
            chosen = [str(cell).split("〖")[0] for cell in cells]
            pairs = sorted(set(zip(map(int, number.columns[place]), chosen, strict=True)))  # type: ignore[arg-type]
            assert len({position for position, _ in pairs}) == len(pairs)
            positions = dict(pairs)
            options = [str(positions.get(k, f"（未出现 {k}）")) for k in range(1, max(positions) + 1)]
            questions.append(_segment(code, wording, "single", code))
        else:
            questions.append(_segment(code, wording, "multiple", code))
        scales[code] = options
    return _instrument(questions, scales)


def test_matrix_rows_carry_the_stem_of_their_block():
    """Only the first row of a matrix names it; dashes inside a stem stay there."""
    first, second, other, option, old = parse_headings(
        (
            "7、请打分—给老师发消息时，我会紧张",
            "7、我害怕拒绝",
            "8、态度？",
            "3、(鲁迅)",
            "第8题(ACG文化(动漫、游戏等))",
        )
    )
    assert (first.part, second.part) == ("给老师发消息时，我会紧张", "我害怕拒绝")
    assert second.wordings[1] == "请打分—我害怕拒绝"
    assert (other.part, other.wordings) == (None, ("态度？",))
    assert (option.number, option.part, option.option_only) == ("3", "鲁迅", True)
    assert (old.number, old.part) == ("8", "ACG文化(动漫、游戏等)")


def test_numbers_that_repeat_in_a_joined_file_are_pointed_out(wjx):
    """Two exports joined by hand: 序号 ends at 146 in a file of 1044 rows; rows keep ids of their own."""
    path = wjx / "按文本_AI社交_1044.xlsx"
    instrument = _instrument([_segment("SEX", "您的性别", "single", "sex")], {"sex": ["男", "女"]})
    table = read_table(path)
    proposal = propose_mapping(table, instrument, detect_table(table)[0].platform)
    read = read_responses(path, instrument, proposal.mapping)
    assert read.responses.n == 1044
    assert read.responses.respondents.index.is_unique
    assert "survey.serial_number_twice" in {warning.code for warning in read.report.warnings}


def test_the_shipped_export_is_mapped_as_its_authors_mapped_it(repository):
    """Every column of an export made from the instrument's own wording is placed."""
    from survey.importers.mapping import read_mapping

    instrument = read_instrument(repository / "instruments" / "library" / "after_sales.yaml")
    study = repository / "satix" / "examples" / "after_sales_zh"
    proposal = propose_mapping(read_table(study / "data" / "2025Q1.xlsx"), instrument, "wenjuanxing")
    assert proposal.unplaced_columns == ()
    assert proposal.unplaced_questions == ()
    truth = {
        column.heading: column.question for column in read_mapping(study / "mappings" / "wenjuanxing.yaml").columns
    }
    assert {column.heading: column.question for column in proposal.mapping.columns} == truth


def test_a_scrambled_korean_export_is_mapped_as_its_authors_mapped_it(repository):
    """163 columns out of order, "1-1." in three blocks, expectation and perception differing in a syllable."""
    from survey.importers.mapping import read_mapping

    instrument = read_instrument(repository / "instruments" / "library" / "kiosk_service.yaml")
    study = repository / "satix" / "examples" / "kiosk"
    proposal = propose_mapping(read_table(study / "data" / "kiosk.csv"), instrument)
    truth = {column.heading: column.question for column in read_mapping(study / "mappings" / "kiosk.yaml").columns}
    assert {column.heading: column.question for column in proposal.mapping.columns} == truth
