"""A report as one self-contained HTML page: styles, charts and font inside, no script, no network.

Words are escaped by the template engine; the page forbids itself scripts and outside content by a
content security policy. The font is cut to the characters the page uses, so that Chinese reads alike
on every machine; characters the font lacks are left to the reader's own fonts.
"""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import theme
from reports.charts.drawing import draw
from reports.document import (
    Block,
    Bullets,
    Chart,
    Column,
    Heading,
    KeyFigure,
    KeyFigures,
    PageBreak,
    Paragraph,
    Report,
    Table,
)
from reports.fonts.embedding import web_font
from reports.labels import Label, Languages
from reports.numbers import format_interval, format_number, is_absent
from reports.renderers.cells import LEFT_KINDS, Cell, read_cell, signed_extent
from reports.wording import phrase

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_html", "write_html"]

BOLD_TEXT = re.compile(
    r"<(h[1-4]|th|figcaption)\b.*?</\1>"
    r'|<(\w+)[^>]*class="[^"]*\b(?:strong|total)\b.*?</\2>'
    r'|style="font: (?:700|bold).*?</text>',
    re.DOTALL,
)


def _environment() -> Environment:
    from jinja2 import DictLoader, Environment, StrictUndefined

    folder = resources.files("reports.renderers") / "page"
    sources = {name: (folder / name).read_text(encoding="utf-8") for name in ("report.html", "blocks.html")}
    environment = Environment(
        loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["phrase"] = phrase
    return environment


def _inline_svg(chart: Chart, languages: Languages, number: int) -> str:
    """The drawing without prolog and metadata, its ids made unique on the page, named for screen readers."""
    from markupsafe import escape

    drawing = draw(chart.data, languages).decode("utf-8")
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r"<!--.*?-->", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r"<style type=\"text/css\">\*\{[^}]*\}</style>", "", drawing)
    drawing = re.sub(r'\bid="', f'id="c{number}-', drawing)
    drawing = re.sub(r'href="#', f'href="#c{number}-', drawing)
    drawing = re.sub(r"url\(#", f"url(#c{number}-", drawing)
    drawing = re.sub(r"\n\s*", "\n", drawing)
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)
    if size is None:
        raise ValueError("a drawing has no view box")
    alt = escape(chart.alt.in_(languages, " "))
    opening = f'<svg viewBox="0 0 {size[1]} {size[2]}" role="img" aria-label="{alt}">'
    return opening + drawing[drawing.index(">") + 1 :].strip()


def _figure_view(figure: KeyFigure, languages: Languages) -> dict[str, Any]:
    """The parts of a headline figure, worded."""
    bounded = not (is_absent(figure.lower) and is_absent(figure.upper))
    change = figure.change
    arrow = "" if change is None or is_absent(change) else "▲" if change > 0 else "▼" if change < 0 else "■"
    words = format_number(change, figure.change_kind, languages)
    return {
        "figure": figure,
        "value": format_number(figure.value, figure.kind, languages),
        "interval": format_interval(figure.lower, figure.upper, figure.kind, languages) if bounded else "",
        "change": f"{arrow} {words}" if arrow else "",
    }


def _lean_class(cell: Cell) -> str:
    """A class for the ground of a signed figure: its side and one of three strengths; none close to zero."""
    if cell.leaning is None or abs(cell.leaning) < 0.05:
        return ""
    strength = 1 if abs(cell.leaning) < 0.34 else 2 if abs(cell.leaning) < 0.67 else 3
    return f"{'up' if cell.leaning > 0 else 'down'}{strength}"


def _side(column: Column) -> str:
    if column.kind in LEFT_KINDS:
        return "left"
    return {"bar": "barred", "code": "mid", "date": "mid"}.get(column.kind, "num")


def _table_view(table: Table, languages: Languages) -> dict[str, Any]:
    extents = {column.key: signed_extent(table, column) if column.diverging else 0.0 for column in table.columns}
    rows = []
    for row in table.rows:
        cells = []
        for column in table.columns:
            cell = read_cell(row, column, languages, extents[column.key])
            side = _side(column)
            cells.append({"cell": cell, "classes": " ".join(filter(None, (side, _lean_class(cell))))})
        rows.append({"row": row, "cells": cells})
    return {"table": table, "rows": rows, "heads": [(column, _side(column)) for column in table.columns]}


def _block_view(block: Block, languages: Languages, number: int) -> dict[str, Any]:
    """The template's name for a block and what it needs to set it."""
    match block:
        case Heading():
            return {"kind": "heading", "block": block}
        case Paragraph():
            return {"kind": "paragraph", "block": block}
        case Bullets():
            return {"kind": "bullets", "block": block}
        case KeyFigures():
            return {"kind": "figures", "figures": [_figure_view(figure, languages) for figure in block.figures]}
        case Table():
            return {"kind": "table", "number": number, **_table_view(block, languages)}
        case Chart():
            return {"kind": "chart", "block": block, "svg": _inline_svg(block, languages, number)}
        case PageBreak():
            return {"kind": "break"}


def _style(body: str) -> str:
    """The style sheet with the theme's colours and the fonts for the characters of the page."""
    css = (resources.files("reports.renderers") / "page" / "report.css").read_text(encoding="utf-8")
    colours = {"ink": theme.INK, "quiet": theme.QUIET, "rule": theme.RULE, "panel": theme.PANEL, "accent": theme.ACCENT}
    for tone, shades in theme.TONES.items():
        colours |= {f"{tone}": shades.fill, f"{tone}-text": shades.text, f"{tone}-tint": shades.tint}
    for side, shades in (("up", theme.TONES["good"]), ("down", theme.TONES["bad"])):
        for strength in (1, 2, 3):
            colours[f"{side}{strength}"] = theme.mix("#FFFFFF", shades.fill, 0.1 * strength + 0.02)
    variables = "".join(f"--{name}:{colour};" for name, colour in colours.items())
    everything = _visible(body)
    heavy = "".join(_visible(found[0]) for found in BOLD_TEXT.finditer(body))
    faces = "".join(
        f"@font-face{{font-family:'{theme.FONT_FAMILY}';font-weight:{weight};font-display:block;"
        f"src:url(data:font/woff;base64,{data}) format('woff')}}"
        for weight, data in ((400, web_font(everything, "Regular")), (700, web_font(heavy, "Bold")))
    )
    return f":root{{{variables}}}\n{faces}\n{css}"


def _visible(markup: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", markup)) + "0123456789./"


def render_html(report: Report) -> str:
    """The page as text: the same for the same report."""
    from markupsafe import Markup

    languages = report.languages
    number = iter(range(1, 100_000))
    sections = [
        {
            "section": section,
            "blocks": [_block_view(block, languages, next(number)) for block in section.blocks],
        }
        for section in report.sections
    ]
    template = _environment().get_template("report.html")
    fill = partial(
        template.render,
        report=report,
        languages=languages,
        document_language="en" if languages == ("en",) else "zh-CN",
        title=report.title.in_(languages, " · "),
        sections=sections,
        nothing=Label(),
    )
    body = fill(style="")
    return fill(style=Markup(_style(body)))  # noqa: S704 - our own style sheet and font, no words of a study


def write_html(report: Report, path: Path) -> None:
    """Write the page to ``path``."""
    path.write_text(render_html(report), encoding="utf-8", newline="\n")
