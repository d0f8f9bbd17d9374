"""XLSForms, real and made to be awkward: every row is accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from survey.errors import InstrumentError
from survey.structures import read_xlsform
from survey.structures.draft import StructureDraft
from survey.structures.wordings import guess_language, language_code
from survey.structures.xlsform_bounds import bounds_of
from survey.structures.xlsform_columns import Column, column_of
from survey.structures.xlsform_types import row_type

Form = Callable[..., Path]


@pytest.fixture
def form(tmp_path: Path) -> Form:
    """Write sheets, each a list of rows, as a workbook."""

    def write(**sheets: Sequence[Sequence[Any]]) -> Path:
        from openpyxl import Workbook

        book = Workbook()
        book.remove(book.active)  # type: ignore[arg-type]
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
        path = tmp_path / "form.xlsx"
        book.save(path)
        return path

    return write


def codes(draft: StructureDraft) -> dict[str, str]:
    return {
        problem.code.removeprefix("survey.structure_"): str(problem.fields["subjects"]) for problem in draft.remarks
    }


@pytest.mark.parametrize(
    ("cell", "family", "listed", "other"),
    [
        ("select_one yes_no", "single", "yes_no", False),
        ("select one from Yes_No", "single", "Yes_No", False),
        ("select_one colors or_other", "single", "colors", True),
        ("select all that apply from toilet_type or specify other", "multiple", "toilet_type", True),
        ("add select multiple prompt using list", "multiple", "list", False),
        ("rank items", "ranking", "items", False),
        ("begin_group", "begin", "", False),
        ("begin loop over rooms", "begin", "rooms", False),
        ("end repeat", "end", "", False),
        ("phone number", "identifying", "", False),
        ("phonenumber", "recorded", "", False),
        ("dateTime", "date", "", False),
        ("q string", "text", "", False),
        ("party like it's 19999", "unknown", "", False),
    ],
)
def test_types_in_every_spelling(cell: str, family: str, listed: str, other: bool) -> None:
    """Today's, and those of ten years ago."""
    found = row_type(cell)
    assert (found.family, found.list_name, found.or_other) == (family, listed, other)


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("label::English (en)", Column("label", "English (en)")),
        ("label:english", Column("label", "english")),
        (" Label ", Column("label")),
        ("bind:jr:constraintMsg", Column("constraint_message")),
        ("bind::relevant", Column("relevant")),
        ("media::audio::chinese", Column("audio", "chinese")),
        ("list name", Column("list_name")),
        ("header with spaces", Column("header with spaces")),
    ],
)
def test_headings_in_every_spelling(heading: str, column: Column) -> None:
    """One name for each column; an unknown one keeps its spelling."""
    assert column_of(heading) == column


@pytest.mark.parametrize(
    ("constraint", "whole", "limits"),
    [
        (". >= 0 and . <= 10", False, (0, 10)),
        ("0 <= . and 10 >= .", False, (0, 10)),
        (".>17", True, (18, None)),
        (". < 5", False, None),
        (". <= ${other}", False, None),
        ("regex(., '[0-9]+')", False, None),
        (". = 3", False, (3, 3)),
    ],
)
def test_bounds_of_numbers(constraint: str, whole: bool, limits: object) -> None:
    """Strict bounds have an equal only where whole numbers are asked for."""
    assert bounds_of(constraint, whole=whole) == limits


def test_languages_are_told_apart() -> None:
    """By name, by code in brackets, by tag; by script where nothing is said."""
    names = ["English (en)", "中文 (zh)", "Español", "chinese", "ZH-S", "pt_BR", "Klingon"]
    assert [language_code(name) for name in names] == ["en", "zh", "es", "zh", "zh", "pt-BR", "klingon"]
    assert [guess_language([text]) for text in ("Wie alt?", "您的年龄", "お名前は", "나이", "Имя")] == [
        *("en", "zh", "ja", "ko", "ru")
    ]


def test_a_form_in_two_languages(form: Form) -> None:
    """Labels, hints, required, bounds, routing of a group and of a question."""
    path = form(
        survey=[
            [
                *("type", "name", "label::中文 (zh)", "label::English (en)", "hint::English (en)"),
                *("required", "relevant", "constraint", "guidance_hint::English (en)"),
            ],
            ["select_one yn", "used", "用过吗？", "Used it?", "", "yes", ""],
            ["begin_group", "service", "服务", "Service", "", "", "${used} = '1'"],
            ["integer", "age", "年龄", "Age", "In years", "true()", "", ". >= 18 and . < 100", "for weighting"],
            ["text", "why", "为什么？", "Why?", "", "no", "${age} >= 65"],
            ["end_group"],
        ],
        choices=[
            ["list_name", "name", "label::中文 (zh)", "label::English (en)"],
            ["yn", 1, "是", "Yes"],
            ["yn", 0, "否", "No"],
        ],
        settings=[["form_title", "default_language"], ["Title", "English (en)"]],
    )
    draft = read_xlsform(path)
    used, age, why = draft.questions
    assert draft.languages == ("en", "zh")
    assert used.required
    assert [(option.code, dict(option.label)) for option in used.options] == [
        (1, {"zh": "是", "en": "Yes"}),
        (0, {"zh": "否", "en": "No"}),
    ]
    assert (age.lowest, age.highest, age.required) == (18, 99, True)
    assert (age.hint, age.purpose) == ({"en": "In years"}, {"en": "for weighting"})
    assert age.show_if.model_dump() == {"question": "used", "selected": (1,)}
    assert not why.required
    assert len(why.show_if.model_dump()["all_"]) == 2
    assert draft.counts() == {"carried": 3, "merged": 1, "left_out": 0}
    assert [section.title.get("en") for section in draft.sections] == [None, "Service"]


def test_awkward_rows_are_named(form: Form) -> None:
    """A missing name, an unknown type, an unclosed group, a list that is not there, a date for a label."""
    from datetime import datetime

    path = form(
        survey=[
            ["type", "name", "label", "label", "mystery"],
            ["text", "", "no name", "other", "x"],
            ["hologram", "h", "a hologram"],
            ["", "typeless", "no type"],
            ["begin group", "g", "never closed"],
            ["select_one nowhere", "s", datetime(2024, 5, 1)],
            ["end loop", "", ""],
            ["end loop", "", ""],
        ],
    )
    remarks = codes(read_xlsform(path))
    assert remarks["name_absent"] == "text"
    assert remarks["type_unknown"] == "h"
    assert remarks["type_absent"] == "typeless"
    assert remarks["options_absent"] == "s"
    assert remarks["cell_is_date"] == "C6"
    assert remarks["column_twice"] == "label"
    assert remarks["column_unknown"] == "mystery"
    assert remarks["group_unopened"] == "end loop"


def test_routing_that_cannot_be_carried_is_kept_as_text(form: Form) -> None:
    """The question stays, shown always, and the remark holds the condition."""
    path = form(
        survey=[
            ["type", "name", "label", "relevant"],
            ["text", "a", "A", "${b} = 'x'"],
            ["select_one l", "b", "B", ""],
            ["text", "c", "C", "pulldata('x', 'y')"],
            ["text", "d", "D", "${b} = 'gone'"],
            ["text", "e", "E", "${nobody} = 1"],
            ["text", "f", "F", "${b} = 'x' and ("],
            ["text", "g", "G", "false()"],
        ],
        choices=[["list_name", "name", "label"], ["l", "x", "X"], ["l", "y", "Y"]],
    )
    draft = read_xlsform(path)
    remarks = {problem.code.removeprefix("survey.structure_"): problem for problem in draft.remarks}
    for code, question in {
        **{"routing_ahead": "a", "routing_beyond": "c", "routing_option": "d"},
        **{"routing_unknown": "e", "routing_unreadable": "f", "never_shown": "g"},
    }.items():
        assert remarks[code].fields["subjects"] == question
        assert remarks[code].severity == "warning"
        assert remarks[code].place.row is not None
    assert remarks["routing_beyond"].fields["rule"] == "pulldata('x', 'y')"
    assert [question.code for question in draft.questions] == ["a", "b", "c", "d", "e", "f"]
    assert all(question.show_if is None for question in draft.questions)


def test_kobo_score_and_rank_become_a_grid_and_a_ranking(tmp_path: Path) -> None:
    """Rows of a score are questions of a matrix; levels of a rank are merged into one question."""
    survey = [
        {"type": "begin_score", "name": "score", "label": ["Rate"], "kobo--score-choices": "good"},
        {"type": "score__row", "name": "speed", "label": ["Speed"]},
        {"type": "score__row", "name": "care", "label": ["Care"]},
        {"type": "end_score"},
        {"type": "begin_rank", "name": "best", "label": ["Rank"], "kobo--rank-items": "good"},
        {"type": "rank__level", "name": "first", "label": ["First"]},
        {"type": "end_rank"},
    ]
    choices = [{"list_name": "good", "name": str(n), "label": [str(n)]} for n in (1, 2, 3)]
    path = tmp_path / "kobo.json"
    path.write_text(json.dumps({"content": {"survey": survey, "choices": choices, "translations": [None]}}))
    draft = read_xlsform(path)
    assert [(q.code, q.kind, len(q.options)) for q in draft.questions] == [
        ("speed", "single", 3),
        ("care", "single", 3),
        ("best", "ranking", 3),
    ]
    assert draft.sections[0].grid
    assert {item.name: item.fate for item in draft.items}["first"] == "merged"


def test_the_tree_pyxform_makes_is_read_too(tmp_path: Path) -> None:
    """Groups within groups, options in the question, labels by language."""
    options = [{"name": "y", "label": {"English (en)": "Yes"}}, {"name": "n", "label": {"English (en)": "No"}}]
    tree = {
        **{"type": "survey", "name": "data", "title": "A form"},
        "children": [
            {"type": "select one", "name": "q", "label": {"English (en)": "Q?"}, "choices": options},
            {
                **{"type": "group", "name": "g", "bind": {"relevant": "${q} = 'y'"}},
                "children": [{"type": "integer", "name": "n", "label": {"English (en)": "How many?"}}],
            },
            {"type": "group", "name": "meta", "children": [{"type": "calculate", "name": "instanceID"}]},
        ],
    }
    path = tmp_path / "pyxform.json"
    path.write_text(json.dumps(tree))
    draft = read_xlsform(path)
    assert [(q.code, q.kind) for q in draft.questions] == [("q", "single"), ("n", "number")]
    assert draft.questions[1].show_if is not None
    assert draft.title == {"en": "A form"}


TRAPS = {
    "pyxform_duplicate_columns.xlsx": "column_twice",
    "pyxform_extra_columns.xls": "column_unknown",
    "pyxform_spaces_in_choices_header.xls": "cell_without_heading",
    "pyxform_include.xlsx": "include",
    "pyxform_loop.xlsx": "loop_unrolled",
    "pyxform_choice_filter_test.xlsx": "choice_filter",
    "pyxform_or_other.xlsx": "choice_filter",
    "pyxform_xl_date_ambiguous.xlsx": "never_shown",
    "tutorial_w_repeats.xls": "repeat_flattened",
}


@pytest.mark.parametrize(("name", "code"), TRAPS.items())
def test_trap_forms_are_read_with_a_remark(name: str, code: str, shared: Path) -> None:
    """What makes each of them a trap is said."""
    draft = read_xlsform(shared / "reference/formats/kobo_odk" / name)
    assert code in codes(draft)


def test_real_forms_hold_what_they_should(shared: Path) -> None:
    """Counted by hand: loops written out, "other" added, repeated names told apart, metadata left out."""
    folder = shared / "reference/formats/kobo_odk"
    loop = read_xlsform(folder / "pyxform_loop.xlsx")
    assert [question.code for question in loop.questions][1:] == [
        *("pit_latrine_with_slab_number", "open_pit_latrine_number", "bucket_system_number")
    ]
    assert loop.questions[1].text == {"en": "How many Pit latrine with slab are on the premises?"}
    other = read_xlsform(folder / "pyxform_or_other.xlsx")
    assert [[str(o.code) for o in q.options][-1] for q in other.questions] == ["other", "apricot"]
    assert other.questions[0].options[-1].specify
    children = read_xlsform(folder / "childrens_survey.xls")
    assert [q.code for q in children.questions if q.code.endswith("name")] == [
        *("name", "children_name", "cartoons_name", "characters_name")
    ]
    grouped = read_xlsform(folder / "formpack_grouped_translated.json")
    assert (grouped.languages, grouped.counts()["left_out"]) == (("en", "es"), 2)
    assert read_xlsform(folder / "pyxform_blank_second_row.xls").questions[0].code == "value"
    with pytest.raises(InstrumentError, match="no questionnaire"):
        read_xlsform(folder / "pyxform_json_form_schema.json")


def test_formr_sheets_are_recognised(shared: Path) -> None:
    """R conditions, options in the row, required unless starred, ratings with labelled ends."""
    folder = shared / "reference/formats/formr"
    widgets = read_xlsform(folder / "all_widgets.xlsx")
    questions = {question.code: question for question in widgets.questions}
    assert widgets.platform == "formr"
    assert [option.score for option in questions["rating_button"].options] == [1, 2, 3, 4, 5]
    assert questions["slider_list"].options[0].label == {"en": "yay"}
    assert (questions["age"].lowest, questions["age"].highest) == (1, 130)
    assert questions["confirm2"].show_if.model_dump() == {"question": "confirm1", "selected": (1,)}
    assert [str(option.code) for option in questions["multiplechoice_several"].options] == ["1", "2", "3"]
    assert questions["mc_religion"].required
    assert not questions["abode"].required
    assert "monat" in codes(widgets)["never_shown"]
    order = read_xlsform(folder / "random_order_with_blocks.xlsx")
    assert len(order.questions) == 7
    assert "order_left_out" in codes(order)
