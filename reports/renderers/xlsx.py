"""A report as an Excel workbook: a worksheet per section, figures at full precision, native charts.

Every word is written as a string, never as a formula or a link; the file's bytes are the same for the
same report. The figures of the charts stand on the last worksheet, so that a chart can be copied into slides
and still be edited.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from reports import theme
from reports.document import Chart, Report, Section
from reports.renderers.workbook.chart_sheet import ChartSheet
from reports.renderers.workbook.formats import SIZE, Formats
from reports.renderers.workbook.measure import LONGEST_NAME, sheet_name
from reports.renderers.workbook.measured_sheet import MeasuredSheet
from reports.renderers.workbook.section_sheet import SectionSheet
from reports.wording import phrase

WORKBOOK_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
FIXED_DATE = datetime(2000, 1, 1)

__all__ = ["write_xlsx"]


def write_xlsx(report: Report, path: Path) -> None:
    """Write the workbook to ``path``."""
    import xlsxwriter

    font = theme.office_font(report.languages)
    options = {**WORKBOOK_OPTIONS, "default_format_properties": {"font_name": font, "font_size": SIZE}}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"title": report.title.in_(report.languages, " "), "created": FIXED_DATE})
        formats = Formats(workbook, report.languages)
        taken: set[str] = set()
        names = [sheet_name(_wanted_name(section, report), taken) for section in report.sections]
        sheets = [workbook.add_worksheet(name, worksheet_class=MeasuredSheet) for name in names]
        has_charts = any(isinstance(block, Chart) for block in report.blocks())
        chart_name = sheet_name(phrase("chart_sheet").in_(report.languages, " "), taken)
        last = workbook.add_worksheet(chart_name) if has_charts else None
        charts = ChartSheet(last, formats) if last is not None else None
        contents = [(name, section.title) for name, section in zip(names, report.sections, strict=True)]
        if last is not None:
            contents.append((chart_name, phrase("chart_sheet")))
            last.set_tab_color(theme.TONES["muted"].fill)
        for position, (section, sheet) in enumerate(zip(report.sections, sheets, strict=True)):
            sheet.set_tab_color(theme.ACCENT)
            writer = SectionSheet(workbook, sheet, report, formats=formats, charts=charts)
            writer.write(section, first=position == 0, contents=contents[1:])


def _wanted_name(section: Section, report: Report) -> str:
    """The sheet's short name in both languages where that fits, otherwise in the first."""
    label = section.sheet_name or section.title
    whole = label.in_(report.languages, " ")
    return whole if len(whole) <= LONGEST_NAME else label.get(report.languages[0])
