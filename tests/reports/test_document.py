"""The document model: what it accepts, and which language a label speaks."""

from __future__ import annotations

import pytest

from reports.document import Column, Label, Report, Row, Section, Table


def test_a_label_is_stacked_chinese_first_and_said_once_where_both_are_alike():
    """A shared wording (a code, a name) is not repeated."""
    assert Label(zh="满意度", en="Satisfaction").in_(("zh", "en")) == "满意度\nSatisfaction"
    assert Label(zh="满意度", en="Satisfaction").in_(("zh", "en"), " / ") == "满意度 / Satisfaction"
    assert Label.same("NPS").in_(("zh", "en")) == "NPS"


def test_a_label_falls_back_on_the_other_language_and_says_which_it_speaks():
    """The HTML ``lang`` attribute must name the language really used."""
    label = Label(zh="满意度")
    assert label.get("en") == "满意度"
    assert label.parts(("en",)) == (("zh", "满意度"),)
    assert Label(en="Fit").parts(("zh", "en")) == (("en", "Fit"),)
    assert not Label()


def test_a_label_from_other_languages_keeps_the_first_wording():
    """A source text in a third language is shown rather than nothing."""
    assert Label.of({"ko": "만족도"}).get("zh") == "만족도"
    assert Label.of({"ko": "만족도", "en": "Satisfaction"}).get("zh") == "Satisfaction"
    assert Label.of("A1") == Label.same("A1")


def test_a_table_refuses_doubled_columns_and_unknown_keys():
    """A misspelt key would otherwise show as an empty column."""
    columns = (Column(key="a", label=Label.same("a")),)
    with pytest.raises(ValueError, match="share a key"):
        Table(columns=columns * 2, rows=())
    with pytest.raises(ValueError, match="b"):
        Table(columns=columns, rows=(Row(values={"b": 1}),))


def test_a_report_refuses_doubled_sections_and_other_language_orders():
    """Section ids are anchors; Chinese comes first in bilingual reports."""
    section = Section(id="s", title=Label.same("s"), blocks=())
    with pytest.raises(ValueError, match="share an id"):
        Report(title=Label.same("r"), languages=("zh",), sections=(section, section))
    with pytest.raises(ValueError, match="languages"):
        Report(title=Label.same("r"), languages=("en", "zh"), sections=(section,))
