"""The shipped font at run time: its files, the characters it holds and their widths, and cuts of it for pages."""

from __future__ import annotations

import base64
from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

Style = Literal["Regular", "Bold"]

__all__ = ["Style", "advances", "font_path", "web_font", "without_glyph"]


def font_path(style: Style) -> Path:
    """The font file of one weight."""
    return Path(str(resources.files("reports.fonts") / f"SatixSansSC-{style}.ttf"))


def _opened(style: Style) -> Any:
    """The font, its glyphs going by number: it holds no names, and making them from the characters takes long.

    Boxes around the glyphs are taken as they stand in the file, so that no outline need be unpacked.
    """
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    font = TTFont(font_path(style), recalcBBoxes=False, recalcTimestamp=False, lazy=True)
    font.setGlyphOrder([".notdef", *(f"glyph{number:05d}" for number in range(1, font["maxp"].numGlyphs))])
    return font


@cache
def advances(style: Style) -> dict[str, float]:
    """The width of every character the font holds, in units of the font size."""
    with _opened(style) as font:
        units = font["head"].unitsPerEm
        metrics = font["hmtx"].metrics
        return {chr(point): metrics[glyph][0] / units for point, glyph in font.getBestCmap().items()}


def without_glyph(text: str) -> set[str]:
    """The characters of a text that the font cannot print."""
    return {character for character in text if character not in advances("Regular") and not character.isspace()}


def web_font(text: str, style: Style) -> str:
    """A font holding just the characters of ``text``, as WOFF in base64, the same bytes for the same characters.

    Characters the font lacks are left to the fonts of the reader's machine.
    """
    from fontTools import subset  # type: ignore[import-untyped]

    options = subset.Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.glyph_names = False
    options.name_IDs = [0, 1, 2, 13]
    options.recalc_timestamp = False
    with _opened(style) as font:
        cut = subset.Subsetter(options)
        cut.populate(text="".join(sorted(set(text))))
        cut.subset(font)
        font.flavor = "woff"
        written = BytesIO()
        font.save(written)
    return base64.b64encode(written.getvalue()).decode("ascii")
