"""Every real file there is: the platform it comes from, rows in and rows accounted for, and questions found.

The files may not be shipped; they are read where they lie, and the tests skip where they are absent.
"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest

from survey.errors import Problem, SatixError
from survey.importers.detect import detect_table, importer_of
from survey.importers.draft_export import draft_export
from survey.importers.questions import count_asked
from survey.importers.read import read_responses
from survey.importers.table_file import read_table

FOLDER = Path(__file__).resolve().parents[3] / "shared"
ANSWERS = {
    "wjx/*.xls*": "wenjuanxing",
    "wjx/DERIVED_gbk_first100.csv": "wenjuanxing",
    "tencent/*.csv": "tencent",
    "jinshuju/*.csv": "jinshuju",
    "jinshuju/*.json": "jinshuju",
    "qualtrics/*.csv": "qualtrics",
    "surveymonkey/*.csv": "surveymonkey",
    "limesurvey/results-survey*": "limesurvey",
    "google_forms/*.csv": "google_forms",
    "ms_forms/*.csv": "ms_forms",
    "kobo_odk/tutorial*.csv": "kobo",
    "kobo_odk/children*.csv": "kobo",
    "kobo_odk/tutorial_w_repeats.xls": "none",
    "kobo_odk/children*.sav": "spss",
    "redcap/*_data.csv": "redcap",
    "spss_stata/*.sav": "spss",
    "spss_stata/*.zsav": "spss",
    "spss_stata/*.por": "spss",
    "spss_stata/*.dta": "stata",
}
"""Which platform made a file of answers; the first pattern that fits counts."""
QUESTIONS = {
    "wjx/234274756_2_*.xlsx": 87,
    "wjx/按文本_AI社交_1044.xlsx": 23,
    "wjx/RECONSTRUCTED*.xlsx": 6,
    "wjx/[[]问卷星数据[]]800_800_*.xls": 8,
    "qualtrics/Single_Answer_Matrix_Questions (Insights).csv": 5,
    "qualtrics/Multiple_Answer_MC_Questions (Insights).csv": 5,
    "qualtrics/SidebySide_Questions (Insights).csv": 8,
    "qualtrics/No_Basis_for_Evaluation (Insights).csv": 6,
    "qualtrics/Survey_Logic_EVERYWHERE.csv": 5,
}
"""Questions of the survey behind a file, as the sources or their questionnaire files count them."""
NO_ANSWERS = {
    "kobo_odk/pyxform_*.xls*": "XLSForm definitions",
    "kobo_odk/tutorial*.xls": "XLSForm definitions",
    "kobo_odk/childrens_survey.xls": "an XLSForm definition",
    "formr/*.xlsx": "formr definitions",
    "redcap/*_dictionary.csv": "REDCap dictionaries",
}
PLAIN = ("ecsi/*.csv", "hcahps/*.csv", "kiosk_servqual_kano/kiosk.csv", "sfo_survey/dataset.xlsx")


def _files(folder: str, patterns) -> list[str]:
    root = FOLDER / folder
    found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return [name for name in found if any(fnmatch(name, pattern) for pattern in patterns)]


def _of(table: dict[str, object], name: str) -> object:
    return next((value for pattern, value in table.items() if fnmatch(name, pattern)), None)


def _account(path: Path, platform: str) -> tuple[int, int]:
    """Rows of the file and rows accounted for, when it is read with the instrument drafted from it."""
    table = read_table(path)
    arranged = importer_of(platform).arrange(table)
    draft = draft_export(arranged, platform=platform, instrument_id="drafted")
    result = read_responses(path, draft.instrument, draft.mapping)
    assert result.responses.n == result.report.rows_kept
    in_file = table.n + len(table.empty_rows) + len(table.totals_rows)
    return in_file, result.report.rows_kept + sum(result.report.rows_skipped.values())


@pytest.mark.parametrize("name", _files("reference/formats", ANSWERS) or [None])
def test_the_platform_comes_first_and_every_row_is_accounted_for(shared, name):
    """Detection by content, then a whole import without a line of code."""
    if name is None:
        pytest.skip("no reference formats here")
    path = shared / "reference" / "formats" / name
    expected = str(_of(ANSWERS, name))
    first, *others = detect_table(read_table(path))
    assert first.platform == expected, [(d.platform, d.confidence) for d in (first, *others)]
    assert "none" in {first.platform, *(other.platform for other in others)}
    assert all(reason.message("zh") and reason.message("en") for reason in first.reasons)
    in_file, accounted = _account(path, "table" if expected == "none" else expected)
    assert in_file == accounted


@pytest.mark.parametrize("name", _files("reference/formats", QUESTIONS) or [None])
def test_as_many_questions_are_found_as_were_asked(shared, name):
    """Matrices and multiple choices over several columns are one question each."""
    if name is None:
        pytest.skip("no reference formats here")
    table = read_table(shared / "reference" / "formats" / name)
    platform = str(_of(ANSWERS, name))
    draft = draft_export(importer_of(platform).arrange(table), platform=platform, instrument_id="drafted")
    assert count_asked(draft.questions) == _of(QUESTIONS, name), [q.name for q in draft.questions]


@pytest.mark.parametrize("name", _files("reference/formats", NO_ANSWERS) or [None])
def test_a_questionnaire_is_not_taken_for_answers(shared, name):
    """Definitions of questionnaires come out as none of the platforms, with a reason, or are refused."""
    if name is None:
        pytest.skip("no reference formats here")
    problems: tuple[Problem, ...] = ()
    try:
        table = read_table(shared / "reference" / "formats" / name)
    except SatixError as refused:
        problems = refused.problems
    if problems:
        assert all(problem.message("zh") for problem in problems)
        return
    first = detect_table(table)[0]
    assert first.platform == "none"
    assert first.reasons


@pytest.mark.parametrize("name", _files("data", PLAIN) or [None])
def test_plain_tables_are_none_of_the_platforms(shared, name):
    """Traps: tables of figures and cleaned data; they can be read as plain tables all the same."""
    if name is None:
        pytest.skip("no data here")
    path = shared / "data" / name
    ranking = detect_table(read_table(path))
    assert ranking[0].platform == "none", [(d.platform, d.confidence) for d in ranking]
    assert ranking[0].reasons
    in_file, accounted = _account(path, "table")
    assert in_file == accounted
