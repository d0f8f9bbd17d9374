"""Columns to questions, and an instrument drafted from an export."""

from __future__ import annotations

import pytest

from survey.importers.answer_ladders import in_order, on_one_ladder
from survey.importers.detect import importer_of, platform_of
from survey.importers.draft_export import draft_export
from survey.importers.questions import questions_in
from survey.importers.read import read_responses
from survey.importers.table_file import read_table


def _arranged(path, platform=None):
    table = read_table(path)
    return importer_of(platform or platform_of(table)).arrange(table)


def test_labels_of_one_ladder_are_put_in_its_order():
    """Lower end first, whichever was met first; two labels, or labels of two ladders, are no scale."""
    assert on_one_ladder(["Satisfied", "very dissatisfied", "Neutral"]) == ["very dissatisfied", "Neutral", "Satisfied"]
    assert on_one_ladder(["比较满意", "非常不满意", "一般"]) == ["非常不满意", "一般", "比较满意"]
    assert on_one_ladder(["good", "average"]) is None
    assert on_one_ladder(["always", "good", "agree"]) is None
    assert on_one_ladder(["very satisfied", "extremely satisfied", "neutral"]) is None  # one step twice


def test_numbers_inside_labels_count_as_numbers():
    """Age bands in their order."""
    assert in_order(["100+", "18-24", "9-17", "25-34"]) == ["9-17", "18-24", "25-34", "100+"]


def test_kinds_are_read_from_cells(write_csv):
    """A matrix, ticks, marks between options, labels on a ladder, a number with units, and open texts."""
    rows = [["Q1 [shop]", "Q1 [web]", "Ways [call]", "Ways [chat]", "Likes", "Overall", "Years", "Say"]]
    words = ["Very dissatisfied", "Neutral", "Very satisfied"]
    for place in range(30):
        rows.append(
            [
                str(place % 5 + 1),
                str(5 - place % 5),
                "1" if place % 2 else "",
                "1" if place % 3 else "",
                "a┋b" if place % 2 else "b┋c",
                words[place % 3],
                f"{place + 18}岁",
                f"a remark of its own, number {place}",
            ]
        )
    found = questions_in(_arranged(write_csv(rows)))
    shape = [(q.kind, q.grid, q.spread, len(q.columns), len(q.options)) for q in found]
    assert shape == [
        ("scale", True, False, 2, 5),
        ("multiple", False, True, 2, 2),
        ("multiple", False, False, 1, 3),
        ("scale", False, False, 1, 3),
        ("number", False, False, 1, 0),
        ("text", False, False, 1, 0),
    ]
    assert [option.label for option in found[3].options] == words


def test_a_zero_to_ten_column_keeps_its_zero(write_csv):
    """The ends are those of the scale the numbers run over, not the observed ones."""
    rows = [["Recommend"], *[[str(n)] for n in (0, 2, 7, 9, 9, 8)]]
    (question,) = questions_in(
        _arranged(write_csv([["id", *rows[0]], *[[str(i), *r] for i, r in enumerate(rows[1:])]]))
    )
    assert [option.code for option in question.options] == list(range(11))


def test_the_drafted_mapping_reads_the_export_it_came_from(write_csv):
    """Every answer is found again; unreadable numbers are declared in the mapping, with a remark."""
    rows = [["id", "满意度", "年龄", "购买方式"]]
    rows += [
        [
            str(n),
            ["非常不满意", "一般", "非常满意"][n % 3],
            "约三十" if n == 7 else str(20 + n),
            "电话" if n % 2 else "门店",
        ]
        for n in range(40)
    ]
    path = write_csv(rows)
    draft = draft_export(_arranged(path), platform="table", instrument_id="drafted")
    result = read_responses(path, draft.instrument, draft.mapping)
    assert result.report.rows_kept == 40
    first, age, ways = (question.code for question in draft.instrument.questions)
    assert result.responses.scores(first)[:3].tolist() == [1, 2, 3]
    assert result.responses.missing_counts(age) == {"invalid": 1}
    assert result.responses.answered(ways).all()
    assert {remark.code for remark in draft.remarks} >= {"survey.draft_cells_invalid", "survey.draft_options_seen"}
    assert all(remark.message("zh") and remark.message("en") for remark in draft.remarks)


def test_the_245_by_94_export_has_87_questions(shared):
    """80 items, two attention checks and five demographic questions; six meta columns and the total are none."""
    (path,) = (shared / "reference" / "formats" / "wjx").glob("234274756_2_*.xlsx")
    arranged = _arranged(path)
    assert len(questions_in(arranged, platform="wenjuanxing")) == 87
    draft = draft_export(arranged, platform="wenjuanxing", instrument_id="parenting")
    result = read_responses(path, draft.instrument, draft.mapping)
    assert (result.report.rows_in_file, result.report.rows_kept) == (245, 245)


def test_matrix_and_multiple_choice_of_a_text_export(shared):
    """1044 rows of texts: 23 questions, eight of them matrices, four multiple choices."""
    path = shared / "reference" / "formats" / "wjx" / "按文本_AI社交_1044.xlsx"
    found = questions_in(_arranged(path), platform="wenjuanxing")
    assert len(found) == 23
    assert sum(question.grid for question in found) == 8
    assert sum(question.kind == "multiple" for question in found) == 4


@pytest.mark.parametrize("cells", [["", ""], ["x", "y"]])
def test_nothing_is_invented_for_columns_without_answers(write_csv, cells):
    """An empty column with a heading of its own holds no question."""
    path = write_csv([["id", "Rating", "Never filled"], ["1", "5", cells[0]], ["2", "4", cells[1]], ["3", "3", ""]])
    found = questions_in(_arranged(path))
    assert [question.text for question in found] == (["Rating"] if not cells[0] else ["Rating", "Never filled"])
