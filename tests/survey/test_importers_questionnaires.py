"""Questionnaires given to the importer of answers come out as none, and say what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.importers.detect import detect_table
from survey.importers.table_file import read_table
from tests.survey.read_back import ranked, table_of

FORMS = {
    **{
        f"kobo_odk/pyxform_{name}": "XLSForm"
        for name in (
            "blank_second_row.xls",
            "choice_filter_test.xlsx",
            "duplicate_columns.xlsx",
            "extra_columns.xls",
            "group.xlsx",
            "include.xlsx",
            "loop.xlsx",
            "or_other.xlsx",
            "spaces_in_choices_header.xls",
            "specify_other.xlsx",
            "xl_date_ambiguous.xlsx",
        )
    },
    **{f"kobo_odk/{name}.xls": "XLSForm" for name in ("childrens_survey", "tutorial", "tutorial_w_repeats")},
    **{f"redcap/{name}_dictionary.csv": "REDCap" for name in ("checkboxes-1", "longitudinal", "survey")},
    "formr/all_widgets.xlsx": "formr",
    "formr/random_order_with_blocks.xlsx": "formr",
}


@pytest.mark.parametrize(("name", "kind"), FORMS.items())
def test_a_real_form_is_none_and_named(name: str, kind: str, shared: Path) -> None:
    """Nothing but none, with the reason and the command that reads it."""
    (detection,) = detect_table(read_table(shared / "reference/formats" / name))
    assert (detection.platform, detection.confidence) == ("none", 1.0)
    (reason,) = detection.reasons
    assert reason.code == "survey.detected_by_questionnaire"
    for language in ("en", "zh"):
        assert kind in reason.message(language)
        assert "satix instruments draft" in reason.message(language)


def test_other_sheets_of_a_form_are_named_too(shared: Path) -> None:
    """The list of choices."""
    table = read_table(shared / "reference/formats/kobo_odk/tutorial.xls", sheet="choices")
    (detection,) = detect_table(table)
    assert detection.reasons[0].code == "survey.detected_by_questionnaire"


def test_a_structure_of_limesurvey_in_text(tmp_path: Path) -> None:
    """Tab-separated, with class and type/scale."""
    text = "class\ttype/scale\tname\trelevance\ttext\nS\t\tsid\t\t1\nG\tG0\tGroup\t1\t\n"
    (detection,) = detect_table(table_of(tmp_path, text, "structure.txt"))
    assert "LimeSurvey" in detection.reasons[0].message("en")


def test_a_table_with_a_type_is_no_form(tmp_path: Path) -> None:
    """Types that forms do not have."""
    table = table_of(tmp_path, "type,name,label\ncar,a,x\nbus,b,y\ntram,c,z\n")
    assert all(reason.code != "survey.detected_by_questionnaire" for reason in detect_table(table)[0].reasons)


def test_no_form_is_taken_for_answers_of_a_platform(shared: Path) -> None:
    """No importer is asked about a form."""
    for name in FORMS:
        assert list(ranked(read_table(shared / "reference/formats" / name))) == ["none"]
