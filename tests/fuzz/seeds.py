"""Small valid files of every kind that is read, from which inputs are made by damaging them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from tests.survey.legacy_workbook import compound_file, workbook_stream

Reader = Literal["table", "questionnaire", "instrument", "study", "mapping"]
ROWS: list[list[Any]] = [
    ["序号", "提交答卷时间", "所用时间", "来自IP", "1、您有多满意？", "2、渠道", "3、7-1", "4、建议", "总分"],
    [1, "2025/9/8 12:24:22", "137秒", "1.2.3.4(江苏-南京)", "很满意", "电话┋门店", 5, "其他〖很好〗", 80],
    [2, "2025/9/8 12:25:02", "98秒", "1.2.3.5(北京)", "不满意", "电话", -3, "", 40],
    [3, "2025/9/9 02:25:02", "61秒", "1.2.3.6(北京)", "(跳过)", "(空)", 1, "=1+1", 60],
]
QUALTRICS = [
    ["StartDate", "Status", "Finished", "Q1", "Q2_1", "Q2_TEXT"],
    ["Start Date", "Response Type", "Finished", "How\nsatisfied?", "Matrix - row", "Other - Text"],
    *[[json.dumps({"ImportId": name}) for name in ("startDate", "status", "finished", "QID1", "QID2_1", "QID2_TEXT")]],
    ["2025-01-01 10:00:00", "0", "1", "5", "4", "x"],
]
LIMESURVEY = [["id", "submitdate", "lastpage", "startlanguage", "P1[SQ1]", "P1[other]"], [1, "", 2, "en", "A1", "N/A"]]
KOBO = [
    ["start", "group/q1", "group/q2", "group/q2/a", "_id", "_uuid", "_submission_time"],
    ["", 1, "a b", 1, 7, "u", ""],
]
SURVEYMONKEY = [["Respondent ID", "Which?", "", "Why?"], ["", "A", "B", "Open-Ended Response"], [11, "A", "", "x"]]
INSTRUMENT = """schema: satix.instrument/1
instrument: small
version: 1.0.0
title: {zh: 小, en: Small}
purpose: {zh: 试, en: Tests}
languages: [zh, en]
licence: {zh: 无, en: none}
scales:
  five: {from: 1, to: 5}
  via: {options: [{code: a, label: {zh: 电话, en: Phone}}, {code: b, label: {zh: 门店, en: Shop}}], ordered: false}
index: {code: I, label: {zh: 指数, en: Index}}
sections:
- code: S
  title: {zh: 一, en: One}
  questions:
  - {code: Q1, facet: performance, measures: I, scale: five, text: {zh: 您有多满意, en: How satisfied}}
  - {code: Q2, type: multiple, role: segment, scale: via, text: {zh: 渠道, en: Channel}}
"""
MAPPING = """schema: satix.mapping/1
instrument: small
platform: table
header_row: 1
columns:
- {heading: "1、您有多满意？", question: Q1, values: {很满意: 5, 不满意: 2}}
- {heading: "2、渠道", question: Q2}
"""
STUDY = """schema: satix.study/1
study: small
title: {zh: 小, en: Small}
instrument: instrument.yaml
waves: [{wave: "2025", label: {zh: "2025", en: "2025"}}]
sources: [{file: data/a.csv, mapping: a.yaml, wave: "2025"}]
"""
SURVEYJS = {
    "pages": [
        {
            "name": "p1",
            "elements": [
                {
                    "type": "radiogroup",
                    "name": "q1",
                    "title": "How satisfied?",
                    "choices": [1, {"value": 2, "text": "b"}],
                },
                {"type": "matrix", "name": "q2", "columns": ["a", "b"], "rows": ["x", "y"], "visibleIf": "{q1} = 2"},
                {"type": "rating", "name": "q3", "rateMin": 0, "rateMax": 10},
            ],
        }
    ]
}
QSF = {
    "SurveyEntry": {"SurveyID": "SV_1", "SurveyName": "s", "SurveyLanguage": "EN"},
    "SurveyElements": [
        {
            "Element": "BL",
            "Payload": {
                "0": {
                    "Type": "Default",
                    "ID": "BL_1",
                    "Description": "Block",
                    "BlockElements": [{"Type": "Question", "QuestionID": "QID1"}],
                }
            },
        },
        {"Element": "FL", "Payload": {"Flow": [{"Type": "Block", "ID": "BL_1", "FlowID": "FL_2"}], "FlowID": "FL_1"}},
        {
            "Element": "SQ",
            "PrimaryAttribute": "QID1",
            "Payload": {
                "QuestionText": "How?",
                "DataExportTag": "Q1",
                "QuestionType": "MC",
                "Selector": "SAVR",
                "SubSelector": "TX",
                "QuestionID": "QID1",
                "Choices": {"1": {"Display": "a"}, "2": {"Display": "b"}},
                "ChoiceOrder": ["1", "2"],
                "Validation": {"Settings": {"ForceResponse": "ON"}},
                "Language": [],
            },
        },
    ],
}
XLSFORM = {
    "survey": [
        ["type", "name", "label", "relevant"],
        ["select_one yn", "q1", "How?", ""],
        ["integer", "q2", "Age", "${q1} = 'y'"],
    ],
    "choices": [["list_name", "name", "label"], ["yn", "y", "Yes"], ["yn", "n", "No"]],
}
LSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<document><LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>400</DBVersion>
<languages><language>en</language></languages>
<answers><fields><fieldname>qid</fieldname></fields><rows><row><qid><![CDATA[1]]></qid><code><![CDATA[A1]]></code>
<answer><![CDATA[Good]]></answer><sortorder><![CDATA[1]]></sortorder><language><![CDATA[en]]></language></row></rows></answers>
<groups><rows><row><gid><![CDATA[1]]></gid><sid><![CDATA[9]]></sid><group_name><![CDATA[G]]></group_name>
<group_order><![CDATA[0]]></group_order><language><![CDATA[en]]></language></row></rows></groups>
<questions><rows><row><qid><![CDATA[1]]></qid><parent_qid><![CDATA[0]]></parent_qid><sid><![CDATA[9]]></sid>
<gid><![CDATA[1]]></gid><type><![CDATA[L]]></type><title><![CDATA[Q1]]></title><question><![CDATA[How?]]></question>
<language><![CDATA[en]]></language><relevance><![CDATA[Q1 == "A1"]]></relevance></row></rows></questions>
<surveys><rows><row><sid><![CDATA[9]]></sid><language><![CDATA[en]]></language></row></rows></surveys></document>"""
TSV = (
    "class\ttype/scale\tname\trelevance\ttext\thelp\tlanguage\nG\t0\tG1\t1\tGroup\t\ten\n"
    "Q\tL\tQ1\t1\tHow?\t\ten\nA\t0\tA1\t1\tGood\t\ten\n"
)


@dataclass(frozen=True)
class Seed:
    """A valid file: its name, its bytes and what reads it."""

    file: str
    content: bytes
    reader: Reader


def _csv(rows: list[list[Any]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)


def _xlsx(sheets: dict[str, list[list[Any]]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.properties.created = book.properties.modified = datetime(2025, 1, 1)
    book.save(stream)
    undated = io.BytesIO()
    with zipfile.ZipFile(stream) as archive, zipfile.ZipFile(undated, "w", zipfile.ZIP_DEFLATED) as written:
        for name in archive.namelist():
            content = re.sub(rb"20\d\d-\d\d-\d\dT[\d:]+Z", b"2025-01-01T00:00:00Z", archive.read(name))
            written.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return undated.getvalue()


def _written(write: Callable[[Path], object], name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()


def _undated(content: bytes) -> bytes:
    """The file as it would be on another day, so that an input follows from its name alone."""
    if content.startswith(b"$FL"):
        content = content[:92] + b"01 Jan 2500:00:00" + content[109:]
    content = re.sub(rb"(<timestamp>.).{17}", rb"\g<1>01 Jan 2025 00:00", content, flags=re.DOTALL)
    return re.sub(
        rb"(SPSSPORTA8/)\d{8}(6/[\d\r\n]{8})",
        lambda found: found[1] + b"20250101" + re.sub(rb"(?<!^)\d", b"0", found[2]),
        content,
    )


def _statistical() -> list[Seed]:
    """Files of SPSS, Stata and Parquet, as far as the libraries that write them are there."""
    found: list[Seed] = []
    try:
        import pandas as pd
        import pyreadstat
    except ImportError:
        return found
    frame = pd.DataFrame({"q1": [1.0, 2.0, 99.0], "name": ["甲", "b", ""], "q3": [5.0, None, 1.0]})
    labels = {"q1": {1.0: "bad", 2.0: "good"}}
    for name, write in (
        (
            "a.sav",
            lambda path: pyreadstat.write_sav(frame, path, variable_value_labels=labels, missing_ranges={"q1": [99]}),
        ),
        ("a.zsav", lambda path: pyreadstat.write_sav(frame, path, compress=True, column_labels=["x", "y", "z"])),
        ("a.dta", lambda path: pyreadstat.write_dta(frame, path, variable_value_labels={"q1": {1: "bad", 2: "good"}})),
        ("a.por", lambda path: pyreadstat.write_por(frame[["q1", "q3"]], path)),
    ):
        found.append(Seed(name, _undated(_written(write, name)), "table"))
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return found
    return [*found, Seed("a.parquet", _written(frame.to_parquet, "a.parquet"), "table")]


def seeds() -> list[Seed]:
    """Every seed."""
    records = [dict(zip(map(str, ROWS[0]), row, strict=True)) for row in ROWS[1:]]
    cells = {(r, c): cell for r, row in enumerate(ROWS) for c, cell in enumerate(row)}
    return [
        Seed("a.csv", _csv(ROWS), "table"),
        Seed("gbk.csv", _csv(ROWS, "gb18030", ";"), "table"),
        Seed("utf16.csv", _csv(ROWS, "utf-16", "\t"), "table"),
        Seed("qualtrics.csv", _csv(QUALTRICS), "table"),
        Seed("limesurvey.csv", _csv(LIMESURVEY), "table"),
        Seed("kobo.csv", _csv(KOBO), "table"),
        Seed("surveymonkey.csv", _csv(SURVEYMONKEY), "table"),
        Seed("a.csv.gz", gzip.compress(_csv(ROWS), mtime=0), "table"),
        Seed("a.xlsx", _xlsx({"Sheet1": ROWS, "Other": [["a"], [1]]}), "table"),
        Seed("a.xls", compound_file(workbook_stream(cells)), "table"),
        Seed("a.json", json.dumps(records, ensure_ascii=False).encode(), "table"),
        Seed("a.jsonl", b"\n".join(json.dumps(record).encode() for record in records), "table"),
        *_statistical(),
        Seed("form.xlsx", _xlsx(XLSFORM), "questionnaire"),
        Seed("surveyjs.json", json.dumps(SURVEYJS).encode(), "questionnaire"),
        Seed("a.qsf", json.dumps(QSF).encode(), "questionnaire"),
        Seed("a.lss", LSS, "questionnaire"),
        Seed("a.lsg", LSS.replace(b">Survey<", b">Group<"), "questionnaire"),
        Seed("a.tsv", TSV.encode(), "questionnaire"),
        Seed("instrument.yaml", INSTRUMENT.encode(), "instrument"),
        Seed("mapping.yaml", MAPPING.encode(), "mapping"),
        Seed("study.yaml", STUDY.encode(), "study"),
    ]
