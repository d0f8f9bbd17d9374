"""The printed questionnaire, for interviewers and for respondents who answer on paper, as a Word document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from instruments.writers.blocks import Matrix, blocks, number_text
from instruments.writers.conditions_in_words import condition_in_words
from instruments.writers.export_report import ExportReport, Losses, export_languages, form_text, language_name
from instruments.writers.variables import question_numbers
from reports.printed_page import (
    EAST_ASIAN_FONTS,
    keep_whole,
    narrow_margins,
    qualified,
    repeat_heading,
    rule_below,
    set_page,
)
from survey.errors import InstrumentError
from survey.instrument import Instrument
from survey.questionnaire import Question
from survey.scales import Option

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

__all__ = ["write_questionnaire_docx"]

WIDEST_ROW = 11
"""A scale with more options is printed as a list, one option a line."""
LONGEST_LABEL_SUM = 75
"""So is one whose labels are together longer than fits side by side, counted in half-width characters."""
BOX, CIRCLE, LINE = "☐", "○", "_" * 12
WRITING_LINES = 3
"""Lines for an open question; any other text gets one."""
GREY = "666666"


def write_questionnaire_docx(
    instrument: Instrument, path: Path, *, languages: Sequence[str] | None = None
) -> ExportReport:
    """Write an instrument as a questionnaire on paper, one language after the other.

    Each answer has its code beside it, as the data entry workbook takes it. Instructions (``hint``)
    stand in italics below the question, conditions above it. A run of a ``grid`` section is a table.

    Parameters
    ----------
    languages
        Languages to print, each from a new page on; the instrument's own by default.

    Raises
    ------
    InstrumentError
        python-docx is not installed, or the instrument has no wording in one of the languages.
    """
    try:
        import docx
    except ImportError:
        raise InstrumentError.of("instruments.export_needs_extra", package="python-docx", extra="office") from None
    from docx.enum.text import WD_BREAK

    losses = Losses()
    wanted = export_languages(instrument, languages, losses)
    document = docx.Document()
    set_page(document)
    document.core_properties.title = instrument.title.in_language(wanted[0])
    document.core_properties.author = ""
    document.core_properties.comments = f"{instrument.instrument} {instrument.version}"
    for number, language in enumerate(wanted):
        if number:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        _Questionnaire(document, instrument, language).write()
    for question in instrument.questions:
        if question.purpose is not None:
            losses.add("instruments.export_purpose_not_carried", question.code, "note")
    losses.add("instruments.export_model_not_carried", instrument.instrument, "note")
    document.save(str(path))
    return ExportReport(file=path, losses=losses.problems(path), names=question_numbers(instrument))


class _Questionnaire:
    """One language of the questionnaire."""

    def __init__(self, document: Document, instrument: Instrument, language: str) -> None:
        self._document = document
        self._instrument = instrument
        self._language = language
        self._numbers = question_numbers(instrument)

    def _run(self, paragraph: Paragraph, text: str, *, bold: bool = False, note: bool = False) -> None:
        """Text in the language's own font; a note is small, grey and in italics (upright in Chinese)."""
        from docx.shared import Pt, RGBColor

        run = paragraph.add_run(text)
        run.bold = bold
        font = EAST_ASIAN_FONTS.get(self._language, EAST_ASIAN_FONTS["zh"])
        fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qualified("w:eastAsia"), font)
        if self._language in EAST_ASIAN_FONTS:
            fonts.set(qualified("w:hint"), "eastAsia")
        if note:
            run.italic = self._language not in EAST_ASIAN_FONTS
            run.font.size = Pt(9)
            run.font.color.rgb = RGBColor.from_string(GREY)

    def _paragraph(self, text: str, *, bold: bool = False, note: bool = False, keep: bool = False) -> Paragraph:
        paragraph = self._document.add_paragraph()
        self._run(paragraph, text, bold=bold, note=note)
        paragraph.paragraph_format.keep_with_next = keep
        return paragraph

    def _say(self, name: str, **fields: object) -> str:
        return form_text(name, self._language, **fields)

    def write(self) -> None:
        """Title, the fields at the top, every section, and where the questionnaire comes from."""
        title = self._document.add_paragraph(style="Title")
        self._run(title, self._instrument.title.in_language(self._language))
        head = self._table(1, 3)
        for cell, name in zip(head.rows[0].cells, ("respondent", "date", "interviewer"), strict=True):
            self._run(cell.paragraphs[0], f"{self._say(f'paper_{name}')} {LINE}", note=True)
        for section in self._instrument.sections:
            heading = self._document.add_paragraph(style="Heading 1")
            self._run(heading, section.title.in_language(self._language))
            if section.stem is not None:
                self._paragraph(section.stem.in_language(self._language), keep=True)
            for block in blocks(section, self._instrument):
                if isinstance(block, Matrix):
                    self._matrix(block)
                else:
                    self._question(block)
        self._paragraph(self._say("paper_thanks"), bold=True)
        origin = f"{self._instrument.instrument} {self._instrument.version}, {language_name(self._language)}"
        self._paragraph(f"{origin}. {self._instrument.licence.in_language(self._language)}", note=True)

    def _table(self, rows: int, columns: int, *, ruled: bool = False) -> Any:
        table = self._document.add_table(rows=rows, cols=columns)
        if ruled:
            table.style = "Table Grid"
        return table

    def _condition(self, question: Question) -> str:
        condition = condition_in_words(question, self._instrument, self._language, self._numbers)
        return self._say("only_if", condition=condition) if condition else ""

    def _question(self, question: Question) -> None:
        condition = self._condition(question)
        if condition:
            self._paragraph(f"▸ {condition}", note=True, keep=True)
        stem = f"{self._numbers[question.code]}. {question.text.in_language(self._language)}"
        paragraph = self._paragraph(stem, bold=True, keep=True)
        if question.type in {"multiple", "ranking"}:
            how = self._say(f"paper_{question.type}")
            if how.strip("()（）").casefold() not in stem.casefold():
                self._run(paragraph, f" {how}", note=True)
        if question.required:
            self._run(paragraph, " *", bold=True)
        if question.hint is not None:
            self._paragraph(question.hint.in_language(self._language), note=True, keep=True)
        if question.type == "text":
            self._writing_lines(WRITING_LINES if question.role == "open" else 1)
        elif question.type == "number":
            self._paragraph(f"{LINE} {self._range(question)}".rstrip())
        elif question.type == "scale" and self._fits_in_a_row(question):
            self._row_of_options(question)
        else:
            self._list_of_options(question)

    def _range(self, question: Question) -> str:
        lowest = None if question.lowest is None else number_text(question.lowest)
        highest = None if question.highest is None else number_text(question.highest)
        if lowest is None and highest is None:
            return ""
        ends = f"{lowest}–{highest}" if lowest and highest else f"≥ {lowest}" if lowest else f"≤ {highest}"
        return self._say("bracketed", text=ends)

    def _writing_lines(self, number: int) -> None:
        """Lines to write on: rows of a table, since Word joins the borders of neighbouring paragraphs into one."""
        from docx.shared import Cm

        table = self._table(number, 1)
        for row in table.rows:
            row.height = Cm(0.8)
            keep_whole(row)
            rule_below(row.cells[0])
        self._spacer()

    def _options(self, question: Question) -> tuple[Option, ...]:
        return self._instrument.scale_of(question).all_options

    def _label(self, option: Option) -> str:
        """The label without a code it only repeats."""
        return option.label.in_language(self._language).removeprefix(str(option.code)).strip()

    def _fits_in_a_row(self, question: Question) -> bool:
        options = self._options(question)
        if len(options) > WIDEST_ROW or any(option.specify for option in options):
            return False
        return sum(_width(self._label(option)) for option in options) <= LONGEST_LABEL_SUM

    def _row_of_options(self, question: Question) -> None:
        options = self._options(question)
        table = self._table(1, len(options))
        keep_whole(table.rows[0])
        for cell, option in zip(table.rows[0].cells, options, strict=True):
            self._centred(cell, f"{CIRCLE} {option.code}", self._label(option))
        self._spacer()

    def _centred(self, cell: _Cell, code: str, label: str = "", *, size: float = 10) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(0)
        self._run(paragraph, code)
        paragraph.runs[-1].font.size = Pt(size)
        if label:
            paragraph.add_run().add_break()
            self._run(paragraph, label, note=True)

    def _spacer(self) -> None:
        from docx.shared import Pt

        paragraph = self._document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.line_spacing = Pt(6)

    def _list_of_options(self, question: Question) -> None:
        from docx.shared import Cm, Pt

        mark = {"multiple": BOX, "ranking": "____"}.get(question.type, CIRCLE)
        options = self._options(question)
        for place, option in enumerate(options, start=1):
            spelt = isinstance(option.code, str)
            label = (
                option.label.in_language(self._language) if spelt else f"{option.code}  {self._label(option)}".strip()
            )
            if option.specify:
                label += f" {self._say('paper_specify')} {LINE}{LINE}"
            paragraph = self._paragraph(f"{mark} {label}", keep=place < len(options))
            if spelt:
                self._run(paragraph, f"  [{option.code}]", note=True)
            paragraph.paragraph_format.left_indent = Cm(0.6)
            paragraph.paragraph_format.space_after = Pt(1 if place < len(options) else 6)

    def _matrix(self, matrix: Matrix) -> None:
        from docx.shared import Cm, Pt

        options = self._options(matrix.questions[0])
        table = self._table(1 + len(matrix.questions), 1 + len(options), ruled=True)
        table.autofit = False
        narrow_margins(table)
        column = Cm(min(1.9, 12 / len(options)))
        widths = [Cm(17) - column * len(options), *(column for _ in options)]
        for cells, width in zip(table.columns, widths, strict=True):
            cells.width = width
            for cell in cells.cells:
                cell.width = width
        repeat_heading(table.rows[0])
        for cell, option in zip(table.rows[0].cells[1:], options, strict=True):
            self._centred(cell, self._label(option) or str(option.code), size=8)
        for row, question in zip(list(table.rows)[1:], matrix.questions, strict=True):
            keep_whole(row)
            paragraph = row.cells[0].paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            condition = self._condition(question)
            star = " *" if question.required else ""
            wording = question.text.in_language(self._language)
            self._run(paragraph, f"{self._numbers[question.code]}. {wording}{star}")
            if condition:
                paragraph.add_run().add_break()
                self._run(paragraph, f"▸ {condition}", note=True)
            for cell, option in zip(row.cells[1:], options, strict=True):
                self._centred(cell, f"{CIRCLE} {option.code}")
        self._spacer()


def _width(text: str) -> int:
    """Width in half-width characters."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
