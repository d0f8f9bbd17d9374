"""One section on its worksheet: head, blocks from top to bottom, and the page set-up for print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import theme
from reports.document import (
    Block,
    Bullets,
    Chart,
    Heading,
    KeyFigures,
    Label,
    PageBreak,
    Paragraph,
    Report,
    Section,
    Table,
)
from reports.renderers.workbook.blocks import write_bullets, write_heading, write_key_figures, write_paragraph
from reports.renderers.workbook.chart_sheet import ChartSheet
from reports.renderers.workbook.formats import Formats
from reports.renderers.workbook.measure import LINE, PIXELS_PER_UNIT, n_lines, row_height
from reports.renderers.workbook.measured_sheet import MeasuredSheet
from reports.renderers.workbook.native import native_chart
from reports.renderers.workbook.tables import column_widths, write_table
from reports.wording import phrase

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

LEAST_WIDTH = 98.0
PLAIN_COLUMN = 12.5
WIDEST_CHART = 900
PIXEL = 4 / 3
MOST_FROZEN_ROWS = 9
SIDE_MARGIN, TOP_MARGIN, BOTTOM_MARGIN = 0.5, 0.6, 0.7  # inches
A4 = (8.27, 11.69)
WIDEST_PORTRAIT = 112.0


__all__ = ["SectionSheet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """How a sheet is laid on A4, one page wide; ``scale`` (per cent) is what that will come to."""

    landscape: bool
    scale: int

    @property
    def height(self) -> float:
        """The points of sheet that one page holds."""
        tall = A4[0] if self.landscape else A4[1]
        return (tall - TOP_MARGIN - BOTTOM_MARGIN) * 72 / (self.scale / 100) * 0.97


def _paper(widths: list[float]) -> Paper:
    """Upright while the columns fit an upright page legibly; wider fonts than reckoned leave more room below."""
    landscape = sum(widths) > WIDEST_PORTRAIT
    wide = A4[1] if landscape else A4[0]
    pixels = sum(widths) * PIXELS_PER_UNIT + 5 * len(widths) + 20
    scale = int(100 * (wide - 2 * SIDE_MARGIN) * 96 / pixels)
    return Paper(landscape=landscape, scale=min(max(scale, 10), 100))


def _sheet_widths(section: Section, formats: Formats) -> list[float]:
    """The widths of the columns from B on: what the section's tables need, filled up to a readable page."""
    widths: list[float] = []
    for block in section.blocks:
        if isinstance(block, Table):
            wanted = column_widths(block, formats.languages)
            widths = [
                max(pair) for pair in zip(_padded(widths, len(wanted)), _padded(wanted, len(widths)), strict=True)
            ]
    if 0 < sum(widths) < LEAST_WIDTH and len(widths) >= 6:
        stretch = LEAST_WIDTH / sum(widths)
        return [width * stretch for width in widths]
    while sum(widths) < LEAST_WIDTH:
        widths.append(min(PLAIN_COLUMN, max(LEAST_WIDTH - sum(widths), 4.0)))
    return widths


def _padded(widths: list[float], length: int) -> list[float]:
    return [*widths, *[0.0] * (length - len(widths))]


class SectionSheet:
    """Writes one section from top to bottom."""

    def __init__(
        self, workbook: Workbook, sheet: MeasuredSheet, report: Report, *, formats: Formats, charts: ChartSheet | None
    ) -> None:
        self.workbook = workbook
        self.sheet = sheet
        self.report = report
        self.formats = formats
        self.charts = charts
        self.row = 0
        self.widths: list[float] = []
        self.paper = Paper(landscape=False, scale=100)
        self.breaks: list[int] = []
        self.heading: int | None = None
        self.headers: list[int] = []

    def write(self, section: Section, *, first: bool, contents: list[tuple[str, Label]]) -> None:
        """Title, blocks, and on the first sheet the head of the report and the way to the other sheets."""
        sheet = self.sheet
        self.widths = _sheet_widths(section, self.formats)
        self.paper = _paper(self.widths)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 2, self.formats.get())
        for offset, width in enumerate(self.widths):
            sheet.set_column(1 + offset, 1 + offset, width, self.formats.get())
        if first:
            self._report_head()
        self._section_title(section, first=first)
        for block in section.blocks:
            self._block(block)
            self.heading = self.heading if isinstance(block, Heading) else None
        if first:
            self._contents(contents)
        self._page(section)

    def _across(self, label: Label, height: float, **look: Any) -> None:
        self.formats.write_across(self.sheet, self.row, 1, len(self.widths), label, **look)
        self.sheet.set_row(self.row, height)
        self.row += 1

    def _report_head(self) -> None:
        lines = len(self.formats.languages)
        band = {"bg_color": theme.ACCENT, "font_color": "#FFFFFF", "indent": 1, "text_wrap": True}
        self._across(self.report.title, 50 if lines > 1 else 34, font_size=18, bold=True, **band)
        if self.report.subtitle:
            self._across(self.report.subtitle, 32 if lines > 1 else 20, font_size=11, **band)
        for fact in self.report.facts:
            zh = f"{fact.label.get('zh')}：{fact.value.get('zh')}"
            en = f"{fact.label.get('en')}: {fact.value.get('en')}"
            self._across(
                Label(zh=zh, en=en), row_height(lines, line=14), font_color=theme.QUIET, indent=1, text_wrap=True
            )
        self.sheet.set_row(self.row, 8)
        self.row += 1

    def _section_title(self, section: Section, *, first: bool) -> None:
        lines = len(section.title.parts(self.formats.languages))
        self._across(
            section.title,
            42 if lines > 1 else 28,
            font_size=15,
            bold=True,
            font_color=theme.ACCENT,
            bottom=2,
            bottom_color=theme.ACCENT,
            text_wrap=True,
        )
        if not first:
            names = [name for name in (self.report.title, self.report.subtitle) if name]
            origin = Label(
                zh=" · ".join(name.get("zh") for name in names), en=" · ".join(name.get("en") for name in names)
            )
            one_line = Label.same(origin.in_(self.formats.languages, "  "))
            self._across(one_line, 16, font_size=9, font_color=theme.QUIET)
        if section.lead:
            needed = n_lines(self.formats.words(section.lead), sum(self.widths) - 2)
            self._across(section.lead, row_height(needed), font_color=theme.QUIET, text_wrap=True)
        self._gap(6)

    def _gap(self, height: float = 12) -> None:
        self.sheet.set_row(self.row, height)
        self.row += 1

    def _block(self, block: Block) -> None:
        match block:
            case Heading():
                self.heading = self.row
                self.row = write_heading(self.sheet, self.row, block, self.widths, self.formats)
            case Paragraph():
                self.row = write_paragraph(self.sheet, self.row, block, self.widths, self.formats)
                self._gap(5)
            case Bullets():
                self.row = write_bullets(self.sheet, self.row, block, self.widths, self.formats)
                self._gap(5)
            case KeyFigures():
                self.row = write_key_figures(self.sheet, self.row, block, self.widths, self.formats)
                self._gap()
            case Table():
                header, self.row = write_table(self.sheet, self.row, block, self.widths, self.formats)
                self.headers.append(header)
                self._freeze(block, header)
                self._gap()
            case Chart():
                self._chart(block)
            case PageBreak():
                self._break(self.row)

    def _freeze(self, table: Table, header: int) -> None:
        if len(self.headers) == 1 and header < MOST_FROZEN_ROWS:
            self.sheet.freeze_panes(header + 1, 2 if table.freeze_first_column else 0)

    def _chart(self, block: Chart) -> None:
        if self.charts is None:
            return
        made = native_chart(self.workbook, block, self.charts)
        width = min(round(sum(self.widths) * PIXELS_PER_UNIT), WIDEST_CHART)
        left_over = self.paper.height - self.sheet.height_of(self.breaks[-1] if self.breaks else 0, self.row)
        if left_over < (made.height / PIXEL + LINE):
            self._break(self.row if self.heading is None else self.heading)
        made.chart.set_size({"width": width, "height": made.height})
        alt = block.alt.in_(self.formats.languages, " ")
        self.sheet.insert_chart(self.row, 1, made.chart, {"description": alt, "object_position": 2})
        n_rows = -(-made.height // round(LINE * PIXEL)) + 1
        for row in range(self.row, self.row + n_rows):
            self.sheet.set_row(row, LINE)
        self.row += n_rows
        if block.note:
            needed = n_lines(self.formats.words(block.note), sum(self.widths) - 2)
            self._across(block.note, row_height(needed, line=13), font_size=9, font_color=theme.QUIET, text_wrap=True)
        self._gap()

    def _break(self, row: int) -> None:
        """Start a new printed page at a row, unless one begins there already."""
        if row not in self.breaks:
            self.breaks.append(row)

    def _contents(self, contents: list[tuple[str, Label]]) -> None:
        self._across(phrase("contents"), row_height(len(self.formats.languages)), bold=True, font_color=theme.ACCENT)
        for name, title in contents:
            quoted = name.replace("'", "''")
            wording = title.in_(self.formats.languages, "  ")
            look = self.formats.get(font_color=theme.ACCENT, underline=1, indent=1)
            self.sheet.write_url(self.row, 1, f"internal:'{quoted}'!A1", look, wording)
            self.row += 1
        if self.report.footer:
            self._gap()
            needed = n_lines(self.formats.words(self.report.footer), sum(self.widths) - 2)
            self._across(
                self.report.footer, row_height(needed, line=13), font_size=9, font_color=theme.QUIET, text_wrap=True
            )

    def _page(self, section: Section) -> None:
        """Print set-up: A4, one page wide, page numbers at the foot.

        The head of a table is repeated where the table is all that can run on to further pages.
        """
        sheet = self.sheet
        sheet.set_paper(9)
        if self.paper.landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=SIDE_MARGIN, right=SIDE_MARGIN, top=TOP_MARGIN, bottom=BOTTOM_MARGIN)
        sheet.print_area(0, 0, self.row, len(self.widths))
        if len(self.headers) == 1 and isinstance(section.blocks[-1], Table):
            sheet.repeat_rows(self.headers[0])
        if self.breaks:
            sheet.set_h_pagebreaks(self.breaks)
        page = phrase("page_of", page="&P", pages="&N").in_(self.formats.languages[:1])
        name = section.title.get(self.formats.languages[0]).replace("&", "&&")[:80]
        sheet.set_footer(f'&L&"{self.formats.font}"&8{name}&R&"{self.formats.font}"&8{page}')
