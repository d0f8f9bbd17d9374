"""The HTML page: self-contained, escaped, accessible, the same each time."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from io import BytesIO

import pytest
from fontTools.ttLib import TTFont

from reports.fonts.embedding import advances
from reports.renderers.html import render_html, write_html
from tests.reports.showcase import showcase

LANGUAGES = [("zh",), ("en",), ("zh", "en")]
VOID = {"meta", "link", "br", "hr", "img", "input", "path", "use"}


class _Reader(HTMLParser):
    """Collects ids, links and tags, and checks that tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in VOID:
            self.open.append(tag)
        if "id" in found:
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found["href"]))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open = self.open if tag in VOID else self.open[:-1]

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in {"style", "title"}:
            self.text.append(data)


@pytest.fixture(scope="module", params=LANGUAGES, ids="".join)
def page(request):
    """The showcase in one set of languages, with its reader."""
    markup = render_html(showcase(request.param))
    reader = _Reader()
    reader.feed(markup)
    return request.param, markup, reader


def test_the_page_is_well_formed_and_its_links_lead_somewhere(page):
    """Every tag closes, every id is unique, every entry of the contents has its section."""
    _, _, reader = page
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    assert {link.removeprefix("#") for link in reader.links} <= set(reader.ids)
    assert {"summary", "indicators", "priorities", "appendix"} <= set(reader.ids)


def test_the_page_needs_no_network_and_runs_no_script(page):
    """Nothing is loaded; names of XML vocabularies are no addresses."""
    _, markup, reader = page
    assert not [tag for tag, _ in reader.tags if tag in {"script", "link", "iframe", "img", "object"}]
    without_names = re.sub(r'xmlns(:\w+)?="[^"]*"', "", markup)
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"|url\((?!#|data:)[^)]*\)|@import", without_names) == []
    assert "default-src 'none'" in markup
    assert len(markup.encode("utf-8")) < 400_000


def test_words_of_a_study_are_escaped(page):
    """A script in a label is text."""
    _, markup, _ = page
    assert "<script" not in markup
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in markup


def test_languages_are_marked_and_charts_described(page):
    """Screen readers switch voice; a chart is a picture with a description."""
    languages, _, reader = page
    (root,) = [attributes for tag, attributes in reader.tags if tag == "html"]
    assert root["lang"] == ("en" if languages == ("en",) else "zh-CN")
    assert {attributes["lang"] for tag, attributes in reader.tags if tag == "p" and "lang" in attributes} == set(
        languages
    )
    pictures = [attributes for tag, attributes in reader.tags if tag == "svg"]
    assert len(pictures) == 8
    assert all(picture["role"] == "img" and picture["aria-label"] for picture in pictures)
    assert all(attributes.get("scope") in {"col", "row"} for tag, attributes in reader.tags if tag == "th")


def test_both_languages_or_one_are_shown(page):
    """A report in one language does not mix."""
    languages, _, reader = page
    text = "".join(reader.text)
    assert ("指标体系得分" in text) == ("zh" in languages)
    assert ("Scores of the indicator system" in text) == ("en" in languages)
    assert ("样本量过小" in text) is False


def test_figures_are_rounded_for_display(page):
    """73.8123 is shown as 73.8, a withheld figure as a star, an undefined one as a dash."""
    languages, _, reader = page
    text = "".join(reader.text)
    assert "73.8" in text
    assert "73.8123" not in text
    assert "*" in text
    assert ("+4.2 pp" if languages == ("en",) else "+4.2 个百分点") in text
    assert ("<.001" if languages == ("en",) else "<0.001") in text


def test_the_embedded_font_holds_every_character_it_can(page):
    """Characters the shipped font lacks are left to the reader's machine; all others are embedded."""
    _, markup, reader = page
    fonts = re.findall(r"url\(data:font/woff;base64,([^)]+)\)", markup)
    assert len(fonts) == 2
    with TTFont(BytesIO(base64.b64decode(fonts[0]))) as font:
        held = {chr(point) for point in font.getBestCmap()}
    assert {c for c in "".join(reader.text) if c in advances("Regular")} <= held


def test_the_same_report_gives_the_same_bytes(tmp_path):
    """Two renderings, two files, one content."""
    for name in ("one.html", "two.html"):
        write_html(showcase(("en",)), tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
