"""formr results, and the item table as their codebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.importers.detect import importer_of
from survey.importers.propose import propose_mapping
from survey.importers.read import read_responses
from survey.importers.table_file import Table
from survey.structures import draft_instrument, read_structure
from tests.survey.read_back import ranked, read_back, table_of

META = "session,created,modified,ended,expired"
SESSION = "Q7xJ-_kTf3sWmP0bZc9dLr2vYh8uNa1eG4iOo6tKX5wBjMqSgEzRnAyUpVlHCDF"


def results(folder: Path) -> Table:
    """Three sessions, one of which expired; a multiple choice in one cell."""
    rows = [
        f'{SESSION}1,2026-01-01 10:00:00,2026-01-01 10:05:00,2026-01-01 10:05:00,,4,"1, 3"',
        f"{SESSION}2,2026-01-01 11:00:00,2026-01-01 11:05:00,2026-01-01 11:05:00,,2,2",
        f"{SESSION}3,2026-01-01 12:00:00,2026-01-01 12:05:00,,2026-01-02 12:00:00,NA,NA",
    ]
    return table_of(folder, "\n".join([f"{META},rate,which", *rows]) + "\n")


def test_results_are_recognised_and_sessions_counted(tmp_path: Path) -> None:
    """Five columns of the session; the session is the respondent; an unfinished one is kept and named."""
    table = results(tmp_path)
    assert next(iter(ranked(table))) == "formr"
    arranged = importer_of("formr").arrange(table)
    assert [heading.role for heading in arranged.headings[:5]] == [
        "respondent",
        "started",
        "paradata",
        "submitted",
        "paradata",
    ]
    (remark,) = arranged.remarks
    assert (remark.fields["count"], remark.fields["total"]) == (1, 3)
    report = read_back(table, "formr").report
    assert report.rows_kept == 3
    assert next(column for column in report.columns if column.heading == "rate").missing == {"blank": 1}


def test_the_item_table_is_the_codebook(shared: Path) -> None:
    """Every item of the widget survey has a column of its name, and every column finds it."""
    structure = read_structure(shared / "reference/formats/formr/all_widgets.xlsx")
    instrument = draft_instrument(structure, instrument_id="widgets").instrument
    names = [question.code for question in structure.questions]
    table = Table(
        file="results.csv",
        kind="csv",
        header_row=1,
        headings=(*META.split(","), *names),
        columns=tuple([""] for _ in range(5 + len(names))),
        rows=(2,),
    )
    proposal = propose_mapping(table, instrument, "formr")
    assert proposal.unplaced_columns == ()
    assert {c.question for c in proposal.mapping.columns if c.question} | {
        c.heading for c in proposal.mapping.columns if c.role == "identifier"
    } == set(names)


def test_several_choices_in_one_cell(tmp_path: Path, shared: Path) -> None:
    """``1, 3`` ticks the first and the third option."""
    structure = read_structure(shared / "reference/formats/formr/all_widgets.xlsx")
    instrument = draft_instrument(structure, instrument_id="widgets").instrument
    multiple = next(q for q in structure.questions if q.kind == "multiple" and len(q.options) >= 3)
    codes = [option.code for option in multiple.options]
    table = table_of(tmp_path, f'{META},{multiple.code}\n{SESSION},2026,2026,2026,,"{codes[0]}, {codes[2]}"\n')
    mapping = propose_mapping(table, instrument, "formr").mapping
    responses = read_responses(table, instrument, mapping).responses
    ticks = {
        column.option: int(row[0])
        for column, row in zip(responses.columns, responses.codes, strict=True)
        if column.question == multiple.code
    }
    assert {code for code, tick in ticks.items() if tick == 2} == {codes[0], codes[2]}


@pytest.mark.parametrize("text", ["session,created,score\na,b,1\n", "created,modified,ended,expired\n1,2,3,4\n"])
def test_tables_of_others_are_not_taken_for_formr(text: str, tmp_path: Path) -> None:
    """Some of the names are not enough."""
    assert ranked(table_of(tmp_path, text)).get("formr", 0) < 0.5
