"""Make the two font files of this folder from the full Noto Sans SC. For maintainers; nothing imports it.

The full fonts come with the npm package ``@expo-google-fonts/noto-sans-sc`` (font licence OFL-1.1)::

    npm pack @expo-google-fonts/noto-sans-sc && tar xzf expo-google-fonts-noto-sans-sc-*.tgz
    python reports/fonts/build.py package

Kept are the 6,763 hanzi and the symbols of GB/T 2312, hanzi common in names, Latin, Greek and the signs
that reports use. The family is renamed: the reserved name of the licence is "Source", so it need not be,
but with a name of its own no differently cut "Noto Sans SC" on the reader's machine is taken instead.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

FAMILY = "Satix Sans SC"
WEIGHTS = {"Regular": "400Regular/NotoSansSC_400Regular.ttf", "Bold": "700Bold/NotoSansSC_700Bold.ttf"}
SIGNS = "–—―‘’“”‚„†‡•…‰′″‹›€™←↑→↓↔↗↘∂∆∏∑−√∞∩∫≈≠≡≤≥⊕■□▪▫▲△▶▷▼▽◀◁◆◇○◎●◯★☆✓ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ①②③④⑤⑥⑦⑧⑨⑩℃№ℓΩ½¼¾²³¹"
# Hanzi outside GB/T 2312 that are common in the names of people, shops and places.
NAME_HANZI = (
    "喆玥珺妤昇堃瑄璟祎翀铖垚犇骉焱燚镕甯珮邨囧啰嗯瞭煊曌晞浛溦瀞琤瑀瑨甦砼祐竑翾芃苡莜琀玹珂珞琪瑷璠玚珣珩琬琰瑢"
    "璎璇璈晗晟昕昉旸旻晔晙暐烜烨熠炘炜煜焯筠簃芮芷苒茉荃荺菡萱蓁蔺薇蕤懿忻怿恺悫懋翊翃翙翥翯翚鸫鹮鹭鸾麂麒麟龑靓霈霂"
    "霄霁雯霏靖韫韪韶颀颋颢颛飏飒馥骁骅骊骐骞骢髙鲲鹍嫄嫒婳嬅媖媞嫚姝娅娉娴婧婕婵媛嬿屾峣峻崟嵩嶒岍巉泠泮洺浠淏淇淼渲湉"
    "湜溁滢潆澍濛濮灏缦羿胤赟赪趸逄郗郦酆釭钊钰铄锴锟锜镝镡镠镧闫闳阊隽魏偲俪俣佶侗伋倜倞俶傒僖儇冼凇刿勍勖匡邠邰郜"
    "嘚嗲嘞噘撸怼槑锵镫镉黉鸻鹀鲏鳀鲭埗埭塱塍坭圳涌浔沄沣沚沨洨洧浐涞涢潞澧堌垟墘岽岙峃崀崴嵊嵛巄垭疍咗嘢冇啲喺睇嚟佢乸"
)


def gb2312() -> set[int]:
    """Every code point of GB/T 2312: hanzi, Greek, Cyrillic, kana, full-width forms and signs."""
    found: set[int] = set()
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def wanted() -> set[int]:
    """The code points the shipped fonts are to hold."""
    blocks = [
        range(0x20, 0x7F),
        range(0xA0, 0x180),
        range(0x370, 0x400),
        range(0x3000, 0x3018),
        range(0xFF01, 0xFF5F),
        range(0xFFE0, 0xFFE7),
    ]
    return gb2312() | {point for block in blocks for point in block} | {ord(sign) for sign in SIGNS + NAME_HANZI}


def build(source: Path, target: Path, style: str) -> None:
    """Cut one weight down to what is wanted and give it the family name of this project."""
    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk"]
    options.hinting = False
    options.glyph_names = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 13, 14]
    options.recalc_timestamp = False
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT", "gasp", "prep"]
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted())
    subsetter.subset(font)
    compact = FAMILY.replace(" ", "")
    for identifier, wording in {
        1: FAMILY,
        2: style,
        3: f"2.004;{compact}-{style}",
        4: f"{FAMILY} {style}",
        6: f"{compact}-{style}",
        10: "A subset of Noto Sans SC with its family name changed.",
    }.items():
        font["name"].setName(wording, identifier, 3, 1, 0x409)
    font.save(target)


def main() -> None:
    """Build both weights into this folder and copy the licence beside them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path, help="the unpacked npm package")
    package = parser.parse_args().package
    here = Path(__file__).resolve().parent
    for style, source in WEIGHTS.items():
        build(package / source, here / f"SatixSansSC-{style}.ttf", style)
    shutil.copyfile(package / "LICENSE_FONT", here / "OFL.txt")


if __name__ == "__main__":
    main()
