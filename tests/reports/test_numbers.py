"""Rounding and its conventions, by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.numbers import excel_format, format_date, format_interval, format_number

ZH, EN, BOTH = ("zh",), ("en",), ("zh", "en")


@pytest.mark.parametrize(
    ("value", "kind", "languages", "shown"),
    [
        (73.8123, "index", EN, "73.8"),
        (0.25, "index", EN, "0.3"),  # halves away from zero, as Excel shows them; binary rounding would give 0.2
        (2.675, "number", EN, "2.68"),  # the decimal reading, although the binary figure lies below
        (-0.04, "gap", EN, "0.0"),  # no signed zero
        (1.6, "gap", EN, "+1.6"),
        (-1.6, "gap", ZH, "−1.6"),
        (0.6874, "share", EN, "68.7%"),
        (0.042, "share_gap", EN, "+4.2 pp"),
        (-0.042, "share_gap", ZH, "−4.2 个百分点"),
        (0.0004, "p_value", EN, "<.001"),
        (0.0004, "p_value", ZH, "<0.001"),
        (0.0321, "p_value", EN, ".032"),
        (0.0321, "p_value", BOTH, "0.032"),
        (1.0, "p_value", EN, "1.000"),
        (0.874, "coefficient", EN, ".87"),
        (-0.874, "coefficient", EN, "−.87"),
        (1.204, "coefficient", EN, "1.20"),
        (0.874, "coefficient", ZH, "0.87"),
        (1204567, "count", EN, "1,204,567"),
        (nan, "index", EN, "–"),
        (inf, "index", EN, "–"),
        (None, "count", ZH, "–"),
    ],
)
def test_figures_are_worded_by_kind_and_language(value, kind, languages, shown):
    """Index and share one decimal, p three, coefficients two; APA zero in English, GB/T 15835 zero in Chinese."""
    assert format_number(value, kind, languages) == shown


def test_intervals_use_a_dash_or_words_where_a_dash_would_read_as_minus():
    """A bound with a sign asks for "to" in English and a wave dash in Chinese."""
    assert format_interval(71.23, 74.81, "index", EN) == "71.2–74.8"
    assert format_interval(0.66, 0.714, "share", EN) == "66.0–71.4%"
    assert format_interval(-0.11, 3.31, "gap", EN) == "−0.1 to +3.3"
    assert format_interval(-0.11, 3.31, "gap", ZH) == "−0.1～+3.3"
    assert format_interval(None, nan, "index", EN) == "–"
    assert format_interval(None, 3.0, "index", EN) == "––3.0"


def test_dates_follow_the_language():
    """A bilingual report gives the ISO date, which both read alike."""
    day = date(2025, 3, 7)
    assert [format_date(day, languages) for languages in (ZH, EN, BOTH)] == [
        "2025年3月7日",
        "7 March 2025",
        "2025-03-07",
    ]


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_rounding_never_moves_a_figure_by_more_than_half_a_unit(value, decimals):
    """Read back, the shown figure lies within half a unit in the last place."""
    shown = format_number(value, "number", EN, decimals=decimals).replace(",", "").replace("−", "-")
    assert abs(Decimal(shown) - Decimal(repr(value))) <= Decimal(1).scaleb(-decimals) / 2


def test_excel_formats_show_what_the_page_shows():
    """The format codes, section by section: positive; negative; zero."""
    assert excel_format("index", EN) == "0.0;−0.0"
    assert excel_format("gap", EN) == "+0.0;−0.0;0.0"
    assert excel_format("share", ZH) == "0.0%;−0.0%"
    assert excel_format("p_value", EN) == '[<0.001]"<.001";.000'
    assert excel_format("p_value", ZH) == '[<0.001]"<0.001";0.000'
    assert excel_format("coefficient", EN, decimals=3) == ".000;−.000"
    assert excel_format("count", EN) == "#,##0;−#,##0"
