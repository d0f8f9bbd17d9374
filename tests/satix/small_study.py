"""A study small enough to work out by hand, written into a folder, and a way to run the command line on it."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

ITEMS = ("reply", "wait", "skill", "tone")
HEADINGS = ("id", *ITEMS, "region", "recommend", "comment")
WEIGHTS = {"reply": 0.4 * 0.5, "wait": 0.4 * 0.5, "skill": 0.6 * 0.7, "tone": 0.6 * 0.3}
"""Weight of each indicator in the index: the product of the shares below."""

INSTRUMENT: dict[str, Any] = {
    "schema": "satix.instrument/1",
    "instrument": "small_service",
    "version": "1.0.0",
    "title": {"en": "Small service study", "zh": "小型服务研究"},
    "purpose": {"en": "Tests", "zh": "测试"},
    "languages": ["zh", "en"],
    "licence": {"en": "none", "zh": "无"},
    "scales": {
        "five": {
            "from": 1,
            "to": 5,
            "labels": {1: {"en": "very bad", "zh": "很差"}, 5: {"en": "very good", "zh": "很好"}},
            "missing": {9: "not_applicable"},
        },
        "region": {
            "options": [
                {"code": 1, "label": {"en": "North", "zh": "北部"}},
                {"code": 2, "label": {"en": "Centre", "zh": "中部"}},
                {"code": 3, "label": {"en": "South", "zh": "南部"}},
            ],
            "ordered": False,
        },
        "ten": {"from": 0, "to": 10},
    },
    "index": {
        "code": "INDEX",
        "label": {"en": "Service index", "zh": "服务指数"},
        "indicators": [
            {
                "code": "SPEED",
                "label": {"en": "Speed", "zh": "速度"},
                "weight": 0.4,
                "indicators": [
                    {"code": "reply", "label": {"en": "Reply", "zh": "回复"}, "weight": 0.5},
                    {"code": "wait", "label": {"en": "Waiting", "zh": "等待"}, "weight": 0.5},
                ],
            },
            {
                "code": "STAFF",
                "label": {"en": "Staff", "zh": "人员"},
                "weight": 0.6,
                "indicators": [
                    {"code": "skill", "label": {"en": "Skill", "zh": "专业"}, "weight": 0.7},
                    {"code": "tone", "label": {"en": "Tone", "zh": "态度"}, "weight": 0.3},
                ],
            },
        ],
    },
    "sections": [
        {
            "code": "main",
            "title": {"en": "Questions", "zh": "题目"},
            "questions": [
                *(
                    {
                        "code": f"q_{item}",
                        "text": {"en": f"How satisfied are you: {item}?", "zh": f"满意程度（{item}）"},
                        "facet": "performance",
                        "measures": item,
                        "scale": "five",
                    }
                    for item in ITEMS
                ),
                {
                    "code": "region",
                    "text": {"en": "Your region", "zh": "您所在的地区"},
                    "type": "single",
                    "role": "segment",
                    "scale": "region",
                },
                {
                    "code": "recommend",
                    "text": {"en": "Would you recommend us?", "zh": "您愿意推荐我们吗？"},
                    "facet": "outcome",
                    "scale": "ten",
                    "recommend": True,
                },
                {"code": "comment", "text": {"en": "Why?", "zh": "为什么？"}, "type": "text", "role": "open"},
            ],
        }
    ],
}

MAPPING: dict[str, Any] = {
    "schema": "satix.mapping/1",
    "instrument": "small_service",
    "columns": [
        {"heading": "id", "role": "respondent"},
        *({"heading": item, "question": f"q_{item}"} for item in ITEMS),
        {"heading": "region", "question": "region"},
        {"heading": "recommend", "question": "recommend"},
        {"heading": "comment", "question": "comment"},
    ],
}

STUDY: dict[str, Any] = {
    "schema": "satix.study/1",
    "study": "small",
    "title": {"en": "Small study", "zh": "小型研究"},
    "instrument": "instrument.yaml",
    "waves": [
        {"wave": "w1", "label": {"en": "First", "zh": "第一期"}},
        {"wave": "w2", "label": {"en": "Second", "zh": "第二期"}},
    ],
    "sources": [
        {"file": "data/w1.csv", "mapping": "mappings/table.yaml", "wave": "w1"},
        {"file": "data/w2.csv", "mapping": "mappings/table.yaml", "wave": "w2"},
    ],
    "segments": [{"question": "region"}],
}

Row = dict[str, Any]


def answers(n: int, seed: int, *, centre: float = 3.0, regions: Sequence[int] | None = None) -> list[Row]:
    """Made-up answers; the same for the same arguments."""
    source = random.Random(seed)  # noqa: S311
    rows = []
    for number in range(n):
        mood = source.gauss(centre, 0.8)
        row: Row = {"id": f"r{seed}-{number + 1}"}
        row |= {item: min(5, max(1, round(source.gauss(mood, 0.7)))) for item in ITEMS}
        row["region"] = regions[number] if regions is not None else source.choice((1, 2, 3))
        row["recommend"] = min(10, max(0, round(source.gauss(2 * mood, 1.5))))
        row["comment"] = ""
        rows.append(row)
    return rows


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]], headings: Sequence[str] = HEADINGS) -> Path:
    """Rows as a CSV file, UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, headings, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_workbook(path: Path, rows: Sequence[Mapping[str, Any]], headings: Sequence[str] = HEADINGS) -> Path:
    """Rows as an Excel workbook with one sheet named 'answers'."""
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "answers"
    sheet.append(list(headings))
    for row in rows:
        sheet.append([row.get(heading) for heading in headings])
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)
    return path


class _PlainDumper(yaml.SafeDumper):
    """Writes repeated parts out instead of referring to them."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def write_yaml(path: Path, content: Any) -> Path:
    """A definition as YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(content, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


class SmallStudy:
    """A study folder; change ``study``, ``instrument``, ``mapping`` or ``rows`` and write it again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.study, self.instrument, self.mapping = deepcopy(STUDY), deepcopy(INSTRUMENT), deepcopy(MAPPING)
        self.rows = {"w1": answers(60, 1, centre=3.0), "w2": answers(60, 2, centre=3.6)}

    @property
    def file(self) -> Path:
        """The study file."""
        return self.folder / "study.yaml"

    @property
    def output(self) -> Path:
        """Where the reports go."""
        return self.folder / "output"

    def question(self, code: str) -> dict[str, Any]:
        """The definition of one question."""
        questions = self.instrument["sections"][0]["questions"]
        return next(question for question in questions if question["code"] == code)

    def one_wave(self) -> SmallStudy:
        """Leave only the first wave."""
        self.study["waves"], self.study["sources"] = self.study["waves"][:1], self.study["sources"][:1]
        self.rows = {"w1": self.rows["w1"]}
        return self

    def write(self) -> SmallStudy:
        """Write every file."""
        write_yaml(self.file, self.study)
        write_yaml(self.folder / "instrument.yaml", self.instrument)
        write_yaml(self.folder / "mappings/table.yaml", self.mapping)
        headings = [column["heading"] for column in self.mapping["columns"]]
        for wave, rows in self.rows.items():
            write_rows(self.folder / f"data/{wave}.csv", rows, headings)
        return self
