"""Headline figures, paragraphs, lists and headings on a worksheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import theme
from reports.document import Bullets, Heading, KeyFigure, KeyFigures, Label, Paragraph
from reports.numbers import MISSING, excel_format, format_interval, format_number, is_absent
from reports.renderers.workbook.formats import Formats
from reports.renderers.workbook.measure import n_lines, row_height
from reports.wording import phrase

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

CARDS_ABREAST = 4

__all__ = ["Band", "bands", "write_bullets", "write_heading", "write_key_figures", "write_paragraph"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Neighbouring columns taken together, and their width."""

    first: int
    last: int
    width: float


def bands(widths: list[float], n: int) -> list[Band]:
    """Cut the columns (from B on) into ``n`` bands of about equal width; fewer where there are fewer columns."""
    n = min(n, len(widths))
    share = sum(widths) / n
    found: list[Band] = []
    first, used = 0, 0.0
    for position, width in enumerate(widths):
        used += width
        left_over = len(widths) - position - 1
        still_wanted = n - len(found) - 1
        enough = used >= share * (len(found) + 1) - width / 2
        if still_wanted and (enough or left_over == still_wanted):
            found.append(Band(first=first + 1, last=position + 1, width=sum(widths[first : position + 1])))
            first = position + 1
    found.append(Band(first=first + 1, last=len(widths), width=sum(widths[first:])))
    return found


def _change(figure: KeyFigure, formats: Formats) -> Label:
    """The change in words, with an arrow, for each language."""
    change = figure.change
    if change is None or is_absent(change):
        return Label()
    arrow = "▲" if change > 0 else "▼" if change < 0 else "■"
    words = f"{arrow} {format_number(change, figure.change_kind, formats.languages)}"
    zh, en = (f"{words} {figure.change_label.get(language)}".strip() for language in ("zh", "en"))
    if len(formats.languages) > 1:
        en = figure.change_label.get("en")
    return Label(zh=zh, en=en)


def write_key_figures(sheet: Worksheet, top: int, block: KeyFigures, widths: list[float], formats: Formats) -> int:
    """Cards of up to four abreast, a row of the sheet for each of their lines; return the next free row."""
    row = top
    for start in range(0, len(block.figures), CARDS_ABREAST):
        abreast = block.figures[start : start + CARDS_ABREAST]
        n_bands = CARDS_ABREAST if len(block.figures) > CARDS_ABREAST else len(abreast)
        row = _write_cards(sheet, row, abreast, bands(widths, max(n_bands, 2)), formats) + 1
    return row - 1


def _write_cards(
    sheet: Worksheet, top: int, figures: tuple[KeyFigure, ...], places: list[Band], formats: Formats
) -> int:
    languages = formats.languages
    heights = [1, 0, 0, 0, 0, 0]
    for figure, band in zip(figures, places, strict=False):
        tone = theme.TONES[figure.tone]
        look: dict[str, Any] = {
            "align": "left",
            "indent": 1,
            "text_wrap": True,
            "bg_color": theme.PANEL,
            "right": 5,
            "right_color": "#FFFFFF",
        }
        bounded = not (is_absent(figure.lower) and is_absent(figure.upper))
        interval = format_interval(figure.lower, figure.upper, figure.kind, languages) if bounded else ""
        lines = [
            (figure.label, {"top": 5, "top_color": tone.fill}),
            (Label(), {}),
            (Label.same(interval), {"font_color": theme.QUIET, "font_size": 9}),
            (_change(figure, formats), {"font_color": theme.TONES[figure.change_tone].text, "font_size": 9}),
            (figure.verdict, {"font_color": tone.text, "bg_color": tone.tint, "bold": True, "font_size": 9}),
            (figure.caption, {"font_color": theme.QUIET, "font_size": 9}),
        ]
        for offset, (label, own) in enumerate(lines):
            whole = {**look, **own}
            if offset == 4 and not label:
                whole["bg_color"] = theme.PANEL
            formats.merge(sheet, top + offset, band.first, band.last, **whole)
            if offset == 1:
                _write_value(sheet, (top + offset, band.first), figure, whole, formats)
                continue
            if label:
                formats.write(sheet, top + offset, band.first, label, **whole)
                heights[offset] = max(heights[offset], n_lines(formats.words(label), band.width - 3))
            else:
                sheet.write_blank(top + offset, band.first, None, formats.get(**whole))
    for offset, lines_needed in enumerate(heights):
        sheet.set_row(top + offset, 34 if offset == 1 else row_height(lines_needed, line=14) if lines_needed else 3)
    return top + len(heights)


def _write_value(
    sheet: Worksheet, at: tuple[int, int], figure: KeyFigure, look: dict[str, Any], formats: Formats
) -> None:
    big = {**look, "font_size": 22, "bold": True, "text_wrap": False}
    if figure.value is None or is_absent(figure.value):
        sheet.write_string(*at, MISSING, formats.get(**big))
        return
    scale = 100 if figure.kind == "share_gap" else 1
    shown = formats.get(**big, num_format=excel_format(figure.kind, formats.languages))
    sheet.write_number(*at, figure.value * scale, shown)


def write_paragraph(sheet: Worksheet, row: int, block: Paragraph, widths: list[float], formats: Formats) -> int:
    """Running text across the whole width; its tone is named in words and marked by a coloured edge."""
    look: dict[str, Any] = {"text_wrap": True, "align": "left"}
    text = block.text
    if block.tone != "plain":
        colours = {
            "finding": (theme.ACCENT, theme.TONES["neutral"].tint),
            "warning": (theme.TONES["warning"].fill, theme.TONES["warning"].tint),
            "note": (theme.TONES["uncertain"].fill, theme.PANEL),
        }
        edge, ground = colours[block.tone]
        look |= {"left": 5, "left_color": edge, "bg_color": ground, "indent": 1}
        tag = phrase(f"tone_{block.tone}")
        text = Label(
            zh=f"{tag.zh}：{block.text.zh}" if block.text.zh else "",
            en=f"{tag.en}: {block.text.en}" if block.text.en else "",
        )
    formats.write_across(sheet, row, 1, len(widths), text, **look)
    air = 5.0 if block.tone == "plain" else 9.0
    sheet.set_row(row, row_height(n_lines(formats.words(text), sum(widths) - 4), air=air))
    return row + 1


def write_bullets(sheet: Worksheet, row: int, block: Bullets, widths: list[float], formats: Formats) -> int:
    """One row per statement."""
    for position, item in enumerate(block.items, start=1):
        mark = f"{position}. " if block.numbered else "• "
        text = Label(zh=f"{mark}{item.zh}" if item.zh else "", en=f"{mark}{item.en}" if item.en else "")
        formats.write_across(sheet, row, 1, len(widths), text, text_wrap=True, align="left", indent=1)
        sheet.set_row(row, row_height(n_lines(formats.words(text), sum(widths) - 4)))
        row += 1
    return row


def write_heading(sheet: Worksheet, row: int, block: Heading, widths: list[float], formats: Formats) -> int:
    """A heading across the whole width."""
    size = 13 if block.level == 2 else 11
    formats.write_across(
        sheet, row, 1, len(widths), block.text, bold=True, font_size=size, font_color=theme.ACCENT, text_wrap=True
    )
    sheet.set_row(row, row_height(n_lines(formats.words(block.text), sum(widths) / 1.2), line=19))
    return row + 1
