"""A4 pages of a Word document: margins, fonts for both scripts, page numbers, and what python-docx has no word for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

__all__ = ["EAST_ASIAN_FONTS", "keep_whole", "narrow_margins", "qualified", "repeat_heading", "rule_below", "set_page"]

LATIN_FONT = "Arial"
EAST_ASIAN_FONTS = {"zh": "Microsoft YaHei", "ko": "Malgun Gothic", "ja": "Yu Gothic"}


def set_page(document: Document) -> None:
    """A4, narrow margins, fonts for both scripts, page numbers."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(1.8)
    for name, size in (("Normal", 10), ("Title", 17), ("Heading 1", 12.5)):
        style = document.styles[name]
        style.font.name = LATIN_FONT
        style.font.size = Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qualified(f"w:{attribute}"), None)
        fonts.set(qualified("w:eastAsia"), EAST_ASIAN_FONTS["zh"])
    document.styles["Normal"].paragraph_format.space_after = Pt(3)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add_field(footer, "PAGE")


def qualified(name: str) -> str:
    """The full name of an element or attribute, from ``w:name``."""
    from docx.oxml.ns import qn

    qualified: str = qn(name)
    return qualified


def _add_field(paragraph: Paragraph, instruction: str) -> None:
    from docx.oxml import OxmlElement

    run = paragraph.add_run()
    for kind in ("begin", None, "end"):
        element = OxmlElement("w:instrText" if kind is None else "w:fldChar")
        if kind is None:
            element.text = instruction
        else:
            element.set(qualified("w:fldCharType"), kind)
        run._r.append(element)


def repeat_heading(row: Any) -> None:
    """Repeat a row of a table at the top of every page the table runs over."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    keep_whole(row)


def keep_whole(row: Any) -> None:
    """Keep a row of a table on one page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def narrow_margins(table: Any) -> None:
    """Give the cells of a table 0.7 mm of margin left and right, so that short labels keep to one line."""
    from docx.oxml import OxmlElement

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qualified("w:w"), "40")
        margin.set(qualified("w:type"), "dxa")
        margins.append(margin)
    look = table._tbl.tblPr.find(qualified("w:tblLook"))
    if look is None:
        table._tbl.tblPr.append(margins)
    else:
        look.addprevious(margins)  # the schema wants this order, and Word insists


def rule_below(cell: Any) -> None:
    """A thin grey line below a cell."""
    from docx.oxml import OxmlElement

    borders = OxmlElement("w:tcBorders")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "999999")):
        line.set(qualified(f"w:{name}"), value)
    borders.append(line)
    cell._tc.get_or_add_tcPr().append(borders)
