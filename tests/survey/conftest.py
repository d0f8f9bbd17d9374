"""A small instrument and files of answers for the tests of the survey package."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from survey.importers.mapping import Mapping
from survey.instrument import Instrument

FIVE = {
    "options": [
        {"code": place, "label": {"zh": zh, "en": en}, "score": place}
        for place, (zh, en) in enumerate(
            [
                ("很不满意", "Very dissatisfied"),
                ("不太满意", "Dissatisfied"),
                ("一般", "Neutral"),
                ("比较满意", "Satisfied"),
                ("很满意", "Very satisfied"),
            ],
            start=1,
        )
    ]
    + [{"code": 9, "label": {"zh": "没有用过", "en": "Never used"}, "missing": "not_applicable"}]
}
CONTACT = {
    "options": [
        {"code": "phone", "label": {"zh": "电话", "en": "Telephone"}},
        {"code": "chat", "label": {"zh": "在线客服", "en": "Live chat"}},
        {"code": "shop", "label": {"zh": "门店、网点", "en": "Shop, branch"}},
        {"code": "other", "label": {"zh": "其他", "en": "Other"}},
    ],
    "ordered": False,
}


def _question(code: str, zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "text": {"zh": zh, "en": en}, **more}


@pytest.fixture
def instrument() -> Instrument:
    """Two satisfaction items, a routed one, and a question of every other type."""
    item = {"facet": "performance", "measures": "I", "scale": "five"}
    return Instrument.model_validate(
        {
            "instrument": "small",
            "version": "1.0.0",
            "title": "small",
            "purpose": "tests",
            "languages": ["zh", "en"],
            "licence": "none",
            "scales": {
                "five": FIVE,
                "contact": CONTACT,
                "ten": {"from": 0, "to": 10},
                "yes_no": {
                    "options": [
                        {"code": 1, "label": {"zh": "是", "en": "Yes"}},
                        {"code": 2, "label": {"zh": "否", "en": "No"}},
                    ]
                },
            },
            "index": {"code": "I", "label": "Index"},
            "sections": [
                {
                    "code": "S",
                    "title": "S",
                    "questions": [
                        _question(
                            "Q1", "您对响应速度有多满意？", "How satisfied are you with the speed of reply?", **item
                        ),
                        _question(
                            "Q2", "您对解释清楚程度有多满意？", "How satisfied are you with the explanation?", **item
                        ),
                        _question(
                            "REPAIRED",
                            "这次是否维修？",
                            "Was it repaired?",
                            type="single",
                            role="segment",
                            scale="yes_no",
                        ),
                        _question(
                            "Q3",
                            "您对维修质量有多满意？",
                            "How satisfied are you with the repair?",
                            show_if={"question": "REPAIRED", "selected": [1]},
                            **item,
                        ),
                        _question(
                            "VIA",
                            "您用过哪些联系渠道？",
                            "Which channels did you use?",
                            type="multiple",
                            role="segment",
                            scale="contact",
                        ),
                        _question(
                            "BEST",
                            "请按喜好排序",
                            "Please rank the channels",
                            type="ranking",
                            role="segment",
                            scale="contact",
                        ),
                        _question("AGE", "您的年龄", "Your age", type="number", role="segment", lowest=10, highest=110),
                        _question("WHY", "为什么这样评价？", "Why do you think so?", type="text", role="open"),
                        _question(
                            "CHECK",
                            "本题请选择“一般”",
                            "Please choose Neutral",
                            role="attention",
                            scale="five",
                            expects=3,
                        ),
                        _question(
                            "NPS",
                            "您有多大可能推荐我们？",
                            "How likely are you to recommend us?",
                            facet="outcome",
                            scale="ten",
                            recommend=True,
                        ),
                    ],
                }
            ],
        }
    )


@pytest.fixture
def mapping_of() -> Callable[..., Mapping]:
    """A mapping from headings to questions (``heading={"role": ...}`` for anything else)."""

    def make(columns: dict[str, Any], **settings: Any) -> Mapping:
        specified = [
            {"heading": heading, **(use if isinstance(use, dict) else {"question": use})}
            for heading, use in columns.items()
        ]
        return Mapping.model_validate({"instrument": "small", "columns": specified, **settings})

    return make


Rows = Sequence[Sequence[Any]]


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as a CSV file in the given encoding."""

    def write(rows: Rows, *, name: str = "answers.csv", encoding: str = "utf-8", delimiter: str = ",") -> Path:
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows(rows)
        return path

    return write


@pytest.fixture
def write_xlsx(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as a workbook with openpyxl; ``merge`` merges cell ranges, ``more`` adds sheets."""

    def write(rows: Rows, *, name: str = "answers.xlsx", merge: Sequence[str] = (), more: Sequence[str] = ()) -> Path:
        from openpyxl import Workbook

        workbook = Workbook()
        sheet = workbook.active
        assert sheet is not None
        sheet.title = "Sheet1"
        for row, cells in enumerate(rows, start=1):
            for column, cell in enumerate(cells, start=1):
                if cell is not None:
                    sheet.cell(row, column, cell)
        for cells_range in merge:
            sheet.merge_cells(cells_range)
        for title in more:
            workbook.create_sheet(title)
        path = tmp_path / name
        workbook.save(path)
        return path

    return write
