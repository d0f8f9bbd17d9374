"""Files made to hurt are refused with what was found, or read, and neither takes much memory."""

from __future__ import annotations

import sys

import pytest

from survey.importers.table_file import read_table
from tests.survey.hostile_files import HOSTILE, READ, Hostile, workbook
from tests.survey.opened_alone import open_alone

MOST_MEMORY = 300
"""MB above a Python that has just started."""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured and limited as Linux does it")
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_hostile_file_bounces(tmp_path, hostile: Hostile):
    """Opened in a process of its own: the expected code, a message in both languages, little memory."""
    path = tmp_path / hostile.file
    path.write_bytes(hostile.make())
    found = open_alone(path, hostile.reader)
    assert found.code == hostile.outcome, found.said
    assert found.memory < MOST_MEMORY
    if hostile.outcome != READ:
        assert hostile.file in found.said


def _read(tmp_path, name):
    hostile = next(hostile for hostile in HOSTILE if hostile.name == name)
    path = tmp_path / hostile.file
    path.write_bytes(hostile.make())
    return read_table(path)


def test_formulas_are_read_as_what_they_show(tmp_path):
    """The last value is the cell; nothing is computed, and a text that looks like a formula stays a text."""
    table = _read(tmp_path, "formula cells")
    assert list(table.columns[0]) == [1, "=1+1"]
    formula = b'<row r="1"><c r="A1" t="inlineStr"><is><t>q</t></is></c></row><row r="2"><c r="A2"><f>1/0</f></c></row>'
    path = tmp_path / "b.xlsx"
    path.write_bytes(workbook(formula + b'<row r="3"><c r="A3"><f>A9</f><v>7</v></c></row>'))
    assert list(read_table(path).columns[0])[-1] == 7


def test_very_many_columns_are_read(tmp_path):
    """10 000 columns, in a text table and in a workbook."""
    table = _read(tmp_path, "10 000 columns")
    assert (table.n, len(table.headings)) == (1, 10_000)
    row = b'<row r="%d">' + b"<c><v>1</v></c>" * 10_000 + b"</row>"
    path = tmp_path / "wide.xlsx"
    path.write_bytes(workbook(row.replace(b"%d", b"1").replace(b"<c><v>1", b'<c t="str"><v>q') + row % 2))
    table = read_table(path)
    assert (table.n, len(table.headings)) == (1, 10_000)


def test_lines_in_another_encoding_are_read_and_named(tmp_path):
    """Two exports put together: every line in its own encoding."""
    table = _read(tmp_path, "mixed encodings")
    assert list(table.columns[0]) == ["很满意", "不满意"]
    assert table.encoding == "utf-8+gb18030"
    assert table.encoding_reason is not None
    assert "lines 3" in table.encoding_reason.message("en")
    assert read_table(tmp_path / "a.csv", encoding=table.encoding).columns == table.columns


def test_text_without_a_byte_order_mark_is_read(tmp_path):
    """UTF-16 as some databases write it."""
    table = _read(tmp_path, "UTF-16 without a mark")
    assert (table.headings, table.n, table.encoding) == (("q1", "q2"), 2, "utf-16-le")
