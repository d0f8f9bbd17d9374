"""Whatever the table: an importer recognises and arranges it without a fault, and loses no column and no answer."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.importers.detect import importer_of
from survey.importers.questions import questions_in, roles_in
from survey.importers.table_file import Table

PLATFORMS = ("qualtrics", "surveymonkey", "surveyjs", "ms_forms", "google_forms")
HEADINGS = [
    *["", "V1", "V2", "V3", "V4", "V5", "Q1", "Q1_1", "Q1_2", "Q1_1_TEXT", "1_Q5", "Q1#1_1", "ResponseId", "Status"],
    *["Finished", "StartDate", "EndDate", "RecordedDate", "UserLanguage", "Timestamp", "Rate [Speed]", "Rate [Staff]"],
    *["RespondentID", "Collector ID", "q0001_0001", "q0001_0002", "A - B", "A - C", "A - B - C", "ID", "Start time"],
    *["Completion time", "Email", "Points - A", "question1", "question1/Row 1", "question1/Row 2", "Age", "题目"],
    *["question1-Comment", "panel[1]/a", "US Region", "\u00a0"],
]
CELLS = [
    *[None, "", "1", "2", "-99", 3.0, 45000.5, "a, b", "b, c", "a;b;", "x┋y", '{"ImportId":"QID1"}'],
    *["{'ImportId': 'QID1-2'}", '{"ImportId":"QID1_TEXT","choiceId":"3"}', "Response", "Open-Ended Response"],
    *["R_000000000000001", "5/6/2024", "22/02/2015 13:09:25", "4337954960", "Not selected", "NA", "A", "B", "["],
    *["(", "…", "stem...-row"],
]


@st.composite
def tables(draw):
    """Headings and cells as the platforms write them, in any order."""
    width = draw(st.integers(1, 7))
    height = draw(st.integers(1, 6))
    headings = draw(st.lists(st.sampled_from(HEADINGS), min_size=width, max_size=width))
    columns = [draw(st.lists(st.sampled_from(CELLS), min_size=height, max_size=height)) for _ in range(width)]
    above = draw(st.lists(st.lists(st.sampled_from([*HEADINGS, *CELLS]), max_size=width + 1), max_size=2))
    return Table(
        file="any.csv",
        kind="csv",
        header_row=len(above) + 1,
        headings=tuple(headings),
        columns=tuple(columns),
        rows=tuple(range(len(above) + 2, len(above) + 2 + height)),
        above=tuple(tuple(row) for row in above),
    )


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables())
def test_any_table_is_arranged(platform, table):
    """One heading per column, records without further heading rows, and every answer column in one question."""
    importer = importer_of(platform)
    detection = importer.recognise(table)
    assert 0 <= detection.confidence < 1
    assert all(reason.message("zh") and reason.message("en") for reason in detection.reasons)
    assert bool(detection.reasons) or detection.confidence == 0
    arranged = importer.arrange(table)
    assert len(arranged.headings) == len(arranged.table.headings) == len(table.headings)
    assert tuple(heading.text for heading in arranged.headings) == arranged.table.headings
    folded = table.n - arranged.table.n
    assert 0 <= folded <= 5
    assert arranged.table.rows == table.rows[folded:]
    assert all(remark.message("zh") and remark.message("en") for remark in arranged.remarks)
    places = [place for question in questions_in(arranged, platform=platform) for place in question.columns]
    assert sorted(places) == [place for place, role in enumerate(roles_in(arranged)) if role is None]
