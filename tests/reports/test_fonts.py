"""The shipped font holds what reports print."""

from __future__ import annotations

import base64
from io import BytesIO

import pytest
from fontTools.ttLib import TTFont

from reports.fonts.embedding import advances, font_path, web_font, without_glyph
from survey.errors import catalogue


@pytest.mark.parametrize("package", ["survey", "instruments", "analysis", "reports"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_character_of_the_catalogues_has_a_glyph(package, language):
    """A sentence of ours never shows an empty box."""
    assert without_glyph("".join(map(str, catalogue(package, language).values()))) == set()


def test_the_font_holds_the_hanzi_of_gb_2312_in_both_weights():
    """GB/T 2312 has 6,763 hanzi in its rows 16 to 87."""
    hanzi = set()
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                hanzi.add(bytes((high, low)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    assert len(hanzi) == 6763
    for style in ("Regular", "Bold"):
        assert hanzi <= set(advances(style))


def test_signs_that_reports_use_have_glyphs():
    """Minus, dashes, comparison signs, arrows, marks, Greek."""
    assert without_glyph("–—…′″×÷±−≤≥≈→←↑↓▲▼●○■□★☆¥€℃‰½²³αβχηρΣ") == set()


def test_a_web_font_holds_just_the_characters_asked_for_and_is_the_same_each_time():
    """The cut is a WOFF file whose character map is the text's."""
    first = web_font("满意度 73.8", "Regular")
    assert first == web_font("8.37 度意满", "Regular")
    with TTFont(BytesIO(base64.b64decode(first))) as font:
        assert font.flavor == "woff"
        assert {chr(point) for point in font.getBestCmap()} == set("满意度 73.8")


def test_the_family_does_not_use_the_reserved_name_and_the_licence_lies_beside():
    """The Open Font License reserves "Source" for the original."""
    with TTFont(font_path("Bold"), lazy=True) as font:
        assert font["name"].getDebugName(1) == "Satix Sans SC"
        assert font["OS/2"].fsType == 0
    licence = (font_path("Bold").parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
