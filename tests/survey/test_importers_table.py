"""Finding the table in a file: heading row, encoding, delimiter, rows that are no records."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.errors import FileRefusedError, Place, ResponseImportError
from survey.importers import cell_columns
from survey.importers.cell_text import cell_text, column_letter, fold, number_in, tidy
from survey.importers.encodings import decode, find_delimiter
from survey.importers.table_file import Table, read_table
from survey.importers.times import iso_time, seconds_in

CHINESE = "序号,性别,您对物流速度的满意程度\n1,男,非常满意\n2,女,不满意\n"
KOREAN = "번호,성별,키오스크는 사용자가 선택한 내용을 반영한다\n1,남,매우 그렇다\n2,여,그렇지 않다\n"


def test_headings_under_merged_title_rows_are_found(write_xlsx):
    """Row numbers stay those of Excel."""
    rows = [["客户满意度调查", None, None], ["2024 年", None, None], ["编号", "速度", "态度"], [1, 5, 4], [2, 3, 4]]
    table = read_table(write_xlsx(rows, merge=["A1:C1", "A2:C2"]))
    assert (table.header_row, table.title_rows, table.rows) == (3, 2, (4, 5))
    assert table.headings == ("编号", "速度", "态度")


def test_the_row_with_the_mapping_s_headings_is_the_header(write_csv):
    """Even where another row has more texts."""
    path = write_csv([["很", "多", "字", "行"], ["q", "", "", ""], ["5", "1", "2", "3"]])
    assert read_table(path, known_headings=["q"]).header_row == 2
    assert read_table(path).header_row == 1
    assert read_table(path, header_row=2).n == 1


def test_a_leading_empty_column_keeps_the_letters(write_xlsx):
    """Column B stays column B."""
    table = read_table(write_xlsx([[None, "a", "b"], [None, 1, 2]]))
    assert table.headings == ("", "a", "b")
    assert table.place(2, 2).text() == "answers.xlsx, sheet 'Sheet1', row 2, column C (b)"


def test_duplicate_and_blank_headings(write_csv):
    """The second of a name is found by occurrence; blank headings at the end without cells are left off."""
    table = read_table(write_csv([["a", "a ", "b", "", ""], ["1", "2", "3", "4", ""]]))
    assert table.headings == ("a", "a ", "b", "")
    assert (table.position_of("a", 1), table.position_of("a", 2), table.position_of("B")) == (0, 1, 2)
    assert table.position_of("a", 3) is None


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "utf-16", "utf-16"),
        (KOREAN, "cp949", "cp949"),
        (KOREAN, "utf-8", "utf-8"),
        ("id,réponse\n1,très satisfait\n", "cp1252", "cp1252"),
        ("id,a\n1,2\n", "ascii", "utf-8"),
    ],
)
def test_encodings_are_found_out(text, encoding, found):
    """GB18030 and CP949 both decode the other's text without error; common characters decide."""
    decoded = decode(text.encode(encoding), file="a.csv")
    assert (decoded.encoding, decoded.text) == (found, text)
    assert decoded.reason.message("en")
    assert decoded.reason.message("zh")


def test_a_wrongly_declared_encoding_is_refused(write_csv):
    """Declared encodings are strict, and the line is named."""
    path = write_csv([["a"], ["中文"]], encoding="gb18030")
    with pytest.raises(ResponseImportError, match="line 2"):
        read_table(path, encoding="utf-8")
    with pytest.raises(ResponseImportError, match="unknown encoding"):
        read_table(path, encoding="utf-88")
    assert read_table(path, encoding="gb18030").columns[0][0] == "中文"


def test_delimiters_are_found_out(write_csv):
    """Semicolon and tab; a comma inside quotation marks divides nothing."""
    for delimiter in (",", ";", "\t"):
        path = write_csv([["a", "b,c"], ["1", "x;y"], ["2", "z"]], delimiter=delimiter)
        table = read_table(path)
        assert (table.delimiter, table.headings) == (delimiter, ("a", "b,c"))
    assert find_delimiter("") == ","


def test_line_breaks_inside_a_cell_count_as_one_row(write_csv):
    """Excel counts records, not lines."""
    table = read_table(write_csv([["a", "b"], ["1", "x\ny"], ["2", "z"]]))
    assert table.rows == (2, 3)
    assert table.columns[1][0] == "x\ny"


def test_ragged_rows_are_padded(write_csv):
    """Short records end in empty cells; longer ones widen the table."""
    table = read_table(write_csv([["a", "b"], ["1"], ["2", "3", "4"]]))
    assert [list(column) for column in table.columns] == [["1", "2"], [None, "3"], [None, "4"]]


@pytest.mark.parametrize("rows", [[["a", "b"]], [["a"], [""], [""]]])
def test_headings_without_records_are_refused(write_csv, rows):
    """An export without answers."""
    with pytest.raises(ResponseImportError, match="no answers below"):
        read_table(write_csv(rows))


def test_an_empty_workbook_and_an_unknown_sheet_are_refused(write_xlsx):
    """Sheets found are listed."""
    with pytest.raises(ResponseImportError, match="nothing in the table"):
        read_table(write_xlsx([]))
    with pytest.raises(ResponseImportError, match="Sheets found: Sheet1, B"):
        read_table(write_xlsx([["a"], [1]], more=["B"]), sheet="C")


def test_truth_values_and_numbers_stay_apart(write_xlsx):
    """TRUE is not 1."""
    table = read_table(write_xlsx([["a", "b"], [True, 1], [False, 0]]))
    assert list(table.columns[0]) == ["TRUE", "FALSE"]
    assert list(table.columns[1]) == [1.0, 0.0]


def test_totals_at_the_end_are_no_record_and_in_the_middle_are(write_csv):
    """Only the last rows are looked at."""
    rows = [["a", "b"], ["合计", "1"], ["x", "1"], ["x", "1"], ["x", "1"], ["Total:", "4"]]
    table = read_table(write_csv(rows))
    assert table.totals_rows == (6,)
    assert table.n == 4


@pytest.mark.parametrize(
    ("rows", "totals"),
    [
        ([["Total", "5"], ["Shell", "4"], ["Total", "3"], ["BP", "2"], ["Total", "1"]], ()),  # a brand
        ([["Esso", "5"], ["Shell", "4"], ["BP", "5"], ["Total", "3"]], ()),  # 14, 4.67, 3 records; 3 is none of them
        ([["Esso", "5"], ["Shell", "4"], ["BP", "2"], ["BP", "2"], ["Total", "2"]], ()),
        ([["Esso", "5"], ["Shell", "4"], ["BP", "很好"], ["Total", "很好"]], ()),
        ([["a", "5"], ["b", "4"], ["c", "2"], ["Mean", "3.7"], ["Total", "11"]], (5, 6)),  # 11 / 3 = 3.67
        ([["a", "5"], ["b", "4"], ["平均值", "4.50"], ["合计", ""]], (4, 5)),
        ([["a", "5"], ["b", "4"], ["c", "4"], ["d", "2"], ["e", "4"], ["f", "2"], ["合计", "6"]], (8,)),  # of records
    ],
)
def test_an_answer_may_be_called_total(write_csv, rows, totals):
    """A row is a totals row where its figures are those of the columns above it."""
    table = read_table(write_csv([["brand", "sat"], *rows]))
    assert table.totals_rows == totals
    assert table.n == len(rows) - len(totals)


def test_legacy_workbooks_are_read_in_a_process_of_their_own(shared, tmp_path):
    """BIFF8 with codepage 936; a broken one ends in a message."""
    path = shared / "reference" / "formats" / "wjx" / "[问卷星数据]800_800_0.xls"
    table = read_table(path)
    assert (table.kind, table.n, table.columns[8][0]) == ("xls", 800, "男")
    with pytest.raises(ResponseImportError, match="Sheets found: Sheet1"):
        read_table(path, sheet="none")
    broken = tmp_path / "broken.xls"
    broken.write_bytes(path.read_bytes()[:20_000] + "Workbook".encode("utf-16-le"))
    with pytest.raises(FileRefusedError):
        read_table(broken)


@given(st.integers(0, 16383))
def test_column_letters_are_excel_s(position):
    """Against openpyxl."""
    from openpyxl.utils import get_column_letter

    assert column_letter(position) == get_column_letter(position + 1)


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    """What is compared is stable."""
    assert fold(fold(text)) == fold(text)


def test_cells_as_text_and_numbers():
    """Whole floats have no decimal point."""
    assert [cell_text(value) for value in (5.0, 5.5, None, " a\u200b ", 3)] == ["5", "5.5", "", "a", "3"]
    assert [number_in(text) for text in ("8", "8.", "-3", "8a", "")] == [8.0, 8.0, -3.0, None, None]


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [("137秒", 137), ("2分17秒", 137), ("1小时2分", 3720), ("00:02:17", 137), ("02:17", 137), (137.0, 137),
     ("137", 137), ("1h 2m 3s", 3723), ("很久", None), ("", None), ("-5", None)],
)  # fmt: skip
def test_durations(cell, seconds):
    """As exports write them."""
    assert seconds_in(cell) == seconds


@pytest.mark.parametrize(
    ("cell", "iso"),
    [("2023/9/8 12:24:22", "2023-09-08T12:24:22"), ("2025-03-01 21:15:30", "2025-03-01T21:15:30"),
     ("2023年9月8日 下午3:05", "2023-09-08T15:05:00"), ("2024-02-30", None), (45000.5, "2023-03-15T12:00:00"),
     ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05"), (7, None), ("昨天", None)],
)  # fmt: skip
def test_times(cell, iso):
    """Excel's day 45000 is 15 March 2023."""
    assert iso_time(cell) == iso


def test_hidden_sheets_are_passed_over(write_xlsx):
    """A platform's hidden first sheet is not the answers; it can be asked for by name."""
    from openpyxl import load_workbook

    path = write_xlsx([["hidden"], [1]])
    workbook = load_workbook(path)
    shown = workbook.create_sheet("answers")
    shown.append(["a", "b"])
    shown.append([1, 2])
    workbook["Sheet1"].sheet_state = "hidden"
    workbook.active = 1
    workbook.save(path)
    assert read_table(path).headings == ("a", "b")
    assert read_table(path).other_sheets == ()
    assert read_table(path, sheet="Sheet1").headings == ("hidden",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'a,b\n1,2\n"3,4\n5,6\n', "line 3.*never closed"),
        (b'a,b\n1,"' + b"x\n" * 200_000 + b'"\n', "line 2.*never closed"),
        (b"a,b\n1," + b"x" * 200_000 + b"\n", "line 2.*characters"),
        (b"a,b\n1,\0\n", "line 2.*zero bytes"),
        (b"a,b\n" + b"1," * 20_000 + b"1\n", "20001 columns"),
    ],
)
def test_damaged_text_tables_are_refused_with_their_line(tmp_path, content, message):
    """Nothing is swallowed: a quotation mark that stays open would make one cell of the rest."""
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(ResponseImportError, match=message):
        read_table(path)


def test_too_long_a_cell_of_a_workbook_is_named(write_xlsx, monkeypatch):
    """With its sheet, row and column."""
    monkeypatch.setattr(cell_columns, "LONGEST_CELL", 20)
    path = write_xlsx([["a", "b"], ["x", "short"], ["y", "z" * 21]])
    with pytest.raises(ResponseImportError, match="sheet 'Sheet1', row 3, column B: the cell has 21 characters"):
        read_table(path)


@given(
    st.lists(
        st.lists(
            st.one_of(st.text(max_size=3), st.integers(0, 3), st.booleans(), st.floats(0, 2), st.none()), max_size=5
        ),
        max_size=40,
    ),
    st.integers(1, 7),
)
def test_columns_hold_what_the_rows_did(rows, block):
    """Cell by cell, types included; short rows are filled up, truth values become words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell_columns, "BLOCK", block)
        columns, height = cell_columns.columns_of(rows, Place())
    width = max(map(len, rows), default=0)
    assert (len(columns), height) == (width, len(rows))
    for place, row in enumerate(rows):
        wanted = [str(cell).upper() if isinstance(cell, bool) else cell for cell in row] + [None] * (width - len(row))
        found = [column[place] for column in columns]
        assert found == wanted
        assert list(map(type, found)) == list(map(type, wanted))


def test_equal_texts_are_one_object():
    """Memory for an answer is taken once per column."""
    columns, _ = cell_columns.columns_of([["".join(["ab", "c"])] for _ in range(500)], Place())
    assert len({id(cell) for cell in columns[0]}) == 1


def test_mixed_lines_are_no_excuse_for_a_wrong_encoding(write_csv):
    """A file in GB18030 stays one, although a short line of it may be valid UTF-8 by chance."""
    rows = [
        ["问题", "编号"],
        *[["联通", str(place)] for place in range(3)],
        *[["非常不满意的服务", "1"] for _ in range(9)],
    ]
    table = read_table(write_csv(rows, encoding="gb18030"))
    assert (table.encoding, table.columns[0][5]) == ("gb18030", "非常不满意的服务")


@pytest.mark.parametrize("declared", ["hex", "zip", "utf-8+gb18030+cp949", "utf-8+nothing", "rot13", "\0", "idna"])
def test_declared_encodings_that_are_none(write_csv, declared):
    """Codecs that are no encodings of text are not tried."""
    with pytest.raises(ResponseImportError):
        read_table(write_csv([["a"], ["中文"]]), encoding=declared)


def test_columns_are_found_letter_by_letter_then_folded():
    """The second "Q1" as written comes before the second that only folds to it; None where nothing is found."""
    table = Table(
        file="t.csv", kind="csv", header_row=1, headings=("q1", "Q1", "Ｑ１ ", "Q1"), columns=([1],) * 4, rows=(2,)
    )
    assert table.occurrences == (1, 2, 3, 4)
    assert [table.position_of("Q1", which) for which in (1, 2, 3, 4, 5)] == [1, 3, 2, 3, None]
    assert table.position_of("ｑ1") == 0
    assert table.with_headings(("a", "b", "c", "d")).position_of("Q1") is None


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_letters_fold_as_any_others(text):
    """The short way gives what normalising gives."""
    assert fold(text) == " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
    assert tidy(text) == text.strip()
