"""The file guard: hostile and mislabelled files end with one clear message."""

from __future__ import annotations

import contextlib
import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey import archive_guard, sheet_extent
from survey.errors import FileRefusedError
from survey.file_guard import WORKBOOK_KINDS, guard_file, read_content

CONTENT_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORKBOOK = b'<?xml version="1.0"?><workbook/>'


def _workbook(path: Path, sheet: bytes, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _sheet(cells: bytes) -> bytes:
    return b"<worksheet><sheetData><row>" + cells + b"</row></sheetData></worksheet>"


def _refused(path: Path) -> str:
    with pytest.raises(FileRefusedError) as caught:
        guard_file(path)
    (problem,) = caught.value.problems
    assert problem.message("en")
    assert problem.message("zh")
    return problem.code.removeprefix("survey.")


def test_plain_files_pass(tmp_path, write_xlsx):
    """A workbook, a text table, and a workbook whose name says .xls."""
    path = write_xlsx([["a"], [1]])
    assert guard_file(path) == "xlsx"
    assert guard_file(path.rename(tmp_path / "b.xls")) == "xlsx"
    table = tmp_path / "a.csv"
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    assert guard_file(table) == "csv"


def test_missing_folder_empty_and_unknown_files(tmp_path):
    """Nothing to read is said plainly."""
    assert _refused(tmp_path / "none.xlsx") == "file_missing"
    assert _refused(tmp_path) == "file_is_a_folder"
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert _refused(empty) == "file_empty"
    other = tmp_path / "a.pdf"
    other.write_bytes(b"%PDF")
    assert _refused(other) == "extension_unknown"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"%PDF-1.7", "content_is_other"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "content_is_html"),
        ("a.xls", b'<?xml version="1.0"?><Workbook/>', "content_is_xml"),
        ("a.xlsx", b"a,b\n1,2\n", "content_is_text"),
        ("a.csv", b"\x00\x01\x02binary", "content_is_other"),
        ("a.csv", b"PK\x03\x04rest", "workbook_named_csv"),
        ("a.xlsx", b"PK\x03\x04not really a zip file", "archive_damaged"),
    ],
)
def test_content_is_checked_against_the_name(tmp_path, name, content, code):
    """What the file is, and what to do about it."""
    path = tmp_path / name
    path.write_bytes(content)
    assert _refused(path) == code


def test_a_word_document_named_xlsx_is_called_a_word_document(tmp_path):
    """New and old Word formats."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("word/document.xml", b"<document/>")
    assert _refused(path) == "content_is_word"
    with pytest.raises(FileRefusedError, match="Word document, not an Excel workbook"):
        guard_file(path)
    old = tmp_path / "b.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"))
    assert _refused(old) == "content_is_word"
    locked = tmp_path / "c.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    assert _refused(locked) == "workbook_encrypted"


def test_two_cells_far_apart_are_refused(tmp_path):
    """A reader would allocate the whole rectangle: 1 048 576 x 16 384 cells."""
    cells = b'<c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c>'
    assert _refused(_workbook(tmp_path / "a.xlsx", _sheet(cells))) == "sheet_extent"


@pytest.mark.parametrize(
    "cell",
    [
        b"<c s='1' r='XFD1048576'><v>1</v></c>",
        b'<x:c t="n"\n r = "XFD1048576"><v>1</v></x:c>',
        b'<c r="xfd1048576"/>',
        b'<c r="$XFD$1048576"/>',
        b'<c s="' + b"0" * 3000 + b'" r="XFD1048576"/>',
    ],
)
def test_a_stray_cell_is_found_in_any_spelling(tmp_path, cell):
    """Attribute order, quotation marks, prefixes and letter case do not hide it."""
    usual = b"".join(b'<c r="A%d"><v>1</v></c>' % row for row in range(1, 3000))
    assert _refused(_workbook(tmp_path / "a.xlsx", _sheet(usual + cell))) == "sheet_extent"


@given(st.lists(st.tuples(st.integers(1, 16384), st.integers(1, 1048576)), min_size=1, max_size=30))
def test_the_fast_scan_measures_what_the_plain_one_does(cells):
    """Largest column and row, whatever the order of the cells."""
    from openpyxl.utils import get_column_letter

    markup = b"".join(b'<c r="%s%d"><v>1</v></c>' % (get_column_letter(c).encode(), r) for c, r in cells)
    extent = sheet_extent.Extent()
    sheet_extent.measure(markup + b" " * sheet_extent.PADDING, len(markup), extent)
    assert (extent.columns, extent.rows) == (max(c for c, _ in cells), max(r for _, r in cells))
    assert extent.cells == len(cells)


def test_a_stray_cell_across_chunks_is_found(tmp_path, monkeypatch):
    """Whatever the chunk size, no cell falls between two chunks."""
    cells = b"".join(b'<c r="A%d"><v>1</v></c>' % row for row in range(1, 60)) + b'<c r="XFD1048576"/>'
    path = _workbook(tmp_path / "a.xlsx", _sheet(cells))
    for size in range(60, 140, 7):
        monkeypatch.setattr(archive_guard, "CHUNK", size)
        assert _refused(path) == "sheet_extent", size


def test_an_archive_that_inflates_too_far_is_refused(tmp_path):
    """100:1 above a floor of 10 MB, counted while inflating."""
    assert _refused(_workbook(tmp_path / "a.xlsx", _sheet(b" " * 60_000_000))) == "archive_inflates"


def test_a_header_that_lies_about_its_size_does_not_help(tmp_path):
    """The declared size is set to 10 bytes; the archive is refused all the same."""
    path = _workbook(tmp_path / "a.xlsx", _sheet(b" " * 60_000_000))
    content = bytearray(path.read_bytes())
    real = (60_000_000 + len(_sheet(b""))).to_bytes(4, "little")
    content = content.replace(real, (10).to_bytes(4, "little"))
    path.write_bytes(content)
    assert _refused(path) in {"archive_damaged", "archive_inflates"}


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/styles.xml", "xl/worksheets/_rels/sheet1.xml.rels"])
def test_document_types_are_refused_in_every_part(tmp_path, part):
    """Neither external entities nor entity bombs reach a reader."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    assert _refused(_workbook(tmp_path / "a.xlsx", _sheet(b""), **{part: bomb})) == "archive_doctype"


def test_parts_that_are_not_utf8_are_refused(tmp_path):
    """UTF-16 would hide a document type."""
    bomb = "<?xml version='1.0'?><!DOCTYPE x []><x/>".encode("utf-16")
    assert _refused(_workbook(tmp_path / "a.xlsx", _sheet(b""), **{"xl/styles.xml": bomb})) == "archive_not_utf8"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_and_very_many_entries_are_refused(tmp_path):
    """Two parts of one name, and thousands of parts."""
    path = tmp_path / "a.xlsx"
    _workbook(path, _sheet(b""), **{"xl/WorkBook.xml": WORKBOOK})
    assert _refused(path) == "archive_names_twice"
    many = {f"xl/media/{place}": b"" for place in range(2100)}
    assert _refused(_workbook(tmp_path / "b.xlsx", _sheet(b""), **many)) == "archive_entries"


def test_a_protected_archive_and_other_office_files_are_named(tmp_path):
    """ODS and XLSB are not read; a bit in the directory says an entry is encrypted."""
    path = _workbook(tmp_path / "a.xlsx", _sheet(b""))
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    path.write_bytes(content)
    assert _refused(path) == "workbook_encrypted"
    binary = _workbook(tmp_path / "b.xlsx", _sheet(b""), **{"xl/workbook.bin": b"x"})
    assert _refused(binary) == "content_is_other"


def test_a_truncated_workbook_is_called_damaged(write_xlsx):
    """A download that broke off."""
    path = write_xlsx([["a"], [1]])
    path.write_bytes(path.read_bytes()[:-300])
    assert _refused(path) == "archive_damaged"


def test_a_sparse_but_small_sheet_is_read(tmp_path):
    """A note far below a small table is no attack."""
    cells = b'<c r="A1"><v>1</v></c><c r="Z5000"><v>1</v></c>'
    assert guard_file(_workbook(tmp_path / "a.xlsx", _sheet(cells))) == "xlsx"


def test_any_bytes_end_in_a_message_or_pass(tmp_path):
    """Broken archives never raise anything else."""
    good = io.BytesIO()
    with zipfile.ZipFile(good, "w") as archive:
        archive.writestr("xl/workbook.xml", WORKBOOK)
    content = good.getvalue()
    path = tmp_path / "a.xlsx"
    for place in range(0, len(content), 3):
        path.write_bytes(content[:place] + b"\xff" + content[place + 1 :])
        with contextlib.suppress(FileRefusedError):
            guard_file(path)


KINDS = [
    ("a.sav", b"$FL2@(#) SPSS", "sav"),
    ("a.zsav", b"$FL3@(#) SPSS", "sav"),
    ("a.por", b" " * 200 + b"0" * 256 + b"SPSSPORT", "por"),
    ("a.por", (b" " * 80 + b"\r\n") * 5 + b" " * 56 + b"SPSSPORT", "por"),
    ("a.dta", b"<stata_dta><header>", "dta"),
    ("a.dta", b"\x72\x02\x01\x00", "dta"),
    ("a.parquet", b"PAR1....PAR1", "parquet"),
    ("a.json", b'[{"a": 1}]', "json"),
    ("a.ndjson", b'{"a": 1}\n{"a": 2}', "json"),
    ("a.xml", b'<?xml version="1.0"?><codeBook/>', "xml"),
    ("a.XML", b"\xef\xbb\xbf<codeBook/>", "xml"),
    ("a.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0), "packed"),
    ("a.2025.csv.gz", gzip.compress(b"a,b\n", mtime=0) + gzip.compress(b"1,2\n", mtime=0) + b"\0" * 512, "packed"),
]


@pytest.mark.parametrize(("name", "content", "kind"), KINDS)
def test_kinds_are_told_by_their_first_bytes(tmp_path, name, content, kind):
    """Statistical files, Parquet, JSON, XML and compressed text."""
    path = tmp_path / name
    path.write_bytes(content)
    assert guard_file(path) == kind


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"$FL2@(#) SPSS", "content_named_otherwise"),
        ("a.sav", b"<stata_dta>", "content_named_otherwise"),
        ("a.xlsx", b"PAR1....PAR1", "content_named_otherwise"),
        ("a.json", gzip.compress(b"{}", mtime=0), "content_is_other"),
        ("a.sav", b"a,b\n1,2\n", "content_is_plain_text"),
        ("a.parquet", b"\x00\x00\x00\x01", "content_is_other"),
        ("a.parquet", b"PARE....PARE", "content_is_other"),
        ("a.sav", b"<html><body>", "content_is_other"),
        ("a.csv.gz", gzip.compress(b"PK\x03\x04rest", mtime=0), "workbook_named_csv"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "file_empty"),
        ("a.xlsx.gz", gzip.compress(b"a", mtime=0), "extension_unknown"),
        ("a.zip", b"\x1f\x8b", "content_is_other"),
    ],
)
def test_other_kinds_are_checked_against_the_name(tmp_path, name, content, code):
    """The right name is given where there is one."""
    path = tmp_path / name
    path.write_bytes(content)
    assert _refused(path) == code


def test_only_what_the_caller_reads_is_accepted(tmp_path):
    """And the list of names is that of the caller."""
    path = tmp_path / "a.sav"
    path.write_bytes(b"$FL2")
    with pytest.raises(FileRefusedError, match=r"end in one of: \.xlsx, \.xlsm, \.xls\."):
        guard_file(path, accepted=WORKBOOK_KINDS)


def test_a_zip_with_one_text_table_is_read(tmp_path):
    """Folders and what macOS adds do not count; a second table does."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("export/", b"")
        archive.writestr("export/a.csv", b"a,b\n1,2\n")
        archive.writestr("__MACOSX/export/._a.csv", b"\0\5")
    assert guard_file(path) == "packed"
    assert read_content(path, "packed") == b"a,b\n1,2\n"
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("export/b.csv", b"a,b\n")
    assert _refused(path) == "packed_not_one_table"


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(1, 90), st.booleans()), min_size=1, max_size=40),
    st.sampled_from(["", "x:"]),
    st.sampled_from(["", " s='1>'", ' t = "n"']),
    st.integers(40, 400),
)
def test_cells_are_measured_as_a_reader_places_them(cells, prefix, more, size):
    """With or without a reference, in rows with or without a number, whatever the chunks."""
    from openpyxl.utils import get_column_letter

    lines, column, row, widest, lowest = [], 0, 0, 0, 0
    for across, down, referenced in cells:
        if across % 3 == 0:
            row = down if referenced else row + 1
            column = 0
            lines.append(f"<{prefix}row" + (f' r="{down}"' if referenced else "") + ">")
        if referenced:
            column, row = across, max(row, down)
            lines.append(f'<{prefix}c{more} r="{get_column_letter(across)}{row}"><v>1</v></c>')
        else:
            column += 1
            lines.append(f"<{prefix}c{more}><v>1</v></c>")
        widest, lowest = max(widest, column), max(lowest, row)
    markup = "".join(lines).encode()
    extent = sheet_extent.Extent()
    tail = b""
    for start in range(0, len(markup), size):
        text = tail + markup[start : start + size]
        cut = text.rfind(b"<", 0, -sheet_extent.PADDING)
        if cut > 0:
            sheet_extent.measure(text, cut, extent)
            text = text[cut:]
        tail = text
    sheet_extent.measure(tail + b" " * sheet_extent.PADDING, len(tail), extent)
    assert extent.cells == len(cells)
    assert extent.rows >= lowest
    assert extent.columns >= widest
