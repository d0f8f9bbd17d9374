"""The workbook, read back with another library."""

from __future__ import annotations

import re
import warnings
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from reports.document import Label, Report, Section
from reports.renderers.workbook.blocks import bands
from reports.renderers.workbook.measure import n_lines, sheet_name
from reports.renderers.workbook.native_look import nice_step
from reports.renderers.xlsx import write_xlsx
from tests.reports.showcase import HOSTILE, showcase

LANGUAGES = [("zh",), ("en",), ("zh", "en")]


def _read(path):
    """openpyxl knows no extensions (solid data bars are one, of 2010) and warns that saving would lose them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* extension is not supported", category=UserWarning)
        return load_workbook(path)


@pytest.fixture(scope="module", params=LANGUAGES, ids="".join)
def workbook(request, tmp_path_factory):
    """The showcase as a file, and as openpyxl reads it."""
    path = tmp_path_factory.mktemp("xlsx") / "report.xlsx"
    write_xlsx(showcase(request.param), path)
    return request.param, path, _read(path)


def _cells(book):
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_no_text_becomes_a_formula_or_an_outside_link(workbook):
    """Signs that start a formula stay text; only links inside the workbook exist."""
    _, path, book = workbook
    cells = _cells(book)
    assert all(cell.data_type != "f" for cell in cells)
    strings = {cell.value for cell in cells if cell.data_type == "s"}
    for wording in HOSTILE:
        readable = wording.replace("\r", "_x000D_") if wording not in strings else wording
        assert readable in strings or wording.replace("\r", "\n") in strings, wording
    with zipfile.ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if re.match(r"xl/worksheets/sheet\d+\.xml", name)]
        assert all(b"<f>" not in parts.read(name) for name in sheets)
        relations = b"".join(parts.read(name) for name in parts.namelist() if name.endswith(".rels"))
        assert b"External" not in relations


def test_figures_keep_full_precision_under_a_number_format(workbook):
    """73.8123 is stored whole and shown with one decimal."""
    languages, _, book = workbook
    formats = {cell.value: cell.number_format for cell in _cells([book[book.sheetnames[1]]]) if cell.data_type == "n"}
    assert formats[73.8123] == "0.0;−0.0"
    assert formats[0.6874] == "0.0%;−0.0%"
    assert formats[1.6] == "+0.0;−0.0;0.0"
    assert formats[1204] == "#,##0;−#,##0"
    assert formats[0.0004] == ('[<0.001]"<.001";.000' if languages == ("en",) else '[<0.001]"<0.001";0.000')
    assert formats[72.4] == "0.0;−0.0"  # the lower bound of an interval is a cell of its own


def test_absent_figures_are_dashes_and_withheld_ones_stars(workbook):
    """Neither an empty cell nor a zero."""
    _, _, book = workbook
    texts = [cell.value for cell in _cells([book[book.sheetnames[1]]])]
    assert "–" in texts
    assert "*" in texts


def test_sheets_are_named_within_the_rules_and_freeze_the_table_head(workbook):
    """No forbidden character, at most 31 characters, one sheet per section and one for the charts."""
    languages, _, book = workbook
    assert len(book.sheetnames) == 5
    for name in book.sheetnames:
        assert len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)
    table_sheet = book[book.sheetnames[1]]
    row, column = re.match(r"([A-Z]+)(\d+)", table_sheet.freeze_panes).group(2, 1)
    assert column == "C"
    header = "指标" if "zh" in languages else "Indicator"
    assert str(table_sheet.cell(int(row) - 1, 2).value).startswith(header)
    assert all(sheet.sheet_properties.pageSetUpPr.fitToPage and int(sheet.page_setup.paperSize) == 9 for sheet in book)


def test_charts_are_native_and_named_point_by_point(workbook):
    """Eight charts; the grid has a literal name at each point and axes that cross at its centre."""
    languages, path, _ = workbook
    with zipfile.ZipFile(path) as parts:
        charts = [parts.read(n).decode() for n in parts.namelist() if re.match(r"xl/charts/chart\d+\.xml", n)]
        drawings = "".join(parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/drawings/drawing"))
    assert len(charts) == 8
    (grid,) = [chart for chart in charts if "<c:scatterChart>" in chart]
    for point in showcase(languages).sections[2].blocks[0].data.points:
        assert point.label.get(languages[0]) in grid
    centre = showcase(languages).sections[2].blocks[0].data.centre_performance
    assert float(re.findall(r'<c:crossesAt val="([\d.]+)"', grid)[0]) == pytest.approx(centre)
    assert drawings.count("descr=") == 8


def test_the_same_report_gives_the_same_bytes(tmp_path):
    """No clock time enters the file."""
    for name in ("one.xlsx", "two.xlsx"):
        write_xlsx(showcase(("zh", "en")), tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_report_without_charts_has_no_chart_sheet(tmp_path):
    """An empty last sheet would puzzle."""
    report = Report(
        title=Label.same("r"), languages=("en",), sections=(Section(id="s", title=Label.same("History"), blocks=()),)
    )
    write_xlsx(report, tmp_path / "r.xlsx")
    assert len(_read(tmp_path / "r.xlsx").sheetnames) == 1


@given(st.lists(st.text(max_size=50), min_size=1, max_size=8))
def test_sheet_names_are_always_valid_and_unique(wanted):
    """Excel's rules: 1 to 31 characters, none of []:*?/\\, no apostrophe at an end, unique whatever the case."""
    taken: set[str] = set()
    names = [sheet_name(name, taken) for name in wanted]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 1 <= len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\\x00-\x1f]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"


def test_long_sheet_names_are_told_apart():
    """Two long titles alike in their first 31 characters."""
    taken: set[str] = set()
    first, second = sheet_name("x" * 40, taken), sheet_name("X" * 40, taken)
    assert first == "x" * 31
    assert second == "X" * 27 + " (2)"


@given(st.lists(st.floats(3, 40), min_size=1, max_size=14), st.integers(1, 4))
def test_bands_cover_every_column_once(widths, n):
    """Cards side by side take all columns, none twice."""
    found = bands(widths, n)
    assert [column for band in found for column in range(band.first, band.last + 1)] == list(range(1, len(widths) + 1))
    assert len(found) == min(n, len(widths))


def test_lines_of_wrapped_cells_are_counted():
    """Ten hanzi are twenty units wide: two lines in twelve units."""
    assert n_lines("满意度满意度满意度满", 12.0) == 2
    assert n_lines("one\ntwo", 30.0) == 2
    assert n_lines("Delivery timeliness", 12.0) == 2


def test_text_beyond_the_limit_of_a_cell_is_cut(tmp_path):
    """Excel holds 32,767 characters in a cell."""
    report = showcase(("en",))
    long = replace(report, title=Label.same("x" * 40_000))
    write_xlsx(long, tmp_path / "long.xlsx")
    assert len(_read(tmp_path / "long.xlsx").worksheets[0]["B1"].value) == 32_767


def test_bilingual_text_beyond_the_limit_is_cut_too(tmp_path):
    """Both halves share the cell's limit."""
    long = replace(showcase(("zh", "en")), title=Label(zh="满" * 40_000, en="x" * 40_000))
    write_xlsx(long, tmp_path / "long.xlsx")
    assert 32_000 < len(_read(tmp_path / "long.xlsx").worksheets[0]["B1"].value) <= 32_767


def test_many_series_stay_within_their_columns(tmp_path):
    """Six lines with a break in each need more columns than the alphabet has letters."""
    report = showcase(("en",))
    trend = report.sections[0].blocks[-1]
    series = trend.data.series * 6
    many = replace(trend, data=replace(trend.data, series=series))
    section = replace(report.sections[0], blocks=(many,))
    write_xlsx(replace(report, sections=(section,)), tmp_path / "many.xlsx")
    with zipfile.ZipFile(tmp_path / "many.xlsx") as parts:
        chart = parts.read("xl/charts/chart1.xml").decode()
    assert "$AK$" in chart  # names in A, then six lines of two runs with three columns each: B to AK
    assert "$[" not in chart


def test_steps_of_an_axis_are_round():
    """1, 2, 2.5 or 5 times a power of ten."""
    assert [nice_step(wanted) for wanted in (0.9, 1.1, 2.1, 3, 6)] == [1, 2, 2.5, 5, 10]
    assert nice_step(0.021) == pytest.approx(0.025)
