"""Charts: complete, legible, the same each time, and without side effects."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from reports import theme
from reports.charts.drawing import draw
from reports.charts.placement import Box, place_names
from reports.charts.rows import tick_label
from reports.charts.trend import joined_waves, spread
from reports.charts.typesetting import SUBSTITUTE, printable, set_label, text_width, wrap
from reports.document import (
    ChangeData,
    DistributionData,
    GapData,
    IndexIntervalsData,
    IndexPoint,
    IpaData,
    Label,
    TreeData,
    TrendData,
    TrendPoint,
    TrendSeries,
)
from tests.reports.showcase import CHARTS, NAMES, both

UNDEFINED = TrendSeries(label=Label.same("s"), points=(TrendPoint(wave=Label.same("1"), estimate=float("nan")),))
LANGUAGES = [("zh",), ("en",), ("zh", "en")]


@pytest.mark.parametrize("languages", LANGUAGES, ids="".join)
@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_draws_alike_each_time_and_leaves_settings_alone(name, languages):
    """Warnings are errors, so a missing glyph fails here; no date, version or mathematics in the file."""
    before = dict(mpl.rcParams)
    data = CHARTS[name]().data
    first = draw(data, languages)
    assert first == draw(data, languages)
    assert dict(mpl.rcParams) == before
    text = first.decode("utf-8")
    assert "<text" in text
    assert "dc:date" not in text
    assert not re.search(r"\d{4}-\d\d-\d\dT", text)


@pytest.mark.parametrize("languages", LANGUAGES, ids="".join)
@pytest.mark.parametrize("name", CHARTS)
def test_no_ink_touches_the_edge_of_a_chart(name, languages):
    """What touches the edge has been cut off; the left edge alone is where names begin."""
    pixels = np.asarray(Image.open(BytesIO(draw(CHARTS[name]().data, languages, form="png"))).convert("L"))
    for edge in (pixels[0], pixels[-1], pixels[:, -1]):
        assert edge.min() > 200


def test_names_with_mathematics_or_markup_are_printed_as_they_are():
    """A dollar sign starts no formula, an angle bracket no tag."""
    point = IndexPoint(label=Label.same("$x^2$ <b> & 5"), estimate=50.0)
    text = draw(IndexIntervalsData(points=(point,), axis=Label.same("a")), ("en",)).decode("utf-8")
    assert "$x^2$ &lt;b&gt; &amp; 5" in text


def test_a_character_outside_the_font_is_shown_by_the_sign_for_a_missing_one():
    """Neither an empty box nor silence."""
    assert printable("𠮷野家") == f"{SUBSTITUTE}野家"
    assert printable("a\tb\nc") == "a b c"


@pytest.mark.parametrize(
    "data",
    [
        IndexIntervalsData(points=(), axis=Label.same("a")),
        IndexIntervalsData(points=(IndexPoint(label=NAMES[0], estimate=None),), axis=Label.same("a")),
        IndexIntervalsData(points=(IndexPoint(label=NAMES[0], estimate=100.0),) * 2, axis=Label.same("a")),
        TrendData(series=(UNDEFINED,), axis=Label.same("a")),
        replace(CHARTS["ipa"]().data, points=CHARTS["ipa"]().data.points[:1]),
        replace(CHARTS["ipa"]().data, points=()),
        replace(CHARTS["gap"]().data, points=()),
        replace(CHARTS["change"]().data, points=()),
        replace(CHARTS["tree"]().data, nodes=()),
        replace(CHARTS["distribution"]().data, items=()),
    ],
    ids=lambda data: data.kind,
)  # fmt: skip
def test_charts_with_little_or_nothing_to_show_still_draw(data):
    """One point, no point, an undefined estimate, equal estimates."""
    assert draw(data, ("zh", "en"))


def test_every_option_of_a_chart_changes_the_drawing():
    """An option that changes nothing would be a promise not kept."""
    index: IndexIntervalsData = CHARTS["index_intervals"]().data
    trend: TrendData = CHARTS["trend"]().data
    ipa: IpaData = CHARTS["ipa"]().data
    gap: GapData = CHARTS["gap"]().data
    change: ChangeData = CHARTS["change"]().data
    distribution: DistributionData = CHARTS["distribution"]().data
    tree: TreeData = CHARTS["tree"]().data
    for data, changed in [
        (index, replace(index, order="given")),
        (index, replace(index, reference=None)),
        (index, replace(index, reference_label=Label.same("r"))),
        (trend, replace(trend, target=None)),
        (trend, replace(trend, target_label=Label.same("t"))),
        (trend, replace(trend, of="number")),
        (ipa, replace(ipa, centre_importance=0.09)),
        (ipa, replace(ipa, importance_of="number")),
        (ipa, replace(ipa, points=tuple(replace(point, uncertain=True) for point in ipa.points))),
        (gap, replace(gap, expectation_label=Label.same("e"))),
        (change, replace(change, detectable_label=Label.same("m"))),
        (change, replace(change, points=tuple(replace(point, detectable=None) for point in change.points))),
        (distribution, replace(distribution, neutral=None)),
        (tree, replace(tree, axis=Label.same("x"))),
    ]:
        assert draw(data, ("en",)) != draw(changed, ("en",))


def test_lines_stop_at_breaks_and_at_waves_without_a_figure():
    """Waves 0-1, a break before 2, no figure at 3, then 4: three runs."""
    points = tuple(
        TrendPoint(wave=Label.same(str(i)), estimate=None if i == 3 else 70.0 + i, break_before=i == 2)
        for i in range(5)
    )
    assert joined_waves(points) == [[0, 1], [2], [4]]


@given(st.lists(st.floats(0, 200), min_size=1, max_size=6))
def test_spread_names_keep_apart_and_inside(wanted):
    """Six names of 15 points fit 200 points, so none may overlap."""
    placed = spread(wanted, apart=[15.0] * len(wanted), low=0.0, high=200.0)
    ordered = sorted(placed)
    assert all(later - earlier > 13.5 for earlier, later in pairwise(ordered))
    assert ordered[0] >= 7.5 - 1e-9
    assert ordered[-1] <= 192.5 + 1e-9


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=10, unique=True))
def test_placed_names_cover_neither_each_other_nor_a_point(cells):
    """Points on a grid 50 points wide leave room for names of 40 by 11."""
    places = [(50.0 * x, 50.0 * y) for x, y in cells]
    placed = place_names(places, [(40.0, 11.0)] * len(places), avoid=[], within=Box(0, 0, 500, 500))
    boxes = [name.box for name in placed]
    dots = [Box(x - 4, y - 4, x + 4, y + 4) for x, y in places]
    for i, box in enumerate(boxes):
        assert box.left >= 0
        assert box.right <= 500
        assert all(box.overlap(other) == 0 for other in [*boxes[:i], *boxes[i + 1 :], *dots])


def test_crowded_grids_print_codes_and_a_key():
    """Thirty names would hide each other; their codes and a key do not."""
    data = CHARTS["ipa"]().data
    many = tuple(
        replace(
            data.points[i % 9], code=f"B{i}", label=both(f"第 {i} 项指标", f"Item {i}"), importance=0.05 + 0.004 * i
        )
        for i in range(30)
    )
    text = draw(replace(data, points=many), ("en",)).decode("utf-8")
    assert all(f">B{i}<" in text and f">Item {i}<" in text for i in range(30))


@given(st.text(alphabet="服务态度（满意），。abcde fghij-12", min_size=1, max_size=60))
def test_wrapped_lines_fit_and_lose_nothing(text):
    """Every line is within its width; blanks aside, the text is unchanged; closing signs never start a line."""
    lines = wrap(text, 80.0, 9.0, max_lines=100)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(text_width(line, 9.0) <= 80.0 for line in lines)


def test_chinese_breaks_before_no_closing_sign_and_english_at_blanks():
    """Kinsoku, and words kept whole."""
    assert wrap("退换货处理（含运费）", 54.0, 9.0) == ["退换货处理", "（含运费）"]
    assert wrap("服务好，态度好", 27.5, 9.0) == ["服务", "好，态", "度好"]
    assert wrap("Ease of ordering", 45.0, 9.0) == ["Ease of", "ordering"]
    assert wrap("一二三四五六七八", 18.0, 9.0, max_lines=2) == ["一二", "三…"]
    assert set_label(both("满意度", "Satisfaction"), ("zh", "en"), 100.0, 9.0).second == 1


def test_ticks_have_the_decimals_their_step_needs():
    """Steps of 2.5 points need one decimal, steps of 5% none."""
    assert tick_label(72.5, "index", ("en",), 2.5) == "72.5"
    assert tick_label(70.0, "index", ("en",), 10.0) == "70"
    assert tick_label(0.05, "share", ("en",), 0.05) == "5%"


def _luminance(colour: str) -> float:
    def linear(part: str) -> float:
        share = int(part, 16) / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour[1:3]) + 0.7152 * linear(colour[3:5]) + 0.0722 * linear(colour[5:7])


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_colours_have_a_contrast_of_four_and_a_half():
    """WCAG 2.1, success criterion 1.4.3; black on white is 21 to 1 by the same formula."""
    assert _contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    pairs = [(tone.text, ground) for tone in theme.TONES.values() for ground in (tone.tint, "#FFFFFF", theme.PANEL)]
    pairs += [(theme.QUIET, "#FFFFFF"), (theme.QUIET, theme.PANEL), (theme.ACCENT, theme.TONES["neutral"].tint)]
    pairs += [(theme.QUIET, tone.tint) for tone in theme.TONES.values()]
    pairs += [("#C9D7E4", theme.ACCENT), ("#FFFFFF", theme.ACCENT)]
    for text, ground in pairs:
        assert _contrast(text, ground) >= 4.5, (text, ground)
    for colour in (*theme.diverging_scale(5, 2), *theme.diverging_scale(10, None)):
        assert _contrast(theme.ink_on(colour), colour) >= 4.5, colour
